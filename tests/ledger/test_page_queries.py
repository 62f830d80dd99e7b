"""What pages ask: every answer is held to a slow one, computed from the moves themselves, on both stores."""

import dataclasses
import functools
import itertools
import random
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from demarche.codebook import load_codebook
from demarche.errors import InputError, LedgerError
from demarche.ledger import Ledger
from demarche.model import UNKNOWN, Act, CodedDocument, MoveFilter, Span
from demarche.testing import make_coded, make_move

ACTS = ("demand", "reject", "offer", "attack", "state")
STATES = ("Kyiv", "Moscow", "Minsk")
IDS = {"Kyiv": "UKR", "Moscow": "RUS", "Minsk": "BLR"}
DAYS = ("2025-11-03", "2025-11-05", "2025-12", "2025", None)
QUADS = {act.value: code.quad or 0 for act, code in load_codebook().acts.items()}


def report(name, lines, *, published="2025-11-06", publisher="The Gazette", known=lambda line: IDS):
    """Return a coded document of lines (actor, act, recipient, words, date)."""
    text = "\n".join(f"{actor} told {recipient} of {words}." for actor, _, recipient, words, _ in lines)
    moves, start = [], 0
    for line in lines:
        actor, act, recipient, words, day = line
        sentence = f"{actor} told {recipient} of {words}."
        about = {"act": act, "actors": [actor], "recipients": [recipient], "content": words}
        move = make_move(sentence, "told", document=name, start=start, **about)
        moves.append(dated(resolved(move, known(line)), day))
        start += len(sentence) + 1
    return make_coded(text, moves, id=name, published=published, publisher=publisher)


def resolved(move, ids):
    def known(mention):
        return dataclasses.replace(mention, id=ids.get(mention.span.text), link="name")

    return dataclasses.replace(
        move, actors=tuple(map(known, move.actors)), recipients=tuple(map(known, move.recipients))
    )


def dated(move, day):
    precision = {4: "year", 7: "month", 10: "day"}[len(day)] if day else None
    return dataclasses.replace(move, date=day, date_precision=precision)


def reports(draw, count):
    """Return documents, of which many are copies of the one before with some lines changed or left out."""
    made = []
    for number in range(count):
        if made and draw.random() < 0.5:
            lines = [kept for kept in made[-1][0] if draw.random() < 0.9] or made[-1][0]
            lines = [(*kept[:4], draw.choice(DAYS)) if draw.random() < 0.1 else kept for kept in lines]
        else:
            lines = [line(draw) for _ in range(draw.randrange(3, 9))]
        made.append((lines, f"d{number}", f"Paper {draw.randrange(3)}"))
    for lines, name, publisher in made:
        known = {state: id for state, id in IDS.items() if draw.random() < 0.8}
        yield report(name, lines, publisher=publisher, known=lambda _, known=known: known)


def line(draw):
    words = f"w{draw.randrange(10**6)} x{draw.randrange(10**6)}"
    return draw.choice(STATES), draw.choice(ACTS), draw.choice(STATES), words, draw.choice(DAYS)


def change(ledger, draw):
    """Change something, as people do."""
    moves, documents = list(ledger.moves()), ledger.documents()
    move, document = draw.choice(moves).move, draw.choice(documents).id
    what = draw.randrange(7)
    if what == 0:
        ledger.correct(move.id, why="test", act=draw.choice(ACTS), issue=draw.choice(["other", "aid"]))
    elif what == 1:
        ledger.reject(move.id, why="test")
    elif what == 2 and len({ledger.copies(one.id) for one in documents}) > 1:
        ledger.merge([document, next(one.id for one in documents if one.id not in ledger.copies(document))], why="test")
    elif what == 3 and len(ledger.copies(document)) > 1:
        ledger.split(document, why="test")
    elif what == 4:
        ledger.settle(draw.choice(STATES), draw.choice(["UKR", "RUS", None]), everywhere=draw.random() < 0.5)
    elif what == 5 and len(documents) > 8:
        ledger.redact(document, why="test")
    elif what == 6:
        ledger.correct(move.id, why="test", date=draw.choice(DAYS))


