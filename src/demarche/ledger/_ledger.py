"""The ledger: it takes in coded documents and what people say of them, and only ever grows."""

from __future__ import annotations

import dataclasses
import getpass
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import InputError, LedgerError
from demarche.ledger import _views
from demarche.ledger._chain import FIRST, entry_hash, rows_digest
from demarche.ledger._copies import are_copies, bands, shingles
from demarche.ledger._rows import document_row, mention_rows, move_row, reading_row, words_key
from demarche.ledger._store import Store, now
from demarche.ledger._verify import verify
from demarche.model import (
    CodedDocument,
    Count,
    Document,
    Failure,
    LedgerMove,
    LogEntry,
    Move,
    MoveFilter,
    Occasion,
    OpenMention,
    Overview,
    Verification,
)

__all__ = ["Ledger"]

_APART = 10
"""Days between the publication of two copies at most: a text printed again months later is a new occasion."""

Rows = dict[str, list[dict[str, Any]]]


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
            return _has(connection, document)

    def add(self, coded: CodedDocument) -> bool:
        """Take in a coded document, all of it in one transaction; False if it is there already.

        Raises
        ------
        InputError
            If another text is in the ledger under its id.
        SpanError
            If a move's words do not stand at its offsets.
        """
        document = coded.document
        for move in coded.moves:
            move.check(document.text)
        found = shingles(document.text)
        values = sorted(set(bands(found)))
        with self._store.writing() as connection:
            if _has(connection, document):
                return False
            seq = _next_seq(connection)
            rows: Rows = {
                "documents": [document_row(document, seq)],
                "readings": [reading_row(coded, seq)],
                "moves": [move_row(move, seq, verdict="coded") for move in coded.moves],
                "mentions": [row for move in coded.moves for row in mention_rows(move, seq)],
                "clusters": _cluster_rows(connection, document, seq, found, values),
            }
            self._append(connection, seq, "document", document.id, None, rows)
            _insert(connection, "bands", [{"value": value, "document": seq} for value in values])
        return True

    def fail(self, failure: Failure) -> bool:
        """Record that something could not be taken in; False if the same failure is there already."""
        row = {"place": failure.where, "stage": failure.stage, "reason": failure.reason}
        with self._store.writing() as connection:
            known = "SELECT 1 FROM failures WHERE place = :place AND stage = :stage AND reason = :reason"
            if connection.execute(sa.text(known), row).first():
                return False
            seq = _next_seq(connection)
            self._append(connection, seq, "failure", failure.where, None, {"failures": [{"seq": seq, **row}]})
        return True

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
            old = _one(connection, move_id)
            text = connection.execute(sa.text("SELECT text FROM documents WHERE id = :id"), {"id": old.move.document})
            move = _amended(old.move, changes)
            move.check(text.scalar_one())
            seq = _next_seq(connection)
            rows: Rows = {"moves": [move_row(move, seq, verdict="amended")], "mentions": list(mention_rows(move, seq))}
            self._append(connection, seq, "correction", move_id, _reason(why), rows)
        return move

    def reject(self, move_id: str, *, why: str) -> None:
        """Take a move out of the current view: the coder was wrong; raises LedgerError if there is no such move."""
        with self._store.writing() as connection:
            old = _one(connection, move_id)
            seq = _next_seq(connection)
            rows: Rows = {"moves": [move_row(old.move, seq, verdict="rejected")]}
            self._append(connection, seq, "rejection", move_id, _reason(why), rows)

    def merge(self, documents: list[str], *, why: str) -> str:
        """Put documents, with all copies of them, into one cluster, and return its id."""
        with self._store.writing() as connection:
            clusters = sorted({_cluster_of(connection, document) for document in documents})
            if not clusters:
                raise LedgerError("no document is named; name two or more to merge")
            seq = _next_seq(connection)
            kept = _oldest(connection, clusters)
            rows = {"clusters": _moved(connection, [name for name in clusters if name != kept], kept, seq)}
            self._append(connection, seq, "merge", kept, _reason(why), rows)
        return kept

    def split(self, document: str, *, why: str) -> str:
        """Take a document out of its cluster into one of its own, and return that one's id.

        The document that gave the cluster its name keeps it: the others move out together.
        """
        with self._store.writing() as connection:
            cluster = _cluster_of(connection, document)
            seq = _next_seq(connection)
            if cluster == document:
                others = [name for name in _members(connection, cluster) if name != document]
                moved = [{"seq": seq, "document": name, "cluster": others[0]} for name in others]
            else:
                moved = [{"seq": seq, "document": document, "cluster": document}]
            self._append(connection, seq, "split", document, _reason(why), {"clusters": moved})
        return document

    def redact(self, document: str, *, why: str) -> None:
        """Hide a document, its moves and its words from every view; its entries stay in the log."""
        with self._store.writing() as connection:
            _cluster_of(connection, document)
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
            The actor's id, e.g. ``USA``, its sector and its name; an entity of None leaves the words open again.
        everywhere
            Also where the words were resolved to somebody else.
        """
        key = words_key(words)
        row = {"words": key, "entity": entity, "sector": sector, "name": name, "wide": int(everywhere)}
        with self._store.writing() as connection:
            seq = _next_seq(connection)
            self._append(connection, seq, "settlement", key, why, {"settlements": [{"seq": seq, **row}]})
            count = "SELECT count(*) FROM current_mentions WHERE words = :words AND link = 'settled'"
            return int(connection.execute(sa.text(count), {"words": key}).scalar_one())

    # Views

    def overview(self) -> Overview:
        """Return how much there is."""
        with self._store.reading() as connection:
            return _views.overview(connection)

    def moves(
        self, wanted: MoveFilter | None = None, *, limit: int | None = None, offset: int = 0
    ) -> Iterator[LedgerMove]:
        """Yield the moves that pass a filter as they stand now, by date, unknown dates last; a page of rows is held at a time."""
        with self._store.reading() as connection:
            keys = _views.move_keys(connection, wanted or MoveFilter(), limit=limit, offset=offset)
        for start in range(0, len(keys), _views.PAGE):
            with self._store.reading() as connection:
                page = _views.moves_at(connection, keys[start : start + _views.PAGE])
            yield from page

    def move(self, move_id: str) -> LedgerMove:
        """Return a move as it stands now; raises LedgerError if there is none."""
        with self._store.reading() as connection:
            return _one(connection, move_id)

    def count(self, by: str, wanted: MoveFilter | None = None, *, limit: int = 100) -> list[Count]:
        """Return how often each value is reported, the most frequent first.

        Parameters
        ----------
        by
            ``act``, ``issue``, ``status``, ``voice``, ``publisher``, ``date``, ``cluster``, ``actor`` or ``recipient``.
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

    def copies(self, document: str) -> tuple[str, ...]:
        """Return the ids of the documents in the cluster of a document, its own too."""
        with self._store.reading() as connection:
            return tuple(_members(connection, _cluster_of(connection, document)))

    def failures(self) -> Iterator[Failure]:
        """Yield what could not be taken in, in order."""
        with self._store.reading() as connection:
            rows = connection.execute(sa.text("SELECT place, stage, reason FROM failures ORDER BY seq")).all()
        for place, stage, reason in rows:
            yield Failure(where=place, stage=stage, reason=reason)

    def log(self, *, subject: str | None = None, limit: int = 1000) -> list[LogEntry]:
        """Return the entries of the log, the latest first; those of one move, document or word if `subject` is given."""
        with self._store.reading() as connection:
            return _views.log(connection, subject, limit=limit)

    def settlements(self) -> list[dict[str, str | None]]:
        """Return what was settled, as rows of a file that can be shared: words, id, sector, name."""
        with self._store.reading() as connection:
            found = connection.execute(
                sa.text("SELECT words, entity, sector, name FROM current_settlements ORDER BY words")
            )
            return [{"words": row[0], "id": row[1], "sector": row[2], "name": row[3]} for row in found]

    def verify(self, *, head: str | None = None) -> Verification:
        """Check the chain of hashes, every row against it, and the offsets of every move.

        Parameters
        ----------
        head
            A hash noted earlier; it is a problem if the chain does not hold it, so that a log cut short shows too.
        """
        with self._store.reading() as connection:
            return verify(connection, head=head)

    def _append(self, connection: Connection, seq: int, kind: str, subject: str, why: str | None, rows: Rows) -> None:
        previous = connection.execute(sa.text("SELECT hash FROM log ORDER BY seq DESC LIMIT 1")).scalar() or FIRST
        entry: dict[str, Any] = {
            "seq": seq,
            "at": self._clock(),
            "who": self._who,
            "kind": kind,
            "subject": subject,
            "why": why,
            "digest": rows_digest(rows),
            "previous": previous,
        }
        _insert(connection, "log", [{**entry, "hash": entry_hash(**entry)}])
        for table, found in rows.items():
            _insert(connection, table, found)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        values = ", ".join(f":{name}" for name in names)
        connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"), rows)


