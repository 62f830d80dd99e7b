"""Joins the rooms: documents in, coded documents and failures out, as a stream.

The stages never import each other; this module is where a document goes from one to the next.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from demarche.actors import Gazetteer, link_moves, load_gazetteer
from demarche.codebook import load_codebook
from demarche.coding import make_moves
from demarche.dates import date_moves
from demarche.errors import CodebookError, DemarcheError, InputError, LedgerError, SpanError
from demarche.model import (
    Accuracy,
    Act,
    CodedDocument,
    Document,
    Failure,
    MeasuredError,
    Mention,
    Move,
    MoveFilter,
    Plan,
    PlanChanges,
    Raw,
    RawCheck,
    Reading,
    ReadSentence,
    ReviewTask,
    SentenceReview,
    SourcedMove,
    Span,
    Status,
    Taken,
    TimeSpan,
    Voice,
)
from demarche.reading import AnyReader, Comparer, Reader, load_comparer, load_reader
from demarche.sources import document_from_text, parse_published, read_coded, read_raw, read_sources

# A database library takes a while to load, and only a ledger needs it; a language model and fetching need extras.
if TYPE_CHECKING:
    from demarche.archive import Archive, HeldPropositions, Taking
    from demarche.fetching import Fetcher
    from demarche.ledger import Ledger
    from demarche.model.training import Gain
    from demarche.reading.llm import LanguageModelReader
    from demarche.sources.archive import RawArchive

__all__ = [
    "ArchiveMoves",
    "actor_name",
    "archive_moves",
    "check_issue",
    "check_raw",
    "code",
    "code_all",
    "compare_coders",
    "compare_plan_texts",
    "correct",
    "evaluate",
    "frame_moves",
    "group_propositions",
    "ingest",
    "is_address",
    "load",
    "load_gazetteer",
    "load_llm",
    "match_plan_text",
    "measured_error",
    "read_found",
    "read_inputs",
    "read_plan",
    "recode",
    "relate",
    "report",
    "review",
    "sourced_moves",
]


def load(weights: str | Path | None = None, *, threads: int = 0) -> Reader:
    """Return a reader with the shipped weights, or with those in a folder that ``demarche train`` or ``python -m demarche.training`` wrote.

    Parameters
    ----------
    threads
        Threads that one document may use; 0 takes all cores.

    Raises
    ------
    ModelError
        If the weights are missing or damaged.
    """
    return load_reader(weights, threads=threads) if weights or threads else _shipped()


@cache
def _shipped() -> Reader:
    return load_reader()


def load_llm(name: str, *, address: str | None = None, **options: Any) -> LanguageModelReader:
    """Return a reader that asks a language model, named as ``llm:MODEL@ADDRESS`` or as ``llm:MODEL`` with an address beside it.

    The texts that it reads are sent to that address. Nothing is sent before it reads, and nothing to any other address.

    Parameters
    ----------
    options
        As of :func:`demarche.reading.llm.load_llm`.

    Raises
    ------
    InputError
        If the name or the address cannot be used, or there is no address, or there are two.
    MissingExtra
        If the libraries of the extra ``llm`` are not installed.
    """
    from demarche.reading.llm import LOOPBACK, load_llm, parse_name

    model, named = parse_name(name)
    if named is None and address is None and "@" in model:
        raise InputError(f"the address of a language model, after the @, begins with http:// or https://: {LOOPBACK}")
    if (named is None) == (address is None):
        raise InputError(
            f"say once where the language model is asked: {name.split('@http')[0]}@{LOOPBACK}, or an address of its own"
        )
    return load_llm(named or address or "", model, **options)


def code(
    text: str,
    *,
    id: str | None = None,
    title: str | None = None,
    published: str | None = None,
    publisher: str | None = None,
    url: str | None = None,
    reader: AnyReader | None = None,
    gazetteer: Gazetteer | None = None,
) -> CodedDocument:
    r"""Return a text with its sentences and its moves; iterating over it yields the moves.

    Parameters
    ----------
    text
        An English report or statement. The offsets of the moves count code points of ``.document.text``, which is the
        text with its line ends made ``\n`` and control characters replaced one for one.
    id, title, published, publisher, url
        What is known of it; `published` is an ISO 8601 date. The id is a hash of the text if none is given.
    reader, gazetteer
        From :func:`load` or :func:`load_llm`, and :func:`~demarche.actors.load_gazetteer`; the shipped ones by default.

    Raises
    ------
    InputError
        If the text is empty, or in another language than the reader's.

    Examples
    --------
    >>> import demarche
    >>> moves = demarche.code("Kyiv rejected Moscow's demand to withdraw its troops.")
    >>> [move.act.value for move in moves]
    ['reject', 'demand']
    """
    document = document_from_text(text, id=id, title=title, published=published, publisher=publisher, url=url)
    return _code_document(document, reader or load(), gazetteer)


def code_all(
    documents: Iterable[Document | Failure],
    *,
    reader: AnyReader | None = None,
    gazetteer: Gazetteer | None = None,
    workers: int = 1,
) -> Iterator[CodedDocument | Failure]:
    """Yield each document coded, or the failure that stands for it, in the order given; one is held at a time.

    Parameters
    ----------
    workers
        Processes that code side by side; a few documents for each are held at a time. What comes out is the same. A program of your own
        that asks for more than one must begin with ``if __name__ == "__main__":``, for each process imports it.
    """
    return cast(Iterator[CodedDocument | Failure], _coded(documents, reader or load(), gazetteer, workers))


def _coded(
    items: Iterable[Document | CodedDocument | Failure | Taken],
    reader: AnyReader,
    gazetteer: Gazetteer | None,
    workers: int,
) -> Iterator[CodedDocument | Failure | Taken]:
    """Yield items in their order, documents among them coded."""
    if workers <= 1:
        yield from (_code_item(item, reader, gazetteer) for item in items)
        return
    if not isinstance(reader, Reader):
        raise InputError("several workers are for the built-in coder: a language model is asked side by side anyway")
    from demarche.scale import Lost, in_order

    for made in in_order(items, _code_item, tools=(reader, gazetteer), workers=workers, needs=_is_document):
        if not isinstance(made, Lost):
            yield cast("CodedDocument | Failure | Taken", made)
        else:
            yield Failure(where=_place_of(cast(Document, made.item)), stage="coding", reason=made.reason)


def _is_document(item: Document | CodedDocument | Failure | Taken) -> bool:
    return isinstance(item, Document)


def _code_item(
    item: Document | CodedDocument | Failure | Taken, reader: AnyReader, gazetteer: Gazetteer | None
) -> CodedDocument | Failure | Taken:
    return _code_or_fail(item, reader, gazetteer) if isinstance(item, Document) else item


def ingest(
    documents: Iterable[Document | CodedDocument | Failure],
    ledger: Ledger,
    *,
    reader: AnyReader | None = None,
    gazetteer: Gazetteer | None = None,
    archive: RawArchive | None = None,
    workers: int = 1,
    batch: int = 256,
) -> Iterator[Taken | Failure]:
    """Code documents into a ledger, and yield what became of each, in the order given, once it is in it; a batch is held at a time.

    What is in the ledger already is not coded again, so that a run that was broken off goes on where it was. A failure is
    recorded in the ledger, and the run goes on.

    Parameters
    ----------
    documents
        From :func:`~demarche.sources.read_sources`; what is coded already, as in an archive, is taken in as it is.
    ledger
        From :meth:`Ledger.open <demarche.ledger.Ledger.open>`.
    reader, gazetteer
        From :func:`load` or :func:`load_llm`, and :func:`~demarche.actors.load_gazetteer`; the shipped ones by default.
    archive
        Where the raw bytes that travel with the documents (``keep=True``) are written before the ledger says so; without it their
        hash is kept alone.
    workers
        As of :func:`code_all`; the ledger is written by this process alone, in the order of the documents.
    batch
        Documents that are written together at most: one transaction costs a good part of what it costs for many. Those that are
        coded are not kept waiting for longer than five seconds, but for the one that is coded next. A process that is killed loses
        those, and no other; one that is interrupted, or fails, writes them first. With 1 a document is in the ledger before the next one
        is asked for, which matters where asking means that it was dealt with (:meth:`Watcher.round <demarche.fetching.Watcher.round>`).

    Raises
    ------
    LedgerError
        If the ledger or the archive cannot be written: what was yielded before is in it.
    """
    held = _Held(ledger, archive, most=batch)
    try:
        for item in _coded(_without_known(documents, ledger), reader or load(), gazetteer, workers):
            yield from held.add(item)
        yield from held.flush()
    except BaseException:  # what is coded need not be coded again
        with suppress(DemarcheError):  # what broke it off is told, not what came of it
            held.flush()
        raise


class _Held:
    """Documents that are coded and not yet in the ledger."""

    def __init__(
        self, ledger: Ledger, archive: RawArchive | None, *, most: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger = ledger
        self._archive = archive
        self._most = most
        self._clock = clock
        self._items: list[CodedDocument | Failure | Taken] = []
        self._size = 0
        self._written: float | None = None  # so that the first one is not held: it shows that all is well

    def add(self, item: CodedDocument | Failure | Taken) -> list[Taken | Failure]:
        """Hold one more, and return what became of all that are held if they were written now."""
        self._items.append(item)
        self._size += _size_of(item) if isinstance(item, CodedDocument) else 0
        full = len(self._items) >= self._most or self._size >= _HELD_CHARACTERS
        if full or self._written is None or self._clock() - self._written >= _HELD_SECONDS:
            return self.flush()
        return []

    def flush(self) -> list[Taken | Failure]:
        """Write what is held, and return what became of each; held until it is written, but for what the ledger refuses."""
        try:
            items = [
                _keep_raw(item, self._archive) if isinstance(item, CodedDocument) else item for item in self._items
            ]
            made = iter(self._ledger.add_all((one for one in items if not isinstance(one, Taken)), place=_place_of))
        except DemarcheError:
            self._drop()
            raise
        self._drop()
        self._written = self._clock()
        return [one if isinstance(one, Taken) else next(made) for one in items]

    def _drop(self) -> None:
        self._items, self._size = [], 0


def _size_of(coded: CodedDocument) -> int:
    """Return about how much a coded document takes, in characters of a text, which is coded several times as large as its bytes."""
    raw = coded.document.custody.raw if coded.document.custody else None
    return len(coded.document.text) + len(raw or b"") // 16


_HELD_CHARACTERS = 4_000_000
"""Of the texts that are held at a time, so that long ones take no more memory than short ones; or 64 MB of raw bytes."""
_HELD_SECONDS = 5.0


def _without_known(
    items: Iterable[Document | CodedDocument | Failure], ledger: Ledger
) -> Iterator[Document | CodedDocument | Failure | Taken]:
    """Yield documents, and in place of those that are in the ledger already that they were taken."""
    for item in items:
        if not isinstance(item, Document):  # whether one that is coded is known is seen when it is taken in
            yield item
            continue
        try:
            known = ledger.has(item)
        except InputError as error:
            yield Failure(where=_place_of(item), stage="ledger", reason=error.reason)
            continue
        yield Taken(document=item.id, moves=0, known=True) if known else item


def _keep_raw(coded: CodedDocument, archive: RawArchive | None) -> CodedDocument | Failure:
    """Return a coded document whose raw bytes are written away, if there is an archive."""
    custody = coded.document.custody
    if archive is None or custody is None:
        return coded
    try:
        return replace(coded, document=replace(coded.document, custody=archive.keep(custody)))
    except InputError as error:
        return Failure(where=_place_of(coded.document), stage="ledger", reason=error.reason)


def check_raw(ledger: Ledger, archive: RawArchive) -> Iterator[RawCheck]:
    """Yield for each document of a ledger what comes of reading its raw bytes again; redacted ones are left out.

    Parameters
    ----------
    archive
        The folder in which the bytes were kept, by :class:`~demarche.sources.archive.RawArchive`.
    """
    from demarche.sources.recheck import check_raw

    for name in ledger.document_ids():
        try:
            document, custody = ledger.document(name), ledger.custody(name)
        except LedgerError:  # redacted meanwhile
            continue
        yield check_raw(document, custody, archive)


def read_found(
    found: Iterable[Raw | Failure], *, columns: Mapping[str, str] | None = None, keep: bool = False
) -> Iterator[Document | Failure]:
    """Yield the documents of what was found or fetched, or failures in their place; the next is asked for when one was dealt with.

    Parameters
    ----------
    found
        From :meth:`Watcher.round <demarche.fetching.Watcher.round>` or :func:`~demarche.fetching.fetch_all`.
    columns, keep
        As of :func:`~demarche.sources.read_raw`.
    """
    for item in found:
        if isinstance(item, Failure):
            yield item
        else:
            yield from read_raw(item, columns=columns, keep=keep)


def read_inputs(
    inputs: Iterable[str],
    *,
    fetcher: Fetcher | None = None,
    pages: bool = False,
    columns: Mapping[str, str] | None = None,
    keep: bool = False,
) -> Iterator[Document | CodedDocument | Failure]:
    """Yield the documents of files, folders and web addresses, or failures in their place, in order.

    Parameters
    ----------
    inputs
        What :func:`~demarche.sources.read_sources` takes, addresses that begin with http:// or https://, and archives that
        ``demarche scale code`` wrote, whose documents are coded already.
    fetcher
        Fetches the addresses; without it they are failures: nothing is fetched unasked.
    pages
        Of a feed fetch the pages, too, whose text it does not have whole.
    columns, keep
        As of :func:`~demarche.sources.read_raw`.
    """
    from demarche.scale import is_archive, read_archive

    for (fetched, archived), names in groupby(inputs, key=lambda name: (is_address(name), is_archive(name))):
        if archived:
            for name in names:
                try:
                    yield from read_archive(name)
                except InputError as error:
                    yield Failure(where=error.where or name, stage="sources", reason=error.reason)
        elif not fetched:
            yield from read_sources(names, columns=columns, keep=keep)
        elif fetcher is None:
            reason = "is a web address, and nothing is fetched unasked"
            yield from (Failure(where=name, stage="fetching", reason=reason) for name in names)
        else:
            from demarche.fetching import fetch_all

            yield from read_found(fetch_all(names, fetcher=fetcher, pages=pages), columns=columns, keep=keep)


def is_address(name: str) -> bool:
    """Return whether what a user names is a web address, not a file.

    Examples
    --------
    >>> is_address("https://example.org/feed"), is_address("feed.xml")
    (True, False)
    """
    return name.lower().startswith(("http://", "https://"))


def recode(
    ledger: Ledger,
    *,
    reader: AnyReader | None = None,
    gazetteer: Gazetteer | None = None,
    documents: Sequence[str] | None = None,
    report: Callable[[int, int], None] | None = None,
) -> Iterator[Taken | Failure]:
    """Code the documents of a ledger again with another reader, and yield what became of each, in order; one is held at a time.

    What people said stays (:meth:`Ledger.recode <demarche.ledger.Ledger.recode>`). What the reader has read already is passed over,
    so that a run that was broken off goes on where it was. A failure is recorded in the ledger, and the run goes on.

    Parameters
    ----------
    documents
        Ids; all documents by default.
    report
        Is told how many documents are done, and how many there are.

    Raises
    ------
    LedgerError
        If the ledger cannot be written: what was yielded before is in it.
    """
    reader = reader or load()
    todo, known = ledger.document_ids() if documents is None else documents, ledger.read_by(reader.coder)
    for number, name in enumerate(todo, 1):
        made = (
            Taken(document=name, moves=0, known=True) if name in known else _recode_one(name, ledger, reader, gazetteer)
        )
        if isinstance(made, Failure):
            ledger.fail(made)
        if report:
            report(number, len(todo))
        yield made


def _recode_one(name: str, ledger: Ledger, reader: AnyReader, gazetteer: Gazetteer | None) -> Taken | Failure:
    try:
        document = ledger.document(name)
    except LedgerError as error:
        return Failure(where=name, stage="ledger", reason=str(error))
    coded = _code_or_fail(document, reader, gazetteer)
    if isinstance(coded, Failure):
        return coded
    try:
        added = ledger.recode(coded)
    except InputError as error:
        return Failure(where=name, stage="ledger", reason=error.reason)
    return Taken(document=name, moves=len(coded.moves), known=not added)


def _code_or_fail(document: Document, reader: AnyReader, gazetteer: Gazetteer | None) -> CodedDocument | Failure:
    try:
        return _code_document(document, reader, gazetteer)
    except DemarcheError as error:
        stage = "coding" if isinstance(error, CodebookError | SpanError) else "reading"
        return Failure(where=_place_of(document), stage=stage, reason=getattr(error, "reason", str(error)))


def _place_of(document: Document) -> str:
    """Return what a failure calls a document: its id, after the file or address that it was read from, as far as that is known."""
    source = document.custody.source if document.custody else ""
    return f"{source}: {document.id}" if source else document.id


def actor_name(actor: str | None) -> str | None:
    """Return the canonical name of an actor's id, None if it is in no gazetteer that ships.

    Examples
    --------
    >>> actor_name("GBR")
    'United Kingdom'
    """
    return load_gazetteer().name_of(actor)


def check_issue(issue: str) -> None:
    """Raise CodebookError if the codebook does not have an issue."""
    load_codebook().check_issue(issue)


def correct(ledger: Ledger, move_id: str, *, why: str, **changes: str) -> Move:
    """Amend the codes of a move in a ledger, given as words, and return the move.

    Parameters
    ----------
    changes
        act, status, voice, issue, date; with a new act its event type and quad class change too.

    Raises
    ------
    CodebookError
        If the codebook does not have the issue.
    InputError
        If the date is none.
    LedgerError
        If there is no such move.
    """
    made: dict[str, Any] = dict(changes)
    codebook = load_codebook()
    if "issue" in made:
        codebook.check_issue(made["issue"])
    for name, kind in (("act", Act), ("status", Status), ("voice", Voice)):
        if name in made and made[name] not in {code.value for code in kind}:
            raise CodebookError(
                f"there is no {name} {made[name]!r}; choose from {', '.join(code.value for code in kind)}"
            )
    if "act" in made:
        code = codebook.acts[Act(made["act"])]
        made |= {"act": Act(made["act"]), "event": code.event, "quad": code.quad}
    if "date" in made:
        made["date"] = parse_published(made["date"])[:10]
        made |= {"date_precision": {4: "year", 7: "month"}.get(len(made["date"]), "day"), "date_basis": "explicit"}
    made |= {name: kind(made[name]) for name, kind in (("status", Status), ("voice", Voice)) if name in made}
    return ledger.correct(move_id, why=why, **made)


def review(
    ledger: Ledger,
    task: ReviewTask,
    moves: Sequence[Move],
    *,
    seconds: float | None = None,
    why: str | None = None,
    gazetteer: Gazetteer | None = None,
) -> SentenceReview:
    """Record what a person says stands in a sentence, with what follows from it, and return it.

    As :meth:`Ledger.review <demarche.ledger.Ledger.review>`; besides, an act brings its event type and quad class, parties that the
    reviewer marked are resolved as in coding, new words for a time are resolved, and a move that was added, or whose time or status
    was changed, is dated. What the reviewer says of ids and dates stands.

    Raises
    ------
    CodebookError
        If the codebook does not have an issue.
    InputError, LedgerError, SpanError
        As :meth:`Ledger.review <demarche.ledger.Ledger.review>`.
    """
    known = {move.id: move for move in task.coded}
    made = [move if move == known.get(move.id) else _with_codes(move) for move in moves]
    fresh = [move for move in made if move != known.get(move.id)]
    if fresh:
        document = ledger.document(task.document)
        for move in fresh:
            move.check(document.text)
        linked = _link_among(document, fresh, ledger, gazetteer)
        dated = {move.id: move for move in date_moves(document, _reading_of(ledger, task), fresh)}
        made = [
            move if move.id not in dated else _followed(move, known.get(move.id), linked[move.id], dated[move.id])
            for move in made
        ]
    return ledger.review(task, made, seconds=seconds, why=why)


def _with_codes(move: Move) -> Move:
    codebook = load_codebook()
    codebook.check_issue(move.issue)
    code = codebook.acts[move.act]
    return replace(move, event=code.event, quad=code.quad)


def _link_among(
    document: Document, fresh: Sequence[Move], ledger: Ledger, gazetteer: Gazetteer | None
) -> dict[str, Move]:
    """Return moves with their parties resolved among those of the whole document: a pronoun means who was named before."""
    ids = {move.id for move in fresh}
    others = [found.move for found in ledger.moves(MoveFilter(document=document.id)) if found.move.id not in ids]
    in_order = sorted([*others, *fresh], key=lambda move: (move.trigger.start, move.trigger.end))
    return {move.id: move for move in link_moves(document, in_order, gazetteer) if move.id in ids}


def _reading_of(ledger: Ledger, task: ReviewTask) -> Reading:
    """Return the sentences of the document of a task, as its coder read them."""
    text = ledger.document(task.document).text
    marks = ledger.sentences(task.document, coder=task.coder)
    sentences = tuple(
        ReadSentence(span=Span.of(text, one.start, one.end), voice=one.voice, voice_confidence=one.voice_confidence)
        for one in marks
    )
    return Reading(document=task.document, coder=task.coder, sentences=sentences)


def _followed(move: Move, coded: Move | None, linked: Move, dated: Move) -> Move:
    """Return a new or changed move with the parties and dates that follow from what the reviewer marked."""
    source = _resolved(_listed(move.source), _listed(coded.source if coded else None), _listed(linked.source))
    return replace(
        move,
        actors=_resolved(move.actors, coded.actors if coded else (), linked.actors),
        recipients=_resolved(move.recipients, coded.recipients if coded else (), linked.recipients),
        source=source[0] if source else None,
        when=_timed(move.when, coded.when if coded else None, dated.when),
        deadline=_timed(move.deadline, coded.deadline if coded else None, dated.deadline),
        **(_date_of(dated) if _is_to_be_dated(move, coded) else {}),
    )


def _timed(given: TimeSpan | None, coded: TimeSpan | None, dated: TimeSpan | None) -> TimeSpan | None:
    return dated if given and given.date is None and given != coded else given


def _is_to_be_dated(move: Move, coded: Move | None) -> bool:
    """Tell whether the date of a move follows from its words; if not, it is what the reviewer or the coder says."""
    if coded is None:
        return move.date is None
    return _date_of(move) == _date_of(coded) and (move.when, move.status) != (coded.when, coded.status)


def _date_of(move: Move) -> dict[str, Any]:
    return {name: getattr(move, name) for name in ("date", "date_precision", "date_basis")}


def _listed(mention: Mention | None) -> tuple[Mention, ...]:
    return (mention,) if mention else ()


def _resolved(given: Sequence[Mention], coded: Sequence[Mention], linked: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the parties of a role: those that the coder had, or of which the reviewer says who they are, as they are; others as linked."""
    before = {mention.span for mention in coded}
    made: list[Mention] = []
    for mention in given:
        if mention.id or mention.span in before:
            made.append(mention)
        elif not any(mention.span == one.span for one in made):
            made += [one for one in linked if one.span == mention.span] or [mention]
    return tuple(made)


