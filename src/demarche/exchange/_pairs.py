"""Who does it to whom, pair by pair: for the formats in which a row, or an edge, has one actor and one recipient."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

from demarche.model import Act, Mention, Move

__all__ = ["Pair", "each_once", "is_mutual", "pair_parties", "party_key"]

Pair = tuple[Mention, Mention]

_MUTUAL = frozenset({Act.MEET, Act.SIGN, Act.COOPERATE})
"""What several actors do with one another where no recipient is named."""


def is_mutual(move: Move) -> bool:
    """Tell whether the actors do it with one another."""
    return move.act in _MUTUAL and not move.recipients


def party_key(mention: Mention) -> str:
    """Return what tells a party from others: its id, else its words."""
    return mention.id or "?" + " ".join(mention.span.text.casefold().split())


def pair_parties(move: Move) -> list[Pair]:
    """Return every actor with every recipient, of what actors do with one another each with each later one.

    A party that is named twice in a role is there once, and is nobody's own counterpart.
    """
    actors, recipients = each_once(move.actors), each_once(move.recipients)
    pairs = combinations(actors, 2) if is_mutual(move) else product(actors, recipients)
    return [(actor, recipient) for actor, recipient in pairs if _same(actor) != _same(recipient)]


def each_once(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the parties of a role, by the first mention of each."""
    first: dict[tuple[str, str | None], Mention] = {}
    for mention in mentions:
        first.setdefault(_same(mention), mention)
    return list(first.values())


def _same(mention: Mention) -> tuple[str, str | None]:
    """Return what two mentions of one party have in common: a state's government and its parliament are two."""
    return party_key(mention), mention.sector
