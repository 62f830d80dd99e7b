"""The verbs on a ledger as a user types them, with the shipped weights."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from demarche.cli import cli, main

pytestmark = pytest.mark.model

DEMAND = "President Kennedy demanded on Monday that the Soviet Union remove its missiles from Cuba."
REPORTS = [
    {"id": "a1", "published": "1962-10-23", "publisher": "The Gazette", "text": DEMAND},
    {"id": "a2", "published": "1962-10-24", "text": "The Kremlin rejected the demand."},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")
    lines = "".join(json.dumps(report) + "\n" for report in REPORTS)
    (folder / "docs.jsonl").write_text(lines + "{broken\n", "utf-8")
    found = run("ingest", folder / "docs.jsonl", "--ledger", folder / "ledger.db")
    (folder / "printed.txt").write_text(found.output, "utf-8")
    assert found.return_value == 1  # one line is broken
    return folder


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], standalone_mode=False)


def on(folder, verb, *arguments):
    found = run(verb, *arguments, "--ledger", folder / "ledger.db")
    assert found.exception is None, found.exception
    return found.output


def test_ingest_prints_what_the_ledger_holds(folder):
    printed = (folder / "printed.txt").read_text("utf-8")
    assert "2 documents taken in" in printed
    assert "United States" in printed
    assert "demanded on Monday" in printed
    assert "docs.jsonl:3" in printed


def test_ingest_again_changes_nothing(folder):
    before = on(folder, "verify")
    printed = run("ingest", folder / "docs.jsonl", "--ledger", folder / "ledger.db").output
    assert "0 documents taken in with 0 moves, 2 were there" in printed
    assert on(folder, "verify") == before


def test_moves_are_found_by_actor_and_day(folder):
    (line,) = on(folder, "moves", "--actor", "USA", "--until", "1962-10-22", "--format", "jsonl").splitlines()
    move = json.loads(line)
    assert (move["act"], move["date"], move["cluster"]) == ("demand", "1962-10-22", "a1")
    assert move["actors"][0]["name"] == "John F. Kennedy"


def test_moves_are_counted_by_actor(folder):
    assert "SUN Soviet Union" in on(folder, "moves", "--by", "actor")


@pytest.mark.parametrize("form", ["table", "csv"])
def test_moves_are_shown_with_their_sentence(folder, form):
    assert "rejected the demand" in on(folder, "moves", "--words", "rejected", "--format", form)


def test_failures_are_listed(folder):
    assert "is no JSON" in on(folder, "failures")
    assert json.loads(on(folder, "failures", "--format", "jsonl"))["stage"] == "sources"


def test_documents_are_found_by_words(folder):
    assert "a1" in on(folder, "documents", "--words", "missiles")
    assert "a2" not in on(folder, "documents", "--words", "missiles")


def test_documents_are_listed_for_programs_without_their_texts(folder):
    one, two = (json.loads(line) for line in on(folder, "documents", "--format", "jsonl").splitlines())
    assert (one["id"], one["publisher"], two["publisher"]) == ("a1", "The Gazette", None)
    assert "text" not in one
    header, first, _ = on(folder, "documents", "--format", "csv").splitlines()
    assert header == "id,published,publisher,title,url,language,sha256"
    assert first.startswith("a1,1962-10-23,The Gazette,")


def test_ids_of_documents_are_whole_on_a_narrow_screen(tmp_path):
    name = "cable-of-the-embassy-" * 5
    about = {"id": name, "title": "A long title " * 9, "publisher": "The Gazette " * 9, "published": "1962-10-23"}
    (tmp_path / "a.jsonl").write_text(json.dumps({**about, "text": "Moscow waited."}), "utf-8")
    run("ingest", tmp_path / "a.jsonl", "--ledger", tmp_path / "ledger.db")
    assert name in on(tmp_path, "documents")


def test_a_text_in_another_language_is_named_by_its_file(tmp_path):
    words = "Президент отклонил предложение о прекращении огня и потребовал вывода войск из города. " * 3
    (tmp_path / "note.txt").write_text(words, "utf-8")
    run("ingest", tmp_path / "note.txt", "--ledger", tmp_path / "ledger.db")
    failure = json.loads(on(tmp_path, "failures", "--format", "jsonl"))
    assert failure["where"].startswith(f"{tmp_path / 'note.txt'}: d")


def test_a_change_needs_a_reason_and_is_logged(folder):
    assert run("redact", "a2", "--ledger", folder / "ledger.db").exception is not None
    move = json.loads(on(folder, "moves", "--actor", "USA", "--format", "jsonl"))["id"]
    on(folder, "correct", move, "--issue", "arms", "--why", "about weapons")
    assert json.loads(on(folder, "moves", "--actor", "USA", "--format", "jsonl"))["issue"] == "arms"
    assert "about weapons" in on(folder, "log", "--subject", move)


def test_words_are_settled_saved_and_loaded(folder):
    on(folder, "actors", "--settle", "the Contact Group", "CG", "--name", "Contact Group")
    on(folder, "actors", "--save", folder / "settled.csv")
    assert "contact group,CG,,Contact Group,no" in (folder / "settled.csv").read_text("utf-8")
    assert "1 words settled" in on(folder, "actors", "--load", folder / "settled.csv")
    assert "USA United States" in on(folder, "actors")


@pytest.mark.parametrize(
    "given", [("--act", "foo"), ("--issue", "bar"), ("--since", "1962-02-30"), ("--since", "1963", "--until", "1962")]
)
def test_a_filter_that_cannot_be_says_so(folder, given):
    assert run("moves", *given, "--ledger", folder / "ledger.db").exception is not None


def test_no_move_is_said(folder):
    assert "no move passes" in on(folder, "moves", "--actor", "usa")


def test_counts_are_written_for_programs_too(folder):
    assert "SUN,Soviet Union," in on(folder, "moves", "--by", "actor", "--format", "csv")
    assert json.loads(on(folder, "moves", "--by", "actor", "--format", "jsonl").splitlines()[0])["moves"] >= 1


def test_a_source_that_is_not_there_makes_no_ledger(tmp_path):
    assert run("ingest", tmp_path / "none.txt", "--ledger", tmp_path / "l.db").exception is not None
    assert list(tmp_path.iterdir()) == []


def test_a_whole_ledger_verifies(folder):
    assert on(folder, "verify").startswith("whole: ")


@pytest.mark.parametrize("verb", ["moves", "overview", "verify", "failures", "documents", "actors", "log"])
def test_reading_makes_no_ledger(tmp_path, verb, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["demarche", verb, "--ledger", str(tmp_path / "none.db")])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "is not there" in capsys.readouterr().err
    assert list(Path(tmp_path).iterdir()) == []
