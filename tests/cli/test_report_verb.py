"""``demarche report`` on a small ledger: the file it writes, and that it writes the same again, in whatever process."""

import dataclasses
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from demarche import pipeline
from demarche.cli import cli
from demarche.ledger import Ledger
from demarche.testing import compare_by_words, embed_by_words, make_coded, make_move

SAID = (
    ("Moscow demanded that they withdraw.", "demanded", "demand", "Moscow", {"content": "they withdraw"}),
    ("Kyiv rejected a plan to withdraw.", "rejected", "reject", "Kyiv", {"content": "a plan to withdraw"}),
    ("Moscow threatened Kyiv with strikes.", "threatened", "threaten", "Moscow", {"content": "strikes"}),
    ("Moscow attacked Kyiv.", "attacked", "attack", "Moscow", {}),
)


class StandIn:
    coder, threshold = "test/1", 0.5
    embed, compare = staticmethod(embed_by_words), staticmethod(compare_by_words)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "_shipped_comparer", StandIn)
    path = str(tmp_path / "ledger.db")
    with Ledger.open(path) as opened:
        for number, (sentence, trigger, act, actor, spans) in enumerate(SAID):
            name, day = f"d{number}", f"2025-11-{number + 1:02}"
            recipients = [one for one in ("Kyiv", "Moscow") if one in sentence and one != actor]
            move = make_move(sentence, trigger, act=act, actors=[actor], recipients=recipients, document=name, **spans)
            made = make_coded(sentence, id=name, published=day)
            (linked,) = pipeline.link_moves(made.document, (move,))
            dated = dataclasses.replace(linked, date=day, date_precision="day", published=day)
            opened.add(dataclasses.replace(made, moves=(dated,)))
        pipeline.group_propositions(opened, comparer=StandIn())
    return path


def run(*arguments):
    return CliRunner().invoke(cli, ["report", *arguments], catch_exceptions=False, standalone_mode=False)


def test_the_dossier_is_written_whole_to_its_file(ledger, tmp_path):
    file = tmp_path / "dossier.html"
    assert run("--ledger", ledger, "-o", str(file), "--title", "Autumn").stdout == ""
    page = file.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")
    assert "<title>Autumn</title>" in page


def test_options_reach_the_dossier(ledger, tmp_path):
    plan = tmp_path / "plan.txt"
    plan.write_text("1. The troops withdraw.\n2. A bridge is built for all who want to cross.\n", "utf-8")
    page = run(
        "--ledger", ledger, "--actor", "RUS", "--plan", str(plan), "--limit", "3", "--sectors", "--at", "2025-11-03"
    ).stdout
    for words in ("actor RUS (Russia)", "The troops withdraw", "At most 3 rows", "told apart", "up to 3 November 2025"):
        assert words in page
    assert "attacked" not in page


def test_no_text_leaves_the_texts_out(ledger):
    page = run("--ledger", ledger, "--no-text").stdout
    assert "withdraw" not in page
    assert "SHA-256" in page


def test_more_than_two_plans_are_refused(ledger, tmp_path):
    plan = tmp_path / "plan.txt"
    plan.write_text("1. They leave.\n2. They stay.\n", "utf-8")
    result = CliRunner().invoke(cli, ["report", "--ledger", ledger, *(["--plan", str(plan)] * 3)])
    assert result.exit_code == 2
    assert "one plan, or two" in result.output


def test_a_ledger_that_is_not_there_is_not_made(tmp_path):
    result = CliRunner().invoke(cli, ["report", "--ledger", str(tmp_path / "none.db")])
    assert result.exit_code != 0
    assert not (tmp_path / "none.db").exists()


@pytest.mark.model
def test_another_process_in_another_place_writes_the_same_bytes(ledger):
    written = [
        subprocess.run(
            [sys.executable, "-m", "demarche", "report", "--ledger", ledger],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": place},
            check=True,
            capture_output=True,
        ).stdout
        for seed, place in (("1", "America/New_York"), ("2", "Asia/Tokyo"))
    ]
    assert written[0] == written[1]
    assert len(written[0]) > 20_000
