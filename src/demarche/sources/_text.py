"""Bytes -> text -> Document: decoding, the normalised copy, and the language."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from demarche.errors import InputError
from demarche.model import Document
from demarche.sources._language import detect_language
from demarche.sources._published import parse_published

__all__ = ["decode_bytes", "document_from_text", "normalise_text"]

_LONGEST = 500
"""Characters of an id, a title, a publisher, an address at most: a field that is longer is the wrong one."""
_CONTROLS = {code: "\ufffd" for code in (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000))}
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
"""What ends a line or a page; programs that save a PDF as text put a form feed between its pages."""
_SIGNATURES = {
    b"%PDF-": "a PDF file; save its text first",
    b"PK\x03\x04": "a zip archive or an office document; unpack it or save it as text",
    b"\x1f\x8b": "a gzip file; unpack it, or name it .jsonl.gz if it holds JSON lines",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\xd0\xcf\x11\xe0": "an old office document; save it as text",
}
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)=[\"']?([\w.:-]{2,40})", re.IGNORECASE)


def decode_bytes(raw: bytes) -> str:
    """Return the text of `raw`: UTF-8, UTF-16 with a byte order mark, else the likeliest legacy encoding.

    Raises
    ------
    InputError
        If the bytes are no text.

    Examples
    --------
    >>> decode_bytes("Orbán".encode("utf-16"))
    'Orbán'
    """
    for signature, what in _SIGNATURES.items():
        if raw.startswith(signature):
            raise InputError(f"is not text but {what}")
    text = _decode(raw)
    head = text[:4096]
    if sum(character in _CONTROL_CHARACTERS for character in head) > 0.05 * len(head):
        raise InputError("is not text: it is full of control characters; give a text, Markdown, HTML or JSONL file")
    return text


_CONTROL_CHARACTERS = frozenset(map(chr, (code for code in _CONTROLS if code < 0x80)))


def _decode(raw: bytes) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    text = raw.decode("utf-8", "replace")
    if "\ufffd" not in text:
        return text
    foreign = sum(character > "\x7f" for character in text)
    return text if text.count("\ufffd") < 0.05 * foreign else _decode_legacy(raw)


def _decode_legacy(raw: bytes) -> str:
    """Return text in no Unicode encoding: what a page declares, Windows-1252 where most is ASCII, else a guess."""
    declared = _CHARSET.search(raw[:2048])
    if declared:
        try:
            return raw.decode(declared.group(1).decode("ascii"), "replace")
        except LookupError:
            pass  # an encoding that Python does not know: guess instead
    if sum(byte >= 0x80 for byte in raw[:65536]) < 0.2 * len(raw[:65536]):
        return raw.decode("cp1252", "replace")
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:65536]).best()
    if best is None:
        raise InputError("is in no encoding that can be recognised; save it as UTF-8")
    return raw.decode(best.encoding, "replace")


def normalise_text(text: str) -> str:
    r"""Return the copy to which offsets refer: line ends are ``\n``, other control characters and lone surrogates U+FFFD.

    Bidirectional controls, emoji and combining characters stay: they are part of what was said. Apart from ``\r\n``
    one code point stays one code point, and to normalise again changes nothing.

    Examples
    --------
    >>> normalise_text("no\x00w\r\n")
    'no\ufffdw\n'
    """
    return _BREAKS.sub("\n", text).translate(_CONTROLS)


def document_from_text(text: str, *, id: str | None = None, raw: bytes | None = None, **about: Any) -> Document:
    """Return the document of a text.

    Parameters
    ----------
    text
        Normalised by :func:`normalise_text`.
    id
        The document's id; a hash of the text if None or empty.
    raw
        The bytes that it was read from: their SHA-256 is kept.
    about
        title, published (see :func:`~demarche.sources.parse_published`), publisher, url.

    Raises
    ------
    InputError
        If `text` is no string or holds nothing but white space, or `published` is no date.

    Examples
    --------
    >>> document_from_text("Kyiv rejected it.").id
    'd2572abb5a5935c79'
    """
    if not isinstance(text, str):
        raise InputError(f"the text is of type {type(text).__name__}; give a string", where=id)
    clean = normalise_text(text)
    if not clean.strip():
        raise InputError("the text is empty; there is nothing to code", where=id)
    if about.get("published") not in (None, ""):
        about["published"] = parse_published(str(about["published"]))
    known: dict[str, Any] = {
        name: normalise_text(str(value)) for name, value in about.items() if value not in (None, "")
    }
    for name, value in {"id": id or "", **known}.items():
        if len(value) > _LONGEST:
            raise InputError(
                f"its {name} is longer than {_LONGEST} characters; is that the right field?", where=value[:80]
            )
    given = normalise_text(id) if id else None
    parts = (known.get(name) for name in ("publisher", "published", "url"))
    return Document(
        id=given or Document.content_id(clean, *parts),
        text=clean,
        language=detect_language(clean),
        sha256=hashlib.sha256(raw).hexdigest() if raw is not None else None,
        **known,
    )
