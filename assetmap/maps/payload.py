"""What is sent to the browser, and nothing else: which columns of which rows, as plain values?

Only rows that the audience may see, only fields that a reader of a map needs; texts stay texts. The format is written
down in `assetmap.maps.page`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.disclosure.gate import demand_audience, release
from assetmap.errors import InputError
from assetmap.i18n import say
from assetmap.maps.badge import CONTEXT, CONTEXT_COLOUR
from assetmap.maps.layers import boundary_layer, finding_layer, micro, outline_layer, walk_layer
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.crs import to_wgs84
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import LICENCES, OSM_ATTRIBUTION, OSM_URL, Provenance
from assetmap.model.taxonomy import taxonomy

Thing: TypeAlias = "Inventory | Finding | Neighbourhood | gpd.GeoDataFrame"

# what a popup may tell -> the columns it is in, the first that says something
_MORE = {
    "near": ("near",), "about": ("description",), "address": ("address",), "hours": ("opening_hours",),
    "access": ("access",), "wheelchair": ("wheelchair",), "capacity": ("capacity",), "operator": ("operator",),
    "website": ("website",), "minutes": ("minutes",), "source": ("source_title",),
}  # fmt: skip
_APPROXIMATE = ("street", "area")

_CONTEXT_LABEL = M("Benches, stops and the like")


def payload(*things: Thing, lang: str = "en", audience: Audience | str = Audience.public) -> dict[str, Any]:
    """What the map page draws of these things, as plain JSON values.

    Args:
        things: Inventories, findings, neighbourhoods (their boundary), and plain GeoDataFrames in any CRS: polygons
            with a column `minutes` are walk areas, rows with `category` are assets, anything else is outlined.
        lang: Language of the labels.
        audience: The circle that will see it. Rows of an inventory that it may not see are left out; so are those of a
            frame that says of each row for whom it is (`audience`, `review`).

    Raises:
        DisclosureError: A finding was made for a narrower circle.
        CRSError: A frame has no reference system.
        InputError: A thing of another sort.
    """
    rows: list[pd.DataFrame] = []
    layers: list[dict[str, Any]] = []
    credits: list[dict[str, str]] = []
    places: list[Neighbourhood] = []
    for thing in things:
        match thing:
            case Inventory():
                shown = release(thing, audience)
                rows.append(_sourced(shown))
                credits += _credits(shown.attribution, shown.provenance)
                places.append(thing.neighbourhood)
            case Finding():
                demand_audience(thing, audience)
                layers.append(finding_layer(thing, lang))
                credits += _credits(thing.attribution, thing.provenance)
                if thing.question == "nearby":
                    rows.append(pd.DataFrame(thing.frame))
            case Neighbourhood():
                places.append(thing)
            case gpd.GeoDataFrame():
                _sort_frame(thing, audience, lang, rows, layers)
            case _:
                raise InputError(M("A {sort} cannot be drawn. Expected an inventory, a finding, a neighbourhood or a "
                                   "GeoDataFrame.", sort=type(thing).__name__))  # fmt: skip
    edges = {place.boundary.wkb: boundary_layer(place, lang) for place in places if not place.boundary.is_empty}
    return _assembled(_joined(rows), [*edges.values(), *layers], credits, lang)


def _assembled(
    assets: pd.DataFrame, layers: list[dict[str, Any]], credits: list[dict[str, str]], lang: str
) -> dict[str, Any]:
    columns, used = _columns(assets)
    known = taxonomy()
    kinds = [kind for key, kind in known.kinds.items() if any(_kind_of(c) == key for c in used)]
    shown = [{"key": k.key, "label": k.label(lang), "colour": k.colour, "shape": k.shape} for k in kinds]
    if any(_kind_of(c) == CONTEXT for c in used):
        shown.append({"key": CONTEXT, "label": say(_CONTEXT_LABEL, lang), "colour": CONTEXT_COLOUR, "shape": "circle"})
    order = [kind["key"] for kind in shown]
    bounds = [(layer["type"] == "boundary", layer.pop("bounds", None)) for layer in layers]
    extents = [b for edge, b in bounds if edge] or [b for _, b in bounds if b] + _extent(columns)
    return {
        "v": 1,
        "lang": lang,
        "bounds": [*np.min(extents, axis=0)[:2].tolist(), *np.max(extents, axis=0)[2:].tolist()] if extents else None,
        "kinds": shown,
        "categories": [
            {"key": key, "label": known[key].label(lang), "kind": order.index(_kind_of(key)), "icon": known[key].icon}
            for key in used
        ],
        "assets": columns,
        "unplaced": len(assets) - len(columns["id"]),
        "layers": _numbered(layers),
        "attribution": credits,
    }


def _kind_of(category: str) -> str:
    return CONTEXT if taxonomy()[category].role == CONTEXT else taxonomy()[category].kind


def _columns(assets: pd.DataFrame) -> tuple[dict[str, Any], list[str]]:
    """The placed assets column by column, and the categories that they use in the order of the taxonomy."""
    geometry = assets["geometry"].to_numpy()
    placed = assets[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    points = shapely.point_on_surface(placed["geometry"].to_numpy())
    present = set(placed["category"])
    used = [key for key in taxonomy() if key in present]
    number = {key: i for i, key in enumerate(used)}
    more = {field: sparse for field, names in _MORE.items() if (sparse := _sparse(placed, names))}
    if "location_precision" in placed:
        rough = np.flatnonzero(placed["location_precision"].isin(_APPROXIMATE))
        more |= {"approximate": {str(i): True for i in rough}} if len(rough) else {}
    columns = {
        "id": [str(i) for i in placed.index],
        "name": [name if isinstance(name, str) else "" for name in placed["name"]],
        "cat": [number[key] for key in placed["category"]],
        "lon": micro(shapely.get_x(points)), "lat": micro(shapely.get_y(points)), "more": more,
    }  # fmt: skip
    return columns, used


def _sparse(placed: pd.DataFrame, names: tuple[str, ...]) -> dict[str, str | float]:
    """Row number to value, for the rows that say something."""
    found: dict[str, str | float] = {}
    for name in names:
        if name in placed:
            values = placed[name].tolist()
            for i in np.flatnonzero(placed[name].notna().to_numpy()):
                value = values[i]
                found.setdefault(str(i), round(float(value), 1) if isinstance(value, (int, float)) else str(value))
    return {row: value for row, value in found.items() if value != ""}


def _sourced(inventory: Inventory) -> pd.DataFrame:
    """The rows with the title of their source, where there is more than one to tell apart."""
    frame = pd.DataFrame(inventory.frame)
    if frame["source"].nunique() > 1:
        titles = {p.source: p.title for p in inventory.provenance}
        frame["source_title"] = frame["source"].map(lambda key: titles.get(key, key))
    return frame


def _sort_frame(
    frame: gpd.GeoDataFrame, audience: Audience | str, lang: str, rows: list[pd.DataFrame], layers: list[dict[str, Any]]
) -> None:
    """Find out what a plain frame is, and put it where it belongs."""
    frame = to_wgs84(frame)
    if "category" in frame:
        frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
        if {"audience", "review"} <= set(frame.columns):
            nowhere = Neighbourhood("", shapely.Polygon(), gpd.GeoDataFrame(geometry=[], crs=4326))
            frame = release(Inventory(frame, nowhere), audience).frame
        rows.append(pd.DataFrame(frame if "name" in frame else frame.assign(name="")))
    elif "minutes" in frame and frame.geom_type.dropna().isin(["Polygon", "MultiPolygon"]).all():
        layers.append(walk_layer(frame, lang))
    else:
        layers.append(outline_layer(frame, lang))


def _joined(rows: list[pd.DataFrame]) -> pd.DataFrame:
    """All assets, each id once; a later mention only adds what an earlier one did not say (the minutes to it)."""
    if not rows:
        return pd.DataFrame({"category": [], "name": [], "geometry": np.array([], dtype=object)})
    first = rows[0]
    for other in rows[1:]:
        if "minutes" in other and "minutes" not in first:
            first = first.assign(minutes=other["minutes"].reindex(first.index))
        first = pd.concat([first, other[~other.index.isin(first.index)]])
    known = first["category"].isin(list(taxonomy()))
    return first[known]


def _extent(columns: dict[str, Any]) -> list[tuple[float, ...]]:
    lon, lat = columns["lon"], columns["lat"]
    return [(min(lon) / 1e6, min(lat) / 1e6, max(lon) / 1e6, max(lat) / 1e6)] if lon else []


def _credits(words: tuple[str, ...], provenance: tuple[Provenance, ...]) -> list[dict[str, str]]:
    """Attribution with the address of its terms, which for OpenStreetMap is its own page about them."""
    terms = {p.attribution: LICENCES[p.licence].url for p in provenance if p.licence in LICENCES}
    return [{"text": text, "url": OSM_URL if text == OSM_ATTRIBUTION else terms.get(text, "")} for text in words]


def _numbered(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Layers with ids: their type, and from the second of a type on its number."""
    seen: dict[str, int] = {}
    out = []
    for layer in layers:
        seen[layer["type"]] = n = seen.get(layer["type"], 0) + 1
        out.append({"id": layer["type"] if n == 1 else f"{layer['type']}-{n}", **layer})
    return out
