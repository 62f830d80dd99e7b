"""What arrives before it is a document, and the chain of custody: whose bytes, from where, when, and what was done to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import BinaryIO

__all__ = ["Custody", "Raw"]

_NOTHING: Mapping[str, str] = MappingProxyType({})


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
    depth: int = 0


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
