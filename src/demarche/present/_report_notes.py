"""The notes of a dossier: one a sentence, numbered in the order in which they are first needed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from demarche.model import Mention, Move, Status, Voice
from demarche.model.report import Evidence
from demarche.present._marks import show_controls, show_line
from demarche.present._report_parts import Cites
from demarche.present._report_words import Name, short_day, spell

__all__ = ["Note", "NoteMove", "Notes"]

_BASES = {
    "explicit": "named in the sentence",
    "context": "from the sentences before",
    "dateline": "from the dateline",
    "published": "that of publication",
    "announced": "that of the announcement",
}
_CITED = 2
"""Notes of one statement: what more there is behind it is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMove:
    """A move in the sentence of a note, in words."""

    id: str
    act: str
    parties: str
    status: str | None
    date: str
    basis: str | None
    issue: str
    amended: bool


@dataclass(slots=True, kw_only=True)
class Note:
    """A sentence with where it stands, the moves in it that are cited, and the places that cite it.

    Parameters
    ----------
    said
        The sentence in parts, each with whether it is a trigger; None where the words are left out.
    hashed
        SHA-256 of the sentence (UTF-8); None where the words stand there.
    address
        The document's address as text; `link` the same where it may be a link.
    """

    number: int
    said: list[tuple[str, bool]] | None
    hashed: str | None
    opinion: bool
    publisher: str | None
    title: str | None
    published: str | None
    address: str | None
    link: str | None
    document: str
    sha256: str | None
    start: int
    end: int
    moves: list[NoteMove] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Name of the note in the page."""
        return f"note-{self.number}"


@dataclass(slots=True)
class _Kept:
    note: Note
    sentence: Move
    moves: dict[str, Move]


class Notes:
    """Gives out the numbers, and holds the notes.

    Parameters
    ----------
    evidence
        Gives a move by its id; None where it is not there any more.
    name
        Gives the name of an actor's id.
    texts
        False leaves out the words of the texts, titles and addresses.
    """

    def __init__(self, evidence: Callable[[str], Evidence | None], *, name: Name, texts: bool) -> None:
        self._evidence = evidence
        self._name = name
        self._texts = texts
        self._kept: dict[tuple[str, int, int], _Kept] = {}
        self._of_move: dict[str, _Kept] = {}
        self._places = 0

    def cite(self, *moves: Iterable[str], most: int = _CITED, total: int | None = None) -> Cites | None:
        """Return the notes of moves, one a sentence, at most so many; None where there is no move.

        Parameters
        ----------
        total
            Moves behind the statement, where not all of them are given.
        """
        ids = list(dict.fromkeys(move for some in moves for move in some))
        refs: dict[int, str] = {}
        cited = 0
        for move in ids:
            known = self._of_move.get(move)
            if len(refs) == most and (known is None or known.note.number not in refs):
                continue
            cited += 1
            if (kept := known or self._keep(move)) and kept.note.number not in refs:
                refs[kept.note.number] = self._place(kept.note)
        more = max(total or 0, len(ids)) - cited
        return Cites(refs=tuple(sorted(refs.items())), more=more) if refs else None

    def link(self, moves: Iterable[str], place: str, *, most: int) -> str | None:
        """Return the address in the page of a note of moves: one that is there already if there is one; None where there is none.

        Parameters
        ----------
        place
            Where it is used.
        most
            No note is made if there are as many already.
        """
        ids = list(moves)
        kept = next((self._of_move[move] for move in ids if move in self._of_move), None)
        if kept is None and len(self) < most:
            kept = next((found for found in map(self._keep, ids[:_CITED]) if found), None)
        if kept is None:
            return None
        if place not in kept.note.places:
            kept.note.places.append(place)
        return f"#{kept.note.id}"

    def __len__(self) -> int:
        return len(self._kept)

    def all(self) -> list[Note]:
        """Return the notes by number, each with its sentence marked where the cited moves are."""
        for kept in self._kept.values():
            moves = sorted(kept.moves.values(), key=lambda move: (move.trigger.start, move.act.value))
            kept.note.moves = [self._move(move) for move in moves]
            kept.note.said = _marked(kept.sentence, moves) if self._texts else None
        return [kept.note for kept in self._kept.values()]

    def _place(self, note: Note) -> str:
        self._places += 1
        place = f"use-{self._places}"
        note.places.append(place)
        return place

    def _keep(self, move_id: str) -> _Kept | None:
        if move_id in self._of_move:
            return self._of_move[move_id]
        evidence = self._evidence(move_id)
        if evidence is None:
            return None
        move = evidence.found.move
        key = (move.document, move.sentence.start, move.sentence.end)
        if key not in self._kept:
            self._kept[key] = _Kept(self._note(evidence), move, {})
        kept = self._kept[key]
        kept.moves[move_id] = move
        self._of_move[move_id] = kept
        return kept

    def _note(self, evidence: Evidence) -> Note:
        found, move = evidence.found, evidence.found.move
        address = show_line(evidence.url) if evidence.url and self._texts else None
        return Note(
            number=len(self._kept) + 1,
            said=None,
            hashed=None if self._texts else _sha256(move.sentence.text),
            opinion=move.voice == Voice.OPINION,
            publisher=found.publisher and show_line(found.publisher),
            title=show_line(found.title) if found.title and self._texts else None,
            published=move.published and _published(move.published),
            address=address,
            link=_web_address(address),
            document=show_line(move.document),
            sha256=evidence.sha256,
            start=move.sentence.start,
            end=move.sentence.end,
        )

    def _move(self, move: Move) -> NoteMove:
        return NoteMove(
            id=move.id,
            act=move.act.value,
            parties=self._parties(move),
            status=None if move.status == Status.ACTUAL else move.status.value,
            date=_dated(move.date, move.date_precision),
            basis=_BASES.get(move.date_basis or ""),
            issue=spell(move.issue),
            amended=bool((found := self._evidence(move.id)) and found.found.verdict == "amended"),
        )

    def _parties(self, move: Move) -> str:
        actors = self._names(move.actors) or "nobody named"
        return f"{actors} \u2192 {self._names(move.recipients)}" if move.recipients else actors

    def _names(self, mentions: tuple[Mention, ...]) -> str:
        """Return whom the parties are; those that are not resolved in their own words, or as such where words are left out."""
        told = [
            show_line(self._name(mention.id) or mention.id)
            if mention.id
            else f"\u201c{show_line(mention.span.text)}\u201d (not resolved)"
            if self._texts
            else "not resolved"
            for mention in mentions
        ]
        return ", ".join(dict.fromkeys(told))


def _marked(of: Move, moves: list[Move]) -> list[tuple[str, bool]]:
    """Return the sentence in parts, those that are triggers of the moves apart."""
    words, position = of.sentence.text, 0
    parts = []
    for move in moves:
        start, end = move.trigger.start - of.sentence.start, move.trigger.end - of.sentence.start
        if start >= position:
            parts += [(words[position:start], False), (words[start:end], True)]
            position = end
    parts.append((words[position:], False))
    return [(show_controls(part.replace("\n", " ")), marked) for part, marked in parts if part]


def _web_address(address: str | None) -> str | None:
    """Return an address only if it is of the web: nothing else becomes a link."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.netloc else None


def _dated(day: str | None, precision: str | None) -> str:
    if day is None:
        return "no date"
    try:
        return short_day(date.fromisoformat((day + "-01-01")[:10] if len(day) < 10 else day[:10]), precision)
    except ValueError:
        return show_line(day)


def _published(day: str) -> str:
    return _dated(day[:10], {4: "year", 7: "month"}.get(len(day), "day"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
