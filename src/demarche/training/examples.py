"""Chooses which of our coded sentences a language model is shown: ``python -m demarche.training.examples > examples.jsonl``.

The choice is greedy and has no chance in it: each next sentence shows the most of what the ones before do not (acts, statuses, issues,
roles, voices, a sentence with several moves, one with none), a shorter one before a longer. Only sentences of the split train are
taken, so that those of dev still measure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from demarche.model import CodedSentence, ReadMove, ReadSentence, Span
from demarche.reading.llm._words import show

__all__ = ["choose_examples", "example_record"]

_ROLES = ("content", "condition", "deadline", "when", "where", "source")
_LONGEST = 200
"""Code points of an example at most: it is paid for with every question."""


def choose_examples(coded: Iterable[CodedSentence], number: int) -> list[CodedSentence]:
    """Return so many coded sentences, those that show most first."""
    left = {one.id: (set(_features(one.sentence)), one) for one in coded if _usable(one)}
    chosen: list[CodedSentence] = []
    shown: set[str] = set()
    while left and len(chosen) < number:
        best = min(left, key=lambda name: (-_worth(left[name][0] - shown), len(left[name][1].sentence.span.text), name))
        features, example = left.pop(best)
        shown |= features
        chosen.append(example)
    return chosen


def _usable(coded: CodedSentence) -> bool:
    text = coded.sentence.span.text
    return coded.split == "train" and len(text) <= _LONGEST and text.isascii()


def _worth(features: set[str]) -> int:
    return sum(3 if feature.startswith(("act", "status", "quiet", "voice")) else 1 for feature in features)


def _features(sentence: ReadSentence) -> Iterator[str]:
    yield f"voice:{sentence.voice}"
    if not sentence.moves:
        yield f"quiet:{sentence.voice}"
    if len(sentence.moves) > 1:
        yield "several"
    for move in sentence.moves:
        yield from (f"act:{move.act}", f"status:{move.status}", f"issue:{move.issue}")
        yield from (f"role:{role}" for role in _ROLES if getattr(move, role))
        if len(move.actors) > 1:
            yield "actors: several"
        if move.recipients:
            yield "recipients"


def example_record(coded: CodedSentence) -> dict[str, Any]:
    """Return a coded sentence as an answer gives it: words without offsets."""
    sentence = coded.sentence
    moves = [_move_record(move, sentence.span.text) for move in sentence.moves]
    return {"id": coded.id, "text": sentence.span.text, "voice": sentence.voice.value, "moves": moves}


def _move_record(move: ReadMove, text: str) -> dict[str, Any]:
    single = {role: getattr(move, role) for role in _ROLES}
    return {
        "trigger": move.trigger.text,
        "nth": _nth(move, text),
        "act": move.act.value,
        "status": move.status.value,
        "issue": move.issue,
        "actors": [span.text for span in move.actors],
        "recipients": [span.text for span in move.recipients],
        **{role: span.text if span else None for role, span in single.items()},
    }


def _nth(move: ReadMove, text: str) -> int:
    """Return which occurrence of its words a trigger is; words inside other words do not count."""
    shown, nth = show(Span.of(text, 0, len(text))), 1
    while shown.find_trigger(move.trigger.text, nth) != move.trigger:
        nth += 1
    return nth


def _lines(examples: Sequence[CodedSentence]) -> str:
    return "".join(json.dumps(example_record(one), ensure_ascii=False) + "\n" for one in examples)


if __name__ == "__main__":
    from demarche.training.corpus import own_sentences

    print(_lines(choose_examples(own_sentences("sentences.jsonl")[0], 16)), end="")
