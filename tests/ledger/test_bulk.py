"""Many documents in one transaction: the same ledger as one by one, and nothing lost but what is broken off."""

import dataclasses
import multiprocessing
import os
import random
import signal
import time
from itertools import pairwise

import pytest
import sqlalchemy as sa

from demarche.ledger import Ledger
from demarche.ledger._migrations import _GROWING, _GROWING_TOO, _REVIEWED
from demarche.model import Custody, Failure, Taken
from demarche.testing import make_coded, make_move

TABLES = (*_GROWING, *_GROWING_TOO, *_REVIEWED, "custody")
STANDING = ("standing_documents", "standing", "standing_mentions", "occasions", "tallies")
WORDS = [f"{first}{last}" for first in ("bor", "con", "har", "sanc") for last in ("der", "voy", "bour", "tion", "sel")]


def report(number, draw, lines=None):
    """Return a coded document of three moves: its own lines, or those of another one."""
    lines = lines or [
        f"{draw.choice('KLMN')}yiv rejected plan {number} of {' '.join(draw.choices(WORDS, k=9))}." for _ in range(3)
    ]
    moves, start = [], 0
    for line in lines:
        made = make_move(line, "rejected", document=f"d{number}", act="reject", actors=[line[:4]], start=start)
        known = dataclasses.replace(made.actors[0], id="UKR" if line[0] == "K" else None, link="name")
        moves.append(dataclasses.replace(made, actors=(known,), date="2025-11-25", date_precision="day"))
        start += len(line) + 1
    about = {"published": f"2025-11-{1 + number % 28:02}", "publisher": f"Paper {number % 3}"}
    custody = Custody(sha256="0" * 64, size=number, source=f"{number}.txt") if number % 4 == 0 else None
    made = make_coded("\n".join(lines), moves, id=f"d{number}", custody=custody, **about)
    return lines, made


def stream():
    """Return items as they come: documents, copies, copies of copies, one twice, another text under a known id, failures."""
    draw = random.Random(7)
    made, told = [], None
    for number in range(40):
        told, coded = report(number, draw, told if number % 5 in (3, 4) else None)
        made.append(coded)
    made[11:11] = [made[2], Failure(where="b", stage="sources", reason="is empty")]
    made[20:20] = [Failure(where="b", stage="sources", reason="is empty"), report(1, random.Random(9))[1], made[12]]
    return made


def one_by_one(ledger, items):
    for item in items:
        if isinstance(item, Failure):
            ledger.fail(item)
            continue
        try:
            ledger.add(item)
        except ValueError as error:
            ledger.fail(Failure(where=item.document.id, stage="ledger", reason=error.reason))


def rows_of(ledger):
    with ledger._store.reading() as connection:
        tables = {table: connection.execute(sa.text(f"SELECT * FROM {table}")).all() for table in (*TABLES, *STANDING)}
    return {table: sorted(map(repr, rows)) for table, rows in tables.items()}


@pytest.fixture
def twin(url, tmp_path):
    """Yield a second empty ledger of the same store, whose clock stands still too."""
    other = str(tmp_path / "twin.db")
    if url.startswith("postgresql"):
        import psycopg

        other = url.replace("/ledger", "/twin", 1)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {other.split('/')[3].split('?')[0]}")
    with Ledger.open(other, who="ann", clock=lambda: "2025-11-27T10:00:00+00:00") as opened:
        yield opened


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_batch_makes_the_rows_that_one_by_one_makes(ledger, twin, size):
    items = stream()
    one_by_one(ledger, items)
    for start in range(0, len(items), size):
        twin.add_all(items[start : start + size])
    expected, made = rows_of(ledger), rows_of(twin)
    for table in expected:
        assert made[table] == expected[table], table
    assert len(made["clusters"]) > len({row.split(", ")[2] for row in made["clusters"]})
    assert twin.verify().problems == ()


