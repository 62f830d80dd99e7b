"""Archives and packed files -> what is packed in them, one after the other; nothing is ever written where they say."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Self, cast

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits
from demarche.sources._bytes import Stream, comes_once, count_unpacked, head_of, open_seekable, spool
from demarche.sources._packages import OPEN_TEXT, WORD, WORKBOOK, kind_of_package
from demarche.sources._text import normalise_text
from demarche.sources._word import document_of_package

__all__ = ["GzipAdapter", "TarAdapter", "ZipAdapter", "open_zip"]

_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
_LONGEST = 1000
"""Characters of the name of a member at most."""


@dataclass(frozen=True, slots=True)
class ZipAdapter:
    """The members of a zip archive."""

    name: str = "zip"
    suffixes: tuple[str, ...] = (".zip",)
    media_types: tuple[str, ...] = ("application/zip", "application/x-zip-compressed")

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins as a zip archive does."""
        return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the members, and failures in place of those that are not to be read; what an office program packs is one file."""
        with open_seekable(raw) as stream:
            with open_zip(stream) as archive:
                kind = kind_of_package(archive)
                if kind is None:
                    yield from _members_of_zip(archive, raw)
            if kind is not None:
                yield _one_file(raw, stream, kind)


def _one_file(raw: Raw, stream: BinaryIO, kind: str) -> Document | Raw:
    """Return what an office program packed: the document itself, or the workbook for the adapter that reads it."""
    if kind in (WORD, OPEN_TEXT):
        return document_of_package(stream, kind, count=lambda inner: count_unpacked(raw, inner))
    if kind == WORKBOOK:
        return _workbook(raw, stream)
    raise InputError(f"is {kind}, which is not read; save it as text or PDF")


def _workbook(raw: Raw, stream: BinaryIO) -> Raw:
    """Return a workbook that is named as something else, so that the adapter for it is found."""
    name = f"{PurePosixPath(raw.name).stem or 'workbook'}.xlsx"
    return replace(raw, name=name, open=_again(stream), media_type=None)


def open_zip(stream: BinaryIO, *, kind: str = "zip archive") -> zipfile.ZipFile:
    """Return a zip archive, opened; `kind` is what a failure calls it.

    Raises
    ------
    InputError
        If it is none, or its list of members is too long.
    """
    try:
        return zipfile.ZipFile(cast(BinaryIO, _Listed(stream)))
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"is no whole {kind} ({error}); fetch it or make it anew") from error


class _Listed:
    """A zip archive whose list of members, which is read at once, is held to a bound: a bomb can be nothing but a list.

    What the archive says of the list is not believed: it can say it in several places.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, size: int = -1) -> bytes:
        if size > _limits.LIMITS.directory:
            raise InputError(f"lists members in more than {_limits.LIMITS.directory // 2**20} MiB; pack it in parts")
        return self._stream.read(size)


def _members_of_zip(archive: zipfile.ZipFile, raw: Raw) -> Iterator[Failure | Raw]:
    for info in archive.infolist():
        if info.is_dir() or _is_hidden(info.filename):
            continue
        reason = _wrong_name(info.filename) or _wrong_in_zip(info)
        if reason:
            yield Failure(where=_where(raw, info.filename), stage="sources", reason=reason)
        else:
            yield _packed(raw, info.filename, info.file_size, _opener(archive, info))


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        try:
            return cast(BinaryIO, archive.open(info))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise InputError(f"cannot be unpacked ({error}); pack it anew by deflate") from error

    return open_member


