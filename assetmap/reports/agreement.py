"""What do two people, a connector and an organisation put their names to?

One HTML page for A4 with boxes, lines to write on and room to sign. It holds everything itself and asks nobody for
anything.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from assetmap.messages import M, Message, Mn
from assetmap.model.agreement import Agreement, Role
from assetmap.reports.on_paper import said

_LINE = '<div class="line"></div>'
_STYLE = """
@page { size: A4; margin: 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 182mm; padding: 4mm; color: #1a1208; background: #fff;
  font: 11pt/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 18pt; line-height: 1.2; margin: 0 0 2mm; overflow-wrap: anywhere; }
h2 { font-size: 12pt; margin: 5mm 0 1mm; border-top: 0.4mm solid #1a1208; padding-top: 2mm; break-after: avoid; }
p, li { margin: 0 0 1mm; overflow-wrap: anywhere; }
ul { margin: 0 0 2.5mm; padding-left: 5mm; }
section { break-inside: avoid; }
dl { display: grid; grid-template-columns: 54mm 1fr; gap: 1mm 3mm; margin: 0; }
dt { color: #4a4640; }
dd { margin: 0; overflow-wrap: anywhere; min-height: 7mm; }
dd.open, .line { border-bottom: 0.3mm solid #8a847b; }
.line { height: 8mm; }
.boxes { list-style: none; padding: 0; }
.boxes li { display: grid; grid-template-columns: 6mm 1fr; gap: 2mm; margin-bottom: 1.5mm; }
.box { width: 5mm; height: 5mm; border: 0.4mm solid #1a1208; border-radius: 0.8mm; text-align: center;
  line-height: 4.4mm; font-weight: 700; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin-top: 2mm; }
th, td { border: 0.3mm solid #8a847b; text-align: left; padding: 1mm 2mm; overflow-wrap: anywhere; }
th { font-weight: 600; }
td { height: 11mm; }
@media print { body { max-width: none; padding: 0; } }
"""


def agreement_page(agreement: Agreement, lang: str = "en") -> str:
    """The agreement as one HTML page.

    Args:
        agreement: From `assetmap.connect.agreeing`.
        lang: One of `languages()`.

    Raises:
        UnknownKey: There is no such language.
    """
    page = _Page(lang)
    theme = agreement.theme
    heading = M("Agreement: {theme}", theme=theme) if theme else M("Agreement")
    drawn_up = M("Drawn up on {day}.", day=agreement.on)
    body = [
        f"<header><h1>{page.text(heading)}</h1>",
        f"<p>{page.text(drawn_up)}</p></header>",
        *page.what(agreement),
        *page.roles(agreement),
        *page.certificate(agreement),
        page.section(M("What each side gets out of it, in their own words"), _LINE * 3),
        page.section(M("What holds for everybody"), page.list(agreement.rules)),
        *page.end(agreement),
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(lang)}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{page.text(heading)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


class _Page:
    """The parts of the page in one language. Everything that comes from data goes through `text`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def text(self, value: Any) -> str:
        """A message or a value as words that may stand in the page."""
        return said(value, self.lang)

    def section(self, title: Message, inner: str) -> str:
        return f"<section><h2>{self.text(title)}</h2>{inner}</section>"

    def list(self, items: Any) -> str:
        return f"<ul>{''.join(f'<li>{self.text(item)}</li>' for item in items)}</ul>"

    def what(self, agreement: Agreement) -> Iterator[str]:
        often = agreement.per_month or 0
        rows = (
            (M("In what form"), agreement.form),
            (M("When"), agreement.times),
            (M("Where"), agreement.place),
            (M("How often at most"), Mn("Once a month", "{n} times a month", round(often)) if often >= 1 else None),
        )
        yield self.section(M("What they agree on"), f"<dl>{''.join(self._row(*row) for row in rows)}</dl>")

    def _row(self, title: Message, value: Any) -> str:
        filled = f"<dd><bdi>{self.text(value)}</bdi></dd>" if value else '<dd class="open"></dd>'
        return f"<dt>{self.text(title)}</dt>{filled}"

    def roles(self, agreement: Agreement) -> Iterator[str]:
        yield self.section(M("Who does what"), "".join(map(self._role, agreement.roles)))

    def _role(self, role: Role) -> str:
        return f"<dl>{self._row(role.title, role.name)}</dl>{self.list(role.does)}"

    def certificate(self, agreement: Agreement) -> Iterator[str]:
        if not agreement.safeguarded:
            return
        seen = M("The organisation in between has seen the certificate. It is not copied and not kept.")
        first = M("Until this is ticked, the two do not meet alone and get no contact details of each other.")
        yield self.section(
            M("Children or homes are involved"),
            f'<ul class="boxes"><li><span class="box">{"×" if agreement.cleared else ""}</span>'
            f"<span>{self.text(seen)}</span></li></ul><p>{self.text(first)}</p>",
        )

    def end(self, agreement: Agreement) -> Iterator[str]:
        review = M("On {day} everybody looks at it together: does it go as expected, and what did we get?",
                   day=agreement.review)  # fmt: skip
        heads = (M("Role"), M("Date"), M("Signature"))
        rows = "".join(f"<tr><td>{self.text(role.title)}</td><td></td><td></td></tr>" for role in agreement.roles)
        yield self.section(M("Review"), f"<p><strong>{self.text(review)}</strong></p>{_LINE}")
        table = f"<table><tr>{''.join(f'<th>{self.text(head)}</th>' for head in heads)}</tr>{rows}</table>"
        yield self.section(M("Signatures"), table)
