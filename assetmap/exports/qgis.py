"""How does QGIS draw an exported layer as the app does, and show its title, terms and method?

QGIS reads a style (QML) from the table `layer_styles` of a GeoPackage and a description (QMD) from its metadata. Both
are written here from the same kinds, colours and classes that the map page uses.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from assetmap.exports.content import About
from assetmap.exports.guard import printable
from assetmap.i18n import number, say
from assetmap.messages import M
from assetmap.model.taxonomy import taxonomy

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
REACH = (
    ("covered", M("Within reach"), "#2a7f9e", "circle"),
    ("uncovered", M("Too far"), "#c2410c", "diamond"),
    ("unreachable", M("No way there on foot"), "#2b2118", "cross2"),
    ("unlinked", M("Too far from any street to say"), "#6b655c", "circle"),
)
_REACHED = (
    "CASE WHEN NOT \"linked\" THEN 'unlinked' WHEN \"minutes\" IS NULL THEN 'unreachable' "
    "WHEN \"covered\" THEN 'covered' ELSE 'uncovered' END"
)
SHADES = ("#fde3c8", "#fbbf8a", "#f2935a", "#d9662f", "#a83e12")
_TYPES = {
    "points": ("marker", "SimpleMarker", 0),
    "lines": ("line", "SimpleLine", 1),
    "areas": ("fill", "SimpleFill", 2),
}


@dataclass(frozen=True)
class _Class:
    value: str
    label: str
    colour: str
    shape: str = "circle"
    upper: str = ""


def style(frame: gpd.GeoDataFrame, family: str, column: str, lang: str) -> str | None:
    """The QML of one layer, or None where it would say nothing.

    Args:
        frame: The rows of the layer.
        family: `points`, `lines` or `areas`.
        column: The column that holds the answer of a finding; empty for an inventory.
        lang: Language of the legend.
    """
    if {"minutes", "covered", "linked"} <= set(frame.columns):
        return _qml(
            family, _REACHED, [_Class(key, say(text, lang), colour, shape) for key, text, colour, shape in REACH]
        )
    if "kind" in frame:
        kinds = taxonomy().kinds.values()
        return _qml(family, "kind", [_Class(k.key, k.label(lang), k.colour, k.shape) for k in kinds])
    if column in frame and pd.api.types.is_numeric_dtype(frame[column]) and frame[column].notna().any():
        return _qml(family, column, _classes(frame[column].dropna(), lang), graduated=True)
    return None


def _classes(values: pd.Series, lang: str) -> list[_Class]:
    """Five classes with about as many rows in each, as on the map page; fewer where values are equal."""
    ordered = np.sort(values.to_numpy(dtype="float64"))
    limits = [ordered[max(int(np.ceil(q * len(ordered))) - 1, 0)] for q in (0.2, 0.4, 0.6, 0.8, 1)]
    below = min(0.0, float(ordered[0]))
    out: list[_Class] = []
    for limit, shade in zip(limits, SHADES, strict=True):
        if not out or limit > below:
            label = f"{number(below, lang)}–{number(limit, lang)}"
            out.append(_Class(repr(float(below)), label, shade, "square", repr(float(limit))))
            below = float(limit)
    return out


def _qml(family: str, attribute: str, classes: Iterable[_Class], graduated: bool = False) -> str:
    kind, layer, number_of_type = _TYPES[family]
    root = ET.Element("qgis", version="3.22", styleCategories="Symbology")
    sort = (
        {"type": "graduatedSymbol", "graduatedMethod": "GraduatedColor"} if graduated else {"type": "categorizedSymbol"}
    )
    fixed = {"attr": attribute, "symbollevels": "0", "enableorderby": "0", "forceraster": "0"}
    renderer = ET.SubElement(root, "renderer-v2", sort | fixed)
    entries = ET.SubElement(renderer, "ranges" if graduated else "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for i, entry in enumerate(classes):
        if graduated:
            ET.SubElement(entries, "range", render="true", symbol=str(i), lower=entry.value, upper=entry.upper,
                          label=entry.label)  # fmt: skip
        else:
            ET.SubElement(entries, "category", render="true", symbol=str(i), value=entry.value, type="string",
                          label=entry.label)  # fmt: skip
        symbol = ET.SubElement(symbols, "symbol", type=kind, name=str(i), alpha="1", clip_to_extent="1", force_rhr="0")
        drawn = ET.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "locked": "0", "pass": "0"})
        options = ET.SubElement(drawn, "Option", type="Map")
        for name, value in _look(family, entry).items():
            ET.SubElement(options, "Option", type="QString", name=name, value=value)
            ET.SubElement(drawn, "prop", k=name, v=value)  # the same for QGIS before 3.26
    ET.SubElement(root, "layerGeometryType").text = str(number_of_type)
    return DOCTYPE + ET.tostring(root, encoding="unicode")


def _look(family: str, entry: _Class) -> dict[str, str]:
    colour = ",".join(str(int(entry.colour[i : i + 2], 16)) for i in (1, 3, 5))
    if family == "points":
        return {"name": entry.shape, "color": f"{colour},255", "size": "3", "size_unit": "MM",
                "outline_color": "255,255,255,255" if entry.shape != "cross2" else f"{colour},255",
                "outline_style": "solid", "outline_width": "0.3", "outline_width_unit": "MM"}  # fmt: skip
    if family == "lines":
        return {"line_color": f"{colour},255", "line_style": "solid", "line_width": "0.8", "line_width_unit": "MM"}
    return {"color": f"{colour},110", "style": "solid", "outline_color": f"{colour},255", "outline_style": "solid",
            "outline_width": "0.3", "outline_width_unit": "MM"}  # fmt: skip


def description(layer: str, about: About, lang: str) -> str:
    """The QMD of one layer: QGIS shows it under the layer's properties."""
    root = ET.Element("qgis", version="3.22")
    for name, text in (
        ("identifier", layer), ("parentidentifier", ""), ("language", lang), ("type", "dataset"),
        ("title", about.title),
        ("abstract", "\n".join((about.summary, *about.method, *about.caveats))),
        ("license", f"{about.licence_title} {about.licence_url}".strip()), ("rights", about.attribution),
        ("history", f"{about.date}: {about.generator}"),
    ):  # fmt: skip
        ET.SubElement(root, name).text = printable(text)
    return DOCTYPE + ET.tostring(root, encoding="unicode")
