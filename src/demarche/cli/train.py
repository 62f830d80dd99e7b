"""``demarche train``: weights that go on learning from the sentences that people reviewed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from demarche.cli._ledger import open_ledger, print_rich
from demarche.errors import InputError

if TYPE_CHECKING:
    from demarche.model import CodedSentence
    from demarche.model.training import Gain

__all__ = ["train"]


@click.command()
@click.option(
    "--from-ledger",
    "url",
    required=True,
    envvar="DEMARCHE_LEDGER",
    metavar="URL",
    help="The ledger whose reviewed sentences are learnt from; also from DEMARCHE_LEDGER.",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False), help="Folder to write the new weights to."
)
@click.option(
    "--start", type=click.Path(file_okay=False), help="Folder with weights to go on from; the shipped ones by default."
)
@click.option(
    "--base", type=click.Path(file_okay=False), help="Folder of the encoder that those were trained from, if not ours."
)
@click.option(
    "--epochs", type=click.IntRange(1, 1000), default=3, show_default=True, help="Passes over the reviewed sentences."
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 10, min_open=True),
    default=0.4,
    show_default=True,
    help="Times the learning rates.",
)
@click.option(
    "--own",
    type=click.FloatRange(0, 1000),
    default=4.0,
    show_default=True,
    help="Our own sentences in an epoch for each reviewed one, against forgetting.",
)
@click.option(
    "--held-out",
    type=click.FloatRange(0, 0.9),
    default=0.3,
    show_default=True,
    help="Share of documents whose reviews only measure.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--threads", type=click.IntRange(1, 1024), default=2, show_default=True)
def train(
    url: str, output: str, start: str | None, base: str | None, held_out: float, threads: int, **course: Any
) -> int:
    """Go on training from the reviewed sentences of a ledger, and show what that gained on reviews that were held out.

    The new weights have a version of their own: `demarche recode --weights FOLDER` codes a ledger again with them, and what people said
    stays. They hold traces of the sentences that they learnt from: keep them as you keep the texts.
    """
    from demarche.training.base import check_libraries
    from demarche.training.further import Course, train_further

    check_libraries(base=base)
    reviewed = _reviewed(url, held_out)
    made = train_further(
        reviewed,
        Path(output),
        start=Path(start) if start else None,
        base=base,
        course=Course(**course),
        threads=threads,
        report=_tell_epoch,
    )
    _print_gains(made.gains)
    click.echo(
        f"demarche: wrote {made.folder}: {made.coder}; code a ledger again with: demarche recode --weights {made.folder}",
        err=True,
    )
    return 0


def _reviewed(url: str, held_out: float) -> list[CodedSentence]:
    """Return the reviewed sentences of a ledger, those of some documents held out, and say how many there are."""
    from demarche.training.reviewed import latest_reviews, split_reviews

    with open_ledger(url) as ledger:
        reviews = latest_reviews(ledger.reviews())
        if not reviews:
            raise InputError("nothing is reviewed in this ledger yet; review sentences with: demarche serve")
        made = split_reviews(
            reviews,
            held_out=held_out,
            voice_of=lambda review: _voice_of(ledger, review),
            cluster_of=lambda document: ledger.copies(document)[0],
        )
    queues = Counter(review.queue for review in reviews)
    parts = Counter(coded.split for coded in made)
    click.echo(
        f"demarche: {len(reviews)} reviewed sentences ({', '.join(f'{number} {queue}' for queue, number in sorted(queues.items()))}): "
        f"{parts['train']} to learn from, {parts['test']} held out",
        err=True,
    )
    return made


def _voice_of(ledger: Any, review: Any) -> Any:
    """Return the voice that the coder read in a sentence: a review without a move does not say."""
    span = review.sentence
    return ledger.review_task(review.document, span.start, span.end, coder=review.coder).voice


def _tell_epoch(epoch: int, epochs: int, loss: float) -> None:
    click.echo(f"demarche: epoch {epoch} of {epochs}, loss {loss:.3f}", err=True)


def _print_gains(gains: tuple[Gain, ...]) -> None:
    from demarche.present.training import render_gain

    print_rich(*(render_gain(gain) for gain in gains))
    held, own = gains
    if held.verdict != "better":
        click.echo(
            "demarche: the new weights are not shown to be better on the held-out reviews; review more, or keep the old ones",
            err=True,
        )
    if own.verdict == "worse":
        click.echo(
            "demarche: the new weights are worse on our own sentences: raise --own, or lower --epochs or --rate",
            err=True,
        )
