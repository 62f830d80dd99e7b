"""Which files of an archive may be read: those of shards that are complete."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demarche.errors import InputError

__all__ = ["Shards", "find_shards", "read_manifest"]

_FORMAT = "demarche-archive/1"
_KINDS = ("documents", "failures", "moves")
_CLUSTERING = "1"
"""Version of how copies are told; another makes clusters that were found before stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shards:
    """The complete shards of an archive and their files.

    Parameters
    ----------
    names
        Sorted.
    unfinished
        Shards with files but without the mark of being complete.
    moves, documents, failures
        The files of complete shards, by shard, those of one shard by name.
    fingerprint
        Of the complete shards: another when one is added or written again.
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
    try:
        made = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(
            "is no archive: it has no manifest.json; name the folder that demarche scale code wrote", where=str(folder)
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"cannot be read as the manifest of an archive: {error}", where=str(path)) from error
    found = made.get("format") if isinstance(made, dict) else None
    if found != _FORMAT:
        reason = (
            f"is of the format {str(found)[:60]!r}, and this version reads {_FORMAT!r}; use the version that made it"
        )
        raise InputError(reason, where=str(path))
    return dict(made)


def find_shards(folder: Path) -> Shards:
    """Return what of an archive may be read."""
    done = {path.stem: path for path in (folder / "_done").glob("*.json") if path.is_file()}
    found: dict[str, list[Path]] = {kind: _parquet_of(folder / kind) for kind in _KINDS}
    ready = {kind: sorted((p for p in found[kind] if p.stem in done), key=_order) for kind in _KINDS}
    named = {path.stem for kind in _KINDS for path in found[kind]}
    digest = hashlib.sha256(_CLUSTERING.encode())
    for name in sorted(done):
        digest.update(f"\x1f{name}\x1f".encode("utf-8", "surrogatepass") + done[name].read_bytes())
    return Shards(
        names=tuple(sorted(done)),
        unfinished=tuple(sorted(named - set(done))),
        moves=tuple(map(str, ready["moves"])),
        documents=tuple(map(str, ready["documents"])),
        failures=tuple(map(str, ready["failures"])),
        fingerprint=digest.hexdigest()[:16],
    )


def _parquet_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.parquet") if path.is_file()] if folder.is_dir() else []


def _order(path: Path) -> tuple[str, str]:
    return path.stem, str(path)
