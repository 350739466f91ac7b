"""How do assets go out of a store into somebody's spreadsheet or map program, and come home?

`take_out` writes the file, `bring_home` says what it would change, `accept` does that as one changeset, which can be
undone as a whole. Between these anybody may edit the store: what they did stays.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from assetmap.disclosure.saving import check_values
from assetmap.errors import InputError
from assetmap.exports.geopackage_home import write_geopackage
from assetmap.exports.workbook import write_workbook
from assetmap.messages import M, Message
from assetmap.model.audience import Audience
from assetmap.model.change import Change, Outcome, Record
from assetmap.model.inventory import Inventory
from assetmap.model.provenance import Provenance
from assetmap.model.round_trip import Returned
from assetmap.model.schema import empty_assets
from assetmap.sources.home.geopackage import read_geopackage_home
from assetmap.sources.home.workbook import read_workbook
from assetmap.sources.opening_hours import normal_hours
from assetmap.sources.protected import protected_rows
from assetmap.store import Store
from assetmap.upkeep.homecoming import Screen, plan
from assetmap.upkeep.returned_remarks import with_remarks
from assetmap.upkeep.steps import Plan, Take

SUFFIXES = (".xlsx", ".gpkg")
"""What can be taken out; an .xlsm comes home as well."""
_SQLITE = b"SQLite format 3\x00"


def take_out(
    store: Store,
    path: Path | str,
    *,
    lang: str = "en",
    audience: Audience | str = "public",
    category: str | Collection[str] | None = None,
) -> Path:
    """Write assets into a file to be edited: a workbook (.xlsx) or a GeoPackage (.gpkg); returns the path.

    Args:
        lang: Language of titles, choices and instructions.
        audience: Who will have the file; rows for a narrower circle, or that wait for review, are left out.
        category: Only these categories.

    Raises:
        InputError: The suffix is another, there are too many rows, or the folder is a store.
        StoreError: Nothing was gathered yet, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(M("“{file}” is no file that can come home. Expected a name that ends in one of: {known}.",
                           file=path.name, known=", ".join(SUFFIXES)))  # fmt: skip
    inventory = store.inventory(audience, network=False)
    if category is not None:
        inventory = inventory.where(category=[category] if isinstance(category, str) else list(category))
    whole = inventory.replace(frame=inventory.everything, beyond=empty_assets())
    versions = {asset: one.version for asset, one in store.records.get(list(whole.frame.index)).items()}
    if path.suffix.lower() == ".gpkg":
        return write_geopackage(whole, path, lang=lang, store=_name(store), versions=versions, audience=audience)
    return write_workbook(whole.frame, path, lang=lang, store=_name(store), versions=versions, audience=audience)


def bring_home(store: Store, path: Path | str, *, limited: bool = True, allow: Collection[str] = ()) -> Plan:
    """What a file that was taken out would change now. Nothing is changed yet.

    Args:
        limited: Whether the limits for files from strangers hold.
        allow: What free text may hold all the same: "phone", "email".

    Raises:
        FormatError: The file is cut off, unsafe, too large, or of another kind.
        InputError: It was taken out of another store, or does not say which row is which asset.
    """
    path = Path(path)
    returned = read_geopackage_home(path, limited) if _is_geopackage(path) else read_workbook(path, limited)
    if returned.store and returned.store != _name(store):
        raise InputError(M("{file} was taken out of another store. Open that one, or take the assets out again here.",
                           file=path.name))  # fmt: skip
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    origin = Provenance("community", "Community", retrieved=today)
    ids = {row.id for row in returned.rows if row.id} | set(returned.taken or ())
    found = _planned(store, returned, ids, origin, _screen(allow))
    added = store.records.get([step.asset for step in found.of("new")])
    if added:
        found = _planned(store, returned, ids | set(added), origin, _screen(allow))
    return with_remarks(found, lambda: _called(store), lambda: _whole(store).neighbourhood.boundary)


