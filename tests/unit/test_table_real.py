"""Lists that municipalities and others have published are read with nothing said about them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from assetmap.sources.conform import conform
from assetmap.sources.source import Context
from assetmap.sources.table import SOURCE

SARPSBORG = "registers/no_sarpsborg/sarpsborg_barnehager_{}.csv"


def test_kindergartens_of_sarpsborg_2022_three_of_them_at_null_island(shared: Path) -> None:
    found = SOURCE.read(shared / SARPSBORG.format(3003), Context())
    assert len(found.assets) == 36
    assert list(found.rejected.index) == [5, 28, 37]
    assert all("0, 0" in str(reason) for reason in found.rejected["reason"])
    assert set(found.assets["category"]) == {"kindergarten"}
    assert found.assets["source_id"].iat[0] == "814328562"
    assert found.assets["capacity"].head(3).tolist() == [39, 77, 33]
    assert found.private.empty


def test_the_three_are_placed_where_their_addresses_are_known(shared: Path) -> None:
    known = gpd.GeoDataFrame(
        {"street": ["Baneveien", "Nordbergsvingen"], "number": ["20", "24"], "postcode": ["1738"] * 2},
        geometry=[shapely.Point(11.145, 59.268), shapely.Point(11.15, 59.27)], crs=4326,
    )  # fmt: skip
    found = SOURCE.read(
        shared / SARPSBORG.format(3003), Context(addresses=known, near=shapely.box(11, 59.1, 11.3, 59.4))
    )
    by_address = found.assets[found.assets["location_precision"] == "address"]
    assert sorted(by_address["name"]) == ["Baneveien barnehage avd. Baneveien", "Skogro barnehage"]
    assert found.rejected["name"].tolist() == ["Tveterhytta barnehage"]
    assert "no house number" in str(found.rejected["reason"].iat[0])


def test_kindergartens_of_sarpsborg_2024(shared: Path) -> None:
    found = SOURCE.read(shared / SARPSBORG.format(3105), Context())
    assert len(found.assets) == 39
    assert found.rejected.empty
    assert found.assets["website"].notna().sum() > 10
    tags = json.loads(found.assets["tags"].iat[0])
    assert (tags["min_age"], tags["max_age"], tags["operator_type"]) == ("1", "5", "private")


def test_playgrounds_of_bergen(shared: Path) -> None:
    found = SOURCE.read(shared / "registers/no_bergen/lekeplasser.csv", Context())
    assert len(found.assets) == 146
    assert set(found.assets["category"]) == {"playground"}
    assert found.mapping["separator"] == ";"
    assert found.assets["name"].iat[0] == "Bønesparken"


def test_community_assets_of_atlanta(shared: Path) -> None:
    found = SOURCE.read(shared / "assets/atlanta_community_assets.csv", Context())
    assert len(found.assets) + len(found.rejected) == 90
    assert len(found.assets) > 70
    assert found.mapping["private"] == ["Phone", "Email"]
    everything = found.assets.to_json()
    assert "(404)" not in everything
    assert not re.search(r"[\w.]+@\w+\.\w", everything)


@pytest.mark.parametrize("name", ["services", "organizations", "locations", "metadata"])
def test_an_open_referral_sample_loses_no_row_and_shows_no_mail(shared: Path, name: str) -> None:
    path = shared / f"registers/hsds/sample_csv/{name}.csv"
    found = SOURCE.read(path, Context())
    assert len(found.assets) + len(found.rejected) == len(pd.read_csv(path))
    assert "@" not in found.assets.to_json()
    assert "no-category" in [i.code for i in found.issues] or name == "metadata"


@pytest.mark.parametrize(
    "name",
    [
        SARPSBORG.format(3003),
        SARPSBORG.format(3105),
        "registers/no_bergen/lekeplasser.csv",
        "assets/atlanta_community_assets.csv",
    ],
)
def test_the_saved_mapping_gives_the_same_again_and_the_schema_holds(shared: Path, name: str) -> None:
    first = SOURCE.read(shared / name, Context())
    second = SOURCE.read(shared / name, Context(mapping=json.loads(json.dumps(first.mapping))))
    pd.testing.assert_frame_equal(pd.DataFrame(first.assets), pd.DataFrame(second.assets))
    assert first.mapping == second.mapping
    assert len(conform(first).assets) == len(first.assets)


def test_a_mapping_of_another_file_is_refused(shared: Path) -> None:
    bergen = SOURCE.read(shared / "registers/no_bergen/lekeplasser.csv", Context())
    with pytest.raises(ValueError, match="does not fit"):
        SOURCE.read(shared / SARPSBORG.format(3105), Context(mapping={"columns": bergen.mapping["columns"]}))
