"""What is the answer to one question, and what must be said with it so that it can be trusted and cited?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from assetmap.messages import Message
from assetmap.model.audience import Audience
from assetmap.model.provenance import Provenance


@dataclass(frozen=True, eq=False)
class Finding:
    """The answer to one question.

    Attributes:
        question: Key of the analysis that answered (`coverage`, `gaps`, `nearby`).
        title: What was asked, as a short heading.
        sentence: The answer in one sentence.
        frame: The answer row by row; each analysis says what a row is.
        column: The column of `frame` that holds the answer, for colouring a map.
        unit: Unit of that column.
        summary: The figures, as plain values; what `--json` prints.
        parameters: Everything that was chosen, as plain values.
        method: How it was computed, as sentences.
        caveats: What it does not say, as sentences.
        provenance: The sources it rests on.
        audience: The widest circle to which it may be shown.
        receipt: Parameters, data dates, hashes of the inputs, and versions, from which it can be made again.
    """

    question: str
    title: Message
    sentence: Message
    frame: gpd.GeoDataFrame | pd.DataFrame
    column: str
    unit: str
    summary: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    method: tuple[Message, ...] = ()
    caveats: tuple[Message, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    audience: Audience = Audience.public
    receipt: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Finding {self.question}: {self.sentence}>"

    def replace(self, **changes: Any) -> Finding:
        """The same finding with some attributes changed."""
        return replace(self, **changes)

    @property
    def attribution(self) -> tuple[str, ...]:
        """The words that must stand wherever this is shown, each once."""
        return tuple(dict.fromkeys(p.attribution for p in self.provenance if p.attribution))
