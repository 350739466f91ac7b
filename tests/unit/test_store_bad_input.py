"""Does whatever cannot be stored get a sentence of ours, and is nothing of it saved, in any home?"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from assetmap.errors import AssetmapError, InputError, SchemaError
from assetmap.model.change import Change
from assetmap.model.schema import LONGEST, asset_id, check_row
from assetmap.store import Store
from assetmap.store import tables as t
from tests.stored_world import CLUBS, OSM, assets, inventory

A, B, C = (asset_id(OSM.source, f"node/{i}") for i in range(3))
HERE = shapely.Point(11, 59)
NEW = {"name": "Kiosk", "category": "park_green", "geometry": HERE}
DEEP_LIST, DEEP_OBJECT = "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000
HUGE = "x" * 1_000_000


class Hostile:
    """A thing that cannot even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


def nested(levels: int) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    inner = whole
    for _ in range(levels):
        inner["a"] = inner = {}
    return whole


Call = Callable[[Store], object]


def change(**parts: Any) -> Call:
    """Save one change of the first park, with something wrong in it."""
    return lambda s: s.journal.apply([Change(**{"asset": A, "values": {"description": "new"}, **parts})])


def value(field: str, wanted: Any) -> Call:
    return change(values={field: wanted})


def saying(**parts: Any) -> Call:
    return lambda s: s.journal.apply([Change(A, {"description": "new"})], **parts)


