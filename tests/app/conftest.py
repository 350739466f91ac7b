"""A town to look at, and the app's pages without a browser."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assetmap.settings import settings
from tests.town import empty_town, town


@pytest.fixture(autouse=True)
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts the page in place of `__main__`; a child process that a later test starts would run the page."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Stores by name: `full`, and `empty` where nothing is mapped yet."""
    folder = tmp_path_factory.mktemp("towns")
    return {"full": town(folder / "full"), "empty": empty_town(folder / "empty")}


@pytest.fixture
def see(towns: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """`see("coverage", "nb", of="empty", who="older")`: a page, run once with these parameters in its address."""

    def run(page: str, lang: str = "en", of: str = "full", **parameters: str) -> AppTest:
        monkeypatch.setenv("ASSETMAP_STORE", str(towns.get(of, Path(of))))
        settings.cache_clear()
        test = AppTest.from_string(f"from assetmap.app import router\nrouter.guarded(router.{page}.show)()")
        for name, value in {"lang": lang, **parameters}.items():
            test.query_params[name] = value
        return test.run(timeout=30)

    yield run
    settings.cache_clear()
