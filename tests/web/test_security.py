"""What stands between the world and the pages, with a small application behind it in place of the desk."""

import contextlib
import logging
import re
import socket
import threading
import time
from typing import Annotated

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from fastapi import APIRouter, Depends, FastAPI, Form, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

from demarche.cli import cli
from demarche.cli.serve import _listen, _run
from demarche.errors import InputError, LedgerError
from demarche.web import _accounts
from demarche.web._accounts import Accounts, Role
from demarche.web._errors import own_path
from demarche.web._guard import host_name
from demarche.web._rates import Rates
from demarche.web._security import ADMIN, ANYONE, READER, REVIEWER, add_security, check_routes, is_loopback
from demarche.web._settings import Settings
from demarche.web.pages import accounts as pages

GOOD = "seven grey herons"
OTHER = "a slow boat north"
HERE = "http://127.0.0.1:8765"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(_accounts, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def make_router():
    router = APIRouter()

    @router.get("/", dependencies=[Depends(READER)])
    def start(request: Request, number: Annotated[int, Query(le=10)] = 0):
        return PlainTextResponse(f"{request.state.user.name} {request.state.user.role}")

    @router.post("/write", dependencies=[Depends(REVIEWER)])
    async def write(request: Request):
        return PlainTextResponse(f"written by {request.state.user.name}")

    @router.post("/ingest", dependencies=[Depends(REVIEWER)])
    def ingest(text: Annotated[str, Form()] = ""):
        return PlainTextResponse(str(len(text)))

    @router.post("/api/write", dependencies=[Depends(REVIEWER)])
    def write_record(record: dict[str, int]):
        return record

    @router.get("/manage", dependencies=[Depends(ADMIN)])
    def manage():
        return PlainTextResponse("managed")

    @router.get("/open", dependencies=[Depends(ANYONE)])
    def opened():
        return PlainTextResponse("open")

    @router.get("/broken", dependencies=[Depends(READER)])
    def broken():
        raise RuntimeError("SELECT secret FROM /home/ines/files")

    @router.get("/api/broken", dependencies=[Depends(READER)])
    def broken_too():
        raise RuntimeError("SELECT secret")

    @router.get("/told", dependencies=[Depends(READER)])
    def told(kind: str = "input"):
        if kind == "input":
            raise InputError("<b>is no text</b>\u202e; give text", where="/home/ines/upload/scan.pdf")
        if kind == "gone":
            raise LedgerError("there is no move m1 in the ledger")
        raise LedgerError("/home/ines/ledger.db: locked") from OSError("disk")

    @router.get("/late", dependencies=[Depends(READER)])
    def late():
        def pieces():
            yield "a"
            raise RuntimeError("half way")

        return StreamingResponse(pieces())

    return router


def make_app(tmp_path, *, router=None, **settings):
    static = tmp_path / "static"
    static.mkdir(exist_ok=True)
    (static / "desk.css").write_text("body {}", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(directory=static), name="static")
    app.include_router(router or make_router())
    app.include_router(pages.router)
    app.state.settings = Settings(ledger="/home/ines/ledger.db", user="ines", **settings)
    app.state.has_accounts = "accounts" in settings
    add_security(app, app.state.settings)
    check_routes(app)
    return app


class Browser(TestClient):
    """A browser as far as the desk can tell: it keeps cookies and does not follow redirects by itself."""

    def __init__(self, app, base=HERE, **given):
        super().__init__(app, base_url=base, follow_redirects=False, raise_server_exceptions=False, **given)

    def token(self, path="/login"):
        return re.search(r'name="csrf" value="([^"]+)"', self.get(path).text).group(1)

    def enter(self, name, password=GOOD, **more):
        return self.post("/login", data={"name": name, "password": password, "csrf": self.token(), **more})


@pytest.fixture
def file(tmp_path):
    made = Accounts(tmp_path / "accounts.json")
    for name, role in (("ann", Role.ADMIN), ("rob", Role.REVIEWER), ("rea", Role.READER)):
        made.add(name, GOOD, role)
    return made


@pytest.fixture
def app(tmp_path, file):
    return make_app(tmp_path, accounts=file.path)


@pytest.fixture
def local(tmp_path):
    return make_app(tmp_path)


def logged_in(app, name):
    browser = Browser(app)
    assert browser.enter(name).status_code == 303
    return browser


# Where a desk may run


@pytest.mark.parametrize("host", ["127.0.0.1", "127.5.0.1", "::1", "localhost"])
def test_the_loopback_is_open_without_accounts(tmp_path, host):
    assert is_loopback(host)
    assert Browser(make_app(tmp_path, host=host), base="http://localhost").get("/").text == "ines admin"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "2001:db8::1"])