CHANGES: dict[str, Call] = {
    **{f"changes {name}": (lambda s, bad=bad: s.journal.apply(bad)) for name, bad in {
        "None": None, "text": "x", "number": 5, "bytes": b"x", "list of None": [None], "dict": {"asset": A},
        "list of dicts": [{"asset": A}], "one": Change(A, {"name": "x"}), "hostile": Hostile(),
        "the same twice": [Change(A, {"name": "x"}), Change(A, {"name": "y"})],
    }.items()},
    **{f"asset {name}": change(asset=bad) for name, bad in {
        "number": 5, "None": None, "list": [A], "empty": "", "control": "a\nb", "path": "../x", "huge": HUGE,
        "NUL": "a\0", "half": "a\ud800", "unknown": "nobody", "hostile": Hostile(),
    }.items()},
    **{f"add as {name}": change(asset=bad, kind="add", values=NEW) for name, bad in {
        "path": "../x", "windows path": "..\\x", "path inside": "a/../b", "control": "a\u202eb", "half": "a\ud800",
        "huge": HUGE, "long": "x" * 201, "NUL": "a\0b",
    }.items()},
    "add nothing": change(asset="new", kind="add", values={}),
    "add without category": change(asset="new", kind="add", values={"name": "x", "geometry": HERE}),
    "add of a strange category": change(asset="new", kind="add", values={**NEW, "category": "nope"}),
    "add without source": change(asset="new", kind="add", values={**NEW, "source": None}),
    **{f"values {name}": change(values=bad) for name, bad in {
        "None": None, "list": [], "text": "x", "number": 5, "pairs": [("name", "x")], "hostile": Hostile(),
    }.items()},
    **{f"field {name}": change(values={bad: "x"}) for name, bad in {
        "number": 5, "None": None, "tuple": (1,), "empty": "", "row": "@held", "id": "id", "huge": HUGE, "NUL": "k\0",
        "half": "k\ud800", "control": "k\n",
    }.items()},
    **{f"name {name}": value("name", bad) for name, bad in {
        "number": 5, "thing": object(), "list": ["x"], "bytes": b"x", "NaN": math.nan, "NA": pd.NA, "True": True,
        "NUL": "a\0b", "half": "a\ud800b", "huge": HUGE, "hostile": Hostile(), "series": pd.Series([1]),
    }.items()},
    **{f"category {name}": value("category", bad) for name, bad in {
        "None": None, "number": 5, "list": ["x"], "dict": {}, "strange": "nope", "empty": "",
    }.items()},
    "kind of thing": value("kind", "x"),
    "no source": value("source", None),
    **{f"tags {name}": value("tags", bad) for name, bad in {
        "deep list": DEEP_LIST, "deep": DEEP_OBJECT, "deep and short": DEEP_OBJECT[: LONGEST - 1], "list": "[]",
        "NaN": '{"a": NaN}', "endless": '{"a": Infinity}', "mapping": {"a": 1}, "half": '{"a": "\\ud800"}',
        "NUL": '{"a": "\\u0000"}', "cut off": '{"a": ', "long number": '{"a": ' + "9" * 5000 + "}",
    }.items()},
    **{f"valid from {name}": value("valid_from", bad) for name, bad in {
        "words": "once", "number": 5, "no day": "2026-02-31", "no month": "2026-13", "day": datetime.date(2026, 1, 1),
    }.items()},
    "confirmed in a year": value("confirmed", "2026"),
    **{f"capacity {name}": value("capacity", bad) for name, bad in {
        "endless": math.inf, "minus endless": -math.inf, "NaN": math.nan, "negative": -1, "text": "5", "True": True,
        "beyond floats": 10**400, "beyond words": 10**5000, "complex": 5j,
    }.items()},
    **{f"geometry {name}": value("geometry", bad) for name, bad in {
        "text": "POINT (11 59)", "NaN": shapely.Point(math.nan, 59), "endless": shapely.Point(math.inf, 59),
        "empty": shapely.Point(), "empty collection": shapely.GeometryCollection([]), "outside": shapely.Point(500, 59),
        "bowtie": shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "tuple": (11, 59), "list": [HERE],
        "dict": {"type": "Point"}, "far": shapely.LineString([(11, 59), (1e308, 59)]),
    }.items()},
    **{f"column {name}": value("column", bad) for name, bad in {
        "thing": object(), "set": {1}, "bytes": b"x", "NaN": math.nan, "endless": math.inf, "deep": nested(5000),
        "NUL": "a\0", "half": "a\ud800", "huge": HUGE, "day": datetime.date(2026, 1, 1), "shape": HERE,
        "long number": 10**5000, "NaT": pd.NaT,
    }.items()},
    **{f"version {name}": change(version=bad) for name, bad in {
        "text": "x", "half": 1.5, "True": True, "negative": -1, "none": 0, "coming": 99, "endless": 10**30, "list": [1],
    }.items()},
    **{f"kind {name}": change(kind=bad) for name, bad in {"None": None, "number": 5, "list": [], "word": "x"}.items()},
    "remove and change": change(kind="remove", values={"name": "x"}),
    "remove unseen": change(kind="remove", values={}, version=99),
    **{f"{who} {name}": saying(**{who: bad}) for who in ("by", "why", "kind", "source") for name, bad in {
        "number": 5, "None": None, "list": [1], "NUL": "a\0", "half": "a\ud800", "huge": HUGE,
    }.items()},
    **{f"allow {name}": (lambda s, bad=bad: s.journal.apply([Change(A, {"description": "22334455"})], allow=bad))
       for name, bad in {"None": None, "number": 5, "mixed": [5]}.items()},
}  # fmt: skip

