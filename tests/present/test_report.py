"""The dossier: every statement leads to its sentence and back, nothing in it is hostile, and what must stay out stays out."""

import dataclasses
import hashlib
import re
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from demarche import pipeline
from demarche.errors import MissingExtra
from demarche.ledger import Ledger
from demarche.model import Document, Interval, MoveFilter
from demarche.model.reviews import MeasuredAct, MeasuredError, MeasuredShare
from demarche.present import report as report_room
from demarche.present._report_charts import draw_for_page
from demarche.testing import compare_by_words, embed_by_words, make_coded, make_move

ROOT = Path(__file__).parents[2]
SAID = (
    ("Moscow demanded that they withdraw from the hills.", "demanded", "demand", "Moscow", {"content": "they withdraw from the hills"}),
    ("Kyiv rejected a plan that they withdraw from the hills.", "rejected", "reject", "Kyiv",
     {"content": "they withdraw from the hills"}),
    ("Moscow threatened Kyiv with strikes by Friday unless they withdraw.", "threatened", "threaten", "Moscow",
     {"content": "strikes", "condition": "they withdraw", "deadline": "by Friday"}),
    ("Moscow attacked Kyiv.", "attacked", "attack", "Moscow", {}),
    ("Kyiv accused Moscow of strikes on the harbour.", "accused", "accuse", "Kyiv", {"content": "strikes on the harbour"}),
    ("Moscow denied strikes on the harbour.", "denied", "deny", "Moscow", {"content": "strikes on the harbour"}),
    ("In a late broadcast that was read twice over the wireless and printed by all of the evening papers, Moscow demanded that they "
     "withdraw from the hills.", "demanded", "demand", "Moscow", {"content": "they withdraw from the hills"}),
    ("Kyiv promised to open the bridge.", "promised", "promise", "Kyiv", {"content": "open the bridge"}),
    ("The Ferrymen offered to carry the letters.", "offered", "offer", "The Ferrymen", {"content": "carry the letters"}),
)  # fmt: skip
OPINION = "Moscow promises what it never keeps."
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload='alert(1)'>",
    "</style><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "</text><a href='//evil.invalid'>",
    "\u202e\x1b[31m\ud800",
]


class StandIn:
    coder, threshold = "test/1", 0.5
    embed, compare = staticmethod(embed_by_words), staticmethod(compare_by_words)


def add(ledger, number, sentence, trigger, act, actor, spans, **about):
    name, day = f"d{number}", f"2025-11-{number + 1:02}"
    recipients = [one for one in ("Kyiv", "Moscow") if one in sentence and one != actor]
    move = make_move(sentence, trigger, act=act, actors=[actor], recipients=recipients, document=name, **spans)
    about = {"publisher": "The Clyde Courier", "title": f"Title of report {number}", **about}
    coded = make_coded(sentence, id=name, published=day, **about)
    (linked,) = pipeline.link_moves(coded.document, (move,))
    dated = dataclasses.replace(linked, date=day, date_precision="day", date_basis="published", published=day)
    if dated.deadline:
        due = dataclasses.replace(dated.deadline, date="2025-11-28", precision="day")
        dated = dataclasses.replace(dated, deadline=due)
    ledger.add(dataclasses.replace(coded, moves=(dated,)))


@pytest.fixture
def ledger(tmp_path):
    ticks = iter(f"2025-12-01T10:00:{second:02}+00:00" for second in range(60))
    with Ledger.open(str(tmp_path / "ledger.db"), clock=lambda: next(ticks)) as opened:
        for number, said in enumerate(SAID):
            add(opened, number, *said, url=f"https://news.invalid/{number}/a-long-name")
        move = make_move(OPINION, "promises", act="promise", voice="opinion", actors=["Moscow"], document="d20")
        opened.add(make_coded(OPINION, [move], opinions=[OPINION], id="d20", published="2025-11-20"))
        yield opened


def write(ledger, wanted=None, **options):
    return pipeline.report(ledger, wanted, comparer=StandIn(), **options)


