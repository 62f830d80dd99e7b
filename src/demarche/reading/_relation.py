"""What one party does to another: the evidence of all candidate triggers of a sentence, weighed by their roles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.model import Act
from demarche.reading._assemble import CandidateScores
from demarche.reading._decode import find_triggers, log_softmax
from demarche.reading._labels import ACTS, RECIPIENT_TAGS, ROLE_TAGS
from demarche.reading._tokens import Tokens
from demarche.reading._weights import Weights

__all__ = ["relate_pair"]

Floats = NDArray[np.float64]

_CANDIDATES = 0.01
"""Far below the threshold for moves: among given parties something happens, so that weak evidence counts too."""
_FLOOR = 0.02
"""Weight of a role that the network does not see at all: parties may be named apart from the clause of the act."""


def relate_pair(
    weights: Weights, tokens: Tokens, *, actor: tuple[int, int] | None, recipient: tuple[int, int] | None
) -> dict[str, float]:
    """Return event type -> probability for what the actor does to the recipient; the sum is 1.

    Each candidate trigger gives its chances of the acts, weighed by the chance that it is a move, that the words of
    `actor` are its actor (or its source) and those of `recipient` its recipient (or stand in its content).

    Raises
    ------
    InputError
        If a party's offsets hold no word of the sentence.
    """
    if not len(tokens.first):
        raise InputError("the text has no words; give a sentence")
    doer = _words(tokens, actor, "actor") if actor else None
    target = _words(tokens, recipient, "recipient") if recipient else None
    read = weights.read([tokens])
    found = find_triggers(log_softmax(read.triggers[0, tokens.first]), _CANDIDATES)
    if not found:
        best = int(read.triggers[0, tokens.first, 1].argmax())
        found = [(best, best + 1, 1.0)]
    spans = [tokens.pieces(first, end) for first, end, _ in found]
    scores = weights.read_triggers(read, [0] * len(found), spans, [tokens])
    total: Floats = sum((_evidence(own, doer, target) for own in scores), np.zeros(len(ACTS) - 1))
    return _events(total)


def _words(tokens: Tokens, span: tuple[int, int], name: str) -> slice:
    words = tokens.words(*span) if 0 <= span[0] < span[1] else None
    if words is None:
        raise InputError(f"the offsets {span} of the {name} hold no word of the sentence")
    return slice(*words)


def _evidence(scores: CandidateScores, actor: slice | None, recipient: slice | None) -> Floats:
    acts: Floats = np.exp(log_softmax(scores.act)).astype(np.float64)[:-1]
    roles = np.exp(log_softmax(scores.roles))
    recipients = np.exp(log_softmax(scores.recipients))
    doer = target = 1.0
    if actor:
        doer = _tags(roles[actor], ROLE_TAGS, "actors") + 0.5 * _tags(roles[actor], ROLE_TAGS, "source")
    if recipient:
        inside = _tags(roles[recipient], ROLE_TAGS, "content") + _tags(roles[recipient], ROLE_TAGS, "actors")
        target = min(1.0, _tags(recipients[recipient], RECIPIENT_TAGS, "recipients") + 0.5 * inside)
    return acts * (_FLOOR + doer) * (_FLOOR + target)


def _tags(chances: NDArray[np.float32], tags: tuple[str, ...], role: str) -> float:
    """Return the mean over the words of the chance that a word belongs to the role."""
    columns = [number for number, tag in enumerate(tags) if tag[2:] == role]
    return float(chances[:, columns].sum(axis=1).mean())


def _events(acts: Floats) -> dict[str, float]:
    codebook = load_codebook()
    totals = dict.fromkeys(codebook.events, 0.0)
    for name, value in zip(ACTS, acts, strict=False):
        event = codebook.acts[Act(name)].event
        if event is not None:
            totals[event] += float(value)
    whole = sum(totals.values())
    return {event: value / whole for event, value in totals.items()}
