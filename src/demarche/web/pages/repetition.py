"""How much each party is reported to say the same again, and what it asks for most."""

from __future__ import annotations

import dataclasses
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from demarche.analysis.repetition import measure_repetition
from demarche.ledger import Ledger
from demarche.present.charts.repetition import chart_repetition
from demarche.web._analyses import KEPT, STANCES, Analysis, Asked, Options, draw_bounded, show_analysis, titles
from demarche.web._security import READER
from demarche.web._view import named

__all__ = ["router"]

router = APIRouter()

_DEMANDS = 40


def _read(options: Options) -> dict[str, Any]:
    made = {
        "m": options.number("drawn", low=2, high=1000, default=10),
        "minimum": options.number("minimum", low=2, high=10**6, default=20),
        "by_issue": options.flag("by_issue"),
        "sectors": options.flag("sectors"),
    }
    return made | {"minimum": max(made["m"], made["minimum"])}


def _compute(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    how = {name: asked.options[name] for name in ("m", "minimum", "by_issue")}
    found = measure_repetition(asked.moves(ledger), **how)
    known = [row for row in found.rows if row.repetition is not None]
    names = titles(ledger, {row.proposition for row in found.demands[:_DEMANDS]})
    few = (
        f"No party has the {found.minimum} statements from which on repetition is measured; what there is stands below."
    )
    return {
        "found": dataclasses.replace(found, rows=(), demands=found.demands[:_DEMANDS]),
        "rows": found.rows[:KEPT],
        "total": len(found.rows),
        "demands": len(found.demands),
        "titles": names,
        "silent": None if known else few,
        "svg": draw_bounded(chart_repetition(found, name=named, proposition=names.get)),
    }


_PAGE = Analysis(
    name="repetition",
    title="Repetition",
    fields=("drawn", "minimum", "by_issue", "sectors"),
    acts=STANCES,
    read=_read,
    compute=_compute,
    quoted=lambda value, rows: (row.evidence[0] for row in value["found"].demands),
)


@router.get("/repetition", dependencies=[Depends(READER)])
def show_repetition(request: Request) -> Response:
    """Show how much each party is reported to repeat itself, and the demands repeated most."""
    return show_analysis(request, _PAGE)
