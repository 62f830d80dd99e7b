"""Anything in the world -> Document, or a Failure that says why not. Nothing here touches a network."""

from demarche.sources._files import read_sources
from demarche.sources._published import parse_published
from demarche.sources._text import decode_bytes, document_from_text, normalise_text
from demarche.sources.coded import parse_coded, read_coded

__all__ = [
    "decode_bytes",
    "document_from_text",
    "normalise_text",
    "parse_coded",
    "parse_published",
    "read_coded",
    "read_sources",
]
