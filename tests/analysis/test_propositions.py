"""Grouping with a stand-in for the network: contents are alike if they have the same verbs, contrary with "not"."""

from hypothesis import given
from hypothesis import strategies as st

from demarche.analysis.propositions import group_contents, name_content, phrase
from demarche.model import Content
from demarche.testing import compare_by_words as compare
from demarche.testing import embed_by_words as embed


def content(move, words, *, act="demand", issue="arms", **parties):
    return Content(move=move, issue=issue, act=act, words=words, version=1, **parties)


def group(contents, before=()):
    return group_contents(contents, before=before, embed=embed, compare=compare, threshold=0.5, name={}.get)


def test_contents_that_state_the_same_make_one_proposition_named_by_the_first():
    made = group([content("m1", "that they withdraw now"), content("m2", "withdraw"), content("m3", "release them")])
    assert [found.name for found in made.founded] == ["they withdraw now", "release them"]
    assert made.assigned[0].proposition == made.assigned[1].proposition != made.assigned[2].proposition
    assert [found.basis for found in made.assigned] == ["founded", "matched", "founded"]


def test_the_contrary_joins_the_proposition_with_the_other_sign():
    made = group([content("m1", "withdraw"), content("m2", "not withdraw"), content("m3", "not to withdraw")])
    assert [found.polarity for found in made.assigned] == [1, -1, -1]


def test_who_gives_up_a_demand_is_not_for_it_any_more():
    made = group([content("m1", "withdraw"), content("m2", "its demand that they withdraw", act="concede")])
    assert [found.polarity for found in made.assigned] == [1, -1]


def test_a_threat_unless_is_a_demand_and_a_threat_if_is_a_refusal():
    unless, if_ = (
        content("m2", "unless they withdraw", act="threaten"),
        content("m3", "if they withdraw", act="threaten"),
    )
    made = group([content("m1", "withdraw"), unless, if_])
    assert [found.polarity for found in made.assigned] == [1, -1, 1]  # a threat is against what its condition states


def test_another_issue_must_be_more_alike():
    made = group([content("m1", "withdraw"), content("m2", "withdraw", issue="territory")])
    assert made.assigned[1].likeness is not None
    assert (
        group([content("m1", "withdraw"), content("m2", "withdraw the lot", issue="territory")]).assigned[1].likeness
        < 0.8
    )


@given(st.lists(st.sampled_from(["withdraw", "not withdraw", "inspect", "release", "not release", "talk"]), max_size=12),
       st.integers(0, 12))  # fmt: skip
def test_what_was_given_earlier_stays_when_contents_are_added(words, cut):
    contents = [content(f"m{number}", word) for number, word in enumerate(words)]
    whole = group(contents)
    first = group(contents[:cut])
    given_before = [(one, found) for one, found in zip(contents[:cut], first.assigned, strict=True)]
    second = group(contents[cut:], before=given_before)
    assert [(found.proposition, found.polarity) for found in whole.assigned] == [
        (found.proposition, found.polarity) for found in (*first.assigned, *second.assigned)
    ]


def test_nothing_gives_nothing():
    assert group([]) == group_contents([], embed=embed, compare=compare, threshold=0.5, name={}.get)
    assert group([]).assigned == ()


def test_the_doer_is_the_one_who_is_asked_or_who_promises():
    names = {"RUS": "Russia", "UKR": "Ukraine"}.get
    parties = {"actors": ("RUS",), "recipients": ("UKR",)}
    assert phrase(content("m1", "leave", act="demand", **parties), name=names) == "Ukraine: leave"
    assert phrase(content("m1", "leave", act="promise", **parties), name=names) == "Russia: leave"
    assert phrase(content("m1", "leave", act="endorse", **parties), name=names) == "?: leave"


def test_a_name_is_never_longer_than_asked():
    assert len(name_content(content("m1", "withdraw " * 50), name={}.get, most=40)) == 40
