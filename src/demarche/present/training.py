"""What new weights gained over those that they started from, as tables and in words."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import Measure
from demarche.model.training import Gain
from demarche.present._marks import show_line

__all__ = ["render_gain", "say_gain"]

_SHOWN = {
    "act": "trigger + act, F1",
    "trigger": "trigger alone, F1",
    "event": "PLOVER events of a sentence, F1",
    "triple": "actors, act, recipients, F1",
    "status": "status, share right",
    "issue": "issue, share right",
    "quiet": "quiet on sentences without moves",
}


def render_gain(gain: Gain) -> Group:
    """Return the measures before and after with their intervals, and what the difference comes to."""
    title = f"{show_line(gain.about)}: {gain.before.sentences} sentences with {gain.moves} moves"
    parts: list[RenderableType] = [Text(title, style="bold")]
    if gain.before.sentences:
        table = Table()
        table.add_column("measure")
        for name in ("before", "after"):
            table.add_column(name, justify="right")
        for name, label in _SHOWN.items():
            if name in gain.before.measures and name in gain.after.measures:
                table.add_row(label, _figure(gain.before.measures[name]), _figure(gain.after.measures[name]))
        parts.append(table)
    return Group(*parts, Text(say_gain(gain)))


def say_gain(gain: Gain) -> str:
    """Return in words what the difference comes to, with its interval, or that there are too few moves to tell."""
    if gain.difference is None or gain.interval is None:
        return "There is no move among them, so that nothing can be told."
    change = f"F1 of trigger and act changed by {gain.difference:+.3f} (95 % {gain.interval.low:+.3f} to {gain.interval.high:+.3f})"
    return f"{change}: {_VERDICTS[gain.verdict].format(minimum=gain.minimum)}"


_VERDICTS = {
    "better": "the new weights are better on these sentences.",
    "worse": "the new weights are worse on these sentences.",
    "open": "that may be chance; more reviews would tell whether the new weights are better.",
    "few": "fewer than {minimum} moves, which is too few to tell anything.",
}


def _figure(measure: Measure) -> str:
    if measure.value is None or measure.low is None:
        return "unknown"
    return f"{measure.value:.3f} ({measure.low:.3f} to {measure.high:.3f})"
