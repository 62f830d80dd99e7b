"""GeoJSON and TimelineJS: what a map and a timeline are given, and what never reaches them."""

import dataclasses
import hashlib
import json
import re

import pytest
from event_moves import PLACE, hostile_moves, sourced
from geojson_pydantic import FeatureCollection
from hypothesis import given
from hypothesis import strategies as st

from demarche.exchange import FORMATS, select_moves
from demarche.exchange.geojson import write_geojson
from demarche.exchange.timelinejs import write_timelinejs

PLACED = sourced("Kyiv rejected the plan of Moscow in Pokrovsk.", where="in Pokrovsk", place=PLACE)


def features(*moves, text=True):
    return json.loads("".join(write_geojson(moves, text)))["features"]


def events(*moves, text=True):
    return json.loads("".join(write_timelinejs(moves, text)))["events"]


def test_a_feature_stands_at_longitude_and_latitude_with_its_evidence():
    (feature,) = features(PLACED)
    assert feature["geometry"] == {"type": "Point", "coordinates": [37.18, 48.28]}
    about = feature["properties"]
    assert about["sentence"] == PLACED.move.sentence.text
    assert about["where"] == "in Pokrovsk"
    assert (about["date"], about["place_precision"], about["publisher"]) == ("2025-11-25", "point", "The Gazette")
    assert (about["actor_ids"], about["recipient_ids"]) == ("UKR", "RUS")
    assert (about["cluster"], about["reports"]) == ("d1", 1)
    assert not any(isinstance(value, dict | list) for value in about.values())


@pytest.mark.parametrize(
    ("feature", "precision"), [("PCLI", "country"), ("RGN", "region"), ("SEA", "water"), (None, "point")]
)
def test_the_precision_of_a_place_is_told(feature, precision):
    move = dataclasses.replace(PLACED, place=dataclasses.replace(PLACE, feature=feature))
    assert features(move)[0]["properties"]["place_precision"] == precision


def test_without_text_a_hash_stands_for_the_sentence():
    (feature,) = features(PLACED, text=False)
    assert feature["properties"]["sentence_sha256"] == hashlib.sha256(PLACED.move.sentence.text.encode()).hexdigest()


def test_what_has_no_place_is_left_out_and_counted_by_reason():
    unresolved = dataclasses.replace(PLACED, place=None)
    left_out = {}
    taken = list(select_moves([PLACED, unresolved, sourced()], FORMATS["geojson"], left_out=left_out))
    assert taken == [PLACED]
    assert sorted(left_out.values()) == [1, 1]
    assert features(unresolved) == []


@given(st.lists(hostile_moves(), max_size=4), st.booleans())
def test_a_map_is_geojson_whatever_the_words_are(moves, text):
    whole = "".join(write_geojson(moves, text))
    whole.encode("utf-8")
    assert len(FeatureCollection.model_validate_json(whole).features) == sum(move.place is not None for move in moves)


@pytest.mark.parametrize("write", [write_geojson, write_timelinejs])
def test_without_text_no_word_of_the_document_goes_out(write):
    whole = "".join(write([dataclasses.replace(PLACED, place=dataclasses.replace(PLACE, name="Town"))], False))
    assert "rejected the" not in whole
    assert "in Pokrovsk" not in whole
    assert "Kyiv" in whole, "the canonical name of a resolved party is no word of the text"


@pytest.mark.parametrize(
    ("date", "precision", "expected"),
    [
        ("1962-10-22", "day", {"year": 1962, "month": 10, "day": 22}),
        ("1962-10", "month", {"year": 1962, "month": 10}),
        ("1962", "year", {"year": 1962}),
    ],
)
def test_an_event_is_as_precise_as_its_date(date, precision, expected):
    (event,) = events(sourced(date=date, precision=precision))
    assert event["start_date"] == expected
    assert "end_date" not in event


def test_a_week_goes_from_monday_to_sunday():
    (event,) = events(sourced(date="2025-12-29", precision="week"))
    assert event["end_date"] == {"year": 2026, "month": 1, "day": 4}
    assert event["display_date"] == "week of 2025-12-29"


def test_a_move_without_a_date_is_no_event():
    assert events(sourced(date=None)) == []
    assert FORMATS["timelinejs"].refuse(sourced(date=None), False) == "without a date"


@pytest.mark.parametrize(
    ("status", "mark"),
    [("planned", "(planned)"), ("possible", "(possible)"), ("negated", "(not done)"), ("past", "(recalled)")],
)
def test_what_did_not_happen_is_marked_in_the_headline(status, mark):
    (event,) = events(sourced(status=status))
    assert event["text"]["headline"] == f"Kyiv: reject → Moscow {mark}"
    assert "(" not in events(sourced())[0]["text"]["headline"]


def test_only_an_address_of_the_web_becomes_a_link():
    (event,) = events(sourced(about={"url": "https://example.org/a?b=1&c=2"}))
    assert 'href="https://example.org/a?b=1&amp;c=2"' in event["text"]["text"]
    for url in ("javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "http://", "https://["):
        assert "href" not in events(sourced(about={"url": url}))[0]["text"]["text"]


@given(hostile_moves(), st.booleans())
def test_no_words_become_markup_of_a_timeline(move, text):
    (event,) = events(move, text=text)
    assert set(re.findall(r"<[^>]*>", event["text"]["headline"])) == set()
    assert {tag.split()[0] for tag in re.findall(r"<[^>]*>", event["text"]["text"])} <= {"<p>", "</p>", "<a", "</a>"}
