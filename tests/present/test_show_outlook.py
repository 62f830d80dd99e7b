"""Claims on how the outlook is shown: plain words, no hostile text takes effect, charts that draw."""

import io
from datetime import date, timedelta

import pytest
from rich.console import Console

from demarche.analysis.base_rates import load_base_rates
from demarche.analysis.forecasts import score_forecasts
from demarche.analysis.outlook import look_ahead
from demarche.model import LedgerMove
from demarche.model.outlook import Forecast
from demarche.present.charts.outlook import chart_outlook, chart_reliability
from demarche.present.outlook import render_base_rates, render_outlook, render_scores
from demarche.present.plot import draw_chart
from demarche.testing import make_move

TODAY = date(2026, 3, 10)
HOSTILE = "[red]<script>alert(1)</script>\x1b[31m\u202e"
NAMES = {"RUS": "Russia", "USA": "United States"}


def show(*parts, width=160):
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(*parts)
    return file.getvalue()


def plan(number, *, days=4, **given):
    made = {
        "id": f"m{number}",
        "act": "meet",
        "actors": ["RUS", "USA"],
        "status": "planned",
        "content": "talks in Geneva",
    }
    return made | {"date": str(TODAY + timedelta(days=days)), "published": "2026-01-10"} | given


def outlook(*moves, **options):
    return look_ahead(moves, today=TODAY, base_rates=load_base_rates(), **options)


def shown(result, quote=lambda _: None, **options):
    return show(render_outlook(result, name=NAMES.get, quote=quote), **options)


def forecasts(count, **given):
    for number in range(count):
        made = TODAY + timedelta(days=number)
        base = {"id": f"f{number}", "made": made, "who": "ana", "question": f"Question {number}?", "rule": "r"}
        base |= {"probability": 0.05 + 0.9 * (number % 7) / 6, "resolves_by": made, "base_value": 0.4}
        yield Forecast(**base | {"outcome": number % 7 > 3, "resolved": made} | given)


def test_a_row_says_when_who_what_and_how_often_it_is_reported():
    words = " ".join(shown(outlook(plan(1))).split())
    assert "2026-03-14 planned Russia, United States meet | talks in Geneva [1 report, 2026-01-10]" in words
    assert "Reported to lie ahead (1)" in words


def test_the_first_evidence_is_quoted():
    move = make_move("Moscow and Washington will meet.", "meet", act="meet", status="planned")
    found = LedgerMove(move=move, seq=1, cluster="d1", verdict="coded", publisher="The Gazette", title=None)
    assert "\u201cMoscow and Washington will meet.\u201d  [The Gazette" in shown(
        outlook(plan(1)), quote={"m1": found}.get
    )


def test_a_base_rate_shows_interval_n_and_source_and_says_what_it_is_not():
    words = " ".join(
        shown(outlook(plan(1), {"id": "a", "act": "attack", "actors": ["RUS"], "date": "2026-03-09"})).split()
    )
    assert "28% Share of ended armed conflicts that ended in a peace agreement. 19% to 39% 21 of 75 cases" in words
    assert "about 20% Share of civil wars that ended in a negotiated settlement. no interval" in words
    assert "says nothing certain about this case" in words


def test_nothing_ahead_is_no_promise_of_quiet():
    assert "That is not to say that nothing does" in shown(outlook())


def test_many_rows_are_cut_and_it_says_so():
    assert "and 60 more: --format jsonl has all" in shown(outlook(*(plan(n, days=n) for n in range(100))))


def test_no_word_of_a_report_or_a_forecast_takes_effect():
    mine = list(forecasts(1, question=HOSTILE, who=HOSTILE, outcome=None, resolved=None, resolves_by=TODAY))
    result = outlook(plan(1, content=HOSTILE, condition=HOSTILE, actors=[HOSTILE, "USA"]), forecasts=mine)
    for words in (shown(result), show(render_scores(score_forecasts(mine)))):
        assert "\x1b" not in words
        assert "\u202e" not in words
        assert "[red]" in words
    for spec in (chart_outlook(result, name=NAMES.get), chart_reliability(score_forecasts(mine))):
        assert b"<script" not in draw_chart(spec, "svg")


def test_no_line_is_wider_than_the_terminal():
    words = shown(outlook(plan(1, content="word " * 60)), width=60)
    assert max(map(len, words.splitlines())) <= 60


def test_the_table_of_base_rates_has_every_source_and_note():
    words = "".join(show(render_base_rates(load_base_rates()), width=10_000).split())
    for rate in load_base_rates():
        assert "".join(rate.url.split()) in words
        assert "".join(rate.note.split()) in words


def test_scores_name_the_threshold_until_it_is_reached():
    few = show(render_scores(score_forecasts(forecasts(12))))
    assert "No demonstrated skill over the base rate (forecasts to compare: 12, needed: 20)" in few
    assert "gain over them" not in few
    many = show(render_scores(score_forecasts(forecasts(70))))
    assert "Better than the base rate (n = 70 in 70 groups)" in many
    assert "99% interval, n = 70" in many


@pytest.mark.parametrize("count", [0, 1, 5, 60])
def test_the_calendar_draws_with_any_number_of_rows(count):
    spec = chart_outlook(outlook(*(plan(n, days=n - 3, content=f"talks {n}") for n in range(count))), name=NAMES.get)
    assert draw_chart(spec, "png").startswith(b"\x89PNG")
    if count == 60:
        assert "shown: the 24 nearest" in spec["title"]["subtitle"][0]


def test_each_mark_of_the_calendar_leads_to_its_evidence():
    spec = chart_outlook(outlook(plan(1), plan(2, days=-3)), name=NAMES.get)
    values = spec["layer"][-1]["data"]["values"]
    assert [(one["state"], one["evidence"]) for one in values] == [("was due, no report", ["m2"]), ("ahead", ["m1"])]


@pytest.mark.parametrize("count", [0, 1, 30])
def test_the_reliability_draws_with_any_number_of_forecasts(count):
    spec = chart_reliability(score_forecasts(forecasts(count)), name=NAMES.get)
    assert draw_chart(spec, "png").startswith(b"\x89PNG")


def test_no_probability_of_peace_and_no_verdict_on_people_is_ever_said():
    words = shown(outlook(plan(1))) + show(
        render_base_rates(load_base_rates()), render_scores(score_forecasts(forecasts(30)))
    )
    for word in ("bluff", "credib", "sincer", "ripe", "probability of peace"):
        assert word not in words.lower()