def test_any_other_address_needs_accounts(tmp_path, file, host):
    with pytest.raises(InputError, match="demarche accounts add"):
        make_app(tmp_path, host=host)
    make_app(tmp_path, host=host, accounts=file.path)


def test_a_name_that_leads_elsewhere_needs_accounts(tmp_path, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in ("127.0.0.1", "192.0.2.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(InputError, match="accounts"):
        make_app(tmp_path, host="workstation")


@pytest.mark.parametrize("more", [{"https": True}, {"hosts": ("desk.example",)}])
def test_a_desk_behind_a_proxy_needs_accounts_though_it_listens_on_the_loopback(tmp_path, more):
    with pytest.raises(InputError, match="accounts"):
        make_app(tmp_path, **more)


def test_accounts_without_an_admin_do_not_do(tmp_path):
    path = tmp_path / "accounts.json"
    with pytest.raises(InputError, match="no admin"):
        make_app(tmp_path, accounts=path)
    Accounts(path).add("rea", GOOD, Role.READER)
    with pytest.raises(InputError, match="no admin"):
        make_app(tmp_path, accounts=path)


@pytest.mark.parametrize(
    "more", [["--host", "0.0.0.0"], ["--behind-proxy"], ["--https"], ["--allow-host", "desk.example"]]
)
def test_serve_refuses_to_open_a_desk_without_accounts(tmp_path, more):
    arguments = ["serve", "--ledger", str(tmp_path / "l.db"), "--port", "0", *more]
    found = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert isinstance(found.exception, InputError)
    assert "demarche accounts add NAME --role admin" in str(found.exception)


def test_serve_on_every_address_asks_for_a_name(tmp_path, file):
    arguments = [
        "serve",
        "--ledger",
        str(tmp_path / "l.db"),
        "--port",
        "0",
        "--host",
        "0.0.0.0",
        "--accounts",
        str(file.path),
    ]
    found = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert "--allow-host NAME" in str(found.exception)


def test_serve_says_that_a_port_is_taken():
    (taken,) = _listen("127.0.0.1", 0)
    taken.listen()
    with taken, pytest.raises(InputError, match="choose others"):
        _listen("127.0.0.1", taken.getsockname()[1])


# Under which name it is asked


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1234", "[::1]:8765", "127.0.0.1"])
def test_names_of_the_loopback_are_answered(local, host):
    assert Browser(local).get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8765", "evil.example@127.0.0.1", "", "localhost:",
     "localhost:8765:1", "127.0.0.1/x", "[::1", "192.0.2.1", "localhost:evil", "localhost, evil.example"],
)  # fmt: skip
def test_any_other_name_is_not_answered(local, host):
    answer = Browser(local).get("/", headers={"host": host})
    assert answer.status_code == 400
    assert "ines" not in answer.text
    assert "set-cookie" not in answer.headers


def test_two_host_headers_are_no_name():
    assert host_name(["localhost", "evil.example"]) is None


def test_an_allowed_name_is_answered(tmp_path, file):
    app = make_app(tmp_path, accounts=file.path, hosts=("Desk.example",), host="192.0.2.1")
    for host, status in (("desk.example", 200), ("192.0.2.1:8765", 200), ("other.example", 400)):
        assert Browser(app).get("/open", headers={"host": host}).status_code == status


# What a browser is told


@pytest.mark.parametrize(
    "path",
    ["/open", "/", "/nothing", "/broken", "/api/broken", "/static/desk.css", "/static/none", "/login", f"{HERE}//x"],
)
def test_every_answer_binds_the_browser(app, path):
    headers = Browser(app).get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] == ("public, max-age=600" if path == "/static/desk.css" else "no-store")
    assert "server" not in headers


