"""What people bring back from other tools, into a ledger: as reviews under their names, in its log, to be undone like any other."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, cast

from demarche.errors import DemarcheError, InputError, LedgerError
from demarche.exchange import READERS, PloverEvent, plover_to_coded, read_plover
from demarche.model import CodedDocument, Document, Failure, Move, MoveFilter, Taken
from demarche.model.returned import Remark, Returned, Said, Sheet, Standing
from demarche.pipeline import review
from demarche.reading import split_sentences

if TYPE_CHECKING:  # a database library takes a while to load
    from demarche.ledger import Ledger

__all__ = ["read_returned", "take_back", "take_plover", "undo_returned"]

_MOST = 64 * 2**20
"""Bytes of a file: in memory it takes twenty times as much."""

_LONGEST_NAME = 200
_FILE = ", file "
"""In the reason of a review, before the digest of the file that it came from."""
_MOVE = re.compile(r"m[0-9a-f]{16}\Z")


def read_returned(path: str | Path, name: str) -> Iterator[Sheet | Failure | Remark]:
    """Yield what a file of another tool says of each document, and remarks on how it was read.

    Parameters
    ----------
    name
        Of the format: ``dna`` or ``label-studio``.

    Raises
    ------
    InputError
        If there is no such format, or the file cannot be read as one.
    """
    return READERS[name](_content(path, name), where=str(path))


def _content(path: str | Path, name: str) -> bytes:
    if name not in READERS:
        raise InputError(f"nothing comes back from {name!r}; choose from {', '.join(READERS)}")
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    if len(content) > _MOST:
        raise InputError(f"is larger than {_MOST // 2**20} MiB; bring it back in parts", where=str(path))
    return content


def take_back(
    sheets: Iterable[Sheet | Failure | Remark],
    ledger: Ledger,
    *,
    source: str,
    who: Callable[[str | None], str | None] = lambda name: name,
    complete: bool = False,
    accepted: bool = False,
    dry_run: bool = False,
) -> Iterator[Returned | Failure | Remark]:
    """Record what people say of moves as reviews of their sentences, and yield what became of each; after a failure the rest goes on.

    What somebody left as it was given is no review. The same file again changes nothing, unless what it said was undone.

    Parameters
    ----------
    sheets
        From :func:`read_returned`.
    source
        Name of the format, for the log.
    who
        Gives the reviewer's name in the ledger for the one in the file, None where nobody is to answer for it.
    complete
        A sheet names all moves of its document: those that it does not name are rejected.
    accepted
        Sentences of which the moves were left as they are count as accepted: only where the person looked at each of them.
    dry_run
        Record nothing.
    """
    desk = _Desk(ledger, source=source, who=who, accepted=accepted, dry_run=dry_run)
    for sheet in sheets:
        if isinstance(sheet, (Failure, Remark)):
            yield sheet
            continue
        standing = desk.find(sheet)
        if isinstance(standing, Failure):
            yield standing
            continue
        for said in sheet.say(standing, complete=complete):
            yield said if isinstance(said, Failure) else desk.record(standing.document, said, sheet)


class _Desk:
    """Where what comes back is held against the ledger."""

    def __init__(
        self, ledger: Ledger, *, source: str, who: Callable[[str | None], str | None], accepted: bool, dry_run: bool
    ) -> None:
        self._ledger = ledger
        self._source = source
        self._who = who
        self._accepted = accepted
        self._dry_run = dry_run
        self._last: tuple[str, int, Standing] | None = None
        self._said: set[str] = set()
        self._said_of: tuple[str, str, int] | None = None

    @cached_property
    def _titles(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self._ledger.document_listing(limit=10**9):
            found.setdefault(row.title or "", []).append(row.id)
        return found

    def find(self, sheet: Sheet) -> Standing | Failure:
        """Return what stands of the document that a sheet speaks of: by an id that the ledger has, else by a title that only one has."""
        named = self._titles.get(sheet.title or "", []) if sheet.title else []
        for name in (*sheet.documents, *(named if len(named) == 1 else ())):
            try:
                return self._standing(name)
            except LedgerError:
                continue
        about = ", ".join((*sheet.documents[:1], *([sheet.title] if sheet.title else []))) or "without id and title"
        reason = f"the ledger has no document {about[:200]}" + ("; several have this title" if len(named) > 1 else "")
        return Failure(where=sheet.where, stage="exchange", reason=reason)

    def _standing(self, name: str) -> Standing:
        """Return what the ledger has of a document; read once while nothing is written, for a file may come back to it task by task."""
        head = self._ledger.head()
        if self._last is None or self._last[:2] != (name, head):
            self._last = name, head, self._read(self._ledger.document(name))
        return self._last[2]

    def _read(self, document: Document) -> Standing:
        moves = [found.move for found in self._ledger.moves(MoveFilter(document=document.id))]
        return Standing(
            document=document,
            sentences=tuple(self._ledger.sentences(document.id)),
            moves=tuple(sorted(moves, key=lambda move: (move.trigger.start, move.trigger.end, move.id))),
            versions=cache(self._ledger.move_versions),
        )

    def record(self, document: Document, said: Said, sheet: Sheet) -> Returned | Failure:
        """Record what is said of a sentence, where it says something new."""
        name = self._who(said.who)
        made = Returned(document=document.id, title=document.title, who=name, said=said, state="unchanged")
        if said.is_unchanged and not (self._accepted and said.moves):
            return made
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            place = f"the sentence at {said.sentence.start} of {document.id}"
            reason = f"nobody is named, or by no name, who says so of {place}; give the reviewer's name with --as"
            return Failure(where=sheet.where, stage="exchange", reason=reason)
        why = f"from {self._source} {said.key}"
        if self._has_said(document.id, name, why):
            return dataclasses.replace(made, state="known")
        if self._dry_run:
            return dataclasses.replace(made, state="new")
        try:
            return dataclasses.replace(made, state="new", review=self._review(document, said, name, why, sheet.file))
        except DemarcheError as error:
            reason = f"the sentence at {said.sentence.start} of {document.id}: {getattr(error, 'reason', error)}"
            return Failure(where=sheet.where, stage="exchange", reason=reason)

    def _has_said(self, document: str, name: str, why: str) -> bool:
        """Tell whether a person said the same from the same file, and it was not taken back."""
        key = document, name, self._ledger.head()
        if self._said_of != key:
            self._said_of, self._said = key, self._collect(document, name)
        return why in self._said

    def _collect(self, document: str, name: str) -> set[str]:
        """Return where what a person said of a document came from; read once, for it grows with each sentence."""
        entries = self._ledger.log(subject=document, kind="review", who=name, limit=10**6)
        made = {f"r{entry.seq}": entry.why.split(_FILE)[0] for entry in entries if entry.why}
        if not made:
            return set()
        return {made[one.id] for one in self._ledger.reviews(document=document, reviewer=name) if one.id in made}

    def _review(self, document: Document, said: Said, name: str, why: str, file: str) -> str:
        # What is judged are the moves of the coder that went out, also where another has read the document since.
        judged = {move.coder for move in said.before} & set(self._ledger.coders(document.id))
        coder = judged.pop() if len(judged) == 1 else None
        task = self._ledger.review_task(document.id, said.sentence.start, said.sentence.end, coder=coder)
        own = {move.id for move in task.coded}
        moves = [move if move.id in own else _renamed(move) for move in said.moves]
        made = review(self._ledger.acting_as(name), task, moves, why=f"{why}{_FILE}{file}").id
        self._said.add(why)
        self._said_of = document.id, name, self._ledger.head()
        return made


def _renamed(move: Move) -> Move:
    """Return a move that is not the coder's under the id of its trigger and act."""
    return dataclasses.replace(move, id=Move.make_id(move.document, move.trigger, move.act))


