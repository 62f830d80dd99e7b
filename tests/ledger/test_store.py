import multiprocessing
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
import sqlalchemy

from demarche.errors import LedgerError
from demarche.ledger import Ledger
from demarche.ledger._migrations import MIGRATIONS


@pytest.mark.parametrize("verb", ["UPDATE moves SET act = 'accept'", "DELETE FROM log", "DELETE FROM documents"])
def test_a_ledger_refuses_to_be_changed(url, coded, verb):
    with Ledger.open(url) as ledger:
        ledger.add(coded())
        with pytest.raises(LedgerError, match="only grows"), ledger._store.writing() as connection:
            connection.execute(sqlalchemy.text(verb))
        assert len(list(ledger.moves())) == 1


def test_a_ledger_of_a_newer_schema_is_refused(url):
    with Ledger.open(url) as ledger, ledger._store.writing() as connection:
        connection.execute(sqlalchemy.text("INSERT INTO migrations VALUES ('9999_future', 'then')"))
    with pytest.raises(LedgerError, match="newer Demarche"):
        Ledger.open(url)


def test_a_ledger_of_before_gets_its_new_indexes_and_goes_on(url, coded, monkeypatch):
    with monkeypatch.context() as then:
        then.setattr("demarche.ledger._store.MIGRATIONS", MIGRATIONS[:6])
        with Ledger.open(url) as ledger:
            ledger.add(coded())
    with Ledger.open(url) as ledger:
        with ledger._store.reading() as connection:
            names = [found["name"] for found in sqlalchemy.inspect(connection).get_indexes("readings")]
        assert "readings_coder" in names
        assert ledger.read_by("test/1") == {"d1"}
        ledger.add_all([coded(), coded("Kyiv rejected another one of them.", id="d2")])
        assert ledger.overview().documents == 2
        assert ledger.verify().problems == ()


def test_a_database_of_something_else_is_left_alone(url):
    with Ledger.open(url) as ledger, ledger._store.writing() as connection:
        for statement in ("DROP TABLE migrations",):
            connection.execute(sqlalchemy.text(statement))
    with pytest.raises(LedgerError, match="something else"):
        Ledger.open(url)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "no ledger is named"),
        ("mysql://host/name", "use SQLite or PostgreSQL"),
        ("nowhere/at/all/ledger.db", "folder"),
        ("postgresql://nobody@127.0.0.1:1/none", "does not answer"),
    ],
)
def test_an_address_that_cannot_be_opened_says_why(address, told):
    with pytest.raises(LedgerError, match=told):
        Ledger.open(address)


def test_a_file_that_is_no_ledger_says_so(tmp_path):
    (tmp_path / "a.db").write_bytes(b"something else altogether" * 50)
    with pytest.raises(LedgerError, match="no ledger"):
        Ledger.open(str(tmp_path / "a.db"))


def test_a_ledger_that_another_holds_says_so(tmp_path, coded):
    path = tmp_path / "ledger.db"
    with Ledger.open(str(path), wait=0.1) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="another program holds it"):
            ledger.add(coded())
        other.execute("ROLLBACK")
        assert ledger.add(coded())


def _fill(ledger, coded):
    """Add documents until there is no space, and return how many were added."""
    for number in range(2000):
        document = coded(f"Kyiv rejected plan {number}. " + f"word{number} " * 200, id=f"d{number}")
        try:
            ledger.add(document)
        except LedgerError:
            with pytest.raises(LedgerError, match="disk"):
                ledger.add(document)
            return number
    raise AssertionError("the disk did not fill up")


def test_a_full_disk_loses_nothing(tmp_path, coded):
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "none", disk], check=False).returncode
    ):
        pytest.skip("a small disk can only be made by root")
    try:
        with Ledger.open(str(disk / "ledger.db")) as ledger:
            added = _fill(ledger, coded)
        shutil.copy(disk / "ledger.db", tmp_path / "copy.db")
        if (disk / "ledger.db-wal").exists():
            shutil.copy(disk / "ledger.db-wal", tmp_path / "copy.db-wal")
    finally:
        subprocess.run(["umount", disk], check=True)
    with Ledger.open(str(tmp_path / "copy.db")) as ledger:
        assert ledger.overview().documents == added > 0
        assert ledger.verify().problems == ()


def _write(url, start, make):
    with Ledger.open(url) as ledger:
        for number in range(start, start + 15):
            ledger.add(make(f"Kyiv rejected plan {number} of all.", id=f"d{number}"))


def test_four_writers_and_a_reader_lose_nothing(url, coded):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(url, start, coded)) for start in (0, 10, 20, 30)]
    for writer in writers:
        writer.start()
    with Ledger.open(url) as ledger:
        while any(writer.is_alive() for writer in writers):
            seen = ledger.overview()
            assert seen.moves == seen.documents
        for writer in writers:
            writer.join()
        assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
        assert ledger.overview().documents == 45
        assert ledger.verify().problems == ()


def test_a_ledger_on_a_medium_that_cannot_be_written_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a ledger?.db"
    Ledger.open(str(path)).close()
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda place, mode: mode != os.W_OK and allowed(place, mode))
    with Ledger.open(str(path), create=False) as ledger:
        assert ledger.overview().documents == 0
        with pytest.raises(LedgerError, match="cannot be written"):
            ledger.settle("the group", "LBN-HEZBOLLAH")
