"""Does a file that comes home change what its editors changed, and nothing that others did meanwhile?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from assetmap.messages import M, Message
from assetmap.model.change import Change, Record
from assetmap.model.provenance import Provenance
from assetmap.model.round_trip import Returned, Row
from assetmap.upkeep.homecoming import plan
from assetmap.upkeep.steps import COLUMNS, Plan

HAND = Provenance("hand", "Entered by hand", "CC0-1.0", retrieved="2026-11-22")
AREA = shapely.box(11, 59, 11.01, 59.01)
BASE: Record = {
    "name": "Løkka", "category": "playground", "kind": "places", "description": None,
    "address": "Storgata 1, 0150 Oslo",
    "opening_hours": "Mo 08:00-16:00", "opening_hours_normal": "Mo 08:00-16:00", "operator": None, "audience": "public",
    "review": "ok", "location_precision": "exact", "source": "osm", "source_id": "node/1", "licence": "ODbL-1.0",
    "retrieved": "2026-11-01", "valid_from": None, "capacity": 12.0, "geometry": shapely.Point(11.1, 59.2),
}  # fmt: skip
FIELDS = (
    "name",
    "category",
    "description",
    "address",
    "opening_hours",
    "operator",
    "capacity",
    "valid_from",
    "geometry",
)


def record(**changes: Any) -> Record:
    return {**BASE, **changes}


def row(number: str | None = "a", line: int = 2, *, faults: Any = None, numeric: Any = (), **values: Any) -> Row:
    shown = {key: BASE[key] for key in FIELDS} | values
    return Row(line, number, 1, {k: v for k, v in shown.items() if k not in (faults or {})}, faults or {},
               frozenset(numeric))  # fmt: skip


def home(*rows: Row, before: Any = None, taken: Any = None, columns: tuple[str, ...] = FIELDS, **more: Any) -> Returned:
    before = {"a": record()} if before is None else before
    return Returned("home.xlsx", rows, columns, store="s", exported_at="2026-11-20T10:00:00Z", before=before,
                    taken=dict.fromkeys(before, 1) if taken is None else taken, **more)  # fmt: skip


def planned(returned: Returned, current: Any = None, **more: Any) -> Plan:
    current = {"a": record()} if current is None else current
    return plan(returned, more.pop("base", {}), current, dict.fromkeys(current, 7), origin=HAND, **more)


def what(done: Plan) -> list[tuple[str, str, str]]:
    return [(step.what, step.asset, step.field) for step in done.steps]


def test_an_untouched_file_changes_nothing() -> None:
    done = planned(home(row()))
    assert (done.steps, done.same, done.changes()) == ((), 1, [])
    assert list(done.rows.columns) == list(COLUMNS)


def test_what_only_the_file_changed_is_a_change_against_the_version_that_was_planned() -> None:
    done = planned(home(row(name="Nye løkka", operator="Vellet")))
    assert what(done) == [("changed", "a", "name"), ("changed", "a", "operator")]
    assert done.changes() == [Change("a", {"name": "Nye løkka", "operator": "Vellet"}, version=7)]


def test_an_emptied_cell_empties_and_a_missing_column_says_nothing() -> None:
    assert planned(home(row(address=None))).changes() == [Change("a", {"address": None}, version=7)]
    narrow = Row(2, "a", 1, {"name": "Løkka", "category": "playground"})
    assert planned(home(narrow, columns=("name", "category"))).steps == ()


def test_what_only_others_changed_stays_theirs() -> None:
    done = planned(home(row(name="Min")), {"a": record(address="Lillegata 2")})
    assert done.changes("mine") == [Change("a", {"name": "Min"}, version=7)]


def test_both_changed_the_same_field_differently() -> None:
    done = planned(home(row(name="Min", operator="Vellet")), {"a": record(name="Deres")})
    clash = done.of("conflict")[0]
    assert (clash.field, clash.before, clash.mine, clash.theirs) == ("name", "Løkka", "Min", "Deres")
    assert done.changes() == [Change("a", {"operator": "Vellet"}, version=7)]
    assert done.changes({("a", "name"): "mine"})[0].values == {"name": "Min", "operator": "Vellet"}
    assert done.clashes[0].theirs == "Deres"


def test_both_made_the_same_change() -> None:
    done = planned(home(row(name="Begge")), {"a": record(name="Begge")})
    assert (done.steps, done.same) == ((), 1)


def test_a_changed_row_of_a_deleted_asset_asks() -> None:
    done = planned(home(row(name="Min")), {})
    assert what(done) == [("conflict", "a", "")]
    assert done.changes() == []
    assert done.changes("mine") == [Change("a", {"name": "Min"}, "restore")]
    assert planned(home(row()), {}).steps == ()


def test_nothing_is_deleted_unless_asked() -> None:
    current = {"a": record(), "b": record(name="B")}
    done = planned(home(row(), before={"a": record(), "b": record(name="B")}), current)
    assert what(done) == [("gone", "b", "")]
    assert done.changes() == []
    assert done.changes(remove=True) == done.changes(remove=["b"]) == [Change("b", {}, "remove", 7)]
    assert done.changes(remove=["a"]) == []


def test_deleting_all_spares_what_others_changed_and_what_may_be_a_row_handed_back() -> None:
    before = {"a": record(), "b": record(name="B")}
    meanwhile = planned(home(row(), before=before), {"a": record(), "b": record(name="Bedre")})
    assert meanwhile.changes(remove=True) == []
    assert meanwhile.changes(remove=["b"]) == [Change("b", {}, "remove", 7)]
    spoilt = planned(home(row(), row("zzz", 3, name="B"), before=before), before)
    assert what(spoilt) == [("rejected", "zzz", ""), ("gone", "b", "")]
    assert spoilt.changes(remove=True) == []


def test_what_is_missing_cannot_be_told_without_the_list_of_what_went_out() -> None:
    returned = Returned("home.gpkg", (row(),), FIELDS, sheet=False)
    assert planned(returned, {"a": record(), "b": record(name="B")}).steps == ()


def test_a_new_row_is_complete_and_comes_only_once() -> None:
    new = row(None, 3, name="Kafé Ny", category="cafe_eatery", geometry=shapely.Point(11.2, 59.3))
    done = planned(home(row(), new))
    (change,) = done.changes()
    assert change.kind == "add"
    assert change.values["kind"] == "exchange"
    assert {k: change.values[k] for k in ("source", "licence", "retrieved", "audience", "review")} == {
        "source": "hand", "licence": "CC0-1.0", "retrieved": "2026-11-22", "audience": "public", "review": "ok",
    }  # fmt: skip
    again = planned(home(row(), new), {"a": record(), change.asset: dict(change.values)})
    assert (again.steps, again.same) == ((), 2)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"category": None}, "has no category"),
        ({"name": None, "address": None, "geometry": None}, "neither a name nor an address nor a place"),
        ({"valid_from": "1. mai"}, "expected a date"),
        ({"faults": {"category": M("is “sjakk”")}}, "Category is “sjakk”"),
    ],
)
def test_a_new_row_that_cannot_be_kept_is_handed_back(values: dict[str, Any], said: str) -> None:
    done = planned(home(row(), row(None, 3, **values)))
    assert what(done) == [("rejected", "", "")]
    assert said in str(done.steps[0].reason)


def test_a_row_that_is_there_twice_is_new_only_when_it_says_something_else() -> None:
    done = planned(home(row(line=5, name="Kopien"), row(line=9)))
    assert what(done)[0][0] == "new"
    assert done.steps[0].mine["name"] == "Kopien"
    assert "copy of row 9" in str(done.steps[0].reason)
    twice = planned(home(row(line=5), row(line=9)))
    assert (what(twice), twice.same) == ([("rejected", "a", "")], 1)
    assert "same as row 5" in str(twice.steps[0].reason)
    without_id = planned(home(row(line=5), row(None, line=9)))
    assert without_id.changes() == []


def test_an_id_that_nobody_gave_is_handed_back() -> None:
    done = planned(home(row(), row("made-up", 3, name="Hvem")))
    assert what(done) == [("rejected", "made-up", "")]
    assert done.changes() == []


def test_a_row_pasted_without_its_hidden_id_is_still_that_asset() -> None:
    done = planned(home(row(None, 30)))
    assert (done.steps, done.same) == ((), 1)


def test_without_the_column_of_ids_only_what_is_clear_is_taken() -> None:
    before = {"a": record(), "b": record(name="B"), "c": record(name="C")}
    returned = home(row(None, 2), row(None, 3, name="B", operator="Ny"), row(None, 4, name="Omdøpt"), before=before,
                    has_ids=False)  # fmt: skip
    done = planned(returned, before)
    assert what(done) == [("changed", "b", "operator"), ("rejected", "", ""), ("gone", "c", "")]
    assert done.changes(remove=True) == [Change("b", {"operator": "Ny"}, version=7)]
    complete = home(row(None, 2), row(None, 3, name="B"), row(None, 4, name="Helt ny"),
                    before={"a": record(), "b": record(name="B")}, has_ids=False)  # fmt: skip
    assert [s.what for s in planned(complete, before).steps] == ["new"]


def test_without_any_memory_a_difference_is_asked_about() -> None:
    returned = home(row(name="Min"), before={}, taken={})
    done = planned(returned)
    assert what(done) == [("conflict", "a", "name")]
    assert done.steps[0].before is None
    remembered = planned(returned, {"a": record(address="Ny")}, base={"a": record()})
    assert what(remembered) == [("changed", "a", "name")]


def test_a_cell_that_was_not_understood_is_no_change() -> None:
    done = planned(home(row(faults={"category": M("is “sjakk”")}, name="Min")))
    assert what(done) == [("rejected", "a", "category"), ("changed", "a", "name")]
    assert done.changes() == [Change("a", {"name": "Min"}, version=7)]


def test_a_field_that_follows_from_something_is_not_changed() -> None:
    returned = home(Row(2, "a", 1, {"source": "mine", "kind": "stories"}), columns=("source", "kind"))
    assert what(planned(returned)) == [("rejected", "a", "source"), ("rejected", "a", "kind")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"category": "library"}, {"category": "library", "kind": "institutions"}),
        ({"opening_hours": "Tu"}, {"opening_hours": "Tu", "opening_hours_normal": None}),
        ({"geometry": None}, {"geometry": None, "location_precision": "none"}),
    ],
)
def test_what_follows_from_a_change_changes_with_it(values: Record, expected: Record) -> None:
    assert planned(home(row(**values))).changes() == [Change("a", expected, version=7)]


@pytest.mark.parametrize(
    ("known", "then"), [("address", "exact"), ("street", "exact"), ("area", None), ("exact", None)]
)
def test_a_moved_point_is_exact_unless_only_the_area_was_to_be_known(known: str, then: str | None) -> None:
    kept = record(location_precision=known)
    done = planned(home(row(geometry=shapely.Point(11.3, 59.3)), before={"a": kept}), {"a": kept})
    assert done.changes()[0].values.get("location_precision") == then


def test_an_area_is_not_moved_by_a_cell_and_not_taken_for_moved() -> None:
    current = {"a": record(geometry=AREA)}
    point = shapely.Point(11.005, 59.005)
    same = home(row(geometry=point), before={"a": record(geometry=point)})
    assert planned(same, current).steps == ()
    assert planned(home(row(geometry=point), before={}, taken={}), current).steps == ()
    moved = planned(home(row(geometry=shapely.Point(11.5, 59.5)), before={"a": record(geometry=point)}), current)
    assert what(moved) == [("rejected", "a", "geometry")]


def test_a_shape_drawn_anew_in_a_map_program_is_a_change() -> None:
    current = {"a": record(geometry=AREA)}
    drawn = shapely.box(11, 59, 11.02, 59.01)
    assert planned(home(row(geometry=AREA), before={}, sheet=False), current, base=current).steps == ()
    multi = shapely.MultiPolygon([AREA])
    assert planned(home(row(geometry=multi), before={}, sheet=False), current, base=current).steps == ()
    done = planned(home(row(geometry=drawn), before={}, sheet=False), current, base=current)
    assert done.changes()[0].values["geometry"].equals(drawn)


def test_a_shape_that_is_none_is_handed_back() -> None:
    bowtie = shapely.Polygon([(11, 59), (11.1, 59.1), (11.1, 59), (11, 59.1)])
    done = planned(home(row(geometry=bowtie), sheet=False))
    assert what(done) == [("rejected", "a", "geometry")]


def test_a_postcode_without_its_zero_was_not_changed() -> None:
    before = {"a": record(address="0150")}
    assert planned(home(row(address="150", numeric={"address"}), before=before), before).steps == ()
    assert what(planned(home(row(address="150"), before=before), before)) == [("changed", "a", "address")]
    assert what(planned(home(row(address="151", numeric={"address"}), before=before), before))[0][0] == "changed"


def test_text_longer_than_a_cell_is_neither_cut_nor_replaced() -> None:
    long = {"a": record(description="å𝄞" * 15_000)}
    shown = long["a"]["description"][:21_000]
    assert planned(home(row(description=shown + "…"), before={"a": record(description=shown + "…")}), long).steps == ()
    done = planned(home(row(description="kort"), before={"a": record(description=shown + "…")}), long)
    assert what(done) == [("rejected", "a", "description")]


@pytest.mark.parametrize("precision", ["none", "exact"])
def test_a_precision_that_contradicts_the_place_is_handed_back(precision: str) -> None:
    kept = record() if precision == "none" else record(geometry=None, location_precision="none")
    returned = home(
        Row(2, "a", 1, {"location_precision": precision}), before={"a": kept}, columns=("location_precision",)
    )
    assert what(planned(returned, {"a": kept})) == [("rejected", "a", "location_precision")]


def test_what_may_not_be_kept_is_handed_back() -> None:
    def screen(whole: Record, changed: Collection[str]) -> Mapping[str, Message] | None:
        if whole.get("name") == "Hemmelig":
            return None
        return {key: M("holds a number") for key in changed if whole[key] == "22 22 22 22"}

    done = planned(home(row(operator="22 22 22 22", description="Fin")), screen=screen)
    assert done.changes() == [Change("a", {"description": "Fin"}, version=7)]
    (step,) = done.of("rejected")
    assert (step.field, step.mine, str(step.reason)) == ("operator", None, "Run by holds a number")
    refused = planned(home(row(), row(None, 3, name="Hemmelig"), row(None, 4, name="22 22 22 22")), screen=screen)
    assert [(s.what, s.name) for s in refused.steps] == [("rejected", ""), ("rejected", "22 22 22 22")]
    assert refused.changes() == []


VALUES = {
    "name": st.sampled_from(["Løkka", "Parken", None]),
    "description": st.sampled_from([None, "Fin", "Stor"]),
    "operator": st.sampled_from([None, "Vellet"]),
    "capacity": st.sampled_from([None, 12.0, 3.0]),
    "geometry": st.sampled_from([shapely.Point(11.1, 59.2), shapely.Point(11.3, 59.2)]),
}
SIDE = st.fixed_dictionaries({}, optional=VALUES)


@given(
    st.lists(st.tuples(SIDE, SIDE, st.booleans()), min_size=1, max_size=5), st.randoms(use_true_random=False),
    st.sampled_from(["mine", "theirs"]), st.booleans(),
)  # fmt: skip
def test_any_edits_against_an_oracle(
    assets: list[tuple[Record, Record, bool]], order: Any, take: Any, told_by_file: bool
) -> None:
    """Edits by both sides, rows deleted and shuffled; the outcome is worked out here field by field."""
    ids = [f"asset {n}" for n in range(len(assets))]
    start = {number: record(source_id=number, address=number) for number in ids}
    current = {i: start[i] | theirs for i, (_, theirs, _) in zip(ids, assets, strict=True)}
    rows = [row(i, n, **{"address": i, **mine}) for n, (i, (mine, _, kept)) in enumerate(zip(ids, assets, strict=True))
            if kept]  # fmt: skip
    order.shuffle(rows)
    told = {"before": start} if told_by_file else {"before": {}, "taken": dict.fromkeys(ids, 1)}
    done = planned(home(*rows, **told), current, base={} if told_by_file else start)

    expected = {i: dict(values) for i, values in current.items()}
    for number, (mine, theirs, kept) in zip(ids, assets, strict=True):
        for key, value in mine.items() if kept else ():
            was = start[number][key]
            changed_here, changed_there = value != was, theirs.get(key, was) != was
            if changed_here and (not changed_there or take == "mine"):
                expected[number][key] = value
    after = {i: dict(values) for i, values in current.items()}
    for change in done.changes(take):
        assert change.kind == "edit"
        after[change.asset] |= change.values
    assert after == expected
    assert {s.asset for s in done.of("gone")} == {i for i, (_, _, kept) in zip(ids, assets, strict=True) if not kept}
    assert done.same == sum(r.id not in {s.asset for s in done.steps} for r in rows)