def value_of(found, by):
    """Return what a move is counted under."""
    move = found.move
    parties = {"actor": move.actors, "recipient": move.recipients}
    if by in parties:
        return {mention.id for mention in parties[by]}
    plain = {"cluster": found.cluster, "publisher": found.publisher, "date": move.date, "issue": move.issue}
    return {plain[by]} if by in plain else {getattr(move, by).value}


def passes(found, wanted):
    given = {name: value for name, value in dataclasses.asdict(wanted).items() if value is not None}
    return all(value in value_of(found, name) for name, value in given.items())


def parties_of(ledger):
    """Return the parties of each move as they were taken in, by which moves are the same."""
    with ledger._store.reading() as connection:
        return dict(connection.exec_driver_sql("SELECT id, parties FROM current_moves").all())


def count_slowly(ledger, by, wanted, key=value_of):
    """Return value -> (moves, mentions): of each act and parties a cluster has as many as the document that has most."""
    parties, groups = parties_of(ledger), defaultdict(Counter)
    for found in ledger.moves():
        if passes(found, wanted):
            for value in key(found, by):
                groups[value, found.cluster, found.move.act, parties[found.move.id]][found.move.document] += 1
    counts = defaultdict(lambda: [0, 0])
    for (value, *_), documents in groups.items():
        counts[value][0] += max(documents.values())
        counts[value][1] += documents.total()
    return {value: tuple(found) for value, found in counts.items()}


@pytest.fixture(params=range(3))
def changed(request, ledger):
    """Yield a ledger with copies in which much was changed."""
    draw = random.Random(request.param)
    for coded in reports(draw, 16):
        ledger.add(coded)
        change(ledger, draw)
    for _ in range(16):
        change(ledger, draw)
    return ledger


FILTERS = [
    MoveFilter(),
    MoveFilter(act="demand"),
    MoveFilter(actor="UKR"),
    MoveFilter(actor="RUS", issue="other", recipient="UKR"),
    MoveFilter(publisher="Paper 1"),
    MoveFilter(status="actual", voice="report"),
]


@pytest.mark.parametrize("common", [0, 3])
def test_counts_are_those_of_the_moves_whatever_was_changed(changed, monkeypatch, common):
    """With 0 the rarest field always leads, with 3 no field does in so small a ledger."""
    monkeypatch.setattr("demarche.ledger._selection._COMMON", common)
    for wanted, by in itertools.product(
        FILTERS, ("act", "issue", "publisher", "date", "cluster", "actor", "recipient")
    ):
        counts = {one.value: (one.moves, one.mentions) for one in changed.count(by, wanted, limit=1000)}
        assert counts == count_slowly(changed, by, wanted), (by, wanted)


def test_the_tables_beside_the_log_are_what_the_log_says(changed):
    assert changed.verify().problems == ()


def test_occasions_are_those_of_the_moves(changed):
    """The filter that lets everything pass is answered without the table of occasions."""
    assert changed.occasions(limit=100) == changed.occasions(MoveFilter(status="actual"), limit=100)
    assert changed.occasions(limit=1) == changed.occasions(MoveFilter(status="actual"), limit=1)


def test_tables_made_anew_are_the_same(changed):
    before = tables(changed)
    changed.rebuild()
    assert tables(changed) == before


def tables(ledger):
    with ledger._store.reading() as connection:
        names = ("standing_documents", "standing", "standing_mentions", "occasions", "tallies")
        rows = {name: connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names}
    rows["tallies"] = [row for row in rows["tallies"] if any(row[4:])]
    return {name: sorted(map(repr, found)) for name, found in rows.items()}


def test_the_overview_counts_what_stands(changed):
    seen, moves = changed.overview(), list(changed.moves())
    documents = changed.documents(limit=1000)
    mentions = [one for found in moves for one in (*found.move.actors, *found.move.recipients)]
    assert seen.documents == len(documents)
    assert seen.clusters == len({changed.copies(one.id) for one in documents})
    assert (seen.moves, seen.mentions) == (len(moves), len(mentions))
    assert seen.resolved == sum(one.id is not None for one in mentions)
    assert seen.moves_once == sum(moves for moves, _ in count_slowly(changed, "act", MoveFilter()).values())