def test_a_static_file_gives_no_cookie(app):
    assert "set-cookie" not in Browser(app).get("/static/desk.css").headers


@pytest.mark.parametrize(
    "path",
    ["/static/../secret.txt", "/static/%2e%2e/secret.txt", "/static/..%2fsecret.txt", "/static//etc/passwd", "/static/%2e%2e%2fsecret.txt",
     "/static/..%5csecret.txt", "/static/%00", "/static/desk.css%00.txt", "/static/....//secret.txt"],
)  # fmt: skip
def test_no_other_file_is_served(app, path):
    answer = Browser(app).get(path)
    assert answer.status_code in (303, 400, 404)
    assert answer.text != "secret"


# What goes wrong


def test_an_unexpected_error_is_logged_and_not_shown(local, caplog):
    for path in ("/broken", "/api/broken"):
        answer = Browser(local).get(path)
        assert answer.status_code == 500
        assert "something went wrong" in answer.text
        assert not re.search("SELECT|home|RuntimeError|Traceback", answer.text)
    assert answer.json() == {"error": "something went wrong; the log of the server says what", "status": 500}
    assert "SELECT secret" in caplog.text


def test_an_answer_that_breaks_half_way_is_not_taken_for_a_whole_one(local):
    with pytest.raises(RuntimeError, match="half way"):
        TestClient(local, base_url=HERE).get("/late")


def test_an_error_of_ours_is_shown_escaped_and_without_the_folders_of_the_server(local):
    answer = Browser(local).get("/told")
    assert answer.status_code == 400
    assert "scan.pdf: &lt;b&gt;is no text&lt;/b&gt;\ufffd; give text" in answer.text
    assert "/home" not in answer.text


def test_what_is_not_there_is_404_and_what_the_database_says_stays_in_the_log(local, caplog):
    assert Browser(local).get("/told?kind=gone").status_code == 404
    answer = Browser(local).get("/told?kind=locked")
    assert answer.status_code == 503
    assert "/home" not in answer.text
    assert "/home/ines/ledger.db: locked" in caplog.text


def test_a_program_gets_json_and_a_person_a_page(local):
    browser = Browser(local)
    for path, headers in (("/api/none", {}), ("/none", {"accept": "application/json"})):
        assert browser.get(path, headers=headers).json() == {"error": "there is no such page", "status": 404}
    assert browser.get("/none").headers["content-type"].startswith("text/html")
    assert browser.get("/?number=x", headers={"accept": "application/json"}).json()["status"] == 422
    assert "number" in browser.get("/?number=x").text


# Who asks


def test_nobody_reads_without_login(app):
    browser = Browser(app)
    answer = browser.get("/?number=3&words=a%20b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2F%3Fnumber%3D3%26words%3Da%2520b")
    assert browser.get("/api/broken").json() == {"error": "log in first", "status": 401}
    assert browser.post("/write", data={"csrf": browser.token()}).status_code == 401


def test_after_login_the_role_decides(app):
    statuses = {}
    for name in ("rea", "rob", "ann"):
        browser = logged_in(app, name)
        token = browser.token("/account")
        statuses[name] = [
            browser.get("/").status_code,
            browser.post("/write", data={"csrf": token}).status_code,
            browser.get("/manage").status_code,
        ]
    assert statuses == {"rea": [200, 403, 403], "rob": [200, 200, 403], "ann": [200, 200, 200]}


def test_login_leads_back_to_where_one_wanted_to_go(app):
    assert Browser(app).enter("rea", back="/?number=3").headers["location"] == "/?number=3"
    assert Browser(app).enter("rea", back="https://evil.example/").headers["location"] == "/"


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "\\\\evil",
     "", None, "/login?next=/x", "/logout", "evil", " //evil.example", "/a\\b", "/\x00", "/" + "a" * 5000],
)  # fmt: skip
def test_no_path_leads_to_another_site(path):
    assert own_path(path) == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(app):
    wrong, unknown = (Browser(app).enter(name, OTHER) for name in ("rea", "nob"))
    assert wrong.status_code == unknown.status_code == 401
    hide = re.compile(r'(name="csrf"|name="name") value="[^"]*"')
    assert hide.sub("", wrong.text) == hide.sub("", unknown.text)
    assert "location" not in wrong.headers


