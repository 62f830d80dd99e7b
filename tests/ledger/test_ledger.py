"""What every store must do: each test runs on SQLite and on PostgreSQL."""

import dataclasses

import pytest

from demarche.errors import InputError, LedgerError, SpanError
from demarche.ledger import Ledger
from demarche.model import Act, Failure, MoveFilter, Span


def only(ledger, **wanted):
    return [found.move for found in ledger.moves(MoveFilter(**wanted))]


def test_a_move_comes_back_as_it_was(ledger, coded):
    document = coded(resolved="UKR")
    assert ledger.add(document)
    assert only(ledger) == list(document.moves)


def test_the_same_document_twice_changes_nothing(ledger, coded):
    ledger.add(coded())
    head = ledger.verify().head
    assert not ledger.add(coded())
    assert ledger.has(coded().document)
    assert ledger.verify().head == head


def test_another_text_under_the_same_id_is_refused_and_the_first_kept(ledger, coded):
    ledger.add(coded())
    with pytest.raises(InputError, match="another text under this id"):
        ledger.add(coded("Kyiv rejected all of it."))
    assert [document.text for document in ledger.documents()] == [coded().document.text]


def test_a_ledger_opened_again_has_what_was_in_it(url, coded):
    with Ledger.open(url) as first:
        first.add(coded())
    with Ledger.open(url, create=False) as second:
        assert len(only(second)) == 1


def test_a_ledger_that_is_not_there_is_not_made_by_reading(tmp_path):
    with pytest.raises(LedgerError, match="not there"):
        Ledger.open(str(tmp_path / "none.db"), create=False)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"act": "reject"}, 1),
        ({"act": "demand"}, 0),
        ({"actor": "UKR"}, 1),
        ({"recipient": "UKR"}, 0),
        ({"issue": "other", "status": "actual", "voice": "report"}, 1),
        ({"since": "2025-11", "until": "2025-11-25"}, 1),
        ({"since": "2025-11-26"}, 0),
        ({"until": "2025-10"}, 0),
        ({"publisher": "The Gazette"}, 1),
        ({"document": "d1", "cluster": "d1"}, 1),
        ({"words": "rejecting"}, 1),
        ({"words": "kyiv plans"}, 0),
        ({"min_confidence": 0.95}, 0),
    ],
)
def test_a_filter_gives_the_moves_that_pass(ledger, coded, wanted, found):
    ledger.add(coded(resolved="UKR", publisher="The Gazette"))
    assert len(only(ledger, **wanted)) == found


def test_a_move_dated_to_a_month_is_found_by_the_days_in_it(ledger, coded):
    ledger.add(coded(date="2025-10"))
    assert len(only(ledger, since="2025-10-12", until="2025-10-15")) == 1
    assert only(ledger, since="2025-11-01") == []


def test_moves_come_by_date_those_of_unknown_date_last(ledger, coded):
    for name, day in (("d1", None), ("d2", "2025-11-26"), ("d3", "2025-11-20")):
        ledger.add(coded(f"Kyiv rejected plan {name} of them all.", id=name, date=day))
    assert [move.document for move in only(ledger)] == ["d3", "d2", "d1"]
    assert [found.move.document for found in ledger.moves(limit=1, offset=1)] == ["d2"]


@pytest.mark.parametrize("query", ['"plan of moscow"', "plan, moscow!", "Plans"])
def test_documents_are_found_by_their_words(ledger, coded, query):
    ledger.add(coded())
    assert [document.id for document in ledger.documents(query)] == ["d1"]
    assert ledger.documents("tanks") == []


@pytest.mark.parametrize("query", ["", " ", '""', "* - ("])
def test_a_query_without_a_word_says_so(ledger, query):
    with pytest.raises(InputError, match="no word"):
        ledger.documents(query)


@pytest.mark.parametrize("query", ["') OR 1=1 --", "a NEAR b", "plan AND", "^plan", '"unclosed', "plan:*"])
def test_a_query_is_words_never_a_command(ledger, coded, query):
    ledger.add(coded())
    ledger.documents(query)


# Copies

