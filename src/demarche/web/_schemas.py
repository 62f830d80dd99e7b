"""The shapes of the JSON interface, as its OpenAPI description states them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from demarche.model import Act, MoveFilter, Status, Voice

__all__ = [
    "CodeRequest",
    "CountOut",
    "CountQuery",
    "DocumentOut",
    "DocumentRowOut",
    "ErrorOut",
    "FilterQuery",
    "LedgerMoveOut",
    "MoveOut",
    "OverviewOut",
    "SessionOut",
]

_WORDS = 300
_DATE = r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?|unknown)$"


class ErrorOut(BaseModel):
    """What went wrong, for people, and the status of the answer."""

    error: str = Field(description="What is wrong and what to do.")
    status: int = Field(description="The HTTP status of the answer.")


class SpanOut(BaseModel):
    """Words and where they stand: code points of the document's text, the end exclusive."""

    start: int = Field(description="Code points before it in the text of the document.")
    end: int = Field(description="Where it ends, exclusive.")
    text: str = Field(description="The words: text[start:end] of the document.")


class MentionOut(SpanOut):
    """A party as the text names it, and whom it was found to mean."""

    id: str | None = Field(description="ISO 3166-1 alpha-3, or the id of the gazetteer; null: not resolved.")
    sector: str | None = Field(description="GOV, MIL, REB, OPP ...")
    name: str | None = Field(description="Its usual name.")
    link: str | None = Field(description="How it was resolved: name, office, metonym, adjective, pronoun, short form.")


class TimeOut(SpanOut):
    """Words that give a time, and the date they come to."""

    date: str | None = Field(description="ISO date, as long as it is precise.")
    precision: str | None = Field(description="day, week, month or year.")


class MoveOut(BaseModel):
    """A move: the line format of ``demarche code --format jsonl``."""

    id: str = Field(description="Stable for the same document, trigger and act.")
    document: str = Field(description="Id of the document.")
    published: str | None = Field(description="ISO date of the document.")
    sentence: SpanOut = Field(description="The sentence that says so.")
    voice: Voice = Field(description="Report, or the opinion of the author.")
    act: Act = Field(description="What was done or said.")
    event: str | None = Field(description="PLOVER event type; null for deny and state.")
    mode: str | None = Field(description="Not coded yet.")
    quad: int | None = Field(description="PLOVER quad class, 1 to 4.")
    status: Status = Field(description="Whether it is told as a fact, a plan, a possibility, a negation or background.")
    issue: str = Field(description="What it is about.")
    trigger: SpanOut = Field(description="The words that say the act.")
    actors: list[MentionOut] = Field(description="Who did it.")
    recipients: list[MentionOut] = Field(description="To whom.")
    content: SpanOut | None = Field(description="What is demanded, offered, rejected ...")
    condition: SpanOut | None = Field(description="On what condition.")
    deadline: TimeOut | None = Field(description="By when.")
    when: TimeOut | None = Field(description="Words that say when it took place.")
    where: SpanOut | None = Field(description="Words that say where.")
    source: MentionOut | None = Field(description="Whom the text cites for it.")
    date: str | None = Field(description="When it took place or is to: ISO date, as long as it is precise.")
    date_precision: str | None = Field(description="day, week, month or year.")
    date_basis: str | None = Field(
        description="What the date rests on: explicit, context, dateline, published, announced."
    )
    confidence: float = Field(description="The coder's probability for trigger and act, 0 to 1.")
    coder: str = Field(description="Name and version of the coder.")
    codebook: str = Field(description="Version of the codebook.")


class LedgerMoveOut(MoveOut):
    """A move as it stands in the ledger now."""

    cluster: str = Field(description="Id of the cluster of copies that its document belongs to.")
    verdict: str = Field(description="coded, or what a person made of it: accepted, amended, added.")
    publisher: str | None = Field(description="Of the document.")
    title: str | None = Field(description="Of the document.")
    seq: int = Field(description="The entry of the log that made it what it is.")


class DocumentRowOut(BaseModel):
    """A document without its text."""

    id: str = Field(description="Id of the document.")
    title: str | None = Field(description="Its title.")
    publisher: str | None = Field(description="Who published it.")
    published: str | None = Field(description="ISO date.")
    moves: int = Field(description="How many moves stand in it.")


class DocumentOut(BaseModel):
    """A document with its text."""

    id: str = Field(description="Id of the document.")
    text: str = Field(description="The normalised text, to which all offsets refer.")
    title: str | None = Field(description="Its title.")
    url: str | None = Field(description="Its address.")
    publisher: str | None = Field(description="Who published it.")
    language: str | None = Field(description="ISO 639-1 code.")
    published: str | None = Field(description="ISO date or date-time.")
    sha256: str | None = Field(description="Of the bytes that it was read from.")


