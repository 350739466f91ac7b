"""Rows of any source on their way to the asset schema: what is filled in, what is left out, what is said."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.errors import CRSError, SchemaError
from assetmap.messages import M
from assetmap.model.harvest import Harvest
from assetmap.model.issues import Issue
from assetmap.model.provenance import Provenance
from assetmap.model.schema import ASSET_COLUMNS, asset_id, check_assets
from assetmap.model.taxonomy import taxonomy
from assetmap.sources.conform import Conformed, conform

FROM = Provenance(
    source="list",
    title="A list",
    licence="CC-BY-4.0",
    attribution="The municipality",
    retrieved="2026-01-02",
    data_date="2025-12-01",
)

GIFTS = [key for key, category in taxonomy().items() if category.role == "gift"]


def harvest(*rows: dict[str, object], crs: int = 4326, **more: object) -> Harvest:
    table = [
        {"source_id": str(n), "category": "playground", "geometry": shapely.Point(10.7, 59.9), **r}
        for n, r in enumerate(rows)
    ]
    frame = gpd.GeoDataFrame(table or {"source_id": [], "category": [], "geometry": []}, geometry="geometry", crs=crs)
    return Harvest(frame, FROM, **more)  # type: ignore[arg-type]


def codes(done: Conformed) -> list[str]:
    return [issue.code for issue in done.issues]


def test_a_bare_row_becomes_a_whole_asset() -> None:
    done = conform(harvest({"name": "Lekeplassen"}))
    row = done.assets.iloc[0]
    assert list(done.assets.columns) == list(ASSET_COLUMNS)
    assert done.assets.index.tolist() == [asset_id("list", "0")]
    expected = {
        "name": "Lekeplassen", "kind": "places", "category": "playground", "audience": "public", "review": "ok",
        "location_precision": "exact", "source": "list", "licence": "CC-BY-4.0", "attribution": "The municipality",
        "retrieved": "2026-01-02", "data_date": "2025-12-01",
    }  # fmt: skip
    assert {key: row[key] for key in expected} == expected
    assert done.issues == ()
    assert check_assets(done.assets) is not None


def test_no_rows_are_no_trouble() -> None:
    done = conform(harvest())
    assert len(done.assets) == 0
    assert list(done.assets.columns) == list(ASSET_COLUMNS)
    assert done.issues == ()


def test_what_a_row_says_of_itself_stays() -> None:
    row = {"id": "abc", "licence": "ODbL-1.0", "audience": "members", "review": "pending", "location_precision": "area"}
    done = conform(harvest(row, {"licence": ""}))
    assert done.assets.index[0] == "abc"
    assert {key: done.assets.iloc[0][key] for key in list(row)[1:]} == dict(list(row.items())[1:])
    assert done.assets.iloc[1]["licence"] == "CC-BY-4.0"
    assert "id" not in done.assets.columns


def test_moderated_categories_wait_for_a_person() -> None:
    done = conform(harvest({"category": "social_support"}, {"category": "library"}))
    assert done.assets["review"].tolist() == ["pending", "ok"]


def test_gifts_of_people_are_never_on_the_map() -> None:
    done = conform(harvest(*[{"category": key} for key in GIFTS], {}))
    assert len(done.assets) == 1
    assert codes(done) == ["gift-not-on-map"]


def test_refuges_leave_no_trace() -> None:
    secret = {
        "category": "social_support",
        "name": "Krisesenteret",
        "source_id": "secret-7",
        "opening_hours": "ring oss på 999",
    }
    inside = {"category": "library", "name": "Biblioteket", "part_of": asset_id("list", "secret-7")}
    private = pd.DataFrame({"asset": ["secret-7", "1"], "field": ["phone"] * 2, "value": ["111", "222"]})
    about = Issue("no-position", M("No place was found."), asset="secret-7")
    done = conform(harvest(secret, inside, private=private, issues=(about,)))
    assert done.assets["name"].tolist() == ["Biblioteket"]
    assert done.assets["part_of"].isna().all()
    assert done.private["value"].tolist() == ["222"]
    assert "protected-place" in codes(done)
    told = " ".join(f"{i.asset} {i.detail} {i.message}" for i in done.issues)
    for trace in ("secret-7", "Krise", "999", asset_id("list", "secret-7")):
        assert trace not in told


def test_private_values_follow_their_asset() -> None:
    private = pd.DataFrame({"asset": ["0", "9"], "field": ["phone"] * 2, "value": ["111", "222"]})
    done = conform(harvest({}, private=private))
    assert done.private.to_dict("records") == [{"asset": asset_id("list", "0"), "field": "phone", "value": "111"}]


def test_shapes_are_mended_and_flattened() -> None:
    bow = shapely.Polygon([(10, 59), (10.01, 59.01), (10.01, 59), (10, 59.01)])
    done = conform(harvest({"geometry": bow}, {"geometry": shapely.Point(10.7, 59.9, 12)}))
    assert shapely.is_valid(done.assets.geometry.to_numpy()).all()
    assert not shapely.has_z(done.assets.geometry.to_numpy()).any()
    assert len(done.assets) == 2


def test_a_row_without_a_place_keeps_none_and_says_so() -> None:
    done = conform(harvest({"geometry": None}, {"geometry": shapely.Point()}, {}))
    assert done.assets["location_precision"].tolist() == ["none", "none", "exact"]
    assert done.assets.geometry.isna().tolist() == [True, True, False]


def test_any_reference_system_becomes_longitude_and_latitude() -> None:
    done = conform(harvest({"geometry": shapely.Point(597_000, 6_642_000)}, crs=25832))
    at = done.assets.geometry.iloc[0]
    assert (at.x, at.y) == pytest.approx((10.73, 59.9), abs=0.02)
    naked = harvest({})
    with pytest.raises(CRSError):
        conform(Harvest(naked.assets.set_crs(None, allow_override=True), FROM))


def test_hours_are_read_where_they_can_be_and_kept_as_they_came() -> None:
    done = conform(harvest({"opening_hours": "ma-fr 8-16"}, {"opening_hours": "ring først"}, {"opening_hours": np.nan}))
    assert done.assets["opening_hours"].tolist()[:2] == ["ma-fr 8-16", "ring først"]
    assert done.assets["opening_hours_normal"].iloc[0] == "Mo-Fr 08:00-16:00"
    assert done.assets["opening_hours_normal"].isna().tolist() == [False, True, True]
    assert [(i.code, i.asset, i.detail) for i in done.issues] == [("opening-hours-unread", "1", "ring først")]


def test_rows_with_the_same_label_are_still_told_apart() -> None:
    twin = harvest({"opening_hours": "x"}, {"opening_hours": "y", "name": "B"})
    twin.assets.index = ["same", "same"]
    done = conform(twin)
    assert [i.detail for i in done.issues if i.code == "opening-hours-unread"] == ["x", "y"]
    assert len(done.assets) == 2


def test_a_second_row_of_the_same_id_is_left_out_and_said() -> None:
    done = conform(harvest({"source_id": "a", "name": "first"}, {"source_id": "a", "name": "second"}))
    assert done.assets["name"].tolist() == ["first"]
    assert codes(done) == ["duplicate-id"]


def test_ids_are_the_same_at_the_next_reading() -> None:
    one, other = conform(harvest({}, {})), conform(harvest({}, {}))
    assert one.assets.index.tolist() == other.assets.index.tolist()
    assert one.assets.index.is_unique


def test_a_fault_of_the_source_lists_everything() -> None:
    with pytest.raises(SchemaError) as caught:
        conform(harvest({"audience": "everyone"}, {"location_precision": "roughly"}, {"capacity": -1}))
    assert sorted(caught.value.issues["field"]) == ["audience", "capacity", "location_precision"]


def test_what_was_given_is_not_changed() -> None:
    given = harvest({"opening_hours": "x", "geometry": None}, {})
    before = given.assets.copy()
    conform(given)
    assert given.assets.equals(before)