def measured_error(ledger: Ledger, *, coder: str | None = None) -> MeasuredError | None:
    """Return precision and recall of a coder in a ledger by the sentences that people reviewed, None where there are none.

    Parameters
    ----------
    coder
        Name and version; by default the coder of the latest reading.
    """
    from demarche.analysis.reviews import measure_reviews

    sample = ledger.review_sample(coder)
    return measure_reviews(sample) if sample and (sample.reviews or sample.unused) else None


def frame_moves(
    moves: Ledger | CodedDocument | Iterable[CodedDocument | Failure],
    wanted: MoveFilter | None = None,
    *,
    sectors: bool = False,
    as_: Literal["polars", "pandas", "arrow"] = "polars",
) -> Any:
    """Return the moves of a ledger, or of coded texts, as the frame that the analyses take (`demarche.analysis.SCHEMA`).

    Parameters
    ----------
    moves
        A ledger, or what :func:`code` and :func:`code_all` give; failures have no moves.
    wanted
        Only the moves of the ledger that pass; all by default.
    sectors
        Tell a state's government, forces ... apart: ``SUN GOV`` and ``SUN MIL`` in place of ``SUN``.
    as_
        A polars frame, a pandas frame or an Arrow table: see :func:`~demarche.analysis.convert_frame`.

    Raises
    ------
    InputError
        If coded texts are to be filtered, which is what a ledger is for.
    MissingExtra
        If the library of the frame is not installed.

    Examples
    --------
    >>> import demarche
    >>> frame = demarche.frame_moves(demarche.code("Paris imposed sanctions on Minsk."))
    >>> frame.select("act", "actors", "recipients").row(0)
    ('sanction', ['FRA'], ['BLR'])
    """
    from demarche.analysis import coded_rows, convert_frame, frame_rows

    if hasattr(moves, "rows"):
        return convert_frame(frame_rows(moves.rows(wanted, sectors=sectors)), as_)
    if wanted is not None:
        raise InputError("coded texts are not filtered here; filter the frame, or take them into a ledger")
    items = (moves,) if isinstance(moves, CodedDocument) else moves
    coded = (item for item in items if isinstance(item, CodedDocument))
    return convert_frame(frame_rows(row for item in coded for row in coded_rows(item, sectors=sectors)), as_)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMoves:
    """Moves of an archive for one analysis.

    Parameters
    ----------
    frame
        What the analysis takes.
    taking
        Makes the result whole: ``taking.complete(result)`` counts what the archive left out because the analysis would have.
    held
        The propositions of the contents, as far as they were grouped.
    """

    frame: Any
    taking: Taking
    held: HeldPropositions


