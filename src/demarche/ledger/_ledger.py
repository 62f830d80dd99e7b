"""The ledger: it takes in coded documents and what people say of them, and only ever grows."""

from __future__ import annotations

import dataclasses
import datetime
import getpass
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import InputError, LedgerError, SpanError
from demarche.ledger import _forecasts, _frames, _pages, _propositions, _recoding, _reviews, _sourced, _views
from demarche.ledger._bulk import insert, insert_values
from demarche.ledger._chain import FIRST, entry_hash, rows_digest
from demarche.ledger._clusters import cluster_of, members, moved, oldest
from demarche.ledger._custody import custody_of
from demarche.ledger._intake import Entry, Failed, Prepared, Rows, check_known, entries_of, prepare, texts_of
from demarche.ledger._rows import clean, mention_rows, move_row, words_key
from demarche.ledger._standing import follow, rebuild
from demarche.ledger._store import Store, now
from demarche.ledger._timeline import timeline
from demarche.ledger._verify import verify
from demarche.model import (
    Act,
    Assignment,
    CodedDocument,
    Content,
    Count,
    Custody,
    Document,
    DocumentRow,
    Failure,
    Forecast,
    LedgerMove,
    LogEntry,
    Move,
    MoveFilter,
    Occasion,
    OpenMention,
    Overview,
    Proposition,
    ReviewProgress,
    ReviewSample,
    ReviewTask,
    SearchHit,
    SentenceMark,
    SentenceReview,
    SourcedMove,
    Span,
    Status,
    Taken,
    Timeline,
    Verification,
    Voice,
)
from demarche.model.recoding import Recoding

__all__ = ["Ledger"]


