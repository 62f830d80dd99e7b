"""Fetches addresses: follows redirects, each vetted anew, obeys robots.txt, keeps its pace, and tries again what fails for now."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import unquote, urljoin

from demarche.errors import FetchError
from demarche.fetching._addresses import Target, parse_address
from demarche.fetching._pace import Pace, retry_after
from demarche.fetching._robots import LARGEST, Robots
from demarche.fetching._settings import FetchSettings
from demarche.fetching._wire import Deadline, Hop, Resolver, request, resolve
from demarche.model import Raw
from demarche.model.custody import open_headers, without_password

__all__ = ["Answer", "Fetcher", "fetch"]

_REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
_TRY_AGAIN = frozenset({408, 421, 425, 429, 500, 502, 503, 504})
_ACCEPT = "text/html,application/xhtml+xml,application/atom+xml,application/rss+xml,application/xml;q=0.9,*/*;q=0.8"
_NOTHING: Mapping[str, str] = MappingProxyType({})
_KNOWN = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "message/rfc822": ".eml",
    "application/zip": ".zip",
    "application/x-ndjson": ".jsonl",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    Parameters
    ----------
    asked, address
        What was asked for, and what answered after all redirects.
    status
        200, 203, or 304: it is what it was.
    headers
        In their order, names in lower case, without cookies.
    retrieved
        ISO 8601 in UTC.
    inner
        It was reached because it was allowed, not because it is of the open internet.
    """

    asked: str
    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    retrieved: str
    inner: bool

    def header(self, name: str) -> str | None:
        """Return the first value of a header."""
        return next((value for known, value in self.headers if known == name), None)

    def raw(self, about: Mapping[str, str] = _NOTHING) -> Raw:
        """Return the bytes as what has yet to be read."""
        declared = self.header("content-type") or ""
        media_type = declared.partition(";")[0].strip().lower() or None
        if self.body.startswith(b"%PDF-"):  # servers call them anything
            media_type = "application/pdf"
        charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", declared, re.IGNORECASE)
        body = self.body
        return Raw(
            where=self.asked,
            name=_file_name(self.address, media_type),
            open=lambda: io.BytesIO(body),
            size=len(body),
            media_type=media_type,
            charset=charset[1] if charset else None,
            retrieved=self.retrieved,
            address=self.address,
            headers=self.headers,
            about=about,
        )


def _file_name(address: str, media_type: str | None) -> str:
    """Return a name for what an address gives: a format that it declares goes before the end of the address."""
    last = unquote(address.partition("?")[0].rpartition("/")[2])
    stem, dot, suffix = re.sub(r"[^\w.-]", "_", last)[-100:].rpartition(".")
    ours = _KNOWN.get(media_type or "")
    if ours is None or (ours == ".txt" and dot):
        return f"{stem}{dot}{suffix}" or "index"
    return (stem or suffix or "index") + ours


