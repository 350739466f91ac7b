"""FlatGeobuf for the web and for large files: one layer, with what must be said in its title and description."""

from __future__ import annotations

from pathlib import Path

import pyogrio

from assetmap.exports.content import Content
from assetmap.exports.export import Export
from assetmap.messages import M


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


EXPORT = Export("flatgeobuf", M("FlatGeobuf"), (".fgb",), write)
