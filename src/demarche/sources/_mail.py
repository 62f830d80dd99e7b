"""Letters and mailboxes -> documents: the main text of a newsletter, and what is attached to it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from itertools import islice
from typing import Any, BinaryIO, cast

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits
from demarche.sources._bytes import read_whole
from demarche.sources._html import document_from_html
from demarche.sources._html_adapter import PAGE_STEP
from demarche.sources._text import decode_with, document_from_text, keep_sane, normalise_text

__all__ = ["EmailAdapter", "MailboxAdapter", "body_bytes"]

_HEADER = 2000
"""Characters of a header that are read: the parser of addresses takes long for one that is made to be long."""
_PARTS = 5_000
"""Lines that can begin a part at most."""
_LINES = 2_000_000
_HEADERS = 100_000
"""Lines, and lines that can be a header, at most: the parser makes an object of each."""
_NAMED = re.compile(rb"(?:\A|[\r\n])[!-9;-~]{1,80}:")
_PART = re.compile(rb"[\r\n]--")
"""The parser ends a line at a bare CR too."""
_DEEPEST = 30
_SENT = re.compile(
    rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){0,60}?"
    rb"(?:MIME-Version|Message-ID|Received|Return-Path|Delivered-To|DKIM-Signature):",
    re.IGNORECASE,
)
_FROM = re.compile(rb"\AFrom \S+ [^\n]*\d{4}[^\n]*\n[A-Za-z][A-Za-z0-9-]*:")
_SEEN_ONLY = frozenset({"image", "audio", "video", "font"})
_OF_ALL = ("published", "publisher")
"""What the headers say of the letter and of what is attached to it; the subject is of the letter alone."""
_registry = HeaderRegistry()


def _header(name: str, value: str) -> Any:
    return _registry(name, value[:_HEADER])


_POLICY = policy.default.clone(header_factory=_header)


@dataclass(frozen=True, slots=True)
class EmailAdapter:
    """A letter: the main text of its HTML, or its plain text; subject, day and sender; what is attached is read too."""

    name: str = "email"
    suffixes: tuple[str, ...] = (".eml",)
    media_types: tuple[str, ...] = ("message/rfc822",)

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins with headers that only a letter that was sent has."""
        return _SENT.match(head) is not None

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the letter, and then what is attached to it."""
        data = read_whole(raw)
        message = _parse(data)
        about = {name: value for name, value in _about(message).items() if name in _OF_ALL}
        attached = [_packed(part, raw, number, about) for number, part in enumerate(_attached(message), 1)]
        letter = _letter(message, data, raw.where)
        if isinstance(letter, Document) or not attached:  # a letter may be nothing but what is attached to it
            yield letter
        yield from attached


def _parse(data: bytes) -> EmailMessage:
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    if _are_more(_PART, data, _PARTS) or lines > _LINES or _are_more(_NAMED, data, _HEADERS):
        raise InputError(f"has more than {_PARTS} parts, {_LINES} lines or {_HEADERS} headers; save its text")
    try:
        return cast(EmailMessage, message_from_bytes(data, policy=cast(Any, _POLICY)))
    except (RecursionError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"is no letter that can be read ({error}); save its text") from error


def _are_more(pattern: re.Pattern[bytes], data: bytes, most: int) -> bool:
    return sum(1 for _ in islice(pattern.finditer(data), most + 1)) > most


def _letter(message: EmailMessage, data: bytes, where: str) -> Document | Failure:
    """Return the document of the letter itself: of its HTML where that has a text, else of its plain text."""
    reason = "the letter has no text"
    for kind in ("html", "plain"):
        part = _body(message, kind)
        if part is None:
            continue
        try:
            return _document(part, kind, data, _about(message))
        except InputError as error:
            reason = error.reason
    return Failure(where=where, stage="sources", reason=reason)


def _document(part: EmailMessage, kind: str, data: bytes, about: dict[str, str]) -> Document:
    text, encoding = decode_with(_content(part), _charset(part))
    steps = [f"email:{kind}", f"decode:{encoding}"]
    if kind == "html":
        text = document_from_html(text, raw=b"").text
        steps.append(PAGE_STEP)
    return document_from_text(text, raw=data, steps=steps, **about)


def body_bytes(data: bytes, kind: str) -> bytes:
    """Return the bytes of the body of a letter: those of its HTML (``html``) or its plain text (``plain``)."""
    part = _body(_parse(data), kind)
    if part is None:
        raise InputError(f"the letter has no {kind} text")
    return _content(part)


def _about(message: EmailMessage) -> dict[str, str]:
    """Return subject, day and sender, as far as they are so."""
    asked: dict[str, Callable[[], str | None]] = {
        "title": lambda: str(message["subject"] or ""),
        "published": lambda: message["date"].datetime.isoformat(),
        "publisher": lambda: message["from"].addresses[0].display_name or message["from"].addresses[0].addr_spec,
    }
    return keep_sane({name: _sane(ask) for name, ask in asked.items()})


def _sane(ask: Callable[[], str | None]) -> str | None:
    """Return a header, None where it is not there or is such that the parser stumbles over it."""
    try:
        return ask()
    except Exception:  # the parser of headers raises whatever it comes to
        return None


def _parts(message: EmailMessage, depth: int = 0) -> Iterator[EmailMessage]:
    """Yield the parts of a letter that are no parts of a letter in it."""
    if depth > _DEEPEST:
        raise InputError(f"nests its parts more than {_DEEPEST} deep; save its text")
    if message.is_multipart() and _kind(message) != "message/rfc822":
        for part in cast(list[EmailMessage], message.get_payload()):
            yield from _parts(part, depth + 1)
    else:
        yield message


def _body(message: EmailMessage, kind: str) -> EmailMessage | None:
    """Return the first part of the kind that is not attached."""
    wanted = (part for part in _parts(message) if _kind(part) == f"text/{kind}" and not _is_attached(part))
    return next(wanted, None)


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield what is attached and can be a document: no pictures, and no other form of the text."""
    for part in _parts(message):
        if _kind(part) == "message/rfc822":
            yield part
        elif (
            part is message or _kind(part).partition("/")[0] in _SEEN_ONLY or _kind(part) == "application/pgp-signature"
        ):
            continue
        elif _is_attached(part) or not _kind(part).startswith("text/"):
            yield part


