"""What maps, timelines and citations say of a document: each once, with dates as precise as known and addresses that a browser may open."""

from __future__ import annotations

import datetime as calendar
import hashlib
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

from demarche.exchange._cells import whole
from demarche.model import Document, Mention, SourcedMove

__all__ = ["each_document", "hash_words", "iso_parts", "list_parties", "one_line", "web_address"]

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?![\d-])")
_BLANKS = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_SAFE = ":/?#[]@!$&()*+,;=%-._'"


def each_document(moves: Iterable[SourcedMove]) -> Iterator[Document]:
    """Yield the document of each run of moves."""
    last = None
    for sourced in moves:
        if sourced.document.id != last:
            last = sourced.document.id
            yield sourced.document


def hash_words(words: str) -> str:
    """Return the SHA-256 of words, with which who has the document can check them."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def iso_parts(date: str | None) -> tuple[int, ...]:
    """Return year, month and day of an ISO date or date-time, as many as it has; nothing where it has none that a calendar has.

    Examples
    --------
    >>> iso_parts("1962-10-22T19:00"), iso_parts("1962-10"), iso_parts(None)
    ((1962, 10, 22), (1962, 10), ())
    """
    found = _DAY.match(date or "")
    parts = tuple(int(part) for part in found.groups() if part) if found else ()
    try:
        calendar.date(*(parts + (1, 1))[:3])
    except (ValueError, TypeError):
        return ()
    return parts


def one_line(words: str | None) -> str | None:
    """Return words on one line, without control characters; None where nothing is left."""
    return _BLANKS.sub(" ", whole(words)).strip() or None if words else None


def web_address(url: str | None) -> str | None:
    """Return an address in ASCII if it is one of the web, else None: ``javascript:`` and its like never leave, nor do passwords.

    Examples
    --------
    >>> web_address("https://example.org/ä b"), web_address("javascript:alert(1)")
    ('https://example.org/%C3%A4%20b', None)
    >>> web_address("https://desk:secret@example.org:8443/a")
    'https://example.org:8443/a'
    """
    if not url or not url.lower().startswith(("http://", "https://")):
        return None
    try:
        address = urlsplit(whole(url))
        host = address.hostname
        address = address._replace(netloc=address.netloc.rpartition("@")[2])
    except ValueError:
        return None
    return quote(address.geturl(), safe=_SAFE) if host else None


def list_parties(mentions: Iterable[Mention], *, words: bool) -> str | None:
    """Return who parties are, joined by "; ": the name where known, else the words if they may go along, else "?"."""
    names = (one_line(mention.name or (mention.span.text if words else None)) for mention in mentions)
    return "; ".join(name or "?" for name in names) or None
