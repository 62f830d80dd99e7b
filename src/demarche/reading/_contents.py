"""What two contents have to do with each other: the same state of affairs, its contrary, or something else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import ModelError
from demarche.reading._weights import TOKENIZER, open_session, open_tokenizer

__all__ = ["CONTENT_CARD", "CONTENT_GRAPH", "RELATIONS", "Comparer", "load_comparer"]

CONTENT_GRAPH = "content.onnx"
CONTENT_CARD = "content.json"
RELATIONS = ("other", "same", "contrary")
"""Columns of what :meth:`Comparer.compare` returns."""

_SHIPPED = Path(__file__).with_name("weights")
_MOST = 128
"""Word pieces of two contents together: few are half as long, and what stands behind is not read."""
_BATCH = 32

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    name: str
    version: str
    threshold: float
    mix: tuple[float, float, float]


class Comparer:
    """Compares contents of moves; make it with :func:`load_comparer`.

    A text is ``"DOER: CONTENT"``, the doer being who is to do what the content says, or ``?``.
    """

    def __init__(self, card: _Card, tokenizer: Any, session: Any) -> None:
        self._card = card
        self._tokenizer = tokenizer
        self._session = session

    @property
    def coder(self) -> str:
        """Name and version of the weights."""
        return f"{self._card.name}/{self._card.version}"

    @property
    def threshold(self) -> float:
        """Probability, 0 to 1, from which two contents are taken to be about the same; chosen on sentences of its training."""
        return self._card.threshold

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length 1 for each text: [len(texts), 384]; near ones are about the same matter."""
        return self._read(list(texts), "vector") if texts else np.zeros((0, 384), np.float32)

    def compare(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return the probabilities of `RELATIONS` for each pair: [len(pairs), 3]; the order in a pair does not matter.

        That of being about the same (the same or the contrary) is a logistic function of the network's log odds and the cosine of the
        two contents, with weights that were fitted on pairs held out from training.
        """
        if not pairs:
            return np.zeros((0, len(RELATIONS)), np.float32)
        both = self._read([*pairs, *((other, one) for one, other in pairs)], "relation")
        chances = np.exp(both - both.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        mean: Floats = (chances[: len(pairs)] + chances[len(pairs) :]) / 2
        return self._mixed(mean, self.cosines(pairs))

    def cosines(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return the cosine of the vectors of the contents of each pair, their doers left out: [len(pairs)]."""
        bare = [(one.partition(": ")[2], other.partition(": ")[2]) for one, other in pairs]
        texts = sorted({text for pair in bare for text in pair})
        places = {text: place for place, text in enumerate(texts)}
        vectors = self.embed(texts)
        made: Floats = np.array([vectors[places[one]] @ vectors[places[other]] for one, other in bare], np.float32)
        return made

    def _mixed(self, chances: Floats, cosines: Floats) -> Floats:
        """Return the probabilities with that of being about the same weighed by the cosine too; same against contrary stays."""
        network, cosine, constant = self._card.mix
        alike = np.clip(1 - chances[:, 0], 1e-4, 1 - 1e-4)
        mixed = 1 / (1 + np.exp(-(network * np.log(alike / (1 - alike)) + cosine * cosines + constant)))
        made: Floats = np.column_stack([1 - mixed, chances[:, 1:] * (mixed / alike)[:, None]]).astype(np.float32)
        return made

    def _read(self, texts: list[Any], output: str) -> Floats:
        encodings = self._tokenizer.encode_batch(texts)
        order = sorted(range(len(texts)), key=lambda number: len(encodings[number].ids))
        made: list[Any] = [None] * len(texts)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            found = self._run([encodings[number] for number in part], output)
            for number, row in zip(part, found, strict=True):
                made[number] = row
        return np.stack(made)

    def _run(self, encodings: list[Any], output: str) -> Floats:
        width = max(len(encoding.ids) for encoding in encodings)
        feed = {name: np.zeros((len(encodings), width), np.int64) for name in ("ids", "types", "mask")}
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            feed["ids"][row, :length] = encoding.ids
            feed["types"][row, :length] = encoding.type_ids
            feed["mask"][row, :length] = 1
        try:
            (found,) = self._session.run([output], feed)
        except Exception as error:  # onnxruntime raises bare Exceptions of its own
            raise ModelError(f"the network could not compare contents ({error}); is there enough memory?") from error
        return np.asarray(found, np.float32)


def load_comparer(folder: str | Path | None = None, *, threads: int = 0) -> Comparer:
    """Return the comparer with the weights in `folder`, the shipped ones by default.

    Parameters
    ----------
    threads
        Threads of a session; 0 lets onnxruntime take all cores.

    Raises
    ------
    ModelError
        If a file is missing or damaged.
    """
    place = Path(folder) if folder is not None else _SHIPPED
    try:
        record = json.loads((place / CONTENT_CARD).read_text("utf-8"))
        card = _Card(**{name: record[name] for name in ("name", "version", "threshold", "mix")})
        shared = place / TOKENIZER
        tokenizer = open_tokenizer(shared if shared.exists() else _SHIPPED / TOKENIZER, pieces=_MOST)
        session = open_session(place / CONTENT_GRAPH, threads=threads)
    except Exception as error:  # onnxruntime and tokenizers raise bare Exceptions of their own
        raise ModelError(
            f"the weights for contents in {place} cannot be loaded ({error}); reinstall demarche or train again"
        ) from error
    return Comparer(card, tokenizer, session)
