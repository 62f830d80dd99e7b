"""Joins the rooms: documents in, coded documents and failures out, as a stream.

The stages never import each other; this module is where a document goes from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from demarche.analysis import measure_accuracy
from demarche.codebook import load_codebook
from demarche.coding import make_moves
from demarche.errors import CodebookError, DemarcheError, InputError, SpanError
from demarche.model import Accuracy, CodedDocument, Document, Failure
from demarche.reading import Reader, load_reader
from demarche.sources import document_from_text, read_coded

__all__ = ["code", "code_all", "evaluate", "load", "relate"]


def load(weights: str | Path | None = None, *, threads: int = 0) -> Reader:
    """Return a reader with the shipped weights, or with those in a folder that ``python -m training`` wrote.

    Parameters
    ----------
    threads
        Threads that one document may use; 0 takes all cores.

    Raises
    ------
    ModelError
        If the weights are missing or damaged.
    """
    return load_reader(weights, threads=threads) if weights or threads else _shipped()


@cache
def _shipped() -> Reader:
    return load_reader()


def code(
    text: str,
    *,
    id: str | None = None,
    title: str | None = None,
    published: str | None = None,
    publisher: str | None = None,
    url: str | None = None,
    reader: Reader | None = None,
) -> CodedDocument:
    r"""Return a text with its sentences and its moves; iterating over it yields the moves.

    Parameters
    ----------
    text
        An English report or statement. The offsets of the moves count code points of ``.document.text``, which is the
        text with its line ends made ``\n`` and control characters replaced one for one.
    id, title, published, publisher, url
        What is known of it; `published` is an ISO 8601 date. The id is a hash of the text if none is given.
    reader
        From :func:`load`; the shipped weights by default.

    Raises
    ------
    InputError
        If the text is empty, or in another language than the reader's.

    Examples
    --------
    >>> import demarche
    >>> moves = demarche.code("Kyiv rejected Moscow's demand to withdraw its troops.")
    >>> [move.act.value for move in moves]
    ['reject', 'demand']
    """
    document = document_from_text(text, id=id, title=title, published=published, publisher=publisher, url=url)
    return _code_document(document, reader or load())


def code_all(
    documents: Iterable[Document | Failure], *, reader: Reader | None = None
) -> Iterator[CodedDocument | Failure]:
    """Yield each document coded, or the failure that stands for it, in the order given; one is held at a time."""
    reader = reader or load()
    for document in documents:
        if isinstance(document, Failure):
            yield document
            continue
        try:
            yield _code_document(document, reader)
        except DemarcheError as error:
            stage = "coding" if isinstance(error, CodebookError | SpanError) else "reading"
            yield Failure(where=document.id, stage=stage, reason=getattr(error, "reason", str(error)))


def relate(
    text: str, *, actor: tuple[int, int] | None, recipient: tuple[int, int] | None, reader: Reader | None = None
) -> dict[str, float]:
    """Return the probability of each PLOVER event type for what `actor` does to `recipient` in a sentence.

    Parameters
    ----------
    actor, recipient
        Offsets [start, end) of the parties in `text`; None for one that is not named.

    Examples
    --------
    >>> import demarche
    >>> chances = demarche.relate("Paris imposed sanctions on Minsk.", actor=(0, 5), recipient=(27, 32))
    >>> max(chances, key=chances.get)
    'SANCTION'
    """
    return (reader or load()).relate(text, actor=actor, recipient=recipient)


def _code_document(document: Document, reader: Reader) -> CodedDocument:
    reader.check_language(document)
    reading = reader.read(document)
    return CodedDocument(document=document, reading=reading, moves=make_moves(document, reading, load_codebook()))


def evaluate(
    gold: Iterable[str | Path],
    *,
    split: str | None = None,
    reader: Reader | None = None,
    draws: int = 1000,
    seed: int = 1,
) -> Accuracy:
    """Return how well the reader agrees with the coded sentences of JSONL files; each sentence is read by itself.

    Parameters
    ----------
    split
        Only the sentences of this split; None takes all.
    draws, seed
        Of the bootstrap that gives the intervals.

    Raises
    ------
    InputError
        If a file is no gold data, or has no sentence of the split.
    """
    sentences = [coded.sentence for path in gold for coded in read_coded(path) if split in (None, coded.split)]
    if not sentences:
        raise InputError(
            f"no coded sentence{f' of the split {split!r}' if split else ''}; check the files and the split"
        )
    found = list((reader or load()).read_sentences([sentence.span for sentence in sentences]))
    return measure_accuracy(sentences, found, draws=draws, seed=seed)