def test_the_session_gets_a_new_name_at_login(app):
    browser = Browser(app)
    browser.get("/login")
    (before,) = browser.cookies.values()
    browser.enter("rea")
    (after,) = browser.cookies.values()
    assert before != after
    for name in (before, "planted", ""):
        assert Browser(app, cookies={"demarche-8765": name}).get("/").status_code == 303
    assert Browser(app, cookies={"demarche-8765": after}).get("/").status_code == 200


def test_a_planted_name_is_never_taken_up(app):
    browser = Browser(app)
    answer = browser.get("/login", headers={"cookie": "demarche-8765=planted"})
    assert "planted" not in answer.headers["set-cookie"]
    two = Browser(app)
    two.enter("rea")
    (name,) = two.cookies.values()
    twice = f"demarche-8765={name}; demarche-8765={name}"
    assert Browser(app).get("/", headers={"cookie": twice}).status_code == 303


def test_the_cookie_is_kept_from_scripts_and_other_sites(app):
    cookie = Browser(app).get("/login").headers["set-cookie"]
    assert re.fullmatch(r"demarche-8765=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict", cookie)


def test_behind_https_the_cookie_goes_by_https_alone(tmp_path, file):
    app = make_app(tmp_path, accounts=file.path, https=True, hosts=("desk.example",))
    cookie = Browser(app, base="https://desk.example").get("/login").headers["set-cookie"]
    assert cookie.startswith("__Host-demarche=")
    assert cookie.endswith("; Secure")


def test_logout_ends_the_session_and_not_only_the_cookie(app):
    browser = logged_in(app, "rea")
    (name,) = browser.cookies.values()
    answer = browser.post("/logout", data={"csrf": browser.token("/account")})
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert Browser(app, cookies={"demarche-8765": name}).get("/").status_code == 303


@pytest.mark.parametrize("change", ["role", "password", "disable"])
def test_a_change_of_an_account_ends_its_sessions(app, file, change):
    browser = logged_in(app, "rob")
    {
        "role": lambda: file.set_role("rob", Role.READER),
        "password": lambda: file.set_password("rob", OTHER),
        "disable": lambda: file.disable("rob"),
    }[change]()  # as the command line does it, beside the desk that runs
    assert browser.get("/").status_code == 303
    assert logged_in(app, "ann").get("/").status_code == 200


def test_accounts_that_others_can_read_let_nobody_in(app, file, caplog):
    browser = logged_in(app, "rea")
    file.path.chmod(0o644)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "chmod" not in answer.text
    assert "chmod 600" in caplog.text


def test_without_accounts_there_is_nothing_to_log_in_to(local):
    browser = Browser(local)
    assert browser.get("/login").headers["location"] == "/"
    assert browser.get("/accounts").status_code == browser.get("/account").status_code == 404


# Forms


