"""Claims over time: for each alleged event a band with who asserts, who denies, who reports and who only relays it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from demarche.model.claims import Claim, Claims, Part, Telling
from demarche.present._marks import show_line
from demarche.present.charts._style import AGAINST, FOR, INK, QUIET, STYLE, UNKNOWN
from demarche.present.claims import describe_event, name_party, order_claims

__all__ = ["chart_claims"]

Name = Callable[[str], str | None]

_CLAIMS, _NAMES, _LONGEST = 12, 3, 110
_WIDTH, _HEADING, _LANE, _GAP = 760, 24, 17, 12
_ROLES = {
    "asserts": ("asserts", "triangle-up", FOR, FOR),
    "acknowledges": ("acknowledges", "diamond", FOR, FOR),
    "denies": ("denies", "square", AGAINST, AGAINST),
    "reports": ("reports without attribution", "circle", UNKNOWN, UNKNOWN),
    "reports not": ("reports that it did not happen", "cross", UNKNOWN, UNKNOWN),
    "relays": ("only relays", "circle", "#ffffff", QUIET),
}
"""Role: its name in the legend, shape, fill, line."""


def chart_claims(claims: Claims, *, name: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: a band a claim, in it a line a role, symbols on the days on which it is said.

    The claims with most to compare are shown, by their first day; the subtitle says how many are not.
    """
    chosen = order_claims(claims.rows)[:_CLAIMS]
    shown = sorted(chosen, key=lambda claim: (claim.first is None, claim.first or date.min))
    span = _span(shown)
    headings, marks, labels, top = [], [], [], 0
    if not shown:
        headings.append({"y": 10, "label": "No claim to show.", "evidence": []})
    for claim in shown:
        headings.append({"y": top + 10, "label": _heading(claim, name), "evidence": list(claim.evidence)})
        lanes = list(_lanes(claim, name))
        for place, (role, points, told) in enumerate(lanes):
            y = top + _HEADING + place * _LANE
            marks += [{**point, "role": _ROLES[role][0], "y": y} for point in points]
            labels.append(_label(points, told, y, span))
        top += _HEADING + len(lanes) * _LANE + _GAP
    return _spec(claims, len(shown), headings, marks, labels, max(top, 40), span)


def _heading(claim: Claim, name: Name) -> str:
    told = (
        claim.day.isoformat() if claim.day else None,
        describe_event(claim, name=name),
        f"\u201c{show_line(claim.words)}\u201d",
    )
    words = "  \u00b7  ".join(filter(None, told))
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 2]}\u2026\u201d"