def _packed(part: EmailMessage, raw: Raw, number: int, about: dict[str, str]) -> Failure | Raw:
    is_letter = _kind(part) == "message/rfc822"
    name = _file_name(part) or f"{number}.eml" if is_letter else _file_name(part) or f"{number}"
    where = f"{raw.where}!/{name}"
    try:
        data = _letter_bytes(part) if is_letter else _content(part)
    except Exception as error:  # to write a letter again can raise whatever its headers come to
        return Failure(where=where, stage="sources", reason=f"cannot be taken out of the letter ({error})")
    return Raw(
        where=where,
        name=name,
        open=lambda: io.BytesIO(data),
        size=len(data),
        media_type=_kind(part),
        charset=_charset(part),
        otherwise=about,
    )


def _letter_bytes(part: EmailMessage) -> bytes:
    inner = cast(list[EmailMessage], part.get_payload())[0]
    return inner.as_bytes(policy=policy.compat32)


def _file_name(part: EmailMessage) -> str | None:
    given = _sane(part.get_filename)
    plain = normalise_text(given or "").replace("\\", "/").rpartition("/")[2].replace("\n", " ").strip()
    return plain[-200:] or None


def _kind(part: EmailMessage) -> str:
    return _sane(part.get_content_type) or "application/octet-stream"


def _is_attached(part: EmailMessage) -> bool:
    return _sane(part.get_content_disposition) == "attachment" or _file_name(part) is not None


def _charset(part: EmailMessage) -> str | None:
    return _sane(lambda: part.get_content_charset())


def _content(part: EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


@dataclass(frozen=True, slots=True)
class MailboxAdapter:
    """A mailbox: letters one after the other, each after a line that begins with ``From``."""

    name: str = "mbox"
    suffixes: tuple[str, ...] = (".mbox",)
    media_types: tuple[str, ...] = ("application/mbox",)

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins as a mailbox does."""
        return _FROM.match(head) is not None

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the letters."""
        with closing(raw.open()) as stream:
            for number, data in enumerate(_letters(stream), 1):
                where = f"{raw.where}!/{number}.eml"
                if len(data) > _limits.LIMITS.document:
                    reason = f"is larger than {_limits.LIMITS.document // 2**20} MiB; take it out of the mailbox"
                    yield Failure(where=where, stage="sources", reason=reason)
                else:
                    yield _letter_of(data, where)


def _letter_of(data: bytes, where: str) -> Raw:
    return Raw(
        where=where,
        name=where.rpartition("/")[2],
        open=lambda: io.BytesIO(data),
        size=len(data),
        media_type="message/rfc822",
    )


_QUOTED = re.compile(rb"^>(>*From )")


def _letters(stream: BinaryIO) -> Iterator[bytes]:
    """Yield letters; of one that is too large so much that it shows."""
    most = _limits.LIMITS.document
    letter, blank = bytearray(), True
    while line := stream.readline(_limits.LIMITS.line):
        if blank and line.startswith(b"From "):
            if letter:
                yield bytes(letter)
            letter.clear()
        elif len(letter) <= most:
            letter += _QUOTED.sub(rb"\1", line)
        blank = not line.strip()
    if letter:
        yield bytes(letter)
