"""The sources of moves as BibTeX: an entry for each document."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

from demarche.exchange._citation import each_document, iso_parts, one_line, web_address
from demarche.exchange._format import Format
from demarche.model import Document, SourcedMove

__all__ = ["BIBTEX", "bibtex_key", "write_bibtex"]

_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "&%$#_"},
}
"""BibTeX counts braces even where TeX does not, so that none may stand alone."""
_SPECIAL = re.compile("[" + re.escape("".join(_ESCAPED)) + "]")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KEY = re.compile("[^a-z0-9]+")


def write_bibtex(moves: Iterable[SourcedMove], text: bool = True) -> Iterator[str]:
    """Yield an entry for each document that has a move; titles stay without `text` too: they are what is cited."""
    for document in each_document(moves):
        yield _entry(document)


def bibtex_key(document: Document) -> str:
    """Return the key of a document: publisher, year, and a hash of its id; the same in every export.

    Examples
    --------
    >>> bibtex_key(Document(id="d1", text="Kyiv rejected it.", publisher="Évening Post", published="2025-11-27"))
    'eveningpost2025-8b53639f152c'
    """
    plain = normalize("NFKD", document.publisher or "source").encode("ascii", "ignore").decode().lower()
    year = "".join(str(part) for part in iso_parts(document.published)[:1])
    digest = hashlib.sha256(document.id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{_KEY.sub('', plain)[:24] or 'source'}{year}-{digest}"


def _entry(document: Document) -> str:
    lines = "".join(f",\n  {name} = {value}" for name, value in _fields(document))
    return f"@{'article' if document.publisher else 'misc'}{{{bibtex_key(document)}{lines}\n}}\n\n"


def _fields(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the fields that are known; a title in two pairs of braces, so that its capitals stay."""
    if title := one_line(document.title):
        yield "title", f"{{{{{_escape(title)}}}}}"
    if publisher := one_line(document.publisher):
        yield "journal", f"{{{_escape(publisher)}}}"
    parts = iso_parts(document.published)
    if parts:
        yield "year", f"{{{parts[0]:04d}}}"
    if parts[1:]:
        yield "month", _MONTHS[parts[1] - 1]
    if parts[2:]:
        yield "day", f"{{{parts[2]}}}"
    if address := web_address(document.url):
        yield "url", f"{{{address}}}"
    accessed = iso_parts(document.custody.retrieved) if document.custody else ()
    if accessed:
        yield "urldate", "{" + "-".join(f"{part:02d}" for part in accessed) + "}"
    if document.sha256:
        yield "note", f"{{sha256: {_escape(document.sha256)}}}"


def _escape(words: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPED[found.group()], words)


BIBTEX = Format(name="bibtex", title="BibTeX: an entry for each source", suffix=".bib", write=write_bibtex)
