"""What a second coder made of a ledger that another had coded before."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Recoding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoding:
    """What became of the moves of documents when another coder read them.

    Parameters
    ----------
    coder
        Name and version of the coder that read them last.
    documents
        Documents that it read after another coder had.
    kept
        Moves that it found again: same trigger, same act. Their other fields are now as it has them.
    new
        Moves that only it found.
    superseded
        Moves of the coder before that it did not find, and so are out of the current view.
    said
        Moves that stand as they were because a person said something of them, or reviewed their sentence.
    aside
        Moves that it found where a person had spoken already: they stay out of the current view.
    """

    coder: str
    documents: int
    kept: int
    new: int
    superseded: int
    said: int
    aside: int
