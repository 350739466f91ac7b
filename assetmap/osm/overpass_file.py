"""How do replies of Overpass become a file like any other OpenStreetMap file?

JSON in, `.osm.pbf` out: what comes over the network is then read by the same reader as a downloaded extract, so that
both give the same inventory. Large areas come in parts that overlap; merging keeps each object once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import osmium
from osmium.osm import mutable

# Overpass's `out body` gives no versions, dates or names of mappers, so none are written.
_FORMAT = "pbf,add_metadata=false"
_STAMP = "osmosis_replication_timestamp"
_GENERATOR = "assetmap, from Overpass"

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS84)."""


def write_reply(reply: Mapping[str, Any], path: Path) -> None:
    """Write one Overpass reply (`out:json`, `out body`) as `.osm.pbf`; the database's date goes into the header.

    Args:
        reply: The decoded JSON: `elements` (nodes, ways, relations with members) and `osm3s.timestamp_osm_base`.
        path: Ends in `.pbf`; overwritten if it exists.
    """
    stamp = str(reply.get("osm3s", {}).get("timestamp_osm_base", ""))
    with osmium.SimpleWriter(osmium.io.File(str(path), _FORMAT), header=_header(stamp), overwrite=True) as writer:
        _write(writer, reply["elements"])


def merge_parts(parts: Sequence[Path], path: Path, box: Box | None = None) -> str:
    """Join parts into one `.osm.pbf`, sorted by type and id, each object once.

    Args:
        parts: Files of `write_reply`; at least one.
        path: Ends in `.pbf`; overwritten if it exists.
        box: The box that the parts cover without a gap, for the header; None if they do not fill one.

    Returns:
        The database's date of the oldest part (ISO date and time, UTC), or "" where a part has none.
    """
    stamp = min(_stamp(part) for part in parts)
    merged = osmium.MergeInputReader()
    for part in parts:
        merged.add_file(str(part))
    with osmium.SimpleWriter(osmium.io.File(str(path), _FORMAT), header=_header(stamp, box), overwrite=True) as writer:
        merged.apply(writer, simplify=True)
    return stamp


def _write(writer: osmium.SimpleWriter, elements: Iterable[Mapping[str, Any]]) -> None:
    for e in elements:
        tags = e.get("tags", {})
        if e["type"] == "node":
            writer.add_node(mutable.Node(id=e["id"], location=(e["lon"], e["lat"]), tags=tags))
        elif e["type"] == "way":
            writer.add_way(mutable.Way(id=e["id"], nodes=e.get("nodes", []), tags=tags))
        elif e["type"] == "relation":
            members = [(m["type"][0], m["ref"], m.get("role", "")) for m in e.get("members", [])]
            writer.add_relation(mutable.Relation(id=e["id"], members=members, tags=tags))


def _header(stamp: str, box: Box | None = None) -> osmium.io.Header:
    header = osmium.io.Header()
    header.set("generator", _GENERATOR)
    if stamp:
        header.set(_STAMP, stamp)
    if box is not None:
        west, south, east, north = box
        header.add_box(osmium.osm.Box(west, south, east, north))
    return header


def _stamp(part: Path) -> str:
    with osmium.io.Reader(str(part), osmium.osm.NOTHING) as reader:
        return str(reader.header().get(_STAMP))