def test_whoever_changes_what_stands_is_found_out(ledger):
    ledger.add(report("d1", [("Kyiv", "demand", "Moscow", "peace", None)]))
    for statement in (
        "UPDATE tallies SET moves = 7",
        "INSERT INTO occasions VALUES ('A>B', 'offer', '2025-11-27', 2)",
        "UPDATE standing SET act = 'offer'",
        "DELETE FROM standing",
    ):
        with ledger._store.writing() as connection:
            connection.exec_driver_sql(statement)
        assert any("verify --rebuild" in problem for problem in ledger.verify().problems), statement
        ledger.rebuild()
        assert ledger.verify().problems == ()


# Filters and pages of moves


@pytest.fixture(params=[0, 3], ids=["led", "walked"])
def told(request, ledger, monkeypatch):
    """Yield a ledger with one move of each day, two without; a filter's rarest field leads, or none."""
    monkeypatch.setattr("demarche.ledger._selection._COMMON", request.param)
    days = ["2025-11-01", "2025-11-02", "2025-11-02", None, "2025-11-04", "2025-11-05", None]
    for number, day in enumerate(days):
        act = ACTS[number % len(ACTS)]
        ledger.add(
            report(f"d{number}", [(STATES[number % 3], act, STATES[number % 2], f"harbour {number} {day}", day)])
        )
    return ledger


def ids(found):
    return [one.move.document for one in found]


def test_moves_are_paged_by_the_last_one_that_was_seen(told):
    every = list(told.moves())
    pages, last = [], None
    while page := list(told.moves(limit=2, after=last)):
        pages += page
        last = page[-1].move.id
    assert pages == every


@pytest.mark.parametrize("offset", range(9))
def test_an_offset_goes_on_from_dated_moves_to_the_others(told, offset):
    assert ids(told.moves(limit=3, offset=offset)) == ids(told.moves())[offset : offset + 3]
    assert ids(told.moves(offset=offset)) == ids(told.moves())[offset:]


def test_a_page_goes_on_after_a_move_that_is_rejected_meanwhile(told):
    every = list(told.moves())
    told.reject(every[2].move.id, why="test")
    assert list(told.moves(after=every[2].move.id)) == every[3:]


def test_a_page_after_a_move_that_there_is_not_says_so(told):
    with pytest.raises(LedgerError, match="go on from"):
        list(told.moves(after="m0"))


def test_moves_are_found_by_their_ids(told):
    first, second, *_ = (one.move.id for one in told.moves())
    assert [one.move.id for one in told.moves(MoveFilter(moves=(second, first, "m0")))] == [first, second]
    assert list(told.moves(MoveFilter(moves=()))) == []
    assert [one.move.id for one in told.moves(MoveFilter(moves=(first, second), move=second))] == [second]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"quad": 3}, ["d0", "d1", "d5", "d6"]),
        ({"quad": 0}, ["d4"]),
        ({"since": UNKNOWN}, ["d3", "d6"]),
        ({"since": UNKNOWN, "act": "offer"}, []),
        ({"actor": "UKR", "since": "2025-11-02"}, []),
        ({"actor": "UKR", "recipient": "RUS"}, ["d3"]),
        ({"actor": "RUS", "recipient": "RUS", "words": "harbour"}, ["d1"]),
        ({"words": "harbours", "act": "demand"}, ["d0", "d5"]),
    ],
)
def test_filters_give_the_moves_that_pass(told, wanted, found):
    assert ids(told.moves(MoveFilter(**wanted))) == found
    assert told.count_moves(MoveFilter(**wanted)) == len(found)


def test_parties_that_are_not_resolved_are_found_as_unknown(ledger):
    ledger.add(report("d1", [("Kyiv", "demand", "Moscow", "peace", None)], known=lambda _: {"Moscow": "RUS"}))
    assert ids(ledger.moves(MoveFilter(actor=UNKNOWN))) == ["d1"]
    assert ids(ledger.moves(MoveFilter(recipient=UNKNOWN))) == []


