"""Are the public names exactly these, and quick to have?"""

from __future__ import annotations

import subprocess
import sys

import pytest

import assetmap

PUBLIC = [
    "AssetmapError", "Finding", "Inventory", "Neighbourhood", "WalkNetwork", "WalkProfile", "analyse", "draw", "gather",
    "open", "place", "taxonomy", "write",
]  # fmt: skip


def test_exactly_these_names_sorted() -> None:
    assert assetmap.__all__ == PUBLIC == sorted(PUBLIC)
    assert dir(assetmap) == sorted([*PUBLIC, "__version__"])


@pytest.mark.parametrize("name", PUBLIC)
def test_each_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(assetmap, name).__doc__


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'utils'"):
        assetmap.utils  # noqa: B018


def test_every_analysis_by_its_name() -> None:
    assert dir(assetmap.analyse) == ["coverage", "gaps", "nearby"]
    with pytest.raises(AttributeError, match="no analysis 'astrology'; there are coverage, gaps, nearby"):
        assetmap.analyse.astrology  # noqa: B018


def test_importing_loads_nothing_heavy() -> None:
    heavy = ("streamlit", "folium", "osmnx", "sqlalchemy", "geopandas", "pandera")
    code = f"import sys, assetmap; print([m for m in {heavy!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
