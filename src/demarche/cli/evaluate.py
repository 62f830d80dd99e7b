"""``demarche evaluate``: how well the coder agrees with coded sentences."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from demarche.cli._coder import ChosenCoder, coder_options

__all__ = ["evaluate"]


@click.command()
@click.argument("gold", nargs=-1, required=True, type=click.Path())
@click.option("--split", help="Only the sentences of this split, such as dev.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--draws", type=click.IntRange(1), default=1000, show_default=True, help="Bootstrap draws of sentences.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the bootstrap.")
@coder_options
def evaluate(gold: tuple[str, ...], split: str | None, form: str, draws: int, seed: int, coder: ChosenCoder) -> int:
    """Score the coder on GOLD: JSONL files of coded sentences in the format of the codebook.

    Each sentence is coded by itself. Measures: moves by trigger and act, PLOVER events, triples, status, issue, voice,
    roles, per act, with 95 % bootstrap intervals, and the commonest confusions of acts. A language model is scored
    beside the built-in coder, on the same sentences, with the difference, and with what its answers came to.
    """
    from demarche import pipeline
    from demarche.present import render_score, score_record

    course: dict[str, Any] = {"split": split, "draws": draws, "seed": seed}
    with coder.open(told=False) as reader:
        if coder.name is not None:
            _compare(gold, reader, course, form)
            return 0
        accuracy = pipeline.evaluate(gold, reader=reader, **course)
    _print(score_record(accuracy) if form == "json" else render_score(accuracy))
    return 0


def _compare(gold: tuple[str, ...], reader: Any, course: dict[str, Any], form: str) -> None:
    from demarche import pipeline
    from demarche.present.beside import beside_record, render_beside

    built_in = pipeline.load()
    gain = pipeline.compare_coders(gold, built_in, reader, **course)
    show = beside_record if form == "json" else render_beside
    _print(show(gain, (built_in.coder, reader.coder), reader.run))


def _print(shown: Any) -> None:
    from rich.console import Console

    if isinstance(shown, dict):
        click.echo(json.dumps(shown))
    else:
        Console(file=sys.stdout, highlight=False).print(shown)
