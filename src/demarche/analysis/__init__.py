"""Pure functions over records: what they say taken together.

Accuracy needs no more than the base install; the analyses of a frame of moves load polars, and so are loaded when asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from demarche.analysis.accuracy import match_moves, measure_accuracy
from demarche.errors import MissingExtra

_MODULES = {
    "base_rates": "load_base_rates",
    "claims": "find_claims",
    "forecasts": "score_forecasts",
    "frame": "SCHEMA as_frame coded_rows convert_frame drop_copies frame_rows keep_usable",
    "incidence": "estimate_incidence",
    "movement": "measure_movement",
    "network": "build_network write_graphml",
    "outlook": "known_on look_ahead",
    "plans": "compare_plans match_plan split_points",
    "playbooks": "check_playbooks load_playbooks mine_playbooks parse_playbook parse_playbooks",
    "positions": "compare_positions find_positions measure_gap trace_gap",
    "propositions": "group_contents",
    "repetition": "measure_repetition",
    "reviews": "measure_agreement measure_reviews",
    "stances": "take_stances",
    "support": "find_support",
    "threats": "find_threats",
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = ["match_moves", "measure_accuracy", *_HOME]


def _load(module: str) -> Any:
    """Return a module of this room; raises MissingExtra where a library that it needs is not installed."""
    try:
        return import_module(f"demarche.analysis.{module}")
    except ModuleNotFoundError as error:
        raise MissingExtra.of(error) or error from error


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(_load(_HOME[name]), name)
    raise AttributeError(f"module 'demarche.analysis' has no attribute {name!r}")
