"""Threats for people: the case, what followed, both sentences; hostile words stay words; the charts can be drawn."""

from datetime import date, timedelta
from io import StringIO

import pytest
from rich.console import Console

from demarche.analysis.threats import find_threats
from demarche.present.charts.threats import chart_incidence, chart_threats
from demarche.present.plot import draw_chart
from demarche.present.threats import render_threats

HOSTILE = "strike the port [red]<script>alert(1)</script>\x1b[2J"
THREAT = {
    "act": "threaten",
    "actors": ["RUS"],
    "recipients": ["UKR"],
    "content": HOSTILE,
    "condition": "unless the arrears are paid",
}
STRIKE = {"act": "attack", "actors": ["RUS"], "recipients": ["UKR"], "content": "strike on the port"}


def record(cases):
    moves = []
    for number in range(cases):
        day = date(2020, 1, 1) + timedelta(days=150 * number)
        moves.append({**THREAT, "id": f"t{number}", "date": day.isoformat()})
        if number % 2 == 0:
            moves.append({**STRIKE, "id": f"a{number}", "date": (day + timedelta(days=5)).isoformat()})
    return find_threats(moves, until=date(2035, 1, 1))


def text_of(threats):
    console = Console(file=StringIO(), width=120)
    console.print(render_threats(threats, name={"RUS": "Russia"}.get, quote=lambda _: None))
    return " ".join(console.file.getvalue().split())


def test_a_case_says_what_is_reported_to_have_followed_and_why():
    shown = text_of(record(1))
    assert "Russia threatened" in shown
    assert "carried out, as reported, after 5 days (2020-01-06)" in shown
    assert "on condition: unless the arrears are paid" in shown
    assert "[red]<script>" in shown
    assert "\x1b[2J" not in shown


def test_silence_is_open_and_never_called_more():
    shown = text_of(record(2))
    assert "open: nothing is reported to have ended it" in shown
    assert "bluff" not in shown.lower()


def test_rates_stand_beside_what_would_be_reported_anyway():
    shown = text_of(record(24))
    assert "would be expected from how often such moves are reported anyway" in shown
    assert "cases by 30 days, as reported" in shown


@pytest.mark.parametrize("cases", [0, 1, 24, 60])
@pytest.mark.parametrize("chart", [chart_threats, chart_incidence])
def test_charts_can_be_drawn(cases, chart):
    assert b"<script>" not in draw_chart(chart(record(cases), name={}.get), "svg")
