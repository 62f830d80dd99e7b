import sqlite3
from contextlib import closing

import pytest

from demarche.ledger import Ledger


@pytest.fixture
def path(tmp_path, coded):
    path = tmp_path / "ledger.db"
    with Ledger.open(str(path)) as ledger:
        ledger.add(coded())
        ledger.add(coded("Kyiv rejected another one of them.", id="d2"))
        ledger.settle("Kyiv", "UKR")
    return path


def tamper(path, *statements):
    """Change a ledger as somebody would who has the file: the triggers are taken away first."""
    with closing(sqlite3.connect(path)) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def problems(path, **options):
    with Ledger.open(str(path), create=False) as ledger:
        return ledger.verify(**options).problems


def test_an_untouched_ledger_is_whole(path):
    assert problems(path) == ()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE moves SET act = 'accept' WHERE document = 'd1'", "its rows were changed"),
        ("UPDATE documents SET text = replace(text, 'Moscow', 'Warsaw')", "its rows were changed"),
        ("UPDATE mentions SET entity = 'POL'", "its rows were changed"),
        ("DELETE FROM moves WHERE document = 'd1'", "its rows were changed"),
        ("UPDATE settlements SET entity = 'POL'", "its rows were changed"),
        ("UPDATE log SET who = 'bob' WHERE seq = 2", "the entry was changed"),
        ("DELETE FROM log WHERE seq = 2", "entries 2 to 2 are missing"),
        ("INSERT INTO redactions VALUES (99, 'd1')", "belong to no entry"),
        ("UPDATE moves SET sentence_start = 1", "rows were changed"),
        (
            "INSERT INTO log SELECT 0, at, 'bob', kind, subject, why, digest, previous, hash FROM log LIMIT 1",
            "before its first",
        ),
    ],
)
def test_whoever_changes_a_row_is_found_out(path, statement, told):
    tamper(path, statement)
    assert any(told in problem for problem in problems(path)), problems(path)


def test_words_that_do_not_stand_at_their_offsets_are_named(path):
    tamper(path, "UPDATE documents SET text = 'X' || text WHERE id = 'd1'")
    assert any("d1" in problem and "the text has" in problem for problem in problems(path))


def test_a_log_that_is_cut_off_is_found_out_by_a_noted_head(path):
    with Ledger.open(str(path)) as ledger:
        head = ledger.verify().head
    tamper(path, "DELETE FROM log WHERE seq = 3", "DELETE FROM settlements")
    with Ledger.open(str(path)) as ledger:
        ledger.rebuild()
    assert problems(path) == ()
    assert any("cut off" in problem for problem in problems(path, head=head))


def test_a_noted_head_is_still_there_when_the_ledger_has_grown(path, coded):
    with Ledger.open(str(path)) as ledger:
        head = ledger.verify().head
        ledger.add(coded("Kyiv rejected a third one then.", id="d3"))
    assert problems(path, head=head) == ()
