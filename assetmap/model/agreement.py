"""What do two sides, a connector and an organisation agree on before they begin?"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from assetmap.messages import Label, M, Message
from assetmap.model.connection import months_after

REVIEW_MONTHS = 3
"""An agreement is looked at again after so many months."""


@dataclass(frozen=True)
class Role:
    """One of those who agree.

    Attributes:
        title: What the role is called.
        name: Who has it; "" where it is written in by hand.
        does: What they are responsible for.
    """

    title: Message
    name: str
    does: Sequence[Message]


@dataclass(frozen=True)
class Agreement:
    """An agreement on one connection, ready for paper.

    Attributes:
        theme: What it is about.
        form: In what form, or None.
        times: When they could meet; empty where it is written in by hand.
        place: Where; "" where it is written in by hand.
        per_month: How often at most, or None.
        roles: Those who agree; each signs.
        safeguarded: Children or homes are involved: the certificate is asked for before the first meeting.
        cleared: The organisation in between has seen it.
        on: The day on which it was drawn up.
    """

    theme: Label | None
    form: Message | None
    times: tuple[Message, ...]
    place: str
    per_month: float | None
    roles: tuple[Role, ...]
    safeguarded: bool
    cleared: bool
    on: datetime.date

    @property
    def review(self) -> datetime.date:
        """When it is looked at again."""
        return months_after(self.on, REVIEW_MONTHS)

    @property
    def rules(self) -> tuple[Message, ...]:
        """What holds for everybody."""
        return (
            M("Taking part is free of charge and of one's own will. Either side may stop at any time without a reason, "
              "by telling the connector."),
            M("What one learns about the other stays between the two. Names, pictures and stories go no further "
              "without a yes."),
            M("Nobody handles the other's money, cards, medicine or passwords."),
            M("Whoever is worried about somebody's safety tells the connector the same day."),
        )  # fmt: skip
