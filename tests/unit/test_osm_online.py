"""Does the network give the same map as a file, and does whatever goes wrong there end in a sentence?

osmnx's real HTTP client talks to a server on this machine that serves an extract.
"""

from __future__ import annotations

import json
import math
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pyproj
import pytest
import shapely

from assetmap.errors import InputError, Offline, PlaceNotFound, StoreError
from assetmap.messages import Message
from assetmap.model.taxonomy import taxonomy
from assetmap.osm import read_osm
from assetmap.osm.overpass_file import merge_parts, write_reply
from assetmap.settings import Settings
from assetmap.sources.osm import online, service
from assetmap.sources.osm.online import download_osm, download_tags
from assetmap.sources.osm.place import KEEP_S, RADIUS_M, around, locate
from assetmap.sources.osm.service import slot_seconds
from tests.overpass_server import ERROR_PAGE, FREE, STAMP, Extract, Fault, OsmServer

HERE = (55.6733, 12.5925)  # Christianshavns Torv
CORNER = [{"type": "node", "id": 1, "lat": 55.0, "lon": 12.0, "tags": {"amenity": "library", "name": "Læsehjørnet"}}]


@pytest.fixture(scope="module")
def christianshavn(shared: Path) -> Path:
    return shared / "osm" / "copenhagen_christianshavn_2017.sorted.osm.pbf"


@pytest.fixture(scope="module")
def extract(christianshavn: Path) -> Extract:
    return Extract.read(christianshavn)


@pytest.fixture
def server() -> Iterator[OsmServer]:
    """A world of one library."""
    with OsmServer(Extract(CORNER)) as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own server needs no second of courtesy and no long pauses."""
    monkeypatch.setattr(service, "BACKOFF_S", 0.01)
    monkeypatch.setattr("osmnx._nominatim.time", SimpleNamespace(sleep=lambda seconds: None))


def settings_for(url: str, cache: Path, **more: Any) -> Settings:
    return Settings(overpass_url=f"{url}/api", nominatim_url=url, cache=cache, user_agent="assetmap's tests", **more)


def corner(server: OsmServer, cache: Path, progress: Any = None, **more: Any) -> online.OsmOnline:
    """The download of the one library's surroundings: one part."""
    chosen = settings_for(server.url, cache, **more)
    told = {} if progress is None else {"progress": progress}
    return download_osm(at=(55.0, 12.0), radius=200, halo_m=0, settings=chosen, **told)


def elements(path: Path) -> dict[tuple[str, int], tuple[Any, dict[str, str]]]:
    """Type and id of everything in a file, with its place, nodes or members, and its tags."""
    found: dict[tuple[str, int], tuple[Any, dict[str, str]]] = {}
    for e in Extract.read(path).elements.values():
        body = e.get("nodes") or e.get("members") or (round(e["lat"], 7), round(e["lon"], 7))
        assert (e["type"], e["id"]) not in found
        found[e["type"], e["id"]] = body, e.get("tags", {})
    return found


def at(frame: gpd.GeoDataFrame, area: shapely.Geometry) -> gpd.GeoDataFrame:
    """The rows that Overpass finds by place: points in the area, and lines or outlines that enter it."""
    outline = frame.geometry.where(frame.geom_type.isin(["Point", "LineString", "MultiLineString"]), frame.boundary)
    return frame[outline.intersects(area)].sort_index()


# --- the same map ---------------------------------------------------------------------------------------------------


def test_the_network_and_a_file_of_the_same_area_give_the_same_map(
    christianshavn: Path, extract: Extract, tmp_path: Path
) -> None:
    with OsmServer(extract) as server:
        got = download_osm(at=HERE, radius=250, halo_m=150, name="Torvet", settings=settings_for(server.url, tmp_path))
    online, local = read_osm(got.path), read_osm(christianshavn)
    for what, least in (("features", 200), ("buildings", 200), ("addresses", 300), ("gates", 1), ("shapes", 300)):
        ours, theirs = at(getattr(online, what), got.extent), at(getattr(local, what), got.extent)
        assert len(theirs) >= least, what
        assert list(ours.index) == list(theirs.index), what
        plain = [c for c in theirs.columns if c != "geometry"]
        assert ours[plain].equals(theirs[plain]), what
        assert ours.geometry.geom_equals_exact(theirs.geometry, 1e-9).all(), what
    assert _streets(online.ways, got.extent) == _streets(local.ways, got.extent)
    assert online.data_date == got.data_date[:10] == got.provenance.data_date == STAMP[:10]
    assert online.bounds is not None
    assert online.bounds.equals_exact(got.extent, 1e-7)
    assert got.extent.contains(got.boundary)
    assert got.name == "Torvet"