def _next_seq(connection: Connection) -> int:
    return int(connection.execute(sa.text("SELECT coalesce(max(seq), 0) + 1 FROM log")).scalar_one())


def _has(connection: Connection, document: Document) -> bool:
    found = connection.execute(sa.text("SELECT text FROM documents WHERE id = :id"), {"id": document.id}).first()
    if found and found[0] != document.text:
        raise InputError(
            "the ledger has another text under this id, and keeps it; give this one an id of its own", where=document.id
        )
    return found is not None


def _reason(why: str) -> str:
    if not why or not why.strip():
        raise LedgerError("no reason is given; say why, so that the change can be defended")
    return why


def _one(connection: Connection, move_id: str) -> LedgerMove:
    found = _views.move(connection, move_id)
    if found is None:
        raise LedgerError(f"there is no move {move_id} in the ledger, or it was rejected or redacted")
    return found


def _amended(move: Move, changes: Mapping[str, Any]) -> Move:
    fixed = {"id", "document", "published", "sentence"} & set(changes)
    if fixed:
        raise LedgerError(f"{', '.join(sorted(fixed))} cannot be amended: reject the move instead")
    try:
        return dataclasses.replace(move, **changes)
    except TypeError as error:
        raise LedgerError(f"a move has no such field ({error})") from error