def archive_moves(
    archive: Archive,
    analysis: str,
    wanted: MoveFilter | None = None,
    *,
    comparer: Comparer | None = None,
    report: Callable[[int, int], None] | None = None,
) -> ArchiveMoves:
    """Return the moves of an archive that pass a filter, as an analysis needs them, with their propositions where they are grouped.

    Contents are grouped among the moves that pass, for nothing is kept: a proposition here is not that of a ledger with more moves.

    Parameters
    ----------
    archive
        From :meth:`Archive.open <demarche.archive.Archive.open>`.
    analysis
        A key of `demarche.archive.NEEDS`, such as ``playbooks``.
    comparer, report
        As of :func:`group_propositions`.

    Raises
    ------
    InputError
        If the moves that pass are too many for the analysis; the message says what to filter by.
    """
    from demarche.analysis.frame import frame_table, with_propositions
    from demarche.archive import HeldPropositions

    taking = archive.take(analysis, wanted)
    frame = frame_table(taking.moves)
    if not taking.grouped:
        return ArchiveMoves(frame=frame, taking=taking, held=HeldPropositions())
    columns = ("id", "issue", "act", "content", "condition", "actors", "recipients")
    held = HeldPropositions(frame.select(columns).iter_rows())
    group_propositions(held, comparer=comparer, report=report)
    return ArchiveMoves(frame=with_propositions(frame, held.assignments()), taking=taking, held=held)