def test_moves_are_found_and_counted_by_whom_the_text_cites(ledger):
    sentence = "Kyiv rejected it, Moscow said."
    move = make_move(sentence, "rejected", act="reject", actors=["Kyiv"], source="Moscow")
    source = dataclasses.replace(move.source, id="RUS", link="metonym")
    ledger.add(make_coded(sentence, [dataclasses.replace(move, source=source)]))
    assert ids(ledger.moves(MoveFilter(source="RUS"))) == ["d1"]
    assert ids(ledger.moves(MoveFilter(source="UKR"))) == []
    assert [(one.value, one.moves) for one in ledger.count("source")] == [("RUS", 1)]


def test_counting_moves_stops_where_it_is_told(told):
    assert (told.count_moves(), told.count_moves(most=3), told.count_moves(MoveFilter(voice="report"), most=3)) == (
        7,
        3,
        3,
    )


# A move and its document


def test_a_move_has_the_records_of_its_cluster_and_those_of_the_same_occasion(ledger):
    line = ("Kyiv", "demand", "Moscow", "a prompt return of all the prisoners by the end of that month", "2025-11-03")
    ledger.add(report("d1", [line]))
    ledger.add(report("d2", [line], publisher="The Mirror"))
    ledger.add(report("d3", [("Kyiv", "demand", "Moscow", "nothing that anybody else had told of", "2025-11-03")]))
    ledger.add(report("d4", [("Kyiv", "demand", "Moscow", "what it had been promised a long while ago", "2025-11-05")]))
    move = next(ledger.moves(MoveFilter(document="d2"))).move.id
    assert ids(ledger.cluster_moves(move)) == ["d1", "d2"]
    assert ids(ledger.occasion_moves(move)) == ["d3"]
    with pytest.raises(LedgerError, match="no move"):
        ledger.cluster_moves("m0")


def test_the_history_of_a_move_has_all_that_was_said_of_it(ledger):
    ledger.add(report("d1", [("Kyiv", "demand", "Moscow", "peace", None)]))
    ledger.add(report("d2", [("Minsk", "offer", "Kyiv", "talks", None)]))
    move = next(ledger.moves(MoveFilter(document="d1"))).move.id
    ledger.correct(move, why="a plea", act=Act.APPEAL)
    ledger.acting_as("bob").reject(move, why="no move")
    ledger.restore(move, why="it is one")
    ledger.merge(["d1", "d2"], why="one wire")
    history = ledger.move_history(move)
    assert [entry.kind for entry in history] == ["restoration", "rejection", "correction", "document"]
    assert [entry.who for entry in history] == ["ann", "bob", "ann", "ann"]
    assert [entry.detail["act"] for entry in history] == ["appeal", "appeal", "appeal", "demand"]
    assert "merge" in [
        entry.kind for entry in ledger.move_history(next(ledger.moves(MoveFilter(document="d2"))).move.id)
    ]


def test_the_history_of_a_move_has_its_reviews(ledger):
    ledger.add(report("d1", [("Kyiv", "demand", "Moscow", "peace", None)]))
    task = ledger.next_review("random")
    review = ledger.acting_as("bob").review(task, [])
    ledger.undo_review(review.id, why="too quick")
    assert [entry.kind for entry in ledger.move_history(task.coded[0].id)] == ["review undone", "review", "document"]


def test_a_redacted_document_has_no_history_to_show(ledger):
    ledger.add(report("d1", [("Kyiv", "demand", "Moscow", "peace", None)]))
    move = next(ledger.moves()).move.id
    ledger.redact("d1", why="private")
    for ask in (ledger.move_history, ledger.cluster_moves, ledger.sentences):
        with pytest.raises(LedgerError, match="redacted"):
            ask("d1" if ask == ledger.sentences else move)


def test_the_sentences_around_one_are_given_with_their_words(ledger):
    lines = [("Kyiv", "demand", "Moscow", word, None) for word in ("one", "two", "three")]
    ledger.add(report("d1", lines))
    text = ledger.document("d1").text
    first, second, third = ((mark.start, mark.end) for mark in ledger.sentences("d1"))
    assert ledger.neighbours("d1", *second) == (Span.of(text, *first), Span.of(text, *third))
    assert ledger.neighbours("d1", *first)[0] is None
    assert ledger.neighbours("d1", *third)[1] is None


