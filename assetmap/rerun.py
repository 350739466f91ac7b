"""Does a figure come out the same when it is made again from its receipt?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assetmap.errors import AssetmapError, FileMissing, ReceiptError
from assetmap.exports.export import receipt_in
from assetmap.messages import M, Message
from assetmap.model.inventory import Inventory
from assetmap.model.receipt import FORMAT
from assetmap.registry import discover
from assetmap.walk import WalkProfile

_CLOSE = 1e-9
INVENTORY = "inventory"
"""What the receipt of an exported list of assets asks."""
_COMPARED = ("total", "unlinked", "denominator", "covered", "share", "share_low", "share_high", "near_edge", "assets",
             "without", "gaps", "groups", "categories")  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A figure made again.

    Attributes:
        question: Key of the analysis.
        same: Every figure is the same.
        differences: What differs, in inputs and figures.
        figure: The new figures.
    """

    question: str
    same: bool
    differences: tuple[Message, ...]
    figure: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> Message:
        """The outcome in one sentence."""
        if self.same:
            return M("{question}: the same figure again.", question=self.question)
        return M("{question}: not the same figure.", question=self.question)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"question": self.question, "same": self.same, "differences": [str(d) for d in self.differences],
                "figure": dict(self.figure)}  # fmt: skip


def receipts_in(path: Path) -> list[dict[str, Any]]:
    """The receipts of a file: a receipt itself, a figure or a list of figures as JSON, or any file that we exported.

    Raises:
        FileMissing: There is no such file. ReceiptError: It carries no receipt.
    """
    if not path.is_file():
        raise FileMissing(M("There is no file {file}.", file=str(path)))
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        content = receipt_in(path)
    found = [r for item in (content if isinstance(content, list) else [content]) if (r := _receipt(item))]
    if not found:
        raise ReceiptError(
            M("{file} carries no receipt. Expected the output of “assetmap analyse … --json”, or a file that "
              "assetmap wrote.", file=path.name)
        )  # fmt: skip
    return found


def _receipt(item: Any) -> dict[str, Any] | None:
    if not isinstance(item, dict):
        return None
    if item.get("format") == FORMAT:
        return item
    inner = item.get("receipt")
    return inner if isinstance(inner, dict) and inner.get("format") == FORMAT else None


def compare(receipt: Mapping[str, Any], inventory_of: Callable[[str], Inventory]) -> Comparison:
    """Make the figure of a receipt again and compare it.

    Args:
        inventory_of: Gives the store's inventory for an audience.

    Raises:
        ReceiptError: The receipt asks something that is not known here.
    """
    question = str(receipt.get("question"))
    analyses = discover("assetmap.analyses", "ANALYSIS")
    if question not in {*analyses, INVENTORY}:
        raise ReceiptError(M("The receipt asks for “{question}”, which this version does not know.", question=question))
    try:
        call, inputs_then, before = (dict(receipt[part]) for part in ("call", "inputs", "figure"))
        if not before:
            raise KeyError("figure")
        inventory = inventory_of(str(call.pop("audience", "public")))
        if question == INVENTORY:
            inputs_now, now = _of_inventory(inventory, call)
            return _compared(question, inputs_then, inputs_now, before, now)
        if "at" in call:
            call["at"] = tuple(call["at"])
        if isinstance(call.get("profile"), Mapping):
            call["profile"] = WalkProfile(**call["profile"])
        finding = analyses[question].run(inventory, **call)
    except (KeyError, TypeError, ValueError) as fault:
        if isinstance(fault, AssetmapError):
            raise
        raise ReceiptError(
            M("The receipt was changed and asks nothing that can be answered ({fault}). Use the file as assetmap "
              "wrote it.", fault=str(fault))
        ) from fault  # fmt: skip
    return _compared(question, inputs_then, finding.receipt["inputs"], before, finding.summary)


def _of_inventory(inventory: Inventory, call: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The inputs and figures that the receipt of a list of assets has."""
    chosen = inventory.where(category=call.get("category") or None)
    return {"assets": chosen.fingerprint}, {"assets": len(chosen)}


def _compared(
    question: str,
    inputs_then: Mapping[str, Any],
    inputs_now: Mapping[str, Any],
    before: Mapping[str, Any],
    now: Mapping[str, Any],
) -> Comparison:
    inputs = [
        M("The input “{role}” is another than then: {then} is now {now}.", role=role, then=then,
          now=inputs_now.get(role, "–"))
        for role, then in inputs_then.items()
        if inputs_now.get(role) != then
    ]  # fmt: skip
    figures = [
        M("{name} was {then} and is {now}.", name=name, then=_short(before.get(name)), now=_short(now.get(name)))
        for name in _COMPARED
        if (name in before or name in now) and not _equal(before.get(name), now.get(name))
    ]
    # A list of assets has no figure but itself: there the inputs decide.
    same = not figures and not (question == INVENTORY and inputs)
    return Comparison(question, same, (*inputs, *figures), now)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _CLOSE * max(1.0, abs(one))
    return bool(one == other)


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) < 60 else text[:57] + "…"
