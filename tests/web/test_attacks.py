"""The desk as an attacker meets it: a ledger full of hostile text, and every route that the router has, also those to come.

No route is listed here. The router says which there are, a walk along the links finds the addresses of pages with a
parameter, and what a route reads from its address is noted while it does so.
"""

import csv
import html
import io
import re
import time
import zlib
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

import pytest

pytest.importorskip("fastapi")

from argon2 import PasswordHasher
from lxml import html as markup
from starlette.datastructures import QueryParams
from starlette.routing import compile_path
from starlette.testclient import TestClient

import demarche.web
from demarche import pipeline
from demarche.errors import DemarcheError
from demarche.ledger import Ledger
from demarche.model import Failure, Forecast
from demarche.testing import compare_by_words, embed_by_words, make_coded, make_move
from demarche.web import Settings, _accounts, make_app
from demarche.web._accounts import Accounts, Role
from demarche.web._security import list_routes

HERE = "http://127.0.0.1:8765"
PASSWORD = "seven grey herons"
SAFE = ("GET", "HEAD", "OPTIONS")
WHO = {"rea": Role.READER, "rob": Role.REVIEWER, "ann": Role.ADMIN}

HOSTILE = (
    "<xss-7 onclick=alert(1)>",
    '"><xss-7 onload="alert(1)">',
    "' onmouseover='alert(1)' x='",
    "</script></title></textarea></style><xss-7>",
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)><a xlink:href=javascript:alert(1)>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;xss-7&gt; &#60;xss-7&#62;",
    "]]><xss-7><!--",
    "{{ 8641*9377 }}{% raw %}${8641*9377}#{8641*9377}",
    "=HYPERLINK(1)+cmd|' /C calc'!A0",
    "\u202egnitirw \u2066reversed\u2069",
    "bell \x07 and escape \x1b[31m",
    "../../../../etc/passwd",
)
QUERIES = (
    *HOSTILE,
    "'", "'; DROP TABLE moves; --", '" OR 1=1 --', '"unbalanced', "a* OR b", "NEAR(a b, 5)", "a AND NOT", "text : a", "^a", "(", "*", "-",
    "\\", "%", "_", "-1", "0", "99999999999999999999", "1e999", "nan", "1962-13-45", "9999999-01-01", "0x41", "[]", "{}", "null", " ",
    "\ud83d", "x" * 3000, "a\r\nSet-Cookie: a=b", "\U0001f54a\u0301", "word " * 500,
)  # fmt: skip
FINE = {200, 303, 400, 404, 422}

# What an element may lead to, and where it may do so: only these may leave the desk.
LINKS = {
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "background",
    "ping",
    "cite",
    "data",
    "srcset",
    "manifest",
    "xlink:href",
    "longdesc",
}
STATIC = Path(demarche.web.__file__).parent / "static"
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
SCRIPTS = {f"/static/{path.name}" for path in STATIC.glob("*.js")}
FORBIDDEN = {
    "iframe",
    "frame",
    "object",
    "embed",
    "base",
    "applet",
    "style",
    "foreignobject",
    "animate",
    "set",
    "math",
}


class _Comparer:
    coder, threshold = "words/1", 0.5
    embed, compare = staticmethod(embed_by_words), staticmethod(compare_by_words)


class Walker(TestClient):
    """A browser that follows no redirect by itself, and knows the token of its session."""

    def __init__(self, app, name=None):
        super().__init__(app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False)
        self.name = name
        self.token = self._find_token("/login")
        if name:
            self.log_in()

    def log_in(self):
        fields = {"name": self.name, "password": PASSWORD, "csrf": self._find_token("/login")}
        assert self.post("/login", data=fields).status_code == 303
        self.token = self._find_token("/account")

    def _find_token(self, path):
        return re.search(r'name="csrf" value="([^"]+)"', self.get(path).text).group(1)

    def settled(self, url):
        """Return the page when what it shows has been computed."""
        until = time.monotonic() + 20
        while 'http-equiv="refresh"' in (answer := self.get(url)).text and time.monotonic() < until:
            time.sleep(0.05)
        return answer


