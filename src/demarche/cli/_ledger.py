"""What the verbs on a ledger share: the option that names it, filters, and how it is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from demarche.model import Act, MoveFilter, Status, Voice

__all__ = ["filter_options", "ledger_option", "limit_option", "make_filter", "open_ledger", "print_rich"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

ledger_option = click.option(
    "--ledger",
    "url",
    envvar="DEMARCHE_LEDGER",
    required=True,
    metavar="URL",
    help="A file such as ledger.db, or postgresql://user@host/database; also from DEMARCHE_LEDGER.",
)
limit_option = click.option(
    "--limit", type=click.IntRange(1, 10**9), default=50, show_default=True, help="At most so many."
)

_FILTERS = (
    ("actor", "Id of the actor, e.g. USA."),
    ("recipient", "Id of the recipient."),
    ("source", "Id of whom the text cites."),
    ("act", "One of the 24 acts."),
    ("issue", "One of the codebook's issues."),
    ("status", "How the text presents it."),
    ("voice", "Who speaks."),
    ("move", "Id of one move, as the analyses name their evidence."),
    ("since", "Date of the move, inclusive: 1962, 1962-10 or 1962-10-22; unknown: those without."),
    ("until", "Date of the move, inclusive."),
    ("publisher", "Name of the publisher, exactly."),
    ("document", "Id of a document."),
    ("cluster", "Id of a cluster of copies."),
    ("words", 'Words that all stand in the move; "quoted words" in that order.'),
)


def filter_options(function: _Function) -> _Function:
    """Add an option for each field of a filter on moves."""
    closed = {"act": Act, "status": Status, "voice": Voice}
    for name, about in reversed(_FILTERS):
        kind = click.Choice([code.value for code in closed[name]]) if name in closed else None
        function = click.option(f"--{name}", type=kind, help=about)(function)
    least = click.option("--min-confidence", type=click.FloatRange(0, 1), help="The coder's probability, at least.")
    quad = click.option("--quad", type=click.IntRange(0, 4), help="Quad class of the act, 1 to 4; 0: acts of none.")
    return least(quad(function))


def make_filter(**given: Any) -> MoveFilter:
    """Return the filter that the options state; raises CodebookError for an issue that there is not."""
    from demarche.pipeline import check_issue

    if given.get("issue"):
        check_issue(given["issue"])
    return MoveFilter(**given)


def open_ledger(url: str, *, create: bool = False) -> Any:
    """Return the ledger; it is not made unless `create` is true."""
    from demarche.ledger import Ledger

    return Ledger.open(url, create=create)


def print_rich(*parts: Any) -> None:
    """Print what rich renders to standard output."""
    from rich.console import Console

    from demarche.cli._output import open_output

    with open_output(None, binary=False) as file:
        console = Console(file=file, highlight=False)
        for part in parts:
            console.print(part)
