"""Propositions of an archive's contents: held for one analysis, not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from demarche.codebook import load_codebook
from demarche.errors import LedgerError
from demarche.model import Assignment, Content, Proposition

__all__ = ["HeldPropositions", "stance_acts"]


def stance_acts() -> list[str]:
    """Return the acts that take a stance, whose contents are grouped."""
    return [act.value for act, code in load_codebook().acts.items() if code.stance is not None]


class HeldPropositions:
    """What :func:`demarche.pipeline.group_propositions` asks of a ledger, for contents that no ledger holds.

    Parameters
    ----------
    rows
        Id, issue, act, content, condition, actors and recipients of moves, in their order.
    """

    def __init__(
        self, rows: Iterable[tuple[str, str, str, str | None, str | None, Sequence[str], Sequence[str]]] = ()
    ) -> None:
        self._contents = list(_contents(rows))
        self._given: dict[str, Assignment] = {}
        self._founded: dict[str, Proposition] = {}
        self._vectors: dict[tuple[str, str], bytes] = {}

    def contents(self, *, known: bool = False) -> Iterator[Content]:
        """Yield the contents that have a proposition, or have none."""
        return (content for content in self._contents if (content.move in self._given) == known)

    def assignments(self) -> list[Assignment]:
        """Return which proposition each content has."""
        return list(self._given.values())

    def proposition_ids(self) -> set[str]:
        """Return the ids of all propositions."""
        return set(self._founded)

    def propositions(self) -> list[Proposition]:
        """Return the propositions."""
        return list(self._founded.values())

    def group(self, founded: Sequence[Proposition], assigned: Sequence[Assignment], *, coder: str) -> None:
        """Hold new propositions and those of contents; `coder` is for ledgers, which say who grouped."""
        self._founded |= {one.id: one for one in founded}
        self._given |= {one.move: one for one in assigned}

    def vectors(self, coder: str, words: Sequence[str]) -> dict[str, bytes]:
        """Return the vectors that are held of words, by their keys."""
        return {key: self._vectors[coder, key] for key in words if (coder, key) in self._vectors}

    def keep_vectors(self, coder: str, made: Mapping[str, bytes]) -> None:
        """Hold the vectors of words."""
        self._vectors |= {(coder, key): value for key, value in made.items()}

    def judged_links(self, verdict: str) -> list[tuple[str, str]]:
        """Return no link: nobody has judged any in an archive."""
        return []

    def forecasts(self) -> list[Any]:
        """Return no forecast: they are recorded in ledgers."""
        return []

    def __getattr__(self, name: str) -> Any:
        """Raise LedgerError for what only a ledger does."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise LedgerError(
            "an archive is only read: take its documents into a ledger (demarche ingest) to change or record something"
        )


def _contents(
    rows: Iterable[tuple[str, str, str, str | None, str | None, Sequence[str], Sequence[str]]],
) -> Iterator[Content]:
    known = frozenset(stance_acts())
    for move, issue, act, content, condition, actors, recipients in rows:
        words = condition if act == "threaten" else content
        if act in known and words and words.strip():
            yield Content(
                move=move,
                issue=issue,
                act=act,
                words=words,
                actors=tuple(actors or ()),
                recipients=tuple(recipients or ()),
            )
