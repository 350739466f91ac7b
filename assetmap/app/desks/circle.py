"""May this reader see a record, also one that the list and the map do not show: an old version, one in the bin?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assetmap.model.audience import Audience
from assetmap.model.taxonomy import taxonomy
from assetmap.settings import settings


def open_to_us(record: Mapping[str, Any]) -> bool:
    """Whether a record may be shown to the circle that this app is for; the same rule as `disclosure.gate`."""
    circle = Audience.of(settings().audience)
    if record.get("category") in taxonomy() and taxonomy()[str(record["category"])].role == "gift":
        return False
    if record.get("review") != "ok" and circle < Audience.staff:
        return False
    return Audience.of(str(record.get("audience") or "connector")) <= circle
