"""Coded sentences as the network learns from them: tokens, and labels for every word and every move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.model import CodedSentence, ReadMove, Span
from demarche.reading._labels import ACTS, ISSUES, LISTS, NONE, RECIPIENT_TAGS, ROLE_TAGS, ROLES, STATUSES, VOICES
from demarche.reading._tokens import Tokens, split_tokens

__all__ = ["IGNORE", "Example", "MoveLabels", "make_examples"]

IGNORE = -100
"""The label that no loss counts."""

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLabels:
    """Labels of one move: its trigger as a range of words, classes, and tags [P] on the first piece of each word."""

    first: int
    end: int
    act: int
    status: int
    issue: int
    roles: Labels
    recipients: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A sentence to learn from.

    Parameters
    ----------
    triggers, acts
        [P]: on the first piece of each word 0 O, 1 B, 2 I, and the act that the word evokes; IGNORE elsewhere.
    """

    coded: CodedSentence
    tokens: Tokens
    voice: int
    triggers: Labels
    acts: Labels
    moves: tuple[MoveLabels, ...]


def make_examples(tokenizer: Any, sentences: Iterable[CodedSentence]) -> list[Example]:
    """Return one example a sentence; a move whose trigger stands behind the last piece read is left out."""
    coded = list(sentences)
    tokens = split_tokens(tokenizer, [item.sentence.span.text for item in coded])
    return [_example(item, split) for item, split in zip(coded, tokens, strict=True)]


def _example(coded: CodedSentence, tokens: Tokens) -> Example:
    moves = [labels for move in coded.sentence.moves if (labels := _move(move, tokens)) is not None]
    triggers = _blank(tokens)
    acts = np.where(triggers == 0, ACTS.index(NONE), IGNORE)
    for move in moves:
        _tag(triggers, tokens, (move.first, move.end), 1, 2)
        acts[tokens.first[move.first : move.end]] = move.act
    return Example(
        coded=coded,
        tokens=tokens,
        voice=VOICES.index(coded.sentence.voice),
        triggers=triggers,
        acts=acts,
        moves=tuple(moves),
    )


def _move(move: ReadMove, tokens: Tokens) -> MoveLabels | None:
    words = tokens.words(move.trigger.start, move.trigger.end)
    if words is None:
        return None
    roles = _blank(tokens)
    for role in ROLES:
        value = getattr(move, role)
        for span in value if role in LISTS else [value] if value else []:
            begin = ROLE_TAGS.index(f"B-{role}")
            _tag_span(roles, tokens, span, begin, begin + 1)
    recipients = _blank(tokens)
    for span in move.recipients:
        begin = RECIPIENT_TAGS.index("B-recipients")
        _tag_span(recipients, tokens, span, begin, begin + 1)
    return MoveLabels(
        first=words[0],
        end=words[1],
        act=ACTS.index(move.act),
        status=STATUSES.index(move.status),
        issue=ISSUES.index(move.issue),
        roles=roles,
        recipients=recipients,
    )


def _blank(tokens: Tokens) -> Labels:
    labels = np.full(len(tokens.ids), IGNORE, dtype=np.int64)
    labels[tokens.first] = 0
    return labels


def _tag_span(labels: Labels, tokens: Tokens, span: Span, begin: int, inside: int) -> None:
    words = tokens.words(span.start, span.end)
    if words is not None:
        _tag(labels, tokens, words, begin, inside)


def _tag(labels: Labels, tokens: Tokens, words: tuple[int, int], begin: int, inside: int) -> None:
    """Tag the words up to the first that another span holds; a span that begins inside another is left out."""
    for word in range(*words):
        piece = tokens.first[word]
        if labels[piece] != 0:
            return
        labels[piece] = begin if word == words[0] else inside
