"""What all charts look like. The colours are told apart by people who do not see red and green apart, and in grey."""

from __future__ import annotations

from typing import Any

__all__ = ["AGAINST", "FOR", "INK", "OTHERS", "QUIET", "STYLE", "UNKNOWN"]

FOR = "#1b6ca8"
AGAINST = "#c8553d"
UNKNOWN = "#9aa0a6"
INK = "#202124"
QUIET = "#5f6368"
OTHERS = ("#1b6ca8", "#c8553d", "#6a9f58", "#d1a33a", "#7b5aa6", "#3aa6a0", "#9aa0a6")

STYLE: dict[str, Any] = {
    "background": "#ffffff",
    "font": "Liberation Sans, Arial, Helvetica, sans-serif",
    "title": {"anchor": "start", "fontSize": 15, "subtitleFontSize": 12, "subtitleColor": QUIET, "color": INK, "offset": 14},
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleColor": QUIET, "labelColor": INK, "grid": True, "gridColor": "#eceff1",
             "domainColor": "#bdc1c6", "tickColor": "#bdc1c6", "labelLimit": 320},
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleColor": QUIET, "labelColor": INK, "labelLimit": 320},
    "range": {"category": list(OTHERS)},
    "view": {"stroke": None},
}  # fmt: skip
"""Configuration of a specification: ``"config": STYLE``."""
