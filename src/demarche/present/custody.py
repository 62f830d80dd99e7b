"""How a document came to its text, for people and for programs; and what came of reading its raw bytes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from demarche.model import Custody, LogEntry, RawCheck
from demarche.present._marks import show_line

__all__ = ["custody_record", "render_custody", "render_raw_check", "render_raw_summary"]


def render_custody(document: str, custody: Custody | None, entries: Sequence[LogEntry]) -> Iterator[str]:
    """Yield the chain of custody of a document as lines, from where it came to what was said of it last.

    Parameters
    ----------
    custody
        None where nobody recorded it.
    entries
        Of the log, about the document.
    """
    yield f"document    {show_line(document)}"
    if custody is None:
        yield "custody     not recorded: it was taken in before it was, or as a string"
    else:
        is_hidden = any(entry.kind == "redaction" for entry in entries)
        facts = _facts_left(custody) if is_hidden else _facts(custody)
        yield from (f"{name:<12}{show_line(words)}" for name, words in facts)
        yield from (f"{'header':<12}{show_line(f'{name}: {value}')}" for name, value in custody.headers)
    for entry in sorted(entries, key=lambda entry: entry.seq):
        why = f": {entry.why}" if entry.why else ""
        yield f"{'log ' + str(entry.seq):<12}{show_line(f'{entry.at} {entry.kind} by {entry.who}{why}')}"


def _facts(custody: Custody) -> Iterator[tuple[str, str]]:
    yield "source", custody.source
    if custody.address:
        yield "address", custody.address
    yield "retrieved", custody.retrieved or "unknown: it was read from a file"
    yield "media type", custody.media_type or "unknown"
    yield "raw bytes", _bytes(custody)
    kept = custody.kept
    yield "kept", f"{kept.archive}, record {kept.record}, from byte {kept.offset:,}" if kept else "no: the hash only"
    yield "steps", _steps(custody)


def _facts_left(custody: Custody) -> Iterator[tuple[str, str]]:
    """Yield what may be told of a document that was redacted; what may not is not said to be unknown."""
    yield "source", "redacted, like address, time, headers, media type and the place of its bytes"
    yield "raw bytes", _bytes(custody)
    yield "steps", _steps(custody)


def _bytes(custody: Custody) -> str:
    return f"{custody.size:,}, SHA-256 {custody.sha256}"


def _steps(custody: Custody) -> str:
    return ", ".join(custody.steps) or "unknown"


def custody_record(document: str, custody: Custody | None, entries: Sequence[LogEntry]) -> dict[str, Any]:
    """Return the chain of custody of a document as a record of JSON; what is unknown is null."""
    kept = custody.kept if custody else None
    return {
        "document": document,
        "custody": None
        if custody is None
        else {
            "source": custody.source,
            "address": custody.address,
            "retrieved": custody.retrieved,
            "media_type": custody.media_type,
            "headers": [list(header) for header in custody.headers],
            "size": custody.size,
            "sha256": custody.sha256,
            "kept": kept and {"archive": kept.archive, "record": kept.record, "offset": kept.offset},
            "steps": list(custody.steps),
        },
        "log": [
            {"seq": entry.seq, "at": entry.at, "who": entry.who, "kind": entry.kind, "why": entry.why}
            for entry in sorted(entries, key=lambda entry: entry.seq)
        ],
    }


_WORDS = {
    "same": "the same bytes give the same text",
    "hash only": "only the hash is kept",
    "other version": "read by another version",
    "missing": "MISSING",
    "changed": "CHANGED",
    "other text": "OTHER TEXT",
    "unread": "CANNOT BE READ",
}


def render_raw_check(check: RawCheck) -> str:
    """Return a line on what came of reading the bytes of a document again.

    Examples
    --------
    >>> render_raw_check(RawCheck(document="d1", outcome="missing", detail="no record 1 in a.warc.gz"))
    'd1: MISSING: no record 1 in a.warc.gz'
    """
    return ": ".join(filter(None, map(show_line, (check.document, _WORDS[check.outcome], check.detail or ""))))


def render_raw_summary(outcomes: Iterable[str]) -> str:
    """Return a line that counts what came of it.

    Examples
    --------
    >>> render_raw_summary(["same", "same", "hash only"])
    'raw bytes: 2 the same bytes give the same text, 1 only the hash is kept'
    """
    counts = Counter(outcomes)
    return "raw bytes: " + (
        ", ".join(f"{counts[name]:,} {words}" for name, words in _WORDS.items() if counts[name]) or "no document"
    )