def make_report(number, payload):
    """Return a document whose every field and every word is hostile, with moves of several acts between two parties."""
    payload_of = [HOSTILE[(number + shift) % len(HOSTILE)] for shift in range(4)]
    who, whom, what, where = (f"{words} {mark}" for words, mark in zip(payload_of, "abcd", strict=True))
    moves, lines, start = [], [], 0
    id = payload if number % 3 else f"report-{number}"
    for order, (act, verb) in enumerate((("demand", "demanded"), ("threaten", "threatened"), ("attack", "attacked"), ("reject", "rejected"),
                                         ("promise", "promised"), ("propose", "proposed"))):  # fmt: skip
        line = f"{who} {verb} {whom}, says {payload} source, to withdraw {what} unless talks {payload} resume in {where} by Friday."
        move = make_move(
            line, verb, act=act, document=id, start=start, actors=[who], recipients=[whom], source=f"{payload} source",
            content=f"withdraw {what}", condition=f"talks {payload} resume", where=where, deadline="by Friday", issue="withdrawal",
            voice="opinion" if order == 5 else "report",
        )  # fmt: skip
        actor, recipient = (
            replace(mention, id=place, name=payload, sector="GOV", link="name")
            for mention, place in ((move.actors[0], "USA"), (move.recipients[0], "RUS"))
        )
        day = f"1962-{1 + number % 12:02}-{1 + order * 4:02}"
        known = {"actors": (actor,), "recipients": (recipient,)} if number % 4 else {}
        moves.append(replace(move, date=day, date_precision="day", date_basis="explicit", published=day, **known))
        lines.append(line)
        start += len(line) + 1
    about = {"title": payload, "publisher": payload, "published": f"1962-{1 + number % 12:02}-28"}
    urls = ("javascript:alert(1)", f"https://example.org/{payload}", "//example.org", "data:text/html,x", payload)
    return make_coded("\n".join(lines), moves, id=id, url=urls[number % len(urls)], opinions=[lines[-1]], **about)


