"""An archive, opened to be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count as counted
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from demarche.archive import _counts
from demarche.archive._clusters import find_clusters
from demarche.archive._connection import Table, asking, bytes_of, connect, default_memory, seal, view
from demarche.archive._files import Shards, check_link, find_shards, read_manifest
from demarche.archive._held import stance_acts
from demarche.archive._needs import BESIDE, COLUMNS, CONTENTS, Need, need_of
from demarche.archive._scratch import Scratch
from demarche.archive._selection import Parameters, select
from demarche.archive._taken import Taking
from demarche.archive._words import find_words, like_words
from demarche.errors import DemarcheError, InputError, LedgerError
from demarche.model import Count, LedgerMove, Move, MoveFilter
from demarche.model.filters import search_terms

__all__ = ["Archive"]

_DOCUMENTS = {
    "id": "VARCHAR",
    "title": "VARCHAR",
    "published": "VARCHAR",
    "publisher": "VARCHAR",
    "url": "VARCHAR",
    "language": "VARCHAR",
    "text": "VARCHAR",
    "sha256": "VARCHAR",
    "moves": "BIGINT",
    "bands": "BIGINT[]",
    "coded": "VARCHAR",
}
_PLACES = {
    "document": "VARCHAR",
    "shard": "VARCHAR",
    "number": "BIGINT",
    "place": "BIGINT",
    "cluster": "VARCHAR",
    "alone": "BOOLEAN",
}
_STORED = {name: kind for name, kind in COLUMNS.items() if name not in ("cluster", "proposition", "polarity")}
_PAGE = 5000
_SEARCHED = 200_000
"""Moves whose words are looked through at most."""
_NARROWER = "give fewer: one --actor or --issue, or a time by --since and --until"


class Archive:
    """Coded documents in Parquet files, queried by DuckDB where they lie; nothing in it is ever changed but its ``clusters`` folder.

    Make it by :meth:`open`; it is a context manager, and one process may have several.

    Attributes
    ----------
    manifest
        What the archive says of itself: coder, versions, settings, inputs.
    shards
        Its complete shards, which are read, and the unfinished ones, which are not.
    memory
        Bytes that the database and an analysis may use together.
    """

    def __init__(
        self, folder: Path, shards: Shards, manifest: dict[str, Any], *, memory: int, threads: int | None
    ) -> None:
        self.folder = folder
        self.shards = shards
        self.manifest = manifest
        self.memory = memory
        self._scratch = Scratch()
        self._connection = connect(self._scratch.name, memory=memory, threads=threads)
        self._placed: Path | None = None
        self._searches = counted()
        try:
            view(self._connection, "stored", shards.moves, _STORED, rows=True)
            view(self._connection, "documents", shards.documents, _DOCUMENTS, rows=True)
            view(self._connection, "failures", shards.failures, {"reason": "VARCHAR"})
            seal(self._connection, (str(folder), self._scratch.name))
        except BaseException:
            self.close()
            raise

    @classmethod
    @asking()
    def open(cls, folder: str | Path, *, memory: str | None = None, threads: int | None = None) -> Archive:
        """Open an archive to be read.

        Parameters
        ----------
        folder
            That ``demarche scale code`` wrote.
        memory
            What the database and an analysis may use together, such as ``4GB``; by default 4 GiB, or half of the machine's memory if
            that is less. The database takes a third and writes what it cannot hold to a temporary folder; an analysis for which the rest
            would not do is refused before it starts.
        threads
            Of the database; all cores by default.

        Raises
        ------
        InputError
            If the folder is no archive, or a file in it is not what an archive has.
        MissingExtra
            If DuckDB is not installed.
        """
        path = Path(folder).resolve()
        manifest = read_manifest(path)
        if threads is not None and threads < 1:
            raise InputError(f"{threads} threads are too few; give 1 or more")
        given = default_memory() if memory is None else bytes_of(memory)
        return cls(path, find_shards(path, manifest), manifest, memory=given, threads=threads)

    def close(self) -> None:
        """Close the database and remove what it wrote for a while."""
        self._connection.close()
        self._scratch.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Copies

    @asking()
    def find_copies(self, *, report: Callable[[int, int], None] | None = None) -> Path:
        """Find which documents are copies of one another, unless that is known, and return the file that says so.

        The file is written to the folder ``clusters`` of the archive under a name that tells of which shards it is, so that new shards make
        it stale; where that folder cannot be written it is made for this session. Every question that counts copies asks for it first.

        Parameters
        ----------
        report
            Is told how many documents are compared, and how many there are to compare.
        """
        if self._placed is not None:
            return self._placed
        name = f"{self.shards.fingerprint}.parquet"
        kept, own = self.folder / "clusters" / name, Path(self._scratch.name) / name
        for path in (kept.parent, kept):
            check_link(path, self.folder)
        if kept.is_file():
            with suppress(InputError):  # damaged: it is made anew
                return self._place(kept)
        made = find_clusters(self._connection, self.shards.names, (kept, own), memory=self.memory, report=report)
        return self._place(made)

    def _place(self, found: Path) -> Path:
        """Make the view of all moves with their clusters."""
        view(self._connection, "places", (str(found),), _PLACES)
        whole, once = self._connection.execute(
            "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM places)"
        ).fetchall()[0]
        # Where a shard has a document that an earlier one has too, that one counts.
        same = "" if whole == once else " AND p.shard = s.shard"
        columns = ", ".join(f"s.{name}" for name in _STORED)
        self._connection.execute(
            f"CREATE TEMP VIEW moves AS SELECT {columns}, s.number, p.cluster, p.alone, p.place, NULL::VARCHAR AS proposition, "
            f"NULL::TINYINT AS polarity FROM stored s JOIN places p ON p.document = s.document{same}"
        )
        self._placed = found
        return found

    # Moves

    @asking()
    def take(self, analysis: str, wanted: MoveFilter | None = None) -> Taking:
        """Return the moves that pass a filter, as far as an analysis needs them.

        Parameters
        ----------
        analysis
            A key of `NEEDS`; another is given all columns.
        wanted
            Only the moves that pass; all by default. It means what it means in a ledger.

        Raises
        ------
        InputError
            If the filter makes no sense, or if so many moves pass that the analysis would need more memory than it may use, or more
            contents would have to be grouped than can be compared.
        """
        self.find_copies()
        where, parameters = self._where(wanted or MoveFilter())
        need = need_of(analysis)
        moves, contents = self._sizes(where, parameters)
        if need.propositions == "needed" and contents > CONTENTS:
            raise InputError(
                f"{analysis} needs contents grouped into propositions: {contents:,} of the {moves:,} moves that pass have one, and at most "
                f"{CONTENTS:,} can be grouped; {_NARROWER}"
            )
        contents = contents if need.propositions != "copies" or self._differing(where, parameters) else 0
        most = CONTENTS if need.propositions == "needed" else BESIDE
        grouped = 0 < contents <= most and moves * need.whole().weight <= self.memory
        need = need.whole() if grouped or need.propositions == "needed" else need
        left_out, kept = self._left_out(need, where, parameters, moves)
        self._check(analysis, need, kept)
        return Taking(
            moves=self._frame(need, where, parameters),
            need=need,
            passed=moves,
            left_out=left_out,
            contents=contents,
            grouped=grouped,
        )

    def _check(self, analysis: str, need: Need, moves: int) -> None:
        most = self.memory // need.weight
        if moves > most:
            raise InputError(
                f"{analysis} of {moves:,} moves would take some {moves * need.weight / 1e9:.1f} GB of memory, and "
                f"{self.memory / 1e9:.1f} GB may be used, enough for {most:,}; {_NARROWER}, or more memory by --memory"
            )

    def _where(self, wanted: MoveFilter) -> tuple[str, Parameters]:
        where, parameters = select(replace(wanted, words=None))
        if wanted.words is None:
            return where, parameters
        said = self._say(wanted.words, where, parameters)
        return f"({where}) AND id IN (SELECT id FROM {said})", parameters

    def _say(self, words: str, where: str, parameters: Parameters) -> str:
        """Return a table with the ids of the moves that have words: in their spans, as in a ledger.

        Each search has a table of its own: what was taken is only read when somebody reads it.
        """
        terms = search_terms(words)
        like, more = like_words(terms)
        query = f"SELECT count(*) FROM moves WHERE ({where}) AND {like}"
        near = self._connection.execute(query, parameters | more).fetchall()[0][0]
        if near > _SEARCHED:
            raise InputError(
                f"{near:,} moves would have to be searched for these words, and at most {_SEARCHED:,} are; {_NARROWER}, or rarer words"
            )
        query = f"SELECT id, document FROM moves WHERE ({where}) AND {like}"
        likely = dict(self._connection.execute(query, parameters | more).fetchall())
        coded = self._coded(sorted(set(likely.values())), likely)
        found = ((one.move.id, _words_of(one.move)) for one in coded)
        pages = iter(lambda: list(islice(found, _PAGE)), [])
        ids = list(find_words(pages, terms))
        said = f"said_{next(self._searches)}"
        self._connection.execute(f"CREATE TEMP TABLE {said} (id VARCHAR)")
        for start in range(0, len(ids), 50_000):
            part = {"ids": ids[start : start + 50_000]}
            self._connection.execute(f"INSERT INTO {said} SELECT unnest($ids::VARCHAR[])", part)
        return said

    def _sizes(self, where: str, parameters: Parameters) -> tuple[int, int]:
        words = "CASE act WHEN 'threaten' THEN condition ELSE content END"
        contents = f"list_contains($stances, act) AND trim(coalesce({words}, '')) <> ''"
        query = f"SELECT count(*), count(*) FILTER ({contents}) FROM moves WHERE {where}"
        found = self._connection.execute(query, parameters | {"stances": stance_acts()}).fetchall()[0]
        return found[0], found[1]

    def _differing(self, where: str, parameters: Parameters) -> bool:
        """Tell whether copies tell an act of the same parties in other words: only then do propositions matter to what counts once."""
        told = "cluster, act, list_sort(actors), list_sort(recipients), status, voice, precision"
        said = f"{told}, content, condition, issue"
        query = f"""
            WITH copied AS (SELECT *, hash({told}) AS told, hash({said}) AS said FROM moves WHERE NOT alone AND ({where})
                            AND list_contains($stances, act))
            SELECT count(*) FROM (SELECT told, said, count(DISTINCT document) AS documents FROM copied GROUP BY told, said) s
            JOIN (SELECT told, count(DISTINCT document) AS documents FROM copied GROUP BY told) t USING (told)
            WHERE s.documents < t.documents
        """
        found = self._connection.execute(query, parameters | {"stances": stance_acts()}).fetchall()
        return bool(found[0][0])

    def _left_out(self, need: Need, where: str, parameters: Parameters, moves: int) -> tuple[dict[str, int], int]:
        if not need.tests:
            return {}, moves
        cases = " ".join(f"WHEN NOT ({test}) THEN {number}" for number, (_, test) in enumerate(need.tests))
        query = f"SELECT CASE {cases} END AS failed, count(*) FROM moves WHERE alone AND {where} GROUP BY failed"
        found = self._connection.execute(query, parameters).fetchall()
        left_out = {
            need.tests[number][0]: count for number, count in sorted(row for row in found if row[0] is not None)
        }
        return left_out, moves - sum(left_out.values())

    def _frame(self, need: Need, where: str, parameters: Parameters) -> Any:
        columns = ", ".join(f"{need.words[name]} AS {name}" if name in need.words else name for name in need.columns)
        usable = " AND ".join(test for _, test in need.tests) or "true"
        query = f"SELECT {columns} FROM moves WHERE ({where}) AND (NOT alone OR ({usable})) ORDER BY place, number"
        return Table(self._connection.sql(query, params=parameters))

    @asking()
    def count(self, by: str, wanted: MoveFilter | None = None, *, limit: int = 100) -> list[Count]:
        """Return how often each value is reported, the most frequent first: copies once, and as often as they are reported.

        Moves count once per cluster: of the same act of the same resolved parties, a cluster has as many as that of its documents that
        has most.

        Parameters
        ----------
        by
            act, issue, status, voice, publisher, actor, recipient, dyad (``USA>SUN``), month, year or cluster.

        Raises
        ------
        InputError
            If moves are not counted by that, or the filter makes no sense.
        """
        self.find_copies()
        where, parameters = self._where(wanted or MoveFilter())
        return _counts.count(self._connection, by, where, parameters, limit=limit)

    @asking()
    def overview(self) -> _counts.Holding:
        """Return how much there is."""
        self.find_copies()
        return _counts.holding(self._connection, len(self.shards.names), self.shards.unfinished)

    # Evidence

    @asking()
    def quotes(self, moves: Sequence[str]) -> dict[str, LedgerMove]:
        """Return moves by their ids, each with its sentence, its document and all offsets; those that are not there are missing.

        One pass over the ids of all moves finds them, however many are asked for: ask for many at once.
        """
        self.find_copies()
        if not moves:
            return {}
        given = {"ids": list(dict.fromkeys(moves))}
        query = "SELECT DISTINCT document FROM moves WHERE id IN (SELECT unnest($ids::VARCHAR[]))"
        documents = [row[0] for row in self._connection.execute(query, given).fetchall()]
        return {one.move.id: one for one in self._coded(documents, set(moves))}

    def _coded(self, documents: Sequence[str], moves: Collection[str]) -> Iterator[LedgerMove]:
        """Yield those of some moves that documents have."""
        query = (
            "SELECT p.cluster, d.publisher, d.title, d.coded, d.id FROM places p "
            "JOIN documents d ON d.shard = p.shard AND d.number = p.number WHERE d.id IN (SELECT unnest($documents::VARCHAR[]))"
        )
        rows = self._connection.execute(query, {"documents": list(documents)})
        while row := rows.fetchone():
            cluster, publisher, title, coded, document = row
            for move in _moves_of(document, coded, moves):
                yield LedgerMove(move=move, seq=0, cluster=cluster, verdict="coded", publisher=publisher, title=title)

    def move(self, move_id: str) -> LedgerMove:
        """Return a move; raises LedgerError if it is not there. For several :meth:`quotes` is quicker."""
        found = self.quotes([move_id]).get(move_id)
        if found is None:
            raise LedgerError(f"there is no move {move_id} in the archive")
        return found


def _moves_of(document: str, coded: str, wanted: Collection[str]) -> list[Move]:
    """Return those of some moves that a document has; raises InputError if its record is damaged."""
    try:
        return [Move.from_dict(record) for record in json.loads(coded)["moves"] if record["id"] in wanted]
    except (DemarcheError, KeyError, TypeError, ValueError, RecursionError) as error:
        reason = f"is no coded document ({type(error).__name__}: {str(error)[:100]}); code it again"
        raise InputError(reason, where=document) from error


def _words_of(move: Move) -> str:
    """Return the words of all that a move names: what a ledger searches."""
    return " ".join(span.text for span in move.spans())
