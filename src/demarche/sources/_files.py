"""Files, folders and standard input -> documents, streamed; what cannot be read becomes a failure and the run goes on."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources._bytes import Stream
from demarche.sources._reading import read_raw
from demarche.sources.adapters import find_adapters

__all__ = ["from_folder", "raw_file", "read_sources"]

Item = Document | Failure


def read_sources(
    paths: Iterable[str],
    *,
    stdin: BinaryIO | None = None,
    columns: Mapping[str, str] | None = None,
    keep: bool = False,
) -> Iterator[Item]:
    """Yield the documents of files, or failures in their place, in order; one is held at a time.

    Parameters
    ----------
    paths
        Files of a format that an adapter reads (:func:`~demarche.sources.adapters.find_adapters`), archives and folders of them;
        text if none does. ``-`` is standard input, whose format is recognised.
    stdin
        Standard input; that of the process by default.
    columns
        Of tables and JSON lines, the columns by the field of a document that they hold: ``{"text": "body"}``.
    keep
        Whether the raw bytes travel with each document, in its custody.
    """
    yield from find_adapters().broken
    for path in paths:
        try:
            for raw in _from_stdin(stdin or sys.stdin.buffer) if path == "-" else _from_path(Path(path)):
                yield from read_raw(raw, columns=columns, keep=keep)
        except InputError as error:
            yield Failure(where=error.where or path, stage="sources", reason=error.reason)
        except (OSError, ValueError) as error:  # a path that no file can have is a ValueError
            reason = f"cannot be read: {getattr(error, 'strerror', None) or error}; check the path"
            yield Failure(where=path, stage="sources", reason=reason)


def _from_path(path: Path) -> Iterator[Raw]:
    if path.is_dir():
        yield from from_folder(path)
        return
    if stat.S_ISREG(path.stat().st_mode):
        yield raw_file(path)
    else:  # a pipe: what comes through it comes once
        with open(path, "rb") as stream:
            yield _from_stream(stream, where=str(path), name=path.name)


def from_folder(folder: Path) -> Iterator[Raw]:
    """Yield the files of a folder and the folders in it, hidden ones left out, in the order of their names."""
    paths = sorted(path for path in folder.rglob("*") if not _is_hidden(path.relative_to(folder)) and _is_read(path))
    if not paths:
        raise InputError("is a folder without files; there is nothing to read", where=str(folder))
    for path in paths:
        reason = _wrong_link(path, folder)
        yield _refused(path, reason) if reason else raw_file(path)


def _is_read(path: Path) -> bool:
    return path.is_file() or (path.is_symlink() and path.is_dir())


def _wrong_link(path: Path, folder: Path) -> str | None:
    """Return why a link is not followed: who fills a folder with what was sent to him does not mean the rest of the machine."""
    if not path.is_symlink():
        return None
    if path.is_dir():
        return "is a link to a folder, which is not followed; name the folder itself"
    if not path.resolve().is_relative_to(folder.resolve()):
        return "is a link that leads out of the folder; name the file itself"
    return None


def _refused(path: Path, reason: str) -> Raw:
    def refuse() -> BinaryIO:
        raise InputError(reason)

    return Raw(where=str(path), name=path.name, open=refuse)


def raw_file(path: Path) -> Raw:
    """Return the bytes of a file."""
    try:
        size = path.stat().st_size
    except OSError:  # to open it says why
        size = None
    return Raw(where=str(path), name=path.name, open=lambda: open(path, "rb"), size=size)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _from_stdin(stream: BinaryIO) -> Iterator[Raw]:
    yield _from_stream(stream, where="<stdin>", name="")


def _from_stream(stream: BinaryIO, *, where: str, name: str) -> Raw:
    """Return what comes once; what begins with a brace is JSON, by lines or whole, so that a broken line is no prose."""
    opened = Stream(stream)
    first = b"" if name else opened.peek().removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0].strip()
    kind = "application/json" if first == b"{" else "application/x-ndjson" if first.startswith(b"{") else None
    return Raw(where=where, name=name, open=opened, media_type=kind)
