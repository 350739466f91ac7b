"""When is the next backup due, and which older ones have done their service?"""

from __future__ import annotations

import datetime
from collections.abc import Collection

from assetmap.store.copies import Backup

EVERY_S = 3600.0
HOURLY_S, DAILY_S, SPECIAL = 48 * 3600.0, 30 * 24 * 3600.0, 10


def is_due(backups: Collection[Backup], state: str, now: datetime.datetime) -> bool:
    """Whether the last backup is an hour old and the store has changed since.

    One that is dated in the future, as a clock was wrong, says nothing: it would keep every other from being made.
    """
    past = [backup for backup in backups if backup.age_s(now) >= 0]
    if not past:
        return True
    last = max(past, key=lambda backup: backup.name)
    return last.state != state and last.age_s(now) >= EVERY_S


def to_keep(backups: Collection[Backup], now: datetime.datetime) -> set[str]:
    """The names of the backups that stay.

    Of those that were due, the first of each hour for 48 hours, so that none goes because another was made a moment
    later; the last of each day for 30 days; the last ten of those that were made before an upgrade, before a restore,
    and because somebody asked; and always the last of all.
    """
    ordered = sorted(backups, key=lambda backup: backup.name, reverse=True)
    hours: dict[str, str] = {}
    days: dict[str, str] = {}
    reasons: dict[str, list[str]] = {}
    for backup in ordered:
        age = backup.age_s(now)
        if age < HOURLY_S and not backup.reason:
            hours[backup.at[:13]] = backup.name
        if age < DAILY_S:
            days.setdefault(backup.at[:10], backup.name)
        if backup.reason:
            reasons.setdefault(backup.reason, []).append(backup.name)
    special = {name for names in reasons.values() for name in names[:SPECIAL]}
    return {*hours.values(), *days.values(), *special, *(backup.name for backup in ordered[:1])}
