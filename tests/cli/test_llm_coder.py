"""``--coder llm:MODEL@URL`` as a user types it: the same in every verb that codes."""

import json
import sys

import pytest
from click.testing import CliRunner

from demarche import pipeline
from demarche.cli import cli, main
from demarche.errors import InputError, MissingExtra
from demarche.ledger import Ledger
from demarche.model import MoveFilter
from demarche.testing import ModelReply, ModelServer
from demarche.testing._model_server import sentences_asked


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], standalone_mode=False)


def answer(request):
    """Find the refusals, and once a party that is not there."""
    entries = []
    for number, text in enumerate(sentences_asked(request), 1):
        common = {"nth": 1, "act": "reject", "status": "actual", "issue": "talks", "content": None}
        moves = [{**common, "trigger": "rejected", "actors": [text.split()[0]]}] if "rejected" in text else []
        moves += [{**common, "trigger": "fell", "actors": ["the sky"]}] if "fell" in text else []
        entries.append({"n": number, "voice": "report", "moves": moves})
    return json.dumps({"sentences": entries})


@pytest.fixture
def server():
    with ModelServer(answer) as made:
        yield made


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("Kyiv rejected the draft. Rain fell over Oslo.", "utf-8")
    return path


@pytest.fixture
def ledger(tmp_path):
    return f"sqlite:///{tmp_path / 'l.db'}"


def test_code_asks_the_model_and_says_where_the_texts_go(server, text):
    result = run("code", text, "--format", "jsonl", "--coder", f"llm:m@{server.address}")
    assert result.return_value == 0
    (line,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (line["coder"], line["trigger"]["text"], line["actors"][0]["id"]) == ("llm:m/2.12", "rejected", "UKR")
    assert f"texts are sent to {server.address} (llm:m/2.12), on this machine" in result.stderr
    assert "1 moves taken, 1 dropped: 1 actors: not in the sentence" in result.stderr


def test_the_address_may_stand_by_itself(server, text):
    result = run("code", text, "--coder", "llm:m", "--address", server.address, "--examples", 0, "--batch", 1)
    assert result.return_value == 0
    assert [len(request["messages"]) for request in server.requests] == [2, 2]


def test_ingest_and_recode_take_the_same_words(server, text, ledger):
    taken = run("ingest", text, "--ledger", ledger, "--coder", f"llm:one@{server.address}")
    again = run("recode", "--ledger", ledger, "--coder", f"llm:two@{server.address}", "--examples", 3)
    assert (taken.return_value, again.return_value) == (0, 0)
    with Ledger.open(ledger) as found:
        assert [move.move.coder for move in found.moves(MoveFilter())] == ["llm:two/2.3"]
        assert not found.verify().problems
    known = run("recode", "--ledger", ledger, "--coder", f"llm:two@{server.address}", "--examples", 3)
    assert "1 it had read before" in known.stderr
    assert len(server.requests) == 2


def test_a_document_that_the_model_does_not_answer_is_a_failure_and_the_run_goes_on(text, tmp_path, ledger):
    other = tmp_path / "other.txt"
    other.write_text("Kyiv rejected the terms.", "utf-8")
    with ModelServer(lambda request: "No." if "Oslo" in str(request["messages"][-1]) else answer(request)) as server:
        result = run("ingest", text, other, "--ledger", ledger, "--coder", f"llm:m@{server.address}")
    assert result.return_value == 1
    with Ledger.open(ledger) as found:
        (failure,) = found.failures()
    assert failure.stage == "reading"
    assert "no usable answer for sentence 2 of 2" in failure.reason


def test_what_the_budget_does_not_pay_for_fails_and_the_key_is_nowhere(tmp_path, ledger, server, monkeypatch):
    monkeypatch.setenv("THE_KEY", "sk-secret-9")
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"Kyiv rejected draft {number}.", "utf-8")
    options = ("--price-in", 1, "--price-out", 1, "--max-cost", 0.001, "--key-from", "THE_KEY")
    result = run("ingest", tmp_path, "--ledger", ledger, "--coder", f"llm:m@{server.address}", *options)
    assert result.return_value == 1
    assert "cost 0.0011" in result.stderr
    with Ledger.open(ledger) as found:
        reasons = [failure.reason for failure in found.failures()]
    assert len(reasons) >= 2
    assert all("the budget of 0.001 is used up" in reason for reason in reasons if "budget" in reason)
    assert "sk-secret" not in result.output + str(reasons)
    assert b"sk-secret" not in (tmp_path / "l.db").read_bytes()
    assert server.headers[0]["authorization"] == "Bearer sk-secret-9"