class Reader(HTMLParser):
    """Reads a page into its elements, each with its attributes and the words in it."""

    VOID = frozenset({"meta", "br", "path", "rect", "line", "circle"})

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self._open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "words": "", "inside": [one["tag"] for one in self._open], **dict(attrs)}
        self.elements.append(element)
        if tag not in self.VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append({"tag": tag, "words": "", "inside": [], **dict(attrs)})

    def handle_endtag(self, tag):
        if any(one["tag"] == tag for one in self._open):
            while self._open.pop()["tag"] != tag:
                pass

    def handle_data(self, data):
        for element in self._open:
            element["words"] += data

    def all(self, tag, **wanted):
        return [
            one
            for one in self.elements
            if one["tag"] == tag and all(one.get(key) == value for key, value in wanted.items())
        ]


def section(page, name):
    return page.split(f'aria-labelledby="{name}"')[1].split("</section>")[0]


def test_the_same_ledger_gives_the_same_bytes(ledger):
    assert write(ledger) == write(ledger)


def test_every_link_inside_leads_somewhere_and_every_name_is_there_once(ledger):
    page = Reader(write(ledger))
    names = [one["id"] for one in page.elements if "id" in one]
    assert len(names) == len(set(names))
    assert {one["href"][1:] for one in page.all("a") if one["href"].startswith("#")} <= set(names)


def test_a_note_leads_back_to_each_place_that_uses_it(ledger):
    page = write(ledger)
    places = re.findall(r'<a id="(use-\d+)" href="#(note-\d+)"', page)
    assert len(places) > 20
    for place, note in places:
        assert f'href="#{place}"' in page.split(f'<li id="{note}"')[1].split("</li>\n<li id=")[0]


def test_every_row_of_a_finding_leads_to_a_note(ledger):
    page = write(ledger)
    for name in ("timeline", "positions", "announced", "claims", "demands", "network"):
        rows = re.findall(r"<tr>.*?</tr>", section(page, name).replace("\n", ""))
        assert [row for row in rows if "<td" in row and "#note-" not in row] == []
        assert len(rows) > 1


def test_the_notes_are_numbered_in_the_order_in_which_they_are_used(ledger):
    numbers = [int(number) for number in re.findall(r'href="#note-(\d+)"', section(write(ledger), "summary"))]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(set(numbers)) + 1))


def test_a_note_has_the_sentence_its_source_its_dates_and_its_place(ledger):
    notes = section(write(ledger), "notes")
    note = next(part for part in notes.split("<li id=") if "attacked" in part)
    told = " ".join(re.sub("<[^>]+>", "", note).split())
    assert "Moscow <mark>attacked</mark> Kyiv." in note
    assert "The Clyde Courier, Title of report 3, published 4 Nov 2025" in told
    assert "attack Russia \u2192 Ukraine; 4 Nov 2025 (that of publication)" in told
    assert "report; document d3, characters 0 to 21" in told
    assert (
        '<a href="https://news.invalid/3/a-long-name" rel="noreferrer noopener">https://news.invalid/3/a-long-name</a>'
        in note
    )


def test_statements_of_what_happened_say_that_it_is_reported(ledger):
    summary = section(write(ledger), "summary").split("Reported last")[1].split("<h3>")[0]
    items = re.findall(r"<li>(.*?)</li>", summary)
    assert len(items) == 5
    assert all("reported to have" in item for item in items)


def test_opinion_is_labelled_and_in_no_finding(ledger):
    page = write(ledger)
    note = next(part for part in section(page, "notes").split("<li id=") if "never keeps" in part)
    assert 'class="opinion"' in note
    assert "opinion; document" in re.sub("<[^>]+>", "", note)
    assert "1 move is an author" in section(page, "summary")
    assert "made a promise" not in section(page, "summary").split("Ukraine")[0]
    assert '<span class="tag opinion">' not in section(page, "announced")


def test_the_head_of_the_log_and_its_day_are_there_and_no_clock(ledger):
    page = write(ledger)
    assert ledger.verify().head in section(page, "method")
    assert "the last of 2025-12-01 (UTC)" in page
    assert {day for day in re.findall(r"\b20\d\d-\d\d-\d\d\b", page) if not day.startswith("2025-11")} == {"2025-12-01"}


