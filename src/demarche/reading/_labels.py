"""The label sets of the reader's heads: one order for training, export and decoding."""

from __future__ import annotations

from demarche.model import Act, Status, Voice

__all__ = [
    "ACTS",
    "ISSUES",
    "LISTS",
    "NONE",
    "RECIPIENT_TAGS",
    "ROLES",
    "ROLE_TAGS",
    "STATUSES",
    "TRIGGER_TAGS",
    "VOICES",
]

NONE = "none"
"""The act of a candidate trigger that is none: it rejects false triggers."""

ACTS: tuple[str, ...] = (*(act.value for act in Act), NONE)
STATUSES: tuple[Status, ...] = tuple(Status)
VOICES: tuple[Voice, ...] = tuple(Voice)

ISSUES: tuple[str, ...] = (
    "territory",
    "withdrawal",
    "ceasefire",
    "security_guarantees",
    "alliance",
    "recognition",
    "borders",
    "autonomy",
    "government",
    "sanctions_trade",
    "nuclear",
    "arms",
    "prisoners",
    "humanitarian",
    "refugees",
    "justice",
    "reparations",
    "talks",
    "peacekeeping",
    "terrorism",
    "energy",
    "maritime",
    "cyber",
    "diplomacy",
    "rights",
    "aid",
    "force",
    "other",
)
"""The issues that the weights know; the codebook may have more."""

ROLES: tuple[str, ...] = ("actors", "content", "condition", "deadline", "when", "where", "source")
"""Roles whose spans never overlap each other; recipients may stand inside content and have a tag set of their own."""

LISTS = frozenset({"actors", "recipients"})
"""Roles that hold several spans; of the others the likeliest span is kept."""

TRIGGER_TAGS: tuple[str, ...] = ("O", "B", "I")
ROLE_TAGS: tuple[str, ...] = ("O", *(f"{mark}-{role}" for role in ROLES for mark in "BI"))
RECIPIENT_TAGS: tuple[str, ...] = ("O", "B-recipients", "I-recipients")
