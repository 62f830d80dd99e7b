"""Pure functions over records: what they say taken together.

Accuracy needs no more than the base install; the analyses of a frame of moves load polars, and so are loaded when asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from demarche.analysis.accuracy import match_moves, measure_accuracy

_FRAME = {"SCHEMA": "frame", "as_frame": "frame", "drop_copies": "frame", "frame_rows": "frame", "keep_usable": "frame"}
_HOME = {**_FRAME}

__all__ = ["match_moves", "measure_accuracy", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"demarche.analysis.{_HOME[name]}"), name)
    raise AttributeError(f"module 'demarche.analysis' has no attribute {name!r}")
