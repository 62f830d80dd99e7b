"""``demarche accounts``: who may use a desk that others can reach."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from demarche.errors import InputError, MissingExtra

__all__ = ["accounts"]

_ROLES = ("reader", "reviewer", "admin")

_file = click.option(
    "--accounts",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="DEMARCHE_ACCOUNTS",
    required=True,
    help="The file of accounts, readable by you alone; also from DEMARCHE_ACCOUNTS.",
)
_stdin = click.option("--password-stdin", is_flag=True, help="Take the password from standard input, one line.")


@click.group()
def accounts() -> None:
    """Manage who may use a desk: readers, reviewers and admins, each with a password.

    A desk that runs takes up a change at once, and ends the sessions of whom it is about.
    """


@accounts.command()
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), default="reader", show_default=True, help="What the user may do.")
@_file
@_stdin
def add(name: str, role: str, path: Path, password_stdin: bool) -> int:
    """Add an account; the first makes the file."""
    made = _open(path, create=True).add(name, _password(password_stdin), _role(role))
    click.echo(f"{made.name} is {made.role}")
    return 0


@accounts.command("list")
@_file
def show(path: Path) -> int:
    """List the accounts."""
    listed = _open(path).all()
    width = max((len(account.name) for account in listed), default=0)
    for account in listed:
        state = "" if account.usable else f"  disabled since {account.disabled[:10]}"
        click.echo(f"{account.name:{width}}  {account.role:8}  since {account.created[:10]}{state}")
    return 0


@accounts.command()
@click.argument("name")
@click.argument("role", type=click.Choice(_ROLES))
@_file
def role(name: str, role: str, path: Path) -> int:
    """Give a user another role."""
    made = _open(path).set_role(name, _role(role))
    click.echo(f"{made.name} is now {made.role}")
    return 0


@accounts.command()
@click.argument("name")
@_file
@_stdin
def password(name: str, path: Path, password_stdin: bool) -> int:
    """Give a user another password."""
    known = _open(path)
    if known.find(name) is None:
        raise InputError("there is no such account", where=str(path))
    made = known.set_password(name, _password(password_stdin))
    click.echo(f"{made.name} has another password")
    return 0


@accounts.command()
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let the user in again.")
@_file
def disable(name: str, undo: bool, path: Path) -> int:
    """Let a user in no more; the name stays taken, because the log names it."""
    known = _open(path)
    made = known.enable(name) if undo else known.disable(name)
    click.echo(f"{made.name} is {'enabled' if undo else 'disabled'}")
    return 0


def _room() -> Any:
    try:
        from demarche.web import _accounts
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("demarche"):
            raise
        raise MissingExtra("accounts", "desk") from error
    return _accounts


def _open(path: Path, *, create: bool = False) -> Any:
    if not create and not path.exists():
        raise InputError("is not there; make it with: demarche accounts add NAME --role admin", where=str(path))
    return _room().Accounts(path)


def _role(name: str) -> Any:
    return _room().Role(name)


def _password(from_stdin: bool) -> str:
    """Return the password; never from the command line, which other users of the machine can see."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="Again"))
