"""What did somebody without an account suggest, and what became of it?"""

from __future__ import annotations

from dataclasses import dataclass, field

from assetmap.model.change import Record

KINDS = ("add", "edit", "gone")
STATES = ("new", "accepted", "refused")
FIELDS = (
    "name", "category", "description", "address", "website", "opening_hours", "wheelchair", "access", "operator",
    "capacity", "near", "geometry",
)  # fmt: skip
"""What anyone may suggest; who may see an asset and where it comes from is not among it."""


@dataclass(frozen=True)
class Suggestion:
    """A suggestion, as it waits or was decided. Nothing is kept of who sent it.

    Attributes:
        kind: "add" a new asset, "edit" an asset, or "gone": the asset is no longer there.
        asset: The asset that it is about; for "add", the id that it shall have.
        version: The version of the asset that was seen.
        said: The suggested values.
        note: What was said beside them.
        at: The day on which it came (ISO); not the hour.
        state: "new", "accepted" or "refused".
        assignee: Who looks at it.
        reason: Why it was refused.
        changeset: Where it was accepted: the change that can be undone.
    """

    id: str
    kind: str
    asset: str
    version: int | None
    said: Record = field(repr=False)
    note: str = ""
    at: str = ""
    state: str = "new"
    assignee: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_at: str = ""
    changeset: int | None = None
