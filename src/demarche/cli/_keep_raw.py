"""The option that says where raw bytes are kept; without it their hash is kept alone."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

__all__ = ["ChosenArchive", "keep_raw_option"]


@dataclass(frozen=True, slots=True)
class ChosenArchive:
    """The folder that a user names for raw bytes, None where only hashes are kept."""

    folder: Path | None

    def check(self, inputs: Iterable[str]) -> None:
        """Raise UsageError if the folder lies in one that is read: what is kept would be read as a source."""
        for name in inputs:
            if self.folder and Path(name).is_dir() and self.folder.resolve().is_relative_to(Path(name).resolve()):
                raise click.UsageError(
                    f"{self.folder} lies in {name}, which is read; keep the raw bytes in another folder"
                )

    def open(self) -> AbstractContextManager[Any]:
        """Return the archive, made if it is not there; what stands in for it gives None."""
        if self.folder is None:
            return nullcontext()
        from demarche.sources.archive import RawArchive

        return RawArchive(self.folder)


def _choose(context: click.Context, parameter: click.Parameter, value: str | None) -> ChosenArchive:
    return ChosenArchive(None if value is None else Path(value))


keep_raw_option = click.option(
    "--keep-raw",
    "archive",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    callback=_choose,
    help="Keep the raw bytes, too, as WARC files in this folder; by default only their hash is kept.",
)
