"""How does a list come onto the map: what would it do, and then, in one step, do it?"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import geopandas as gpd
import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks import homecoming
from assetmap.app.desks.acting import act
from assetmap.app.desks.telling import as_record, headline, subline, table, value, worth_reading
from assetmap.app.host import carry, pack, show_map
from assetmap.app.routes import map_url
from assetmap.app.state import language, plain, tell
from assetmap.errors import AssetmapError
from assetmap.i18n import number, say
from assetmap.importing import Incoming, accept, handed_back_csv, read_list
from assetmap.maps.payload import payload
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Effect
from assetmap.model.fields import title

VIEWS: dict[str, Message] = {"list": M("Bring in a list"), "home": M("Edit in Excel or QGIS")}
_SUFFIXES = ".csv .tsv .txt .xlsx .xlsm .geojson .json .gpkg .zip .kml .kmz .gpx .fgb .parquet".split()
_LISTED = 40
_IN = "_incoming"


def show() -> None:
    """The desk."""
    view = st.segmented_control(
        tell(M("How to import")), list(VIEWS), default="list", required=True, format_func=lambda key: tell(VIEWS[key]),
        key="importing-view", label_visibility="collapsed",
    )  # fmt: skip
    if view == "home":
        homecoming.show()
    else:
        _list()


def _list() -> None:
    found: Incoming | None = st.session_state.get(_IN)
    if found is None:
        st.write(tell(M("Clubs, halls, stories: a list from a spreadsheet or a map layer. First you see what it would "
                        "do; nothing is changed before you say so.")))  # fmt: skip
        sent = st.file_uploader(tell(M("A file: Excel, CSV, GeoJSON, GeoPackage, KML and the like")), type=_SUFFIXES,
                                key=f"import-file-{st.session_state.get('import-round', 0)}")  # fmt: skip
        if sent is None:
            return
        found = _read(sent.name, sent.getvalue())
        if found is None:
            return
        st.session_state[_IN] = found
        st.rerun()
    _preview(found)


def _read(name: str, content: bytes) -> Incoming | None:
    """Read it, telling what is being done; what is wrong with it is said."""
    with st.status(tell(M("Reading {file} …", file=plain(name, 80))), expanded=False) as status:

        def told(message: Message, share: float | None = None) -> None:
            status.update(label=plain(tell(message), 120))

        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, Path(name).name)
                path.write_bytes(content)
                found = read_list(current_store(), path, progress=told)
            status.update(label=tell(M("Comparing with what is on the map …")))
            _ = found.outcome
        except AssetmapError as fault:
            status.update(label=tell(M("It could not be read")), state="error")
            st.error(tell(fault.message), icon=":material/front_hand:")
            return None
        status.update(label=tell(M("Read")), state="complete")
    return found


def _preview(found: Incoming) -> None:
    """What it would do, and the two ways on."""
    outcome, rejected = found.outcome, found.harvest.rejected
    st.header(plain(found.harvest.provenance.file, 80), anchor=False)
    lines: list[tuple[Message, int]] = [
        (M("New"), len(outcome.new)), (M("Changed"), len(outcome.changed)),
        (M("Back from the bin"), len(outcome.restored)), (M("The same as before"), outcome.same),
        (M("Stay in the bin"), len(outcome.binned)), (M("A person's word kept"), len(outcome.kept)),
        (M("Handed back"), len(rejected)),
    ]  # fmt: skip
    lines = [(words, many) for words, many in lines if many]
    left, right = st.columns([2, 3], gap="medium")
    with left:
        table({tell(M("What would happen")): [tell(words) for words, _ in lines],
               tell(M("Rows")): [number(many, language()) for _, many in lines]},
              numbers=True, key="import")  # fmt: skip
        nowhere = int(_new(found).geometry.isna().sum())
        if nowhere:
            st.caption(tell(Mn("One of the new ones has no place on the map yet: it comes into the list, and can be "
                               "placed with “Move”.",
                               "{n} of the new ones have no place on the map yet: they come into the list, and can be "
                               "placed with “Move”.", nowhere)))  # fmt: skip
        if len(found.rows.private):
            st.caption(tell(Mn("One value that may be a person's contact was set apart; it is never shown or exported.",
                               "{n} values that may be a person's contact were set apart; they are never shown or "
                               "exported.", len(found.rows.private))))  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            st.button(tell(M("Bring in")), key="import-accept", type="primary", icon=":material/check:",
                      disabled=not outcome.touched, on_click=_accept)  # fmt: skip
            st.button(tell(M("Leave it")), key="import-leave", icon=":material/close:", on_click=_leave)
        if not outcome.touched:
            st.caption(tell(M("Nothing in it is new, so there is nothing to bring in.")))
    with right:
        _new_on_map(found)
    _details(found)


def _new(found: Incoming) -> gpd.GeoDataFrame:
    """The rows that would be new."""
    return found.rows.assets[found.rows.assets.index.isin(found.outcome.new)]


def _new_on_map(found: Incoming) -> None:
    """A map of the new ones."""
    new = _new(found)
    if not new.geometry.notna().any():
        return
    here = place().inventory
    drawn = payload(here.neighbourhood, new, lang=language(), audience="staff")
    cargo = pack(f"import-{id(found)}-{language()}", drawn)
    carry(cargo)
    show_map(cargo, key="import-map", src=map_url(language()), title=tell(M("Map of what is new")), height="300px")


def _details(found: Incoming) -> None:
    """Row by row, folded away."""
    outcome, rejected = found.outcome, found.harvest.rejected
    assets = found.rows.assets
    if outcome.new:
        with st.expander(tell(Mn("One new row", "{n} new rows", len(outcome.new))), icon=":material/add:"):
            for key in outcome.new[:_LISTED]:
                record = as_record(assets.loc[key])
                st.markdown(f"{headline(record)} · {subline(record)}")
            _more(len(outcome.new))
    changed = [one for one in outcome.effects if one.what == "changed" and worth_reading(one.field)]
    if changed:
        with st.expander(tell(Mn("One changed value", "{n} changed values", len(changed))), icon=":material/edit:"):
            effects_table(changed, M("Now"), M("In the file"), "import-changed")
    kept = [one for one in outcome.effects if one.what == "kept" and one.field]
    if kept:
        with st.expander(tell(Mn("One value stays, as a person said so", "{n} values stay, as a person said so",
                                 len(kept))), icon=":material/person_check:"):  # fmt: skip
            effects_table(kept, M("Stays"), M("In the file"), "import-kept")
    if len(rejected):
        _handed_back(found)
    if found.harvest.notes:
        with st.expander(tell(M("How the file was understood")), icon=":material/help:"):
            st.markdown("\n".join(f"- {plain(tell(note), 400)}" for note in found.harvest.notes))


def effects_table(effects: list[Effect], before: Message, after: Message, key: str) -> None:
    """Asset, field and two values, the first ones."""
    shown = effects[:_LISTED]
    table({tell(M("Which")): [plain(one.name, 80) for one in shown],
           tell(M("What")): [plain(tell(title(one.field))) for one in shown],
           tell(before): [plain(value(one.field, one.before), 160) for one in shown],
           tell(after): [plain(value(one.field, one.after, one.before), 160) for one in shown]}, key=key)  # fmt: skip
    _more(len(effects))


def _more(many: int) -> None:
    if many > _LISTED:
        st.caption(tell(M("… and {n} more.", n=many - _LISTED)))


def _handed_back(found: Incoming) -> None:
    """The rows that cannot be used: why, and as a file to mend."""
    rejected, lang = found.harvest.rejected, language()
    reasons = [say(one, lang) if isinstance(one, Message) else str(one) for one in rejected.get("reason", ())]
    with st.expander(tell(Mn("One row is handed back", "{n} rows are handed back", len(rejected))),
                     icon=":material/assignment_return:", expanded=True):  # fmt: skip
        for reason, many in Counter(reasons).most_common():
            st.markdown(f"- {plain(reason, 400)} ({number(many, lang)})")
        st.download_button(
            tell(M("These rows with their reasons, to mend")), data=lambda: handed_back_csv(rejected, lang),
            file_name=f"{Path(found.name).name}.rejected.csv", mime="text/csv", key="import-rejected",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def _accept() -> None:
    found: Incoming | None = st.session_state.get(_IN)
    if found is None:
        return
    done = act(lambda store, by: accept(store, found, by=by), M("Brought in: {file}. {new} new, {changed} changed.",
               file=found.harvest.provenance.file, new=len(found.outcome.new),
               changed=len(found.outcome.changed) + len(found.outcome.restored)))  # fmt: skip
    if done is not None:
        _leave()


def _leave() -> None:
    """Forget the file, and offer to take another."""
    st.session_state.pop(_IN, None)
    st.session_state["import-round"] = int(st.session_state.get("import-round", 0)) + 1