def fill(path):
    """Make a ledger in which all that people and texts can write is hostile."""
    with Ledger.open(str(path), who=HOSTILE[1]) as ledger:
        documents = [make_report(number, payload) for number, payload in enumerate(HOSTILE)]
        for coded in documents:
            ledger.add(coded)
        pipeline.group_propositions(ledger, comparer=_Comparer())
        for payload in HOSTILE:
            ledger.fail(Failure(where=payload, stage="sources", reason=payload))
        propositions = ledger.propositions()
        for proposition, payload in zip(propositions, HOSTILE, strict=False):
            ledger.rename_proposition(proposition.id, payload, why=payload)
        asked = {"made": date(1962, 1, 1), "probability": 0.3, "resolves_by": date(1962, 12, 1)}
        for payload in HOSTILE:
            id = Forecast.make_id(payload, payload, asked["made"], 0.3, asked["resolves_by"])
            ledger.record_forecast(Forecast(id=id, who=payload, question=payload, rule=payload, **asked))
        first = documents[0]
        ledger.settle(first.moves[0].actors[0].span.text, "FRA", name=HOSTILE[0], why=HOSTILE[0])
        ledger.reject(first.moves[1].id, why=HOSTILE[1])
        ledger.restore(first.moves[1].id, why=HOSTILE[2])
        ledger.reject(first.moves[2].id, why=HOSTILE[6])
        ledger.merge([documents[1].document.id, documents[2].document.id], why=HOSTILE[4])
        sentence = documents[3].moves[0].sentence
        task = ledger.review_task(documents[3].document.id, sentence.start, sentence.end)
        kept = ledger.review(task, task.coded)
        ledger.undo_review(kept.id, why=HOSTILE[0])


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    fill(folder / "desk.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_accounts, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        accounts = Accounts(folder / "accounts.json")
        for name, role in reversed(WHO.items()):
            accounts.add(name, PASSWORD, role)
        made = make_app(Settings(ledger=str(folder / "desk.db"), accounts=folder / "accounts.json"))
        rates, jobs = made.state.protection.rates, made.state.jobs
        for limit in ("login", "write", "costly"):
            patch.setattr(rates, limit, lambda *_: None)  # asked far more often here than a person asks
        patch.setattr(pipeline, "_shipped_comparer", _Comparer)
        begin = jobs.start
        patch.setattr(
            jobs, "start", lambda name, who, work: begin(name, who, lambda report: ())
        )  # what is started is not done
        with TestClient(made, base_url=HERE):
            yield made


@pytest.fixture(scope="module")
def routes(app):
    return [route for route in list_routes(app) if not route.static]


@pytest.fixture(scope="module")
def people(app):
    return {name: Walker(app, name) for name in WHO} | {None: Walker(app)}


@pytest.fixture(scope="module")
def found(people, routes):
    """Return the pages that links lead to, from those of the router on, and those that a reader's forms make: address -> answer."""
    seen = walk(people["ann"], [route.path for route in routes if "GET" in route.methods and "{" not in route.path])
    open_to_readers = {
        route.path for route in routes if "POST" in route.methods and route.requires[0].role is Role.READER
    }
    for action, form in [sent for url, answer in seen.items() for sent in forms_of(url, answer)]:
        if action in open_to_readers and not action.startswith("/account"):
            fields = {
                **fields_of(form, f"1. {HOSTILE[0]}\n2. {HOSTILE[1]}", into=("textarea",)),
                "csrf": people["ann"].token,
            }
            made = people["ann"].post(action, data=fields)
            if made.status_code == 303:
                seen |= walk(people["ann"], [made.headers["location"]], most=20)
    return seen


def template_of(routes, path):
    for route in routes:
        if compile_path(route.path)[0].match(path):
            return route.path
    return None


def walk(browser, starts, *, each=8, most=500):
    """Return what is found along the links of our own pages: at most `each` addresses of one path or pattern of paths."""
    templates = [route for route in list_routes(browser.app) if not route.static and "GET" in route.methods]
    seen, counted, waiting = {}, defaultdict(int), ["/", *starts]
    while waiting and len(seen) < most:
        url = waiting.pop(0)
        path = urlsplit(url).path
        if url in seen or counted[of := template_of(templates, path)] >= each:
            continue
        counted[of] += 1
        seen[url] = answer = browser.settled(url)
        for link in links_of(url, answer):
            if link not in seen:
                waiting.append(link)
    return seen


def page_of(answer):
    if answer.text and answer.headers.get("content-type", "").startswith("text/html"):
        return markup.document_fromstring(answer.text.encode(), parser=markup.HTMLParser(encoding="utf-8"))
    return None


def links_of(url, answer):
    """Yield the addresses of our own that a page links to, without the place in the page."""
    page = page_of(answer)
    for element in page.iter("a") if page is not None else ():
        whole = urlsplit(urljoin(HERE + url, element.get("href") or element.get("xlink:href") or "#"))
        if f"{whole.scheme}://{whole.netloc}" == HERE:
            yield whole.path + (f"?{whole.query}" if whole.query else "")


def harm(answer):
    """Return what of an answer would do more than be read: markup that is not ours, scripts, links that run."""
    wrong, kind = [], answer.headers.get("content-type", "")
    seen = re.sub(
        r' value="[^"]*"|<textarea.*?</textarea>', "", answer.text, flags=re.S
    )  # a form sends back what it got
    if kind.startswith("text/html") and CONTROLS.search(seen):
        wrong.append("a control character")
    if (
        "Traceback" in answer.text
        or "root:x:0" in answer.text
        or re.search(r"\b(sqlite3|sqlalchemy|psycopg)\b", answer.text)
    ):
        wrong.append("the inside of the server")
    kind = answer.headers.get("content-type", "")
    if (
        "default-src 'none'" not in answer.headers["content-security-policy"]
        or answer.headers["x-content-type-options"] != "nosniff"
    ):
        wrong.append("no policy")
    if kind.startswith("text/csv"):
        return wrong + [
            f"a formula {cell!r}" for row in csv.reader(io.StringIO(answer.text)) for cell in row if _computes(cell)
        ]
    page = page_of(answer)
    if page is None:
        served = kind.startswith(("application/json", "application/octet-stream", "text/plain", "text/event-stream"))
        return wrong + (
            [] if served or not answer.text or "attachment" in answer.headers.get("content-disposition", "") else [kind]
        )
    if "81026657" in answer.text:
        wrong.append("a template was run")
    for element in page.iter():
        wrong += _harm_of(element) if isinstance(element.tag, str) else _comments(element)
    return wrong


def _computes(cell):
    return cell[:1] in tuple("=+-@\t\r") and not re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", cell)


def _comments(element):
    return [f"a comment {element.text!r}"] if "xss" in (element.text or "") else []


def _harm_of(element):
    tag = element.tag.rpartition("}")[2].lower()
    if tag == "script":
        ours = {*element.attrib} == {"src", "defer"} and element.get("src") in SCRIPTS
        return [] if ours and not element.text else ["a script"]
    if tag.startswith("xss") or tag in FORBIDDEN:
        return [f"<{tag}>"]
    wrong = []
    for name, value in element.attrib.items():
        name = name.rpartition("}")[2].lower()
        if name.startswith("on") or name in ("srcdoc", "style"):
            wrong.append(f"<{tag} {name}={value!r}>")
        elif (name in LINKS or name.endswith(":href")) and not _leads_well(tag, name, value):
            wrong.append(f"<{tag} {name}={value!r}>")
    if (
        tag == "meta"
        and element.get("http-equiv", "").lower() == "refresh"
        and not re.fullmatch(r"\d+", element.get("content", ""))
    ):
        wrong.append(f"refresh to {element.get('content')!r}")
    return wrong


def _leads_well(tag, name, value):
    squeezed = re.sub(r"[\x00-\x20]", "", value).lower()  # as browsers read it
    if re.match(r"[a-z][a-z0-9+.-]*:", squeezed) or squeezed.startswith(("//", "\\", "/\\")):
        return tag == "a" and name == "href" and squeezed.startswith(("http://", "https://"))
    return True


# Roles


def refused(answer):
    """Tell whether the one who asks was turned away for who it is."""
    if answer.status_code == 303:
        return answer.headers["location"].startswith("/login?")
    return answer.status_code == 401 or (
        answer.status_code == 403 and "this needs another role" in html.unescape(answer.text)
    )


def too_old(answer):
    return answer.status_code == 403 and (
        "this form is too old" in answer.text or "the token is missing" in answer.text
    )


def address_of(route, found):
    """Return an address that the route answers, one that was found if there is such a one."""
    pattern = compile_path(route.path)[0]
    matching = (url for url in found if pattern.match(urlsplit(url).path))
    return next(matching, re.sub(r"\{[^}]*\}", "x", route.path))


def test_every_route_says_what_it_needs(routes):
    assert len(routes) > 15
    assert [route.path for route in routes if len(route.requires) != 1] == []
    free = {(method, route.path) for route in routes for method in route.methods if route.requires[0].role is None}
    assert free == {("GET", "/login"), ("POST", "/login"), ("POST", "/logout"), ("GET", "/api/session")}


def test_what_a_reader_may_send_is_looked_at_one_by_one(routes):
    sent = {
        route.path for route in routes if not set(route.methods) <= set(SAFE) and route.requires[0].role is Role.READER
    }
    assert sent <= {
        "/account/password",
        "/api/code",
        "/log/verify",
        "/plans",
    }  # none of them stores anything in the ledger


def test_nobody_gets_past_a_role_on_any_route(routes, people, found):
    wrong = []
    for route in routes:
        url, needed = address_of(route, found), route.requires[0].role
        for method in route.methods:
            for name, browser in people.items():
                may = needed is None or (name is not None and WHO[name] >= needed)
                if may and method not in SAFE:
                    continue  # what those may do is not done here; that they may do it is seen in the next test
                for headers in ({"x-csrf-token": browser.token}, {}):
                    answer = browser.request(method, url, headers=headers)
                    if refused(answer) is may:
                        wrong.append(f"{method} {url} as {name}: {answer.status_code}")
    assert wrong == []


def test_no_route_writes_without_the_token_of_the_session(routes, people, found):
    wrong = []
    for route in routes:
        url, needed = address_of(route, found), route.requires[0].role
        for method in set(route.methods) - set(SAFE):
            for name, browser in people.items():
                if needed is not None and (name is None or WHO[name] < needed):
                    continue
                others = [other.token for key, other in people.items() if key != name]
                for token in (None, "", "x", *others):
                    answers = [browser.request(method, url, headers={} if token is None else {"x-csrf-token": token})]
                    if route.path.startswith("/api") is False:
                        answers.append(browser.request(method, url, data={"csrf": token or ""}))
                    wrong += [
                        f"{method} {url} as {name}: {one.status_code}"
                        for one in answers
                        if not too_old(one) and one.status_code != 422
                    ]
                answer = browser.request(
                    method, url, headers={"x-csrf-token": browser.token, "sec-fetch-site": "cross-site"}
                )
                wrong += [] if answer.status_code == 403 else [f"{method} {url} from another site"]
    assert wrong == []


def test_no_other_method_does_anything(routes, people, found):
    known = defaultdict(set)
    for route in routes:
        known[route.path] |= set(route.methods)
    wrong = []
    for route in routes:
        url = address_of(route, found)
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - known[route.path]:
            browser = people["ann"]
            answer = browser.request(method, url, headers={"x-csrf-token": browser.token})
            others = any(
                method in each.methods and compile_path(each.path)[0].match(urlsplit(url).path) for each in routes
            )
            if answer.status_code not in (404, 405) and not others:
                wrong.append(f"{method} {url}: {answer.status_code}")
    assert wrong == []


def test_no_page_is_reached_under_another_name(routes, people, found):
    for route in routes:
        answer = people["ann"].get(address_of(route, found), headers={"host": "evil.example"})
        assert answer.status_code == 400


def test_every_route_refuses_a_body_that_is_too_large(routes, people, found):
    wrong = []
    for route in routes:
        for method in route.methods:
            for name, size in ((None, 2**16 + 1), ("rea", 2**20 + 1)):
                headers = {"content-length": str(size), "content-type": "application/json"}
                answer = people[name].request(method, address_of(route, found), content=iter([b"x"]), headers=headers)
                wrong += [] if answer.status_code == 413 else [f"{method} {route.path} as {name}: {answer.status_code}"]
    assert wrong == []


# Hostile text in the ledger


def test_no_page_of_a_hostile_ledger_does_harm(found):
    assert len(found) > 20
    assert {url: wrong for url, answer in found.items() if (wrong := harm(answer))} == {}


def test_every_page_of_a_hostile_ledger_is_there(found, routes):
    bare = {route.path for route in routes}  # some of them need a parameter
    wrong = {url: answer.status_code for url, answer in found.items() if answer.status_code not in (200, 303)}
    assert {url: status for url, status in wrong.items() if status != 422 or url not in bare} == {}


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_no_script_of_ours_makes_markup_or_code_out_of_text(path):
    risky = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\b|new Function|https?://"
    assert re.findall(risky, path.read_text("utf-8")) == []


def test_hostile_words_are_shown_as_words(found):
    shown = html.unescape("\n".join(answer.text for answer in found.values()))
    for payload in HOSTILE[:7]:
        assert payload in shown


def test_every_page_is_found_by_the_walk(found, routes):
    pages = [route.path for route in routes if "GET" in route.methods and not route.path.startswith(("/api", "/jobs"))]
    reached = {template_of(routes, urlsplit(url).path) for url in found}
    assert [path for path in pages if path not in reached] == []


# Hostile addresses


@pytest.fixture(scope="module")
def read_by(routes, people, found):
    """Return what each GET route reads from its address, noted while it does so: address -> names."""
    noted = set()

    def noting(method):
        def call(self, name, *more):
            noted.add(name)
            return method(self, name, *more)

        return call

    reads = {}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("get", "getlist", "__getitem__", "__contains__"):
            patch.setattr(QueryParams, name, noting(getattr(QueryParams, name)), raising=True)
        for route in routes:
            if "GET" in route.methods:
                noted.clear()
                people["ann"].settled(url := urlsplit(address_of(route, found)).path)
                reads[url] = {str(name) for name in noted}
    for url in found:
        reads.setdefault(urlsplit(url).path, set()).update(name for name, _ in parse_qsl(urlsplit(url).query))
    return {
        url: names
        for url, names in reads.items()
        if url in {urlsplit(address_of(route, found)).path for route in routes}
    }


def test_what_routes_read_is_noted(read_by):
    assert {"actor", "words", "since"} <= set().union(*read_by.values())
    assert sum(map(len, read_by.values())) > 50


def some_of(path, name):
    """Return hostile values for what a route reads: others for each name and each route, all of them for a search of the API."""
    most = len(QUERIES) if path.startswith("/api") and name == "words" else 4 if name in ("words", "actor") else 1
    start = zlib.crc32(f"{path} {name}".encode())
    return [QUERIES[(start + 7 * step) % len(QUERIES)] for step in range(most)]


def test_no_query_breaks_a_route_or_a_page(read_by, people, caplog):
    wrong, asked = {}, 0
    for path, names in read_by.items():
        for name in sorted(names):
            for value in some_of(path, name):
                url = f"{path}?{urlencode({name: value}, errors='surrogatepass')}"
                answer, asked = people["ann"].get(url), asked + 1
                if answer.status_code not in FINE or harm(answer):
                    wrong[url[:200]] = (answer.status_code, harm(answer))
    assert wrong == {}
    assert asked > 300
    assert "could not be answered" not in caplog.text


def test_a_query_may_name_anything_any_number_of_times(read_by, people):
    wrong = {}
    for path, names in read_by.items():
        for query in (
            "&".join(f"{name}=a&{name}=b" for name in names),
            "%ff=%fe&%00",
            "=&&=;&a[]=b",
            "&".join(["page=2"] * 500),
        ):
            answer = people["ann"].get(f"{path}?{query}")
            if answer.status_code not in FINE or harm(answer):
                wrong[path, query[:50]] = answer.status_code
    assert wrong == {}


def test_no_parameter_in_a_path_breaks_a_route_or_reaches_a_file(routes, people, caplog):
    wrong = {}
    for route in routes:
        if "{" not in route.path or "GET" not in route.methods:
            continue
        for value in (
            *QUERIES,
            "..",
            ".",
            "",
            "/",
            "//",
            "%2e%2e",
            "..%2f..%2fetc%2fpasswd",
            "/etc/passwd",
            "\x00",
            "a/b",
            "?",
            "#",
        ):
            for quoted in (
                quote(value, safe="", errors="surrogatepass"),
                quote(value, safe="/.%", errors="surrogatepass"),
            ):
                url = re.sub(r"\{[^}]*\}", lambda _, words=quoted: words, route.path)
                answer = people["ann"].get(url)
                if answer.status_code not in FINE | {405, 414} or harm(answer):
                    wrong[url[:200]] = (answer.status_code, harm(answer))
    assert wrong == {}
    assert "could not be answered" not in caplog.text


# Hostile forms


def forms_of(url, answer):
    """Yield the forms of a page that write: where they go, and their fields with what stands in them."""
    page = page_of(answer)
    for form in page.forms if page is not None else ():
        if form.get("method", "get").lower() == "post":
            yield urljoin(url, form.get("action") or url), form


def fields_of(form, payload, *, into=("text", "search", "url", "textarea", "password", "date", "number")):
    """Return what somebody sends who writes hostile words into the fields of these kinds, and leaves all else as it is."""
    fields = {}
    for field in form.inputs:
        if not field.name:
            continue
        kind = (field.get("type") or field.tag).lower()
        if kind == "input":
            kind = "text"
        if kind == "file" or (kind in ("checkbox", "radio") and not field.checked):
            continue
        if kind not in into:
            value = (
                field.value_options[:1]
                if kind == "select" and not field.value
                else field.value or field.get("value") or ""
            )
            fields.setdefault(field.name, value)
        else:
            fields[field.name] = {"date": "1962-10-22", "number": "0.5"}.get(kind, payload)
    return fields


def test_no_form_stores_what_later_does_harm(people, found, app, caplog):
    browser, sent, wrong = people["ann"], {}, {}
    for url, answer in found.items():
        for action, form in forms_of(url, answer):
            path = urlsplit(action).path
            if path in ("/logout", "/login") or path.startswith("/account"):
                continue
            shape = (
                path if path.count("/") < 3 else path.rsplit("/", 1)[1],
                tuple(sorted({field.name or "" for field in form.inputs})),
            )
            sent.setdefault(shape, (action, form))
    for number, (action, form) in enumerate(sent.values()):
        for shift in (0, 1, 6):
            payload = HOSTILE[(number + shift) % len(HOSTILE)]
            fields = {**fields_of(form, payload), "csrf": browser.token}
            answer = browser.post(urlsplit(action)._replace(scheme="", netloc="").geturl(), data=fields)
            if answer.status_code not in FINE | {409, 413} or harm(answer):
                wrong[action] = (answer.status_code, harm(answer))
    assert wrong == {}
    assert "could not be answered" not in caplog.text
    later = walk(browser, [url for url in found if "?" not in url], each=6, most=250)
    assert {url: harm(answer) for url, answer in later.items() if harm(answer)} == {}
    assert {url: answer.status_code for url, answer in later.items() if answer.status_code >= 500} == {}


def test_a_reader_changes_nothing_with_any_form(people, found, app):
    reader = people["rea"]
    with app.state.ledgers.use() as ledger:
        before = ledger.head()
    for url, answer in found.items():
        for action, form in forms_of(url, answer):
            if urlsplit(action).path not in ("/logout", "/login"):
                reader.post(urlsplit(action).path, data={**fields_of(form, "words"), "csrf": reader.token})
    with app.state.ledgers.use() as ledger:
        assert ledger.head() == before


def test_an_error_of_ours_cannot_carry_markup(app, people):
    class Loud(DemarcheError):
        pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.state.results, "get", lambda *_, **__: (_ for _ in ()).throw(Loud(" ".join(HOSTILE))))
        answer = people["ann"].get("/")
    assert answer.status_code == 400
    assert harm(answer) == []


def test_the_log_still_holds_after_all_this(app, found):
    with app.state.ledgers.use() as ledger:
        assert ledger.verify().problems == ()