def test_a_form_without_its_token_is_refused(app):
    browser = logged_in(app, "rob")
    stranger = Browser(app).token()
    for data in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": stranger}, {"csrf": "\udcff"}):
        answer = browser.post("/write", content="&".join(f"{k}={v}" for k, v in data.items()).encode("utf-8", "replace"),
                              headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
        assert answer.status_code == 403
        assert "too old" in answer.text
    assert browser.post("/write?csrf=" + browser.token("/account")).status_code == 403


def test_a_token_comes_in_a_field_or_in_a_header(app):
    browser = logged_in(app, "rob")
    token = browser.token("/account")
    assert browser.post("/write", data={"csrf": token}).text == "written by rob"
    assert browser.post("/write", data={"csrf": token}, files={"f": b"x"}).text == "written by rob"
    assert browser.post("/write", headers={"x-csrf-token": token}).text == "written by rob"
    assert browser.post("/api/write", json={"a": 1}, headers={"x-csrf-token": token}).json() == {"a": 1}
    assert browser.post("/api/write", json={"a": 1, "csrf": token}).status_code == 403
    assert browser.post("/write", data={"csrf": "x"}, headers={"x-csrf-token": token}).status_code == 200


def test_the_loopback_too_checks_tokens(local):
    browser = Browser(local)
    assert browser.post("/write").status_code == 403
    browser.get("/open")
    assert browser.post("/write", headers={"x-csrf-token": ""}).status_code == 403


def test_login_itself_needs_a_token(app):
    assert Browser(app).post("/login", data={"name": "rea", "password": GOOD}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "http://evil.example"}, {"origin": "null"},
     {"origin": "http://127.0.0.1:9999"}, {"origin": "http://[::1"}, {"origin": ""}],
)  # fmt: skip
def test_what_another_site_sends_is_refused_even_with_a_token(app, headers):
    browser = logged_in(app, "rob")
    answer = browser.post("/write", data={"csrf": browser.token("/account")}, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": HERE}, {}])
def test_what_a_page_of_ours_sends_is_taken(app, headers):
    browser = logged_in(app, "rob")
    assert browser.post("/write", data={"csrf": browser.token("/account")}, headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_use_an_answer_as_its_picture_or_script(local, site):
    for dest, mode in (("image", "no-cors"), ("script", "no-cors"), ("iframe", "navigate"), ("empty", "cors")):
        headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
        answer = Browser(local).get("/", headers=headers)
        assert (answer.status_code, "ines" in answer.text) == (403, False)


def test_a_link_of_another_site_leads_in_without_ending_the_session(app):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    answer = Browser(app).get('/?number=3&a="><b>', headers=headers)
    assert answer.status_code == 200
    assert '<a href="/?number=3&amp;a=%22%3E%3Cb%3E">' in answer.text
    assert "set-cookie" not in answer.headers
    assert Browser(app).get(f"{HERE}//evil.example/", headers=headers).status_code == 400


# How much and how often


def test_a_body_is_refused_by_what_it_says_of_its_length(app):
    for name, limit in ((None, 64 * 1024), ("rea", 1024 * 1024), ("rob", 1024 * 1024)):
        browser = logged_in(app, name) if name else Browser(app)
        for path in ("/write", "/login", "/nothing", "/static/desk.css"):
            assert browser.post(path, content=b"x" * (limit + 1)).status_code == 413
        assert browser.post("/write", content=b"x" * limit).status_code == (403 if name else 401)


def test_a_body_is_refused_by_what_arrives_of_it(app):
    browser = logged_in(app, "rob")
    taken = []

    def pieces():
        for _ in range(100):
            taken.append(1)
            yield b"x" * 64 * 1024

    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json"):
        answer = browser.post("/api/write", content=pieces(), headers={"content-type": kind, "x-csrf-token": "x"})
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"


def test_only_who_may_take_in_documents_may_send_much(app):
    many = b"csrf=x&text=" + b"y" * 2_000_000
    statuses = [
        logged_in(app, name)
        .post("/ingest", content=many, headers={"content-type": "application/x-www-form-urlencoded"})
        .status_code
        for name in ("rea", "rob")
    ]
    assert statuses == [413, 400]  # a single field of it is bounded by the form's own limits


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "9" * 30])
def test_a_length_that_is_no_number_is_refused(app, length):
    answer = Browser(app).post("/login", content=b"x", headers={"content-length": length})
    assert answer.status_code in (400, 413)


def test_a_form_of_too_many_parts_is_refused(app):
    browser = logged_in(app, "rob")
    fields = "&".join(f"f{number}=" for number in range(1500))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/write", content=fields, headers=headers).status_code == 400
    parts = {f"f{number}": (f"f{number}", b"") for number in range(1001)}
    assert browser.post("/write", files=parts).status_code == 400
    assert (
        browser.post("/write", content=b"no parts", headers={"content-type": "multipart/form-data"}).status_code == 400
    )


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [("/" + "a" * 9000, {}, 414), ("/?q=" + "a" * 9000, {}, 414), ("/", {"x": "y" * 40_000}, 431), ("/%00", {}, 400), ("/?a=%00", {}, 400),
     ("/%0d%0aset-cookie:a", {}, 400)],
)  # fmt: skip
def test_an_odd_request_is_refused(local, path, headers, status):
    assert Browser(local).get(path, headers=headers).status_code == status