TOLD = "Boarding parties from two destroyers stopped and searched the freighter on Friday and Kyiv rejected the plan"


def test_copies_are_one_cluster_and_count_once(ledger, coded):
    ledger.add(coded(TOLD + ".", id="d1"))
    ledger.add(coded(TOLD + ", the Navy said.", id="d2"))
    assert ledger.copies("d2") == ("d1", "d2")
    (count,) = ledger.count("act")
    assert (count.value, count.moves, count.mentions) == ("reject", 1, 2)
    assert (ledger.overview().clusters, ledger.overview().copies) == (1, 1)


def test_texts_that_share_few_words_stay_apart(ledger, coded):
    ledger.add(coded(TOLD + ".", id="d1"))
    ledger.add(coded("Kyiv rejected what the ministers had put to it at the meeting in Vienna.", id="d2"))
    assert ledger.copies("d2") == ("d2",)


def test_a_text_printed_again_months_later_is_no_copy(ledger, coded):
    ledger.add(coded(TOLD + ".", id="d1", published="2025-01-10"))
    ledger.add(coded(TOLD + ".", id="d2", published="2025-11-27"))
    assert ledger.copies("d2") == ("d2",)


def test_two_demands_in_one_report_stay_two(ledger, coded):
    ledger.add(coded("Kyiv rejected it.", id="d1"))
    ledger.add(coded("It was on Sunday that Kyiv rejected the other one.", id="d2"))
    assert ledger.count("act")[0].moves == 2


def test_clusters_are_merged_and_split_by_hand(ledger, coded):
    ledger.add(coded(id="d1"))
    ledger.add(coded("In the evening Kyiv rejected what was put to it.", id="d2"))
    assert ledger.merge(["d2", "d1"], why="a rewrite") == "d1"
    assert ledger.copies("d1") == ("d1", "d2")
    ledger.split("d1", why="no rewrite")
    assert (ledger.copies("d1"), ledger.copies("d2")) == (("d1",), ("d2",))
    assert ledger.verify().problems == ()


def test_the_same_act_in_two_clusters_is_an_occasion_with_two_reports(ledger, coded):
    ledger.add(coded(id="d1", resolved="UKR"))
    ledger.add(coded("In the evening Kyiv rejected what was put to it.", id="d2", resolved="UKR"))
    (occasion,) = ledger.occasions()
    assert (occasion.date, occasion.act, occasion.actors, occasion.clusters) == ("2025-11-25", "reject", ("UKR",), 2)


def test_a_report_again_is_told_from_an_act_again(ledger, coded):
    ledger.add(coded(id="d1", resolved="UKR"))
    ledger.add(coded("In the evening Kyiv rejected what was put to it.", id="d2", resolved="UKR"))
    ledger.add(coded("Once more Kyiv rejected all that was on offer.", id="d3", resolved="UKR", date="2025-11-26"))
    first, second = sorted(ledger.occasions(), key=lambda found: found.date)
    assert (first.clusters, first.days) == (2, 2)
    assert (second.clusters, second.days) == (1, 2)


# What people say of it


def test_a_correction_is_a_new_row_and_the_current_view(ledger, coded):
    ledger.add(coded())
    (move,) = only(ledger)
    ledger.correct(move.id, why="it is a protest", act=Act.PROTEST)
    (now,) = ledger.moves()
    assert (now.move.act, now.verdict, now.move.id) == (Act.PROTEST, "amended", move.id)
    entry = ledger.log(subject=move.id)[0]
    assert (entry.kind, entry.who, entry.why) == ("correction", "ann", "it is a protest")
    assert ledger.verify().problems == ()


def test_a_correction_must_keep_to_the_text(ledger, coded):
    ledger.add(coded())
    (move,) = only(ledger)
    with pytest.raises(SpanError):
        ledger.correct(move.id, why="wrong", content=Span(start=0, end=4, text="Lviv"))
    assert only(ledger) == [move]


@pytest.mark.parametrize("why", ["", "  "])
def test_a_change_without_a_reason_is_refused(ledger, coded, why):
    ledger.add(coded())
    with pytest.raises(LedgerError, match="say why"):
        ledger.redact("d1", why=why)
    assert len(only(ledger)) == 1


