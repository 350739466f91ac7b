"""Did a service of OpenStreetMap give a whole answer, and if not, what happened and is it worth asking again?

Overpass says "200 OK" also when it ran out of time: then the answer holds a `remark`, and part of the data is missing.
Such an answer must never pass as a map. So every response is judged here before anything else sees it.
"""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

from assetmap.messages import M, Message

if TYPE_CHECKING:
    import requests

_PAGE_ERROR = re.compile(r"<strong[^>]*>\s*Error\s*</strong>:?\s*(.*?)</p>", re.DOTALL | re.IGNORECASE)
_TOO_MUCH = re.compile(r"timed? ?out|out of memory|too much", re.IGNORECASE)
_OVERLOADED = frozenset({500, 502, 503, 504})


class Trouble(Exception):
    """No whole answer.

    Attributes:
        cause: What happened, as a clause that goes into a sentence.
        again: Whether the same question may succeed a little later.
        wait: After how many seconds the service wants to be asked again, where it says so.
        smaller: Whether the question was too large, so that its parts may succeed.
    """

    def __init__(self, cause: Message, *, again: bool = True, wait: float | None = None, smaller: bool = False) -> None:
        super().__init__(str(cause))
        self.cause, self.again, self.wait, self.smaller = cause, again, wait, smaller


def judge(response: requests.Response, expected: type) -> Any:
    """The decoded JSON of a response that is whole.

    Args:
        response: As the HTTP client gives it.
        expected: `list` for Nominatim, `dict` for Overpass.

    Raises:
        Trouble: Any other answer.
    """
    if not response.ok:
        raise _refusal(response)
    try:
        reply = json.loads(response.content)
    except ValueError:
        raise _unreadable(response) from None
    if isinstance(reply, dict) and "remark" in reply:
        raise _remark(str(reply["remark"]))
    if not isinstance(reply, expected) or (isinstance(reply, dict) and not isinstance(reply.get("elements"), list)):
        cause = M("it sent something else than such a service gives; check its address in the settings")
        raise Trouble(cause, again=False)
    return reply


def connection_trouble(fault: requests.RequestException, timeout: float) -> Trouble:
    """What the failure of a connection means."""
    import requests
    from urllib3.exceptions import NewConnectionError

    if isinstance(fault, requests.Timeout):
        return Trouble(M("it did not answer within {seconds} s", seconds=round(timeout)))
    if isinstance(fault, requests.exceptions.SSLError):
        return Trouble(M("its certificate is not trusted here"), again=False)
    inner = fault.args[0] if fault.args else None
    if isinstance(getattr(inner, "reason", None), NewConnectionError):
        # No name service, no route, or nothing listens there: waiting some seconds changes nothing.
        return Trouble(M("there is no connection to it"), again=False)
    if isinstance(fault, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return Trouble(M("the connection broke off"))
    return Trouble(M("the request failed ({fault})", fault=type(fault).__name__), again=False)


def _refusal(response: requests.Response) -> Trouble:
    status = response.status_code
    if status == 429:
        return Trouble(M("it asks for fewer requests (HTTP 429)"), wait=_retry_after(response))
    if status in _OVERLOADED:
        return Trouble(M("it is overloaded (HTTP {status})", status=status), wait=_retry_after(response))
    cause = M("it refused the request (HTTP {status}) {detail}", status=status, detail=_page_error(response))
    return Trouble(cause, again=False)


def _unreadable(response: requests.Response) -> Trouble:
    if response.content.lstrip()[:1] in (b"{", b"["):
        return Trouble(M("its answer was cut off"))
    if not response.content.strip():
        return Trouble(M("its answer was empty"))
    # Overpass reports a busy dispatcher on a web page with status 200; so do captive portals of guest networks.
    return Trouble(M("it sent a web page instead of data {detail}", detail=_page_error(response)))


def _remark(remark: str) -> Trouble:
    cause = M("it stopped before its answer was whole ({remark})", remark=remark[:200])
    return Trouble(cause, smaller=bool(_TOO_MUCH.search(remark)))


def _page_error(response: requests.Response) -> str:
    """What the page of a service says went wrong, as one line in brackets; empty where it says nothing."""
    text = response.content[:100_000].decode("utf-8", errors="replace")
    found = _PAGE_ERROR.findall(text)
    plain = html.unescape(re.sub(r"<[^>]+>", " ", " ".join(found)))
    return f"({' '.join(plain.split())[:200]})" if plain.strip() else ""


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None
