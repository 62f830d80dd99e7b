"""What the verbs of the analyses share: the options, the frame of moves, and how a finding is shown."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from demarche.cli._archive import archive_options, open_source
from demarche.cli._ledger import filter_options, make_filter
from demarche.cli._output import open_output
from demarche.errors import LedgerError
from demarche.model import LedgerMove

__all__ = ["Asked", "analysis_options", "check_day", "day_of"]

_FORMATS = ("table", "jsonl", "csv", "parquet")


class Asked:
    """What a verb was asked: the ledger (of an archive, what stands for one), the filters, and where the answer goes."""

    def __init__(
        self,
        ledger: Any,
        wanted: Any,
        *,
        sectors: bool,
        form: str,
        output: str | None,
        plot: str | None,
        analysis: str = "",
    ) -> None:
        self.ledger = ledger
        self._analysis = analysis
        self.today = date.today()
        self._wanted = wanted
        self._sectors = sectors
        self._form = form
        self._output = output
        self._plot = plot

    def moves(self, analysis: str | None = None) -> Any:
        """Return the frame of the moves that pass the filters, each with the proposition of its content.

        Parameters
        ----------
        analysis
            What an archive is to give them for; that of the verb by default.
        """
        from rich.console import Console
        from rich.progress import Progress

        from demarche.pipeline import frame_moves, group_propositions

        console = Console(stderr=True)
        if hasattr(self.ledger, "take"):
            return self._checked(self.ledger.take(analysis or self._analysis, self._wanted, console))
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("grouping contents", total=None)

            def report(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            try:
                group_propositions(self.ledger, report=report)
            except LedgerError as error:  # one may read a ledger that one may not write
                click.echo(f"demarche: new contents are left out, they could not be grouped: {error}", err=True)
        return self._checked(frame_moves(self.ledger, self._wanted, sectors=self._sectors))

    def _checked(self, moves: Any) -> Any:
        if moves.is_empty():
            click.echo("demarche: no move passes these filters (ids of actors: demarche actors)", err=True)
        return moves

    @functools.cached_property
    def _names(self) -> dict[str, str]:
        return {found.id: found.name for found in self.ledger.propositions()}

    def proposition(self, proposition: str) -> str | None:
        """Return the readable name of a proposition."""
        return self._names.get(proposition)

    @functools.cache  # noqa: B019  (one Asked lives as long as the command)
    def quote(self, move: str) -> LedgerMove | None:
        """Return a move by its id, None if it is not there any more."""
        try:
            found: LedgerMove = self.ledger.move(move)
        except LedgerError:
            return None
        return found

    def name(self, actor: str | None) -> str | None:
        """Return the name of an actor's id, with its sector if that has one."""
        from demarche.pipeline import actor_name

        if actor is None or actor_name(actor):
            return actor_name(actor)
        whole, _, sector = actor.partition(" ")
        known = actor_name(whole)
        return f"{known} ({sector})" if known and sector else known

    def show(
        self,
        result: Any,
        *,
        rows: Iterable[Any],
        render: Callable[..., Any],
        chart: Callable[..., dict[str, Any]] | None = None,
        **further: Any,
    ) -> None:
        """Write a finding as it was asked for, and its chart if a file for it is named.

        Parameters
        ----------
        rows
            What goes into jsonl, csv and parquet: records.
        render, chart
            Called with the result and ``name``, the first with ``quote`` too, and with what `further` holds.
        """
        if hasattr(self.ledger, "complete"):
            result = self.ledger.complete(result)
        self._write(result, list(rows), render, further)
        if self._plot and chart:
            from demarche.present.plot import draw_chart

            drawn = draw_chart(chart(result, name=self.name, **further), Path(self._plot).suffix.lstrip(".").lower())
            with open_output(self._plot, binary=True) as file:
                file.write(drawn)

    def _named(self, row: Any) -> dict[str, Any]:
        """Return the name of the proposition that a row is of: an id alone says nothing to who reads the file."""
        known = getattr(row, "proposition", None)
        return {"proposition_name": self.proposition(known)} if isinstance(known, str) else {}

    def _write(self, result: Any, rows: list[Any], render: Callable[..., Any], further: dict[str, Any]) -> None:
        from rich.console import Console

        from demarche.present.findings import write_rows_csv, write_rows_jsonl, write_rows_parquet

        with open_output(self._output, binary=self._form == "parquet") as file:
            if self._form == "table":
                if hasattr(self.ledger, "fetch"):
                    self.ledger.fetch(lambda quote: render(result, name=self.name, quote=quote, **further))
                made = render(result, name=self.name, quote=self.quote, **further)
                console = Console(file=file, highlight=False)
                for part in made if isinstance(made, list | tuple) else [made]:
                    console.print(part)
            elif self._form == "parquet":
                write_rows_parquet(rows, file, more=self._named)
            else:
                file.writelines({"jsonl": write_rows_jsonl, "csv": write_rows_csv}[self._form](rows, more=self._named))


def check_day(_: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """Return the day that an option gives: the callback of all options that take one."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter("give a day such as 2026-03-31", param=parameter) from error


def day_of(published: str | None) -> date | None:
    """Return the day of a time of publication, None where it is not known to the day."""
    return date.fromisoformat(published[:10]) if published and len(published) >= 10 else None


def analysis_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that all analyses share, and give the function what they come to: an :class:`Asked`."""

    @functools.wraps(function)
    def run(
        stored: dict[str, Any],
        sectors: bool,
        form: str,
        output: str | None,
        plot: str | None,
        filters: dict[str, Any],
        **own: Any,
    ) -> int:
        if form == "parquet" and output is None and sys.stdout.isatty():
            raise click.UsageError("Parquet is binary; name a file with --output")
        if plot and Path(plot).suffix.lower() not in (".svg", ".png", ".json"):
            raise click.BadParameter("name a file that ends in .svg, .png or .json", param_hint="--plot")
        with open_source(**stored, sectors=sectors) as ledger:
            asked = Asked(
                ledger,
                make_filter(**filters),
                sectors=sectors,
                form=form,
                output=output,
                plot=plot,
                analysis=_ANALYSES.get(function.__name__, function.__name__),
            )
            return function(asked, **own)

    return _with_options(run)


def _with_options(run: Callable[..., int]) -> Callable[..., int]:
    names = _filter_names()

    @functools.wraps(run)
    def gather(**given: Any) -> int:
        return run(filters={name: given.pop(name) for name in names}, **given)

    made = gather
    for option in (
        click.option("--plot", type=click.Path(dir_okay=False), help="Draw the chart to this file: .svg, .png, or .json (Vega-Lite)."),
        click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output."),
        click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True,
                     help="table for people; the others with one row a finding and the ids of its moves."),
        click.option("--sectors", is_flag=True, help="Tell a state's government, forces ... apart (SUN GOV, SUN MIL)."),
    ):  # fmt: skip
        made = option(made)
    return archive_options(filter_options(made))


_ANALYSES = {"show": "outlook", "network": "stances"}
"""What an archive calls the analyses of verbs that have another name; a network of addresses says so itself."""


def _filter_names() -> tuple[str, ...]:
    import dataclasses

    from demarche.model import MoveFilter

    # Many ids are what a page asks for, not what anybody types.
    return tuple(field.name for field in dataclasses.fields(MoveFilter) if field.name != "moves")
