"""What every test may lean on: the shared real data, and folders of its own for whatever is cached."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import dev
from tests.postgres import Cluster, running

ROOT = Path(__file__).resolve().parent.parent

# The only variables of ours that a test run takes from outside; a developer's own settings would change the results.
KEPT = {"ASSETMAP_SHARED", "ASSETMAP_CHROMIUM", "ASSETMAP_POSTGRES", "ASSETMAP_REQUIRE_BROWSER"}

# A slow moment of the machine is no fault of ours, so examples have no deadline. CI tries the same ones each time; at a
# desk each run tries others.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "desk")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: quick failures come first, and playwright's event loop meets no other test."""
    items.sort(key=lambda item: "browser" in item.path.relative_to(ROOT).parts)


def missing(reason: str) -> None:
    """Skip with a reason; but where CI=true nothing may go untested, so fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout."""
    folder = Path(os.environ.get("ASSETMAP_SHARED") or ROOT.parent / "shared" / "data").resolve()
    if not folder.is_dir():
        missing(f"The real data was expected in {folder}. Set ASSETMAP_SHARED to the folder that holds it.")
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings and caches of this run only: neither the developer's are used, nor are they changed."""
    folder = tmp_path_factory.mktemp("caches")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("ASSETMAP_", "STREAMLIT_")) and name not in KEPT]:
            patch.delenv(name)
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR", "IPYTHONDIR"):
            patch.setenv(name, str(folder / name.lower()))
        patch.setenv("ASSETMAP_CACHE", str(folder / "assetmap"))
        patch.setenv("ASSETMAP_BACKUPS", str(folder / "backups"))
        yield folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server with PostGIS, of this test process alone. A test that stops it takes one of its own."""
    programs = dev.find_postgres()
    if programs is None:
        missing(dev.NO_POSTGRES)
    with running(programs) as server:
        yield server


@pytest.fixture
def server_url(cluster: Cluster) -> Iterator[str]:
    """The address of a schema that nobody has made yet, in a database with PostGIS; dropped after the test."""
    with cluster.schema() as url:
        yield url


@pytest.fixture(params=["folder", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that nobody has made yet: a folder of this computer, then a schema on a server."""
    if request.param == "folder":
        return str(tmp_path / "store")
    url: str = request.getfixturevalue("server_url")
    return url
