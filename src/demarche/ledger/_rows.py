"""Between records and rows. A row holds offsets and the words of the roles; the sentence's words stand in the document."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from demarche.model import CodedDocument, Document, LedgerMove, Mention, Move

__all__ = ["clean", "document_row", "ledger_move", "mention_rows", "move_row", "reading_row", "words_key"]

_LONGEST = 300
"""Characters of the words of a party by which it is found: an index can hold no more."""
_RESOLVED = ("id", "sector", "name", "link")
_ROLES = (("actors", "actor"), ("recipients", "recipient"), ("source", "source"))
_ELSEWHERE = ("id", "document", "published", "act", "issue", "status", "voice", "confidence", "date")
_plain = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode

Row = dict[str, Any]


def document_row(document: Document, seq: int) -> Row:
    """Return the row of a document."""
    fields = ("id", "title", "url", "publisher", "language", "published", "sha256", "text")
    return {"seq": seq, **{name: getattr(document, name) for name in fields}}


def reading_row(coded: CodedDocument, seq: int) -> Row:
    """Return the row of a reading: start, end, voice and its confidence for each sentence."""
    sentences = [
        [sentence.span.start, sentence.span.end, sentence.voice.value, round(sentence.voice_confidence, 4)]
        for sentence in coded.reading.sentences
    ]
    return {
        "seq": seq,
        "document": coded.document.id,
        "coder": coded.reading.coder,
        "count": len(sentences),
        "sentences": json.dumps(sentences, separators=(",", ":")),
    }


def move_row(move: Move, seq: int, *, verdict: str) -> Row:
    """Return the row of a move: what it is searched by, and the rest as a record."""
    record = {name: value for name, value in move.to_dict().items() if value is not None and name not in _ELSEWHERE}
    del record["sentence"]
    for name, _ in _ROLES:
        if record.get(name):
            record[name] = _bare(record[name])
    return {
        "seq": seq,
        "id": move.id,
        "document": move.document,
        "verdict": verdict,
        "act": move.act.value,
        "issue": move.issue,
        "status": move.status.value,
        "voice": move.voice.value,
        "confidence": float(move.confidence),
        "date": move.date,
        "sentence_start": move.sentence.start,
        "sentence_end": move.sentence.end,
        "parties": _parties(move.actors) + ">" + _parties(move.recipients),
        "words": " ".join(span.text for span in move.spans()),
        "record": _plain(record),
    }


def mention_rows(move: Move, seq: int) -> Iterator[Row]:
    """Yield the rows of a move's parties."""
    for name, role in _ROLES:
        value = getattr(move, name)
        for position, mention in enumerate(value if isinstance(value, tuple) else [value] if value else []):
            yield {
                "seq": seq,
                "move": move.id,
                "role": role,
                "position": position,
                "words": words_key(mention.span.text),
                "entity": mention.id,
                "sector": mention.sector,
                "name": mention.name,
                "link": mention.link,
            }


def clean(words: str, most: int = 2000) -> str:
    """Return words as both stores can keep them: no NUL, no lone surrogate, not endless."""
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\ufffd")[:most]


def words_key(words: str) -> str:
    """Return the words of a mention as they are compared: no case, single spaces, no leading article.

    Examples
    --------
    >>> words_key("The  Contact Group")
    'contact group'
    """
    plain = " ".join(words.casefold().split())
    for article in ("the ", "a ", "an "):
        plain = plain.removeprefix(article)
    return (plain or words)[:_LONGEST]


def ledger_move(row: Mapping[str, Any], text: str, mentions: Sequence[Mapping[str, Any]]) -> LedgerMove:
    """Return the move of a row of ``current_moves``, the text of its document and its rows of mentions; offsets are checked."""
    start, end = row["sentence_start"], row["sentence_end"]
    record = dict.fromkeys(("content", "condition", "deadline", "when", "where", "source", "event", "mode", "quad"))
    record |= {"date_precision": None, "date_basis": None, "actors": [], "recipients": []} | json.loads(row["record"])
    record |= {name: row[name] for name in _ELSEWHERE}
    record["sentence"] = {"start": start, "end": end, "text": text[start:end]}
    resolved = {(mention["role"], mention["position"]): mention for mention in mentions}
    for name, role in _ROLES:
        value = record[name]
        if isinstance(value, list):
            record[name] = [item | _resolution(resolved.get((role, place))) for place, item in enumerate(value)]
        elif value:
            record[name] = value | _resolution(resolved.get((role, 0)))
    return LedgerMove(
        move=Move.from_dict(record),
        seq=row["seq"],
        cluster=row["cluster"],
        verdict=row["verdict"],
        publisher=row["publisher"],
        title=row["title"],
    )


def _resolution(mention: Mapping[str, Any] | None) -> dict[str, Any]:
    if mention is None:
        return dict.fromkeys(_RESOLVED)
    return {"id": mention["entity"], **{name: mention[name] for name in _RESOLVED[1:]}}


def _bare(value: Any) -> Any:
    """Return a party, or a list of them, without what it resolves to: that stands in the rows of its mentions."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return {name: item for name, item in value.items() if name not in _RESOLVED}


def _parties(mentions: tuple[Mention, ...]) -> str:
    """Return ids, and "?" with the words of those that are open, parted by "|" (words hold neither that nor ">")."""
    named = sorted({mention.id or "?" + re.sub("[|>]", " ", words_key(mention.span.text)) for mention in mentions})
    joined = "|".join(named)
    return joined if len(joined) <= _LONGEST else f"?{hashlib.sha256(joined.encode()).hexdigest()}"
