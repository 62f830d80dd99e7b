"""What a batch of coded documents and failures adds to a ledger, entry by entry, so that few statements write it.

The entries are those that taking in one item after the other would write: each document is compared with what the ledger holds and with
those before it in the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.copies import bands, shingles
from demarche.errors import InputError, SpanError
from demarche.ledger._bulk import parts
from demarche.ledger._chain import rows_digest
from demarche.ledger._clusters import Copies
from demarche.ledger._custody import custody_row
from demarche.ledger._rows import clean, document_row, mention_rows, move_row, reading_row
from demarche.model import CodedDocument, Document, Failure, Taken

__all__ = ["Entry", "Failed", "Prepared", "Rows", "check_known", "entries_of", "prepare", "texts_of"]

Rows = dict[str, list[dict[str, Any]]]
Failed = Callable[[Document, InputError | SpanError], Failure]
"""Makes a failure of a document that cannot be taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one entry of the log adds.

    Parameters
    ----------
    rows
        By table.
    bands
        Those by which its document is to be found: they only help to find copies, so that nothing proves them.
    """

    seq: int
    kind: str
    subject: str
    why: str | None = None
    rows: Rows
    bands: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A coded document whose offsets were checked, with what tells its copies: all that can be done before it is the writer's turn."""

    coded: CodedDocument
    shingles: frozenset[int]
    bands: list[int] = field(default_factory=list)


def prepare(coded: CodedDocument) -> Prepared:
    """Return a coded document made ready; raises SpanError if a move's words do not stand at its offsets."""
    for move in coded.moves:
        move.check(coded.document.text)
    found = shingles(coded.document.text)
    return Prepared(coded, found, sorted(set(bands(found))))


def entries_of(
    connection: Connection,
    items: Sequence[Prepared | Failure],
    seq: int,
    *,
    failed: Failed | None,
) -> tuple[list[Entry], list[Taken | Failure]]:
    """Return the entries that a batch adds, and what became of each item.

    Parameters
    ----------
    seq
        The number of the first entry.
    failed
        Without it the error of a document that cannot be taken in is raised.
    """
    batch = _Batch(connection, items, seq)
    made: list[Taken | Failure] = []
    for place, item in enumerate(items):
        if isinstance(item, Failure):
            batch.fail(item)
            made.append(item)
            continue
        document = item.coded.document
        try:
            added = batch.add(place, item)
        except InputError as error:
            if failed is None:
                raise
            failure = failed(document, error)
            batch.fail(failure)
            made.append(failure)
            continue
        made.append(Taken(document=document.id, moves=len(item.coded.moves) if added else 0, known=not added))
    return batch.entries, made


class _Batch:
    """The entries of a batch as they come to be."""

    def __init__(self, connection: Connection, items: Sequence[Prepared | Failure], seq: int) -> None:
        self.entries: list[Entry] = []
        self._connection = connection
        self._seq = seq
        documents = [item for item in items if isinstance(item, Prepared)]
        self._texts = texts_of(connection, [one.coded.document for one in documents])
        self._copies = Copies(connection, [self._searched(item) for item in items])
        self._failures: set[str] = set()

    def _searched(self, item: Prepared | Failure) -> list[int]:
        """Return the bands by which copies of an item are looked for: of what is there already none are."""
        return [] if isinstance(item, Failure) or item.coded.document.id in self._texts else item.bands

    def add(self, place: int, item: Prepared) -> bool:
        """Add a document; False if it is there already."""
        coded, document = item.coded, item.coded.document
        if check_known(document, self._texts.get(document.id)):
            return False
        seq = self._seq + len(self.entries)
        cluster, same = self._copies.cluster_for(place, document, item.shingles, item.bands)
        rows: Rows = {
            "documents": [document_row(document, seq)],
            "readings": [reading_row(coded, seq)],
            "moves": [move_row(move, seq, verdict="coded") for move in coded.moves],
            "mentions": [row for move in coded.moves for row in mention_rows(move, seq)],
            "clusters": [{"seq": seq, "document": document.id, "cluster": cluster or document.id}],
            "custody": [] if document.custody is None else [custody_row(document.id, document.custody, seq)],
        }
        # A copy of a copy is found by the first: the same bands again would only make each search longer.
        kept = [] if same else item.bands
        self.entries.append(Entry(seq=seq, kind="document", subject=document.id, rows=rows, bands=kept))
        self._texts[document.id] = document.text
        self._copies.keep(seq, document, item.shingles, kept, cluster or document.id)
        return True

    def fail(self, failure: Failure) -> bool:
        """Add a failure; False if the same one is there already."""
        row = {
            "place": clean(failure.where, 1000),
            "stage": clean(failure.stage, 100),
            "reason": clean(failure.reason, 2000),
        }
        row["same"] = rows_digest({"failures": [row]})
        known = sa.text("SELECT 1 FROM failures WHERE same = :same")
        if row["same"] in self._failures or self._connection.execute(known, {"same": row["same"]}).first():
            return False
        seq = self._seq + len(self.entries)
        self.entries.append(
            Entry(seq=seq, kind="failure", subject=row["place"], rows={"failures": [{"seq": seq, **row}]})
        )
        self._failures.add(row["same"])
        return True


def texts_of(connection: Connection, documents: Iterable[Document]) -> dict[str, str]:
    """Return the texts that the ledger has under the ids of documents, by id."""
    query = sa.text("SELECT id, text FROM documents WHERE id IN :ids").bindparams(sa.bindparam("ids", expanding=True))
    # What is no id is told apart where it is looked at: the store might not take it.
    ids = sorted({document.id for document in documents if document.id == clean(document.id, 500)})
    return {row[0]: row[1] for part in parts(ids) for row in connection.execute(query, {"ids": part})}


def check_known(document: Document, text: str | None) -> bool:
    """Tell whether a document is there, given the text under its id; raises InputError if that is another, or the id cannot be kept."""
    if document.id != clean(document.id, 500):
        raise InputError("the id is longer than 500 characters, or holds what is no character", where=document.id[:80])
    if text is not None and text != document.text:
        raise InputError(
            "the ledger has another text under this id, and keeps it; give this one an id of its own", where=document.id
        )
    return text is not None
