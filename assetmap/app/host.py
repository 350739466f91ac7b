"""How does the map sit in the page: sandboxed, kept across reruns, and believed in nothing without a check?"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

_SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
_FRAME = f'<iframe sandbox="{_SANDBOX}" style="width:100%;border:0;border-radius:8px;display:block"></iframe>'


@dataclass(frozen=True)
class MapEvents:
    """What the reader did on the map since the last run, and where they moved it to: latitude, longitude, zoom."""

    opened: str | None = None
    picked: tuple[float, float] | None = None
    view: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Cargo:
    """What is to be drawn, ready to be sent.

    Attributes:
        key: Changes when the content does.
        packed: JSON of key and payload, gzipped.
        ids: The assets in it: only these can be opened.
        bounds: West, south, east, north of it; a point far outside cannot be picked.
    """

    key: str
    packed: bytes
    ids: frozenset[str]
    bounds: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Patch:
    """What is different from a cargo that was sent before.

    Attributes:
        key: Changes when the content does.
        gone: The assets that are no longer as the cargo has them.
        drawn: A payload with those of them that are still there, as they are now, and with the new ones.
    """

    key: str
    gone: Sequence[str]
    drawn: Mapping[str, Any]


def pack(key: str, payload: Mapping[str, Any]) -> Cargo:
    """Make a payload of `assetmap.maps` ready to be sent."""
    text = json.dumps({"key": key, "payload": payload}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    bounds = payload.get("bounds")
    return Cargo(
        key,
        gzip.compress(text.encode(), compresslevel=5, mtime=0),
        frozenset(payload.get("assets", {}).get("id", ())),
        tuple(bounds) if bounds else None,
    )


def carry(cargo: Cargo) -> None:
    """Send what is to be drawn. Call it once per run, outside of the fragment that holds the map."""
    _component("assetmap_cargo", "<span></span>")(data=cargo.packed, key=f"cargo-{cargo.key}", height=1)


def show_map(
    cargo: Cargo,
    *,
    key: str,
    src: str,
    title: str,
    height: str,
    categories: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    focus: tuple[str, int] | None = None,
    picking: bool = False,
    pin: tuple[float, float] | None = None,
    layers: Mapping[str, bool] | None = None,
    tracked: bool = False,
    patch: Patch | None = None,
    placing: bool = False,
    fits: bool = False,
) -> MapEvents:
    """Show the map and tell what the reader did on it.

    Args:
        src: Address of the empty map page.
        title: Name of the frame, for those who do not see it.
        height: A CSS length.
        categories: The categories to show; all when None.
        ids: The assets to show, of these; all when None.
        focus: An asset to go to, with a number that changes when it is asked for again.
        picking: The next tap names a point.
        pin: Latitude and longitude of a chosen place.
        layers: Which layers are switched on.
        tracked: Run again when the reader has moved the map, to know the view.
        patch: What became different since the cargo was made.
        placing: As `picking`, and the pin can be dragged; the assets cannot be opened meanwhile.
        fits: What is drawn anew is gone to.
    """
    new = patch.drawn["assets"]["id"] if patch else ()
    messages = {
        "patch": {"do": "patch", "gone": list(patch.gone), "data": dict(patch.drawn)} if patch else None,
        "show": {"do": "show", "categories": _listed(categories), "ids": _listed(ids)},
        "layers": {"do": "layers", "on": dict(layers)} if layers else None,
        "pin": {"do": "pin", "at": list(pin) if pin else None},
        "mode": {"do": "mode", "mode": "place" if placing else "pick" if picking else "look"},
        "focus": {"do": "focus", "id": focus[0], "n": focus[1]} if focus else None,
    }
    data = {"src": src, "title": title, "height": height, "cargo": cargo.key, "messages": messages,
            "tracked": tracked, "fits": fits}  # fmt: skip
    said = _component("assetmap_host", _FRAME)(
        key=key, data=data, on_opened_change=_nothing, on_picked_change=_nothing, on_view_change=_nothing
    )
    return MapEvents(_known(said.opened, cargo.ids.union(new)), _place(said.picked, cargo.bounds), _view(said.view))


def _listed(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)


def _known(name: Any, ids: Collection[str]) -> str | None:
    return name if isinstance(name, str) and name in ids else None


def _place(point: Any, bounds: tuple[float, float, float, float] | None) -> tuple[float, float] | None:
    """The point, if it is one, and not far (half the map's own size) outside what is drawn."""
    if not isinstance(point, (list, tuple)) or len(point) != 2 or bounds is None:
        return None
    if not all(isinstance(x, (int, float)) and math.isfinite(x) for x in point):
        return None
    west, south, east, north = bounds
    margin = max(east - west, north - south, 0.01) / 2
    lat, lon = float(point[0]), float(point[1])
    inside = south - margin <= lat <= north + margin and west - margin <= lon <= east + margin
    return (lat, lon) if inside else None


def _view(said: Any) -> tuple[float, float, float] | None:
    if not isinstance(said, (list, tuple)) or len(said) != 3:
        return None
    if not all(isinstance(x, (int, float)) and math.isfinite(x) for x in said):
        return None
    lat, lon, zoom = (float(x) for x in said)
    return (lat, lon, zoom) if abs(lat) <= 90 and abs(lon) <= 180 and 0 <= zoom <= 22 else None


def _nothing() -> None:
    """Streamlit tells of an event only where something is to be called."""


@cache
def _component(name: str, html: str) -> Any:
    script = Path(__file__).with_name(f"{name.removeprefix('assetmap_')}.js").read_text(encoding="utf-8")
    return st.components.v2.component(name, html=html, js=script)
