"""The bytes of an input: opened anew, read whole, made seekable; and all that is unpacked of an input metered together."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from demarche.errors import InputError
from demarche.model import Raw
from demarche.sources import _limits

__all__ = [
    "Budget",
    "Spent",
    "Stream",
    "comes_once",
    "count_unpacked",
    "head_of",
    "metered",
    "open_seekable",
    "read_whole",
    "spool",
]

HEAD = 4096
"""Bytes by which a format is recognised."""
_CHUNK = 2**16
_IN_MEMORY = 4 * 2**20
"""Bytes that a copy may have before it is kept on the disk."""


class Spent(InputError):
    """The whole input has cost all that it may: nothing of it is read any more."""


class Budget:
    """What an input has cost so far, with all that is packed in it.

    Parameters
    ----------
    size
        Its bytes, None where they are only known as they come.
    """

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._come = self._inflated = self._members = 0
        self._until = float("inf")

    def start_document(self) -> None:
        """Give the next document its time."""
        self._until = time.monotonic() + _limits.LIMITS.seconds

    def add_member(self) -> None:
        """Count a member of an archive."""
        self._members += 1
        if self._members > _limits.LIMITS.members:
            raise Spent(f"has more than {_limits.LIMITS.members} members; unpack it and read it in parts")

    def add(self, size: int, *, packed: bool) -> None:
        """Count bytes that were read, of the input itself or of what is packed in it."""
        if time.monotonic() > self._until:
            raise InputError(f"takes longer than {_limits.LIMITS.seconds:g} s to read; save its text")
        if not packed:
            self._come += size
            return
        self._inflated += size
        if self._inflated > _limits.LIMITS.inflated + _limits.LIMITS.ratio * (self._size or self._come):
            raise Spent("the packed data grow beyond measure; unpack them and look at them")


class _Meter(io.RawIOBase):
    """A stream whose bytes are counted as they are read."""

    def __init__(self, inner: BinaryIO, budget: Budget, *, packed: bool) -> None:
        self._inner, self._budget, self._packed = inner, budget, packed
        self._read: Callable[[int], bytes] = getattr(inner, "read1", inner.read)  # what is there is given at once

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._inner.seekable())

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def readinto(self, buffer: Any, /) -> int:
        data = self._read(len(buffer))
        self._budget.add(len(data), packed=self._packed)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


class _Open:
    """Opens the bytes of an input so that they count."""

    def __init__(self, raw: Raw, budget: Budget) -> None:
        self.of = raw.open
        self._packed, self._budget = raw.depth > 0, budget

    def __call__(self) -> BinaryIO:
        return self._count(self.of(), packed=self._packed)

    def unpacked(self, stream: BinaryIO) -> BinaryIO:
        """Return a stream of what an adapter unpacks itself, so that it counts too."""
        return self._count(stream, packed=True)

    def _count(self, stream: BinaryIO, *, packed: bool) -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(_Meter(stream, self._budget, packed=packed), _CHUNK))


def metered(raw: Raw, budget: Budget) -> Callable[[], BinaryIO]:
    """Return what opens the bytes of `raw` so that they count."""
    return _Open(raw, budget)


def count_unpacked(raw: Raw, stream: BinaryIO) -> BinaryIO:
    """Return a stream of what an adapter unpacks itself of `raw`, held to the limits of the whole input."""
    return raw.open.unpacked(stream) if isinstance(raw.open, _Open) else stream


class Stream:
    """Opens what comes once, such as standard input; its beginning can be looked at before."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._head: bytes | None = None
        self._gone = False

    def peek(self) -> bytes:
        """Return the beginning, which is read again."""
        if self._head is None:
            self._head = b""
            while len(self._head) < _CHUNK and not self._head.strip():
                data = self._source.read1(HEAD)  # type: ignore[attr-defined]
                if not data:
                    break
                self._head += data
        return self._head

    def __call__(self) -> BinaryIO:
        head = self.peek()
        if self._gone:
            raise InputError("can be read only once; save it as a file")
        return cast(BinaryIO, io.BufferedReader(_Joined(head, self._source, self._leave), _CHUNK))

    def _leave(self) -> None:
        self._gone = True


class _Joined(io.RawIOBase):
    """A stream whose beginning was read already; what is there is given at once."""

    def __init__(self, head: bytes, rest: BinaryIO, leave: Callable[[], None]) -> None:
        self._head, self._rest, self._leave = head, rest, leave

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._head:
            data, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            self._leave()
            data = self._rest.read1(len(buffer))  # type: ignore[attr-defined]
        buffer[: len(data)] = data
        return len(data)


def comes_once(raw: Raw) -> bool:
    """Return whether the bytes cannot be opened a second time."""
    return isinstance(raw.open.of if isinstance(raw.open, _Open) else raw.open, Stream)


def head_of(raw: Raw, size: int = HEAD) -> bytes:
    """Return the first 4 KiB, or as many bytes as asked; of what comes once, those that are there."""
    opener = raw.open.of if isinstance(raw.open, _Open) else raw.open
    if isinstance(opener, Stream):
        return opener.peek()[:size]
    with closing(raw.open()) as stream:
        return stream.read(size)


def read_whole(raw: Raw) -> bytes:
    """Return all bytes of a document.

    Raises
    ------
    InputError
        If they are more than a document may have.
    """
    most = _limits.LIMITS.document
    with closing(raw.open()) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise InputError(
            f"is larger than {most // 2**20} MiB; split it, or give its documents as JSON lines", where=raw.where
        )
    return data


@contextmanager
def open_seekable(raw: Raw) -> Iterator[BinaryIO]:
    """Give the bytes of `raw` as a stream that can go back; a copy where what is packed would have to be unpacked again."""
    with closing(raw.open()) as stream:
        if raw.depth == 0 and stream.seekable():
            yield stream
        else:
            with spool(stream) as copy:
                yield copy


def spool(stream: BinaryIO) -> BinaryIO:
    """Return a copy of what is left of a stream, at its beginning: in memory, or on the disk where it is large.

    Raises
    ------
    InputError
        If it is too large for that too.
    """
    copy = SpooledTemporaryFile(max_size=_IN_MEMORY)
    try:
        size = 0
        while data := stream.read(_CHUNK):
            size += len(data)
            if size > _limits.LIMITS.copy:
                raise InputError(f"is larger than {_limits.LIMITS.copy // 2**20} MiB; save it as a file, or unpack it")
            copy.write(data)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return cast(BinaryIO, copy)
