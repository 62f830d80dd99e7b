"""Loads the weights: two ONNX graphs, a tokenizer and a small card that says how to read them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import ModelError
from demarche.reading._assemble import CandidateScores
from demarche.reading._labels import ACTS, ISSUES
from demarche.reading._tokens import MAX_PIECES, Tokens, batch_tokens

__all__ = [
    "FIRST_GRAPH",
    "Card",
    "FirstPass",
    "SECOND_GRAPH",
    "TOKENIZER",
    "Weights",
    "batches",
    "load_weights",
    "open_session",
    "open_tokenizer",
]

FIRST_GRAPH = "sentence.onnx"
SECOND_GRAPH = "trigger.onnx"
TOKENIZER = "tokenizer.json"
CARD = "weights.json"

_SHIPPED = Path(__file__).with_name("weights")
_PIECES = 512
"""Word pieces, padding counted, that a graph reads at once: what lies between its layers then stays in the processor's cache."""
_SLOW = ["SkipLayerNormFusion"]
"""Rewritings of a graph that onnxruntime is told to leave: on a CPU this one takes six times as long as what it replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What stands beside the weights.

    Parameters
    ----------
    name, version
        Of the coder: ``demarche-en``, ``1.0.0``.
    language
        ISO 639-1 code of the language that it reads.
    candidates
        Probability, 0 to 1, from which a word is a candidate trigger.
    keep
        Probability of its act, 0 to 1, from which a candidate is a move.
    """

    name: str
    version: str
    language: str
    candidates: float
    keep: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPass:
    """A batch of B sentences of P pieces after the first graph: states [B, P, H], triggers [B, P, 3], voice [B, 2]."""

    middle: NDArray[np.float32]
    last: NDArray[np.float32]
    mask: NDArray[np.int64]
    triggers: NDArray[np.float32]
    voice: NDArray[np.float32]


class Weights:
    """The two sessions, the tokenizer and the card; make it with :func:`load_weights`."""

    def __init__(self, *, card: Card, tokenizer: Any, first: Any, second: Any) -> None:
        self.card = card
        self.tokenizer = tokenizer
        self._first = first
        self._second = second

    def read(self, batch: list[Tokens]) -> FirstPass:
        """Return the first pass over a batch of sentences."""
        ids, case, mask = batch_tokens(batch)
        feed = {"ids": ids, "case": case, "mask": mask}
        middle, last, triggers, voice = _run(self._first, ["middle", "last", "triggers", "voice"], feed)
        return FirstPass(middle=middle, last=last, mask=mask, triggers=triggers, voice=voice)

    def read_triggers(
        self, read: FirstPass, rows: list[int], spans: list[tuple[int, int]], batch: list[Tokens]
    ) -> list[CandidateScores]:
        """Return the scores of candidates: `rows` say in which sentence, `spans` at which range of pieces."""
        scores: list[CandidateScores] = []
        for part in batches([len(batch[row].ids) for row in rows]):
            scores += self._read_some(read, rows[part], spans[part], batch)
        return scores

    def _read_some(
        self, read: FirstPass, rows: list[int], spans: list[tuple[int, int]], batch: list[Tokens]
    ) -> list[CandidateScores]:
        width = max(len(batch[row].ids) for row in rows)
        marks = np.zeros((len(rows), width), dtype=np.float32)
        for number, span in enumerate(spans):
            marks[number, slice(*span)] = 1.0
        feed = {
            "middle": read.middle[rows, :width],
            "last": read.last[rows, :width],
            "mask": read.mask[rows, :width],
            "spans": marks,
        }
        act, status, issue, roles, recipients = _run(
            self._second, ["act", "status", "issue", "roles", "recipients"], feed
        )
        return [
            CandidateScores(
                act=act[number],
                status=status[number],
                issue=issue[number],
                roles=roles[number, batch[row].first],
                recipients=recipients[number, batch[row].first],
            )
            for number, row in enumerate(rows)
        ]


def batches(sizes: Sequence[int]) -> Iterator[slice]:
    """Yield slices of items of these many word pieces, each item padded to the longest of its slice: 512 pieces or one item.

    Examples
    --------
    >>> list(batches([100, 120, 300, 400]))
    [slice(0, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    start = longest = 0
    for number, size in enumerate(sizes):
        longest = max(longest, size)
        if number > start and (number - start + 1) * longest > _PIECES:
            yield slice(start, number)
            start, longest = number, size
    if sizes:
        yield slice(start, len(sizes))


def _run(session: Any, outputs: list[str], feed: Mapping[str, object]) -> list[Any]:
    try:
        result: list[Any] = session.run(outputs, feed)
    except Exception as error:  # onnxruntime raises bare Exceptions of its own
        raise ModelError(f"the network could not read a sentence ({error}); is there enough memory?") from error
    return result


def open_session(path: Path, *, threads: int) -> Any:
    """Return an onnxruntime session of a graph; raises what onnxruntime raises. 0 threads lets it take all cores."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW
    )


def open_tokenizer(path: Path, *, pieces: int) -> Any:
    """Return a tokenizer that cuts texts at so many word pieces; raises what tokenizers raises."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(pieces)
    return tokenizer


def load_weights(folder: str | Path | None = None, *, threads: int = 0) -> Weights:
    """Return the weights in `folder`, the shipped ones by default.

    Parameters
    ----------
    threads
        Threads of a session; 0 lets onnxruntime take all cores.

    Raises
    ------
    ModelError
        If a file is missing, damaged, or made for other label sets.
    """
    place = Path(folder) if folder is not None else _SHIPPED
    try:
        card = _read_card(place / CARD)
        tokenizer = open_tokenizer(place / TOKENIZER, pieces=MAX_PIECES)
        sessions = [open_session(place / graph, threads=threads) for graph in (FIRST_GRAPH, SECOND_GRAPH)]
    except ModelError:
        raise
    except Exception as error:  # onnxruntime and tokenizers raise bare Exceptions of their own
        raise ModelError(
            f"the weights in {place} cannot be loaded ({error}); reinstall demarche or train again"
        ) from error
    return Weights(card=card, tokenizer=tokenizer, first=sessions[0], second=sessions[1])


def _read_card(path: Path) -> Card:
    try:
        record = json.loads(path.read_text("utf-8"))
        card = Card(**{name: record[name] for name in ("name", "version", "language", "candidates", "keep")})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"no weights at {path.parent}: {error}; reinstall demarche or train again") from error
    if record.get("acts") != list(ACTS) or record.get("issues") != list(ISSUES):
        raise ModelError(f"the weights at {path.parent} were trained for other acts or issues; train again")
    return card
