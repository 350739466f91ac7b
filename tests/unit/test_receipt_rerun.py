"""Can a figure be made again from its receipt, and is it said when it is not the same?"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from assetmap import api
from assetmap.analyses.coverage import coverage
from assetmap.analyses.gaps import gaps
from assetmap.analyses.nearby import nearby
from assetmap.disclosure.gate import release
from assetmap.errors import FileMissing, ReceiptError, UnknownKey
from assetmap.model.audience import Audience
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.receipt import versions
from assetmap.rerun import compare, receipts_in
from assetmap.walk import WalkProfile
from tests.towns import assets_at, homes_at, inventory_of
from tests.worlds import lonlat

LON, LAT = lonlat(0, 0)


def whole() -> Inventory:
    """Two playgrounds, one of them for staff only."""
    assets = assets_at((0, 0), (500, 200), audience=["public", "staff"])
    homes = homes_at((100, 0), (500, 100), people=[1, 3], c0_5=[1.0, 1.0])
    return inventory_of(assets, homes, audience=Audience.connector)


def here(audience: str) -> Inventory:
    return release(whole(), audience)


QUESTIONS: dict[str, Any] = {
    "coverage": lambda inv: coverage(inv, category="playground", minutes=5),
    "coverage by default": lambda inv: coverage(inv, category="playground"),
    "coverage by norm": lambda inv: coverage(inv, norm="no_t208_child_8", profile="child-winter"),
    "coverage with a profile of one's own": lambda inv: coverage(
        inv, category="playground", minutes=5, profile=WalkProfile("adult", 2.0, 1.0, 3.0, "me")
    ),
    "coverage of what is not mapped": lambda inv: coverage(inv, category="library", minutes=5),
    "gaps": lambda inv: gaps(inv, category="playground", minutes=5, group="c0_5", by="homes"),
    "nearby": lambda inv: nearby(inv, at=(LAT, LON), category="playground", minutes=[5, 60]),
}


def kept(finding: Finding) -> dict[str, Any]:
    """The receipt as it comes back from a file."""
    return json.loads(json.dumps(finding.receipt, allow_nan=False))


@pytest.mark.parametrize("audience", ["public", "staff"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_figure_again(question: str, audience: str) -> None:
    """The inventory is taken for the receipt's own circle: staff see one playground more."""
    receipt = kept(QUESTIONS[question](here(audience)))
    again = compare(receipt, here)
    assert (again.same, again.differences) == (True, ())
    assert str(again.sentence) == f"{receipt['question']}: the same figure again."


@pytest.mark.parametrize("question", [q for q in QUESTIONS if "not mapped" not in q])
def test_a_changed_world_is_said(question: str) -> None:
    receipt = kept(QUESTIONS[question](here("public")))
    empty = here("public").where(category="library").replace(selection=())
    again = compare(receipt, lambda audience: empty)
    assert not again.same
    assert any("“assets”" in str(d) for d in again.differences)
    assert "not the same figure" in str(again.sentence)
    assert json.dumps(again.to_dict())


def test_other_inputs_but_the_same_figure_are_the_same_figure() -> None:
    receipt = kept(coverage(here("public"), category="playground", minutes=5))
    renamed = here("public").replace(frame=here("public").frame.assign(name="Another name"))
    again = compare(receipt, lambda audience: renamed)
    assert again.same
    (difference,) = again.differences
    assert "“assets”" in str(difference)


def test_a_receipt_says_what_it_rests_on() -> None:
    receipt = kept(coverage(here("public"), category="playground", minutes=5))
    assert receipt["format"] == "assetmap-receipt/1"
    assert receipt["sources"][0]["data_date"] == "2026-11-20"
    assert receipt["versions"] == versions()
    assert {"assetmap", "python", "shapely", "scipy"} <= set(receipt["versions"])
    assert receipt["made"].endswith("+00:00")


@pytest.mark.parametrize(
    "change",
    [
        {"question": "astrology"},
        {"question": "__class__"},
        {"call": "playground"},
        {"call": {"category": ["playground"], "colour": "red"}},
        {"call": {"at": 5}, "question": "nearby"},
        {"call": {"profile": {"name": "x"}}},
        {"inputs": 7},
        {"figure": None},
        {"call": {"category": ["playground"], "minutes": "soon"}},
    ],
)
def test_a_receipt_that_was_changed(change: dict[str, Any]) -> None:
    receipt = kept(coverage(here("public"), category="playground", minutes=5)) | change
    with pytest.raises(ReceiptError, match=r"was changed|does not know"):
        compare(receipt, here)


def test_a_receipt_whose_category_is_gone() -> None:
    receipt = copy.deepcopy(kept(coverage(here("public"), category="playground", minutes=5)))
    receipt["call"]["category"] = ["swings"]
    with pytest.raises(UnknownKey):
        compare(receipt, here)


def test_receipts_in_files(tmp_path: Path) -> None:
    finding = coverage(here("public"), category="playground", minutes=5)
    receipt = kept(finding)
    for name, content in {
        "one": receipt,
        "figure": {"receipt": receipt},
        "list": [{"receipt": receipt}, receipt],
    }.items():
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(content))
        assert receipts_in(path) == [receipt] * (2 if name == "list" else 1)
    api.write(finding, tmp_path / "x.geojson")
    assert receipts_in(tmp_path / "x.geojson") == [receipt]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "[1]", '{"receipt": 3}', "not json", "[" * 100_000, '{"format": "other"}']
)
def test_files_without_a_receipt(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(ReceiptError, match=r"x.json carries no receipt. Expected the output of"):
        receipts_in(tmp_path / "x.json")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        receipts_in(tmp_path / "x.json")
