import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis import as_frame
from demarche.analysis.claims import find_claims
from demarche.errors import InputError

SHELLED = {"act": "attack", "trigger": "shelled", "content": "the mill at Varna", "recipients": ["BGR"]}


def move(number, **about):
    base = {"id": f"m{number}", "document": f"d{number}", "date": "2024-03-05", "actors": [], "publisher": "Courier"}
    return base | about


def event(number, **about):
    return move(number, actors=["ROU"], **SHELLED) | about


def accusation(number, by, whom, content, **about):
    return move(number, act="accuse", trigger="accused", actors=[by], recipients=[whom], content=content, **about)


def denial(number, by, content, **about):
    return move(number, act="deny", trigger="denied", actors=[by], content=content, **about)


def roles(claim):
    return [(part.role, part.party) for part in claim.parts]


def test_a_source_asserts_and_its_publisher_relays():
    [claim] = find_claims([event(1, source="BGR")]).rows
    assert roles(claim) == [("asserts", "BGR"), ("relays", "Courier")]
    assert (claim.status, claim.asserted_by, claim.asserted_in) == ("asserted", 1, 1)
    assert (claim.doers, claim.targets, str(claim.day)) == (("ROU",), ("BGR",), "2024-03-05")


def test_an_accusation_and_a_denial_of_the_same_are_one_claim():
    told = [
        event(1, source="BGR"),
        accusation(2, "BGR", "ROU", "shelling the mill at Varna", date="2024-03-07", document="d2"),
        denial(3, "ROU", "its guns had shelled the mill at Varna", date="2024-03-08", publisher="Post"),
    ]
    [claim] = find_claims(told).rows
    assert claim.status == "asserted and denied"
    assert (claim.asserted_by, claim.asserted_in, claim.denied_by, claim.denied_in) == (1, 2, 1, 1)
    assert set(claim.evidence) == {"m1", "m2", "m3"}
    assert (str(claim.first), str(claim.last)) == ("2024-03-05", "2024-03-08")


def test_who_says_it_of_itself_acknowledges():
    [claim] = find_claims([event(1, source="ROU MIL")]).rows
    assert roles(claim)[0] == ("acknowledges", "ROU MIL")
    assert (claim.acknowledged_by, claim.asserted_by) == (1, 0)


def test_an_opposition_does_not_speak_for_its_state():
    [claim] = find_claims([event(1, source="ROU OPP", actors=["ROU MIL"])]).rows
    assert roles(claim)[0] == ("asserts", "ROU OPP")


def test_a_source_that_says_that_it_did_not_happen_denies():
    [claim] = find_claims([event(1, source="ROU", status="negated")]).rows
    assert roles(claim)[0] == ("denies", "ROU")
    assert claim.status == "denied"


def test_an_event_without_a_source_is_reported_without_attribution_and_shown_only_beside_what_is_asserted():
    assert find_claims([event(1)]).rows == ()
    [alone] = find_claims([event(1)], all=True).rows
    assert (alone.status, roles(alone)) == ("reported", [("reports", "Courier")])
    [claim] = find_claims([event(1), event(2, source="BGR", publisher="Post")]).rows
    assert roles(claim) == [("asserts", "BGR"), ("reports", "Courier"), ("relays", "Post")]
    assert claim.reported_in == 1


def test_many_reports_make_no_fact_of_it():
    told = [event(number, source="BGR", publisher=f"P{number}") for number in range(9)]
    told.append(denial(9, "ROU", "it had shelled the mill at Varna"))
    found = find_claims(told)
    [claim] = found.rows
    assert (claim.asserted_in, claim.denied_in, claim.status) == (9, 1, "asserted and denied")
    assert not any(word in note for note in found.notes for word in ("true ", "false", "likely", "majority"))


def test_copies_of_a_report_count_once():
    told = [event(number, source="BGR", cluster="c1") for number in range(5)]
    assert find_claims(told).rows[0].asserted_in == 1


def test_the_chain_of_sources_is_kept():
    [claim] = find_claims([accusation(1, "BGR", "ROU", "shelling the mill", source="Radio Sofia")]).rows
    [telling] = claim.parts[0].tellings
    assert (telling.via, telling.publisher) == ("Radio Sofia", "Courier")


def test_a_denial_without_words_belongs_to_the_claim_just_before_it():
    told = [
        accusation(1, "BGR", "ROU", "shelling the mill", document="d1"),
        denial(2, "ROU", "the accusation", document="d1"),
    ]
    assert find_claims(told).rows[0].status == "asserted and denied"
    alone = find_claims([denial(2, "ROU", "the accusation")])
    assert alone.rows == ()
    assert "does not say of what" in alone.left_out[0].reason


def test_other_doers_days_acts_and_words_are_other_claims():
    first = event(1, source="BGR")
    others = (
        {"actors": ["SRB"]},
        {"date": "2024-03-20"},
        {"act": "coerce"},
        {"content": "a convoy near Ruse", "trigger": "ambushed"},
        {"recipients": ["GRC"]},
    )
    for other in others:
        assert len(find_claims([first, event(2, source="GRC") | other]).rows) == 2, other


