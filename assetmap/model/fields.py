"""What do people call each field of an asset, what do they write there, and who may change it?

The one place for titles, help and words of values: forms, lists, spreadsheets and the command line all say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assetmap.messages import Label, M, Message
from assetmap.model.taxonomy import taxonomy

Word = Message | Label
Sort = Literal["text", "number", "date", "words", "json"]


@dataclass(frozen=True)
class Field:
    """One field of an asset as people meet it.

    Attributes:
        key: Its name in the asset schema.
        title: What it is called above a column or beside a box.
        help: One sentence for whoever fills it in.
        sort: What it holds; `words` are values of a list, each with a word for people.
        words: The values of that list. `category` has those that lie on a map.
        closed: Whether no other value than those is allowed.
        editable: Whether people write it; the others follow from something, or tell where the row came from.
    """

    key: str
    title: Message
    help: Message | None = None
    sort: Sort = "text"
    words: Mapping[str, Word] = field(default_factory=dict)
    closed: bool = False
    editable: bool = True


AUDIENCES: Mapping[str, Word] = {
    "public": M("Everyone"), "members": M("Members"), "staff": M("Staff"), "connector": M("Connectors"),
}  # fmt: skip
REVIEWS: Mapping[str, Word] = {"ok": M("Looked at"), "pending": M("Waits for a look")}
WHEELCHAIR: Mapping[str, Word] = {"yes": M("Step-free"), "limited": M("Partly step-free"), "no": M("Not step-free")}
ACCESS: Mapping[str, Word] = {
    "yes": M("Open to everyone"), "permissive": M("Open until the owner says otherwise"), "customers": M("Customers"),
    "members": M("Members"), "permit": M("With a permit"),
}  # fmt: skip
PRECISIONS: Mapping[str, Word] = {
    "exact": M("The exact place"), "address": M("Found by the address"), "street": M("Somewhere on the street"),
    "area": M("Only the area, on purpose"), "none": M("No place yet"),
}  # fmt: skip

_TAXONOMY = taxonomy()
_ALL = (
    Field("name", M("Name"), M("What people call it.")),
    Field("category", M("Category"), M("Choose one from the list."), "words",
          {c.key: c.said for c in _TAXONOMY.values() if c.role != "gift"}, closed=True),
    Field("kind", M("Kind"), M("Follows from the category."), "words",
          {k.key: Label(k.labels) for k in _TAXONOMY.kinds.values()}, closed=True, editable=False),
    Field("description", M("Description"), M("A few words on what is there and for whom. No names or telephone numbers "
                                             "of persons.")),
    Field("address", M("Address"), M("Street, number, postcode and town.")),
    Field("website", M("Website"), M("The address of a web page.")),
    Field("opening_hours", M("Opening hours"), M("Such as Mo-Fr 08:00-16:00.")),
    Field("wheelchair", M("Wheelchair"), M("Whether one gets in without steps."), "words", WHEELCHAIR),
    Field("access", M("Access"), M("Who may enter."), "words", ACCESS),
    Field("operator", M("Run by"), M("The organisation that runs it. Never a person.")),
    Field("capacity", M("Capacity"), M("A number: places, seats or pitches."), "number"),
    Field("audience", M("Shown to"), M("The widest circle that may see it."), "words", AUDIENCES, closed=True),
    Field("review", M("Review"), M("What waits for a look is shown to staff only."), "words", REVIEWS, closed=True),
    Field("location_precision", M("Place known as"), M("How exactly the place is known."), "words", PRECISIONS,
          closed=True),
    Field("valid_from", M("Exists since"), M("A date, a month or a year: 2026-05-17, 2026-05 or 2026."), "date"),
    Field("valid_to", M("Exists until"), M("A date, a month or a year: 2026-05-17, 2026-05 or 2026."), "date"),
    Field("confirmed", M("Last confirmed"), M("The day on which somebody last saw that it is so."), "date"),
    Field("names", M("Names in other languages"), M("Follows from the source."), "json", editable=False),
    Field("near", M("Near"), M("The nearest street, for what has no name."), editable=False),
    Field("opening_hours_normal", M("Opening hours for machines"), M("Follows from the opening hours."),
          editable=False),
    Field("part_of", M("Part of"), M("The larger place that it lies in."), editable=False),
    Field("source", M("Source"), M("Where the row came from."), editable=False),
    Field("source_id", M("Number at the source"), M("What the source calls it."), editable=False),
    Field("licence", M("Licence"), M("The terms of the source."), editable=False),
    Field("attribution", M("Attribution"), M("The words that must stand wherever it is shown."), editable=False),
    Field("retrieved", M("Read on"), M("The day on which the source was read."), editable=False),
    Field("data_date", M("Newest fact of the source"), M("The date of the source's newest fact."), editable=False),
    Field("tags", M("Further facts"), M("Whatever else the source says."), "json", editable=False),
    Field("geometry", M("Place"), M("Point, line or area on the map.")),
)  # fmt: skip
FIELDS: Mapping[str, Field] = {one.key: one for one in _ALL}
"""Every field of an asset, in the order in which people read them."""

CELLS: Mapping[str, Field] = {
    one.key: one
    for one in (
        Field("id", M("Number in the store (do not change)"), editable=False),
        Field("version", M("Version (do not change)"), editable=False),
        Field("latitude", M("Latitude"), M("Degrees north. Edit both numbers to move a point; an area or a line is "
                                           "moved in a map program."), "number"),
        Field("longitude", M("Longitude"), M("Degrees east. Edit both numbers to move a point; an area or a line is "
                                             "moved in a map program."), "number"),
    )
}  # fmt: skip
"""What a spreadsheet has beside them: which asset a row is, and a place as two numbers."""


def title(key: str) -> Message:
    """What a field is called; a column that is not of the asset schema is called what it is called."""
    known = FIELDS.get(key) or CELLS.get(key)
    return known.title if known else Message("{key}", {"key": key})


def word(key: str, value: str) -> Word:
    """What people call a value of a field: the word of its list, else the value itself."""
    known = FIELDS.get(key)
    found = known.words.get(value) if known else None
    return found if found is not None else Message("{value}", {"value": value})
