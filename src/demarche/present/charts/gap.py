"""The gap between two parties drawn: the share on which they differ as steps, its interval, and under it n."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from demarche.model.positions import Comparison, GapDay, GapSeries
from demarche.present.charts._labels import shorten
from demarche.present.charts._style import FOR, QUIET, STYLE, UNKNOWN
from demarche.present.charts.positions import day_axis

__all__ = ["chart_gap"]

Name = Callable[[str], str | None]

_WIDTH, _DOTS = 660, 80
"""Days of a gap up to which each has a dot; with more they hide the line."""


def chart_gap(result: Comparison | GapSeries, *, name: Name, proposition: Name | None = None) -> dict[str, Any]:
    """Return the Vega-Lite specification: the share on which two parties differ as steps, its interval, and under it n."""
    series = result.series if isinstance(result, Comparison) else result
    end = result.gap.at if isinstance(result, Comparison) else None
    values = [_step(row) for row in _steps(series.rows)]
    if values:
        last = date.fromisoformat(values[-1]["day"])
        close = max(end or last, last + timedelta(days=1))
        values.append({**values[-1], "day": close.isoformat(), "evidence": []})
    known = any(value["share"] is not None for value in values)
    x = {"field": "day", "type": "temporal", "title": None, "axis": day_axis([value["day"] for value in values])}
    about = f" on {series.issue.replace('_', ' ')}" if series.issue else ""
    one, other = (shorten(name(party) or party, 28) for party in (series.one, series.other))
    moves = "1 reported move" if series.moves == 1 else f"{series.moves} reported moves"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": f"How far {one} and {other} are reported apart{about}",
            "subtitle": [
                f"Share that differs of n propositions on which both stand; {moves}, 95 % interval",
                "Stances are carried forward until the next report: the line shows no trend that could be tested. Unknown where n is 0.",
            ],
        },
        "data": {"values": values},
        "vconcat": [_shares(x, values), _counts(x, values)] if known else [_SILENT],
        "config": STYLE,
    }


def _steps(rows: Sequence[GapDay]) -> Iterator[GapDay]:
    """Yield the days; of very many, which have no dots, only those on which the line moves."""
    before = None
    for row in rows:
        height = (row.share, row.n, row.interval)
        if len(rows) < _DOTS or height != before:
            yield row
        before = height


def _step(row: GapDay) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "share": row.share,
        "low": row.interval.low if row.interval else None,
        "high": row.interval.high if row.interval else None,
        "n": row.n,
        "differ": row.differ,
        "only one of them": row.only_one + row.only_other,
        "evidence": list(row.evidence),
    }


_TOLD = [
    {"field": "day", "type": "temporal", "format": "%-d %b %Y"},
    {"field": "share", "format": ".0%"},
    {"field": "differ"},
    {"field": "n"},
    {"field": "only one of them"},
]
_SILENT: dict[str, Any] = {
    "data": {"values": [{}]},
    "width": _WIDTH,
    "height": 30,
    "mark": {"type": "text", "align": "left", "x": 0, "color": QUIET, "text": "Unknown: there is no proposition on which both stand."},
}  # fmt: skip


def _shares(x: dict[str, Any], values: list[dict[str, Any]]) -> dict[str, Any]:
    share = {
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "title": "share that differs",
        "axis": {"format": ".0%", "tickCount": 5},
    }
    look = {"interpolate": "step-after", "color": FOR, "invalid": "break-paths-show-path-domains"}
    dots = f"datum.evidence.length > 0 && {str(len(values) <= _DOTS).lower()}"
    return {
        "width": _WIDTH,
        "height": 220,
        "layer": [
            {"mark": {"type": "area", "opacity": 0.14, **look},
             "encoding": {"x": x, "y": {"field": "low", **share}, "y2": {"field": "high"}}},
            {"mark": {"type": "line", "strokeWidth": 2.2, **look}, "encoding": {"x": x, "y": {"field": "share", **share}}},
            {"mark": {"type": "point", "filled": True, "color": FOR, "size": 60}, "transform": [{"filter": dots}],
             "encoding": {"x": x, "y": {"field": "share", **share}, "tooltip": _TOLD}},
        ],
    }  # fmt: skip


def _counts(x: dict[str, Any], values: list[dict[str, Any]]) -> dict[str, Any]:
    most = max(value["n"] for value in values)
    axis = {"tickMinStep": 1, "tickCount": min(4, most), "format": "d"}
    return {
        "width": _WIDTH,
        "height": 70,
        "mark": {"type": "area", "interpolate": "step-after", "color": UNKNOWN, "opacity": 0.6, "line": {"color": QUIET}},
        "encoding": {"x": x, "y": {"field": "n", "type": "quantitative", "title": "n", "axis": axis}, "tooltip": _TOLD},
    }  # fmt: skip
