import io
from datetime import date, timedelta

import pytest
from rich.console import Console

from demarche.analysis.positions import compare_positions, find_positions, trace_gap
from demarche.analysis.repetition import measure_repetition
from demarche.present.charts.gap import chart_gap
from demarche.present.charts.positions import chart_matrix, chart_positions
from demarche.present.charts.repetition import chart_repetition
from demarche.present.plot import draw_chart
from demarche.present.positions import render_comparison, render_positions
from demarche.present.repetition import render_repetition

FIRST = date(2024, 1, 1)
HOSTILE = "[red]<script>\x1b[31m\u202e"
NAMES = {"A": "Arcadia", "B": "Bohemia"}


def moves(days=20, propositions=1, actors=("A", "B")):
    return [
        {
            "id": f"{actor} {day}",
            "act": "demand" if actor == "A" else "reject",
            "actors": [actor],
            "date": FIRST + timedelta(days=day),
            "proposition": f"p{day % propositions}",
            "polarity": 1,
            "issue": "withdrawal",
        }
        for day in range(days)
        for actor in actors
    ]


def shown(render, found, *, name=NAMES.get, proposition=lambda one: f"leave {one}"):
    file = io.StringIO()
    Console(file=file, width=110, highlight=False).print(
        render(found, name=name, quote=lambda move: None, proposition=proposition)
    )
    return file.getvalue()


def drawn(chart, found, *, name=NAMES.get, proposition=lambda one: f"leave {one}"):
    spec = chart(found, name=name, proposition=proposition)
    assert draw_chart(spec, "png").startswith(b"\x89PNG")
    return spec


def test_standing_positions_are_told_with_their_days_and_counts():
    text = shown(render_positions, find_positions(moves(3)))
    for words in ("as reported up to 2024-01-03", "Arcadia: withdrawal", "for      leave p0", "3 days", "Rests on 6"):
        assert words in text


def test_a_stance_that_is_not_known_yet_is_called_unknown():
    text = shown(render_positions, find_positions([*moves(1, actors="A"), *moves(2, actors="B")[1:]], at=FIRST))
    assert "unknown  leave p0" in text


def test_two_parties_are_told_with_n_the_interval_and_what_is_unknown():
    text = shown(render_comparison, compare_positions([*moves(20), *moves(1, actors="A")], "A", "B"))
    for words in (
        "they differ on 1 of the 1 proposition on which both stand",
        "only Arcadia 0",
        "Arcadia for, 2024-01-20",
        "Movement of Arcadia toward the positions of Bohemia: no movement shown",
        "95 % interval",
        "whatever they are about",
    ):
        assert words in " ".join(text.split())


def test_an_unknown_gap_is_told_as_unknown():
    text = " ".join(shown(render_comparison, compare_positions(moves(2, actors="A"), "A", "B")).split())
    assert "the gap is unknown" in text
    assert "too few statements" in text
    assert "0%" not in text


def test_repetition_is_told_with_its_interval_and_the_demands():
    text = " ".join(shown(render_repetition, measure_repetition(moves(44))).split())
    for words in ("Arcadia 0.90", "no change shown", "44 days Arcadia demands: leave p0", "2024-01-01 to 2024-02-13"):
        assert words in text


@pytest.mark.parametrize("render", [render_positions, render_comparison, render_repetition])
def test_hostile_names_and_propositions_do_no_harm(render):
    found = {
        render_positions: find_positions(moves()),
        render_comparison: compare_positions(moves(), "A", "B"),
        render_repetition: measure_repetition(moves()),
    }[render]
    text = shown(render, found, name=lambda one: HOSTILE, proposition=lambda one: HOSTILE)
    assert "[red]<script>" in text
    assert "\x1b[31m" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("given_moves", [[], moves(1, actors="A"), moves(1), moves(60, propositions=40)])
def test_the_charts_can_be_drawn_with_nothing_one_and_many(given_moves):
    positions = find_positions(given_moves)
    drawn(chart_positions, positions)
    drawn(chart_matrix, positions)
    drawn(chart_gap, compare_positions(given_moves, "A", "B"))
    drawn(chart_gap, trace_gap(given_moves, "A", "B"))
    drawn(chart_repetition, measure_repetition(given_moves))


def test_hostile_words_can_be_drawn():
    for chart, found in (
        (chart_positions, find_positions(moves())),
        (chart_matrix, find_positions(moves())),
        (chart_gap, compare_positions(moves(), "A", "B")),
        (chart_repetition, measure_repetition(moves())),
    ):
        spec = drawn(chart, found, name=lambda one: HOSTILE, proposition=lambda one: HOSTILE)
        assert "\x1b" not in str(spec)


def test_every_mark_of_a_stance_leads_to_its_moves():
    marks = drawn(chart_positions, find_positions(moves(3)))["layer"][-1]["data"]["values"]
    assert [mark["evidence"] for mark in marks[:3]] == [["A 0"], ["A 1"], ["A 2"]]


def test_a_cell_without_a_report_is_unknown():
    found = find_positions([*moves(1), *moves(2, propositions=2, actors="A")[1:]])
    cells = {
        (cell["actor"], cell["proposition"]): cell["stance"] for cell in drawn(chart_matrix, found)["data"]["values"]
    }
    assert cells["Arcadia", "leave p1"] == "for"
    assert cells["Bohemia", "leave p1"] == "unknown"
    assert cells["Bohemia", "leave p0"] == "against"


def test_what_is_cut_is_said():
    many = find_positions(moves(80, propositions=40))
    assert "24 of 40 propositions are shown" in str(drawn(chart_matrix, many)["title"])
    assert "of 80 series" in str(drawn(chart_positions, many)["title"])


def test_propositions_with_one_name_stay_apart():
    spec = drawn(chart_matrix, find_positions(moves(2, propositions=2)), proposition=lambda one: "leave")
    assert len({cell["proposition"] for cell in spec["data"]["values"]}) == 2
