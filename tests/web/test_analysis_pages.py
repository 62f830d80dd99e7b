"""The pages of the analyses: they answer on any ledger, each figure leads to its moves, forms check input, reading writes nothing."""

import re
import time
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("fastapi")

from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from demarche import pipeline
from demarche.ledger import Ledger
from demarche.model import Assignment, Interval, Mention, Proposition
from demarche.model.reviews import MeasuredAct, MeasuredError, MeasuredShare
from demarche.sources import read_sources
from demarche.testing import make_coded, make_move
from demarche.web._filters import read_filter
from demarche.web._settings import Settings
from demarche.web.app import make_app

DOSSIER = Path(__file__).parents[2] / "examples" / "cuba-1962" / "docs.jsonl"
PAGES = (
    "/positions",
    "/positions?chart=swimlanes&at=1962-10-27",
    "/positions?between=SUN&and=USA",
    "/positions?between=SUN&and=USA&chart=matrix",
    "/propositions",
    "/repetition?by_issue=1",
    "/threats",
    "/threats?of=promise&minimum=2",
    "/claims?all=1",
    "/playbooks",
    "/playbooks?sequence=demand+-%3E+threaten+-%3E+attack+within+14d",
    "/playbooks?mine=1&minimum=2",
    "/plans",
    "/network",
    "/network?kind=agreement&window=20",
    "/network?kind=two-mode&sectors=1",
    "/outlook",
    "/outlook?on=1962-10-24",
)
VALLEY = "p0000000000a1"
OWN = f"/propositions/{VALLEY}"
FORBIDDEN = ("credib", "sincer", "bluff", "ripeness", "probability of peace")


def desk(path):
    return TestClient(make_app(Settings(ledger=str(path), user="anna")), base_url="http://127.0.0.1:8765")


def get(client, path):
    """Return a page when all of it is there."""
    for _ in range(200):
        page = client.get(path)
        if "data-pending" not in page.text and "of the coder is being counted" not in page.text:
            return page
        time.sleep(0.1)
    raise AssertionError(f"{path} is not there after 20 seconds")


def send(client, path, *, of, **fields):
    token = re.search(r'name="csrf" value="([^"]+)"', get(client, of).text)
    assert token, f"{of} has no form"
    return client.post(path, data={"csrf": token.group(1), **fields}, follow_redirects=False)


def party(mention, id):
    return Mention(span=mention.span, id=id, name=mention.span.text, link="name")


def told(number, day, words, trigger, act, *, by, to=None, **more):
    """Return a document with one move on a day of 2025."""
    ids = {"Arden": "ARD", "Borland": "BOR"}
    recipients = {"recipients": [to]} if to else {}
    move = make_move(
        words, trigger, act=act, document=f"doc{number}", actors=[by], issue="withdrawal", **recipients, **more
    )
    move = replace(
        move,
        actors=tuple(party(one, ids[by]) for one in move.actors),
        recipients=tuple(party(one, ids[to]) for one in move.recipients),
        date=f"2025-{day}",
        date_precision="day",
        published=f"2025-{day}",
    )
    return make_coded(words, [move], id=f"doc{number}", published=f"2025-{day}", publisher=f"Wire {number}")


def dispute():
    """Return reports of two parties that quarrel about a valley."""
    leave, stay = "Borland leave the valley", "leave the valley"
    return [
        told(1, "03-01", f"Arden demanded that {leave}.", "demanded", "demand", by="Arden", to="Borland", content=leave),
        told(2, "03-05", f"After a night of talks that led to nothing Arden once more demanded that {leave}.", "demanded", "demand",
             by="Arden", to="Borland", content=leave),
        told(3, "03-06", f"Borland refused to {stay}.", "refused", "reject", by="Borland", content=stay),
        told(4, "03-08", f"Arden threatened to attack Borland unless they {stay}.", "threatened", "threaten", by="Arden", to="Borland",
             content="to attack Borland", condition=f"unless they {stay}"),
        told(5, "03-11", "Arden attacked Borland.", "attacked", "attack", by="Arden", to="Borland"),
        told(6, "03-12", "Borland promised to open the pass.", "promised", "promise", by="Borland", content="to open the pass"),
    ]  # fmt: skip


