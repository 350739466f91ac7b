"""Does every page say what it should, in every language, on a full store, an empty one and none?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assetmap.app.state import plain
from assetmap.i18n import languages
from assetmap.model.schema import asset_id
from assetmap.settings import settings
from tests.town import HOSTILE

PAGES = ("map", "listing", "coverage", "about")
HEADINGS = {
    "nb": ("Dette finnes i Åsgård", "Dette finnes i Åsgård, som liste", "I gangavstand i Åsgård", "Om dette kartet"),
    "da": ("Det findes i Åsgård", "Det findes i Åsgård, som liste", "I gåafstand i Åsgård", "Om dette kort"),
    "en": ("What there is in Åsgård", "What there is in Åsgård, as a list", "Within walking distance in Åsgård",
           "About this map"),
}  # fmt: skip
LIBRARY = asset_id("osm", "Åsgård bibliotek")
PENDING = asset_id("osm", "Stille bønn")
See = Callable[..., AppTest]


def words(page: AppTest) -> str:
    """Everything that is written on a page."""
    kinds = (page.markdown, page.caption, page.title, page.header, page.subheader, page.info, page.warning, page.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("page", PAGES)
def test_every_page_in_every_language(see: See, page: str, lang: str) -> None:
    shown = see(page, lang)
    assert not shown.exception
    assert not shown.error
    assert [title.value for title in shown.title] == [HEADINGS[lang][PAGES.index(page)]]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("page", PAGES)
def test_a_store_in_which_nothing_is_mapped_yet(see: See, page: str, lang: str) -> None:
    shown = see(page, lang, of="empty")
    assert not shown.exception
    assert not shown.error
    assert shown.title


def test_not_mapped_yet_is_never_none(see: See) -> None:
    shown = see("coverage", of="empty", reach="library")
    assert "0 %" not in words(shown)
    assert "none is mapped here yet" in words(shown)


@pytest.mark.parametrize("lang", languages())
def test_no_store_says_what_to_do(see: See, tmp_path: Path, lang: str) -> None:
    shown = see("map", lang, of=str(tmp_path / "nowhere"))
    assert not shown.exception
    assert "assetmap gather" in shown.code[0].value


def test_list_shows_names_as_text_and_leaves_out_what_waits(see: See) -> None:
    shown = see("listing")
    assert any(str(element.value).endswith(f" **{plain(HOSTILE, 120)}**") for element in shown.markdown)
    assert "Stille" not in words(shown)
    assert "12 places and groups" in words(shown)
    assert max(len(str(element.value)) for element in shown.markdown) < 1000


def test_map_says_how_many_wait(see: See) -> None:
    assert "One more waits until somebody has looked at it." in words(see("map"))


def test_search_and_categories_come_from_the_address(see: See) -> None:
    found = see("listing", q="bibliotek STORGATA")
    assert "One of 12 places and groups fits" in words(found)
    kind = see("listing", kind="places", category="playground")
    assert "2 of 12 places and groups fit" in words(kind)
    nothing = see("listing", q="ukulele")
    assert "Nothing here fits “ukulele”" in words(nothing)
    nothing.button(key="clear").click().run()
    assert "12 places and groups" in words(nothing)


def test_wrong_parameters_are_passed_over(see: See) -> None:
    shown = see("coverage", reach="nowhere", minutes="999", who="robot", norm="none", ground="lava", look="?")
    assert not shown.exception
    assert shown.slider(key="minutes").value == 5


def test_choices_stand_in_the_address_by_their_keys(see: See) -> None:
    shown = see("coverage", who="older")
    assert shown.query_params["who"] == "older"
    assert shown.slider(key="minutes").value == 5  # the playground's own catchment
    shown.selectbox(key="reach").select("library").run()
    assert shown.query_params["reach"] in ("library", ["library"])
    assert shown.slider(key="minutes").value == 15  # the library's own catchment
    assert "Public library" in words(shown)


def test_minutes_that_somebody_chose_stay(see: See) -> None:
    shown = see("coverage", minutes="8")
    assert "8 minutes is a choice, not a norm." in words(shown)
    shown.selectbox(key="reach").select("library").run()
    assert shown.slider(key="minutes").value == 8
    shown.slider(key="minutes").set_value(15).run()
    assert "15 minutes is the default for this category, not a norm." in words(shown)
    shown.selectbox(key="reach").select("playground").run()
    assert shown.slider(key="minutes").value == 5


def test_the_list_stands_in_groups_and_what_has_no_name_is_called_by_its_place(see: See) -> None:
    shown = see("listing")
    assert [str(header.value).partition(" ")[2] for header in shown.header] == [
        "Associations and networks", "Institutions and services", "Places and nature",
        "Local economy and exchange", "Culture and stories",
    ]  # fmt: skip
    assert "**Playground\\, Storgata**" in words(shown)
    of_one_kind = see("listing", kind="places")
    assert [str(header.value).partition(" ")[2] for header in of_one_kind.header] == [
        "Playground",
        plain("Square, waterfront or street to meet in"),
    ]
    assert not see("listing", order="name").header


def test_details_of_a_shared_asset(see: See) -> None:
    shown = see("map", "nb", asset=LIBRARY)
    text = words(shown)
    assert "Storgata 5" in text
    assert "Mandag–fredag: 10:00–18:00" in text.replace("\\", "")
    assert "Open Database License" in text
    assert "1. november 2026" in text.replace("\\", "")


def test_a_link_to_what_is_not_shown_says_nothing(see: See) -> None:
    shown = see("map", asset=PENDING)
    assert "Stille" not in words(shown)
    assert "asset" not in shown.query_params


def test_coverage_counts_and_gives_the_interval(see: See) -> None:
    shown = see("coverage", reach="playground", minutes="10")
    assert shown.metric[0].value == "81%"
    assert "252" in words(shown)
    table = shown.table[0].value
    assert table["Between"].tolist() == ["60% – 94%"]


def test_every_gap_has_strengths_beside_it(see: See) -> None:
    text = words(see("coverage", reach="library", minutes="3"))
    assert text.count("Strengths close by, and whom to ask:") == 6
    assert "min on foot" in text


def test_a_norm_is_cited_and_a_choice_is_called_one(see: See) -> None:
    assert "5 minutes is the default for this category, not a norm." in words(see("coverage", reach="playground"))
    assert "6 minutes is a choice, not a norm." in words(see("coverage", reach="playground", minutes="6"))
    cited = words(see("coverage", reach="playground", norm="no_hamar_near_play"))
    assert "municipal plan text" in cited
    assert "hamar.kommune.no" in cited
    assert "50 metres" in cited


def test_only_norms_about_the_category_are_offered(see: See) -> None:
    offered = see("coverage", reach="grocery_market").selectbox(key="norm")
    assert len(offered.options) == 6
    assert not any("play" in option for option in offered.options)
    assert not [box for box in see("coverage", reach="tradition_event").selectbox if box.key == "norm"]


@pytest.mark.parametrize("lang", languages())
def test_the_demo_says_that_it_is_one_and_how_to_go_on(see: See, tmp_path: Path, lang: str) -> None:
    from assetmap.demo import demo_folder

    demo = see("map", lang, of=str(demo_folder() / "demo"))
    assert "**Demo**" in words(demo)
    assert any("assetmap gather" in code.value for code in demo.code)
    assert "**Demo**" not in words(see("map", lang))


def test_from_one_address(see: See) -> None:
    shown = see("coverage", look="one")
    shown.text_input(key="address").input("storg 5").run()
    shown.button(key="address-Storgata 5, 1234 Åsgård").click().run()
    text = words(shown)
    assert "Public library" in text
    assert "Åsgård bibliotek" in text
    assert shown.text_input(key="address").value == "Storgata 5, 1234 Åsgård"
    assert "55." not in str(dict(shown.query_params))  # where somebody lives is in no link


def test_staff_see_what_waits(see: See, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSETMAP_AUDIENCE", "staff")
    assert "13 places and groups" in words(see("listing"))
    settings.cache_clear()


def test_the_ground_within_reach_is_drawn_when_asked_for(see: See) -> None:
    shown = see("coverage", reach="playground", area="1")
    assert not shown.exception
    assert shown.toggle(key="area").value is True
    shown.toggle(key="area").set_value(False).run()
    assert "area" not in shown.query_params
    assert not shown.exception