class Ledger:
    """A sourced record of moves in SQLite or PostgreSQL.

    What it holds is never changed: a correction, a merge, a redaction is a new entry that says who, when and why, and
    the current state is what the entries come to. Each entry carries the hash of the one before (:meth:`verify`).

    Examples
    --------
    >>> import tempfile, pathlib, demarche
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Ledger.open(str(pathlib.Path(folder.name) / "ledger.db")) as ledger:
    ...     ledger.add(demarche.code("Kyiv rejected Moscow's demand.", published="2025-11-27"))
    ...     [found.move.act.value for found in ledger.moves()]
    True
    ['reject', 'demand']
    >>> folder.cleanup()
    """

    def __init__(self, store: Store, *, who: str, clock: Callable[[], str]) -> None:
        self._store = store
        self._who = who
        self._clock = clock

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = True,
        who: str | None = None,
        wait: float = 120,
        clock: Callable[[], str] = now,
    ) -> Ledger:
        """Return the ledger at `url`, made if it is not there.

        Parameters
        ----------
        url
            A file (``ledger.db``), ``sqlite:///ledger.db`` or ``postgresql://user@host/database``.
        create
            False raises LedgerError where there is no ledger yet.
        who
            The name under which entries are written; the login name by default.
        wait
            Seconds to wait for other writers.

        Raises
        ------
        LedgerError
            If it cannot be opened, is no ledger, or was written by a newer version.
        MissingExtra
            If the driver of PostgreSQL is not installed.
        """
        return cls(Store(url, create=create, wait=wait), who=who or _login(), clock=clock)

    def close(self) -> None:
        """Close the connection; everything was committed before."""
        self._store.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Taking in

    def has(self, document: Document) -> bool:
        """Tell whether the document is in the ledger.

        Raises
        ------
        InputError
            If another text is there under its id.
        """
        with self._store.reading() as connection:
            return check_known(document, texts_of(connection, [document]).get(document.id))

    def add(self, coded: CodedDocument) -> bool:
        """Take in a coded document, all of it in one transaction; False if it is there already.

        Raises
        ------
        InputError
            If another text is in the ledger under its id.
        SpanError
            If a move's words do not stand at its offsets.
        """
        prepared = prepare(coded)
        with self._store.writing() as connection:
            entries, _ = entries_of(connection, [prepared], _next_seq(connection), failed=None)
            self._append_all(connection, entries)
        return bool(entries)

    def add_all(
        self, items: Iterable[CodedDocument | Failure], *, place: Callable[[Document], str] | None = None
    ) -> list[Taken | Failure]:
        """Take in coded documents and failures, all of them in one transaction, and return what became of each, in their order.

        The ledger has the same rows afterwards as if each had been taken in by itself (:meth:`add`, :meth:`fail`). A document that cannot
        be taken in is recorded as a failure in its place, and loses no other one; what is there already is left as it is.

        Parameters
        ----------
        items
            A batch: all of it is held at once, and a crash before this returns loses all of it, and nothing else. Some hundreds are as
            fast as more.
        place
            What the failure of a document calls it; its id by default.

        Raises
        ------
        LedgerError
            If the ledger cannot be written: nothing of the batch is in it then, or, where a document could not be taken in, what stands
            before that.

        Examples
        --------
        >>> import tempfile, pathlib, demarche
        >>> folder = tempfile.TemporaryDirectory()
        >>> coded = [demarche.code(text) for text in ("Kyiv rejected the plan.", "Minsk accepted it.", "Minsk accepted it.")]
        >>> with Ledger.open(str(pathlib.Path(folder.name) / "ledger.db")) as ledger:
        ...     [taken.known for taken in ledger.add_all(coded)]
        [False, False, True]
        >>> folder.cleanup()
        """

        def failed(document: Document, error: InputError | SpanError) -> Failure:
            where = place(document) if place else document.id
            return Failure(where=where, stage="ledger", reason=getattr(error, "reason", str(error)))

        return self._add_prepared([_prepared(item, failed) for item in items], failed)

    def _add_prepared(self, items: Sequence[Prepared | Failure], failed: Failed) -> list[Taken | Failure]:
        if not items:
            return []
        try:
            with self._store.writing() as connection:
                entries, made = entries_of(connection, items, _next_seq(connection), failed=failed)
                self._append_all(connection, entries)
            return made
        except InputError as error:  # the store refused a value, and does not say whose
            if len(items) > 1:
                half = len(items) // 2
                return [*self._add_prepared(items[:half], failed), *self._add_prepared(items[half:], failed)]
            (item,) = items
            if isinstance(item, Failure):
                raise
            return self._add_prepared([failed(item.coded.document, error)], failed)

    def fail(self, failure: Failure) -> bool:
        """Record that something could not be taken in; False if the same failure is there already."""
        with self._store.writing() as connection:
            entries, _ = entries_of(connection, [failure], _next_seq(connection), failed=None)
            self._append_all(connection, entries)
        return bool(entries)

    # Re-coding

    def recode(self, coded: CodedDocument) -> bool:
        """Take in another coder's reading of a document that is there, all of it in one entry; False if that coder has read it.

        Its moves become the current ones, and those of the coder before that it does not find leave the current view. What a person
        has said stays: moves that were amended, rejected, restored, added, accepted or pinned, that decide a threat or are evidence of
        a forecast, and all of a sentence that was reviewed. What the coder finds there is kept aside (:meth:`coded_by`).

        Raises
        ------
        InputError
            If the document is not there, was redacted, or has another text in the ledger.
        SpanError
            If a move's words do not stand at its offsets.
        """
        document, coder = coded.document, coded.reading.coder
        for move in coded.moves:
            move.check(document.text)
        with self._store.writing() as connection:
            _recoding.check_document(connection, document)
            if _recoding.has_read(connection, document.id, coder):
                return False
            why = f"read by {coder}, before by {_recoding.last_coder(connection, document.id)}"
            seq = _next_seq(connection)
            rows = _recoding.recoded_rows(connection, coded, seq)
            self._append(connection, seq, "recoding", document.id, why, rows)
        return True

    def coded_by(self, document: str, coder: str) -> list[Move]:
        """Return what a coder found in a document, in text order, as the coder wrote it, whatever was said or coded since.

        Raises
        ------
        LedgerError
            If the document is not there or was redacted, or the coder has not read it.
        """
        with self._store.reading() as connection:
            return _recoding.coded_by(connection, clean(document), coder)

    def recoding(self, coder: str) -> Recoding:
        """Return what became of the moves of the documents that a coder read after another had."""
        with self._store.reading() as connection:
            return _recoding.recoding(connection, coder)

    def document_ids(self) -> list[str]:
        """Return the ids of the documents, without those that were redacted, in the order in which they were taken in."""
        with self._store.reading() as connection:
            return _recoding.document_ids(connection)

    def read_by(self, coder: str) -> set[str]:
        """Return the ids of the documents that a coder has read."""
        with self._store.reading() as connection:
            return _recoding.read_by(connection, coder)

    # What people say of it

    def correct(self, move_id: str, *, why: str, **changes: Any) -> Move:
        """Amend fields of a move, and return it as it stands now.

        Parameters
        ----------
        move_id
            Its id.
        why
            The reason, kept in the log.
        changes
            New values by the names of :class:`~demarche.model.Move`, e.g. ``act=Act.DEMAND`` or ``content=span``. The id stays.

        Raises
        ------
        LedgerError
            If there is no such move.
        SpanError
            If the words of a span do not stand in the text.
        """
        with self._store.writing() as connection:
            old = _one(connection, move_id, settled=False)
            text = connection.execute(sa.text("SELECT text FROM documents WHERE id = :id"), {"id": old.move.document})
            move = _amended(old.move, changes)
            move.check(text.scalar_one())
            seq = _next_seq(connection)
            before, after = _propositions.content_of(old.move, old.seq), _propositions.content_of(move, seq)
            rows: Rows = {
                "moves": [move_row(move, seq, verdict="amended")],
                "mentions": list(mention_rows(move, seq)),
                "assignments": _propositions.carried(connection, before, after, seq),
            }
            self._append(connection, seq, "correction", move_id, _reason(why), rows)
        return move

    def reject(self, move_id: str, *, why: str) -> None:
        """Take a move out of the current view: the coder was wrong; raises LedgerError if there is no such move."""
        with self._store.writing() as connection:
            old = _one(connection, move_id, settled=False)
            seq = _next_seq(connection)
            rows: Rows = {"moves": [move_row(old.move, seq, verdict="rejected")]}
            self._append(connection, seq, "rejection", move_id, _reason(why), rows)

    def restore(self, move_id: str, *, why: str) -> Move:
        """Take a rejected move back into the current view, as it was before, and return it.

        Raises
        ------
        LedgerError
            If there is no such move, it is not rejected, its document is redacted, or no reason is given.
        """
        with self._store.writing() as connection:
            stood = _reviews.stood_last(connection, clean(move_id))
            if stood is None:
                raise LedgerError(f"there is no rejected move {clean(move_id)} in the ledger")
            before = _views.move_written(connection, move_id, stood)
            _views.document(connection, before.document)  # which a redaction hides, and its moves with it
            seq = _next_seq(connection)
            content = _propositions.content_of(before, stood)
            rows: Rows = {
                "moves": [move_row(before, seq, verdict="amended")],
                "mentions": list(mention_rows(before, seq)),
                "assignments": _propositions.carried(connection, content, content, seq),
            }
            self._append(connection, seq, "restoration", move_id, _reason(why), rows)
        return before

    def merge(self, documents: list[str], *, why: str) -> str:
        """Put documents, with all copies of them, into one cluster, and return its id."""
        with self._store.writing() as connection:
            clusters = sorted({cluster_of(connection, document) for document in documents})
            if len(clusters) < 2:
                raise LedgerError("there is nothing to merge: name documents of two clusters or more")
            seq = _next_seq(connection)
            kept = oldest(connection, clusters)
            rows = {"clusters": moved(connection, [name for name in clusters if name != kept], kept, seq)}
            self._append(connection, seq, "merge", kept, _reason(why), rows)
        return kept

    def split(self, document: str, *, why: str) -> str:
        """Take a document out of its cluster into one of its own, and return the document's id.

        The document that gave the cluster its name keeps it: the others move out together.
        """
        with self._store.writing() as connection:
            cluster = cluster_of(connection, document)
            seq = _next_seq(connection)
            if cluster == document:
                others = [name for name in members(connection, cluster) if name != document]
                apart = [{"seq": seq, "document": name, "cluster": others[0]} for name in others]
            else:
                apart = [{"seq": seq, "document": document, "cluster": document}]
            if not apart:
                raise LedgerError(f"{document} is alone in its cluster; there is nothing to split")
            self._append(connection, seq, "split", document, _reason(why), {"clusters": apart})
        return document

    def redact(self, document: str, *, why: str) -> None:
        """Hide a document, its moves and its words from every view; its entries stay in the log."""
        with self._store.writing() as connection:
            document = _views.document(connection, clean(document)).id
            seq = _next_seq(connection)
            rows: Rows = {"redactions": [{"seq": seq, "document": document}]}
            self._append(connection, seq, "redaction", document, _reason(why), rows)

    def settle(
        self,
        words: str,
        entity: str | None,
        *,
        sector: str | None = None,
        name: str | None = None,
        everywhere: bool = False,
        why: str | None = None,
    ) -> int:
        """Say once who is meant by words that could not be resolved, and return how many mentions that settles.

        Parameters
        ----------
        words
            As they stand in the text; case and a leading article do not matter.
        entity, sector, name
            The actor's id, e.g. ``USA``, its sector and its name; an entity of None takes back what was settled.
        everywhere
            Also where the words were resolved to somebody else.

        Raises
        ------
        LedgerError
            If there are no words, or the id is none: capitals and digits, such as ``USA`` or ``LBN-HEZBOLLAH``.
        """
        row = {"words": words, "id": entity, "sector": sector, "name": name, "everywhere": everywhere}
        return self.settle_all([row], why=why)

    def settle_all(self, rows: list[dict[str, Any]], *, why: str | None = None) -> int:
        """Settle what :meth:`settlements` of another ledger gave, all of it or nothing; returns the mentions that it settles."""
        with self._store.writing() as connection:
            total = 0
            for given in rows:
                row = _settlement(given)
                seq = _next_seq(connection)
                made: Rows = {"settlements": [{"seq": seq, **row}]}
                self._append(connection, seq, "settlement", row["words"], clean(why) if why else None, made)
                count = "SELECT count(*) FROM current_mentions WHERE words = :words AND link = 'settled'"
                total += int(connection.execute(sa.text(count), {"words": row["words"]}).scalar_one())
            return total

    # Propositions

    def contents(self, *, known: bool = False) -> Iterator[Content]:
        """Yield the contents of moves that have no proposition yet, or those that have one, as they were taken in."""
        with self._store.reading() as connection:
            pages = _propositions.content_keys(connection, known=known)
        for keys in pages:
            with self._store.reading() as connection:
                page = _propositions.contents(connection, keys)
            yield from page

    def group(self, founded: list[Proposition], assigned: list[Assignment], *, coder: str) -> None:
        """Take in which propositions contents of moves state, all in one entry.

        Parameters
        ----------
        founded
            The propositions that are new.
        coder
            Name and version of what grouped them, kept in the log.

        What was pinned or grouped by somebody else meanwhile stays as it is.
        """
        with self._store.writing() as connection:
            there = {given.move: given for given in _propositions.assignments(connection)}
            ids = _propositions.proposition_ids(connection)
            assigned = [one for one in assigned if not _stands(there.get(one.move), one)]
            wanted = {one.proposition for one in assigned}
            founded = [one for one in founded if one.id not in ids and one.id in wanted]
            assigned = [
                one for one in assigned if one.proposition in ids or one.proposition in {new.id for new in founded}
            ]
            if not assigned:
                return
            seq = _next_seq(connection)
            rows: Rows = {
                "propositions": [_propositions.proposition_row(found, seq) for found in founded],
                "assignments": [_propositions.assignment_row(found, seq) for found in assigned],
            }
            self._append(connection, seq, "grouping", coder, None, rows)

    def proposition_ids(self) -> set[str]:
        """Return the ids of all propositions that there ever were."""
        with self._store.reading() as connection:
            return _propositions.proposition_ids(connection)

    def propositions(self, issue: str | None = None) -> list[Proposition]:
        """Return the propositions, those with most moves first."""
        with self._store.reading() as connection:
            return _propositions.propositions(connection, issue)

    def proposition(self, proposition: str) -> Proposition:
        """Return a proposition, or the one that it was merged into; raises LedgerError if there is none."""
        with self._store.reading() as connection:
            return _propositions.proposition(connection, clean(proposition))

    def assignments(self, moves: list[str] | None = None, *, proposition: str | None = None) -> list[Assignment]:
        """Return which proposition the content of each move states: of all moves, of those named, or of those that state one."""
        with self._store.reading() as connection:
            return _propositions.assignments(connection, moves, proposition=proposition)

    def rename_proposition(self, proposition: str, name: str, *, why: str) -> Proposition:
        """Give a proposition another name, and return it; raises LedgerError if there is none, or the name is empty."""
        with self._store.writing() as connection:
            found = _propositions.proposition(connection, clean(proposition))
            new = dataclasses.replace(found, name=_named(name))
            seq = _next_seq(connection)
            rows: Rows = {"propositions": [_propositions.proposition_row(new, seq)]}
            self._append(connection, seq, "renaming", found.id, _reason(why), rows)
        return new

    def merge_propositions(self, propositions: list[str], *, why: str) -> Proposition:
        """Make one proposition of several of one issue, and return it: the first that is named keeps its id and name."""
        with self._store.writing() as connection:
            found = {
                one.id: one for one in (_propositions.proposition(connection, clean(name)) for name in propositions)
            }
            kept, *gone = found.values() or (None,)
            if kept is None or not gone:
                raise LedgerError("there is nothing to merge: name two propositions or more")
            if len({one.issue for one in found.values()}) > 1:
                raise LedgerError(
                    "propositions of different issues are not merged; correct the issue of the moves first"
                )
            seq = _next_seq(connection)
            made = [row for one in gone for row in _propositions.merged_rows(connection, one, kept.id, seq)]
            self._append(connection, seq, "merging", kept.id, _reason(why), {"propositions": made})
        return kept

    def split_proposition(self, moves: list[str], *, why: str, name: str | None = None) -> Proposition:
        """Take moves out of their proposition into a new one, and return that; what is matched later may join either."""
        with self._store.writing() as connection:
            stood = [_assigned(connection, move) for move in dict.fromkeys(moves)]
            if not stood:
                raise LedgerError("no move is named; say which ones are another proposition")
            if len({one.proposition for one in stood}) > 1:
                raise LedgerError("the moves are of several propositions; split one at a time")
            old = _propositions.proposition(connection, stood[0].proposition)
            content = _content(connection, stood[0].move)
            seq = _next_seq(connection)
            # A move that founds a second proposition must not give it the id of the first.
            new = Proposition(
                id=Proposition.make_id(f"{stood[0].move}/{seq}", old.issue),
                issue=old.issue,
                name=_named(name) if name else " ".join(content.words.split()) if content else old.name,
                founder=stood[0].move,
            )
            sign = stood[0].polarity * (content.turn if content else 1)
            made = [
                dataclasses.replace(
                    one, proposition=new.id, polarity=one.polarity * sign, likeness=None, basis="pinned"
                )
                for one in stood
            ]
            rows: Rows = {
                "propositions": [_propositions.proposition_row(new, seq)],
                "assignments": [_propositions.assignment_row(one, seq) for one in made],
            }
            self._append(connection, seq, "splitting", new.id, _reason(why), rows)
        return new

    def pin(self, move_id: str, proposition: str, *, why: str, contrary: bool = False) -> Assignment:
        """Say that the words of a move's content state a proposition, or its contrary; no later grouping changes that.

        As in a grouping, a threat "unless X", and a concession of "its demand for X", get the other polarity than their words.
        """
        with self._store.writing() as connection:
            found = _propositions.proposition(connection, clean(proposition))
            move = _one(connection, move_id, settled=False)
            content = _propositions.content_of(move.move, move.seq)
            made = Assignment(
                move=move.move.id,
                proposition=found.id,
                polarity=(-1 if contrary else 1) * (content.turn if content else 1),
                likeness=None,
                basis="pinned",
                version=move.seq,
            )
            seq = _next_seq(connection)
            rows: Rows = {"assignments": [_propositions.assignment_row(made, seq)]}
            self._append(connection, seq, "pinning", move_id, _reason(why), rows)
        return made

    def vectors(self, coder: str, words: list[str]) -> dict[str, bytes]:
        """Return the vectors that are kept of words, by the keys under which they were kept."""
        with self._store.reading() as connection:
            return _propositions.vectors(connection, coder, words)

    def keep_vectors(self, coder: str, made: Mapping[str, bytes]) -> None:
        """Keep the vectors of words, so that they are not computed again; they are no entry of the log."""
        with self._store.writing() as connection:
            _propositions.keep_vectors(connection, coder, made)

    # Threats and forecasts

    def judge_link(self, case: str, move: str, verdict: str, *, why: str) -> None:
        """Say that a later move is what became of a threat or promise (``confirmed``), or has nothing to do with it (``undone``).

        Raises
        ------
        LedgerError
            If there is no such move, or the verdict is another word.
        """
        if verdict not in ("confirmed", "undone"):
            raise LedgerError(f"a link is confirmed or undone, not {clean(verdict, 40)!r}")
        with self._store.writing() as connection:
            found = _one(connection, move, settled=False).move.id
            seq = _next_seq(connection)
            row: dict[str, Any] = {"seq": seq, "threat": clean(case, 100), "move": found, "verdict": verdict}
            self._append(connection, seq, f"link {verdict}", row["threat"], _reason(why), {"verdicts": [row]})

    def judged_links(self, verdict: str) -> set[tuple[str, str]]:
        """Return the links (case, move) on which the latest word is `verdict`."""
        with self._store.reading() as connection:
            return {link for link, said in _forecasts.verdicts(connection).items() if said == verdict}

    def record_forecast(self, forecast: Forecast) -> None:
        """Keep a forecast; raises LedgerError if it is there already: what was forecast cannot be changed."""
        if forecast.outcome is not None:
            raise LedgerError("a forecast is recorded before its outcome is known; resolve it later")
        with self._store.writing() as connection:
            if any(known.id == forecast.id for known in _forecasts.forecasts(connection)):
                raise LedgerError(f"the forecast {forecast.id} is in the ledger already, and cannot be changed")
            seq = _next_seq(connection)
            rows: Rows = {"forecasts": [_forecasts.forecast_row(forecast, seq)]}
            self._append(connection, seq, "forecast", forecast.id, None, rows)

    def resolve_forecast(
        self, forecast: str, outcome: bool, *, why: str, evidence: tuple[str, ...] = (), correct: bool = False
    ) -> Forecast:
        """Record what happened, and return the forecast; the latest word counts, earlier ones stay in the log.

        Parameters
        ----------
        evidence
            Ids of moves that show it.
        correct
            The outcome that was recorded before was wrong: this one takes its place.

        Raises
        ------
        LedgerError
            If there is no such forecast or move, or the forecast is resolved and `correct` is not given.
        """
        with self._store.writing() as connection:
            known = _forecasts.forecast(connection, clean(forecast))
            if known.outcome is not None and not correct:
                said = f"{'yes' if known.outcome else 'no'}, on {known.resolved}: {known.why}"
                raise LedgerError(
                    f"forecast {known.id} is resolved ({said}); correct it (--correct) to record another outcome"
                )
            moves = tuple(_one(connection, move, settled=False).move.id for move in evidence)
            # The clock of the log is UTC; a forecast carries the day of who made it, which may have begun earlier.
            day = max(known.made, datetime.date.fromisoformat(self._clock()[:10]))
            made = dataclasses.replace(known, outcome=outcome, resolved=day, why=_reason(why), evidence=moves)
            seq = _next_seq(connection)
            rows: Rows = {"forecasts": [_forecasts.forecast_row(made, seq)]}
            self._append(connection, seq, "resolution", made.id, _reason(why), rows)
        return made

    def forecasts(self) -> list[Forecast]:
        """Return the forecasts as they stand now, in the order in which they were recorded."""
        with self._store.reading() as connection:
            return _forecasts.forecasts(connection)

    # Reviews

    def next_review(
        self, queue: str, *, reviewer: str | None = None, coder: str | None = None, share: float = 0.5
    ) -> ReviewTask | None:
        """Return the next sentence of a queue that is to be reviewed, None if there is none left.

        Parameters
        ----------
        queue
            ``random``: sentences drawn to measure the coder, in one order for all reviewers. Those that were put before others which are
            reviewed already, because their documents came later, are given first. ``uncertain``: the sentence with the move of which
            the coder was least sure, of those that nobody reviewed in any queue; the measured figures leave these reviews out.
        reviewer
            The sentences that this person has reviewed in the random queue are passed over; None passes over what anybody has.
        coder
            Whose moves are judged; by default the coder of the latest reading.
        share
            Of the random queue, the share of sentences in which the coder saw a move, 0 to 1. The figures are weighted
            accordingly, so that it can change at any time.

        Raises
        ------
        InputError
            If there is no such queue.
        """
        if queue not in ("random", "uncertain"):
            raise InputError(f"nothing is next in the queue {queue!r}; choose random or uncertain")
        with self._store.reading() as connection:
            coder = coder or _reviews.choose_coder(connection)
            if coder is None:
                return None
            if queue == "uncertain":
                return _reviews.next_uncertain(connection, coder)
            return _reviews.next_random(connection, self._store, coder, reviewer and clean(reviewer), share)

    def review_task(
        self, document: str, start: int, end: int, *, queue: str = "chosen", coder: str | None = None
    ) -> ReviewTask:
        """Return the task to review any sentence, by its offsets as it was read.

        Parameters
        ----------
        queue
            Name the queue that gave the sentence to take its task up again. A sentence that is reviewed as ``random`` out of
            its turn counts once those before it are reviewed.

        Raises
        ------
        LedgerError
            If there is no such sentence, or the document was redacted.
        """
        with self._store.reading() as connection:
            return _reviews.find_task(connection, clean(document), start, end, queue, coder)

    def review(
        self, task: ReviewTask, moves: Sequence[Move], *, seconds: float | None = None, why: str | None = None
    ) -> SentenceReview:
        """Record what a person says stands in a sentence, all in one entry, and return it; the current view follows.

        Later reviews of the sentence stand above earlier ones, which stay. Reviewing needs no reason: the words are the reason.

        Parameters
        ----------
        task
            From :meth:`next_review` or :meth:`review_task`.
        moves
            All moves of the sentence. One of ``task.coded`` as it is is accepted; one with the same id but other fields is amended; one
            with another id, made by :meth:`Move.make_id <demarche.model.Move.make_id>`, is added (its coder becomes ``person``). What
            is missing is rejected. Settled parties stay settled.
        seconds
            How long it took.
        why
            Where it comes from, kept in the log, if it was not made in the desk.

        Raises
        ------
        InputError
            If a move is of another sentence, or its id is not that of its trigger and act.
        LedgerError
            If the sentence is not there, or its coder's moves are not those of the task.
        SpanError
            If the words of a span do not stand in the text.
        """
        with self._store.writing() as connection:
            seq = _next_seq(connection)
            rows = _reviews.review_rows(connection, task, moves, seconds, seq)
            self._append(connection, seq, "review", task.document, None if why is None else clean(why), rows)
            (made,) = _reviews.reviews_at(connection, [seq])
        return made

    def undo_review(self, review_id: str, *, why: str) -> None:
        """Take a review back: what stood before it stands again, but where a later entry stands already.

        Raises
        ------
        LedgerError
            If there is no such review, it was undone before, its document is redacted, or no reason is given.
        """
        with self._store.writing() as connection:
            review, document = _reviews.review_written(connection, clean(review_id))
            seq = _next_seq(connection)
            rows = _reviews.restored_rows(connection, review, seq)
            self._append(connection, seq, "review undone", document, _reason(why), rows)

    def reviews(
        self,
        *,
        document: str | None = None,
        queue: str | None = None,
        reviewer: str | None = None,
        coder: str | None = None,
        undone: bool = False,
    ) -> Iterator[SentenceReview]:
        """Yield the reviews in the order in which they were made, those of redacted documents left out.

        Parameters
        ----------
        document, queue, reviewer, coder
            Only those of it.
        undone
            Those that were undone too.
        """
        about = {"document": document, "queue": queue, "reviewer": reviewer, "coder": coder}
        with self._store.reading() as connection:
            keys = _reviews.review_keys(connection, undone=undone, **about)
        for start in range(0, len(keys), _reviews.PAGE):
            with self._store.reading() as connection:
                page = _reviews.reviews_at(connection, keys[start : start + _reviews.PAGE])
            yield from page

    def review_sample(self, coder: str | None = None) -> ReviewSample | None:
        """Return the reviews by which a coder is measured, that of the latest reading by default; None where nothing was read."""
        with self._store.reading() as connection:
            coder = coder or _reviews.choose_coder(connection)
            return None if coder is None else _reviews.draw_reviews(connection, self._store, coder)

    def review_progress(self, *, coder: str | None = None, sentences: int = 200, moves: int = 100) -> ReviewProgress:
        """Return who reviewed how much, and how much is missing to so many sentences, and moves in them, of the random queue."""
        with self._store.reading() as connection:
            coder = coder or _reviews.choose_coder(connection)
            return _reviews.progress(connection, coder, sentences, moves)

    # Views

    def rows(self, wanted: MoveFilter | None = None, *, sectors: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the moves that pass a filter as flat rows, as the analyses take them, in the order they were taken in.

        Parameters
        ----------
        sectors
            Give a party with its sector (``SUN GOV``) in place of its bare id.
        """
        with self._store.reading() as connection:
            pages = _frames.keys(connection, wanted or MoveFilter())
        for keys in pages:
            with self._store.reading() as connection:
                page = _frames.page(connection, keys, sectors=sectors)
            yield from page

    def sourced_moves(self, wanted: MoveFilter | None = None) -> Iterator[SourcedMove]:
        """Yield the moves that pass a filter with their documents, those of a document one after the other; a page is held at a time.

        Documents come in the order in which they were taken in, without their places.
        """
        with self._store.reading() as connection:
            keys = _sourced.keys(connection, wanted or MoveFilter())
        for start in range(0, len(keys), _sourced.PAGE):
            with self._store.reading() as connection:
                page = _sourced.page(connection, keys[start : start + _sourced.PAGE])
            yield from page

    def overview(self) -> Overview:
        """Return how much there is."""
        with self._store.reading() as connection:
            return _views.overview(connection)

    def moves(
        self,
        wanted: MoveFilter | None = None,
        *,
        limit: int | None = None,
        offset: int = 0,
        after: str | None = None,
    ) -> Iterator[LedgerMove]:
        """Yield the moves that pass a filter as they stand now, by date, unknown dates last; a page of rows is held at a time.

        Parameters
        ----------
        after
            Only those that come after the move with this id, the last of the page before: as fast on the last page as on the
            first, which a large `offset` is not.

        Raises
        ------
        LedgerError
            If there never was a move with the id `after`.
        """
        with self._store.reading() as connection:
            keys = _views.move_keys(connection, wanted or MoveFilter(), limit=limit, offset=offset, after=after)
        for start in range(0, len(keys), _views.PAGE):
            with self._store.reading() as connection:
                page = _views.moves_at(connection, keys[start : start + _views.PAGE])
            yield from page

    def moves_in(self, document: str, start: int, end: int, *, limit: int = 1000) -> list[LedgerMove]:
        """Return the moves of a document whose sentences touch [start, end), in text order."""
        with self._store.reading() as connection:
            return _views.moves_at(connection, _views.moves_in(connection, clean(document), start, end, limit=limit))

    def move(self, move_id: str) -> LedgerMove:
        """Return a move as it stands now; raises LedgerError if there is none."""
        with self._store.reading() as connection:
            return _one(connection, move_id)

    def count(self, by: str, wanted: MoveFilter | None = None, *, limit: int = 100) -> list[Count]:
        """Return how often each value is reported, the most frequent first.

        Parameters
        ----------
        by
            ``act``, ``issue``, ``status``, ``voice``, ``publisher``, ``date``, ``cluster``, ``actor``, ``recipient`` or ``source``.
        """
        with self._store.reading() as connection:
            return _views.count(connection, by, wanted or MoveFilter(), limit=limit)

    def occasions(self, wanted: MoveFilter | None = None, *, limit: int = 20) -> list[Occasion]:
        """Return the acts that most clusters report: same act, parties and day; the most reported first, then by date."""
        with self._store.reading() as connection:
            return _views.occasions(connection, wanted or MoveFilter(), limit=limit)

    def open_mentions(self, *, limit: int = 100) -> list[OpenMention]:
        """Return the words for parties that are not resolved, the most frequent first."""
        with self._store.reading() as connection:
            return _views.open_mentions(connection, limit=limit)

    def documents(self, words: str | None = None, *, limit: int = 100, offset: int = 0) -> list[Document]:
        """Return the documents, or those whose text has all the words of a query, in the order they were taken in."""
        with self._store.reading() as connection:
            return _views.documents(connection, words, limit=limit, offset=offset)

    def document(self, document: str) -> Document:
        """Return a document; raises LedgerError if it is not there or was redacted."""
        with self._store.reading() as connection:
            return _views.document(connection, document)

    def custody(self, document: str) -> Custody | None:
        """Return how a document came to its text, None if nobody recorded it.

        Of a redacted document the hash, the size and the steps are left: neither where it came from nor where its bytes lie.

        Raises
        ------
        LedgerError
            If there is no such document.
        """
        with self._store.reading() as connection:
            return custody_of(connection, clean(document))

    def copies(self, document: str) -> tuple[str, ...]:
        """Return the ids of the documents in the cluster of a document, its own too."""
        with self._store.reading() as connection:
            _views.document(connection, document)
            found = members(connection, cluster_of(connection, document))
            hidden = {row[0] for row in connection.execute(sa.text("SELECT document FROM redactions"))}
        return tuple(member for member in found if member not in hidden)

    def failures(self, *, limit: int = 10**9, offset: int = 0) -> Iterator[Failure]:
        """Yield what could not be taken in, in order."""
        query = "SELECT place, stage, reason FROM failures ORDER BY seq LIMIT :most OFFSET :skipped"
        with self._store.reading() as connection:
            rows = connection.execute(sa.text(query), {"most": limit, "skipped": offset}).all()
        for place, stage, reason in rows:
            yield Failure(where=place, stage=stage, reason=reason)

    def log(
        self,
        *,
        subject: str | None = None,
        kind: str | None = None,
        who: str | None = None,
        before: int | None = None,
        limit: int = 1000,
    ) -> list[LogEntry]:
        """Return the entries of the log, the latest first.

        Parameters
        ----------
        subject, kind, who
            Only those of one move, document or word, of one kind, by one person.
        before
            Only those with a smaller number: the last one that was given, to go on from there.
        """
        with self._store.reading() as connection:
            return _views.log(connection, subject, kind=kind, who=who, before=before, limit=limit)

    def log_kinds(self) -> list[str]:
        """Return the kinds of entries that the log has."""
        with self._store.reading() as connection:
            return _views.log_kinds(connection)

    def head_hash(self) -> str:
        """Return the hash of the last entry: who notes it elsewhere can prove later that nothing before it was changed (:meth:`verify`)."""
        with self._store.reading() as connection:
            return str(connection.execute(sa.text("SELECT hash FROM log ORDER BY seq DESC LIMIT 1")).scalar() or FIRST)

    def settlements(self) -> list[dict[str, Any]]:
        """Return what is settled, as rows that can be shared: words, id, sector, name, everywhere."""
        with self._store.reading() as connection:
            query = "SELECT words, entity, sector, name, wide FROM current_settlements WHERE entity IS NOT NULL ORDER BY words"
            found = connection.execute(sa.text(query)).all()
        return [
            {"words": row[0], "id": row[1], "sector": row[2], "name": row[3], "everywhere": bool(row[4])}
            for row in found
        ]

    def verify(self, *, head: str | None = None) -> Verification:
        """Check the chain of hashes, every row against it, and the offsets of every move.

        Parameters
        ----------
        head
            A hash noted earlier; it is a problem if the chain does not hold it, so that a log cut short shows too.
        """
        with self._store.reading() as connection:
            return verify(connection, head=head)

    # For pages

    def acting_as(self, who: str) -> Ledger:
        """Return the same ledger with entries written under another name; closing either closes both."""
        return Ledger(self._store, who=who, clock=self._clock)

    def head(self) -> int:
        """Return the number of the last entry of the log, 0 if there is none: what was computed before it may be out of date."""
        with self._store.reading() as connection:
            return _pages.head(connection)

    def count_moves(self, wanted: MoveFilter | None = None, *, most: int = 10_001) -> int:
        """Return how many moves pass a filter, as often as they are reported; counting stops at `most`."""
        with self._store.reading() as connection:
            return _views.count_moves(connection, wanted or MoveFilter(), most=most)

    def timeline(self, wanted: MoveFilter | None = None, *, actors: int = 8, step: str | None = None) -> Timeline:
        """Return the moves of the most reported actors by period and quad class.

        Parameters
        ----------
        actors
            So many lanes at most, and one for actors that are not resolved.
        step
            ``day``, ``week``, ``month`` or ``year``; by default what suits the time that the moves span. It is lengthened where there
            were more than 400 periods.

        Raises
        ------
        InputError
            If there is no such step.
        """
        with self._store.reading() as connection:
            return timeline(connection, wanted or MoveFilter(), actors=actors, step=step)

    def cluster_moves(self, move: str, *, limit: int = 100) -> list[LedgerMove]:
        """Return the records of the same cluster that tell the same act of the same parties, the move itself too.

        Raises
        ------
        LedgerError
            If there is no such move.
        """
        with self._store.reading() as connection:
            return _views.moves_at(connection, _pages.cluster_keys(connection, clean(move), limit=limit))

    def occasion_moves(self, move: str, *, limit: int = 100) -> list[LedgerMove]:
        """Return the moves of other clusters that tell of the same act of the same parties on the same day.

        Raises
        ------
        LedgerError
            If there is no such move.
        """
        with self._store.reading() as connection:
            return _views.moves_at(connection, _pages.occasion_keys(connection, clean(move), limit=limit))

    def move_history(self, move: str) -> list[LogEntry]:
        """Return the entries of the log that wrote a move, or said something of it, its sentence or its cluster, the latest first.

        Where an entry wrote the move, its `detail` has the verdict, the codes and the words as they were written, and where the
        sentence stands.

        Raises
        ------
        LedgerError
            If there never was such a move, or its document was redacted.
        """
        with self._store.reading() as connection:
            return _pages.move_history(connection, clean(move))

    def move_versions(self, move: str) -> list[Move]:
        """Return a move as it ever stood, the latest version first, parties as settled; none if there never was such a move."""
        with self._store.reading() as connection:
            return _reviews.move_versions(connection, clean(move))

    def document_listing(
        self, words: str | None = None, *, limit: int = 100, offset: int = 0, latest: bool = False
    ) -> list[DocumentRow]:
        """Return documents without their texts, or those whose text has all the words of a query.

        Parameters
        ----------
        latest
            The latest taken in first, in place of last.
        """
        with self._store.reading() as connection:
            return _pages.document_rows(connection, words, limit=limit, offset=offset, latest=latest)

    def count_documents(self, words: str | None = None, *, most: int = 10_001) -> int:
        """Return how many documents there are, or have all the words of a query; of the latter, counting stops at `most`."""
        with self._store.reading() as connection:
            return _pages.count_documents(connection, words, most=most)

    def search(self, words: str, *, limit: int = 20, offset: int = 0) -> list[SearchHit]:
        """Return the documents whose text has all the words of a query, the latest taken in first, each with the part that shows them.

        Raises
        ------
        InputError
            If there is no word in the query.
        """
        with self._store.reading() as connection:
            return _pages.search(connection, words, limit=limit, offset=offset)

    def sentences(self, document: str, *, coder: str | None = None) -> list[SentenceMark]:
        """Return where the sentences of a document stand, as a coder read them: the latest one if none is named, none if it read none.

        Raises
        ------
        LedgerError
            If there is no such document, or it was redacted.
        """
        with self._store.reading() as connection:
            return _pages.sentences(connection, clean(document), coder)

    def neighbours(self, document: str, start: int, end: int) -> tuple[Span | None, Span | None]:
        """Return the sentences before and after the one at [start, end) of a document, None where there is none.

        Raises
        ------
        LedgerError
            If there is no such document, or it was redacted.
        """
        with self._store.reading() as connection:
            return _pages.neighbours(connection, clean(document), start, end)

    def coders(self, document: str | None = None) -> list[str]:
        """Return the coders that read the ledger, or a document of it, the one of the latest reading first."""
        with self._store.reading() as connection:
            return _pages.coders(connection, document)

    def rebuild(self) -> None:
        """Make the tables from which pages are read anew from the log; needed only where :meth:`verify` says that they disagree."""
        with self._store.writing() as connection:
            rebuild(connection)

    def _append(self, connection: Connection, seq: int, kind: str, subject: str, why: str | None, rows: Rows) -> None:
        self._append_all(connection, [Entry(seq=seq, kind=kind, subject=subject, why=why, rows=rows)])

    def _append_all(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Write entries that follow one another, and bring the tables of what stands to what they say."""
        previous = connection.execute(sa.text("SELECT hash FROM log ORDER BY seq DESC LIMIT 1")).scalar() or FIRST
        rows: Rows = defaultdict(list)
        for entry in entries:
            made: dict[str, Any] = {
                "seq": entry.seq,
                "at": self._clock(),
                "who": clean(self._who),
                "kind": entry.kind,
                "subject": clean(entry.subject, 1000),
                "why": None if entry.why is None else clean(entry.why),
                "digest": rows_digest(entry.rows),
                "previous": previous,
            }
            previous = entry_hash(**made)
            rows["log"].append({**made, "hash": previous})
            for table, found in entry.rows.items():
                rows[table] += found
        for table, found in rows.items():
            insert(connection, table, found)
        # In their order, so that neighbours are written together: they lie all over the table.
        insert_values(
            connection, "bands", ("value", "document"), sorted((band, one.seq) for one in entries for band in one.bands)
        )
        follow(connection, rows)


def _prepared(item: CodedDocument | Failure, failed: Failed) -> Prepared | Failure:
    try:
        return item if isinstance(item, Failure) else prepare(item)
    except SpanError as error:
        return failed(cast(CodedDocument, item).document, error)


def _assigned(connection: Connection, move: str) -> Assignment:
    found = _propositions.current(connection, clean(move))
    if found is None:
        raise LedgerError(f"the move {clean(move)} has no proposition; see: demarche propositions")
    return found


def _content(connection: Connection, move: str) -> Content | None:
    """Return the content of a move, None if it has none or is not there any more."""
    found = _views.move(connection, move, settled=False)
    return None if found is None else _propositions.content_of(found.move, found.seq)


def _stands(there: Assignment | None, new: Assignment) -> bool:
    return there is not None and (there.basis == "pinned" or there.version == new.version)


def _named(name: str) -> str:
    words = " ".join(clean(name, 300).split())
    if not words:
        raise LedgerError("the name is empty; give one that people can read")
    return words


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _next_seq(connection: Connection) -> int:
    return int(connection.execute(sa.text("SELECT coalesce(max(seq), 0) + 1 FROM log")).scalar_one())


_ID = re.compile(r"[A-Z0-9][A-Z0-9+_.-]{0,63}\Z")
_SECTOR = re.compile(r"[A-Z]{3}\Z")


def _settlement(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a settlement, its fields checked."""
    words = words_key(clean(str(given["words"] or "").strip()))
    entity, sector, name = given["id"] or None, given["sector"] or None, given["name"] or None
    if not words:
        raise LedgerError("no words are given; say which words mean the actor")
    if entity and not _ID.match(entity):
        raise LedgerError(f"{clean(entity, 40)!r} is no actor's id: capitals and digits, such as USA or LBN-HEZBOLLAH")
    if sector and not _SECTOR.match(sector):
        raise LedgerError(
            f"{clean(sector, 40)!r} is no sector; give GOV, MIL, REB, OPP, LEG, JUD, PTY, CVL, MED, BUS, IGO or NGO"
        )
    wide = int(bool(given.get("everywhere")))
    return {"words": words, "entity": entity, "sector": sector, "name": name and clean(name, 300), "wide": wide}


def _reason(why: str) -> str:
    if not why or not why.strip():
        raise LedgerError("no reason is given; say why, so that the change can be defended")
    return why


def _one(connection: Connection, move_id: str, *, settled: bool = True) -> LedgerMove:
    found = _views.move(connection, clean(move_id), settled=settled)
    if found is None:
        raise LedgerError(f"there is no move {clean(move_id, 80)} in the ledger, or it was rejected or redacted")
    return found


def _amended(move: Move, changes: Mapping[str, Any]) -> Move:
    fixed = {"id", "document", "published", "sentence"} & set(changes)
    if fixed:
        raise LedgerError(f"{', '.join(sorted(fixed))} cannot be amended: reject the move instead")
    kinds: dict[str, Any] = {"act": Act, "status": Status, "voice": Voice}
    try:
        made = {name: kinds[name](value) if name in kinds else value for name, value in changes.items()}
        return dataclasses.replace(move, **made)
    except (TypeError, ValueError) as error:
        if isinstance(error, SpanError):
            raise
        raise LedgerError(f"a move cannot be amended so: {error}") from error