def _stated(ledger, move, polarity):
    version = ledger.move(move).seq
    return Assignment(move=move, proposition=VALLEY, polarity=polarity, likeness=None, basis="matched", version=version)


def fill(path, documents, grouped=()):
    """Make a ledger, and give the contents of some documents the proposition that the valley is left."""
    with Ledger.open(str(path), who="setup") as ledger:
        for coded in documents:
            ledger.add(coded)
        given = [_stated(ledger, coded.moves[0].id, polarity) for coded, polarity in grouped]
        if given:
            valley = Proposition(id=VALLEY, issue="withdrawal", name="leave the valley", founder=given[0].move)
            ledger.group([valley], given, coder="test/1")
    return path


def fill_quarrel(path):
    documents = dispute()
    return fill(path, documents, [(documents[0], 1), (documents[1], 1), (documents[2], 1)])


@pytest.fixture
def quarrel(tmp_path):
    return fill_quarrel(tmp_path / "quarrel.db")


@pytest.fixture
def client(quarrel):
    with desk(quarrel) as made:
        yield made


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """Yield a desk of the same ledger that no test writes to, with its path."""
    path = fill_quarrel(tmp_path_factory.mktemp("still") / "quarrel.db")
    with desk(path) as made:
        made.ledger = path
        yield made


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    with desk(fill(tmp_path_factory.mktemp("empty") / "empty.db", [])) as made:
        yield made


@pytest.fixture(scope="module")
def lone(tmp_path_factory):
    with desk(fill(tmp_path_factory.mktemp("one") / "one.db", dispute()[:1])) as made:
        yield made


@pytest.fixture
def ids():
    return [coded.moves[0].id for coded in dispute()]


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    path = tmp_path_factory.mktemp("example") / "example.db"
    with Ledger.open(str(path), who="setup") as ledger:
        documents = [document for document, _ in zip(read_sources([str(DOSSIER)]), range(16), strict=False)]
        assert all(pipeline.ingest(documents, ledger))
        pipeline.group_propositions(ledger)
    return path


def named_moves(href):
    """Return the moves that an address names."""
    parts = urlsplit(unescape(href))
    if parts.path.startswith("/moves/"):
        return (parts.path.removeprefix("/moves/"),)
    return tuple(parse_qs(parts.query).get("id", ()))


def figures(page):
    """Return what each figure says, and the moves that its link names."""
    found = re.findall(r'<a class="figure" href="([^"]+)"[^>]*>([^<]*)</a>', page.text)
    return [(words, named_moves(href)) for href, words in found]


def marks(page):
    return [
        (label, named_moves(href))
        for href, label in re.findall(r'<a href="(/moves[^"]+)" aria-label="([^"]+)"', page.text)
    ]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_on_an_empty_ledger(path, empty):
    page = get(empty, path)
    assert page.status_code == 200
    assert "<h1>" in page.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_on_one_move(path, lone):
    assert get(lone, path).status_code == 200


@pytest.mark.model
@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_on_the_example_without_a_word_that_judges_and_below_a_megabyte(path, example):
    with desk(example) as client:
        page = get(client, path)
    assert page.status_code == 200
    assert len(page.content) < 1_000_000
    ours = re.sub(r"<(q|bdi|svg|option)\b.*?</\1>", "", page.text, flags=re.DOTALL).lower()
    assert not [word for word in FORBIDDEN if word in ours]


