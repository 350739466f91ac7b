"""Reference result A: on-edge network distances of the PySAL package spaghetti, from its own test suite.

The Phoenix streets ("geodanet": 293 streets, 287 crimes, 8 schools) ship with libpysal; the published numbers are in
feet. Feet go in as if they were metres: a network in a reference system of metres takes lengths as they are.
"""

from __future__ import annotations

import geopandas as gpd
import libpysal.examples
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.walk import WalkNetwork

AS_IF_METRES = 25832
FAR = 1e6


def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(libpysal.examples.get_path(f"{name}.shp")).set_crs(AS_IF_METRES, allow_override=True)


@pytest.fixture(scope="module")
def streets() -> WalkNetwork:
    """Every vertex of every street is a node, as in spaghetti."""
    corners = [shapely.get_coordinates(line) for line in layer("streets").geometry]
    pairs = np.concatenate([np.stack([xy[:-1], xy[1:]], axis=1) for xy in corners])
    spots, number = np.unique(np.round(pairs.reshape(-1, 2), 6), axis=0, return_inverse=True)
    u, v = number.reshape(-1, 2).T
    nodes = gpd.GeoDataFrame(geometry=shapely.points(spots), crs=AS_IF_METRES)
    return WalkNetwork.from_edges(nodes, pd.DataFrame({"u": u, "v": v}))


def table(
    network: WalkNetwork, one: gpd.GeoDataFrame, other: gpd.GeoDataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Feet along the streets between all pairs, without the ways to the street; and those ways."""
    found = [network.nearest(one, other.iloc[[j]], snap_m=FAR) for j in range(len(other))]
    to_one = found[0]["snap_m"].to_numpy()
    to_other = network.nearest(other, one, snap_m=FAR)["snap_m"].to_numpy()
    whole = np.column_stack([f["metres"] for f in found])
    return whole - to_one[:, None] - to_other[None, :], to_one, to_other


def test_the_data_is_what_was_published(streets: WalkNetwork) -> None:
    assert [len(layer(name)) for name in ("streets", "crimes", "schools")] == [293, 287, 8]
    assert streets.usable.all()


def test_distances_between_schools(streets: WalkNetwork) -> None:
    schools = layer("schools")
    along, off, _ = table(streets, schools, schools)
    assert np.allclose(np.diag(along) + 2 * off, 2 * off, atol=1e-6)
    off_diagonal = along - np.diag(np.diag(along))
    assert off_diagonal[0].sum() == pytest.approx(17682.436988, abs=1e-5)
    assert off[0] == pytest.approx(205.65961300587, abs=1e-5)
    assert (along[0, 1] + off[0] + off[1]) == pytest.approx(3218.2597894, abs=1e-5)


def test_distances_from_the_first_crime_to_all(streets: WalkNetwork) -> None:
    crimes = layer("crimes")
    along, _, _ = table(streets, crimes, crimes.iloc[[0]])
    assert along[1:].sum() == pytest.approx(1484112.694526529, abs=0.01)


def test_the_nearest_other_crime(streets: WalkNetwork) -> None:
    crimes = layer("crimes")
    first = streets.nearest(crimes.iloc[[0]], crimes.iloc[1:], snap_m=FAR)
    assert first["metres"].item() == pytest.approx(402.5219673922, abs=1e-5)
    # Published without crimes that meet the street at the same spot ("keep_zero_dist=False").
    along, _, _ = table(streets, crimes, crimes.iloc[[18]])
    assert along[along > 1e-6].min() == pytest.approx(165.33982412719, abs=1e-5)
