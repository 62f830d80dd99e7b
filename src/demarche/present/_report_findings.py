"""The sections on claims, repeated demands, plans and the network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from demarche.model.claims import Claim
from demarche.model.network import Edge, Network
from demarche.model.plans import PartyWords, PlanChanges, PlanPoint
from demarche.model.repetition import Repetition
from demarche.model.report import PlanRead
from demarche.present._marks import show_line
from demarche.present._report_parts import (
    Cell,
    Heading,
    Line,
    Part,
    Piece,
    Section,
    Small,
    Strong,
    Table,
    Tag,
    Text,
    cell,
)
from demarche.present._report_words import full_day, plural, short_day, span_of_days, spell
from demarche.present._report_writer import Writer
from demarche.present.charts.network import chart_network
from demarche.present.claims import describe_event, name_party, order_claims

__all__ = ["say_parties", "write_claims", "write_demands", "write_network", "write_plans"]


# Claims

_BARE = ("reports", "reports not")
"""Parts of publishers that do not say who says so."""


def write_claims(writer: Writer) -> Section:
    """Return the alleged events, those first that are both asserted and denied, with who says what."""
    found = writer.dossier.claims
    shown = order_claims(found.rows)[: writer.rows]
    # A column in which every cell says "none" tells nothing.
    bare = any(part.role in _BARE for claim in shown for part in claim.parts)
    table = Table(
        caption=f"{len(shown)} of {plural(len(found.rows), 'alleged event')}: who asserts and who denies it",
        head=("Day", "Alleged", "Asserted", "Denied", *(["Reported without a source"] if bare else [])),
        rows=tuple(_claim_row(writer, claim)[: 5 if bare else 4] for claim in shown),
        look="claims",
        leads=1,
    )
    words = (
        "What parties say of alleged events. No count makes an event a fact: it does not show which of them happened."
    )
    rest = writer.rest(len(shown), len(found.rows), "alleged event", "demarche claims")
    empty = Text(words=cell("No alleged event is asserted or denied."))
    parts = [Text(words=cell(words)), table if shown else empty, *([rest] if rest else []), writer.rests(found)]
    return Section(id="claims", title="Asserted and denied", parts=parts)


def _claim_row(writer: Writer, claim: Claim) -> tuple[Cell, ...]:
    words = writer.quoted(claim.words)
    told = describe_event(claim, name=writer.name)
    day = short_day(claim.day) if claim.day else f"{short_day(claim.first)} (said)" if claim.first else "no date"
    return (
        cell(day),
        cell(told, ": " if words else None, words, Line(claim.id)),
        cell(*say_parties(writer, claim, ("asserts", "acknowledges"))) or ("nobody",),
        cell(*say_parties(writer, claim, ("denies",))) or ("nobody",),
        cell(*say_parties(writer, claim, _BARE)) or ("none",),
    )


def say_parties(writer: Writer, claim: Claim, roles: tuple[str, ...]) -> Iterator[Piece | None]:
    """Yield those who have one of the parts in a claim, each with notes; words that are not resolved as they stand, if words may."""
    own = [part for part in claim.parts if part.role in roles]
    for place, part in enumerate(own[:4]):
        publisher = part.role in _BARE
        known = part.resolved or publisher or writer.texts
        yield "; " if place else None
        yield Strong(name_party(part.party, name=writer.name) if known else "somebody not resolved")
        yield {"acknowledges": " (of itself)", "reports not": " (that it did not happen)"}.get(part.role)
        yield writer.cite(part.evidence, most=2)
    if len(own) > 4:
        yield f" and {len(own) - 4} more"


# Demands


def write_demands(writer: Writer) -> Section:
    """Return the demands that are repeated, and how much each party repeats itself where it says enough."""
    found = writer.dossier.repetitions
    shown = found.demands[: writer.rows]
    parts: list[Part] = []
    if shown:
        parts.append(
            Table(
                caption=f"{len(shown)} of {plural(len(found.demands), 'demand')} reported on two days or more",
                head=("Party", "Asks for", "Issue", "Days", "Reported"),
                rows=tuple(
                    (
                        cell(Strong(writer.called([row.actor]))),
                        cell(
                            "" if row.stance == "for" else "the contrary of: ",
                            writer.proposition(row.proposition),
                            writer.cite(row.evidence, most=4),
                        ),
                        cell(spell(row.issue)),
                        cell(str(row.occasions)),
                        cell(f"{span_of_days(row.first, row.last)}; {plural(row.clusters, 'report')}"),
                    )
                    for row in shown
                ),
                look="demands",
            )
        )
    else:
        parts.append(Text(words=cell("No demand or appeal of one party is reported on two days or more.")))
    measured = [row for row in found.rows if row.repetition is not None][: writer.rows]
    if measured:
        parts += [Heading(words="How much a party repeats itself"), _repetition(writer, measured, found.m)]
    return Section(id="demands", title="Repeated demands", parts=[*parts, writer.rests(found)])


def _repetition(writer: Writer, rows: Sequence[Repetition], m: int) -> Table:
    return Table(
        caption=f"R: by how much {m} statements fall short of {m} propositions, 0 (all differ) to {1 - 1 / m:.1f} (all the same)",
        head=("Party", "R", "95 % interval", "Statements", "Propositions", "Against its own past"),
        rows=tuple(
            (
                cell(Strong(writer.called([row.actor])), writer.cite(row.evidence, most=1)),
                cell(f"{row.repetition:.2f}"),
                cell(f"{row.interval.low:.2f} to {row.interval.high:.2f}" if row.interval else "unknown"),
                cell(f"{row.statements:,}"),
                cell(f"{row.propositions:,}"),
                cell(row.verdict),
            )
            for row in rows
        ),
        look="measures",
    )


# Plans


def write_plans(writer: Writer) -> Section:
    """Return each plan point by point, whose earlier words its points repeat, and what changed from the first to the second."""
    words = "Whose earlier words a point repeats, as reported, and who refused it. It does not say who wrote the plan."
    parts: list[Part] = [Text(words=cell(words))]
    for number, plan in enumerate(writer.dossier.plans, 1):
        parts += _plan(writer, plan, number)
    if writer.dossier.changes:
        parts += _changes(writer, writer.dossier.changes)
    return Section(id="plans", title="Plans", parts=parts)


def _plan(writer: Writer, plan: PlanRead, number: int) -> Iterator[Part]:
    title = f": {show_line(plan.title)}" if plan.title and writer.texts else ""
    found = plan.found
    spoken = sum(bool(point.parties) for point in found.points)
    before = f" before {full_day(found.before)}" if found.before else ""
    yield Heading(words=f"Plan {number}{title}")
    yield Table(
        caption=f"{spoken} of {plural(len(found.points), 'point')} match something reported{before}",
        head=("No.", "Point", "Asked for or agreed to by", "Refused by"),
        rows=tuple(_point_row(writer, point) for point in found.points[: max(writer.rows, 40)]),
        look="points",
        leads=1,
    )
    if found.shares:
        yield Table(
            caption=f"Points by party, of {len(found.points)}",
            head=("Party", "Asked for or agreed", "Of these first", "Refused"),
            rows=tuple(
                (
                    cell(Strong(writer.called([share.actor])), writer.cite(share.evidence, most=1)),
                    *(cell(str(count)) for count in (share.asked, share.first, share.refused)),
                )
                for share in found.shares[: writer.rows]
            ),
            look="counts",
        )
    yield Text(
        words=cell(
            f"A point is matched from a probability of {found.threshold:.2f} on. SHA-256 of the plan: {plan.digest}."
        ),
        look="quiet",
    )
    yield writer.rests(found)


def _point_row(writer: Writer, point: PlanPoint) -> tuple[Cell, ...]:
    words: Piece = writer.quoted(point.span.text) or Small(f"characters {point.span.start} to {point.span.end}")
    asked = [party for party in point.parties if party.stance == 1]
    refused = [party for party in point.parties if party.stance == -1]
    likely = Small(f" matched with {point.likeness:.2f}") if point.parties and point.likeness is not None else None
    return (
        cell(str(point.number)),
        cell(words, likely),
        cell(*_spoken(writer, asked, point)) or ("nobody reported",),
        cell(*_spoken(writer, refused, point)) or ("nobody reported",),
    )


def _spoken(writer: Writer, own: Sequence[PartyWords], point: PlanPoint) -> Iterator[Piece | None]:
    for place, party in enumerate(own):
        yield "; " if place else None
        yield Strong(writer.called([party.actor]))
        days = span_of_days(party.first, party.last) if party.first else "no day known"
        first = ", the first reported" if party.stance == 1 and party.actor in point.first_by else ""
        yield f" ({days}{first}{', as something it will not give way on' if party.red_line else ''})"
        yield writer.cite(party.evidence, most=2)


def _changes(writer: Writer, changes: PlanChanges) -> Iterator[Part]:
    counts = {
        kind: sum(row.change == kind for row in changes.rows)
        for kind in ("kept", "changed", "reversed", "dropped", "new")
    }
    yield Heading(words="From plan 1 to plan 2")
    yield Table(
        caption=", ".join(f"{count} {kind}" for kind, count in counts.items()),
        head=("Became", "Plan 1", "Plan 2"),
        rows=tuple(
            (
                cell(
                    Tag(
                        row.change,
                        {"kept": "for", "reversed": "against", "changed": "mixed"}.get(row.change, "unknown"),
                    )
                ),
                *(
                    cell(f"{number}. ", writer.quoted(span.text)) if span else ("",)
                    for number, span in ((row.old_number, row.old), (row.new_number, row.new))
                ),
            )
            for row in changes.rows[: max(writer.rows, 40)]
        ),
        look="changes",
    )
    notes = [f"Near enough to be the same from {changes.threshold:.2f} on.", *changes.notes]
    yield Text(words=cell(" ".join(map(show_line, notes))), look="quiet")


# Network


def write_network(writer: Writer) -> Section:
    """Return who is reported to address whom: a picture, and the pairs with most occasions."""
    found = writer.dossier.network
    network = found.networks[0] if found.networks else None
    if network is None or not network.edges:
        parts: list[Part] = [Text(words=cell("No party is reported to address another."))]
        return Section(id="network", title="Who addresses whom", parts=[*parts, writer.rests(found)])
    shown = sorted(network.edges, key=lambda edge: (-edge.weight, edge.source, edge.target))[: writer.rows]
    table = Table(
        caption=f"{len(shown)} of {plural(len(network.edges), 'pair')}, by occasions: an act on an issue on a day, however many report it",
        head=(
            "From",
            "To",
            "Occasions",
            "Words of co-operation",
            "Deeds of co-operation",
            "Words of conflict",
            "Deeds of conflict",
            "Days",
        ),
        rows=tuple(_edge_row(writer, edge) for edge in shown),
        look="edges",
    )
    rest = writer.rest(len(shown), len(network.edges), "pair", "demarche network")
    parts = [*_picture(writer, network), table, *([rest] if rest else []), writer.rests(found)]
    return Section(id="network", title="Who addresses whom", parts=parts)


def _picture(writer: Writer, network: Network) -> Iterator[Part]:
    if len(network.nodes) > 2:
        caption = (
            "The wider an arrow, the more occasions; its colour says whether they are mostly co-operation or mostly "
            "conflict. To stand in the middle is to be reported on most, and no more than that."
        )
        yield writer.figure(
            chart_network(writer.dossier.network, name=writer.name), "Who is reported to address whom", caption
        )


def _edge_row(writer: Writer, edge: Edge) -> tuple[Cell, ...]:
    kinds = (edge.verbal_cooperation, edge.material_cooperation, edge.verbal_conflict, edge.material_conflict)
    return (
        cell(Strong(writer.called([edge.source]))),
        cell(Strong(writer.called([edge.target])), writer.cite(edge.evidence, most=2)),
        cell(f"{edge.weight:g}"),
        *(cell(str(kind or 0)) for kind in kinds),
        cell(_days(edge.first, edge.last)),
    )


def _days(first: date | None, last: date | None) -> str:
    return span_of_days(first, last) if first else "no date"
