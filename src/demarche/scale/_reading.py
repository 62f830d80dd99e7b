"""An archive -> the coded documents in it, as a ledger takes them in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demarche.errors import DemarcheError, InputError, MissingExtra
from demarche.model import CodedDocument, Failure
from demarche.scale._layout import Layout
from demarche.scale._records import coded_from_row

__all__ = ["check_parquet", "is_archive", "read_archive"]

_BATCH = 64


def check_parquet() -> None:
    """Raise MissingExtra if what reads and writes Parquet is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise MissingExtra("an archive of Parquet", "parquet") from error


def is_archive(path: str | Path) -> bool:
    """Return whether a path is the folder of an archive of coded documents."""
    try:
        return Layout(Path(path)).read_manifest() is not None
    except InputError as error:
        # One of another version is one too, and reading it says so; any other manifest.json is a file like others.
        return "is of the format 'demarche-archive/" in error.reason


def read_archive(path: str | Path) -> Iterator[CodedDocument | Failure]:
    """Yield the coded documents of an archive, and failures in their place, in the order of its inputs; a few are held at a time.

    What could not be coded comes as the failure that it was. A file that is not as it was written is a failure, and nothing of it
    is given; so are shards that are not complete.

    Raises
    ------
    InputError
        If it is no archive, or one of another version.
    MissingExtra
        If pyarrow is not installed.
    """
    layout = Layout(Path(path))
    manifest = layout.read_manifest()
    if manifest is None:
        raise InputError("has no manifest.json; is it the folder that demarche scale code wrote?", where=str(path))
    check_parquet()
    for failure in manifest.get("left_out", []):
        yield Failure(**failure)
    incomplete = 0
    for shard in manifest["shards"]:
        try:
            done = layout.read_done(shard["name"])
            if done is None:
                incomplete += 1
            else:
                yield from _read_shard(layout, shard["name"], done)
        except (InputError, OSError) as error:
            yield _failure(path, error)
    if incomplete:
        reason = f"{incomplete} shards are not complete; start demarche scale code again, then take it in again"
        yield Failure(where=str(path), stage="sources", reason=reason)


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
    said = next((one["sha256"] for one in done.get("files", []) if one["name"] == name), None)
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