def sourced_moves(ledger: Ledger, wanted: MoveFilter | None = None, *, places: bool = False) -> Iterator[SourcedMove]:
    """Yield the moves of a ledger with their documents, as other formats take them (`demarche.exchange.FORMATS`).

    Documents come one after the other in the order in which they were taken in, the moves of each in the order of its text. Rejected
    moves and redacted documents are not there. A page of moves is held at a time.

    Parameters
    ----------
    wanted
        Only the moves that pass; all by default.
    places
        Look up the words for places on the map.

    Raises
    ------
    MissingExtra
        At once, if places are wanted and what knows them is not installed.
    """
    if places:
        from demarche.places import check_installed

        check_installed()
    return _sourced(ledger, wanted, places=places)


def _sourced(ledger: Ledger, wanted: MoveFilter | None, *, places: bool) -> Iterator[SourcedMove]:
    for name, group in groupby(ledger.sourced_moves(wanted), key=lambda one: one.document.id):
        found = sorted(group, key=_place_in_text)
        if places and any(one.move.where for one in found):
            # The parties of all its moves, so that a move has the same place whatever the filter is.
            whole = ledger.moves(MoveFilter(document=name))
            found = _locate(found, list(dict.fromkeys(code for other in whole for code in _countries_of(other.move))))
        yield from found


