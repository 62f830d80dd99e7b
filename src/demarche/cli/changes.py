"""The verbs that add to what a ledger says, each with its reason: ``correct``, ``reject``, ``restore``, ``merge`` ..."""

from __future__ import annotations

from typing import Any

import click

from demarche.cli._ledger import ledger_option, open_ledger
from demarche.model import Act, Status, Voice

__all__ = ["correct", "merge", "redact", "reject", "restore", "split"]

_why = click.option("--why", required=True, help="The reason, kept in the log.")


@click.command()
@click.argument("move")
@ledger_option
@_why
@click.option("--act", type=click.Choice([act.value for act in Act]), help="The right act.")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="The right status.")
@click.option("--voice", type=click.Choice([voice.value for voice in Voice]), help="The right voice.")
@click.option("--issue", help="The right issue.")
@click.option("--date", help="When it took place, ISO 8601.")
def correct(move: str, url: str, why: str, **given: str | None) -> int:
    """Amend the codes of a move; the old ones stay in the log."""
    from demarche.pipeline import correct as amend

    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise click.UsageError("say what is right: --act, --status, --voice, --issue or --date")
    with open_ledger(url) as ledger:
        amend(ledger, move, why=why, **changes)
    _say(f"{move} amended")
    return 0


@click.command()
@click.argument("move")
@ledger_option
@_why
def reject(move: str, url: str, why: str) -> int:
    """Take a move out of the current view; it stays in the log."""
    return _change(url, "reject", move, why)


@click.command()
@click.argument("move")
@ledger_option
@_why
def restore(move: str, url: str, why: str) -> int:
    """Take a rejected move back into the current view."""
    with open_ledger(url) as ledger:
        ledger.restore(move, why=why)
    _say(f"restore: {move}")
    return 0


@click.command()
@click.argument("documents", nargs=-1, required=True)
@ledger_option
@_why
def merge(documents: tuple[str, ...], url: str, why: str) -> int:
    """Put documents that are copies of one another into one cluster."""
    return _change(url, "merge", list(documents), why)


@click.command()
@click.argument("document")
@ledger_option
@_why
def split(document: str, url: str, why: str) -> int:
    """Take a document that is no copy out of its cluster."""
    return _change(url, "split", document, why)


@click.command()
@click.argument("document")
@ledger_option
@_why
def redact(document: str, url: str, why: str) -> int:
    """Hide a document and its moves from every view; that it was there stays in the log."""
    return _change(url, "redact", document, why)


def _change(url: str, verb: str, subject: Any, why: str) -> int:
    with open_ledger(url) as ledger:
        result = getattr(ledger, verb)(subject, why=why)
    _say(f"{verb}: {result or subject}")
    return 0


def _say(words: str) -> None:
    from demarche.present import show_line

    click.echo(show_line(words))
