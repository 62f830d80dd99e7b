"""A few open ledgers that requests take turns with: a connection serves one thread at a time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from demarche.errors import LedgerError
from demarche.ledger import Ledger

__all__ = ["Ledgers"]


class Ledgers:
    """The ledger of a desk, open as often as requests use it at once, at most `most` times.

    Parameters
    ----------
    url
        As :meth:`Ledger.open` takes it; the ledger must be there.
    most
        Connections at a time.
    wait
        Seconds that a request waits for one of them.
    """

    def __init__(self, url: str, *, most: int = 8, wait: float = 30) -> None:
        self.url = url
        self._wait = wait
        self._free: queue.LifoQueue[Ledger] = queue.LifoQueue()
        self._places = threading.Semaphore(most)
        self._free.put(Ledger.open(url, create=False))  # what is wrong with it shows when the desk starts

    @contextmanager
    def use(self, who: str | None = None) -> Iterator[Ledger]:
        """Yield a ledger that no other thread uses meanwhile; what it writes is entered under `who`.

        Raises
        ------
        LedgerError
            If none becomes free in time, or it cannot be opened.
        """
        if not self._places.acquire(timeout=self._wait):
            raise LedgerError("too many pages are being made at once; try again in a moment")
        try:
            ledger = self._take()
            try:
                yield ledger if who is None else ledger.acting_as(who)
            finally:
                self._free.put(ledger)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close what is open and not in use."""
        while True:
            try:
                self._free.get_nowait().close()
            except queue.Empty:
                return

    def _take(self) -> Ledger:
        try:
            return self._free.get_nowait()
        except queue.Empty:
            return Ledger.open(self.url, create=False)
