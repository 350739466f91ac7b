"""What is written down when a connector takes up a suggestion, and when may the two know of each other?"""

from __future__ import annotations

import datetime

from assetmap.connect.suggestion import Consent, Suggestion, allowed
from assetmap.errors import DisclosureError
from assetmap.messages import M
from assetmap.model.connection import Connection, ConnectionEvent


def may_see_contacts(connection: Connection, may: Consent) -> bool:
    """Whether the two may see each other's contact details now: both agreed, and each one's consent still stands."""
    return connection.may_show_contacts() and allowed(filter(None, (connection.asker, connection.giver)), may)


def introduction(suggestion: Suggestion, id: str, *, by: str, at: datetime.datetime, may: Consent) -> Connection:
    """The connection that a connector has chosen; neither side knows of it yet.

    Args:
        id: A new random number. by: The connector's account.
        may: Who may be matched now: a suggestion that was on the screen when a consent ended is not taken up.

    Raises:
        DisclosureError: A consent that it rests on has ended.
    """
    if not allowed(suggestion.people, may):
        raise DisclosureError(
            M("This suggestion no longer stands: a consent that it rests on has ended. Nothing was written down. Look "
              "at the suggestions again.")
        )  # fmt: skip
    ask, offer = suggestion.ask, suggestion.offer
    connection = Connection(id, ask.id, offer.id, ask.person, offer.person, ask.theme, suggestion.safeguarded)
    return connection.after(ConnectionEvent(at, "proposed", by)).after(ConnectionEvent(at, "chosen", by))
