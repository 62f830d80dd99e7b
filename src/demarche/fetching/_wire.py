"""One request over the wire: the name is resolved once, every address that it has is vetted, and one of these is connected to.

What is vetted is what is connected to, so that a name that means something else the second time gains nothing. All time limits are
of the whole request: a server that sends a byte a second is as slow as one that sends none.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore2

from demarche.errors import FetchError
from demarche.fetching._addresses import IP, Target, is_public
from demarche.fetching._inflate import inflate
from demarche.fetching._settings import FetchSettings

__all__ = ["Deadline", "Hop", "Resolver", "Stopped", "request", "resolve"]

Resolver = Callable[[str, int], Sequence[IP]]

_SLICE = 0.5
"""Seconds after which a wait looks up: whether time is over, or somebody wants to stop."""
_ADDRESSES = 4
"""Of one name that are tried at most."""


class Stopped(Exception):
    """Somebody wants to stop: no failure, and nothing is to be recorded."""


class Deadline:
    """The seconds that are left for an address."""

    def __init__(self, where: str, seconds: float, *, stopped: Callable[[], bool]) -> None:
        self.where = where
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._stopped = stopped

    def left(self) -> float:
        """Return the seconds that are left; raises FetchError where there are none, Stopped where we are to stop."""
        if self._stopped():
            raise Stopped
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchError(f"took longer than {self._seconds:.0f} seconds and was given up", where=self.where)
        return left

    def pause(self, seconds: float) -> None:
        """Wait, without this counting against the address."""
        start = time.monotonic()
        while (left := start + seconds - time.monotonic()) > 0:
            if self._stopped():
                raise Stopped
            time.sleep(min(left, _SLICE))
        self.extend(time.monotonic() - start)

    def extend(self, seconds: float) -> None:
        """Leave out of account what went by for another reason than this address."""
        self._end += seconds


def resolve(host: str, port: int) -> Sequence[IP]:
    """Return the addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(place[0]).partition("%")[0]) for *_, place in dict.fromkeys(found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """The answer to one request.

    Parameters
    ----------
    inner
        The host was reached because it was allowed, not because it is of the open internet.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    inner: bool


def request(
    target: Target,
    headers: Sequence[tuple[str, str]],
    *,
    settings: FetchSettings,
    deadline: Deadline,
    most: int,
    inner: bool,
    resolver: Resolver = resolve,
) -> Hop:
    """Return the answer to one GET request.

    Parameters
    ----------
    inner
        Whether what `settings` allow may be reached: a page of the open internet does not lead inside.

    Raises
    ------
    FetchError
        If the address may not be reached, is not reached, or answers with what is no HTTP, too large or too slow.
    """
    backend = _Backend(target, settings, deadline, inner=inner, resolver=resolver)
    sent = [("Host", _host_header(target)), *headers, ("Accept-Encoding", "gzip, deflate"), ("Connection", "close")]
    try:
        with _pool(settings, backend) as pool:
            response = pool.handle_request(httpcore2.Request("GET", _url(target), headers=sent))
            try:
                received = tuple((_text(name).lower(), _text(value)) for name, value in response.headers)
                body = _body(response, received, deadline, most)
            finally:
                response.close()
    except FetchError:
        raise
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError) as error:
        raise FetchError(_reason(error), where=deadline.where) from error
    return Hop(status=response.status, headers=received, body=body, inner=backend.inner)


def _reason(error: Exception) -> str:
    words = str(error) or type(error).__name__
    if isinstance(error, httpcore2.ProtocolError):
        return f"gave no whole answer ({words[:200]}); it may be well the next time"
    return f"could not be reached ({words[:200]}); check the address and the connection"


def _pool(settings: FetchSettings, backend: _Backend) -> httpcore2.ConnectionPool:
    proxy = httpcore2.Proxy(settings.proxy) if settings.proxy else None
    return httpcore2.ConnectionPool(
        ssl_context=_trusted(), proxy=proxy, max_connections=1, max_keepalive_connections=0, network_backend=backend
    )


@cache
def _trusted() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()


def _url(target: Target) -> httpcore2.URL:
    usual = target.port == (443 if target.scheme == "https" else 80)
    port = None if usual else target.port  # a proxy is given the address as it is usually spelt
    return httpcore2.URL(scheme=target.scheme, host=target.host, port=port, target=target.path)


def _host_header(target: Target) -> str:
    return target.address.split("/")[2]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _body(response: httpcore2.Response, headers: Sequence[tuple[str, str]], deadline: Deadline, most: int) -> bytes:
    found = dict(headers)
    declared = found.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > most:
        raise _too_large(deadline.where, most)
    if response.status not in (200, 203):  # nobody reads what a redirect or an error says
        return b""
    return inflate(_counted(response, deadline, most), found.get("content-encoding"), most=most, where=deadline.where)


def _counted(response: httpcore2.Response, deadline: Deadline, most: int) -> Iterable[bytes]:
    size = 0
    for chunk in response.iter_stream():
        size += len(chunk)
        if size > most:
            raise _too_large(deadline.where, most)
        yield chunk


def _too_large(where: str, most: int) -> FetchError:
    return FetchError(f"is larger than {most / 2**20:g} MiB and was given up", where=where, status=200, lasting=True)


class _Backend(httpcore2.NetworkBackend):
    """Connects to addresses that were vetted, and to no others."""

    def __init__(
        self, target: Target, settings: FetchSettings, deadline: Deadline, *, inner: bool, resolver: Resolver
    ) -> None:
        self._target = target
        self._settings = settings
        self._deadline = deadline
        self._allow = inner
        self._resolver = resolver
        self.inner = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        if self._settings.proxy:
            self._vet_spelling()
            places = self._resolve(host, port)  # the proxy's own, which the user named
        else:
            places = self._resolve(host, port)
            self._vet(host, port, places)
        return _Stream(self._connect(places[:_ADDRESSES], port), self._deadline, self._settings)

    def _resolve(self, host: str, port: int) -> Sequence[IP]:
        """Return the addresses of a host; the system's resolver knows no time limit, so that it is waited for from outside."""
        found: list[Sequence[IP]] = []
        failed: list[Exception] = []

        def look() -> None:
            try:
                found.append(self._resolver(host, port))
            except (OSError, UnicodeError, ValueError) as error:
                failed.append(error)

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(min(self._deadline.left(), _SLICE))
        if failed or not found[0]:
            why = f" ({failed[0]})" if failed else ""
            raise FetchError(f"has a host that is not found{why}; check the address", where=self._deadline.where)
        return found[0]

    def _vet(self, host: str, port: int, places: Sequence[IP]) -> None:
        if self._allow and self._settings.allowed.covers(host, places):
            self.inner = True
            return
        closed = [place for place in places if not is_public(place)]
        if closed:
            raise self._refusal(f"leads to {closed[0]}, which is not of the open internet; if it is your own", host)
        if port not in self._settings.ports:
            known = ", ".join(map(str, sorted(self._settings.ports)))
            raise self._refusal(f"is on port {port}, and only {known} are asked; if you trust the host", host)

    def _refusal(self, reason: str, host: str) -> FetchError:
        """Return the error that says how to allow a host; to what the open internet names no setting leads."""
        way = (
            f"allow it with --allow {host} (from Python, FetchSettings.allow)"
            if self._allow
            else "name its address yourself: nothing of the open internet leads there, whatever is allowed"
        )
        return FetchError(f"{reason}, {way}", where=self._deadline.where, lasting=True, ours=True)

    def _vet_spelling(self) -> None:
        literal = self._target.literal
        self._vet(self._target.host, self._target.port, [literal] if literal else [])

    def _connect(self, places: Sequence[IP], port: int) -> socket.socket:
        failed: OSError | None = None
        for place in places:
            try:
                wait = min(self._deadline.left(), self._settings.connect)
                return socket.create_connection((str(place), port), timeout=wait)
            except FetchError:
                raise
            except OSError as error:
                failed = error
        raise httpcore2.ConnectError(str(failed)) from failed


class _Stream(httpcore2.NetworkStream):
    """A connection that keeps to a deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline, settings: FetchSettings) -> None:
        self._socket = connection
        self._deadline = deadline
        self._settings = settings

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        since = time.monotonic()
        while True:
            self._socket.settimeout(min(self._deadline.left(), _SLICE))
            try:
                return self._socket.recv(max_bytes)
            except TimeoutError as error:
                if time.monotonic() - since > self._settings.silence:
                    raise httpcore2.ReadTimeout(f"nothing came for {self._settings.silence:.0f} seconds") from error
            except OSError as error:
                raise httpcore2.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.settimeout(min(self._deadline.left(), self._settings.silence))
        try:
            self._socket.sendall(buffer)
        except TimeoutError as error:
            raise httpcore2.WriteTimeout("the request was not taken") from error
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        self._socket.settimeout(min(self._deadline.left(), self._settings.connect))
        try:
            wrapped = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except TimeoutError as error:
            self._socket.close()
            raise httpcore2.ConnectTimeout("no secure connection came about in time") from error
        except (OSError, ValueError) as error:
            self._socket.close()
            raise httpcore2.ConnectError(f"no secure connection: {error}") from error
        return _Stream(wrapped, self._deadline, self._settings)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return False
        return self._socket if info == "socket" else None
