"""What would Nominatim and Overpass answer, if all of OpenStreetMap were one extract?

A web server on this machine for tests that use osmnx's real HTTP client. It understands the queries that osmnx writes
(features by key or value, networks by filters; `poly:`; recursion) and evaluates them on the extract; any other query
gets the error page that Overpass would send. Faults can be queued: each is served once, before honest answers go on.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import osmium
import shapely

STAMP = "2017-05-04T03:02:01Z"
FREE = "Connected as: 1\nCurrent time: 2024-01-01T00:00:00Z\nRate limit: 2\n2 slots available now.\n"
TIMED_OUT = 'runtime error: Query timed out in "query" at line 1 after 2 seconds.'
# As Overpass words its errors.
ERROR_PAGE = '<html><body><p><strong style="color:#FF0000">Error</strong>: {} </p></body></html>'

_FEATURES = re.compile(r"\((node|way|relation)\['([^']+)'(?:='([^']*)')?\]\(poly:'([^']+)'\);\(\._;>;\);\);")
_NETWORK = re.compile(r"^\(way((?:\[[^\]]+\])+)\(poly:'([^']+)'\);>;\);out;$")
_FILTER = re.compile(r'\["([^"]+)"(?:(!?~)"([^"]*)")?\]')

Element = dict[str, Any]
Id = tuple[str, int]


@dataclass
class Fault:
    """One wrong answer: another status, body or headers; the honest body spoilt; late; or the connection dropped."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[bytes], bytes] | None = None
    drop: bool = False
    delay: float = 0.0


class Extract:
    """The elements of a file, by type and id, as Overpass would give them (`out body`)."""

    def __init__(self, elements: Iterable[Element]) -> None:
        self.elements: dict[Id, Element] = {(e["type"], e["id"]): e for e in elements}
        self.shapes = {key: self._shape(e) for key, e in self.elements.items() if key[0] != "relation"}

    @classmethod
    def read(cls, path: Path) -> Extract:
        return cls(_elements(path))

    def _shape(self, element: Element) -> shapely.Geometry:
        if element["type"] == "node":
            return shapely.Point(element["lon"], element["lat"])
        nodes = [n for ref in element["nodes"] if (n := self.elements.get(("node", ref)))]
        return shapely.LineString([(n["lon"], n["lat"]) for n in nodes]) if len(nodes) > 1 else shapely.Point()

    def within(self, poly: str) -> set[Id]:
        """What touches a polygon: nodes in it, ways that enter it, relations with such members."""
        numbers = [float(v) for v in poly.split()]
        area = shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True)))
        keys = list(self.shapes)
        hit = shapely.intersects(area, [self.shapes[key] for key in keys])
        near = {key for key, inside in zip(keys, hit, strict=True) if inside}
        relations = {k for k, e in self.elements.items() if k[0] == "relation" and any(m in near for m in _members(e))}
        return near | relations

    def down(self, keys: Iterable[Id]) -> set[Id]:
        """These and, as `>` does, the members of relations and the nodes of ways."""
        found = set(keys)
        relations = [self.elements[k] for k in found if k[0] == "relation"]
        found |= {m for relation in relations for m in _members(relation) if m[0] != "relation"}
        found &= self.elements.keys()
        found |= {("node", ref) for k in list(found) if k[0] == "way" for ref in self.elements[k]["nodes"]}
        return found & self.elements.keys()

    def answer(self, query: str) -> list[Element] | None:
        """The elements that a query of osmnx's asks for; None if it is another kind of query."""
        body = re.sub(r"^(\[[^\]]*\])+;", "", query)
        if network := _NETWORK.match(body):
            filters = _FILTER.findall(network[1])
            return self._give(k for k in self.within(network[2]) if k[0] == "way" and _passes(self._tags(k), filters))
        clauses = _FEATURES.findall(body)
        if not clauses or body != "(" + "".join(f"({_clause(*c)});" for c in clauses) + ");out;":
            return None
        near = {poly: self.within(poly) for poly in {c[3] for c in clauses}}
        wanted: set[Id] = set()
        for kind, key, value, poly in clauses:
            wanted |= {k for k in near[poly] if k[0] == kind and key in (t := self._tags(k)) and value in ("", t[key])}
        return self._give(wanted)

    def _tags(self, key: Id) -> dict[str, str]:
        tags: dict[str, str] = self.elements[key].get("tags", {})
        return tags

    def _give(self, keys: Iterable[Id]) -> list[Element]:
        order = ("node", "way", "relation")
        return [self.elements[k] for k in sorted(self.down(keys), key=lambda k: (order.index(k[0]), k[1]))]


