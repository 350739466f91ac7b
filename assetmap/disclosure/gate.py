"""Which rows of an inventory may this circle of readers see?

What waits for review is for staff, whatever its own audience; gifts of people are never rows of an inventory that
leaves. A figure (`Finding`) is not cut down: it is shown to its audience or narrower, or not at all.
"""

from __future__ import annotations

import geopandas as gpd
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

    Rows held back are counted in one issue per reason; nothing else of them is told, so their own issues go too.
    """
    circle = Audience.of(audience)
    frame, beyond = (_reasons(part, circle) for part in (inventory.frame, inventory.beyond))
    held = [
        Issue("waits-for-review", Mn("{category}: one waits for review and is left out.",
                                     "{category}: {n} wait for review and are left out.", int(n),
                                     category=taxonomy()[key].said), field="category", detail=str(key))
        for key, n in inventory.frame.loc[frame == "waits", "category"].value_counts(sort=False).items()
    ] + [
        Issue("not-for-audience", Mn("One asset is for a narrower circle and is left out.",
                                     "{n} assets are for a narrower circle and are left out.", int(n)))
        for n in [(frame == "narrow").sum()] if n
    ]  # fmt: skip
    hidden = inventory.frame[frame != ""], inventory.beyond[beyond != ""]
    names = {name for part in hidden for name in (*part.index, *part["source_id"])}
    issues = inventory.issues[~inventory.issues["asset"].isin(names)]
    if held:
        issues = pd.concat([issues, issues_frame(held)], ignore_index=True)
    return inventory.replace(
        frame=inventory.frame[frame == ""], beyond=inventory.beyond[beyond == ""], issues=issues, audience=circle
    )


def _reasons(frame: gpd.GeoDataFrame, circle: Audience) -> pd.Series:
    """Why each row is held back from a circle; empty where it is not."""
    reason = pd.Series("", index=frame.index, dtype="object")
    reason[frame["audience"].map(lambda name: Audience.of(name) > circle).astype(bool)] = "narrow"
    if circle < Audience.staff:
        reason[frame["review"] != "ok"] = "waits"
    reason[frame["category"].map(lambda key: taxonomy()[key].role == "gift").astype(bool)] = "narrow"
    return reason


def release_rows(frame: gpd.GeoDataFrame, audience: Audience | str) -> gpd.GeoDataFrame:
    """The rows of any table that an audience may see, as far as the table says: its columns `audience`, `review` and
    `category` are obeyed where it has them."""
    known = frame.assign(
        audience=frame["audience"].fillna("public") if "audience" in frame else "public",
        review=frame["review"].fillna("ok") if "review" in frame else "ok",
        category=frame["category"].where(frame["category"].isin(list(taxonomy())), "story")
        if "category" in frame
        else "story",
    )
    return frame[_reasons(known, Audience.of(audience)) == ""]


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
