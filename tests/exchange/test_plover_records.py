"""PLOVER: what a move becomes, and that what is written in one shape is read in any."""

import hashlib
import json
import re

import pandas
import polars
import pytest
from event_moves import HOSTILE, PLACE, hostile_moves, sourced
from hypothesis import given
from hypothesis import strategies as st

from demarche.exchange import (
    PloverEvent,
    PloverParty,
    PloverPlace,
    parse_plover,
    plover_event,
    plover_record,
    read_plover,
)
from demarche.exchange.plover import write_plover
from demarche.model import Document, Failure, SourcedMove
from demarche.testing import make_move

LONE = re.compile("[\ud800-\udfff]")


def record(move, text=True):
    (line,) = write_plover([move], text)
    return json.loads(line)


def test_a_move_becomes_an_event_with_the_names_of_the_manual():
    made = record(sourced(issue="territory", place=PLACE, where="the plan"))
    assert (made["date"], made["event"], made["quad_code"]) == ("2025-11-25", ["REJECT"], 3)
    assert made["actor"][0]["code"] == "UKR"
    assert made["recipient"][0]["entity_text"] == "Moscow"
    assert made["context"] == ["resource"]
    assert made["event_loc"] == {
        "name": "Pokrovsk", "latitude": 48.28, "longitude": 37.18, "geonameid": 700646,
        "feature code": "PPL", "country code": "UA", "cc3": "UKR",
    }  # fmt: skip
    assert made["cite_info"]["publication"] == "The Gazette"


def test_offsets_of_an_event_find_its_words_in_the_document():
    text = "A first one. Kyiv rejected the plan of Moscow."
    move = make_move(text[13:], "rejected", act="reject", actors=["Kyiv"], start=13)
    made = record(SourcedMove(move=move, document=Document(id="d1", text=text)))
    actor, (start, end) = made["actor"][0], made["demarche"]["trigger"]
    assert (text[actor["start"] : actor["end"]], text[start:end]) == ("Kyiv", "rejected")
    assert text[made["text_info"]["start"] : made["text_info"]["end"]] == made["text"] == text[13:]


@pytest.mark.parametrize(
    ("status", "context"),
    [("planned", "future"), ("possible", "hypothetical"), ("negated", "negation"), ("past", "historical")],
)
def test_a_status_is_one_of_the_special_contexts(status, context):
    assert record(sourced(status=status))["context"] == [context]


def test_a_date_less_precise_than_a_day_is_a_span_of_days():
    made = record(sourced(date="1962-02", precision="month"))
    assert (made["date"], made["enddate"]) == ("1962-02-01", "1962-02-28")
    made = record(sourced(date="1962-10-22", precision="week"))
    assert (made["date"], made["enddate"]) == ("1962-10-22", "1962-10-28")


def test_an_organisation_is_a_code_and_the_press_no_hospital():
    made = record(sourced(actors=[("Kyiv", "UN", "IGO"), ("plan", "UKR", "MED")]))
    assert made["actor"][0] == {
        "code": "IGO", "entity_text": "Kyiv", "identifier_text": "Kyiv", "start": 0, "end": 4, "demarche_id": "UN"
    }  # fmt: skip
    assert made["actor"][1]["sector"] == "JRN"


def test_without_text_there_are_offsets_and_a_hash_and_no_word_of_it():
    move = sourced(where="the plan", source="Moscow")
    made = record(move, text=False)
    assert made["text_info"]["sha256"] == hashlib.sha256(move.move.sentence.text.encode()).hexdigest()
    assert "rejected" not in json.dumps(made)
    assert "the plan" not in json.dumps(made)
    event = parse_plover(made)
    assert list(event.words) == []
    assert event.actors[0].start == 0


def test_an_act_without_event_type_is_no_event():
    assert list(write_plover([sourced(act="deny")])) == []


@given(hostile_moves(), st.booleans())
def test_each_event_is_one_line_that_is_read_back_as_it_was(move, text):
    written = "".join(write_plover([move], text))
    assert written.count("\n") == 1
    assert written.encode("utf-8")
    (read,) = read_plover(written.split("\n"))
    event = plover_event(move, text)
    if not LONE.search(json.dumps(plover_record(event), ensure_ascii=False)):
        assert read == event


