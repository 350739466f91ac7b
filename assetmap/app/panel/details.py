"""What is known about one asset, and where is it from?"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from assetmap.app.cache import current_store, place, table
from assetmap.app.panel.workbench import ways_to_edit
from assetmap.app.rows import Row
from assetmap.app.standing import Place
from assetmap.app.state import language, plain, tell
from assetmap.i18n import date
from assetmap.messages import M, Message
from assetmap.model.fields import title
from assetmap.model.provenance import LICENCES, licence
from assetmap.model.taxonomy import taxonomy

_YES_NO: dict[str, Message] = {
    "yes": M("Step-free: yes"),
    "limited": M("Step-free: partly"),
    "no": M("Step-free: no"),
}
_PRECISION: dict[str, Message] = {
    "address": M("The point was found from the address."),
    "street": M("The point is somewhere on the street."),
    "area": M("The point only shows the area, on purpose."),
}


def open_details(key: str) -> None:
    """Open the drawer with everything about one asset; its id becomes part of the share link."""
    st.query_params["asset"] = key
    row = next(row for row in table(place(), language()) if row.id == key)
    st.dialog(plain(row.title, 120), position="right", on_dismiss=_closed)(_details)(row)


def open_from_link() -> None:
    """Open the drawer that a share link asks for, once. An asset that is not shown here is passed over in silence."""
    key = st.query_params.get("asset")
    if key and not st.session_state.get("link-opened"):
        st.session_state["link-opened"] = True
        if place().values(key) is not None:
            open_details(key)
        else:
            _closed()


def _closed() -> None:
    st.query_params.pop("asset", None)


def _details(row: Row) -> None:
    version = _version(row.id)  # looked up before what is shown: rather an older one than one that nobody saw
    shown = place()
    values = shown.values(row.id)
    if values is None:  # deleted a moment ago
        st.rerun()
    facts = {name: value for name, value in values.items() if isinstance(value, str) and value}
    kind = taxonomy().kinds[values["kind"]]
    st.caption(f"{plain(row.label)} · {plain(kind.label(language()))}")
    if "description" in facts:
        st.write(plain(facts["description"], 2000))
    ways_to_edit(row.id, version)
    _fact(title("address"), facts.get("address"))
    _fact(title("near"), facts.get("near"))
    _hours(facts)
    _fact(title("operator"), facts.get("operator"))
    if facts.get("wheelchair") in _YES_NO:
        st.write(tell(_YES_NO[facts["wheelchair"]]))
    _website(facts.get("website"))
    if facts.get("location_precision") in _PRECISION:
        st.caption(tell(_PRECISION[facts["location_precision"]]))
    st.divider()
    _origin(shown, facts)


def _version(asset: str) -> int | None:
    there = current_store().records.get(asset).get(asset)
    return there.version if there else None


def _fact(label: Message, value: Any) -> None:
    if value:
        st.write(f"**{tell(label)}:** {plain(value)}")


def _hours(facts: dict[str, str]) -> None:
    """Opening hours as people read them, then word for word as the source has them."""
    raw = facts.get("opening_hours")
    if not raw:
        return
    from assetmap.app.hours import readable

    said = readable(raw, language())
    if said:
        heading = tell(title("opening_hours"))
        st.write(f"**{heading}:**")
        for line in said:
            st.write(f"- {plain(line)}")
        st.caption(tell(M("As the source writes it: {hours}", hours=plain(raw))))
    else:
        _fact(title("opening_hours"), raw)


def _website(address: str | None) -> None:
    if not address:
        return
    parts = urlsplit(address if "//" in address else f"https://{address}")
    if parts.scheme in ("http", "https") and parts.hostname:
        st.link_button(
            tell(M("Website: {host}", host=plain(parts.hostname, 60))), parts.geturl(), icon=":material/open_in_new:"
        )


def _origin(shown: Place, facts: dict[str, str]) -> None:
    """Source, licence and date, as every row carries them."""
    titles = {source.source: source.title for source in shown.whole.provenance}
    terms = licence(facts["licence"]) if facts["licence"] in LICENCES else None
    named = plain(terms.title) if terms else plain(facts["licence"])
    st.caption(
        tell(
            M(
                "Source: {source}. Read {day}. Licence: {licence}. {attribution}",
                source=plain(titles.get(facts["source"], facts["source"])),
                day=date(facts["retrieved"], language()),
                licence=f"[{named}]({terms.url})" if terms and terms.url else named,
                attribution=plain(facts.get("attribution", "")),
            )
        )
    )
