"""What robots.txt asks of us, for each origin, kept for a day."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demarche.errors import FetchError

if TYPE_CHECKING:
    from protego import Protego

__all__ = ["Robots", "Rules"]

NAME = "demarche"
LARGEST = 2 * 2**20
"""Bytes of a robots.txt at most; RFC 9309 wants 500 KiB at least."""
_DAY, _SOON = 86_400.0, 600.0
_ORIGINS = 1000
_LONGEST_DELAY = 60.0
"""Seconds between two requests that a crawl-delay can ask for at most: a longer one closes the host, which it can say plainly."""

Origin = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one origin; None where everything may be fetched.

    Parameters
    ----------
    closed
        Why nothing may be fetched for now.
    """

    parsed: Protego | None = None
    closed: str | None = None

    def allow(self, address: str) -> bool:
        """Return whether we may fetch an address of this origin."""
        return self.closed is None and (self.parsed is None or bool(self.parsed.can_fetch(address, NAME)))

    @property
    def delay(self) -> float:
        """Seconds between two requests, a minute at most."""
        found = self.parsed.crawl_delay(NAME) if self.parsed else None
        return min(float(found or 0.0), _LONGEST_DELAY)


class Robots:
    """The rules of origins, each asked for when it is needed first.

    Parameters
    ----------
    ask
        Gives status and body of an address, and is told whether what is allowed may be reached; raises FetchError where it is not.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, ask: Callable[[str, bool], tuple[int, bytes]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._known: OrderedDict[tuple[Origin, bool], tuple[float, Rules]] = OrderedDict()

    def rules(self, origin: Origin, *, inner: bool) -> Rules:
        """Return the rules of an origin; `inner` as of a request."""
        until, found = self._known.get((origin, inner), (0.0, Rules()))
        if self._clock() < until:
            return found
        found = self._read(origin, inner)
        self._known[origin, inner] = (self._clock() + (_SOON if found.closed else _DAY), found)
        self._known.move_to_end((origin, inner))
        if len(self._known) > _ORIGINS:
            self._known.popitem(last=False)
        return found

    def _read(self, origin: Origin, inner: bool) -> Rules:
        """Ask for robots.txt: one that is not there allows all; one that a server cannot give forbids all (RFC 9309)."""
        scheme, host, port = origin
        place = f"[{host}]" if ":" in host else host
        try:
            status, body = self._ask(f"{scheme}://{place}:{port}/robots.txt", inner)
        except FetchError as error:
            unavailable = 400 <= (error.status or 0) < 500 and error.status != 429
            refused = error.lasting and error.status is None  # the address itself will be refused for the same reason
            if unavailable or refused:
                return Rules()
            return Rules(closed=error.reason)
        return Rules(_parse(body)) if status == 200 else Rules()


def _parse(body: bytes) -> Protego:
    from protego import Protego

    return Protego.parse(body.decode("utf-8-sig", "replace"))
