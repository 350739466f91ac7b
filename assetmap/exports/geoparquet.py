"""GeoParquet 1.1 for analysis: typed columns, a bounding box per row, and what must be said in the file's metadata."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from assetmap.exports.content import Content
from assetmap.exports.export import Export
from assetmap.messages import M


def write(content: Content, path: Path) -> None:
    """Write one table; geometry as WKB with the bounding box as covering, compressed with zstd."""
    buffer = io.BytesIO()
    content.frame.to_parquet(buffer, index=False, write_covering_bbox=True, schema_version="1.1.0")
    table = pq.read_table(io.BytesIO(buffer.getvalue()))
    said = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        for name, value in content.about.to_dict().items()
    }
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **said})
    pq.write_table(table, path, compression="zstd")


def receipt(path: Path) -> Any:
    """The receipt in the file's metadata."""
    return json.loads((pq.read_metadata(path).metadata or {})[b"receipt"])


EXPORT = Export("geoparquet", M("GeoParquet"), (".parquet", ".geoparquet"), write, receipt)
