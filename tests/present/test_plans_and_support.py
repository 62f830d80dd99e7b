"""Propositions and plans for people: hostile words stay words, and the charts can be drawn."""

from io import StringIO

import pytest
from rich.console import Console

from demarche.analysis.plans import compare_plans, match_plan, split_points
from demarche.analysis.support import find_support
from demarche.present.charts.plans import chart_plan, chart_plan_changes
from demarche.present.charts.support import chart_support
from demarche.present.plans import render_plan, render_plan_changes
from demarche.present.plot import draw_chart
from demarche.present.support import render_support
from demarche.testing import compare_by_words, embed_by_words

HOSTILE = "withdraw [red]<script>alert(1)</script>\x1b[2J"
MOVES = [
    {
        "id": "m1",
        "act": "demand",
        "actors": ["RUS"],
        "date": "2025-01-02",
        "content": HOSTILE,
        "proposition": "p1",
        "polarity": 1,
    },
    {
        "id": "m2",
        "act": "reject",
        "actors": ["UKR"],
        "date": "2025-01-03",
        "content": HOSTILE,
        "proposition": "p1",
        "polarity": 1,
    },
]
SHOWN = {"name": {"RUS": "Russia"}.get, "proposition": {"p1": HOSTILE}.get}


def text_of(renderable):
    console = Console(file=StringIO(), width=100)
    console.print(renderable)
    return console.file.getvalue()


def nothing(_):
    return None


@pytest.fixture(params=[MOVES, []], ids=["two moves", "none"])
def moves(request):
    return request.param


def plan_of(moves):
    points = split_points(f"1. {HOSTILE}\n2. talk")
    return match_plan(points, moves, embed=embed_by_words, compare=compare_by_words, threshold=0.5, name={}.get)


def changes():
    old, new = split_points(f"1. {HOSTILE}\n2. talk"), split_points("1. talk\n2. inspect")
    return compare_plans(old, new, embed=embed_by_words, compare=compare_by_words, threshold=0.5)


def test_a_table_shows_both_sides_and_no_control():
    shown = text_of(render_support(find_support(MOVES), quote=nothing, **SHOWN))
    assert "reported for it, once: Russia" in shown
    assert "reported against it, once: UKR" in shown
    assert "[red]<script>" in shown
    assert "\x1b[2J" not in shown


def test_a_plan_shows_points_parties_and_shares():
    shown = text_of(render_plan(plan_of(MOVES), quote=nothing, **SHOWN))
    assert "Russia asked for it or agreed (1 time, 2025-01-02; the first that is reported)" in shown
    assert "no proposition of the ledger matched it" in shown
    assert "\x1b[2J" not in shown


def test_changes_are_counted():
    assert "1 kept" in text_of(render_plan_changes(changes(), quote=nothing, **SHOWN))


def test_charts_can_be_drawn(moves):
    for spec in (
        chart_support(find_support(moves), **SHOWN),
        chart_plan(plan_of(moves), **SHOWN),
        chart_plan_changes(changes(), **SHOWN),
    ):
        assert b"<script>" not in draw_chart(spec, "svg")


def test_every_mark_carries_its_evidence():
    assert [value["evidence"] for value in chart_support(find_support(MOVES), **SHOWN)["data"]["values"]] == [
        ["m1", "m2"]
    ] * 2
