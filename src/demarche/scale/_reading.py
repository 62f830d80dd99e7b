"""An archive -> the coded documents in it, as a ledger takes them in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demarche.errors import DemarcheError, InputError, MissingExtra
from demarche.model import CodedDocument, Failure
from demarche.scale._layout import Layout
from demarche.scale._records import coded_from_row

__all__ = ["check_parquet", "is_archive", "read_archive"]

_BATCH = 64
_HEAD = 256
_BEGINNING = re.compile(rb'\s*\{\s*"format"\s*:\s*"demarche-archive/')
"""Of a manifest, which names its format first."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""Of a shard: it becomes part of paths."""


def check_parquet() -> None:
    """Raise MissingExtra if what reads and writes Parquet is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise MissingExtra("an archive of Parquet", "parquet") from error


def is_archive(path: str | Path) -> bool:
    """Return whether a path is the folder of an archive of coded documents."""
    try:
        with open(Layout(Path(path)).manifest, "rb") as file:
            # One of another version, or a damaged one, is one too, and reading it says so; any other manifest.json is a file like others.
            return _BEGINNING.match(file.read(_HEAD)) is not None
    except (OSError, ValueError):  # a path that no file can have is a ValueError
        return False


def read_archive(path: str | Path) -> Iterator[CodedDocument | Failure]:
    """Yield the coded documents of an archive, and failures in their place, in the order of its inputs; a few are held at a time.

    What could not be coded comes as the failure that it was. A file that is not as it was written is a failure, and nothing of it
    is given; so are shards that are not complete.

    Raises
    ------
    InputError
        If it is no archive, or one of another version, or its manifest is damaged.
    MissingExtra
        If pyarrow is not installed.
    """
    layout = Layout(Path(path))
    manifest = layout.read_manifest()
    if manifest is None:
        raise InputError("has no manifest.json; is it the folder that demarche scale code wrote?", where=str(path))
    check_parquet()
    left_out, shards = _listed(manifest, layout)
    yield from left_out
    incomplete = 0
    for shard in shards:
        try:
            done = layout.read_done(shard)
            if done is None:
                incomplete += 1
            else:
                yield from _read_shard(layout, shard, done)
        except (InputError, OSError) as error:
            yield _failure(path, error)
    if incomplete:
        reason = f"{incomplete} shards are not complete; start demarche scale code again, then take it in again"
        yield Failure(where=str(path), stage="sources", reason=reason)


def _listed(manifest: dict[str, Any], layout: Layout) -> tuple[list[Failure], list[str]]:
    """Return what a manifest lists: what was not read, and the names of the shards.

    Raises
    ------
    InputError
        If it is not as we write it: an archive can come from somebody else.
    """
    try:
        left_out = [Failure(**{name: str(value) for name, value in one.items()}) for one in manifest["left_out"]]
        names = [shard["name"] for shard in manifest["shards"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"is damaged ({type(error).__name__}: {error})", where=str(layout.manifest)) from error
    for name in names:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise InputError(f"is damaged: {str(name)[:60]!r} is no name of a shard", where=str(layout.manifest))
    return left_out, names


def _read_shard(layout: Layout, shard: str, done: dict[str, Any]) -> Iterator[CodedDocument | Failure]:
    for place in (layout.documents(shard), layout.failures(shard)):
        _check_bytes(layout, place, done)
    for number, row in enumerate(_rows(layout.documents(shard)), 1):
        try:
            yield coded_from_row(row)
        except DemarcheError as error:
            reason = getattr(error, "reason", str(error))
            yield Failure(where=f"{layout.documents(shard)}:{number}", stage="sources", reason=reason)
    for row in _rows(layout.failures(shard)):
        yield Failure(where=row["where"], stage=row["stage"], reason=row["reason"])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, KeyError) as error:
        raise InputError(f"is no whole Parquet file ({str(error)[:120]})", where=str(path)) from error


def _check_bytes(layout: Layout, place: Path, done: dict[str, Any]) -> None:
    name = place.relative_to(layout.folder).as_posix()
    try:
        said = next((one["sha256"] for one in done.get("files", []) if one["name"] == name), None)
    except (KeyError, TypeError) as error:
        raise InputError(
            "is damaged; delete it, and code its shard again", where=str(layout.done(place.stem))
        ) from error
    with open(place, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if said not in (None, found):
        reason = "was changed after it was written; delete the file of its shard in _done, and code the shard again"
        raise InputError(reason, where=str(place))


def _failure(path: str | Path, error: Exception) -> Failure:
    if isinstance(error, InputError):
        return Failure(where=error.where or str(path), stage="sources", reason=error.reason)
    reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    return Failure(where=str(getattr(error, "filename", None) or path), stage="sources", reason=reason)
