"""Which assets does this neighbourhood have, as checked rows that everything else can rely on?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from assetmap.model.audience import Audience
from assetmap.model.fingerprint import frame_fingerprint
from assetmap.model.issues import issues_frame
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import Provenance
from assetmap.model.schema import check_assets, complete, empty_assets
from assetmap.model.taxonomy import taxonomy


@dataclass(frozen=True, eq=False)
class Inventory:
    """The checked assets of one neighbourhood. Holds a GeoDataFrame, does not subclass it.

    Attributes:
        frame: The assets in the boundary: WGS84, index `id`, the columns of the asset schema. Geometry None means "no
            place yet".
        neighbourhood: The area, its homes and network.
        issues: What was imperfect, one row each (asset, field, code, detail, message).
        provenance: The sources, one entry each.
        audience: The widest circle to which this may be shown; showing it to a wider one raises.
        selection: The categories to which `where` narrowed it; empty when it was not narrowed. It keeps the question
            "who has a playground?" askable where not one playground is mapped.
        beyond: Assets outside the boundary, as far as the data reaches. They count as within reach of homes near the
            boundary, and are neither listed nor exported.

    An empty inventory means "not mapped yet".
    """

    frame: gpd.GeoDataFrame
    neighbourhood: Neighbourhood
    issues: pd.DataFrame = field(default_factory=issues_frame)
    provenance: tuple[Provenance, ...] = ()
    audience: Audience = Audience.public
    selection: tuple[str, ...] = ()
    beyond: gpd.GeoDataFrame = field(default_factory=empty_assets)

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", check_assets(complete(self.frame)))
        object.__setattr__(self, "beyond", check_assets(complete(self.beyond)))

    @classmethod
    def of(cls, assets: gpd.GeoDataFrame, neighbourhood: Neighbourhood, **more: Any) -> Inventory:
        """The inventory of all assets that are known in and around a neighbourhood: in `frame` what lies in its
        boundary or has no place yet, in `beyond` the rest."""
        shapely.prepare(neighbourhood.boundary)
        shapes = assets.geometry.to_numpy()
        inside = shapely.is_missing(shapes) | shapely.intersects(neighbourhood.boundary, shapes)
        return cls(assets[inside], neighbourhood, beyond=assets[~inside], **more)

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"<Inventory {self.neighbourhood.name!r}: {len(self)} assets, {self.audience.name}>"

    def where(
        self, *, category: str | Sequence[str] | None = None, kind: str | None = None, role: str | None = None
    ) -> Inventory:
        """The part of this inventory with these categories, this kind, or this role.

        Raises:
            UnknownKey: There is no such category.
        """
        known = taxonomy()
        wanted = [category] if isinstance(category, str) else list(category or [])
        for key in wanted:
            known[key]
        keys = [key for key in known if (not wanted or key in wanted) and (kind is None or known[key].kind == kind)]
        keys = [key for key in keys if role is None or known[key].role == role]
        frame, beyond = (part[part["category"].isin(keys)] for part in (self.frame, self.beyond))
        return replace(self, frame=frame, beyond=beyond, selection=tuple(wanted) or self.selection)

    def replace(self, **changes: Any) -> Inventory:
        """The same inventory with some attributes changed."""
        return replace(self, **changes)

    @property
    def everything(self) -> gpd.GeoDataFrame:
        """All assets, in the boundary and beyond it: those that homes can walk to."""
        if self.beyond.empty:
            return self.frame
        return gpd.GeoDataFrame(pd.concat([self.frame, self.beyond]), crs=self.frame.crs)

    def counts(self) -> pd.Series[int]:
        """Number of assets per category, index category key, in taxonomy order, without the empty ones."""
        counted = self.frame["category"].value_counts()
        ordered: pd.Series[int] = counted.reindex([key for key in taxonomy() if key in counted.index])
        return ordered

    @property
    def attribution(self) -> tuple[str, ...]:
        """The words that must stand wherever this is shown, in source order, each once."""
        present = set(self.frame["attribution"].dropna())
        words = [p.attribution for p in self.provenance if p.attribution] + sorted(present)
        return tuple(dict.fromkeys(words))

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when any asset does; the key of caches and receipts."""
        return frame_fingerprint(self.everything)
