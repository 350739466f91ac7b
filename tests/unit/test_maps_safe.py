"""Nothing that stands in data is ever run as a template, whichever part of folium it goes through."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import assetmap.maps.safe
from assetmap.maps.safe import Element, folium

RUN = "{{ 123456789 * 9 }}"
RAN = "1111111101"
BROKEN = ["{{", "{%", "{#", "{% raw %}", "{{ nothing.at.all }}"]


def rendered(*children: object) -> str:
    drawn = folium.Map(tiles=None)
    for child in children:
        drawn.add_child(child)
    return str(drawn.get_root().render())


@pytest.mark.parametrize("text", [RUN, *BROKEN])
def test_folium_keeps_the_text_of_markers_layers_and_features(text: str) -> None:
    point = {"type": "Feature", "properties": {"name": text}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    features = {"type": "FeatureCollection", "features": [point]}
    page = rendered(
        folium.Marker([1, 2], popup=text, tooltip=text),
        folium.CircleMarker([1, 2], popup=folium.Popup(text, parse_html=True)),
        folium.GeoJson(features, tooltip=folium.GeoJsonTooltip(["name"])),
        folium.FeatureGroup(name=text),
        folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr=text, name=text),
    )
    assert text in page
    assert RAN not in page


def test_only_one_module_imports_folium_and_branca() -> None:
    pattern = re.compile(r"^\s*(?:import|from)\s+(?:folium|branca)\b", re.MULTILINE)
    folder = Path(assetmap.maps.safe.__file__).parent
    assert [file.name for file in folder.rglob("*.py") if pattern.search(file.read_text(encoding="utf-8"))] == [
        "safe.py"
    ]


def test_the_same_map_without_the_repair_would_run_the_text() -> None:
    """The danger is real, in a process that has not imported assetmap: if this fails, folium has been mended."""
    code = (
        "import folium; m = folium.Map(tiles=None); folium.Marker([1, 2], tooltip='{{ 123456789 * 9 }}').add_to(m); "
        "print('1111111101' in m.get_root().render())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_an_element_stays_text_after_pickling() -> None:
    element = pickle.loads(pickle.dumps(Element(RUN)))
    assert element.render() == RUN
