"""A folder in which a user keeps the raw bytes of documents: WARC files of limited size, and an index that can be made anew."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast
from urllib.parse import quote

from demarche.errors import InputError, LedgerError
from demarche.model import Custody, Kept
from demarche.sources._payload import PACKED, header_of, parse_answer
from demarche.sources._warc import Flaw, WarcRecord, format_record, read_records

__all__ = ["RawArchive"]

_INDEX = "index.sqlite"
_MOST = 2**30
"""Bytes of a file, beyond which the next one is begun."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CUT = "WARC-Truncated"
_TABLES = """
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, size INTEGER NOT NULL, whole INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (sha256 TEXT PRIMARY KEY, file TEXT NOT NULL, record TEXT NOT NULL, place INTEGER NOT NULL)
  WITHOUT ROWID;
"""


class RawArchive:
    """A folder of WARC files that holds each bytes once; several programs may write to it.

    A record is on the disk before :meth:`keep` returns. One that a crash cut off is passed over later, and nothing is written behind it.

    Parameters
    ----------
    folder
        Made if it is not there. With a `create` of false it must be there, and nothing in it is written.
    most
        Bytes of a file, beyond which the next one is begun.
    clock
        Gives the time of UTC.

    Raises
    ------
    LedgerError
        If it cannot be opened or made.

    Examples
    --------
    >>> import hashlib, tempfile
    >>> page = b"<p>Kyiv rejected it."
    >>> custody = Custody(sha256=hashlib.sha256(page).hexdigest(), size=len(page), source="a.html", raw=page)
    >>> folder = tempfile.TemporaryDirectory()
    >>> with RawArchive(folder.name) as archive:
    ...     archive.find(archive.keep(custody)).block
    b'<p>Kyiv rejected it.'
    >>> folder.cleanup()
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        create: bool = True,
        most: int = _MOST,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder, self._most, self._clock = Path(folder), most, clock
        self._file: BinaryIO | None = None
        self._name = self._info = ""
        if create:
            with _told(self._folder):
                self._folder.mkdir(parents=True, exist_ok=True)
        if not self._folder.is_dir():
            raise LedgerError(f"{folder}: is no folder with raw bytes; name the one that --keep-raw was given")
        with _told(self._folder):
            self._index = _open_index(self._folder) if create else _look_into_index(self._folder)
            if create:
                self._catch_up()

    def close(self) -> None:
        """Close the files; everything was written before."""
        self._index.close()
        if self._file:
            self._file.close()
            self._file = None

    def __enter__(self) -> RawArchive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def keep(self, custody: Custody) -> Custody:
        """Write away the bytes that travel with a document, and return its custody with the place where they lie now.

        The same bytes are kept once. A custody without bytes is returned as it is.

        Raises
        ------
        LedgerError
            If the folder cannot be written.
        InputError
            If the bytes have another hash than the custody says.
        """
        raw = custody.raw
        if raw is None:
            return custody
        if hashlib.sha256(raw).hexdigest() != custody.sha256:
            raise InputError("the bytes have another hash than their custody says", where=custody.source)
        with _told(self._folder):
            kept = self._known(custody.sha256) or self._write(custody, raw)
        return replace(custody, raw=None, kept=kept)

    def find(self, custody: Custody) -> WarcRecord | Flaw | None:
        """Return the record that holds the bytes of a document, a flaw if it is damaged, None if there is none.

        It is looked for where the custody says, and where that file is not there, or has another record there, by the hash.
        """
        with _told(self._folder):
            there = self._record_at(custody.kept) if custody.kept else None
            if there is None and (known := self._known(custody.sha256)):
                there = self._record_at(known)
        return there

    def payload(self, record: WarcRecord) -> bytes:
        """Return the bytes that a record keeps: of an answer its body; raises InputError if the record has none."""
        return parse_answer(record.block).body if record.kind == "response" else record.block

    def _known(self, sha256: str) -> Kept | None:
        found = self._index.execute("SELECT file, record, place FROM records WHERE sha256 = ?", (sha256,)).fetchone()
        if found is None or not (self._folder / found[0]).is_file():
            return None
        return Kept(archive=found[0], record=found[1], offset=found[2])

    def _record_at(self, kept: Kept) -> WarcRecord | Flaw | None:
        path = self._folder / kept.archive
        if Path(kept.archive).name != kept.archive or not path.is_file():
            return None
        if not 0 <= kept.offset < path.stat().st_size:
            return None
        with open(path, "rb") as file:
            try:
                found = next(read_records(file, start=kept.offset), None)
            except InputError as error:
                return Flaw(offset=kept.offset, reason=error.reason)
        other = isinstance(found, WarcRecord) and _id_of(found) != kept.record
        return None if other else found

    def _write(self, custody: Custody, raw: bytes) -> Kept:
        file = self._writable()
        record = f"urn:uuid:{uuid.uuid4()}"
        place = file.seek(0, os.SEEK_END)
        try:
            file.write(gzip.compress(_record_of(custody, raw, record, self._info, self._clock()), 6, mtime=0))
            _settle(file)
        except OSError:
            self._leave()
            raise
        kept = Kept(archive=self._name, record=record, offset=place)
        with self._index:
            self._note(custody.sha256, kept)
            self._note_file(self._name, file.tell(), whole=True)
        return kept

    def _leave(self) -> None:
        """Begin another file next time: behind half a record nothing is written."""
        with suppress(OSError):
            cast(BinaryIO, self._file).close()
        self._file = None
        with suppress(sqlite3.Error), self._index:
            self._note_file(self._name, (self._folder / self._name).stat().st_size, whole=False)

    def _note(self, sha256: str, kept: Kept) -> None:
        row = (sha256, kept.archive, kept.record, kept.offset)
        self._index.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", row)

    def _note_file(self, name: str, size: int, *, whole: bool) -> None:
        self._index.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (name, size, int(whole)))

    # Files

    def _writable(self) -> BinaryIO:
        """Return the file to write to: the one at hand, the last one if it is whole and nobody writes to it, or a new one."""
        if self._file and self._file.tell() >= self._most:
            self._file.close()
            self._file = None
        if self._file is None:
            self._file = self._last() or self._new()
        return self._file

    def _last(self) -> BinaryIO | None:
        found = self._index.execute(
            "SELECT name, size FROM files WHERE whole = 1 ORDER BY name DESC LIMIT 1"
        ).fetchone()
        if found is None or found[1] >= self._most or not (self._folder / found[0]).is_file():
            return None
        file = open(self._folder / found[0], "r+b")  # noqa: SIM115 - it stays open
        info = next(read_records(file), None)
        if not _lock(file) or file.seek(0, os.SEEK_END) != found[1] or not isinstance(info, WarcRecord):
            file.close()
            return None
        self._name, self._info = found[0], _id_of(info)
        return file

    def _new(self) -> BinaryIO:
        stamp = self._clock().strftime("%Y%m%dT%H%M%SZ")
        self._name, self._info = f"demarche-{stamp}-{uuid.uuid4().hex[:8]}.warc.gz", f"urn:uuid:{uuid.uuid4()}"
        file = open(self._folder / self._name, "x+b")  # noqa: SIM115 - it stays open
        _lock(file)
        fields = {
            "WARC-Type": "warcinfo",
            "WARC-Record-ID": f"<{self._info}>",
            "WARC-Date": _moment(self._clock()),
            "WARC-Filename": self._name,
            "Content-Type": "application/warc-fields",
        }
        file.write(gzip.compress(format_record(fields, _about()), 6, mtime=0))
        _settle(file)
        _settle_folder(self._folder)
        return file

    def _catch_up(self) -> None:
        """Bring the index up to date with the files that nobody writes to: after a crash, or where it was lost."""
        known = {
            name: (size, whole) for name, size, whole in self._index.execute("SELECT name, size, whole FROM files")
        }
        for path in sorted(self._folder.glob("demarche-*.warc.gz")):
            size, whole = known.get(path.name, (0, 1))
            if path.stat().st_size != size and whole:
                with open(path, "r+b" if os.access(path, os.W_OK) else "rb") as file:
                    if _lock(file):
                        self._read_from(file, path.name, size)

    def _read_from(self, file: BinaryIO, name: str, start: int) -> None:
        whole, end = start <= file.seek(0, os.SEEK_END), file.tell()
        with self._index:
            try:
                for found in read_records(file, start=start) if start < end else ():
                    if isinstance(found, Flaw):
                        whole = False
                    elif found.kind in _KINDS:
                        sha256 = hashlib.sha256(self.payload(found)).hexdigest()
                        self._note(sha256, Kept(archive=name, record=_id_of(found), offset=found.offset))
            except InputError:  # what was read before is known; nothing is written behind it
                whole = False
            self._note_file(name, end, whole=whole)


def _record_of(custody: Custody, raw: bytes, record: str, info: str, now: datetime) -> bytes:
    """Return the record of bytes: the answer of a server with its headers, or the bytes alone."""
    address, kind = custody.address or "", _kind_of(custody)
    is_answer = kind == "response"
    block = _answer_of(custody, raw) if is_answer else raw
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<{record}>",
        "WARC-Warcinfo-ID": f"<{info}>",
        "WARC-Date": _moment(_time(custody.retrieved) or now),
        "WARC-Target-URI": quote(address, safe=_SAFE) if address else "file:" + quote(custody.source, errors="replace"),
        "WARC-Payload-Digest": f"sha256:{custody.sha256}",
        "WARC-Block-Digest": f"sha256:{hashlib.sha256(block).hexdigest()}",
        "Content-Type": "application/http;msgtype=response"
        if is_answer
        else custody.media_type or "application/octet-stream",
    }
    if cut := header_of(custody.headers, _CUT.lower()):
        fields[_CUT] = cut
    return format_record(fields, block)


def _kind_of(custody: Custody) -> str:
    """Return the type of record that bytes are: what was cut out of an answer, or made of it, must not pass for the answer."""
    step = custody.steps[0].partition(":")[0] if custody.steps else ""
    is_web = (custody.address or "").startswith(("http://", "https://"))
    # The entries of a feed have its headers, but none that speaks of their bytes.
    if is_web and step not in _PARTS and header_of(custody.headers, "content-type"):
        return "response"
    return "conversion" if is_web or step == "row" else "resource"


_PARTS = ("row", "json", "email")
_KINDS = ("response", "resource", "conversion")
_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""What stays as it is in an address: it is quoted already."""


