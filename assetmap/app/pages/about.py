"""What is this, where is it from, and what should nobody read into it?"""

from __future__ import annotations

import streamlit as st

from assetmap import __version__
from assetmap.app.cache import place
from assetmap.app.standing import Place
from assetmap.app.state import language, plain, tell
from assetmap.i18n import date, number
from assetmap.messages import M, Message, Mn
from assetmap.model.provenance import LICENCES, Provenance

_PURPOSE = (
    M(
        "This map shows what a neighbourhood has: its associations, places, services, small businesses, culture and "
        "stories. It begins with strengths, because people build on what they have."
    ),
    M("It answers two questions: what is there, and who can reach it on foot?"),
    M("It does not rank neighbourhoods or people, and it never shows persons as points on the map."),
)
_METHOD = (
    M("Walking times follow streets, paths and crossings, from the door of a home to the nearest entrance."),
    M(
        "The speed depends on who walks and on the season. Each share is given with the range for slower and faster "
        "walkers."
    ),
    M("Homes come from addresses and buildings; where the population is known, people are counted, otherwise homes."),
    M("A category that nobody has mapped yet is called “not mapped yet”. It is never counted as zero."),
)
_LIMITS = (
    M("The map knows only what somebody has recorded. What is missing here may well exist."),
    M("Opening hours, traffic, light, slopes and whether one feels welcome are not part of the walking time."),
    M("Places may be some metres off, and some are shown only roughly, on purpose."),
    M("Near the edge of the data, something just outside may be closer than what is shown."),
)
_PRIVACY = (
    M("The app runs where it was started and asks no other server for anything. It counts no visitors, sets no "
      "advertising or tracking cookies and stores nothing about who looks."),
    M("An address or a place that you choose on the map is used for the answer, and forgotten when you leave the "
      "page."),
    M("Names, phone numbers and e-mail addresses of persons in files that were added are kept apart and never shown."),
)  # fmt: skip
_ACCESS = (
    M("The list has everything that the map has, and all pages can be used with the keyboard and a screen reader."),
    M("The aim is WCAG 2.1, level AA. Every page is checked automatically against its rules."),
    M("Known gap: where many markers lie close together on the map, some are smaller targets than 24 pixels until one "
      "zooms in. The list has no such limit."),
    M("Not tested yet: with screen readers by people who use them every day."),
)  # fmt: skip


def show() -> None:
    """The page."""
    shown = place()
    st.title(tell(M("About this map")), anchor=False)
    _section(None, _PURPOSE)
    st.header(tell(M("Sources and licences")), anchor=False)
    _sources(shown)
    _section(M("How walking times are found"), _METHOD)
    _section(M("What the map does not say"), _LIMITS)
    _section(M("Privacy"), _PRIVACY)
    _section(M("Accessibility"), _ACCESS)
    st.header(tell(M("This installation")), anchor=False)
    _facts(shown)


def _section(heading: Message | None, sentences: tuple[Message, ...]) -> None:
    if heading is not None:
        st.header(tell(heading), anchor=False)
    st.markdown("\n".join(f"- {tell(sentence)}" for sentence in sentences))


def _sources(shown: Place) -> None:
    for source in shown.inventory.provenance:
        with st.container(border=True, gap="xsmall"):
            title = plain(source.title)
            st.markdown(f"**[{title}]({source.url})**" if source.url.startswith("https://") else f"**{title}**")
            st.write(_terms(source))
            st.caption(_dates(source))


def _terms(source: Provenance) -> str:
    terms = LICENCES.get(source.licence)
    named = plain(terms.title if terms else source.licence)
    linked = f"[{named}]({terms.url})" if terms and terms.url else named
    return tell(
        M("{attribution}. Licence: {licence}.", attribution=plain(source.attribution or source.title), licence=linked)
    )


def _dates(source: Provenance) -> str:
    read = tell(M("Read {day}.", day=date(source.retrieved, language())))
    if not source.data_date:
        return read
    newest = tell(M("The newest fact in it is from {day}.", day=date(source.data_date, language())))
    return f"{read} {newest}"


def _facts(shown: Place) -> None:
    lang, here = language(), shown.inventory.neighbourhood
    facts = [
        tell(Mn("One place or group", "{n} places and groups", len(shown.inventory.where(role="asset")))),
        tell(Mn("Homes at one address or building", "Homes at {n} addresses and buildings", len(here.homes))),
        tell(M("assetmap {version}, open source under the MIT licence", version=__version__)),
    ]
    if shown.waiting:
        facts.append(tell(Mn("One more waits until somebody has looked at it.",
                             "{n} more wait until somebody has looked at them.", shown.waiting)))  # fmt: skip
    if len(shown.inventory.issues):
        found = number(len(shown.inventory.issues), lang)
        facts.append(tell(M("{n} remarks about imperfect data were noted when it was gathered", n=found)))
    st.markdown("\n".join(f"- {fact}" for fact in facts))
    for note in here.notes:
        st.caption(plain(tell(note), 600))
