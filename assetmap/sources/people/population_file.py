"""What rows does a population file hold, whatever kind of file it is?"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.errors import FormatError
from assetmap.messages import M, Mn
from assetmap.model.crs import WGS84
from assetmap.model.issues import Issue
from assetmap.sources.files.content import check_size
from assetmap.sources.files.encoding import decode
from assetmap.sources.files.features import read_features

TEXT = (".csv", ".tsv", ".txt")


def population_rows(
    path: Path, near: shapely.Geometry | None = None, layer: str | None = None, limited: bool = True
) -> tuple[gpd.GeoDataFrame, tuple[Issue, ...]]:
    """The rows of a table of text, or of one layer of a vector file, and what was imperfect.

    Args:
        near: Where the rows should lie (WGS84), for a layer that does not say its reference system.
        layer: The layer to read; None takes the one with the most polygons, since layers count the same people again.
        limited: See `Context.limited`.

    Returns:
        Columns as the file has them; geometry in WGS84, None in every row of a table.

    Raises:
        FormatError: The file is damaged, not what it says, or holds no row.
        CRSError: A layer without reference system fits nowhere.
        InputError: The file has no such layer.
    """
    check_size(path, limited)
    if path.suffix.lower() in TEXT:
        return _text(path), ()
    features = read_features(path, near, layer=layer, limited=limited)
    if len(features.layers) > 1:
        polygons = features.frame[np.isin(shapely.get_type_id(features.frame.geometry.to_numpy()), (3, 6))]
        counts = polygons["layer"].value_counts()
        best = counts.index[0] if len(counts) else features.layers[0]
        features = read_features(path, near, layer=str(best), limited=limited)
    issues = list(features.issues)
    if features.rejected:
        issues.append(
            Issue(
                "area-unreadable",
                Mn(
                    "{n} area has no shape that can be read and was left out.",
                    "{n} areas have no shape that can be read and were left out.",
                    len(features.rejected),
                ),
                field="geometry",
            )
        )
    return features.frame, tuple(issues)  # fmt: skip


def _text(path: Path) -> gpd.GeoDataFrame:
    """A table of text: values as text, no geometry."""
    text = decode(path.read_bytes(), path.name).text
    head = text.split("\n", 1)[0]
    mark = max("\t;,| ", key=head.count)
    try:
        table = pd.read_csv(io.StringIO(text), sep=mark, dtype="str", quoting=csv.QUOTE_MINIMAL, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise FormatError(
            M("The file {file} is no table that can be read: {fault}. Expected a line of column names and the same "
              "number of values in every line.", file=path.name, fault=str(fault)[:120])
        ) from None  # fmt: skip
    if not len(table):
        raise FormatError(M("The file {file} holds no row.", file=path.name))
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table), index=table.index, crs=WGS84))
