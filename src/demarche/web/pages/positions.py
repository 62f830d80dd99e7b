"""Who is reported to stand for and against what; of two parties how far they are apart, and whether one has moved."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from demarche.analysis.positions import compare_positions, find_positions
from demarche.errors import InputError
from demarche.ledger import Ledger
from demarche.model.positions import Comparison, GapRow, Movement, MovementRow, Positions
from demarche.present.charts.gap import chart_gap
from demarche.present.charts.positions import chart_matrix, chart_positions
from demarche.present.positions import gap_words, movement_words, order_standing
from demarche.web._analyses import KEPT, STANCES, Analysis, Asked, Options, draw_bounded, show_analysis
from demarche.web._security import READER
from demarche.web._view import named

__all__ = ["router"]

router = APIRouter()

_CHARTS = ("matrix", "swimlanes", "gap")
_PARTIES = 200
_EACH = 20
"""Propositions of a kind that a comparison lists."""
_STATES = {
    "differ": "They differ",
    "agree": "They have the same stance",
    "mixed": "Reports of one of them contradict each other",
    "one": "Only {one} is reported to speak on it",
    "other": "Only {other} is reported to speak on it",
}


def _read(options: Options) -> dict[str, Any]:
    one, other = options.words("between", most=80), options.words("and", most=80)
    if (one is None) != (other is None):
        raise InputError("a comparison is of two parties; name both, or none")
    if one and one == other:
        raise InputError("the two parties are the same one; name two")
    charts = _CHARTS if one is None else ("gap", "matrix", "swimlanes")
    chart = options.choice("chart", charts)
    return {
        "one": one,
        "other": other,
        "at": options.day("at"),
        "chart": "matrix" if chart == "gap" and one is None else chart,
        "minimum": options.number("minimum", low=6, high=10**6, default=12),
        "sectors": options.flag("sectors"),
    }


def _compute(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    options, moves = asked.options, asked.moves(ledger)
    one, other, at = options["one"], options["other"], options["at"]
    every = find_positions(moves, at=at)
    both = compare_positions(moves, one, other, at=at, minimum=options["minimum"]) if one else None
    found = find_positions(moves, at=at, actors=(one, other)) if one else every
    standing = order_standing(found.standing)
    names = {known.id: known.name for known in ledger.propositions()}
    drawn = {"matrix": chart_matrix, "swimlanes": chart_positions}.get(options["chart"])
    spec = drawn(found, name=named, proposition=names.get) if drawn else chart_gap(both, name=named)  # type: ignore[arg-type]
    comparison = _comparison(both) if both else None
    shown = {row.proposition for row in standing[:KEPT]} | set(comparison["propositions"] if comparison else ())
    return {
        "found": dataclasses.replace(both or found, **_without_rows(both)),
        "at": found.at,
        "rows": standing[:KEPT],
        "total": len(standing),
        "chart": options["chart"],
        "parties": _parties(every),
        "comparison": comparison,
        "titles": {id: name for id, name in names.items() if id in shown},
        "svg": draw_bounded(spec),
        "silent": None if standing else "No stance of a party is reported here on a day that is known.",
    }


def _without_rows(both: Comparison | None) -> dict[str, Any]:
    """Return what takes the long parts out of a finding that is kept for its notes."""
    if both is None:
        return {"rows": (), "standing": ()}
    return {"gap": dataclasses.replace(both.gap, rows=()), "series": dataclasses.replace(both.series, rows=())}


def _parties(found: Positions) -> list[str]:
    """Return the parties with most occasions."""
    counts: dict[str, int] = {}
    for row in found.standing:
        counts[row.actor] = counts.get(row.actor, 0) + row.occasions
    return sorted(counts, key=lambda actor: (-counts[actor], actor))[:_PARTIES]


def _comparison(both: Comparison) -> dict[str, Any]:
    """Return what a page shows of two parties side by side."""
    gap = both.gap
    one, other = (named(party) or party for party in (gap.one, gap.other))
    by_state = {state: [row for row in gap.rows if _state(row) == state] for state in _STATES}
    groups: list[dict[str, Any]] = [
        {"heading": heading.format(one=one, other=other), "rows": by_state[state][:_EACH], "total": len(by_state[state]), "state": state}
        for state, heading in _STATES.items()
        if by_state[state]
    ]  # fmt: skip
    shown = [row for group in groups for row in group["rows"]]
    movements: list[dict[str, Any]] = [_movement(movement) for movement in both.movements]
    return {
        "gap": dataclasses.replace(gap, rows=()),
        "words": gap_words(gap, name=named),
        "groups": groups,
        "behind": {state: _evidence(rows) for state, rows in by_state.items()},
        "both": _evidence([*by_state["differ"], *by_state["agree"]]),
        "movements": movements,
        "propositions": [row.proposition for row in (*shown, *(row for one in movements for row in one["rows"]))],
    }


def _state(row: GapRow) -> str:
    if row.differ is not None:
        return "differ" if row.differ else "agree"
    return "other" if row.one is None else "one" if row.other is None else "mixed"


def _evidence(rows: Iterable[GapRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(move for row in rows for move in row.evidence))


def _movement(movement: Movement) -> dict[str, Any]:
    compared = [row for row in movement.rows if row.weight]
    return {
        "found": dataclasses.replace(movement, rows=()),
        "words": movement_words(movement, name=named),
        "rows": compared[:_EACH],
        "total": len(compared),
        "evidence": _behind(compared),
        "all": _behind(movement.rows),
    }


def _behind(rows: Iterable[MovementRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(move for row in rows for move in row.evidence))


def _quoted(value: dict[str, Any], rows: Sequence[Any]) -> Iterator[str]:
    yield from (row.evidence[0] for row in rows if row.evidence)
    for group in (value["comparison"] or {"groups": ()})["groups"]:
        for row in group["rows"]:
            yield from (*row.one_evidence[:1], *row.other_evidence[:1])


_PAGE = Analysis(
    name="positions",
    title="Positions",
    fields=("at", "between", "and", "chart", "minimum", "sectors"),
    acts=STANCES,
    read=_read,
    compute=_compute,
    quoted=_quoted,
)


@router.get("/positions", dependencies=[Depends(READER)])
def show_positions(request: Request) -> Response:
    """Show who is reported to stand for and against what, or two parties side by side."""
    return show_analysis(request, _PAGE)
