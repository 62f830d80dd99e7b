"""How the stores go about what pages ask: by an index, or with a limit, never through all of a large table."""

import itertools
import json
import random
import re
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from demarche.ledger import Ledger
from demarche.model import Custody, MoveFilter
from demarche.testing import make_coded, make_move

ACTS = ("demand", "reject", "offer", "attack", "state", "meet", "threaten", "promise")
ISSUES = ("aid", "ceasefire", "withdrawal", "other")
STATES = [first + second for first in "ABCDEFGH" for second in "QRSTUVWX"]
LARGE = (
    "documents moves mentions readings clusters log bands custody standing standing_documents standing_mentions "
    "documents_search moves_search"
).split()
LARGEST = {"moves", "mentions", "bands", "standing", "standing_mentions"}
"""Of these the ledger of PostgreSQL has so many rows that its planner, left alone, goes by an index where one leads to few of them."""


def reports(documents, moves=20):
    """Yield generated documents with so many moves each."""
    draw = random.Random(1)
    for number in range(documents):
        lines, made, start, day = (
            [],
            [],
            0,
            f"20{draw.randrange(10, 25)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 28):02}",
        )
        for _ in range(moves):
            actor, recipient, source = draw.sample(STATES, 3) if made or number > 2 else ("ZQ", "ZR", "ZS")
            line = f"{actor} told {recipient} of w{draw.randrange(400)} n{draw.randrange(10**8)}, said {source}."
            about = {
                "act": draw.choice(ACTS),
                "issue": draw.choice(ISSUES),
                "actors": [actor],
                "recipients": [recipient],
            }
            made.append(
                settled(make_move(line, "told", document=f"d{number}", start=start, source=source, **about), day)
            )
            lines.append(line)
            start += len(line) + 1
        custody = Custody(sha256="0" * 64, size=number, source=f"{number}.txt")
        about = {"published": day, "publisher": f"Paper {number % 40}", "custody": custody}
        yield make_coded("\n".join(lines), made, id=f"d{number}", **about)


def settled(move, day):
    from dataclasses import replace

    def known(mention):
        return replace(mention, id=f"X{mention.span.text}", link="name")

    parties = {name: tuple(map(known, getattr(move, name))) for name in ("actors", "recipients")}
    return replace(move, date=day, date_precision="day", source=known(move.source), **parties)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def large(request, tmp_path_factory):
    """Yield a ledger of some thousands of moves that its store has taken stock of."""
    url = str(tmp_path_factory.mktemp("plans") / "ledger.db")
    if request.param == "postgresql":
        import psycopg

        server = request.getfixturevalue("server")
        with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE plans")
        url = server.format("plans")
    with Ledger.open(url) as ledger:
        made = reports(1000 if request.param == "postgresql" else 250)
        while batch := list(itertools.islice(made, 250)):
            ledger.add_all(batch)
        if request.param == "postgresql":
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")  # as the server does by itself after a while
        yield ledger


@contextmanager
def watched(ledger):
    """Yield a list to which every statement that the ledger runs is added, with its parameters."""
    seen = []

    def keep(_, __, statement, parameters, *___):
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    sa.event.listen(ledger._store._engine, "before_cursor_execute", keep)
    yield seen
    sa.event.remove(ledger._store._engine, "before_cursor_execute", keep)


def plans(ledger, ask, *, forced=True):
    """Return each statement that a question runs, with the lines of its plan that read through a whole table."""
    with watched(ledger) as seen:
        ask()
    assert seen
    with ledger._store.reading() as connection:
        if connection.dialect.name == "sqlite":
            return [(statement, _read_sqlite(connection, statement, parameters)) for statement, parameters in seen]
        # In a small table an index is often not worth its while: where there is one it is taken if nothing else is allowed.
        connection.exec_driver_sql(f"SET LOCAL enable_seqscan = {'off' if forced else 'on'}")
        return [(statement, _read_postgresql(connection, statement, parameters)) for statement, parameters in seen]


def _read_sqlite(connection, statement, parameters):
    aliases = {
        alias or table: table
        for table, alias in re.findall(
            r"(?:FROM|JOIN|,) (\w+)(?: (?!ON|WHERE|CROSS|JOIN|ORDER|GROUP)(\w+))?", statement
        )
    }
    lines = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    read = [re.match(r"SCAN (\w+)", line) for line in lines]
    return [found.string for found in read if found and aliases.get(found[1], found[1]) in LARGE]


