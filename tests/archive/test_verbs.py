"""The verbs of the analyses on an archive in place of a ledger."""

import json

import pytest
from click.testing import CliRunner

from demarche import pipeline
from demarche.cli import cli
from demarche.errors import LedgerError

VERBS = ("propositions", "positions", "repetition", "threats", "claims", "playbooks", "outlook", "network")


def run(*arguments, env=None):
    result = CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False, standalone_mode=False, env=env)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch, comparer, ledger):
    monkeypatch.setattr(pipeline, "_shipped_comparer", lambda: comparer)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_a_verb_writes_what_it_writes_of_a_ledger(verb, form, folder, ledger_file):
    options = ("--on", "1962-10-25") if verb == "outlook" else ()
    told = run(verb, "--archive", folder, "--format", form, *options)
    assert told == run(verb, "--ledger", ledger_file, "--format", form, *options)
    assert told.strip()


def test_the_network_of_addresses_and_of_stances_are_both_there(folder, ledger_file):
    for kind in ("addresses", "agreement", "two-mode"):
        told = run("network", "--kind", kind, "--archive", folder)
        assert told == run("network", "--kind", kind, "--ledger", ledger_file)
    dated = ("network", "--window", "14")
    assert run(*dated, "--archive", folder) == run(*dated, "--ledger", ledger_file)


def test_filters_and_bounds_are_options(folder):
    lines = run(
        "claims",
        "--archive",
        folder,
        "--actor",
        "SUN",
        "--memory",
        "1GB",
        "--threads",
        "1",
        "--format",
        "jsonl",
        "--all",
    )
    assert all("evidence" in json.loads(line) for line in lines.splitlines())
    assert lines


def test_plans_are_matched_and_compared(folder, ledger_file, tmp_path):
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_text("1. The missiles are withdrawn.\n2. Inspectors inspect the sites.")
    other.write_text("1. The missiles are withdrawn at once.\n2. Talks begin.")
    assert run("plans", one, "--archive", folder) == run("plans", one, "--ledger", ledger_file)
    assert run("plans", one, other, "--archive", folder) == run("plans", one, other, "--ledger", ledger_file)


def test_an_overview_counts_by_act_month_and_pair(folder):
    told = run("overview", "--archive", folder, "--limit", "3")
    for words in ("shards", "49", "1962-10", "United States", "demand"):
        assert words in told


def test_the_archive_goes_before_the_ledger_of_the_environment(folder, tmp_path):
    assert run("overview", "--archive", folder, env={"DEMARCHE_LEDGER": str(tmp_path / "none.db")})


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "name a ledger with --ledger, or an archive with --archive"),
        (("--ledger", "x.db", "--archive", "FOLDER"), "not both"),
        (("--ledger", "x.db", "--memory", "1GB"), "--memory and --threads are of an archive"),
        (("--archive", "FOLDER", "--sectors"), "take it into a ledger for --sectors"),
    ],
    ids=["neither", "both", "memory of a ledger", "sectors"],
)
def test_what_does_not_go_together_is_wrong_usage(options, told, folder):
    given = [str(folder) if option == "FOLDER" else option for option in options]
    result = CliRunner().invoke(cli, ["positions", *given])
    assert result.exit_code == 2
    assert told in result.output


def test_what_changes_a_ledger_is_refused(folder):
    with pytest.raises(LedgerError, match="an archive is only read"):
        run("propositions", "--archive", folder, "--rename", "p1", "Another name", "--why", "shorter")
