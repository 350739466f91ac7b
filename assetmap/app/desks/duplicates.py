"""Which two records are one and the same thing? A pair at a time, and a person decides."""

from __future__ import annotations

from typing import Any

import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks.acting import act
from assetmap.app.desks.circle import open_to_us
from assetmap.app.desks.sketch import show_sketch
from assetmap.app.desks.telling import called, day, dots, headline, table, value, worth_reading
from assetmap.app.state import language, plain, tell
from assetmap.i18n import number
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Record
from assetmap.model.fields import FIELDS, title
from assetmap.model.taxonomy import taxonomy
from assetmap.store import Store
from assetmap.store.rows import Stored
from assetmap.upkeep.merge import same
from assetmap.upkeep.survivor import survivor

_AT = "duplicates-at"
_LATELY = 20
_MOSTLY_ALIKE = ("audience", "review", "location_precision")
"""Fields that are worth a line only where they differ."""
_DECISIONS: dict[str, Message] = {
    "same": M("the same"), "different": M("different"), "unsure": M("could not be told"),
}  # fmt: skip


def show() -> None:
    """The desk."""
    store, pairs = current_store(), _pairs(place().key)
    if not pairs:
        st.info(tell(M("No two records look like the same thing. New pairs are looked for whenever something was "
                       "added.")), icon=":material/done_all:")  # fmt: skip
    else:
        at = min(st.session_state.get(_AT, 0), len(pairs) - 1)
        _pair(store, pairs, at)
    _decided(store)


@st.cache_resource(max_entries=2, show_spinner=False)
def _proposed(key: str) -> list[dict[str, Any]]:
    found: list[Any] = current_store().matches.proposals().to_dict("records")
    # what somebody could not tell comes last
    return sorted(found, key=lambda pair: pair["decision"] == "unsure")


def _pairs(key: str) -> list[dict[str, Any]]:
    """The pairs of which this reader may see both."""
    with st.spinner(tell(M("Comparing all records with each other …"))):
        found = _proposed(key)
    shown = place()
    return [pair for pair in found if all(shown.values(pair[side]) is not None for side in "ab")]


def _pair(store: Store, pairs: list[dict[str, Any]], at: int) -> None:
    pair = pairs[at]
    stored = store.records.get([pair["a"], pair["b"]])
    a, b = stored[pair["a"]], stored[pair["b"]]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        which = Mn("Pair {at} of one", "Pair {at} of {n}", len(pairs), at=at + 1)
        st.markdown(f"**{tell(which)}**", width="stretch")
        st.button(tell(M("Back")), key="pair-back", type="tertiary", icon=":material/chevron_left:", disabled=at == 0,
                  on_click=_go, args=(at - 1,))  # fmt: skip
        st.button(tell(M("Next pair")), key="pair-next", type="tertiary", icon=":material/chevron_right:",
                  disabled=at + 1 == len(pairs), on_click=_go, args=(at + 1,))  # fmt: skip
    with st.container(border=True, key="card-pair", gap="small"):
        wide, narrow = st.columns([3, 2], gap="medium")
        with wide:
            _two(a, b)
            _fields(a.record, b.record)
        with narrow:
            shapes = [a.record.get("geometry"), b.record.get("geometry")]
            show_sketch(shapes, tell(M("Map of the two places, A and B")))
            _why(pair)
        _ways(a, b)


def _two(a: Stored, b: Stored) -> None:
    for letter, one in (("A", a), ("B", b)):
        st.markdown(f"{letter} · {headline(one.record)}")


def _fields(a: Record, b: Record) -> None:
    """What the two say, field by field, what differs first and marked."""
    names = [name for name in FIELDS if worth_reading(name) and name not in ("geometry", "kind")]
    names = [name for name in [*names, "source", "retrieved"] if a.get(name) is not None or b.get(name) is not None]
    names = [name for name in names if name not in _MOSTLY_ALIKE or not same(a.get(name), b.get(name))]
    names.sort(key=lambda name: same(a.get(name), b.get(name)))
    titles = {one.source: one.title for one in place().inventory.provenance}

    def cell(record: Record, name: str) -> str:
        told = titles.get(str(record.get(name)), "") if name == "source" else ""
        text = plain(told or value(name, record.get(name)), 200)
        return text if same(a.get(name), b.get(name)) else f":orange-background[**{text}**]"

    table({tell(M("What")): [plain(tell(title(name))) for name in names],
           tell(M("A")): [cell(a, name) for name in names],
           tell(M("B")): [cell(b, name) for name in names]}, key="pair")  # fmt: skip
    st.caption(tell(M("What differs stands first and is marked.")))


