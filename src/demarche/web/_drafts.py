"""The moves of a sentence as the review page has them: from the coder, through a form that may say anything, back to moves.

A form comes with its moves as JSON, spans as offsets into the sentence, from the script of the page; without the script it has plain
fields, and a span is given by its words.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demarche.codebook import load_codebook
from demarche.errors import InputError, SpanError
from demarche.model import Act, Mention, Move, ReviewTask, Span, Status, TimeSpan, Voice
from demarche.present._marks import show_controls
from demarche.sources import parse_published

__all__ = ["LISTS", "ROLES", "Draft", "blank_draft", "draft_of", "make_moves", "read_drafts", "words_at"]

ROLES = ("trigger", "actors", "recipients", "content", "condition", "deadline", "when", "where", "source")
"""The roles of a move in the order of the page, by their names in a move."""
LISTS = ("actors", "recipients")
"""Those that any number of words can have, each for itself."""
_TIMES = ("deadline", "when")
_VERDICTS = ("accepted", "amended", "added", "rejected")
_CODES = ("act", "status", "issue")
_STATED = ("verdict", *_CODES, "date")
_MOST = 64
"""Moves in one sentence, and spans in one role, at most."""
_LONGEST = 4000
_NUMBERED = re.compile(r"(.+?)\s*#([1-9]\d?)\Z", re.DOTALL)

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A move as it stands in the form.

    Parameters
    ----------
    move
        Id of the coder's move, None for one that was added.
    verdict
        What the reviewer says of it, "" where nothing yet.
    act, status, issue, date
        As chosen or typed.
    spans
        Role -> places [start, end) in the sentence, in code points.
    words
        Role -> words as typed, where they could not be found.
    wrong
        What is wrong with it, for the reviewer; None if nothing is.
    """

    move: str | None = None
    verdict: str = ""
    act: str = ""
    status: str = Status.ACTUAL.value
    issue: str = "other"
    date: str = ""
    spans: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    wrong: str | None = None


def draft_of(move: Move) -> Draft:
    """Return what the coder saw, undecided."""
    origin = move.sentence.start
    found = {role: [(span.start - origin, span.end - origin) for span in _spans(move, role)] for role in ROLES}
    spans = {role: tuple(dict.fromkeys(places)) for role, places in found.items() if places}
    return Draft(
        move=move.id,
        act=move.act.value,
        status=move.status.value,
        issue=move.issue,
        date=move.date or "",
        spans=spans,
    )


def blank_draft() -> Draft:
    """Return a move that the coder missed, of which nothing is known yet."""
    return Draft(verdict="added")


def words_at(text: str, places: Sequence[Place]) -> list[str]:
    """Return words as one types them: numbered (``he #2``) where the sentence has them more than once."""
    shown = show_controls(text)  # one character for each, so that the places stay
    made = []
    for start, end in places:
        words = shown[start:end]
        among = _find(shown, words)
        number = f" #{among.index((start, end)) + 1}" if len(among) > 1 and (start, end) in among else ""
        made.append(words + number)
    return made


def read_drafts(form: Mapping[str, Any], task: ReviewTask) -> list[Draft]:
    """Return the moves that a form has for a sentence; what is wrong with one stands in it.

    Raises
    ------
    InputError
        If the form is none of the page's.
    """
    given = form.get("moves")
    if isinstance(given, str) and given:
        return _parse(given, task.sentence.text)
    text = show_controls(task.sentence.text)
    coded = {move.id: draft_of(move) for move in task.coded}
    return [_typed(form, str(number), text, coded) for number in range(_MOST) if f"m{number}-act" in form]