TEXTS = {"number": 5, "None": None, "bytes": b"x", "list": [1], "hostile": Hostile(), "NUL": "a\0", "half": "\ud800"}
NUMBERS = {"negative": -1, "text": "x", "None": None, "endless": 10**30, "half": 1.5, "True": True, "NaN": math.nan}
OF_TEXTS: dict[str, Callable[[Store, Any], object]] = {
    "versions": lambda s, x: s.journal.versions(x),
    "revert": lambda s, x: s.journal.revert(x, 1),
    "erase of": lambda s, x: s.journal.erase(x, ["description"]),
    "erase": lambda s, x: s.journal.erase(A, x),
    "erase fields": lambda s, x: s.journal.erase(A, [x]),
    "confirm": lambda s, x: s.journal.confirm([x]),
    "confirm on": lambda s, x: s.journal.confirm(A, on=x if x is not None else 5),
    "decide": lambda s, x: s.matches.decide(A, x, "same"),
    "decide that": lambda s, x: s.matches.decide(A, B, x),
    "keep": lambda s, x: s.matches.decide(A, B, "same", keep=x if x is not None else 5),
    "part": lambda s, x: s.matches.part(A, x),
    "suggest": lambda s, x: s.review.suggest(x, asset=A, values={"name": "x"}),
    "suggest for": lambda s, x: s.review.suggest("edit", asset=x, values={"name": "x"}),
    "suggest values": lambda s, x: s.review.suggest("edit", asset=A, values=x),
    "suggest place": lambda s, x: s.review.suggest("edit", asset=A, values={"geometry": x}),
    "note": lambda s, x: s.review.suggest("edit", asset=A, values={"name": "x"}, note=x),
    "queue": lambda s, x: s.review.queue(x),
    "suggestion": lambda s, x: s.review.get(x),
    "assign": lambda s, x: s.review.assign(waiting(s), x),
    "accept": lambda s, x: s.review.accept(x),
    "accept as": lambda s, x: s.review.accept(waiting(s), values=x if x is not None else 5),
    "refuse": lambda s, x: s.review.refuse(x, reason="no"),
    "reason": lambda s, x: s.review.refuse(waiting(s), reason=x),
    "tidy": lambda s, x: s.review.tidy(x),
    "take": lambda s, x: s.snapshots.take(x),
    "take with note": lambda s, x: s.snapshots.take("Autumn", note=x),
    "get": lambda s, x: s.snapshots.get(x),
    "compare": lambda s, x: s.snapshots.compare("Spring", x),
    "write": lambda s, x: s.snapshots.write("Spring", x),
    "frame for": lambda s, x: s.snapshots.frame("Spring", x),
    "inventory of": lambda s, x: s.snapshots.inventory("Spring", x),
    "inventory for": lambda s, x: s.inventory(x),
    "doubts for": lambda s, x: s.doubts.list(audience=x),
    "doubts on": lambda s, x: s.doubts.list(today=x if x is not None else 5),
    "since": lambda s, x: s.changes(x),
    "changesets since": lambda s, x: s.journal.changesets(since=x if x is not None else 5),
    "walk from": lambda s, x: s.doubts.walk(x),
    "save": lambda s, x: s.save(x),
    "preview of all": lambda s, x: s.preview_save(x),
    "add": lambda s, x: s.add(x, CLUBS),
    "add from": lambda s, x: s.add(assets(("Kor",), CLUBS), x),
    "preview": lambda s, x: s.preview(x, CLUBS),
    "map for QGIS": lambda s, x: s.snapshot(x),
    "open": lambda s, x: Store.open(x),
    "since a state": lambda s, x: s.records.since(x),
}
ON_NUMBERS: dict[str, Callable[[Store, Any], object]] = {
    "limit": lambda s, x: s.journal.changesets(limit=x),
    "outside": lambda s, x: s.journal.outside(limit=x),
    "undo": lambda s, x: s.journal.undo(x),
    "changeset": lambda s, x: s.journal.changeset(x),
    "effects": lambda s, x: s.journal.effects(x),
    "revert to": lambda s, x: s.journal.revert(A, x),
    "most": lambda s, x: s.records.since(s.records.moment(), x),
    "seen": lambda s, x: s.review.suggest("edit", asset=A, values={"name": "x"}, version=x if x is not None else "x"),
    "decided on": lambda s, x: s.review.accept(waiting(s), version=x if x is not None else "x"),
    "box": lambda s, x: s.records.within(x if x is None or x != x else "x", 0, 1, 1),
    "walk": lambda s, x: s.doubts.walk((59.0, 11.0), minutes=-5 if x == 1.5 else x),
    "walk from half": lambda s, x: s.doubts.walk((59.0, "x" if x in (-1, 1.5) else x)),
    "months": lambda s, x: s.doubts.stale("x" if x in (-1, 1.5) else x),
}  # fmt: skip
CALLS: dict[str, Call] = {
    **CHANGES,
    **{f"{name}: {kind}": (lambda s, call=call, bad=bad: call(s, bad))
       for name, call in OF_TEXTS.items() for kind, bad in TEXTS.items()
       if (name, kind) not in {("suggest values", "None"), ("suggest place", "None")}},
    **{f"{name}: {kind}": (lambda s, call=call, bad=bad: call(s, bad))
       for name, call in ON_NUMBERS.items() for kind, bad in NUMBERS.items()},
    "since words": lambda s: s.changes("yesterday"),
    "since no day": lambda s: s.changes("2026-02-31"),
    "erase a field that never was": lambda s: s.journal.erase(A, ["desription"]),
    "erase its id": lambda s: s.journal.erase(A, ["id"]),
    "erase what must be": lambda s: s.journal.erase(A, ["category"]),
    "take without name": lambda s: s.snapshots.take("  "),
    "take now": lambda s: s.snapshots.take("NOW"),
    "take again": lambda s: s.snapshots.take("spring"),
    "take a book": lambda s: s.snapshots.take(HUGE),
    "take a line break inside": lambda s: s.snapshots.take("a\u202eb"),
    "suggest a row's own": lambda s: s.review.suggest("edit", asset=A, values={"@held": "x"}),
    "suggest an audience": lambda s: s.review.suggest("edit", asset=A, values={"audience": "public"}),
    "suggest a version to come": lambda s: s.review.suggest("edit", asset=A, values={"name": "x"}, version=99),
    "suggest a book": lambda s: s.review.suggest("edit", asset=A, values={"name": HUGE}),
    "accept a row's own": lambda s: s.review.accept(waiting(s), values={"@deleted_at": "2026-01-01"}),
    "accept an id": lambda s: s.review.accept(waiting(s), values={"id": "x"}),
    "assign to a book": lambda s: s.review.assign(waiting(s), HUGE),
    "decide of oneself": lambda s: s.matches.decide(A, A, "same"),
    "keep a third": lambda s: s.matches.decide(A, B, "same", keep=C),
    "part strangers": lambda s: s.matches.part(A, B),
    "add the same id twice": lambda s: s.add(pd.concat([assets(("Kor",), CLUBS)] * 2), CLUBS),
    "add without place": lambda s: s.add(gpd.GeoDataFrame({"name": ["x"]}, geometry=[None], crs=4326), CLUBS),
    "add without reference": lambda s: s.add(assets(("Kor",), CLUBS).set_crs(None, allow_override=True), CLUBS),
    "add half a character": lambda s: s.add(half_a_character(), CLUBS),
    "add a NUL": lambda s: s.add(assets(("a\0b",), CLUBS), CLUBS),
    "add a NUL elsewhere": lambda s: s.add(assets(("Kor",), CLUBS, more="a\0b"), CLUBS),
}  # fmt: skip


