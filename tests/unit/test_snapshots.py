"""Is a dated snapshot frozen, and does a comparison tell growth from looking harder?"""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest

from assetmap.errors import InputError, StoreError
from assetmap.model.change import Change
from assetmap.store import Store
from tests.stored_world import CLUBS, OSM, assets, inventory

NAMES = ("Park", "Kafé", "Kor", "Bibliotek")


@pytest.fixture(params=["folder", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    address = tmp_path / "store" if request.param == "folder" else request.getfixturevalue("server_url")
    store = Store.create(address)
    store.save(inventory(assets(NAMES)))
    return store


def ids(store: Store) -> list[str]:
    return list(store.inventory("connector", network=False).frame.index)


def test_a_snapshot_stays_what_it_was(store: Store) -> None:
    before = store.inventory("connector", network=False).frame
    taken = store.snapshots.take("  Spring   2026 ", by="Kari", note="for the council")
    assert (taken.name, taken.by, taken.note, taken.total, taken.counts) == (
        "Spring 2026", "Kari", "for the council", 4, {"park_green": 4},
    )  # fmt: skip
    assert taken.method["sources"][0]["source"] == OSM.source
    store.journal.apply([Change(before.index[0], {"name": "Torg"}), Change(before.index[1], kind="remove")])
    frozen = store.snapshots.frame("spring 2026", "connector")
    assert list(frozen["name"]) == list(NAMES)
    assert frozen.geometry.geom_equals_exact(before.geometry, 1e-12).all()
    assert [known.name for known in store.snapshots.list()] == ["Spring 2026"]


def test_names_are_needed_and_taken_once(store: Store) -> None:
    store.snapshots.take("Spring")
    for name, sentence in {"": "cannot be the name", "now": "cannot be the name", "SPRING": "already"}.items():
        with pytest.raises(InputError, match=sentence):
            store.snapshots.take(name)
    with pytest.raises(InputError, match=r"There is no snapshot “autumn”\. There are: Spring"):
        store.snapshots.frame("autumn")
    assert len(store.snapshots.list()) == 1


def test_only_what_an_audience_may_see_leaves(store: Store) -> None:
    hidden = ids(store)[0]
    store.journal.apply([Change(hidden, {"audience": "staff"})])
    store.snapshots.take("Spring")
    assert hidden not in store.snapshots.frame("Spring").index
    assert hidden in store.snapshots.frame("Spring", "staff").index
    assert hidden not in set(store.snapshots.compare("Spring").rows["asset"])


def test_what_was_made_narrower_since_is_narrower_in_old_snapshots_too(store: Store) -> None:
    narrow, waits, binned = ids(store)[:3]
    store.snapshots.take("Spring")
    store.journal.apply([Change(narrow, {"audience": "staff"}), Change(waits, {"review": "pending"})])
    store.journal.apply([Change(binned, {"audience": "members"})])
    store.journal.apply([Change(binned, kind="remove")])
    assert set(store.snapshots.frame("Spring").index) == {ids(store)[-1]}
    assert set(store.snapshots.compare("Spring").rows["asset"]) == {ids(store)[-1]}
    assert len(store.snapshots.frame("Spring", "staff")) == len(NAMES)


def test_for_analysis_it_is_geoparquet(store: Store, tmp_path: Path) -> None:
    store.snapshots.take("Spring")
    path = store.snapshots.write("Spring", tmp_path / "spring.parquet")
    part = gpd.read_parquet(path, bbox=(10.99, 58.99, 11.0005, 59.0005))
    assert 0 < len(part) < len(NAMES)
    with pytest.raises(InputError, match=r"should end in \.parquet"):
        store.snapshots.write("Spring", tmp_path / "spring.xlsx")


def test_found_grown_lost_and_changed_are_told_apart(store: Store) -> None:
    park, cafe, choir, library = ids(store)
    store.snapshots.take("Spring")
    store.add(assets(("Gammelt bibliotek",), CLUBS, valid_from="1932"), CLUBS)
    bench = Change("bench", {"name": "Benk", "category": "playground", "valid_from": "2999", "geometry": None}, "add")
    store.journal.apply([bench, Change(cafe, {"name": "Kafé Grå"})])
    store.review.accept(store.review.suggest("gone", asset=choir))
    newer = replace(OSM, retrieved="2027-01-01", data_date="2026-12-31")
    later = assets(NAMES)[lambda frame: frame["name"] != "Bibliotek"]
    store.save(replace(inventory(later), provenance=(newer,)))
    what = store.snapshots.compare("Spring").rows.set_index("asset")["what"]
    assert what[park] == "same"
    assert what[cafe] == "changed"
    assert what[choir] == "lost"
    assert what[library] == "lost", "OpenStreetMap was read in the same way and no longer has it"
    assert set(what[what.index.difference([park, cafe, choir, library, "bench"])]) == {"found"}
    assert what["bench"] in ("grown", "uncertain")


def what(store: Store, earlier: str, later: str = "now", **asked: str) -> dict[str, tuple[str, str]]:
    """What became of each record, and why."""
    rows = store.snapshots.compare(earlier, later, **asked).rows
    return {row.asset: (row.what, str(row.evidence)) for row in rows.itertuples()}


def reread(store: Store, names: tuple[str, ...], day: str = "2027-01-01") -> None:
    """The same source, read in the same way when it was newer."""
    later = assets(NAMES)[lambda frame: frame["name"].isin(names)]
    newer = replace(OSM, retrieved=day, data_date=day)
    store.save(replace(inventory(later), provenance=(newer,)), remove=True)


def test_what_a_person_took_out_is_not_what_a_source_no_longer_lists(store: Store) -> None:
    park, cafe, choir, library = ids(store)
    store.snapshots.take("Spring")
    store.journal.apply([Change(park, kind="remove"), Change(choir, kind="remove")], by="Kari")
    store.review.accept(store.review.suggest("gone", asset=cafe))
    reread(store, ("Park", "Kafé", "Bibliotek"))
    found = what(store, "Spring")
    assert found[park] == (
        "uncertain", "Somebody took it out while its source went on listing it, and nothing says why."
    )  # fmt: skip
    assert found[cafe] == ("lost", "Somebody took it out because it is gone.")
    assert (found[choir][0], found[library][0]) == ("lost", "same"), "its source no longer lists it either"


def test_an_import_that_was_taken_back_was_no_growth_and_no_loss(store: Store) -> None:
    store.snapshots.take("Before")
    done = store.add(assets(("Klubb",), CLUBS), CLUBS)
    (club,) = done.new
    store.snapshots.take("With")
    undone = store.journal.undo(done.changeset or 0)
    store.snapshots.take("Without")
    assert what(store, "With")[club] == ("withdrawn", "Somebody took back that it was listed.")
    store.journal.undo(undone.changeset or 0)
    assert club in set(store.inventory().frame.index)
    assert what(store, "With")[club][0] == "same"
    assert what(store, "With", "Without")[club][0] == "withdrawn", "as it was then, whatever came after"
    assert what(store, "Without")[club] == ("found", "It was known already when the earlier snapshot was taken.")
    assert what(store, "Before")[club] == ("found", "Clubs was not read for the earlier snapshot.")


def test_a_reason_holds_also_when_it_was_undone_and_done_again(store: Store) -> None:
    choir = ids(store)[2]
    store.snapshots.take("Spring")
    done = store.review.accept(store.review.suggest("gone", asset=choir))
    back = store.journal.undo(done.changeset or 0)
    store.snapshots.take("Summer")
    store.journal.undo(back.changeset or 0)
    assert what(store, "Spring")[choir] == ("lost", "Somebody took it out because it is gone.")
    assert what(store, "Spring", "Summer")[choir][0] == "same"


def test_what_some_may_not_see_is_neither_new_nor_gone_for_them(store: Store) -> None:
    park = ids(store)[0]
    store.snapshots.take("Open")
    store.journal.apply([Change(park, {"audience": "staff"})])
    store.snapshots.take("Closed")
    store.journal.apply([Change(park, {"audience": "public"})])
    assert what(store, "Closed")[park] == ("found", "It was known already when the earlier snapshot was taken.")
    assert what(store, "Open", "Closed")[park][0] == "withdrawn"
    assert what(store, "Open", "Closed", audience="staff")[park][0] == "same"


def test_two_that_were_one_for_a_while_were_always_there(store: Store) -> None:
    one, other = ids(store)[:2]
    store.snapshots.take("Two")
    store.matches.decide(one, other, "same", keep=one)
    store.snapshots.take("One")
    store.matches.part(one, other)
    assert what(store, "Two", "One")[other][0] == "merged", "as it was then"
    assert what(store, "One")[other][0] == "found"
    assert what(store, "Two")[other][0] == "same"


def test_a_record_that_turned_out_to_be_another_is_not_lost(store: Store) -> None:
    one, other = ids(store)[:2]
    store.snapshots.take("Spring")
    store.matches.decide(one, other, "same", keep=one)
    what = store.snapshots.compare("Spring").rows.set_index("asset")["what"]
    assert what[other] == "merged"


def test_the_earlier_one_comes_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.snapshots.take("Spring")
    with monkeypatch.context() as patch:
        later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=200)
        patch.setattr("assetmap.store.writing.content.now", lambda: later.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        store.snapshots.take("Autumn")
    assert store.snapshots.compare("Spring", "Autumn").totals["same"] == len(NAMES)
    with pytest.raises(InputError, match="Name the earlier one first"):
        store.snapshots.compare("Autumn", "Spring")


def test_words_that_are_erased_leave_the_snapshots_too(store: Store) -> None:
    asset = ids(store)[0]
    store.journal.apply([Change(asset, {"description": "The house of somebody"})])
    store.snapshots.take("Spring")
    store.journal.erase(asset, ["description"])
    frame = store.snapshots.frame("Spring", "connector")
    assert frame["description"].isna().all()
    assert list(frame["name"]) == list(NAMES)


def test_a_file_that_was_changed_is_told(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.save(inventory())
    store.snapshots.take("Spring")
    (file,) = (tmp_path / "store" / "snapshots").iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(StoreError, match="missing or was changed"):
        store.snapshots.frame("Spring")
