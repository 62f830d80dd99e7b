"""``demarche propositions``: what parties want or refuse in a ledger, and how people put it in order."""

from __future__ import annotations

from typing import Any

import click

from demarche.cli._analysis import Asked, analysis_options

__all__ = ["propositions"]


@click.command()
@analysis_options
@click.option(
    "--limit", type=click.IntRange(1, 10**9), default=30, show_default=True, help="In a table, at most so many."
)
@click.option("--rename", nargs=2, metavar="ID NAME", help="Give a proposition another name.")
@click.option("--merge", nargs=2, metavar="ID ID", help="Make one of two; the first keeps its id and name.")
@click.option(
    "--split", multiple=True, metavar="MOVE", help="Take moves out into a proposition of their own; repeat for more."
)
@click.option("--pin", nargs=2, metavar="MOVE ID", help="Say which proposition the content of a move states.")
@click.option("--contrary", is_flag=True, help="With --pin: it states the contrary.")
@click.option("--name", help="With --split: the name of the new one.")
@click.option("--why", help="The reason of a change, kept in the log.")
def propositions(
    asked: Asked,
    limit: int,
    rename: tuple[str, str] | None,
    merge: tuple[str, str] | None,
    split: tuple[str, ...],
    pin: tuple[str, str] | None,
    contrary: bool,
    name: str | None,
    why: str | None,
) -> int:
    """Show what parties are reported to want or refuse, and who is for and against; or put it in order.

    Contents of moves that state the same, or the contrary, make one proposition. What people say of them holds, whatever is
    taken in later.
    """
    from demarche.analysis.support import find_support
    from demarche.present.charts.support import chart_support
    from demarche.present.support import render_support

    given = [change for change in (rename, merge, split, pin) if change]
    if len(given) > 1:
        raise click.UsageError("one change at a time: --rename, --merge, --split or --pin")
    if (contrary and not pin) or (name and not split):
        raise click.UsageError("--contrary goes with --pin, --name with --split")
    if given:
        return _change(asked.ledger, rename, merge, split, pin, contrary=contrary, name=name, why=why or "")
    result = find_support(asked.moves())
    asked.show(
        result,
        rows=result.rows,
        render=lambda *parts, **named: render_support(*parts, **named, limit=limit),
        chart=chart_support,
        proposition=asked.proposition,
    )
    return 0


def _change(
    ledger: Any,
    rename: tuple[str, str] | None,
    merge: tuple[str, str] | None,
    split: tuple[str, ...],
    pin: tuple[str, str] | None,
    *,
    contrary: bool,
    name: str | None,
    why: str,
) -> int:
    from demarche.present import show_line

    if rename:
        made = ledger.rename_proposition(*rename, why=why)
    elif merge:
        made = ledger.merge_propositions(list(merge), why=why)
    elif split:
        made = ledger.split_proposition(list(split), why=why, name=name)
    else:
        ledger.pin(*(pin or ()), why=why, contrary=contrary)
    click.echo(show_line(f"{pin[0]} is pinned to {pin[1]}" if pin else f"{made.id}: {made.name}"))
    return 0
