"""A spaCy component: ``nlp.add_pipe("demarche")`` gives ``doc._.moves`` and ``doc.spans["moves"]``.

It needs no other component: it splits sentences itself, as everywhere in Demarche, so that a text has the same moves in any pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from demarche import pipeline
from demarche.errors import InputError, MissingExtra
from demarche.model import CodedDocument, Document, Failure, Mention, Move, Span
from demarche.sources import document_from_text

try:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.tokens import Span as Tokens
except ImportError as error:
    raise MissingExtra("the spaCy component", "spacy") from error

__all__ = ["MoveCoder", "make_component"]

_KEY = "demarche"
_ALIGNMENTS = ("expand", "contract", "strict")
_ROLES = ("content", "condition", "deadline", "when", "where")
_ABOUT = ("title", "published", "publisher", "url")


def make_component(
    nlp: Language,
    name: str,
    *,
    weights: str | None = None,
    threads: int = 0,
    published: str | None = None,
    alignment: str = "expand",
) -> MoveCoder:
    """Return the component of a pipeline; spaCy calls it with the settings that ``nlp.add_pipe`` was given.

    Parameters
    ----------
    weights
        A folder of weights; the shipped ones by default.
    threads
        Threads that one text may use; 0 takes all cores.
    published
        ISO date of the texts that do not say theirs in ``doc._.published``.
    alignment
        What becomes of words that begin or end within a token: ``expand`` takes the whole token, ``contract`` leaves it out,
        ``strict`` gives no span.

    Raises
    ------
    InputError
        If the alignment is none of these.
    """
    if alignment not in _ALIGNMENTS:
        raise InputError(f"there is no alignment {alignment!r}; choose from {', '.join(_ALIGNMENTS)}", where=name)
    return MoveCoder(weights=weights, threads=threads, published=published, alignment=alignment)


class MoveCoder:
    """Codes the texts of a pipeline; make it with ``nlp.add_pipe("demarche", config={...})``."""

    def __init__(self, *, weights: str | None, threads: int, published: str | None, alignment: str) -> None:
        self._weights = weights
        self._threads = threads
        self._published = published
        self._alignment = alignment
        self._reader: Any = None

    def __call__(self, doc: Doc) -> Doc:
        """Return a text with its moves; of one that cannot be coded ``doc._.moves_failure`` says why."""
        coded = self._code(doc.text, {name: getattr(doc._, name) for name in _ABOUT})
        if isinstance(coded, Failure):
            _keep(doc, moves=(), failure=coded.reason)
        else:
            moves = tuple(_in_words_of(doc.text, move) for move in coded.moves)
            _keep(doc, moves=moves, coder=coded.reading.coder)
        _mark(doc, _marks(coded) if isinstance(coded, CodedDocument) else (), self._alignment)
        return doc

    def _code(self, text: str, about: dict[str, str | None]) -> CodedDocument | Failure:
        try:
            document = _document(text, {**about, "published": about["published"] or self._published})
        except InputError as error:
            return Failure(where="doc", stage="sources", reason=error.reason)
        return next(pipeline.code_all([document], reader=self._load()))

    def _load(self) -> Any:
        """Return the reader, loaded with the first text: a process that spaCy starts for texts loads its own."""
        self._reader = self._reader or pipeline.load(self._weights, threads=self._threads)
        return self._reader


@dataclass(frozen=True, slots=True)
class _Mark:
    """One span of a group of ``doc.spans``: where, what it is, of which move, and who is meant."""

    group: str
    span: Span
    label: str
    move: str = ""
    party: str = ""


def _document(text: str, about: dict[str, Any]) -> Document:
    r"""Return a document with as many code points as `text`: ``\r\n`` is one line end, and may not become one code point here."""
    document = document_from_text(text.replace("\r\n", " \n"), **about)
    if len(document.text) != len(text):
        raise InputError("the text cannot be normalised without moving its offsets")
    return document


def _in_words_of(text: str, move: Move) -> Move:
    """Return a move with the words of the pipeline's own text, which the normalised copy has with other controls and line ends."""
    if text[move.sentence.start : move.sentence.end] == move.sentence.text:
        return move
    return Move.from_dict(_reworded(move.to_dict(), text))


def _reworded(value: Any, text: str) -> Any:
    if isinstance(value, list):
        return [_reworded(item, text) for item in value]
    if not isinstance(value, dict):
        return value
    made = {name: _reworded(item, text) for name, item in value.items()}
    return {**made, "text": text[made["start"] : made["end"]]} if "start" in made else made


def _marks(coded: CodedDocument) -> Iterator[_Mark]:
    for sentence in coded.reading.sentences:
        yield _Mark("moves_sentences", sentence.span, sentence.voice.value)
    for move in coded.moves:
        yield _Mark("moves", move.trigger, move.act.value, move.id)
        for label, mention in _parties(move):
            yield _Mark("moves_roles", mention.span, label, move.id, mention.id or "")
        for role in _ROLES:
            value = getattr(move, role)
            if value:
                yield _Mark("moves_roles", value if isinstance(value, Span) else value.span, role, move.id)


def _parties(move: Move) -> Iterator[tuple[str, Mention]]:
    yield from (("actor", mention) for mention in move.actors)
    yield from (("recipient", mention) for mention in move.recipients)
    if move.source:
        yield "source", move.source


def _mark(doc: Doc, marks: Any, alignment: str) -> None:
    """Put the marks that whole tokens can hold into the groups of `doc`; a second run leaves nothing of the first."""
    groups: dict[str, list[Tokens]] = {"moves": [], "moves_roles": [], "moves_sentences": []}
    for mark in marks:
        tokens = doc.char_span(
            mark.span.start,
            mark.span.end,
            label=mark.label,
            kb_id=mark.party,
            span_id=mark.move,
            alignment_mode=alignment,
        )
        if tokens is not None and len(tokens):
            groups[mark.group].append(tokens)
    for name, spans in groups.items():
        doc.spans[name] = spans


def _keep(doc: Doc, *, moves: tuple[Move, ...], coder: str | None = None, failure: str | None = None) -> None:
    """Keep the moves as plain records: ``Doc.to_bytes`` and ``DocBin`` can write these, and no classes."""
    doc.user_data[_KEY] = {"moves": [move.to_dict() for move in moves], "coder": coder, "failure": failure}


def _moves(doc: Doc) -> tuple[Move, ...]:
    return tuple(Move.from_dict(record) for record in doc.user_data.get(_KEY, {}).get("moves", ()))


def _failure(doc: Doc) -> str | None:
    failure: str | None = doc.user_data.get(_KEY, {}).get("failure")
    return failure


def _add_extensions() -> None:
    """Declare ``doc._``: what another package declared under one of these names before stays as it is, except the moves."""
    Doc.set_extension("moves", getter=_moves, force=True)
    Doc.set_extension("moves_failure", getter=_failure, force=True)
    for name in _ABOUT:
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)


_add_extensions()
Language.factory(
    "demarche",
    assigns=["doc._.moves", "doc.spans"],
    default_config={"weights": None, "threads": 0, "published": None, "alignment": "expand"},
    func=make_component,
)
