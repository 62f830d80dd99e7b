import csv
import re
from importlib.resources import files

import pytest

from demarche.actors import load_gazetteer
from demarche.errors import GazetteerError

FOLDER = files("demarche.actors") / "gazetteer"
TABLES = sorted(path.name for path in FOLDER.iterdir() if path.name.endswith(".csv"))
MEMBERS = """
    AFG ALB DZA AND AGO ATG ARG ARM AUS AUT AZE BHS BHR BGD BRB BLR BEL BLZ BEN BTN BOL BIH BWA BRA BRN BGR BFA
    BDI CPV KHM CMR CAN CAF TCD CHL CHN COL COM COG COD CRI CIV HRV CUB CYP CZE DNK DJI DMA DOM ECU EGY SLV GNQ
    ERI EST SWZ ETH FJI FIN FRA GAB GMB GEO DEU GHA GRC GRD GTM GIN GNB GUY HTI HND HUN ISL IND IDN IRN IRQ IRL
    ISR ITA JAM JPN JOR KAZ KEN KIR PRK KOR KWT KGZ LAO LVA LBN LSO LBR LBY LIE LTU LUX MDG MWI MYS MDV MLI MLT
    MHL MRT MUS MEX FSM MDA MCO MNG MNE MAR MOZ MMR NAM NRU NPL NLD NZL NIC NER NGA MKD NOR OMN PAK PLW PAN PNG
    PRY PER PHL POL PRT QAT ROU RUS RWA KNA LCA VCT WSM SMR STP SAU SEN SRB SYC SLE SGP SVK SVN SLB SOM ZAF SSD
    ESP LKA SDN SUR SWE CHE SYR TJK TZA THA TLS TGO TON TTO TUN TUR TKM TUV UGA UKR ARE GBR USA URY UZB VUT VEN
    VNM YEM ZMB ZWE
"""
"""The 193 members of the United Nations, by ISO 3166-1 alpha-3."""
DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def people():
    return [row for name in TABLES if name.startswith("people") for row in rows(name)]


def test_our_files_pass_the_check_that_own_files_pass(tmp_path):
    for name in TABLES:
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    assert load_gazetteer(tmp_path).actors == load_gazetteer().actors


@pytest.mark.parametrize("name", TABLES)
def test_cells_are_clean_and_dates_are_dates(name):
    for row in rows(name):
        assert None not in row
        for column, cell in row.items():
            assert cell == cell.strip(), row
            assert "||" not in cell, row
            if column in ("from", "to") and cell:
                assert DATE.match(cell), row
        if row.get("from") and row.get("to"):
            assert row["from"] <= row["to"] + "~", row


def test_every_row_belongs_to_an_actor_that_is_there():
    known = set(load_gazetteer().actors)
    assert {row["actor"] for row in [*people(), *rows("seats.csv")]} - known == set()


def test_every_member_of_the_united_nations_is_there():
    states = rows("states.csv")
    assert len({row["id"] for row in states}) == len(states) > 240
    known = {row["id"] for row in states}
    assert (
        set("AFG BOL BRA CHN CUB DEU EGY FJI GBR IND IRN ISR KAZ MHL NRU RUS SSD SWZ TUV UKR USA ZWE".split()) <= known
    )


def test_there_are_enough_organisations_and_groups():
    assert len(rows("organisations.csv")) >= 150
    assert len(rows("groups.csv")) >= 250


@pytest.mark.parametrize(
    ("actor", "role", "day", "name"),
    [
        ("USA", "state", "1962-10-22", "John F. Kennedy"),
        ("GBR", "government", "1982-04-02", "Margaret Thatcher"),
        ("UKR", "state", "2022-02-24", "Volodymyr Zelensky"),
        ("FRA", "state", "2003-03-01", "Jacques Chirac"),
        ("CHN", "foreign", "2001-04-01", "Tang Jiaxuan"),
        ("EGY", "state", "1978-09-17", "Anwar Sadat"),
        ("UN", "leader", "1999-01-01", "Kofi Annan"),
    ],
)
def test_an_office_is_held_by_whoever_held_it(actor, role, day, name):
    names = [entry.name for entry in load_gazetteer().holders(actor, role, day)]
    assert any(name.split()[-1] in one for one in names), names


def test_own_files_are_added_to_ours(tmp_path):
    (tmp_path / "groups_mine.csv").write_text(
        "id,name,names,members,sector,from,to\nATL-FRONT,Atlantis Front,AF Front,,REB,,\n", "utf-8"
    )
    assert load_gazetteer(tmp_path).name_of("ATL-FRONT") == "Atlantis Front"
    assert load_gazetteer().name_of("ATL-FRONT") is None


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("groups.csv", "id,name\n", "has the columns id, name"),
        ("groups.csv", "id,name,names,members,sector,from,to\nA,B\n", "2 cells instead of 7"),
        ("groups.csv", "id,name,names,members,sector,from,to\nA,,,,,,\n", "has no name"),
        ("groups.csv", "id,name,names,members,sector,from,to\nA,B,,,,1/2/2020,\n", "as a date"),
        ("stuff.csv", "a\n", "none of the gazetteer's files"),
    ],
)
def test_a_file_of_another_form_says_what_is_wrong(tmp_path, name, text, told):
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(GazetteerError, match=told):
        load_gazetteer(tmp_path / name)


def test_a_file_in_another_encoding_says_so(tmp_path):
    (tmp_path / "groups.csv").write_bytes("id,name,names,members,sector,from,to\nA,Orb\xe1n,,,,,\n".encode("cp1252"))
    with pytest.raises(GazetteerError, match="not in UTF-8"):
        load_gazetteer(tmp_path)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(GazetteerError, match="not there"):
        load_gazetteer(tmp_path / "none.csv")