def _cluster_rows(
    connection: Connection, document: Document, seq: int, found: frozenset[int], values: list[int]
) -> list[dict[str, Any]]:
    clusters = sorted(set(_candidates(connection, document, found, values)))
    if not clusters:
        return [{"seq": seq, "document": document.id, "cluster": document.id}]
    kept = _oldest(connection, clusters)
    moved = _moved(connection, [name for name in clusters if name != kept], kept, seq)
    return [{"seq": seq, "document": document.id, "cluster": kept}, *moved]


def _candidates(connection: Connection, document: Document, found: frozenset[int], values: list[int]) -> Iterator[str]:
    query = sa.text(
        "SELECT DISTINCT d.id, d.published, d.text, k.cluster FROM bands b JOIN documents d ON d.seq = b.document "
        "JOIN current_clusters k ON k.document = d.id WHERE b.value IN :values"
    ).bindparams(sa.bindparam("values", expanding=True))
    for row in connection.execute(query, {"values": values}):
        if _near(document.published, row.published) and are_copies(found, shingles(row.text)):
            yield row.cluster


def _near(first: str | None, second: str | None) -> bool:
    """Tell whether two texts can be copies by their dates; one of unknown date, or of no certain day, can be anything's."""
    try:
        apart = date.fromisoformat((first or "")[:10]) - date.fromisoformat((second or "")[:10])
    except ValueError:
        return True
    return abs(apart.days) <= _APART


def _cluster_of(connection: Connection, document: str) -> str:
    query = sa.text("SELECT cluster FROM current_clusters WHERE document = :document")
    found = connection.execute(query, {"document": document}).scalar()
    if found is None:
        raise LedgerError(f"there is no document {document} in the ledger")
    return str(found)


def _members(connection: Connection, cluster: str) -> list[str]:
    query = sa.text(
        "SELECT k.document FROM current_clusters k JOIN documents d ON d.id = k.document WHERE k.cluster = :cluster "
        "ORDER BY d.seq"
    )
    return [str(row[0]) for row in connection.execute(query, {"cluster": cluster})]


def _oldest(connection: Connection, clusters: list[str]) -> str:
    query = sa.text("SELECT id FROM documents WHERE id IN :ids ORDER BY seq LIMIT 1").bindparams(
        sa.bindparam("ids", expanding=True)
    )
    return str(connection.execute(query, {"ids": clusters}).scalar_one())


def _moved(connection: Connection, clusters: list[str], to: str, seq: int) -> list[dict[str, Any]]:
    return [
        {"seq": seq, "document": document, "cluster": to}
        for cluster in clusters
        for document in _members(connection, cluster)
    ]
