"""Moves as JSON lines: the record in full, one a line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from demarche.model import Move

__all__ = ["write_records"]

_LONE = re.compile("[\ud800-\udfff]")


def write_records(moves: Iterable[Move], *, text: bool = True) -> Iterator[str]:
    """Yield each move as one line of JSON, with its line end; ``Move.from_dict(json.loads(line))`` reads it back.

    Characters stand as they are; lone surrogates, which no UTF-8 file can hold, as their JSON escape. With `text` false each span has
    the hash of its words (``sha256``) in place of them, and cannot be read back without the document.
    """
    for move in moves:
        record = move.to_dict() if text else _without_words(move.to_dict())
        yield _LONE.sub(_escape, json.dumps(record, ensure_ascii=False)) + "\n"


def _without_words(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {name: _without_words(item) for name, item in value.items() if name != "text"}
    if "text" in value:
        made["sha256"] = hashlib.sha256(value["text"].encode("utf-8", "surrogatepass")).hexdigest()
    return made


def _escape(lone: re.Match[str]) -> str:
    return f"\\u{ord(lone.group()):04x}"
