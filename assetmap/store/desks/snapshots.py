"""What was on the map on a day, and what is different since?

A dated snapshot is frozen: a GeoParquet of all assets, with its method and counts, that nothing changes afterwards,
except that words which are erased for good leave it too.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
import sqlalchemy as sa

from assetmap.atomic import replacing
from assetmap.disclosure.gate import release, release_rows
from assetmap.disclosure.saving import demand_clean_words
from assetmap.errors import InputError, StoreError
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.inventory import Inventory
from assetmap.model.provenance import Provenance
from assetmap.model.schema import complete
from assetmap.model.snapshot import Snapshot
from assetmap.model.taxonomy import reading_rules
from assetmap.store import asked, content
from assetmap.store import tables as t
from assetmap.store.between import between
from assetmap.store.frames import read_frame
from assetmap.store.home import Home
from assetmap.store.parts import sha256
from assetmap.store.writing import Pen, writing
from assetmap.upkeep.cards import Card
from assetmap.upkeep.compare import Comparison, compare

NOW = "now"
"""The name under which the map as it is can be compared with a snapshot."""
COMMUNITY = "community"
"""The source of what people add by hand, which never lists all there is."""
FOLDER = "snapshots"


@dataclass(frozen=True, eq=False)
class _State:
    """What an audience may see of the map at a moment (empty: now), and the ids of what it may not."""

    seen: gpd.GeoDataFrame
    card: Card
    at: str
    hidden: set[str]


class Snapshots:
    """Dated snapshots of a store."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def take(self, name: str, *, by: str = "", note: str = "") -> Snapshot:
        """Freeze the map as it is.

        Args:
            name: What to call it; no two have the same name.

        Raises:
            InputError: The name is empty, too long or taken.
            StoreError: The disk is full, or somebody else is writing; nothing was taken.
        """
        name, note = " ".join(asked.words(name).split()), asked.words(note)
        if not name or len(name) > 100 or not name.isprintable() or name.casefold() == NOW:
            raise InputError(
                M("“{name}” cannot be the name of a snapshot. Expected up to 100 letters.", name=asked.shown(name))
            )
        demand_clean_words(name=name, note=note)
        with writing(self._home, by=by, kind="snapshot", tidy=True) as pen:
            if any(known.name.casefold() == name.casefold() for known in _all(pen.connection)):
                raise InputError(M("There is a snapshot “{name}” already. Choose another name.", name=name))
            frame = read_frame(pen.connection, t.asset, "id")
            key = uuid.uuid4().hex[:12]
            row = {
                "id": key, "name": name, "at": pen.at, "by": by, "note": note,
                "method": json.dumps(_method(pen.connection), ensure_ascii=False, default=str),
                "counts": json.dumps({str(k): int(n) for k, n in frame["category"].value_counts(sort=False).items()}),
                "revision": content.setting_of(pen.connection, "revision", 0), **_freeze(pen, self._home, frame, key),
            }  # fmt: skip
            pen.connection.execute(sa.insert(t.snapshot), row)
            pen.dirty()
        return self.get(key)

    def list(self) -> list[Snapshot]:
        """All snapshots, oldest first."""
        with self._home.reading() as connection:
            return _all(connection)

    def get(self, key: str) -> Snapshot:
        """A snapshot by its name or id.

        Raises:
            InputError: There is none.
        """
        with self._home.reading() as connection:
            return _find(connection, key)

    def erase_words(self, key: str, *, by: str = "") -> int:
        """Take who took a snapshot and what they noted with it out for good; the snapshot stays.

        Raises:
            InputError: There is no such snapshot.
        """
        from assetmap.store.erasing import erase_words

        return erase_words(self._home, "snapshot", self.get(key).id, by=by)

    def frame(self, key: str, audience: Audience | str = "public") -> gpd.GeoDataFrame:
        """The assets of a snapshot that this audience may see: columns of the asset schema, index `id`, WGS84.

        Raises:
            InputError: There is no such snapshot. StoreError: Its file is missing or was changed.
        """
        return release_rows(self._frame(self.get(key)), audience)

    def inventory(self, key: str, audience: Audience | str = "public") -> Inventory:
        """A snapshot as an inventory in the neighbourhood of today, for analyses and exports; without a network."""
        with self._home.reading() as connection:
            today = content.inventory_of(connection)
        return release(Inventory.of(
            self._frame(self.get(key)), today.neighbourhood, provenance=today.provenance, audience=Audience.connector
        ), audience)  # fmt: skip

    def write(self, key: str, path: Path | str, audience: Audience | str = "public") -> Path:
        """Write a snapshot as GeoParquet 1.1, for analysis; what this audience may not see is left out."""
        target = asked.place(path)
        if target.suffix not in (".parquet", ".geoparquet"):
            raise InputError(M("{file} should end in .parquet. For other formats, use the export.", file=target.name))
        frame = self.frame(key, audience)
        with replacing(target) as fresh:
            frame.to_parquet(fresh, schema_version="1.1.0", write_covering_bbox=True)
        return target

    def compare(self, earlier: str, later: str = NOW, *, audience: Audience | str = "public") -> Comparison:
        """What is different between two snapshots, or between one and the map as it is ("now"): found, as somebody
        looked harder; grown, as it is new; lost; changed.

        Raises:
            InputError: There is no such snapshot, or the first is not the earlier one.
        """
        first, second = self._state(earlier, audience), self._state(later, audience)
        if first.card.date > second.card.date:
            raise InputError(M("“{earlier}” was taken after “{later}”. Name the earlier one first.", earlier=earlier,
                               later=later))  # fmt: skip
        missing, new = first.seen.index.difference(second.seen.index), second.seen.index.difference(first.seen.index)
        with self._home.reading() as connection:
            known = between(connection, list(missing), list(new), first.at, second.at)
        known = replace(known, had={*known.had, *first.hidden}, taken_back={*known.taken_back, *second.hidden})
        return compare(first.seen, second.seen, first.card, second.card, known)

    def _state(self, key: str, audience: Audience | str) -> _State:
        if key != NOW:
            found = self.get(key)
            frame, card, at = self._frame(found), _card(found.day, found.method), found.at
        else:
            with self._home.reading() as connection:
                frame, at = complete(read_frame(connection, t.asset, "id")), ""
                card = _card(content.now()[:10], _method(connection))
        seen = release_rows(frame, audience)
        return _State(seen, card, at, set(frame.index.difference(seen.index)))

    def _frame(self, found: Snapshot) -> gpd.GeoDataFrame:
        with self._home.reading() as connection:
            query = sa.select(t.snapshot.c.file, t.snapshot.c.sha256).where(t.snapshot.c.id == found.id)
            row = connection.execute(query).one()
        file = self._home.shelf.local(row.file)
        if file is None or sha256(file) != row.sha256:
            raise StoreError(M("The file of the snapshot “{name}” is missing or was changed. Put back a backup of the "
                               "store.", name=found.name))  # fmt: skip
        return self._as_seen_today(complete(gpd.read_parquet(file)))

    def _as_seen_today(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """The frame with the narrower of what was decided then and what is decided now about who may see a row."""
        asset = t.asset.c
        hidden = sa.or_(asset.audience != Audience.public.name, asset.review != "ok")
        with self._home.reading() as connection:
            now = connection.execute(sa.select(asset.id, asset.audience, asset.review).where(hidden)).fetchall()
        for row in now:
            if row.id in frame.index:
                then = frame.loc[row.id]
                frame.loc[row.id, "audience"] = max(Audience.of(then["audience"]), Audience.of(row.audience)).name
                frame.loc[row.id, "review"] = row.review if then["review"] == "ok" else then["review"]
        return frame


def _card(day: str, method: dict[str, Any]) -> Card:
    """What a comparison has to know of how a state came about."""
    known = {f.name for f in fields(Provenance)}
    sources = [Provenance(**{k: v for k, v in entry.items() if k in known}) for entry in method["sources"]]
    area = method.get("area")
    return Card.of(
        day, sources, method.get("rules", ""), by_hand=(COMMUNITY,), area=shapely.from_wkb(area) if area else None
    )


def clean(
    pen: Pen, home: Home, erased: Mapping[str, Collection[str]], local: Callable[[str], Path | None] | None = None
) -> None:
    """Take words (asset to fields) that are erased for good out of every snapshot.

    Args:
        local: Where the file of a snapshot can be read that is only about to be put on the shelf.
    """
    for row in pen.connection.execute(sa.select(t.snapshot)).fetchall():
        file = (local or home.shelf.local)(row.file)
        frame = None if file is None else gpd.read_parquet(file)
        if frame is None or not sum(_blanked(frame, asset, fields) for asset, fields in erased.items()):
            continue
        fresh = _freeze(pen, home, frame, f"{row.id}-{uuid.uuid4().hex[:4]}")
        pen.connection.execute(sa.update(t.snapshot).where(t.snapshot.c.fid == row.fid).values(**fresh))
        home.shelf.drop(pen.connection, [row.file])


def _blanked(frame: gpd.GeoDataFrame, asset: str, fields: Collection[str]) -> bool:
    """Empty some fields of one asset in place; whether it is there and there was anything in them."""
    names = [name for name in fields if name in frame.columns]
    if asset not in frame.index or not frame.loc[[asset], names].notna().to_numpy().any():
        return False
    frame.loc[asset, names] = None
    return True


def _freeze(pen: Pen, home: Home, frame: gpd.GeoDataFrame, key: str) -> dict[str, str]:
    staged = home.shelf.stage(".parquet")
    try:
        frame.to_parquet(staged, schema_version="1.1.0", write_covering_bbox=True)
        name = f"{FOLDER}/{pen.at[:10]}-{key}.parquet"
        digest = sha256(staged)
        home.shelf.keep(pen.connection, staged, name)
    finally:
        staged.unlink(missing_ok=True)
    return {"file": name, "sha256": digest}


def _method(connection: sa.Connection) -> dict[str, Any]:
    here = content.neighbourhood_of(connection)
    area = here.boundary if here.extent is None else here.extent
    return {
        "sources": [p.to_dict() for p in content.provenance_of(connection)],
        "parameters": content.setting_of(connection, "parameters", {}),
        "program": f"{content.PROGRAM} {version(content.PROGRAM)}",
        "rules": reading_rules(),
        "area": shapely.to_wkb(area, hex=True) if area is not None else None,
    }


def _all(connection: sa.Connection) -> list[Snapshot]:
    return [_snapshot(row) for row in connection.execute(sa.select(t.snapshot).order_by(t.snapshot.c.fid))]


def _find(connection: sa.Connection, key: str) -> Snapshot:
    known = _all(connection)
    key = asked.words(key)
    for found in known:
        if key == found.id or key.casefold() == found.name.casefold():
            return found
    raise InputError(M("There is no snapshot “{name}”. There are: {known}.", name=asked.shown(key),
                       known=", ".join(found.name for found in known) or "–"))  # fmt: skip


def _snapshot(row: sa.Row[Any]) -> Snapshot:
    method, counts = json.loads(row.method), json.loads(row.counts)
    return Snapshot(row.id, row.name, row.at, row.by or "", row.note or "", method, counts, row.sha256)
