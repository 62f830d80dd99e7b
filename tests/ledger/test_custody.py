"""How a document came to its text: one row, written with it, proved by its entry."""

import dataclasses
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from demarche.errors import LedgerError
from demarche.ledger import Ledger
from demarche.ledger._migrations import MIGRATIONS
from demarche.model import Custody, Kept

CUSTODY = Custody(
    sha256="ab" * 32,
    size=1234,
    source="https://example.org/a",
    steps=("decode:utf-8", "trafilatura:2.0.0", "normalise:1"),
    retrieved="2025-11-27T09:00:00+00:00",
    address="https://example.org/a?x=1",
    headers=(("Content-Type", "text/html"), ("ETag", '"1"'), ("etag", "twice")),
    media_type="text/html",
    kept=Kept(archive="demarche-1.warc.gz", record="urn:uuid:1", offset=2**33),
)


def held(coded, custody=CUSTODY):
    return dataclasses.replace(coded, document=dataclasses.replace(coded.document, custody=custody))


def test_a_custody_comes_back_as_it_was_given(ledger, coded):
    ledger.add(held(coded()))
    assert ledger.custody("d1") == CUSTODY
    assert ledger.verify().problems == ()


def test_of_a_document_without_one_nothing_is_known(ledger, coded):
    ledger.add(coded())
    assert ledger.custody("d1") is None
    with pytest.raises(LedgerError, match="no document d2"):
        ledger.custody("d2")


def test_the_bytes_do_not_go_into_the_ledger_and_neither_do_cookies(ledger, coded):
    secret = (("Set-Cookie", "session=1"), ("cookie", "x"), ("Authorization", "Basic x"), ("Server", "s"))
    ledger.add(held(coded(), dataclasses.replace(CUSTODY, raw=b"whole page", headers=secret)))
    found = ledger.custody("d1")
    assert (found.raw, found.headers) == (None, (("Server", "s"),))


def test_what_no_store_can_hold_is_replaced_and_what_is_endless_is_cut(ledger, coded):
    odd = dataclasses.replace(
        CUSTODY,
        source="a\0b\ud800",
        address="x" * 10_000,
        headers=tuple((f"n{number}", "v\0\ud800" * 5000) for number in range(500)),
        media_type=None,
        kept=None,
    )
    ledger.add(held(coded(), odd))
    found = ledger.custody("d1")
    assert (found.source, len(found.address), len(found.headers), found.kept) == ("a\ufffdb\ufffd", 4000, 200, None)
    assert found.headers[0][1].startswith("v\0\ud800v")
    assert ledger.verify().problems == ()


def test_a_redaction_leaves_the_hash_and_takes_what_tells_of_the_source(ledger, coded):
    ledger.add(held(coded()))
    ledger.redact("d1", why="names a witness")
    assert ledger.custody("d1") == Custody(sha256="ab" * 32, size=1234, source="redacted", steps=CUSTODY.steps)


def test_a_document_taken_in_twice_keeps_its_first_custody(ledger, coded):
    ledger.add(held(coded()))
    assert not ledger.add(held(coded(), dataclasses.replace(CUSTODY, source="elsewhere")))
    assert ledger.custody("d1") == CUSTODY


def test_a_custody_makes_no_other_document_of_a_copy(ledger, coded):
    ledger.add(held(coded()))
    ledger.add(held(coded(id="d2"), dataclasses.replace(CUSTODY, sha256="cd" * 32)))
    assert ledger.has(coded().document)
    assert ledger.copies("d1") == ("d1", "d2")


@pytest.mark.parametrize("verb", ["UPDATE custody SET source = 'x'", "DELETE FROM custody"])
def test_custody_only_grows(ledger, coded, verb):
    ledger.add(held(coded()))
    with pytest.raises(LedgerError, match="only grows"), ledger._store.writing() as connection:
        connection.execute(sa.text(verb))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE custody SET sha256 = 'ff'", "its rows were changed"),
        ("UPDATE custody SET retrieved = '2020-01-01'", "its rows were changed"),
        ("UPDATE custody SET place = 0", "its rows were changed"),
        ("DELETE FROM custody", "its rows were changed"),
        ("UPDATE custody SET seq = 99", "belong to no entry"),
    ],
)
def test_whoever_changes_a_custody_is_found_out(tmp_path, coded, statement, told):
    path = tmp_path / "ledger.db"
    with Ledger.open(str(path)) as ledger:
        ledger.add(held(coded()))
    with closing(sqlite3.connect(path)) as connection, connection:
        for verb in ("update", "delete"):
            connection.execute(f"DROP TRIGGER custody_no_{verb}")
        connection.execute(statement)
    with Ledger.open(str(path)) as ledger:
        assert any(told in problem for problem in ledger.verify().problems)


def test_a_ledger_of_before_custody_is_opened_and_stays_whole(url, coded, monkeypatch):
    with monkeypatch.context() as then:
        then.setattr("demarche.ledger._store.MIGRATIONS", MIGRATIONS[:5])
        with Ledger.open(url) as ledger:
            ledger.add(coded())
    with Ledger.open(url) as ledger:
        ledger.add(held(coded("Kyiv rejected another one of them.", id="d2")))
        assert (ledger.custody("d1"), ledger.custody("d2")) == (None, CUSTODY)
        assert ledger.verify().problems == ()