def make_moves(
    task: ReviewTask, drafts: Sequence[Draft], *, voice: Voice, published: str | None
) -> tuple[list[Move], list[Draft]]:
    """Return the moves that the drafts come to, rejected ones left out, and the drafts with what is wrong in each.

    Only if nothing is wrong in any of them are the moves what the reviewer means.
    """
    coded = {move.id: move for move in task.coded}
    made: dict[str, Move] = {}
    checked = []
    for draft in drafts:
        wrong = draft.wrong
        try:
            move = None if wrong else _made(task, draft, coded, voice=voice, published=published)
            if move and move.id in made:
                raise InputError("another move of this sentence has the same trigger and act")
            made |= {move.id: move} if move else {}
        except (InputError, SpanError) as error:
            wrong = getattr(error, "reason", str(error))
        checked.append(dataclasses.replace(draft, wrong=wrong))
    return list(made.values()), checked


def _made(
    task: ReviewTask, draft: Draft, coded: Mapping[str, Move], *, voice: Voice, published: str | None
) -> Move | None:
    if draft.verdict not in _VERDICTS:
        raise InputError("say whether it stands there: accept it, amend it or reject it")
    if draft.verdict == "rejected":
        return None
    known = coded.get(draft.move or "")
    if draft.move and known is None:
        raise InputError(
            "the sentence was coded anew meanwhile, and this move is not among the coder's; add it, or reject it"
        )
    changes = _changes(task, draft, known)  # whether it was accepted or amended: an amendment is never lost
    if known:
        return dataclasses.replace(known, **{**changes, "voice": voice})
    return _new(task, changes, voice=voice, published=published)


def _changes(task: ReviewTask, draft: Draft, known: Move | None) -> dict[str, Any]:
    """Return the fields of a move that a draft states, checked against the codebook and the sentence."""
    codebook = load_codebook()
    allowed: dict[str, Any] = {"act": codebook.acts, "status": codebook.statuses, "issue": codebook.issues}
    for name in _CODES:
        if getattr(draft, name) not in allowed[name]:
            raise InputError(f"choose its {name}")
    act = codebook.acts[Act(draft.act)]
    made: dict[str, Any] = {"act": act.act, "event": act.event, "quad": act.quad}
    made |= {"status": Status(draft.status), "issue": draft.issue, **_dated(draft.date, known)}
    return made | {role: _role(task, draft, role, known) for role in ROLES}


def _new(task: ReviewTask, changes: dict[str, Any], *, voice: Voice, published: str | None) -> Move:
    return Move(
        id=Move.make_id(task.document, changes["trigger"], changes["act"]),
        document=task.document,
        published=published,
        sentence=task.sentence,
        voice=voice,
        mode=None,
        confidence=1.0,
        coder="person",
        codebook=load_codebook().version,
        **changes,
    )


def _dated(given: str, known: Move | None) -> dict[str, Any]:
    """Return the date of a move and what it rests on; what the coder found stays while nobody changes it."""
    if known and given == (known.date or ""):
        return {}
    if not given:
        return {"date": None, "date_precision": None, "date_basis": None}
    day = parse_published(given)[:10]
    return {"date": day, "date_precision": {4: "year", 7: "month"}.get(len(day), "day"), "date_basis": "explicit"}


def _role(task: ReviewTask, draft: Draft, role: str, known: Move | None) -> Any:
    """Return the value of a role, with all that is known of words that stay as they were."""
    spans = [_span(task.sentence, place) for place in draft.spans.get(role, ())]
    if role == "trigger" and not spans:
        raise InputError("say which words are the trigger")
    if role in LISTS:
        mentions = getattr(known, role) if known else ()
        return tuple(one for span in spans for one in _same(mentions, span) or (Mention(span=span),))
    if not spans:
        return None
    span = spans[0]
    old = getattr(known, role) if known else None
    if role == "source":
        return next(iter(_same((old,) if old else (), span)), Mention(span=span))
    if role in _TIMES:
        return old if old and old.span == span else TimeSpan(span=span)
    return span


def _same(mentions: Iterable[Mention], span: Span) -> tuple[Mention, ...]:
    return tuple(mention for mention in mentions if mention.span == span)


def _span(sentence: Span, place: Place) -> Span:
    start, end = place
    return Span.of(sentence.text, start, end).shift(sentence.start)