def _read_postgresql(connection, statement, parameters):
    made = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar()
    return list(_sequential((made if isinstance(made, list) else json.loads(made))[0]["Plan"]))


def _sequential(plan):
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LARGE:
        yield f"Seq Scan on {plan['Relation Name']}"
    for part in plan.get("Plans", ()):
        yield from _sequential(part)


def first(**wanted):
    return lambda ledger: list(ledger.moves(MoveFilter(**wanted), limit=50))


def about(ask):
    """Return a question about one move and its document."""

    def asked(ledger):
        (found,) = ledger.moves(limit=1, offset=100)
        return ask(ledger, found.move)

    return asked


PAGES = {
    "first moves": first(),
    "moves of an actor": first(actor="XAQ"),
    "moves of two parties": first(actor="XAQ", recipient="XAR"),
    "moves by a source": first(source="XAQ"),
    "moves of an act": first(act="threaten"),
    "moves of an issue in a month": first(issue="aid", since="2019-05", until="2019-05"),
    "moves of a status": first(status="actual"),
    "moves of a publisher": first(publisher="Paper 7"),
    "moves of a document": first(document="d7"),
    "moves of a cluster": first(cluster="d7"),
    "moves of a quad class": first(quad=3),
    "moves with a word": first(words="w7"),
    "moves of an actor with a word": first(actor="XAQ", words="w7"),
    "moves by their ids": about(lambda ledger, move: list(ledger.moves(MoveFilter(moves=(move.id, "m0"))))),
    "moves after one": about(lambda ledger, move: list(ledger.moves(limit=50, after=move.id))),
    "how many moves": lambda ledger: ledger.count_moves(),
    "how many moves of an actor": lambda ledger: ledger.count_moves(MoveFilter(actor="XAQ")),
    "a move": about(lambda ledger, move: ledger.move(move.id)),
    "its cluster": about(lambda ledger, move: ledger.cluster_moves(move.id)),
    "its occasion": about(lambda ledger, move: ledger.occasion_moves(move.id)),
    "its history": about(lambda ledger, move: ledger.move_history(move.id)),
    "sentences around": about(lambda ledger, move: ledger.neighbours(move.document, move.sentence.start, move.sentence.end)),
    "a document": lambda ledger: ledger.document("d7"),
    "its sentences": lambda ledger: ledger.sentences("d7"),
    "its copies": lambda ledger: ledger.copies("d7"),
    "documents": lambda ledger: ledger.document_listing(limit=50),
    "documents with a word": lambda ledger: ledger.document_listing("w7", limit=50),
    "how many documents": lambda ledger: ledger.count_documents(),
    "how many documents with a word": lambda ledger: ledger.count_documents("w7"),
    "search": lambda ledger: ledger.search("w7"),
    "overview": lambda ledger: ledger.overview(),
    "counts": lambda ledger: [ledger.count(by) for by in ("act", "issue", "status", "voice", "publisher", "actor", "source")],
    "counts of an actor": lambda ledger: ledger.count("act", MoveFilter(actor="XAQ")),
    "open mentions": lambda ledger: ledger.open_mentions(),
    "timeline": lambda ledger: ledger.timeline(),
    "timeline of an actor": lambda ledger: ledger.timeline(MoveFilter(actor="XAQ")),
    "timeline of a month": lambda ledger: ledger.timeline(MoveFilter(since="2019-05", until="2019-05")),
    "custody": lambda ledger: ledger.custody("d7"),
    "moves in a part of a document": lambda ledger: ledger.moves_in("d7", 0, 100),
    "versions of a move": about(lambda ledger, move: ledger.move_versions(move.id)),
    "moves of an actor to be exported": lambda ledger: list(ledger.sourced_moves(MoveFilter(actor="XZQ"))),
    "rows of an actor": lambda ledger: list(ledger.rows(MoveFilter(actor="XZQ"))),
    "the proposition of a move": about(lambda ledger, move: ledger.assignments([move.id])),
    "a reading": lambda ledger: ledger.coded_by("d7", "test/1"),
    "the least certain move": lambda ledger: ledger.next_review("uncertain"),
    "reviews of a document": lambda ledger: list(ledger.reviews(document="d7")),
    "whether a document is there": lambda ledger: ledger.has(ledger.document("d7")),
    "occasions of a month": lambda ledger: ledger.occasions(MoveFilter(since="2019-05", until="2019-05")),
    "head": lambda ledger: ledger.head(),
    "coders": lambda ledger: ledger.coders(),
    "what a coder read": lambda ledger: ledger.read_by("test/2"),
    "kinds of entries": lambda ledger: ledger.log_kinds(),
    "log": lambda ledger: ledger.log(limit=50),
    "log of a subject": lambda ledger: ledger.log(subject="d7", limit=50),
    "log of a person": lambda ledger: ledger.log(who="ann", limit=50),
}  # fmt: skip


