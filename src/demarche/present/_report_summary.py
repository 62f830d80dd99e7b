"""The first sections of a dossier: the summary, what the ledger holds, and the timeline."""

from __future__ import annotations

from collections.abc import Iterator

from demarche.model.report import Digest, ReportedAct, Tally
from demarche.model.threats import Case
from demarche.present._report_charts import chart_timeline
from demarche.present._report_findings import say_parties
from demarche.present._report_parts import Cell, Heading, Part, Piece, Points, Section, Strong, Table, Tag, Text, cell
from demarche.present._report_words import are, full_day, plural, short_day, span_of_days, spell
from demarche.present._report_writer import Writer

__all__ = ["say_holdings", "write_holdings", "write_summary", "write_timeline"]

_FEW = 5
"""Items of a list in the summary."""


def say_holdings(writer: Writer) -> list[tuple[str, str]]:
    """Return what stands under the title: what the dossier rests on, in a few lines."""
    digest, overview = writer.dossier.digest, writer.dossier.overview
    whole = writer.dossier.open_whole and writer.dossier.scope.at is None
    documents, clusters = (overview.documents, overview.clusters) if whole else (digest.documents, digest.clusters)
    without = "" if whole else " with a move that passes"
    lines = [
        ("Documents", f"{documents:,}{without}, {clusters:,} of them no copies of one another"),
        ("Published", span_of_days(digest.first_published, digest.last_published) if digest.total else "nothing"),
        ("Sources", _sources(digest)),
        (
            "Moves",
            f"{digest.once:,}, copies of a report counted once; {digest.moves:,} of them reports of what was done or said",
        ),
        ("As of", f"{full_day(writer.dossier.until)}; {_entries(writer)}"),
    ]
    filters = say_filter(writer)
    return [*lines, ("Only", filters)] if filters else lines


def _sources(digest: Digest) -> str:
    named = [row for row in digest.publishers if row.publisher]
    first = ", ".join(row.publisher or "" for row in named[:3])
    rest = digest.publishers_total - min(3, len(named))
    return f"{first}{f' and {rest} more' if rest > 0 else ''}" if named else "not named"


def _entries(writer: Writer) -> str:
    entered = writer.dossier.entered
    last = f"the last of {entered[:10]} (UTC)" if entered else "none yet"
    return f"{plural(writer.dossier.verification.entries, 'entry', 'entries')} in the log of the ledger, {last}"


def say_filter(writer: Writer) -> str:
    """Return the filter in words; empty where there is none."""
    scope = writer.dossier.scope
    named = {"min_confidence": "probability of the coder at least", "since": "from", "until": "up to"}
    parts = []
    for field in scope.wanted.__dataclass_fields__:
        value = getattr(scope.wanted, field)
        if value is not None:
            known = writer.name(value) if field in ("actor", "recipient", "source") else None
            told = ", ".join(value) if isinstance(value, tuple) else str(value)
            parts.append(f"{named.get(field, field)} {told}{f' ({known})' if known else ''}")
    parts += [f"what was published up to {full_day(scope.at)}"] if scope.at else []
    return "; ".join(parts)


def write_summary(writer: Writer) -> Section:
    """Return the summary: plain statements, each with its notes, none that is not a count of the ledger or a report in it."""
    parts: list[Part] = [
        Text(
            words=cell(
                "Every statement here says what texts report, not what is known to be true. The numbers in brackets "
                "lead to the notes at the end: the sentence, who published it and when."
            )
        )
    ]
    if not writer.dossier.digest.total:
        return Section(
            id="summary",
            title="Summary",
            parts=[*parts, Text(words=cell("Nothing is reported that passes the filter."))],
        )
    parts += [Points(items=tuple(_counted(writer)))]
    for title, acts in (
        ("Reported most widely", _widest(writer.dossier.digest)),
        ("Reported last", writer.dossier.digest.latest[:_FEW]),
    ):
        if acts:
            parts += [Heading(words=title), Points(items=tuple(writer.dated(act) for act in acts))]
    parts += [Heading(words="Open threats"), *_open_threats(writer)]
    parts += _disputed(writer)
    parts += _apart(writer)
    return Section(id="summary", title="Summary", parts=parts)


def _counted(writer: Writer) -> Iterator[Cell]:
    digest = writer.dossier.digest
    if digest.acts:
        yield cell("The acts reported most often are ", *_tallied(writer, digest.acts, by_name=False), ".")
    if digest.parties:
        yield cell("The parties reported most often to act are ", *_tallied(writer, digest.parties, by_name=True), ".")
    if digest.opinions_total:
        said = plural(digest.opinions_total, "move is an author's own judgement", "moves are an author's own judgement")
        yield cell(
            f"{said}, not a report. They stand apart, in the timeline, and in no other finding.",
            writer.cite(*_evidence(digest.opinions), most=2),
        )
    if digest.unresolved:
        named = plural(digest.unresolved, "move names nobody", "moves name nobody")
        yield cell(
            f"{named} to act who could be resolved, of {digest.once:,}. What a party did there is in no finding on "
            "that party."
        )
    yield cell(_say_error(writer))


