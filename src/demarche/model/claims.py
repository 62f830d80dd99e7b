"""Claims: one alleged event, who asserts it, who denies it, who only passes it on. Never whether it is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demarche.model.findings import Finding

__all__ = ["Claim", "Claims", "Part", "Telling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One report of what a party says about an alleged event.

    Parameters
    ----------
    move
        Id of the move that says so.
    day
        Day of the move: of the alleged event where the report states it, of the accusation or denial where it states that. None if it
        is not known to the day.
    via
        Who is cited for what the party says, id or words; None where the publisher has it from the party itself.
    publisher
        Who published it, None where unknown.
    """

    move: str
    day: date | None
    via: str | None
    publisher: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part that one party has in a claim.

    Parameters
    ----------
    role
        ``asserts``: says that it happened. ``acknowledges``: says it of itself, as an admission or a boast. ``denies``: says that it did
        not happen, or not so. ``reports``: publishes it without saying who says so. ``reports not``: publishes, without saying
        who says so, that it did not happen. ``relays``: publishes only what others say.
    party
        Id, or the words where it is not resolved, or the publisher's name; None where nobody is named.
    resolved
        Whether `party` is the id of an actor. Words such as "witnesses" may be other people in every report.
    reports
        Clusters of reports that say so: copies of a text count once.
    tellings
        The reports, by day; none of a publisher that relays, whose reports stand with those whom it cites.
    evidence
        Ids of their moves.
    """

    role: str
    party: str | None
    resolved: bool
    reports: int
    tellings: tuple[Telling, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One alleged event with all that is said about it. Two claims are equal if every part of them is.

    Parameters
    ----------
    id
        ``c`` and 12 hexadecimal digits, from the move that founded it.
    act
        Code of the alleged act, None where the words name none that the codebook has.
    doers, targets
        Ids of those said to have done it, and to have suffered it; empty where no report resolves them.
    day
        Day of the alleged event, None where only accusations or denials speak of it.
    first, last
        First and last day of the tellings; None where none has a day.
    words
        Words of the report that founded the claim.
    status
        ``asserted``, ``asserted and denied``, ``denied``, or ``reported`` where neither is said of anybody.
    asserted_by, acknowledged_by, denied_by
        Number of parties that are resolved. Words that are not resolved and speakers that are not named do not count.
    asserted_in, acknowledged_in, denied_in, reported_in
        Clusters of reports in which it is asserted, acknowledged, denied, reported without attribution.
    parts
        Who has which part, those who assert first.
    rivals
        Ids of claims that say the like of other doers.
    evidence
        Ids of all moves of the claim.
    """

    id: str
    act: str | None
    doers: tuple[str, ...]
    targets: tuple[str, ...]
    day: date | None
    first: date | None
    last: date | None
    words: str
    status: str
    asserted_by: int
    asserted_in: int
    acknowledged_by: int
    acknowledged_in: int
    denied_by: int
    denied_in: int
    reported_in: int
    parts: tuple[Part, ...]
    rivals: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims(Finding):
    """Alleged events, each with who asserts and who denies it; it does not show which of them happened.

    Parameters
    ----------
    rows
        The claims, by their first day.
    window
        Days that two reports of the event may put between them.
    reply
        Days within which an accusation or a denial may follow.
    """

    rows: tuple[Claim, ...]
    window: int
    reply: int