def test_a_ledger_that_is_not_whole_is_said_to_be_so(ledger, monkeypatch):
    broken = dataclasses.replace(ledger.verify(), problems=("entry 3 was changed",))
    monkeypatch.setattr(Ledger, "verify", lambda _, **__: broken)
    page = write(ledger)
    assert "The ledger is not whole" in page
    assert "entry 3 was changed" in section(page, "method")


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_hostile_becomes_markup(ledger, attack):
    words = attack.encode("utf-8", "replace").decode()
    sentence = f"Moscow demanded {words} of Kyiv."
    about = {"title": words, "publisher": words, "url": words}
    add(ledger, 21, sentence, "demanded", "demand", "Moscow", {"content": words}, **about)
    page = write(ledger, title=attack, wanted=MoveFilter(publisher=words))
    read = Reader(page)
    assert not {one["tag"] for one in read.elements} & {
        "script",
        "img",
        "iframe",
        "object",
        "form",
        "image",
        "foreignobject",
        "use",
    }
    assert [name for one in read.elements for name in one if name.startswith("on")] == []
    assert all(one["href"].startswith("#") for one in read.all("a"))
    assert len(read.all("style")) == 1
    assert "\u202e" not in page
    assert "49" not in read.all("h1")[0]["words"]


def test_only_addresses_of_the_web_become_links(ledger):
    addresses = ("javascript:alert(1)", "data:text/html,x", "file:///etc/x", "https:x", "HTTPS://news.invalid/x")
    for number, (url, word) in enumerate(zip(addresses, ("barge", "lorry", "tram", "ferry", "kite"), strict=True), 22):
        sentence = f"Moscow shelled the {word} at {word}ton."
        add(ledger, number, sentence, "shelled", "attack", "Moscow", {}, url=url, publisher="Elsewhere")
    page = write(ledger, wanted=MoveFilter(publisher="Elsewhere"))
    outside = [one["href"] for one in Reader(page).all("a") if not one["href"].startswith("#")]
    assert set(outside) == {"HTTPS://news.invalid/x"}
    assert all(address in page for address in addresses)


