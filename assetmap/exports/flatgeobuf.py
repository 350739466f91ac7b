"""FlatGeobuf for the web and for large files: one layer, with what must be said in its title and description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyogrio

from assetmap.exports.content import Content
from assetmap.exports.export import Export
from assetmap.messages import M

_LARGEST_HEADER = 16 * 2**20


def write(content: Content, path: Path) -> None:
    """Write one layer, of mixed shapes where there are; the description is a JSON object."""
    frame = content.frame.reset_index(drop=True)
    placed = bool(len(frame)) and not frame.geometry.isna().any()
    pyogrio.write_dataframe(
        frame,
        path,
        driver="FlatGeobuf",
        layer=content.name,
        geometry_type=None if placed else "Unknown",
        layer_options={
            "TITLE": content.about.title,
            "DESCRIPTION": content.about.json(),
            "SPATIAL_INDEX": "YES" if placed else "NO",  # the index cannot hold a row without a place
        },
    )


def receipt(path: Path) -> Any:
    """The receipt in the description, which stands as JSON in the file's header; read without GDAL."""
    with path.open("rb") as file:
        start = file.read(12)
        header = file.read(min(int.from_bytes(start[8:12], "little"), _LARGEST_HEADER))
    text = header[header.index(b'{"title"') :].decode("utf-8", errors="ignore")
    return json.JSONDecoder().raw_decode(text)[0].get("receipt")


EXPORT = Export("flatgeobuf", M("FlatGeobuf"), (".fgb",), write, receipt)
