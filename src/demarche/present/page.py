"""A self-contained page: each document's whole text with its moves marked, report and opinion told apart.

No script, no request, everything escaped: the texts are hostile until proven otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from importlib import resources

from demarche.codebook import load_codebook
from demarche.model import CodedDocument, Document, Failure, Mention, Move, ReadSentence, Span, Status, Voice
from demarche.present._marks import party_words

__all__ = ["render_page"]

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>Moves in text - Demarche</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>Moves in text</h1>
<p class="note">What the texts report. A move is what a text says, not what is known to be true.</p>
{legend}
</header>
<main>
"""
_FOOT = "</main>\n</body>\n</html>\n"
_QUADS = {
    1: "verbal co-operation",
    2: "material co-operation",
    3: "verbal conflict",
    4: "material conflict",
    None: "statement",
}


def render_page(items: Iterable[CodedDocument | Failure]) -> Iterator[str]:
    """Yield the parts of one HTML page with all documents; failures are listed where they stand.

    The text of every document stands in it whole: the block of class ``text`` has exactly the words of ``document.text``.
    """
    yield _HEAD.format(style=_style(), legend=_legend())
    number = 0
    for item in items:
        if isinstance(item, Failure):
            yield f'<p class="failure"><b>Not coded</b> <bdi>{_text(item.where)}</bdi>: {_text(item.reason)}</p>\n'
        else:
            number += 1
            yield from _document(item, number)
    yield _FOOT


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("page.css").read_text("utf-8")


def _legend() -> str:
    quads = "".join(f'<li><mark class="{_quad(quad)}">{name}</mark></li>' for quad, name in _QUADS.items())
    statuses = "".join(
        f'<li><span class="status">{status.value}</span></li>' for status in Status if status != Status.ACTUAL
    )
    opinion = '<li><span class="opinion key">opinion: the author\'s own judgement</span></li>'
    return f'<ul class="legend" aria-label="Legend">{quads}{opinion}{statuses}</ul>'


def _document(coded: CodedDocument, number: int) -> Iterator[str]:
    yield f'<article id="d{number}">\n{_title(coded.document)}\n{_counts(coded)}\n<div class="columns">\n'
    yield '<div class="text" dir="auto">'
    yield from _marked_text(coded, number)
    yield '</div>\n<ol class="moves" aria-label="Moves">\n'
    for position, move in enumerate(coded.moves, 1):
        yield _card(move, number, position)
    yield "</ol>\n</div>\n</article>\n"


def _title(document: Document) -> str:
    about = [document.publisher, document.published, document.url]
    line = " · ".join(f"<bdi>{_text(part)}</bdi>" for part in about if part)
    return f"<h2><bdi>{_text(document.title or document.id)}</bdi></h2>\n<p class='about'>{line}</p>"


def _counts(coded: CodedDocument) -> str:
    acts = load_codebook().acts
    counts = Counter(move.act for move in coded.moves).most_common()
    items = "".join(
        f'<li><mark class="{_quad(acts[act].quad)}">{act.value}</mark> {count}</li>' for act, count in counts
    )
    opinions = sum(sentence.voice == Voice.OPINION for sentence in coded.reading.sentences)
    count = len(coded.moves)
    whole = f"{count} {'move' if count == 1 else 'moves'} in {len(coded.reading.sentences)} sentences, {opinions} of them opinion"
    return f"<p class='note'>{whole}</p>\n<ul class='counts'>{items}</ul>"


def _marked_text(coded: CodedDocument, number: int) -> Iterator[str]:
    text, position = coded.document.text, 0
    places = {move.id: place for place, move in enumerate(coded.moves, 1)}
    by_sentence: dict[int, list[Move]] = {}
    for move in coded.moves:
        by_sentence.setdefault(move.sentence.start, []).append(move)
    for sentence in coded.reading.sentences:
        yield _text(text[position : sentence.span.start])
        moves = [(places[move.id], move) for move in by_sentence.get(sentence.span.start, [])]
        yield _sentence(sentence, moves, number)
        position = sentence.span.end
    yield _text(text[position:])


def _sentence(sentence: ReadSentence, moves: list[tuple[int, Move]], number: int) -> str:
    parts, position = [], sentence.span.start
    words = sentence.span.text
    for place, move in sorted(moves, key=lambda item: item[1].trigger.start):
        start, end = move.trigger.start, move.trigger.end
        if start < position:
            continue
        parts.append(_text(words[position - sentence.span.start : start - sentence.span.start]))
        label = _text(f"{move.act.value}, {move.status.value}")
        parts.append(
            f'<a href="#m{number}-{place}" id="t{number}-{place}" title="{label}">'
            f'<mark class="{_quad(move.quad)} {move.status.value}">{_text(move.trigger.text)}</mark></a>'
        )
        position = end
    parts.append(_text(words[position - sentence.span.start :]))
    kind = "opinion" if sentence.voice == Voice.OPINION else "report"
    return f'<span class="{kind}">{"".join(parts)}</span>'


def _card(move: Move, number: int, place: int) -> str:
    status = "" if move.status == Status.ACTUAL else f' <span class="status">{move.status.value}</span>'
    voice = ' <span class="status">opinion</span>' if move.voice == Voice.OPINION else ""
    rows: list[tuple[str, Span | None]] = [
        ("content", move.content),
        ("on condition", move.condition),
        ("by", move.deadline.span if move.deadline else None),
        ("when", move.when.span if move.when else None),
        ("where", move.where),
        ("according to", move.source.span if move.source else None),
    ]
    details = "".join(f"<dt>{name}</dt><dd><bdi>{_text(span.text)}</bdi></dd>" for name, span in rows if span)
    return (
        f'<li id="m{number}-{place}"><p><a href="#t{number}-{place}"><mark class="{_quad(move.quad)}">{move.act.value}</mark>'
        f"</a>{status}{voice} {_parties(move)}</p><dl>{details}</dl>"
        f'<p class="codes">{_text(_when(move))}{_text(move.issue.replace("_", " "))} · confidence {move.confidence:.2f}</p></li>\n'
    )


def _when(move: Move) -> str:
    """Return the date of a move with what it rests on, unless that is its own words."""
    basis = "" if move.date_basis in (None, "explicit") else f" ({move.date_basis})"
    return f"{move.date}{basis} \u00b7 " if move.date else ""


def _parties(move: Move) -> str:
    actors = _names(move.actors) or "<i>not named</i>"
    return f"{actors} → {_names(move.recipients)}" if move.recipients else actors


def _names(mentions: tuple[Mention, ...]) -> str:
    return ", ".join(
        f"<b><bdi>{_text(words)}</bdi></b>" + (f" <small>({_text(known)})</small>" if known else "")
        for words, known in party_words(mentions)
    )


def _quad(quad: int | None) -> str:
    return f"q{quad or 0}"


def _text(text: str) -> str:
    """Return the text escaped for HTML; lone surrogates, which no page can hold, as U+FFFD."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))