class OsmServer(ThreadingHTTPServer):
    """Nominatim at `/search`, Overpass at `/api/interpreter` and `/api/status`.

    Attributes:
        faults: Served first, one per request to the interpreter or the search.
        status: What the status page says, one text per request; the last one stays.
        too_large: Boxes wider than this many degrees make Overpass run out of time.
        asked: Path and parameters of every request, in order.
    """

    daemon_threads = True

    def __init__(self, extract: Extract, places: Mapping[str, list[dict[str, Any]]] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.extract, self.places = extract, places or {}
        self.faults: deque[Fault] = deque()
        self.status: deque[str] = deque([FREE])
        self.too_large = 360.0
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> OsmServer:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def queries(self, path: str = "/api/interpreter") -> list[dict[str, str]]:
        """The parameters of the requests to a path."""
        return [parameters for asked, parameters, _ in self.asked if asked == path]


class _Handler(BaseHTTPRequestHandler):
    server: OsmServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {k: v[0] for k, v in parse_qs(url.query).items()}
        self.server.asked.append((url.path, asked, dict(self.headers)))
        if url.path == "/api/status":
            status = self.server.status
            self._send(200, (status.popleft() if len(status) > 1 else status[0]).encode(), "text/plain")
        elif url.path == "/search":
            found = self.server.places.get(asked.get("q", "").casefold(), [])
            self._answer(json.dumps(found[: int(asked.get("limit", 10))]).encode())
        else:
            self._send(404, b"not here", "text/plain")

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = {k: v[0] for k, v in form.items()}
        self.server.asked.append((self.path, asked, dict(self.headers)))
        if self.path != "/api/interpreter":
            self._send(404, b"not here", "text/plain")
            return
        query = asked.get("data", "")
        found = self.server.extract.answer(query)
        timeout = re.search(r"\[timeout:([^\]]*)\]", query)
        if found is None or not timeout or not timeout[1].isdecimal():
            self._send(400, ERROR_PAGE.format("line 1: parse error: Unknown type").encode(), "text/html")
            return
        reply: dict[str, Any] = {"version": 0.6, "osm3s": {"timestamp_osm_base": STAMP}, "elements": found}
        if _width(query) > self.server.too_large:
            half = found[: len(found) // 2]
            reply |= {"elements": half, "remark": TIMED_OUT}
        self._answer(json.dumps(reply).encode())

    def _answer(self, honest: bytes) -> None:
        if not self.server.faults:
            self._send(200, honest, "application/json")
            return
        fault = self.server.faults.popleft()
        if fault.drop:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        time.sleep(fault.delay)
        body = fault.spoil(honest) if fault.spoil else fault.body.encode()
        self._send(fault.status, body, "text/html", fault.headers)

    def _send(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] = {}) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Requests are in `asked`; the console stays quiet."""


def _elements(path: Path) -> Iterable[Element]:
    for thing in osmium.FileProcessor(str(path)):
        tags = {"tags": dict(thing.tags)} if thing.tags else {}
        if thing.is_node():
            yield {"type": "node", "id": thing.id, "lat": thing.location.lat, "lon": thing.location.lon, **tags}
        elif thing.is_way():
            yield {"type": "way", "id": thing.id, "nodes": [n.ref for n in thing.nodes], **tags}
        else:
            kinds = {"n": "node", "w": "way", "r": "relation"}
            members = [{"type": kinds[m.type], "ref": m.ref, "role": m.role} for m in thing.members]
            yield {"type": "relation", "id": thing.id, "members": members, **tags}


def _members(relation: Element) -> list[Id]:
    return [(m["type"], m["ref"]) for m in relation["members"]]


def _clause(kind: str, key: str, value: str, poly: str) -> str:
    return f"{kind}['{key}'" + (f"='{value}'" if value else "") + f"](poly:'{poly}');(._;>;);"


def _passes(tags: Mapping[str, str], filters: list[tuple[str, str, str]]) -> bool:
    for key, operator, pattern in filters:
        found = key in tags and (not operator or re.search(pattern, tags[key]) is not None)
        if found is (operator == "!~"):
            return False
    return True


def _width(query: str) -> float:
    poly = re.search(r"poly:'([^']+)'", query)
    lons = [float(v) for v in poly[1].split()[1::2]] if poly else [0.0]
    return max(lons) - min(lons)
