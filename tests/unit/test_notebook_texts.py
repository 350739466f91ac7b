"""Is nothing public at once that somebody hands the store from a notebook, where no import looked at the texts?"""

from __future__ import annotations

import json

import pytest

from assetmap.errors import PrivateText
from assetmap.store import Store
from tests.stored_world import CLUBS, assets, inventory


@pytest.fixture
def store(home: str) -> Store:
    store = Store.create(home, wait_s=5)
    store.save(inventory())
    return store


def test_a_contact_in_a_text_is_taken_out_and_told(store: Store) -> None:
    tags = json.dumps({"note": "ring 22334455", "ref": "91234567"})
    clubs = assets(("Ring Kari 91234567", "Korps", "Kor"), CLUBS, tags=[None, tags, None],
                   telefon=[None, 22334455, None], description=[None, None, "Øver tirsdager"])  # fmt: skip
    assert store.preview(clubs, CLUBS).new == tuple(clubs.index)
    done = store.add(clubs, CLUBS)
    assert done.new == tuple(clubs.index)
    first, second, third = (store.records.get(key)[key].record for key in clubs.index)
    assert first["name"] == "Ring Kari […]"
    assert json.loads(second["tags"]) == {"note": "ring […]", "ref": "91234567"}
    assert second.get("telefon") is None
    assert (third["name"], third["description"]) == ("Kor", "Øver tirsdager")
    told = store.issues[store.issues["code"] == "contact-taken-out"]
    assert sorted(zip(told["asset"], told["field"], strict=True)) == sorted(
        [(clubs.index[0], "name"), (clubs.index[1], "tags"), (clubs.index[1], "telefon")]
    )
    assert "91234567" not in str(store.issues.to_dict())
    assert clubs["name"].iloc[0] == "Ring Kari 91234567", "what was handed over is as it was"
    assert store.add(clubs, CLUBS).changeset is None, "the same again changes nothing"


def test_what_cannot_be_taken_out_is_refused(store: Store) -> None:
    for column in ({"Ring 91234567": "ja"}, {"tags": '{"ring 91234567": "yes"}'}):
        with pytest.raises(PrivateText):
            store.add(assets(("Kor",), CLUBS, **column), CLUBS)
    assert len(store.journal.changesets()) == 1


def test_what_is_nobodys_stays(store: Store) -> None:
    clubs = assets(("Kor", "Korps"), CLUBS, website="https://www.example.no/91234567", telefon=[1.0, None])
    store.add(clubs, CLUBS)
    assert "contact-taken-out" not in set(store.issues["code"])
    assert store.records.get(clubs.index[0])[clubs.index[0]].record["telefon"] == 1.0
