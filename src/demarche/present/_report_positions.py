"""The section on positions: a matrix, the stances through time, each party's own, and how far two are apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from demarche.model.positions import Positions, Standing
from demarche.present._report_parts import (
    Cell,
    Heading,
    Part,
    Points,
    Section,
    Small,
    Table,
    Text,
    cell,
)
from demarche.present._report_words import full_day, plural, span_of_days, spell
from demarche.present._report_writer import Writer
from demarche.present.charts.positions import chart_positions
from demarche.present.positions import movement_words, order_standing

__all__ = ["write_positions"]

_ACTORS, _COLUMNS, _MATRIX, _EACH = 6, 6, 14, 8
"""Actors with a table of their own, columns and rows of the matrix, rows of an actor's table."""


def write_positions(writer: Writer) -> Section:
    """Return who stands for and against what: a matrix, the stances through time, each party's own, and how far two are apart."""
    found = writer.dossier.positions
    parts: list[Part] = []
    if any(row.stance for row in found.standing):
        parts += [*_matrix(writer, found), _swimlanes(writer, found), *_stances(writer, found), *_comparisons(writer)]
    else:
        parts.append(Text(words=cell("No stance toward a proposition is reported on a day that is known.")))
    return Section(id="positions", title="Positions", parts=[*parts, writer.rests(found)])


def _matrix(writer: Writer, found: Positions) -> Iterator[Part]:
    known = {(row.actor, row.proposition): row for row in found.standing if row.stance}
    actors = _heaviest(known.values(), "actor")[:_COLUMNS]
    own = [row for row in known.values() if row.actor in actors]
    shared = Counter(row.proposition for row in own)
    ranked = sorted(_heaviest(own, "proposition"), key=lambda one: shared[one] == 1)[: min(_MATRIX, writer.rows)]
    issues = {row.proposition: row.issue for row in own}
    rows = [
        (
            cell(writer.proposition(one), " ", Small(spell(issues[one]))),
            *(_stance_cell(writer, known.get((actor, one))) for actor in actors),
        )
        for one in ranked
    ]
    spoken = len({row.proposition for row in known.values()})
    yield Text(
        words=cell(
            "The stance that each party was last reported to take, up to "
            f"{full_day(found.at or writer.dossier.until)}. A proposition is a state of affairs that parties want or "
            "refuse, in the words of the report that first stated it. Unknown: no report of a stance; it is neither "
            "agreement nor difference. Mixed: reports of the last day contradict each other."
        )
    )
    shown = f"{len(ranked)} of {plural(spoken, 'proposition')}"
    yield Table(
        caption=f"Who stands for and against what: {shown}, those first on which several parties stand",
        head=("Proposition", *(writer.called([actor]) for actor in actors)),
        rows=tuple(rows),
        look="matrix",
    )


def _heaviest(rows: Iterable[Standing], by: str) -> list[str]:
    """Return actors or propositions, those first on which most stances are known, then most occasions."""
    weights: dict[str, tuple[int, int]] = {}
    for row in rows:
        count, occasions = weights.get(getattr(row, by), (0, 0))
        weights[getattr(row, by)] = (count + 1, occasions + row.occasions)
    return sorted(weights, key=lambda one: (-weights[one][0], -weights[one][1], one))


def _stance_cell(writer: Writer, row: Standing | None) -> Cell:
    if row is None:
        return cell(writer.stance(None))
    return cell(writer.stance(row.stance), writer.cite(row.evidence, most=1))


def _swimlanes(writer: Writer, found: Positions) -> Part:
    caption = (
        "The parties with most occasions, and of each the propositions on which it is reported to have spoken most. "
        "A symbol is an occasion; the pale bar after it is the stance last reported, until it is reported again. "
        "Before the first symbol nothing is known."
    )
    spec = chart_positions(found, name=writer.name, proposition=writer.proposition_name)
    return writer.figure(spec, "Reported positions through time", caption, width=400)


def _stances(writer: Writer, found: Positions) -> Iterator[Part]:
    known = order_standing(row for row in found.standing if row.stance)
    actors = list(dict.fromkeys(row.actor for row in known))
    for actor in actors[:_ACTORS]:
        own = [row for row in known if row.actor == actor]
        shown = sorted(own, key=lambda row: (-row.occasions, -row.clusters))[: min(_EACH, writer.rows)]
        shown = [row for row in own if row in shown]
        who = writer.called([actor])
        yield Heading(words=who)
        yield Table(
            caption=f"What {who} is last reported to stand for and against: {len(shown)} of {plural(len(own), 'proposition')}",
            head=("Stance", "Proposition", "Issue", "Reported"),
            rows=tuple(_standing_row(writer, row) for row in shown),
            look="stances",
            leads=1,
        )
    if len(actors) > _ACTORS:
        yield Text(
            words=cell(
                f"{len(actors) - _ACTORS} further parties are not shown here; demarche positions lists them all."
            ),
            look="quiet",
        )


def _standing_row(writer: Writer, row: Standing) -> tuple[Cell, ...]:
    return (
        cell(writer.stance(row.stance)),
        cell(writer.proposition(row.proposition), writer.cite(row.evidence)),
        cell(spell(row.issue)),
        cell(f"{span_of_days(row.since, row.last)}; {plural(row.occasions, 'day')}, {plural(row.clusters, 'report')}"),
    )


def _comparisons(writer: Writer) -> Iterator[Part]:
    if not writer.dossier.compared:
        return
    yield Heading(words="How far apart, and whether one moved")
    yield Text(words=cell(f"As reported up to {full_day(writer.dossier.until)}:"))
    yield Points(
        items=tuple(
            cell(
                writer.gap(both),
                writer.cite(*(row.evidence for row in both.gap.rows if row.differ is not None), most=4),
            )
            for both in writer.dossier.compared
        )
    )
    moved = [movement for both in writer.dossier.compared for movement in both.movements]
    told = [movement for movement in moved if movement.change is not None]
    if told:
        items = (
            cell(
                movement_words(movement, name=writer.name),
                writer.cite(*(row.evidence for row in movement.rows if row.weight)),
            )
            for movement in told
        )
        yield Points(items=tuple(items))
    if len(told) < len(moved):
        yield Text(
            words=cell(
                f"Whether one came nearer to the positions of another is not measured in {len(moved) - len(told)} of "
                f"{len(moved)} cases: there are fewer than {moved[0].minimum} statements of a party that can be "
                "compared, or none on one matter early and late."
            )
        )
