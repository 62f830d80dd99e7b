"""``demarche actors``: who is in a ledger, which words are open, and who they mean."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from demarche.cli._ledger import ledger_option, limit_option, open_ledger, print_rich

__all__ = ["actors"]


@click.command()
@ledger_option
@limit_option
@click.option(
    "--settle", nargs=2, metavar="WORDS ID", help="Say who open words mean, e.g. --settle 'the Contact Group' CG."
)
@click.option("--sector", help="With --settle: GOV, MIL, REB, OPP ...")
@click.option("--name", help="With --settle: the name of the actor.")
@click.option("--everywhere", is_flag=True, help="With --settle: also where the words were resolved to somebody else.")
@click.option("--why", help="With --settle or --load: the reason, kept in the log.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False),
    help="Write what was settled to a CSV file to share; - is standard output.",
)
@click.option(
    "--load", "loaded", type=click.Path(exists=True, dir_okay=False), help="Settle all that such a file says."
)
def actors(
    url: str,
    limit: int,
    settle: tuple[str, str] | None,
    sector: str | None,
    name: str | None,
    everywhere: bool,
    why: str | None,
    save: str | None,
    loaded: str | None,
) -> int:
    """List the actors of a ledger and the words that are open, or settle who words mean.

    What is settled holds for this ledger, for what is taken in later too; --save and --load carry it to another.
    """
    from demarche.pipeline import actor_name
    from demarche.present import render_counts, render_open_mentions, show_line

    if not settle and (sector or name or everywhere):
        raise click.UsageError("--sector, --name and --everywhere go with --settle")
    with open_ledger(url) as ledger:
        if settle:
            words, actor = settle[0], settle[1] or None
            known = name or actor_name(actor)
            count = ledger.settle(words, actor, sector=sector, name=known, everywhere=everywhere, why=why)
            shown = f"are now {actor}" if actor else "are settled still: what was settled is taken back"
            click.echo(f"{count} mentions of {show_line(words)!r} {shown}")
        elif loaded:
            rows = _read(Path(loaded))
            count = ledger.settle_all(rows, why=why)
            click.echo(f"{len(rows)} words settled from {loaded}: {count} mentions")
        elif save:
            _save(ledger.settlements(), save)
        else:
            counts = render_counts(ledger.count("actor", limit=limit), what="actor", name=actor_name)
            print_rich(counts, "", render_open_mentions(ledger.open_mentions(limit=limit)))
    return 0


def _read(path: Path) -> list[dict[str, Any]]:
    from demarche.present.settlements import read_settlements

    return read_settlements(path.read_bytes(), where=str(path))


def _save(rows: list[dict[str, Any]], path: str) -> None:
    from demarche.cli._output import open_output
    from demarche.present.settlements import write_settlements

    with open_output(None if path == "-" else path, binary=False) as file:
        file.writelines(write_settlements(rows))
    if path != "-":
        click.echo(f"{len(rows)} words written to {path}", file=sys.stderr)
