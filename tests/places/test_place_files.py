"""Our own files: every row keeps to the format, and its place is where its country is."""

import re

from demarche.exchange.geojson import _PRECISION
from demarche.places._gazetteer import _KINDS, _rows, load_gazetteer


def test_every_place_has_a_point_on_the_globe_and_a_feature():
    for row in _rows("places.csv"):
        assert -90 <= float(row["latitude"]) <= 90, row
        assert -180 <= float(row["longitude"]) <= 180, row
        assert re.fullmatch(r"[A-Z]{2,5}1?", row["feature"]), row
        assert row["country"] == "" or re.fullmatch("[A-Z]{3}", row["country"]), row


def test_no_place_stands_twice():
    names = [row["name"] for row in _rows("places.csv")]
    assert sorted(names) == sorted(set(names))


def test_the_heirs_of_a_party_are_countries():
    known = {row["id"] for row in _rows("countries.csv") if row["name"]} | {"SGS"}
    for row in _rows("countries.csv"):
        assert set(filter(None, row["also"].split("|"))) <= known, row
        assert row["name"] or row["also"], row


def test_capitals_lie_in_their_countries():
    gazetteer = load_gazetteer()
    lost = []
    for row in _rows("countries.csv"):
        if row["feature"] == "PCLI" and row["capital"]:
            spelled = re.sub(r"[^a-z0-9]+", " ", row["capital"].casefold().replace("'", "").replace(".", "")).strip()
            found = [*gazetteer.own(spelled, row["capital"]), *gazetteer.towns(spelled)]
            lost += [row["capital"]] * (row["country"] not in {candidate.place.country for candidate in found})
    assert len(lost) < 15, lost


def test_a_map_tells_the_precision_that_the_gazetteer_has():
    assert {("continent" if kind == "land" else kind): set(codes) for kind, codes in _KINDS.items()} == {
        kind: set(codes) for kind, codes in _PRECISION.items()
    }
