"""``demarche import``: what people say in other tools, back into a ledger as reviews; other people's moves, as those of a coder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from demarche.cli._ledger import ledger_option, open_ledger, print_rich
from demarche.cli._status import EXIT_NOTHING, EXIT_SOME
from demarche.model import Failure

__all__ = ["import_"]

_FORMATS = ("dna", "label-studio", "plover")
_BESIDE = (
    "of the accepted moves nobody changed: a review is of a whole sentence, and another move of theirs was changed"
)
_VERDICTS = ("accepted", "amended", "added", "rejected")


@click.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(_FORMATS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@ledger_option
@click.option(
    "--as",
    "names",
    multiple=True,
    metavar="[THEIRS=]NAME",
    help="The reviewer's name in the ledger; THEIRS=NAME for one of several people. For plover the coder's name.",
)
@click.option("--complete", is_flag=True, help="dna: a move of ours that the list does not have is rejected.")
@click.option("--accepted", is_flag=True, help="Record sentences that nobody changed as accepted, too.")
@click.option("--guess", is_flag=True, help="plover: take the usual act where an event type is several.")
@click.option(
    "--recode", is_flag=True, help="plover: also documents that are there; these moves become the current ones."
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--undo", is_flag=True, help="dna, label-studio: take back all reviews that this file brought.")
@click.option("--why", help="The reason of --undo, kept in the log.")
def import_(
    form: str, file: str, url: str, names: tuple[str, ...], dry_run: bool, undo: bool, why: str | None, **asked: bool
) -> int:
    """Bring back into a ledger what people changed in another tool.

    FORMAT is dna (event list), label-studio (JSON or JSON-MIN) or plover (records with their texts). Each sentence that somebody changed
    is a review under the person's name: it is in the log, and can be undone (--undo with the same file, or one by one with
    demarche reviews --undo). The same file again changes nothing. What cannot be held against the text is named, and the rest goes on.
    """
    if undo != bool((why or "").strip()):
        raise click.UsageError("--undo and --why TEXT go together")
    if undo and form == "plover":
        raise click.UsageError("--undo takes back reviews; plover brings documents, and no reviews")
    if undo:
        return _undo(form, file, url, names, why or "", dry_run=dry_run)
    if form == "plover":
        return _take_plover(file, url, names, dry_run=dry_run, **asked)
    return _take_back(form, file, url, names, dry_run=dry_run, **asked)


def _take_back(form: str, file: str, url: str, names: tuple[str, ...], *, dry_run: bool, **asked: bool) -> int:
    from demarche.model.returned import Returned
    from demarche.present import show_line
    from demarche.present.returned import count_returned, render_returned
    from demarche.returning import read_returned, take_back

    with open_ledger(url) as ledger:
        items = list(
            take_back(
                read_returned(file, form),
                ledger,
                source=form,
                who=_namer(names),
                complete=asked["complete"],
                accepted=asked["accepted"],
                dry_run=dry_run,
            )
        )
    _name_failures(items)
    if dry_run:
        print_rich(render_returned(items))
    counts = count_returned(items)
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS)
    done = "would be reviewed" if dry_run else "reviewed"
    by = ", ".join(
        sorted({show_line(item.who or "") for item in items if isinstance(item, Returned) and item.state == "new"})
    )
    click.echo(
        f"demarche: {counts['new']} sentences {done}{f' by {by}' if by else ''} ({verdicts}), {counts['known']} said before, "
        f"{counts['unchanged']} unchanged, {counts['failures']} failed",
        err=True,
    )
    if counts["beside"]:
        click.echo(f"demarche: {counts['beside']} {_BESIDE}", err=True)
    if counts["new"] and not dry_run:
        click.echo(f"demarche: to take this back: demarche import {form} {show_line(file)} --undo --why ...", err=True)
    return _status(counts["failures"], counts.total() - counts["failures"])


def _undo(form: str, file: str, url: str, names: tuple[str, ...], why: str, *, dry_run: bool) -> int:
    from demarche.returning import undo_returned

    people = [name.rpartition("=")[2] for name in names]
    with open_ledger(url) as ledger:
        taken = sum(1 for _ in undo_returned(file, ledger, source=form, why=why, who=people, dry_run=dry_run))
    if not taken:
        reason = "no review of this file, as it is now, stands in the ledger; single ones: demarche reviews --undo"
        click.echo(f"demarche: {reason}", err=True)
        return EXIT_NOTHING
    click.echo(f"demarche: {taken} reviews {'would be ' if dry_run else ''}taken back", err=True)
    return 0


def _namer(names: tuple[str, ...]) -> Callable[[str | None], str | None]:
    """Return what gives a person's name in the ledger for the one in the file."""
    pairs = {theirs: ours for theirs, sign, ours in (name.rpartition("=") for name in names) if sign}
    plain = [name for name in names if "=" not in name]
    if len(plain) > 1:
        raise click.UsageError("--as NAME is given twice; for several people give --as THEIRS=NAME for each")

    def name(theirs: str | None) -> str | None:
        return pairs.get(theirs or "") or (plain[0] if plain else theirs)

    return name


def _take_plover(file: str, url: str, names: tuple[str, ...], *, dry_run: bool, **asked: bool) -> int:
    from demarche.returning import take_plover

    if len(names) != 1:
        raise click.UsageError("say whose moves these are: --as NAME")
    with open_ledger(url, create=not dry_run) as ledger:
        items = list(
            take_plover(file, ledger, coder=names[0], guess=asked["guess"], over=asked["recode"], dry_run=dry_run)
        )
    _name_failures(items)
    taken = [item for item in items if not isinstance(item, Failure)]
    new = [item for item in taken if not item.known]
    failed = len(items) - len(taken)
    done = "would be taken in" if dry_run else "taken in"
    moves = sum(item.moves for item in new)
    click.echo(
        f"demarche: {len(new)} documents {done} with {moves} moves, {len(taken) - len(new)} were there, {failed} failed",
        err=True,
    )
    return _status(failed, len(taken))


def _name_failures(items: list[Any]) -> None:
    from demarche.model.returned import Remark
    from demarche.present import show_line

    for item in items:
        if isinstance(item, Remark):
            click.echo(f"demarche: {show_line(item.where)} {show_line(item.text)}", err=True)
        if isinstance(item, Failure):
            click.echo(f"demarche: {show_line(item.where)}: {show_line(item.reason)}", err=True)


def _status(failed: int, done: int) -> int:
    if not failed:
        return 0
    return EXIT_SOME if done else EXIT_NOTHING
