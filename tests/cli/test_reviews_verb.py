import csv
import io
import json

import pytest
from click.testing import CliRunner

from demarche.cli import cli
from demarche.ledger import Ledger
from demarche.testing import make_coded, make_move


@pytest.fixture
def url(tmp_path):
    url = str(tmp_path / "ledger.db")
    with Ledger.open(url, who="ann") as ledger:
        for number in range(12):
            line = f"Kyiv rejected plan {number}."
            text = f"{line}\n{' '.join(f'w{number}x{word}' for word in range(60))}"
            move = make_move(line, "rejected", act="reject", document=f"d{number}")
            ledger.add(make_coded(text, [move], id=f"d{number}"))
        while task := ledger.next_review("random"):
            ledger.review(task, task.coded, seconds=2)
    return url


def run(*arguments):
    return CliRunner().invoke(cli, ["reviews", *arguments])


def test_the_error_is_shown_by_default(url):
    found = run("--ledger", url, "--minimum", "10")
    assert found.exit_code == 0, found.output
    assert "Measured error of test/1" in found.output
    assert "12 of 12" in found.output


def test_rows_hold_the_figures(url):
    rows = [
        json.loads(line) for line in run("--ledger", url, "--minimum", "10", "--format", "jsonl").output.splitlines()
    ]
    assert {(row["figure"], row["act"]): row["value"] for row in rows}["precision", "reject"] == 1.0
    (first, *_) = csv.DictReader(io.StringIO(run("error", "--ledger", url, "--format", "csv").output))
    assert (first["figure"], first["value"], first["cases"]) == ("precision", "", "12")


@pytest.mark.parametrize(
    ("show", "told"), [("agreement", "second one"), ("progress", "ann"), ("list", "accepted: reject (rejected)")]
)
def test_the_other_views_are_shown(url, show, told):
    found = run(show, "--ledger", url)
    assert found.exit_code == 0, found.output
    assert told in found.output


def test_a_list_can_be_narrowed(url):
    rows = run("list", "--ledger", url, "--document", "d3", "--format", "jsonl").output.splitlines()
    assert {json.loads(row)["document"] for row in rows} == {"d3"}
    assert run("list", "--ledger", url, "--reviewer", "ben", "--format", "jsonl").output == ""
    assert len(run("list", "--ledger", url, "--limit", "3", "--format", "jsonl").output.splitlines()) == 3


def test_without_reviews_it_says_what_to_do(tmp_path):
    url = str(tmp_path / "empty.db")
    Ledger.open(url).close()
    found = run("--ledger", url)
    assert found.exit_code == 0
    assert "demarche serve" in found.stderr


def test_a_review_is_taken_back_with_a_reason(url):
    (row, *_) = map(json.loads, run("list", "--ledger", url, "--format", "jsonl").output.splitlines())
    found = run("--undo", row["id"], "--why", "a slip", "--ledger", url)
    assert (found.exit_code, found.output) == (0, f"{row['id']}: taken back\n")
    with Ledger.open(url) as ledger:
        assert row["id"] not in {review.id for review in ledger.reviews()}
        assert (ledger.log(limit=1)[0].kind, ledger.log(limit=1)[0].why) == ("review undone", "a slip")
    assert run("--undo", row["id"], "--why", "again", "--ledger", url).exit_code != 0


@pytest.mark.parametrize("arguments", [("--undo", "r1"), ("--why", "so"), ("--undo", "r1", "--why", " ")])
def test_taking_back_needs_a_review_and_a_reason(url, arguments):
    assert "go together" in run(*arguments, "--ledger", url).stderr