def undo_returned(
    path: str | Path, ledger: Ledger, *, source: str, why: str, who: Iterable[str] = (), dry_run: bool = False
) -> Iterator[str]:
    """Take back the reviews that a file brought, the latest first, and yield their ids; what stood before them stands again.

    Parameters
    ----------
    path
        The file as it was when it was brought back: another one, be it by a byte, brought nothing.
    source
        Name of its format.
    why
        The reason, for the log.
    who
        Only reviews of these people, by their names in the ledger; all if none is named.
    dry_run
        Take nothing back.

    Raises
    ------
    InputError
        If the file cannot be read.
    LedgerError
        If no reason is given.
    """
    digest = hashlib.sha256(_content(path, source)).hexdigest()[:16]
    named = set(who)
    entries = [
        entry
        for entry in ledger.log(kind="review", limit=10**6)
        if (entry.why or "").startswith(f"from {source} ") and (entry.why or "").endswith(f"{_FILE}{digest}")
    ]
    about = dict.fromkeys(entry.subject for entry in entries)
    standing = {review.id for document in about for review in ledger.reviews(document=document)}
    for entry in entries:
        review = f"r{entry.seq}"
        if review in standing and (not named or entry.who in named):
            if not dry_run:
                ledger.undo_review(review, why=why)
            yield review