def test_an_unknown_doer_matches_a_known_one():
    [claim] = find_claims([event(1, source="BGR", actors=[]), event(2, source="GRC")]).rows
    assert claim.doers == ("ROU",)


def test_claims_of_other_doers_are_named():
    one, other = find_claims([event(1, source="BGR"), event(2, source="ROU", actors=["SRB"])]).rows
    assert (one.rivals, other.rivals) == ((other.id,), (one.id,))


def test_a_chain_of_days_does_not_run_events_together():
    told = [event(number, source="BGR", date=f"2024-03-{number:02}") for number in range(1, 29)]
    spans = [(claim.last - claim.first).days for claim in find_claims(told).rows]
    assert len(spans) >= 7
    assert max(spans) <= 3


def test_unresolved_sources_are_told_apart_from_parties():
    [claim] = find_claims([event(1, source="travellers"), event(2, source="he")]).rows
    assert [(part.party, part.resolved) for part in claim.parts[:2]] == [("travellers", False), (None, False)]
    assert (claim.asserted_by, claim.asserted_in) == (0, 2)


def test_opinion_plans_and_unknown_days_are_left_out_and_counted():
    told = [
        event(1, source="BGR", voice="opinion"),
        event(2, source="BGR", status="planned"),
        event(3, source="BGR", date=None),
        event(4, source="BGR", date="2024-03"),
        denial(5, "ROU", "the shelling", status="negated"),
    ]
    found = find_claims(told)
    assert found.rows == ()
    assert sum(one.moves for one in found.left_out) == 5


def test_nothing_one_move_and_unknown_everything_give_a_note():
    for told in ([], [move(1, act="meet", actors=["ROU"])], [move(1, act="accuse", date=None)]):
        found = find_claims(told)
        assert (found.rows, found.moves) == ((), 0)
        assert found.notes


def test_an_undated_accusation_is_found_by_its_document():
    told = [
        denial(1, "ROU", "having asked China for military aid", document="d1"),
        accusation(2, "USA", "ROU", "asking for military aid", document="d1", date=None),
    ]
    [claim] = find_claims(told).rows
    assert claim.status == "asserted and denied"


@pytest.mark.parametrize("wrong", [{"window": -1}, {"reply": -1}, {"likeness": 1.5}])
def test_an_option_out_of_its_range_is_refused(wrong):
    with pytest.raises(InputError):
        find_claims([], **wrong)


MOVES = st.lists(
    st.fixed_dictionaries(
        {
            "act": st.sampled_from(["attack", "coerce", "accuse", "deny", "state"]),
            "actors": st.lists(st.sampled_from(["ROU", "BGR", "GRC GOV"]), max_size=2, unique=True),
            "recipients": st.lists(st.sampled_from(["ROU", "BGR"]), max_size=1),
            "content": st.sampled_from([None, "shelling the mill", "the mill was shelled", "it", "\u0000"]),
            "source": st.sampled_from([None, "BGR", "he", "ROU"]),
            "status": st.sampled_from(["actual", "negated", "past"]),
            "date": st.sampled_from([None, "2024-03", "2024-03-01", "2024-03-04", "2024-03-30"]),
            "document": st.sampled_from(["d1", "d2"]),
        }
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(moves=MOVES)
def test_every_move_is_in_at_most_one_claim_and_statuses_follow_from_the_parts(moves):
    frame = as_frame([{"id": f"m{number}", **one} for number, one in enumerate(moves)]) if moves else as_frame([])
    found = find_claims(frame, all=True)
    used = [one for claim in found.rows for one in claim.evidence]
    assert len(used) == len(set(used)) == found.moves
    assert found.moves + sum(one.moves for one in found.left_out) <= len(moves)
    for claim in found.rows:
        said = {part.role for part in claim.parts}
        assert ("denied" in claim.status) == ("denies" in said)
        assert ("asserted" in claim.status) == bool(said & {"asserts", "acknowledges"})
        assert {one for part in claim.parts for one in part.evidence} == set(claim.evidence)


def test_the_order_of_unlike_moves_does_not_matter():
    told = [event(number, source="BGR", date=f"2024-03-{1 + number % 9:02}") for number in range(20)]
    told += [denial(20 + number, "ROU", "shelling the mill at Varna", date="2024-03-09") for number in range(3)]
    shuffled = random.Random(1).sample(told, len(told))
    sizes = [sorted(len(claim.evidence) for claim in find_claims(order).rows) for order in (told, shuffled)]
    assert sizes[0] == sizes[1]


def test_ten_thousand_actors():
    generator = random.Random(1)
    rows = [
        event(number, source=f"B{generator.randrange(10_000)}", actors=[f"A{number % 10_000}"], recipients=[])
        for number in range(20_000)
    ]
    found = find_claims(pl.DataFrame(rows))
    assert len(found.rows) == 10_000