def _streets(ways: Any, area: shapely.Geometry) -> dict[int, tuple[dict[str, str], list[int]]]:
    """Walkable ways that enter an area: tags and node ids by way id."""
    pieces = list(zip(ways.start[:-1], ways.start[1:], strict=True))
    lines = [shapely.LineString(ways.lonlat[a:b]) for a, b in pieces]
    inside = np.flatnonzero(shapely.intersects(area, lines))
    assert len(inside) > 100
    return {int(ways.osm_id[i]): (ways.tags[i], ways.refs[slice(*pieces[i])].tolist()) for i in inside}


@pytest.mark.parametrize("how", ["in parts", "quartered"])
def test_an_area_in_several_parts_is_the_area_in_one(
    how: str, extract: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = {"at": HERE, "radius": 200, "halo_m": 100}
    told: list[float | None] = []
    with OsmServer(extract) as server:
        whole = download_osm(**area, settings=settings_for(server.url, tmp_path / "whole"))  # type: ignore[arg-type]
        if how == "in parts":
            monkeypatch.setattr(online, "PART_M", 350)
        else:
            monkeypatch.setattr(online, "SMALLEST_M", 100)
            server.too_large = 0.006  # the whole is about 0.0095 degrees wide
        before = len(server.queries())
        divided = download_osm(
            **area,  # type: ignore[arg-type]
            settings=settings_for(server.url, tmp_path / how),
            progress=lambda message, share: told.append(share),
        )
        assert len(server.queries()) - before == (4 if how == "in parts" else 5)
    assert elements(divided.path) == elements(whole.path)
    assert divided.extent.equals(whole.extent)
    shares = [share for share in told if share is not None]
    assert shares == sorted(shares)
    assert shares[-2:] == [pytest.approx(0.75), 1.0]


def test_a_part_that_stays_too_much_for_the_server_is_an_error(extract: Extract, tmp_path: Path) -> None:
    with OsmServer(extract) as server:
        server.too_large = 0.0
        with pytest.raises(Offline, match="stopped before its answer was whole"):
            download_osm(at=HERE, radius=600, halo_m=0, settings=settings_for(server.url, tmp_path))
        assert len(server.queries()) == 2  # 1.2 km is divided once; 600 m is as small as it gets
    assert not list(tmp_path.rglob("*.pbf"))


def test_recorded_replies_of_overpass_become_one_file(shared: Path, tmp_path: Path) -> None:
    recorded = sorted((shared / "osm" / "osmnx_http_cache").glob("overpass_kamppi_*.json"))
    assert len(recorded) == 3
    replies = [json.loads(path.read_text(encoding="utf-8")) for path in recorded]
    parts = [tmp_path / f"{path.stem}.osm.pbf" for path in recorded]
    for reply, part in zip(replies, parts, strict=True):
        write_reply(reply, part)
    stamp = merge_parts(parts, tmp_path / "kamppi.osm.pbf")
    assert stamp == min(reply["osm3s"]["timestamp_osm_base"] for reply in replies)
    expected = {(e["type"], e["id"]): e.get("tags", {}) for reply in replies for e in reply["elements"]}
    got = elements(tmp_path / "kamppi.osm.pbf")
    assert {key: tags for key, (_, tags) in got.items()} == expected
    order = [("nwr".index(str(e.type_str())), e.id) for e in osmium.FileProcessor(str(tmp_path / "kamppi.osm.pbf"))]
    assert order == sorted(order)
    relations = {e["id"]: e["members"] for reply in replies for e in reply["elements"] if e["type"] == "relation"}
    assert {key[1]: body for key, (body, _) in got.items() if key[0] == "relation"} == relations
    data = read_osm(tmp_path / "kamppi.osm.pbf")
    assert len(data.ways) > 4_000
    assert len(data.buildings) > 400
    assert data.data_date == stamp[:10]


def test_the_server_of_these_tests_answers_osmnx_as_the_extract_does(extract: Extract, tmp_path: Path) -> None:
    """Both the features and the network of osmnx itself, without our hook."""
    import osmnx

    area = around(*HERE, 200)
    with OsmServer(extract) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
        patch.setattr(osmnx.settings, "overpass_url", f"{server.url}/api")
        patch.setattr(osmnx.settings, "overpass_rate_limit", False)
        patch.setattr(osmnx.settings, "use_cache", False)
        cafes = osmnx.features_from_polygon(area, {"amenity": ["cafe"], "club": True})
        graph = osmnx.graph_from_polygon(area, network_type="walk", simplify=False, retain_all=True)
    expected = {
        key
        for key, e in extract.elements.items()
        if key[0] == "node" and (e.get("tags", {}).get("amenity") == "cafe" or "club" in e.get("tags", {}))
        if area.contains(extract.shapes[key])
    }
    assert {key for key in cafes.index if key[0] == "node"} == expected
    assert len(expected) > 3
    streets = {way for _, _, way in graph.edges(data="osmid")}
    assert len(streets) > 20
    assert all("highway" in extract.elements["way", way]["tags"] for way in streets)


def test_one_question_holds_every_key_that_is_needed() -> None:
    tags = download_tags()
    needed = {*taxonomy().osm_keys(), "highway", "building", "addr:housenumber", "barrier", "entrance", "waterway"}
    assert needed <= tags.keys()
    assert tags["boundary"] == ["national_park", "protected_area"]  # not the borders of states
    assert tags["place"] == ["square"]  # not islands
    assert all(tags[key] is True for key in needed - {"boundary", "place"})


# --- what goes wrong ------------------------------------------------------------------------------------------------

PASSING = {
    "asks for fewer requests (HTTP 429)": Fault(429, headers={"Retry-After": "0"}),
    "overloaded (HTTP 504)": Fault(504, ERROR_PAGE.format("gateway")),
    "a web page instead of data (runtime error: Dispatcher_Client timeout)": Fault(
        200, ERROR_PAGE.format("runtime error: Dispatcher_Client timeout")
    ),
    "its answer was cut off": Fault(spoil=lambda honest: honest[:-20]),
    "its answer was empty": Fault(),
    "the connection broke off": Fault(drop=True),
    "stopped before its answer was whole (runtime error: open64)": Fault(
        spoil=lambda honest: json.dumps({**json.loads(honest), "remark": "runtime error: open64"}).encode()
    ),
}
LASTING = {
    "refused the request (HTTP 403)": Fault(403, "no"),
    "(line 1: parse error)": Fault(400, ERROR_PAGE.format("line 1: parse error")),
    "something else than such a service gives": Fault(200, '{"weather": "fine"}'),
    "check its address": Fault(200, "[]"),
    "asks for fewer requests": Fault(429, headers={"Retry-After": "3600"}),
}


@pytest.mark.parametrize("cause", PASSING)
def test_a_passing_failure_is_told_and_asked_again(cause: str, server: OsmServer, tmp_path: Path) -> None:
    server.faults.append(PASSING[cause])
    told: list[Message] = []
    got = corner(server, tmp_path, lambda message, share: told.append(message))
    assert len(server.queries()) == 2
    assert elements(got.path)["node", 1] == ((55.0, 12.0), CORNER[0]["tags"])
    assert [str(m) for m in told if cause in str(m) and "127.0.0.1" in str(m) and "Asking again" in str(m)]


@pytest.mark.parametrize("cause", PASSING)
def test_a_failure_that_does_not_pass_is_an_error_and_is_never_kept(
    cause: str, server: OsmServer, tmp_path: Path
) -> None:
    server.faults.extend([PASSING[cause]] * 2)
    with pytest.raises(Offline) as error:
        corner(server, tmp_path, retries=1)
    for part in (cause, "127.0.0.1", "try again later", "--osm FILE"):
        assert part in str(error.value)
    assert len(server.queries()) == 2
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert elements(corner(server, tmp_path).path)
    assert len(server.queries()) == 3


@pytest.mark.parametrize("cause", LASTING)
def test_what_will_not_pass_is_not_asked_again(cause: str, server: OsmServer, tmp_path: Path) -> None:
    server.faults.append(LASTING[cause])
    with pytest.raises(Offline) as error:
        corner(server, tmp_path)
    assert cause in str(error.value)
    assert len(server.queries()) == 1


def test_no_network_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        chosen = settings_for(f"http://127.0.0.1:{unused.getsockname()[1]}", tmp_path)
        start = time.monotonic()
        with pytest.raises(Offline, match=r"no connection to it.*--osm FILE"):
            download_osm(at=HERE, radius=100, settings=chosen)
        with pytest.raises(Offline, match="no connection to it"):
            locate("Christianshavn", settings=chosen)
        assert time.monotonic() - start < 5


def test_a_name_that_no_name_service_knows_is_no_network(tmp_path: Path) -> None:
    before = socket.getaddrinfo
    with pytest.raises(Offline, match=r"overpass\.invalid could not be used: there is no connection"):
        download_osm(at=HERE, radius=100, settings=settings_for("http://overpass.invalid", tmp_path))
    assert socket.getaddrinfo is before


def test_an_address_that_is_none_is_said_so(tmp_path: Path) -> None:
    chosen = settings_for("overpass.example", tmp_path)
    with pytest.raises(Offline, match=r"MissingSchema"):
        download_osm(at=HERE, radius=100, settings=chosen)
    with pytest.raises(Offline, match="check its address in the settings"):
        locate("Christianshavn", settings=chosen)


def test_a_cache_that_cannot_be_written_is_said_so(server: OsmServer, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    with pytest.raises(StoreError, match=r"ASSETMAP_CACHE"):
        corner(server, tmp_path / "cache")


def test_a_service_that_does_not_answer_is_given_up(server: OsmServer, tmp_path: Path) -> None:
    server.faults.append(Fault(delay=3))
    with pytest.raises(Offline, match="did not answer within 1 s"):
        corner(server, tmp_path, timeout=1, retries=0, rate_limit=False)


def test_osmnx_is_left_as_it_was_also_after_an_error(server: OsmServer, tmp_path: Path) -> None:
    import osmnx

    def state() -> dict[str, Any]:
        return {k: v for k, v in vars(osmnx.settings).items() if k.islower()} | {"dns": socket.getaddrinfo}

    before = state()
    corner(server, tmp_path)
    server.faults.append(Fault(403))
    with pytest.raises(Offline):
        corner(server, tmp_path / "other")
    assert state() == before


def test_two_visitors_at_once_do_not_get_each_others_settings(tmp_path: Path) -> None:
    with OsmServer(Extract(CORNER)) as one, OsmServer(Extract(CORNER)) as two, ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(corner, (one, two)[i % 2], tmp_path / str(i), lang=("nb", "da")[i % 2]) for i in range(8)]
        assert all(elements(job.result().path) for job in jobs)
        for server, lang in ((one, "nb"), (two, "da")):
            headers = [headers for path, _, headers in server.asked if path == "/api/interpreter"]
            assert [h["Accept-Language"] for h in headers] == [lang] * 4


def test_what_is_sent_is_what_the_settings_say(server: OsmServer, tmp_path: Path) -> None:
    corner(server, tmp_path, timeout=41.5)
    status, (path, form, headers) = server.asked
    assert status[0] == "/api/status"
    assert path == "/api/interpreter"
    assert form["data"].startswith("[out:json][timeout:42]")
    assert status[2]["User-Agent"] == headers["User-Agent"] == "assetmap's tests"


def test_a_full_server_is_waited_for(server: OsmServer, tmp_path: Path) -> None:
    told: list[str] = []
    server.status.appendleft(
        FREE.replace("2 slots available now.", "Slot available after: 2024-01-01T00:00:01Z, in 1 seconds.")
    )
    corner(server, tmp_path, lambda message, share: told.append(str(message)))
    assert [path for path, *_ in server.asked] == ["/api/status", "/api/status", "/api/interpreter"]
    assert "127.0.0.1 has no free place yet. Waiting 1 s." in told
    server.asked.clear()
    corner(server, tmp_path / "other", rate_limit=False)
    assert [path for path, *_ in server.asked] == ["/api/interpreter"]


@pytest.mark.parametrize(
    ("status", "seconds"),
    [
        (FREE, 0),
        ("Rate limit: 2\n1 slots available now.\nSlot available after: 2024-01-01T00:00:00Z, in 9 seconds.", 0),
        ("Rate limit: 2\nSlot available after: X, in 9 seconds.\nSlot available after: Y, in 4 seconds.", 4),
        ("Rate limit: 2\nSlot available after: X, in -3 seconds.", 1),
        ("Rate limit: 2\nCurrently running queries (pid, space limit, time limit, start time):\n1 2 3", 5),
        ("Rate limit: 0\nCurrently running queries (pid, space limit, time limit, start time):", 0),
        ("<html>another service</html>", 0),
        ("", 0),
    ],
)
def test_the_status_page_says_how_long_to_wait(status: str, seconds: int) -> None:
    assert slot_seconds(status) == seconds


def test_a_download_is_kept_for_a_week(server: OsmServer, tmp_path: Path) -> None:
    first = corner(server, tmp_path)
    again = corner(server, tmp_path)
    assert len(server.queries()) == 1
    assert elements(again.path) == elements(first.path)
    (kept,) = (tmp_path / "overpass").iterdir()
    old = time.time() - KEEP_S - 60
    os.utime(kept, (old, old))
    corner(server, tmp_path)
    assert len(server.queries()) == 2


def test_the_file_goes_where_it_is_wanted(server: OsmServer, tmp_path: Path) -> None:
    got = download_osm(
        boundary=around(55.0, 12.0, 200),
        name="Læse/hjørnet ../..",
        folder=tmp_path / "here",
        settings=settings_for(server.url, tmp_path / "cache"),
    )
    assert got.path.parent == tmp_path / "here"
    assert got.path.name.startswith("læse-hjørnet-")
    assert got.path.name.endswith(".osm.pbf")


# --- which area -----------------------------------------------------------------------------------------------------


def result(
    name: str, more: str, geometry: shapely.Geometry, *, importance: float, sort: str = "place"
) -> dict[str, Any]:
    """One result as Nominatim gives it."""
    centre, (west, south, east, north) = geometry.centroid, geometry.bounds
    return {
        "osm_type": "relation", "osm_id": 7, "lat": str(centre.y), "lon": str(centre.x), "class": sort, "type": "x",
        "importance": importance, "name": name, "display_name": f"{name}, {more}",
        "boundingbox": [str(v) for v in (south, north, west, east)], "geojson": shapely.geometry.mapping(geometry),
    }  # fmt: skip


VAALER = [
    result("Våler", "Innlandet, Norge", shapely.box(11.7, 60.6, 12.0, 60.8), importance=0.50, sort="boundary"),
    result("Våler", "Østfold, Norge", shapely.box(10.8, 59.4, 10.95, 59.55), importance=0.52, sort="boundary"),
    result("Våler kirke", "Innlandet, Norge", shapely.Point(11.8, 60.7), importance=0.60, sort="amenity"),
]


@pytest.fixture
def gazetteer(shared: Path) -> Iterator[OsmServer]:
    recorded = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in (shared / "osm" / "osmnx_http_cache").glob("nominatim_*.json")
    }
    town = shapely.Point(10.2, 57.47)
    places = {
        "kamppi, helsinki": recorded["nominatim_kamppi"],
        "vanha kirkkopuisto": recorded["nominatim_park"],
        "våler": VAALER,
        "sindal": [result("Sindal", "Danmark", town, importance=0.4)],
        "bispehaven": [
            result("Bispehaven", "Aarhus", shapely.Point(10.14, 56.16), importance=0.4),
            result("Bispehaven", "Berlin", shapely.box(13.0, 52.0, 13.1, 52.1), importance=0.3, sort="landuse"),
            result("Bispehaven", "Aarhus", shapely.box(10.13, 56.15, 10.15, 56.17), importance=0.2, sort="landuse"),
        ],
        "norge": [result("Norge", "Europa", shapely.box(5, 58, 12, 64), importance=0.9, sort="boundary")],
        "{place}{{7*7}}": [result("{place}{{7*7}}<b>", "Danmark", town, importance=0.4)],
    }
    with OsmServer(Extract(CORNER), places) as server:
        yield server


