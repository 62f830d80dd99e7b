"""WARC records, read from files that may be damaged or lie: nothing is held but one record, and reading goes on after what is broken.

By ISO 28500, WARC 1.0 and 1.1. The readers that there are end at the first damage, or give what is cut off as if it were whole; both
would hide that something is missing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from demarche.errors import InputError
from demarche.sources import _limits

__all__ = ["Flaw", "WarcRecord", "format_record", "is_gzip", "read_records"]

_BLOCK = 2**15
_INFLATED = 2**16
_HEAD = 2**18
"""Bytes of the header of a record at most."""
_LINES = 1000
"""Lines of it at most."""
_MOST_FLAWS = 1000
"""Damaged records of a file at most: beyond that it is no WARC file any more."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_START = re.compile(rb"\n(WARC/\d\.\d+[ \t]*\r?\n)")
_PIECES = 10_000
"""Gzip members in one record at most."""
_AGAIN = 4
"""Times that a compressed file is read at most, damages and all."""
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_GZIP = b"\x1f\x8b\x08"
_GAP = b"\r\n\r\n"

Fields = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcRecord:
    """A record.

    Parameters
    ----------
    kind
        ``response``, ``resource``, ``conversion`` ...
    fields
        Its header, names in lower case.
    block
        Its bytes, as they stand in the file.
    offset
        Of its first byte in the file; in a compressed file of the first byte of its gzip member.
    """

    kind: str
    fields: Mapping[str, str]
    block: bytes
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """A record that cannot be read, and why."""

    offset: int
    reason: str


class _Damaged(Exception):
    """The record at hand cannot be read; the next one perhaps can."""


class _TooLarge(_Damaged):
    """The record at hand is whole, and passed over: the next one follows."""


def is_gzip(head: bytes) -> bool:
    """Return whether bytes begin as gzip does."""
    return head.startswith(_GZIP)


def format_record(fields: Mapping[str, str], block: bytes) -> bytes:
    r"""Return a record of WARC 1.1: no value can end its line, and the length is that of the block.

    Examples
    --------
    >>> format_record({"WARC-Type": "resource", "X": "a\r\nb"}, b"Kyiv")
    b'WARC/1.1\r\nWARC-Type: resource\r\nX: a  b\r\nContent-Length: 4\r\n\r\nKyiv\r\n\r\n'
    """
    lines = [f"{name}: {_CONTROL.sub(' ', value)}" for name, value in fields.items()]
    head = "\r\n".join(("WARC/1.1", *lines, f"Content-Length: {len(block)}"))
    return head.encode("utf-8", "replace") + _GAP + block + _GAP


def read_records(
    stream: BinaryIO, *, wanted: Callable[[Mapping[str, str]], bool] = lambda fields: True, start: int = 0
) -> Iterator[WarcRecord | Flaw]:
    """Yield the records of a WARC file that are wanted, and a flaw in place of each that cannot be read.

    Parameters
    ----------
    stream
        Can go back. Plain, or gzip with a member for each record or for all.
    wanted
        Whether to give a record, by its header; the block of another is passed over.
    start
        Where to begin: the offset of a record.

    Raises
    ------
    InputError
        If there are too many flaws, or what is packed grows beyond measure.
    """
    stream.seek(start)
    source = _Gzip(stream, start) if is_gzip(stream.read(3)) else _Plain(stream, start)
    flaws = 0
    while True:
        try:
            if not _pass_blank(source):
                return
            if record := _read_record(source, wanted):
                yield record
        except _TooLarge as error:
            yield Flaw(offset=source.offset, reason=str(error))
        except _Damaged as error:
            yield Flaw(offset=source.offset, reason=str(error))
            flaws += 1
            if flaws == _MOST_FLAWS:
                raise InputError(f"has {_MOST_FLAWS} damaged records; the rest is not read") from error
            if not source.recover():
                return


