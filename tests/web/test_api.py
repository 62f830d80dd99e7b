import pytest

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi import checks  # noqa: E402

from demarche.model import MoveFilter  # noqa: E402

HOST = "http://127.0.0.1:8765"
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = [
    "GET /api/session",
    "GET /api/overview",
    "GET /api/documents",
    "GET /api/documents/{document}",
    "GET /api/moves",
    "GET /api/moves/{move}",
    "GET /api/counts",
    "POST /api/code",
]


def _operations(client):
    schema = schemathesis.openapi.from_dict(client.get("/api/openapi.json").json())
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def _token(client):
    return {"X-CSRF-Token": client.get("/api/session").json()["token"]}


def test_the_description_names_every_operation(client):
    assert sorted(_operations(client)) == sorted(OPERATIONS)


def test_every_field_and_parameter_is_described(client):
    described = client.get("/api/openapi.json").json()
    fields = [
        (shape, name, field)
        for shape, schema in described["components"]["schemas"].items()
        for name, field in schema.get("properties", {}).items()
        if not shape.startswith(("HTTPValidation", "Validation"))
    ]
    fields += [
        (path, parameter["name"], parameter | parameter["schema"])
        for path, operations in described["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
    ]
    assert [(place, name) for place, name, field in fields if not field.get("description")] == []


@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_asked_the_answer_is_one_that_is_described(client, label, monkeypatch):
    from demarche.testing import make_coded

    # The network has tests of its own; what counts here is what comes in and goes out.
    monkeypatch.setattr("demarche.web.pages.api.code", lambda text, **about: make_coded(text.strip() or "x", []))
    operation, headers = _operations(client)[label], _token(client)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(st.data())
    def ask(data):
        case = data.draw(operation.as_strategy())
        case.headers = {**(case.headers or {}), **headers}
        sent = case.as_transport_kwargs(base_url=HOST)
        answer = client.request(
            sent["method"], sent["url"], params=sent.get("params"), json=sent.get("json"), headers=headers
        )
        case.validate_response(answer, checks=CHECKS)

    ask()


def test_moves_are_the_records_of_the_command_line(client, ledger):
    shown = client.get("/api/moves", params={"limit": 1000}).json()
    assert [move["id"] for move in shown] == [found.move.id for found in ledger.moves()]
    text = client.get(f"/api/documents/{shown[0]['document']}").json()["text"]
    trigger = shown[0]["trigger"]
    assert text[trigger["start"] : trigger["end"]] == trigger["text"]


def test_filters_have_the_names_of_the_command_line(client):
    found = client.get("/api/moves", params={"actor": "UKR", "voice": "opinion"}).json()
    assert {(move["voice"], move["actors"][0]["id"]) for move in found} == {("opinion", "UKR")}


def test_moves_are_counted_as_on_the_command_line(client, ledger):
    shown = client.get("/api/counts", params={"by": "act", "voice": "report"}).json()
    assert [(one["value"], one["moves"]) for one in shown] == [
        (one.value, one.moves) for one in ledger.count("act", MoveFilter(voice="report"))
    ]
    assert client.get("/api/counts", params={"by": "colour"}).status_code == 422


def test_what_is_not_there_and_what_cannot_be_are_told_apart(client):
    assert client.get("/api/moves/m0").status_code == 404
    assert client.get("/api/moves", params={"act": "hug"}).status_code == 422
    assert client.get("/api/moves", params={"colour": "red"}).status_code == 422
    assert client.get("/api/moves/m0").json()["status"] == 404


def test_a_text_is_coded_only_with_the_token_of_the_session(client):
    assert client.post("/api/code", json={"text": "Kyiv rejected it."}).status_code == 403
    moves = client.post("/api/code", json={"text": "Kyiv rejected Moscow's demand."}, headers=_token(client)).json()
    assert "reject" in {move["act"] for move in moves}


def test_nothing_that_is_coded_by_the_way_is_kept(client, ledger):
    before = ledger.head()
    client.post("/api/code", json={"text": "Kyiv rejected Moscow's demand."}, headers=_token(client))
    assert ledger.head() == before


def test_a_program_without_the_token_is_told_where_to_get_it(client):
    said = client.post("/api/code", json={"text": "Kyiv rejected it."}).json()["error"]
    assert "/api/session" in said
    assert "X-CSRF-Token" in said
    assert "load the page" not in said
