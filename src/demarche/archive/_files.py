"""Which files of an archive may be read: those of shards that are complete, and that are as they were written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demarche.errors import InputError

__all__ = ["Shards", "check_link", "find_shards", "read_manifest"]

_FORMAT = "demarche-archive/1"
_KINDS = {"documents": "*.parquet", "failures": "*.parquet", "moves": "*/*.parquet"}
_CLUSTERING = "2"
"""Version of how copies are told; another makes clusters that were found before stale."""
_MOST = 2**27
"""Bytes of a file of JSON at most, which is read whole: many times what an archive of a hundred thousand shards has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """The complete shards of an archive and their files.

    Parameters
    ----------
    names
        In the order of the inputs, as the manifest has them; after them, by name, those that it does not name.
    unfinished
        Shards with files but without the mark of being complete.
    moves, documents, failures
        The files of complete shards, by shard, those of one shard by name.
    fingerprint
        Of the complete shards and their order: another when one is added or written again.
    """

    names: tuple[str, ...]
    unfinished: tuple[str, ...]
    moves: tuple[str, ...]
    documents: tuple[str, ...]
    failures: tuple[str, ...]
    fingerprint: str


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an archive; raises InputError if the folder is none."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise InputError(
            "is no archive: it has no manifest.json; name the folder that demarche scale code wrote", where=str(folder)
        )
    made = _parsed(path, _content(path, folder))
    found = made.get("format") if isinstance(made, dict) else None
    if found != _FORMAT:
        reason = (
            f"is of the format {str(found)[:60]!r}, and this version reads {_FORMAT!r}; use the version that made it"
        )
        raise InputError(reason, where=str(path))
    return dict(made)


def find_shards(folder: Path, manifest: Mapping[str, Any]) -> Shards:
    """Return what of an archive may be read.

    Raises
    ------
    InputError
        If a file of a complete shard is missing or not of the size that was written, or a link leads out of the folder.
    """
    marks = _files_in(folder / "_done", "*.json", folder)
    done = {path.stem: _content(path, folder) for path in marks}
    found = {kind: _files_in(folder / kind, pattern, folder) for kind, pattern in _KINDS.items()}
    ready = {kind: sorted((p for p in found[kind] if p.stem in done), key=_order) for kind in _KINDS}
    sizes = {path.relative_to(folder).as_posix(): _size(path) for kind in _KINDS for path in ready[kind]}
    for path in marks:
        _check_files(path, done[path.stem], sizes)
    names = _in_order(done, manifest)
    digest = hashlib.sha256(_CLUSTERING.encode())
    for name in names:
        digest.update(f"\x1f{name}\x1f".encode("utf-8", "surrogatepass") + done[name])
    return Shards(
        names=names,
        unfinished=tuple(sorted({path.stem for kind in _KINDS for path in found[kind]} - set(done))),
        moves=tuple(map(str, ready["moves"])),
        documents=tuple(map(str, ready["documents"])),
        failures=tuple(map(str, ready["failures"])),
        fingerprint=digest.hexdigest()[:16],
    )


def check_link(path: Path, folder: Path) -> None:
    """Raise InputError if a path is a link that leads out of the folder: an archive is read that others made."""
    if path.is_symlink() and not path.resolve().is_relative_to(folder):
        raise InputError("is a link that leads out of the archive; put in its place what it leads to", where=str(path))


def _files_in(place: Path, pattern: str, folder: Path) -> list[Path]:
    check_link(place, folder)
    found = [path for path in place.glob(pattern) if path.is_file()] if place.is_dir() else []
    for path in {*found, *(path.parent for path in found)}:
        check_link(path, folder)
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone, since it was looked for
        return -1


def _content(path: Path, folder: Path) -> bytes:
    """Return the bytes of a file of JSON."""
    check_link(path, folder)
    try:
        with path.open("rb") as file:
            found = file.read(_MOST + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    if len(found) > _MOST:
        raise InputError(f"has more than {_MOST // 2**20} MiB: no archive has that", where=str(path))
    return found


def _parsed(path: Path, content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is damaged: {str(error)[:100]}; have the archive made again", where=str(path)) from error


def _check_files(mark: Path, content: bytes, sizes: Mapping[str, int]) -> None:
    """Raise InputError if files that a complete shard names are not there as they were written: moves would lack unseen."""
    for one in _records(_parsed(mark, content), "files"):
        name = str(one.get("name"))
        if sizes.get(name) != one.get("size"):
            reason = f"names {name[:200]!r}, which is missing or not as it was written; wait for the end of a run, or start one"
            raise InputError(reason, where=str(mark))


def _in_order(done: Iterable[str], manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of complete shards in the order of the inputs: the order in which a ledger takes them in."""
    places = {str(one.get("name")): place for place, one in enumerate(_records(manifest, "shards"))}
    return tuple(sorted(done, key=lambda name: (places.get(name, len(places)), name)))


def _records(record: Any, name: str) -> list[dict[str, Any]]:
    """Return the records in a list of a record; what is none is passed over."""
    found = record.get(name) if isinstance(record, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _order(path: Path) -> tuple[str, str]:
    return path.stem, str(path)
