"""A document as its reader lays it out: parts of bounded length, in them blocks with their moves beside, in these the marked words.

Every code point of the text stands in exactly one piece, so that what the page shows is the text, and its offsets are those of
the record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from demarche.model import Move, SentenceMark, Span

__all__ = ["Block", "Piece", "Stretch", "lay_out", "part_at", "split_parts"]

PART = 16_000
"""Code points of a part, about: with its marks and cards it stays well below a megabyte."""
MOST_CARDS = 200
"""Moves that one part shows; the list of moves has the others."""
_BLOCK = 1500
_NAMED = 6
"""Moves that one piece of text names: more would be no help."""

Range = tuple[int, int]
_Role = tuple[int, int, str, Move]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words with one look.

    Parameters
    ----------
    words
        As they stand in the text.
    trigger
        The moves whose trigger they are, the first of which they link to.
    roles
        What they are in which act ("actor of demand"), for people.
    role
        The role that gives them their look, None for none.
    moves
        Ids of the moves of which they are a part.
    """

    words: str
    trigger: tuple[Move, ...] = ()
    roles: tuple[str, ...] = ()
    role: str | None = None
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A sentence, or what stands between two.

    Parameters
    ----------
    start, end
        Offsets of the whole sentence.
    voice
        None between sentences.
    begins
        Whether its first words are here: of a sentence that two parts share, the second has not.
    """

    start: int
    end: int
    voice: str | None
    begins: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, or as much of it as stands beside its moves, and these in text order."""

    stretches: tuple[Stretch, ...]
    moves: tuple[Move, ...]


def split_parts(length: int, sentences: Sequence[SentenceMark], *, size: int = PART) -> list[Range]:
    """Return the parts of a text: about `size` code points each, between sentences where that can be.

    Examples
    --------
    >>> split_parts(10, ()), split_parts(30, (), size=10)
    ([(0, 10)], [(0, 10), (10, 20), (20, 30)])
    """
    starts = [sentence.start for sentence in sentences]
    parts, start = [], 0
    while length - start > size:
        place = bisect_right(starts, start + size) - 1
        end = starts[place] if place >= 0 and starts[place] > start + size // 2 else start + size
        parts.append((start, end))
        start = end
    return [*parts, (start, length)]


def part_at(parts: Sequence[Range], offset: int) -> int:
    """Return the number, from 1, of the part that holds an offset; the last one for what lies behind."""
    return next((number for number, (_, end) in enumerate(parts, 1) if offset < end), len(parts))


def lay_out(text: str, part: Range, sentences: Sequence[SentenceMark], moves: Sequence[Move]) -> list[Block]:
    """Return a part of a text in blocks.

    Parameters
    ----------
    text
        The whole text of the document.
    moves
        Moves of this part; each is shown where its trigger stands.
    """
    blocks: list[Block] = []
    held: list[Stretch] = []
    for stretch in _stretches(text, part, sentences, moves):
        held.append(stretch)
        gap = stretch.voice is None
        words = "".join(piece.words for piece in stretch.pieces)
        if (gap and "\n" in words) or sum(one.end - one.start for one in held) > _BLOCK:
            blocks.append(_block(held, moves))
            held = []
    return [*blocks, _block(held, moves)] if held else blocks


def _block(held: Sequence[Stretch], moves: Sequence[Move]) -> Block:
    there = {move.id for stretch in held for piece in stretch.pieces for move in piece.trigger}
    own = sorted((move for move in moves if move.id in there), key=_place)
    return Block(stretches=tuple(held), moves=tuple(own))


def _place(move: Move) -> tuple[int, int, str]:
    return move.trigger.start, move.trigger.end, move.id


def _stretches(text: str, part: Range, sentences: Sequence[SentenceMark], moves: Sequence[Move]) -> Iterator[Stretch]:
    ordered = sorted(moves, key=_place)
    position, end = part
    for sentence in sentences:
        if sentence.end <= position or sentence.start >= end:
            continue
        if sentence.start > position:
            yield _stretch(text, (position, sentence.start), (position, sentence.start), None, ordered)
        whole, inside = (sentence.start, sentence.end), (max(sentence.start, position), min(sentence.end, end))
        yield _stretch(text, whole, inside, sentence.voice.value, ordered)
        position = inside[1]
    if position < end:
        yield _stretch(text, (position, end), (position, end), None, ordered)


def _stretch(text: str, whole: Range, inside: Range, voice: str | None, moves: Sequence[Move]) -> Stretch:
    own = [move for move in moves if move.trigger.start < inside[1] and inside[0] < move.trigger.end]
    pieces = tuple(_pieces(text, inside, own))
    return Stretch(start=whole[0], end=whole[1], voice=voice, begins=inside[0] == whole[0], pieces=pieces)


def _pieces(text: str, inside: Range, moves: Sequence[Move]) -> Iterator[Piece]:
    """Yield the pieces of a sentence: triggers whole, between them the words of the roles."""
    roles = [(span.start, span.end, role, move) for move in moves for role, span in _roles(move)]
    position = inside[0]
    for start, end in _triggers(inside, moves):
        yield from _plain(text, (position, start), roles)
        here = tuple(move for move in moves if start <= max(move.trigger.start, inside[0]) < end)
        yield _piece(text, start, end, roles, trigger=here)
        position = end
    yield from _plain(text, (position, inside[1]), roles)


def _triggers(inside: Range, moves: Sequence[Move]) -> Iterator[Range]:
    """Yield where triggers stand; of those that overlap the first."""
    position = inside[0]
    for move in moves:
        start, end = max(move.trigger.start, inside[0]), min(move.trigger.end, inside[1])
        if start >= position:
            yield start, end
            position = end


def _plain(text: str, inside: Range, roles: Sequence[_Role]) -> Iterator[Piece]:
    low, high = inside
    near = [role for role in roles if role[0] < high and low < role[1]]
    cuts = sorted({low, high, *(place for start, end, _, _ in near for place in (start, end) if low < place < high)})
    for start, end in zip(cuts, cuts[1:], strict=False):
        yield _piece(text, start, end, near)


def _piece(text: str, start: int, end: int, roles: Sequence[_Role], *, trigger: tuple[Move, ...] = ()) -> Piece:
    over = [(role, move) for low, high, role, move in roles if low <= start and end <= high]
    told = dict.fromkeys(f"{role} of {move.act.value}" for role, move in over)
    ids = dict.fromkeys(move.id for move in (*trigger, *(move for _, move in over)))
    return Piece(
        words=text[start:end],
        trigger=trigger,
        roles=tuple(told)[:_NAMED],
        role=over[0][0] if over else None,
        moves=tuple(ids)[:_NAMED],
    )


def _roles(move: Move) -> Iterator[tuple[str, Span]]:
    """Yield the roles of a move with their words, the narrower before the wider one that may hold it."""
    yield from (("actor", mention.span) for mention in move.actors)
    yield from (("recipient", mention.span) for mention in move.recipients)
    for name, held in (("source", move.source), ("deadline", move.deadline), ("when", move.when)):
        if held:
            yield name, held.span
    for name, span in (("where", move.where), ("condition", move.condition), ("content", move.content)):
        if span:
            yield name, span