@pytest.mark.model
@pytest.mark.parametrize("path", [path for path in PAGES if path != "/plans"])
def test_every_link_of_a_figure_and_of_a_mark_names_moves_that_are_there(path, example):
    with desk(example) as client:
        page = get(client, path)
    with Ledger.open(str(example)) as ledger:
        known = {found.move.id for found in ledger.moves()}
    linked = [*figures(page), *marks(page)]
    assert all(moves and set(moves) <= known for _, moves in linked)
    if path in ("/positions", "/propositions", "/network", "/claims?all=1"):
        assert len(linked) > 20


def test_the_days_of_a_standing_stance_lead_to_the_moves_of_these_days(still, ids):
    page = get(still, "/positions")
    assert ("2", (ids[1], ids[0])) in figures(page)
    assert ("1", (ids[2],)) in figures(page)


def test_a_cell_of_the_matrix_leads_to_the_moves_of_its_stance(still, ids):
    found = dict(marks(get(still, "/positions")))
    (cell,) = [moves for label, moves in found.items() if "ARD" in label]
    assert set(cell) == {ids[0], ids[1]}


def test_the_address_of_a_figure_finds_exactly_its_moves(still, ids):
    (href,) = set(re.findall(r'<a class="figure" href="(/moves\?[^"]+)"', get(still, "/propositions").text))
    wanted = read_filter(QueryParams(urlsplit(unescape(href)).query))
    with Ledger.open(str(still.ledger)) as ledger:
        assert [found.move.id for found in ledger.moves(wanted)] == ids[:2]


def test_each_side_of_a_proposition_leads_to_its_own_statements(still, ids):
    found = figures(get(still, "/propositions"))
    assert ("2 times", (ids[0], ids[1])) in found
    assert ("1 time", (ids[2],)) in found
    sides = {label.split("side: ")[1].split(";")[0]: moves for label, moves in marks(get(still, "/propositions"))}
    assert sides == {"for": (ids[0], ids[1]), "against": (ids[2],)}


def test_two_parties_show_the_gap_with_n_and_what_is_unknown(still, ids):
    page = get(still, "/positions?between=ARD&and=BOR")
    assert "they differ on 1 of the 1 proposition" in page.text
    assert ("1", (ids[1], ids[2])) in figures(page)
    assert "too few statements" in page.text


def test_a_case_shows_what_followed_and_both_sentences(still, ids):
    page = get(still, "/threats")
    assert "carried out, as reported" in page.text
    assert "unless they" in page.text
    assert f'href="/moves/{ids[3]}"' in page.text
    assert f'href="/moves/{ids[4]}"' in page.text


def test_below_its_threshold_an_analysis_says_so_first_and_gives_the_list(still):
    page = get(still, "/threats").text
    assert page.index("rates are given from 20 on") < page.index("<h2>Cases</h2>")
    assert "share by outcome" not in page


@pytest.mark.parametrize("path", PAGES)
def test_reading_a_page_writes_nothing(path, still):
    with Ledger.open(str(still.ledger)) as ledger:
        before = ledger.head_hash()
        get(still, path)
        assert ledger.head_hash() == before


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/positions?at=soon", "at is a day"),
        ("/positions?between=USA", "name both"),
        ("/positions?between=USA&and=USA", "the same one"),
        ("/positions?issue=nothing", "no issue of that name"),
        ("/positions?since=yesterday", "no date"),
        ("/repetition?drawn=1", "drawn is a whole number from 2"),
        ("/threats?of=murder", "of is one of"),
        ("/claims?likeness=2", "likeness is a number from 0 to 1"),
        ("/playbooks?sequence=demand", "playbook"),
        ("/playbooks?sequence=demand+-%3E+nonsense", "nonsense"),
        ("/network?kind=love", "kind is one of"),
        ("/network?step=3", "goes with a window"),
        ("/outlook?back=-1", "back is a whole number"),
    ],
)
def test_what_is_wrong_in_an_address_is_said_beside_the_form_and_what_was_typed_stays(path, words, still):
    page = get(still, path)
    assert page.status_code == 400
    (said,) = re.findall(r'role="alert">([^<]+)<', page.text)
    assert words in unescape(said)
    value = parse_qs(urlsplit(path).query).popitem()[1][0]
    assert value in unescape(page.text)