def _answer_of(custody: Custody, raw: bytes) -> bytes:
    """Return the answer with its body unpacked: headers that speak of the packed one are marked, as Common Crawl does."""
    lines = ["HTTP/1.1 200 OK"]
    for name, value in custody.headers:
        if _TOKEN.match(name) and name.lower() != _CUT.lower():
            lines.append(f"{'X-Crawl-' if name.lower() in PACKED else ''}{name}: {' '.join(value.split())}")
    lines.append(f"Content-Length: {len(raw)}")
    return "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n" + raw


def _about() -> bytes:
    try:
        own = version("demarche")
    except PackageNotFoundError:
        own = "unknown"
    told = {
        "software": f"demarche/{own}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description": "raw bytes of documents; bodies are kept without transfer and content encoding",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode()


def _id_of(record: WarcRecord) -> str:
    return record.fields.get("warc-record-id", "").removeprefix("<").removesuffix(">")


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(retrieved: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(retrieved or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _open_index(folder: Path) -> sqlite3.Connection:
    index = sqlite3.connect(folder / _INDEX, timeout=60)
    try:
        index.execute("PRAGMA journal_mode=WAL")
        index.execute("PRAGMA synchronous=NORMAL")  # what a power cut takes from it is read from the files again
        index.executescript(_TABLES)
    except sqlite3.Error:
        index.close()
        raise
    return index


def _look_into_index(folder: Path) -> sqlite3.Connection:
    """Return the index as it is, an empty one where there is none or it cannot be read without writing."""
    with suppress(sqlite3.Error):
        index = sqlite3.connect(f"file:{quote(str((folder / _INDEX).absolute()))}?mode=ro", uri=True, timeout=60)
        try:
            index.execute("SELECT 1 FROM records")
            return index
        except sqlite3.Error:
            index.close()
    index = sqlite3.connect(":memory:")
    index.executescript(_TABLES)
    return index


def _settle(file: BinaryIO) -> None:
    """See that what was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def _settle_folder(folder: Path) -> None:
    """See that a new file is in its folder after a power cut too, where the system can promise it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _lock(file: BinaryIO) -> bool:
    """Take a file for this program alone; False if another has it, or where files cannot be locked."""
    try:
        import fcntl
    except ImportError:  # Windows: every run begins a file of its own
        return False
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Tell errors of the disk and of the index as such of the folder."""
    try:
        yield
    except OSError as error:
        reason = f"the raw bytes cannot be kept or read: {error.strerror or error}; check the path and the space left"
        raise LedgerError(f"{folder}: {reason}") from error
    except sqlite3.Error as error:
        reason = f"its index cannot be used ({error}); delete {_INDEX} in it, and it is made anew"
        raise LedgerError(f"{folder}: {reason}") from error
