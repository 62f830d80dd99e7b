"""The JSON schema of an answer, made from the codebook."""

from __future__ import annotations

from typing import Any

from demarche.codebook import Codebook

__all__ = ["LISTS", "MOST_MOVES", "SINGLE", "answer_schema", "without_bounds"]

LISTS = ("actors", "recipients")
SINGLE = ("content", "condition", "deadline", "when", "where", "source")
MOST_MOVES = 12
"""Moves of a sentence, and parties of a role, at most; the fullest of our coded sentences has 7 moves."""


def answer_schema(codebook: Codebook) -> dict[str, Any]:
    """Return the schema of the answer to one batch: every property is required and no other allowed, as strict servers want it.

    Lists are bounded, because a weak model that has begun to repeat itself does not stop. The trigger stands first, because a
    server that is held to a schema writes the properties in their order.
    """
    move = {
        "trigger": {"type": "string"},
        "nth": {"type": "integer"},
        "act": {"type": "string", "enum": [act.value for act in codebook.acts]},
        "status": {"type": "string", "enum": [status.value for status in codebook.statuses]},
        "issue": {"type": "string", "enum": list(codebook.issues)},
        **{role: _array({"type": "string"}) for role in LISTS},
        **{role: {"type": ["string", "null"]} for role in SINGLE},
    }
    sentence = {
        "n": {"type": "integer"},
        "voice": {"type": "string", "enum": [voice.value for voice in codebook.voices]},
        "moves": _array(_object(move)),
    }
    return _object({"sentences": {"type": "array", "items": _object(sentence)}})


def without_bounds(schema: Any) -> Any:
    """Return a schema without the bounds of its lists, which not every server knows."""
    if isinstance(schema, dict):
        return {name: without_bounds(value) for name, value in schema.items() if name != "maxItems"}
    return [without_bounds(value) for value in schema] if isinstance(schema, list) else schema


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": MOST_MOVES}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
