"""Where the data lie that training starts from: our coded sentences, our pairs of contents, the shipped weights."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from demarche.model import CodedSentence
from demarche.reading import _weights
from demarche.sources import read_coded

__all__ = ["OWN", "SHIPPED", "corpus_file", "own_sentences", "split_train_dev"]

SHIPPED = Path(_weights.__file__).with_name("weights")
"""The weights that the package carries."""
OWN = ("sentences.jsonl", "reports.jsonl")
"""The files of our own sentences: single ones, and whole reports."""


def corpus_file(name: str) -> Path:
    """Return the path of a file of the corpus: beside this module where the package is installed, in a checkout in ``corpus/``."""
    packed = Path(__file__).with_name("coded") / name
    return packed if packed.exists() else Path(__file__).parents[3] / "corpus" / name


def split_train_dev(coded: Iterable[CodedSentence]) -> tuple[list[CodedSentence], list[CodedSentence]]:
    """Return the coded sentences to learn from, and those of the split dev; other splits are left out."""
    found = list(coded)
    return [item for item in found if item.split in (None, "train")], [item for item in found if item.split == "dev"]


def own_sentences(*names: str) -> tuple[list[CodedSentence], list[CodedSentence]]:
    """Return our own coded sentences: those to learn from, and those of the split dev; of all files, or of those named."""
    return split_train_dev(chain.from_iterable(read_coded(corpus_file(name)) for name in names or OWN))
