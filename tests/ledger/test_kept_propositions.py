"""Propositions, forecasts and verdicts in both stores: kept, edited with a reason, proven, and never in the way of what comes later."""

from datetime import date

import pytest

from demarche.errors import LedgerError
from demarche.model import Act, Forecast, MoveFilter
from demarche.pipeline import group_propositions
from demarche.testing import compare_by_words, embed_by_words, make_coded, make_move

SAID = (
    ("d1", "Moscow demanded that they withdraw now.", "demanded", "demand", {"content": "they withdraw now"}),
    ("d2", "Kyiv rejected a plan to withdraw.", "rejected", "reject", {"content": "a plan to withdraw"}),
    ("d3", "Paris asked them to release him.", "asked", "appeal", {"content": "release him"}),
    ("d4", "Moscow threatened war if they inspect it.", "threatened", "threaten", {"condition": "if they inspect it"}),
    ("d5", "They met in Geneva.", "met", "meet", {}),
)


class StandIn:
    """In place of the network."""

    coder, threshold = "test/1", 0.5
    embed, compare = staticmethod(embed_by_words), staticmethod(compare_by_words)


def add(ledger, *numbers):
    for document, sentence, trigger, act, spans in (SAID[number] for number in numbers):
        ledger.add(
            make_coded(sentence, [make_move(sentence, trigger, act=act, document=document, **spans)], id=document)
        )


def group(ledger):
    return group_propositions(ledger, comparer=StandIn())


def given(ledger):
    return {found.move: found for found in ledger.assignments()}


def id_of(ledger, number):
    return next(iter(ledger.moves(MoveFilter(document=SAID[number][0])))).move.id


def test_contents_of_stances_are_grouped_once(ledger):
    add(ledger, 0, 1, 2, 3, 4)
    assert group(ledger) == 4
    assert [(found.name, found.moves) for found in ledger.propositions()][0] == ("they withdraw now", 2)
    assert group(ledger) == 0
    assert ledger.verify().problems == ()


def test_what_comes_later_joins_what_is_there(ledger):
    add(ledger, 0)
    group(ledger)
    before = given(ledger)
    add(ledger, 1, 2)
    group(ledger)
    assert before.items() <= given(ledger).items()
    assert given(ledger)[id_of(ledger, 1)].proposition == given(ledger)[id_of(ledger, 0)].proposition


def test_vectors_are_kept_and_are_no_entry_of_the_log(ledger):
    ledger.keep_vectors("test/1", {"a": b"\1\2"})
    ledger.keep_vectors("test/1", {"a": b"\1\2"})
    assert ledger.vectors("test/1", ["a", "b"]) == {"a": b"\1\2"}
    assert ledger.log() == []


def test_a_name_is_given_with_a_reason(ledger):
    add(ledger, 0)
    group(ledger)
    (found,) = ledger.propositions()
    ledger.rename_proposition(found.id, "  Withdrawal of\ntroops ", why="clearer")
    assert [one.name for one in ledger.propositions()] == ["Withdrawal of troops"]
    assert ledger.log()[0].why == "clearer"
    with pytest.raises(LedgerError, match="empty"):
        ledger.rename_proposition(found.id, " ", why="x")
    with pytest.raises(LedgerError, match="no proposition p0"):
        ledger.rename_proposition("p0", "x", why="x")


def test_merged_propositions_are_one_for_good(ledger):
    add(ledger, 0, 2)
    group(ledger)
    kept, gone = given(ledger)[id_of(ledger, 0)].proposition, given(ledger)[id_of(ledger, 2)].proposition
    ledger.merge_propositions([kept, gone], why="one matter")
    assert {found.proposition for found in ledger.assignments()} == {kept}
    assert [(found.id, found.moves) for found in ledger.propositions()] == [(kept, 2)]
    assert len(ledger.assignments(proposition=kept)) == 2
    assert ledger.assignments(proposition=gone) == []
    with pytest.raises(LedgerError, match="nothing to merge"):
        ledger.merge_propositions([kept, gone], why="again")


def test_moves_split_off_stay_apart(ledger):
    add(ledger, 0, 1)
    group(ledger)
    new = ledger.split_proposition([id_of(ledger, 1)], why="another place", name="Withdrawal elsewhere")
    group(ledger)
    assert given(ledger)[id_of(ledger, 1)].proposition == new.id
    assert given(ledger)[id_of(ledger, 0)].proposition != new.id
    assert {found.name for found in ledger.propositions()} == {"they withdraw now", "Withdrawal elsewhere"}


def test_a_pin_outlasts_a_correction_and_a_match_does_not(ledger):
    add(ledger, 0, 1, 2)
    group(ledger)
    target = given(ledger)[id_of(ledger, 0)].proposition
    ledger.pin(id_of(ledger, 2), target, contrary=True, why="same matter")
    for number in (1, 2):
        ledger.correct(id_of(ledger, number), act=Act.CRITICIZE, why="milder")
    assert group(ledger) == 1
    pinned = given(ledger)[id_of(ledger, 2)]
    assert (pinned.proposition, pinned.polarity, pinned.basis) == (target, -1, "pinned")


def test_a_rejected_move_has_no_place_in_the_counts(ledger):
    add(ledger, 0, 1)
    group(ledger)
    ledger.reject(id_of(ledger, 1), why="wrong")
    assert [found.moves for found in ledger.propositions()] == [1]