def test_a_place_is_found_by_name(gazetteer: OsmServer, tmp_path: Path) -> None:
    chosen = settings_for(gazetteer.url, tmp_path, lang="nb")
    told: list[str] = []
    found = locate(" Kamppi,  Helsinki", settings=chosen, progress=lambda message, share: told.append(str(message)))
    recorded = shapely.geometry.shape(gazetteer.places["kamppi, helsinki"][0]["geojson"])
    assert found.boundary.equals(recorded)
    assert found.name == "Kamppi"
    assert found.provenance.url == "https://www.openstreetmap.org/relation/184714"
    assert found.notes == ()
    assert told == ["Looking for “Kamppi, Helsinki” in the gazetteer of OpenStreetMap."]
    (asked,) = gazetteer.asked
    assert asked[1]["q"] == "Kamppi, Helsinki"
    assert asked[2]["User-Agent"] == "assetmap's tests"
    assert asked[2]["Accept-Language"] == "nb"
    assert locate("Kamppi, Helsinki", settings=chosen).boundary.equals(recorded)
    assert len(gazetteer.asked) == 1, "the answer is kept"


def test_a_park_is_a_place_too(gazetteer: OsmServer, tmp_path: Path) -> None:
    found = locate("Vanha kirkkopuisto", settings=settings_for(gazetteer.url, tmp_path))
    assert found.name == "Vanha kirkkopuisto"
    assert found.boundary.geom_type == "Polygon"


