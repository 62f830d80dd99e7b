"""Moves as JSON lines: the record in full, one a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from demarche.model import Move

__all__ = ["write_records"]

_LONE = re.compile("[\ud800-\udfff]")


def write_records(moves: Iterable[Move]) -> Iterator[str]:
    """Yield each move as one line of JSON, with its line end; ``Move.from_dict(json.loads(line))`` reads it back.

    Characters stand as they are; lone surrogates, which no UTF-8 file can hold, as their JSON escape.
    """
    for move in moves:
        yield _LONE.sub(_escape, json.dumps(move.to_dict(), ensure_ascii=False)) + "\n"


def _escape(lone: re.Match[str]) -> str:
    return f"\\u{ord(lone.group()):04x}"
