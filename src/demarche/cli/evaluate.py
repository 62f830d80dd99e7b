"""``demarche evaluate``: how well the coder agrees with coded sentences."""

from __future__ import annotations

import json
import sys

import click

__all__ = ["evaluate"]


@click.command()
@click.argument("gold", nargs=-1, required=True, type=click.Path())
@click.option("--split", help="Only the sentences of this split, such as dev.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--draws", type=click.IntRange(1), default=1000, show_default=True, help="Bootstrap draws of sentences.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the bootstrap.")
@click.option("--weights", type=click.Path(file_okay=False), help="Folder with other weights than the shipped ones.")
def evaluate(gold: tuple[str, ...], split: str | None, form: str, draws: int, seed: int, weights: str | None) -> int:
    """Score the coder on GOLD: JSONL files of coded sentences in the format of the codebook.

    Each sentence is coded by itself. Measures: moves by trigger and act, PLOVER events, triples, status, issue, voice,
    roles, per act, with 95 % bootstrap intervals, and the commonest confusions of acts.
    """
    from rich.console import Console

    from demarche import pipeline
    from demarche.present import render_score, score_record

    accuracy = pipeline.evaluate(gold, split=split, reader=pipeline.load(weights), draws=draws, seed=seed)
    if form == "json":
        click.echo(json.dumps(score_record(accuracy)))
    else:
        Console(file=sys.stdout, highlight=False).print(render_score(accuracy))
    return 0
