"""Where a command writes: standard output, or a file that is complete or not there at all."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

__all__ = ["open_output"]


@contextmanager
def open_output(
    output: str | None, *, binary: bool, when_gone: Callable[[], object] = lambda: None
) -> Iterator[IO[Any]]:
    """Yield the file to write to; None is standard output.

    A named file is written beside its place and put there when all is done: a run that fails or is interrupted leaves
    what was there before, and a file may be both read and written. A device or a pipe is written to as it is.

    Parameters
    ----------
    when_gone
        Is called where what reads standard output has gone before all was written, which is no error.
    """
    if output is None:
        with _standard_output(when_gone, binary=binary) as file:
            yield file
        return
    try:
        with _beside(Path(output), binary=binary) as file:
            yield file
    except OSError as error:
        raise _unwritable(output, error) from error


@contextmanager
def _beside(place: Path, *, binary: bool) -> Iterator[IO[Any]]:
    options: dict[str, Any] = {} if binary else {"encoding": "utf-8", "newline": ""}
    mode = "wb" if binary else "w"
    if place.exists() and not place.is_file():
        with open(place, mode, **options) as device:
            yield device
        return
    place = place.resolve()
    with tempfile.NamedTemporaryFile(mode, dir=place.parent, prefix=f".{place.name}.", delete=False, **options) as file:
        try:
            yield file
        except BaseException:
            os.unlink(file.name)
            raise
    os.chmod(file.name, 0o666 & ~_umask())
    os.replace(file.name, place)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _standard_output(when_gone: Callable[[], object], *, binary: bool) -> Iterator[IO[Any]]:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    try:
        yield sys.stdout.buffer if binary else sys.stdout
        sys.stdout.flush()
    except OSError as error:
        # What is still buffered has nowhere to go; without this Python complains of it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno != errno.EPIPE:
            raise _unwritable("standard output", error) from error
        when_gone()


class _Unwritable(click.ClickException):
    exit_code = 2


def _unwritable(output: str, error: OSError) -> _Unwritable:
    return _Unwritable(f"cannot write {output}: {error.strerror or error}; check the path and the space left")
