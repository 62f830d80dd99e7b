"""The pages to read with: each figure leads to its sentences, each highlighted word is the one of the record."""

import csv
import dataclasses
import io
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from picking import pick

from demarche.ledger import Ledger
from demarche.model import MoveFilter
from demarche.testing import make_coded, make_move
from demarche.web._filters import document_address
from demarche.web._reader import lay_out, split_parts
from demarche.web._settings import Settings
from demarche.web.app import make_app

ODD = "../notes/a b?#1&c=100%.txt"


def seen(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, response.text[:500]
    return html.fromstring(response.text)


def ready(client, path):
    """Return a page once what it counts is counted."""
    for _ in range(100):
        page = seen(client, path)
        if not pick(page, "[data-pending]"):
            return page
        time.sleep(0.05)
    raise AssertionError(f"{path} is not there in five seconds")


def words_of(page, selector):
    return [" ".join(" ".join(found.itertext()).split()) for found in pick(page, selector)]


def card_ids(page):
    return [card.get("id") for card in pick(page, "article.move")]


# Documents


def test_documents_are_listed_with_what_is_known_of_them_and_unknown_is_said(client):
    rows = words_of(seen(client, "/documents"), "tbody tr")
    assert len(rows) == 5
    assert "Plan rejected The Gazette 2025-11-27 4 2 0 of 5" in rows
    assert next(row for row in rows if row.startswith("bare")) == "bare unknown unknown 0 none 0 of 1"


def test_documents_are_found_by_their_words(client):
    assert words_of(seen(client, "/documents?words=breakfast"), "tbody th") == ["Plan rejected", "Plan rejected"]
    assert "No document has all of these words" in seen(client, "/documents?words=zeppelin").text_content()


def test_the_reader_shows_the_text_itself(client, ledger):
    for name in ("report", "attack", "bare", ODD):
        page = seen(client, document_address(name))
        shown = "".join(block.text_content() for block in pick(page, ".reader .text"))
        text = ledger.document(name).text
        assert len(shown) == len(text)
        assert shown == text.replace("\u202e", "\ufffd").replace("\x07", "\ufffd")


def test_the_highlighted_words_are_those_of_the_record_and_lead_to_the_card_and_back(client, moves):
    page = seen(client, "/documents/report")
    for (document, act), move in moves.items():
        if document != "report":
            continue
        (link,) = pick(page, f"#t-{move.id}")
        assert link.text_content() == move.trigger.text, act
        assert link.get("href") == f"#{move.id}"
        (card,) = pick(page, f"article#{move.id}")
        assert pick(card, f"a[href='#t-{move.id}']")
    roles = {(span.text_content(), span.get("title")) for span in pick(page, ".in-role[data-moves]")}
    assert ("by Friday", "deadline of demand") in roles
    assert ("Tass", "source of demand") in roles


def test_opinion_is_told_from_report(client, moves):
    page = seen(client, "/documents/report")
    (opinion,) = pick(page, ".s.opinion:not(.key)")
    assert opinion.text_content() == "It is a foolish plan, and Kyiv was right to reject it."
    assert "1 of them opinion" in pick(page, "dl.facts")[0].text_content()


def test_an_offset_marks_its_sentence(client, moves):
    sentence = moves["report", "demand"].sentence
    page = seen(client, f"/documents/report?at={sentence.start + 30}")
    assert [found.text_content() for found in pick(page, ".s.at")] == [sentence.text]
    assert pick(page, f"a[href='#s{sentence.start}']")
    assert pick(page, f".s.at#s{sentence.start}")


@pytest.mark.parametrize("query", ["at=99999999", "at=-1", "at=x", "part=99", "part=0", "part=x", "at=%00"])
def test_a_place_that_is_none_shows_the_document(client, query):
    response = client.get(f"/documents/report?{query}")
    assert response.status_code == (400 if "%00" in query else 200)


def test_each_sentence_can_be_reviewed(client, moves):
    links = [link.get("href") for link in pick(seen(client, "/documents/report"), "a.check")]
    assert len(links) == 5
    sentence = moves["report", "demand"].sentence
    assert f"/review/sentence?document=report&start={sentence.start}&end={sentence.end}" in links


def test_a_document_whose_id_is_hard_to_put_into_an_address_is_reached(client):
    (link,) = [row for row in pick(seen(client, "/documents"), "tbody th a") if row.text_content() == "Notes"]
    assert pick(seen(client, link.get("href")), "h1")[0].text_content() == "Notes"


def test_only_addresses_of_the_web_become_links(client):
    assert pick(seen(client, "/documents/report"), "a[href='https://example.org/plan']")
    page = seen(client, "/documents/attack")
    assert not [link for link in pick(page, "a") if link.get("href").lower().startswith("javascript")]
    assert "javascript:alert(1)" in page.text_content()


def test_a_very_long_document_comes_in_parts_and_an_offset_finds_its_part(client, ledger):
    line = "The council of Lindal met the envoys of Ostrava on the bridge."
    text = "\n".join([line] * 3000)
    starts = range(0, len(text), len(line) + 1)
    found = [
        make_move(line, "met", act="meet", document="long", start=start, actors=["The council of Lindal"])
        for start in starts
    ]
    ledger.add(make_coded(text, found, id="long"))
    first = client.get("/documents/long")
    assert len(first.content) < 1_000_000
    assert "Part 1 of " in first.text
    page = seen(client, f"/documents/long?at={starts[2000]}")
    assert pick(page, f".s.at#s{starts[2000]}")
    assert "Part 1 of" not in page.text_content()


def test_every_part_together_is_the_text():
    text = "".join(f"Sentence {number} has its words. " for number in range(900))
    parts = split_parts(len(text), (), size=1000)
    blocks = [block for part in parts for block in lay_out(text, part, (), ())]
    assert "".join(piece.words for block in blocks for one in block.stretches for piece in one.pieces) == text
    assert len(parts) > 20


def test_moves_with_the_same_trigger_are_both_reached(client, ledger):
    line = "Lindal rejected the plan and the talks."
    found = [make_move(line, "rejected", act=act, document="twice") for act in ("reject", "criticize")]
    ledger.add(make_coded(line, found, id="twice"))
    page = seen(client, "/documents/twice")
    assert pick(page, f"a.trigger-link#t-{found[0].id}")[0].text_content() == "rejected"
    assert pick(page, f"a.also#t-{found[1].id}")[0].get("href") == f"#{found[1].id}"
    assert "".join(block.text_content() for block in pick(page, ".reader .text")) == line


def test_another_coder_s_reading_is_shown_beside(client, ledger, moves):
    coded = make_coded(ledger.document("report").text, [], id="report")
    ledger.recode(dataclasses.replace(coded, reading=dataclasses.replace(coded.reading, coder="other/2")))
    assert not pick(seen(client, "/documents/report"), ".trigger-link")
    page = seen(client, "/documents/report?coder=test%2F1")
    assert len(pick(page, ".trigger-link")) == 4
    assert "as it wrote it, whatever was said or coded since" in page.text_content()
    assert client.get("/documents/report?coder=nobody").status_code == 404


def test_a_redacted_document_is_gone_with_its_moves(client, post, ledger):
    assert (
        post("/documents/redact", of="/documents/report", document="report", why="names a witness").status_code == 400
    )
    done = post("/documents/redact", of="/documents/report", document="report", why="names a witness", sure="yes")
    assert done.status_code == 200
    assert "hidden with its moves" in done.text
    assert client.get("/documents/report").status_code == 404
    assert ledger.log(limit=1)[0].who == "anna"
    assert not list(ledger.moves(MoveFilter(document="report")))


def test_clusters_are_split_and_merged_with_a_reason(client, post, ledger):
    assert "Copies of this report" in client.get("/documents/report").text
    post("/documents/split", of="/documents/copy", document="copy", why="written anew")
    assert ledger.copies("copy") == ("copy",)
    post("/documents/merge", of="/documents/copy", document="copy", others="report\n", why="the same after all")
    assert ledger.copies("copy") == ("report", "copy")
    assert post("/documents/merge", of="/documents/copy", document="copy", others="bare", why=" ").status_code == 400


# Moves


def test_moves_are_listed_by_a_filter_that_stays_in_every_address(client, moves):
    page = seen(client, "/moves?document=report&act=demand")
    assert card_ids(page) == [moves["report", "demand"].id]
    assert pick(page, "form.filters option[value=demand][selected]")
    links = [link.get("href") for link in pick(page, ".actions a") if link.get("href") != "/moves"]
    assert links
    assert all(parse_qs(urlsplit(link).query) == {"act": ["demand"], "document": ["report"]} for link in links)


def test_the_evidence_of_a_figure_says_what_it_leaves_out_and_what_is_gone(client, moves):
    ids = [moves["report", act].id for act in ("demand", "reject")]
    page = seen(client, f"/moves?id={ids[0]}&id={ids[1]}&id=m0&of=70")
    assert sorted(card_ids(page)) == sorted(ids)
    assert "rests on 70 moves" in page.text_content()
    assert "1 of them is not in the ledger any more: m0" in page.text_content()
    assert [field.get("value") for field in pick(page, "form.filters input[name=id]")] == [*ids, "m0"]


def test_pages_of_moves_follow_one_another_without_a_gap(client, ledger):
    lines = [f"Lindal demanded number {number} of the plan." for number in range(120)]
    text = "\n".join(lines)
    found = [make_move(line, "demanded", act="demand", document="many", start=text.index(line)) for line in lines]
    ledger.add(make_coded(text, found, id="many"))
    path, ids = "/moves?document=many", []
    while path:
        page = seen(client, path)
        ids += card_ids(page)
        path = next((link.get("href") for link in pick(page, "a[rel=next]")), None)
    assert sorted(ids) == sorted(move.id for move in found)
    assert card_ids(seen(client, "/moves?document=many&page=2")) == ids[50:100]


@pytest.mark.parametrize("query", ["act=hug", "quad=7", "since=yesterday", "min_confidence=2", "words=%21"])
def test_a_filter_that_is_none_is_said_and_kept(client, query):
    name, value = query.split("=")
    for path in ("/moves", "/timeline"):
        page = seen(client, f"{path}?{query}", status=400)
        assert pick(page, "p.failure[role=alert]")
        if name not in ("act", "quad"):
            assert pick(page, f"form.filters input[name={name}]")[0].get("value") in (value, "!")


def test_a_download_has_the_moves_of_the_filter_and_no_formula(client, moves):
    response = client.get("/moves.csv?document=attack")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert response.headers["content-disposition"] == 'attachment; filename="moves.csv"'
    assert [row["id"] for row in rows] == [moves["attack", "demand"].id]
    lines = client.get("/moves.jsonl?act=reject&document=report").text.splitlines()
    assert [json.loads(line)["trigger"]["text"] for line in lines] == ["rejected", "reject"]
    assert client.get("/moves.csv?act=hug").status_code == 400
    assert client.get("/moves.xml").status_code in (404, 422)


def test_downloads_give_their_turn_back(client):
    for _ in range(5):
        assert client.get("/moves.csv").status_code == 200
        assert client.get("/moves.csv?since=never").status_code == 400


def test_a_move_has_its_words_its_codes_and_its_dates_apart(client, moves):
    move = moves["report", "demand"]
    page = seen(client, f"/moves/{move.id}")
    assert words_of(page, ".evidence mark.trigger") == ["demanded"]
    assert move.sentence.text in pick(page, ".evidence .sentence")[0].text_content()
    assert len(pick(page, ".evidence .context")) == 2
    rows = dict(zip(words_of(page, ".codes-table th"), words_of(page, ".codes-table td:nth-child(2)"), strict=True))
    assert rows["act"] == "demand"
    assert rows["event type"] == "REQUEST"
    assert rows["published"] == "2025-11-27"
    assert rows["took place, or was said"] == "2025-11-26"
    assert rows["due"] == "unknown"
    assert "demands, insists, orders" in page.text_content()


def test_a_move_shows_how_its_parties_were_found_and_that_one_is_not(client, moves):
    parties = words_of(seen(client, f"/moves/{moves['report', 'demand'].id}"), ".parties tbody tr")
    assert any(
        "Moscow" in row and "Russia (RUS)" in row and "a place that stands for a government" in row for row in parties
    )
    assert any("Tass" in row and "not resolved" in row for row in parties)
    assert words_of(seen(client, f"/moves/{moves['report', 'meet'].id}"), ".codes-table td.day")[1] == "unknown"


def test_a_move_leads_to_its_copies(client, moves):
    page = seen(client, f"/moves/{moves['report', 'demand'].id}")
    assert [card.get("id") for card in pick(page, "#copies article")] == [moves["copy", "demand"].id]


def test_a_code_is_amended_and_taken_back(client, post, ledger, moves):
    move = moves["report", "demand"]
    path = f"/moves/{move.id}"
    done = post(
        "/moves/correct", of=path, move=move.id, why="it only asked", act="appeal", issue="talks", date="2025-11-24"
    )
    assert "The move is amended" in done.text
    now = ledger.move(move.id).move
    assert (now.act, now.event, now.issue, now.date, now.status) == (
        "appeal",
        "REQUEST",
        "talks",
        "2025-11-24",
        move.status,
    )
    first = min(entry.seq for entry in ledger.move_history(move.id) if entry.detail)
    assert "Take these codes again" in done.text
    post("/moves/again", of=path, move=move.id, why="taken back", entry=str(first))
    back = ledger.move(move.id).move
    assert (back.act, back.quad, back.issue, back.date, back.date_basis) == (
        move.act,
        move.quad,
        move.issue,
        move.date,
        "explicit",
    )


@pytest.mark.parametrize(
    "fields",
    [{}, {"act": "demand"}, {"act": "hug"}, {"issue": "weather"}, {"date": "soon"}, {"act": "appeal", "why": ""}],
)
def test_an_amendment_that_says_nothing_or_nonsense_changes_nothing(post, ledger, moves, fields):
    move = moves["report", "demand"]
    given = {"why": "because", **fields}
    assert post("/moves/correct", of=f"/moves/{move.id}", move=move.id, **given).status_code == 400
    assert ledger.move(move.id).verdict == "coded"


def test_a_move_is_rejected_and_restored_and_its_page_says_both(client, post, ledger, moves):
    move = moves["report", "demand"]
    path = f"/moves/{move.id}"
    gone = post("/moves/reject", of=path, move=move.id, why="it is a quotation")
    assert "This move was rejected" in gone.text
    assert "it is a quotation" in gone.text
    assert words_of(html.fromstring(gone.text), ".evidence mark.trigger") == ["demanded"]
    assert card_ids(seen(client, "/moves?document=report&act=demand")) == []
    post("/moves/restore", of=path, move=move.id, why="it is none")
    assert ledger.move(move.id).verdict == "amended"
    assert client.get("/moves/m0").status_code == 404


# Timeline, search


def test_every_symbol_of_the_timeline_leads_to_as_many_moves_as_it_says(client, ledger):
    lines = ("Lindal met the envoys.", "Lindal attacked the bridge.", "Lindal attacked the port.")
    text = "\n".join(lines)
    found = [
        make_move(line, line.split()[1], act=act, document="day", start=text.index(line), actors=["Lindal"])
        for line, act in zip(lines, ("meet", "attack", "attack"), strict=True)
    ]
    found = [dataclasses.replace(move, date="2025-11-25", date_precision="day") for move in found]
    ledger.add(make_coded(text, found, id="day"))
    page = ready(client, "/timeline")
    links = [link for link in pick(page, "svg a") if "period" in link.get("aria-label")]
    assert links
    for link in links:
        number = int(re.search(r"(?:with copies|moves): (\d+)$", link.get("aria-label")).group(1))
        assert len(card_ids(seen(client, link.get("href")))) == number, link.get("href")


def test_the_timeline_keeps_its_filter(client):
    page = ready(client, "/timeline?issue=withdrawal&step=week")
    for link in pick(page, "svg a"):
        assert parse_qs(urlsplit(link.get("href")).query)["issue"] == ["withdrawal"]
    assert pick(page, "form.options input[name=issue][value=withdrawal]")
    assert pick(page, "form.filters input[name=step][value=week]")
    assert words_of(page, ".day-heading") == ["2025-11-26"]


def test_a_symbol_at_the_edge_of_the_filter_does_not_lead_beyond_it(client):
    page = ready(client, "/timeline?since=2025-11-25&until=2025-11-26&step=month")
    asked = [
        parse_qs(urlsplit(link.get("href")).query) for link in pick(page, "svg a") if "period" in link.get("aria-label")
    ]
    assert {(one["since"][0], one["until"][0]) for one in asked} == {("2025-11-25", "2025-11-26")}


def test_one_move_of_long_ago_does_not_hide_the_others(client, ledger):
    lines = [f"Lindal demanded number {number} of the plan." for number in range(60)]
    text = "\n".join(lines)
    found = [
        make_move(line, "demanded", act="demand", document="old", start=text.index(line), actors=["Lindal"])
        for line in lines
    ]
    dates = ["1823-01-01", *(f"2025-10-{number % 28 + 1:02}" for number in range(59))]
    found = [dataclasses.replace(move, date=day, date_precision="day") for move, day in zip(found, dates, strict=True)]
    ledger.add(make_coded(text, found, id="old"))
    page = ready(client, "/timeline?document=old")
    assert "The chart shows 2025 and later" in page.text_content()
    (before,) = [link.get("href") for link in pick(page, "p.small a") if link.text_content() == "those before"]
    assert card_ids(seen(client, before)) == [found[0].id]


def test_the_moves_of_a_timeline_stand_in_their_order_the_undated_last(client):
    assert words_of(ready(client, "/timeline?document=report"), ".day-heading") == [
        "2025-11-25",
        "2025-11-26",
        "2025-11-27",
        "Date unknown",
    ]


def test_search_marks_the_words_that_stand_at_the_offsets(client, ledger):
    page = seen(client, "/search?words=withdraw")
    marked = words_of(page, ".snippet mark")
    assert marked == ["withdraw", "withdraw"]
    for link in pick(page, ".hits a"):
        offset = int(parse_qs(urlsplit(link.get("href")).query)["at"][0])
        document = urlsplit(link.get("href")).path.rsplit("/", 1)[1]
        assert ledger.document(document).text[offset:].startswith("withdraw")
        assert "withdraw" in words_of(seen(client, link.get("href")), ".s.at")[0]
    assert len(card_ids(page)) == 2


@pytest.mark.parametrize("words", ['"', "* OR NEAR(", "'; DROP TABLE moves; --", "a" * 500, "()", "NOT", "title:x"])
def test_no_query_is_a_program(client, words):
    response = client.get("/search", params={"words": words})
    assert response.status_code in (200, 400)
    assert pick(html.fromstring(response.text), "input[name=words]")
    assert client.get("/moves").status_code == 200


# Actors


def test_actors_are_counted_and_open_words_have_a_sentence(client, moves):
    page = ready(client, "/actors")
    rows = words_of(page, "#reported tbody tr")
    assert "Ukraine UKR 2 4" in rows
    assert "Russia RUS 1 2" in rows
    opened = {words_of(article, "b")[0]: article for article in pick(page, ".open-words")}
    assert set(opened) >= {"contact group", "tass"}
    assert "may meet in Lindal" in opened["contact group"].text_content()


def test_the_figure_of_an_actor_leads_to_its_moves(client):
    page = ready(client, "/actors")
    (link,) = [link for link in pick(page, "#reported a.figure") if "actor=RUS" in link.get("href")]
    assert len(card_ids(seen(client, link.get("href")))) == 2


def test_words_are_settled_shared_and_taken_back(client, post, ledger):
    done = post(
        "/actors/settle",
        words="The Contact Group",
        id="CG",
        sector="IGO",
        name="Contact Group",
        why="named in the treaty",
    )
    assert "It is settled who these words mean" in done.text
    assert "contact group" not in words_of(html.fromstring(done.text), ".open-words b")
    assert ledger.count("actor", MoveFilter(actor="CG"))[0].moves == 1
    shared = client.get("/actors/settlements.csv").text
    assert shared.splitlines()[1] == "contact group,CG,IGO,Contact Group,no"
    post("/actors/take-back", words="contact group")
    assert ledger.settlements() == []
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/actors").text).group(1)
    file = {"file": ("settled.csv", shared.encode(), "text/csv")}
    assert client.post("/actors/settlements", data={"csrf": token}, files=file).status_code == 200
    assert [row["id"] for row in ledger.settlements()] == ["CG"]
    file = {"file": ("settled.csv", b"\xff\xfe,nonsense", "text/csv")}
    assert client.post("/actors/settlements", data={"csrf": token}, files=file).status_code == 400


def test_a_suggestion_that_is_pressed_goes_before_the_field(post, ledger):
    post("/actors/settle", words="tass", id="ignored", suggested="SUN")
    assert ledger.settlements()[0]["id"] == "SUN"
    assert ledger.settlements()[0]["name"] == "Soviet Union"


def test_the_page_of_an_actor_says_whom_it_addresses_and_leads_to_the_moves(client):
    page = ready(client, "/actors/RUS")
    (figure,) = [link for link in pick(page, ".two .card:first-child a.figure")]
    assert figure.get("href") == "/moves?actor=RUS&recipient=UKR"
    assert len(card_ids(seen(client, figure.get("href")))) == 2
    assert "No move of it" in ready(client, "/actors/%3Cscript%3E").text_content()


# Log


def test_the_log_is_filtered_and_paged(client, ledger):
    for number in range(150):
        ledger.settle(f"word {number}", "USA")
    page = seen(client, "/log")
    assert len(pick(page, "table tbody tr")) == 100
    older = seen(client, pick(page, "a[rel=next]")[0].get("href"))
    numbers = [int(cell) for one in (page, older) for cell in words_of(one, "td[data-label=entry]")]
    assert numbers == list(range(ledger.head(), 0, -1))
    documents = seen(client, "/log?kind=document")
    assert set(words_of(documents, "td[data-label=what]")) == {"document"}
    assert words_of(seen(client, "/log?subject=report"), "td[data-label=of]") == ["report"]
    assert words_of(seen(client, "/log?who=nobody"), "p.none") == ["No entry of the log passes this filter."]


def test_what_could_not_be_taken_in_is_said_with_its_reason(client):
    rows = words_of(seen(client, "/log?kind=failure"), ".card tbody tr")
    assert rows == ["scan.pdf sources <b>is no text</b>; give text or HTML"]


def test_the_ledger_is_verified_on_request(client, post, ledger):
    done = post("/log/verify", of="/log", head=ledger.head_hash())
    for _ in range(100):
        if "The ledger is whole" in done.text:
            break
        time.sleep(0.05)
        done = client.get(done.url.path)
    assert ledger.head_hash() in done.text
    assert post("/log/verify", of="/log", head="zz").status_code == 400


# The world outside


def test_no_text_of_the_world_becomes_a_part_of_a_page(client, ledger, moves):
    ledger.settle("<svg/onload=alert(2)>", "UKR", name="<b onclick=alert(3)>x</b>", why="<script>alert(4)</script>")
    move = moves["attack", "demand"].id
    paths = [
        "/documents",
        "/documents/attack",
        "/moves",
        f"/moves/{move}",
        "/search?words=yield",
        "/actors",
        "/actors/UKR",
        "/log",
    ]
    paths += [
        "/timeline",
        "/search?words=%22%3E%3Cscript%3Ealert(5)%3C/script%3E",
        "/log?subject=%3Cscript%3E",
        "/moves?actor=%3Csvg%3E",
    ]
    for path in paths:
        page = ready(client, path)
        assert not pick(page, "main script, main img, main b[onclick], main svg[onload]"), path
        assert all(script.get("src", "").startswith("/static/") for script in page.iter("script")), path
        assert not [name for element in page.iter() for name in element.attrib if name.startswith("on")], path
        assert "\u202e" not in page.text_content(), path


def test_no_page_needs_a_script_or_a_style_of_its_own(client, moves):
    demand = moves["report", "demand"].id
    for path in ("/documents", "/documents/report", "/moves", f"/moves/{demand}", "/timeline", "/actors", "/log"):
        page = ready(client, path)
        assert not [script for script in page.iter("script") if script.text], path
        styled = [part for part in pick(page, "main [style]") if not part.xpath("ancestor-or-self::svg")]
        assert not [*page.iter("style"), *styled], path


def test_a_reader_sees_no_form_that_changes_anything(ledger_url, tmp_path, moves):
    from starlette.testclient import TestClient

    from demarche.web._accounts import Accounts, Role

    accounts = Accounts(tmp_path / "accounts.json")
    accounts.add("root", "a long enough password", Role.ADMIN)
    accounts.add("rita", "a long enough password", Role.READER)
    app = make_app(Settings(ledger=ledger_url, accounts=tmp_path / "accounts.json"))
    with TestClient(app, base_url="http://127.0.0.1:8765") as client:
        token = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text).group(1)
        client.post("/login", data={"csrf": token, "name": "rita", "password": "a long enough password"})
        move = moves["report", "demand"].id
        for path in ("/documents/report", f"/moves/{move}", "/actors"):
            forms = [form.get("action") for form in pick(ready(client, path), "form[method=post]")]
            assert forms == ["/logout"], path
        token = re.search(r'name="csrf" value="([^"]+)"', client.get("/documents/report").text).group(1)
        for path in ("/moves/reject", "/documents/redact", "/actors/settle"):
            assert client.post(path, data={"csrf": token, "move": move, "why": "x"}).status_code == 403
    with Ledger.open(ledger_url) as ledger:
        assert ledger.move(move).verdict == "coded"
