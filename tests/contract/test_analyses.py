"""Does every registered analysis keep the same promises?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from assetmap.analyses.analysis import Analysis
from assetmap.errors import CRSError
from assetmap.i18n import languages, say
from assetmap.messages import Message
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.registry import discover
from tests.towns import assets_at, homes_at, inventory_of
from tests.worlds import grid, lonlat

ANALYSES: dict[str, Analysis] = discover("assetmap.analyses", "ANALYSIS")
LON, LAT = lonlat(100, 100)
ASK: dict[str, dict[str, Any]] = {
    "coverage": {"category": "playground", "minutes": 3},
    "gaps": {"category": "playground", "minutes": 3},
    "nearby": {"at": (LAT, LON), "minutes": [3, 9]},
}
SPOTS = [(0.0, 0.0), (100.0, 200.0), (300.0, 300.0), (500.0, 500.0), (-150.0, 0.0)]
pytestmark = pytest.mark.parametrize("key", ANALYSES)


def frames() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    people = {"people": [1, 2, 4, np.nan, 16], "c0_5": [1.0, 0.0, 1.0, np.nan, 2.0]}
    assets = pd.concat([assets_at((0, 0), (500, 0), None), assets_at((400, 400), category="library")])
    return assets, homes_at(*SPOTS, people=people["people"], c0_5=people["c0_5"])


def asked(key: str, assets: Any, homes: Any = None, **more: Any) -> Finding:
    return ANALYSES[key].run(
        assets, **ASK[key], **({"homes": homes} if homes is not None and key != "nearby" else {}), **more
    )


def whole() -> Inventory:
    return inventory_of(*frames())


def figures(finding: Finding) -> Any:
    return {k: v for k, v in finding.summary.items() if k != "parameters"}


def test_there_is_a_question_here_for_every_analysis(key: str) -> None:
    assert ANALYSES[key].key == key
    assert isinstance(ANALYSES[key].title, Message)
    assert key in ASK


def test_an_inventory_and_plain_frames_give_the_same(key: str) -> None:
    assets, homes = frames()
    of_inventory = asked(key, whole())
    of_frames = asked(key, assets, homes, network=grid())
    assert figures(of_inventory) == figures(of_frames)
    assert len(of_inventory.frame) == len(of_frames.frame)


def test_nothing_that_is_given_is_changed(key: str) -> None:
    assets, homes = frames()
    before = assets.copy(), homes.copy()
    asked(key, assets, homes, network=grid())
    here = whole()
    kept, people = here.frame.copy(), here.neighbourhood.homes.copy()
    asked(key, here)
    for was, now in ((before[0], assets), (before[1], homes), (kept, here.frame), (people, here.neighbourhood.homes)):
        pd.testing.assert_frame_equal(pd.DataFrame(was), pd.DataFrame(now))
        assert was.crs == now.crs


def test_the_same_question_twice_gives_the_same_answer(key: str) -> None:
    one, two = asked(key, whole()), asked(key, whole())
    assert one.summary == two.summary
    assert one.receipt["inputs"] == two.receipt["inputs"]
    pd.testing.assert_frame_equal(pd.DataFrame(one.frame), pd.DataFrame(two.frame))


def test_the_order_of_rows_changes_nothing(key: str) -> None:
    assets, homes = frames()
    one = asked(key, assets, homes, network=grid())
    two = asked(key, assets.iloc[::-1], homes.sample(frac=1, random_state=4), network=grid())
    assert one.summary == two.summary
    assert one.receipt["inputs"] == two.receipt["inputs"]
    both = [f.frame.drop(columns=["strengths"], errors="ignore") for f in (one, two)]
    pd.testing.assert_frame_equal(*[pd.DataFrame(b).sort_index() for b in both])


@pytest.mark.parametrize("crs", [3857, 25833, 3035])
def test_any_reference_system(key: str, crs: int) -> None:
    assets, homes = frames()
    one = asked(key, assets, homes, network=grid())
    two = asked(key, assets.to_crs(crs), homes.to_crs(crs), network=grid())
    assert one.summary["assets"] == two.summary["assets"]
    assert one.frame.crs.to_epsg() == two.frame.crs.to_epsg() == 4326
    assert len(one.frame) == len(two.frame)
    for name in ("covered", "share", "without", "categories"):
        assert one.summary.get(name) == two.summary.get(name)


def test_a_missing_reference_system_is_refused(key: str) -> None:
    assets, homes = frames()
    with pytest.raises(CRSError):
        asked(key, assets.set_crs(None, allow_override=True), homes, network=grid())


def test_an_empty_inventory_is_not_mapped_yet(key: str) -> None:
    assets, homes = frames()
    found = asked(key, inventory_of(assets.head(0), homes))
    assert found.summary.get("share") is None
    assert found.summary["assets"] == 0
    assert "0 %" not in str(found.sentence)
    json.dumps(found.summary, allow_nan=False)


def test_the_receipt_is_plain_and_says_what_it_rests_on(key: str) -> None:
    found = asked(key, whole())
    receipt = json.loads(json.dumps(found.receipt, allow_nan=False))
    assert receipt["question"] == found.question == key
    assert receipt["figure"] == json.loads(json.dumps(found.summary))
    assert {"assets", "network"} <= set(receipt["inputs"])
    assert receipt["sources"]
    assert receipt["call"]["audience"] == "public"


def test_every_sentence_exists_in_every_language(key: str) -> None:
    found = asked(key, whole())
    sentences = (found.title, found.sentence, *found.method, *found.caveats)
    assert all(isinstance(sentence, Message) for sentence in sentences)
    for lang in languages():
        for sentence in sentences:
            said = say(sentence, lang)
            assert said
            assert "{" not in said, f"a place was not filled: {said}"


def test_it_says_what_only_people_know(key: str) -> None:
    assert any("Ask people who live there what is missing." in str(c) for c in asked(key, whole()).caveats)


def test_an_empty_frame_of_any_kind_is_no_error(key: str) -> None:
    nothing: Callable[[], gpd.GeoDataFrame] = lambda: gpd.GeoDataFrame(geometry=[], crs=4326)  # noqa: E731
    found = asked(key, nothing(), nothing(), network=grid())
    assert found.frame.empty