def test_filter_and_options_are_carried_on_by_links_and_forms(still):
    page = get(still, "/positions?issue=withdrawal&at=2025-03-20").text
    assert 'href="/positions?issue=withdrawal&amp;at=2025-03-20&amp;chart=swimlanes"' in page
    assert page.count('name="at" value="2025-03-20"') == 2
    assert '<input type="hidden" name="issue" value="withdrawal">' in page


def test_several_charts_of_one_page_share_no_id(still):
    page = get(still, "/threats?minimum=2").text
    found = re.findall(r'\bid="([^"]+)"', page)
    assert len(found) == len(set(found))


def test_names_from_the_world_stay_words(quarrel, client):
    with Ledger.open(str(quarrel)) as ledger:
        ledger.rename_proposition(VALLEY, '<script>alert("\u202e")</script>', why="an attack")
    for path in (
        "/positions",
        "/positions?chart=swimlanes",
        "/propositions",
        OWN,
        "/network?kind=two-mode",
    ):
        page = get(client, path).text
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "&lt;script&gt;alert" in page


def test_a_proposition_shows_its_sentences_and_its_sides(still, ids):
    page = get(still, OWN)
    assert {("2", (ids[0], ids[1])), ("1", (ids[2],))} <= set(figures(page))
    assert all(f'value="{move}"' in page.text for move in ids[:3])


def test_a_proposition_that_is_not_there_is_not_found(still):
    assert get(still, "/propositions/p999999999999").status_code == 404


def test_a_proposition_gets_another_name_under_the_name_of_who_gave_it(client, quarrel):
    answer = send(client, f"{OWN}/rename", of=OWN, name="the valley is left", why="plainer")
    assert (answer.status_code, answer.headers["location"]) == (303, OWN)
    assert "the valley is left" in get(client, OWN).text
    with Ledger.open(str(quarrel)) as ledger:
        assert (ledger.log(limit=1)[0].who, ledger.log(limit=1)[0].why) == ("anna", "plainer")


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("rename", {"name": "another", "why": " "}, "the reason is missing"),
        ("rename", {"name": "", "why": "because"}, "the new name is missing"),
        ("merge", {"other": "p999999999999", "why": "because"}, "proposition"),
        ("split", {"name": "another", "why": "because"}, "no sentence is chosen"),
        ("pin", {"move": "m0", "why": "because"}, "there is no move m0"),
    ],
)
def test_a_change_of_a_proposition_that_cannot_be_is_refused_and_kept_in_the_form(kind, fields, words, client, quarrel):
    with Ledger.open(str(quarrel)) as ledger:
        before = ledger.head()
        answer = send(client, f"{OWN}/{kind}", of=OWN, **fields)
        assert ledger.head() == before
    assert answer.status_code in (409, 422)
    assert words in unescape(answer.text)
    assert all(f'value="{value}"' in answer.text for name, value in fields.items() if value.strip() and name != "move")


def test_chosen_sentences_become_a_proposition_of_their_own(client, quarrel, ids):
    answer = send(client, f"{OWN}/split", of=OWN, move=[ids[2]], why="another valley", name="the other valley")
    assert answer.status_code == 303
    with Ledger.open(str(quarrel)) as ledger:
        assert {found.name: found.moves for found in ledger.propositions()} == {
            "leave the valley": 2,
            "the other valley": 1,
        }


def test_grouping_is_a_job_that_a_reader_of_pages_never_starts(client, monkeypatch):
    asked = []
    monkeypatch.setattr(pipeline, "group_propositions", lambda ledger, report: asked.append(1) or 2)
    assert "2 contents are in no proposition yet" in get(client, "/propositions").text
    assert not asked
    answer = send(client, "/propositions/group", of="/propositions")
    assert re.fullmatch(r"/jobs/\w+", answer.headers["location"])
    for _ in range(100):
        if "Done." in client.get(answer.headers["location"]).text:
            break
        time.sleep(0.05)
    assert asked == [1]


