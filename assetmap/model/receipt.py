"""From what could this figure be made again? Parameters, data dates, hashes of the inputs, and versions."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from assetmap.model.provenance import Provenance

FORMAT = "assetmap-receipt/1"
_PACKAGES = ("assetmap", "geopandas", "numpy", "osmium", "pandas", "pyproj", "scipy", "shapely")


def make_receipt(
    question: str,
    call: Mapping[str, Any],
    inputs: Mapping[str, str],
    provenance: Iterable[Provenance],
    figure: Mapping[str, Any],
) -> dict[str, Any]:
    """A receipt, as plain values that JSON can hold.

    Args:
        question: Key of the analysis.
        call: The arguments with which it was asked, so that it can be asked again.
        inputs: Fingerprint of each input by its role (assets, homes, network).
        provenance: The sources, with their hashes and dates.
        figure: The figures that were found; what a re-run is compared with.
    """
    return {
        "format": FORMAT,
        "question": question,
        "call": dict(call),
        "inputs": dict(inputs),
        "sources": [p.to_dict() for p in provenance],
        "figure": dict(figure),
        "versions": versions(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }


@cache
def versions() -> dict[str, str]:
    """The versions of everything that a figure depends on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