class OverviewOut(BaseModel):
    """How much a ledger holds."""

    documents: int = Field(description="Documents.")
    clusters: int = Field(description="Documents, copies counted once.")
    copies: int = Field(description="Documents that are copies of another.")
    sentences: int = Field(description="Sentences.")
    moves: int = Field(description="Moves.")
    moves_once: int = Field(description="Moves, those of copies counted once.")
    mentions: int = Field(description="Parties named.")
    resolved: int = Field(description="Parties named of whom it is known who they are.")
    failures: int = Field(description="Documents that could not be coded.")
    first: str | None = Field(description="The first date of a move.")
    last: str | None = Field(description="The last date of a move.")
    head: int = Field(description="The last entry of the log that is counted.")


class CountOut(BaseModel):
    """How often a value is reported: copies of a report counted once, and as often as it was reported."""

    value: str | None = Field(description="The value that is counted; null: not known.")
    name: str | None = Field(description="The name of an actor.")
    moves: int = Field(description="How often, copies counted once.")
    mentions: int = Field(description="How often, with the copies.")


class SessionOut(BaseModel):
    """Who asks, and the token that every call needs that is no GET."""

    user: str | None = Field(description="Name of the account; null: nobody is logged in.")
    role: str | None = Field(description="reader, reviewer or admin; null: nobody is logged in.")
    token: str = Field(description="For the header X-CSRF-Token; it goes with the cookie of this session.")


class CodeRequest(BaseModel):
    """A text to code; nothing of it is kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "Kyiv rejected the plan on Tuesday.", "published": "2025-11-27"}]},
    )

    text: str = Field(min_length=1, max_length=200_000, description="An English report or statement.")
    published: str | None = Field(default=None, max_length=40, description="ISO 8601 date of the text.")
    title: str | None = Field(default=None, max_length=_WORDS, description="Its title.")


class FilterQuery(BaseModel):
    """Which moves to give: every field that is given must hold. The same names as on the command line."""

    model_config = ConfigDict(extra="forbid")

    actor: str | None = Field(
        default=None,
        max_length=80,
        description="Id of who did it: USA, UN, LBN-HEZBOLLAH; `unknown`: named, but not resolved.",
    )
    recipient: str | None = Field(default=None, max_length=80, description="Id of to whom.")
    source: str | None = Field(default=None, max_length=80, description="Id of whom the text cites.")
    act: Act | None = Field(default=None, description="The act.")
    quad: int | None = Field(default=None, ge=0, le=4, description="Quad class; 0: acts that have none.")
    issue: str | None = Field(default=None, max_length=80, description="The issue.")
    status: Status | None = Field(default=None, description="The status.")
    voice: Voice | None = Field(default=None, description="Report or opinion.")
    move: str | None = Field(default=None, max_length=64, description="Id of the one move.")
    since: str | None = Field(
        default=None,
        pattern=_DATE,
        description="Not before this date (2025, 2025-11 or 2025-11-27); `unknown`: the moves without a date.",
    )
    until: str | None = Field(default=None, pattern=_DATE, description="Not after this date.")
    publisher: str | None = Field(default=None, max_length=_WORDS, description="Who published it.")
    document: str | None = Field(default=None, max_length=500, description="Id of the document.")
    cluster: str | None = Field(default=None, max_length=500, description="Id of the cluster of copies.")
    words: str | None = Field(
        default=None,
        max_length=_WORDS,
        description="Words that the sentence has, all of them; in quotation marks, in that order.",
    )
    min_confidence: float | None = Field(default=None, ge=0, le=1, description="The coder's probability, at least.")
    limit: int = Field(default=100, ge=1, le=1000, description="At most so many.")
    offset: int = Field(default=0, ge=0, le=100_000, description="So many are passed over.")

    def wanted(self) -> MoveFilter:
        """Return the filter, without the paging."""
        given = {
            name: value
            for name, value in self.model_dump(exclude={"by", "limit", "offset"}).items()
            if value is not None
        }
        plain: dict[str, Any] = {
            name: value.value if isinstance(value, Act | Status | Voice) else value for name, value in given.items()
        }
        return MoveFilter(**plain)


class CountQuery(FilterQuery):
    """Which moves to count, and by what."""

    by: Literal["act", "issue", "status", "voice", "publisher", "date", "cluster", "actor", "recipient"] = Field(
        description="What is counted."
    )
