"""The examples of docs/api.md: each is run as it stands there, curl by a reader of its options."""

import re
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("argon2")

from argon2 import PasswordHasher  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from demarche.web import _accounts  # noqa: E402
from demarche.web._settings import Settings  # noqa: E402
from demarche.web.app import make_app  # noqa: E402

MANUAL = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
HOST = "http://127.0.0.1:8765"
PASSWORD = "seven grey herons"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL)


@pytest.fixture(params=["alone", "with accounts"])
def desk(request, client, ledger_url, tmp_path, monkeypatch):
    """Yield a browser on a desk without accounts, and on one that asks for a name and a password."""
    if request.param == "alone":
        yield client
        return
    cheap = lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # noqa: E731
    monkeypatch.setattr(_accounts, "PasswordHasher", cheap)
    accounts = _accounts.Accounts(tmp_path / "accounts.json")
    accounts.add("ines", PASSWORD, _accounts.Role.ADMIN)
    app = make_app(Settings(ledger=ledger_url, user="anna", accounts=tmp_path / "accounts.json"))
    with TestClient(app, base_url=HOST) as made:
        yield made


def run_curl(client, command, known):
    """Ask what a curl command asks; the options of the manual are all that it knows."""
    words = shlex.split(re.sub(r"\$([A-Z]+)", lambda name: known[name[1]], command.replace("\\\n", " ")))
    assert words.pop(0) == "curl"
    headers, data, address, as_query = {}, [], None, False
    while words:
        word = words.pop(0)
        if word in ("-b", "-c"):
            words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word in ("-d", "--data-urlencode"):
            data.append(words.pop(0))
        elif word == "-G":
            as_query = True
        elif word != "-s":
            address = word
    path = urlsplit(address).path
    assert address.startswith(HOST + path)
    if as_query or not data:
        return client.get(path, params=dict(item.split("=", 1) for item in data), headers=headers)
    if headers.get("Content-Type") == "application/json":
        return client.post(path, content=data[0], headers=headers)
    return client.post(path, data=dict(item.split("=", 1) for item in data), headers=headers)


def test_the_examples_in_python_run_in_their_order(desk, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "httpx", SimpleNamespace(Client=lambda base_url: desk))
    names = {"password": PASSWORD}
    for block in blocks("python"):
        exec(block, names)
    assert names["found"][0]["id"] == "report"
    assert [move["act"] for move in names["moves"]] == ["demand"] * len(names["moves"]) != []
    assert names["move"] == names["moves"][0]
    assert "reject" in {move["act"] for move in names["coded"]}
    assert len(names["every"]) == names["overview"]["moves"]
    assert "404" in capsys.readouterr().out


def test_the_examples_with_curl_are_answered(desk):
    answers, known = {}, {"PASSWORD": PASSWORD}
    for block in blocks("sh"):
        known["TOKEN"] = desk.get("/api/session").json()["token"]
        answer = run_curl(desk, block, known)
        assert answer.status_code == 200, block
        path = answer.request.url.path
        answers[path] = answer
        if path == "/api/moves":
            known["MOVE"] = answer.json()[0]["id"]
    assert answers["/api/code"].json()[0]["act"] == "reject"
    assert {count["value"] for count in answers["/api/counts"].json()} >= {"reject", "demand"}


def test_every_operation_has_an_example_of_each_kind(client):
    described = client.get("/api/openapi.json").json()["paths"]
    for language in ("sh", "python"):
        written = "\n".join(blocks(language))
        assert [path for path in described if path.split("{")[0] not in written] == []


def test_every_filter_of_moves_is_named(client):
    parameters = client.get("/api/openapi.json").json()["paths"]["/api/moves"]["get"]["parameters"]
    section = MANUAL.split("## Moves")[1].split("## Counts")[0] + MANUAL.split("## Paging")[1]
    assert [one["name"] for one in parameters if f"`{one['name']}`" not in section] == []


def test_every_status_that_is_described_is_in_the_table(client):
    described = client.get("/api/openapi.json").json()["paths"]["/api/moves"]["get"]["responses"]
    table = MANUAL.split("## Errors")[1]
    assert [status for status in described if status != "200" and f"| {status} |" not in table] == []
