"""Bytes -> text -> Document: decoding, the normalised copy, and the language."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from demarche.errors import InputError
from demarche.model import Custody, Document
from demarche.sources._language import detect_language
from demarche.sources._published import parse_published

__all__ = ["NORMALISE", "decode_bytes", "decode_with", "document_from_text", "keep_sane", "normalise_text"]

NORMALISE = "normalise:1"
"""The step that makes the copy to which offsets refer."""

_LONGEST = 500
"""Characters of an id, a title, a publisher, an address at most: a field that is longer is the wrong one."""
_CONTROLS = {code: "\ufffd" for code in (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000))}
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
"""What ends a line or a page; programs that save a PDF as text put a form feed between its pages."""
_SIGNATURES = {
    b"%PDF-": "a PDF file; name it .pdf",
    b"PK\x03\x04": "a zip archive or an office document; name it .zip or .xlsx if it is one, or save it as text",
    b"\x1f\x8b": "a gzip file; unpack it",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\xd0\xcf\x11\xe0": "an old office document; save it as text",
    b"{\\rtf": "RTF; save it as text or PDF",
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
    return decode_with(raw)[0]


def decode_with(raw: bytes, charset: str | None = None) -> tuple[str, str]:
    """Return the text of `raw`, and the encoding in which it is.

    Parameters
    ----------
    charset
        As the sender declares it: followed where the bytes are no Unicode.

    Raises
    ------
    InputError
        If the bytes are no text.

    Examples
    --------
    >>> decode_with("Orbán".encode("cp1250"), "windows-1250")
    ('Orbán', 'cp1250')
    """
    for signature, what in _SIGNATURES.items():
        if raw.startswith(signature):
            raise InputError(f"is not text but {what}")
    mark, encoding = _encoding(raw, charset)
    text = raw[len(mark) :].decode(encoding, "replace")
    head = text[:4096]
    if sum(character in _CONTROL_CHARACTERS for character in head) > 0.05 * len(head):
        raise InputError("is not text: it is full of control characters; give a text, Markdown, HTML or JSONL file")
    return text, encoding


_CONTROL_CHARACTERS = frozenset(map(chr, (code for code in _CONTROLS if code < 0x80)))
_WORLDLY = re.compile(
    "ascii|utf-(8|16|32)(-[bl]e)?|iso8859-\\d+|cp\\d+|koi8-[rtu]|kz1048|mac-[a-z0-9-]+|gb\\w+|hz|big5\\w*|tis-620|ptcp154"
    "|shift_\\w+|euc_\\w+|iso2022_\\w+|johab"
)
"""Encodings in which texts are; Python has others by name (``unicode_escape``, ``idna``) that are no encoding of a page."""


def _encoding(raw: bytes, charset: str | None) -> tuple[bytes, str]:
    """Return the mark at the beginning and the encoding: Unicode where it is, else as declared, else a guess."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return mark, encoding
    text = raw.decode("utf-8", "replace")
    if "\ufffd" not in text:
        return b"", _wide(raw, charset) or "utf-8"
    foreign = sum(character > "\x7f" for character in text)
    if text.count("\ufffd") < 0.05 * foreign:
        return b"", _wide(raw, charset) or "utf-8"
    in_page = _CHARSET.search(raw[:2048])
    declared = [_believed(raw, charset), _believed(raw, in_page.group(1).decode("ascii") if in_page else None)]
    if "utf-8" in declared and text.count("\ufffd") < 0.5 * foreign:
        return b"", "utf-8"
    return b"", next((name for name in declared if name not in (None, "utf-8")), None) or _guess(raw)


_WIDE = ("utf-16", "utf-32")


def _wide(raw: bytes, charset: str | None) -> str | None:
    """Return UTF-16 or UTF-32 where it is declared and can be: without a mark it looks like UTF-8 full of NUL."""
    name = _believed(raw, charset)
    return name if name and name.startswith(_WIDE) else None


def _believed(raw: bytes, charset: str | None) -> str | None:
    """Return the encoding that is declared, None where the bytes cannot be in it."""
    name = _known(charset)
    return None if name and name.startswith(_WIDE) and b"\0" not in raw[:64] else name


def _known(charset: str | None) -> str | None:
    """Return the name that Python has for an encoding, None for one in which no text is."""
    try:
        name = codecs.lookup(charset or "").name
    except (LookupError, ValueError):
        return None
    return name if _WORLDLY.fullmatch(name) else None


_FOREIGN_WORD = re.compile(rb"[\x80-\xff]{3,}")
"""A word in another alphabet: in Latin ones no more than two letters with accents stand side by side."""


def _guess(raw: bytes) -> str:
    """Return Windows-1252 where most is ASCII and the rest are single letters with accents, else the likeliest encoding."""
    head = raw[:65536]
    words = _FOREIGN_WORD.findall(head)
    foreign = sum(byte >= 0x80 for byte in head)
    if foreign < 0.2 * len(head) and sum(map(len, words)) < 0.5 * foreign:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(head if foreign >= 0.2 * len(head) else b" ".join(words)).best()
    if best is None:
        raise InputError("is in no encoding that can be recognised; save it as UTF-8")
    return str(best.encoding)


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


def document_from_text(
    text: str, *, id: str | None = None, raw: bytes | None = None, steps: Sequence[str] = (), **about: Any
) -> Document:
    """Return the document of a text.

    Parameters
    ----------
    text
        Normalised by :func:`normalise_text`.
    id
        The document's id; a hash of the text if None or empty.
    raw
        The bytes that it was read from: their SHA-256 is kept, and they travel in the custody.
    steps
        What made the text of the bytes, before it is normalised.
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
    custody = _custody(raw, steps) if raw is not None else None
    return Document(
        id=given or Document.content_id(clean, *parts),
        text=clean,
        language=detect_language(clean),
        sha256=custody.sha256 if custody else None,
        custody=custody,
        **known,
    )


def _custody(raw: bytes, steps: Sequence[str]) -> Custody:
    """Return what is known of the way of a text before it is known where the bytes are from."""
    return Custody(sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), source="", steps=(*steps, NORMALISE), raw=raw)


def keep_sane(about: Mapping[str, str | None]) -> dict[str, str]:
    """Return what a page, a letter or a file says of itself and can be so: a title of a megabyte is none, nor a date that is no day.

    Examples
    --------
    >>> keep_sane({"title": " Talks ", "published": "yesterday", "publisher": "x" * 1000})
    {'title': 'Talks'}
    """
    kept = {}
    for name, value in about.items():
        clean = " ".join(normalise_text(value[: _LONGEST + 1]).split()) if value else ""
        clean = _day(clean) if name == "published" and clean else clean
        if clean and len(str(value)) <= _LONGEST:
            kept[name] = clean
    return kept


def _day(value: str) -> str:
    """Return a day in its one form, nothing if it is none."""
    try:
        return parse_published(value)
    except InputError:
        return ""
