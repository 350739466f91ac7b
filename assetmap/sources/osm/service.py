"""How are Nominatim and Overpass asked, politely, and again when they are busy?

osmnx is the client: its queries, its pauses, its headers. Its settings are globals of the process, so they are set
under a lock and put back. A hook in its HTTP session hands every response to `judge` before osmnx sees it: osmnx
would keep an incomplete answer, and wait for a busy server without end and without a word.
"""

from __future__ import annotations

import math
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from assetmap.errors import Offline
from assetmap.messages import M
from assetmap.settings import Settings
from assetmap.sources.osm.reply import Trouble, connection_trouble, judge
from assetmap.sources.source import Progress

BACKOFF_S = 5.0
"""The first pause before asking again, in seconds; it doubles each time. A service's own wish goes before it."""
LONGEST_WAIT_S = 120.0
"""Nobody is kept waiting longer than this for one further try."""

_LOCK = threading.RLock()
_LARGEST_QUERY_M2 = 1e12  # we divide areas ourselves, so that each part has its own retries and progress


def ask(url: str, expected: type, question: Callable[[Any], object], settings: Settings, progress: Progress) -> Any:
    """Put one question and give the decoded answer, after further tries where these make sense.

    Args:
        url: The service, for its name in sentences.
        expected: `list` for Nominatim, `dict` for Overpass.
        question: Called with the osmnx module; makes it send exactly one request.
        settings: Addresses, user agent, timeout, retries.
        progress: Told when the service keeps us waiting.

    Raises:
        Trouble: The question was too large (`smaller`).
        Offline: No whole answer.
    """
    for attempt in range(settings.retries + 1):
        try:
            return _ask_once(expected, question, settings)
        except Trouble as trouble:
            wait = BACKOFF_S * 2**attempt if trouble.wait is None else trouble.wait
            if trouble.smaller:
                raise
            if not trouble.again or attempt == settings.retries or wait > LONGEST_WAIT_S:
                raise offline(url, trouble) from trouble
            told = {"host": host(url), "cause": trouble.cause, "seconds": round(wait)}
            progress(M("{host}: {cause}. Asking again in {seconds} s.", **told), None)
            time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def offline(url: str, trouble: Trouble) -> Offline:
    """The error for a service that gave no whole answer."""
    return Offline(
        M("{host} could not be used: {cause}. Nothing was changed. Check the network, try again later, or work without "
          "it: --osm FILE takes a downloaded OpenStreetMap extract.", host=host(url), cause=trouble.cause)
    )  # fmt: skip


def host(url: str) -> str:
    """The name of a service, for people."""
    return urlsplit(url).hostname or url


def wait_for_slot(settings: Settings, progress: Progress) -> None:
    """Wait until Overpass has room for one more query of ours, as its status page says.

    Where the status page cannot be had, the query itself shows what is wrong, so this only returns.
    """
    waited = 0.0
    while settings.rate_limit and waited < LONGEST_WAIT_S:
        seconds = min(slot_seconds(_status(settings)), LONGEST_WAIT_S - waited)
        if not seconds:
            return
        service = host(settings.overpass_url)
        progress(M("{host} has no free place yet. Waiting {seconds} s.", host=service, seconds=round(seconds)), None)
        time.sleep(seconds)
        waited += seconds


def slot_seconds(status: str) -> int:
    """After how many seconds Overpass takes a query, by the text of its status page; 0 is now."""
    if re.search(r"\d+ slots? available now", status):
        return 0
    if waits := re.findall(r"Slot available after: .* in (-?\d+) seconds", status):
        return max(1, min(int(w) for w in waits))
    limited = re.search(r"Rate limit: [1-9]", status)
    return 5 if limited and "Currently running queries" in status else 0


def _status(settings: Settings) -> str:
    import requests

    url = settings.overpass_url.rstrip("/") + "/status"
    try:
        return requests.get(url, headers={"User-Agent": settings.user_agent}, timeout=min(settings.timeout, 10)).text
    except requests.RequestException:
        return ""  # see wait_for_slot


def _ask_once(expected: type, question: Callable[[Any], object], settings: Settings) -> Any:
    import requests

    answers: list[Any] = []

    def listen(response: requests.Response, **_: Any) -> None:
        if not response.is_redirect:
            answers.append(judge(response, expected))

    with osmnx_set(settings, listen) as osmnx:
        try:
            question(osmnx)
        except requests.RequestException as fault:
            raise connection_trouble(fault, settings.timeout) from fault
    if not answers:
        raise Trouble(M("no request could be made; check its address in the settings"), again=False)
    return answers[-1]


@contextmanager
def osmnx_set(settings: Settings, listen: Callable[..., None]) -> Iterator[Any]:
    """osmnx with our settings, for one thread at a time; as it was before when the block ends.

    `listen` is called with each HTTP response, before osmnx reads it; what it raises ends the request.
    """
    import osmnx

    ours = {
        "overpass_url": settings.overpass_url,
        "nominatim_url": settings.nominatim_url,
        "http_user_agent": settings.user_agent,
        "http_accept_language": settings.lang or "en",
        "requests_timeout": math.ceil(settings.timeout),  # also stands in the query, where Overpass wants an integer
        "requests_kwargs": {"hooks": {"response": listen}},
        "overpass_rate_limit": False,  # wait_for_slot does it with progress, and does not wait a minute when offline
        "max_query_area_size": _LARGEST_QUERY_M2,
        "cache_only_mode": True,  # stop before osmnx builds geometries: the reader of files does that
        "use_cache": False,  # it keeps answers for ever; ours have an age
        "doh_url_template": None,  # no third party learns what is looked for
    }
    with _LOCK:
        before = {name: getattr(osmnx.settings, name) for name in ours}
        getaddrinfo = socket.getaddrinfo  # osmnx replaces it to hold on to one server of several
        try:
            for name, value in ours.items():
                setattr(osmnx.settings, name, value)
            yield osmnx
        finally:
            socket.getaddrinfo = getaddrinfo
            for name, value in before.items():
                setattr(osmnx.settings, name, value)