class _Source:
    """Bytes as they come, of which the next ones can be looked at; `position` counts them unpacked."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self._stream = stream
        self._data = b""
        self._at = 0
        self._base = self._begun = start
        self._size = stream.seek(0, 2)
        stream.seek(start)

    @property
    def position(self) -> int:
        """Where the next byte stands."""
        return self._base + self._at

    def more(self) -> bytes:
        """Return some bytes that come next, none at the end."""
        raise NotImplementedError

    @property
    def offset(self) -> int:
        """Where in the file the record at hand begins."""
        return self._begun

    def begin(self) -> None:
        """Say that a record begins here."""
        self._begun = self.position

    def fits(self, size: int) -> bool:
        """Return whether so many bytes can still come."""
        return True

    def check(self, start: int, block: bytes) -> None:
        """Raise _Damaged if a block that began at `start` cannot be one record's."""

    def settle(self) -> None:
        """Raise _Damaged if what was given so far turns out to be damaged by what comes next."""

    def recover(self) -> bool:
        """Go to the record after the one at hand, which is damaged; False if there is none."""
        raise NotImplementedError

    def pull(self) -> bool:
        """Add to what can be looked at; False at the end."""
        more = self.more()
        if more:
            self._base += self._at
            self._data, self._at = self._data[self._at :] + more, 0
        return bool(more)

    def peek(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        while len(self._data) - self._at < size and self.pull():
            pass
        return self._data[self._at : self._at + size]

    def move(self, size: int) -> None:
        """Pass over bytes that were looked at."""
        self._at += size

    def head(self) -> bytes:
        """Return the header that comes next, with the empty line that ends it."""
        looked = 0
        while not (found := _HEAD_END.search(self._data, self._at + max(0, looked - 3))):
            looked = len(self._data) - self._at
            if looked > _HEAD:
                raise _Damaged(f"the header of the record is longer than {_HEAD // 2**10} KiB")
            if not self.pull():
                raise _Damaged("the file ends in the header of a record")
        head = self._data[self._at : found.end()]
        self._at = found.end()
        return head

    def take(self, size: int) -> bytes:
        """Return so many bytes."""
        found = self._data[self._at : self._at + size]
        self._at += len(found)
        if len(found) == size:
            return found
        parts, missing = [found], size - len(found)
        while missing and self.pull():
            part = self._data[self._at : self._at + missing]
            self._at += len(part)
            missing -= len(part)
            parts.append(part)
        if missing:
            raise _Damaged("the file ends in the middle of the record")
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Pass over so many bytes."""
        while size:
            if self._at == len(self._data) and not self.pull():
                raise _Damaged("the file ends in the middle of the record")
            step = min(size, len(self._data) - self._at)
            self._at += step
            size -= step

    def find_start(self) -> bool:
        """Go to the next line that begins a record; False if there is none."""
        while not (found := _START.search(self._data, self._at)):
            self._at = max(self._at, len(self._data) - 32)  # which may be the beginning of one
            if not self.pull():
                return False
        self._at = found.start(1)
        return True


class _Plain(_Source):
    """A file that is not compressed."""

    def more(self) -> bytes:
        return self._stream.read(_BLOCK)

    def fits(self, size: int) -> bool:
        return self.position + size <= self._size

    def skip(self, size: int) -> None:
        if size < len(self._data) - self._at:
            self._at += size
        else:
            self.seek(self.position + size)

    def recover(self) -> bool:
        self.seek(self._begun)
        return self.find_start()

    def seek(self, position: int) -> None:
        """Go to a place in the file."""
        self._stream.seek(position)
        self._data, self._at, self._base = b"", 0, position


class _Gzip(_Source):
    """A compressed file; it remembers where its members begin, so that a damaged one is left by the door of the next."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        super().__init__(stream, start)
        self._packed = b""
        self._read = start
        self._inflater: zlib._Decompress | None = None
        self._members: list[tuple[int, int]] = []
        self._come = self._in_member = self._inflated = self._drawn = 0

    @property
    def offset(self) -> int:
        return max((offset for start, offset in self._members if start <= self._begun), default=self._read)

    def begin(self) -> None:
        super().begin()
        self._members = (
            self._members[-1:] if self._members[-1:] and self._members[-1][0] <= self._begun else self._members
        )

    def more(self) -> bytes:
        while True:
            if self._inflater is None:
                self._packed = self._packed.lstrip(b"\0")  # as tapes are filled up
            if not self._packed:
                if not self._fill():
                    return b""
            elif data := self._inflate():
                return data

    def settle(self) -> None:
        # The checksum of a member stands behind it, and can be in bytes that are not read yet.
        while self._at == len(self._data) and self._inflater is not None and (self._packed or self._fill()):
            self._data += self._inflate()

    def _fill(self) -> bool:
        self._packed = self._draw()
        self._read += len(self._packed)
        if self._packed:
            return True
        if self._inflater is not None:
            self._inflater = None
            raise _Damaged("the file ends in the middle of the record")
        return False

    def _draw(self) -> bytes:
        """Return the next block of the file. To look for what is whole after a damage it is read again, but not without end."""
        data = self._stream.read(_BLOCK)
        self._drawn += len(data)
        if self._drawn > _AGAIN * self._size + _limits.LIMITS.inflated:
            raise InputError("is damaged in too many places; the rest is not read")
        return data

    def _inflate(self) -> bytes:
        if self._inflater is None:
            self._inflater = zlib.decompressobj(31)
            self._come = self._in_member = 0
            self._members.append((self._base + len(self._data), self._read - len(self._packed)))
            if len(self._members) > _PIECES:
                raise _Damaged(f"the record is packed in more than {_PIECES} pieces")
        given = len(self._packed)
        try:
            data = self._inflater.decompress(self._packed, _INFLATED)
        except zlib.error as error:
            self._inflater, self._packed = None, b""
            raise _Damaged(f"the gzip data of the record are damaged ({error})") from error
        ended = self._inflater.eof
        self._packed = self._inflater.unused_data if ended else self._inflater.unconsumed_tail
        self._count(given - len(self._packed), len(data))
        if ended:
            self._inflater = None
        return data

    def _count(self, packed: int, inflated: int) -> None:
        limits = _limits.LIMITS
        self._come += packed
        self._in_member += inflated
        self._inflated += inflated
        if self._inflated > limits.inflated + limits.ratio * self._size:
            raise InputError("the packed data grow beyond measure; unpack them and look at them")
        if self._in_member > limits.inflated + limits.ratio * self._come:
            self._inflater = None
            raise _Damaged("the gzip data of the record grow beyond measure")

    def check(self, start: int, block: bytes) -> None:
        for begins, _ in self._members:
            if start < begins < start + len(block) and block[begins - start :].startswith(b"WARC/"):
                raise _Damaged("the length that the record gives is not its own: it would hold the next one too")

    def recover(self) -> bool:
        shared = all(begins != self._begun for begins, _ in self._members)
        if shared and self._look():
            return True
        after = [offset for begins, offset in self._members if begins > self._begun]
        origin = after[0] if after else self.offset + 1
        while (origin := self._find_member(origin)) >= 0:
            self._seek(origin)
            if self._look():
                return True
            origin += 1
        return False

    def _look(self) -> bool:
        """Go to the next record that can be reached from here."""
        try:
            return self.peek(5) == b"WARC/" or self.find_start()
        except _Damaged:
            return False

    def _find_member(self, origin: int) -> int:
        """Return where a gzip member seems to begin, from `origin` on, -1 if nowhere."""
        self._stream.seek(origin)
        left, tail = origin, b""
        while data := self._draw():
            found = (tail + data).find(_GZIP)
            if found >= 0:
                return left - len(tail) + found
            left += len(data)
            tail = (tail + data)[-2:]
        return -1

    def _seek(self, origin: int) -> None:
        self._stream.seek(origin)
        # Positions go on from where they were, so that one never means two places.
        self._base += len(self._data)
        self._data, self._at, self._packed = b"", 0, b""
        self._read, self._inflater, self._members = origin, None, []
        self._begun = self._base


def _read_record(source: _Source, wanted: Callable[[Mapping[str, str]], bool]) -> WarcRecord | None:
    """Return the record that comes next, None if it is passed over."""
    fields = _parse_head(source.head())
    size = _size(fields)
    if not source.fits(size):
        raise _Damaged(
            "the record is longer than what is left of the file: it is cut off, or its length is not its own"
        )
    if not wanted(fields):
        source.skip(size)
        _end(source)
        return None
    if size > _limits.LIMITS.document:
        _pass_large(source, size)
    starts = source.position
    if size > _INFLATED and isinstance(source, _Plain):
        _look_ahead(source, size)
    block = source.take(size)
    source.check(starts, block)
    _end(source)
    if not _digest_fits(fields.get("warc-block-digest"), block):
        raise _Damaged("the record has other bytes than its digest says")
    return WarcRecord(kind=fields["warc-type"], fields=fields, block=block, offset=source.offset)


def _pass_blank(source: _Source) -> bool:
    """Pass over empty lines before a record; False at the end of the file."""
    source.begin()
    while head := source.peek(64):
        blank = len(head) - len(head.lstrip(b"\r\n"))
        source.move(blank)
        if blank < len(head):
            source.begin()
            return True
    return False


def _pass_large(source: _Source, size: int) -> None:
    source.skip(size)
    _end(source)
    raise _TooLarge(f"is larger than {_limits.LIMITS.document // 2**20} MiB, and is left out")


def _look_ahead(source: _Plain, size: int) -> None:
    """Look at what comes behind a large block before it is read, so that lengths that lie cost nothing."""
    here = source.position
    source.skip(size)
    _end(source)
    source.seek(here)


def _end(source: _Source) -> None:
    """Pass over the two line ends behind a block; whatever else stands there says that the length was wrong."""
    if (ahead := source.peek(4)) == _GAP:
        source.move(4)
        source.settle()
    elif ahead:
        rest = source.peek(64).lstrip(b"\r\n")
        if rest and not rest.startswith(b"WARC/"):
            raise _Damaged("the length that the record gives is not its own")


def _parse_head(head: bytes) -> Fields:
    lines = head.decode("utf-8", "replace").split("\n")
    if not re.match(r"WARC/\d\.\d+\s*\Z", lines[0]):
        raise _Damaged("no record begins here")
    if len(lines) > _LINES:
        raise _Damaged(f"the header of the record has more than {_LINES} lines")
    fields: Fields = {}
    name = ""
    for line in lines[1:]:
        if line[:1] in (" ", "\t") and name:
            fields[name] += " " + line.strip()
            continue
        name, _, value = line.partition(":")
        name = name.strip().lower()
        if name:
            fields.setdefault(name, value.strip())
    if not fields.get("warc-type"):
        raise _Damaged("the record does not say of what type it is")
    return fields


def _size(fields: Fields) -> int:
    size = fields.get("content-length", "")
    if not size.isascii() or not size.isdigit() or len(size) > 15:
        raise _Damaged("the length that the record gives is no number")
    return int(size)


def _digest_fits(digest: str | None, block: bytes) -> bool:
    """Return False where a digest can be checked and is another."""
    name, _, value = (digest or "").partition(":")
    name = name.strip().lower().replace("-", "")
    if name not in ("md5", "sha1", "sha256", "sha384", "sha512"):
        return True
    found = hashlib.new(name, block, usedforsecurity=False).digest()
    value = value.strip()
    if len(value) == 2 * len(found):
        return value.lower() == found.hex()
    try:
        return base64.b32decode(value.upper() + "=" * (-len(value) % 8)) == found
    except (binascii.Error, ValueError):
        return False
