"""What can be set, and in which order do file, environment and flag win?

file (`assetmap.toml` in the working directory) < environment (`ASSETMAP_…`) < flag. One frozen object, read once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """Every setting with its default. Times in seconds, lengths in metres."""

    model_config = SettingsConfigDict(env_prefix="ASSETMAP_", toml_file="assetmap.toml", frozen=True, extra="ignore")

    # not shown with the others, as a password may be in it
    store: str = Field(default="assetmap-store", description="Folder of the store, or its address.", repr=False)
    lang: str = Field(default="", description="Language of what is said: nb, da or en; empty follows the environment.")
    audience: str = Field(default="public", description="Circle of readers: public, members, staff or connector.")
    cache: Path = Field(default=Path.home() / ".cache" / "assetmap", description="Folder for downloads.")
    backups: Path = Field(
        default=Path.home() / ".local" / "share" / "assetmap" / "backups",
        description="Folder for backups of stores on a server; a store in a folder has them in it.",
    )
    overpass_url: str = Field(default="https://overpass-api.de/api", description="Overpass service.")
    nominatim_url: str = Field(default="https://nominatim.openstreetmap.org/", description="Nominatim service.")
    user_agent: str = Field(default="assetmap (community asset mapping)", description="Said to every service.")
    timeout: float = Field(default=180, gt=0, description="Longest wait for one reply.")
    retries: int = Field(default=3, ge=0, description="Further tries after a failed download.")
    rate_limit: bool = Field(default=True, description="Ask Overpass for a free slot before a query.")
    snap_m: float = Field(default=100, gt=0, description="A home farther from any street is unlinked.")
    tiles: str = Field(default="", description="Online base map as a choice: address with {z}/{x}/{y}; empty is none.")
    tiles_attribution: str = Field(default="", description="Attribution of those tiles.")
    edit: bool | None = Field(
        default=None, description="Whether readers of the app may change the map; empty: only on this computer."
    )
    upload_mb: float = Field(default=50, gt=0, description="Largest file that is read without --no-limit.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
