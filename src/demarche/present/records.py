"""Moves as JSON lines: the record in full, one a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from demarche.model import Move

__all__ = ["write_records"]


def write_records(moves: Iterable[Move]) -> Iterator[str]:
    """Yield each move as one line of JSON, with its line end; ``Move.from_dict(json.loads(line))`` reads it back."""
    for move in moves:
        yield json.dumps(move.to_dict(), ensure_ascii=False) + "\n"
