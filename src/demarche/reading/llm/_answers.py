"""An answer -> what was read in each sentence. Nothing in it is believed that the codebook and the sentence do not bear out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from demarche.codebook import Codebook
from demarche.model import Act, ReadMove, ReadSentence, Span, Status, Voice
from demarche.reading.llm._schema import LISTS, MOST_MOVES, SINGLE
from demarche.reading.llm._words import Shown, Unfound

__all__ = ["UNSAID", "Answers", "find_json", "locate_acts", "read_answers"]

UNSAID = 0.5
"""The confidence of a move, and of a voice, for which the model gives no probability: it says neither yes nor no."""
_ACTS, _STATUSES, _VOICES = ({code.value for code in codes} for codes in (Act, Status, Voice))
_THOUGHT_ENDS = "</think>"
_MOST_STARTS = 20
"""Places at which an answer is sought in what a model says."""
_ACT = re.compile(r'"act"\s*:\s*"([^"\\]*)"')


@dataclass(frozen=True, slots=True)
class Answers:
    """What an answer says of its sentences, by their index, and how much of it was dropped for which reason."""

    sentences: dict[int, ReadSentence] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)


def find_json(content: str) -> tuple[int, int, Any] | None:
    """Return the first JSON value in a text that could be an answer, with where it begins and ends; None if there is none.

    What a model thought aloud before it answered, a code fence, and words around it are passed over.

    Examples
    --------
    >>> find_json('Here it is: {"sentences": []} Anything else?')
    (12, 29, {'sentences': []})
    """
    start = max(content.rfind(_THOUGHT_ENDS), 0)
    for match in islice(re.compile(r"[{\[]").finditer(content, start), _MOST_STARTS):
        try:
            value, end = json.JSONDecoder().raw_decode(content, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and "sentences" in value or _entries(value):
            return match.start(), end, value
    return None


def locate_acts(content: str) -> list[tuple[int, int]]:
    """Return where the values of "act" stand in an answer, in order; a quotation mark inside a string is escaped and cannot feign one."""
    found = find_json(content)
    return [match.span(1) for match in _ACT.finditer(content, found[0], found[1])] if found else []


def read_answers(
    content: str, batch: Sequence[Shown], codebook: Codebook, chances: Sequence[float] | None = None
) -> Answers:
    """Return what an answer says of the sentences of a batch; sentences of which it says nothing usable are not in it.

    Parameters
    ----------
    chances
        The model's probability of each act, in the order of the answer; None where it gave none.
    """
    answers = Answers()
    found = find_json(content)
    entries = _entries(found[2]) if found else []
    told = _match_chances(entries, chances)
    for entry in entries:
        number = _number(entry)
        moves = entry.get("moves")
        if number is None or not 1 <= number <= len(batch):
            answers.dropped["sentence: no such number"] += max(1, len(moves) if isinstance(moves, list) else 0)
        elif number - 1 in answers.sentences:
            answers.dropped["sentence: a second answer"] += 1
        elif isinstance(moves, list) and _known(entry.get("voice"), _VOICES):
            answers.sentences[number - 1] = _sentence(
                batch[number - 1], Voice(entry["voice"]), moves, codebook, told, answers.dropped
            )
    return answers


def _entries(value: Any) -> list[dict[str, Any]]:
    listed = value.get("sentences") if isinstance(value, dict) else value
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _known(code: Any, codes: Container[str]) -> bool:
    return isinstance(code, str) and code in codes


def _number(entry: Mapping[str, Any]) -> int | None:
    number = entry.get("n")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _match_chances(entries: list[dict[str, Any]], chances: Sequence[float] | None) -> dict[int, float]:
    """Return the chance of each move by the id of its record; none at all if their numbers differ."""
    moves = [move for entry in entries for move in _listed(entry.get("moves")) if isinstance(move, dict)]
    if chances is None or len(chances) != len(moves):
        return {}
    return {id(move): chance for move, chance in zip(moves, chances, strict=True)}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _sentence(
    shown: Shown,
    voice: Voice,
    records: list[Any],
    codebook: Codebook,
    told: Mapping[int, float],
    dropped: Counter[str],
) -> ReadSentence:
    moves: dict[tuple[Span, Act], ReadMove] = {}
    for position, record in enumerate(records):
        try:
            if position >= MOST_MOVES:
                raise Unfound("move: too many in the sentence")
            move = _move(shown, record, codebook, told.get(id(record), UNSAID))
            if (move.trigger, move.act) in moves:
                raise Unfound("move: said twice")
            moves[move.trigger, move.act] = move
        except Unfound as reason:
            dropped[str(reason)] += 1
    ordered = sorted(moves.values(), key=lambda move: (move.trigger.start, move.trigger.end))
    return ReadSentence(span=shown.sentence, voice=voice, voice_confidence=UNSAID, moves=tuple(ordered))


def _move(shown: Shown, record: Any, codebook: Codebook, confidence: float) -> ReadMove:
    if not isinstance(record, dict):
        raise Unfound("move: not an object")
    codes = _codes(record, codebook)
    try:
        trigger = shown.find_trigger(record.get("trigger"), record.get("nth", 1))
    except Unfound as reason:
        raise Unfound(f"trigger: {reason}") from reason
    spans: dict[str, Any] = {
        role: _find(shown, role, record.get(role), trigger) for role in SINGLE if not _empty(record.get(role))
    }
    lists: dict[str, Any] = {role: _find_all(shown, role, record.get(role), trigger) for role in LISTS}
    return ReadMove(**codes, trigger=trigger, confidence=confidence, **spans, **lists)


def _codes(record: Mapping[str, Any], codebook: Codebook) -> dict[str, Any]:
    for name, codes in (("act", _ACTS), ("status", _STATUSES), ("issue", codebook.issues)):
        if not _known(record.get(name), codes):
            raise Unfound(f"{name}: not in the codebook")
    return {"act": Act(record["act"]), "status": Status(record["status"]), "issue": record["issue"]}


def _find(shown: Shown, role: str, words: Any, trigger: Span) -> Span:
    try:
        return shown.find_near(words, trigger)
    except Unfound as reason:
        raise Unfound(f"{role}: {reason}") from reason


def _find_all(shown: Shown, role: str, value: Any, trigger: Span) -> tuple[Span, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_MOVES:
        raise Unfound(f"{role}: no list of at most {MOST_MOVES}")
    return tuple(dict.fromkeys(_find(shown, role, words, trigger) for words in value if not _empty(words)))


def _empty(words: Any) -> bool:
    return words is None or isinstance(words, str) and not words.strip()