def test_coders_come_by_their_latest_reading(ledger):
    assert ledger.coders() == []
    for name, coder in (("d1", "b/1"), ("d2", "a/1")):
        coded = report(name, [("Kyiv", "demand", "Moscow", name, None)])
        reading = dataclasses.replace(coded.reading, coder=coder)
        ledger.add(CodedDocument(document=coded.document, reading=reading, moves=coded.moves))
    assert ledger.coders() == ["a/1", "b/1"]
    assert ledger.coders("d1") == ["b/1"]
    assert ledger.sentences("d1", coder="a/1") == []


# Documents


def test_documents_are_listed_without_their_texts(told):
    told.merge(["d0", "d1"], why="test")
    told.review(told.review_task("d1", 0, len(told.document("d1").text)), [])
    rows = {row.id: row for row in told.document_listing(limit=3)}
    assert list(rows) == ["d0", "d1", "d2"]
    assert (rows["d0"].moves, rows["d0"].copies, rows["d0"].reviewed) == (1, len(told.copies("d0")), 0)
    assert (rows["d1"].moves, rows["d1"].cluster, rows["d1"].reviewed, rows["d1"].sentences) == (0, "d0", 1, 1)
    assert [row.id for row in told.document_listing(limit=2, offset=1, latest=True)] == ["d5", "d4"]
    assert not hasattr(rows["d0"], "text")


def test_a_redacted_document_is_in_no_list(told):
    told.redact("d2", why="private")
    assert "d2" not in [row.id for row in told.document_listing()]
    assert "d2" not in [hit.document for hit in told.search("harbour")]
    assert told.count_documents() == told.count_documents("harbour") == 6
    assert told.count_documents("harbour", most=2) == 2


def test_a_search_shows_the_words_where_they_stand(ledger):
    text = "Nobody spoke. " * 60 + "Rejecting all plans, the delegations left. The plan was rejected again."
    ledger.add(make_coded(text, title="A title", published="2025-11-27"))
    (hit,) = ledger.search("rejected plan")
    assert (hit.document, hit.title, hit.published) == ("d1", "A title", "2025-11-27")
    assert [word.text for word in hit.words] == ["Rejecting", "plans", "plan", "rejected"]
    assert all(text[span.start : span.end] == span.text for span in (hit.snippet, *hit.words))
    assert all(hit.snippet.start <= word.start and word.end <= hit.snippet.end for word in hit.words)


def test_a_phrase_is_shown_as_a_whole(ledger):
    ledger.add(make_coded("A deal on grain came before the grain deal."))
    (hit,) = ledger.search('"grain deal"')
    assert [word.text for word in hit.words] == ["grain deal"]


@pytest.mark.parametrize("words", ["<b>", "a NEAR b", "plan*", "col:plan", "'; DROP TABLE log", "100%", "plan_b"])
def test_a_search_is_words_never_a_command(ledger, words):
    ledger.add(make_coded(f"They spoke of {words} and then of a plan."))
    for hit in ledger.search(words):
        assert all(hit.snippet.text[word.start - hit.snippet.start :].startswith(word.text) for word in hit.words)


def test_a_search_for_no_word_says_so(ledger):
    with pytest.raises(InputError, match="no word"):
        ledger.search("* -")


def test_a_search_takes_its_pages_the_latest_first(told):
    assert [hit.document for hit in told.search("harbour", limit=2, offset=1)] == ["d5", "d4"]


# Timeline


def test_a_timeline_counts_what_its_cells_are_counted_by(changed, monkeypatch):
    monkeypatch.setattr("demarche.ledger._selection._COMMON", 0)
    for wanted, step in itertools.product(FILTERS, ("day", "week", "month", "year")):
        found = changed.timeline(wanted, actors=2, step=step)
        counts = changed.count("actor", wanted)
        known = [one for one in counts if one.value is not None][:2]
        assert list(found.actors) == known + [one for one in counts if one.value is None]
        cells = {(cell.actor, cell.start, cell.quad): (cell.moves, cell.mentions) for cell in found.cells}
        key = functools.partial(cells_of, step=found.step, lanes={lane.value for lane in found.actors})
        assert cells == count_slowly(changed, "actor", wanted, key)


