"""Reviewing through the pages: what is shown, what is saved, what is refused, and what it comes to."""

import dataclasses
import html
import json
import re

import pytest

pytest.importorskip("fastapi")

from demarche.model import Act, Move, MoveFilter, Span
from demarche.testing import make_coded, make_move

FIRST = "Nobody spoke for a while."
SENTENCE = "\U0001f54a\ufe0f The envoy rejected the cafe\u0301 plan of Moscow, and Moscow left."
LAST = "The river was high."


@pytest.fixture
def emoji(ledger):
    """Take in a document whose second sentence begins with an emoji, and return the coder's move there."""
    move = make_move(
        SENTENCE,
        "rejected",
        act="reject",
        actors=["The envoy"],
        content="the cafe\u0301 plan",
        document="dove",
        start=len(FIRST) + 1,
    )
    ledger.add(
        make_coded("\n".join((FIRST, SENTENCE, LAST)), [move], id="dove", title="<b>Doves</b>", published="2025-11-27")
    )
    return move


def at(move):
    return {"document": move.document, "start": move.sentence.start, "end": move.sentence.end}


def shown(client, move, **query):
    return client.get("/review/sentence", params=at(move) | query)


def spans(sentence, **words):
    """Return places in a sentence by their words; ``("Moscow", 1)`` is the second of them."""

    def find(given):
        text, nth = given if isinstance(given, tuple) else (given, 0)
        start = [match.start() for match in re.finditer(re.escape(text), sentence)][nth]
        return [start, start + len(text)]

    return {role: [find(one) for one in given] for role, given in words.items()}


def record(move, **changes):
    found = {role: [[span.start - move.sentence.start, span.end - move.sentence.start]] for role, span in
             (("trigger", move.trigger), ("content", move.content), *(("actors", one.span) for one in move.actors)) if span}  # fmt: skip
    made = {"id": move.id, "verdict": "accepted", "act": move.act, "status": move.status, "issue": move.issue, "date": move.date or "",
            "spans": found}  # fmt: skip
    return made | changes


@pytest.fixture
def save(post):
    """Return a function that saves a review as the script of the page does; it returns the answer before it leads on."""

    def send(move, *records, **fields):
        data = {**at(move), "queue": "chosen", "voice": "report", "moves": json.dumps(records), "seconds": "12.5"}
        return post("/review/sentence", of="/review/next?queue=random", **{**data, **fields})

    return send


def moves_of(ledger, document):
    return {found.move.id: found for found in ledger.moves(MoveFilter(document=document))}


def last(ledger, document="dove"):
    return list(ledger.reviews(document=document))[-1]


def test_the_page_shows_the_sentence_its_neighbours_and_the_moves_of_the_coder(client, emoji):
    page = html.unescape(shown(client, emoji).text)
    assert FIRST in page
    assert LAST in page
    assert '<mark class="q3">rejected</mark>' in page
    assert f'data-move="{emoji.id}"' in page


def test_a_title_is_no_markup(client, emoji):
    page = shown(client, emoji).text
    assert "&lt;b&gt;Doves&lt;/b&gt;" in page
    assert "<b>Doves" not in page


def test_a_hostile_sentence_runs_nothing(client, moves):
    page = shown(client, moves["attack", "demand"]).text
    assert "<img" not in page
    assert "<script>" not in page
    assert "\u202e" not in page


def test_the_random_queue_gives_sentences_until_none_is_left(client, save, ledger):
    seen = 0
    while "Nothing is left" not in (page := client.get("/review/next?queue=random").text):
        document, start, end = (
            re.search(rf'name="{name}" value="([^"]*)"', page).group(1) for name in ("document", "start", "end")
        )
        task = ledger.review_task(html.unescape(document), int(start), int(end), queue="random")
        coded = [record(move) for move in task.coded]
        made = {"document": task.document, "start": start, "end": end, "queue": "random"}
        answer = save(task.coded[0] if coded else make_move("x y", "x", act="state"), *coded, **made)
        assert answer.status_code == 200
        seen += 1
        assert seen < 30
    assert seen == ledger.review_progress().sentences > 3


