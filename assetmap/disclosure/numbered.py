"""What do the words around a number say that it is, when it is no telephone?

A text is stopped only for what is surely somebody's. So a number after `CVR`, `ISBN`, `node` or `kr`, before `m²` or
`visitors`, or inside a web address is what the text says it is. An organisation number must also pass its check: else
anybody's telephone would pass as one.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_LABEL = re.compile(
    r"(?<!\w)(?:isbn|issn|ean|gtin|gln|osm|node|nod|way|relation|relasjon|changeset|wikidata|ref|id|uid|gnr|bnr|"
    r"gårds-? og bruks(?:nr|nummer)|matrikkel\w*|bygnings?(?:nr|nummer|id)|bygg(?:nr|nummer)|løpe(?:nr|nummer)|"
    r"serie(?:nr|nummer)|art(?:ikkel)?\.?(?:nr|nummer)|vare(?:nr|nummer)|ordre(?:nr|nummer)|saks?(?:nr|nummer)?|"
    r"journal(?:nr)?|arkiv\w*|konto(?:nr|nummer)?|account|kid|iban|giro|bankgiro|plusgiro|postboks|postbox|boks|box|"
    r"pb\.?|po box|post(?:nr|nummer|code)|zip|utm|koordinat\w*|coordinates?|lokalitet\w*|askeladden(?:-?id)?|"
    r"kulturminne\w*|p-?(?:nr|nummer)|produk(?:s|ti)jons?enhe[dt]\w*|kommune(?:nr|nummer)|grunnkrets\w*|isil|doi|"
    r"serial|order|invoice|faktura\w*|kode|code|nis|nvdb|ssr|stedsnr|inventar(?:nr|nummer)|katalog(?:nr|nummer)|"
    r"accession|catalogue)[\s.:#=/(\-]*(?:(?:nr|nummer|number|no|id|er|is)\b[\s.:#=/\-]*)*$",
    re.IGNORECASE,
)  # fmt: skip
_COMPANY = re.compile(
    r"(?<!\w)(?:cvr|se|org(?:anisasjons|anisations|anization)?|foretaks|virksomheds|company|enhets)[\s.\-]*"
    r"(?:(?:nr|nummer|number|no|id)\b)?[\s.:#=(\-]*(?:(?:er|is)\b\s*)?(?:DK-?)?$", re.IGNORECASE,
)  # fmt: skip
_CVR = (2, 7, 6, 5, 4, 3, 2, 1)
_MONEY = re.compile(
    r"(?:(?<!\w)(?:kr|nok|dkk|sek|eur|usd|gbp|beløp|budsjett|budget|pris|price)|[€$£])[\s.:]*$", re.IGNORECASE
)
_UNIT = re.compile(
    r"\s?(?:(?:kr(?:oner)?|nok|dkk|sek|eur(?:o|os)?|usd|gbp|mill|m2|m3|kvm|km2?|meter|metres?|mål|da|daa|dekar|ha|"
    r"hektar|tonn|tons?|kg|liter|litres?|[kmg]wh|kw|stk|personer|people|persons|innbygger\w*|indbygger\w*|inhabitants|"
    r"invånare|besøk\w*|besøg\w*|visit\w*|bøker|bøger|books|volumes|bind|deltak\w*|deltag\w*|plasser|pladser|seats|"
    r"trær|træer|trees|steps|skritt|bytes?|px)(?![^\W\d_])|[€$£%]|,-)",
    re.IGNORECASE,
)
_WEB = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+|(?<![\w@.\-])(?:[\w\-]{1,63}\.){1,5}[a-z]{2,12}/[^\s<>\"]*", re.IGNORECASE
)
_NEAR = 40


def named_otherwise(text: str, start: int, end: int) -> bool:
    """Whether the words before a number say what it is, or it is an organisation number that is called one."""
    before = text[max(0, start - _NEAR) : start]
    if _LABEL.search(before):
        return True
    return bool(_COMPANY.search(before)) and danish_company(re.sub(r"\D", "", text[start:end]))


def danish_company(digits: str) -> bool:
    """Whether eight digits pass the check of Danish organisation numbers (CVR)."""
    return len(digits) == 8 and sum(w * int(d) for w, d in zip(_CVR, digits, strict=True)) % 11 == 0


def amount(text: str, start: int, end: int) -> bool:
    """Whether a number is a price or an amount, by the currency before it or the unit behind it."""
    return bool(_UNIT.match(text, end) or _MONEY.search(text[max(0, start - _NEAR) : start]))


def web_addresses(text: str) -> list[tuple[int, int]]:
    """Where web addresses stand."""
    return [found.span() for found in _WEB.finditer(text)] if "." in text or "://" in text else []


def within(spans: list[tuple[int, int]], at: int) -> bool:
    """Whether a place lies in one of some spans; they are in order and do not overlap."""
    before = bisect_right(spans, at, key=lambda span: span[0])
    return before > 0 and at < spans[before - 1][1]
