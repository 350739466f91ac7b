"""Which records are most in doubt, and where should somebody walk to see whether they are still true?"""

from __future__ import annotations

import datetime

import geopandas as gpd
import pandas as pd
import shapely
import sqlalchemy as sa

from assetmap.disclosure.gate import release_rows
from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.taxonomy import taxonomy
from assetmap.store import asked, claims, content
from assetmap.store import tables as t
from assetmap.store.frames import read_frame
from assetmap.store.home import Home
from assetmap.store.parts import load_network
from assetmap.upkeep.doubt import doubts, stale
from assetmap.upkeep.merge import same
from assetmap.upkeep.tour import Walk, verification_walk
from assetmap.walk.legs import distances, doors_towards, legs

_METRES_A_MINUTE = 80.0
_SAID = ("name", "category", "address", "opening_hours", "website", "wheelchair", "operator", "capacity")
"""What two sources can say differently of one thing; that their shapes differ a little is no conflict."""


class Doubts:
    """How sure the store is of what it holds."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def list(self, *, today: datetime.date | None = None, audience: Audience | str = "public") -> pd.DataFrame:
        """How doubtful each record is, most doubtful first; as `upkeep.doubt.doubts`, with name and category.

        Args:
            today: The day by which ages are counted; None: today.
        """
        return self.stale(0, today=today, audience=audience)

    def stale(
        self, months: float = 12, *, today: datetime.date | None = None, audience: Audience | str = "public"
    ) -> pd.DataFrame:
        """The records of which nobody has heard for so many months, most doubtful first."""
        months, on = asked.number_of(months), _day(today)
        frame, conflicts, gone = self._known(audience)
        return stale(frame, on, months, conflicts=conflicts, gone=gone)

    def walk(
        self,
        start: tuple[float, float],
        *,
        minutes: float = 60.0,
        today: datetime.date | None = None,
        audience: Audience | str = "public",
    ) -> Walk:
        """The round past the records most in doubt that fits into the time, along the streets.

        Args:
            start: Latitude and longitude of where it begins and ends, in degrees.
            minutes: How long it may take, with three minutes at each record.

        Raises:
            InputError: The start or the minutes make no sense.
        """
        point, minutes, on = _point(start), asked.number_of(minutes), _day(today)
        frame, conflicts, gone = self._known(audience)
        known = taxonomy()
        listed = [key for key, category in known.items() if category.role == "asset"]  # nobody walks to see a bench
        frame = frame[frame["category"].isin(listed)]
        found = doubts(frame, on, conflicts=conflicts, gone=gone)
        with self._home.reading() as connection:
            part = content.setting_of(connection, "sidecars", {}).get("network")
        file = self._home.shelf.local(part["file"]) if part else None
        if file is None:
            return verification_walk(found["doubt"], frame.geometry.loc[found.index], point, minutes=minutes)
        network = load_network(file)
        begin = gpd.GeoSeries([point], crs=4326)
        far = minutes * _METRES_A_MINUTE
        return verification_walk(
            found["doubt"], doors_towards(network, frame.loc[found.index], begin), point, minutes=minutes,
            metres=lambda points: distances(network, points, limit=far), legs=lambda points: legs(network, points),
        )  # fmt: skip

    def _known(self, audience: Audience | str) -> tuple[gpd.GeoDataFrame, dict[str, set[str]], set[str]]:
        """The records that an audience may see; on which fields their sources disagree; which are gone from theirs."""
        with self._home.reading() as connection:
            frame = release_rows(read_frame(connection, t.asset, "id"), audience)
            several = sa.select(t.claim.c.asset).group_by(t.claim.c.asset).having(sa.func.count() > 1)
            said = claims.of_assets(connection, connection.scalars(several))
            absent = set(connection.scalars(sa.select(t.claim.c.asset).where(t.claim.c.absent.is_not(None))))
        conflicts = {asset: _conflicts(group) for asset, group in said.items()}
        return frame, {asset: fields for asset, fields in conflicts.items() if fields}, absent


def _conflicts(group: list[claims.Claim]) -> set[str]:
    found = set()
    for name in _SAID:
        values = [claim.said[name] for claim in group if claim.said.get(name) is not None]
        if any(not same(value, values[0]) for value in values[1:]):
            found.add(name)
    return found


def _day(today: datetime.date | None) -> datetime.date:
    if today is not None and not isinstance(today, datetime.date):
        raise InputError(M("“{found}” is no day. Expected a date.", found=asked.shown(today)))
    return today or datetime.datetime.now(datetime.UTC).date()


def _point(start: tuple[float, float]) -> shapely.Point:
    if not isinstance(start, tuple | list) or len(start) != 2:
        raise InputError(M("“{found}” is no place to start from. Expected latitude and longitude in degrees.",
                           found=asked.shown(start)))  # fmt: skip
    return shapely.Point(asked.number_of(start[1]), asked.number_of(start[0]))