def _say_error(writer: Writer) -> str:
    found = writer.dossier.measured
    precision = found.overall.precision if found else None
    if precision is None or precision.value is None or precision.interval is None:
        return "How often the coder errs in this ledger is not measured; how often it erred elsewhere stands under Measured error."
    spread = f"{precision.interval.low:.0%} to {precision.interval.high:.0%}"
    return f"By the sentences that people reviewed, {precision.value:.0%} ({spread}) of the moves in this ledger are what the text says."


def _evidence(acts: tuple[ReportedAct, ...]) -> list[tuple[str, ...]]:
    return [act.evidence for act in acts]


def _tallied(writer: Writer, tallies: tuple[Tally, ...], *, by_name: bool) -> Iterator[Piece | None]:
    shown = tallies[:_FEW]
    for place, tally in enumerate(shown):
        yield "" if place == 0 else " and " if place == len(shown) - 1 else ", "
        yield Strong(writer.called([tally.value]) if by_name else tally.value)
        yield f" ({plural(tally.moves, 'move') if place == 0 else tally.moves})"
        yield writer.cite(tally.evidence, most=1, total=tally.moves)


def _widest(digest: Digest) -> list[ReportedAct]:
    several = [act for act in digest.occasions if act.reports > 1]
    most = sorted(several, key=lambda act: -act.reports)[:_FEW]
    return [act for act in several if act in most]


def _open_threats(writer: Writer) -> Iterator[Part]:
    threats = writer.dossier.announced[0]
    still = [case for case in threats.rows if case.outcome == "open"]
    due = sorted((case for case in still if case.deadline), key=lambda case: str(case.deadline))
    ahead = [case for case in due if not case.deadline_passed]
    told = f"Of {plural(len(threats.rows), 'reported threat')}, {len(still):,} are open: nothing is reported to have ended them"
    yield Text(words=cell(f"{told}. {_due(len(due), len(ahead))}"))
    chosen = [*ahead, *(case for case in due if case.deadline_passed)][:_FEW]
    chosen += [case for case in reversed(still) if case not in chosen][: max(0, min(3, _FEW - len(chosen)))]
    if chosen:
        yield Points(items=tuple(_threat(writer, case) for case in chosen))


def _due(due: int, ahead: int) -> str:
    if not due:
        return "None of them has a deadline that is reported to the day; the last ones:"
    if due == 1:
        return f"One has a deadline that is reported to the day, which {'lies ahead' if ahead else 'has passed'}:"
    return (
        f"{due} have a deadline that is reported to the day; {ahead} of these {'lies' if ahead == 1 else 'lie'} ahead:"
    )


def _threat(writer: Writer, case: Case) -> Cell:
    to = f" against {writer.called(case.recipients)}" if case.recipients else ""
    said = writer.quoted(case.words)
    on = writer.quoted(case.condition) if case.condition != case.words else None
    passed = " (passed)" if case.deadline_passed else ""
    due = f", due by {full_day(case.deadline)}{passed}" if case.deadline else ""
    return cell(
        f"{full_day(case.first)}: ",
        Strong(writer.called(case.actors)),
        f" {are(len(case.actors))} reported to have made a threat{to}",
        ": " if said else None,
        said,
        ", on condition: " if on else None,
        on,
        f"{due}.",
        writer.cite(case.evidence, most=2),
    )


def _disputed(writer: Writer) -> Iterator[Part]:
    both = [claim for claim in writer.dossier.claims.rows if claim.status == "asserted and denied"]
    if both:
        items = tuple(
            cell(
                f"{short_day(claim.day or claim.first)}: ", writer.quoted(claim.words) or spell(claim.act or "an act"), ": asserted by ",
                *say_parties(writer, claim, ("asserts", "acknowledges")), ", denied by ", *say_parties(writer, claim, ("denies",)), ".",
            )
            for claim in both[:_FEW]
        )  # fmt: skip
        yield Heading(words="Asserted and denied")
        yield Points(items=items)


def _apart(writer: Writer) -> Iterator[Part]:
    known = [both for both in writer.dossier.compared if both.gap.n]
    if known:
        yield Heading(words="How far apart")
        yield Text(
            words=cell(
                f"By what the parties are reported to stand for and against up to {full_day(writer.dossier.until)}:"
            )
        )
        yield Points(
            items=tuple(
                cell(
                    writer.gap(both),
                    writer.cite(*(row.evidence for row in both.gap.rows if row.differ), most=3)
                    or writer.cite(*(row.evidence for row in both.gap.rows if row.differ is not None), most=3),
                )
                for both in known
            )
        )