def _place_in_text(sourced: SourcedMove) -> tuple[int, int, str]:
    move = sourced.move
    return move.sentence.start, move.trigger.start, move.id


def _locate(found: Sequence[SourcedMove], parties: Sequence[str]) -> list[SourcedMove]:
    """Return the moves of a document with their places; `parties` are the states of its parties."""
    from demarche.places import locate

    return [
        replace(one, place=locate(one.move.where.text, near=tuple(dict.fromkeys([*_countries_of(one.move), *parties]))))
        if one.move.where
        else one
        for one in found
    ]


def _countries_of(move: Move) -> list[str]:
    """Return the states of the parties of a move: their ids, without what stands behind the hyphen of a group's."""
    return [mention.id.partition("-")[0] for mention in (*move.actors, *move.recipients) if mention.id]


def group_propositions(
    ledger: Ledger | HeldPropositions,
    *,
    comparer: Comparer | None = None,
    gazetteer: Gazetteer | None = None,
    report: Callable[[int, int], None] | None = None,
) -> int:
    """Give the contents of a ledger that have none yet their propositions, and return how many that were.

    Parameters
    ----------
    comparer
        From :func:`~demarche.reading.load_comparer`; the shipped one by default.
    report
        Is told how many contents are done, and how many there are.
    """
    from demarche.analysis.propositions import group_contents

    todo = list(ledger.contents())
    if not todo:
        return 0
    comparer = comparer or _shipped_comparer()
    name = (gazetteer or load_gazetteer()).name_of
    for start in range(0, len(todo), _GROUPED):
        given = {found.move: found for found in ledger.assignments()}
        made = group_contents(
            todo[start : start + _GROUPED],
            before=[(content, given[content.move]) for content in ledger.contents(known=True) if content.move in given],
            taken=ledger.proposition_ids(),
            embed=_Vectors(ledger, comparer),
            compare=comparer.compare,
            threshold=comparer.threshold,
            name=name,
            report=None if report is None else lambda done, start=start: report(start + done, len(todo)),  # type: ignore[misc]
        )
        ledger.group(list(made.founded), list(made.assigned), coder=comparer.coder)
    return len(todo)


