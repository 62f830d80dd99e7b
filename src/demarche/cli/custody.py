"""``demarche custody``: how one document came to its text."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import click

from demarche.cli._ledger import ledger_option, open_ledger
from demarche.cli._output import open_output
from demarche.errors import InputError, LedgerError

__all__ = ["custody"]


def _custody(ledger: Any, document: str) -> Any:
    """Return the custody of a document; who names a move is told which document it stands in."""
    try:
        return ledger.custody(document)
    except LedgerError:
        with suppress(LedgerError):
            home = ledger.move(document).move.document
            raise InputError(f"{document} is a move, and custody is of a document: it stands in {home}") from None
        raise


@click.command()
@click.argument("document")
@ledger_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json for programs.",
)
def custody(document: str, url: str, form: str) -> int:
    """Show how a document came to its text: from where, when, with which hash, by which steps, and what was said of it since.

    Of a redacted document the hash and the log are left.
    """
    from demarche.present.custody import custody_record, render_custody

    with open_ledger(url) as ledger:
        found, entries = _custody(ledger, document), ledger.log(subject=document)
    with open_output(None, binary=False) as file:
        if form == "json":
            file.write(json.dumps(custody_record(document, found, entries), ensure_ascii=False) + "\n")
        else:
            file.writelines(line + "\n" for line in render_custody(document, found, entries))
    return 0
