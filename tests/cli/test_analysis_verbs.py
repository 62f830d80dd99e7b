"""The verbs of the analyses on a ledger of a few invented reports: every format, every chart, and a ledger with nothing in it."""

import csv
import io
import json
import os

import pytest
from click.testing import CliRunner

from demarche import pipeline
from demarche.cli import cli
from demarche.errors import LedgerError
from demarche.ledger import Ledger
from demarche.testing import compare_by_words, embed_by_words, make_coded, make_move

VERBS = ("propositions", "positions", "repetition", "threats", "claims", "playbooks", "outlook", "network")
SAID = (
    ("Moscow demanded that they withdraw.", "demanded", "demand", ["Moscow"], {"content": "they withdraw"}),
    ("Kyiv rejected a plan to withdraw.", "rejected", "reject", ["Kyiv"], {"content": "a plan to withdraw"}),
    ("Moscow threatened Kyiv with strikes unless they withdraw.", "threatened", "threaten", ["Moscow"],
     {"content": "strikes", "condition": "they withdraw"}),
    ("Moscow attacked Kyiv.", "attacked", "attack", ["Moscow"], {}),
    ("Kyiv accused Moscow of strikes.", "accused", "accuse", ["Kyiv"], {"content": "strikes"}),
    ("Moscow denied strikes.", "denied", "deny", ["Moscow"], {"content": "strikes"}),
)  # fmt: skip


class StandIn:
    coder, threshold = "test/1", 0.5
    embed, compare = staticmethod(embed_by_words), staticmethod(compare_by_words)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """Yield the path of a ledger with one report a day, and a stand-in for the network."""
    monkeypatch.setattr(pipeline, "_shipped_comparer", StandIn)
    path = str(tmp_path / "ledger.db")
    with Ledger.open(path) as opened:
        for number, (sentence, trigger, act, actors, spans) in enumerate(SAID):
            recipients = [name for name in ("Kyiv", "Moscow") if name in sentence and name not in actors]
            day = f"2025-11-{number + 1:02}"
            move = make_move(
                sentence, trigger, act=act, actors=actors, recipients=recipients, document=f"d{number}", **spans
            )
            moves = pipeline.link_moves(coded_document(sentence, number, day), (move,))
            opened.add(make_coded(sentence, dated(moves, day), id=f"d{number}", published=day))
    return path


def coded_document(sentence, number, day):
    return make_coded(sentence, id=f"d{number}", published=day).document


def dated(moves, day):
    import dataclasses

    return [
        dataclasses.replace(move, date=day, date_precision="day", date_basis="published", published=day)
        for move in moves
    ]


def run(*arguments):
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False, standalone_mode=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_answers_as_table_lines_csv_and_picture(verb, ledger, tmp_path):
    assert run(verb, "--ledger", ledger).strip()
    picture = tmp_path / "chart.svg"
    lines = run(verb, "--ledger", ledger, "--format", "jsonl", "--plot", str(picture))
    rows = [json.loads(line) for line in lines.splitlines()]
    assert all("evidence" in row for row in rows)
    assert picture.read_text("utf-8").startswith("<svg")
    assert len(list(csv.DictReader(io.StringIO(run(verb, "--ledger", ledger, "--format", "csv"))))) == len(rows)


@pytest.mark.parametrize("verb", VERBS)
def test_a_ledger_with_nothing_in_it_gets_an_answer(verb, tmp_path):
    path = str(tmp_path / "empty.db")
    Ledger.open(path).close()
    assert run(verb, "--ledger", path, "--plot", str(tmp_path / "chart.png")).strip()
    assert os.path.getsize(tmp_path / "chart.png") > 0


def test_every_number_is_one_step_from_its_sentence(ledger):
    (row, *_) = [json.loads(line) for line in run("propositions", "--ledger", ledger, "--format", "jsonl").splitlines()]
    assert len(row["evidence"]) == 3
    assert "they withdraw" in run("moves", "--ledger", ledger, "--move", row["evidence"][0])


def test_filters_hold_for_analyses_too(ledger):
    (row,) = [
        json.loads(line)
        for line in run("propositions", "--ledger", ledger, "--format", "jsonl", "--actor", "UKR").splitlines()
    ]
    assert row["supporters"] == []


def test_what_people_say_of_propositions_holds(ledger):
    (row, *_) = [json.loads(line) for line in run("propositions", "--ledger", ledger, "--format", "jsonl").splitlines()]
    run("propositions", "--ledger", ledger, "--rename", row["proposition"], "Withdrawal", "--why", "clearer")
    assert "Withdrawal" in run("propositions", "--ledger", ledger)
    run("propositions", "--ledger", ledger, "--split", row["evidence"][1], "--name", "Another", "--why", "not the same")
    assert "Another" in run("propositions", "--ledger", ledger)


def test_a_plan_is_matched_and_compared(ledger, tmp_path):
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("1. The troops withdraw.\n2. Inspectors inspect the bases of both of the parties.\n", "utf-8")
    second.write_text("1. Inspectors inspect the bases of both of the parties.\n2. Both sides talk.\n", "utf-8")
    shown = run("plans", str(first), "--ledger", ledger, "--plot", str(tmp_path / "plan.svg"))
    assert "asked for it or agreed" in shown
    assert "refused it" in shown
    assert "kept" in run("plans", str(first), str(second), "--ledger", ledger)


def test_only_a_link_that_the_rules_found_is_judged(ledger):
    (case,) = [json.loads(line) for line in run("threats", "--ledger", ledger, "--format", "jsonl").splitlines()]
    with pytest.raises(LedgerError, match="do not link"):
        run("threats", "--ledger", ledger, "--confirm", "nope", case["evidence"][0], "--why", "x")
    link = case["links"][0]
    run("threats", "--ledger", ledger, "--undo", case["id"], link["move"], "--why", "another matter")
    (after,) = [json.loads(line) for line in run("threats", "--ledger", ledger, "--format", "jsonl").splitlines()]
    assert case["outcome"] == link["outcome"] == "carried out"
    assert after["outcome"] != "carried out"


def test_files_name_the_proposition_beside_its_id(ledger):
    (row, *_) = [json.loads(line) for line in run("propositions", "--ledger", ledger, "--format", "jsonl").splitlines()]
    assert "they withdraw" in row["proposition_name"]


def test_filters_that_nothing_passes_are_said_so(ledger):
    result = CliRunner().invoke(cli, ["propositions", "--ledger", ledger, "--actor", "XYZ"], standalone_mode=False)
    assert "no move passes these filters" in result.stderr