def write_holdings(writer: Writer) -> Section:
    """Return what the ledger holds, and who published it."""
    digest = writer.dossier.digest
    publishers = Table(
        caption="Sources by documents with a move",
        head=("Publisher", "Documents", "Moves"),
        rows=tuple(
            (
                cell(row.publisher or "not known"),
                cell(f"{row.documents:,}"),
                cell(f"{row.moves:,}"),
            )
            for row in digest.publishers
        ),
        look="counts",
    )
    parts: list[Part] = [Text(words=cell(_say_ledger(writer))), Text(words=cell(_say_moves(digest)))]
    parts += [publishers] if digest.publishers else []
    more = writer.rest(len(digest.publishers), digest.publishers_total, "publisher", "demarche moves --by publisher")
    return Section(id="holdings", title="What the ledger holds", parts=[*parts, *([more] if more else [])])


def _say_ledger(writer: Writer) -> str:
    overview = writer.dossier.overview
    days = f", published {overview.first[:10]} to {(overview.last or '')[:10]}" if overview.first else ""
    failed = (
        f" {plural(overview.failures, 'item')} could not be taken in (demarche failures)." if overview.failures else ""
    )
    copies = plural(overview.copies, "document is a copy", "documents are copies")
    return (
        f"The ledger holds {plural(overview.documents, 'document')}{days}, in "
        f"{plural(overview.clusters, 'cluster')}: {copies} of another. They have "
        f"{plural(overview.sentences, 'sentence')} with {plural(overview.moves_once, 'move')}, copies counted "
        f"once.{failed}"
    )


def _say_moves(digest: Digest) -> str:
    statuses = ", ".join(f"{count:,} {status}" for status, count in digest.statuses)
    return (
        f"This dossier rests on {plural(digest.once, 'move')} in {plural(digest.documents, 'document')}: by status "
        f"{statuses or 'none'}; {digest.opinions_total:,} are opinion. Unless it is said otherwise, what follows "
        f"counts the {digest.moves:,} that are reports of what was done or said (voice report, status actual)."
    )


def write_timeline(writer: Writer) -> Section:
    """Return the timeline: counts by party and period, the occasions that most reports tell of, and opinion apart from them."""
    digest = writer.dossier.digest
    table = _occasions(writer, digest.occasions, "Acts that most independent reports tell of, by day")
    parts: list[Part] = (
        [table] if digest.occasions else [Text(words=cell("No act of a party is reported on a day that is known."))]
    )
    if digest.opinions:
        words = "An author's own judgement is no report. It is listed here and counted nowhere else."
        parts += [Heading(words="Opinion"), Text(words=cell(words))]
        parts += [_occasions(writer, digest.opinions, "Moves that are opinion, by day", opinion=True)]
    if digest.periods:
        parts.insert(0, _timeline_figure(writer, digest))
    return Section(id="timeline", title="Timeline", parts=[*parts, writer.rests(digest)])


def _timeline_figure(writer: Writer, digest: Digest) -> Part:
    left = plural(digest.undrawn, "move of these parties stands", "moves of these parties stand")
    undrawn = f" {left} in no bar: no day is known, or one far from the days of publication." if digest.undrawn else ""
    caption = (
        f"Moves by {digest.step} of the parties reported most, co-operation above the line, conflict below it; "
        "denials and plain statements are not drawn. A bar leads to the sentence of its move that is reported most "
        f"widely.{undrawn}"
    )
    spec = chart_timeline(digest, name=writer.name)
    return writer.figure(spec, "What the parties are reported to have done, through time", caption)


def _occasions(writer: Writer, acts: tuple[ReportedAct, ...], caption: str, *, opinion: bool = False) -> Table:
    rows = tuple(
        (
            cell(short_day(act.day, act.precision)),
            (*_told(writer, act, opinion=opinion), *cell(writer.cite(act.evidence))),
            cell(spell(act.issue)),
            cell(f"{act.reports}"),
        )
        for act in acts
    )
    told = "Written by an author" if opinion else "Reported"
    return Table(caption=caption, head=("Day", told, "Issue", "Reports"), rows=rows, look="occasions")


def _told(writer: Writer, act: ReportedAct, *, opinion: bool) -> Cell:
    if not opinion:
        return writer.reported(act)
    who = writer.called(act.actors) if act.actors else "nobody resolved"
    to = f" \u2192 {writer.called(act.recipients)}" if act.recipients else ""
    said = writer.quoted(act.words)
    status = "" if act.status == "actual" else f" ({act.status})"
    return cell(Tag("opinion", "opinion"), " ", Strong(who), f": {act.act}{status}{to}", ": " if said else None, said)
