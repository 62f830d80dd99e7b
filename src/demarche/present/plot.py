"""A chart's specification as a file: the specification itself, or a picture of it."""

from __future__ import annotations

import json
from typing import Any

from demarche.errors import InputError, MissingExtra

__all__ = ["PLOT_FORMATS", "draw_chart"]

PLOT_FORMATS = ("svg", "png", "json")


def draw_chart(spec: dict[str, Any], form: str) -> bytes:
    """Return a Vega-Lite specification as ``svg``, ``png`` (two pixels a unit) or ``json``.

    Raises
    ------
    InputError
        If the format is another.
    MissingExtra
        If the library that draws is not installed.
    """
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
