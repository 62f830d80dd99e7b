"""How a move is called while it is away: by its id, with a mark of the state in which it went out."""

from __future__ import annotations

import bisect
import hashlib
import json
from dataclasses import dataclass

from demarche.errors import InputError
from demarche.model import Move, SentenceMark
from demarche.model.returned import Standing

__all__ = ["Given", "given_move", "mark_at", "split_tag", "tag_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A move that went out; not `is_certain` where it was changed since, and nobody knows how it was when it went out."""

    move: Move
    is_certain: bool = True

    def check(self, made: Move) -> Move:
        """Return what a person made of the move; raises InputError if nobody can tell what of it is the person's change."""
        if self.is_certain or made == self.move:
            return made
        raise InputError(f"{self.move.id} was changed since it went out, and is another one here; export it anew")


def tag_of(move: Move) -> str:
    """Return the id of a move, ``@`` and 8 hexadecimal digits of the SHA-256 of its record."""
    record = json.dumps(move.to_dict(), sort_keys=True)
    return f"{move.id}@{hashlib.sha256(record.encode()).hexdigest()[:8]}"


def split_tag(tag: str) -> tuple[str, str | None]:
    """Return the id of a tag, and its state, None where that was lost."""
    move, _, state = tag.strip().partition("@")
    return move, state or None


def given_move(tag: str, standing: Standing) -> Given | None:
    """Return a move as a person was given it, None if there is no such move in the document."""
    name, state = split_tag(tag)
    now = next((move for move in standing.moves if move.id == name), None)
    if now is not None and (state is None or tag_of(now) == f"{name}@{state}"):
        return Given(move=now)
    versions = [move for move in standing.versions(name) if move.document == standing.document.id]
    if now is None and not versions:
        return None
    same = next((move for move in versions if tag_of(move) == f"{name}@{state}"), None)
    return Given(move=same or now or versions[0], is_certain=same is not None)


def mark_at(standing: Standing, place: int) -> SentenceMark | None:
    """Return the sentence in which an offset lies."""
    at = bisect.bisect_right(standing.sentences, place, key=lambda mark: mark.start) - 1
    return standing.sentences[at] if at >= 0 and place < standing.sentences[at].end else None
