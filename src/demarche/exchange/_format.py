"""What every format that moves go out in has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from demarche.model import SourcedMove

__all__ = ["Format"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of other people's tools.

    Parameters
    ----------
    name
        How the command line calls it: ``plover``.
    title
        What it is, in a line.
    suffix
        Of its files, with the point.
    write
        Is given the moves (all of a document one after the other, in the order of their sentences) and whether the words of the
        documents may go along; yields the pieces of the file, as text or bytes, so that a file of any length takes no memory.
    """

    name: str
    title: str
    suffix: str
    write: Callable[[Iterable[SourcedMove], bool], Iterator[str] | Iterator[bytes]]
