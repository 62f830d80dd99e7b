"""``demarche scale code`` and what takes its archive in, as a user types them."""

import json

import pytest
from click.testing import CliRunner

from demarche.cli import cli
from demarche.cli.scale import _shown
from demarche.scaling import Progress

pytestmark = pytest.mark.model


def run(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scale")
    report = {"id": "a1", "published": "1962-10-24", "text": "The Kremlin rejected the plan."}
    (folder / "a.jsonl").write_text(json.dumps(report) + "\n", "utf-8")
    found = run("scale", "code", folder / "*.jsonl", folder / "coded", "--workers", 1)
    (folder / "said.txt").write_text(found.output, "utf-8")
    assert found.exception is None, found.exception
    assert found.return_value == 0
    return folder


def test_it_says_what_came_of_it_and_how_fast(folder):
    said = (folder / "said.txt").read_text("utf-8")
    assert "1 documents coded with 1 moves, 0 failed" in said
    assert "sentences" in said
    assert (folder / "coded" / "manifest.json").exists()


def test_ingest_takes_the_archive_in(folder):
    found = run("ingest", folder / "coded", "--ledger", folder / "ledger.db")
    assert "1 documents taken in with 1 moves" in found.output
    line, *_ = run("moves", "--format", "jsonl", "--ledger", folder / "ledger.db").output.splitlines()
    assert json.loads(line)["act"] == "reject"


def test_a_second_run_codes_nothing_again(folder):
    said = run("scale", "code", folder / "a.jsonl", folder / "coded").output
    assert "0 documents coded" in said
    assert "holds 1 documents, 1 moves" in said


def test_what_is_not_there_is_named_and_the_rest_goes_on(folder):
    found = run("scale", "code", folder / "none.jsonl", folder / "a.jsonl", folder / "other", "--workers", 1)
    assert "none.jsonl: " in found.output
    assert found.return_value == 1


def test_nothing_to_read_is_an_error_before_a_folder_is_made(folder):
    found = run("scale", "code", folder / "none.jsonl", folder / "new")
    assert "there is nothing to read" in str(found.exception)
    assert not (folder / "new").exists()


def test_a_cluster_that_is_not_there_is_named(folder, monkeypatch):
    from demarche.errors import DemarcheError
    from demarche.scale import _engines

    def joined(address, workers):
        raise DemarcheError(f"no Ray cluster at {address}: refused; see its address with: ray status")

    monkeypatch.setattr(_engines, "check_ray", lambda address: None)
    monkeypatch.setattr("demarche.scaling.check_ray", lambda address: None)
    monkeypatch.setattr(_engines, "_joined", joined)
    found = run("scale", "code", folder / "a.jsonl", folder / "third", "--address", "127.0.0.1:1")
    assert "no Ray cluster at 127.0.0.1:1" in str(found.exception)
    manifest = json.loads((folder / "third" / "manifest.json").read_text("utf-8"))
    assert manifest["finished"] is None


def test_progress_says_how_many_of_what(monkeypatch):
    shown = []
    monkeypatch.setattr("rich.progress.Progress.update", lambda self, task, **values: shown.append(values))
    with _shown() as show:
        show(Progress(shards=1, of=4, bytes=100, all_bytes=400))
        show(Progress(shards=2, of=4, bytes=200, all_bytes=400, documents=7, moves=9, sentences=50, failures=1))
    assert shown[1]["description"] == "2 of 4 shards"
    assert (shown[1]["completed"], shown[1]["total"]) == (200, 400)
    assert shown[1]["counts"].startswith("7 documents, 9 moves, 1 failures; ")