def test_logins_are_limited_by_name_and_say_when_to_come_back(app):
    browser = Browser(app)
    statuses = [browser.enter("rea", OTHER).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    late = browser.enter("REA", GOOD)
    assert late.status_code == 429
    assert 1 <= int(late.headers["retry-after"]) <= 60
    assert browser.enter("rob").status_code == 303  # others are not shut out


def test_logins_are_limited_by_address(app):
    statuses = [Browser(app).enter(f"name {number}", OTHER).status_code for number in range(22)]
    assert statuses == [401] * 20 + [429] * 2


def test_who_gets_in_starts_anew(app):
    for _ in range(3):
        for _ in range(4):
            Browser(app).enter("rea", OTHER)
        logged_in(app, "rea")


def test_an_address_that_is_stopped_does_not_shut_a_user_out():
    rates = Rates()
    for number in range(20):
        rates.login(f"n{number}", "192.0.2.1")
    for _ in range(100):
        assert rates.login("ann", "192.0.2.1")
    assert rates.login("ann", "192.0.2.2") is None


def test_an_attacker_of_ipv6_is_one_network():
    rates = Rates()
    waits = [rates.login(f"n{number}", f"2001:db8::{number:x}") for number in range(21)]
    assert waits[:20] == [None] * 20
    assert 1 <= waits[20] <= 60


def test_writes_and_costly_pages_are_counted_for_each_user():
    rates = Rates()
    for count, most in ((rates.write, 600), (rates.costly, 120)):
        assert {count("user ann") for _ in range(most)} == {None}
        assert 1 <= count("user ann") <= 60
        assert count("user rob") is None


def test_readers_are_not_counted(app):
    browser = logged_in(app, "rea")
    assert {browser.get("/").status_code for _ in range(300)} == {200}


# The pages of accounts


def test_an_admin_manages_accounts_on_the_page(app, file):
    admin = logged_in(app, "ann")
    token = admin.token("/accounts")

    def send(path, **fields):
        return admin.post(path, data={"csrf": token, **fields})

    assert send("/accounts", name="new", role="reviewer", password=OTHER, again=OTHER).status_code == 303
    assert "new" in admin.get("/accounts").text
    user = Browser(app)
    assert user.enter("new", OTHER).status_code == 303
    assert send("/accounts/role", name="new", role="reader").status_code == 303
    assert user.get("/").status_code == 303  # its session has ended
    send("/accounts/password", name="new", password=GOOD, again=GOOD)
    assert Browser(app).enter("new", GOOD).status_code == 303
    send("/accounts/disable", name="new")
    assert Browser(app).enter("new", GOOD).status_code == 401
    send("/accounts/enable", name="new")
    assert file.find("new").role is Role.READER


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("/accounts", {"name": "new", "password": OTHER, "again": GOOD}, "not the same"),
        ("/accounts", {"name": "rea", "password": OTHER, "again": OTHER}, "already"),
        ("/accounts", {"name": "<b>", "password": OTHER, "again": OTHER}, "letters and digits"),
        ("/accounts", {"name": "new", "password": "short", "again": "short"}, "12 to 1,024"),
        ("/accounts/role", {"name": "ann", "role": "reader"}, "last admin"),
        ("/accounts/disable", {"name": "ann"}, "last admin"),
        ("/accounts/disable", {"name": "nobody"}, "no such account"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(app, path, fields, words):
    admin = logged_in(app, "ann")
    answer = admin.post(path, data={"csrf": admin.token("/accounts"), **fields})
    assert answer.status_code == 400
    assert words in answer.text
    assert admin.get("/accounts").status_code == 200


def test_a_user_changes_the_own_password_and_other_sessions_end(app, file):
    here, there = logged_in(app, "rea"), logged_in(app, "rea")
    fields = {"csrf": here.token("/account"), "new": OTHER, "again": OTHER}
    assert here.post("/account/password", data={**fields, "old": OTHER}).status_code == 403
    assert here.post("/account/password", data={**fields, "old": GOOD}).status_code == 200
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)
    assert file.check("rea", OTHER)


def test_guessing_the_old_password_is_limited_like_a_login(app):
    browser = logged_in(app, "rea")
    fields = {"csrf": browser.token("/account"), "old": OTHER, "new": OTHER, "again": OTHER}
    statuses = [browser.post("/account/password", data=fields).status_code for _ in range(7)]
    assert statuses[-1] == 429


def test_no_password_is_ever_in_a_page_or_in_the_log(app, caplog):
    caplog.set_level(logging.DEBUG)
    browser = Browser(app)
    answers = [browser.enter("rea", OTHER), browser.enter("rea"), browser.get("/account")]
    assert not any(GOOD in answer.text or OTHER in answer.text for answer in answers)
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("demarche"))
    assert "a login as 'rea' failed" in ours
    assert OTHER not in ours


