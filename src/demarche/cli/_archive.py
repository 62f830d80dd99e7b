"""What the verbs that read an archive share: the options that name it, and the archive in the place of a ledger."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, TypeVar

import click

from demarche.cli._ledger import open_ledger
from demarche.model import LedgerMove

__all__ = ["archive_options", "open_archive", "open_source", "print_archive"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--threads", type=click.IntRange(1, 1024), help="With --archive: threads of its database; all cores if not given."),
    click.option(
        "--memory",
        metavar="SIZE",
        help="With --archive: what may be used, e.g. 8GB; 4 GiB, or half of the machine's if that is less.",
    ),
    click.option("--archive", type=click.Path(file_okay=False), help="A folder that demarche scale code wrote, in place of a ledger."),
    click.option(
        "--ledger",
        "url",
        envvar="DEMARCHE_LEDGER",
        metavar="URL",
        help="A file such as ledger.db, or postgresql://user@host/database; also from DEMARCHE_LEDGER.",
    ),
)  # fmt: skip


def archive_options(function: _Function) -> _Function:
    """Add the options that name a ledger or an archive, and give the function what they say as ``stored``, for :func:`open_source`."""

    @functools.wraps(function)
    def gather(url: str | None, archive: str | None, memory: str | None, threads: int | None, **given: Any) -> Any:
        stored = {"url": url, "archive": archive, "memory": memory, "threads": threads}
        return function(stored=stored, **given)

    made: Any = gather
    for option in _OPTIONS:
        made = option(made)
    return made  # type: ignore[no-any-return]


def open_source(
    *, url: str | None, archive: str | None, memory: str | None, threads: int | None, sectors: bool = False
) -> AbstractContextManager[Any]:
    """Return the ledger, or the archive in its place, to be used in a with statement."""
    context = click.get_current_context()
    named = context.get_parameter_source("url") is click.core.ParameterSource.COMMANDLINE
    if archive is not None and named:
        raise click.UsageError("--ledger or --archive, not both")
    if archive is not None:
        if sectors:
            raise click.UsageError(
                "an archive holds parties without their sectors; take it into a ledger for --sectors"
            )
        return _Opened(open_archive(archive, memory=memory, threads=threads))
    if memory or threads:
        raise click.UsageError("--memory and --threads are of an archive: name one with --archive")
    if url is None:
        raise click.UsageError("name a ledger with --ledger, or an archive with --archive")
    return open_ledger(url)  # type: ignore[no-any-return]


def open_archive(folder: str, *, memory: str | None, threads: int | None) -> Any:
    """Return an archive that is open to be read."""
    from demarche.archive import Archive

    return Archive.open(folder, memory=memory, threads=threads)


class _Opened(ExitStack):
    """An archive in the place of a ledger: it gives moves, propositions and quotes, and refuses what changes a ledger."""

    def __init__(self, archive: Any) -> None:
        super().__init__()
        self._archive = self.enter_context(archive)
        self._found: Any = None
        self._quotes: dict[str, LedgerMove] = {}

    def take(self, analysis: str, wanted: Any, console: Any) -> Any:
        """Return the frame of the moves that pass, for an analysis."""
        from demarche.pipeline import archive_moves

        self.find_copies(console)
        with _bar(console, "grouping contents") as report:
            self._found = archive_moves(self._archive, analysis, wanted, report=report)
        return self._found.frame

    def find_copies(self, console: Any) -> None:
        """Find which documents are copies, unless that is known."""
        with _bar(console, "finding copies") as report:
            self._archive.find_copies(report=report)

    def complete(self, result: Any) -> Any:
        """Return a result with what the archive left out."""
        return self._found.taking.complete(result) if self._found else result

    def fetch(self, render: Callable[[Callable[[str], LedgerMove | None]], Any]) -> None:
        """Fetch the moves that a rendering quotes, together: each search goes through all moves."""
        asked: dict[str, None] = {}

        def quote(move: str) -> LedgerMove | None:
            asked[move] = None
            return self._quotes.get(move)

        known = -1
        while len(asked) > known:  # what it quotes can depend on what the quotes before it say
            known = len(asked)
            render(quote)
            self._quotes |= self._archive.quotes([move for move in asked if move not in self._quotes])

    def move(self, move_id: str) -> LedgerMove:
        """Return a move; raises LedgerError if it is not there."""
        if move_id not in self._quotes:
            self._quotes[move_id] = self._archive.move(move_id)
        return self._quotes[move_id]

    def overview(self) -> Any:
        """Return how much there is."""
        return self._archive.overview()

    def count(self, by: str, *, limit: int) -> Any:
        """Return how often each value is reported."""
        return self._archive.count(by, limit=limit)

    def __getattr__(self, name: str) -> Any:
        """Return what the propositions of the moves that were taken give; what only a ledger does is refused."""
        if name.startswith("_"):
            raise AttributeError(name)
        from demarche.archive import HeldPropositions

        return getattr(self._found.held if self._found else HeldPropositions(), name)


def _bar(console: Any, what: str) -> Any:
    """Return a context that shows how far something is, on a terminal."""
    from contextlib import contextmanager

    from rich.progress import Progress

    @contextmanager
    def show() -> Any:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task(what, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)

    return show()


def print_archive(opened: Any, limit: int) -> None:
    """Print what an archive holds."""
    from rich.console import Console

    from demarche.cli._ledger import print_rich
    from demarche.pipeline import actor_name
    from demarche.present.archive import render_holding

    opened.find_copies(Console(stderr=True))
    counts = {by: opened.count(by, limit=limit) for by in ("act", "issue", "month", "actor", "dyad")}
    print_rich(render_holding(opened.overview(), counts, name=actor_name))
