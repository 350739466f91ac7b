"""How do I see it: in a notebook, or as one file that opens from disk?"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from assetmap.errors import InputError
from assetmap.i18n import say
from assetmap.maps.page import OSM_CREDIT, new_map
from assetmap.maps.payload import Thing, payload
from assetmap.maps.sheet import Map
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood


def draw(
    *things: Thing,
    lang: str = "en",
    basemap: bytes | Path | None = None,
    tiles: str | None = None,
    tiles_attribution: str = "",
    audience: Audience | str = Audience.public,
) -> Map:
    """A folium.Map of these things, which shows itself in Jupyter. Everything is inside it: it asks the network for
    nothing, unless online tiles are given.

    Args:
        things: What `payload` takes: inventories, findings, neighbourhoods, GeoDataFrames.
        lang: Language of the map's words.
        basemap: A base map made by `build_basemap`, or the file that holds one; None draws no ground.
        tiles: Online base map as a choice: an address with {z}, {x} and {y}.
        tiles_attribution: What its owner wants to be said while it is shown.
        audience: The circle that will see the map.

    Raises:
        DisclosureError: A finding was made for a narrower circle.
        InputError: A thing that cannot be drawn.
        UnknownKey: There is no such language.
    """
    return _drawn(*things, lang=lang, basemap=basemap, tiles=tiles, tiles_attribution=tiles_attribution,
                  audience=audience, strict=False)  # fmt: skip


def write_html(
    path: Path | str,
    *things: Thing,
    lang: str = "en",
    basemap: bytes | Path | None = None,
    tiles: str | None = None,
    tiles_attribution: str = "",
    audience: Audience | str = Audience.public,
) -> Path:
    """Write the map as one HTML file that opens from disk, with everything inside, and return its path.

    Written beside the target and put in its place when whole: a file that was there stays until then. The arguments are
    those of `draw`. The page itself forbids any request to another host than that of the online tiles.

    Raises:
        InputError: The name does not end in .html, or the folder does not exist; and what `draw` raises.
    """
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise InputError(M("{file} does not end in .html. A map is one HTML file; name it so.", file=target.name))
    if not target.absolute().parent.is_dir():
        raise InputError(M("The folder of {file} does not exist. Make it first, or name another.", file=target.name))
    drawn = _drawn(*things, lang=lang, basemap=basemap, tiles=tiles, tiles_attribution=tiles_attribution,
                   audience=audience, strict=True)  # fmt: skip
    _replace(target, drawn.get_root().render().encode())
    return target


def _drawn(
    *things: Thing, lang: str, basemap: bytes | Path | None, tiles: str | None, tiles_attribution: str,
    audience: Audience | str, strict: bool,
) -> Map:  # fmt: skip
    data = payload(*things, lang=lang, audience=audience)
    return new_map(
        lang=lang, title=_title(*things, lang=lang), basemap=basemap, data=data, tiles=tiles or "",
        tiles_attribution=tiles_attribution, strict=strict, credits=(OSM_CREDIT,),
    )  # fmt: skip


def _title(*things: Thing, lang: str) -> str:
    """The name of the first place, else the first question."""
    for thing in things:
        match thing:
            case Inventory():
                return thing.neighbourhood.name
            case Neighbourhood():
                return thing.name
            case Finding():
                return say(thing.title, lang)
    return ""


def _replace(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