def read_plan(path: str | Path) -> Document:
    """Return the text of a plan as a document, from any file that `demarche code` reads.

    Raises
    ------
    InputError
        If the file cannot be read, or holds several documents.
    """
    found = list(islice(read_sources([str(path)]), 2))
    if found and isinstance(found[0], Failure):
        raise InputError(found[0].reason, where=str(path))
    if len(found) != 1:
        raise InputError("a plan is one text; give a file with one document", where=str(path))
    return cast(Document, found[0])


def match_plan_text(
    plan: Document,
    moves: Any,
    *,
    ledger: Ledger | HeldPropositions,
    before: date | None = None,
    comparer: Comparer | None = None,
) -> Plan:
    """Return a plan beside the moves of a ledger: see :func:`demarche.analysis.plans.match_plan`."""
    from demarche.analysis.plans import match_plan, split_points

    comparer = comparer or _shipped_comparer()
    return match_plan(
        split_points(plan.text),
        moves,
        embed=_Vectors(ledger, comparer),
        compare=comparer.compare,
        threshold=comparer.threshold,
        name=load_gazetteer().name_of,
        before=before,
    )


def compare_plan_texts(old: Document, new: Document, *, comparer: Comparer | None = None) -> PlanChanges:
    """Return what became of each point from one plan to another: see :func:`demarche.analysis.plans.compare_plans`."""
    from demarche.analysis.plans import compare_plans, split_points

    comparer = comparer or _shipped_comparer()
    points = [split_points(plan.text) for plan in (old, new)]
    return compare_plans(*points, embed=comparer.embed, compare=comparer.compare, threshold=comparer.threshold)


