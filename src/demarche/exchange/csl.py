"""The sources of moves as CSL-JSON, which Zotero, Pandoc and citation processors read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from demarche.exchange._cells import whole
from demarche.exchange._citation import each_document, iso_parts, one_line, web_address
from demarche.exchange._format import Format
from demarche.model import Document, SourcedMove

__all__ = ["CSL", "csl_item", "write_csl"]


def write_csl(moves: Iterable[SourcedMove], text: bool = True) -> Iterator[str]:
    """Yield a JSON array, an item for each document that has a move; titles stay without `text` too: they are what is cited."""
    yield "["
    between = "\n"
    for document in each_document(moves):
        yield between + json.dumps(csl_item(document), ensure_ascii=False)
        between = ",\n"
    yield "\n]\n"


def csl_item(document: Document) -> dict[str, Any]:
    """Return the item of a document; what is not known is left out.

    Examples
    --------
    >>> csl_item(Document(id="d1", text="Kyiv rejected it.", url="https://example.org/1", published="2025-11"))
    {'id': 'd1', 'type': 'webpage', 'URL': 'https://example.org/1', 'issued': {'date-parts': [[2025, 11]]}}
    """
    address, custody = web_address(document.url), document.custody
    item = {
        "id": whole(document.id),
        "type": "article-newspaper" if document.publisher else "webpage" if address else "document",
        "title": one_line(document.title),
        "container-title": one_line(document.publisher),
        "language": one_line(document.language),
        "URL": address,
        "issued": _date(document.published),
        "accessed": _date(custody.retrieved) if custody else None,
        "note": f"sha256: {document.sha256}" if document.sha256 else None,
    }
    return {name: value for name, value in item.items() if value is not None}


def _date(iso: str | None) -> dict[str, Any] | None:
    parts = iso_parts(iso)
    return {"date-parts": [list(parts)]} if parts else None


CSL = Format(name="csl", title="CSL-JSON: an item for each source", suffix=".json", write=write_csl)
