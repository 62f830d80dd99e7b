"""Sequences of acts that keep coming back between two parties: those that have a name, one's own, and candidates on request."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from demarche.analysis.playbooks import check_playbooks, load_playbooks, mine_playbooks, parse_playbooks
from demarche.ledger import Ledger
from demarche.model.playbooks import Candidates, PlaybookRow, Playbooks
from demarche.present.charts.playbooks import chart_playbooks
from demarche.present.playbooks import say_p, say_verdict
from demarche.web._analyses import Analysis, Asked, Options, draw_bounded, show_analysis
from demarche.web._security import READER
from demarche.web._view import named

__all__ = ["router"]

router = APIRouter()

_CASES = 3
_SEQUENCES = 20


def _read(options: Options) -> dict[str, Any]:
    text = options.words("sequence", most=2000)
    given = tuple(map(str, parse_playbooks(text)))[:_SEQUENCES] if text else ()
    return {
        "sequence": given,
        "mine": options.flag("mine"),
        "length": int(options.choice("length", ("2", "3"))),
        "within": options.number("within", low=1, high=3650, default=14),
        "block": options.number("block", low=2, high=3650, default=28),
        "minimum": options.number("minimum", low=1, high=10**6, default=10),
        "sectors": options.flag("sectors"),
    }


def _compute(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    options, moves = asked.options, asked.moves(ledger)
    how = {name: options[name] for name in ("block", "minimum")}
    given = list(options["sequence"]) or list(load_playbooks())
    found: Playbooks | Candidates
    if options["mine"]:
        found = mine_playbooks(moves, length=options["length"], within=options["within"], named=given, **how)
    else:
        found = check_playbooks(moves, given, **how)
    tested = [row for row in found.rows if row.p is not None]
    few = f"No sequence is reported {options['minimum']} times or more, so none is tested; here is what there is."
    return {
        "found": dataclasses.replace(found, rows=()),
        "rows": [_told(row) for row in found.rows],
        "mined": isinstance(found, Candidates),
        "about": {playbook.name: playbook.about for playbook in load_playbooks()},
        # Where nothing is tested a chart would only repeat the numbers of the table.
        "svg": draw_bounded(chart_playbooks(found, name=named)) if tested else None,
        "silent": None if tested else few,
    }


def _told(row: PlaybookRow) -> dict[str, Any]:
    p = row.p_all if row.p_all is not None else row.p
    return {
        "row": dataclasses.replace(row, cases=row.cases[:_CASES], evidence=row.evidence),
        "verdict": say_verdict(row),
        "p": None if p is None else say_p(p),
        "listed": len(row.cases),
    }


def _quoted(value: dict[str, Any], rows: Sequence[Any]) -> Iterator[str]:
    for told in rows:
        for case in told["row"].cases:
            yield from (step[0] for step in case.evidence if step)


_PAGE = Analysis(
    name="playbooks",
    title="Playbooks",
    fields=("sequence", "mine", "length", "within", "block", "minimum", "sectors"),
    acts=(),
    read=_read,
    compute=_compute,
    quoted=_quoted,
)


@router.get("/playbooks", dependencies=[Depends(READER)])
def show_playbooks(request: Request) -> Response:
    """Show which sequences of acts are reported to follow one another, beside the reshuffled past."""
    return show_analysis(request, _PAGE)
