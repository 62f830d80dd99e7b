"""The lift of each playbook beside what the reshuffled past holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demarche.model.playbooks import Candidates, PlaybookRow, Playbooks
from demarche.present._marks import show_line
from demarche.present.charts._style import FOR, INK, QUIET, STYLE, UNKNOWN

__all__ = ["chart_playbooks"]

_MOST = 25
_LONGEST = 58
_BAR = "#d5d9dd"


def chart_playbooks(found: Playbooks | Candidates, *, name: Callable[[str | None], str | None]) -> dict[str, Any]:
    """Return the Vega-Lite specification: a point for each playbook on the range of its reshuffled past, the highest lift first.

    Those that are too rare to be tested stand below with their number alone.
    """
    rows = list(found.rows)
    if isinstance(found, Playbooks):  # candidates come in the order of their p
        rows.sort(key=lambda row: (row.lift is None, -(row.lift or 0.0), -(row.occurrences or 0)))
    values = [_datum(row) for row in rows[:_MOST]]
    tested = [value for value in values if value["lift"] is not None]
    width = 360
    spec: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {"text": _title(found), "subtitle": _subtitle(found, len(rows) - len(values), bool(tested))},
        "data": {"values": values},
        "config": STYLE,
    }
    if not values:
        nothing = {"type": "text", "text": "nothing to show", "color": QUIET, "fontSize": 13}
        return spec | {"data": {"values": [{}]}, "width": width, "height": 60, "mark": nothing}
    return spec | {
        "width": width if tested else 120,
        "height": {"step": 38 if any("\n" in value["playbook"] for value in values) else 26},
        "encoding": {"y": _rows_axis(values)},
        "layer": (_marks(_span(tested)) if tested else []) + [_numbers(width if tested else 0)],
    }


def _title(found: Playbooks | Candidates) -> str:
    return (
        "Candidates: sequences that nobody named"
        if isinstance(found, Candidates)
        else "Which sequences keep coming back"
    )


def _subtitle(found: Playbooks | Candidates, more: int, tested: bool) -> list[str]:
    lines = [f"From {found.moves} reported moves. An order in time between reports, not a cause."]
    if isinstance(found, Candidates):
        lines.append(f"Not findings: {found.tried} sequences were tried; p allows for all of them.")
    if tested:
        lines.append("Point: as reported. Bar: 95 % of the ledger's own reshuffled past; 1 is no order in time.")
    if any("<-" in row.sequence for row in found.rows):
        lines.append("<- stands before a step by the other side.")
    if more:
        lines.append(f"{more} more are not shown.")
    return lines


def _datum(row: PlaybookRow) -> dict[str, Any]:
    mean = row.expected
    p = row.p_all if row.p_all is not None else row.p
    ends = (None, None) if not mean or row.null is None else (row.null.low / mean, row.null.high / mean)
    return {
        "playbook": _label(row),
        "lift": row.lift,
        "low": ends[0],
        "high": ends[1],
        "unlike": p is not None and p <= 0.05,
        "figures": _figures(row, p),
        "reported": row.occurrences,
        "expected": None if mean is None else round(mean, 1),
        "p": None if p is None else round(p, 4),
        "sequence": row.sequence,
        "note": row.note,
        "evidence": list(row.evidence),
    }


def _label(row: PlaybookRow) -> str:
    """Return the lines of a row: its name if it has one, and its steps with their time; the time is never cut off."""
    steps, _, time = show_line(row.sequence.removesuffix(", same dyad")).rpartition(" within ")
    if len(steps) > _LONGEST:
        steps = steps[: _LONGEST - 1] + "\u2026"
    line = f"{steps} within {time}"
    return f"{show_line(row.name)[:_LONGEST]}\n{line}" if row.name else line


def _figures(row: PlaybookRow, p: float | None) -> str:
    if row.occurrences is None:
        return "no move can be used"
    count = f"n = {row.occurrences}"
    if p is None:
        return f"{count}, not tested"
    return f"{count}, p = {p:.3f}" if p < 0.1 else f"{count}, p = {p:.2f}"


def _span(tested: list[dict[str, Any]]) -> list[float]:
    """Return the ends of the axis: around 1, wide enough for all."""
    found = [float(value[field]) for value in tested for field in ("lift", "low", "high") if value[field] is not None]
    return [max(0.0, min([0.5, *(one - 0.05 for one in found)])), max([1.5, *(one + 0.05 for one in found)])]


def _rows_axis(values: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "field": "playbook",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {
            "labelExpr": "split(datum.value, '\\n')",
            "labelLimit": 480,
            "labelLineHeight": 13,
            "grid": False,
            "ticks": False,
            "domain": False,
            "labelPadding": 10,
            "labelOffset": -6 if any("\n" in value["playbook"] for value in values) else 0,
        },
    }


def _marks(span: list[float]) -> list[dict[str, Any]]:
    scale = {"domain": span, "nice": False, "zero": False}
    axis = {"title": "times as often as in the reshuffled past (lift)", "tickCount": 6, "format": ".2~f"}
    lift = {"field": "lift", "type": "quantitative", "scale": scale, "axis": axis}
    told = {
        "field": "unlike",
        "type": "nominal",
        "scale": {"domain": [True, False], "range": [FOR, UNKNOWN]},
        "legend": {
            "title": None,
            "orient": "bottom",
            "symbolStrokeColor": "transparent",
            "labelExpr": "datum.value ? 'more often than reshuffled (p \u2264 0.05)' : 'not told apart from it'",
            "labelLimit": 400,
        },
    }
    about = [{"field": field} for field in ("sequence", "reported", "expected", "lift", "p", "note")]
    tested = {"filter": "isValid(datum.lift)"}
    return [
        {
            "mark": {"type": "rule", "color": QUIET, "strokeDash": [3, 3]},
            "encoding": {"x": {"datum": 1, "type": "quantitative"}, "y": None},
        },
        {
            "transform": [tested],
            "mark": {"type": "bar", "height": 11, "color": _BAR, "cornerRadius": 3},
            "encoding": {"x": lift | {"field": "low"}, "x2": {"field": "high"}, "tooltip": about},
        },
        {
            "transform": [tested],
            "mark": {"type": "point", "filled": True, "size": 85, "opacity": 1},
            "encoding": {"x": lift, "color": told, "tooltip": about},
        },
    ]


def _numbers(left: int) -> dict[str, Any]:
    return {
        "mark": {"type": "text", "align": "left", "color": INK, "fontSize": 11},
        "encoding": {
            "x": {"value": left + 12},
            "text": {"field": "figures"},
            "tooltip": [{"field": "sequence"}, {"field": "reported"}],
        },
    }
