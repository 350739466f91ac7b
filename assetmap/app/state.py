"""In which language does this visitor read, and how do we put foreign text on a page without it becoming markup?"""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from assetmap.app.link import link_value, linked
from assetmap.i18n import best_language, language_name, languages, say
from assetmap.messages import M, Message
from assetmap.settings import settings

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
_ADDRESS = re.compile(r"https?:|www(?=\.)|ftp:|mailto:|xmpp:|@", re.IGNORECASE)
LONGEST = 400


def language() -> str:
    """The language of this visitor: chosen, in the link, or the first of ours that the browser asks for."""
    return str(link_value("lang", first_language(), languages()))


def first_language() -> str:
    """The language before anything was chosen."""
    preset = settings().lang
    return preset if preset in languages() else best_language(st.context.locale)


def choose_language() -> None:
    """The switch. Call it before anything is said: what the link or the visitor chose is known from here on."""
    lang = language()
    with st.popover(language_name(lang), icon=":material/language:"), linked("lang", first_language(), languages()):
        st.radio(say(M("Language"), lang), languages(), format_func=language_name, key="lang", persist_state="session")


def set_places(note: Any, tools: Any) -> None:
    """Where a page puts a word about all of it, and what can be done with it: beside the links in a wide window, above
    the title on a phone."""
    st.session_state["_note"], st.session_state["_tools"] = note, tools


def note() -> Any:
    """The container for a word about all of it."""
    return st.session_state.get("_note") or st.container(horizontal=True)


def tools() -> Any:
    """The container for a page's share and download buttons."""
    return st.session_state.get("_tools") or st.container(horizontal=True)


def tell(message: Message | str) -> str:
    """The sentence in the language of this visitor."""
    return say(message, language())


def plain(text: str, longest: int = LONGEST) -> str:
    """Text from data, to stand in markdown: no image is loaded, no link made and nothing is set in bold by it."""
    short = " ".join(text.split())
    if len(short) > longest:
        short = short[: longest - 1] + "…"
    # markdown turns a bare address into a link even where it is escaped; an unseen joint in it prevents that
    return _MARKUP.sub(r"\\\1", _ADDRESS.sub("\\g<0>\u2060", short))
