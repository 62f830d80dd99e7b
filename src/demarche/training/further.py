"""Goes on from weights with reviewed sentences, mixed with our own so that little of what was learnt is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from demarche.analysis.gain import measure_gain
from demarche.errors import InputError
from demarche.model import CodedSentence, ReadSentence
from demarche.model.training import Gain
from demarche.reading import load_reader
from demarche.reading._weights import load_weights
from demarche.training.base import default_base, load_tokenizer
from demarche.training.corpus import SHIPPED, own_sentences
from demarche.training.epochs import draw_epochs
from demarche.training.reviewed import further_card, mark_of

__all__ = ["Course", "Retrained", "fit_further", "read_with", "train_further"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How to go on.

    Parameters
    ----------
    epochs
        Passes over the reviewed sentences.
    rate
        Times the learning rates of training from the encoder.
    own
        Sentences of our own in an epoch for each reviewed one, drawn anew each time, as far as there are so many.
    exchange
        Share, 0 to 1, of sentences in which other states stand in place of those named.
    seed
        Of order, dropout and draws.
    """

    epochs: int = 3
    rate: float = 0.4
    own: float = 4.0
    exchange: float = 0.3
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """Where the new weights are, the coder that they are, and what they gained: on held-out reviews, on our own sentences."""

    folder: Path
    coder: str
    gains: tuple[Gain, ...]


def train_further(
    reviewed: Sequence[CodedSentence],
    output: Path,
    *,
    start: Path | None = None,
    base: str | None = None,
    course: Course | None = None,
    threads: int = 2,
    report: Callable[[int, int, float], None] | None = None,
) -> Retrained:
    """Write weights that learnt from the reviewed sentences of the split train too, and return what they gained on the others.

    Parameters
    ----------
    reviewed
        From :func:`~demarche.training.reviewed.split_reviews`.
    start
        Folder of the weights to go on from; the shipped ones by default.
    base
        Folder of the encoder that those were trained from; all-MiniLM-L6-v2 by default.
    report
        Is told epoch, epochs and mean loss after every epoch.

    Raises
    ------
    InputError
        If there is no sentence to learn from, or the new weights would take the place of the old, or have no place.
    ModelError
        If there are no weights in `start`, or they are of another form than `base`.
    """
    start, course = start or SHIPPED, course or Course()
    learn = [coded for coded in reviewed if coded.split == "train"]
    if not learn:
        raise InputError("there is no reviewed sentence to learn from; review some, of several documents")
    _make_folder(output, start)
    own, dev = own_sentences()
    held = [coded for coded in reviewed if coded.split == "test"]
    tests = {"held-out reviews": held, "our own dev sentences": dev}
    before = {about: read_with(start, sentences) for about, sentences in tests.items()}
    mark = mark_of(reviewed, **asdict(course), start=load_reader(start).coder)
    drawn = min(len(own), round(course.own * len(learn)))
    card = further_card(asdict(load_weights(start).card), mark, learnt=len(learn), own=drawn, seed=course.seed)
    network, tokenizer = fit_further(learn, own, drawn, course, start=start, base=base, threads=threads, report=report)
    _export(network, output, tokenizer, card)
    gains = tuple(
        measure_gain([coded.sentence for coded in sentences], before[about], read_with(output, sentences), about=about)
        for about, sentences in tests.items()
    )
    return Retrained(folder=output, coder=load_reader(output).coder, gains=gains)


def _make_folder(output: Path, start: Path) -> None:
    """Make the folder first, so that nothing is learnt in vain."""
    if output.resolve() == start.resolve():
        raise InputError("the new weights would take the place of the old; name another folder", where=str(output))
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made ({error}); name another folder", where=str(output)) from error


def fit_further(
    learn: Sequence[CodedSentence],
    own: Sequence[CodedSentence],
    drawn: int,
    course: Course,
    *,
    start: Path,
    base: str | None,
    threads: int,
    report: Callable[[int, int, float], None] | None,
) -> tuple[Any, Any]:
    """Return the network after training, and its tokenizer; parameters as of :func:`train_further`."""
    import torch

    from demarche.training.fit import Settings, fit
    from demarche.training.network import load_network
    from demarche.training.start import start_from

    torch.manual_seed(course.seed)
    torch.set_num_threads(threads)
    base = base or default_base()
    tokenizer = load_tokenizer(base)
    usual = Settings()
    settings = Settings(
        epochs=course.epochs,
        seed=course.seed,
        encoder_rate=usual.encoder_rate * course.rate,
        head_rate=usual.head_rate * course.rate,
        average=_decay(course.epochs, len(learn) + drawn, usual.batch, usual.average),
    )
    make_epoch = draw_epochs(tokenizer, own, learn, number=drawn, exchange=course.exchange, seed=course.seed)
    return fit(start_from(load_network(base), start), make_epoch, settings, report), tokenizer


def _decay(epochs: int, sentences: int, batch: int, most: float) -> float:
    """Return the decay of the average of the weights: over a tenth of the steps at most, else a short run would keep the old ones.

    Examples
    --------
    >>> _decay(3, 300, 16, 0.999), _decay(11, 12000, 16, 0.999)
    (0.825, 0.999)
    """
    steps = epochs * (sentences // batch + 1)
    return round(max(0.0, min(most, 1 - 10 / steps)), 3)


def _export(network: Any, folder: Path, tokenizer: Any, card: dict[str, Any]) -> None:
    from demarche.training.export import export

    export(network, folder, tokenizer=tokenizer, card=card)


def read_with(weights: Path, sentences: Sequence[CodedSentence]) -> list[ReadSentence]:
    """Return what a reader with the weights in a folder reads in sentences, each by itself."""
    return list(load_reader(weights).read_sentences([coded.sentence.span for coded in sentences]))
