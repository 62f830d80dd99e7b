"""POLECAT's 40 and GDELT's 61 columns: what a move becomes, and that every reader finds the same cells."""

import csv

import duckdb
import pandas
import polars
import pytest
from event_moves import PLACE, hostile_moves, sourced
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.codebook import load_codebook
from demarche.exchange import gdelt, polecat

TABLES = {"gdelt": (gdelt.write_gdelt, gdelt.COLUMNS), "polecat": (polecat.write_polecat, polecat.COLUMNS)}


def rows(name, *moves, text=True):
    write, columns = TABLES[name]
    lines = "".join(write(moves, text)).splitlines()
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines[name == "polecat" :]]


def test_a_move_is_a_row_of_polecat():
    (row,) = rows("polecat", sourced(place=PLACE, where="the plan", issue="territory"))
    assert (row["Event Type"], row["Event Date"], row["Quad Code"]) == ("REJECT", "2025-11-25", "VERBAL CONFLICT")
    assert (row["Actor Country"], row["Actor COW"], row["Primary Actor Sector"]) == ("UKR", "369", "GOV")
    assert (row["City"], row["Country"], row["Latitude"], row["Feature Type"]) == ("Pokrovsk", "UKR", "48.28", "PPL")
    assert row["Contexts"] == "resource"
    assert row["Intensity"] == ""


def test_lists_of_parties_keep_their_places():
    parties = [("Kyiv", "UKR", "GOV"), ("plan", None, None), ("Moscow", "RUS", "MIL")]
    (row,) = rows("polecat", sourced(actors=parties, status="past"))
    assert row["Actor Country"] == "UKR;;RUS"
    assert row["Actor Name Raw"] == "Kyiv;plan;Moscow"
    assert row["Contexts"] == "historical"


def test_a_move_is_a_row_of_gdelt_for_each_pair():
    moves = sourced(actors=[("Kyiv", "UKR", "GOV"), ("plan", "UN", "IGO")], place=PLACE, reports=3, publishers=2)
    first, second = rows("gdelt", moves)
    assert (first["SQLDATE"], first["MonthYear"], first["Year"]) == ("20251125", "202511", "2025")
    assert first["FractionDate"] == "2025.8904"  # (10 * 30 + 25) / 365
    assert (first["Actor1Code"], first["Actor1CountryCode"], first["Actor1Type1Code"]) == ("UKRGOV", "UKR", "GOV")
    assert (second["Actor1Code"], second["Actor1KnownGroupCode"], second["Actor2Code"]) == ("IGOUNO", "UNO", "RUSGOV")
    assert (first["NumMentions"], first["NumSources"], first["NumArticles"]) == ("3", "2", "3")
    assert (first["ActionGeo_Type"], first["ActionGeo_CountryCode"]) == ("4", "UP")
    assert first["GLOBALEVENTID"] != second["GLOBALEVENTID"]


def pairs(move):
    return [(row["Actor1Code"], row["Actor2Code"]) for row in rows("gdelt", move)]


def test_who_meets_without_a_recipient_meets_in_both_directions():
    actors = [("Kyiv", "UKR", "GOV"), ("Moscow", "RUS", "GOV")]
    met = sourced("Kyiv and Moscow met.", "met", act="meet", actors=actors, recipients=[])
    assert pairs(met) == [("UKRGOV", "RUSGOV"), ("RUSGOV", "UKRGOV")]
    assert len({row["GLOBALEVENTID"] for row in rows("gdelt", met)}) == 2
    assert pairs(sourced(actors=actors, recipients=[])) == [("UKRGOV", ""), ("RUSGOV", "")]
    assert pairs(sourced(actors=[], recipients=[])) == [("", "")]


def test_a_party_that_is_named_twice_is_one_row():
    twice = [("Moscow", "RUS", "GOV"), ("plan", "RUS", "GOV")]
    assert pairs(sourced(recipients=twice)) == [("UKRGOV", "RUSGOV")]
    assert pairs(sourced(actors=[("Moscow", "RUS", "GOV")], recipients=twice)) == [("RUSGOV", "")]


def test_each_row_has_a_number_of_its_own_also_where_one_word_means_two_parties():
    both = [("Kyiv", "UKR", "GOV"), ("Kyiv", "RUS", "GOV")]
    for move in (
        sourced(actors=both, recipients=[]),
        sourced(actors=both, recipients=both),
        sourced(act="meet", actors=both, recipients=[]),
    ):
        assert len({row["GLOBALEVENTID"] for row in rows("gdelt", move)}) == len(rows("gdelt", move)) == 2


