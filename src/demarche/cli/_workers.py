"""How many processes code side by side, as the verbs ask it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["count_cores", "workers_option"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def workers_option(function: _Function) -> _Function:
    """Add ``--workers``; the function is given their number, 1 or more."""
    return click.option(
        "--workers",
        type=click.IntRange(0, 1024),
        default=1,
        show_default=True,
        callback=lambda _context, _option, number: number or count_cores(),
        help="Processes that code side by side, each on one core; 0 for as many as there are cores.",
    )(function)


def count_cores() -> int:
    """Return the cores that this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
