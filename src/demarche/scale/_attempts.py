"""What a worker had in hand when it died: a process that is killed says nothing, so it writes down beforehand what it turns to.

Every attempt at a shard has a file of its own, which its end removes; what is left of one says where it died. A document that was in
hand at two deaths of one run is left out: a process can be killed for what another one did, but seldom twice at the same document.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

__all__ = ["Attempt"]

_TRIES = 2
_STARTS = 3
"""Deaths of workers that have no document in hand, from which a shard is given up for this run."""
_WIDTH = 40


class Attempt:
    """One attempt at a shard.

    Parameters
    ----------
    folder
        Of the shard, in which all attempts at it write.
    run
        Name of the run: a driver that was killed took workers with it that had done nothing wrong.
    """

    def __init__(self, folder: Path, run: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._deaths = Counter(_read(path) for path in folder.glob(f"{run}.*.at"))
        self._path = folder / f"{run}.{uuid4().hex}.at"
        self._file = open(self._path, "wb", buffering=0)
        self.turn_to("starting")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def turn_to(self, stage: str, number: int = 0) -> None:
        """Write down what is in hand from now on: the stage, and the number of the document in the shard."""
        self._file.seek(0)
        self._file.write(_mark(stage, number))

    def is_deadly(self, stage: str, number: int = 0) -> bool:
        """Tell whether workers died of this before."""
        return self._deaths[_mark(stage, number)] >= _TRIES

    @property
    def is_hopeless(self) -> bool:
        """Whether workers die before they have a document in hand, or when they have none any more."""
        return any(self._deaths[_mark(stage, 0)] >= _STARTS for stage in ("starting", "writing"))


def _mark(stage: str, number: int) -> bytes:
    return f"{stage} {number}".encode().ljust(_WIDTH)


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_WIDTH + 1)
    except OSError:  # its attempt has ended meanwhile
        return b""