def _why(pair: dict[str, Any]) -> None:
    metres = pair["distance_m"]
    if metres == metres:
        apart = M("{metres} m apart", metres=number(round(metres), language()))
        st.markdown(f"**{tell(apart)}**")
    st.write(plain(tell(pair["why"]), 400))
    if pair["decision"] == "unsure":
        st.caption(tell(M("Somebody looked at this before and could not tell.")))


def _ways(a: Stored, b: Stored) -> None:
    best = a.id if survivor(a.record, b.record, a.held, b.held)[0] == "a" else b.id
    letters = {a.id: M("A stays"), b.id: M("B stays")}
    keep = st.radio(
        tell(M("If they are the same: which one stays? It takes from the other what it does not know itself.")),
        list(letters), index=list(letters).index(best), key=f"keep-{a.id}-{b.id}", horizontal=True,
        format_func=lambda key: tell(letters[key]) + (tell(M(" (more is known of it)")) if key == best else ""),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        st.button(tell(M("The same")), key="same", type="primary", icon=":material/merge:", on_click=_decide,
                  args=(a.id, b.id, "same", str(keep)))  # fmt: skip
        st.button(tell(M("Different")), key="different", icon=":material/call_split:", on_click=_decide,
                  args=(a.id, b.id, "different"))  # fmt: skip
        st.button(tell(M("Cannot tell")), key="unsure", icon=":material/question_mark:", on_click=_decide,
                  args=(a.id, b.id, "unsure"))  # fmt: skip


def _go(at: int) -> None:
    st.session_state[_AT] = at


def _decide(a: str, b: str, decision: str, keep: str = "") -> None:
    said = {"same": M("Joined: they are one now."), "different": M("Noted: they are two different things."),
            "unsure": M("Noted: it cannot be told yet. The pair comes last from now on.")}[decision]  # fmt: skip
    act(lambda store, by: store.matches.decide(a, b, decision, by=by, keep=keep), said)


def _part(a: str, b: str) -> None:
    act(lambda store, by: store.matches.part(a, b, by=by), M("Parted: they are two again."))


def _decided(store: Store) -> None:
    """The last decisions, each with the way back."""
    rows: list[Any] = store.matches.decided().head(_LATELY).to_dict("records")
    if not rows:
        return
    stored = store.records.get([row[side] for row in rows for side in "ab"])
    with st.expander(tell(M("Decided lately")), icon=":material/checklist:"):
        for row in rows:
            pair = [stored[row[side]] for side in "ab" if row[side] in stored and open_to_us(stored[row[side]].record)]
            if len(pair) == 2:
                _line(row, pair[0].record, pair[1].record)


def _line(row: dict[str, Any], a: Record, b: Record) -> None:
    who = plain(str(row["by"] or ""), 60)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        told = dots(tell(_DECISIONS[row["decision"]]), day(row["at"]), who)
        pair = tell(M("{one} and {other}", one=plain(called(a), 80), other=plain(called(b), 80)))
        kinds = {taxonomy()[str(one["category"])].label(language()) for one in (a, b) if one["category"] in taxonomy()}
        st.markdown(f"**{pair}** ({plain(', '.join(sorted(kinds)))}) · {told}", width="stretch")
        key = f"{row['a']}-{row['b']}"
        if row["decision"] == "same":
            st.button(tell(M("Part them")), key=f"part-{key}", type="tertiary", icon=":material/call_split:",
                      on_click=_part, args=(row["a"], row["b"]))  # fmt: skip
        elif row["decision"] == "different":
            st.button(tell(M("Ask again")), key=f"again-{key}", type="tertiary", icon=":material/undo:",
                      on_click=_decide, args=(row["a"], row["b"], "unsure"))  # fmt: skip
