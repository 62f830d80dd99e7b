"""What some formats need beside the moves: the texts that Discourse Network Analyzer imports first, the interface of Label Studio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from demarche.cli._output import open_output
from demarche.model import Document

__all__ = ["check_companions", "companion_options", "write_companions"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def companion_options(function: _Function) -> _Function:
    """Add the options that name the files beside the moves."""
    function = click.option(
        "--config",
        type=click.Path(dir_okay=False),
        help="label-studio: write the labelling interface to this file, too.",
    )(function)
    return click.option(
        "--documents",
        type=click.Path(),
        help="dna: write the texts, too: a table for R if it ends in .csv, else a folder of text files.",
    )(function)


def check_companions(form: str, *, documents: str | None, config: str | None, no_text: bool) -> None:
    """Raise UsageError if what is to go along is of another format, or may not."""
    if documents and form != "dna":
        raise click.UsageError("--documents goes with the format dna")
    if config and form != "label-studio":
        raise click.UsageError("--config goes with the format label-studio")
    if documents and no_text:
        raise click.UsageError("--documents writes the texts, and --no-text leaves them out")


def write_companions(ledger: Any, names: Iterable[str], *, documents: str | None, config: str | None) -> None:
    """Write the texts of documents, and the interface, where they are asked for."""
    from demarche.exchange import write_config, write_documents

    if config:
        with open_output(config, binary=False) as file:
            file.write(write_config())
    if documents is None:
        return
    texts = (ledger.document(name) for name in names)
    if documents.endswith(".csv"):
        with open_output(documents, binary=False) as file:
            file.writelines(line.encode("utf-8", "replace").decode() for line in write_documents(texts))
        return
    for path, text in _files(Path(documents), texts):
        with open_output(str(path), binary=True) as file:
            file.write(text.encode("utf-8", "replace"))


def _files(folder: Path, documents: Iterable[Document]) -> Iterator[tuple[Path, str]]:
    from demarche.exchange import file_name

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"cannot make the folder {folder}: {error.strerror or error}") from error
    for document in documents:
        yield folder / file_name(document), document.text