def test_a_second_reviewer_does_not_see_what_the_first_one_said(client, ledger, emoji):
    task = ledger.review_task(emoji.document, emoji.sentence.start, emoji.sentence.end)
    ledger.acting_as("ben").review(task, [dataclasses.replace(emoji, act=Act.ACCUSE, issue="nuclear")])
    page = shown(client, emoji).text
    assert ">reject</mark>" in page
    assert ">accuse</mark>" not in page
    assert "ben" not in page


def test_what_the_reviewer_says_is_recorded_under_his_name(save, ledger, emoji):
    answer = save(emoji, record(emoji))
    review = last(ledger)
    assert answer.url.path == "/review/sentence"
    assert "Saved: 1 accepted" in answer.text
    assert (review.reviewer, review.seconds, review.verdicts) == ("anna", 12.5, {emoji.id: "accepted"})


def test_amended_spans_stand_at_the_code_points_that_were_chosen(save, ledger, emoji):
    chosen = spans(
        SENTENCE, trigger=["rejected"], content=["the cafe\u0301 plan of Moscow"], recipients=[("Moscow", 1)]
    )
    save(emoji, record(emoji, verdict="amended", status="planned", spans=chosen))
    move = moves_of(ledger, "dove")[emoji.id].move
    text = ledger.document("dove").text
    assert move.status == "planned"
    assert text[move.content.start : move.content.end] == "the cafe\u0301 plan of Moscow"
    assert text[move.recipients[0].span.start :].startswith("Moscow, and") is False
    assert text[move.recipients[0].span.start :].startswith("Moscow left.")
    assert last(ledger).verdicts == {emoji.id: "amended"}


def test_a_rejected_move_leaves_the_ledger_and_an_added_one_comes(save, ledger, emoji):
    new = {"id": None, "verdict": "added", "act": "retreat", "status": "actual", "issue": "talks", "date": "",
           "spans": spans(SENTENCE, trigger=["left"], actors=[("Moscow", 1)])}  # fmt: skip
    save(emoji, record(emoji, verdict="rejected"), new)
    (found,) = moves_of(ledger, "dove").values()
    assert (found.move.act, found.move.trigger.text, found.move.issue) == ("retreat", "left", "talks")
    assert sorted(last(ledger).verdicts.values()) == ["added", "rejected"]


def test_a_sentence_without_moves_can_be_confirmed(save, ledger, emoji):
    save(emoji, document="dove", start=0, end=len(FIRST))
    assert last(ledger).moves == ()


def test_what_is_undecided_or_wrong_is_said_and_nothing_is_lost(save, ledger, emoji):
    head = ledger.head()
    answer = save(emoji, record(emoji, verdict=""), record(emoji, id=None, verdict="added", act="", date="someday"))
    assert answer.status_code == 422
    assert "say whether it stands there" in answer.text
    assert 'value="someday"' in answer.text
    assert ledger.head() == head


def test_moves_of_the_coder_are_not_rejected_by_silence(save, ledger, emoji):
    assert save(emoji, record(emoji, id=None, verdict="rejected")).status_code == 422
    assert emoji.id in moves_of(ledger, "dove")


@pytest.mark.parametrize("given", ["{", "[[]]", '[{"id": 1}]'])
def test_nonsense_in_place_of_the_moves_is_refused(save, ledger, emoji, given):
    head = ledger.head()
    assert save(emoji, moves=given).status_code == 400
    assert ledger.head() == head


@pytest.mark.parametrize("fields", [{"start": "x"}, {"end": "-1"}, {"document": "none"}, {"queue": "mine"}])
def test_a_form_about_no_sentence_is_refused(save, emoji, fields):
    assert save(emoji, record(emoji), **fields).status_code in (400, 404, 409)


def test_without_the_script_the_fields_are_saved(post, ledger, emoji):
    fields = {"m0-move": emoji.id, "m0-verdict": "amended", "m0-act": "criticize", "m0-status": "actual", "m0-issue": "talks",
              "m0-date": "2025-11", "m0-trigger": "rejected", "m0-actors": "The envoy", "m0-recipients": "Moscow #2",
              "m0-content": "the cafe\u0301 plan"}  # fmt: skip
    answer = post(
        "/review/sentence", of="/review/next", **at(emoji), queue="chosen", voice="opinion", moves="", **fields
    )
    move = moves_of(ledger, "dove")[emoji.id].move
    assert "Saved: 1 amended" in answer.text
    assert (move.act, move.issue, move.date, move.voice) == ("criticize", "talks", "2025-11", "opinion")
    assert ledger.document("dove").text[move.recipients[0].span.start :].startswith("Moscow left")


