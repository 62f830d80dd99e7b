"""Anything in the world -> Document, or a Failure that says why not. Nothing here touches a network."""

from demarche.sources._bytes import read_whole
from demarche.sources._columns import parse_columns
from demarche.sources._files import read_sources
from demarche.sources._published import parse_published
from demarche.sources._reading import read_raw
from demarche.sources._steps import repeat_steps
from demarche.sources._text import decode_bytes, document_from_text, normalise_text
from demarche.sources.adapters import Adapter, find_adapters
from demarche.sources.coded import parse_coded, read_coded

__all__ = [
    "Adapter",
    "decode_bytes",
    "document_from_text",
    "find_adapters",
    "normalise_text",
    "parse_coded",
    "parse_columns",
    "parse_published",
    "read_coded",
    "read_raw",
    "read_sources",
    "read_whole",
    "repeat_steps",
]
