import random
from datetime import date

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis import _ties
from demarche.analysis.network import KINDS, build_network, write_graphml
from demarche.errors import InputError
from evaluation import network as evaluation


def move(number, act, actor, recipient=None, **about):
    base = {"id": f"m{number}", "document": f"d{number}", "act": act, "actors": [actor], "date": "2024-03-05"}
    return base | {"recipients": [recipient] if recipient else []} | about


def stance(number, actor, proposition, act="demand", **about):
    return move(number, act, actor, proposition=proposition, polarity=1, **about)


def edges(found):
    return {(edge.source, edge.target): edge.weight for edge in found.networks[0].edges}


def test_an_edge_runs_from_who_acts_to_whom_it_is_addressed():
    [network] = build_network([move(1, "demand", "ROU", "BGR"), move(2, "attack", "ROU", "BGR")]).networks
    [edge] = network.edges
    assert (edge.source, edge.target, edge.weight) == ("ROU", "BGR", 2.0)
    assert (edge.verbal_conflict, edge.material_conflict, edge.verbal_cooperation) == (1, 1, 0)
    assert edge.evidence == ("m1", "m2")
    assert (edge.first, network.since) == (date(2024, 3, 5), date(2024, 3, 5))


def test_another_report_of_an_occasion_is_evidence_and_no_second_occasion():
    found = build_network([move(1, "demand", "ROU", "BGR"), move(2, "demand", "ROU", "BGR")])
    assert edges(found) == {("ROU", "BGR"): 1.0}
    assert found.networks[0].edges[0].evidence == ("m1", "m2")


def test_a_copy_is_no_evidence():
    told = [move(number, "demand", "ROU", "BGR", cluster="c") for number in (1, 2)]
    assert build_network(told).networks[0].edges[0].evidence == ("m1",)


def test_participants_of_a_meeting_address_one_another():
    met = move(1, "meet", "ROU") | {"actors": ["ROU", "BGR"]}
    struck = move(2, "attack", "ROU") | {"actors": ["ROU", "BGR"]}
    found = build_network([met, struck])
    assert edges(found) == {("ROU", "BGR"): 1.0, ("BGR", "ROU"): 1.0}
    assert found.networks[0].measures.reciprocity == 1.0
    assert [(one.reason, one.moves) for one in found.left_out] == [("recipient not named or not resolved", 1)]


def test_who_addresses_itself_alone_is_left_out_and_counted():
    found = build_network([move(1, "demand", "ROU", "ROU")])
    assert found.networks[0].edges == ()
    assert found.left_out[0].moves == 1


def test_agreement_conflict_and_their_difference():
    told = [
        *(stance(number, actor, "p1") for number, actor in enumerate(("ROU", "BGR", "GRC"))),
        stance(3, "ROU", "p2"),
        stance(4, "BGR", "p2", act="reject"),
        stance(5, "ROU", "p1"),
    ]
    assert edges(build_network(told, "agreement")) == {("BGR", "GRC"): 1, ("BGR", "ROU"): 1, ("GRC", "ROU"): 1}
    assert edges(build_network(told, "conflict")) == {("BGR", "ROU"): 1}
    assert edges(build_network(told, "subtract")) == {("BGR", "GRC"): 1, ("GRC", "ROU"): 1}
    two = build_network(told, "two-mode").networks[0].edges
    assert {(edge.source, edge.target): edge.sign for edge in two}[("BGR", "p2")] == -1


def test_a_changed_mind_is_both_in_a_two_mode_network():
    told = [stance(1, "ROU", "p1"), stance(2, "ROU", "p1", act="reject", date="2024-03-09")]
    [edge] = build_network(told, "two-mode").networks[0].edges
    assert (edge.sign, edge.agree, edge.differ) == (0, 1, 1)


@pytest.mark.parametrize(
    ("normalise", "weight"),
    [("none", 2), ("average", 2 / 2.5), ("jaccard", 2 / 3), ("cosine", 2 / 6**0.5), ("product", 2 / 6)],
)
def test_normalisations(normalise, weight):
    told = [stance(number, "ROU", f"p{number}") for number in range(3)]
    told += [stance(3 + number, "BGR", f"p{number}") for number in range(2)]
    assert edges(build_network(told, "agreement", normalise=normalise)) == {("BGR", "ROU"): pytest.approx(weight)}


def test_windows_move_by_steps_and_what_lies_in_no_whole_window_is_counted():
    told = [move(number, "demand", "ROU", "BGR", date=f"2024-03-{number:02}") for number in range(1, 13)]
    found = build_network(told, window=5, step=3)
    assert [(str(network.since), str(network.until)) for network in found.networks] == [
        ("2024-03-01", "2024-03-05"),
        ("2024-03-04", "2024-03-08"),
        ("2024-03-07", "2024-03-11"),
    ]
    assert [network.edges[0].weight for network in found.networks] == [5, 5, 5]
    assert ("in no whole window", 1) in [(one.reason, one.moves) for one in found.left_out]
    apart = build_network(told, window=2, step=5)
    assert [network.edges[0].weight for network in apart.networks] == [2, 2, 2]
    assert sum(one.moves for one in apart.left_out) == 6


