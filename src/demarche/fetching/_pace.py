"""How fast a host is asked: one request at a time, a pause between two, and none at all for as long as it asks to be left alone."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from email.utils import parsedate_to_datetime

__all__ = ["Pace", "retry_after"]

_HOSTS = 10_000
_DAY = 86_400.0


class Pace:
    """When each host may be asked next.

    Parameters
    ----------
    interval
        Seconds between two requests to one host at least.
    clock
        Seconds that only grow.
    """

    def __init__(self, interval: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = interval
        self._clock = clock
        self._next: OrderedDict[str, float] = OrderedDict()

    def wait(self, host: str) -> float:
        """Return the seconds for which a host is not to be asked yet."""
        return max(0.0, self._next.get(host, 0.0) - self._clock())

    def asked(self, host: str, *, delay: float = 0.0) -> None:
        """Note that a host has answered now; `delay` is what its robots.txt asks for."""
        self._put(host, self._clock() + max(self._interval, delay))

    def leave(self, host: str, seconds: float) -> None:
        """Note that a host wants to be left alone so long."""
        self._put(host, max(self._next.get(host, 0.0), self._clock() + seconds))

    def _put(self, host: str, when: float) -> None:
        self._next[host] = when
        self._next.move_to_end(host)
        if len(self._next) > _HOSTS:
            self._next.popitem(last=False)


def retry_after(value: str | None, *, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for, a day at most; None where it says nothing that can be read.

    Examples
    --------
    >>> retry_after("120", now=0)
    120.0
    >>> retry_after("Thu, 01 Jan 1970 00:01:00 GMT", now=0)
    60.0
    """
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:12]), _DAY)
    try:
        return min(max(0.0, parsedate_to_datetime(text).timestamp() - now), _DAY)
    except (ValueError, TypeError, OverflowError):
        return None
