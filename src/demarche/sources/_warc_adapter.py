"""WARC files, as crawlers and Common Crawl write them -> the pages in them, each read as what it is."""

from __future__ import annotations

import io
import mimetypes
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from demarche.errors import InputError
from demarche.model import Failure, Raw
from demarche.model.custody import without_password
from demarche.sources._bytes import open_seekable
from demarche.sources._payload import Headers, header_of, parse_answer, received_headers, split_media_type, unpack_body
from demarche.sources._warc import Flaw, WarcRecord, is_gzip, read_records

__all__ = ["WarcAdapter", "is_wanted", "payload_of"]

_KINDS = frozenset(("response", "resource", "conversion"))
_NO_TEXT = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "application/font",
    "application/x-font",
    "application/vnd.ms-fontobject",
)
_OF_PAGES = frozenset(
    ("text/css", "text/javascript", "application/javascript", "application/x-javascript", "application/json")
    + (
        "application/manifest+json",
        "application/wasm",
        "application/xml",
        "text/xml",
        "text/dns",
        "application/rss+xml",
    )
    + ("application/atom+xml", "application/warc-fields", "application/x-shockwave-flash", "application/ld+json")
)
"""What a page is made with, or speaks to programs: no document."""


@dataclass(frozen=True, slots=True)
class WarcAdapter:
    """WARC 1.0 and 1.1, plain or gzip: answers with status 200, resources and conversions; all other records are passed over.

    One record is held at a time. A damaged record is a failure, and reading goes on at the next.

    Parameters
    ----------
    part
        Of a file that is no member of an archive only the records from this offset on, and before the other; None for all.
    """

    name: str = "warc"
    suffixes: tuple[str, ...] = (".warc", ".warc.gz")
    media_types: tuple[str, ...] = ("application/warc",)
    part: tuple[int, int] | None = None

    def recognises(self, head: bytes) -> bool:
        """Return whether the first record begins, packed or not."""
        if is_gzip(head):
            try:
                head = zlib.decompressobj(31).decompress(head, 16)
            except zlib.error:
                return False
        return head.startswith(b"WARC/")

    def read(self, raw: Raw) -> Iterator[Failure | Raw]:
        """Yield the raw bytes of each document, and failures for records that cannot be read."""
        start, stop = (self.part if raw.depth == 0 else None) or (0, None)
        with open_seekable(raw) as stream:
            for found in read_records(stream, wanted=is_wanted, start=start):
                if stop is not None and found.offset >= stop:
                    return
                if isinstance(found, Flaw):
                    yield Failure(where=f"{raw.where}@{found.offset}", stage="sources", reason=found.reason)
                else:
                    yield from _read_record(found, raw)


def is_wanted(fields: Mapping[str, str]) -> bool:
    """Return whether a record with this header can be a document."""
    kind, media_type = fields["warc-type"], fields.get("content-type", "").lower()
    if kind == "response" and not media_type.startswith("application/http"):
        return False
    identified = fields.get("warc-identified-payload-type", "").lower()
    return (
        kind in _KINDS
        and _has_text(media_type)
        and _has_text(identified)
        and fields.get("warc-segment-number", "1") == "1"
    )


def _has_text(media_type: str) -> bool:
    return not media_type.startswith(_NO_TEXT) and media_type.partition(";")[0].strip() not in _OF_PAGES


def _read_record(record: WarcRecord, outer: Raw) -> Iterator[Failure | Raw]:
    address = without_password(record.fields.get("warc-target-uri", "").removeprefix("<").removesuffix(">"))
    where = f"{outer.where}!/{address[:500] or record.offset}"
    if _path(address) == "/robots.txt":
        return
    try:
        found = payload_of(record)
    except InputError as error:
        yield Failure(where=where, stage="sources", reason=error.reason)
        return
    if found is None:
        return
    headers, media_type, charset, body = found
    cut = record.fields.get("warc-truncated")
    yield Raw(
        where=where,
        name=_name(address, media_type),
        open=_opener(body),
        size=len(body),
        media_type=media_type,
        charset=charset,
        retrieved=_moment(record.fields.get("warc-date", "")),
        address=address if _is_web(address) else None,
        headers=(*headers, ("WARC-Truncated", cut)) if cut else headers,
        about={"url": address} if _is_web(address) else {},
    )


def payload_of(record: WarcRecord) -> tuple[Headers, str | None, str | None, bytes] | None:
    """Return headers, media type, charset and unpacked body of a record, None if it is no document.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if record.kind != "response":
        media_type, charset = split_media_type(record.fields.get("content-type", ""))
        return (), media_type, charset, record.block
    answer = parse_answer(record.block)
    media_type, charset = split_media_type(header_of(answer.headers, "content-type"))
    if answer.status != 200 or not _has_text(media_type or ""):
        return None
    return received_headers(answer.headers), media_type, charset, unpack_body(answer)


def _opener(body: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(body)


def _path(address: str) -> str:
    """Return the path of an address, empty where it cannot be told."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _name(address: str, media_type: str | None) -> str:
    """Return a file name by what the server says that it is, the one in the address where it says nothing."""
    if media_type in (None, "application/octet-stream"):
        return unquote(_path(address).rpartition("/")[2])[-100:]
    return "page" + (mimetypes.guess_extension(media_type) or "")


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://", "ftp://"))


def _moment(value: str) -> str | None:
    """Return the time at which a record was made as ISO 8601 in UTC, None where it is none."""
    try:
        found = datetime.fromisoformat(value[:40])
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
