"""Repetition drawn: R of each actor with its interval, and the demands repeated most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demarche.model.repetition import RepeatedDemand, Repetition, Repetitions
from demarche.present.charts._labels import shorten
from demarche.present.charts._style import FOR, INK, QUIET, STYLE

__all__ = ["chart_repetition"]

Name = Callable[[str], str | None]

_ACTORS, _DEMANDS, _WIDTH = 15, 12, 430


def chart_repetition(result: Repetitions, *, name: Name, proposition: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: a dot with interval an actor, and under them bars of the demands repeated most."""
    known = [row for row in result.rows if row.repetition is not None]
    shown = known[:_ACTORS]
    demands = result.demands[:_DEMANDS]
    measures = _told_apart([_measure(row, name) for row in shown], [row.actor for row in shown])
    bars = _told_apart([_bar(row, name, proposition) for row in demands], [row.proposition for row in demands])
    parts = [
        _dots(measures, 1 - 1 / result.m) if measures else _silent(f"R needs {result.minimum} statements of an actor; nobody has them."),
        _bars(bars) if bars else _silent("No demand is reported on two days or more."),
    ]  # fmt: skip
    hidden = [
        f"{len(shown)} of {len(known)} actors" if len(shown) < len(known) else "",
        f"{len(demands)} of {len(result.demands)} demands" if len(demands) < len(result.demands) else "",
    ]
    cut = " and ".join(filter(None, hidden))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": "How often parties are reported to say the same again",
            "subtitle": [
                f"{result.moves} reported moves; the same stance on the same day counts once" + (f"; {cut} are shown" if cut else ""),
                f"R of {result.m} statements drawn: 0 if each is on another proposition, {1 - 1 / result.m:g} if all are on the same.",
            ],
        },
        "vconcat": parts,
        "spacing": 28,
        "config": STYLE,
    }  # fmt: skip


def _told_apart(values: list[dict[str, Any]], ids: list[str]) -> list[dict[str, Any]]:
    """Return the values with their place, and the id in a label that another has too: rows with one label would be one row."""
    seen: set[str] = set()
    for place, (value, one) in enumerate(zip(values, ids, strict=True)):
        value["place"] = place
        for more in (one, f"row {place + 1}"):
            value["label"] += f" ({more})" if value["label"] in seen else ""
        seen.add(value["label"])
    return values


def _measure(row: Repetition, name: Name) -> dict[str, Any]:
    about = f", {row.issue.replace('_', ' ')}" if row.issue else ""
    return {
        "label": f"{shorten(name(row.actor) or row.actor, 40)}{about}  (n = {row.statements})",
        "R": row.repetition,
        "low": row.interval.low if row.interval else None,
        "high": row.interval.high if row.interval else None,
        "earlier half": row.earlier,
        "later half": row.later,
        "against its past": row.verdict,
        "evidence": list(row.evidence),
    }


def _bar(row: RepeatedDemand, name: Name, proposition: Name) -> dict[str, Any]:
    asked = shorten(proposition(row.proposition) or row.proposition, 46)
    contrary = "the contrary of: " if row.stance == "against" else ""
    return {
        "label": f"{shorten(name(row.actor) or row.actor, 22)}: {contrary}{asked}",
        "days": row.occasions,
        "reports": row.clusters,
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "when": f"{row.occasions} days, {row.first} to {row.last}",
        "evidence": list(row.evidence),
    }


def _dots(values: list[dict[str, Any]], most: float) -> dict[str, Any]:
    x = {"type": "quantitative", "title": "R", "scale": {"domain": [0, most]}}
    y = {
        "field": "label",
        "type": "nominal",
        "sort": {"field": "place"},
        "title": None,
        "axis": {"grid": False, "labelLimit": 400},
    }
    told = ["label", "R", "low", "high", "earlier half", "later half", "against its past"]
    tooltip = [
        {"field": one, "format": ".2f"} if one in ("R", "low", "high", "earlier half", "later half") else {"field": one}
        for one in told
    ]
    return {
        "data": {"values": values},
        "width": _WIDTH,
        "height": {"step": 24},
        "layer": [
            {"mark": {"type": "rule", "color": FOR, "strokeWidth": 2, "opacity": 0.55},
             "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": y}},
            {"mark": {"type": "point", "filled": True, "color": FOR, "size": 80, "opacity": 1},
             "encoding": {"x": {"field": "R", **x}, "y": y, "tooltip": tooltip}},
        ],
    }  # fmt: skip


def _bars(values: list[dict[str, Any]]) -> dict[str, Any]:
    y = {
        "field": "label",
        "type": "nominal",
        "sort": {"field": "place"},
        "title": None,
        "axis": {"grid": False, "labelLimit": 400},
    }
    most = max(value["days"] for value in values)
    x = {
        "field": "days",
        "type": "quantitative",
        "title": "days on which it is reported",
        "scale": {"domain": [0, most * 1.6]},
        "axis": {"tickMinStep": 1, "format": "d"},
    }
    tooltip = [{"field": one} for one in ("label", "days", "reports", "first", "last")]
    return {
        "data": {"values": values},
        "width": _WIDTH,
        "height": {"step": 22},
        "title": {"text": "Demands repeated most", "fontSize": 12.5, "color": INK, "offset": 6},
        "layer": [
            {"mark": {"type": "bar", "color": FOR, "opacity": 0.75, "cornerRadiusEnd": 2},
             "encoding": {"x": x, "y": y, "tooltip": tooltip}},
            {"mark": {"type": "text", "align": "left", "dx": 5, "fontSize": 10, "color": QUIET},
             "encoding": {"x": x, "y": y, "text": {"field": "when"}}},
        ],
    }  # fmt: skip


def _silent(words: str) -> dict[str, Any]:
    return {
        "data": {"values": [{}]},
        "width": _WIDTH,
        "height": 24,
        "mark": {"type": "text", "align": "left", "x": 0, "color": QUIET, "text": words},
    }