# Routes


def test_a_route_without_a_role_stops_the_desk(tmp_path):
    bare = make_router()

    @bare.get("/forgotten")
    def forgotten():
        return PlainTextResponse("x")

    with pytest.raises(RuntimeError, match="GET /forgotten"):
        make_app(tmp_path, router=bare)


@pytest.mark.parametrize("kind", ["route", "mount", "websocket", "nested"])
def test_no_other_kind_of_route_slips_through(tmp_path, kind):
    app = make_app(tmp_path)
    if kind == "route":
        app.add_route("/plain", lambda request: PlainTextResponse("x"))
    elif kind == "mount":
        app.mount("/static/more", FastAPI())
    elif kind == "websocket":
        app.router.add_websocket_route("/socket", lambda socket: None)
    else:
        inner, outer = APIRouter(), APIRouter(prefix="/outer")
        inner.add_api_route("/inner", lambda: None)
        outer.include_router(inner)
        app.include_router(outer)
    with pytest.raises(RuntimeError, match="need dependencies"):
        check_routes(app)


def test_a_role_of_the_whole_router_counts(tmp_path):
    app, inner, outer = make_app(tmp_path), APIRouter(), APIRouter(prefix="/outer", dependencies=[Depends(READER)])
    inner.add_api_route("/inner", lambda: None)
    outer.include_router(inner)
    app.include_router(outer)
    check_routes(app)


def test_websockets_are_closed(local):
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), Browser(local).websocket_connect("/"):
        pass


# With a server in front


@pytest.fixture
def served(app):
    import uvicorn

    (listener,) = _listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(app, http="h11", ws="none", log_level="error", server_header=False, lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()
    server.should_exit = True
    thread.join(10)
    listener.close()


def talk(address, *pieces):
    """Return the answer; asked again where the reset of a connection that was not read to its end overtook it, as TCP allows."""
    for _ in range(5):
        answer = b""
        with socket.create_connection(address, timeout=10) as talking, contextlib.suppress(ConnectionError):
            for piece in pieces:
                talking.sendall(piece)
            while part := talking.recv(65536):
                answer += part
        if answer:
            break
    return answer.decode("latin-1")


def test_a_connection_with_too_long_a_body_is_answered_and_closed(served):
    start = time.monotonic()
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
    declared = talk(served, head + b"Content-Length: 99999999\r\n\r\n", b"x" * 1000)
    head += b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    streamed = talk(served, head, b"11000\r\n" + b"x" * 0x11000 + b"\r\n")
    for answer in (declared, streamed):
        assert answer.startswith("HTTP/1.1 413")
        assert "connection: close" in answer
        assert "server:" not in answer
    assert time.monotonic() - start < 30


def test_a_body_that_does_not_come_is_not_waited_for(served, monkeypatch):
    monkeypatch.setattr("demarche.web._guard._CHUNK_WAIT", 0.3)
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"
    answer = talk(served, head, b"csrf=")
    assert answer.startswith("HTTP/1.1 408")
    assert "connection: close" in answer


def test_serve_believes_no_client_about_its_address_unless_a_proxy_is_named(monkeypatch):
    import uvicorn

    made = []
    monkeypatch.setattr(uvicorn.Server, "__init__", lambda self, config: made.append(config))
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    for proxy in (None, "192.0.2.1"):
        _run(FastAPI(), [], HERE, proxy=proxy, browse=False, log=False)
    assert [(config.proxy_headers, config.server_header, config.access_log) for config in made] == [
        (False, False, False),
        (True, False, False),
    ]
    assert made[1].forwarded_allow_ips == "192.0.2.1"