def test_rows_carry_parties_words_and_proposition(ledger):
    add(ledger, 0, 3)
    ledger.settle("they", "UKR", sector="GOV")
    group(ledger)
    rows = {row["document"]: row for row in ledger.rows()}
    assert rows["d1"]["content"] == "they withdraw now"
    assert rows["d1"]["proposition"] == given(ledger)[rows["d1"]["id"]].proposition
    assert rows["d4"]["condition"] == "if they inspect it"
    assert rows["d1"]["sentence"] == SAID[0][1]
    assert [row["document"] for row in ledger.rows(MoveFilter(act="threaten"))] == ["d4"]


FORECAST = Forecast(
    id="f1", made=date(2025, 11, 1), who="ann", question="Will they meet?", probability=0.3, rule="two agencies say so",
    resolves_by=date(2025, 12, 1),
)  # fmt: skip


def test_a_forecast_cannot_be_changed_and_its_outcome_is_an_entry(ledger):
    add(ledger, 4)
    ledger.record_forecast(FORECAST)
    with pytest.raises(LedgerError, match="cannot be changed"):
        ledger.record_forecast(FORECAST)
    made = ledger.resolve_forecast("f1", True, why="they met", evidence=(id_of(ledger, 4),))
    assert ledger.forecasts() == [made]
    assert (made.outcome, made.resolved, made.probability) == (True, date(2025, 11, 27), 0.3)
    assert [entry.kind for entry in ledger.log()][:2] == ["resolution", "forecast"]
    with pytest.raises(LedgerError, match="is resolved"):
        ledger.resolve_forecast("f1", False, why="they did not")
    assert ledger.resolve_forecast("f1", False, why="they did not", correct=True).outcome is False
    with pytest.raises(LedgerError, match="no forecast f2"):
        ledger.resolve_forecast("f2", True, why="x")


def test_the_latest_word_on_a_link_counts(ledger):
    add(ledger, 4)
    move = id_of(ledger, 4)
    ledger.judge_link("c1", move, "confirmed", why="read both")
    ledger.judge_link("c1", move, "undone", why="another meeting")
    assert (ledger.judged_links("confirmed"), ledger.judged_links("undone")) == (set(), {("c1", move)})
    with pytest.raises(LedgerError, match="confirmed or undone"):
        ledger.judge_link("c1", move, "maybe", why="x")
    with pytest.raises(LedgerError):
        ledger.judge_link("c1", "m0", "undone", why="x")


def test_all_of_it_is_proven(ledger):
    add(ledger, 0, 1, 4)
    group(ledger)
    ledger.record_forecast(FORECAST)
    ledger.judge_link("c1", id_of(ledger, 4), "undone", why="x")
    assert ledger.verify().problems == ()
    assert "0002_propositions" in str(ledger._store.connection.exec_driver_sql("SELECT name FROM migrations").all())


def test_a_new_date_changes_no_proposition_and_no_name(ledger):
    add(ledger, 0)
    group(ledger)
    (found,) = ledger.propositions()
    ledger.rename_proposition(found.id, "Withdrawal", why="clearer")
    ledger.correct(id_of(ledger, 0), date="2025-11-01", date_precision="day", why="wrong day")
    assert group(ledger) == 0
    assert [(one.id, one.name) for one in ledger.propositions()] == [(found.id, "Withdrawal")]


def test_a_founder_with_other_words_founds_another_and_the_first_stays(ledger):
    add(ledger, 0, 1)
    group(ledger)
    first = given(ledger)[id_of(ledger, 1)].proposition
    ledger.correct(id_of(ledger, 0), act=Act.PROTEST, why="it takes no stance")
    ledger.correct(id_of(ledger, 0), act=Act.DEMAND, issue="arms", why="it does, on arms")
    group(ledger)
    assert given(ledger)[id_of(ledger, 1)].proposition == first
    assert next(one for one in ledger.propositions() if one.id == first).name == "they withdraw now"


def test_a_move_that_lost_its_content_takes_no_stance_any_more(ledger):
    add(ledger, 0)
    group(ledger)
    ledger.correct(id_of(ledger, 0), content=None, why="cut wrongly")
    group(ledger)
    assert [row["proposition"] for row in ledger.rows()] == [None]
    assert ledger.propositions() == []


def test_words_of_a_redacted_document_name_nothing(ledger):
    add(ledger, 0, 1)
    group(ledger)
    ledger.redact("d1", why="source in danger")
    assert [found.name for found in ledger.propositions()] == [found.id for found in ledger.propositions()]


def test_a_pin_that_came_meanwhile_outlasts_a_grouping(ledger):
    add(ledger, 0, 2)
    group(ledger)
    target, move = given(ledger)[id_of(ledger, 0)].proposition, id_of(ledger, 2)
    stale = given(ledger)[move]
    ledger.pin(move, target, why="same matter")
    ledger.group([], [stale], coder="test/1")
    assert given(ledger)[move].proposition == target


def test_a_threat_unless_that_is_pinned_is_for_what_it_wants(ledger):
    add(ledger, 0)
    sentence = "Moscow threatened war unless they inspect it."
    threat = make_move(sentence, "threatened", act="threaten", document="d9", condition="unless they inspect it")
    ledger.add(make_coded(sentence, [threat], id="d9"))
    group(ledger)
    assert ledger.pin(threat.id, given(ledger)[id_of(ledger, 0)].proposition, why="same").polarity == -1


def test_a_ledger_can_be_asked_while_its_rows_are_walked(ledger):
    add(ledger, 0, 1)
    assert [ledger.move(row["id"]).move.act.value for row in ledger.rows()] == ["demand", "reject"]
    assert [ledger.move(content.move).move.id for content in ledger.contents()]


def test_nothing_to_merge_is_said_so(ledger):
    with pytest.raises(LedgerError, match="nothing to merge"):
        ledger.merge_propositions([], why="x")
