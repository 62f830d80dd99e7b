"""What each analysis needs of an archive: the columns that it reads, the rows that it uses, and the memory that they take.

An analysis of what is taken by its need comes to the same as one of all columns and rows: words are left out that it does not read, and
rows that it would only count and leave out are counted here. A row of a cluster of several documents always stays, because which
of them tells a move first is for the analysis to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from demarche.codebook import load_codebook

__all__ = ["BESIDE", "COLUMNS", "CONTENTS", "NEEDS", "Need", "need_of"]

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "VARCHAR",
        "document": "VARCHAR",
        "cluster": "VARCHAR",
        "seq": "BIGINT",
        "date": "DATE",
        "precision": "VARCHAR",
        "published": "DATE",
        "act": "VARCHAR",
        "event": "VARCHAR",
        "quad": "TINYINT",
        "status": "VARCHAR",
        "voice": "VARCHAR",
        "issue": "VARCHAR",
        "actors": "VARCHAR[]",
        "recipients": "VARCHAR[]",
        "source": "VARCHAR",
        "publisher": "VARCHAR",
        "confidence": "DOUBLE",
        "trigger": "VARCHAR",
        "content": "VARCHAR",
        "condition": "VARCHAR",
        "deadline": "DATE",
        "sentence": "VARCHAR",
        "proposition": "VARCHAR",
        "polarity": "TINYINT",
    }
)
"""The columns of `demarche.analysis.SCHEMA` with their types in DuckDB."""

CONTENTS = 5_000
"""Contents that are grouped at most for an analysis that has no result without propositions: some 30 a second and core are."""
BESIDE = 1_000
"""The same for an analysis that has a result without them, and that should not take minutes longer for a little more."""

_OF_COPIES = "CASE WHEN NOT alone THEN {} END"
_MUTUAL = "('meet', 'sign', 'cooperate')"
"""Acts whose participants are all actors, as the network of addresses takes them."""
_VOICE = ("opinion, not report", "coalesce(voice = 'report', false)")
_STATUS = ("status other than actual", "coalesce(status = 'actual', false)")
_ACTOR = ("actor not resolved", "len(actors) > 0")
_RECIPIENT = ("recipient not named or not resolved", "len(recipients) > 0")
_DAY = ("date not known to the day", "date IS NOT NULL AND coalesce(precision = 'day', false)")
_ADDRESSED = (_RECIPIENT[0], f"(len(recipients) > 0 OR (act IN {_MUTUAL} AND len(actors) > 1))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What an analysis needs.

    Parameters
    ----------
    columns
        Those that it reads.
    words
        Columns of which only some cells are needed: the expression that stands in their place.
    tests
        Reason and condition, in the order in which the analysis tests them: what fails is left out and counted.
    propositions
        ``needed``: there is no result without; ``helps``: statements are told apart by them too; ``copies``: only copies are, where what
        they say is not the same to the word.
    weight
        Bytes of memory that it takes at its peak for each move that is taken; measured by ``benchmarks/archive.py``.
    """

    columns: tuple[str, ...] = tuple(COLUMNS)
    words: Mapping[str, str] = field(default_factory=dict)
    tests: tuple[tuple[str, str], ...] = ()
    propositions: Literal["needed", "helps", "copies"] = "needed"
    weight: int = 4000

    def whole(self) -> Need:
        """Return the need of all columns and rows, for contents that are to be grouped."""
        return Need(propositions=self.propositions, weight=max(self.weight, 4000))


_PARTIES = ("id", "document", "cluster", "date", "precision", "act", "status", "voice", "issue", "actors", "recipients")
_WORDS = ("trigger", "content", "condition", "sentence")


def _material() -> str:
    acts = sorted(act.value for act, code in load_codebook().acts.items() if code.quad in (2, 4))
    return ", ".join(f"'{act}'" for act in [*acts, "accuse", "deny"])


def _of_claims(column: str) -> str:
    return f"CASE WHEN act IN ({_material()}) THEN {column} END"


NEEDS: Mapping[str, Need] = MappingProxyType(
    {
        **{name: Need() for name in ("propositions", "positions", "repetition", "plans", "stances")},
        "playbooks": Need(
            columns=(*_PARTIES, "content"),
            words={"content": _OF_COPIES.format("content")},
            tests=(_VOICE, _STATUS, _ACTOR, _RECIPIENT, _DAY),
            propositions="copies",
            weight=1400,
        ),
        "addresses": Need(
            columns=(*_PARTIES, "quad", "content"),
            words={"content": _OF_COPIES.format("content")},
            tests=(_VOICE, _STATUS, _ACTOR, _ADDRESSED),
            propositions="copies",
            weight=1700,
        ),
        "dated addresses": Need(
            columns=(*_PARTIES, "quad", "content"),
            words={"content": _OF_COPIES.format("content")},
            tests=(_VOICE, _STATUS, _ACTOR, _DAY, _ADDRESSED),
            propositions="copies",
            weight=1700,
        ),
        "claims": Need(
            columns=(*_PARTIES, "source", "publisher", "trigger", "content", "sentence"),
            words={name: _of_claims(name) for name in ("trigger", "content", "sentence")},
            propositions="copies",
            weight=2200,
        ),
        **{
            name: Need(
                columns=(*_PARTIES, "quad", "published", "source", *_WORDS, "deadline"),
                propositions="helps",
                weight=2600,
            )
            for name in ("threats", "outlook")
        },
    }
)
"""The needs of the analyses, by the verb that asks."""


def need_of(analysis: str) -> Need:
    """Return what an analysis needs; all columns and rows, propositions too, for one that is not known here."""
    return NEEDS.get(analysis, NEEDS["positions"])
