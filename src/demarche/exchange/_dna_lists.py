"""An event list of Discourse Network Analyzer on its way back: what its statements say of the moves that they were made of.

The list may come from our own export, edited, or from DNA, which has its own ids and in quoted words turns ``"`` into ``'`` and ``;`` into
``,``. So documents are found by their id wherever it stands, statements by their place, and words are compared as if these were the same.
A statement is compared with the cells that the move went out with: only a cell that is another one is a change.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from demarche.codebook import load_codebook
from demarche.errors import InputError, SpanError
from demarche.exchange import _edits
from demarche.exchange._edits import edited, fresh_move, kept_mentions, parse_code, parse_date, parse_party
from demarche.exchange._places import Units, find_words, locate, verify_place
from demarche.exchange._saved_tables import decode_table, find_separator, iso_day, narrowed, plain_dates
from demarche.exchange._tags import Given, given_move, mark_at, split_tag
from demarche.exchange.dna import SEPARATOR, VARIABLES, hull, is_formula, statement_id, variables
from demarche.model import Act, Failure, Mention, Move, SentenceMark, Span, TimeSpan
from demarche.model.returned import Remark, Said, Standing

__all__ = ["read_events"]

_NEEDED = ("start_position", "stop_position")
_LONGEST = 100_000
"""Characters of a cell."""
_MOST = 500
"""Statements of a sentence."""
_SAME = {'"': "[\"']", "'": "[\"']", ";": "[;,]", ",": "[;,]", "\ufffd": r"\S"}
_DAMAGE = str.maketrans('";', "',")
_ACT_OF = {"1": Act.ENDORSE, "0": Act.CRITICIZE}
"""The act of a statement that only says whether its actor agrees."""
_ALIKE = 0.5
"""Share of their common range that two places must have in common to be the same statement."""


def words_pattern(words: str) -> str:
    """Return the expression that finds words whatever DNA and spreadsheets did to them."""
    parts = re.split(r"\s+", _unguarded(words))
    return r"\s++".join("".join(_SAME.get(one) or re.escape(one) for one in part) for part in parts)


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and is_formula(cell[1:]) else cell


def _plain(cell: str) -> str:
    """Return a cell as it is compared."""
    return " ".join(_unguarded(cell).translate(_DAMAGE).split())


def _is_same(cell: str, given: str, name: str = "") -> bool:
    """Tell whether a cell says what it was given with, whatever DNA and spreadsheets made of that."""
    day = iso_day(cell) if name == "date" else None
    if day:  # a month that a spreadsheet took for a day is its first
        return bool(given) and given + "-01-01"[len(given) - 10 :] * (len(given) < 10) == day
    plain = _plain(cell)
    return plain == _plain(given) or any(plain == _plain(one) for one in narrowed(given))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A statement of the list."""

    line: int
    cells: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    @property
    def coder(self) -> str:
        return self.get("coder")


def read_events(content: bytes, *, where: str) -> Iterator[_List | Failure | Remark]:
    """Yield what an event list says of each document; a line that is none is a failure.

    What spreadsheets do to a list is read, too: commas or tabs between the cells, Windows-1252, days as 22.10.1962.

    Raises
    ------
    InputError
        If it is no event list.
    """
    text, is_narrow = decode_table(content, where=where)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_separator(text, _NEEDED))
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise InputError(f"is no event list of DNA: {error}", where=where) from error
    if missing := [name for name in _NEEDED if name not in header]:
        raise InputError(f"is no event list of DNA: it has no column {', '.join(missing)}", where=where)
    if is_narrow:
        yield Remark(where=where, text=_NARROW)
    found: list[_Row] = []
    for row in _rows(reader, header, where):
        if isinstance(row, Failure):
            yield row
        else:
            found.append(row)
    found, strange = _with_plain_dates(found)
    if strange:
        yield Remark(where=where, text=f"{len(strange)} dates such as {strange[0][:40]!r} {_STRANGE}")
    lists: dict[tuple[str, ...], list[_Row]] = defaultdict(list)
    for row in found:
        lists[tuple(row.get(name) for name in _ABOUT)].append(row)
    digest = hashlib.sha256(content).hexdigest()[:16]
    for about, rows in lists.items():
        yield _List(where=where, file=digest, about=dict(zip(_ABOUT, about, strict=True)), rows=tuple(rows))


