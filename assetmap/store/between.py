"""What happened to records between two states of the map, as the history tells it?

That a record is missing from the later state may mean that the thing is gone, or only that somebody took the record
out. Who did, and how, stands in the history: as it was at the time of the later state, whatever came after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from assetmap.store import claims
from assetmap.store import tables as t
from assetmap.store.past import Event, events_of
from assetmap.store.rows import DELETED, MERGED
from assetmap.upkeep.cards import Between

_Kinds = Mapping[int | None, tuple[str, int | None]]
_BY_SOURCE = ("refresh", "import")
_BACK = ("undo", "restore")


def between(
    connection: sa.Connection, missing: Collection[str], new: Collection[str], since: str, until: str
) -> Between:
    """What is known of records that only one of two states has.

    Args:
        missing: Ids that only the earlier state has. new: Those that only the later one has.
        since, until: The moments of the two states, UTC (ISO); `until` is empty for the state of now.
    """
    kinds: _Kinds = {
        row.number: (row.kind or "", row.undoes)
        for row in connection.execute(sa.select(t.changeset.c.number, t.changeset.c.kind, t.changeset.c.undoes))
    }
    chains = _followed(connection, missing, until)
    merged = {key: str(into) for key, chain in chains.items() if (into := _last(chain).get(MERGED))}
    binned = {key: _binned_by(chain, kinds) for key, chain in chains.items() if key not in merged}
    by_hand = [key for key, kind in binned.items() if kind is not None and kind not in _BY_SOURCE]
    listed = _listed(connection, by_hand, until)
    return Between(
        merged,
        gone={key for key in by_hand if binned[key] == "review"},
        taken_back={key for key in by_hand if binned[key] in _BACK},
        listed={key for key in by_hand if key in listed},
        had=_had(connection, new, since, kinds),
    )


def _followed(connection: sa.Connection, keys: Iterable[str], until: str) -> dict[str, list[Event]]:
    """The history up to a moment of these records, and of those that they were merged into."""
    found: dict[str, list[Event]] = {}
    todo = set(keys)
    while todo:
        fresh = {key: _until(chain, until) for key, chain in events_of(connection, sorted(todo)).items()}
        found |= {key: chain for key, chain in fresh.items() if chain}
        todo = {str(_last(chain).get(MERGED)) for chain in fresh.values() if chain and _last(chain).get(MERGED)}
        todo -= found.keys()
    return found


def _until(chain: list[Event], until: str) -> list[Event]:
    return [event for event in chain if event.at <= until] if until else chain


def _last(chain: list[Event]) -> Mapping[str, object]:
    return chain[-1].after or {}


def _binned_by(chain: list[Event], kinds: _Kinds) -> str | None:
    """The kind of the change that put a record into the bin in which it is at the end; empty for that of another
    program, None where it is not in the bin."""
    if chain[-1].after is None:  # the row itself was deleted
        return ""
    if chain[-1].after.get(DELETED) is None:
        return None
    at = max(i for i, event in enumerate(chain) if event.before is None or event.before.get(DELETED) is None)
    kind, undoes = kinds.get(chain[at].changeset, ("", None))
    if kind == "undo":  # of what took it out of the bin: then it is there for the reason of before
        undone = next((i for i, event in enumerate(chain[:at]) if event.changeset == undoes), 0)
        if undone and (chain[undone].before or {}).get(DELETED) is not None:
            return _binned_by(chain[:undone], kinds)
    return kind


def _listed(connection: sa.Connection, keys: Iterable[str], until: str) -> set[str]:
    """Those that one of their sources still lists."""
    return {
        key
        for key, said in claims.of_assets(connection, keys).items()
        if any(claim.absent is None or (until and claim.absent > until) for claim in said)
    }


def _had(connection: sa.Connection, new: Collection[str], since: str, kinds: _Kinds) -> set[str]:
    """Those that were known at a moment, and lay in the bin for a reason that says nothing about the thing."""
    older = connection.scalars(sa.select(t.asset_history.c.id).where(t.asset_history.c.at <= since).distinct())
    chains = events_of(connection, sorted(set(new).intersection(older)))
    there = {key: _binned_by(_until(chain, since), kinds) for key, chain in chains.items()}
    return {key for key, kind in there.items() if kind is not None and kind not in (*_BY_SOURCE, "review")}
