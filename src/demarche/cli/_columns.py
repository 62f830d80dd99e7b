"""``--columns``: which columns of a table hold what, where its header has other names than ours."""

from __future__ import annotations

import click

from demarche.errors import InputError

__all__ = ["columns_option"]


def _parse(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    from demarche.sources import parse_columns

    try:
        return parse_columns(given)
    except InputError as error:
        raise click.BadParameter(error.reason) from error


columns_option = click.option(
    "--columns",
    multiple=True,
    callback=_parse,
    metavar="FIELD=COLUMN,...",
    help="Of tables and JSON lines, the columns of text, id, title, published, publisher, url: text=body,title=headline.",
)
