"""What all sections of a dossier share: its notes, names, words, figures, and what a finding rests on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from demarche.model import Finding
from demarche.model.positions import Comparison
from demarche.model.report import Dossier, ReportedAct
from demarche.present._marks import show_line
from demarche.present._report_charts import draw_for_page, fit_to_page
from demarche.present._report_notes import Notes
from demarche.present._report_parts import Cell, Cites, Figure, Piece, Quoted, Small, Strong, Tag, Text, cell
from demarche.present._report_words import Name, are, full_day, parties, plural, say_act
from demarche.present.positions import gap_words

__all__ = ["Writer"]

_LONGEST = 300
"""Characters of words that are quoted beside a statement; the whole sentence is in its note."""
_FRESH = 3
"""Notes that the marks of a chart may add, for each row that a table may have."""
_LOOKS = {"for": "for", "against": "against", "mixed": "mixed"}


class Writer:
    """Writes the statements of a dossier, each with its notes.

    Parameters
    ----------
    proposition
        Gives the name of a proposition's id: words of the texts.
    texts
        False leaves out all words of the texts.
    """

    def __init__(self, dossier: Dossier, notes: Notes, *, name: Name, proposition: Name, texts: bool) -> None:
        self.dossier = dossier
        self.rows = dossier.scope.rows
        self.texts = texts
        self.name = name
        self._notes = notes
        self._proposition = proposition
        self._figures = 0

    def cite(self, *moves: Iterable[str], most: int = 2, total: int | None = None) -> Cites | None:
        """Return the notes of moves; `total` are those behind the statement, where not all of them are given."""
        return self._notes.cite(*moves, most=most, total=total)

    def called(self, ids: Iterable[str]) -> str:
        """Return the names of parties as a list in a sentence."""
        return parties(ids, self.name)

    def quoted(self, words: str | None) -> Quoted | None:
        """Return words of a text, cut where they are long; None where there are none, or where they are left out."""
        if not words or not self.texts:
            return None
        line = show_line(words)
        return Quoted(line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}\u2026")

    def proposition(self, proposition: str) -> Piece:
        """Return the name of a proposition, or its id where words are left out."""
        return self.quoted(self._proposition(proposition)) or Small(show_line(proposition))

    def proposition_name(self, proposition: str) -> str | None:
        """Return the name of a proposition for a chart; None, so that its id stands there, where words are left out."""
        return self._proposition(proposition) if self.texts else None

    def stance(self, stance: str | None) -> Tag:
        """Return a stance as a word in its colour."""
        return Tag(stance or "unknown", _LOOKS.get(stance or "", "unknown"))

    def reported(self, act: ReportedAct) -> Cell:
        """Return an act as a sentence without its day and its notes: who is reported to have done what to whom."""
        who = self.called(act.actors)
        done = say_act(act.act, self.called(act.recipients) if act.recipients else "")
        said = self.quoted(act.words)
        return cell(Strong(who), f" {are(len(act.actors))} reported to have {done}", ": " if said else None, said)

    def dated(self, act: ReportedAct) -> Cell:
        """Return an act as a sentence that begins with its day and ends with its notes."""
        day = full_day(act.day) if act.day else "On a day that is not known"
        times = f" ({plural(act.reports, 'independent report')})" if act.reports > 1 else ""
        return (*cell(f"{day}: "), *self.reported(act), *cell(times, ".", self.cite(act.evidence)))

    def figure(
        self, spec: dict[str, Any], label: str, caption: str, *, width: int | None = None, labels: int = 320
    ) -> Figure:
        """Return a chart that fits the page, with its number; its marks lead to notes, where there are many not all of them."""
        self._figures += 1
        name = f"figure-{self._figures}"
        most = len(self._notes) + _FRESH * self.rows
        bare = 0

        def link(moves: tuple[str, ...]) -> str | None:
            nonlocal bare
            address = self._notes.link(moves, name, most=most)
            bare += address is None
            return address

        svg = draw_for_page(fit_to_page(spec, width=width, labels=labels), id=name, label=label, link=link)
        left = (
            f" {plural(bare, 'mark leads', 'marks lead')} to no note, so that there are not too many." if bare else ""
        )
        return Figure(id=name, svg=svg, caption=cell(Strong(f"Figure {self._figures}. "), f"{label}. {caption}{left}"))

    def rests(self, finding: Finding) -> Text:
        """Return what a finding rests on, leaves out and does not show."""
        left = "; ".join(f"{one.moves:,} ({one.reason})" for one in finding.left_out)
        parts = [
            f"Rests on {plural(finding.moves, 'move')}, copies of a report counted once.",
            f"Left out: {left}." if left else "",
            *finding.notes,
        ]
        return Text(words=cell(" ".join(show_line(part) for part in parts if part)), look="quiet")

    def gap(self, both: Comparison) -> str:
        """Return how far two parties are reported apart, without the day, which stands above."""
        return gap_words(dataclasses.replace(both.gap, at=None), name=self.name)

    def rest(self, shown: int, total: int, noun: str, verb: str) -> Text | None:
        """Return how many rows are not shown and which command shows them; None where all are."""
        if shown >= total:
            return None
        left = total - shown
        words = (
            f"{plural(left, noun)} more {are(left)} not shown here; {verb} lists {'it' if left == 1 else 'them all'}."
        )
        return Text(words=cell(words), look="quiet")