def _span(shown: Sequence[Claim]) -> tuple[date, date]:
    """Return the days of the axis: those of all tellings, with room on both sides."""
    days = [day for claim in shown for day in (claim.first, claim.last) if day]
    first, last = (min(days), max(days)) if days else (date(2000, 1, 1), date(2000, 1, 2))
    room = timedelta(days=max(1, (last - first).days // 25))
    return _shift(first, -room), _shift(last, room)


def _shift(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return day


def _lanes(claim: Claim, name: Name) -> Iterator[tuple[str, list[dict[str, Any]], str]]:
    """Yield for each role its points (a day each) and its words."""
    for role in dict.fromkeys(part.role for part in claim.parts):
        parts = [part for part in claim.parts if part.role == role]
        told: dict[date, list[tuple[Part, Telling]]] = {}
        for part in parts:
            for telling in part.tellings or _relayed(claim, part):
                if telling.day:
                    told.setdefault(telling.day, []).append((part, telling))
        points = [_point(day, found, name) for day, found in sorted(told.items())]
        yield role, points, _names(parts, name)


def _relayed(claim: Claim, part: Part) -> list[Telling]:
    """Return the tellings of others that a publisher relays."""
    return [telling for other in claim.parts for telling in other.tellings if telling.move in part.evidence]


def _point(day: date, found: Sequence[tuple[Part, Telling]], name: Name) -> dict[str, Any]:
    parties = dict.fromkeys(_party(part, name) for part, _ in found)
    return {
        "day": day.isoformat(),
        "who": ", ".join(parties),
        "reports": len({telling.move for _, telling in found}),
        "evidence": list(dict.fromkeys(telling.move for _, telling in found)),
    }


def _party(part: Part, name: Name) -> str:
    if part.role in ("relays", "reports", "reports not"):
        return show_line(part.party or "publisher not known")
    return name_party(part.party, name=name)


def _names(parts: Sequence[Part], name: Name) -> str:
    told = [f"{_party(part, name)}{f' ({part.reports} reports)' if part.reports > 1 else ''}" for part in parts]
    more = f" and {len(told) - _NAMES} more" if len(told) > _NAMES else ""
    return ", ".join(told[:_NAMES]) + more


def _label(points: Sequence[dict[str, Any]], told: str, y: int, span: tuple[date, date]) -> dict[str, Any]:
    """Return the words of a lane, on the side of its symbols that has more room."""
    first, last = span
    if not points:
        return {"day": first.isoformat(), "y": y, "label": f"{told} (no day)", "side": "right"}
    left, right = (date.fromisoformat(points[end]["day"]) for end in (0, -1))
    on_left = (left - first) > (last - right)
    return {
        "day": (left if on_left else right).isoformat(),
        "y": y,
        "label": told,
        "side": "left" if on_left else "right",
    }


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _spec(
    claims: Claims,
    shown: int,
    headings: list[dict[str, Any]],
    marks: list[dict[str, Any]],
    labels: list[dict[str, Any]],
    height: int,
    span: tuple[date, date],
) -> dict[str, Any]:
    both = sum(claim.status == "asserted and denied" for claim in claims.rows)
    hidden = len(claims.rows) - shown
    days = (span[1] - span[0]).days
    ticks: Any = {"interval": "day", "step": max(1, days // 7)} if days <= 14 else 6
    axis = {"format": "%-d %b %Y", "labelOverlap": True, "tickCount": ticks} if marks else None
    scale = {"domain": [day.isoformat() for day in span]}
    x = {"field": "day", "type": "temporal", "title": None, "scale": scale, "axis": axis}
    y = {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, height], "reverse": True, "nice": False},
    }
    used = [look for look in _ROLES.values() if any(mark["role"] == look[0] for mark in marks)]
    domain = [look[0] for look in used]
    key: dict[str, Any] | None = {} if used else None

    def legend(at: int) -> dict[str, Any]:
        return {"domain": domain, "range": [look[at] for look in used]}

    told = f"{_number(len(claims.rows), 'claim')} from {_number(claims.moves, 'reported move')}"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": "Who is reported to assert and to deny what",
            "subtitle": [
                f"{told}, {both} of them both asserted and denied"
                + (f"; the {shown} with most to compare are shown, {hidden} are not" if hidden else ""),
                "Symbols stand on the day of the event where a report states it, else on the day of the accusation or denial.",
                "It does not show which of them happened.",
            ],
        },
        "width": _WIDTH,
        "height": height,
        "layer": [
            {
                "data": {"values": headings},
                "mark": {"type": "text", "align": "left", "x": 0, "fontSize": 11.5, "fontWeight": "bold", "color": INK},
                "encoding": {"y": y, "text": {"field": "label"}, "tooltip": [{"field": "label", "title": "claim"}]},
            },
            {
                "data": {"values": marks},
                "mark": {"type": "point", "filled": True, "size": 75, "opacity": 1, "strokeWidth": 1.2},
                "encoding": {
                    "x": x,
                    "y": y,
                    "shape": {"field": "role", "type": "nominal", "title": "reported", "scale": legend(1), "legend": key},
                    "fill": {"field": "role", "type": "nominal", "title": "reported", "scale": legend(2), "legend": key},
                    "stroke": {"field": "role", "type": "nominal", "title": "reported", "scale": legend(3), "legend": key},
                    "tooltip": [
                        {"field": "role", "title": "part"},
                        {"field": "who"},
                        {"field": "day", "type": "temporal", "format": "%-d %b %Y"},
                        {"field": "reports", "title": "moves"},
                    ],
                },
            },
            *(
                {
                    "data": {"values": [label for label in labels if label["side"] == side]},
                    "mark": {"type": "text", "align": align, "dx": dx, "fontSize": 10.5, "color": QUIET, "limit": 560},
                    "encoding": {"x": x, "y": y, "text": {"field": "label"}},
                }
                for side, align, dx in (("right", "left", 9), ("left", "right", -9))
            ),
        ],
        "config": STYLE,
    }  # fmt: skip
