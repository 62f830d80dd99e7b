"""A chart's specification as a file: the specification itself, or a picture of it."""

from __future__ import annotations

import json
import re
from typing import Any

from demarche.errors import InputError, MissingExtra

__all__ = ["PLOT_FORMATS", "draw_chart"]

PLOT_FORMATS = ("svg", "png", "json")


_UNDRAWABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold. What draws would not refuse a text with one of them but end the whole process."""


def _drawable(value: Any) -> Any:
    """Return a specification with the replacement character for each character that cannot be drawn."""
    if isinstance(value, str):
        return _UNDRAWABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_drawable(name): _drawable(item) for name, item in value.items()}
    return [_drawable(item) for item in value] if isinstance(value, list | tuple) else value


def draw_chart(spec: dict[str, Any], form: str) -> bytes:
    """Return a Vega-Lite specification as ``svg``, ``png`` (two pixels a unit) or ``json``.

    Raises
    ------
    InputError
        If the format is another.
    MissingExtra
        If the library that draws is not installed.
    """
    spec = _drawable(spec)
    if form == "json":
        return (json.dumps(spec, ensure_ascii=False, indent=1) + "\n").encode()
    if form not in PLOT_FORMATS:
        raise InputError(f"a chart is no {form!r}; name a file that ends in .svg, .png or .json")
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtra("a picture of a chart", "analysis") from error
    if form == "png":
        return bytes(vl_convert.vegalite_to_png(spec, scale=2))
    return str(vl_convert.vegalite_to_svg(spec)).encode()
