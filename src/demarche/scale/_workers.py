"""The same work in several processes: what comes out is in the order of what went in, and a process that dies takes nothing along.

Pebble keeps the processes: of the pools of the standard library one dies altogether with any of its processes
(concurrent.futures), the other waits for ever for what a dead process was to do (multiprocessing).
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, TypeVar, cast

__all__ = ["Lost", "in_order"]

Item = TypeVar("Item")
Made = TypeVar("Made")

_AHEAD = 4
"""Items that are given out before their turn, for each worker: so that a long one keeps no other worker waiting."""
_TRIES = 2
"""Times that an item may cost a process its life: a process can be killed for what another one did."""


@dataclass(frozen=True, slots=True)
class Lost(Generic[Item]):
    """An item that no worker lived to finish, and why."""

    item: Item
    reason: str


def in_order(
    items: Iterable[Item],
    work: Callable[..., Made],
    *,
    tools: tuple[Any, ...] = (),
    workers: int,
    timeout: float | None = None,
) -> Iterator[Made | Lost[Item]]:
    """Yield what `work` makes of each item, in the order of the items; a few items are held at a time.

    Parameters
    ----------
    work
        A function of a module, called with an item and the tools: each process imports it anew. What it raises is raised here.
    tools
        What every item needs: it goes to each process once.
    workers
        Processes.
    timeout
        Seconds that an item may take before its process is ended; None for no limit.
    """
    from pebble import ProcessPool

    waiting: deque[tuple[Item, Future[Made]]] = deque()
    source = iter(items)
    # Spawned, not forked: a process that was forked from one with threads of its own can wait for ever.
    pool = ProcessPool(max_workers=workers, context=get_context("spawn"), initializer=_take_up, initargs=(tools,))

    def give_out(item: Item) -> Future[Made]:
        return cast("Future[Made]", pool.schedule(_work_on, args=(work, item), timeout=timeout))

    try:
        while True:
            for item in source:
                waiting.append((item, give_out(item)))
                if len(waiting) >= _AHEAD * workers:
                    break
            if not waiting:
                return
            item, first = waiting.popleft()
            made = _result(item, first, give_out)
            yield made
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        with contextlib.suppress(KeyboardInterrupt):
            pool.join()


_tools: tuple[Any, ...] = ()
"""Of this process, if it is a worker."""


def _take_up(tools: tuple[Any, ...]) -> None:
    global _tools
    _tools = tools


def _work_on(work: Callable[..., Made], item: Any) -> Made:
    return work(item, *_tools)


def _result(item: Item, given: Future[Made], again: Callable[[Item], Future[Made]]) -> Made | Lost[Item]:
    from pebble import ProcessExpired

    died: Any = None
    for left in reversed(range(_TRIES)):
        try:
            return given.result()
        except TimeoutError:
            return Lost(item, "took too long, and was broken off; split it")
        except ProcessExpired as error:
            died = error
            given = again(item) if left else given
    return Lost(
        item, f"ended the process that coded it, {_TRIES} times (exit status {died.exitcode}); look at it by itself"
    )
