"""Who is using the desk at the moment: sessions that live in the memory of the server, known by a random name."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Session", "Sessions"]

_RANDOM = 32  # bytes: nobody guesses 256 bits


def _token() -> str:
    return secrets.token_urlsafe(_RANDOM)


@dataclass(slots=True, kw_only=True)
class Session:
    """One browser that talks to the desk.

    Parameters
    ----------
    user
        The name of the account; None before login.
    stamp
        What the account's `changed` was at login.
    csrf
        What every form of this session carries, and no other site can know.
    made, seen
        When it began and was last used, seconds of the clock.
    """

    user: str | None
    stamp: str | None
    made: float
    seen: float
    csrf: str = field(default_factory=_token)


class Sessions:
    """Sessions of one kind. The longest unused one goes when there are too many.

    Parameters
    ----------
    idle, longest
        Seconds without a request, and altogether, after which a session is over.
    most, most_each
        Sessions altogether, and of one user.
    clock
        Tells seconds. A clock of the wall: one that stops while a laptop sleeps would keep sessions open.
    """

    def __init__(
        self, *, idle: float, longest: float, most: int, most_each: int = 100, clock: Callable[[], float] = time.time
    ) -> None:
        self._idle = idle
        self._longest = longest
        self._most = most
        self._most_each = most_each
        self._clock = clock
        self._lock = threading.Lock()
        # By digest: how long a look-up takes says nothing about the names that there are. In the order of last use.
        self._known: OrderedDict[bytes, Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def start(self, user: str | None = None, stamp: str | None = None) -> tuple[str, Session]:
        """Return the name of a new session and the session; the name is told to nobody else."""
        name, now = _token(), self._clock()
        session = Session(user=user, stamp=stamp, made=now, seen=now)
        with self._lock:
            self._make_room(user)
            self._known[_digest(name)] = session
        return name, session

    def find(self, name: str | None) -> Session | None:
        """Return a session that is not over, and count this as a use of it."""
        if not name:
            return None
        key = _digest(name)
        with self._lock:
            session = self._known.get(key)
            if session is None:
                return None
            if self._over(session):
                del self._known[key]
                return None
            session.seen = self._clock()
            self._known.move_to_end(key)
            return session

    def end(self, name: str | None) -> None:
        """End a session, if there is such a one."""
        if name:
            with self._lock:
                self._known.pop(_digest(name), None)

    def end_all(self, user: str) -> None:
        """End all sessions of a user."""
        with self._lock:
            for key in [key for key, session in self._known.items() if session.user == user]:
                del self._known[key]

    def _over(self, session: Session) -> bool:
        now = self._clock()
        return not (0 <= now - session.made <= self._longest and now - session.seen <= self._idle)

    def _make_room(self, user: str | None) -> None:
        while self._known and self._over(next(iter(self._known.values()))):
            self._known.popitem(last=False)
        if user is not None:
            own = [key for key, session in self._known.items() if session.user == user]
            for key in own[: max(0, len(own) - self._most_each + 1)]:
                del self._known[key]
        while len(self._known) >= self._most:
            self._known.popitem(last=False)


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "replace")).digest()
