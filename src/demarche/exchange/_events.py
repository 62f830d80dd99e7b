"""What event data want to know of a move: whether it is an event for them, and on which days it was."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from demarche.model import Move, SourcedMove, Status

__all__ = ["event_days", "refuse_event", "refuse_untyped"]


def refuse_event(sourced: SourcedMove, all_statuses: bool) -> str | None:
    """Return why a move is no event: it is not told as a fact, or on no known day."""
    if sourced.move.status is not Status.ACTUAL and not all_statuses:
        return f"not told as a fact but as {sourced.move.status.value}"
    return None if event_days(sourced.move) else "without a date"


def refuse_untyped(sourced: SourcedMove, all_statuses: bool) -> str | None:
    """Return why a move is no event of PLOVER: the same, or its act has no event type."""
    if sourced.move.event is None:
        return f"of the act {sourced.move.act.value}, for which PLOVER has no event type"
    return refuse_event(sourced, all_statuses)


def event_days(move: Move) -> tuple[str, str] | None:
    """Return the first and the last day on which a move can have been, as ISO dates; None where that is unknown.

    Examples
    --------
    >>> from demarche.testing import make_move
    >>> import dataclasses
    >>> move = make_move("Kyiv rejected it.", "rejected", act="reject")
    >>> event_days(dataclasses.replace(move, date="1962-02", date_precision="month"))
    ('1962-02-01', '1962-02-28')
    """
    try:
        return None if move.date is None else _days(move.date, move.date_precision)
    except (ValueError, OverflowError):
        return None


def _days(day: str, precision: str | None) -> tuple[str, str]:
    if len(day) == 4:
        return date(int(day), 1, 1).isoformat(), date(int(day), 12, 31).isoformat()
    if len(day) == 7:
        year, month = int(day[:4]), int(day[5:])
        return date(year, month, 1).isoformat(), date(year, month, calendar.monthrange(year, month)[1]).isoformat()
    first = date.fromisoformat(day[:10])
    return first.isoformat(), (first + timedelta(days=6 if precision == "week" else 0)).isoformat()