def cells_of(found, _, *, step, lanes):
    """Return the cells of a timeline that a move is in: none if its date is not known as well as that."""
    day, length = found.move.date or "", {"month": 7, "year": 4}.get(step, 10)
    actors = {mention.id for mention in found.move.actors} & lanes
    if len(day) < length:
        return set()
    first = date.fromisoformat((day[:length] + "-01-01")[:10])
    start = first - timedelta(days=first.weekday()) if step == "week" else first
    return {(actor, start.isoformat(), QUADS[found.move.act.value]) for actor in actors}


def test_moves_without_a_day_are_counted_beside_the_timeline(told):
    told.add(report("d9", [("Kyiv", "demand", "Moscow", "one more thing", "2025-11")]))
    found = told.timeline(step="day")
    assert (found.undated, found.coarse) == (2, 1)
    assert (found.first, found.last) == ("2025-11-01", "2025-11-05")
    assert told.timeline(step="month").coarse == 0


@pytest.mark.parametrize(
    ("step", "ends"),
    [
        ("day", ("2024-02-28", "2024-02-28")),
        ("week", ("2024-02-26", "2024-03-03")),
        ("month", ("2024-02-01", "2024-02-29")),
        ("year", ("2024-01-01", "2024-12-31")),
    ],
)
def test_a_period_ends_where_the_next_begins(ledger, step, ends):
    ledger.add(report("d1", [("Kyiv", "demand", "Moscow", "peace", "2024-02-28")]))
    (cell,) = ledger.timeline(step=step).cells
    assert (cell.start, cell.end, cell.actor, cell.quad) == (*ends, "UKR", 3)
    wanted = MoveFilter(actor=cell.actor, quad=cell.quad, since=cell.start, until=cell.end)
    assert len(list(ledger.moves(wanted))) == cell.mentions


@pytest.mark.parametrize(
    ("last", "step"), [("2024-02-01", "day"), ("2024-09-01", "week"), ("2034-01-01", "month"), ("2060-01-01", "year")]
)
def test_a_timeline_has_periods_that_suit_its_span(ledger, last, step):
    ledger.add(report("d1", [("Kyiv", "demand", "Moscow", "a", "2024-01-01"), ("Kyiv", "offer", "Moscow", "b", last)]))
    assert ledger.timeline().step == step


def test_a_timeline_never_has_more_periods_than_can_be_seen(ledger):
    ledger.add(
        report("d1", [("Kyiv", "demand", "Moscow", "a", "1924-01-01"), ("Kyiv", "offer", "Moscow", "b", "2024-01-01")])
    )
    assert ledger.timeline(step="day").step == "year"
    with pytest.raises(InputError, match="choose from day, week"):
        ledger.timeline(step="hour")


def test_the_timeline_of_an_empty_ledger_is_empty(ledger):
    found = ledger.timeline()
    assert (found.actors, found.cells, found.first) == ((), (), None)


# Names and state


def test_the_head_moves_with_each_entry(told):
    before = told.head()
    told.settle("Minsk", "BLR")
    assert told.head() == before + 1


def test_another_name_writes_to_the_same_ledger(ledger):
    ledger.acting_as("bob").add(report("d1", [("Kyiv", "demand", "Moscow", "peace", None)]))
    assert [entry.who for entry in ledger.log()] == ["bob"]


def test_a_ledger_of_before_gets_its_tables_when_it_is_opened(url, monkeypatch):
    from demarche.ledger._migrations import MIGRATIONS

    with monkeypatch.context() as then:
        then.setattr("demarche.ledger._store.MIGRATIONS", MIGRATIONS[:3])
        then.setattr("demarche.ledger._ledger.follow", lambda *_: None)
        with Ledger.open(url) as ledger:
            for coded in reports(random.Random(5), 6):
                ledger.add(coded)
    with Ledger.open(url) as ledger:
        assert ledger.overview().documents == 6
        assert ledger.verify().problems == ()
