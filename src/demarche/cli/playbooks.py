"""``demarche playbooks``: sequences that keep coming back between two parties."""

from __future__ import annotations

from pathlib import Path

import click

from demarche.cli._analysis import Asked, analysis_options

__all__ = ["playbooks"]


@click.command()
@click.argument("sequences", nargs=-1, metavar="[SEQUENCE]...")
@analysis_options
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="A file with one sequence a line, # before comments; may be given more than once.",
)
@click.option("--mine", is_flag=True, help="Look for candidates: sequences other than the ones named.")
@click.option("--length", type=click.IntRange(2, 3), default=2, show_default=True, help="Steps of a candidate.")
@click.option(
    "--within",
    type=click.IntRange(1, 3650),
    default=14,
    show_default=True,
    help="Most days between steps of a candidate.",
)
@click.option(
    "--block", type=click.IntRange(2, 3650), default=28, show_default=True, help="Days of a block that is mirrored."
)
@click.option(
    "--minimum", type=click.IntRange(1, 10**6), default=10, show_default=True, help="Occurrences from which on to test."
)
@click.option("--draws", type=click.IntRange(99, 100_000), default=999, show_default=True, help="Reshufflings.")
@click.option("--seed", type=int, default=1, show_default=True, help="Start of the random numbers.")
def playbooks(
    asked: Asked,
    sequences: tuple[str, ...],
    files: tuple[str, ...],
    mine: bool,
    length: int,
    within: int,
    **options: int,
) -> int:
    """Show which sequences of acts keep coming back between two parties, more often than without an order in time.

    A SEQUENCE is written like "ultimatum: demand -> threaten -> attack within 14d" or "attack -> <- attack within 7d" (<- is the
    other side). Without one, the sequences that ship with demarche are shown.
    """
    from demarche.analysis.playbooks import (
        check_playbooks,
        load_playbooks,
        mine_playbooks,
        parse_playbook,
        parse_playbooks,
    )
    from demarche.model.playbooks import Candidates, Playbooks
    from demarche.present.charts.playbooks import chart_playbooks
    from demarche.present.playbooks import render_playbooks

    given = [parse_playbook(line) for line in sequences]
    for file in files:
        given += parse_playbooks(_read(file), where=file)
    named = given or ([] if files else list(load_playbooks()))
    result: Playbooks | Candidates
    if mine:
        result = mine_playbooks(asked.moves(), length=length, within=within, named=named, **options)
    else:
        result = check_playbooks(asked.moves(), named, **options)
    asked.show(result, rows=result.rows, render=render_playbooks, chart=chart_playbooks)
    return 0


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(
            f"cannot read {file}: {error}; it must be a text file in UTF-8", param_hint="--file"
        ) from error
