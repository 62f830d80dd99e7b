"""What arrives before it is a document, and the chain of custody: whose bytes, from where, when, and what was done to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import BinaryIO

__all__ = ["Custody", "Kept", "Raw", "RawCheck", "open_headers", "without_password"]

_PRIVATE = frozenset(("authorization", "cookie", "proxy-authorization", "set-cookie", "set-cookie2"))
_PASSWORD = re.compile(r"(?<=://)[^/?#\s]*@")
_NOTHING: Mapping[str, str] = MappingProxyType({})


def open_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers that are ever kept, without those that say who asked, or let others ask in their name.

    Examples
    --------
    >>> open_headers([("Set-Cookie", "a=1"), ("ETag", "7")])
    (('ETag', '7'),)
    """
    return tuple((name, value) for name, value in headers if name.lower() not in _PRIVATE)


def without_password(words: str) -> str:
    """Return words without the user names and passwords of the web addresses in them.

    Examples
    --------
    >>> without_password("crawl.warc!/https://desk:secret@example.org/a@b")
    'crawl.warc!/https://example.org/a@b'
    """
    return _PASSWORD.sub("", words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Bytes that came from somewhere and are not read yet: a file, a member of an archive, the answer to a request.

    Parameters
    ----------
    where
        What a failure calls it: a path, an address, or both for a member (``news.zip!/a.html``).
    name
        Its file name, whose suffix says the format where the bytes do not: ``a.html``.
    open
        Opens the bytes anew each time.
    size
        In bytes, None where unknown.
    media_type
        As the sender declares it, without parameters (``text/html``); it can be wrong.
    charset
        As the sender declares it; it can be wrong.
    retrieved
        When they were fetched: ISO 8601 in UTC; None for a file, which has no such time.
    address
        Where they were fetched from after all redirects.
    headers
        Of the answer, in their order, without cookies.
    about
        What is known of the document from outside (title, published, publisher, url): a feed knows more than the page.
    otherwise
        What holds where the document does not say it itself (published, publisher): day and sender of the letter to which it is attached.
    depth
        In how many archives it lies.
    """

    where: str
    name: str
    open: Callable[[], BinaryIO]
    size: int | None = None
    media_type: str | None = None
    charset: str | None = None
    retrieved: str | None = None
    address: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    about: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    otherwise: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where raw bytes lie: a record of a WARC file in the folder in which a user keeps them.

    Parameters
    ----------
    archive
        Name of the file, without its folder, which may move.
    record
        Id of the record: ``urn:uuid:...``.
    offset
        Of the record's first byte in the file.
    """

    archive: str
    record: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """How a document came to its text.

    Parameters
    ----------
    sha256
        Hex digest of the raw bytes; of a table the cells of its row.
    size
        Raw bytes.
    source
        Path, address or member of an archive that was read.
    steps
        What made the text of the bytes, in order, each with its version: ``decode:utf-8``, ``trafilatura:2.0.0``, ``normalise:1``. The
        same steps on the same bytes give the text again.
    retrieved, address, headers, media_type
        As of :class:`Raw`.
    raw
        The bytes themselves while they travel with the document; None once they are written away or not wanted.
    kept
        Where the bytes lie; None where only their hash is kept.
    """

    sha256: str
    size: int
    source: str
    steps: tuple[str, ...] = ()
    retrieved: str | None = None
    address: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str | None = None
    raw: bytes | None = field(default=None, repr=False)
    kept: Kept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCheck:
    """What came of reading the raw bytes of a document again.

    Parameters
    ----------
    document
        Its id.
    outcome
        ``same``: the bytes have the hash of the ledger, and give its text again. ``hash only``: no bytes are kept. ``other version``:
        a step was taken by another version than the one that is installed here, and the text differs. Wrong are ``missing``: the
        bytes are not where the ledger says; ``changed``: they have another hash; ``other text``: the same steps give another text;
        ``unread``: they cannot be read here.
    detail
        What differs, in words; None if nothing does.
    """

    document: str
    outcome: str
    detail: str | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether somebody has to look into it."""
        return self.outcome in ("missing", "changed", "other text", "unread")