def accept(
    store: Store,
    home: Plan,
    *,
    by: str = "",
    why: str = "",
    take: Take | Mapping[tuple[str, str], Take] = "theirs",
    remove: bool | Collection[str] = False,
    allow: Collection[str] = (),
) -> Outcome:
    """Do what a plan says, as one changeset: all of it, or, when anything fails, nothing.

    What somebody changed after the plan was made is not overwritten, and told in the outcome's `clashes`.

    Args:
        by, why: Who does it, and what for; the name of the file where nothing is said.
        take, remove: As in `Plan.changes`.
        allow: As in `bring_home`.

    Raises:
        PrivateText: A text holds somebody's contact; nothing was saved.
        StoreError: Somebody else is writing for too long, or the disk is full; nothing was saved.
    """
    changes = [_with_hours(change) for change in home.changes(take, remove)]
    return store.journal.apply(changes, by=by, why=why or home.file, kind="round-trip", allow=allow)


def _name(store: Store) -> str:
    """The id that the store gave itself; the fingerprint begins with it."""
    return store.fingerprint.partition("-")[0]


def _is_geopackage(path: Path) -> bool:
    """By its content; a map program or a mail may have given it another name. What is named as one is read as one."""
    if path.suffix.lower() == ".gpkg" or not path.is_file():
        return path.suffix.lower() == ".gpkg"
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _whole(store: Store) -> Inventory:
    return store.inventory("connector", network=False)


def _called(store: Store) -> list[tuple[str, str]]:
    frame = _whole(store).everything
    return list(zip(frame["name"], frame["category"], strict=True))


def _planned(store: Store, returned: Returned, ids: Collection[str], origin: Provenance, screen: Screen) -> Plan:
    stored = store.records.get(sorted(ids))
    current = {asset: one.record for asset, one in stored.items() if one.deleted_at is None}
    versions = {asset: one.version for asset, one in stored.items()}
    base = {asset: one.record for asset, one in stored.items() if one.deleted_at is not None}
    base |= _remembered(store, returned, versions)
    return plan(returned, base, current, versions, origin=origin, screen=screen)


def _remembered(store: Store, returned: Returned, versions: Mapping[str, int]) -> dict[str, Record]:
    """The assets as they were taken out, from the history, where the file itself does not say it or not all of it (a
    GeoPackage does not say which shapes went out)."""
    said = {row.id: row.version for row in returned.rows if row.id} | dict(returned.taken or {})
    known = {
        asset: version for asset, version in said.items()
        if version is not None and asset in versions and not (returned.sheet and asset in returned.before)
    }  # fmt: skip
    now = store.records.get([asset for asset, version in known.items() if version == versions[asset]])
    out = {asset: one.record for asset, one in now.items()}
    for asset, version in known.items():
        if asset not in out and (asset in returned.before or not _erased(store, asset)):
            then = [old.record for old in store.journal.versions(asset) if old.version == version and old.record]
            if then:
                out[asset] = then[0]
    return out


def _erased(store: Store, asset: str) -> bool:
    """Whether words of an asset were erased for good: its past is not what went out then, so it is asked about."""
    return bool(store.journal.erased(asset))


def _screen(allow: Collection[str]) -> Screen:
    def screen(record: Record, changed: Collection[str]) -> dict[str, Message] | None:
        if protected_rows(pd.DataFrame([{k: v for k, v in record.items() if k != "geometry"}])).any():
            return None
        found = check_values({key: record[key] for key in changed}, allow)
        return {name.partition(".")[0]: M("holds what may be somebody's: {what}", what=one.message)
                for name, one in found}  # fmt: skip

    return screen


def _with_hours(change: Change) -> Change:
    """The change with its opening hours as machines read them."""
    if "opening_hours" not in change.values:
        return change
    hours = change.values["opening_hours"]
    return replace(change, values={**change.values, "opening_hours_normal": normal_hours(hours) if hours else None})
