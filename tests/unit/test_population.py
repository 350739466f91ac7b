"""Population files as offices write them, real ones and small ones made here."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from assetmap.errors import FormatError, InputError
from assetmap.model.ages import GROUPS, group_people
from assetmap.sources.people.population import read_population
from assetmap.sources.people.population_layouts import understand

SQUARES = [shapely.box(10 + i / 100, 59, 10.01 + i / 100, 59.01) for i in range(3)]


def write(folder: Path, rows: list[dict[str, object]], name: str = "people.geojson", shapes=SQUARES, **more) -> Path:
    features = [
        {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(shape)}
        for row, shape in zip(rows, shapes, strict=False)
    ]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def codes(population) -> set[str]:
    return {i.code for i in population.issues}


def test_bamble_by_basic_statistical_unit(shared: Path) -> None:
    bamble = read_population(shared / "population/no_bamble/bamble_grunnkretser_2024.geojson")
    assert bamble.layout == "geonorge-grunnkrets"
    assert len(bamble.areas) == 25
    assert bamble.areas.crs == 4326
    assert bamble.areas["total"].sum() == 14253
    bands = [b.column for b in bamble.bands]
    assert len(bands) == 19
    assert bamble.areas[bands].sum(axis=None) == 14180
    assert bamble.areas[bands].isna().sum(axis=None) == 25
    assert bamble.areas.loc["40120505", "befolkning65Til69År"] == 14
    assert codes(bamble) == {"counts-hidden", "ages-differ-from-total"}
    assert any("14180" in str(i.message) and "14253" in str(i.message) for i in bamble.issues)
    assert (bamble.provenance.licence, bamble.provenance.data_date) == ("CC-BY-4.0", "2024")
    groups = group_people(bamble.areas, bamble.bands).people
    assert groups[list(GROUPS)].sum(axis=None) == pytest.approx(14253)
    valle = groups.loc["40120505"]  # 11 + 13 + 14 known above 69, 14 from 65 to 69, 5 hidden from 85 on
    assert (valle["s67_low"], valle["s67_high"]) == (11 + 13 + 14 + 5, 11 + 13 + 14 + 14 + 5)
    assert valle["s67"] == pytest.approx(38 + 14 * 3 / 5 + 5)


def test_oslo_grid_has_squares_of_250_metres(shared: Path) -> None:
    oslo = read_population(shared / "population/no_oslo/befolkning_250m_2023_oslo.shp")
    assert oslo.layout == "ssb-grid"
    assert oslo.bands == ()
    assert oslo.areas["total"].sum() == 707_339
    assert oslo.areas.index[0] == "22637506643000"
    assert oslo.areas.to_crs(25833).area.to_numpy() == pytest.approx(62_500, rel=1e-3)
    assert "Statistisk sentralbyrå" in oslo.provenance.attribution


def test_cell_ids_give_the_squares_of_a_table(shared: Path) -> None:
    oslo = read_population(shared / "population/no_oslo/Oslo_bef_100m_2015.csv")
    assert len(oslo.areas) == 9371
    assert oslo.areas["total"].min() == 5
    cell = oslo.areas.to_crs(25833).geometry["22536006661600"]
    assert cell.bounds == pytest.approx((253_600, 6_661_600, 253_700, 6_661_700), abs=0.01)
    assert oslo.areas.index.is_unique


def test_both_oslo_grids_lie_in_the_same_place(shared: Path) -> None:
    fine = read_population(shared / "population/no_oslo/Oslo_bef_100m_2015.csv").areas
    coarse = read_population(shared / "population/no_oslo/befolkning_250m_2023_oslo.shp").areas
    points = fine.set_geometry(fine.representative_point())[["total", "geometry"]]
    inside = points.sjoin(coarse[["geometry"]].rename_axis("cell"), predicate="within")
    assert inside["total"].sum() > 0.97 * fine["total"].sum()


def test_a_grid_cut_by_a_municipality(shared: Path) -> None:
    aas = read_population(shared / "population/no_aas/aas_befolkning_2023.geojson")
    assert len(aas.areas) == 636
    assert aas.areas.total_bounds == pytest.approx([10.67, 59.59, 10.89, 59.76], abs=0.01)


def test_helsinki_hides_ages_in_small_cells(shared: Path) -> None:
    region = read_population(shared / "population/fi_helsinki/Vaestoruudukko_2017.shp")
    bands = [b.column for b in region.bands]
    assert [(b.first, b.last) for b in region.bands] == [*((a, a + 9) for a in range(0, 80, 10)), (80, None)]
    hidden = region.areas[bands].isna().all(axis=1)
    assert hidden.sum() == 2673
    assert region.areas.loc[hidden, "total"].max() < 100 <= region.areas.loc[~hidden, "total"].min()
    assert (region.areas.loc[~hidden, bands] == 99).any(axis=None)  # a true 99 is kept
    assert region.areas["total"].sum() == 1_157_647
    groups = group_people(region.areas, region.bands).people
    assert (groups.loc[hidden, "c0_5_low"] == 0).all()
    assert (groups.loc[hidden, "s67_high"] == region.areas.loc[hidden, "total"]).all()


def test_plain_layers_with_a_total(shared: Path) -> None:
    helsinki = read_population(shared / "population/fi_helsinki/helsinki_population_grid_2020.gpkg")
    assert (len(helsinki.areas), helsinki.areas["total"].sum()) == (92, 71_724)
    oslo = read_population(shared / "population/no_oslo/oslo_bydeler_befolkning_2024.geojson")
    assert oslo.areas.loc["030101", "total"] == 63_721
    assert oslo.provenance.data_date == "2024"
    assert oslo.provenance.licence == "unstated"


def test_a_shapefile_in_a_zip(shared: Path, tmp_path: Path) -> None:
    packed = tmp_path / "oslo.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in (shared / "population/no_oslo").glob("befolkning_250m_2023_oslo.*"):
            archive.write(part, part.name)
    assert read_population(packed).areas["total"].sum() == 707_339


def test_of_several_layers_one_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "levels.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, shapes in (("cells", SQUARES), ("town", SQUARES[:1])):
            layer = write(tmp_path, [{"population": 5}] * len(shapes), f"{name}.geojson", shapes)
            archive.write(layer, layer.name)
    assert read_population(path).areas["total"].sum() == 15
    assert read_population(path, mapping={"layer": "town", "total": "population"}).areas["total"].sum() == 5


def test_a_file_without_rows_says_so(tmp_path: Path) -> None:
    for name, text in (
        ("a.csv", "ssbid250m;pop_tot\n"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}'),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match="holds no"):
            read_population(tmp_path / name)


def test_a_danish_parish_layer(tmp_path: Path) -> None:
    rows = [{"sognekode": f"70{i}", "folketal": 30, "0-17 år": 10, "18-66 år": 15, "67+": 5} for i in range(3)]
    parish = read_population(write(tmp_path, rows))
    assert parish.areas.index.tolist() == ["700", "701", "702"]
    groups = group_people(parish.areas, parish.bands)
    assert groups.people["s67"].tolist() == [5, 5, 5]
    assert "s67" not in groups.estimated


def test_a_mapping_names_the_columns(tmp_path: Path) -> None:
    rows = [{"Kode": f"k{i}", "Alle": "1 200", "barn": "<5" if i else "7", "x": 1} for i in range(3)]
    mapping = {"id": "Kode", "total": "Alle", "bands": {"barn": [0, 5]}, "suppressed_below": 5}
    people = read_population(write(tmp_path, rows), mapping=mapping)
    assert people.layout == "mapping"
    assert people.areas["total"].tolist() == [1200] * 3
    assert np.isnan(people.areas.loc["k1", "barn"])
    groups = group_people(people.areas, people.bands, people.suppressed_below).people
    assert list(groups.columns) == ["c0_5", "c0_5_low", "c0_5_high"]
    assert groups.loc["k1", ["c0_5_low", "c0_5_high"]].tolist() == [0, 4]
    assert groups.loc["k0"].tolist() == [7, 7, 7]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"total": "folk"}, "columns that people.geojson does not have: folk. It has: Alle, Kode"),
        ({"total": "Alle", "bands": {"Alle": "0-5"}}, "Expected the youngest and the oldest age"),
        ({"id": "Kode"}, "No column of people.geojson"),
    ],
)
def test_a_mapping_that_does_not_fit_says_what_would(tmp_path: Path, mapping: dict[str, object], said: str) -> None:
    path = write(tmp_path, [{"Alle": 5, "Kode": "a"}])
    with pytest.raises(InputError, match=said):
        read_population(path, mapping=mapping)


def test_an_unknown_layout_lists_its_columns_and_shows_a_mapping(tmp_path: Path) -> None:
    path = write(tmp_path, [{"colour": "red", "height": 3}])
    with pytest.raises(InputError, match=r"Found: colour, height.*\"bands\": \{\"kids\": \[0, 5\]"):
        read_population(path)


def test_numbers_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No number of people was found"):
        read_population(write(tmp_path, [{"population": "many"}]))


def test_hidden_totals_are_intervals(tmp_path: Path) -> None:
    path = write(tmp_path, [{"population": v} for v in (10, -1, None)])
    areas = read_population(path, mapping={"total": "population", "suppressed_below": 5}).areas
    assert areas["total_low"].tolist() == [10, 0, 0]
    assert areas["total_high"].tolist() == [10, 4, 4]
    assert np.isnan(read_population(path).areas["total"].iloc[1])


def test_ids_that_repeat_are_replaced_by_rows(tmp_path: Path) -> None:
    people = read_population(write(tmp_path, [{"id": 1, "population": 5}] * 3))
    assert people.areas.index.tolist() == ["row 1", "row 2", "row 3"]
    assert codes(people) == {"area-id-not-unique"}


def test_rows_without_an_area_are_refused_or_left_out(tmp_path: Path) -> None:
    point = shapely.Point(10, 59)
    with pytest.raises(InputError, match="have no areas"):
        read_population(write(tmp_path, [{"population": 5}], shapes=[point]))
    mixed = read_population(write(tmp_path, [{"population": 5}] * 2, shapes=[point, SQUARES[0]]))
    assert len(mixed.areas) == 1
    assert "area-not-polygon" in codes(mixed)


def test_a_table_without_cell_ids_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("sogn;folketal\n7001;300\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"neither polygons nor ids of grid cells\. Found the columns: sogn, folketal"):
        read_population(path)


def test_cell_ids_of_no_grid_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text("ssbid250m;pop_tot\n22637506643000;14\n2263750664300;3\n", encoding="utf-8")
    with pytest.raises(InputError, match="1 of the 2 cell ids in grid"):
        read_population(path)


def test_one_kilometre_cells(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text("ssbid1000m,pop_tot,pop_ave\n22630006643000,14,41\n", encoding="utf-8")
    assert read_population(path).areas.to_crs(25833).area.iloc[0] == pytest.approx(1e6, rel=1e-3)


def test_json_that_has_no_shapes_says_so(shared: Path) -> None:
    with pytest.raises(InputError, match="neither polygons nor ids of grid cells"):
        read_population(shared / "population/no_bamble/bamble_population_2025.json")


def test_a_layer_without_reference_system_is_placed_by_its_numbers(tmp_path: Path) -> None:
    utm = gpd.GeoSeries(SQUARES, crs=4326).to_crs(25833)
    squares = [shapely.box(*s.bounds) for s in utm]
    path = write(tmp_path, [{"population": 5}] * 3, shapes=squares)
    areas = read_population(path, near=shapely.box(*gpd.GeoSeries(SQUARES).total_bounds)).areas
    assert areas.total_bounds == pytest.approx([10, 59, 10.03, 59.01], abs=0.01)


@pytest.mark.parametrize(
    ("name", "ages"),
    [("befolkning05Til09År", (5, 9)), ("befolkning90ÅrOgOver", (90, None)), ("IKA0_9", (0, 9)),
     ("IKA_YLI80", (80, None)), ("65-69", (65, 69)), ("90+", (90, None)), ("alder_0_5", (0, 5)),
     ("age 0-4 years", (0, 4)), ("he_0_2", (0, 2)),
     ("he_85_", (85, None)), ("befolkningAldersgrupper.0-4", (0, 4)), ("80 år og over", (80, None))],
)  # fmt: skip
def test_columns_of_ages_are_told_by_their_names(name: str, ages: tuple[int, int | None]) -> None:
    (band,) = understand([name, "total"], "f").bands
    assert (band.first, band.last) == ages


@pytest.mark.parametrize("name", ["kreds_1_2", "folketilvekst", "2020-2024", "id", "x1_y2", "9-5"])
def test_other_columns_are_no_ages(name: str) -> None:
    assert understand([name, "total"], "f").bands == ()


def test_the_newest_total_is_taken() -> None:
    columns = understand(["id", "befolkning_2022", "befolkning_2024", "befolkning_2023"], "f")
    assert (columns.total, columns.year) == ("befolkning_2024", "2024")
