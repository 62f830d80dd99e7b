"""From what a page knows to its HTML: the templates, and the few words that all of them use."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from demarche import __version__
from demarche.codebook import load_codebook
from demarche.model import LedgerMove, Mention, Move
from demarche.pipeline import actor_name
from demarche.present._marks import party_words, show_controls, show_line
from demarche.present.charts.links import draw_linked_chart
from demarche.web._filters import address, choices, document_address, evidence_address, move_address, restate
from demarche.web._results import Answer

__all__ = ["draw", "named", "render", "show_pending"]

_SECTIONS = (
    ("Read", (("/", "Overview"), ("/timeline", "Timeline"), ("/documents", "Documents"), ("/moves", "Moves"), ("/actors", "Actors"))),
    ("Analyse", (("/positions", "Positions"), ("/repetition", "Repetition"), ("/threats", "Threats and promises"), ("/claims", "Claims"),
                 ("/playbooks", "Playbooks"), ("/plans", "Plans"), ("/network", "Network"), ("/propositions", "Propositions"),
                 ("/outlook", "Outlook"))),
    ("Work", (("/ingest", "Take in"), ("/review", "Review"), ("/quality", "Measured error"), ("/log", "Log"))),
)  # fmt: skip

_LONG = 2000
"""Characters of a sentence that are shown whole."""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("demarche.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "line": lambda value: show_line(str(value)),
        "text": lambda value: show_controls(str(value)),
        "words": lambda value: str(value).replace("_", " "),
        "number": lambda value: "unknown" if value is None else f"{value:,}",
        "share": lambda value: "unknown" if value is None else f"{value:.2f}",
        "web_link": web_link,
    }
    made.globals |= {
        "sections": _SECTIONS,
        "version": __version__,
        "address": address,
        "document_address": document_address,
        "evidence": evidence_address,
        "move_address": move_address,
        "choices": choices,
        "quad_of": quad_of,
        "parties": parties,
        "restate": restate,
        "named": named,
        "pieces": marked_sentence,
    }
    return made


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    template
        Its name in the folder of templates.
    status
        Of the answer.
    context
        What the template uses, besides ``user``, ``csrf``, ``here`` (the path) and the functions and filters of this module.
    """
    state = request.state
    made = (
        _environment()
        .get_template(template)
        .render(
            user=getattr(state, "user", None),
            csrf=getattr(state, "csrf", ""),
            here=request.url.path,
            query=request.query_params,
            ledger_name=getattr(request.app.state, "ledger_name", ""),
            has_accounts=getattr(request.app.state, "has_accounts", False),
            today=date.today(),
            **context,
        )
    )
    return HTMLResponse(made.encode("utf-8", "replace").decode("utf-8"), status_code=status)


def show_pending(request: Request, title: str, answer: Answer) -> HTMLResponse:
    """Return the page that stands for a result until it is there: it asks again by itself."""
    return render(request, "pending.html", title=title, answer=answer)


def draw(spec: dict[str, Any]) -> Markup:
    """Return a chart whose marks lead to their sentences. Its words were escaped when it was drawn."""
    return Markup(show_controls(draw_linked_chart(spec, evidence_address)))  # noqa: S704  (made by an XML writer, which escapes)


def named(actor: str | None) -> str | None:
    """Return the name of an actor's id, with its sector if that has one; None if it is in no gazetteer.

    Examples
    --------
    >>> named("USA GOV")
    'United States (GOV)'
    """
    if actor is None or actor_name(actor):
        return actor_name(actor)
    whole, _, sector = actor.partition(" ")
    known = actor_name(whole)
    return f"{known} ({sector})" if known and sector else known


def quad_of(act: str) -> int:
    """Return the quad class of an act, 0 for those that have none."""
    return next((code.quad or 0 for known, code in load_codebook().acts.items() if known.value == act), 0)


def parties(mentions: tuple[Mention, ...]) -> list[dict[str, str | None]]:
    """Return the parties of a move for people: the words, whom they mean, and under which id they are found."""
    first = {mention.span.text: mention.id for mention in reversed(mentions)}
    return [
        {"words": show_line(words), "whom": show_line(whom) or None, "id": first.get(words)}
        for words, whom in party_words(mentions)
    ]


def marked_sentence(found: LedgerMove | Move) -> list[tuple[str, str | None]]:
    """Return the sentence of a move in pieces, each with the role that its words have: trigger, actor ... or None.

    Of a very long sentence the part around the trigger, with dots where it goes on.
    """
    move = found.move if isinstance(found, LedgerMove) else found
    roles, text = _roles(move), move.sentence.text
    low, high = _near(move) if len(text) > _LONG else (0, len(text))
    inner = {place for start, end, _ in roles for place in (start, end) if low < place < high}
    cuts = sorted({low, high, *inner})
    made: list[tuple[str, str | None]] = [("\u2026", None)] if low else []
    for start, end in zip(cuts, cuts[1:], strict=False):
        inside = [name for first, last, name in roles if first <= start and end <= last]
        made.append((show_controls(text[start:end]), inside[0] if inside else None))
    return [*made, ("\u2026", None)] if high < len(text) else made


def _near(move: Move) -> tuple[int, int]:
    origin = move.sentence.start
    high = min(move.trigger.end - origin + _LONG // 2, len(move.sentence.text))
    return max(0, move.trigger.start - origin - _LONG // 2), high


def _roles(move: Move) -> list[tuple[int, int, str]]:
    """Return the spans of a move in its sentence, the narrower role before the wider one that may hold it."""
    spans = [("trigger", move.trigger)]
    spans += [("actor", mention.span) for mention in move.actors] + [
        ("recipient", mention.span) for mention in move.recipients
    ]
    spans += [("source", move.source.span)] if move.source else []
    spans += [(name, time.span) for name, time in (("deadline", move.deadline), ("when", move.when)) if time]
    spans += [
        (name, span)
        for name, span in (("where", move.where), ("condition", move.condition), ("content", move.content))
        if span
    ]
    origin = move.sentence.start
    return [(span.start - origin, span.end - origin, name) for name, span in spans]


def web_link(url: str | None) -> str | None:
    """Return an address if it is one of the web, None for whatever else stands in its place (``javascript:`` ...).

    Examples
    --------
    >>> web_link("https://example.org/a"), web_link("javascript:alert(1)")
    ('https://example.org/a', None)
    """
    if not url or show_line(url) != url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