def test_a_rejected_move_is_gone_from_view_but_not_from_the_log(ledger, coded):
    ledger.add(coded())
    (move,) = only(ledger)
    ledger.reject(move.id, why="no move")
    assert only(ledger) == []
    assert ledger.overview().moves == 0
    assert ledger.log()[0].kind == "rejection"
    with pytest.raises(LedgerError, match="no move"):
        ledger.reject(move.id, why="again")


def test_a_redacted_document_is_in_no_view(ledger, coded):
    ledger.add(coded(resolved="UKR"))
    ledger.redact("d1", why="a source asked for it")
    assert (only(ledger), ledger.documents(), ledger.count("actor")) == ([], [], [])
    assert ledger.documents("plan") == []
    with pytest.raises(LedgerError, match="redacted"):
        ledger.document("d1")
    assert ledger.verify().problems == ()


def test_open_words_are_settled_once_for_what_comes_too(ledger, coded):
    ledger.add(coded())
    assert [(mention.words, mention.moves) for mention in ledger.open_mentions()] == [("kyiv", 1)]
    assert ledger.settle("the Kyiv", "UKR", sector="GOV") == 1
    ledger.add(coded("Kyiv rejected another one.", id="d2"))
    assert ledger.open_mentions() == []
    assert {(m.actors[0].id, m.actors[0].link) for m in only(ledger, actor="UKR")} == {("UKR", "settled")}
    ledger.settle("Kyiv", None)
    assert only(ledger, actor="UKR") == []


def test_words_that_were_resolved_are_settled_only_if_told_so(ledger, coded):
    ledger.add(coded(resolved="UKR"))
    ledger.settle("Kyiv", "POL")
    assert only(ledger)[0].actors[0].id == "UKR"
    ledger.settle("Kyiv", "POL", everywhere=True)
    assert only(ledger)[0].actors[0].id == "POL"


def test_what_was_settled_can_be_shared(ledger):
    ledger.settle("the Contact Group", "CG", name="Contact Group")
    expected = [{"words": "contact group", "id": "CG", "sector": None, "name": "Contact Group", "everywhere": False}]
    assert ledger.settlements() == expected
    assert ledger.settle_all(expected) == 0


@pytest.mark.parametrize(("words", "actor", "sector"), [("", "USA", None), ("it", "usa", None), ("it", "USA", "FOO!")])
def test_what_settles_nothing_is_refused(ledger, words, actor, sector):
    with pytest.raises(LedgerError, match="say which words|no actor's id|no sector"):
        ledger.settle(words, actor, sector=sector)
    assert ledger.log() == []


def test_a_correction_does_not_freeze_what_was_settled(ledger, coded):
    ledger.add(coded())
    (move,) = only(ledger)
    ledger.settle("Kyiv", "POL")
    ledger.correct(move.id, why="of another kind", act=Act.PROTEST)
    ledger.settle("Kyiv", "UKR")
    assert only(ledger)[0].actors[0].id == "UKR"


def test_a_rejected_move_can_be_taken_back(ledger, coded):
    ledger.add(coded(resolved="UKR"))
    (move,) = only(ledger)
    ledger.reject(move.id, why="no move")
    assert ledger.restore(move.id, why="one after all") == move
    assert only(ledger) == [move]
    with pytest.raises(LedgerError, match="no rejected move"):
        ledger.restore(move.id, why="again")
    assert ledger.verify().problems == ()


def test_a_move_of_a_redacted_document_is_not_given_out_again(ledger, coded):
    ledger.add(coded())
    (move,) = only(ledger)
    ledger.reject(move.id, why="no move")
    ledger.redact("d1", why="asked")
    with pytest.raises(LedgerError, match="redacted"):
        ledger.restore(move.id, why="one after all")


