"""Results that take a while: computed once for each state of the ledger, beside the requests, and kept.

A page asks for a result and waits a moment. Where it is not there yet the page says so and asks again; where the ledger has
grown since, the page shows the last one, says of which state it is, and the new one is computed meanwhile.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import Any

from demarche.errors import DemarcheError
from demarche.ledger import Ledger
from demarche.web._ledgers import Ledgers

__all__ = ["Answer", "Results"]

_WAITING = 40
"""Results that may wait to be computed: more questions than that at once are nobody's reading."""

Compute = Callable[[Ledger], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What there is of a result.

    Parameters
    ----------
    ready
        Whether there is a value; if not, ask again.
    value
        The result.
    head
        The entry of the log up to which it was computed.
    stale
        Whether the ledger has grown since; the new one is being computed.
    """

    ready: bool
    value: Any = None
    head: int = 0
    stale: bool = False


class Results:
    """Results by name, computed on a few threads of their own.

    Parameters
    ----------
    ledgers
        Where they read.
    kept
        Results that are kept, the least used go first.
    threads
        Results that are computed at once.
    """

    def __init__(self, ledgers: Ledgers, *, kept: int = 64, threads: int = 2) -> None:
        self._ledgers = ledgers
        self._most = kept
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="results")
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._running: dict[Hashable, Future[tuple[int, Any]]] = {}

    def get(self, key: Hashable, compute: Compute, *, wait: float = 0.4) -> Answer:
        """Return a result for the ledger as it is now, or what there is of it after `wait` seconds.

        Parameters
        ----------
        key
            Everything that the result depends on, but the ledger.
        compute
            Makes it from a ledger; runs on another thread.

        Raises
        ------
        DemarcheError
            If too many other results are being computed.
        Exception
            What `compute` raised: it is computed anew when it is asked for again.
        """
        with self._ledgers.use() as ledger:
            head = ledger.head()
        with self._lock:
            known = self._kept.get(key)
            if known and known[0] == head:
                self._kept.move_to_end(key)
                return Answer(ready=True, value=known[1], head=head)
            # One at a time for a key: while people write, every entry would ask for another otherwise, and none would be in time.
            running = self._running.get(key)
            if running is None and known and len(self._running) >= _WAITING:
                return Answer(ready=True, value=known[1], head=known[0], stale=True)
            running = running or self._start(key, head, compute)
        wait_for([running], timeout=0.05 if known else wait)
        if running.done():
            of, value = running.result()
            return Answer(ready=True, value=value, head=of, stale=of != head)
        if known:
            return Answer(ready=True, value=known[1], head=known[0], stale=True)
        return Answer(ready=False, head=head)

    def close(self) -> None:
        """Stop: what is not begun is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self, key: Hashable, head: int, compute: Compute) -> Future[tuple[int, Any]]:
        if len(self._running) >= _WAITING:
            raise DemarcheError("too much is being counted already; look again in a moment")
        made = self._pool.submit(self._compute, key, head, compute)
        self._running[key] = made
        return made

    def _compute(self, key: Hashable, head: int, compute: Compute) -> tuple[int, Any]:
        try:
            with self._ledgers.use() as ledger:
                value = compute(ledger)
            with self._lock:
                self._kept[key] = (head, value)
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return head, value
        finally:
            with self._lock:
                self._running.pop(key, None)
