"""Is a store whole, fresh and safe, and if not, what is to be done?"""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from assetmap.messages import M
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.copies import is_whole, laid_down, moment, state_of
from assetmap.store.home import Check, Home
from assetmap.store.parts import SIDECARS, sha256
from assetmap.store.soundness import Answers, answered

LONG_S = 24 * 3600.0
"""How long changes may be in no backup."""


def checks(home: Home) -> list[Check]:
    """Every check in order: those of any store, then those of its home."""
    asks = {"version": _version, "history": _history, "parts": _parts, "backup": _backup}
    return answered({code: partial(ask, home) for code, ask in asks.items()}) + home.checks()


def _version(home: Home) -> Answers:
    with home.reading() as connection:
        found = content.signed_version(connection)
    yield found == t.VERSION, M("The store has version {found}; this assetmap writes version {known}.",
                                found=str(found), known=str(t.VERSION))  # fmt: skip


def _history(home: Home) -> Answers:
    """Each asset must have one entry per version, from the first to its own."""
    history = t.asset_history.c
    kept = sa.select(history.id, sa.func.count().label("n"), sa.func.max(history.version).label("last"))
    of = kept.group_by(history.id).subquery().c
    gap = sa.or_(of.n.is_(None), of.n != t.asset.c.version, of.last != t.asset.c.version)
    both = t.asset.outerjoin(of.id.table, of.id == t.asset.c.id)
    broken = sa.select(sa.func.count()).select_from(both).where(gap)
    with home.reading() as connection:
        count = connection.scalar(broken) or 0
    if count:
        yield False, M("The history of {n} assets has gaps. What is on the map is not affected; older versions of "
                       "these assets may be missing.", n=count)  # fmt: skip
    else:
        yield True, M("The history of every asset is complete.")


def _backup(home: Home) -> Answers:
    """Whoever may not write here has no backups to look after."""
    if home.read_only:
        return
    now = datetime.datetime.now(datetime.UTC)
    with home.reading() as connection:
        state, begun = state_of(connection), connection.scalar(sa.select(sa.func.min(t.schema_version.c.applied_at)))
    laid = laid_down(home.copies.folder)
    known = [backup for backup in laid if backup.age_s(now) >= 0] or laid  # a date in the future says nothing
    good = next((backup for backup in known if is_whole(backup)), None)
    when = "" if good is None else good.at[:16].replace("T", " ")
    if known and good is not known[0]:
        yield False, M("The last backup, {name}, is damaged. Run “assetmap backup” to make another, and see whether "
                       "the disk is sound.", name=known[0].name)  # fmt: skip
    elif good is None and begun and (now - moment(begun)).total_seconds() > LONG_S:
        yield False, M("There is no backup yet. Run “assetmap backup”; while the app is open it makes one every hour.")
    elif good is None:
        yield True, M("There is no backup yet; while the app is open it makes one every hour.")
    elif good.state == state:
        yield True, M("The last good backup, of {when} UTC, has everything.", when=when)
    elif good.age_s(now) > LONG_S:
        yield False, M("The last good backup is of {when} UTC, and what changed since is in none. Run “assetmap "
                       "backup”; while the app is open it makes one every hour.", when=when)  # fmt: skip
    else:
        yield True, M("The last good backup is of {when} UTC; what changed since will be in the next.", when=when)


def _parts(home: Home) -> Answers:
    with home.reading() as connection:
        parts: dict[str, Any] = content.setting_of(connection, "sidecars", {})
        built: dict[str, Any] = content.setting_of(connection, "fingerprints", {})
        today = {p.source: p.sha256 for p in content.provenance_of(connection) if p.sha256}
    for part in SIDECARS:
        title = {"network": M("walking network"), "basemap": M("base map")}[part]
        if part not in parts:
            yield False, M("The store has no {part}. Run “assetmap gather” to make it.", part=title)
            continue
        name = parts[part]["file"]
        file = home.shelf.local(name)
        old = sorted(s for s, digest in built.get(part, {}).items() if s in today and today[s] != digest)
        if file is None or sha256(file) != parts[part]["sha256"]:
            yield False, M("The {part} ({file}) is missing or was changed. Run “assetmap gather” again.",
                           part=title, file=name)  # fmt: skip
        elif old:
            yield False, M("The {part} was built from an older {sources} than the assets. Run “assetmap gather” again.",
                           part=title, sources=", ".join(old))  # fmt: skip
        else:
            yield True, M("The {part} is there and belongs to the map.", part=title)
