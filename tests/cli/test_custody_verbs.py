"""``--keep-raw``, ``custody`` and ``verify --raw`` as a user types them, with the shipped weights."""

import json
import shutil

import pytest
from click.testing import CliRunner

from demarche.cli import cli

pytestmark = pytest.mark.model

TEXT = "President Kennedy demanded on Monday that the Soviet Union remove its missiles from Cuba."


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], standalone_mode=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("custody")
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_text(TEXT)
    (folder / "in" / "b.jsonl").write_text(json.dumps({"id": "b1", "text": "The Kremlin rejected the demand."}) + "\n")
    found = run("ingest", folder / "in", "--keep-raw", folder / "raw", "--ledger", folder / "ledger.db")
    assert found.return_value == 0, found.output
    return folder


def test_the_raw_bytes_are_in_the_folder(folder):
    assert len(list((folder / "raw").glob("*.warc.gz"))) == 1


def test_verify_reads_them_again(folder):
    found = run("verify", "--raw", folder / "raw", "--ledger", folder / "ledger.db")
    assert found.return_value == 0
    assert "raw bytes: 2 the same bytes give the same text" in found.output


def test_verify_names_what_is_missing_and_exits_with_1(folder, tmp_path):
    found = run("verify", "--raw", tmp_path, "--ledger", folder / "ledger.db")
    assert found.return_value == 1
    assert "b1: MISSING: no record urn:uuid:" in found.output
    assert "raw bytes: 2 MISSING" in found.output
    assert list(tmp_path.iterdir()) == []


def test_custody_prints_the_chain_from_source_to_log(folder):
    printed = run("custody", "b1", "--ledger", folder / "ledger.db").output
    for told in ("b.jsonl", "SHA-256", "demarche-", "json:text, normalise:1", "document by"):
        assert told in printed


def test_custody_is_json_for_programs(folder):
    found = json.loads(run("custody", "b1", "--format", "json", "--ledger", folder / "ledger.db").output)
    assert found["custody"]["kept"]["archive"].startswith("demarche-")
    assert found["custody"]["retrieved"] is None
    assert found["log"][0]["kind"] == "document"


def test_a_folder_within_the_sources_is_refused_before_anything_is_made(folder, tmp_path):
    found = run("ingest", folder, "--keep-raw", folder / "in" / "raw", "--ledger", tmp_path / "other.db")
    assert "keep the raw bytes in another folder" in str(found.exception)
    assert not (folder / "in" / "raw").exists()
    assert not (tmp_path / "other.db").exists()


def test_a_folder_that_is_not_there_is_told(folder):
    found = run("verify", "--raw", folder / "none", "--ledger", folder / "ledger.db")
    assert "no folder with raw bytes" in str(found.exception)


def test_a_document_that_is_not_there_is_told(folder):
    assert "there is no document nothing" in str(run("custody", "nothing", "--ledger", folder / "ledger.db").exception)


def test_of_a_redacted_document_what_is_hidden_is_not_said_to_be_unknown(folder, tmp_path):
    ledger = shutil.copy(folder / "ledger.db", tmp_path)
    run("redact", "b1", "--why", "names a witness", "--ledger", ledger)
    shown = run("custody", "b1", "--ledger", ledger).output
    assert "source      redacted, like address" in shown
    assert "SHA-256" in shown
    assert "unknown" not in shown
    assert "hash only" not in shown


def test_a_move_is_led_to_its_document(folder):
    (line,) = run("moves", "--format", "jsonl", "--act", "reject", "--ledger", folder / "ledger.db").output.splitlines()
    move = json.loads(line)
    found = run("custody", move["id"], "--ledger", folder / "ledger.db")
    assert f"{move['id']} is a move, and custody is of a document: it stands in b1" in str(found.exception)
    assert "there is no document x" in str(run("custody", "x", "--ledger", folder / "ledger.db").exception)
