"""Coded documents as the rows of an archive, and back: all that a ledger needs, with the text stored once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from demarche.errors import DemarcheError, InputError
from demarche.model import CodedDocument, Custody, Document, Failure, Kept, Move, Reading, ReadSentence, Span, Voice

__all__ = ["OTHER_TEXT", "coded_from_row", "document_row", "failure_row"]

OTHER_TEXT = "another text has the same id; give each document an id of its own, or none"
"""Why a document is not in the archive whose id is that of a different one."""

_PLAIN = ("id", "title", "published", "publisher", "url", "language", "text", "sha256")


def document_row(coded: CodedDocument, bands: Sequence[int]) -> dict[str, Any]:
    """Return the row of a document; `bands` are the numbers by which copies of it are found."""
    document = coded.document
    return {
        **{name: getattr(document, name) for name in _PLAIN},
        "moves": len(coded.moves),
        "bands": list(bands),
        "coded": json.dumps(_coded_record(coded), separators=(",", ":")),
    }


def failure_row(failure: Failure, document: str | None) -> dict[str, Any]:
    """Return the row of a failure; the name of a file can hold what is no Unicode."""
    row = {"where": failure.where, "stage": failure.stage, "reason": failure.reason, "document": document}
    return {name: value and value.encode("utf-8", "replace").decode() for name, value in row.items()}


def coded_from_row(row: Mapping[str, Any]) -> CodedDocument:
    """Return the coded document of a row, its offsets checked.

    Raises
    ------
    InputError
        If the row is damaged.
    SpanError
        If words do not stand at their offsets.
    """
    try:
        record = json.loads(row["coded"])
        document = Document(**{name: row[name] for name in _PLAIN}, custody=_custody(record["custody"]))
        if not isinstance(document.id, str) or not isinstance(document.text, str):
            raise TypeError("a document has an id and a text")
        sentences = tuple(
            ReadSentence(span=Span.of(document.text, start, end), voice=Voice(voice), voice_confidence=confidence)
            for start, end, voice, confidence in record["sentences"]
        )
        reading = Reading(document=document.id, coder=record["coder"], sentences=sentences)
        moves = tuple(Move.from_dict(move) for move in record["moves"])
    except DemarcheError:
        raise
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"is no coded document ({type(error).__name__}: {str(error)[:100]}); code it again") from error
    if any(move.document != document.id for move in moves):
        raise InputError("has moves of another document; code it again")
    return CodedDocument(document=document, reading=reading, moves=moves)


def _coded_record(coded: CodedDocument) -> dict[str, Any]:
    sentences = [
        [one.span.start, one.span.end, one.voice.value, one.voice_confidence] for one in coded.reading.sentences
    ]
    return {
        "coder": coded.reading.coder,
        "sentences": sentences,
        "moves": [move.to_dict() for move in coded.moves],
        "custody": _custody_record(coded.document.custody),
    }


def _custody_record(custody: Custody | None) -> dict[str, Any] | None:
    """Return what is known of where a document is from; its raw bytes do not go along."""
    if custody is None:
        return None
    made = {field.name: getattr(custody, field.name) for field in fields(Custody) if field.name not in ("raw", "kept")}
    return made | {"kept": custody.kept and asdict(custody.kept)}


def _custody(record: Any) -> Custody | None:
    if record is None:
        return None
    headers = tuple((str(name), str(value)) for name, value in record["headers"])
    steps = tuple(map(str, record["steps"]))
    return Custody(**record | {"headers": headers, "steps": steps, "kept": record["kept"] and Kept(**record["kept"])})
