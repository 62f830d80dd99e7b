import io

import pytest
import vl_convert
from rich.console import Console

from demarche.analysis.claims import find_claims
from demarche.model import LedgerMove
from demarche.present.charts.claims import chart_claims
from demarche.present.claims import render_claims
from demarche.testing import make_move

SENTENCE = "Romanian guns shelled the mill, Sofia said."
HOSTILE = "[red]\x1b[31m<script>alert(1)</script>\u202e\nBulgaria: forged"
NAMES = {"ROU": "Romania", "BGR": "Bulgaria"}


def told(number, **about):
    base = {"id": f"m{number}", "document": f"d{number}", "act": "attack", "actors": ["ROU"], "recipients": ["BGR"]}
    shelled = {"trigger": "shelled", "content": "the mill", "date": "2024-03-05", "publisher": "Courier"}
    return base | shelled | about


def denial(number, **about):
    return told(number, act="deny", trigger="denied", recipients=[], content="its guns shelled the mill", **about)


def quote(move):
    made = make_move(SENTENCE, "shelled", act="attack", actors=["Romanian guns"], source="Sofia")
    return LedgerMove(move=made, seq=1, cluster="d1", verdict="coded", publisher="Courier", title=None)


def show(claims, **about):
    file = io.StringIO()
    Console(file=file, width=100, highlight=False).print(
        render_claims(claims, **({"name": NAMES.get, "quote": quote} | about))
    )
    return " ".join(file.getvalue().split())


def png(claims):
    spec = chart_claims(claims, name=NAMES.get)
    return spec, vl_convert.vegalite_to_png(spec)


def test_a_claim_is_shown_with_who_says_what_through_whom_and_the_words():
    shown = show(find_claims([told(1, source="BGR"), denial(2, publisher="Post"), told(3, publisher="Gazette")]))
    for words in (
        "Romania: attack \u2192 Bulgaria",
        "asserted by 1 party in 1 independent report; denied by 1 party in 1 independent report; reported without attribution in 1",
        "asserted by Bulgaria (1, through Courier)",
        "denied by Romania (1, through Post)",
        "reported without attribution by Gazette (1)",
        "only relayed by Courier (1); Post (1)",
        SENTENCE,
        "no claim is counted into a fact",
    ):
        assert words in shown, words


def test_nothing_is_shown_as_true_or_likely():
    shown = show(find_claims([told(number, source="BGR") for number in range(5)])).lower()
    assert not {"true", "false", "confirmed", "likely", "credible", "fact:"} & set(shown.split())


def test_a_move_that_is_gone_leaves_its_id():
    assert "[m1]" in show(find_claims([told(1, source="BGR")]), quote=lambda _: None)


def test_no_claims_say_so():
    assert "no claim" in show(find_claims([]))
    spec, picture = png(find_claims([]))
    assert picture
    assert "No claim to show." in str(spec)


def test_more_claims_than_are_shown_are_counted():
    many = [told(number, source="BGR", actors=[f"A{number}"]) for number in range(30)]
    assert "25 further claims" in show(find_claims(many), shown=5)
    spec, _ = png(find_claims(many))
    assert "the 12 with most to compare are shown, 18 are not" in spec["title"]["subtitle"][0]


def test_hostile_words_do_no_harm():
    claims = find_claims([told(1, source=HOSTILE, content=HOSTILE, publisher=HOSTILE), denial(2, actors=[HOSTILE])])
    file = io.StringIO()
    Console(file=file, width=100).print(render_claims(claims, name=lambda _: None, quote=lambda _: None))
    assert "\x1b[31m" not in file.getvalue()
    assert "\nBulgaria" not in file.getvalue()
    assert "[red]" in file.getvalue()
    assert png(claims)[1]


@pytest.mark.parametrize("count", [1, 3, 40])
def test_every_symbol_of_the_picture_leads_to_its_moves(count):
    claims = find_claims([told(number, source="BGR", actors=[f"A{number}"]) for number in range(count)])
    spec, picture = png(claims)
    assert picture
    marks = spec["layer"][1]["data"]["values"]
    assert marks
    assert all(mark["evidence"] and mark["who"] for mark in marks)


def test_the_last_day_of_the_calendar_can_be_drawn():
    assert png(find_claims([told(1, source="BGR", date="9999-12-31"), told(2, source="BGR", date="0001-01-01")]))[1]
