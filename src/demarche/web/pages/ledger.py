"""The overview: what a ledger holds, where from, how much of it is coded, reviewed and open."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from demarche.ledger import Ledger
from demarche.model import MoveFilter
from demarche.web._security import READER
from demarche.web._view import render

__all__ = ["router"]

router = APIRouter()


@router.get("/", dependencies=[Depends(READER)])
def overview(request: Request) -> Response:
    """Show what the ledger holds."""
    answer = request.app.state.results.get("overview", _gather)
    return render(request, "overview.html", answer=answer, found=answer.value)


def _gather(ledger: Ledger) -> dict[str, Any]:
    wanted = MoveFilter()
    return {
        "overview": ledger.overview(),
        "progress": ledger.review_progress(),
        "acts": ledger.count("act", wanted, limit=24),
        "actors": ledger.count("actor", wanted, limit=12),
        "issues": ledger.count("issue", wanted, limit=28),
        "statuses": ledger.count("status", wanted, limit=5),
        "voices": ledger.count("voice", wanted, limit=2),
        "publishers": ledger.count("publisher", wanted, limit=12),
        "occasions": ledger.occasions(wanted, limit=10),
        "open": ledger.open_mentions(limit=10),
        "coders": ledger.coders(),
    }
