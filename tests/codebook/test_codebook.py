import tomllib
from importlib import resources

import pytest

from demarche.codebook import load_codebook
from demarche.codebook._load import parse_codebook
from demarche.errors import CodebookError
from demarche.model import Act
from demarche.reading._labels import ISSUES


def load_data():
    return tomllib.loads(resources.files("demarche.codebook").joinpath("codebook.toml").read_text("utf-8"))


def test_the_codebook_has_24_acts_28_issues_5_statuses_and_2_voices():
    codebook = load_codebook()
    assert [len(part) for part in (codebook.acts, codebook.issues, codebook.statuses, codebook.voices)] == [
        24,
        28,
        5,
        2,
    ]


def test_every_act_but_deny_and_state_has_an_event_with_its_quad():
    for act, code in load_codebook().acts.items():
        assert (code.event is None) == (code.quad is None) == (act in (Act.DENY, Act.STATE))


def test_plover_has_sixteen_events_and_all_are_reached():
    codebook = load_codebook()
    assert len(codebook.events) == 16
    assert {code.event for code in codebook.acts.values()} - {None} == set(codebook.events)


def test_sanction_is_material_conflict_and_codes_are_strings():
    code = load_codebook().acts[Act.SANCTION]
    assert (code.event, code.quad, code.cameo) == ("SANCTION", 4, "16")


def test_the_network_knows_the_issues_of_the_codebook():
    assert list(ISSUES) == list(load_codebook().issues)


@pytest.mark.parametrize("change", [lambda d: d["acts"].pop("deny"), lambda d: d["acts"]["meet"].update(event="PARTY")])
def test_a_codebook_that_contradicts_itself_is_refused(change):
    data = load_data()
    change(data)
    with pytest.raises(CodebookError):
        parse_codebook(data)


def test_an_unknown_issue_is_named_with_the_known_ones():
    with pytest.raises(CodebookError, match="'weather'.*territory"):
        load_codebook().check_issue("weather")