def test_the_page_forbids_scripts_and_requests_and_allows_its_own_style(ledger):
    page = write(ledger)
    policy = next(one["content"] for one in Reader(page).all("meta") if one.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert " style=" not in page
    assert not re.search(r"(?:src|srcset|action|poster|background)=|url\(\s*['\"]?(?!#)", page)


def phrases(words, long=4):
    parts = re.findall(r"\w+", words.lower())
    return {" ".join(parts[at : at + long]) for at in range(len(parts) - long + 1)}


def test_without_texts_no_words_of_them_are_in_the_file(ledger):
    plan = Document(
        id="plan",
        text="1. They withdraw from the hills at once.\n2. They open the bridge to all traffic.",
        title="Secret plan",
    )
    page = write(ledger, texts=False, plans=[plan])
    told = " ".join(one["words"] for one in Reader(page).all("html")) + page
    for words in (*(said[0] for said in SAID), OPINION, plan.text):
        assert phrases(words) & phrases(told) == set()
    for words in (
        "Title of report",
        "news.invalid",
        "Secret plan",
        "Ferrymen",
        "the hills",
        "the bridge",
        "the harbour",
        "letters",
    ):
        assert words not in page
    assert "Without texts" in page
    assert "Russia" in page


def test_without_texts_the_hash_and_offsets_of_the_sentence_stand_there(ledger):
    notes = section(write(ledger, texts=False), "notes")
    digest = hashlib.sha256(SAID[3][0].encode()).hexdigest()
    note = next(part for part in notes.split("<li id=") if digest in part)
    assert "characters 0 to 21" in note
    assert "attack" in note


def test_tables_are_cut_at_the_limit_and_say_so(ledger):
    page = write(ledger, rows=1)
    assert len(re.findall(r"<tr><th scope=\"row\"", section(page, "claims"))) <= 1
    assert "not shown here; demarche network lists" in section(page, "network")


def test_nothing_published_later_than_the_day_asked_for_is_used(ledger):
    from datetime import date

    page = write(ledger, at=date(2025, 11, 2))
    assert "rejected" in page
    assert "threatened" not in section(page, "notes")
    assert "up to 2 November 2025" in page


def test_a_filter_is_stated_and_holds(ledger):
    page = write(ledger, wanted=MoveFilter(actor="UKR"))
    assert "actor UKR (Ukraine)" in page
    assert "demanded" not in section(page, "notes")


def test_an_empty_ledger_gives_a_page(tmp_path):
    with Ledger.open(str(tmp_path / "empty.db")) as empty:
        page = write(empty)
    assert "Nothing is reported that passes the filter" in page
    assert "0 entries in the log" in page


def test_plans_are_shown_point_by_point_and_compared(ledger):
    first, second = (
        Document(id=name, text=text, title=name)
        for name, text in (
            ("one", "1. They withdraw from the hills.\n2. Ships sail."),
            ("two", "1. They withdraw from the hills.\n2. A zoo."),
        )
    )
    plans = section(write(ledger, plans=[first, second]), "plans")
    assert "Plan 2: two" in plans
    assert "Russia</bdi></b> (1\u00a0Nov\u00a02025 to 7\u00a0Nov\u00a02025, the first reported)" in plans
    assert "Ukraine</bdi></b> (2\u00a0Nov\u00a02025)" in plans
    assert "kept</span>" in plans.split("From plan 1 to plan 2")[1]


def share(value, right=30, cases=40):
    return MeasuredShare(value=value, interval=Interval(low=0.6, high=0.9), right=right, cases=cases)


def test_error_is_that_of_the_reviews_or_said_not_to_be_measured(ledger, monkeypatch):
    monkeypatch.setattr(pipeline, "measured_error", lambda _: None, raising=False)
    assert "Not measured: no reviews" in section(write(ledger), "error")
    none = MeasuredShare(value=None, interval=None, right=1, cases=2)
    found = MeasuredError(
        moves=40, coder="demarche-en/1.1.0", sentences={"moves": 50, "quiet": 50}, strata={"moves": 900, "quiet": 600},
        reviewers=("ada",), overall=MeasuredAct(act=None, precision=share(0.75), recall=share(0.7)),
        acts=(MeasuredAct(act="demand", precision=none, recall=none),), fields={"status": share(0.9)},
    )  # fmt: skip
    monkeypatch.setattr(pipeline, "measured_error", lambda _: found, raising=False)
    error = section(write(ledger), "error")
    assert "100 sentences of 1,500" in error
    assert "0.75 (0.60 to 0.90)" in error
    assert "1 act more: fewer than 20 cases" in error
    assert "Not measured" not in error


def test_the_shipped_accuracy_is_that_of_the_documents():
    shipped = tomllib.loads((ROOT / "src/demarche/present/shipped_accuracy.toml").read_text("utf-8"))
    card, analyses = ((ROOT / "docs" / name).read_text("utf-8") for name in ("model-card.md", "analyses.md"))
    assert f"# Model card: {shipped['coder']['name'].replace('/', ' ')}\n" in card
    for text, rows in (
        (card, shipped["coder"]["measures"] + shipped["coder"]["acts"]),
        (analyses, shipped["comparer"]["measures"]),
    ):
        assert [row for row in rows if f"| {' | '.join(row)} |" not in text] == []


def test_a_chart_is_the_same_whatever_was_drawn_before():
    spec = {"data": {"values": [{"a": 1, "b": "x"}]}, "width": 60, "height": 60, "mark": {"type": "line", "clip": True},
            "encoding": {"x": {"field": "a", "type": "quantitative"}, "y": {"field": "b", "type": "nominal"}}}  # fmt: skip
    one, other = (draw_for_page(spec, id="figure-1", label="A chart", link=lambda _: None) for _ in range(2))
    assert one == other


def test_a_chart_holds_nothing_but_a_drawing(monkeypatch):
    hostile = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="x()" style="fill:red"><script>x()</script>'
        '<a href="https://evil.invalid"><path d="M0,0"/></a><a href="#note-1" onclick="x()"><image href="https://evil.invalid/i"/></a>'
        "<foreignObject><b>x</b></foreignObject><style>*{}</style><text>kept</text></svg>"
    )
    monkeypatch.setattr("demarche.present._report_charts.draw_linked_chart", lambda *_: hostile)
    svg = draw_for_page({}, id="figure-1", label="A chart", link=lambda _: None)
    assert not re.search("script|evil|onload|onclick|style|foreign|image", svg)
    assert 'href="#note-1"' in svg
    assert "kept" in svg


def test_what_is_missing_is_named(ledger, monkeypatch):
    report_room._environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtra, match="a dossier needs optional libraries.*desk"):
        write(ledger)
