"""The closed vocabularies of a move. What each code means stands in the codebook's data files.

Issues are not here: users may add their own, so an issue is a plain string that the codebook checks.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Act", "Status", "Voice"]


class Act(StrEnum):
    """What one party does or says towards another: the 24 acts, in the order of the codebook."""

    PROPOSE = "propose"
    OFFER = "offer"
    PROMISE = "promise"
    ACCEPT = "accept"
    CONCEDE = "concede"
    ENDORSE = "endorse"
    SIGN = "sign"
    MEET = "meet"
    DEMAND = "demand"
    APPEAL = "appeal"
    REJECT = "reject"
    THREATEN = "threaten"
    ACCUSE = "accuse"
    CRITICIZE = "criticize"
    DENY = "deny"
    STATE = "state"
    COOPERATE = "cooperate"
    AID = "aid"
    RETREAT = "retreat"
    SANCTION = "sanction"
    MOBILIZE = "mobilize"
    COERCE = "coerce"
    ATTACK = "attack"
    PROTEST = "protest"


class Status(StrEnum):
    """How the text presents the move: as a fact, a plan, a possibility, a negation or background."""

    ACTUAL = "actual"
    PLANNED = "planned"
    POSSIBLE = "possible"
    NEGATED = "negated"
    PAST = "past"


class Voice(StrEnum):
    """Whether a sentence states or attributes facts, or gives its author's own judgement."""

    REPORT = "report"
    OPINION = "opinion"
