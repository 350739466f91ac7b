"""Which categories does somebody mean by a word of their own: "fotball", "legeplads", "ukulele group"?"""

from __future__ import annotations

from functools import cache

from assetmap.app.rows import fold
from assetmap.model.fields import FIELDS
from assetmap.model.taxonomy import taxonomy
from assetmap.sources.rows.categories import closest, meant_by
from assetmap.sources.rows.words import word_table

MOST = 4


def meant(words: str) -> list[str]:
    """The categories that may be meant, the likeliest first: by their names in all languages and the words that lists
    use for them, at their beginning or within, or else by what is spelled alike; none where nothing fits."""
    wanted = fold(words).strip()
    if not wanted:
        return []
    known = _known()
    exact = [key for key, names in known.items() if wanted in names]
    if exact:
        return exact[:MOST]
    best = meant_by(words)
    starting = [key for key, names in known.items() if any(name.startswith(wanted) for name in names)]
    within = [key for key, names in known.items() if len(wanted) > 2 and any(wanted in name for name in names)]
    likely = [*([best.category] if best else []), *starting, *within]
    return [key for key in dict.fromkeys(likely or closest(words)) if key in known][:MOST]


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """Every category that lies on a map, and what it is called, folded."""
    listed = {row["category"]: row["words"].split(";") for row in word_table("category_words.csv")}
    kept = [key for key in FIELDS["category"].words if key in taxonomy()]
    return {key: tuple(fold(name) for name in (*taxonomy()[key].labels.values(), *listed.get(key, ()))) for key in kept}
