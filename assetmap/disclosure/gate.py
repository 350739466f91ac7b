"""Which rows of an inventory may this circle of readers see?

What waits for review is for staff, whatever its own audience; gifts of people are never rows of an inventory that
leaves. A figure (`Finding`) is not cut down: it is shown to its audience or narrower, or not at all.
"""

from __future__ import annotations

import pandas as pd

from assetmap.errors import DisclosureError
from assetmap.messages import M, Mn
from assetmap.model.audience import Audience
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.issues import Issue, issues_frame
from assetmap.model.taxonomy import taxonomy


def release(inventory: Inventory, audience: Audience | str) -> Inventory:
    """The part of an inventory that an audience may see, stamped with that audience.

    Rows held back are counted in one issue per reason; nothing else of them is told.
    """
    circle = Audience.of(audience)
    frame = inventory.frame
    gift = frame["category"].map(lambda key: taxonomy()[key].role == "gift").astype(bool)
    waiting = (frame["review"] != "ok") & (circle < Audience.staff)
    narrow = frame["audience"].map(lambda name: Audience.of(name) > circle).astype(bool)
    held = [
        Issue("waits-for-review", Mn("One asset waits for review and is left out.",
                                     "{n} assets wait for review and are left out.", int(n)))
        for n in [(waiting & ~gift).sum()] if n
    ] + [
        Issue("not-for-audience", Mn("One asset is for a narrower circle and is left out.",
                                     "{n} assets are for a narrower circle and are left out.", int(n)))
        for n in [((narrow & ~waiting) | gift).sum()] if n
    ]  # fmt: skip
    issues = inventory.issues
    if held:
        issues = pd.concat([issues, issues_frame(held)], ignore_index=True)
    return inventory.replace(frame=frame[~(gift | waiting | narrow)], issues=issues, audience=circle)


def demand_audience(thing: Inventory | Finding, audience: Audience | str) -> None:
    """Make sure that a thing made for one circle is not shown to a wider one.

    Raises:
        DisclosureError: It was made for a narrower circle.
    """
    circle = Audience.of(audience)
    if thing.audience > circle:
        raise DisclosureError(
            M("This was made for {narrow} and may not be shown to {wide}. Make it again for {wide}: release() leaves "
              "out what they may not see.", narrow=thing.audience.name, wide=circle.name)
        )  # fmt: skip
