"""The propositions with most statements: for to the right, against to the left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demarche.model import Support
from demarche.present.charts._labels import label_all
from demarche.present.charts._style import AGAINST, FOR, STYLE

__all__ = ["chart_support"]

_MOST = 25
Name = Callable[[str], str | None]


def chart_support(support: Support, *, name: Name, proposition: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: a bar each way for each proposition."""
    shown = support.rows[:_MOST]
    values = []
    titles = label_all((row.proposition for row in shown), proposition, 70)
    for row in shown:
        sides = (("for", row.supporters, row.statements_for), ("against", row.opponents, -row.statements_against))
        values += [
            {
                "proposition": titles[row.proposition],
                "side": side,
                "statements": number,
                "parties": ", ".join(name(party) or party for party in parties),
                "evidence": list(row.evidence),
            }
            for side, parties, number in sides
            if number
        ]
    rest = f"; {len(support.rows) - len(shown)} more are not shown" if len(support.rows) > len(shown) else ""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": "What is reported to be wanted and refused",
            "subtitle": f"Statements of {support.moves} reported moves, one a party and day{rest}",
        },
        "data": {"values": values},
        "width": 420,
        "height": {"step": 22},
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "y": {"field": "proposition", "type": "nominal", "sort": None, "title": None},
            "x": {
                "field": "statements",
                "type": "quantitative",
                "title": "statements against (left) and for (right)",
                "axis": {"labelExpr": "abs(datum.value)", "tickMinStep": 1, "format": "d"},
            },
            "color": {
                "field": "side",
                "type": "nominal",
                "title": None,
                "scale": {"domain": ["for", "against"], "range": [FOR, AGAINST]},
            },
            "tooltip": [{"field": "proposition"}, {"field": "side"}, {"field": "parties"}, {"field": "statements"}],
        },
        "config": STYLE,
    }
