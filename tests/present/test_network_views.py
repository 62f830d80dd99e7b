import io

import pytest
import vl_convert
from rich.console import Console

from demarche.analysis.network import KINDS, build_network
from demarche.model import LedgerMove
from demarche.present.charts.network import chart_network
from demarche.present.network import render_network
from demarche.testing import make_move

SENTENCE = "Bucharest demanded that Sofia pay."
HOSTILE = "[red]\x1b[31m<script>alert(1)</script>\u202e\nBulgaria: forged"
NAMES = {"ROU": "Romania", "BGR": "Bulgaria"}


def move(number, act="demand", actor="ROU", recipient="BGR", day=5, proposition="p1"):
    about = {"date": f"2024-03-{day:02}", "proposition": proposition, "polarity": 1, "document": f"d{number}"}
    return {"id": f"m{number}", "act": act, "actors": [actor], "recipients": [recipient], **about}


def ring(count):
    return [move(number, "promise", f"A{number}", f"A{(number + 1) % count}") for number in range(count)]


def quote(_):
    made = make_move(SENTENCE, "demanded", act="demand", actors=["Bucharest"])
    return LedgerMove(move=made, seq=1, cluster="d1", verdict="coded", publisher="Courier", title=None)


def show(found, **about):
    file = io.StringIO()
    options = {"name": NAMES.get, "quote": quote, "proposition": {"p1": "pay for the mill"}.get} | about
    Console(file=file, width=100, highlight=False).print(render_network(found, **options))
    return " ".join(file.getvalue().split())


def png(found):
    spec = chart_network(found, name=NAMES.get, proposition={"p1": "pay for the mill"}.get)
    return spec, vl_convert.vegalite_to_png(spec)


def layers(spec):
    pictures = spec.get("concat", [spec])
    return [layer for picture in pictures for layer in picture["layer"]]


def test_edges_are_shown_by_weight_with_what_they_are_made_of_and_the_words():
    told = [move(1), move(2, "attack"), move(3, "promise", "BGR", "ROU")]
    shown = show(build_network(told))
    for words in (
        "Romania \u2192 Bulgaria 2 occasions, 1 words of conflict, 1 deeds of conflict, 2024-03-05",
        SENTENCE,
        "2024-03-05 to 2024-03-05",
        "It shows who is reported to address whom.",
    ):
        assert words in shown, words
    assert shown.index("Romania \u2192 Bulgaria") < shown.index("Bulgaria \u2192 Romania")


def test_propositions_have_their_names():
    found = build_network([move(1), move(2, "reject", "BGR")], "two-mode")
    assert "Bulgaria \u2013 pay for the mill against" in show(found)
    assert "pay for the mill" in str(png(found)[0])


def test_windows_are_listed():
    found = build_network([move(number, day=1 + number) for number in range(20)], window=5)
    shown = show(found)
    assert all(f"2024-03-{day:02} to" in shown for day in (1, 6, 11, 16))
    assert len(png(found)[0]["concat"]) == 4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moves", [[], [move(1)], [move(1), move(2, "reject", "BGR")], ring(3), ring(60)])
def test_pictures_can_be_drawn_of_none_one_and_many(kind, moves):
    spec, picture = png(build_network(moves, kind))
    assert picture
    if "layer" not in spec:
        assert "No edge to show." in str(spec)
        return
    edges = layers(spec)[0]["data"]["values"]
    assert edges
    assert all(edge["evidence"] and edge["what"] for edge in edges)


def test_what_a_picture_leaves_out_is_counted():
    subtitle = png(build_network(ring(60)))[0]["title"]["subtitle"]
    assert subtitle[0].startswith("60 reported moves")
    assert "Not shown, with less weight: 30 nodes" in subtitle[1]


def test_labels_lie_inside_the_picture_and_not_on_one_another():
    spec = chart_network(
        build_network(ring(24)), name={f"A{number}": f"Party number {number}" for number in range(24)}.get
    )
    labels = [label for layer in spec["layer"] if layer["mark"]["type"] == "text" for label in layer["data"]["values"]]
    places = {(label["x"], label["y"]) for label in labels}
    assert len(places) == 24
    assert all(0 <= x <= spec["width"] and 0 <= y <= spec["height"] for x, y in places)


def test_hostile_words_do_no_harm():
    found = build_network([move(1, actor=HOSTILE, proposition=HOSTILE)], "two-mode")
    file = io.StringIO()
    Console(file=file, width=100).print(
        render_network(found, name=lambda _: None, quote=lambda _: None, proposition=lambda _: HOSTILE)
    )
    assert "\x1b[31m" not in file.getvalue()
    assert "\nBulgaria" not in file.getvalue()
    assert "[red]" in file.getvalue()
    assert vl_convert.vegalite_to_png(chart_network(found, name=lambda _: HOSTILE, proposition=lambda _: HOSTILE))
