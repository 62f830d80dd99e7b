"""Where an archive of coded documents keeps what, and how a file of it comes to its place: whole, or not at all.

A shard is complete when its file in ``_done`` is there, which is written last. What else lies in the folder of a shard that is not
complete is what a run left that was broken off; it is replaced when the shard is done again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from demarche.errors import InputError

__all__ = ["FORMAT", "Layout", "put_in_place", "write_json"]

FORMAT = "demarche-archive/1"
"""What the manifest says of itself."""
_LOCK = "_lock"


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of an archive.

    Parameters
    ----------
    folder
        Where it is.
    """

    folder: Path

    @property
    def manifest(self) -> Path:
        """Where it says what it is."""
        return self.folder / "manifest.json"

    def documents(self, shard: str) -> Path:
        """Return the file with the documents of a shard."""
        return self.folder / "documents" / f"{shard}.parquet"

    def failures(self, shard: str) -> Path:
        """Return the file with what could not be coded."""
        return self.folder / "failures" / f"{shard}.parquet"

    def moves(self, shard: str, year: int | None) -> Path:
        """Return the file with the moves of a shard from documents of a year."""
        return self.folder / "moves" / f"year={'unknown' if year is None else year}" / f"{shard}.parquet"

    def all_moves(self, shard: str) -> list[Path]:
        """Return the files with moves of a shard that are there."""
        return sorted(self.folder.glob(f"moves/year=*/{shard}.parquet"))

    def done(self, shard: str) -> Path:
        """Return the file that says that a shard is complete."""
        return self.folder / "_done" / f"{shard}.json"

    def running(self, shard: str) -> Path:
        """Return the folder for what a shard needs while it is coded."""
        return self.folder / "_running" / shard

    def read_done(self, shard: str) -> dict[str, Any] | None:
        """Return what is known of a complete shard, None if it is not complete."""
        try:
            record = json.loads(self.done(shard).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", where=str(self.done(shard))) from error
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise InputError("is damaged; delete it, and its shard is done again", where=str(self.done(shard)))
        return record

    def complete(self, shard: str) -> dict[str, Any] | None:
        """Return what is known of a shard if it is complete and all its files are there in their sizes, None otherwise."""
        done = self.read_done(shard)
        if done is None:
            return None
        try:
            whole = all((self.folder / one["name"]).stat().st_size == one["size"] for one in done.get("files", []))
        except OSError:  # one is gone, or cannot be reached
            return None
        return done if whole else None

    def read_manifest(self) -> dict[str, Any] | None:
        """Return what the archive says of itself, None if there is none.

        Raises
        ------
        InputError
            If it is damaged, or of another version of the format.
        """
        try:
            record = json.loads(self.manifest.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(f"cannot be read ({error})", where=str(self.manifest)) from error
        found = record.get("format") if isinstance(record, dict) else None
        if found != FORMAT:
            reason = (
                f"is of the format {str(found)[:60]!r}, and this version reads {FORMAT!r}; use the version that made it"
            )
            raise InputError(reason, where=str(self.manifest))
        return dict(record)

    @property
    def is_foreign(self) -> bool:
        """Whether the folder holds something that is no archive."""
        if not self.folder.exists() or self.manifest.exists():
            return False
        # A run that was killed early leaves its lock, and a manifest that did not come to its place.
        ours = (_LOCK, f".{self.manifest.name}.")
        return not self.folder.is_dir() or any(not path.name.startswith(ours) for path in self.folder.iterdir())

    def clear(self, shard: str) -> None:
        """Remove all that is there of a shard; what says that it is complete goes first."""
        self.done(shard).unlink(missing_ok=True)
        for path in (self.documents(shard), self.failures(shard), *self.all_moves(shard)):
            path.unlink(missing_ok=True)

    def clear_running(self, shard: str) -> None:
        """Remove what a shard needed while it was coded."""
        shutil.rmtree(self.running(shard), ignore_errors=True)
        with suppress(OSError):  # others are still there
            self.running(shard).parent.rmdir()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the archive for this program, where files can be locked; it is let go whatever ends the program.

        Raises
        ------
        InputError
            If another program holds it, or the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = open(self.folder / _LOCK, "ab")
        except OSError as error:
            reason = f"cannot be written: {error.strerror or error}; check the path"
            raise InputError(reason, where=str(self.folder)) from error
        with file:
            if not (_is_free(file.fileno()) and _is_there(file.fileno(), self.folder / _LOCK)):
                raise InputError("another run writes into it; wait for its end, or stop it", where=str(self.folder))
            try:
                yield
            finally:
                self._remove_empty()

    def _remove_empty(self) -> None:
        """Remove the folder if nothing came to be in it."""
        if [path.name for path in self.folder.iterdir()] == [_LOCK]:
            with suppress(OSError):
                (self.folder / _LOCK).unlink()
                self.folder.rmdir()


def _is_free(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system that has no locks
        return True
    return True


def _is_there(handle: int, path: Path) -> bool:
    """Return whether a file that is open is still the one at its path: who held it before can have removed it."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def put_in_place(made: Path, place: Path) -> None:
    """Move a file that is whole to its place, so that it is there after a power cut too."""
    with open(made, "rb+") as file:
        os.fsync(file.fileno())
    place.parent.mkdir(parents=True, exist_ok=True)
    os.replace(made, place)
    with suppress(OSError):  # where a folder cannot be opened
        handle = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_json(place: Path, record: Any) -> None:
    """Write a record, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    made = place.with_name(f".{place.name}.{uuid4().hex}")
    made.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    put_in_place(made, place)
