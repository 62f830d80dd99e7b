"""Claims on the table of base rates: the shipped one holds, and a file of one's own is checked."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.analysis.base_rates import COLUMNS, load_base_rates
from demarche.analysis.outlook import CLASSES
from demarche.analysis.shares import wilson_interval
from demarche.errors import InputError

ROW = {
    "id": "mine",
    "class": "talks",
    "question": "Share of rounds after which another followed.",
    "events": "30",
    "cases": "40",
    "population": "Rounds that I counted",
    "period": "2010-2020",
    "source": "Own count",
    "url": "https://example.org/count",
}


@pytest.fixture
def write(tmp_path):
    def make(*rows, columns=COLUMNS):
        with open(tmp_path / "rates.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([row.get(name, "") for name in columns] for row in rows)
        return tmp_path / "rates.csv"

    return make


def test_each_shipped_rate_has_a_source_a_place_in_the_ledger_and_a_plausible_share():
    rates = load_base_rates()
    assert len(rates) == len({rate.id for rate in rates}) >= 15
    for rate in rates:
        assert 0 < rate.share < 1
        assert rate.source
        assert rate.url.startswith("http")
        assert rate.reference_class in CLASSES
        assert (rate.interval is None) == (rate.events is None)


def test_each_shipped_interval_is_the_one_that_the_counts_give():
    from importlib.resources import files

    with (files("demarche.analysis") / "base_rates.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["events"]:
                found = wilson_interval(int(row["events"]), int(row["cases"]))
                assert (float(row["low"]), float(row["high"])) == pytest.approx((found.low, found.high), abs=0.001)


def test_a_file_of_ones_own_adds_to_the_shipped_rates(write):
    rate = load_base_rates(write(ROW))[-1]
    assert (rate.id, rate.share, rate.horizon, rate.note) == ("mine", 0.75, None, None)
    assert rate.interval.low < 0.75 < rate.interval.high


def test_a_share_without_counts_has_no_interval(write):
    rate = load_base_rates(write(ROW | {"events": "", "cases": "", "share": "0.2"}))[-1]
    assert (rate.share, rate.events, rate.cases, rate.interval) == (0.2, None, None, None)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"id": "ultimatum_compliance"}, "already"),
        ({"source": ""}, "has no source"),
        ({"url": "javascript:alert(1)"}, "give a web address"),
        ({"events": "50"}, "50 events in 40 cases"),
        ({"events": "-3"}, "0 or more"),
        ({"events": "many"}, "a whole number"),
        ({"cases": ""}, "events but no cases"),
        ({"cases": "0", "events": "0"}, "0 events in 0 cases"),
        ({"share": "0.9"}, "which is right"),
        ({"events": "", "share": ""}, "neither a share"),
        ({"events": "", "share": "75"}, "a share from 0 to 1"),
        ({"events": "", "share": "nan"}, "a share from 0 to 1"),
        ({"events": "", "share": "0.3", "low": "0.4", "high": "0.5"}, "has an interval"),
        ({"events": "", "share": "0.3", "low": "0.2"}, "has an interval"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_its_line(write, changed, words):
    path = write(ROW | changed)
    with pytest.raises(InputError, match=words) as found:
        load_base_rates(path)
    assert f"{path}:2" in str(found.value)


def test_a_file_with_other_columns_or_cells_is_refused(write, tmp_path):
    with pytest.raises(InputError, match="a file of base rates has id, class"):
        load_base_rates(write(ROW, columns=("id", "share")))
    path = write()
    path.write_text(path.read_text("utf-8") + "only,three,cells\n", "utf-8")
    with pytest.raises(InputError, match="3 cells instead of 14"):
        load_base_rates(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        load_base_rates(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_base_rates(tmp_path / "nowhere.csv")


@given(st.integers(0, 500), st.integers(1, 500), st.floats(0.5, 0.999))
def test_wilson_holds_the_share_and_stays_a_share(events, more, level):
    cases = events + more
    found = wilson_interval(events, cases, level=level)
    assert 0 <= found.low <= events / cases <= found.high <= 1


def test_wilson_of_no_cases_says_nothing_and_of_too_many_events_is_refused():
    assert (wilson_interval(0, 0).low, wilson_interval(0, 0).high) == (0, 1)
    with pytest.raises(InputError):
        wilson_interval(3, 2)
