"""A small ledger made by hand, and a desk that shows it.

The ledger has a report with its copy, a text that attacks whoever shows it, one of which nothing is known, and one whose id is
hard to put into an address.
"""

import re
import shutil
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from demarche.ledger import Ledger
from demarche.model import CodedDocument, Failure
from demarche.testing import make_coded, make_move

REJECTS = "Kyiv rejected the ceasefire plan of Moscow on Tuesday."
DEMANDS = "According to Tass, Moscow demanded that Kyiv withdraw from the Orlen valley by Friday."
MAY_MEET = "The contact group may meet in Lindal next month."
OPINION = "It is a foolish plan, and Kyiv was right to reject it."
TOLD = "The envoys had breakfast and looked at the river for a long while."
REPORT = "\n".join((REJECTS, TOLD, DEMANDS, MAY_MEET, OPINION))
ATTACK = '<img src=x onerror=alert(1)> demanded \u202ethat "Kyiv" yield & <i onclick=alert(2)>leave</i> \x07.'
ODD = "../notes/a b?#1&c=100%.txt"


def _resolved(move, parties, **more):
    """Return a move whose parties are resolved as told: words -> (id, sector, name)."""

    def resolve(mention):
        known = parties.get(mention.span.text)
        if known is None:
            return mention
        return replace(mention, id=known[0], sector=known[1], name=known[2], link="metonym")

    made = {role: tuple(resolve(mention) for mention in getattr(move, role)) for role in ("actors", "recipients")}
    return replace(move, **made, source=move.source and resolve(move.source), **more)


def make_report(id="report", *, first="", **about):
    """Return the report: three moves that are told, one that its author judges."""
    text = first + REPORT
    parties = {"Kyiv": ("UKR", None, "Ukraine"), "Moscow": ("RUS", None, "Russia")}
    coded = [
        (REJECTS, "rejected", "reject", {"actors": ["Kyiv"], "recipients": ["Moscow"], "content": "the ceasefire plan",
                                         "when": "on Tuesday", "issue": "ceasefire"}, "2025-11-25"),
        (DEMANDS, "demanded", "demand", {"actors": ["Moscow"], "recipients": ["Kyiv"], "source": "Tass", "deadline": "by Friday",
                                          "content": "withdraw from the Orlen valley", "issue": "withdrawal"}, "2025-11-26"),
        (MAY_MEET, "meet", "meet", {"actors": ["The contact group"], "where": "in Lindal", "status": "possible", "confidence": 0.41}, None),
        (OPINION, "reject", "reject", {"actors": ["Kyiv"], "voice": "opinion", "issue": "ceasefire"}, "2025-11-27"),
    ]  # fmt: skip
    moves = []
    for sentence, trigger, act, spans, day in coded:
        made = make_move(sentence, trigger, act=act, document=id, start=text.index(sentence), **spans)
        dated = {"date": day, "date_precision": day and "day", "date_basis": day and "explicit"}
        moves.append(_resolved(made, parties, published=about.get("published"), **dated))
    return make_coded(text, moves, id=id, opinions=[OPINION], **about)


def make_attack():
    """Return a document whose text, title, publisher and address are hostile."""
    move = make_move(
        ATTACK,
        "demanded",
        act="demand",
        actors=["<img src=x onerror=alert(1)>"],
        recipients=['"Kyiv"'],
        document="attack",
    )
    return make_coded(
        ATTACK,
        [move],
        id="attack",
        title='<script>alert("title")</script>',
        publisher="=HYPERLINK(\"https://example.org\")",
        url="javascript:alert(1)",
        published="2025-11-28",
    )  # fmt: skip


def make_documents() -> list[CodedDocument]:
    """Return the documents of the ledger, in the order in which it takes them in."""
    gazette = {"title": "Plan rejected", "publisher": "The Gazette", "published": "2025-11-27"}
    return [
        make_report(url="https://example.org/plan", sha256="ab" * 32, language="en", **gazette),
        make_report("copy", first="From our wire service.\n", **{**gazette, "publisher": "The Courier"}),
        make_attack(),
        make_coded("Nothing is known of this text.", id="bare"),
        make_coded("Notes on how the talks were prepared, in no order.", id=ODD, title="Notes"),
    ]


@pytest.fixture(scope="session")
def _made(tmp_path_factory):
    path = tmp_path_factory.mktemp("desk") / "made.db"
    with Ledger.open(str(path), who="setup", clock=lambda: "2025-11-29T08:00:00+00:00") as ledger:
        for coded in make_documents():
            ledger.add(coded)
        ledger.fail(Failure(where="scan.pdf", stage="sources", reason="<b>is no text</b>; give text or HTML"))
    return path


@pytest.fixture
def ledger_url(_made, tmp_path):
    """Return the address of a ledger that a test may write to."""
    path = tmp_path / "desk.db"
    shutil.copy(_made, path)
    return str(path)


@pytest.fixture
def ledger(ledger_url):
    """Yield the ledger itself, to see what a page did to it."""
    with Ledger.open(ledger_url, who="setup") as opened:
        yield opened


@pytest.fixture
def app(ledger_url):
    """Return the desk of the ledger, open to this machine alone: everybody is its admin."""
    from demarche.web._settings import Settings
    from demarche.web.app import make_app

    return make_app(Settings(ledger=ledger_url, user="anna"))


@pytest.fixture
def client(app):
    """Yield a browser without a window: it keeps cookies and follows redirects."""
    from starlette.testclient import TestClient

    with TestClient(app, base_url="http://127.0.0.1:8765") as made:
        yield made


@pytest.fixture
def post(client):
    """Return a function that sends a form as a page would: with the token that stands in the page `of`."""

    def send(path, *, of="/actors", **fields):
        token = re.search(r'name="csrf" value="([^"]+)"', client.get(of).text)
        assert token, f"{of} has no form"
        return client.post(path, data={"csrf": token.group(1), **fields})

    return send


@pytest.fixture
def moves():
    """Return the moves of the ledger by document and act, as they were coded: ``moves["report", "demand"]``; of two the first."""
    return {(coded.document.id, move.act.value): move for coded in make_documents() for move in reversed(coded.moves)}


CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser():
    """Yield Debian's Chromium; skips where it is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Debian's chromium")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield started
        started.close()


@pytest.fixture
def served(ledger_url):
    """Yield the address of a desk that listens on this machine, on a port of its own."""
    import uvicorn

    from demarche.web._settings import Settings
    from demarche.web.app import make_app

    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    made = make_app(Settings(ledger=ledger_url, user="anna", port=port))
    server = uvicorn.Server(uvicorn.Config(made, log_level="warning", timeout_graceful_shutdown=1))
    running = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    running.join(10)
    taken.close()


@pytest.fixture
def page(browser, served):
    """Yield a window on the desk; ``page.noise`` has every error, every word of the console and every request that left the desk."""
    opened = browser.new_page(base_url=served)
    opened.noise = []
    opened.on("console", lambda message: opened.noise.append(message.text))
    opened.on("pageerror", lambda error: opened.noise.append(str(error)))
    opened.on("request", lambda request: None if request.url.startswith(served) else opened.noise.append(request.url))
    yield opened
    opened.close()