WORDS = HOSTILE.filter(lambda words: words.strip() not in ("", "---", "***"))
REST = st.dictionaries(st.sampled_from(["size", "weather"]), st.sampled_from([1, "x", [True], {"dead": 3}])).map(
    lambda found: tuple(sorted((name, json.dumps(value)) for name, value in found.items()))
)
MAYBE = st.none() | WORDS
NUMBER = st.none() | st.floats(-180, 180)
OFFSET = st.none() | st.integers(0, 10**6)
LIST = st.lists(WORDS, max_size=3).map(tuple)
ONE = WORDS.map(lambda words: (words,))
PARTY = st.builds(
    PloverParty, code=MAYBE, sector=MAYBE, text=MAYBE, wikidata=MAYBE, name=MAYBE, office=MAYBE, start=OFFSET, end=OFFSET, rest=REST
)  # fmt: skip
PARTIES = st.lists(PARTY.filter(lambda party: party != PloverParty()), max_size=3).map(tuple)
WHERE = st.none() | st.builds(
    PloverPlace, name=MAYBE, latitude=NUMBER, longitude=NUMBER, geonames=OFFSET, feature=MAYBE, iso2=MAYBE, iso3=MAYBE, rest=REST
).filter(lambda place: place != PloverPlace())  # fmt: skip
FLAT = {name: MAYBE for name in "date comment coder coded_date language publication version text".split()}
OTHER = {
    name: MAYBE
    for name in "time enddate endtime link corpus citation url title licence copyright codebook extractor published coded_time".split()
}
EVENT = st.builds(
    PloverEvent,
    id=WORDS, actors=PARTIES, recipients=PARTIES, events=LIST.filter(bool), event_text=LIST, modes=LIST, contexts=LIST, story=LIST,
    quad=st.none() | st.integers(1, 4), scale=NUMBER, has_event=st.none() | st.booleans(), place=WHERE,
    sequence=OFFSET, start=OFFSET, end=OFFSET, rest=REST, **FLAT, **OTHER,
)  # fmt: skip


@given(EVENT)
def test_an_event_is_read_back_from_what_it_is_written_as(event):
    assert parse_plover(plover_record(event)) == event
    assert parse_plover(json.loads(json.dumps(plover_record(event), ensure_ascii=False))) == event


GOLD = st.builds(
    PloverEvent,
    id=WORDS, events=ONE, event_text=ONE,
    actors=PARTIES, recipients=PARTIES, rest=REST, **FLAT,
)  # fmt: skip


@given(GOLD)
def test_a_gold_record_is_the_same_event(event):
    def old(party):
        made = plover_record(PloverEvent(id="e", actors=(party,)))["actor"][0]
        return {{"entity_text": "actorText"}.get(name, name): value for name, value in made.items()}

    made = {
        "id": event.id, "date": event.date, "source": list(map(old, event.actors)), "target": list(map(old, event.recipients)) or "",
        "event": event.events[0], "eventText": event.event_text[0], "context": "", "mode": "", "text": event.text,
        "dateCoded": event.coded_date, "comment": event.comment or "",
    } | {name: getattr(event, name) for name in ("language", "publication", "coder", "version")}  # fmt: skip
    made |= {name: json.loads(text) for name, text in event.rest}
    assert parse_plover(made) == event
    assert parse_plover(plover_record(parse_plover(made))) == event


NAMED = st.builds(PloverParty, code=MAYBE, sector=MAYBE, text=WORDS, name=MAYBE, start=OFFSET, end=OFFSET)
STORY = st.builds(
    PloverEvent,
    id=WORDS, events=ONE, modes=LIST, contexts=LIST, date=MAYBE, text=MAYBE, title=MAYBE,
    publication=MAYBE, citation=MAYBE, version=MAYBE, published=MAYBE,
    actors=st.lists(NAMED, max_size=2).map(tuple),
    place=st.none() | st.builds(PloverPlace, name=WORDS, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180), iso3=MAYBE),
)  # fmt: skip


@given(STORY)
def test_an_output_record_of_ngec_is_the_same_event(event):
    actors = [
        {"text": one.text, "wiki": one.name, "country": one.code, "code_1": one.sector, "qa_start_char": one.start, "qa_end_char": one.end}
        for one in event.actors
    ]  # fmt: skip
    place = event.place and {
        "resolved_placename": event.place.name, "lat": event.place.latitude, "lon": event.place.longitude, "country_code3": event.place.iso3
    }  # fmt: skip
    made = {
        "id": event.id, "event_type": event.events[0], "event_mode": list(event.modes), "contexts": list(event.contexts),
        "date_resolved": event.date, "event_text": event.text, "headline": event.title, "publisher": event.publication,
        "story_id": event.citation, "version": event.version, "pub_date": event.published, "attributes": {"ACTOR": actors, "RECIP": []},
        "event_geolocation": {"reason": None, "geo": place},
    }  # fmt: skip
    assert parse_plover(made) == event
    assert parse_plover(plover_record(parse_plover(made))) == event


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HOSTILE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3),
    max_leaves=8,
)
FIELDS = "id event event_type source actor target attributes text_info textInfo event_loc quad_code event_scale cite_info demarche".split()


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_record_breaks_the_reading(record):
    (found,) = read_plover([json.dumps(record)])
    assert isinstance(found, PloverEvent | Failure)
    if isinstance(found, PloverEvent):
        json.dumps(plover_record(found), allow_nan=True)


def test_pandas_and_polars_read_what_is_written(tmp_path):
    place = tmp_path / "events.jsonl"
    place.write_text("".join(write_plover([sourced(), sourced(document="d2", date="1962", precision="year")])), "utf-8")
    assert list(pandas.read_json(place, lines=True)["quad_code"]) == [3, 3]
    assert polars.read_ndjson(place)["event"].to_list() == [["REJECT"], ["REJECT"]]
