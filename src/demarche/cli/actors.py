"""``demarche actors``: who is in a ledger, which words are open, and who they mean."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from demarche.cli._ledger import ledger_option, limit_option, open_ledger, print_rich
from demarche.errors import InputError

__all__ = ["actors"]

_COLUMNS = ("words", "id", "sector", "name")


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
    from demarche.present import render_counts, render_open_mentions

    with open_ledger(url) as ledger:
        if settle:
            known = name or actor_name(settle[1])
            count = ledger.settle(settle[0], settle[1], sector=sector, name=known, everywhere=everywhere, why=why)
            click.echo(f"{count} mentions of {settle[0]!r} are now {settle[1]}")
        elif loaded:
            rows = _read(Path(loaded))
            for row in rows:
                ledger.settle(
                    row["words"], row["id"] or None, sector=row["sector"] or None, name=row["name"] or None, why=why
                )
            click.echo(f"{len(rows)} words settled from {loaded}")
        elif save:
            _save(ledger.settlements(), save)
        else:
            counts = render_counts(ledger.count("actor", limit=limit), what="actor", name=actor_name)
            print_rich(counts, "", render_open_mentions(ledger.open_mentions(limit=limit)))
    return 0


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise InputError(
                    f"has the columns {reader.fieldnames}; it needs {', '.join(_COLUMNS)}", where=str(path)
                )
            return [
                {name: (row[name] or "").strip().removeprefix("'") for name in _COLUMNS}
                for row in reader
                if row["words"]
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"is no CSV file in UTF-8 ({error})", where=str(path)) from error


def _save(rows: list[dict[str, str | None]], path: str) -> None:
    from demarche.cli._output import open_output
    from demarche.present import safe_cell

    with open_output(None if path == "-" else path, binary=False) as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows([safe_cell(row[name]) for name in _COLUMNS] for row in rows)
    if path != "-":
        click.echo(f"{len(rows)} words written to {path}", file=sys.stderr)
