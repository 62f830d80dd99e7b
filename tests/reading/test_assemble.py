"""From scores to moves: how sure they are, whom they address, and that one is not told twice."""

import numpy as np

from demarche.model import Act, ReadMove, Span, Status
from demarche.reading._assemble import CandidateScores, assemble_move, choose_act, drop_doubles
from demarche.reading._labels import ACTS, ISSUES, RECIPIENT_TAGS, ROLE_TAGS, STATUSES
from demarche.reading._tokens import MAX_PIECES, split_tokens
from demarche.reading._weights import _SHIPPED, TOKENIZER, open_tokenizer


def scores(names, chosen):
    return np.array([[4.0 * (name == choice) for name in names] for choice in chosen], dtype=np.float32)


def test_a_move_that_the_first_pass_hardly_saw_is_less_sure():
    act = scores(ACTS, ["threaten"])[0]
    (found, sure), (same, unsure) = choose_act(act, 0.95), choose_act(act, 0.15)
    assert found == same == "threaten"
    assert 0 < unsure < sure < 1


def read_move(text, **roles):
    """Return the move "Oman warned Oman" with other words in place of its roles."""
    (tokens,) = split_tokens(open_tokenizer(_SHIPPED / TOKENIZER, pieces=MAX_PIECES), [text])
    words = text.split()
    tags = {name: scores(names, [roles.get(f"{name}{number}", "O") for number in range(len(words))])
            for name, names in (("roles", ROLE_TAGS), ("recipients", RECIPIENT_TAGS))}  # fmt: skip
    read = CandidateScores(
        act=scores(ACTS, ["threaten"])[0], status=scores(STATUSES, [STATUSES[0]])[0], issue=scores(ISSUES, [ISSUES[0]])[0], **tags
    )  # fmt: skip
    return assemble_move(Span.of(text, 0, len(text)), tokens, (1, 2, 0.9), read)


def test_who_acts_is_not_a_recipient_of_the_move_too():
    begins = RECIPIENT_TAGS[1]
    move = read_move(
        "Oman warned Oman and Qatar .", roles0="B-actors", recipients0=begins, recipients2=begins, recipients4=begins
    )
    assert [(span.start, span.text) for span in move.recipients] == [(12, "Oman"), (21, "Qatar")]


def test_no_content_ends_in_an_article():
    assert read_move("Oman welcomed the effort .", roles0="B-actors", roles2="B-content").content.text == "the effort"
    assert read_move("Oman welcomed the", roles2="B-content").content.text == "the"


def told(act, trigger, confidence, content="the missiles must go"):
    text = "Oman held that the missiles must go ."

    def span(words):
        return words and Span.of(text, text.index(words), text.index(words) + len(words))

    return ReadMove(
        act=Act(act), status=Status.ACTUAL, issue="arms", trigger=span(trigger), confidence=confidence,
        actors=(span("Oman"),), recipients=(), content=span(content),
    )  # fmt: skip


def test_a_move_is_told_once_by_its_surest_trigger_and_not_by_a_statement_too():
    held, must = told("demand", "held", 0.9), told("demand", "must", 0.6)
    assert drop_doubles([held, must]) == [held]
    assert drop_doubles([told("state", "held", 0.99), must]) == [must]


def test_other_acts_contents_and_moves_without_content_stay_apart():
    several = [told("demand", "held", 0.9), told("reject", "must", 0.6), told("demand", "go", 0.5, "missiles")]
    assert drop_doubles(several) == several
    bare = [told("attack", "held", 0.9, None), told("attack", "must", 0.8, None)]
    assert drop_doubles(bare) == bare
