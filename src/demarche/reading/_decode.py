"""From scores to spans: constrained decoding of tag sequences, in numpy."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Candidate", "decode_tags", "find_triggers", "log_softmax"]

_FORBIDDEN = -1e4

Candidate = tuple[int, int, float]
"""A candidate trigger: first word, end word (exclusive), the probability that it begins a trigger."""


def log_softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return log probabilities along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


@cache
def _transitions(tags: tuple[str, ...]) -> NDArray[np.float32]:
    """Return [tags, tags]: 0 where the second tag may follow the first, else a large negative number."""
    allowed = [[after[0] != "I" or before[1:] == after[1:] and before != "O" for after in tags] for before in tags]
    return np.where(np.asarray(allowed), 0.0, _FORBIDDEN).astype(np.float32)


def decode_tags(scores: NDArray[np.float32], tags: tuple[str, ...]) -> list[tuple[str, int, int, float]]:
    """Return the spans of the likeliest valid tag sequence (Viterbi).

    Parameters
    ----------
    scores
        float32 [W, len(tags)]: log probabilities of each word's tags.
    tags
        "O", and "B" or "I" with an optional "-role"; I-role stands only behind B-role or I-role.

    Returns
    -------
    list of (role, first word, end word, mean log probability), role "" for tags without one

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.log(np.array([[0.1, 0.8, 0.1], [0.2, 0.1, 0.7], [0.9, 0.05, 0.05]], dtype=np.float32))
    >>> [(first, end) for _, first, end, _ in decode_tags(scores, ("O", "B", "I"))]
    [(0, 2)]
    """
    if not len(scores):
        return []
    transitions = _transitions(tags)
    likeliest = scores.argmax(axis=1)
    if tags[likeliest[0]][0] != "I" and not transitions[likeliest[:-1], likeliest[1:]].any():
        return _spans(likeliest.tolist(), scores, tags)  # where each word's best tag may stand, no sequence is likelier
    best = scores[0] + np.where([tag[0] == "I" for tag in tags], _FORBIDDEN, 0.0)
    back = np.zeros(scores.shape, dtype=np.int64)
    for word in range(1, len(scores)):
        paths = best[:, None] + transitions
        back[word] = paths.argmax(axis=0)
        best = paths.max(axis=0) + scores[word]
    path = [int(best.argmax())]
    for word in range(len(scores) - 1, 0, -1):
        path.append(int(back[word][path[-1]]))
    return _spans(path[::-1], scores, tags)


def _spans(path: list[int], scores: NDArray[np.float32], tags: tuple[str, ...]) -> list[tuple[str, int, int, float]]:
    spans = []
    word = 0
    while word < len(path):
        if tags[path[word]][0] != "B":
            word += 1
            continue
        end = word + 1
        while end < len(path) and tags[path[end]][0] == "I":
            end += 1
        score = sum(float(scores[position, path[position]]) for position in range(word, end)) / (end - word)
        spans.append((tags[path[word]][2:], word, end, score))
        word = end
    return spans


def find_triggers(scores: NDArray[np.float32], threshold: float) -> list[Candidate]:
    """Return candidate triggers in text order: the decoded ones, and words that begin one with at least `threshold`.

    A word that does so outside the decoded spans is a candidate together with the words that rather continue a
    trigger than stand outside one. The second pass rejects the false ones, so that recall counts here.

    Parameters
    ----------
    scores
        float32 [W, 3]: log probabilities of O, B, I.
    threshold
        Probability, 0 to 1.
    """
    found = {}
    taken = np.zeros(len(scores), dtype=bool)
    for _, first, end, _ in decode_tags(scores, ("O", "B", "I")):
        found[first] = (first, end, float(np.exp(scores[first, 1])))
        taken[first:end] = True
    for first in np.flatnonzero(scores[:, 1] >= np.log(threshold)).tolist():
        if taken[first]:
            continue
        end = first + 1
        while end < len(scores) and not taken[end] and scores[end, 2] > scores[end, 0]:
            end += 1
        found[first] = (first, end, float(np.exp(scores[first, 1])))
        taken[first:end] = True
    return [found[first] for first in sorted(found)]