@pytest.mark.parametrize("name", ["Ingensteds-på-Ås", "", "  ", "x" * 10_000])
def test_a_place_that_does_not_exist_is_said_so(name: str, gazetteer: OsmServer, tmp_path: Path) -> None:
    with pytest.raises(PlaceNotFound) as error:
        locate(name, settings=settings_for(gazetteer.url, tmp_path))
    sentence = str(error.value)
    for part in (name.strip()[:50], "Expected", "Christianshavn, Copenhagen", "--at LAT,LON", "--osm FILE"):
        assert part in sentence
    assert len(sentence) < 700


def test_of_several_places_the_most_important_is_taken_and_the_others_are_said(
    gazetteer: OsmServer, tmp_path: Path
) -> None:
    found = locate("Våler", settings=settings_for(gazetteer.url, tmp_path))
    assert found.boundary.equals(shapely.box(10.8, 59.4, 10.95, 59.55))
    (note,) = map(str, found.notes)
    assert "Taken: Våler, Østfold, Norge. Others: Våler, Innlandet, Norge." in note
    assert "kirke" not in note


def test_a_place_without_an_outline_gets_a_circle_and_says_so(gazetteer: OsmServer, tmp_path: Path) -> None:
    found = locate("Sindal", settings=settings_for(gazetteer.url, tmp_path))
    assert _area_m2(found.boundary) == pytest.approx(math.pi * RADIUS_M**2, rel=0.01)
    assert "no outline of Sindal, Danmark" in str(found.notes[0])
    assert "800 m" in str(found.notes[0])


