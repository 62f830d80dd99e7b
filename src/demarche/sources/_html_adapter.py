"""A page -> document, as an adapter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version

from demarche.model import Document, Failure, Raw
from demarche.sources._bytes import read_whole
from demarche.sources._html import PAGE_RULES, looks_like_html, read_page
from demarche.sources._text import NORMALISE, decode_with

__all__ = ["PAGE_STEP", "HtmlAdapter"]

PAGE_STEP = f"trafilatura:{version('trafilatura')}+{PAGE_RULES}"
_ZERO = re.compile(rb"\A(?:\xff\xfe|\xfe\xff)")


@dataclass(frozen=True, slots=True)
class HtmlAdapter:
    """The main text of a page."""

    name: str = "html"
    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")
    media_types: tuple[str, ...] = ("text/html", "application/xhtml+xml")

    def recognises(self, head: bytes) -> bool:
        """Return whether a page begins so."""
        return looks_like_html(head.decode("utf-16" if _ZERO.match(head) else "utf-8-sig", "replace"))

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the document, and after it a failure for what the page keeps back of its text."""
        data = read_whole(raw)
        html, encoding = decode_with(data, raw.charset)
        document, missing = read_page(html, raw=data)
        if document.custody is not None:
            custody = replace(document.custody, steps=(f"decode:{encoding}", PAGE_STEP, NORMALISE))
            document = replace(document, custody=custody)
        yield document
        if missing:
            yield Failure(where=raw.where, stage="sources", reason=missing)
