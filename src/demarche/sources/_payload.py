"""The payload of an answer as an archive keeps it: its headers, and its body unpacked within bounds."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from demarche.errors import InputError
from demarche.model.custody import open_headers
from demarche.sources import _limits

__all__ = [
    "PACKED",
    "Answer",
    "Headers",
    "header_of",
    "parse_answer",
    "received_headers",
    "split_media_type",
    "unpack_body",
]

Headers = tuple[tuple[str, str], ...]

_HEAD = 2**20
"""Bytes of the headers of an answer at most."""
_MEMBERS = 1000
"""Gzip members in one body at most."""
_KEPT = 200
_LONGEST = 4000
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b[^\r\n]*\r?\n")
_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r\n")
_CRAWLED = "x-crawl-"
"""What the archives of Common Crawl, and ours, put before a header that speaks of a body which they keep unpacked."""
PACKED = frozenset(("content-encoding", "transfer-encoding", "content-length"))
"""Headers that speak of a body as it was sent."""
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of a server: status, headers in their order, body as it came."""

    status: int
    headers: Headers
    body: bytes


def parse_answer(block: bytes) -> Answer:
    r"""Return the parts of an answer; raises InputError if it is none.

    Examples
    --------
    >>> parse_answer(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nKyiv").headers
    (('Server', 'x'),)
    """
    status = _STATUS.match(block[:1000])
    if not status:
        raise InputError("is no answer of a server: it has no status line")
    if block[status.end() :].startswith((b"\r\n", b"\n")):
        start = status.end() + block[status.end() :].index(b"\n") + 1
        return Answer(status=int(status.group(1)), headers=(), body=block[start:])
    end = _END.search(block, status.end(), status.end() + _HEAD)
    if not end:
        raise InputError(f"the headers of the answer do not end within {_HEAD // 2**20} MiB")
    headers = _parse_headers(block[status.end() : end.start()])
    return Answer(status=int(status.group(1)), headers=headers, body=block[end.end() :])


def _parse_headers(head: bytes) -> Headers:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    headers = []
    for line in text.split("\n")[: 5 * _KEPT]:
        name, colon, value = line.partition(":")
        if colon and name.strip() and not line[:1].isspace():
            headers.append((name.strip()[:_KEPT], value.strip()[:_LONGEST]))
    return tuple(headers)


def received_headers(headers: Headers) -> Headers:
    """Return the headers that a custody keeps: as they were received, without cookies and passwords.

    Examples
    --------
    >>> received_headers((("Set-Cookie", "a=1"), ("X-Crawl-Content-Encoding", "gzip")))
    (('Content-Encoding', 'gzip'),)
    """
    crawled = {name.lower().removeprefix(_CRAWLED) for name, _ in headers if name.lower().startswith(_CRAWLED)}
    found = []
    for name, value in open_headers(headers):
        plain = name.lower()
        if plain in crawled and plain in PACKED:
            continue
        received = plain.startswith(_CRAWLED) and plain.removeprefix(_CRAWLED) in PACKED
        found.append((name[len(_CRAWLED) :] if received else name, value))
    return tuple(found[:_KEPT])


def header_of(headers: Headers, name: str) -> str:
    """Return the first header of a name, empty if there is none."""
    return next((value for found, value in headers if found.lower() == name), "")


def split_media_type(value: str) -> tuple[str | None, str | None]:
    """Return the media type and the charset of a Content-Type.

    Examples
    --------
    >>> split_media_type('Text/HTML; charset="UTF-8"')
    ('text/html', 'UTF-8')
    """
    charset = _CHARSET.search(value[:1000])
    plain = value.partition(";")[0].strip().lower()[:100]
    return plain if "/" in plain else None, charset.group(1) if charset else None