def _spans(move: Move, role: str) -> Iterator[Span]:
    value = getattr(move, role)
    for one in value if role in LISTS else (value,):
        if one is not None:
            yield one if isinstance(one, Span) else one.span


# From the script of the page


def _parse(given: str, text: str) -> list[Draft]:
    try:
        records = json.loads(given)
        if not isinstance(records, list) or len(records) > _MOST:
            raise InputError(f"a sentence has a list of at most {_MOST} moves")
        return [_parsed(record, text) for record in records]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("the moves of this form cannot be read; load the page again") from error


def _parsed(record: dict[str, Any], text: str) -> Draft:
    spans = {role: tuple(_place(place, text) for place in record["spans"].get(role, ())[:_MOST]) for role in ROLES}
    given: dict[str, Any] = {name: str(record[name])[:100] for name in _STATED}
    move = record["id"]
    return Draft(
        move=None if move is None else str(move)[:100],
        spans={role: found if role in LISTS else found[:1] for role, found in spans.items() if found},
        **given,
    )


def _place(place: Any, text: str) -> Place:
    start, end = place
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise InputError("a span of this form lies outside of the sentence; load the page again")
    if not text[start:end].strip():
        raise InputError("a span of this form has no words; load the page again")
    return start, end


# From plain fields


def _typed(form: Mapping[str, Any], number: str, text: str, coded: Mapping[str, Draft]) -> Draft:
    def read(name: str) -> str:
        value = form.get(f"m{number}-{name}")
        return value.replace("\r\n", "\n").strip()[:_LONGEST] if isinstance(value, str) else ""

    move = read("move")[:100] or None
    before = coded.get(move or "", Draft()).spans
    spans: dict[str, tuple[Place, ...]] = {}
    words: dict[str, str] = {}
    wrong = []
    for role in ROLES:
        try:
            untouched = read(role) == "\n".join(words_at(text, before.get(role, ())))
            spans[role] = before.get(role, ()) if untouched else _typed_places(read(role), role, text)
        except InputError as error:
            words[role] = read(role)
            wrong.append(f"{role.removesuffix('s') if role in LISTS else role}: {error.reason}")
    given: dict[str, Any] = {name: read(name)[:100] for name in _STATED}
    rejected = given["verdict"] == "rejected"
    return Draft(
        move=move,
        spans={role: found for role, found in spans.items() if found},
        words=words,
        wrong=None if rejected or not wrong else "; ".join(wrong),
        **given,
    )


def _typed_places(given: str, role: str, text: str) -> tuple[Place, ...]:
    lines = [line.strip() for line in given.split("\n")] if role in LISTS else [given]
    return tuple(_find_one(text, line) for line in lines[:_MOST] if line)


def _find_one(text: str, typed: str) -> Place:
    """Return where typed words stand in a sentence.

    Raises
    ------
    InputError
        If they do not, or more than once and no number says which.
    """
    found = _find(text, typed)
    numbered = None if found else _NUMBERED.match(typed)
    if numbered:
        found = _find(text, numbered[1])[int(numbered[2]) - 1 :][:1]
    if not found:
        raise InputError(f"the sentence does not have the words {typed[:60]!r}; type them as they stand there")
    if len(found) > 1:
        raise InputError(
            f"{typed[:60]!r} stands there {len(found)} times; say which: {typed[:60]} #1 ... {typed[:60]} #{len(found)}"
        )
    return found[0]


def _find(text: str, words: str) -> list[Place]:
    """Return the places of words; where some are whole words, parts of other words ("he" in "the") do not count."""
    starts = []
    start = text.find(words) if words else -1
    while start >= 0:
        starts.append(start)
        start = text.find(words, start + 1)
    places = [(start, start + len(words)) for start in starts]
    return [place for place in places if _is_whole(text, place)] or places


def _is_whole(text: str, place: Place) -> bool:
    start, end = place
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    after = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    return not before and not after
