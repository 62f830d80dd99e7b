"""How accurate two coders are on the same sentences, side by side."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from demarche.model import Accuracy, Measure
from demarche.model.coder_run import CoderRun
from demarche.model.training import Gain
from demarche.present._marks import show_line
from demarche.present.coder_run import coder_run_record, say_run
from demarche.present.score import MEASURES, score_record

__all__ = ["beside_record", "render_beside"]


def render_beside(gain: Gain, coders: tuple[str, str], run: CoderRun) -> Group:
    """Return a table with the measures of both coders and their intervals, the difference, and what asking came to."""
    title = f"{gain.before.sentences} sentences with {gain.moves} moves; 95 % bootstrap intervals over sentences"
    names = [f"{place}: {show_line(coder)}" for place, coder in zip(("first", "second"), coders, strict=True)]
    lines = [_say_difference(gain), *say_run(run)]
    return Group(Text(title, style="bold"), *map(Text, names), _table(gain), *map(Text, lines))


def _table(gain: Gain) -> Table:
    table = Table("measure")
    for name in ("first", "second", "gold"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, label in _rows(gain.before):
        one, other = gain.before.measures.get(name), gain.after.measures.get(name)
        cases = dict.fromkeys(str(measure.gold) for measure in (one, other) if measure)
        table.add_row(label, _figure(one), _figure(other), " / ".join(cases))
    return table


def _rows(accuracy: Accuracy) -> list[tuple[str, str]]:
    listed = [(name, label) for name, label in MEASURES.items() if name in accuracy.measures]
    return listed + [(name, name.replace("role:", "role ")) for name in accuracy.measures if name.startswith("role:")]


def _figure(measure: Measure | None) -> str:
    if measure is None or measure.value is None or measure.low is None:
        return "unknown"
    return f"{measure.value:.3f} ({measure.low:.3f} to {measure.high:.3f})"


def _say_difference(gain: Gain) -> str:
    if gain.difference is None or gain.interval is None:
        return "There is no move among them, so that nothing can be told."
    change = f"F1 of trigger and act, the second less the first: {gain.difference:+.3f}"
    verdicts = {
        "better": "the second is better on these sentences.",
        "worse": "the second is worse on these sentences.",
        "open": "that may be chance.",
        "few": f"fewer than {gain.minimum} moves, which is too few to tell anything.",
    }
    return f"{change} (95 % {gain.interval.low:+.3f} to {gain.interval.high:+.3f}): {verdicts[gain.verdict]}"


def beside_record(gain: Gain, coders: tuple[str, str], run: CoderRun) -> dict[str, Any]:
    """Return the figures of both coders as a JSON object, with the difference and its interval, and the counts of the run."""
    interval = None if gain.interval is None else [gain.interval.low, gain.interval.high]
    return {
        "coders": dict(zip(coders, (score_record(gain.before), score_record(gain.after)), strict=True)),
        "difference": gain.difference,
        "interval": interval,
        "verdict": gain.verdict,
        "run": coder_run_record(run),
    }