def test_each_item_is_told_what_became_of_it(ledger):
    items = stream()
    made = ledger.add_all(items, place=lambda document: f"news.jsonl: {document.id}")
    assert made[0] == Taken(document="d0", moves=3, known=False)
    assert made[11] == Taken(document="d2", moves=0, known=True)
    assert made[12] == items[12]
    assert (made[21].where, made[21].stage) == ("news.jsonl: d1", "ledger")
    assert "another text under this id" in made[21].reason
    assert ledger.add_all([]) == []


def test_what_the_store_refuses_is_a_failure_and_loses_no_other(ledger, coded):
    bad = coded("Kyiv rejected it \ud800 all.", id="d1")
    items = [coded("Kyiv rejected the first.", id="d0"), bad, coded("Kyiv rejected the last one.", id="d2")]
    made = ledger.add_all(items)
    assert [isinstance(one, Failure) for one in made] == [False, True, False]
    assert [entry.kind for entry in reversed(ledger.log())] == ["document", "failure", "document"]
    assert ledger.verify().problems == ()


def test_a_character_that_only_one_store_keeps_ends_no_batch(ledger, coded):
    items = [coded(f"Kyiv rejected \0 number {number} of them.", id=f"d{number}") for number in range(2)]
    made = ledger.add_all([*items, coded(id="d2")])
    assert made[2] == Taken(document="d2", moves=1, known=False)
    refused = ledger._store.dialect == "postgresql"
    assert [isinstance(one, Failure) for one in made[:2]] == [refused, refused]
    assert ledger.verify().problems == ()


def test_words_that_do_not_stand_in_the_text_are_a_failure(ledger, coded):
    wrong = coded()
    other = dataclasses.replace(wrong.document, text="Minsk and " + wrong.document.text)
    object.__setattr__(wrong, "document", other)  # as in a record that was not made but read back from somewhere
    made = ledger.add_all([wrong, coded("Kyiv rejected the last one.", id="d2")])
    assert isinstance(made[0], Failure)
    assert made[1] == Taken(document="d2", moves=1, known=False)


def test_a_batch_that_is_broken_off_leaves_nothing_and_comes_again(ledger, monkeypatch):
    items = stream()
    ledger.add_all(items[:20])
    before = ledger.head()
    with monkeypatch.context() as broken:
        broken.setattr("demarche.ledger._ledger.follow", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ledger.add_all(items[20:])
    assert ledger.head() == before
    assert ledger.verify().problems == ()
    ledger.add_all(items)
    assert ledger.overview().documents == 40
    assert ledger.verify().problems == ()


def _add_for_ever(url):
    draw = random.Random(3)
    with Ledger.open(url) as ledger:
        for start in range(0, 4000, 20):
            ledger.add_all([report(number, draw)[1] for number in range(start, start + 20)])


def test_a_program_killed_in_the_middle_leaves_whole_batches(url):
    Ledger.open(url).close()
    child = multiprocessing.get_context("fork").Process(target=_add_for_ever, args=(url,))
    child.start()
    with Ledger.open(url) as ledger:
        while child.is_alive() and not ledger.overview().documents:
            time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    with Ledger.open(url) as ledger:
        assert ledger.overview().documents % 20 == 0 < ledger.overview().documents
        assert ledger.verify().problems == ()
        assert all(one.seq == other.seq + 1 for one, other in pairwise(ledger.log(limit=10**6)))


def _add_part(url, start):
    with Ledger.open(url) as ledger:
        items = [report(number, random.Random(number))[1] for number in range(start, start + 60)]
        items.insert(5, Failure(where="b", stage="sources", reason="is empty"))
        for first in range(0, len(items), 13):
            ledger.add_all(items[first : first + 13])


def test_writers_of_batches_with_the_same_documents_double_nothing(url):
    Ledger.open(url).close()
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_add_part, args=(url, start)) for start in (0, 20, 40)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Ledger.open(url) as ledger:
        assert [writer.exitcode for writer in writers] == [0, 0, 0]
        assert ledger.overview().documents == 100
        assert len(list(ledger.failures())) == 1
        assert ledger.verify().problems == ()
