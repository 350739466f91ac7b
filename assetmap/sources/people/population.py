"""How many people live where, as an office counted them by grid cell or small area?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.errors import InputError
from assetmap.messages import M, Mn
from assetmap.model.crs import to_wgs84
from assetmap.model.issues import Issue
from assetmap.model.population import PopulationAreas, complete_totals
from assetmap.model.provenance import Provenance
from assetmap.sources.people.population_file import population_rows
from assetmap.sources.people.population_grid import cell_squares
from assetmap.sources.people.population_layouts import EXAMPLE, Columns, understand, year_in
from assetmap.sources.repair import repair


def read_population(
    path: str | Path,
    near: shapely.Geometry | None = None,
    mapping: Mapping[str, Any] | None = None,
    limited: bool = True,
) -> PopulationAreas:
    """Read a population file: a polygon layer, or a table of Norwegian grid cells.

    Counts that the office hides (missing, a mark instead of a number, negative, or the layout's own code) are NaN, and
    the totals come with the lowest and highest that they can be.

    Args:
        path: A vector file (a `.shp` with its siblings, or a zip of them, too), or text in columns.
        near: Where the areas should lie (WGS84), for a file that does not say its reference system.
        mapping: What the columns count, where the names do not tell; see `population_layouts.understand`.
        limited: Whether limits on size hold.

    Raises:
        FormatError: The file is damaged or not what it says.
        InputError: No column counts people (the sentence lists the columns and shows a mapping), or the rows have
            neither polygons nor cell ids.
        CRSError: Shapes without reference system that fit nowhere.
    """
    path = Path(path)
    frame, issues = population_rows(path, near, (mapping or {}).get("layer"), limited)
    columns = understand([c for c in frame.columns if c != frame.geometry.name], path.name, mapping)
    frame, repaired = _shapes(frame, columns, path.name)
    counts, hidden = _counts(frame, columns, path.name)
    total = _numbers(frame[columns.total]) if columns.total else pd.Series(np.nan, index=frame.index)
    limits = complete_totals(total, counts, columns.bands, columns.layout.suppressed_below)
    names, doubled = _names(frame, columns)
    areas = gpd.GeoDataFrame(limits.join(counts), geometry=frame.geometry.to_numpy(), crs=frame.crs)
    return PopulationAreas(
        to_wgs84(areas.set_axis(names)),
        columns.bands,
        _provenance(path, columns, frame),
        columns.layout.suppressed_below,
        columns.layout.key,
        (*issues, *repaired, *doubled, *hidden, *_check(total, counts)),
    )


def _shapes(frame: gpd.GeoDataFrame, columns: Columns, file: str) -> tuple[gpd.GeoDataFrame, tuple[Issue, ...]]:
    """The rows that have an area; grid cells get theirs from the id where the file has no shapes."""
    polygon = np.isin(shapely.get_type_id(frame.geometry.to_numpy()), (3, 6))
    if not polygon.any() and columns.cell_m and columns.id:
        squares = cell_squares(frame[columns.id], columns.cell_m, file)
        return gpd.GeoDataFrame(frame.drop(columns=frame.geometry.name), geometry=squares), ()
    if not polygon.any():
        raise InputError(
            M("The rows of {file} have no areas: neither polygons nor ids of grid cells. Found the columns: {columns}. "
              "Expected polygons with the number of people in each, or SSB's cell ids in a column such as “ssbid250m”.",
              file=file, columns=", ".join(c for c in frame.columns if c != frame.geometry.name) or "–")
        )  # fmt: skip
    fixed, issues = repair(frame[polygon])
    fixed = fixed[np.isin(shapely.get_type_id(fixed.geometry.to_numpy()), (3, 6))]
    lost = len(frame) - len(fixed)
    if lost:
        issues = (*issues, Issue("area-not-polygon", Mn(
            "{n} row is no polygon and was left out.", "{n} rows are no polygons and were left out.", lost),
            field="geometry"))  # fmt: skip
    return fixed, issues


def _numbers(column: pd.Series) -> pd.Series[float]:
    """Counts as numbers; NaN where the source hides them: nothing, a mark (`:`, `*`, `<5`), or a negative number."""
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        column = column.astype("str").str.replace(r"[\s\u00a0]", "", regex=True).str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    return numbers.where((numbers >= 0) & np.isfinite(numbers))


def _counts(frame: pd.DataFrame, columns: Columns, file: str) -> tuple[pd.DataFrame, list[Issue]]:
    """The bands as numbers, NaN where hidden, and an issue that says how many are."""
    used = [c for c in (columns.total, *(b.column for b in columns.bands)) if c]
    numbers = {c: _numbers(frame[c]) for c in used}
    if all(n.isna().all() for n in numbers.values()):
        raise InputError(
            M("No number of people was found in the columns {columns} of {file}. Expected whole numbers. Give a "
              "mapping if other columns count people: {example}",
              columns=", ".join(used), file=file, example=EXAMPLE)
        )  # fmt: skip
    counts = pd.DataFrame({b.column: numbers[b.column] for b in columns.bands}, index=frame.index)
    masked = columns.layout.masked
    if masked is not None and columns.bands:
        counts[(counts == masked).all(axis=1)] = np.nan
    gaps = counts.isna().any(axis=1) if columns.bands else numbers[used[0]].isna()
    if not gaps.any():
        return counts, []
    message = Mn(
        "{n} area hides counts of few people; they are kept as the lowest and highest that they can be.",
        "{n} areas hide counts of few people; they are kept as the lowest and highest that they can be.",
        int(gaps.sum()),
    )
    return counts, [Issue("counts-hidden", message)]


def _names(frame: pd.DataFrame, columns: Columns) -> tuple[pd.Index[str], list[Issue]]:
    """Text ids of the areas: the source's own where each is there once, else the number of the row."""
    rows = pd.Index([f"row {i}" for i in frame.index], dtype="str", name="area")
    if columns.id is None:
        return rows, []
    ids = frame[columns.id]
    if pd.api.types.is_numeric_dtype(ids) and ids.notna().all() and (ids % 1 == 0).all():
        ids = ids.astype("int64")
    names = pd.Index(ids.astype("str"), dtype="str", name="area")
    if ids.notna().all() and names.is_unique:
        return names, []
    message = M("The column “{column}” does not name each area once, so the areas are named by their row.",
                column=columns.id)  # fmt: skip
    return rows, [Issue("area-id-not-unique", message, field=columns.id)]


def _check(total: pd.Series[float], counts: pd.DataFrame) -> list[Issue]:
    """An issue where ages do not add up to the totals: what the office left out or rounded."""
    if counts.empty:
        return []
    both = total.notna() & counts.notna().any(axis=1)
    ages = counts.sum(axis=1)
    differ = both & ((ages - total).abs() > 0.5)
    if not differ.any():
        return []
    message = Mn(
        "The ages of {n} area do not add up to its total (all areas: {ages} by age, {total} in total).",
        "The ages of {n} areas do not add up to their totals (all areas: {ages} by age, {total} in total).",
        int(differ.sum()), ages=round(float(ages[both].sum())), total=round(float(total[both].sum())),
    )  # fmt: skip
    return [Issue("ages-differ-from-total", message)]


def _provenance(path: Path, columns: Columns, frame: pd.DataFrame) -> Provenance:
    layout = columns.layout
    said = next((c for c in frame.columns if str(c).casefold() in ("statistikkår", "year", "aar", "år", "vuosi")), None)
    year = columns.year or (year_in(str(frame[said].iloc[0])) if said else "") or year_in(path.stem)
    own = layout.attribution == ""
    return Provenance(
        source=f"population:{path.name if own else layout.key}",
        title=layout.title,
        licence=layout.licence,
        attribution=layout.attribution,
        retrieved=datetime.now(UTC).date().isoformat(),
        data_date=year,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        file=path.name,
    )
