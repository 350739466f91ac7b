"""Is a layer in the reference system that its file names, and if it names none, in which?"""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from assetmap.errors import CRSError
from assetmap.messages import M, Message
from assetmap.model.crs import WGS84
from assetmap.model.issues import Issue
from assetmap.sources.files.layer import Layer
from assetmap.sources.files.position import Array, CrsGuess, crs_title, guess_crs, share_expected

_SURE = 0.5


def to_longitude_latitude(
    layer: Layer, near: shapely.Geometry | None = None, read_as: tuple[int, bool] | None = None
) -> Layer:
    """The same layer in WGS84, however it came.

    A file that names no system is judged by its numbers. One that names a system is believed, unless its numbers
    cannot be in that system or lie far from where they should be, and another reading puts them there.

    Args:
        near: Where the features should lie (WGS84), or None.
        read_as: EPSG code and whether to exchange the axes, where somebody has said it; then nothing is judged.

    Raises:
        CRSError: The numbers fit no system.
    """
    frame = layer.frame
    x, y = _middles(frame)
    if not np.isfinite(x).any():
        return dataclasses.replace(layer, frame=_placed(frame, WGS84, False))
    if read_as is not None:
        frame, lost = _on_earth(_placed(frame, pyproj.CRS.from_epsg(read_as[0]), read_as[1]))
        return dataclasses.replace(layer, frame=frame, issues=layer.issues + lost, read_as=read_as)
    said = frame.crs if _usable(frame.crs) else None
    if said is not None and not _doubtful(said, x, y, near):
        frame, lost = _on_earth(_placed(frame, said, False))
        notes = layer.notes if said.equals(WGS84, ignore_axis_order=True) else (*layer.notes, _converted(said))
        return dataclasses.replace(layer, frame=frame, notes=notes, issues=layer.issues + lost)
    guess = guess_crs(x, y, near)
    issue = _explained(said, guess)
    frame, lost = _on_earth(_placed(frame, pyproj.CRS.from_epsg(guess.epsg), guess.swapped))
    if issue is None:
        return dataclasses.replace(layer, frame=frame, issues=layer.issues + lost)
    issues, notes = (*layer.issues, issue, *lost), (*layer.notes, issue.message)
    return dataclasses.replace(layer, frame=frame, issues=issues, notes=notes, read_as=(guess.epsg, guess.swapped))


def _middles(frame: gpd.GeoDataFrame) -> tuple[Array, Array]:
    bounds = shapely.bounds(np.asarray(frame.geometry.array, dtype=object))
    return bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)


def _usable(crs: pyproj.CRS | None) -> bool:
    """Whether a system says where on Earth its numbers are; drawings and "undefined" ones do not."""
    if crs is None or not (crs.is_geographic or crs.is_projected):
        return False
    try:
        return bool(pyproj.Transformer.from_crs(crs, WGS84, always_xy=True))
    except pyproj.exceptions.ProjError:
        return False


def _doubtful(said: pyproj.CRS, x: Array, y: Array, near: shapely.Geometry | None) -> bool:
    """Whether the numbers speak against the system that the file names, and for another."""
    real = np.isfinite(x) & np.isfinite(y) & ~((x == 0) & (y == 0))
    if not real.any():
        return False
    x, y = x[real], y[real]
    degrees = (np.abs(x) <= 180) & (np.abs(y) <= 90)
    if said.is_geographic and degrees.mean() < _SURE:
        return True
    if said.is_projected and degrees.all():
        return True
    lon, lat = pyproj.Transformer.from_crs(said, WGS84, always_xy=True).transform(x, y)
    if share_expected(np.asarray(lon), np.asarray(lat), near) > 0:
        return False
    try:
        other = guess_crs(x, y, near)
    except CRSError:
        return False
    better = share_expected(*other.lonlat(x, y), near) > _SURE
    return better and (near is not None or (said.is_geographic and other.swapped))


def _placed(frame: gpd.GeoDataFrame, crs: pyproj.CRS, swapped: bool) -> gpd.GeoDataFrame:
    if swapped:
        shapes = shapely.transform(np.asarray(frame.geometry.array, dtype=object), _exchanged, include_z=True)
        frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index))
    return frame.set_crs(crs, allow_override=True).to_crs(WGS84)


def _exchanged(xyz: Array) -> Array:
    out = xyz.copy()
    out[:, [0, 1]] = xyz[:, [1, 0]]
    return out


def _on_earth(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[Issue, ...]]:
    """Shapes at 0, 0, or not on the globe at all, are no place: the rows stay, without a position."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        null = np.abs(bounds).max(axis=1) < 1e-4
        outside = ~((bounds >= (-180, -90, -180, -90)) & (bounds <= (180, 90, 180, 90))).all(axis=1)
    outside &= ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    issues = [
        Issue(code, message, f"row {row}", "geometry")
        for which, code, message in (
            (
                null,
                "position-zero",
                M("The position is 0, 0, which is in the sea off Africa. The row has no place yet."),
            ),
            (outside, "position-outside", M("The position is not on the globe. The row has no place yet.")),
        )
        for row in frame.index[which]
    ]
    if issues:
        frame = frame.copy()
        frame.loc[null | outside, frame.geometry.name] = None
    return frame, tuple(issues)


def _converted(said: pyproj.CRS) -> Message:
    return M("The file is in {system}; it was converted to longitude and latitude.", system=_title(said))


def _title(crs: pyproj.CRS) -> Message:
    epsg = crs.to_epsg()
    return crs_title(epsg) if epsg else M("{system}", system=str(crs.name)[:80])


def _explained(said: pyproj.CRS | None, guess: CrsGuess) -> Issue | None:
    if said is None:
        plain = guess.epsg == 4326 and not guess.swapped and not guess.alternatives and guess.score >= _SURE
        return None if plain else Issue("crs-guessed", guess.message, field="crs", detail=f"EPSG:{guess.epsg}")
    if said.is_geographic and guess.epsg == 4326 and guess.swapped:
        return Issue("axes-swapped", guess.message, field="crs", detail=f"EPSG:{guess.epsg}")
    return Issue(
        "crs-wrong",
        M("The file says that it is in {said}, but its numbers are not. They fit {found} and were read so. Look at "
          "the map whether that is right.", said=_title(said), found=crs_title(guess.epsg)),
        field="crs", detail=f"EPSG:{guess.epsg}",
    )  # fmt: skip
