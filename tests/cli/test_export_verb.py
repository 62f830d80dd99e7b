"""``demarche export`` as a user types it."""

import dataclasses
import json
import os
import subprocess
import sys
from itertools import islice

import duckdb
import pytest
from click.testing import CliRunner

from demarche import pipeline
from demarche.cli import cli
from demarche.errors import LedgerError
from demarche.exchange import FORMATS
from demarche.ledger import Ledger
from demarche.testing import make_coded, make_move

TEXT = "Kyiv rejected the plan of Moscow on 2025-11-25."


@pytest.fixture
def url(tmp_path):
    url = str(tmp_path / "ledger.db")
    with Ledger.open(url) as ledger:
        for id, act, status in (("d1", "reject", "actual"), ("d2", "deny", "actual"), ("d3", "threaten", "planned")):
            text = f"{TEXT} It is told by {id}."
            move = make_move(text, "rejected", act=act, status=status, actors=["Kyiv"], document=id, content="the plan")
            move = dataclasses.replace(move, date="2025-11-25", date_precision="day")
            ledger.add(make_coded(text, [move], id=id, publisher="=1+1"))
        ledger.split("d2", why="apart")
        ledger.split("d3", why="apart")
    return url


def run(*arguments):
    return CliRunner().invoke(cli, ["export", *map(str, arguments)], standalone_mode=False)


def test_every_format_is_written(url):
    without_parties = {"geojson", "graphml", "csl", "bibtex"}  # neither place nor recipient is named here
    for form in ("csv", "jsonl", *FORMATS):
        found = run(form, "--ledger", url)
        assert found.exception is None, form
        assert found.stdout, form
        assert ("KYIV" in found.stdout.upper()) is (form not in without_parties), form


def test_places_are_asked_for_only_where_there_is_room_for_them(url):
    for form in ("csv", "timelinejs"):
        assert "no room for places" in str(run(form, "--ledger", url, "--places").exception)
    assert run("polecat", "--ledger", url, "--places").exception is None


def test_what_is_left_out_is_said_on_standard_error(url):
    found = run("plover", "--ledger", url)
    assert len(found.stdout.splitlines()) == 1
    assert "1 moves written, 2 left out" in found.stderr
    assert "of the act deny, for which PLOVER has no event type" in found.stderr
    found = run("plover", "--ledger", url, "--all-statuses")
    assert [json.loads(line).get("context") for line in found.stdout.splitlines()] == [None, ["future"]]


def test_filters_hold(url):
    (line,) = run("jsonl", "--ledger", url, "--act", "deny").stdout.splitlines()
    assert json.loads(line)["act"] == "deny"
    for option in (("--act", "meet"), ("--actor", "XXX")):
        assert "no move passes" in run("csv", "--ledger", url, *option).stderr


@pytest.mark.parametrize("form", ["csv", "jsonl", *(name for name in FORMATS if name != "label-studio")])
def test_no_text_leaves_no_word_of_the_documents(url, form):
    result = run(form, "--ledger", url, "--no-text")
    assert result.exception is None
    found = result.stdout
    for words in ("Kyiv", "KYIV", "rejected", "the plan"):
        assert words not in found


def test_a_file_is_there_whole_or_not_at_all(url, tmp_path):
    place = tmp_path / "events.txt"
    assert run("polecat", "--ledger", url, "-o", place).output.count("\t") == 0
    assert place.read_text("utf-8").count("\n") == 2


def test_duckdb_finds_the_counts_of_the_ledger_in_parquet(url, tmp_path):
    place = tmp_path / "moves.parquet"
    run("parquet", "--ledger", url, "-o", place)
    found = dict(duckdb.execute(f"SELECT act, count(*) FROM '{place}' GROUP BY act").fetchall())
    with Ledger.open(url) as ledger:
        assert found == {count.value: count.mentions for count in ledger.count("act")}


def test_texts_go_along_of_the_documents_that_pass_the_filter(url, tmp_path):
    for name, options, number in (("all", (), 3), ("none", ("--quad", 0), 1), ("act", ("--act", "reject"), 1)):
        assert run("dna", "--ledger", url, *options, "--documents", tmp_path / name).exception is None
        assert len(list((tmp_path / name).iterdir())) == number


def test_the_help_names_every_format():
    help = CliRunner().invoke(cli, ["export", "--help"]).output
    assert all(name in help for name in ("csv", "parquet", "jsonl", *FORMATS))


def test_an_unknown_format_names_those_that_there_are(url):
    found = run("excel", "--ledger", url)
    assert all(name in str(found.exception) for name in ("csv", *FORMATS))


def test_a_reader_that_has_gone_is_told_no_count(url):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "demarche", "export", "plover", "--ledger", url]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_in_the_middle_leaves_the_file_that_was_there(url, tmp_path, monkeypatch):
    def broken(*given, **more):
        yield from islice(whole(*given, **more), 1)
        raise LedgerError("is damaged")

    whole = pipeline.sourced_moves
    monkeypatch.setattr(pipeline, "sourced_moves", broken)
    place = tmp_path / "events.json"
    place.write_text("before")
    assert isinstance(run("plover", "--ledger", url, "-o", place).exception, LedgerError)
    assert place.read_text() == "before"
    assert not list(tmp_path.glob(".events*"))


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_passes_on_what_is_no_web_address_nor_a_password(tmp_path, form):
    addresses = {"d1": "javascript:alert(1)", "d2": "https://desk:secret@example.org/a", "d3": "file:///etc/passwd"}
    ledger = str(tmp_path / "l.db")
    with Ledger.open(ledger) as kept:
        for id, address in addresses.items():
            text = f"{TEXT} It is told by {id}."
            move = make_move(text, "rejected", act="reject", actors=["Kyiv"], recipients=["Moscow"], document=id)
            move = dataclasses.replace(move, date="2025-11-25", date_precision="day")
            kept.add(make_coded(text, [move], id=id, url=address))
        for id in ("d2", "d3"):
            kept.split(id, why="apart")
    extra = ("--documents", tmp_path / "texts.csv") if form == "dna" else ()
    written = run(form, "--ledger", ledger, *extra).stdout
    written += (tmp_path / "texts.csv").read_text("utf-8") if extra else ""
    assert written
    assert not any(word in written for word in ("javascript", "secret", "desk:", "file:"))
    without = {"geojson": "places", "polecat": "addresses"}
    assert ("https://example.org/a" in written) is (form not in without)
