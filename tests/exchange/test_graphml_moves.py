"""Moves as a multigraph, read back by networkx."""

import networkx
from event_moves import hostile_moves, sourced
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from demarche.exchange import FORMATS
from demarche.exchange.graphml import write_graphml_moves


def graph(*moves, text=True):
    return networkx.parse_graphml("".join(write_graphml_moves(moves, text)), force_multigraph=True)


def test_a_move_is_an_edge_from_actor_to_recipient():
    move = sourced(about={"url": "https://example.org/1"})
    made = graph(move)
    assert made.is_directed()
    assert dict(made.nodes(data="actor")) == {"UKR": "UKR", "RUS": "RUS"}
    ((source, target, about),) = made.edges(data=True)
    assert (source, target) == ("UKR", "RUS")
    assert (about["move"], about["act"], about["quad"], about["date"]) == (move.move.id, "reject", 3, "2025-11-25")
    assert about["sentence"] == move.move.sentence.text
    assert about["mutual"] is False
    assert (about["source_sector"], about["url"]) == ("GOV", "https://example.org/1")
    assert (about["cluster"], about["reports"]) == ("d1", 1)


def test_moves_of_the_same_parties_stay_apart():
    made = graph(sourced(), sourced(document="d2"), sourced(document="d3"))
    assert made.number_of_nodes() == 2
    assert made.number_of_edges("UKR", "RUS") == 3


def test_every_actor_addresses_every_recipient():
    text = "Kyiv and Warsaw rejected the plan of Moscow and Minsk."
    parties = {"actors": [("Kyiv", "UKR", None), ("Warsaw", "POL", None)]}
    parties["recipients"] = [("Moscow", "RUS", None), ("Minsk", "BLR", None)]
    assert set(graph(sourced(text, **parties)).edges()) == {
        ("UKR", "RUS"),
        ("UKR", "BLR"),
        ("POL", "RUS"),
        ("POL", "BLR"),
    }


def test_who_meets_without_a_recipient_meets_one_another():
    actors = [("Kyiv", "UKR", None), ("Moscow", "RUS", None)]
    made = graph(sourced("Kyiv and Moscow met.", "met", act="meet", actors=actors, recipients=[]))
    ((source, target, about),) = made.edges(data=True)
    assert {source, target} == {"UKR", "RUS"}
    assert about["mutual"] is True


def test_a_party_that_is_named_twice_is_one_and_not_its_own_counterpart():
    text = "Moscow, the Kremlin said, rejected the plan of Kyiv and Moscow."
    parties = {"actors": [("Moscow", "RUS", "GOV"), ("Kremlin", "RUS", "GOV")]}
    parties["recipients"] = [("Kyiv", "UKR", "GOV"), ("Moscow", "RUS", "GOV"), ("plan", "RUS", "LEG")]
    found = [
        (source, target, about["target_sector"])
        for source, target, about in graph(sourced(text, **parties)).edges(data=True)
    ]
    assert sorted(found) == [("RUS", "RUS", "LEG"), ("RUS", "UKR", "GOV")]


def test_a_move_that_joins_nobody_is_left_out_and_counted():
    alone = sourced(recipients=[])
    assert graph(alone).number_of_edges() == 0
    assert FORMATS["graphml"].refuse(alone, False) is not None
    assert FORMATS["graphml"].refuse(sourced(), False) is None


def test_an_unresolved_party_has_its_words_as_label_unless_they_may_not_go():
    move = sourced(actors=[("Kyiv", None, None)])
    (label,) = [data["label"] for node, data in graph(move).nodes(data=True) if node != "RUS"]
    assert label == "Kyiv"
    whole = "".join(write_graphml_moves([move], False))
    assert "Kyiv" not in whole
    assert "rejected" not in whole


def test_what_is_unknown_is_left_out():
    ((_, _, about),) = graph(sourced(date=None, about={"publisher": None})).edges(data=True)
    assert {"date", "publisher", "url"} & set(about) == set()


@given(st.lists(hostile_moves(), max_size=4, unique_by=lambda move: move.move.id), st.booleans())
def test_hostile_words_make_no_other_graph(moves, text):
    whole = "".join(write_graphml_moves(moves, text))
    etree.fromstring(whole.encode("utf-8"), etree.XMLParser(resolve_entities=False))
    edges = list(graph(*moves, text=text).edges(data=True))
    assert len(edges) == len(moves)
    for _, _, about in edges:
        assert not about.get("url", "http").lower().startswith("javascript")
