"""How is a finding said: the sentence, the figures with their interval, and what they do not say?"""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from assetmap.app.state import language, plain, tell
from assetmap.i18n import UNKNOWN, number, percent
from assetmap.messages import M, Message
from assetmap.model.ages import GROUP_NAMES
from assetmap.model.finding import Finding
from assetmap.model.taxonomy import taxonomy


def sentence(finding: Finding) -> None:
    """The answer, and between which values it lies when people walk slower or faster."""
    lang, share = language(), finding.summary.get("share")
    low, high = finding.summary.get("share_low"), finding.summary.get("share_high")
    if share is not None:
        st.metric(tell(M("Within reach")), percent(share, lang))
    with st.container(key=f"announce-{finding.question}"):
        st.markdown(f"**{plain(tell(finding.sentence), 600)}**")
    # metres do not depend on anybody's speed
    if low is not None and high is not None and finding.parameters.get("metres") is None:
        st.caption(
            tell(
                M(
                    "Between {low} and {high}, as some walk slower and some faster.",
                    low=percent(low, lang),
                    high=percent(high, lang),
                )
            )
        )


def groups(finding: Finding) -> None:
    """The same by age group, as a real table; only the whole where ages are not known."""
    lang, summary = language(), finding.summary
    known: dict[str, Any] = summary.get("groups") or {}
    lines = [(M("All"), summary)] + [(name, known[key]) for key, name in GROUP_NAMES.items() if key in known]
    unit = M("People") if summary.get("unit") == "people" else M("Homes")
    st.table(
        {
            tell(M("Who")): [tell(label) for label, _ in lines],
            tell(unit): [_amount(line.get("denominator"), lang) for _, line in lines],
            tell(M("Within reach")): [_amount(line.get("covered"), lang) for _, line in lines],
            tell(M("In per cent")): [percent(line.get("share"), lang) for _, line in lines],
            tell(M("Between")): [_interval(line, lang) for _, line in lines],
        }
    )
    if not known:
        st.caption(tell(M("Ages are not known here, so there is no figure by age.")))


def gap_list(finding: Finding, most: int = 6) -> None:
    """Where people have farther to walk, each place with what is strong beside it: whom to ask, not what is lacking."""
    lang = language()
    places = list(finding.frame.head(most).itertuples())
    if not places:
        st.write(tell(M("Everybody who can be reached on foot has it within reach.")))
        return
    unit = M("people") if finding.summary.get("unit") == "people" else M("homes")
    with st.grid(min_column_width=380):
        for place in places:
            with st.container(border=True, gap="xsmall"):
                _gap(place, unit, lang)


def _gap(place: Any, unit: Message, lang: str) -> None:
    """One place, called by the strength that is nearest to it, with all three."""
    people = number(float(place.people), lang, 0)
    if not place.strengths:
        heading = tell(M("{people} {unit}", people=people, unit=unit))
        st.markdown(f"**{heading}**")
        st.write(tell(M("Nothing else is mapped close by yet. Ask those who live here what there is.")))
        return
    heading = tell(M("{people} {unit} near {place}", people=people, unit=unit, place=_called(place.strengths[0], lang)))
    st.markdown(f"**{heading}**")
    st.write(tell(M("Strengths close by, and whom to ask:")))
    st.markdown("\n".join(f"- {_strength(strength, lang)}" for strength in place.strengths))


def why(finding: Finding) -> None:
    """Method and caveats, folded away but complete."""
    with st.expander(tell(M("How this was found, and what it does not say")), icon=":material/help:"):
        st.markdown("\n".join(f"- {plain(tell(message), 1000)}" for message in finding.method))
        if finding.caveats:
            heading = tell(M("Keep in mind"))
            st.markdown(f"**{heading}**")
            st.markdown("\n".join(f"- {plain(tell(message), 1000)}" for message in finding.caveats))
        for words in finding.attribution:
            st.caption(plain(words))


def receipt(finding: Finding) -> str:
    """The receipt as JSON, from which `assetmap rerun` gives the same figure again."""
    return json.dumps(dict(finding.receipt), ensure_ascii=False, indent=2, default=str)


def _strength(strength: dict[str, Any], lang: str) -> str:
    label = plain(taxonomy()[strength["category"]].label(lang))
    called = f"{_called(strength, lang)} ({label})" if strength.get("name") else label
    minutes = number(max(1, round(strength["minutes"])), lang)
    return tell(M("{name}, {minutes} min on foot", name=called, minutes=minutes))


def _called(strength: dict[str, Any], lang: str) -> str:
    return plain(strength.get("name") or taxonomy()[strength["category"]].label(lang), 60)


def _amount(value: float | None, lang: str) -> str:
    return UNKNOWN if value is None else number(value, lang, 0)


def _interval(line: Any, lang: str) -> str:
    low, high = line.get("share_low"), line.get("share_high")
    if low is None or high is None:
        return UNKNOWN
    return f"{percent(low, lang)} – {percent(high, lang)}"