def unpack_body(answer: Answer) -> bytes:
    """Return the body without transfer and content encoding.

    Archives differ in whether they keep the body as it came or unpacked, with the same headers: it is unpacked where it is packed.

    Raises
    ------
    InputError
        If it is larger than a document may be, damaged, or in an encoding that cannot be read.
    """
    body = answer.body
    if "chunked" in header_of(answer.headers, "transfer-encoding").lower():
        body = _join_chunks(body)
    encodings = header_of(answer.headers, "content-encoding").lower().replace(" ", "").split(",")
    for encoding in reversed(list(filter(None, encodings))[:4]):
        body = _UNPACKERS.get(encoding, _refuse)(body)
    if len(body) > _limits.LIMITS.document:
        raise _too_large()
    return body


def _join_chunks(body: bytes) -> bytes:
    """Return the body of chunks; one that does not begin as chunks do is joined already."""
    parts: list[bytes] = []
    at = 0
    while True:
        head = _CHUNK.match(body, at)
        size = int(head.group(1), 16) if head else -1
        if head is None or (size and body[head.end() + size : head.end() + size + 2] != b"\r\n"):
            if at == 0:
                return body
            raise InputError("the body is cut off, or its chunks are damaged")
        if size == 0:
            return b"".join(parts)
        parts.append(body[head.end() : head.end() + size])
        at = head.end() + size + 2


def _too_large() -> InputError:
    return InputError(f"the body is larger than {_limits.LIMITS.document // 2**20} MiB unpacked")


def _inflate(body: bytes, bits: int) -> bytes:
    """Return what members of gzip, or one stream of deflate, unpack to."""
    parts: list[bytes] = []
    most = _limits.LIMITS.document
    while body:
        if len(parts) == _MEMBERS:  # each one costs a copy of all that follow
            raise InputError(f"the body is packed in more than {_MEMBERS} pieces")
        inflater = zlib.decompressobj(bits)
        data = inflater.decompress(body, most + 1)
        most -= len(data)
        if most < 0 or inflater.unconsumed_tail:
            raise _too_large()
        parts.append(data)
        if not inflater.eof:
            raise InputError("the packed body is cut off")
        body = inflater.unused_data if bits == 31 and inflater.unused_data.startswith(b"\x1f\x8b") else b""
    return b"".join(parts)


def _unpack_gzip(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return _inflate(body, 31)
    except zlib.error as error:
        raise InputError(f"the packed body is damaged ({error})") from error


def _unpack_deflate(body: bytes) -> bytes:
    """Return the body of deflate, which servers send with and without a head; what is neither is unpacked already."""
    for bits in (15, -15):
        try:
            return _inflate(body, bits)
        except zlib.error:
            continue
    return body


def _unpack_brotli(body: bytes) -> bytes:
    """Return the body of Brotli. It has no mark by which it could be told from one that is unpacked already, but that it fails."""
    try:
        import brotli
    except ImportError:
        if _is_text(body):
            return body
        raise InputError("is packed with Brotli; install what reads it: pip install 'demarche[warc]'") from None
    most = _limits.LIMITS.document
    inflater, parts, given = brotli.Decompressor(), [], body
    try:
        while not inflater.is_finished():
            data = inflater.process(given, output_buffer_limit=2**20)
            most -= len(data)
            if most < 0:
                raise _too_large()
            if not data and inflater.can_accept_more_data():
                break
            parts.append(data)
            given = b""
    except brotli.error as error:
        if _is_text(body):
            return body
        raise InputError(f"the packed body is damaged ({error})") from error
    if not inflater.is_finished():
        if _is_text(body):
            return body
        raise InputError("the packed body is cut off")
    return b"".join(parts)


def _is_text(body: bytes) -> bool:
    """Return whether a body seems to be unpacked text: markup, or no control characters at its beginning."""
    head = body[:512].lstrip()
    return head.startswith(b"<") or not any(byte < 9 or 13 < byte < 32 for byte in head)


def _keep(body: bytes) -> bytes:
    return body


def _refuse(body: bytes) -> bytes:
    if _is_text(body):
        return body
    raise InputError("is packed in a way that cannot be read here; save the page from a browser")


_UNPACKERS = {
    "gzip": _unpack_gzip,
    "x-gzip": _unpack_gzip,
    "deflate": _unpack_deflate,
    "br": _unpack_brotli,
    "identity": _keep,
}
