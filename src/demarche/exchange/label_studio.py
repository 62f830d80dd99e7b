"""Moves as pre-annotated tasks of Label Studio, and the labelling interface that shows them.

A task is a document, or a part of a long one. Its predictions hold a region for each trigger, labelled with the act, a region for each
role, labelled with it, and a relation from the trigger to each of its roles; status, issue and voice are choices of the trigger's region.
Label Studio counts offsets of text in code points, as we do.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.exchange._cells import whole
from demarche.exchange._citation import web_address
from demarche.exchange._format import Format
from demarche.exchange._tags import tag_of
from demarche.model import Document, Move, SourcedMove, Span

__all__ = ["CHOICES", "LABEL_STUDIO", "ROLES", "role_spans", "split_text", "write_config", "write_tasks"]

ROLES = {
    "actor": "actors",
    "recipient": "recipients",
    "content": "content",
    "condition": "condition",
    "deadline": "deadline",
    "when": "when",
    "where": "where",
    "source": "source",
}
"""Label of a role -> field of a move."""
CHOICES = ("status", "issue", "voice")
_MOST = 10_000
"""Code points of a task: a page with more regions than that has becomes slow."""
_COLOURS = {None: "#9e9e9e", 1: "#5b9bd5", 2: "#3a9d5d", 3: "#e0a030", 4: "#d0533f"}
"""Of the quad classes."""


def write_tasks(moves: Iterable[SourcedMove], text: bool) -> Iterator[str]:
    """Yield the pieces of a JSON file with a task for each document that has moves, or for each part of a long one.

    Raises
    ------
    InputError
        If the words of the documents may not go along: there would be nothing to label.
    """
    if not text:
        raise InputError("Label Studio shows texts to people: its tasks cannot be written without them")
    before = "[\n"
    for _, group in itertools.groupby(moves, key=lambda found: found.document.id):
        for task in _tasks(list(group)):
            yield before + json.dumps(task, ensure_ascii=False)
            before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _tasks(found: Sequence[SourcedMove]) -> Iterator[dict[str, Any]]:
    document = found[0].document
    sentences = sorted({(one.move.sentence.start, one.move.sentence.end) for one in found})
    for part in split_text(document.text, sentences, _MOST):
        yield _task(document, part, [one.move for one in found if part.start <= one.move.sentence.start < part.end])


def split_text(text: str, sentences: Sequence[tuple[int, int]], most: int) -> Iterator[Span]:
    """Yield the parts of a text, none longer than `most` if that can be, cut at a line's end or a space and in no sentence."""
    start = 0
    while len(text) - start > most:
        cut = max(text.rfind("\n", start, start + most), start) or start
        cut = cut if cut > start else max(text.rfind(" ", start, start + most), start)
        cut = cut + 1 if cut > start else start + most
        within = next(((first, last) for first, last in sentences if first < cut < last), None)
        if within:
            cut = within[0] if within[0] > start else within[1]
        yield Span.of(text, start, cut)
        start = cut
    if start < len(text):
        yield Span.of(text, start, len(text))


def _task(document: Document, part: Span, moves: Sequence[Move]) -> dict[str, Any]:
    about = {name: getattr(document, name) for name in ("title", "published", "publisher")}
    about["url"] = web_address(document.url)
    data = {
        "text": whole(part.text),
        "document": document.id,
        "start": part.start,
        **{name: value for name, value in about.items() if value is not None},
        "moves": [tag_of(move) for move in moves],
    }
    return {"data": data, "predictions": [_prediction(part, moves)] if moves else []}


def _prediction(part: Span, moves: Sequence[Move]) -> dict[str, Any]:
    coders = dict.fromkeys(move.coder for move in moves)
    results: dict[str, dict[str, Any]] = {}
    for move in moves:
        for result in _results(move, part):
            results.setdefault(json.dumps(result, sort_keys=True), result)  # words of two moves are one region
    return {
        "model_version": ", ".join(coders),
        "score": round(sum(move.confidence for move in moves) / len(moves), 4),
        "result": list(results.values()),
    }


def _results(move: Move, part: Span) -> Iterator[dict[str, Any]]:
    trigger = _place(move.trigger, part)
    yield _region(move.id, "act", trigger, "labels", move.act.value) | {"score": round(move.confidence, 4)}
    for name in CHOICES:
        yield _region(move.id, name, trigger, "choices", str(getattr(move, name)))
    for role in ROLES:
        for span in role_spans(move, role):
            place = _place(span, part)
            name = f"{role}-{place['start']}-{place['end']}"
            yield _region(name, "role", place, "labels", role)
            yield {"type": "relation", "from_id": move.id, "to_id": name, "direction": "right", "labels": [role]}


def role_spans(move: Move, role: str) -> list[Span]:
    """Return the words of a role of a move, each once."""
    value = getattr(move, ROLES[role])
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    return list(dict.fromkeys(one if isinstance(one, Span) else one.span for one in values))


def _place(span: Span, part: Span) -> dict[str, Any]:
    return {"start": span.start - part.start, "end": span.end - part.start, "text": whole(span.text)}


def _region(name: str, control: str, place: dict[str, Any], kind: str, value: str) -> dict[str, Any]:
    return {"id": name, "from_name": control, "to_name": "text", "type": kind, "value": {**place, kind: [value]}}


def write_config() -> str:
    """Return the labelling interface of the tasks: paste it under Settings, Labeling Interface, Code."""
    codebook = load_codebook()
    acts = [_label(act.value, _COLOURS[code.quad], code.definition) for act, code in codebook.acts.items()]
    roles = [_label(role, "#b0a4d4") for role in ROLES]
    listed = {
        "status": [code.value for code in codebook.statuses],
        "issue": list(codebook.issues),
        "voice": [code.value for code in codebook.voices],
    }
    lines = [
        "<View>",
        '  <Header value="The act, on the words that say it"/>',
        '  <Labels name="act" toName="text">',
        *acts,
        "  </Labels>",
        '  <Header value="Who, to whom, what: mark it, then draw a relation from the act"/>',
        '  <Labels name="role" toName="text">',
        *roles,
        "  </Labels>",
        '  <Text name="text" value="$text" granularity="symbol"/>',
        *(line for name in CHOICES for line in _choices(name, listed[name])),
        "  <Relations>",
        *(f"    <Relation value={quoteattr(role)}/>" for role in ROLES),
        "  </Relations>",
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _label(value: str, colour: str, hint: str = "") -> str:
    more = f" hint={quoteattr(hint)}" if hint else ""
    return f'    <Label value={quoteattr(value)} background="{colour}"{more}/>'


def _choices(name: str, values: Sequence[str]) -> Iterator[str]:
    yield f'  <Choices name="{name}" toName="text" perRegion="true" whenTagName="act" choice="single-radio">'
    yield from (f"    <Choice value={quoteattr(value)}/>" for value in values)
    yield "  </Choices>"


LABEL_STUDIO = Format(
    name="label-studio",
    title="Label Studio: tasks with predictions",
    suffix=".json",
    write=write_tasks,
)
