"""The same work in several processes: what comes out is in the order of what went in, and a process that dies takes nothing along.

Pebble keeps the processes: of the pools of the standard library one dies altogether with any of its processes
(concurrent.futures), the other waits for ever for what a dead process was to do (multiprocessing).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

from demarche.errors import DemarcheError

__all__ = ["Lost", "as_done", "in_order"]

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


@dataclass(slots=True, eq=False)
class _Given(Generic[Item]):
    """An item, what comes of it, None if nothing is to be done with it, and how many processes it has cost."""

    item: Item
    future: Future[Any] | None
    deaths: int = 0


def in_order(
    items: Iterable[Item],
    work: Callable[..., Made],
    *,
    tools: tuple[Any, ...] = (),
    workers: int,
    needs: Callable[[Item], bool] = lambda item: True,
    timeout: float | None = None,
) -> Iterator[Made | Item | Lost[Item]]:
    """Yield what `work` makes of each item, in the order of the items; a few items are held at a time.

    Parameters
    ----------
    work
        A function of a module, called with an item and the tools: each process imports it anew. What it raises is raised here.
    tools
        What every item needs: it goes to each process once.
    workers
        Processes.
    needs
        Whether an item needs the work; others come out as they are, and go to no process.
    timeout
        Seconds that an item may take before its process is ended; None for no limit.

    Raises
    ------
    DemarcheError
        If the processes end before they begin.
    """
    with _processes(tools, workers) as pool:

        def give_out(item: Item) -> Future[Any] | None:
            return pool.schedule(_work_on, args=(work, item), timeout=timeout) if needs(item) else None

        yield from _run(items, give_out, held=_AHEAD * workers, tries=_TRIES, first=lambda waiting: waiting[0])


def as_done(
    items: Iterable[Item],
    work: Callable[..., Made],
    *,
    tools: tuple[Any, ...] = (),
    workers: int,
    tries: int = _TRIES,
) -> Iterator[Made | Lost[Item]]:
    """Yield what `work` makes of each item as soon as it is there: one that takes hours keeps no other waiting.

    Parameters
    ----------
    items, work, tools, workers
        As of :func:`in_order`.
    tries
        Times that an item may cost a process its life.

    Raises
    ------
    DemarcheError
        If the processes end before they begin.
    """
    with _processes(tools, workers) as pool:

        def give_out(item: Item) -> Future[Any]:
            return pool.schedule(_work_on, args=(work, item))  # type: ignore[no-any-return]

        yield from _run(items, give_out, held=_AHEAD * workers, tries=tries, first=_first_done)


@contextlib.contextmanager
def _processes(tools: tuple[Any, ...], workers: int) -> Iterator[Any]:
    """Give a pool of processes, which start with the first item."""
    from pebble import ProcessPool

    # Spawned, not forked: a process that was forked from one with threads of its own can wait for ever.
    pool = ProcessPool(max_workers=workers, context=get_context("spawn"), initializer=_take_up, initargs=(tools,))
    try:
        yield pool
    except BrokenProcessPool as error:
        reason = (
            "the processes that code end before they begin; is there enough memory? Start again, with fewer workers"
        )
        raise DemarcheError(reason) from error
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        with contextlib.suppress(KeyboardInterrupt):
            pool.join()


def _run(
    items: Iterable[Item],
    give_out: Callable[[Item], Future[Any] | None],
    *,
    held: int,
    tries: int,
    first: Callable[[list[_Given[Item]]], _Given[Item]],
) -> Iterator[Any]:
    """Yield what comes of items, `held` of which are given out at a time; `first` says which of them is next."""
    waiting: list[_Given[Item]] = []
    source = iter(items)
    end = object()
    while True:
        while len(waiting) < held and (item := next(source, end)) is not end:
            waiting.append(_Given(item, give_out(item)))  # type: ignore[arg-type]
        if not waiting:
            return
        given = first(waiting)
        made = _result(given, tries)
        if made is _AGAIN:
            given.future = give_out(given.item)
            continue
        waiting.remove(given)
        yield made


def _first_done(waiting: list[_Given[Item]]) -> _Given[Item]:
    done, _ = wait([given.future for given in waiting if given.future], return_when=FIRST_COMPLETED)
    return next(given for given in waiting if given.future in done)


_AGAIN = object()
"""Stands for what is to be given out once more."""


def _result(given: _Given[Item], tries: int) -> Any:
    """Return what came of an item, waiting for it."""
    from pebble import ProcessExpired

    if given.future is None:
        return given.item
    try:
        return given.future.result()
    except TimeoutError:
        return Lost(given.item, "took too long, and was broken off; split it")
    except ProcessExpired as error:
        given.deaths += 1
        if given.deaths < tries:
            return _AGAIN
        reason = f"ended the process that coded it, {tries} times (exit status {error.exitcode}); look at it by itself"
        return Lost(given.item, reason)


_tools: tuple[Any, ...] = ()
"""Of this process, if it is a worker."""


def _take_up(tools: tuple[Any, ...]) -> None:
    global _tools
    _tools = tools


def _work_on(work: Callable[..., Made], item: Any) -> Made:
    return work(item, *_tools)
