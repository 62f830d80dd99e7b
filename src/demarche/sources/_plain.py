"""Text and Markdown -> document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from demarche.model import Document, Failure, Raw
from demarche.sources._bytes import read_whole
from demarche.sources._markdown import MARKDOWN_STEP, strip_markdown
from demarche.sources._text import decode_with, document_from_text

__all__ = ["MarkdownAdapter", "TextAdapter"]


@dataclass(frozen=True, slots=True)
class TextAdapter:
    """Plain text: the whole of it is one document."""

    name: str = "text"
    suffixes: tuple[str, ...] = (".txt", ".text")
    media_types: tuple[str, ...] = ("text/plain",)

    def recognises(self, head: bytes) -> bool:
        """Return False: anything can be text."""
        return False

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the document."""
        data = read_whole(raw)
        text, encoding = decode_with(data, raw.charset)
        yield document_from_text(text, raw=data, steps=(f"decode:{encoding}",))


@dataclass(frozen=True, slots=True)
class MarkdownAdapter:
    """Markdown without its marks; what stands in front between lines of dashes gives title, date, publisher and address."""

    name: str = "markdown"
    suffixes: tuple[str, ...] = (".md", ".markdown")
    media_types: tuple[str, ...] = ("text/markdown",)

    def recognises(self, head: bytes) -> bool:
        """Return False: nothing tells Markdown from text."""
        return False

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the document."""
        data = read_whole(raw)
        source, encoding = decode_with(data, raw.charset)
        text, about = strip_markdown(source)
        yield document_from_text(text, raw=data, steps=(f"decode:{encoding}", MARKDOWN_STEP), **about)