def test_an_address_stays_one_that_can_be_opened():
    (row,) = rows("gdelt", sourced(about={"url": 'https://example.org/a "b"'}))
    assert row["SOURCEURL"] == "https://example.org/a%20%22b%22"


@pytest.mark.parametrize(
    ("act", "code", "quad"), [("appeal", "020", 1), ("concede", "080", 2), ("protest", "140", 3), ("attack", "190", 4)]
)
def test_codes_of_cameo_keep_the_zero_and_their_own_quad_class(act, code, quad):
    (row,) = rows("gdelt", sourced(act=act))
    assert (row["EventCode"], row["EventRootCode"], row["QuadClass"]) == (code, code[:2], str(quad))


def test_a_state_that_cameo_does_not_know_has_a_name_and_no_code():
    (row,) = rows("gdelt", sourced(actors=[("Kyiv", "SUN", "GOV")]))
    assert (row["Actor1Code"], row["Actor1CountryCode"], row["Actor1Name"]) == ("", "", "KYIV")
    assert row["Actor1Type1Code"] == "GOV"


def test_every_act_has_a_goldstein_value():
    for act in load_codebook().acts:
        (row,) = rows("gdelt", sourced(act=act.value))
        assert -10 <= float(row["GoldsteinScale"]) <= 10


def test_a_date_is_given_as_far_as_it_is_known():
    (row,) = rows("gdelt", sourced(date="1962-10", precision="month"))
    assert (row["SQLDATE"], row["MonthYear"], row["Year"], row["FractionDate"]) == ("", "196210", "1962", "")
    (row,) = rows("polecat", sourced(date="1962-10", precision="month"))
    assert row["Event Date"] == ""


def test_a_move_of_the_first_paragraph_is_a_root_event():
    lead = sourced(text="Kyiv rejected the plan of Moscow.\n\nMore.")
    assert [row["IsRootEvent"] for row in rows("gdelt", lead, sourced())] == ["1", ""]


def test_without_text_no_word_of_the_document_is_in_a_table():
    move = sourced(actors=[("Kyiv", None, None)], where="the plan")
    for name in TABLES:
        (row,) = rows(name, move, text=False)
        assert not {"Kyiv", "KYIV", "the plan"} & set(row.values())


def readers(path, columns, header):
    """Yield the cells as each reader finds them, by the name of the reader."""
    with open(path, encoding="utf-8", newline="") as file:
        yield "csv", list(csv.reader(file, delimiter="\t"))[header:]
    head = {"header": 0 if header else None, "names": columns, "dtype": str, "keep_default_na": False}
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        yield "pandas", pandas.read_csv(path, sep="\t", quoting=quoting, **head).values.tolist()
    for quote in ('"', None):
        frame = polars.read_csv(path, separator="\t", has_header=bool(header), infer_schema=False, quote_char=quote)
        yield "polars", [list(row) for row in frame.fill_null("").iter_rows()]
    query = f"SELECT * FROM read_csv('{path}', delim='\t', header={bool(header)}, all_varchar=true, quote='', auto_detect=false, columns=?)"
    found = duckdb.execute(query, [dict.fromkeys(columns, "VARCHAR")]).fetchall()
    yield "duckdb", [["" if cell is None else cell for cell in row] for row in found]


@settings(max_examples=40)
@given(st.lists(hostile_moves(), min_size=1, max_size=3), st.sampled_from(sorted(TABLES)))
def test_no_value_breaks_a_row_for_any_reader(moves, name):
    import tempfile

    write, columns = TABLES[name]
    text = "".join(write(moves, True))
    want = [line.split("\t") for line in text.split("\n")[name == "polecat" : -1]]
    assert {len(row) for row in want} == {len(columns)}
    assert len(want) == len(moves)
    assert not any(cell.lstrip().startswith(("=", "+", "@")) for row in want for cell in row)
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        for reader, found in readers(file.name, list(columns), int(name == "polecat")):
            assert found == want, reader


def test_pandas_reads_gdelt_with_the_documented_dtypes(tmp_path):
    place = tmp_path / "events.export.CSV"
    place.write_text(
        "".join(gdelt.write_gdelt([sourced(act="appeal", place=PLACE), sourced(date="1962", precision="year")])),
        "utf-8",
    )
    frame = pandas.read_csv(place, sep="\t", header=None, names=list(gdelt.COLUMNS), dtype=gdelt.DTYPES)
    assert list(frame["EventCode"]) == ["020", "120"]
    assert frame["SQLDATE"].isna().tolist() == [False, True]
    assert frame["ActionGeo_Lat"].dtype == "float64"
    assert frame.shape == (2, 61)
