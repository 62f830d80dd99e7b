"""What the verbs share that fetch from the network: what may be reached, and how politely."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["fetch_options", "make_settings"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--contact", metavar="MAIL", help="Goes to the servers with our name, so that they can write to you."),
    click.option("--robots/--no-robots", default=True, show_default=True, help="Obey robots.txt."),
    click.option(
        "--allow",
        multiple=True,
        metavar="HOST",
        help="A host that is not of the open internet and may be reached: a name, .name, an IP address or network.",
    ),
    click.option("--proxy", metavar="URL", help="Fetch through this proxy; one of the environment is not believed."),
    click.option(
        "--interval",
        type=click.FloatRange(0, 3600),
        default=2.0,
        show_default=True,
        help="Seconds between two requests to one host; robots.txt may ask for more.",
    ),
)
_NAMES = ("contact", "robots", "allow", "proxy", "interval")


def fetch_options(function: _Function) -> _Function:
    """Add the options; the function is given them as one dictionary, `fetching`."""

    @functools.wraps(function)
    def chosen(*args: Any, **rest: Any) -> Any:
        given = {name: rest.pop(name) for name in _NAMES}
        return function(*args, fetching=given, **rest)

    for option in reversed(_OPTIONS):
        chosen = option(chosen)
    return chosen  # type: ignore[return-value]


def make_settings(fetching: dict[str, Any]) -> Any:
    """Return the settings that the options state."""
    from demarche.errors import DemarcheError
    from demarche.fetching import FetchSettings

    try:
        return FetchSettings(**fetching)
    except DemarcheError as error:
        raise click.UsageError(str(error)) from error
