"""Propositions: what contents of moves state, by whom asked for or refused; and how contents are given to them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

__all__ = ["Assignment", "Content", "Proposition"]

_GIVEN_UP = re.compile(
    r"(?:(?:its|their|his|her|the|any|all|earlier|former|old)\s+)*"
    r"(?:demands?|insistence|claims?|conditions?|objections?|opposition|refusal|resistance|veto)\b",
    re.IGNORECASE,
)
_UNLESS = re.compile(r"(?:unless|until|without)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The words of a move that state what is wanted, offered, refused or made a condition.

    Parameters
    ----------
    move
        Id of the move.
    version
        The entry of the ledger that wrote the move as it stands; None outside a ledger.
    issue, act
        Codes of the move. Only contents of one issue are compared.
    actors, recipients
        Ids of the parties that are resolved.
    words
        The exact words: of the content, or of the condition where the move is a threat.
    """

    move: str
    issue: str
    act: str
    words: str
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    version: int | None = None

    @property
    def turn(self) -> int:
        """-1 where the act means the contrary of what its words state, else 1.

        Who concedes "its demand for X" is not for X any more; who threatens "unless X" is not against X.

        Examples
        --------
        >>> Content(move="m1", issue="arms", act="threaten", words="unless they disarm").turn
        -1
        """
        words = self.words.strip()
        given_up = self.act == "concede" and _GIVEN_UP.match(words)
        return -1 if given_up or (self.act == "threaten" and _UNLESS.match(words)) else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposition:
    """A state of affairs that parties want or refuse.

    Parameters
    ----------
    id
        ``p`` and 12 hexadecimal digits: see :meth:`make_id`. It stays when documents are added.
    issue
        The issue that it belongs to.
    name
        Readable name: the words of the content that founded it, unless a person gave another.
    founder
        The move whose content founded it.
    moves
        Moves with this proposition; None where they were not counted.
    """

    id: str
    issue: str
    name: str
    founder: str
    moves: int | None = None

    @staticmethod
    def make_id(founder: str, issue: str) -> str:
        """Return the id of the proposition that a move founds.

        Examples
        --------
        >>> Proposition.make_id("m88a5249829e84266", "nuclear")
        'p172db38aac3f'
        """
        return "p" + hashlib.sha256(f"{founder}\x1f{issue}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """That the content of a move states a proposition, or its contrary.

    Parameters
    ----------
    move, proposition
        Their ids.
    polarity
        1 if the content states the proposition, -1 if it states the contrary.
    likeness
        Probability, 0 to 1, that the content and the nearest one of the proposition state the same; None where a person said so, or
        the content founded it.
    basis
        ``founded``, ``matched``, or ``pinned`` by a person.
    version
        The entry of the ledger that wrote the move whose words were compared; None outside a ledger.
    """

    move: str
    proposition: str
    polarity: int
    likeness: float | None
    basis: str
    version: int | None = None
