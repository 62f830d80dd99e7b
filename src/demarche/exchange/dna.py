"""Moves as statements of Discourse Network Analyzer: its event list, and the texts that it needs first.

A statement of DNA has one organization, one concept and whether they agree: a move of two actors is two statements. What a statement says
beyond that stands in variables of our own, which a statement type may have as many of as one likes. DNA counts positions as Java does, in
UTF-16 code units.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote

from demarche.codebook import load_codebook
from demarche.exchange._cells import whole
from demarche.exchange._citation import web_address
from demarche.exchange._format import Format
from demarche.exchange._places import Units
from demarche.exchange._tags import tag_of
from demarche.model import Document, Mention, Move, SourcedMove, Span, Status

__all__ = [
    "DNA",
    "SEPARATOR",
    "VARIABLES",
    "WORDS",
    "file_name",
    "hull",
    "is_formula",
    "statement_id",
    "variables",
    "write_documents",
    "write_events",
]

WORDS = tuple("actor_words recipient_words source_words content condition deadline when where trigger".split())
"""Variables that quote the text."""
VARIABLES = (
    *"person organization concept agreement act status issue voice recipient source date".split(),
    *WORDS,
    "move",
)
"""Columns of a statement between its time and its place."""
SEPARATOR = " | "
"""Between several parties of a cell."""
_LAST = ("start_position", "stop_position", "text", "coder")
_DOCUMENT = ("id", "title", "author", "source", "section", "type")
_TEXTS = ("document_id", "title", "text", "author", "source", "section", "type", "notes", "date_time", "file")
_FORMULA = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_UNSEEN = " \r\n\u00a0\u3000\u200b\u200e\u200f\u2060\ufeff"
_UNNAMED = re.compile(r"[^\w .,'()&-]+")
_LONGEST = 120
"""Of an id or title in the name of a file."""


def write_events(moves: Iterable[SourcedMove], text: bool) -> Iterator[str]:
    """Yield the event list, a line at a time; without `text` its columns of words are left out and its text is empty."""
    names = [name for name in VARIABLES if text or name not in WORDS]
    yield _line(["statement_id", "time", *names, *_LAST, *(f"document_{name}" for name in _DOCUMENT)])
    document, units = None, Units("")
    for found in moves:
        if document != found.document.id:
            document, units = found.document.id, Units(found.document.text)
        yield from (_line(row) for row in _rows(found, names, units, text=text))


def _rows(found: SourcedMove, names: list[str], units: Units, *, text: bool) -> Iterator[list[str]]:
    move, place = found.move, hull(found.move, found.document.text)
    about = found.document
    last = [str(units.of(place.start)), str(units.of(place.end)), place.text if text else "", move.coder]
    last += [about.id, about.title or "", "", about.publisher or "", about.id, ""]
    for position in range(max(1, len(move.actors))):
        cells = variables(move, position, words=text)
        yield [statement_id(move.id, position), _time(about.published), *(cells[name] for name in names), *last]


def statement_id(move: str, position: int) -> str:
    """Return the number of the statement that a move makes of its actor at a position: 15 digits at most, the same each time.

    Examples
    --------
    >>> statement_id("m0123456789abcdef", 0)
    '528363748333092'
    """
    return str(int(hashlib.sha256(f"{move}/{position}".encode()).hexdigest()[:16], 16) % 10**15)


def hull(move: Move, text: str) -> Span:
    """Return the part of a text that holds all words of a move, its source apart."""
    spans = [span for span in move.spans() if move.source is None or span != move.source.span]
    return Span.of(text, min(span.start for span in spans), max(span.end for span in spans))


def variables(move: Move, position: int, *, words: bool = True) -> dict[str, str]:
    """Return the cells of a statement: of the actor at a position, and of the move."""
    actor = move.actors[position] if position < len(move.actors) else None
    cells = {
        "person": actor.name or "" if actor else "",
        "organization": _party(actor, words=words) if actor else "",
        "concept": move.issue,
        "agreement": _agreement(move),
        "act": move.act.value,
        "status": move.status.value,
        "issue": move.issue,
        "voice": move.voice.value,
        "recipient": SEPARATOR.join(_party(mention, words=words) for mention in move.recipients),
        "source": _party(move.source, words=words) if move.source else "",
        "date": move.date or "",
        "actor_words": actor.span.text if actor else "",
        "recipient_words": SEPARATOR.join(mention.span.text for mention in move.recipients),
        "source_words": move.source.span.text if move.source else "",
        "deadline": move.deadline.span.text if move.deadline else "",
        "when": move.when.span.text if move.when else "",
        "trigger": move.trigger.text,
        "move": tag_of(move),
    }
    plain = {"content": move.content, "condition": move.condition, "where": move.where}
    return cells | {name: span.text if span else "" for name, span in plain.items()}


def _party(mention: Mention, *, words: bool) -> str:
    """Return who is meant (``RUS GOV``), or the words of one who is not resolved."""
    known = " ".join(filter(None, (mention.id, mention.sector)))
    return known if mention.id else mention.span.text if words else ""


def _agreement(move: Move) -> str:
    """Return 1 for, 0 against, "" where the act takes no stance or the text says that it was not done."""
    stance = load_codebook().acts[move.act].stance
    return "" if stance is None or move.status is Status.NEGATED else str(int(stance > 0))


def _time(published: str | None) -> str:
    """Return the time of a document; DNA knows no precision, so that a month or year stands at its first day."""
    if published is None:
        return ""
    padded = published + {4: "-01-01", 7: "-01"}.get(len(published), "")
    try:
        return datetime.fromisoformat(padded).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return ""


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=";", lineterminator="\n").writerow(_guarded(whole(cell)) for cell in cells)
    return buffer.getvalue()


def _guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + cell if is_formula(cell) else cell


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet could take a cell for a formula."""
    return cell.lstrip(_UNSEEN).startswith(_FORMULA)


# The texts


def write_documents(documents: Iterable[Document]) -> Iterator[str]:
    """Yield a table of the texts, one a row, as R reads it and ``dna_addDocuments`` takes it."""
    yield _line(_TEXTS)
    for document in documents:
        about = [document.title or document.id, document.text, "", document.publisher or "", document.id, ""]
        yield _line(
            [document.id, *about, web_address(document.url) or "", _time(document.published), file_name(document)]
        )


def file_name(document: Document) -> str:
    """Return the name of the file of a text, from which DNA reads its date, section (our id) and title.

    Examples
    --------
    >>> file_name(Document(id="c07", text="-", title="Talks: round two", published="1962-10-22"))
    '1962-10-22 [c07] Talks round two.txt'
    """
    id_ = quote(document.id, safe=" ")
    if len(id_) > _LONGEST:
        id_ = Document.content_id(document.id)
    title = " ".join(_UNNAMED.sub(" ", document.title or "").split())[:_LONGEST].strip(" .") or "untitled"
    day = _time(document.published)[:10] or "0001-01-01"
    return f"{day} [{id_}] {title}.txt"


DNA = Format(
    name="dna",
    title="Discourse Network Analyzer: event list",
    suffix=".csv",
    write=write_events,
)