def test_a_link_is_undone_with_a_reason_and_the_case_is_open_again(client, quarrel, ids):
    case = re.search(r'name="case" value="(\w+)"', get(client, "/threats").text).group(1)
    answer = send(client, "/threats", of="/threats", case=case, move=ids[4], verdict="undone", why="another quarrel")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/threats#{case}")
    page = get(client, "/threats").text
    assert "undone by a person" in page
    assert "nothing is reported to have ended it" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"why": ""}, "the reason is missing"), ({"why": "so", "move": "m0"}, "do not link this move")],
)
def test_only_a_link_that_is_shown_is_judged_and_only_with_a_reason(fields, words, client, quarrel, ids):
    case = re.search(r'name="case" value="(\w+)"', get(client, "/threats").text).group(1)
    answer = send(client, "/threats", of="/threats", **{"case": case, "move": ids[4], "verdict": "confirmed", **fields})
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    with Ledger.open(str(quarrel)) as ledger:
        assert not ledger.judged_links("confirmed")


def forecast(**fields):
    given = {
        "question": "Will they meet in Lindal?",
        "rule": "Two wires report it.",
        "percent": "35",
        "by": "2099-01-01",
    }
    return {**given, "base_rate": "", "base_percent": "", "issue": "", "parties": "ARD BOR", **fields}


def test_a_forecast_is_recorded_resolved_and_scored(client, quarrel):
    assert send(client, "/outlook/forecasts", of="/outlook", **forecast()).status_code == 303
    with Ledger.open(str(quarrel)) as ledger:
        (made,) = ledger.forecasts()
    assert (made.who, made.probability, made.parties, made.made) == ("anna", 0.35, ("ARD", "BOR"), date.today())
    answer = send(client, f"/outlook/forecasts/{made.id}", of="/outlook", outcome="no", why="nobody came", moves="")
    assert answer.status_code == 303
    page = get(client, "/outlook").text
    assert "Brier 0.122" in page
    assert "No demonstrated skill over the base rate" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"percent": "100"}, "above 0 and below 1"),
        ({"percent": "likely"}, "in per cent"),
        ({"rule": ""}, "the rule by which it is decided is missing"),
        ({"by": "soon"}, "such as 2026-03-31"),
        ({"by": "2001-01-01"}, "an earlier day"),
        ({"base_rate": "none"}, "no base rate of that name"),
        ({"issue": "nothing"}, "nothing"),
    ],
)
def test_a_forecast_that_cannot_be_scored_is_refused_and_kept_in_the_form(fields, words, client, quarrel):
    answer = send(client, "/outlook/forecasts", of="/outlook", **forecast(**fields))
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert 'value="Will they meet in Lindal?"' in answer.text
    with Ledger.open(str(quarrel)) as ledger:
        assert not ledger.forecasts()


def test_the_network_comes_as_graphml(still, ids):
    answer = get(still, "/network/graphml")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["content-type"].startswith("application/graphml+xml")
    assert ids[0] in answer.text


@pytest.mark.model
def test_a_plan_is_matched_and_nothing_of_it_is_kept_in_the_ledger(client, quarrel, ids):
    with Ledger.open(str(quarrel)) as ledger:
        before = ledger.head_hash(), _vectors(ledger)
        answer = send(
            client,
            "/plans",
            of="/plans",
            text="1. Borland leaves the valley.\n2. A bridge is built.",
            before="2025-03-07",
        )
        assert answer.status_code == 303
        page = get(client, answer.headers["location"])
        assert (ledger.head_hash(), _vectors(ledger)) == before
    assert "A bridge is built." in page.text
    assert "before 2025-03-07" in page.text


def _vectors(ledger):
    from sqlalchemy import text

    with ledger._store.reading() as connection:
        return connection.execute(text("SELECT count(*) FROM vectors")).scalar_one()


