"""Which coder the verbs use that code: the built-in one, with these weights or those, or a language model at an address."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click

__all__ = ["ChosenCoder", "coder_options"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_NUMBERS = {
    "max_cost": ("most_cost", click.FloatRange(0, min_open=True), "Ask no more when so much is spent."),
    "max_tokens": ("most_tokens", click.IntRange(1), "Ask no more when so many tokens are spent."),
    "price_in": ("price_in", click.FloatRange(0), "Price of a million tokens that are sent."),
    "price_out": ("price_out", click.FloatRange(0), "Price of a million tokens that come back."),
    "examples": ("examples", click.IntRange(0, 16), "Examples that the model is shown; 12 by default."),
    "batch": ("batch", click.IntRange(1, 100), "Sentences of one question; 8 by default."),
    "concurrency": ("concurrency", click.IntRange(1, 64), "Questions side by side; 4 by default."),
    "timeout": ("timeout", click.FloatRange(0, min_open=True), "Seconds for one try; 300 by default."),
}
"""Option -> the parameter of the reader, its kind and what it says."""


@dataclass(frozen=True, kw_only=True)
class ChosenCoder:
    """What the options say; the reader is loaded by :meth:`open`."""

    weights: str | None
    name: str | None
    address: str | None
    options: dict[str, Any]

    @contextmanager
    def open(self, *, told: bool = True) -> Iterator[Any]:
        """Yield the reader, and say on standard error where texts go, and afterwards what that came to, unless it is told elsewhere."""
        from demarche import pipeline

        if self.name is None:
            yield pipeline.load(self.weights)
            return
        with pipeline.load_llm(self.name, address=self.address, **self.options) as reader:
            click.echo(f"demarche: {_destination(reader)}", err=True)
            try:
                yield reader
            except BaseException:
                told = True  # what was spent before it broke off is spent
                raise
            finally:
                if told:
                    _tell(reader.run)


def coder_options(function: _Function) -> _Function:
    """Add the options that choose a coder; the function is given a `ChosenCoder` as `coder`."""

    @functools.wraps(function)
    def chosen(*args: Any, weights: str | None, coder: str | None, address: str | None, **rest: Any) -> Any:
        given = {name: rest.pop(name) for name in (*_NUMBERS, "key_from", "cache")}
        _check(weights, coder, {"address": address, **given})
        names = {"key_from": "key_variable", "cache": "cache", **{name: entry[0] for name, entry in _NUMBERS.items()}}
        options = {names[name]: value for name, value in given.items() if value is not None}
        made = ChosenCoder(weights=weights, name=coder, address=address, options=options)
        return function(*args, coder=made, **rest)

    made: Any = chosen
    for name, (_, kind, about) in reversed(_NUMBERS.items()):
        made = click.option(f"--{name.replace('_', '-')}", type=kind, help=f"Language model: {about}")(made)
    for option in reversed(_WORDS):
        made = option(made)
    return made  # type: ignore[no-any-return]


_WORDS = (
    click.option(
        "--weights", type=click.Path(file_okay=False), help="Folder with other weights than the shipped ones."
    ),
    click.option(
        "--coder",
        metavar="llm:MODEL@URL",
        help="Ask a language model at this address instead: the texts are sent there.",
    ),
    click.option("--address", metavar="URL", help="Language model: its address, if the name has none."),
    click.option(
        "--key-from",
        metavar="VARIABLE",
        help="Language model: variable that holds the key; DEMARCHE_LLM_KEY by default.",
    ),
    click.option(
        "--cache",
        type=click.Path(dir_okay=False),
        help="Language model: file in which its answers are kept for the next time.",
    ),
)


def _check(weights: str | None, coder: str | None, given: dict[str, Any]) -> None:
    beside = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if coder is None and beside:
        raise click.UsageError(f"{', '.join(beside)}: only with --coder llm:MODEL@URL")
    if coder is not None and weights is not None:
        raise click.UsageError("--weights are those of the built-in coder; leave out --coder or --weights")


def _destination(reader: Any) -> str:
    from demarche.present.coder_run import say_destination

    return say_destination(reader.coder, reader.address)


def _tell(run: Any) -> None:
    from demarche.present.coder_run import say_run

    for line in say_run(run):
        click.echo(f"demarche: {line}", err=True)
