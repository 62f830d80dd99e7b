"""The timeline: what each actor is reported to have done, period by period, and the moves behind it in their order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from demarche.errors import InputError
from demarche.ledger import Ledger
from demarche.model import STEPS, UNKNOWN, LedgerMove, MoveFilter, Timeline, TimelineCell
from demarche.present.charts.timeline import MOST_MARKS, chart_timeline
from demarche.web._filters import address, read_filter, restate
from demarche.web._pages import page_number, typed_filter
from demarche.web._results import Answer
from demarche.web._security import READER
from demarche.web._view import draw, named, render

__all__ = ["router"]

router = APIRouter()

_SHOWN = 50
_PAGES = 100_000
_LANES = (4, 8, 12, 16)
_FAR = 0.02
"""Share of the moves that a chart may leave out before and after all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A timeline with its chart.

    Parameters
    ----------
    longer
        Whether the periods are longer than they were asked for.
    since, until
        The days that the chart was narrowed to, because few moves lie far from all others; None where it was not.
    """

    timeline: Timeline
    chart: Markup
    longer: bool
    since: str | None
    until: str | None


@router.get("/timeline", dependencies=[Depends(READER)])
def show_timeline(request: Request) -> Response:
    """Show the lanes of the actors that are reported most, and the moves in their order."""
    query = request.query_params
    stated = {name: query.get(name) or None for name in ("step", "actors")}
    try:
        wanted = replace(read_filter(query), moves=None)  # every symbol states the filter: ids would make it too long
        step, lanes = _choice(stated["step"], STEPS, "step"), int(_choice(stated["actors"], _LANES, "actors") or 8)
        key = ("timeline", wanted, step, lanes)
        answer = request.app.state.results.get(key, partial(_compute, wanted=wanted, step=step, lanes=lanes))
        found = _in_order(request, wanted)
    except InputError as error:
        return _show(request, typed_filter(query), {}, None, [], error=error.reason)
    return _show(request, wanted, stated, answer, found)


def _in_order(request: Request, wanted: MoveFilter) -> list[LedgerMove]:
    query = request.query_params
    after = (query.get("after") or "")[:64] or None
    start = {"after": after} if after else {"offset": (page_number(query, most=_PAGES) - 1) * _SHOWN}
    with request.app.state.ledgers.use() as ledger:
        return list(ledger.moves(wanted, limit=_SHOWN + 1, **start))


def _show(
    request: Request,
    wanted: MoveFilter,
    stated: dict[str, str | None],
    answer: Answer | None,
    found: list[LedgerMove],
    *,
    error: str | None = None,
) -> Response:
    return render(
        request,
        "timeline.html",
        status=400 if error else 200,
        error=error,
        answer=answer,
        drawn=answer.value if answer else None,
        wanted=wanted,
        filters=restate(wanted),
        stated={**restate(wanted), **stated},
        own=[(name, value) for name, value in stated.items() if value],
        step=stated.get("step"),
        steps=STEPS,
        lanes=int(stated.get("actors") or 8),
        choices_of_lanes=_LANES,
        days=_by_day(found[:_SHOWN]),
        last=found[_SHOWN - 1].move.id if len(found) > _SHOWN else None,
        number=page_number(request.query_params, most=_PAGES),
    )


def _choice(value: str | None, allowed: tuple[Any, ...], name: str) -> str | None:
    if not value:
        return None
    if value not in map(str, allowed):
        raise InputError(f"there is no {name} of that name; choose from {', '.join(map(str, allowed))}")
    return value


def _compute(ledger: Ledger, *, wanted: MoveFilter, step: str | None, lanes: int) -> _Drawn:
    """Return the timeline, with longer periods than asked for where there were more symbols than a page can hold."""
    found = _lanes_of(ledger, wanted, lanes, step)
    since, until = (None, None) if wanted.since or wanted.until else _narrowed(found)
    inner = replace(wanted, since=since or wanted.since, until=until or wanted.until)
    if inner != wanted:
        found = replace(_lanes_of(ledger, inner, lanes, step), undated=found.undated)
    first = found.step
    while len(found.cells) > MOST_MARKS and found.step != STEPS[-1]:
        longer = STEPS[STEPS.index(found.step) + 1]
        found = replace(_lanes_of(ledger, inner, lanes, longer), undated=found.undated)
    spec = chart_timeline(
        _bounded(found),
        name=named,
        address=partial(_cell_address, wanted=inner),
        lane=lambda actor: address("/moves", **{**restate(inner), "actor": actor or UNKNOWN}),
    )
    return _Drawn(timeline=found, chart=draw(spec), longer=found.step != (step or first), since=since, until=until)


def _narrowed(found: Timeline) -> tuple[str | None, str | None]:
    """Return the years in which nearly all moves lie, where these are but a part of all years: one "in 1823" would hide the rest."""
    years: Counter[str] = Counter()
    for cell in found.cells:
        years[cell.start[:4]] += cell.moves
    known, left = sorted(years), sum(years.values()) * _FAR
    while known and years[known[0]] <= left:
        left -= years[known.pop(0)]
    left = sum(years.values()) * _FAR
    while known and years[known[-1]] <= left:
        left -= years[known.pop()]
    if not known or int(known[-1]) - int(known[0]) + 1 > (int(max(years)) - int(min(years)) + 1) / 2:
        return None, None
    return known[0] if known[0] != min(years) else None, known[-1] if known[-1] != max(years) else None


def _lanes_of(ledger: Ledger, wanted: MoveFilter, lanes: int, step: str | None) -> Timeline:
    found = ledger.timeline(wanted, actors=lanes, step=step)
    # Who else takes part in the moves of an actor has moves of which a filter by that actor knows nothing.
    return found if wanted.actor in (None, UNKNOWN) else _only(ledger, wanted, found)


def _only(ledger: Ledger, wanted: MoveFilter, found: Timeline) -> Timeline:
    """Return the lane of the actor that the filter names."""
    actors = tuple(one for one in found.actors if one.value == wanted.actor)
    cells = tuple(cell for cell in found.cells if cell.actor == wanted.actor)
    left = sum(one.mentions for one in actors) - sum(cell.mentions for cell in cells)
    dated = wanted.since or wanted.until
    undated = 0 if dated or not left else ledger.count_moves(replace(wanted, since=UNKNOWN), most=left)
    return replace(found, actors=actors, cells=cells, undated=undated, coarse=left - undated)


def _bounded(found: Timeline) -> Timeline:
    """Return a timeline whose symbols a page can hold, whatever it takes: the last lanes go."""
    actors, cells = list(found.actors), list(found.cells)
    while len(cells) > MOST_MARKS and len(actors) > 1:
        gone = actors.pop()
        cells = [cell for cell in cells if cell.actor != gone.value]
    return replace(found, actors=tuple(actors), cells=tuple(cells[-MOST_MARKS:]))


def _cell_address(cell: TimelineCell, *, wanted: MoveFilter) -> str:
    """Return the address of the moves of a cell: the filter of the page, narrowed to its actor, period and class."""
    since, until = wanted.since or "", wanted.until or ""
    # The page may begin or end within the period.
    first = since if since.ljust(10, "-") > cell.start else cell.start
    last = until if until and until.ljust(10, "~") < cell.end else cell.end
    narrowed = {"actor": cell.actor or UNKNOWN, "quad": cell.quad, "since": first, "until": last}
    return address("/moves", **{**restate(wanted), **narrowed})


def _by_day(found: list[LedgerMove]) -> list[tuple[str | None, list[LedgerMove]]]:
    days: dict[str | None, list[LedgerMove]] = {}
    for one in found:
        days.setdefault(one.move.date, []).append(one)
    return list(days.items())
