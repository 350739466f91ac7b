"""How do the page's own language and Streamlit's built-in words follow the visitor's choice?

Streamlit writes `lang="en"` into every page and has about 35 strings in English only. A small component sets the one
and replaces the others. Styles that Streamlit has no setting for are here too; all of it is constant text.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from assetmap.app.state import language
from assetmap.i18n import languages, say
from assetmap.messages import M

_STREAMLITS_WORDS = (
    M("Skip to main content"),
    M("Link to heading"),
    M("Main menu"),
    M("Close"),
    M("Clear all"),
    M("Clear value"),
    M("Clear"),
    M("Choose an option"),
    M("Choose options"),
    M("No results"),
    M("No options to select"),
    M("Select all"),
    M("Search"),
    M("Fullscreen"),
    M("Close fullscreen"),
    M("Upload"),
    M("Drag and drop file here"),
    M("Increment"),
    M("Decrement"),
    M("Copy to clipboard"),
    M("Copied"),
    M("Copied to clipboard"),
    M("Show more"),
    M("Show less"),
    M("Next page"),
    M("Previous page"),
    M("Next"),
    M("Previous"),
    M("Pagination"),
    M("Scroll left"),
    M("Scroll right"),
    M("Running..."),
    M("Loading..."),
    M("Connecting"),
    M("Please wait..."),
    M("Stop"),
    M("Rerun"),
    M("Connection error"),
    M("Press Enter to apply"),
    M("(required)"),
    M("Required"),
    M("Help"),
    M("Show help"),
    M("More options"),
)
# Streamlit's word to ours, where ours in English is another one: "Open" is what a library is, too
_OTHERWISE = {"Open": M("Show the choices"), "Dismiss": M("Close")}
_AROUND = {
    "{} per file": M("{what} per file", what="{}"),
    "Fullscreen: {}": M("Fullscreen: {what}", what="{}"),
    "Remove {}": M("Remove {what}", what="{}"),
    "Cancel upload of {}": M("Cancel upload of {what}", what="{}"),
    # a word that is none of the choices; what it may mean is asked afterwards
    "Add: {}": M("Search for “{what}”", what="{}"),
}
"""Its words around a name or a number."""

_STYLE = Path(__file__).with_name("style.css")


def dress() -> None:
    """Set the page's language, say Streamlit's words in it, and add our few styles. Call it on every run."""
    lang = language()
    # from every language, as the page may have been in another one a moment ago
    words = {say(word, other): say(word, lang) for word in _STREAMLITS_WORDS for other in languages()}
    for theirs, ours in _OTHERWISE.items():
        words |= dict.fromkeys((theirs, *(say(ours, other) for other in languages())), say(ours, lang))
    # what is right already stays, whatever it means in another language
    words |= {word: word for word in words.values()}
    # beside an element: styles alone would share a place with drawers, and be cleared when one opens
    with st.container(key="dress"):
        st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style><span></span>")
        _component()(key="chrome", data={"lang": lang, "words": words, "around": _around(lang)}, height=1)


@cache
def _around(lang: str) -> list[list[str]]:
    """How a phrase begins and ends in any language, and how it does in this one."""
    phrases = {(one, say(ours, lang)) for theirs, ours in _AROUND.items()
               for one in (theirs, *(say(ours, other) for other in languages()))}  # fmt: skip
    return [[*one.split("{}"), *now.split("{}")] for one, now in sorted(phrases) if one != now]


@cache
def _component() -> Any:
    script = Path(__file__).with_name("chrome.js").read_text(encoding="utf-8")
    return st.components.v2.component("assetmap_chrome", html="<span></span>", js=script)
