"""A town that two sources describe, with the truth beside it: which rows of the map and of the register are one thing.

Made by rule and seeded, so that every run sees the same 2,800 × 2,800 rows. The map is put 10 m off, the register 60 m,
and the register spells as registers do: capitals, lost æøå, legal forms, abbreviations, typing errors, generic names.
"""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from assetmap.model.schema import asset_id

_FIRST = (
    "Sol Berg Lille Store Øvre Nedre Hassel Bjørke Gran Furu Eke Aske Rogne Selje Bringe Blåbær Tytte Kirke "
    "Prest Kongs Dronning Biskop Borge Tune Skjær Haga Haugs Vester Øster Nord Sør Midt Åsen Ås Fjell Elve "
    "Bekke Sjø Våg Mølle Kvern Sag Smie Gjæver Løken Mæland Rælings Færder Grønne Røde Hvite Svarte Brune "
    "Kløver Rev Ulve Bjørne Måke Ørne Spurve Lærke Svale Trost Gjøk Hegre Låve Stabbur Gamle Nye Alv Troll "
    "Nisse Hulder Odins Tors Frøya Balder Idunn Mimes Urd Sagen Hov Skole Bane Hamne Brygge Fisker Seil Anker "
    "Fyr"
).split()
_LAST = (
    "bakken lia dalen åsen haugen jordet løkka skogen tunet veien sletta moen vika odden neset brekka myra "
    "kollen toppen stua hytta gården engen lunden parken hagen berget kleiva brua kroken svingen tangen sundet "
    "holmen øya bukta fjæra vollen rud stad heim"
).split()
_OWNERS = ("Læringsverkstedet", "Espira", "Norlandia", "Frelsesarmeen", "Røde Kors", "Kirkens Bymisjon", "Askeladden",
           "Kulturhuset", "Sanitetsforeningen", "Frivilligsentralen")  # fmt: skip
_SORTS: dict[str, tuple[str, float]] = {
    "kindergarten": ("barnehage", 2.0), "school": ("skole", 1.5), "assoc_sport": ("idrettslag", 1.5),
    "assoc_neighbourhood": ("velforening", 1.0), "assoc_culture_arts": ("skolekorps", 0.7),
    "library": ("bibliotek", 0.3), "community_house": ("grendehus", 0.8), "playground": ("lekeplass", 1.3),
    "park_green": ("park", 0.8), "sports_ground": ("ballbane", 0.8), "elder_care": ("sykehjem", 0.6),
    "place_of_worship": ("kirke", 0.6), "cafe_eatery": ("kafé", 0.9), "youth_club": ("fritidsklubb", 0.5),
    "health_service": ("legesenter", 0.7),
}  # fmt: skip
_SHORT = {"barnehage": "bhg", "skole": "skl", "bibliotek": "bibl.", "idrettslag": "IL", "lekeplass": "lekepl."}
_LEGAL = ("AS", "SA", "A/L", "forening", "stiftelse", "BA")
_LOST = (
    str.maketrans("æøåÆØÅ", "aoaAOA"),
    {ord(a): b for a, b in zip("æøåÆØÅ", ("ae", "oe", "aa", "Ae", "Oe", "Aa"), strict=True)},
)
_EAST, _NORTH = 620_000.0, 6_570_000.0  # EPSG:25832, Sarpsborg


class Twins(NamedTuple):
    """Assets of both sources, and the pairs of ids that are one thing."""

    assets: gpd.GeoDataFrame
    truth: frozenset[frozenset[str]]


def twins(seed: int = 1, *, both: int = 1943, only_map: int = 845, only_register: int = 839) -> Twins:
    """The two sources' rows: index id; name, names, category, source, source_id, tags, location_precision, geometry."""
    rng = np.random.default_rng(seed)
    many = both + only_map + only_register
    sorts = rng.choice(
        list(_SORTS), size=many, p=np.array([w for _, w in _SORTS.values()]) / sum(w for _, w in _SORTS.values())
    )
    centres = rng.uniform(0, 15_000, size=(40, 2))
    spots = centres[rng.integers(0, 40, many)] + rng.normal(0, 1_000, size=(many, 2))
    names = [_name(rng, _SORTS[sort][0]) for sort in sorts]
    on_map = np.arange(many) < both + only_map
    listed = (np.arange(many) < both) | (np.arange(many) >= both + only_map)
    mapped = [name if rng.random() > 0.03 else None for name in names]
    rows = _rows("osm", np.flatnonzero(on_map), mapped, sorts, spots + rng.normal(0, 10, spots.shape))
    written = [_written(rng, name, _SORTS[sort][0]) for name, sort in zip(names, sorts, strict=True)]
    other = _rows("register", np.flatnonzero(listed), written, sorts, spots + rng.normal(0, 60, spots.shape))
    assets = pd.concat([rows, other]).to_crs(4326)
    truth = frozenset(frozenset((asset_id("osm", str(k)), asset_id("register", str(k)))) for k in range(both))
    return Twins(assets, truth)


def _rows(
    source: str, which: np.ndarray, names: list[str | None], sorts: np.ndarray, spots: np.ndarray
) -> gpd.GeoDataFrame:
    data = {
        "name": [names[k] for k in which], "names": np.nan, "category": sorts[which], "source": source,
        "source_id": [str(k) for k in which], "tags": np.nan, "location_precision": "exact",
    }  # fmt: skip
    points = gpd.points_from_xy(_EAST + spots[which, 0], _NORTH + spots[which, 1], crs=25832)
    index = pd.Index([asset_id(source, str(k)) for k in which], name="id")
    return gpd.GeoDataFrame(data, geometry=points, index=index)


def _name(rng: np.random.Generator, sort: str) -> str:
    """What people call it: some by nothing but its sort, some by who runs it and where."""
    place = f"{rng.choice(_FIRST)}{rng.choice(_LAST)}"
    draw = rng.random()
    if draw < (0.25 if sort in ("lekeplass", "park", "ballbane") else 0.02):
        return sort.capitalize()
    if draw > 0.9:
        return f"{rng.choice(_OWNERS)} {place} {sort}"
    if sort in ("park", "kirke", "skole") and rng.random() < 0.4:
        return f"{place}{'s' if sort == 'park' else ''}{sort}"
    return f"{place} {sort}"


def _written(rng: np.random.Generator, name: str, sort: str) -> str:
    """The same name as a register has it."""
    if rng.random() < 0.15:
        name = name.replace(f" {sort}", f" {_SHORT.get(sort, sort)}")
    elif rng.random() < 0.05:
        name = name.replace(f" {sort}", "") or name
    if rng.random() < 0.06 and len(name.split()[0]) > 7:
        name = f"{name[:6]}. {name.partition(' ')[2]}".strip()
    if rng.random() < 0.15 and " " in name:
        name = " ".join(reversed(name.split(" ", 1)))
    if rng.random() < 0.25:
        name = name.translate(_LOST[int(rng.integers(0, 2))])
    if rng.random() < 0.25:
        name = f"{name} {rng.choice(_LEGAL)}"
    for _ in range(int(rng.choice([0, 1, 2], p=[0.58, 0.32, 0.1]))):
        name = _mistyped(rng, name)
    if rng.random() < 0.05:
        name = f"{rng.choice(_FIRST)}{rng.choice(_LAST)} {sort}"  # renamed since
    return name.upper() if rng.random() < 0.3 else name


def _mistyped(rng: np.random.Generator, name: str) -> str:
    at = int(rng.integers(1, len(name)))
    letter = str(rng.choice(list("aeinrst")))
    return (
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
        name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
    )[int(rng.integers(0, 4))]
