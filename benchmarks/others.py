"""What else there is to pick, on the same news: ``python benchmarks/others.py --news ITEMS.jsonl.gz [--documents 500]``.

In one process on one core, in turns: this package from text to moves with actors and dates, and spaCy's blank English pipeline with its
sentence splitter, which codes nothing (it is what any other way has to pay first). What is not installed is left out and named.

Beside them stand rates that others published, each with its source; they are of other machines, so that only their order of magnitude
compares:

- PETRARCH2 codes trees that a parser made before. It is no package of PyPI, is written for Python 2, and needs Stanford CoreNLP.
- A language model is reckoned by formula: seconds a question = tokens read / rate of reading + tokens written / rate of writing, with the
  tokens of the prompt that ``demarche code --coder`` sends. With a server that keeps the instructions, which are the same each time, only
  the sentences are read anew.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from demarche import pipeline
from demarche.model import CodedDocument
from demarche.reading import split_sentences
from demarche.sources import document_from_text

_DOSSIER = Path(__file__).parents[1] / "examples" / "cuba-1962" / "docs.jsonl"
_TURNS = 3


@dataclass(frozen=True)
class Quoted:
    """A rate that somebody published: sentences a second, of what, and where it stands."""

    name: str
    rate: str
    source: str


_PETRARCH = "github.com/openeventdata/petrarch2"
QUOTED = (
    Quoted("TABARI, coding by patterns", "1,000 to 2,000", f"{_PETRARCH}, docs/source/tabari_vs_petrarch.rst"),
    Quoted("PETRARCH, coding trees that are there", "150", f"{_PETRARCH}, docs/source/tabari_vs_petrarch.rst"),
    Quoted(
        "PETRARCH2, coding trees that are there",
        "250",
        f"{_PETRARCH}, README.md: 900,000 an hour, one process, iMac of 2013",
    ),
    Quoted("CoreNLP, making the trees", "2 to 5", f"{_PETRARCH}, docs/source/tabari_vs_petrarch.rst"),
)
INSTRUCTIONS = 4700
"""Tokens of the instructions with 12 examples, as in ``docs/llm.md``."""
A_QUESTION = 8
"""Sentences of a question, the default of ``--batch``."""
TOKENS_IN = 35
"""Tokens of a sentence of news."""
TOKENS_OUT = 70
"""Tokens of the JSON that answers for one: a move in two out of three sentences, with its words."""
_MODEL = (
    "a model of 7 thousand million weights in 4 bits, llama.cpp, one core of a Xeon Platinum 8375C: "
    "as put together from others in blog.victorbona.dev/compendium/cpu-llm-inference/benchmarks-and-baselines"
)


def of_language_model(*, reading: float, writing: float, kept: bool) -> float:
    """Return sentences a second of a language model that reads and writes so many tokens a second.

    Parameters
    ----------
    kept
        Whether the server keeps what it made of the instructions.

    Examples
    --------
    >>> round(of_language_model(reading=1000, writing=100, kept=True), 2)
    1.36
    """
    read = A_QUESTION * TOKENS_IN + (0 if kept else INSTRUCTIONS)
    return A_QUESTION / (read / reading + A_QUESTION * TOKENS_OUT / writing)


def texts_of(path: Path, number: int) -> list[str]:
    """Return the texts of the first documents of a file of JSON lines, gzip or not."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as lines:
        return [json.loads(line)["text"] for line in islice(lines, number)]


def code_with(weights: Path | None) -> Callable[[Iterable[str]], None]:
    """Return what codes texts, moves with actors and dates."""
    reader = pipeline.load(weights, threads=1)

    def code(texts: Iterable[str]) -> None:
        for made in pipeline.code_all((document_from_text(text) for text in texts), reader=reader):
            if not isinstance(made, CodedDocument):
                raise SystemExit(f"{made.where}: {made.reason}")

    return code


def split_with_spacy() -> Callable[[Iterable[str]], None]:
    """Return what splits texts into words and sentences by spaCy; ModuleNotFoundError without it."""
    import spacy

    language = spacy.blank("en")
    language.add_pipe("sentencizer")

    def split(texts: Iterable[str]) -> None:
        for document in language.pipe(texts):
            list(document.sents)

    return split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", type=Path, default=_DOSSIER, help="JSON lines of documents with text, gzip or not")
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--weights", type=Path, help="folder with weights to measure beside the shipped ones")
    parser.add_argument("--reading", type=float, default=40, help="tokens a second that a language model reads")
    parser.add_argument("--writing", type=float, default=3.1, help="tokens a second that it writes")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts = texts_of(options.news, options.documents)
    sentences = sum(sum(1 for _ in split_sentences(text)) for text in texts)
    print(f"{len(texts)} documents, {sentences} sentences; one core, sentences a second of processor time\n")
    measure(texts, sentences, options.weights)
    print("\nPublished, on other machines:")
    for quoted in QUOTED:
        print(f"{quoted.rate:>14}  {quoted.name} ({quoted.source})")
    print("\nReckoned:")
    for kept, how in ((True, "instructions kept"), (False, "instructions read each time")):
        rate = of_language_model(reading=options.reading, writing=options.writing, kept=kept)
        about = f"{options.reading:g} tokens a second read, {options.writing:g} written"
        print(f"{rate:14.3f}  language model, {how}, {about}" + (f" ({_MODEL})" if options.writing == 3.1 else ""))


def measure(texts: list[str], sentences: int, weights: Path | None) -> None:
    """Print the rates of what is installed, the median of a few turns."""
    ways: dict[str, Callable[[], Callable[[Iterable[str]], None]]] = {
        "this package, text to moves with actors and dates": lambda: code_with(None)
    }
    if weights:
        ways["the same with the other weights"] = lambda: code_with(weights)
    ways["spaCy, blank English: words and sentences, no coding"] = split_with_spacy
    ready: dict[str, Callable[[Iterable[str]], None]] = {}
    for name, make in ways.items():
        try:
            ready[name] = make()
        except ModuleNotFoundError as error:
            print(f"{'not installed':>14}  {name} ({error.name})")
    spent: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(_TURNS):
        for name, act in ready.items():
            started = time.process_time()
            act(texts)
            spent[name].append(time.process_time() - started)
    for name, times in spent.items():
        print(f"{sentences / statistics.median(times):14.0f}  {name}")


if __name__ == "__main__":
    main()
