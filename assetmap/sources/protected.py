"""Which places must never be on a map, even where an open source has them?

Refuges from violence. Their address is a secret on which lives depend; that OpenStreetMap or a register has it does not
make it ours to repeat. Such rows are dropped before anything is kept; only their number is told.
"""

from __future__ import annotations

import pandas as pd

from assetmap.disclosure.refuges import TOLD, WORDS, by_tags, tags_of
from assetmap.messages import Mn
from assetmap.model.issues import Issue


def protected_rows(frame: pd.DataFrame) -> pd.Series:
    """Which rows of a table of assets are a refuge, by tags or by any of their words; boolean, index as the frame."""
    found = pd.Series(False, index=frame.index)
    for column in TOLD:
        if column in frame:
            found |= frame[column].astype("str").str.contains(WORDS, na=False)
    if "tags" in frame:
        found |= frame["tags"].map(lambda text: by_tags(tags_of(text))).astype(bool)
    return found


def without_protected(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    """Rows as a file holds them, on their way back to whoever sent it, without refuges; and how many those were.

    Args:
        rows: Any columns. `reason` is our own word and not looked at.
    """
    if rows.empty:
        return rows, ()
    texts = rows.drop(columns="reason", errors="ignore").astype("object").map(str)
    named = texts.apply(lambda column: column.str.contains(WORDS))
    tagged = [by_tags({str(k).lower(): v for k, v in row.items()}) for row in texts.to_dict("records")]
    secret = named.any(axis=1).to_numpy(bool) | pd.Series(tagged, dtype=bool).to_numpy()
    return (rows[~secret], (withheld(int(secret.sum())),)) if secret.any() else (rows, ())


def withheld(count: int) -> Issue:
    """What is told of refuges: how many there were."""
    told = Mn("One place is left out because its address must stay secret.",
              "{n} places are left out because their addresses must stay secret.", count)  # fmt: skip
    return Issue("protected-place", told)
