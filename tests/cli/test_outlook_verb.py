"""The verb on forecasts and base rates as a user types it."""

import json

import pytest
from click.testing import CliRunner

from demarche.cli.outlook import outlook
from demarche.ledger import Ledger

QUESTION = ("--question", "Will the convoy arrive?", "--rule", "two agencies report it", "--by", "2999-01-01")


@pytest.fixture
def url(tmp_path):
    Ledger.open(str(tmp_path / "ledger.db")).close()
    return str(tmp_path / "ledger.db")


def run(*arguments):
    return CliRunner().invoke(outlook, [str(argument) for argument in arguments], standalone_mode=False)


def record(url, *more):
    return run("record", "--ledger", url, *QUESTION, *more)


def scores(url):
    return [json.loads(line) for line in run("scores", "--ledger", url, "--format", "jsonl").output.splitlines()]


def test_a_forecast_is_recorded_with_the_base_rate_of_that_day_and_resolved(url):
    assert (
        "beside a base rate of 50%" in record(url, "--probability", 0.7, "--base-rate", "ultimatum_compliance").output
    )
    (row,) = scores(url)
    forecast = row["forecast"]
    assert (row["state"], forecast["base_value"], forecast["probability"]) == ("open", 0.5, 0.7)
    found = run("resolve", forecast["id"], "--ledger", url, "--outcome", "yes", "--why", "both report it")
    assert found.exception is None
    (row,) = scores(url)
    assert (row["state"], row["brier"]) == ("counted", pytest.approx(0.09))
    assert "No demonstrated skill over the base rate" in run("scores", "--ledger", url).output


def test_another_outcome_has_to_be_asked_for(url):
    record(url, "--probability", 0.7)
    (row,) = scores(url)
    resolve = ("resolve", row["forecast"]["id"], "--ledger", url, "--why", "both report it", "--outcome")
    run(*resolve, "yes")
    assert "is resolved (yes, on" in str(run(*resolve, "no").exception)
    assert scores(url)[0]["forecast"]["outcome"] is True
    run(*resolve, "no", "--correct")
    assert scores(url)[0]["forecast"]["outcome"] is False


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--probability", "1"), "above 0 and below 1"),
        (("--probability", "0.5", "--base-rate", "nope"), "there is no base rate 'nope'"),
        (("--probability", "0.5", "--base-rate", "x", "--base-value", "0.2"), "not both"),
        (("--probability", "0.5", "--by", "Friday"), "give a day"),
        (("--probability", "0.5", "--by", "1962-10-22"), "an earlier day"),
        (("--probability", "0.5", "--issue", "weather"), "unknown issue"),
    ],
)
def test_what_cannot_be_scored_is_refused_and_nothing_is_kept(url, given, words):
    assert words in str(record(url, *given).exception)
    assert scores(url) == []


def test_the_scores_draw_their_reliability(url, tmp_path):
    run("scores", "--ledger", url, "--plot", tmp_path / "scores.svg")
    assert (tmp_path / "scores.svg").read_text("utf-8").startswith("<svg")


def test_base_rates_need_no_ledger_and_take_a_file_of_ones_own(tmp_path):
    assert "Share of ultimata with which the target complied." in run("base-rates").output
    lines = run("base-rates", "--format", "jsonl").output.splitlines()
    assert all(json.loads(line)["source"] for line in lines)
    (tmp_path / "bad.csv").write_text("id,share\n", "utf-8")
    assert "a file of base rates has" in str(run("base-rates", "--rates", tmp_path / "bad.csv").exception)


def test_without_a_verb_it_shows():
    assert "Missing parameter: url" in str(run().exception) or "--ledger" in str(run().exception)
    assert "record" in run("--help").output
    assert "--back" in run("show", "--help").output