def half_a_character() -> gpd.GeoDataFrame:
    frame = assets(("Kor",), CLUBS)
    frame["name"] = pd.Series(["a\ud800"], index=frame.index, dtype="object")
    return frame


def waiting(store: Store) -> str:
    return store.review.queue()[0].id


@pytest.fixture(scope="module", params=["folder", "server"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that each of these calls must leave as it is; so one is enough for all."""
    if request.param == "folder":
        yield filled(tmp_path_factory.mktemp("bad") / "store")
    else:
        with request.getfixturevalue("cluster").schema() as address:
            yield filled(address)


def filled(place: Path | str) -> Store:
    store = Store.create(place)
    store.save(inventory(assets(("Park", "Kafé", "Hall"))))
    store.add(assets(("Klubb", "Kor"), CLUBS), CLUBS)
    store.review.suggest("edit", asset=B, values={"description": "Open on Sundays"})
    store.snapshots.take("Spring")
    return store


def everything(store: Store) -> tuple[object, ...]:
    """How much there is of everything, and which state this is."""
    tables = (*t.metadata.sorted_tables,)
    with store.home.reading() as connection:
        counts = {table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables}
        said = connection.execute(sa.select(t.suggestion.c.state, t.suggestion.c.assignee)).fetchall()
    return store.fingerprint, counts, said


@pytest.fixture(scope="module")
def before(store: Store) -> tuple[object, ...]:
    """What is there before any of the calls, and after each."""
    return everything(store)


@pytest.mark.parametrize("name", CALLS)
def test_what_makes_no_sense_gets_a_sentence_and_changes_nothing(
    store: Store, before: tuple[object, ...], name: str
) -> None:
    with pytest.raises(AssetmapError) as fault:
        CALLS[name](store)
    sentence = str(fault.value)
    assert len(sentence) > 15, "a sentence says what was found"
    assert len(sentence) < 1200, "and can be read"
    sentence.encode()
    assert everything(store) == before


def test_the_errors_of_bad_values_are_of_the_kind_that_a_form_shows(store: Store) -> None:
    for values in ({"name": 5}, {"capacity": math.inf}, {"geometry": "here"}, {"tags": "[]"}, {"column": math.nan}):
        with pytest.raises(SchemaError) as fault:
            store.journal.apply([Change(A, values)])
        assert list(fault.value.issues["field"]) == list(values)
    with pytest.raises(InputError, match="Expected the name of a field"):
        store.journal.apply([Change(A, {"@held": []})])


def test_an_imperfect_row_can_be_mended_field_by_field(tmp_path: Path) -> None:
    """A source may have brought what nobody could save by hand; that must not keep people from correcting the rest."""
    store = Store.create(tmp_path / "store")
    bad = assets(("Park",), description="x" * (LONGEST + 1), valid_from="once", tags="[]", more=math.inf)
    store.save(inventory(bad))
    with pytest.raises(SchemaError):
        check_row(store.records.get(A)[A].record)
    assert store.journal.apply([Change(A, {"name": "Byparken"})]).changed == (A,)
    assert store.journal.apply([Change(A, {"valid_from": "1999"})]).changed == (A,)
    with pytest.raises(SchemaError):
        store.journal.apply([Change(A, {"valid_to": "never"})])
    record = store.records.get(A)[A].record
    assert (record["name"], record["valid_from"], len(record["description"])) == ("Byparken", "1999", LONGEST + 1)


def test_what_is_odd_but_makes_sense_is_kept_as_it_is(home: str) -> None:
    store = Store.create(home)
    store.save(inventory(assets(("Park",))))
    odd = {
        "name": "Blåbær 🧶 ﷽ \u200f{{7*7}}", "description": "a\tb\nc", "capacity": 2**53, "version": "a column",
        "fid": 7, "geom": "words", "extra": True, "tags": '{"a": "\\\\u0000", "b": "\\ud83e\\uddf6"}', "x" * 100: 0.1,
    }  # fmt: skip
    assert store.journal.apply([Change(A, odd)]).changed == (A,)
    record = store.records.get(A)[A].record
    assert {name: record[name] for name in odd} == odd
    assert store.journal.apply([Change(A, odd)]).changeset is None, "asked for twice, done once"
    assert store.journal.apply([Change(A, {"geometry": shapely.Point(11.5, 59.1, 7)})]).changed == (A,)
    assert not store.records.get(A)[A].record["geometry"].has_z
    found = store.inventory("connector").frame.loc[A]
    assert found["fid"] == 7
    assert found.geometry.equals(shapely.Point(11.5, 59.1))
    assert store.journal.undo(2).clashes == ()
    assert "fid" not in store.records.get(A)[A].record
