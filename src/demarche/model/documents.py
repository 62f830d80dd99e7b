"""A document as it was taken in, and the record of one that could not be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from demarche.model.custody import Custody

__all__ = ["Document", "Failure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    r"""One text to which all offsets of its moves refer.

    Parameters
    ----------
    id
        The id that the source gave, else the hash of the content (:meth:`content_id`).
    text
        The normalised copy (line ends are ``\n``, no NUL): the offsets count its code points.
    title, url, publisher
        None where unknown.
    language
        ISO 639-1 code, None where not determined.
    published
        ISO 8601 date or date-time as given by the source (``2025-11-27``), None where unknown.
    sha256
        Hex digest of the raw bytes that the text was read from, of a table of the cells of its row; None
        where there were none (a string given in Python).
    custody
        How it came to its text, None where nobody recorded it; no part of what makes two documents equal.
    """

    id: str
    text: str
    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    language: str | None = None
    published: str | None = None
    sha256: str | None = None
    custody: Custody | None = field(default=None, compare=False, repr=False)

    @staticmethod
    def content_id(text: str, *about: str | None) -> str:
        """Return the id of a text that has none: ``d`` and 16 hexadecimal digits of its SHA-256.

        With what is known of it (publisher, day, address), so that one text in two papers is two documents.

        Examples
        --------
        >>> Document.content_id("Kyiv rejected it.")
        'd2572abb5a5935c79'
        """
        return (
            "d"
            + hashlib.sha256("\x1f".join((text, *filter(None, about))).encode("utf-8", "surrogatepass")).hexdigest()[
                :16
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A document, or a part of a source, that was not coded, and why.

    Parameters
    ----------
    where
        File, line or document id.
    stage
        The room in which it failed: ``fetching``, ``sources``, ``reading``, ``coding`` or ``ledger``.
    reason
        What is wrong and what to do.
    """

    where: str
    stage: str
    reason: str