@pytest.mark.model
def test_two_plans_are_compared_point_by_point(client):
    fields = {
        "text": "1. A truce at once.\n2. Talks in Lindal.",
        "second_text": "1. A truce at once.\n2. The dam is closed.",
    }
    page = get(client, send(client, "/plans", of="/plans", **fields).headers["location"]).text
    assert "kept" in page
    assert "The dam is closed." in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "there is no plan"),
        ({"text": "1. A truce.\n2. Talks.", "document": "doc1"}, "in one way"),
        ({"document": "nowhere"}, "nowhere"),
        ({"text": "1. A truce.\n2. Talks.", "before": "soon"}, "such as 1962-10-28"),
        ({"text": "\n".join(f"{n}. Point" for n in range(600))}, "more than 500 points"),
    ],
)
def test_a_plan_that_cannot_be_read_is_refused_and_kept_in_the_form(fields, words, client):
    answer = send(client, "/plans", of="/plans", **fields)
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert all(unescape(value)[:20] in unescape(answer.text) for value in fields.values())


def test_a_plan_is_sent_as_a_file_whose_name_decides_nothing(client):
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/plans").text).group(1)
    for name, status in (("../../plan.txt", 303), ("plan.exe", 422)):
        files = {"file": (name, b"1. A truce at once.\n2. Talks in Lindal.")}
        assert client.post("/plans", data={"csrf": token}, files=files, follow_redirects=False).status_code == status


def test_a_plan_is_shown_to_nobody_but_its_sender(client):
    answer = send(client, "/plans", of="/plans", text="1. A truce at once.\n2. Talks in Lindal.")
    kept = client.app.state.plans
    name = answer.headers["location"].removeprefix("/plans/")
    assert kept.get(name, "anna")
    assert kept.get(name, "ben") is None
    assert client.get("/plans/guessed").status_code == 404


def test_the_measured_error_of_the_acts_concerned_stands_beside_an_analysis(client, monkeypatch):
    share = MeasuredShare(value=0.8, interval=Interval(low=0.7, high=0.9), right=80, cases=100)
    few = MeasuredShare(value=None, interval=None, right=3, cases=5)
    acts = tuple(MeasuredAct(act=act, precision=share, recall=few) for act in ("demand", "meet"))
    error = MeasuredError(
        moves=100, coder="test/1", sentences={"moves": 60, "quiet": 40}, strata={}, reviewers=("anna",),
        overall=MeasuredAct(act=None, precision=share, recall=share), acts=acts,
    )  # fmt: skip
    assert "not measured yet" in get(client, "/positions").text
    monkeypatch.setattr(pipeline, "measured_error", lambda ledger: error)
    client.app.state.results._kept.clear()
    page = get(client, "/positions").text
    assert '0.80 <span class="interval">(0.70 to 0.90)</span>' in page
    assert "unknown (3 of 5 right)" in page
    assert '<th scope="row">demand</th>' in page
    assert '<th scope="row">meet</th>' not in page
    assert 'href="/quality">100 reviewed sentences' in page


def test_a_page_beyond_the_last_is_the_last(still):
    assert get(still, "/propositions?page=99").status_code == 200
    assert get(still, "/propositions?page=%C2%B2").status_code == 200


def test_what_takes_long_is_shown_as_being_counted_with_ways_to_narrow_it(client, monkeypatch):
    monkeypatch.setattr(pipeline, "frame_moves", lambda *_, **__: time.sleep(1.5))
    page = client.get("/repetition?actor=ARD")
    assert "being counted" in page.text
    assert "/repetition?actor=ARD&amp;issue=withdrawal" in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text


def test_a_filter_that_finds_no_move_is_no_error(still):
    page = get(still, "/repetition?actor=NOBODY")
    assert page.status_code == 200
    assert "nobody has them" in page.text or "No party has the 20 statements" in page.text
