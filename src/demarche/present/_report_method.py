"""The last sections of a dossier: what limits it, how it was made, and how often what it rests on errs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from demarche.codebook import load_codebook
from demarche.model.reviews import MeasuredAct, MeasuredError, MeasuredShare
from demarche.present._marks import show_line
from demarche.present._report_parts import Cell, Heading, Part, Points, Section, Small, Strong, Table, Text, cell
from demarche.present._report_summary import say_filter
from demarche.present._report_words import join_words, plural
from demarche.present._report_writer import Writer

__all__ = ["shipped_accuracy", "write_error", "write_method", "write_open"]


_MAIN = (
    "trigger and act, F1",
    "PLOVER events of a sentence, F1",
    "actors, act and recipients, F1",
    "status, share right",
    "issue, share right",
    "voice, share right",
    "quiet on sentences without moves",
)
"""The measures that are shown: the model card has all."""


@cache
def shipped_accuracy() -> dict[str, Any]:
    """Return the accuracy of what ships, as the documentation has it."""
    return tomllib.loads(resources.files(__package__).joinpath("shipped_accuracy.toml").read_text("utf-8"))


def write_open(writer: Writer) -> Section:
    """Return the words for parties that could not be resolved: what they did is in no finding on a party."""
    dossier = writer.dossier
    overview = dossier.overview
    share = f"{overview.mentions - overview.resolved:,} of {plural(overview.mentions, 'party', 'parties')} that the texts name"
    parts: list[Part] = [
        Text(
            words=cell(
                f"{share} could not be resolved (of the whole ledger). What they did or suffered is in no finding on "
                "a party."
            )
        )
    ]
    shown = dossier.open_words[: writer.rows]
    if shown and writer.texts:
        of = "the whole ledger" if dossier.open_whole else "the moves that pass the filter"
        parts.append(
            Table(
                caption=f"Words for parties that are not resolved, in {of}, those that stand in most moves first",
                head=("Words", "Moves", "For example"),
                rows=tuple(
                    (cell(writer.quoted(one.words)), cell(f"{one.moves:,}"), cell(writer.cite([one.example], most=1)))
                    for one in shown
                ),
                look="counts",
            )
        )
        rest = writer.rest(len(shown), len(dossier.open_words), "word", "demarche actors")
        parts += [rest] if rest else []
    return Section(id="open", title="Parties that are not resolved", parts=parts)


def write_method(writer: Writer) -> Section:
    """Return how the dossier was made, so that somebody else can make it again and check it."""
    parts: list[Part] = [
        Heading(words="From texts to moves"),
        Points(items=tuple(cell(words) for words in _coding(writer))),
        Heading(words="From moves to findings"),
        Points(items=tuple(cell(words) for words in _findings(writer))),
        Heading(words="What is shown"),
        Points(items=tuple(cell(words) for words in _shown(writer))),
        Heading(words="How to check it"),
        *_proof(writer),
    ]
    return Section(id="method", title="Method", parts=parts)


def _coding(writer: Writer) -> Iterator[str]:
    codebook = load_codebook()
    coders = join_words(map(show_line, writer.dossier.coders)) or "no coder yet"
    yield (
        "A move is one act that a sentence reports, with who does it to whom, on what, when and according to whom. "
        f"Moves were coded by {coders} after codebook {codebook.version} ({len(codebook.acts)} acts, "
        f"{len(codebook.issues)} issues; acts project onto PLOVER {codebook.plover}). What a person corrected is "
        "marked in the notes."
    )
    voices = "; ".join(f"{voice.value}: {words}" for voice, words in codebook.voices.items())
    statuses = "; ".join(f"{status.value}: {words}" for status, words in codebook.statuses.items())
    yield f"Each move has a voice ({voices}) and a status ({statuses})."
    yield (
        "Documents that share a good part of their three-word sequences and were published within ten days of one "
        "another are copies: they count once, as one independent report. Reports that are written anew from one "
        "source are not found, so that independent reports can still rest on one source."
    )
    yield (
        "Parties are resolved as of the day of the report: names, offices, capitals, pronouns. Four dates are kept "
        "apart: publication, the move, its deadline, and when the ledger took it in. Each note says on what the "
        "date of its move rests."
    )


def _findings(writer: Writer) -> Iterator[str]:
    dossier = writer.dossier
    yield (
        "Contents of moves that state the same, or the contrary, are put together into propositions by "
        f"{show_line(dossier.comparer)}, from a probability of {dossier.threshold:.2f} on. This is the weakest step: "
        "see the section on error. What people put right in the ledger holds."
    )
    minimum = dossier.compared[0].movements[0].minimum if dossier.compared else 12
    yield (
        "The gap between two parties is the share of the propositions on which both are reported to stand on which "
        f"they differ. Movement is measured from {minimum} statements of each on. Intervals are 95 % and leave the "
        "coder's error out unless they say otherwise."
    )
    yield (
        "A threat, promise or offer is one case, restated or not; its outcome is the first later move that the "
        "rules link to it. Shares by outcome (Aalen-Johansen, the outcomes competing) are given from 20 cases on."
    )
    claims, repeated = dossier.claims, dossier.repetitions
    yield (
        f"Reports of one alleged event lie at most {claims.window} days apart, accusations and denials of it at most "
        f"{claims.reply}. Repetition is measured from {repeated.minimum} statements on."
    )
    yield "There is no score of credibility or sincerity here, and no probability of any outcome."


def _shown(writer: Writer) -> Iterator[str]:
    scope = writer.dossier.scope
    filters = say_filter(writer)
    yield f"Only these moves: {show_line(filters)}." if filters else "All moves of the ledger."
    if scope.sectors:
        yield "A state's government, forces and other sectors are told apart."
    if scope.at:
        yield "What was published later is left out; what has no day of publication is taken by the day of the move."
    yield (
        f"At most {scope.rows} rows of a table (--limit), and a few notes a statement: a plus sign and a number say "
        "how many further moves are behind it. demarche moves --move ID shows any of them."
    )
    if not writer.texts:
        yield (
            "The words of the texts are left out (--no-text): sentences, titles, addresses, names of propositions "
            "and words of parties that are not resolved. Notes give the document, the offsets and the SHA-256 of "
            "the sentence (UTF-8), so that who has the text can find and check it."
        )
    if writer.dossier.ungrouped:
        yield f"New contents have no proposition, because the ledger could not be written: {show_line(writer.dossier.ungrouped)}."


def _proof(writer: Writer) -> Iterator[Part]:
    proof, dossier = writer.dossier.verification, writer.dossier
    verdict = "whole" if not proof.problems else f"NOT whole: {plural(len(proof.problems), 'problem')}"
    yield Text(
        words=cell(
            f"The ledger's log was checked when this was written, every entry, row and offset: {verdict} "
            f"({plural(proof.entries, 'entry', 'entries')}, {plural(proof.documents, 'document')}, "
            f"{plural(proof.moves, 'row')} of moves). Its head is"
        )
    )
    yield Text(words=cell(Strong(proof.head)), look="hash")
    yield Text(
        words=cell(
            "Who has the ledger can prove that nothing before this point was changed since: demarche verify "
            "--ledger URL --head HEAD. The same ledger with the same options gives this file again, byte for byte, "
            f"with {show_line(dossier.software)}."
        )
    )
    if dossier.grown:
        yield Text(
            words=cell(
                f"{plural(dossier.grown, 'entry was', 'entries were')} added while this was gathered; parts of them "
                "may be in it. Write it again to be sure."
            )
        )
    if proof.problems:
        yield Points(items=tuple(cell(show_line(problem)) for problem in proof.problems[:5]))


# Error


def write_error(writer: Writer) -> Section:
    """Return how often the coder is measured to err: in this ledger, and on coded sentences before it was shipped."""
    parts: list[Part] = [
        Text(
            words=cell(
                "The coder errs: some moves are not what the sentence says, others are missed. Read the sentence in "
                "the note before you rely on a statement. No figure in this dossier is corrected for these errors."
            )
        ),
        Heading(words="Measured in this ledger"),
        *_measured(writer.dossier.measured),
        Heading(words="Measured before it was shipped"),
        *_shipped(writer),
    ]
    return Section(id="error", title="Measured error", parts=parts)


def _measured(found: MeasuredError | None) -> Iterator[Part]:
    if found is None:
        yield Text(
            words=cell(
                "Not measured: no reviews. (Sentences that are drawn at random and reviewed by people would say it.)"
            )
        )
        return
    sentences = sum(found.sentences.values())
    words = (
        f"{plural(sentences, 'sentence')} of {sum(found.strata.values()):,}, drawn at random, reviewed by "
        f"{plural(len(found.reviewers), 'person', 'people')}; coder {show_line(found.coder)}. Shares are estimated "
        f"for the whole ledger and given from {found.minimum} cases on."
    )
    yield Text(words=cell(words))
    enough = [act for act in found.acts if act.precision.value is not None or act.recall.value is not None]
    yield Table(
        caption="Moves: of those that the coder saw, how many stand there (precision); of those that stand there, how many it saw (recall)",
        head=("Act", "Precision", "Cases", "Recall", "Cases"),
        rows=tuple(_act_row(act) for act in (found.overall, *enough)),
        look="measures",
    )
    if len(enough) < len(found.acts):
        yield Text(
            words=cell(f"{plural(len(found.acts) - len(enough), 'act')} more: fewer than {found.minimum} cases."),
            look="quiet",
        )
    if found.fields:
        yield Table(
            caption="Of the moves that it found, how many have the field right",
            head=("Field", "Right", "Cases"),
            rows=tuple((cell(name), *_share(share)) for name, share in found.fields.items()),
            look="measures",
        )
    if found.notes:
        yield Text(words=cell(" ".join(map(show_line, found.notes))), look="quiet")


def _act_row(act: MeasuredAct) -> tuple[Cell, ...]:
    return cell(act.act) if act.act else cell(Strong("all")), *_share(act.precision), *_share(act.recall)


def _share(share: MeasuredShare) -> tuple[Cell, Cell]:
    cases = cell(f"{share.right} of {share.cases}")
    if share.value is None:
        return cell("too few"), cases
    spread = f" ({share.interval.low:.2f} to {share.interval.high:.2f})" if share.interval else ""
    return cell(f"{share.value:.2f}{spread}"), cases


def _shipped(writer: Writer) -> Iterator[Part]:
    shipped = shipped_accuracy()
    coder, comparer = shipped["coder"], shipped["comparer"]
    others = [one for one in writer.dossier.coders if one != coder["name"]]
    if coder["name"] in writer.dossier.coders:
        caption = (
            f"{coder['name']} on coded sentences that it did not learn from (their number in brackets), 95 % intervals"
        )
        yield _figures(caption, "Measure", coder["columns"], [row for row in coder["measures"] if row[0] in _MAIN])
        acts = {tally.value for tally in writer.dossier.digest.acts}
        own = [row for row in coder["acts"] if row[0] in acts]
        yield _figures("By act that occurs here: F1, and the number of coded moves", "Act", coder["columns"], own)
    if others:
        yield Text(words=cell(f"No figures ship with {join_words(map(show_line, others))}."))
    if comparer["name"] == writer.dossier.comparer:
        caption = (
            f"{comparer['name']}, which puts contents together, on pairs that it did not learn from, 95 % intervals"
        )
        yield _figures(caption, "Measure", comparer["columns"], comparer["measures"])
        yield Text(
            words=cell(
                "The last column is nearest to what it meets here: of the contents that it puts together there, "
                "about one in four states the same. Read the sentences of a proposition before you count on it."
            )
        )


def _figures(caption: str, first: str, columns: list[str], rows: list[list[str]]) -> Table:
    return Table(
        caption=caption,
        head=(first, *columns),
        rows=tuple((cell(row[0]), *(cell(Small(value)) for value in row[1:])) for row in rows),
        look="figures",
    )