def test_a_point_takes_the_outline_of_the_same_name_around_it(gazetteer: OsmServer, tmp_path: Path) -> None:
    found = locate("Bispehaven", settings=settings_for(gazetteer.url, tmp_path))
    assert found.boundary.equals(shapely.box(10.13, 56.15, 10.15, 56.17))
    assert found.notes == ()


def test_a_name_with_braces_stays_text(gazetteer: OsmServer, tmp_path: Path) -> None:
    found = locate("{place}{{7*7}}", settings=settings_for(gazetteer.url, tmp_path))
    assert found.name == "{place}{{7*7}}<b>"
    assert "{place}{{7*7}}<b>" in str(found.notes[0])


def test_by_name_all_the_way(gazetteer: OsmServer, tmp_path: Path) -> None:
    got = download_osm("Vanha kirkkopuisto", halo_m=300, settings=settings_for(gazetteer.url, tmp_path))
    assert got.name == "Vanha kirkkopuisto"
    assert got.extent.contains(got.boundary)
    assert len(gazetteer.queries()) == 1
    assert elements(got.path) == {}  # this world's only thing is elsewhere


def test_too_large_a_place_is_refused_before_anything_is_fetched(gazetteer: OsmServer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Norge covers 2\d\d\d\d\d km².*at most 500 km².*--osm FILE"):
        download_osm("Norge", settings=settings_for(gazetteer.url, tmp_path))
    assert not gazetteer.queries()


@pytest.mark.parametrize(
    "area",
    [
        {},
        {"place": "Sindal", "at": HERE, "radius": 100},
        {"at": HERE},
        {"place": "Sindal", "radius": 100},
        {"boundary": shapely.Polygon()},
        {"boundary": shapely.Polygon([(12, 55), (12.1, 55), (12, 55)])},
        {"at": HERE, "radius": 0},
        {"at": HERE, "radius": float("nan")},
        {"at": (200.0, 12.0), "radius": 100},
    ],
)
def test_an_area_that_is_none_is_refused(area: dict[str, Any], server: OsmServer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Expected|Latitude comes first"):
        download_osm(**area, settings=settings_for(server.url, tmp_path))
    assert not server.asked


def test_a_circle_is_round_in_metres() -> None:
    assert _area_m2(around(69.65, 18.96, 500)) == pytest.approx(math.pi * 500**2, rel=0.005)


def _area_m2(polygon: Any) -> float:
    return abs(float(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(polygon)[0]))
