"""What asking a language model came to is said without letting it speak for itself."""

import pytest

from demarche.model.coder_run import CoderRun
from demarche.present.coder_run import say_destination, say_run


@pytest.mark.parametrize(
    ("address", "way"),
    [
        ("http://127.0.0.1:8080/v1", ", on this machine"),
        ("http://[::1]:8080/v1", ", on this machine"),
        ("http://localhost:8080/v1", ", on this machine"),
        ("http://127.0.0.1.example/v1", ", unencrypted"),
        ("http://10.0.0.7/v1", ", unencrypted"),
        ("https://models.example/v1", ""),
    ],
)
def test_who_can_read_along_is_said(address, way):
    assert say_destination("llm:m/2.12", address) == f"texts are sent to {address} (llm:m/2.12){way}"


def test_a_name_cannot_forge_a_line():
    assert "\n" not in say_destination("llm:m\ndemarche: all is well\x1b[2J/2.12", "https://x/v1")


def test_what_came_of_it_is_said_in_full():
    run = CoderRun(
        coder="llm:m/2.12",
        address="https://x/v1",
        answered=3,
        tokens_in=300,
        estimated=1,
        cost=0.25,
        moves=5,
        dropped={"act: not in the codebook": 1, "trigger: not in the sentence": 2},
        unread=1,
    )
    questions, dropped, unread = say_run(run)
    assert "300 tokens sent" in questions
    assert "cost 0.2500" in questions
    assert dropped == "5 moves taken, 3 dropped: 2 trigger: not in the sentence; 1 act: not in the codebook"
    assert unread.startswith("1 sentences")


def test_nothing_dropped_and_nothing_priced_is_not_mentioned():
    (line,) = say_run(CoderRun(coder="llm:m/2.12", address="https://x/v1"))
    assert "cost" not in line
