"""What does a visitor see when something broke? A sentence and a number; the log has the rest."""

from __future__ import annotations

import streamlit as st

from assetmap.app.state import tell
from assetmap.messages import M, Message


def show_failure(reference: str) -> None:
    """Say that something went wrong, with the number under which the log has it."""
    st.error(
        tell(
            M(
                "Something went wrong here. Nothing was lost. Load the page again; if it happens once more, "
                "tell whoever runs this map the reference {reference}.",
                reference=reference,
            )
        ),
        icon=":material/error:",
    )


def show_problem(message: Message) -> None:
    """Say what could not be done, in the words of the error that was raised on purpose."""
    st.warning(tell(message), icon=":material/info:")