def test_days_can_be_bounded():
    told = [move(number, "demand", "ROU", "BGR", date=f"2024-03-{number:02}") for number in range(1, 13)]
    found = build_network(told, since=date(2024, 3, 3), until=date(2024, 3, 6))
    assert edges(found) == {("ROU", "BGR"): 4}
    assert found.moves == 4


def test_unknown_days_count_unless_windows_are_asked_for():
    told = [move(1, "demand", "ROU", "BGR", date=None), move(2, "demand", "ROU", "BGR", date="2024")]
    found = build_network(told)
    assert edges(found) == {("ROU", "BGR"): 2}
    assert (found.networks[0].since, found.networks[0].edges[0].first) == (None, None)
    assert build_network(told, window=7).networks[0].edges == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moves", [[], [move(1, "state", "ROU")], [stance(1, "ROU", "p1", date=None)]])
def test_little_or_nothing_gives_an_empty_network_and_a_note(kind, moves):
    for windows in ({}, {"window": 7}):
        found = build_network(moves, kind, **windows)
        assert found.notes
        assert found.networks[0].measures.edges in (0, 1)
        if not found.moves:
            assert (found.networks[0].measures.density, found.networks[0].measures.components) == (None, 0)
            assert "no network" in found.notes[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "friends"},
        {"normalise": "cosine"},
        {"kind": "agreement", "normalise": "l2"},
        {"window": 0},
        {"step": 3},
        {"since": date(2024, 2, 1), "until": date(2024, 1, 1)},
        {"window": 1, "since": date(2000, 1, 1), "until": date(2024, 1, 1)},
    ],
)
def test_an_option_out_of_its_range_is_refused(wrong):
    with pytest.raises(InputError):
        build_network([move(1, "demand", "ROU", "BGR")], **wrong)


def test_graphml_loads_again_with_names_weights_signs_dates_and_evidence():
    told = [stance(1, "ROU", "p\u0007"), stance(2, "BGR", "p\u0007", act="reject")]
    [network] = build_network(told, "subtract").networks
    graph = nx.parse_graphml(write_graphml(network, name={"ROU": "<Romania> & \u0000"}.get))
    assert graph.nodes["ROU"]["label"] == "<Romania> & \ufffd"
    assert graph.edges["BGR", "ROU"] == {
        **{"weight": -1.0, "sign": -1, "agree": 0, "differ": 1, "evidence": "m1 m2"},
        **{"first": "2024-03-05", "last": "2024-03-05"},
    }
    for kind in KINDS:
        for one in build_network(told, kind).networks:
            read = nx.parse_graphml(write_graphml(one))
            assert (read.number_of_nodes(), read.number_of_edges()) == (one.measures.nodes, one.measures.edges)
            kinds = {type(value) for _, _, about in read.edges(data=True) for value in about.values()}
            assert kinds <= {str, int, float}


def test_communities_are_those_that_agree():
    told = [
        stance(10 * side + 3 * number + actor, f"{'AB'[side]}{actor}", f"p{side}{number}")
        for side in range(2)
        for number in range(3)
        for actor in range(3)
    ]
    [network] = build_network(told, "agreement").networks
    groups = {node.id: node.community for node in network.nodes}
    assert len({groups[f"A{number}"] for number in range(3)}) == 1
    assert groups["A0"] != groups["B0"]
    assert (network.measures.communities, network.measures.modularity) == (2, pytest.approx(0.5))
    assert network == build_network(told, "agreement").networks[0]


def test_too_many_pairs_take_the_most_active_actors_and_say_so(monkeypatch):
    monkeypatch.setattr(_ties, "MOST_PAIRS", 10)
    told = [stance(number, f"A{number:02}", "p1") for number in range(30)] + [stance(30, "A07", "p2")]
    found = build_network(told, "agreement")
    assert found.networks[0].measures.nodes == 5
    assert "A07" in {node.id for node in found.networks[0].nodes}
    assert any("25 actors" in note for note in found.notes)


def test_ten_thousand_actors_skip_what_is_slow_and_say_so():
    generator = random.Random(1)
    rows = [
        move(number, "demand", f"A{generator.randrange(10_000)}", f"B{generator.randrange(10_000)}")
        for number in range(20_000)
    ]
    found = build_network(pl.DataFrame(rows))
    assert found.networks[0].measures.edges > 19_000
    assert all(node.betweenness is None for node in found.networks[0].nodes)
    assert any("Betweenness is not computed" in note for note in found.notes)
    assert sum(node.x is not None for node in found.networks[0].nodes) <= 30


def test_edges_are_those_of_the_formulae_and_measures_those_of_networkx():
    assert max(evaluation.compare(draws=3, seed=7).values()) <= 1e-12


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(KINDS), window=st.sampled_from([None, 10, 40]))
def test_every_edge_has_evidence_within_its_window(seed, kind, window):
    moves = {one["id"]: one for one in evaluation.draw_moves(random.Random(seed), 60)}
    for network in build_network(list(moves.values()), kind, window=window).networks:
        nodes = {node.id for node in network.nodes}
        for edge in network.edges:
            assert edge.evidence
            assert edge.weight
            assert {edge.source, edge.target} <= nodes
            for one in edge.evidence:
                assert edge.source in moves[one]["actors"] or edge.target in moves[one]["actors"]
                assert str(network.since) <= moves[one]["date"] <= str(network.until)
