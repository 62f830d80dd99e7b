"""Threats as a ledger of lines from statement to outcome, and the share that was carried out by days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demarche.model.threats import Case, Curve, Threats
from demarche.present.charts._labels import shorten
from demarche.present.charts._style import AGAINST, FOR, INK, OTHERS, QUIET, STYLE, UNKNOWN

__all__ = ["chart_incidence", "chart_threats"]

Name = Callable[[str], str | None]

_MOST = 40
_OFTEN = 12
"""Days on which a case is restated, from which on its line alone leads to the statements."""
_OUTCOMES = ("carried out", "condition met", "withdrawn", "refused", "open")
_COLOURS = dict(zip(_OUTCOMES, (AGAINST, FOR, OTHERS[2], OTHERS[3], UNKNOWN), strict=True))
_SHAPES = dict(zip(_OUTCOMES, ("square", "circle", "triangle-down", "cross", "triangle-right"), strict=True))
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_NOUNS = {"threaten": "Threats", "promise": "Promises", "offer": "Offers"}


def chart_threats(threats: Threats, *, name: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: a line a case from its first statement to its outcome or the end, by first day."""
    shown = threats.rows[:_MOST]
    lines = [_line(case, number, threats, name) for number, case in enumerate(shown, start=1)]
    restated = [
        {"case": line["case"], "day": str(day), "evidence": list(case.evidence) if len(case.repeated) < _OFTEN else []}
        for line, case in zip(lines, shown, strict=True)
        for day in (case.first, *case.repeated)
    ]
    due = [line | {"day": str(case.deadline)} for line, case in zip(lines, shown, strict=True) if case.deadline]
    rest = f"; {len(threats.rows) - len(shown)} later ones are not shown" if len(threats.rows) > len(shown) else ""
    y = {
        "field": "case",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 470, "grid": False},
        "scale": {"domain": [line["case"] for line in lines]},
    }
    if not lines:
        return _empty(threats, f"No {_NOUNS[threats.act].lower()} are reported.")
    there = [outcome for outcome in _OUTCOMES if any(line["outcome"] == outcome for line in lines)]
    scale = {"domain": there, "range": [_COLOURS[outcome] for outcome in there]}
    legend = {"symbolOpacity": 1, "symbolStrokeWidth": 0}
    outcome = {"field": "outcome", "type": "nominal", "title": "reported to be", "scale": scale, "legend": legend}
    tooltip = [{"field": field} for field in ("case", "words", "condition", "outcome", "why", "first", "end")]
    days = {"format": "%-d %b %Y", "tickCount": 6, "labelOverlap": "greedy"}
    start = {"field": "first", "type": "temporal", "title": None, "axis": days}
    return {
        "$schema": _SCHEMA,
        "title": {
            "text": f"{_NOUNS[threats.act]} and what is reported to have followed",
            "subtitle": [
                f"{len(threats.rows)} cases in {threats.moves} reported statements, watched until {threats.until}{rest}",
                "dots: statements; bar: deadline; symbol: the outcome, or the end of the record where none is reported",
            ],
        },
        "width": 460,
        "height": {"step": 24},
        "layer": [
            {
                "data": {"values": lines},
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.65},
                "encoding": {"y": y, "x": start, "x2": {"field": "end"}, "color": outcome, "tooltip": tooltip},
            },
            {
                "data": {"values": restated},
                "mark": {"type": "circle", "size": 26, "color": INK, "opacity": 1},
                "encoding": {"y": y, "x": {**start, "field": "day"}, "tooltip": [{"field": "day", "title": "stated"}]},
            },
            {
                "data": {"values": due},
                "mark": {"type": "tick", "thickness": 3, "size": 16, "color": INK},
                "encoding": {"y": y, "x": {**start, "field": "day"}, "tooltip": tooltip},
            },
            {
                "data": {"values": lines},
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {
                    "y": y,
                    "x": {**start, "field": "end"},
                    "color": outcome,
                    "shape": {**outcome, "scale": {"domain": there, "range": [_SHAPES[one] for one in there]}},
                    "tooltip": tooltip,
                },
            },
        ],
        "config": STYLE,
    }


def _line(case: Case, number: int, threats: Threats, name: Name) -> dict[str, Any]:
    parties = ", ".join(name(party) or party for party in case.actors)
    to = ", ".join(name(party) or party for party in case.recipients)
    words = case.words or case.condition or ""
    deciding = next((link for link in case.links if link.verdict != "undone" and link.outcome == case.outcome), None)
    return {
        "case": shorten(f"{number}. {parties} \u2192 {to}: {words}" if to else f"{number}. {parties}: {words}", 75),
        "words": case.words,
        "condition": case.condition,
        "outcome": case.outcome,
        "why": deciding.why if deciding else None,
        "first": str(case.first),
        "end": str(case.outcome_date or threats.until),
        "evidence": [*case.evidence, *([deciding.move] if deciding else [])],
    }


def _empty(threats: Threats, words: str) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "title": {
            "text": f"{_NOUNS[threats.act]} and what is reported to have followed",
            "subtitle": f"{len(threats.rows)} cases in {threats.moves} reported statements, watched until {threats.until}",
        },
        "width": 460,
        "height": 60,
        "data": {"values": [{"words": words, "evidence": []}]},
        "mark": {"type": "text", "fontSize": 13, "color": QUIET},
        "encoding": {"text": {"field": "words"}},
        "config": STYLE,
    }


