"""Gathers what a dossier shows: the ledger in numbers, and each analysis once, on one frame of moves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from demarche.errors import LedgerError
from demarche.model import Document, LogEntry, MoveFilter, OpenMention, Plan, PlanChanges
from demarche.model.report import Digest, Dossier, Evidence, PlanRead, Scope
from demarche.model.reviews import MeasuredError

if TYPE_CHECKING:
    from demarche.ledger import Ledger

__all__ = ["find_evidence", "gather_dossier", "gather_findings", "gather_plans", "name_actors"]

_COMPARED = 3
"""Parties that are put side by side, each with each."""
_LOOKED, _OPEN = 5000, 200
"""Moves in which words that are not resolved are looked for, where a filter is set; and words that are kept."""


def gather_dossier(
    ledger: Ledger,
    moves: Any,
    *,
    scope: Scope,
    software: str,
    comparer: tuple[str, float],
    ungrouped: str | None,
    plans: tuple[tuple[PlanRead, ...], PlanChanges | None],
    measured: MeasuredError | None,
) -> Dossier:
    """Return all that a dossier shows of a ledger.

    Parameters
    ----------
    moves
        The frame of the moves that `scope` wants.
    comparer
        Name and version of what put contents together, and its threshold.
    ungrouped, plans, measured
        As of :class:`~demarche.model.report.Dossier`.
    """
    verification = ledger.verify()
    entered = ledger.log(limit=1)
    until = _last_day(moves, scope.at, entered)
    findings = gather_findings(ledger, moves, until=until, rows=scope.rows)
    return Dossier(
        software=software,
        scope=scope,
        until=until,
        overview=ledger.overview(),
        verification=verification,
        entered=entered[0].at if entered else None,
        ungrouped=ungrouped,
        coders=tuple(ledger.coders()),
        comparer=comparer[0],
        threshold=comparer[1],
        plans=plans[0],
        changes=plans[1],
        open_words=tuple(_open_words(ledger, scope.wanted)),
        open_whole=scope.wanted == MoveFilter(),
        measured=measured,
        grown=ledger.head() - (entered[0].seq if entered else 0),
        **findings,
    )


def gather_findings(ledger: Ledger, moves: Any, *, until: date, rows: int) -> dict[str, Any]:
    """Return the findings by the names that they have in a dossier."""
    from demarche.analysis.claims import find_claims
    from demarche.analysis.digest import digest_moves
    from demarche.analysis.network import build_network
    from demarche.analysis.positions import compare_positions, find_positions
    from demarche.analysis.repetition import measure_repetition
    from demarche.analysis.threats import find_threats

    digest = digest_moves(moves, until=until, rows=rows)
    positions = find_positions(moves, at=until)
    confirmed, undone = ledger.judged_links("confirmed"), ledger.judged_links("undone")
    return {
        "digest": digest,
        "positions": positions,
        "compared": tuple(
            compare_positions(moves, one, other, at=until) for one, other in _pairs(digest, positions.standing)
        ),
        "announced": tuple(
            find_threats(moves, act=act, until=until, confirmed=confirmed, undone=undone)
            for act in ("threaten", "promise", "offer")
        ),
        "claims": find_claims(moves),
        "repetitions": measure_repetition(moves),
        "network": build_network(moves),
    }


def _pairs(digest: Digest, standing: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of the parties that are reported most, of those that are reported to stand for or against something."""
    known = {row.actor for row in standing if row.stance}
    return combinations([party.value for party in digest.parties if party.value in known][:_COMPARED], 2)


def gather_plans(
    plans: Sequence[Document],
    *,
    at: date | None,
    match: Callable[[Document, date | None], Plan],
    compare: Callable[[Document, Document], PlanChanges],
) -> tuple[tuple[PlanRead, ...], PlanChanges | None]:
    """Return plans beside the ledger, and what became of the points of the first in the second, where there are two.

    Parameters
    ----------
    match
        Is given a plan and the day before which moves are matched: the plan's own, or else `at`.
    """
    read = tuple(
        PlanRead(title=plan.title, digest=_sha256(plan.text), found=match(plan, _day_of(plan) or at)) for plan in plans
    )
    return read, compare(plans[0], plans[1]) if len(plans) == 2 else None


def _day_of(plan: Document) -> date | None:
    return date.fromisoformat(plan.published[:10]) if plan.published and len(plan.published) >= 10 else None


def name_actors(ledger: Ledger, known: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Return what gives the name of an actor's id: that of the gazetteer, or the one with which it was settled.

    Parameters
    ----------
    known
        Gives the name of an id, without its sector, as the gazetteer has it.
    """
    settled = {row["id"]: row["name"] for row in ledger.settlements() if row["name"]}

    def name(actor: str) -> str | None:
        whole, _, sector = actor.partition(" ")
        found = known(actor) or known(whole) or settled.get(whole)
        return f"{found} ({sector})" if found and sector and not known(actor) else found

    return name


def find_evidence(ledger: Ledger) -> Callable[[str], Evidence | None]:
    """Return what gives a move by its id with what is known of its document; None if it is not there any more."""

    @cache
    def about(document: str) -> tuple[str | None, str | None]:
        found = ledger.document(document)
        return found.url, found.sha256

    @cache
    def find(move: str) -> Evidence | None:
        try:
            found = ledger.move(move)
            url, sha256 = about(found.move.document)
        except LedgerError:
            return None
        return Evidence(found=found, url=url, sha256=sha256)

    return find


def _last_day(moves: Any, at: date | None, entered: Sequence[LogEntry]) -> date:
    """Return the day asked for, else the last on which anything is published, is reported to happen, or was taken in."""
    days: list[date | None] = [at, moves["published"].max(), moves["date"].max()]
    days += [date.fromisoformat(entry.at[:10]) for entry in entered]
    return next((day for day in days if day), date.min)


def _open_words(ledger: Ledger, wanted: MoveFilter) -> list[OpenMention]:
    """Return the words that are not resolved: of the whole ledger, or of the first moves that pass the filter."""
    if wanted == MoveFilter():
        return ledger.open_mentions(limit=_OPEN)
    counts, examples = Counter[str](), dict[str, str]()
    for found in ledger.moves(wanted, limit=_LOOKED):
        named = (*found.move.actors, *found.move.recipients, *([found.move.source] if found.move.source else []))
        for words in {mention.span.text for mention in named if mention.id is None}:
            counts[words] += 1
            examples.setdefault(words, found.move.id)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_OPEN]
    return [OpenMention(words=words, moves=moves, example=examples[words]) for words, moves in ranked]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