def report(
    ledger: Ledger,
    wanted: MoveFilter | None = None,
    *,
    title: str | None = None,
    sectors: bool = False,
    at: date | None = None,
    plans: Sequence[Document] = (),
    texts: bool = True,
    rows: int = 20,
    comparer: Comparer | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """Return a dossier: one HTML page with what a ledger comes to, each statement with its sentences, to hand over or to print.

    The same ledger and the same options give the same page. Contents that have no proposition yet get one first.

    Parameters
    ----------
    wanted
        Only the moves that pass; all by default.
    title
        What stands on top.
    sectors
        Tell a state's government, forces ... apart.
    at
        Use nothing that was published later.
    plans
        One plan, or two to be compared, from :func:`read_plan`.
    texts
        False leaves out all words of the texts: their offsets and hashes stand in their place.
    rows
        At most so many rows of a table.
    comparer, progress
        As of :func:`group_propositions`.

    Raises
    ------
    MissingExtra
        If what fills the page, or what the analyses need, is not installed.
    """
    from demarche.present.report import check_ready, render_report

    check_ready()  # before what needs fewer libraries: who installs these has the others too
    from demarche import __version__, gathering
    from demarche.analysis.digest import keep_known
    from demarche.model.report import Scope

    scope = Scope(wanted=wanted or MoveFilter(), sectors=sectors, at=at, rows=rows)
    comparer = comparer or _shipped_comparer()
    ungrouped = _try_to_group(ledger, comparer, progress)
    moves = frame_moves(ledger, wanted, sectors=sectors)
    moves = keep_known(moves, at) if at else moves
    dossier = gathering.gather_dossier(
        ledger,
        moves,
        scope=scope,
        software=f"demarche {__version__}",
        comparer=(comparer.coder, comparer.threshold),
        ungrouped=ungrouped,
        plans=gathering.gather_plans(
            plans,
            at=at,
            match=lambda plan, day: match_plan_text(plan, moves, ledger=ledger, before=day, comparer=comparer),
            compare=lambda old, new: compare_plan_texts(old, new, comparer=comparer),
        ),
        measured=measured_error(ledger),
    )
    return render_report(
        dossier,
        title=title,
        evidence=gathering.find_evidence(ledger),
        name=gathering.name_actors(ledger, actor_name),
        proposition={found.id: found.name for found in ledger.propositions()}.get,
        texts=texts,
    )


def _try_to_group(ledger: Ledger, comparer: Comparer, progress: Callable[[int, int], None] | None) -> str | None:
    """Give contents their propositions, and return why that could not be done: one may read a ledger that one may not write."""
    try:
        group_propositions(ledger, comparer=comparer, report=progress)
    except LedgerError as error:
        return str(error)
    return None


_GROUPED = 5000
"""Contents that are grouped in one entry of the log: so much is lost at most when a long run is broken off."""


@cache
def _shipped_comparer() -> Comparer:
    return load_comparer()


class _Vectors:
    """Vectors of texts that are kept in the ledger once they are computed: whole numbers of one byte, of length 1 again when read."""

    def __init__(self, ledger: Ledger | HeldPropositions, comparer: Comparer) -> None:
        self._ledger = ledger
        self._comparer = comparer

    def __call__(self, texts: Sequence[str]) -> Any:
        import numpy as np

        if not texts:
            return self._comparer.embed(texts)
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] for text in texts]
        kept = self._ledger.vectors(self._comparer.coder, sorted(set(keys)))
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        if new:
            made = self._comparer.embed(list(new.values()))
            bytes_ = [
                row.tobytes() for row in np.rint(made * 127 / np.abs(made).max(axis=1, keepdims=True)).astype(np.int8)
            ]
            self._ledger.keep_vectors(self._comparer.coder, dict(zip(new, bytes_, strict=True)))
            kept |= dict(zip(new, bytes_, strict=True))
        found = np.stack([np.frombuffer(kept[key], np.int8) for key in keys]).astype(np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def relate(
    text: str, *, actor: tuple[int, int] | None, recipient: tuple[int, int] | None, reader: Reader | None = None
) -> dict[str, float]:
    """Return the probability of each PLOVER event type for what `actor` does to `recipient` in a sentence.

    Parameters
    ----------
    actor, recipient
        Offsets [start, end) of the parties in `text`; None for one that is not named.

    Examples
    --------
    >>> import demarche
    >>> chances = demarche.relate("Paris imposed sanctions on Minsk.", actor=(0, 5), recipient=(27, 32))
    >>> max(chances, key=chances.get)
    'SANCTION'
    """
    return (reader or load()).relate(text, actor=actor, recipient=recipient)


def _code_document(document: Document, reader: AnyReader, gazetteer: Gazetteer | None) -> CodedDocument:
    reader.check_language(document)
    reading = reader.read(document)
    moves = date_moves(document, reading, make_moves(document, reading, load_codebook()))
    moves = link_moves(document, moves, gazetteer)
    return CodedDocument(document=document, reading=reading, moves=moves)


def evaluate(
    gold: Iterable[str | Path],
    *,
    split: str | None = None,
    reader: AnyReader | None = None,
    draws: int = 1000,
    seed: int = 1,
) -> Accuracy:
    """Return how well the reader agrees with the coded sentences of JSONL files; each sentence is read by itself.

    Parameters
    ----------
    split
        Only the sentences of this split; None takes all.
    draws, seed
        Of the bootstrap that gives the intervals.

    Raises
    ------
    InputError
        If a file is no gold data, or has no sentence of the split.
    """
    sentences = _gold_sentences(gold, split)
    found = list((reader or load()).read_sentences([sentence.span for sentence in sentences]))
    from demarche.analysis import measure_accuracy

    return measure_accuracy(sentences, found, draws=draws, seed=seed)


def compare_coders(
    gold: Iterable[str | Path],
    one: AnyReader,
    other: AnyReader,
    *,
    split: str | None = None,
    draws: int = 1000,
    seed: int = 1,
) -> Gain:
    """Return how well two readers agree with the same coded sentences, and the difference; each sentence is read by itself.

    Parameters
    ----------
    one, other
        The difference is that of the other less that of the one.
    split, draws, seed
        As of :func:`evaluate`.

    Raises
    ------
    InputError
        If a file is no gold data, or has no sentence of the split.
    """
    sentences = _gold_sentences(gold, split)
    spans = [sentence.span for sentence in sentences]
    found = [list(reader.read_sentences(spans)) for reader in (one, other)]
    about = f"{other.coder} beside {one.coder}"
    from demarche.analysis.gain import measure_gain

    return measure_gain(sentences, found[0], found[1], about=about, draws=draws, seed=seed)


def _gold_sentences(gold: Iterable[str | Path], split: str | None) -> list[ReadSentence]:
    sentences = [coded.sentence for path in gold for coded in read_coded(path) if split in (None, coded.split)]
    if not sentences:
        raise InputError(
            f"no coded sentence{f' of the split {split!r}' if split else ''}; check the files and the split"
        )
    return sentences
