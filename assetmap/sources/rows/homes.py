"""Which rows give somebody's home as their address, although no word in the address says so?

An association often has its chair's address: after that person's name, as its registered office, or as the same door
that a private column gives as somebody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assetmap.model.taxonomy import taxonomy
from assetmap.sources.rows.addresses import gives
from assetmap.sources.rows.apart import Apart, own_address
from assetmap.sources.rows.categories import meant_by_name
from assetmap.sources.rows.columns import Columns
from assetmap.sources.rows.persons import reads_as_person
from assetmap.sources.rows.words import joined, tokens

_REGISTERED = frozenset({"forretningsadresse", "registered", "sate", "hjemsted"})
_HOME = re.compile(r"privat|hjem|bosted|bopal|home")


def with_homes(apart: Apart, columns: Columns, keys: Sequence[str | None]) -> Apart:
    """The same table with every row known that lies at somebody's home, and no person's name in its address.

    Args:
        keys: Category of each row, or None.
    """
    clubs = {at for at, key in enumerate(keys) if key and taxonomy()[key].kind == "associations"}
    homes = apart.homes | _private_doors(apart, columns, clubs)
    head = columns.one("street") or columns.one("address")
    if head is None:
        return replace(apart, homes=homes)
    if _REGISTERED.intersection(tokens(head)):
        homes |= clubs
    values, column = list(apart.values), list(apart.texts[head])
    for at in clubs:
        rest = _without_person(column[at])
        if rest == column[at]:
            continue
        homes |= {at}
        if (at, head) not in {(a, h) for a, h, _ in apart.values}:
            values.append((at, head, column[at]))
        column[at] = rest
    return replace(apart, homes=homes, values=values, texts=apart.texts.changed({head: column}))


def _without_person(address: str) -> str:
    """An address without the part that reads as a person's name (`Kari Nordmann, Storgata 5, 1707 Sarpsborg`).

    Before a street a name need not be a common one; behind it a town may stand.
    """
    parts = [part.strip() for part in re.split(r"[,;\n]", address)]
    numbered = [any(c.isdigit() for c in part) for part in parts]
    if not any(numbered):
        return address
    first = numbered.index(True)
    people = [n for n, part in enumerate(parts) if not numbered[n]
              and reads_as_person(part, sure=n < first and not meant_by_name(part))]  # fmt: skip
    return ", ".join(part for n, part in enumerate(parts) if n not in people) if people else address


def _private_doors(apart: Apart, columns: Columns, clubs: set[int]) -> set[int]:
    """Rows whose address a private value gives too: of associations any, of others one that says it is a home. The
    post of a school goes to the school."""
    return {
        at for at, header, value in apart.values
        if columns.roles.get(header) == "private" and (at in clubs or _HOME.search(joined(header)))
        and gives(value, own_address(apart.texts, columns, at))
    }  # fmt: skip
