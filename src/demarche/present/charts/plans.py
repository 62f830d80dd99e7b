"""The matrix of a plan: its points by parties; and the points of two plans by what became of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demarche.model import Plan, PlanChanges
from demarche.present.charts._labels import shorten
from demarche.present.charts._style import AGAINST, FOR, OTHERS, STYLE, UNKNOWN

__all__ = ["chart_plan", "chart_plan_changes"]

_POINTS, _PARTIES, _LONGEST = 40, 10, 80
Name = Callable[[str], str | None]
_WORDS = ("asked", "refused", "both", "")
_SIDES = ("asked for or agreed", "refused", "both", "nothing matched")


def chart_plan(plan: Plan, *, name: Name, proposition: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: a row a point, a column a party, the colour says what is reported."""
    parties = [share.actor for share in plan.shares[:_PARTIES]]
    points = plan.points[:_POINTS]
    values = []
    for point in points:
        for actor in parties or ["nobody"]:
            own = [party for party in point.parties if party.actor == actor]
            stances = {party.stance for party in own}
            side = 2 if len(stances) == 2 else 0 if 1 in stances else 1 if stances else 3
            first = actor in point.first_by
            values.append(
                {
                    "point": shorten(f"{point.number}. {point.span.text}", _LONGEST),
                    "party": name(actor) or actor,
                    "side": _SIDES[side],
                    "mark": _WORDS[side] + (" 1st" if first else ""),
                    "times": sum(party.statements for party in own),
                    "evidence": [move for party in own for move in party.evidence],
                }
            )
    hidden = [
        *([f"{len(plan.points) - len(points)} further points"] if len(plan.points) > len(points) else []),
        *([f"{len(plan.shares) - len(parties)} further parties"] if len(plan.shares) > len(parties) else []),
    ]
    spoken = sum(bool(point.parties) for point in plan.points)
    top = {"orient": "top", "grid": False, "labelAngle": -35, "labelAlign": "left"}
    base = {
        "y": {"field": "point", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 460, "grid": False}},
        "x": {"field": "party", "type": "nominal", "sort": None, "title": None, "axis": top},
    }  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": "Whose earlier words the points of the plan repeat",
            "subtitle": [
                f"{spoken} of {len(plan.points)} points match something reported ({plan.moves} moves)",
                "asked: for it, or agreed to it; 1st: the earliest reported call for it",
                *([f"Not shown: {', '.join(hidden)}"] if hidden else []),
            ],
        },
        "data": {"values": values},
        "width": {"step": 64},
        "height": {"step": 26},
        "layer": [
            {
                "mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2},
                "encoding": {
                    **base,
                    "color": {
                        "field": "side",
                        "type": "nominal",
                        "title": "reported",
                        "scale": {"domain": list(_SIDES), "range": [FOR, AGAINST, OTHERS[4], "#eceff1"]},
                    },
                    "tooltip": [{"field": "point"}, {"field": "party"}, {"field": "side"}, {"field": "times"}],
                },
            },
            {
                "mark": {"type": "text", "color": "#ffffff", "fontSize": 10},
                "encoding": {**base, "text": {"field": "mark"}},
            },
        ],
        "config": STYLE,
    }


def chart_plan_changes(changes: PlanChanges, *, name: Name, proposition: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: the points of the second plan and those dropped, coloured by what became of them."""
    kinds = ("kept", "changed", "reversed", "new", "dropped")
    shown = changes.rows[:_POINTS]
    values = []
    for row in shown:
        span = row.new or row.old
        label = f"{row.new_number or row.old_number}. {' '.join(span.text.split()) if span else ''}"
        values.append(
            {"point": shorten(label if row.new else f"({label})", _LONGEST), "change": row.change, "evidence": []}
        )
    rest = f"; {len(changes.rows) - len(shown)} more are not shown" if len(changes.rows) > len(shown) else ""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {"text": "From the first plan to the second", "subtitle": f"Points of the second plan; dropped ones in brackets{rest}"},
        "data": {"values": values},
        "width": {"step": 70},
        "height": {"step": 24},
        "mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2},
        "encoding": {
            "y": {"field": "point", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 460, "grid": False}},
            "x": {
                "field": "change",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(kinds)},
                "axis": {"orient": "top", "labelAngle": 0, "grid": False},
            },
            "color": {
                "field": "change",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": list(kinds), "range": [FOR, OTHERS[3], AGAINST, OTHERS[2], UNKNOWN]},
            },
        },
        "config": STYLE,
    }  # fmt: skip
