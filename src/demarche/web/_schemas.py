"""The shapes of the JSON interface, as its OpenAPI description states them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from demarche.model import Act, MoveFilter, Status, Voice

__all__ = [
    "CodeRequest",
    "CountOut",
    "DocumentOut",
    "DocumentRowOut",
    "ErrorOut",
    "FilterQuery",
    "LedgerMoveOut",
    "MoveOut",
    "OverviewOut",
]

_WORDS = 300
_DATE = r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?|unknown)$"


class ErrorOut(BaseModel):
    """What went wrong, for people, and the status of the answer."""

    error: str
    status: int


class SpanOut(BaseModel):
    """Words and where they stand: code points of the document's text, the end exclusive."""

    start: int
    end: int
    text: str


class MentionOut(SpanOut):
    """A party as the text names it, and whom it was found to mean."""

    id: str | None
    sector: str | None
    name: str | None
    link: str | None


class TimeOut(SpanOut):
    """Words that give a time, and the date they come to."""

    date: str | None
    precision: str | None


class MoveOut(BaseModel):
    """A move: the line format of ``demarche code --format jsonl``."""

    id: str
    document: str
    published: str | None
    sentence: SpanOut
    voice: Voice
    act: Act
    event: str | None
    mode: str | None
    quad: int | None
    status: Status
    issue: str
    trigger: SpanOut
    actors: list[MentionOut]
    recipients: list[MentionOut]
    content: SpanOut | None
    condition: SpanOut | None
    deadline: TimeOut | None
    when: TimeOut | None
    where: SpanOut | None
    source: MentionOut | None
    date: str | None
    date_precision: str | None
    date_basis: str | None
    confidence: float
    coder: str
    codebook: str


class LedgerMoveOut(MoveOut):
    """A move as it stands in the ledger now."""

    cluster: str
    verdict: str
    publisher: str | None
    title: str | None
    seq: int


class DocumentRowOut(BaseModel):
    """A document without its text."""

    id: str
    title: str | None
    publisher: str | None
    published: str | None
    moves: int


class DocumentOut(BaseModel):
    """A document with its text."""

    id: str
    text: str
    title: str | None
    url: str | None
    publisher: str | None
    language: str | None
    published: str | None
    sha256: str | None


class OverviewOut(BaseModel):
    """How much a ledger holds."""

    documents: int
    clusters: int
    copies: int
    sentences: int
    moves: int
    moves_once: int
    mentions: int
    resolved: int
    failures: int
    first: str | None
    last: str | None
    head: int = Field(description="The last entry of the log that is counted.")


class CountOut(BaseModel):
    """How often a value is reported: copies of a report counted once, and as often as it was reported."""

    value: str | None
    name: str | None
    moves: int
    mentions: int


class CodeRequest(BaseModel):
    """A text to code; nothing of it is kept."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=200_000)
    published: str | None = Field(default=None, max_length=40, description="ISO 8601 date of the text.")
    title: str | None = Field(default=None, max_length=_WORDS)


class FilterQuery(BaseModel):
    """Which moves to give: every field that is given must hold. The same names as on the command line."""

    model_config = ConfigDict(extra="forbid")

    actor: str | None = Field(default=None, max_length=80)
    recipient: str | None = Field(default=None, max_length=80)
    source: str | None = Field(default=None, max_length=80)
    act: Act | None = None
    quad: int | None = Field(default=None, ge=0, le=4)
    issue: str | None = Field(default=None, max_length=80)
    status: Status | None = None
    voice: Voice | None = None
    move: str | None = Field(default=None, max_length=64)
    since: str | None = Field(default=None, pattern=_DATE)
    until: str | None = Field(default=None, pattern=_DATE)
    publisher: str | None = Field(default=None, max_length=_WORDS)
    document: str | None = Field(default=None, max_length=500)
    cluster: str | None = Field(default=None, max_length=500)
    words: str | None = Field(default=None, max_length=_WORDS)
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=100_000)

    def wanted(self) -> MoveFilter:
        """Return the filter, without the paging."""
        given = {
            name: value for name, value in self.model_dump(exclude={"limit", "offset"}).items() if value is not None
        }
        plain: dict[str, Any] = {
            name: value.value if isinstance(value, Act | Status | Voice) else value for name, value in given.items()
        }
        return MoveFilter(**plain)