class Fetcher:
    """Fetches addresses one after the other, and remembers what hosts ask of us.

    Parameters
    ----------
    stopped
        Is asked several times a second whether to stop.
    resolver
        Gives the IP addresses of a host.
    now
        Seconds since 1970.
    """

    def __init__(
        self,
        settings: FetchSettings | None = None,
        *,
        stopped: Callable[[], bool] = lambda: False,
        resolver: Resolver = resolve,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings or FetchSettings()
        self.stopped = stopped
        self._resolver = resolver
        self._now = now
        self._pace = Pace(self.settings.interval)
        self._robots = Robots(self._ask_robots)

    def fetch(self, address: str, *, about: Mapping[str, str] = _NOTHING, inner: bool = True) -> Raw:
        """Return what is at an address; see :func:`fetch`."""
        return self.ask(address, inner=inner).raw(about)

    def ask(self, address: str, *, etag: str | None = None, modified: str | None = None, inner: bool = True) -> Answer:
        """Return the answer of an address; its status is 304 where it is still what `etag` or `modified` stand for.

        Parameters
        ----------
        etag, modified
            What the server gave with its last answer: ETag and Last-Modified.
        inner
            Whether what the settings allow may be reached: what the open internet names does not lead inside.

        Raises
        ------
        FetchError
            If it may not be fetched, or was not.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = tuple((name, value) for name, value in known.items() if value and _is_header(value))
        for number in range(1, self.settings.tries + 1):
            try:
                return self._follow(address, headers, inner=inner)
            except FetchError as error:
                wait = error.wait if error.wait is not None else 2.0 ** (number - 1)
                if error.lasting or number == self.settings.tries or wait > self.settings.longest_wait:
                    raise
            self._deadline(address).pause(wait)
        raise AssertionError("a last try returns or raises")

    def _deadline(self, address: str) -> Deadline:
        return Deadline(address, self.settings.seconds, stopped=self.stopped)

    def _follow(
        self, address: str, headers: tuple[tuple[str, str], ...], *, inner: bool, robots: bool = True
    ) -> Answer:
        """Ask, and follow where it leads."""
        target = parse_address(address)
        deadline = self._deadline(address)
        seen = {target.address}
        while True:
            retrieved = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds")
            hop = self._ask_one(target, headers, deadline, inner=inner, robots=robots)
            if hop.status not in _MOVED:
                if hop.status not in (200, 203) and not (hop.status == 304 and headers):
                    raise self._refusal(address, target, hop)
                return _answer(address, target, hop, retrieved)
            target = _next(target, hop, address)
            if target.address in seen:
                raise FetchError(f"redirects in a circle, to {target.address}", where=address, lasting=True)
            if len(seen) > _REDIRECTS:
                raise FetchError(f"redirects more than {_REDIRECTS} times", where=address, lasting=True)
            seen.add(target.address)
            inner = inner and hop.inner

    def _ask_one(
        self, target: Target, headers: tuple[tuple[str, str], ...], deadline: Deadline, *, inner: bool, robots: bool
    ) -> Hop:
        delay = self._check_robots(target, deadline, inner=inner) if robots and self.settings.robots else 0.0
        self._wait(target.host, deadline)
        sent = (("User-Agent", self.settings.agent), ("Accept", _ACCEPT), *headers)
        try:
            return request(
                target,
                sent,
                settings=self.settings,
                deadline=deadline,
                most=self.settings.most if robots else LARGEST,
                inner=inner,
                resolver=self._resolver,
            )
        finally:
            self._pace.asked(target.host, delay=delay)

    def _wait(self, host: str, deadline: Deadline) -> None:
        wait = self._pace.wait(host)
        if wait > max(self.settings.longest_wait, 60.0):
            raise FetchError(f"asks to be left alone for {wait:.0f} seconds more", where=deadline.where, wait=wait)
        deadline.pause(wait)

    def _check_robots(self, target: Target, deadline: Deadline, *, inner: bool) -> float:
        start = time.monotonic()
        rules = self._robots.rules(target.origin, inner=inner)
        deadline.extend(time.monotonic() - start)
        if rules.closed:
            reason = f"its robots.txt cannot be had, which forbids all for now ({rules.closed})"
            raise FetchError(reason, where=deadline.where)
        if not rules.allow(target.address):
            raise FetchError(
                "its robots.txt asks programs to stay away; ask the publisher, or take the text from elsewhere",
                where=deadline.where,
                lasting=True,
            )
        return rules.delay

    def _ask_robots(self, address: str, inner: bool) -> tuple[int, bytes]:
        answer = self._follow(address, (), inner=inner, robots=False)
        return answer.status, answer.body

    def _refusal(self, asked: str, target: Target, hop: Hop) -> FetchError:
        wait = None
        if hop.status in _TRY_AGAIN:
            wait = retry_after(dict(hop.headers).get("retry-after"), now=self._now())
            if wait:
                self._pace.leave(target.host, wait)
        lasting = hop.status < 500 and hop.status not in _TRY_AGAIN
        return FetchError(
            _REFUSALS.get(hop.status, _refused(hop.status)), where=asked, status=hop.status, lasting=lasting, wait=wait
        )


def _answer(asked: str, target: Target, hop: Hop, retrieved: str) -> Answer:
    return Answer(
        asked=asked,
        address=target.address,
        status=hop.status,
        headers=open_headers(hop.headers),
        body=hop.body,
        retrieved=retrieved,
        inner=hop.inner,
    )


_REFUSALS = {
    401: "wants a login (401); save the page from a browser",
    403: "refuses programs (403); save the page from a browser",
    404: "is not there (404); check the address",
    410: "is gone for good (410)",
    429: "was asked too often (429)",
    451: "may not be shown for legal reasons (451)",
}


def _refused(status: int) -> str:
    kind = "has a fault" if status >= 500 else "gives nothing that can be read"
    return f"{kind} (status {status})"


def _is_header(value: str) -> bool:
    return len(value) <= 500 and value.isascii() and value.isprintable()


def _next(target: Target, hop: Hop, asked: str) -> Target:
    """Return where a redirect leads, which is as good or bad an address as any other."""
    location = dict(hop.headers).get("location", "").strip()
    if not location:
        raise FetchError(f"redirects, and does not say where (status {hop.status})", where=asked, lasting=True)
    found = None
    with suppress(ValueError):
        found = urljoin(target.address, location.replace(" ", "%20"))
    try:
        reached = parse_address(found or "")
    except FetchError as error:
        reason = f"redirects to what cannot be fetched: {without_password(location)[:100]} {error.reason}"
        raise FetchError(reason, where=asked, lasting=True) from error
    if target.scheme == "https" and reached.scheme == "http":
        raise FetchError(
            f"redirects from https to http, which anybody can read along: {reached.address}", where=asked, lasting=True
        )
    return reached


def fetch(address: str, *, settings: FetchSettings | None = None) -> Raw:
    """Return what is at a web address.

    Parameters
    ----------
    address
        http or https.
    settings
        What may be reached, and how; by default the open internet, politely.

    Raises
    ------
    FetchError
        If it may not be fetched, or was not: what is wrong and what to do.

    Examples
    --------
    >>> fetch("http://127.0.0.1/")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    demarche.errors.FetchError: http://127.0.0.1/: leads to 127.0.0.1, which is not of the open internet; ...
    """
    return Fetcher(settings).fetch(address)
