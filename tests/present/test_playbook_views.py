import io
from datetime import date, timedelta

import pytest
from rich.console import Console

from demarche.analysis.playbooks import check_playbooks, mine_playbooks
from demarche.model.playbooks import Candidates, Playbook, PlaybookRow, Playbooks, Step
from demarche.present.charts.playbooks import chart_playbooks
from demarche.present.playbooks import render_playbooks
from demarche.present.plot import draw_chart

HOSTILE = "[red]<script>\x1b[31m\u202e"


def moves(times, party="A"):
    day = date(2001, 1, 1)
    made = []
    for number in range(times):
        for act, when in (("demand", 28 * number), ("attack", 28 * number + 3)):
            to = {"id": f"{act} {number}", "act": act, "actors": [party], "recipients": ["B"]}
            made.append(to | {"date": day + timedelta(days=when)})
    return made


def shown(found, name=lambda one: None, width=110):
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(render_playbooks(found, name=name, quote=lambda move: None))
    return file.getvalue()


def drawn(found):
    spec = chart_playbooks(found, name=lambda one: None)
    assert draw_chart(spec, "png").startswith(b"\x89PNG")
    return spec


def test_a_tested_sequence_says_how_often_and_against_what():
    text = shown(check_playbooks(moves(12), ["raid: demand -> attack"]))
    for words in (
        "raid",
        "reported to follow more often than in the ledger's own reshuffled past",
        "reported 12 times after 12 first steps",
        "6.0 times on average",
        "lift 2.00",
        "(999 draws)",
        "the other order (attack -> demand): 0 times",
        "the first occurrence: A \u2192 B",
        "not a cause",
    ):
        assert words in text


def test_what_is_not_tested_says_why():
    assert "9 occurrences; it is tested from 10 on" in shown(check_playbooks(moves(9), ["demand -> attack"]))
    assert "not in what is reported between two parties: meet" in shown(check_playbooks(moves(9), ["meet -> attack"]))
    assert "nothing can be counted" in shown(check_playbooks([]))


def test_candidates_are_called_so():
    text = shown(mine_playbooks(moves(12)))
    assert text.startswith("Candidates, not findings")
    assert "p of the best of all that were tried" in text


def test_no_word_of_a_ledger_takes_effect():
    found = check_playbooks(moves(12, party=HOSTILE), ["demand -> attack"])
    text = shown(found, name=lambda one: HOSTILE)
    assert "[red]<script>" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("rows", [0, 1, 3, 60])
def test_the_chart_can_be_drawn_with_any_number_of_rows(rows):
    step = Step(kinds=("demand",))
    tested = check_playbooks(moves(12), ["demand -> attack"]).rows
    more = tuple(
        PlaybookRow(name=f"number {n}", sequence=Playbook(steps=(step, step)).sequence, occurrences=n)
        for n in range(rows - 1)
    )
    spec = drawn(Playbooks(moves=24, rows=(tested + more)[:rows]))
    assert len(spec["data"]["values"]) == max(1, min(rows, 25))
    assert ("35 more are not shown." in spec["title"]["subtitle"]) == (rows == 60)


def test_a_row_of_the_chart_has_its_figures_and_its_evidence():
    (value,) = drawn(check_playbooks(moves(12), ["raid: demand -> attack"]))["data"]["values"]
    assert value["playbook"] == "raid\ndemand -> attack within 14d"
    assert value["figures"].startswith("n = 12, p = 0.00")
    assert value["lift"] == 2.0
    assert value["low"] <= 1 <= value["high"]
    assert value["evidence"][:2] == ["demand 0", "attack 0"]


def test_a_chart_of_candidates_says_that_they_are_no_findings():
    lines = drawn(mine_playbooks(moves(12)))["title"]["subtitle"]
    assert any("Not findings" in line for line in lines)
    assert drawn(Candidates(moves=0))["title"]["text"].startswith("Candidates")
