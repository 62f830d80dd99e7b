"""How often something may be done: logins, writes and costly pages. Reading is not counted."""

from __future__ import annotations

import ipaddress
import math
import time
import unicodedata

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

__all__ = ["Rates"]

_LOGINS_BY_NAME = "5/minute; 30/hour"
_LOGINS_BY_ADDRESS = "20/minute; 100/hour"  # several people may share one address
_WRITES = "600/minute"
_COSTLY = "120/minute"


class Rates:
    """Counts in memory: what is counted is forgotten when the desk stops."""

    def __init__(self) -> None:
        self._counted = MovingWindowRateLimiter(MemoryStorage())

    def login(self, name: str, address: str) -> int | None:
        """Count an attempt to log in; return the seconds to wait if there were too many for the name or the address."""
        # An address that is stopped is not counted for the name: it cannot shut its user out any longer.
        wait = self._hit(_LOGINS_BY_ADDRESS, "address", _network(address))
        return wait or self._hit(_LOGINS_BY_NAME, "name", _same(name))

    def forgive(self, name: str) -> None:
        """Forget the attempts under a name whose user got in."""
        for limit in parse_many(_LOGINS_BY_NAME):
            self._counted.clear(limit, "name", _same(name))

    def write(self, who: str) -> int | None:
        """Count a change by somebody; return the seconds to wait if there were too many."""
        return self._hit(_WRITES, "write", who)

    def costly(self, who: str) -> int | None:
        """Count a costly page for somebody; return the seconds to wait if there were too many."""
        return self._hit(_COSTLY, "costly", who)

    def _hit(self, limits: str, *of: str) -> int | None:
        for limit in parse_many(limits):
            if not self._counted.hit(limit, *of):
                return self._wait(limit, *of)
        return None

    def _wait(self, limit: RateLimitItem, *of: str) -> int:
        return max(1, math.ceil(self._counted.get_window_stats(limit, *of).reset_time - time.time()))


def _same(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()[:200]


def _network(address: str) -> str:
    """Return what one attacker can choose an address from: an address of IPv4, 2^64 of them in IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))
