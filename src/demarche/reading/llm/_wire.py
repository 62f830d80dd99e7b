"""The connection to a server: one POST with one end of time for all of it, and of size, whatever the other side does.

The usual HTTP clients bound each read; a server that sends a byte now and then would hold one for ever. Here every read and write of a
request shares one deadline, and a run that is interrupted lets go at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpcore2

__all__ = ["Wire", "WireError"]

_SLICE = 0.25
"""Seconds after which a waiting read looks whether the run was interrupted."""


class WireError(Exception):
    """No response came: the reason in words; it never leaves this room."""


class Wire:
    """Sends questions to one address; several threads may send at once.

    Neither proxies nor passwords of the environment are looked at: they would send texts, or a key, where nobody named. Redirects are
    responses like any other.
    """

    def __init__(self, address: str, *, key: str | None, seconds: float, most: int) -> None:
        self._url = f"{address}/chat/completions"
        self._seconds = seconds
        self._most = most
        self._ends = threading.local()
        self._stopped = threading.Event()
        self._headers = [
            ("Host", urlsplit(address).netloc),
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("Content-Type", "application/json"),
            ("User-Agent", "demarche"),
            *([("Authorization", f"Bearer {key}")] if key else []),
        ]
        self._pool = httpcore2.ConnectionPool(max_connections=64, network_backend=_Backend(self))

    def post(self, data: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers by their names in lower case, and body; WireError if they do not come in time and size."""
        self._ends.at = time.monotonic() + self._seconds
        headers = [*self._headers, ("Content-Length", str(len(data)))]
        try:
            with self._pool.stream("POST", self._url, headers=headers, content=data) as response:
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                if found.get("content-encoding", "identity").lower() not in ("", "identity"):
                    raise WireError("the answer is compressed, which it was asked not to be")
                return response.status, found, self._body(response)
        except httpcore2.TimeoutException as error:
            raise WireError(f"no whole answer within {self._seconds:g} seconds") from error
        except httpcore2.ConnectError as error:
            raise WireError(f"it cannot be reached ({str(error)[:120]}); is the server running?") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            raise WireError(f"the connection failed ({type(error).__name__})") from error

    def _body(self, response: httpcore2.Response) -> bytes:
        received = bytearray()
        for part in response.iter_stream():
            received += part
            if len(received) > self._most:
                raise WireError(f"the answer is larger than {self._most} bytes")
        return bytes(received)

    def left(self) -> float:
        """Return the seconds that this thread's request has left; ReadTimeout if it has none, or the run was interrupted."""
        left: float = self._ends.at - time.monotonic()
        if left <= 0 or self._stopped.is_set():
            raise httpcore2.ReadTimeout
        return left

    def pause(self, seconds: float) -> None:
        """Wait, unless the run is interrupted."""
        self._stopped.wait(seconds)

    def stop(self) -> None:
        """Let go of every request."""
        self._stopped.set()

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        return _Stream(
            self._inner.connect_tcp(host, port, self._wire.left(), local_address, socket_options), self._wire
        )


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream, wire: Wire) -> None:
        self._inner = inner
        self._wire = wire

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            with suppress(httpcore2.ReadTimeout):
                return self._inner.read(max_bytes, min(self._wire_left(), _SLICE))
            self._wire.left()

    def _wire_left(self) -> float:
        return max(self._wire.left(), 0.001)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._wire.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._wire.left()), self._wire)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