def test_words_that_could_be_two_are_asked_for(post, ledger, emoji):
    fields = {"m0-move": emoji.id, "m0-verdict": "amended", "m0-act": "reject", "m0-status": "actual", "m0-issue": "other",
              "m0-trigger": "rejected", "m0-recipients": "Moscow"}  # fmt: skip
    answer = post("/review/sentence", of="/review/next", **at(emoji), queue="chosen", moves="", **fields)
    assert answer.status_code == 422
    assert "stands there 2 times" in answer.text
    assert re.search(r'name="m0-recipients"[^>]*>\nMoscow</textarea>', answer.text)


def test_without_the_script_a_button_gives_one_more_move(post, ledger, emoji):
    fields = {"m0-move": emoji.id, "m0-verdict": "accepted", "m0-act": "reject", "m0-status": "actual", "m0-issue": "other",
              "m0-trigger": "rejected", "m0-where": "nowhere yet"}  # fmt: skip
    answer = post("/review/sentence", of="/review/next", **at(emoji), queue="chosen", moves="", more="1", **fields)
    assert answer.status_code == 200
    assert 'name="m1-act"' in answer.text
    assert "nowhere yet" in answer.text
    assert list(ledger.reviews(document="dove")) == []


def test_a_review_can_be_taken_back(save, post, ledger, emoji):
    save(emoji, record(emoji, verdict="rejected"))
    answer = post("/review/undo", of="/review/next", review=last(ledger).id, document="dove")
    assert "Taken back" in answer.text
    assert emoji.id in moves_of(ledger, "dove")
    assert list(ledger.reviews(document="dove")) == []
    assert post("/review/undo", of="/review/next", review="r1", document="dove").status_code == 404


def test_one_is_told_of_ones_own_earlier_review(client, save, emoji):
    save(emoji, record(emoji))
    assert "You reviewed this sentence before" in shown(client, emoji).text


def test_a_time_that_is_none_is_not_kept(save, ledger, emoji):
    for seconds in ("", "-1", "nan", "1e99", "soon"):
        save(emoji, record(emoji), seconds=seconds)
        assert last(ledger).seconds is None


def test_a_link_of_another_site_changes_nothing(client, ledger, emoji):
    data = {**at(emoji), "queue": "chosen", "moves": json.dumps([record(emoji, verdict="rejected")])}
    assert client.post("/review/sentence", data=data).status_code == 403
    assert list(ledger.reviews()) == []


def test_too_few_reviews_are_no_figure(client):
    page = _quality(client)
    assert "Not enough reviews yet" in page
    assert "0 of 200 sentences" in page


def _quality(client, path="/quality"):
    for _ in range(100):
        page = client.get(path).text
        if "being counted" not in page:
            return page
    raise AssertionError("the figures do not come")


@pytest.fixture
def reviewed(ledger):
    """Review 30 sentences of one document: in three the move is not there, in two another was missed, in one the act is another."""
    words = [f"Kyiv rejected plan number {number} of Moscow, which left." for number in range(30)]
    text, starts = "\n".join(words), []
    for line in words:
        starts.append(text.index(line))
    coded = [
        make_move(line, "rejected", act="reject", document="many", start=start)
        for line, start in zip(words, starts, strict=True)
    ]
    ledger.add(make_coded(text, coded, id="many"))
    for number, move in enumerate(coded):
        task = ledger.review_task("many", move.sentence.start, move.sentence.end, queue="random")
        missed = make_move(words[number], "left", act="retreat", document="many", start=starts[number])
        said = (
            []
            if number < 3
            else [move, missed]
            if number < 5
            else [dataclasses.replace(move, act=Act.DENY)]
            if number == 5
            else [move]
        )
        ledger.acting_as("ben").review(task, said)
    others = [task for task in iter(lambda: ledger.next_review("random"), None) if _keep(ledger, task)]
    return coded, others


