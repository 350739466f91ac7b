"""Vector files become assets as tables do; our own exports come back as they were."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.errors import FormatError, InputError
from assetmap.exports import write as write_export
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.schema import HOME_COLUMNS, asset_id, complete
from assetmap.model.taxonomy import taxonomy
from assetmap.registry import discover
from assetmap.sources.conform import conform
from assetmap.sources.source import Context
from assetmap.sources.vector import SOURCE, read


def write(path: Path, *features: dict[str, object], **members: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": list(features)}), encoding="utf-8")
    return path


def feature(shape: dict[str, object] | None, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": shape}


def at(lon: float, lat: float, *height: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [lon, lat, *height]}


@pytest.mark.parametrize(
    ("file", "count", "category"),
    [
        ("registers/dk_opendata/dk_kobenhavn_legepladser.geojson", 135, "playground"),
        ("registers/dk_opendata/dk_aarhus_legepladser.geojson", 51, "playground"),
        ("registers/dk_opendata/dk_frederiksberg_friluftstilbud.geojson", 20, "playground"),
        ("registers/no_bergen/skoler.geojson", 84, "school"),
        ("population/no_bamble/bamble_skoler_2024.geojson", 8, "school"),
        ("population/no_bamble/bamble_barnehager_2024.geojson", 11, "kindergarten"),
        ("registers/no_trondheim/barnehager.json", 267, "kindergarten"),
        ("registers/no_stavanger/barnehager.json", 133, "kindergarten"),
        ("registers/no_oslo/oslo_barnehager_104.json", 104, "kindergarten"),
    ],
)
def test_what_municipalities_publish(shared: Path, file: str, count: int, category: str) -> None:
    harvest = read(shared / file, Context())
    assert harvest.assets["category"].tolist() == [category] * count
    assert len(harvest.rejected) == 0
    done = conform(harvest)
    assert len(done.assets) == count
    assert done.assets.geometry.notna().mean() > 0.99
    west, south, east, north = done.assets.total_bounds
    assert 4 < west <= east < 13
    assert 55 < south <= north < 64


def test_a_known_place_settles_the_zone(shared: Path) -> None:
    near = shapely.Point(10.4, 63.42).buffer(0.1)
    harvest = read(shared / "registers" / "no_trondheim" / "barnehager.json", Context(near=near))
    assert harvest.mapping["crs"] == 25832
    assert not any("just as well" in str(note) for note in harvest.notes)
    placed = harvest.assets.geometry.dropna()
    assert all(shape.distance(shapely.Point(10.4, 63.42)) < 0.4 for shape in placed)


def test_the_28_invalid_municipalities_are_repaired_and_reported(shared: Path) -> None:
    harvest = read(
        shared / "boundaries" / "no_kommuner_2024_S.geojson", Context(mapping={"category": "public_service"})
    )
    repaired = [i for i in harvest.issues if i.code == "geometry-repaired"]
    assert len(repaired) == 28
    assert all(i.asset.startswith("row ") and "area changed by" in str(i.message) for i in repaired)
    assert len(harvest.assets) == 357
    assert harvest.assets.geometry.is_valid.all()


def test_phones_and_names_of_contacts_are_kept_apart(tmp_path: Path) -> None:
    file = write(
        tmp_path / "barnehager.geojson",
        feature(at(10.7, 59.9), navn="Solbakken", kontaktperson="Kari Nordmann", telefon="99887766"),
    )
    harvest = read(file, Context())
    assert sorted(harvest.private["value"]) == ["99887766", "Kari Nordmann"]
    assert "Nordmann" not in harvest.assets.drop(columns="geometry").to_string()


def test_heights_become_a_detail(tmp_path: Path) -> None:
    file = write(
        tmp_path / "skoler.geojson", feature(at(10.7, 59.9, 123.456), navn="A"), feature(at(10.8, 59.9), navn="B")
    )
    assets = read(file, Context()).assets
    assert not assets.has_z.any()
    assert json.loads(assets["tags"].iloc[0])["ele"] == "123.46"


def test_rejected_features_come_back_with_their_values_and_reasons(tmp_path: Path) -> None:
    flat = {"type": "Polygon", "coordinates": [[[10, 60], [11, 61], [12, 62], [10, 60]]]}
    bad = {"type": "Point", "coordinates": ["x", 1]}
    file = write(
        tmp_path / "skoler.geojson",
        feature(at(10.7, 59.9), navn="A"), feature(bad, navn="B"), feature(flat, navn="C"), feature(None, navn="D"),
    )  # fmt: skip
    harvest = read(file, Context())
    assert harvest.assets["name"].tolist() == ["A", "D"]
    assert harvest.assets["location_precision"].tolist() == ["exact", "none"]
    assert harvest.rejected["navn"].to_dict() == {2: "B", 3: "C"}
    assert "not a number" in str(harvest.rejected.loc[2, "reason"])
    assert "proper" in str(harvest.rejected.loc[3, "reason"])


def test_ids_of_features_identify_rows_unless_they_only_count(tmp_path: Path) -> None:
    named = [feature(at(10.7 + n / 100, 59.9), navn=f"n{n}") | {"id": f"skole.{n * n}"} for n in range(5)]
    assert read(write(tmp_path / "skoler.geojson", *named), Context()).assets["source_id"].iloc[2] == "skole.4"
    counted = [f | {"id": n} for n, f in enumerate(named)]
    ids = read(write(tmp_path / "skoler.geojson", *counted), Context()).assets["source_id"]
    assert ids.str.len().tolist() == [16] * 5, "numbers that change with the order of the file are no ids"


def test_the_same_file_gives_the_same_ids_and_its_mapping_reads_it_again(shared: Path) -> None:
    file = shared / "registers" / "dk_opendata" / "dk_aarhus_legepladser.geojson"
    first = read(file, Context())
    second = read(file, Context(mapping=json.loads(json.dumps(first.mapping))))
    assert first.assets.index.tolist() == second.assets.index.tolist()
    assert first.provenance.sha256 == second.provenance.sha256
    assert first.provenance.file == file.name


def test_a_guessed_system_is_kept_in_the_mapping(tmp_path: Path) -> None:
    file = write(tmp_path / "skoler.geojson", feature(at(6643110, 597423), navn="A"))
    first = read(file, Context(near=shapely.Point(10.75, 59.91).buffer(0.1)))
    assert (first.mapping["crs"], first.mapping["swapped"]) == (25832, True)
    second = read(file, Context(mapping=first.mapping))
    assert second.assets.geometry.iloc[0].equals(first.assets.geometry.iloc[0])
    with pytest.raises(InputError, match="EPSG code"):
        read(file, Context(mapping={"crs": "utm"}))


def exported() -> gpd.GeoDataFrame:
    rows = {
        "name": ["Lekeplassen “Æ”", np.nan],
        "category": ["playground", "library"],
        "kind": [taxonomy()["playground"].kind, taxonomy()["library"].kind],
        "audience": ["public", "members"],
        "review": ["ok", "ok"],
        "location_precision": ["exact", "address"],
        "source": ["osm", "table:clubs.xlsx"],
        "source_id": ["node/1", "7"],
        "licence": ["ODbL-1.0", "NLOD-2.0"],
        "attribution": ["© OpenStreetMap contributors", "Oslo"],
        "retrieved": ["2024-05-01", "2024-05-02"],
        "tags": ['{"surface": "sand", "phone": "1"}', np.nan],
        "names": ['{"en": "The playground"}', np.nan],
        "capacity": [np.nan, 12.5],
    }
    shapes = [shapely.Point(10.75, 59.91), shapely.box(10.7, 59.9, 10.71, 59.91)]
    index = [asset_id("osm", "node/1"), "00000000-0000-5000-8000-000000000001"]
    return complete(gpd.GeoDataFrame(rows, geometry=shapes, crs=4326, index=index))


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet", ".fgb"])
def test_our_own_export_comes_back_as_it_was(tmp_path: Path, suffix: str) -> None:
    frame = exported()
    file = tmp_path / f"assets{suffix}"
    flat = frame.reset_index()
    flat.to_parquet(file) if suffix == ".parquet" else flat.to_file(file)
    back = conform(read(file, Context())).assets.loc[frame.index]
    columns = [c for c in frame if c != "geometry"]
    pd.testing.assert_frame_equal(back[columns], frame[columns])
    assert shapely.equals_exact(back.geometry.to_numpy(), frame.geometry.to_numpy(), 1e-9, normalize=True).all()


@pytest.mark.parametrize(
    ("suffix", "crs"),
    [(".geojson", None), (".gpkg", None), (".gpkg", 25832), (".parquet", None), (".parquet", 25832), (".fgb", 25832)],
)
def test_what_exports_writes_comes_back(tmp_path: Path, suffix: str, crs: int | None) -> None:
    frame = exported()
    here = Neighbourhood("Oslo", shapely.box(10.6, 59.8, 10.9, 60.0), empty_homes())
    file = write_export(Inventory(frame, here), tmp_path / f"assets{suffix}", audience="staff", crs=crs)
    back = conform(read(file, Context())).assets.loc[frame.index]
    columns = [c for c in frame if c not in ("geometry", "names", "tags")]
    pd.testing.assert_frame_equal(back[columns], frame[columns])
    for column in ("names", "tags"):
        values = [json.loads(v) if isinstance(v, str) else None for v in back[column]]
        assert values == [json.loads(v) if isinstance(v, str) else None for v in frame[column]]
    assert all(a.hausdorff_distance(b) < 1e-6 for a, b in zip(back.geometry, frame.geometry, strict=True))


def empty_homes() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({c: [] for c in HOME_COLUMNS[:-1]}, geometry=[], crs=4326)


def test_nested_tags_and_feature_ids_of_an_export_come_back(tmp_path: Path) -> None:
    properties = {"name": "A", "category": "playground", "kind": "physical", "source": "osm", "licence": "ODbL-1.0",
                  "retrieved": "2024-05-01", "tags": {"surface": "sand"}, "names": {"da": "B"}}  # fmt: skip
    file = write(tmp_path / "a.geojson", feature(at(10.7, 59.9), **properties) | {"id": "my-id"})
    back = conform(read(file, Context())).assets
    assert back.index.tolist() == ["my-id"]
    assert (json.loads(back["tags"].iloc[0]), json.loads(back["names"].iloc[0])) == ({"surface": "sand"}, {"da": "B"})


def test_an_export_cannot_bring_its_own_approval_or_other_columns(tmp_path: Path) -> None:
    properties = {"id": "x", "name": "A", "category": "story", "kind": "stories", "source": "me", "licence": "CC0-1.0",
                  "retrieved": "2024-05-01", "review": "ok", "phone": "99887766"}  # fmt: skip
    file = write(tmp_path / "a.geojson", feature(at(10.7, 59.9), **properties))
    harvest = read(file, Context())
    assert conform(harvest).assets["review"].tolist() == ["pending"]
    assert "phone" not in harvest.assets
    assert any("phone" in str(note) for note in harvest.notes)


def test_an_export_changed_by_hand_hands_broken_rows_back(tmp_path: Path) -> None:
    properties = {"id": "x", "name": "A", "category": "playground", "kind": "physical", "source": "me",
                  "licence": "CC0-1.0", "retrieved": "2024-05-01"}  # fmt: skip
    rows = [properties, {**properties, "id": "y", "audience": "everyone"}, {**properties, "id": "z", "capacity": -1}]
    harvest = read(write(tmp_path / "a.geojson", *(feature(at(10.7, 59.9), **row) for row in rows)), Context())
    assert harvest.assets["id"].tolist() == ["x"]
    assert harvest.rejected["id"].to_dict() == {2: "y", 3: "z"}
    assert "expected one of: public" in str(harvest.rejected.loc[2, "reason"])


def test_limits_hold_unless_lifted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "skoler.geojson", feature(at(10.7, 59.9), navn="A"))
    monkeypatch.setattr("assetmap.sources.files.content.settings", lambda: type("S", (), {"upload_mb": 1e-5})())
    with pytest.raises(FormatError, match="--no-limit"):
        read(file, Context())
    assert len(read(file, Context(limited=False)).assets) == 1


def test_it_is_a_source_like_the_others() -> None:
    assert discover("assetmap.sources", "SOURCE")["vector"] is SOURCE
    assert {".geojson", ".json", ".gpkg", ".zip", ".kml", ".gpx", ".fgb", ".parquet"} <= set(SOURCE.suffixes)
