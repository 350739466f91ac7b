"""Which cells of people are public on this day?

Those of the last release. There is one for each quarter, on its first day, made once from whoever consented then, and
kept as bytes: to ask a thousand times gives the same thousand times. The next one is made from the one before, as
`cells` says, and is also what a withdrawal takes effect in.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.disclosure.cell_numbers import LABELS, THEMES, Crowd
from assetmap.disclosure.cell_partition import STEP, Squares, around, squares
from assetmap.disclosure.cell_rules import CellRules
from assetmap.disclosure.cells import Cell, draw, keep_true, with_news
from assetmap.errors import CRSError, FormatError, InputError
from assetmap.messages import M
from assetmap.model.gifts import theme

GRIDS = (25832, 25833)
"""UTM zones of the national grids: Denmark's and Norway's."""


@dataclass(frozen=True)
class Release:
    """What is public of people from a day on. Of `cells`, `frame` and `public_bytes` hold what is public; the rest is
    for whoever makes the next release. No person is in it, by no name."""

    date: datetime.date
    epsg: int
    rules: CellRules
    cells: tuple[Cell, ...]

    def frame(self) -> gpd.GeoDataFrame:
        """The public cells.

        Returns:
            One row per cell in the CRS of the national grid, index `cell` (corner and size in metres); `persons` and
            each label (`theme_…`, `field_…`, `other`) are "at least" so many, missing where nothing is said, which does
            not mean none; `addresses` counts those in the cell, `released` is the date.
        """
        told = np.array([[cell.told.get(label, 0) for label in LABELS] for cell in self.cells], dtype=np.int64)
        told = told.reshape(len(self.cells), len(LABELS))
        numbers = {
            "persons": np.array([cell.persons for cell in self.cells], dtype=np.int64),
            "addresses": np.array([cell.addresses for cell in self.cells], dtype=np.int64),
            **dict(zip(LABELS, told.T, strict=True)),
        }
        columns = {name: pd.arrays.IntegerArray(values.copy(), values == 0) for name, values in numbers.items()}
        table = pd.DataFrame(columns, index=pd.Index([_name(cell) for cell in self.cells], name="cell"))
        table.insert(2, "released", str(self.date))
        shapes = [shapely.box(*(side * STEP for side in cell.box)) for cell in self.cells]
        return gpd.GeoDataFrame(table, geometry=shapes, crs=self.epsg)

    def public_bytes(self) -> bytes:
        """What is public, always in the same bytes."""
        cells = [
            {"cell": _name(cell), "persons": cell.persons, "addresses": cell.addresses, "told": dict(cell.told)}
            for cell in self.cells
        ]
        return _bytes({"released": str(self.date), "crs": f"EPSG:{self.epsg}", "cells": cells})

    def to_bytes(self) -> bytes:
        """Everything that the next release needs; not public. `from_bytes` reads it."""
        cells = [{**asdict(cell), "drawn": str(cell.drawn)} for cell in self.cells]
        return _bytes({"date": str(self.date), "epsg": self.epsg, "rules": asdict(self.rules), "cells": cells})

    @classmethod
    def from_bytes(cls, content: bytes) -> Release:
        """The release that was kept.

        Raises:
            FormatError: It is no release, or a damaged one.
        """
        try:
            kept = json.loads(content)
            day = datetime.date.fromisoformat
            cells = [Cell(**{**cell, "box": tuple(cell["box"]), "drawn": day(cell["drawn"])}) for cell in kept["cells"]]
            return cls(day(kept["date"]), kept["epsg"], CellRules(**kept["rules"]), tuple(cells))
        except (ValueError, TypeError, KeyError) as error:
            raise FormatError(
                M("The kept release of people's cells cannot be read. Expected what an earlier release wrote. Restore "
                  "it from a backup: one made anew beside it could tell what changed.")
            ) from error  # fmt: skip


def release_date(at: datetime.date) -> datetime.date:
    """The first day of the quarter that a day or moment lies in."""
    return datetime.date(at.year, at.month - (at.month - 1) % 3, 1)


def next_release(
    persons: gpd.GeoDataFrame, gifts: pd.DataFrame, addresses: gpd.GeoDataFrame | gpd.GeoSeries, *,
    at: datetime.date, previous: Release | None = None, rules: CellRules | None = None,
) -> Release:  # fmt: skip
    """What is public at a moment: the previous release while its quarter lasts, else a new one.

    Args:
        persons: Those alone who consent, now, to be counted: points in EPSG:25832 or 25833, one row each, the index
            a pseudonym, `since` when what is held of them last changed (came, moved, shares something else). Who came
            after the date of the release waits for the next one; who is outside all addresses is not counted.
        gifts: Columns `person` and `theme`; rows of others are passed over.
        addresses: Points in the same CRS.
        at: The day or moment.
        previous: The release before; it decides what may be said now. Without it, or with other rules, all is drawn
            anew.
        rules: Those of the previous release, or the default.

    Raises:
        CRSError: Not metres of a national grid, or two different ones.
        InputError: An index twice, no point, or no `since`.
        UnknownKey: A theme that there is not.
    """
    date = release_date(at)
    if previous is not None and previous.date >= date:
        return previous
    rules = rules or (previous.rules if previous else CellRules())
    epsg = _grid(persons, addresses, previous)
    crowd = _crowd(persons, gifts, date)
    homes = squares(shapely.get_coordinates(addresses.geometry))
    if previous is None or previous.rules != rules or not previous.cells:
        cells = draw(around(homes), crowd, homes, rules, date) if len(homes) else ()
    else:
        cells = keep_true(previous.cells, crowd, rules, date)
        cells = with_news(cells, crowd, homes, rules, date)
    return Release(date, epsg, rules, cells)


def _grid(persons: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame | gpd.GeoSeries, previous: Release | None) -> int:
    """The EPSG code that all share."""
    codes = [None if frame.crs is None else frame.crs.to_epsg() for frame in (persons, addresses)]
    codes += [previous.epsg] if previous else []
    if len(set(codes)) != 1 or codes[0] not in GRIDS:
        raise CRSError(
            M("Persons, addresses and the release before are in {found}. Expected one national grid in metres: "
              "EPSG:25833 (Norway) or EPSG:25832 (Denmark). Bring them into it with to_crs().",
              found=", ".join("?" if code is None else f"EPSG:{code}" for code in codes))
        )  # fmt: skip
    return int(codes[0])


def _crowd(persons: gpd.GeoDataFrame, gifts: pd.DataFrame, date: datetime.date) -> Crowd:
    """The persons of a release, in the order of their pseudonyms."""
    if not persons.index.is_unique or "since" not in persons or persons["since"].isna().any() or _unplaced(persons):
        raise InputError(
            M("The persons to be counted have an index twice, no point or no “since”. Expected one row each with a "
              "point, and when what is held of them last changed. Nothing was made.")
        )  # fmt: skip
    for key in gifts["theme"].unique():
        theme(key)
    since = pd.to_datetime(persons["since"], utc=True).dt.tz_localize(None)
    here = persons[since < pd.Timestamp(date)].sort_index()
    row, column = (
        here.index.get_indexer(pd.Index(gifts["person"])),
        pd.Index(THEMES).get_indexer(pd.Index(gifts["theme"])),
    )
    held = np.zeros((len(here), len(THEMES)), dtype=np.bool_)
    held[row[row >= 0], column[row >= 0]] = True
    return Crowd(
        squares(shapely.get_coordinates(here.geometry)) if len(here) else _nobody(),
        held,
        since[here.index].to_numpy(dtype="datetime64[s]"),
    )


def _unplaced(persons: gpd.GeoDataFrame) -> bool:
    shapes = persons.geometry
    return bool((shapes.isna() | shapes.is_empty | (shapes.geom_type != "Point")).any())


def _nobody() -> Squares:
    return np.empty((0, 2), dtype=np.int64)


def _name(cell: Cell) -> str:
    west, south, east, north = (side * STEP for side in cell.box)
    return f"{west}_{south}_{east - west}x{north - south}"


def _bytes(content: dict[str, object]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