def take_plover(
    path: str | Path, ledger: Ledger, *, coder: str, guess: bool = False, over: bool = False, dry_run: bool = False
) -> Iterator[Taken | Failure]:
    """Take in documents with their moves from a file of PLOVER records that bring their texts, as those of a coder, and yield each.

    Records that were written of this ledger's own moves are there already, and make no documents of their sentences.

    Parameters
    ----------
    coder
        Name of the coder whose moves they are: ``ann``, or ``ngec/2.0``.
    guess
        As of :func:`~demarche.exchange.plover_to_coded`.
    over
        Also documents that the ledger has: the records become the current moves beside those of the coder before, as in a
        re-coding, and what people said stays. Else such a document is a failure.
    dry_run
        Take in nothing.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    try:
        file = Path(path).open("rb")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    with file:
        for own, events in groupby(read_plover(file, where=str(path)), key=partial(_own_document, ledger)):
            if own is not None:
                yield from _held(own, cast("Iterable[PloverEvent]", events), ledger)
                continue
            for coded in plover_to_coded(events, guess=guess, split=split_sentences):
                if isinstance(coded, Failure):
                    yield coded
                    continue
                try:
                    yield _take(_by(coded, coder), ledger, over=over, dry_run=dry_run)
                except DemarcheError as error:
                    yield Failure(where=coded.document.id, stage="ledger", reason=getattr(error, "reason", str(error)))


def _own_document(ledger: Ledger, event: PloverEvent | Failure) -> str | None:
    """Return the document of the ledger whose move a record was written of here, None if it is no such record."""
    if isinstance(event, Failure) or not event.citation or not _MOVE.match(event.id):
        return None
    if any(move.document == event.citation for move in ledger.move_versions(event.id)):
        return event.citation
    # The log knows a document that was redacted, too: its words do not come in again by this door.
    is_known = "demarche" in dict(event.rest) and bool(ledger.log(subject=event.citation, limit=1))
    return event.citation if is_known else None


def _held(document: str, events: Iterable[PloverEvent], ledger: Ledger) -> Iterator[Taken | Failure]:
    """Yield that a document is there already, and a failure for each record that is not of one of its moves as they ever stood.

    Such a record brings only the sentence, so that nothing of it could be a document of its own.
    """
    count = 0
    for event in events:
        versions = (move for move in ledger.move_versions(event.id) if move.document == document)
        if any(_is_of(event, move) for move in versions):
            count += 1
        else:
            reason = f"this move of {document} was changed or redacted, or is not of this ledger; changes come back by dna and label-studio"
            yield Failure(where=event.id, stage="exchange", reason=reason)
    if count:
        yield Taken(document=document, moves=count, known=True)


def _is_of(event: PloverEvent, move: Move) -> bool:
    own = json.loads(dict(event.rest).get("demarche", "{}"))
    stated = own if isinstance(own, dict) else {}
    codes = ("act", "status", "voice", "issue")
    return event.events == (move.event,) and all(
        stated.get(name, getattr(move, name)) == getattr(move, name) for name in codes
    )


def _by(coded: CodedDocument, coder: str) -> CodedDocument:
    """Return a coded document as the work of a coder of that name."""
    return dataclasses.replace(
        coded,
        reading=dataclasses.replace(coded.reading, coder=coder),
        moves=tuple(dataclasses.replace(move, coder=coder) for move in coded.moves),
    )


def _take(coded: CodedDocument, ledger: Ledger, *, over: bool, dry_run: bool) -> Taken | Failure:
    document, coder = coded.document.id, coded.reading.coder
    there = ledger.has(coded.document)
    known = there and coder in ledger.coders(document)  # of one document: the list of all grows with each
    if there and not known and not over:
        reason = f"the ledger has this document, coded by {', '.join(ledger.coders(document))}; --recode puts these moves above"
        return Failure(where=document, stage="ledger", reason=reason)
    if not known and not dry_run:
        (ledger.recode if there else ledger.add)(coded)
    return Taken(document=document, moves=len(coded.moves), known=known)
