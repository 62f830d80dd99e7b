"""How accurate a coder is, as tables and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from demarche.model import Accuracy, Measure

__all__ = ["MEASURES", "render_score", "score_record"]

MEASURES = {
    "act": "trigger + act, F1",
    "act_exact": "the same, trigger exact",
    "trigger": "trigger alone, F1",
    "event": "PLOVER events of a sentence, F1",
    "triple": "actors, act, recipients, F1",
    "status": "status, share right",
    "status_other": "status other than actual, F1",
    "issue": "issue, share right",
    "voice": "voice, share right",
    "quiet": "quiet on sentences without moves",
}


def score_record(accuracy: Accuracy) -> dict[str, Any]:
    """Return the figures as a JSON object: measures by name, confusion as [gold act, coded act, number]."""
    pairs = sorted(accuracy.confusion.items(), key=lambda item: -item[1])
    confusion = [[*pair, number] for pair, number in pairs]
    measures = {name: asdict(measure) for name, measure in accuracy.measures.items()}
    return {"sentences": accuracy.sentences, "measures": measures, "confusion": confusion}


def render_score(accuracy: Accuracy) -> Group:
    """Return the tables of measures, roles, acts and the commonest confusions, as rich prints them."""
    measures = accuracy.measures
    main = _table("measure", [(label, measures[name]) for name, label in MEASURES.items() if name in measures])
    roles = _table("role (exact words)", _prefixed(measures, "role:"))
    acts = _table("act", _prefixed(measures, "act:"))
    title = Text(f"{accuracy.sentences} sentences; 95 % bootstrap intervals over sentences", style="bold")
    return Group(title, main, roles, acts, _confusion(accuracy))


def _prefixed(measures: Any, prefix: str) -> list[tuple[str, Measure]]:
    return [(name.removeprefix(prefix), measure) for name, measure in measures.items() if name.startswith(prefix)]


def _table(title: str, rows: list[tuple[str, Measure]]) -> Table:
    table = Table(title_justify="left")
    table.add_column(title)
    for name in ("value", "95 % interval", "precision", "recall", "gold"):
        table.add_column(name, justify="right")
    for label, measure in rows:
        interval = "" if measure.low is None else f"{measure.low:.3f} to {measure.high:.3f}"
        figures = [_figure(measure.value), interval, _figure(measure.precision), _figure(measure.recall)]
        table.add_row(label, *figures, str(measure.gold))
    return table


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _confusion(accuracy: Accuracy) -> Table:
    table = Table(title_justify="left")
    for name in ("gold act", "coded act", "moves"):
        table.add_column(name)
    wrong = [(number, *pair) for pair, number in accuracy.confusion.items() if pair[0] != pair[1]]
    for number, gold, coded in sorted(wrong, key=lambda row: (-row[0], row[1:]))[:20]:
        table.add_row(gold, coded, str(number))
    return table