def test_a_question_to_all_moves_is_noticed(large):
    read = plans(large, lambda: large.count("act", MoveFilter(voice="report", status="actual")), forced=False)
    assert any(lines for _, lines in read)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_through_a_large_table(large, page):
    for statement, read in plans(large, lambda: PAGES[page](large)):
        assert not read or " LIMIT " in statement, (read, statement)


def test_a_document_is_taken_in_without_reading_through_a_large_table(large):
    copy = make_coded("\n".join([*large.document("d7").text.splitlines(), "Copied."]), id=f"c{large.head()}")
    read = plans(large, lambda: large.add_all([copy]), forced=False)
    assert any(statement.startswith("WITH p (place, value)") for statement, _ in read)
    for statement, lines in read:
        assert not {line.removeprefix("Seq Scan on ") for line in lines} & LARGEST, (lines, statement)


def test_a_rare_word_leads_to_its_documents_in_postgresql(large):
    if large._store.dialect == "sqlite":
        pytest.skip("SQLite goes by what the query says")
    word = re.search(r"n\d+", large.document("d700").text)[0]
    for ask in (lambda: large.search(word), lambda: large.documents(word), lambda: large.document_listing(word)):
        with watched(large) as seen:
            assert len(ask()) == 1
        (statement, parameters), *_ = [one for one in seen if "ORDER BY" in one[0] and "seq + 0" in one[0]]
        with large._store.reading() as connection:
            plan = str(connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar())
        assert "documents_search" in plan, statement


SELECTIVE = {
    "moves of an actor": first(actor="XZQ"),
    "moves of two parties": first(actor="XZQ", recipient="XZR"),
    "moves by a source": first(source="XZS"),
    "moves of a publisher": first(publisher="Paper 7"),
    "counts of an actor": lambda ledger: ledger.count("act", MoveFilter(actor="XZQ")),
    "timeline of an actor": lambda ledger: ledger.timeline(MoveFilter(actor="XZQ")),
} | {
    name: PAGES[name] for name in ("moves of a document", "moves by their ids", "a move", "its cluster", "its occasion")
}


def test_left_alone_postgresql_takes_the_indexes_of_large_tables(large):
    if large._store.dialect == "sqlite":
        pytest.skip("SQLite goes by what the query says")
    for page, ask in (PAGES | SELECTIVE).items():
        for statement, read in plans(large, lambda ask=ask: ask(large), forced=False):
            scanned = {line.removeprefix("Seq Scan on ") for line in read}
            assert not scanned & LARGEST or " LIMIT " in statement, (page, read, statement)


@pytest.mark.parametrize("page", SELECTIVE)
def test_what_few_moves_answer_is_found_by_an_index_that_is_worth_it(large, page):
    """In the tables of documents there are too few rows for that."""
    small = {"Seq Scan on documents", "Seq Scan on standing_documents", "Seq Scan on clusters", "Seq Scan on readings"}
    for statement, read in plans(large, lambda: SELECTIVE[page](large), forced=False):
        assert set(read) <= small, (read, statement)


ORDERED = [
    {},
    {"actor": "XAQ"},
    {"source": "XAQ"},
    {"act": "meet"},
    {"issue": "aid"},
    {"publisher": "Paper 7"},
    {"status": "actual"},
]


@pytest.mark.parametrize("wanted", ORDERED, ids=str)
def test_a_page_of_moves_is_not_sorted_in_sqlite(large, wanted):
    if large._store.dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by what it counted")
    with watched(large) as seen:
        list(large.moves(MoveFilter(**wanted), limit=50))
    with large._store.reading() as connection:
        lines = [
            row[3]
            for statement, parameters in seen
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert [line for line in lines if "ORDER BY" in line] == []


def test_the_rarest_part_of_a_filter_leads(large):
    common = {"status": "actual", "voice": "report"}
    rare = [{"actor": "XAQ"}, {"publisher": "Paper 7"}, {"document": "d7"}]
    for one, other in itertools.product(rare, ({}, common)):
        read = plans(large, lambda one=one, other=other: large.count("issue", MoveFilter(**one, **other)))
        assert all(not lines for _, lines in read)
