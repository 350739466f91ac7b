"""How is something that was done taken back, without touching what was done since?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from assetmap.model.change import Clash, Effect, Record
from assetmap.store import claims
from assetmap.store.past import Event
from assetmap.store.records import read
from assetmap.store.rows import DELETED, HELD, Stored
from assetmap.store.tally import Tally
from assetmap.store.writing import Pen, new_row
from assetmap.upkeep.merge import differing, same, together


def take_back(pen: Pen, events: Iterable[Event], tally: Tally) -> None:
    """Let events of the history not have happened, as far as nobody changed the same since."""
    events = list(events)
    stored = read(pen.connection, [event.asset for event in events])
    updates = []
    released: dict[str, Record] = {}
    for event in events:
        there = stored.get(event.asset)
        if event.after is None and there is None and event.before is not None:
            insert_again(pen, event.asset, event.before, tally)
        elif event.after is None:
            tally.same += 1
        elif there is not None:
            values, clashes = _back(event, there, pen.at)
            tally.clashes.extend(clashes)
            if values:
                updates.append((there, values))
            if HELD in values:
                free = set(there.held) - set(values[HELD])
                released[there.id] = {name: value for name, value in values.items() if name in free}
            tally.tell(there, values)
    pen.updates(updates)
    claims.give_back(pen.connection, {asset: fields for asset, fields in released.items() if fields})


def _back(event: Event, there: Stored, at: str) -> tuple[Record, list[Clash]]:
    """What to set so that an event has not happened, as far as nobody changed the same since."""
    now, after = there.state, event.after or {}
    if event.before is None:
        since = [name for name in differing(after, now) if name != HELD]
        if since and since != [DELETED]:
            return {}, [Clash(there.id, name, after.get(name), None, now.get(name)) for name in since]
        return ({} if there.deleted_at else {DELETED: at}), []
    values: Record = {}
    clashes = []
    for name in differing(event.before, after):
        was, became, is_now = event.before.get(name), after.get(name), now.get(name)
        if name == HELD:
            continue
        if same(is_now, became):
            values[name] = was
        elif not same(is_now, was):
            clashes.append(Clash(there.id, name, became, was, is_now))
    values, clashes = together(values, clashes)
    if not values and clashes:
        return {}, clashes
    held = _held_before(event, now.get(HELD) or (), {clash.field for clash in clashes})
    if held != now.get(HELD):
        values[HELD] = held
    return values, clashes


def _held_before(event: Event, now: Collection[str], stay: Collection[str]) -> tuple[str, ...]:
    """Which fields a person holds without an event; those that somebody changed again since are theirs."""
    was, became = (set((state or {}).get(HELD) or ()) for state in (event.before, event.after))
    return tuple(n for n in dict.fromkeys([*now, *sorted(was - became)]) if n not in became - was or n in stay)


def insert_again(pen: Pen, asset: str, then: Record, tally: Tally) -> None:
    """Bring back an asset whose row another program deleted."""
    values = {name: value for name, value in then.items() if name != DELETED}
    pen.insert([new_row(asset, values)], again=True)
    tally.restored.append(asset)
    tally.effects.append(Effect(asset, str(values.get("name") or ""), "restored"))