def gold(tmp_path):
    reject = {
        "act": "reject",
        "status": "actual",
        "issue": "talks",
        "trigger": [5, 13, "rejected"],
        "actors": [[0, 4, "Kyiv"]],
    }
    lines = [
        {"id": "1", "split": "dev", "text": "Kyiv rejected the draft.", "voice": "report", "moves": [reject]},
        {"id": "2", "split": "dev", "text": "Rain fell over Oslo.", "voice": "report", "moves": []},
    ]
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return path


@pytest.mark.model
def test_evaluate_scores_both_coders_on_the_same_sentences(server, tmp_path):
    result = run("evaluate", gold(tmp_path), "--format", "json", "--coder", f"llm:m@{server.address}", "--draws", 20)
    record = json.loads(result.stdout)
    built_in, other = record["coders"]
    assert built_in.startswith("demarche-en/")
    assert other == "llm:m/2.12"
    assert record["coders"][other]["measures"]["act"]["value"] == 1
    assert record["coders"][built_in]["sentences"] == 2
    assert record["verdict"] == "few"
    assert record["run"]["dropped"] == {"actors: not in the sentence": 1}
    assert (record["run"]["tokens_in"], record["run"]["unread"]) == (1000, 0)


@pytest.mark.model
def test_evaluate_shows_one_table_with_intervals_and_what_asking_came_to(server, tmp_path):
    result = run("evaluate", gold(tmp_path), "--coder", f"llm:m@{server.address}", "--draws", 20)
    assert "1.000 (1.000 to 1.000)" in result.stdout
    assert "trigger + act, F1" in result.stdout
    assert "too few to tell" in result.stdout
    assert "1000 tokens sent" in result.stdout
    assert result.stdout.count("llm:m") == 1


def test_evaluate_ends_where_the_server_refuses(tmp_path):
    with ModelServer(ModelReply(status=401)) as server:
        result = run("evaluate", gold(tmp_path), "--coder", f"llm:m@{server.address}")
    assert "the key is not taken" in str(result.exception)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--coder", "gpt"], "llm:MODEL@"),
        (["--coder", "llm:m"], "say once where"),
        (["--coder", "llm:m@http://127.0.0.1:1/v1", "--address", "http://127.0.0.1:2/v1"], "say once where"),
        (["--coder", "llm:m@http://me:pw@127.0.0.1/v1"], "DEMARCHE_LLM_KEY"),
        (["--coder", "llm:m@http://127.0.0.1:1/v1", "--max-cost", "1"], "--price-in"),
        (["--coder", "llm:m@ftp://x/v1"], "after the @, begins with http:// or https://"),
        (["--coder", "llm:m@127.0.0.1:1/v1"], "after the @, begins with http:// or https://"),
        (["--coder", "llm:m@http://127.0.0.1:1/v1", "--weights", "w"], "leave out"),
        (["--address", "http://127.0.0.1:1/v1", "--max-tokens", "5"], "only with --coder"),
    ],
)
@pytest.mark.parametrize("verb", ["code", "evaluate", "recode", "ingest"])
def test_options_that_contradict_each_other_are_named(options, message, verb, text, ledger, tmp_path):
    given = {
        "code": [text],
        "evaluate": [gold(tmp_path)],
        "recode": ["--ledger", ledger],
        "ingest": [text, "--ledger", ledger],
    }
    result = run(verb, *given[verb], *options)
    assert message in str(getattr(result.exception, "message", result.exception))
    assert "me:pw" not in str(result.exception)
    assert not (tmp_path / "l.db").exists()


def test_without_the_extra_the_message_says_what_to_install(monkeypatch, capsys, text):
    monkeypatch.delitem(sys.modules, "demarche.reading.llm._wire", raising=False)
    monkeypatch.setitem(sys.modules, "httpcore2", None)
    with pytest.raises(MissingExtra, match=r"demarche\[llm\]"):
        pipeline.load_llm("llm:m@http://127.0.0.1:1/v1")
    monkeypatch.setattr(sys, "argv", ["demarche", "code", str(text), "--coder", "llm:m@http://127.0.0.1:1/v1"])
    with pytest.raises(SystemExit, match="3"):
        main()
    assert "demarche[llm]" in capsys.readouterr().err


def test_from_python_the_reader_goes_where_the_built_in_one_does(server):
    with pipeline.load_llm(f"llm:m@{server.address}") as reader:
        coded = pipeline.code("Kyiv rejected the draft.", published="2026-03-04", reader=reader)
    (move,) = coded
    assert (move.coder, move.date, move.event) == ("llm:m/2.12", "2026-03-04", "REJECT")
    with pytest.raises(InputError, match="say once"):
        pipeline.load_llm("llm:m")
