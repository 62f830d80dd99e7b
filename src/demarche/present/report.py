"""A dossier to hand over: one file with what a ledger comes to, every statement with the sentences that say it.

It asks for nothing and runs nothing: no script, no address that is fetched, and a policy in the page that forbids both. All that
comes from texts is escaped by the template engine; the charts are drawn here and hold nothing but a drawing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from demarche.errors import MissingExtra
from demarche.model.report import Dossier, Evidence
from demarche.present._marks import show_controls, show_line
from demarche.present._report_announced import write_announced
from demarche.present._report_findings import write_claims, write_demands, write_network, write_plans
from demarche.present._report_method import write_error, write_method, write_open
from demarche.present._report_notes import Notes
from demarche.present._report_parts import Section
from demarche.present._report_positions import write_positions
from demarche.present._report_summary import say_holdings, write_holdings, write_summary, write_timeline
from demarche.present._report_words import Name
from demarche.present._report_writer import Writer

__all__ = ["check_ready", "render_report"]

_TITLE = "What is reported"


def check_ready() -> None:
    """Raise MissingExtra if what fills the page is not installed."""
    _environment()


def render_report(
    dossier: Dossier,
    *,
    evidence: Callable[[str], Evidence | None],
    name: Name,
    proposition: Name,
    title: str | None = None,
    texts: bool = True,
) -> str:
    """Return a dossier as one HTML page that can be opened, printed and sent without anything beside it.

    Parameters
    ----------
    evidence
        Gives a move by its id; None where it is not there any more.
    name, proposition
        Give the names of an actor's and a proposition's id.
    title
        What stands on top.
    texts
        False leaves out all words of the texts; offsets and hashes of the sentences stand in their place.

    Raises
    ------
    MissingExtra
        If jinja2 is not installed, or what draws the charts.
    """
    notes = Notes(evidence, name=name, texts=texts)
    writer = Writer(dossier, notes, name=name, proposition=proposition, texts=texts)
    sections = list(_write(writer))
    style = resources.files(__package__).joinpath("report.css").read_text("utf-8")
    page: str = (
        _environment()
        .get_template("report.html")
        .render(
            title=show_line(title or _TITLE),
            holdings=say_holdings(writer),
            sections=sections,
            notes=notes.all(),
            texts=texts,
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            entered=(dossier.entered or "")[:10],
            broken=bool(dossier.verification.problems),
        )
    )
    # Lone surrogates, which no page can hold, would end the writing of it.
    return page.encode("utf-8", "replace").decode("utf-8")


def _write(writer: Writer) -> Iterator[Section]:
    """Yield the sections in their order, which is that of the numbers of the notes."""
    yield write_summary(writer)
    yield write_holdings(writer)
    yield write_timeline(writer)
    yield write_positions(writer)
    yield write_announced(writer)
    yield write_claims(writer)
    yield write_demands(writer)
    if writer.dossier.plans:
        yield write_plans(writer)
    yield write_network(writer)
    yield write_open(writer)
    yield write_method(writer)
    yield write_error(writer)


@cache
def _environment() -> Any:
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtra("a dossier", "desk") from error
    from markupsafe import Markup

    templates = resources.files(__package__).joinpath("templates")
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda file: templates.joinpath(file).read_text("utf-8")),
        autoescape=True,
        finalize=lambda value: (
            show_controls(value) if isinstance(value, str) and not isinstance(value, Markup) else value
        ),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # For what this package wrote itself: its stylesheet, and drawings that went through `draw_for_page`.
    made.filters["own"] = Markup
    return made
