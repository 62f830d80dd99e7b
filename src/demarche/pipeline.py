"""Joins the rooms: documents in, coded documents and failures out, as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from demarche.model import CodedDocument, Document, Failure

__all__ = ["code_all"]


def code_all(documents: Iterable[Document | Failure]) -> Iterator[CodedDocument | Failure]:
    """Yield each document coded, or the failure that stands for it."""
    raise NotImplementedError
