"""Which records of several sources are the same thing, who said so, and how are they parted again?"""

from __future__ import annotations

import json

import pandas as pd
import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.change import Outcome
from assetmap.store import asked, claims, joined, parting
from assetmap.store import tables as t
from assetmap.store.doing import unknown
from assetmap.store.frames import read_frame
from assetmap.store.home import Home
from assetmap.store.past import events_of, touched_by
from assetmap.store.records import read
from assetmap.store.rows import DELETED, MERGED, Stored
from assetmap.store.tally import Tally
from assetmap.store.undoing import take_back
from assetmap.store.writing import Pen, writing
from assetmap.upkeep.alike import proposals
from assetmap.upkeep.survivor import absorb, survivor

DECISIONS = ("same", "different", "unsure")


class Matches:
    """Duplicates: proposed by name, place and register, decided by people, and never for good."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def proposals(self) -> pd.DataFrame:
        """Pairs that may be the same thing and that nobody decided about, best first; as `upkeep.alike.proposals`, with
        `decision` "unsure" where somebody looked and could not tell."""
        with self._home.reading() as connection:
            frame = read_frame(connection, t.asset, "id")
            rows = connection.execute(sa.select(t.match.c.a, t.match.c.b, t.match.c.decision)).fetchall()
            merged = joined.merged(connection)
        decided = [frozenset((row.a, row.b)) for row in rows if row.decision in ("same", "different")]
        apart = [frozenset(joined.turned_out(merged, key) for key in (row.a, row.b))
                 for row in rows if row.decision == "different"]  # fmt: skip
        found = proposals(frame, decided=decided, apart=[pair for pair in apart if len(pair) == 2])
        unsure = {joined.pair_of(row.a, row.b) for row in rows if row.decision == "unsure"}
        pairs = [joined.pair_of(a, b) for a, b in zip(found["a"], found["b"], strict=True)]
        return found.assign(decision=["unsure" if pair in unsure else "" for pair in pairs])

    def decided(self) -> pd.DataFrame:
        """What was decided, newest first: columns a, b, decision, by, at, kept, changeset."""
        names = ["a", "b", "decision", "by", "at", "kept", "changeset"]
        query = sa.select(*[t.match.c[name] for name in names]).where(t.match.c.decision.in_(DECISIONS))
        with self._home.reading() as connection:
            rows = connection.execute(query.order_by(t.match.c.at.desc(), t.match.c.fid.desc())).fetchall()
        return pd.DataFrame(rows, columns=names).astype({"changeset": "Int64"})

    def decide(self, a: str, b: str, decision: str, *, by: str = "", keep: str = "") -> Outcome:
        """Say whether two records are the same thing.

        "same": one of them stays and takes from the other what it does not know itself; the other goes into the bin,
        and its sources speak of the one that stays. `part` and `Journal.undo` take that back.

        Args:
            decision: "same", "different" or "unsure".
            keep: Which of the two stays; the one that more is known of where it is empty.

        Raises:
            InputError: There is no such asset or decision, or one of the two is in the bin.
        """
        if decision not in DECISIONS:
            raise InputError(M("“{found}” is no decision. Expected one of: {known}.", found=asked.shown(decision),
                               known=", ".join(DECISIONS)))  # fmt: skip
        if a == b or (keep and keep not in (a, b)):
            raise InputError(M("Name two different assets, and one of them to keep."))
        a, b = asked.key(a), asked.key(b)
        tally = Tally()
        with writing(self._home, by=by, kind="merge") as pen:
            stored = read(pen.connection, [a, b])
            for key in (a, b):
                if key not in stored:
                    raise unknown(key)
            if decision == "same":
                self._join(pen, stored[a], stored[b], keep, by, tally)
            elif not self._is(pen, a, b, decision):
                joined.note(pen, a, b, decision, by)
        return tally.outcome(pen.written)

    def _is(self, pen: Pen, a: str, b: str, decision: str) -> bool:
        query = sa.select(t.match.c.decision, t.match.c.kept).where(t.match.c.pair == joined.pair_of(a, b))
        row = pen.connection.execute(query).first()
        if row is not None and row.decision == "same":
            raise InputError(M("These two were joined already. Part them first."))
        return row is not None and row.decision == decision

    def _join(self, pen: Pen, a: Stored, b: Stored, keep: str, by: str, tally: Tally) -> None:
        if any(one.deleted_at and one.merged_into == other.id for one, other in ((a, b), (b, a))):
            tally.same += 2
            return
        for one in (a, b):
            if one.deleted_at:
                raise InputError(M("“{name}” is in the bin. Take it out first, then join the two.", name=one.name))
        stays = keep or survivor(a.record, b.record, a.held, b.held)[0]
        kept, other = (a, b) if stays in (a.id, "a") else (b, a)
        values = absorb(kept.record, other.record)
        if values:
            pen.update(kept, values)
            tally.tell(kept, values)
        gone = {DELETED: pen.at, MERGED: kept.id}
        pen.update(other, gone)
        tally.tell(other, gone)
        origins = [claim.origin for claim in claims.of_assets(pen.connection, [other.id]).get(other.id, [])]
        claims.move(pen.connection, origins, kept.id, away_from=other.id)
        joined.note(pen, a.id, b.id, "same", by, kept=kept.id, origins=json.dumps(origins), changeset=pen.number)

    def part(self, a: str, b: str, *, by: str = "") -> Outcome:
        """Let two records that were joined be two again, and note that they are different.

        Each gets back its own sources, and is what it would be by now with them alone; what people changed since stays.
        One that none of its own sources has any more lies in the bin.

        Raises:
            InputError: They were not joined.
        """
        a, b = asked.key(a), asked.key(b)
        tally = Tally()
        with writing(self._home, by=by, kind="part") as pen:
            query = sa.select(t.match).where(t.match.c.pair == joined.pair_of(a, b), t.match.c.decision == "same")
            row = pen.connection.execute(query).first()
            if row is None:
                raise InputError(M("These two were not joined, so there is nothing to part."))
            chains = events_of(pen.connection, touched_by(pen.connection, row.changeset))
            mine = [e for chain in chains.values() for e in chain if e.changeset == row.changeset]
            take_back(pen, parting.with_the_news(pen, row.changeset, [e for e in mine if e.asset in (a, b)]), tally)
            joined.turn(pen, row.changeset, decision="different")
        return tally.outcome(pen.written)

    def erase_words(self, a: str, b: str, *, by: str = "") -> int:
        """Take who decided about two records out for good; the decision stays.

        Raises:
            InputError: Nobody decided about these two.
        """
        from assetmap.store.erasing import erase_words

        return erase_words(self._home, "match", joined.pair_of(asked.key(a), asked.key(b)), by=by)

    def settle(self, *, by: str = "") -> list[Outcome]:
        """Join all pairs that carry the same number in the same public register; each join can be parted again.

        Where that would also join two of which somebody said that they are different, nobody is joined: those pairs
        stay among the proposals, as "contested".
        """
        pairs = self.proposals()
        certain = pairs[pairs["band"] == "register"]
        stays: dict[str, str] = {}
        outcomes = []
        for pair in zip(certain["a"], certain["b"], strict=True):
            a, b = pair
            while a in stays:
                a = stays[a]
            while b in stays:
                b = stays[b]
            if a != b:  # three of one number: two pairs join them all
                outcomes.append(self.decide(a, b, "same", by=by))
                stays |= {gone: b if gone == a else a for gone in outcomes[-1].gone}
        return outcomes