def _keep(ledger, task):
    return ledger.acting_as("ben").review(task, task.coded)


def test_every_figure_leads_to_its_sentences(client, reviewed):
    page = _quality(client)
    links = [html.unescape(link) for link in re.findall(r'href="(/quality/sentences[^"]+)"', page)]
    assert {"/quality/sentences?of=missed", "/quality/sentences?of=invented", "/quality/sentences?of=other+act"} <= set(
        links
    )
    for link in links:
        found = _quality(client, link)
        assert 'class="sentence"' in found, link


def test_the_errors_are_listed_by_kind(client, reviewed):
    missed = _quality(client, "/quality/sentences?of=missed")
    assert "2 reviewed sentences" in missed
    assert "plan number 3 " in missed
    assert "plan number 0 " not in missed
    assert "3 reviewed sentences" in _quality(client, "/quality/sentences?of=invented")
    assert "1 reviewed sentence" in _quality(client, "/quality/sentences?of=other+act")


def test_reviewers_who_differ_stand_side_by_side(client, ledger, reviewed):
    coded, _ = reviewed
    for move in coded[:12]:
        task = ledger.review_task("many", move.sentence.start, move.sentence.end, queue="random")
        ledger.acting_as("eva").review(task, [move])
    page = _quality(client)
    assert "12 sentences were reviewed by two people" in page
    differ = _quality(client, "/quality/differences?name=acts&kind=alpha")
    assert "6 sentences" in differ
    assert ">ben</h2>" in differ
    assert ">eva</h2>" in differ


def test_a_figure_that_does_not_exist_is_not_found(client):
    _quality(client)
    for query in ("sentences?of=truth", "sentences?of=recall&act=x", "differences?name=x", "coders?other=x"):
        assert client.get(f"/quality/{query}").status_code == 404


def test_readers_look_and_do_not_review(tmp_path, ledger_url):
    from starlette.testclient import TestClient

    from demarche.web._accounts import Accounts
    from demarche.web._security import Role
    from demarche.web._settings import Settings
    from demarche.web.app import make_app

    accounts = Accounts(tmp_path / "accounts.json")
    for name, role in (("ada", Role.ADMIN), ("rita", Role.READER)):
        accounts.add(name, "a long enough passphrase", role)
    app = make_app(Settings(ledger=ledger_url, accounts=tmp_path / "accounts.json"))
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        token = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text).group(1)
        client.post("/login", data={"csrf": token, "name": "rita", "password": "a long enough passphrase"})
        assert "Your account reads" in client.get("/review").text
        assert client.get("/review/next").status_code == 403
        assert client.get("/quality").status_code == 200


def test_a_move_keeps_its_place_where_the_sentence_stands_late_in_the_text(save, ledger, emoji):
    save(emoji, record(emoji, verdict="amended", issue="talks"))
    move = moves_of(ledger, "dove")[emoji.id].move
    assert move.trigger == Span(start=emoji.trigger.start, end=emoji.trigger.end, text="rejected")
    assert isinstance(move, Move)


def test_two_coders_stand_side_by_side_on_the_reviewed_sentences(client, ledger, reviewed):
    coded, _ = reviewed
    text, other = ledger.document("many").text, "test/2"
    kept = [dataclasses.replace(move, coder=other) for move in coded[3:]]
    made = make_coded(text, kept, id="many")
    ledger.recode(dataclasses.replace(made, reading=dataclasses.replace(made.reading, coder=other)))
    page = html.unescape(re.sub(r"<[^>]+>", " ", _quality(client)))
    assert "Not enough reviews yet" in page
    line = " ".join(page[page.index("Coders side by side") :].split())
    # Of 30 sentences three moves were invented by the first coder alone; one has another act in both, two were missed by both.
    assert "test/2 26 of 27 26 of 29 30 27 3 test/1 26 of 30 26 of 29" in line
    assert "3 sentences" in _quality(client, "/quality/coders?other=test/1")
    assert "Not enough" not in _quality(client, "/quality?coder=test/1")
    assert client.get("/quality?coder=test/3").status_code == 404