def test_a_text_of_many_rare_words_is_kept_by_both(ledger, coded):
    rare = " ".join(chr(0x10428 + n % 40) + chr(0x10428 + n // 40 % 40) * 3 + "-" + str(n) for n in range(20_000))
    assert ledger.add(coded("Kyiv rejected " + rare))


def test_a_change_that_changes_nothing_is_refused(ledger, coded):
    ledger.add(coded())
    for change in (lambda: ledger.merge(["d1"], why="x"), lambda: ledger.split("d1", why="x")):
        with pytest.raises(LedgerError, match="nothing to"):
            change()
    ledger.redact("d1", why="asked")
    with pytest.raises(LedgerError, match="redacted"):
        ledger.redact("d1", why="again")


def test_a_move_counts_once_for_an_actor_that_it_names_twice(ledger, coded):
    document = coded(resolved="UKR")
    (move,) = document.moves
    twice = dataclasses.replace(move, actors=move.actors * 2)
    ledger.add(dataclasses.replace(document, moves=(twice,)))
    assert [(count.value, count.moves) for count in ledger.count("actor")] == [("UKR", 1)]


def test_a_document_that_was_split_off_is_not_put_back_by_the_next_copy(ledger, coded):
    for name in ("d1", "d2"):
        ledger.add(coded(TOLD + f" on {name}.", id=name))
    ledger.split("d2", why="no copy")
    ledger.add(coded(TOLD + " again.", id="d3"))
    assert set(ledger.copies("d1")).isdisjoint({"d2"})


def test_copies_do_not_chain_over_the_weeks(ledger, coded):
    for number, day in enumerate(("2025-01-01", "2025-01-09", "2025-01-17")):
        ledger.add(coded(TOLD + f" {number}.", id=f"d{number}", published=day))
    assert ledger.copies("d0") == ("d0", "d1")


@pytest.mark.parametrize("odd", ["a\ud800", "a\0b", "x" * 501])
def test_an_id_that_no_store_can_keep_is_an_input_error(ledger, coded, odd):
    with pytest.raises(InputError, match="the id"):
        ledger.add(coded(id=odd))


def test_odd_words_in_failures_and_queries_do_no_harm(ledger):
    assert ledger.fail(Failure(where="a\udcff\0", stage="sources", reason="x" * 9000))
    with pytest.raises(InputError, match="what is no character"):
        only(ledger, actor="\udcff")
    assert ledger.verify().problems == ()


def test_long_names_are_kept_and_found(ledger, coded):
    ledger.add(coded(publisher="P" * 500, actor="Kyiv rejected the plan of Moscow"))
    assert len(only(ledger, publisher="P" * 500)) == 1


def test_redacted_words_are_not_in_the_log(ledger, coded):
    ledger.add(coded())
    (move,) = only(ledger)
    ledger.correct(move.id, why="of another kind", act=Act.PROTEST)
    ledger.redact("d1", why="asked")
    assert [entry.detail for entry in ledger.log()] == [{}] * 3


def test_a_failure_is_recorded_once(ledger):
    failure = Failure(where="a.txt", stage="sources", reason="is empty")
    assert ledger.fail(failure)
    assert not ledger.fail(failure)
    assert list(ledger.failures()) == [failure]


def test_counts_know_what_they_can_count(ledger, coded):
    ledger.add(coded(resolved="UKR"))
    assert [(count.value, count.moves) for count in ledger.count("actor")] == [("UKR", 1)]
    assert ledger.count("recipient") == []
    with pytest.raises(InputError, match="not counted by"):
        ledger.count("colour")


def test_moves_can_be_changed_while_they_are_read(ledger, coded):
    for number in range(3):
        ledger.add(coded(f"Kyiv rejected plan {number} of those.", id=f"d{number}"))
    for found in ledger.moves():
        ledger.reject(found.move.id, why="none of them")
    assert only(ledger) == []


def test_words_of_all_kinds_come_back_as_they_were(ledger, coded):
    odd = "Kyiv\u202e rejected \U0001f600 the pla\u0301n\ufffd; DROP TABLE moves; --"
    document = coded(odd, title="'\"%s:x", url=None)
    ledger.add(document)
    assert only(ledger) == list(document.moves)
    assert ledger.document("d1") == dataclasses.replace(document.document, text=odd)