def _wrong_in_zip(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link or a device, which is not followed; pack the file itself"
    if info.flag_bits & 0x1:
        return "is encrypted; unpack it with its password first"
    return None


@dataclass(frozen=True, slots=True)
class TarAdapter:
    """The members of a tar archive, packed by gzip, bzip2, xz or not at all, read in one pass."""

    name: str = "tar"
    suffixes: tuple[str, ...] = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
    media_types: tuple[str, ...] = ("application/x-tar", "application/x-gtar")

    def recognises(self, head: bytes) -> bool:
        """Return whether it is a tar archive that is not packed further."""
        return head[257:262] == b"ustar"

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the members, and failures in place of those that are not to be read."""
        try:
            with (
                closing(_unpacked(raw)) as stream,
                tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive,
            ):
                yield from _members_of_tar(archive, raw)
        except _DAMAGED as error:
            raise InputError(f"is no whole tar archive ({error}); what stands before was read") from error


class _Member(tarfile.TarInfo):
    """A member whose extended header is of a size that a header has: it is read whole."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        if member.type in _HEADERS and member.size > _HEADER:
            raise tarfile.ReadError("a header is larger than a header can be")
        return member


_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_HEADER = 2**20


def _members_of_tar(archive: tarfile.TarFile, raw: Raw) -> Iterator[Failure | Raw]:
    for member in archive:
        archive.members = []  # type: ignore[attr-defined]  # a long archive is not to be remembered
        if member.isdir() or _is_hidden(member.name):
            continue
        reason = _wrong_name(member.name) or _wrong_in_tar(member)
        if reason:
            yield Failure(where=_where(raw, member.name), stage="sources", reason=reason)
            continue
        content = archive.extractfile(member)
        if content is not None:
            with spool(cast(BinaryIO, content)) as copy:
                yield _packed(raw, member.name, member.size, _again(copy))


def _wrong_in_tar(member: tarfile.TarInfo) -> str | None:
    if not member.isreg():
        return "is a link or a device, which is not followed; pack the file itself"
    return "is a sparse file; pack it without holes" if member.issparse() else None


@dataclass(frozen=True, slots=True)
class GzipAdapter:
    """One file packed by gzip, bzip2 or xz."""

    name: str = "gzip"
    suffixes: tuple[str, ...] = (".gz", ".bz2", ".xz")
    media_types: tuple[str, ...] = ("application/gzip", "application/x-gzip", "application/x-bzip2", "application/x-xz")

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins as a packed file does."""
        return any(head.startswith(mark) for mark in _PACKERS)

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield what is packed."""
        inner = PurePosixPath(raw.name)
        name = inner.stem if inner.suffix.lower() in self.suffixes else raw.name or "content"
        opener = _packer(head_of(raw))
        if opener is None:
            raise InputError("is not packed by gzip, bzip2 or xz; name it as what it is")
        if comes_once(raw):
            yield _packed(raw, name, None, Stream(opener(raw.open())))
        else:
            yield _packed(raw, name, None, lambda: opener(raw.open()))


def _open_gzip(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _Closing(gzip.GzipFile(fileobj=stream), stream))


def _open_bzip2(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _Closing(bz2.BZ2File(stream), stream))


def _open_xz(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _Closing(lzma.LZMAFile(stream), stream))


_PACKERS: dict[bytes, Callable[[BinaryIO], BinaryIO]] = {
    b"\x1f\x8b": _open_gzip,
    b"BZh": _open_bzip2,
    b"\xfd7zXZ\x00": _open_xz,
}


class _Closing:
    """What unpacks a stream, and closes it too."""

    def __init__(self, unpacker: Any, stream: BinaryIO) -> None:
        self._unpacker, self._stream = unpacker, stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unpacker, name)

    def close(self) -> None:
        self._unpacker.close()
        self._stream.close()


def _packer(head: bytes) -> Callable[[BinaryIO], BinaryIO] | None:
    return next((opener for mark, opener in _PACKERS.items() if head.startswith(mark)), None)


def _unpacked(raw: Raw) -> BinaryIO:
    """Return the stream of a tar archive, unpacked if it is packed."""
    stream = raw.open()
    opener = _packer(cast(io.BufferedReader, stream).peek(6)[:6])
    return count_unpacked(raw, opener(stream)) if opener else stream


def _again(copy: BinaryIO) -> Callable[[], BinaryIO]:
    """Return what opens a copy from its beginning; one at a time is read."""

    def open_copy() -> BinaryIO:
        copy.seek(0)
        return cast(BinaryIO, _Left(copy))

    return open_copy


class _Left:
    """A copy that whoever reads it does not close: it may be opened again."""

    def __init__(self, copy: BinaryIO) -> None:
        self._copy = copy

    def __getattr__(self, name: str) -> Any:
        return getattr(self._copy, name)

    def close(self) -> None:
        pass


def _packed(raw: Raw, name: str, size: int | None, opener: Callable[[], BinaryIO]) -> Raw:
    plain = name.replace("\\", "/")
    return Raw(
        where=_where(raw, name),
        name=plain.rpartition("/")[2],
        open=opener,
        size=size,
        depth=raw.depth + 1,
        address=None,
    )


def _where(raw: Raw, name: str) -> str:
    return f"{raw.where}!/{normalise_text(name)[:_LONGEST]}".replace("\n", "\ufffd")


def _wrong_name(name: str) -> str | None:
    plain = name.replace("\\", "/")
    if len(name) > _LONGEST:
        return f"its name has more than {_LONGEST} characters; pack it under a shorter one"
    if plain.startswith("/") or _DRIVE.match(plain) or ".." in plain.split("/"):
        return "its name leads out of the archive; pack it under a name inside"
    return None


_DRIVE = re.compile("[A-Za-z]:")


def _is_hidden(name: str) -> bool:
    """Return whether a member is hidden, or what a system puts beside the files of its users."""
    parts = name.replace("\\", "/").split("/")
    return any(part.startswith(".") and part not in (".", "..") for part in parts) or parts[0] == "__MACOSX"
