"""What is kept between runs and visitors, and when does it become stale?

Everything here is keyed by the state of the store, so that a new `gather` shows at the next click. Only what is
open to the audience of this server is loaded; nothing personal passes through here. Findings and inventories are frozen
and shared, never copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from assetmap import api
from assetmap.app.host import Cargo, Patch, pack
from assetmap.app.rows import Row, fold, in_order, rows
from assetmap.app.standing import Place, Standing
from assetmap.maps.payload import payload
from assetmap.model.finding import Finding
from assetmap.settings import settings
from assetmap.store import Store


def current_store() -> Store:
    """The store that this server shows.

    Raises:
        StoreMissing: There is none in that folder.
    """
    return api.open_store(settings().store)


def place() -> Place:
    """What the store holds now."""
    store = current_store()
    return _standing(store.address, settings().audience).now(store)


def table(shown: Place, lang: str) -> list[Row]:
    """The rows of the list."""
    return _table(shown.key, lang, shown)


def asset_cargo(shown: Place, lang: str) -> Cargo:
    """All assets, for the map, as they were when the store was last read as a whole."""
    whole = shown.base or shown
    return _asset_cargo(whole.key, lang, whole)


def asset_patch(shown: Place, lang: str) -> Patch | None:
    """What the map is to draw differently from that; None where nothing is."""
    return None if shown.part is None else _asset_patch(shown.key, lang, shown)


def coverage_cargo(
    shown: Place, category: str, minutes: float | None, norm: str | None, profile: str, ground: bool, lang: str
) -> Cargo:
    """Who can reach the category and where they live who cannot, with its assets, for the map.

    Args:
        ground: Also the ground from which one can be reached in time; only where minutes are asked for.
    """
    return _coverage_cargo(shown.key, category, minutes, norm, profile, ground and norm is None, lang, shown)


def coverage(shown: Place, category: str, minutes: float | None, norm: str | None, profile: str) -> Finding:
    """Who can reach the category."""
    return _coverage(shown.key, category, minutes, norm, profile, shown)


def gaps(shown: Place, category: str, minutes: float | None, norm: str | None, profile: str) -> Finding:
    """Where those live who cannot, with what is near them."""
    return _gaps(shown.key, category, minutes, norm, profile, shown)


def nearby(shown: Place, at: tuple[float, float], profile: str, lang: str) -> tuple[Finding, Cargo]:
    """What can be reached from one place, and the map of it. Kept in the asker's own session only, and forgotten with
    it: where somebody asked from is nobody else's business."""
    return _nearby(shown.key, at, profile, lang, shown)


@dataclass(frozen=True)
class Address:
    """An address of the map data, and its latitude and longitude."""

    text: str
    at: tuple[float, float]
    folded: str


def addresses(shown: Place, words: str, most: int = 6) -> list[Address]:
    """The addresses that begin with, or else hold, what somebody typed; the shortest first."""
    wanted = fold(words).replace(",", " ").split()
    fitting = [one for one in _addresses(shown.key) if all(word in one.folded for word in wanted)] if wanted else []
    return sorted(fitting, key=lambda one: (not one.folded.startswith(wanted[0]), len(one.text), one.text))[:most]


@st.cache_resource(max_entries=2, show_spinner=False)
def _addresses(key: str) -> list[Address]:
    frame = current_store().addresses()
    made: dict[str, Address] = {}
    columns = (frame[name].fillna("").astype("str") for name in ("street", "number", "postcode", "city"))
    for street, number, postcode, city, point in zip(*columns, frame.geometry, strict=True):
        text = f"{street} {number}".strip() + (f", {postcode} {city}".rstrip() if postcode or city else "")
        made.setdefault(text, Address(text, (point.y, point.x), fold(text.replace(",", " "))))
    return list(made.values())


@st.cache_resource(max_entries=2, show_spinner=False)
def _standing(address: str, audience: str) -> Standing:
    return Standing(audience)


@st.cache_resource(max_entries=8, show_spinner=False)
def _table(key: str, lang: str, _shown: Place) -> list[Row]:
    if _shown.base is None or _shown.part is None:
        return rows(_shown.inventory, lang)
    kept = [row for row in table(_shown.base, lang) if row.id not in _shown.touched]
    return in_order([*kept, *rows(_shown.part, lang)])


@st.cache_resource(max_entries=8, show_spinner=False)
def _asset_cargo(key: str, lang: str, _shown: Place) -> Cargo:
    return pack(f"{key}-{lang}", payload(_shown.inventory, lang=lang, audience=_shown.inventory.audience))


@st.cache_resource(max_entries=16, show_spinner=False)
def _asset_patch(key: str, lang: str, _shown: Place) -> Patch:
    part = _shown.part
    assert part is not None
    drawn = payload(part, lang=lang, audience=part.audience)
    unplaced = sum(not row.placed for row in table(_shown, lang))
    return Patch(key, sorted(_shown.touched), {**drawn, "layers": [], "unplaced": unplaced})


@st.cache_resource(max_entries=16, show_spinner=False)
def _coverage_cargo(
    key: str, category: str, minutes: float | None, norm: str | None, profile: str, ground: bool, lang: str,
    _shown: Place,
) -> Cargo:  # fmt: skip
    things: list[Any] = [ask(_shown, category, minutes, norm, profile) for ask in (coverage, gaps)]
    if ground and minutes is not None:
        things.append(_walk_area(key, category, minutes, profile, _shown))
    drawn = payload(_shown.inventory.where(category=category), *things, lang=lang, audience=_shown.inventory.audience)
    return pack(f"{key}-{category}-{minutes}-{norm}-{profile}-{ground}-{lang}", drawn)


@st.cache_resource(max_entries=4, show_spinner=False, scope="session")
def _nearby(key: str, at: tuple[float, float], profile: str, lang: str, _shown: Place) -> tuple[Finding, Cargo]:
    finding: Finding = api.analyse.nearby(_shown.inventory, at=at, profile=profile)
    ground = api.walk_areas(_shown.inventory, at, profile=profile)
    drawn = payload(_shown.inventory.neighbourhood, ground, finding, lang=lang, audience=_shown.inventory.audience)
    return finding, pack(f"{key}-{at[0]}-{at[1]}-{profile}-{lang}", drawn)


@st.cache_resource(max_entries=64, show_spinner=False)
def _coverage(key: str, category: str, minutes: float | None, norm: str | None, profile: str, _shown: Place) -> Finding:
    ask = {"category": category, "minutes": minutes, "norm": norm, "profile": profile}
    finding: Finding = api.analyse.coverage(_shown.inventory, **ask)
    return finding


@st.cache_resource(max_entries=16, show_spinner=False)
def _walk_area(key: str, category: str, minutes: float, profile: str, _shown: Place) -> Any:
    return api.walk_areas(_shown.inventory.where(category=category), minutes=[minutes], profile=profile)


@st.cache_resource(max_entries=64, show_spinner=False)
def _gaps(key: str, category: str, minutes: float | None, norm: str | None, profile: str, _shown: Place) -> Finding:
    ask = {"category": category, "minutes": minutes, "norm": norm, "profile": profile}
    finding: Finding = api.analyse.gaps(_shown.inventory, **ask)
    return finding