def chart_incidence(threats: Threats, *, name: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: the share with each outcome by days, with its interval and the number at risk."""
    if not threats.curves:
        few = f"{len(threats.rows)} {_NOUNS[threats.act].lower()}: too few for rates; see the list."
        return _empty(threats, few)
    happened = [curve for curve in threats.curves if curve.incidence.events]
    values = [row for curve in happened for row in _steps(curve, threats)]
    incidence = threats.curves[0].incidence
    days = [place * (incidence.last or 0) / 8 for place in range(9)]
    risk = [{"time": day, "risk": incidence.at_risk(day), "evidence": _open(threats, day)} for day in days]
    none = [curve.outcome for curve in threats.curves if not curve.incidence.events]
    x = {
        "field": "time",
        "type": "quantitative",
        "title": "days from the first statement",
        "axis": {"tickCount": 10},
        "scale": {"domain": [0, incidence.last]},
    }
    there = [curve.outcome for curve in happened]
    scale = {"domain": there, "range": [_COLOURS[outcome] for outcome in there]}
    legend = {"symbolOpacity": 1, "symbolType": "stroke", "symbolStrokeWidth": 3}
    colour = {"field": "outcome", "type": "nominal", "title": "reported to be", "scale": scale, "legend": legend}
    share = {"type": "quantitative", "title": "share of cases", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}}
    tooltip = [
        {"field": "outcome"}, {"field": "time", "title": "days"}, {"field": "share", "format": ".2f"},
        {"field": "low", "format": ".2f"}, {"field": "high", "format": ".2f"}, {"field": "risk", "title": "at risk"},
    ]  # fmt: skip
    band = {"color": colour, "x": x, "y": {**share, "field": "low"}, "y2": {"field": "high"}}
    top: dict[str, Any] = {
        "width": 520,
        "height": 280,
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "area", "interpolate": "step-after", "opacity": 0.15}, "encoding": band},
            {
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {"x": x, "y": {**share, "field": "share"}, "color": colour, "tooltip": tooltip},
            },
            {  # each step has cases of its own, to which a line as a whole cannot lead
                "data": {"values": [value for value in values if value["evidence"]]},
                "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1},
                "encoding": {"x": x, "y": {**share, "field": "share"}, "color": colour, "tooltip": tooltip},
            },
        ],
    }
    bottom: dict[str, Any] = {
        "width": 520,
        "height": 20,
        "data": {"values": risk},
        "mark": {"type": "text", "fontSize": 11, "color": INK},
        "encoding": {
            "x": {**x, "title": "cases still open and in sight", "axis": {"labels": False, "ticks": False, "grid": False, "domain": False}},
            "text": {"field": "risk"},
            "tooltip": [{"field": "time", "title": "days", "format": ".0f"}, {"field": "risk", "title": "cases still open and in sight"}],
        },
    }  # fmt: skip
    level = incidence.steps[0].interval.level if incidence.steps else 0.95
    told = f"{incidence.cases} reported cases (Aalen-Johansen, {level:.0%} intervals)"
    return {
        "$schema": _SCHEMA,
        "title": {
            "text": f"{_NOUNS[threats.act]}: share by what is reported to have followed",
            "subtitle": [told + (f"; none is reported as {' or '.join(none)}" if none else ""), *_beside(threats)],
        },
        "vconcat": [top, bottom],
        "spacing": 4,
        "resolve": {"scale": {"x": "shared"}},
        "config": STYLE,
    }


def _beside(threats: Threats) -> list[str]:
    found = threats.excess
    if not found:
        return []
    spread = f"{found.interval.low:+.2f} to {found.interval.high:+.2f}"
    return [
        f"carried out within {found.days} days: {found.observed:.2f}; such moves are reported anyway in {found.expected:.2f}; "
        f"excess {found.excess:+.2f} ({spread})"
    ]


def _open(threats: Threats, day: float) -> list[str]:
    """Return the first statements of the cases still at risk."""
    return [case.evidence[0] for case in threats.rows if not case.abstains and case.observed >= day]


def _steps(curve: Curve, threats: Threats) -> list[dict[str, Any]]:
    """Return a row a step, with the statements and the deciding moves of the cases that ended so at it."""
    ended: dict[int, list[str]] = {}
    for case in threats.rows:
        if case.outcome == curve.outcome and case.days is not None and not case.abstains:
            deciding = [
                link.move for link in case.links if link.date == case.outcome_date and link.outcome == case.outcome
            ]
            ended.setdefault(case.days, []).extend([case.evidence[0], *deciding[:1]])
    rows = [{"time": 0.0, "share": 0.0, "low": 0.0, "high": 0.0, "risk": curve.incidence.cases, "evidence": []}]
    for step in curve.incidence.steps:
        spread = {"low": step.interval.low, "high": step.interval.high}
        about = {"risk": step.at_risk, "evidence": ended.get(int(step.time), [])}
        rows.append({"time": step.time, "share": step.incidence, **spread, **about})
    return [row | {"outcome": curve.outcome} for row in rows]
