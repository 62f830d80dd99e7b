"""Who asserts, who denies, who only passes on which alleged event; never which of them happened."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from demarche.analysis.claims import find_claims
from demarche.ledger import Ledger
from demarche.model.claims import Claim, Part
from demarche.present.charts.claims import chart_claims
from demarche.present.claims import describe_event, name_party, order_claims, say_status
from demarche.web._analyses import KEPT, Analysis, Asked, Options, draw_bounded, show_analysis
from demarche.web._security import READER
from demarche.web._view import named

__all__ = ["router"]

router = APIRouter()

_SAID = {
    "asserts": "asserted by",
    "acknowledges": "acknowledged by",
    "denies": "denied by",
    "reports": "reported without attribution by",
    "reports not": "reported, without attribution, not to have happened by",
    "relays": "only relayed by",
}
_PARTIES, _QUOTES, _THROUGH = 12, 2, 4


def _read(options: Options) -> dict[str, Any]:
    return {
        "window": options.number("window", low=0, high=3660, default=3),
        "reply": options.number("reply", low=0, high=3660, default=14),
        "likeness": options.share("likeness", default=0.3),
        "all": options.flag("all"),
        "sectors": options.flag("sectors"),
    }


def _compute(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    how = {name: asked.options[name] for name in ("window", "reply", "likeness", "all")}
    found = find_claims(asked.moves(ledger), **how)
    ordered = order_claims(found.rows)[:KEPT]
    events = {claim.id: _event(claim) for claim in found.rows}
    return {
        "found": dataclasses.replace(found, rows=()),
        "rows": [_told(claim, events) for claim in ordered],
        "total": len(found.rows),
        "both": sum(claim.status == "asserted and denied" for claim in found.rows),
        "behind_both": [move for claim in found.rows if claim.status == "asserted and denied" for move in claim.evidence],
        "every": [move for claim in ordered for move in claim.evidence][:KEPT],
        "svg": draw_bounded(chart_claims(found, name=named)),
        "silent": None if ordered else "No alleged event is reported that somebody is said to assert or to deny.",
    }  # fmt: skip


def _event(claim: Claim) -> str:
    return f"{describe_event(claim, name=named)}: {claim.words}"


def _told(claim: Claim, events: dict[str, str]) -> dict[str, Any]:
    roles = dict.fromkeys(part.role for part in claim.parts)
    return {
        "claim": claim,
        "event": describe_event(claim, name=named),
        "status": say_status(claim),
        "roles": [_role(role, [part for part in claim.parts if part.role == role]) for role in roles],
        "rivals": [(rival, events[rival]) for rival in claim.rivals[:5] if rival in events],
    }


def _role(role: str, parts: Sequence[Part]) -> dict[str, Any]:
    moves = list(dict.fromkeys(part.evidence[0] for part in parts if part.evidence))
    return {
        "role": role,
        "said": _SAID[role],
        "parties": [_party(part) for part in parts[:_PARTIES]],
        "more": max(0, len(parts) - _PARTIES),
        "quotes": () if role == "relays" else tuple(moves[:_QUOTES]),
    }


def _party(part: Part) -> dict[str, Any]:
    through = dict.fromkeys((telling.via, telling.publisher) for telling in part.tellings)
    chains = [[name_party(one, name=named) for one in chain if one] for chain in through]
    return {
        "name": name_party(part.party, name=named) if part.role != "relays" else part.party or "somebody not named",
        "id": part.party if part.resolved else None,
        "reports": part.reports,
        "through": [chain for chain in chains if chain][:_THROUGH],
        "evidence": part.evidence,
    }


def _quoted(value: dict[str, Any], rows: Sequence[Any]) -> Iterator[str]:
    for told in rows:
        for role in told["roles"]:
            yield from role["quotes"]


_PAGE = Analysis(
    name="claims",
    title="Claims",
    fields=("window", "reply", "likeness", "all", "sectors"),
    acts=("accuse", "deny", "attack", "coerce", "mobilize", "sanction", "protest", "retreat", "aid"),
    read=_read,
    compute=_compute,
    quoted=_quoted,
)


@router.get("/claims", dependencies=[Depends(READER)])
def show_claims(request: Request) -> Response:
    """Show who asserts and who denies which alleged event, and through whom."""
    return show_analysis(request, _PAGE)