_NARROW = "is not UTF-8 and was read as Windows-1252; characters that it does not have are told by their places"
_STRANGE = "cannot be read for sure, and are left as they went out; write a date that you change as 1962-10-22"


def _with_plain_dates(rows: Sequence[_Row]) -> tuple[list[_Row], list[str]]:
    """Return the statements without the dates that cannot be read, and those dates."""
    made, strange = [], []
    for row, day in zip(rows, plain_dates([row.get("date") for row in rows]), strict=True):
        cells = dict(row.cells)
        if day is None:
            strange.append(cells.pop("date").strip())
        elif day:
            cells["date"] = day
        made.append(_Row(line=row.line, cells=cells))
    return made, strange


_ABOUT = ("document_id", "document_section", "document_type", "document_author", "document_title")


def _rows(reader: Any, header: list[str], where: str) -> Iterator[_Row | Failure]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield _failure(where, line, f"cannot be read as a line of the list: {error}")
            continue
        if cells is None:
            return
        if not any(cells):
            continue
        if len(cells) != len(header):
            yield _failure(where, line, f"has {len(cells)} cells, the header {len(header)}; was a quoted word damaged?")
        elif any(len(cell) > _LONGEST for cell in cells):
            yield _failure(where, line, f"has a cell of more than {_LONGEST:,} characters")
        else:
            yield _Row(line=line, cells=dict(zip(header, cells, strict=True)))


