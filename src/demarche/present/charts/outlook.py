"""The outlook as pictures: a calendar of what lies ahead, and how far forecasts can be relied on."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from demarche.model.outlook import Outlook, Prospect, ReliabilityBin, Scores
from demarche.present._marks import show_line
from demarche.present.charts._style import AGAINST, FOR, INK, QUIET, STYLE, UNKNOWN
from demarche.present.outlook import KINDS, day_words, verdict_words, who_words

__all__ = ["chart_outlook", "chart_reliability"]

Name = Callable[[str], str | None]

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_SHOWN = 24
_LINE = 58
_STATES = {"ahead": "ahead", "passed": "was due, no report"}
_SHAPES = {
    "threat": "triangle-up",
    "deadline": "diamond",
    "plan": "circle",
    "forecast": "cross",
}


def chart_outlook(result: Outlook, *, name: Name) -> dict[str, Any]:
    """Return the calendar of what has a day: what lies ahead of today, and what was due and has no report.

    The days nearest to today are shown where there are too many; the subtitle says how many are not.
    """
    dated = [row for row in result.rows if row.day]
    shown = sorted(dated, key=lambda row: abs((_reach(row) - result.today).days))[:_SHOWN]
    values = [
        _value(row, number, name) for number, row in enumerate(sorted(shown, key=lambda row: row.day or date.max))
    ]
    nearest = f", shown: the {len(shown)} nearest" if len(shown) < len(dated) else ""
    undated = len(result.rows) - len(dated)
    told = f"As reported in n = {result.moves} moves; with a day: {len(dated)}{nearest}; without a day, in the table: {undated}"
    spec = _frame(f"What is reported to lie ahead of {result.today}", [told])
    if not values:
        return spec | _empty("Nothing with a day is reported")
    return spec | {"width": 460, "height": {"step": 34}, "layer": [_today(result.today), *_days(values)]}


def _frame(title: str, subtitle: list[str]) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "config": STYLE,
        "title": {"text": title, "subtitle": subtitle},
        "padding": 12,
    }


def _empty(words: str) -> dict[str, Any]:
    return {
        "width": 460,
        "height": 60,
        "data": {"values": [{"text": words, "evidence": []}]},
        "mark": {"type": "text", "fontSize": 13, "color": QUIET},
        "encoding": {"text": {"field": "text"}},
    }


def _reach(row: Prospect) -> date:
    """Return the last day of what is known of its day."""
    day = row.day or date.max
    if row.precision == "month":
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if row.precision == "year":
        return day.replace(month=12, day=31)
    return day + timedelta(days=6) if row.precision == "week" else day


def _value(row: Prospect, number: int, name: Name) -> dict[str, Any]:
    who = _cut(who_words(row, name) or "your question", _LINE - 10)
    words = _cut(show_line(row.words or ""), _LINE)
    end = _reach(row)
    return {
        # The number makes it unique and is not shown.
        "label": f"{who}\n{words}\n{number}",
        "day": f"{row.day}",
        "end": f"{end}",
        "middle": f"{row.day + (end - row.day) / 2 if row.day else end}",
        "state": _STATES.get(row.state, row.state),
        "kind": KINDS.get(row.kind, row.kind),
        "when": day_words(row.day, row.precision),
        "who": who_words(row, name),
        "words": show_line(row.words or ""),
        "reports": row.reports,
        "evidence": list(row.evidence),
    }


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "\u2026"


def _today(today: date) -> dict[str, Any]:
    return {
        "data": {"values": [{"today": f"{today}", "text": "looked from here"}]},
        "encoding": {
            "x": {"field": "today", "type": "temporal", "timeUnit": "utcyearmonthdate", "scale": {"type": "utc"}}
        },
        "layer": [
            {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.5}},
            {
                "mark": {
                    "type": "text",
                    "align": "center",
                    "baseline": "bottom",
                    "dy": -4,
                    "color": INK,
                    "fontSize": 11,
                },
                "encoding": {"text": {"field": "text"}, "y": {"value": 0}},
            },
        ],
    }


def _days(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    tooltip = [{"field": field, "type": "nominal"} for field in ("when", "kind", "state", "who", "words", "reports")]
    colour = {
        "field": "state",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(_STATES.values()), "range": [FOR, AGAINST]},
        "legend": {"symbolType": "circle", "symbolOpacity": 1},
    }
    shape = {
        "field": "kind",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [KINDS[kind] for kind in _SHAPES], "range": list(_SHAPES.values())},
        "legend": {"symbolFillColor": UNKNOWN, "symbolStrokeColor": UNKNOWN},
    }
    row: dict[str, Any] = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelExpr": "slice(split(datum.label, '\\n'), 0, 2)", "labelLineHeight": 13, "ticks": False, "domain": False,
                 "labelLimit": 380, "labelPadding": 10},
    }  # fmt: skip
    day: dict[str, Any] = {
        "type": "temporal",
        "timeUnit": "utcyearmonthdate",
        "title": None,
        "scale": {"type": "utc", "padding": 18},
    }
    day |= {
        "axis": {
            "labelOverlap": True,
            "labelSeparation": 12,
            "labelFlush": False,
            "format": "%-d %b %Y",
            "tickCount": 6,
        }
    }
    data = {"values": values}
    span = {"x": {"field": "day", **day}, "x2": {"field": "end"}, "y": row, "color": colour}
    point = {"x": {"field": "middle", **day}, "y": row, "color": colour, "shape": shape, "tooltip": tooltip}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "strokeWidth": 4, "opacity": 0.35, "strokeCap": "round"},
            "encoding": span,
        },
        {"data": data, "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1}, "encoding": point},
    ]


def chart_reliability(scores: Scores, *, name: Name | None = None) -> dict[str, Any]:
    """Return the reliability of forecasts: the share that came true against the probability that was given, with counts.

    On the diagonal as many came true as was said. The bars are Wilson's 95 % intervals of the shares; the grey line is the mean of the
    base rates recorded with the forecasts. `name` is not used: forecasts have no actors.
    """
    told = [
        f"{scores.counted} resolved forecasts, {scores.events} came true; labels: came true of n; bars: 95 % intervals"
    ]
    spec = _frame("Of what was given this probability, how much came true?", [*told, verdict_words(scores)])
    if not scores.bins:
        return spec | _empty("No forecast is resolved yet")
    return spec | {"width": 380, "height": 380, "layer": [_diagonal(), *_base(scores), *_shares(scores.bins)]}


def _share(field: str, title: str) -> dict[str, Any]:
    axis = {"format": "%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]}
    return {"field": field, "type": "quantitative", "title": title, "scale": {"domain": [0, 1]}, "axis": axis}


def _diagonal() -> dict[str, Any]:
    return {
        "data": {"values": [{"forecast": 0, "share": 0}, {"forecast": 1, "share": 1}]},
        "mark": {"type": "line", "color": UNKNOWN, "strokeDash": [4, 4], "strokeWidth": 1.2},
        "encoding": {
            "x": _share("forecast", "probability that was given"),
            "y": _share("share", "share that came true"),
        },
    }


def _base(scores: Scores) -> list[dict[str, Any]]:
    if scores.base_mean is None:
        return []
    value: dict[str, Any] = {
        "share": scores.base_mean,
        "forecast": 1,
        "text": f"base rates, mean {scores.base_mean:.0%}",
    }
    data = {"values": [value]}
    place = {"y": _share("share", "share that came true")}
    text: dict[str, Any] = {
        "type": "text",
        "align": "right",
        "baseline": "bottom",
        "dy": -4,
        "color": QUIET,
        "fontSize": 11,
    }
    return [
        {"data": data, "mark": {"type": "rule", "color": QUIET, "strokeWidth": 1.2}, "encoding": place},
        {
            "data": data,
            "mark": text,
            "encoding": place | {"x": _share("forecast", "probability that was given"), "text": {"field": "text"}},
        },
    ]


def _shares(bins: Sequence[ReliabilityBin]) -> list[dict[str, Any]]:
    values = [
        {
            "forecast": one.mean,
            "share": one.share,
            "low": one.interval.low,
            "high": one.interval.high,
            "count": f"{one.events} of {one.forecasts}",
            "bin": f"{one.low:.0%} to {one.high:.0%}",
            "evidence": list(one.evidence),
        }
        for one in bins
    ]
    data, across = {"values": values}, _share("forecast", "probability that was given")
    tooltip = [{"field": field, "type": "nominal"} for field in ("bin", "count")]
    low = {"x": across, "y": _share("low", "share that came true"), "y2": {"field": "high"}}
    point = {"x": across, "y": _share("share", "share that came true"), "tooltip": tooltip}
    label = point | {"text": {"field": "count"}}
    return [
        {"data": data, "mark": {"type": "rule", "color": FOR, "strokeWidth": 2, "opacity": 0.6}, "encoding": low},
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "size": 90, "color": FOR, "opacity": 1},
            "encoding": point,
        },
        {
            "data": data,
            "mark": {"type": "text", "align": "left", "dx": 8, "dy": -7, "color": INK, "fontSize": 11},
            "encoding": label,
        },
    ]
