"""Reads coded sentences: gold data to evaluate against and to train from, in the line format of the codebook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from demarche.codebook import load_codebook
from demarche.errors import DemarcheError, InputError
from demarche.model import Act, CodedSentence, ReadMove, ReadSentence, Span, Status, Voice

__all__ = ["parse_coded", "read_coded"]


def read_coded(path: str | Path) -> Iterator[CodedSentence]:
    """Yield the coded sentences of a JSONL file.

    Raises
    ------
    InputError
        At the first line that is not a coded sentence, with its number: gold data must be whole.
    """
    try:
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _parse_line(line, where=f"{path}:{number}")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read ({error}); give a UTF-8 JSONL file of coded sentences", where=str(path)
        ) from error


def _parse_line(line: str, *, where: str) -> CodedSentence:
    try:
        return parse_coded(json.loads(line))
    except (DemarcheError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise InputError(f"is no coded sentence: {type(error).__name__}: {error}", where=where) from error


def parse_coded(record: Mapping[str, Any]) -> CodedSentence:
    """Return the coded sentence of a JSON object; SpanError where words and offsets disagree.

    Examples
    --------
    >>> move = {"act": "reject", "status": "actual", "issue": "talks", "trigger": [5, 13, "rejected"], "actors": [[0, 4, "Kyiv"]]}
    >>> coded = parse_coded({"id": "x", "text": "Kyiv rejected talks.", "voice": "report", "moves": [move]})
    >>> coded.sentence.moves[0].actors[0].text
    'Kyiv'
    """
    text = record["text"]
    moves = [_move(move) for move in record["moves"]]
    for move in moves:
        for span in move.spans():
            span.check(text)
    sentence = ReadSentence(
        span=Span.of(text, 0, len(text)),
        voice=Voice(record["voice"]),
        voice_confidence=1.0,
        moves=tuple(sorted(moves, key=lambda move: (move.trigger.start, move.trigger.end))),
    )
    return CodedSentence(id=record["id"], split=record.get("split"), sentence=sentence)


def _move(record: Mapping[str, Any]) -> ReadMove:
    load_codebook().check_issue(record["issue"])
    return ReadMove(
        act=Act(record["act"]),
        status=Status(record["status"]),
        issue=record["issue"],
        trigger=_span(record["trigger"]),
        confidence=1.0,
        actors=tuple(_span(value) for value in record.get("actors") or ()),
        recipients=tuple(_span(value) for value in record.get("recipients") or ()),
        **{role: record.get(role) and _span(record[role]) for role in _SINGLE},
    )


_SINGLE = ("content", "condition", "deadline", "when", "where", "source")


def _span(value: tuple[int, int, str]) -> Span:
    start, end, words = value
    return Span(start=start, end=end, text=words)
