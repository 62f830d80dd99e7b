"""``demarche recode`` and ``demarche train`` as a user types them."""

import dataclasses
import json
import shutil
import sys

import pytest
from click.testing import CliRunner

from demarche.cli import cli, main
from demarche.errors import InputError, MissingExtra
from demarche.ledger import Ledger
from demarche.training import further
from demarche.training.base import check_libraries
from demarche.training.corpus import SHIPPED

pytestmark = pytest.mark.model

LINES = (
    "Kyiv rejected the draft treaty.",
    "Moscow demanded a reply by Friday.",
    "Paris offered to host further talks.",
    "Tehran denied that its navy fired.",
    "Washington imposed sanctions on two banks.",
    "Ankara accused Athens of piracy.",
    "Cairo threatened to close a canal.",
    "Beijing and Tokyo signed an accord.",
    "Rebels attacked a convoy near Goma.",
    "Berlin promised more aid for refugees.",
    "Delhi urged restraint along its border.",
    "Rain fell over all of Oslo.",
)


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], standalone_mode=False)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Return a folder with the shipped weights under another version."""
    folder = tmp_path_factory.mktemp("weights") / "new"
    shutil.copytree(SHIPPED, folder)
    card = json.loads((folder / "weights.json").read_text("utf-8"))
    (folder / "weights.json").write_text(json.dumps(card | {"version": "9.9.9", "keep": 0.999}), "utf-8")
    return folder


@pytest.fixture
def url(tmp_path):
    lines = "".join(json.dumps({"id": f"a{number}", "text": line}) + "\n" for number, line in enumerate(LINES))
    (tmp_path / "docs.jsonl").write_text(lines, "utf-8")
    assert run("ingest", tmp_path / "docs.jsonl", "--ledger", tmp_path / "l.db").return_value == 0
    return str(tmp_path / "l.db")


def review_all(url):
    with Ledger.open(url) as ledger:
        while task := ledger.next_review("random"):
            ledger.review(task, [dataclasses.replace(move, issue="arms") for move in task.coded])


def test_another_coder_reads_the_ledger_and_says_what_became_of_it(url, weights):
    found = run("recode", "--ledger", url, "--weights", weights)
    assert found.exception is None
    assert "12 documents coded again by demarche-en/9.9.9, 0 it had read before, 0 failed" in found.output
    assert "not found again" in found.output
    again = run("recode", "--ledger", url, "--weights", weights)
    assert "0 documents coded again by demarche-en/9.9.9, 12 it had read before" in again.output


def test_the_coder_that_read_the_ledger_has_nothing_to_code_again(url):
    assert "No document was read by demarche-en/" in run("recode", "--ledger", url).output


def test_a_document_that_is_not_there_is_named_and_makes_the_exit_code(url, weights):
    found = run("recode", "--ledger", url, "--weights", weights, "--document", "a1", "--document", "zz")
    assert "no document zz" in found.output
    assert found.return_value == 1
    assert run("recode", "--ledger", url, "--weights", weights, "--document", "zz").return_value == 2


def test_what_was_reviewed_stays_when_it_is_coded_again(url, weights):
    review_all(url)
    found = run("recode", "--ledger", url, "--weights", weights)
    assert found.exception is None
    with Ledger.open(url) as ledger:
        found = [one.move.issue for one in ledger.moves()]
        assert set(found) == {"arms"}
        assert ledger.recoding("demarche-en/9.9.9").said == len(found)


# Training goes on


def train(url, output, *options):
    return run("train", "--from-ledger", url, "--output", output, *options)


@pytest.fixture
def no_network(monkeypatch):
    """Put in place of learning what leaves the weights as they are, but for their card."""
    seen = {}

    def learn(sentences, own, drawn, course, **options):
        seen.update(sentences=sentences, drawn=drawn, course=course)
        return None, None

    def export(network, folder, tokenizer, card):
        shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
        whole = json.loads((folder / "weights.json").read_text("utf-8"))
        (folder / "weights.json").write_text(json.dumps(whole | card), "utf-8")

    monkeypatch.setattr(further, "fit_further", learn)
    monkeypatch.setattr(further, "_export", export)
    monkeypatch.setattr("demarche.training.base.check_libraries", lambda **_: None)
    monkeypatch.setattr(further, "own_sentences", lambda: ([], []))
    return seen


def test_weights_that_gain_nothing_are_written_with_a_version_of_their_own_and_a_warning(url, tmp_path, no_network):
    review_all(url)
    found = train(url, tmp_path / "w", "--held-out", "0.5", "--own", "2")
    assert found.exception is None, found.exception
    assert "12 reviewed sentences (12 random)" in found.output
    assert "+0.000 (95 % +0.000 to +0.000): fewer than 30 moves" in " ".join(found.output.split())
    assert "not shown to be better" in found.output
    assert "There is no move among them" in found.output
    card = json.loads((tmp_path / "w" / "weights.json").read_text("utf-8"))
    assert card["version"].partition("+ledger.")[0] == json.loads((SHIPPED / "weights.json").read_text())["version"]
    assert len(card["version"].partition("+ledger.")[2]) == 8
    assert 0 < len(no_network["sentences"]) == card["reviewed"] < 12
    recoded = run("recode", "--ledger", url, "--weights", tmp_path / "w")
    assert f"12 documents coded again by demarche-en/{card['version']}" in recoded.output


def test_nothing_reviewed_is_nothing_to_learn_from(url, tmp_path, no_network):
    assert "nothing is reviewed" in str(train(url, tmp_path / "w").exception)
    review_all(url)
    found = train(url, tmp_path / "w", "--held-out", "0.9")
    assert found.exception is None or "no reviewed sentence to learn from" in str(found.exception)


def test_the_old_weights_are_not_overwritten(url, tmp_path, weights, no_network):
    review_all(url)
    found = train(url, weights, "--start", weights)
    assert isinstance(found.exception, InputError)
    assert "name another folder" in str(found.exception)
    (tmp_path / "file").write_text("", "utf-8")
    assert "cannot be made" in str(train(url, tmp_path / "file" / "w").exception)


def test_without_the_extra_it_says_what_to_install(url, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"demarche\[train\]"):
        check_libraries()
    monkeypatch.setattr("sys.argv", ["demarche", "train", "--from-ledger", url, "--output", str(tmp_path / "w")])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 3
    assert "pip install 'demarche[train]'" in capsys.readouterr().err
    assert not (tmp_path / "w").exists()