def _failure(where: str, line: int, reason: str) -> Failure:
    return Failure(where=f"{where}:{line}", stage="exchange", reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed(_Row):
    """A statement with its place in the text, and the sentence in which it begins."""

    span: Span
    mark: SentenceMark


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Statements of one move: the move as it was given, None for one that was added."""

    mark: SentenceMark
    given: Given | None
    rows: list[_Placed] = field(default_factory=list)

    @property
    def move(self) -> Move | None:
        return self.given.move if self.given else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """What an event list says of one document."""

    where: str
    file: str
    about: Mapping[str, str]
    rows: tuple[_Row, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids under which the ledger may have the document: any cell that tells of it may hold ours."""
        cells = [_unguarded(cell) for cell in self.about.values() if cell]
        bracketed = [found for cell in cells for found in re.findall(r"\[([^\[\]]+)\]", cell)]
        return tuple(dict.fromkeys([*cells, *(unquote(one) for one in (*bracketed, *cells))]))

    @property
    def title(self) -> str | None:
        """Title of the document."""
        return _unguarded(self.about["document_title"]) or None

    def say(self, standing: Standing, *, complete: bool) -> Iterator[Said | Failure]:
        """Yield what is said of each sentence; see :class:`~demarche.model.returned.Sheet`."""
        units = Units(standing.document.text)
        placed: list[_Placed] = []
        lost: set[int] = set()
        for row in self.rows:
            try:
                placed.append(_placed(row, standing, units))
            except InputError as error:
                yield _failure(self.where, row.line, error.reason)
                lost |= _sentence_of(row, standing, units)
        crowded = {start for start, rows in Counter(row.mark.start for row in placed).items() if rows > _MOST}
        for row in {row.mark.start: row for row in placed if row.mark.start in crowded}.values():
            yield _failure(self.where, row.line, f"its sentence has more than {_MOST} statements")
        lost |= crowded
        sentences, gone = _grouped([row for row in placed if row.mark.start not in crowded], standing)
        for one in gone:
            yield _failure(self.where, one.line, f"the ledger has no move {one.get('move')[:40]} in this sentence")
            lost.add(one.mark.start)
        for mark in standing.sentences:
            if mark.start in lost or not (mark.start in sentences or complete):
                continue  # a sentence of which something cannot be read is left alone
            try:
                yield self._sentence(mark, sentences.get(mark.start, []), standing, complete=complete)
            except (InputError, SpanError) as error:
                line = min((row.line for group in sentences.get(mark.start, ()) for row in group.rows), default=0)
                yield _failure(self.where, line, getattr(error, "reason", str(error)))

    def _sentence(self, mark: SentenceMark, groups: Sequence[_Group], standing: Standing, *, complete: bool) -> Said:
        now = {move.id: move for move in standing.moves if move.sentence.start == mark.start}
        given = {group.move.id: group.move for group in groups if group.move}
        made = {one.given.move.id: _amended(one.rows, one.given, complete=complete) for one in groups if one.given}
        named = {name for name, move in made.items() if move != given[name]}
        # What others made of a move meanwhile stands, where the list leaves it as it was given.
        kept = [_onto(now.get(name), given[name], made[name]) if name in named else now.get(name) for name in made]
        added = [_known_addition(_added(group, standing), now) for group in groups if group.move is None]
        apart = {*made, *(move.id for move in added)}
        rest = [move for name, move in now.items() if name not in apart and not complete]
        moves = [move for move in (*rest, *kept, *added) if move]
        if len({move.id for move in moves}) < len(moves):
            raise InputError("two statements here have the same trigger and act")
        shown = now | {name: given[name] for name in named}  # two people who make the same change of it both say so
        return Said(
            who=_who([row for group in groups for row in group.rows], self.rows),
            sentence=Span.of(standing.document.text, mark.start, mark.end),
            before=tuple(shown.values()),
            moves=tuple(sorted(moves, key=lambda move: (move.trigger.start, move.id))),
            key=_key(mark, groups, complete=complete),
        )


def _onto(now: Move | None, given: Move, made: Move) -> Move:
    """Return a move as it stands with what is changed in it, or as it was made of the given one if it does not stand any more."""
    if now is None:
        return made
    names = [field.name for field in dataclasses.fields(Move)]
    changed = {name: getattr(made, name) for name in names if getattr(made, name) != getattr(given, name)}
    return dataclasses.replace(now, **changed)


def _placed(row: _Row, standing: Standing, units: Units) -> _Placed:
    """Return a statement with its place; raises InputError if its words do not stand there."""
    try:
        start, stop = (int(row.get(name)) for name in _NEEDED)
    except ValueError as error:
        raise InputError("its start_position and stop_position are no numbers") from error
    words = row.cells.get("text", "")
    span = verify_place(standing.document.text, start, stop, words, units=units, java=True, pattern=words_pattern)
    span = span or _told_by_place(standing.document.text, start, stop, words, units)
    if span is None:
        raise InputError(f"its text does not stand at {start} to {stop} of {standing.document.id}, nor once nearby")
    mark = mark_at(standing, span.start)
    if mark is None:
        raise InputError("it does not begin in a sentence of the document")
    return _Placed(line=row.line, cells=row.cells, span=span, mark=mark)


def _told_by_place(text: str, start: int, stop: int, words: str, units: Units) -> Span | None:
    """Return the place that a statement names, where a narrow encoding left its words as they are there."""
    for first, last in ((units.point(start), units.point(stop)), (start, stop)):
        if first is not None and last is not None and 0 <= first < last <= len(text):
            span = Span.of(text, first, last)
            if _is_same(words, span.text):
                return span
    return None


def _sentence_of(row: _Row, standing: Standing, units: Units) -> set[int]:
    """Return the sentences that a statement means whose words are not found: by its move, else by where it says it begins."""
    name, _ = split_tag(row.get("move"))
    found = {move.sentence.start for move in standing.moves if move.id == name}
    digits = row.get("start_position")
    at = units.point(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None
    mark = None if found or at is None else mark_at(standing, at)
    return found | ({mark.start} if mark else set())


def _grouped(rows: Sequence[_Placed], standing: Standing) -> tuple[dict[int, list[_Group]], list[_Placed]]:
    """Return the statements by sentence and move, and those whose move is not there.

    In a list without the column of our ids a statement is of the move that has its place; with the column, one without an id is new.
    """
    found: dict[int, list[_Group]] = defaultdict(list)
    nameless: list[_Placed] = []
    gone = []
    for row in rows:
        given = given_move(row.get("move"), standing) if row.get("move") else None
        if row.get("move") and (given is None or given.move.sentence.start != row.mark.start):
            gone.append(row)
        elif given is None and "move" not in row.cells:
            nameless.append(row)
        else:
            _join(found[row.mark.start], given, row)
    for row, move in _likely(nameless, standing):
        _join(found[row.mark.start], Given(move=move) if move else None, row)
    return found, gone


def _join(groups: list[_Group], given: Given | None, row: _Placed) -> None:
    for group in groups:
        if group.move.id == given.move.id if group.move and given else _is_same_addition(group, given, row):
            group.rows.append(row)
            return
    groups.append(_Group(mark=row.mark, given=given, rows=[row]))


def _is_same_addition(group: _Group, given: Given | None, row: _Placed) -> bool:
    """Tell whether a statement only adds an actor to a move that was added."""
    if group.given is not None or given is not None:
        return False
    first = group.rows[0]
    names = ("act", "agreement", "concept", "trigger")
    return first.span == row.span and all(first.get(name) == row.get(name) for name in names)


def _likely(rows: Sequence[_Placed], standing: Standing) -> Iterator[tuple[_Placed, Move | None]]:
    """Yield statements with the moves that they are likeliest of, None for new ones: the best pairs first."""
    there: dict[int, list[Move]] = defaultdict(list)
    for move in standing.moves:
        there[move.sentence.start].append(move)
    pairs = [
        (number, move)
        for number, row in enumerate(rows)
        for move in there[row.mark.start]
        if _alike(hull(move, standing.document.text), row.span) >= _ALIKE
    ]
    ranked = sorted(pairs, key=lambda pair: (_likeness(rows[pair[0]], pair[1], standing), -pair[0]), reverse=True)
    left = {move.id: max(1, len(move.actors)) for move in standing.moves}
    made: dict[int, Move] = {}
    for number, move in ranked:
        if number not in made and left[move.id]:
            made[number] = move
            left[move.id] -= 1
    for number, row in enumerate(rows):
        yield row, made.get(number)


def _likeness(row: _Placed, move: Move, standing: Standing) -> tuple[int, float]:
    """Return how many cells agree with the best of the statements of a move, and how much of their places."""
    best = max(
        sum(_plain(cells[name]) == _plain(row.cells[name]) for name in cells.keys() & row.cells.keys())
        for cells in (variables(move, position) for position in range(max(1, len(move.actors))))
    )
    return best, _alike(hull(move, standing.document.text), row.span)


def _alike(one: Span, other: Span) -> float:
    common = min(one.end, other.end) - max(one.start, other.start)
    return max(0, common) / (max(one.end, other.end) - min(one.start, other.start))


# What statements say of a move


def _amended(rows: Sequence[_Row], went_out: Given, *, complete: bool) -> Move:
    """Return a move with what its statements change in it."""
    given = went_out.move
    pairs = _paired(rows, given)
    changed: dict[str, set[str]] = defaultdict(set)
    for row, position in pairs:
        cells = variables(given, position if position is not None else 0)
        for name in row.cells.keys() & set(VARIABLES) - _OF_ACTOR - {"move"}:
            if not _is_same(row.cells[name], cells[name], name):
                changed[name].add(row.get(name))
    for name, values in changed.items():
        if len(values) > 1:
            raise InputError(f"the statements of {given.id} differ in {name}; a move has one")
    changes = _read({name: next(iter(values)) for name, values in changed.items()}, given)
    actors = _actors(pairs, given, complete=complete)
    made = edited(given, changes | ({} if actors == given.actors else {"actors": actors}))
    return went_out.check(made)


_OF_ACTOR = {"person", "organization", "actor_words"}


def _paired(rows: Sequence[_Row], given: Move) -> list[tuple[_Row, int | None]]:
    """Return the statements, each with the position of the actor that it was made of, None for one that was added."""
    free = list(range(max(1, len(given.actors))))
    pairs: dict[int, int | None] = {}
    for is_its in (_by_number, _by_cells):
        for number, row in enumerate(rows):
            found = None if number in pairs else next((one for one in free if is_its(row, given, one)), None)
            if found is not None:
                pairs[number] = found
                free.remove(found)
    for number in range(len(rows)):
        if number not in pairs:
            pairs[number] = free.pop(0) if free else None
    return [(row, pairs[number]) for number, row in enumerate(rows)]


def _by_number(row: _Row, given: Move, position: int) -> bool:
    return row.get("statement_id") == statement_id(given.id, position)


def _by_cells(row: _Row, given: Move, position: int) -> bool:
    cells = variables(given, position)
    stated = [name for name in sorted(_OF_ACTOR) if row.cells.get(name)]
    return bool(stated) and all(_is_same(row.cells[name], cells[name]) for name in stated)


def _read(changed: Mapping[str, str], given: Move) -> dict[str, Any]:
    """Return the fields that the changed cells of a move come to."""
    made: dict[str, Any] = {}
    for name in ("act", "status", "issue", "voice"):
        if changed.get(name):
            made[name] = parse_code(name, changed[name])
    if changed.get("concept") and "issue" not in made and changed["concept"] in load_codebook().issues:
        made["issue"] = changed["concept"]  # other concepts are the coder's own, which a move has no field for
    _check_agreement(changed, given, made)
    if "date" in changed:
        made |= parse_date(iso_day(changed["date"]) or changed["date"])
    sentence = given.sentence
    for name in (*_edits.PLAIN, *_edits.TIMES):
        if name in changed:
            made[name] = _words(changed[name], sentence, given.trigger.start, name) if changed[name] else None
    if changed.get("trigger"):
        made["trigger"] = _words(changed["trigger"], sentence, given.trigger.start, "trigger")
    if changed.keys() & {"recipient", "recipient_words"}:
        made["recipients"] = _parties(
            changed.get("recipient"), changed.get("recipient_words"), given.recipients, sentence, "recipient"
        )
    if changed.keys() & {"source", "source_words"}:
        old = (given.source,) if given.source else ()
        found = _parties(changed.get("source"), changed.get("source_words"), old, sentence, "source")
        made["source"] = found[0] if found else None
    return made


def _check_agreement(changed: Mapping[str, str], given: Move, made: Mapping[str, Any]) -> None:
    """Raise InputError if a statement turns from for to against and its act does not say so."""
    if changed.get("agreement") not in ("0", "1") or "act" in made or "status" in made:
        return
    if load_codebook().acts[given.act].stance is not None:
        raise InputError(
            f"agreement is {changed['agreement']}, but the act is {given.act.value}; say which act it is instead, in the column act"
        )


def _words(words: str, sentence: Span, near: int, role: str) -> Span:
    span = locate(words, sentence, near, words_pattern)
    if span is None:
        raise InputError(f"the {role} {words[:60]!r} does not stand in the sentence at {sentence.start}")
    return span


def _parties(
    ids: str | None, words: str | None, old: Sequence[Mention], sentence: Span, role: str
) -> tuple[Mention, ...]:
    """Return parties of which the cells with their words, their ids or both were changed."""
    near = old[0].span.start if old else sentence.start
    if words is not None:
        spans = [_words(one, sentence, near, role) for one in words.split(SEPARATOR.strip()) if one.strip()]
        old = tuple(mention for span in dict.fromkeys(spans) for mention in kept_mentions(old, span))
    if not ids:
        return tuple(old)
    given = [one.strip() for one in ids.split(SEPARATOR.strip())]
    if len(given) != len(old):
        raise InputError(f"{len(given)} parties are given for the {len(old)} words of the {role}; give one for each")
    return tuple(_named(mention, one, sentence, role) for mention, one in zip(old, given, strict=True))


def _named(mention: Mention, value: str, sentence: Span, role: str) -> Mention:
    """Return a party as which somebody is named: by an id, or by other words of the sentence."""
    if not value or value in (mention.span.text, " ".join(filter(None, (mention.id, mention.sector)))):
        return mention
    party = parse_party(value)
    if party:
        return Mention(span=mention.span, id=party[0], sector=party[1])
    found = find_words(value, sentence, words_pattern)
    if not found:
        raise InputError(f"the {role} {value[:60]!r} is no id such as RUS GOV, and does not stand in the sentence")
    return Mention(span=min(found, key=lambda span: abs(span.start - mention.span.start)))


def _actors(pairs: Sequence[tuple[_Row, int | None]], given: Move, *, complete: bool) -> tuple[Mention, ...]:
    """Return the actors that the statements of a move come to."""
    made: dict[int, Mention | None] = {} if complete else dict(enumerate(given.actors))
    for number, (row, position) in enumerate(pairs):
        if position is None or position >= len(given.actors):
            made[len(given.actors) + number] = _added_actor(row, given)
            continue
        cells = variables(given, position)
        stated = [name for name in _OF_ACTOR if name in row.cells]
        changed = {name: row.get(name) for name in stated if not _is_same(row.cells[name], cells[name])}
        made[position] = _actor(changed, given.actors[position], given)
    return tuple(dict.fromkeys(mention for _, mention in sorted(made.items()) if mention))


def _actor(changed: Mapping[str, str], old: Mention, given: Move) -> Mention | None:
    """Return an actor with what was changed of it, None if its words were taken away."""
    words, organization, person = (changed.get(name) for name in ("actor_words", "organization", "person"))
    if words == "":
        return None
    mention = old
    if words:
        mention = kept_mentions((old,), _words(words, given.sentence, old.span.start, "actor"))[0]
    mention = _named(mention, organization or "", given.sentence, "actor")
    if person and not words and not organization:
        return Mention(span=mention.span, id=mention.id, sector=mention.sector, name=person, link=mention.link)
    return mention


def _added_actor(row: _Row, move: Move) -> Mention | None:
    """Return the actor of a statement that was added: the words that are given for it, else its person or organization."""
    organization = row.get("organization")
    named = [row.get("actor_words")] if row.get("actor_words") else [row.get("person"), organization]
    if not any(named):
        return None
    spans = (locate(one, move.sentence, move.trigger.start, words_pattern) for one in named if one)
    span = next((span for span in spans if span), None)
    if span is None:
        raise InputError(
            f"the actor {next(filter(None, named))[:60]!r} does not stand in the sentence; give its words as actor_words"
        )
    party = parse_party(organization)
    return Mention(span=span, id=party[0], sector=party[1]) if party else Mention(span=span)


def _added(group: _Group, standing: Standing) -> Move:
    """Return the move that statements without one come to."""
    row, mark = group.rows[0], group.mark
    sentence = Span.of(standing.document.text, mark.start, mark.end)
    marked = Span.of(standing.document.text, row.span.start, min(row.span.end, mark.end))
    named = row.get("trigger")
    trigger = _words(named, sentence, marked.start, "trigger") if named else marked
    if row.get("act"):
        act = parse_code("act", row.get("act"))
    elif row.get("agreement") in _ACT_OF:
        act = _ACT_OF[row.get("agreement")]
    else:
        raise InputError("a statement was added without act and agreement; say which act it is")
    bare = fresh_move(standing.document, mark, trigger, act, {})
    apart = _OF_ACTOR | {"act", "trigger", "move", "agreement"}
    stated = {name: row.get(name) for name in VARIABLES if row.get(name) and name not in apart}
    actors = (_added_actor(one, bare) for one in group.rows)
    changes = _read(stated, bare) | {"actors": tuple(dict.fromkeys(actor for actor in actors if actor))}
    return fresh_move(standing.document, mark, trigger, act, changes)


def _known_addition(added: Move, now: Mapping[str, Move]) -> Move:
    """Return the move that stands if it is the added one with what was found out about it: the same list was taken in before."""
    standing = now.get(added.id)
    return standing if standing and _says_no_more(added, standing) else added


def _says_no_more(added: Move, standing: Move) -> bool:
    plain = ("status", "issue", "voice", *_edits.PLAIN)
    if any(getattr(added, name) != getattr(standing, name) for name in plain):
        return False
    if any(_place(getattr(added, name)) != _place(getattr(standing, name)) for name in _edits.TIMES):
        return False
    pairs = zip(_parties_of(added), _parties_of(standing), strict=True)
    return added.date in (None, standing.date) and all(_are_those(new, old) for new, old in pairs)


def _parties_of(move: Move) -> tuple[tuple[Mention, ...], ...]:
    return move.actors, move.recipients, (move.source,) if move.source else ()


def _place(time: TimeSpan | None) -> Span | None:
    return time.span if time else None


def _are_those(new: Sequence[Mention], old: Sequence[Mention]) -> bool:
    """Tell whether parties are those that stand: the same words, and no other id than was found out."""
    if [mention.span for mention in new] != [mention.span for mention in old]:
        return False
    return all(
        one.id is None or (one.id, one.sector) == (two.id, two.sector) for one, two in zip(new, old, strict=True)
    )


def _who(rows: Iterable[_Row], everything: Sequence[_Row]) -> str | None:
    """Return the person who coded: the only one of these statements, or of the list, who is no coder of ours (``name/1.0``)."""
    for some in (rows, everything):
        names = {row.coder for row in some if row.coder and "/" not in row.coder and row.coder != "person"}
        if names:
            return names.pop() if len(names) == 1 else None
    return None


def _key(mark: SentenceMark, groups: Sequence[_Group], *, complete: bool) -> str:
    rows = sorted(sorted(row.cells.items()) for group in groups for row in group.rows)
    return hashlib.sha256(repr((mark.start, complete, rows)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
