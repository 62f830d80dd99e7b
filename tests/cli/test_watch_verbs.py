"""Feeds, folders and addresses into a ledger as a user types it, with the shipped weights and a server on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread, Timer

import pytest
from click.testing import CliRunner

from demarche.cli import cli
from demarche.cli.watch import _stopping
from demarche.errors import InputError
from demarche.testing import ModelReply, ModelServer

pytestmark = pytest.mark.model
DEMAND = "President Kennedy demanded on Monday that the Soviet Union remove its missiles from Cuba."
REFUSAL = "The Kremlin rejected the demand of the United States on Tuesday."


def feed(*texts):
    items = "".join(
        f"<item><title>T</title><guid>{n}</guid><link>/n/{n}</link><description>{text}</description></item>"
        for n, text in enumerate(texts)
    )
    return f"<rss version='2.0'><channel><title>The Gazette</title>{items}</channel></rss>".encode()


@pytest.fixture
def site():
    answers = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = answers.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield answers, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(tmp_path, verb, *arguments):
    given = [verb, *(str(argument) for argument in arguments), "--ledger", str(tmp_path / "ledger.db")]
    return CliRunner().invoke(cli, given, standalone_mode=False)


POLITE = ("--allow", "127.0.0.1", "--interval", "0")


def documents(tmp_path):
    return run(tmp_path, "documents").output


def test_nothing_is_fetched_unasked(tmp_path, site):
    found = run(tmp_path, "ingest", f"{site[1]}/page")
    assert "add --fetch" in str(found.exception)
    assert not (tmp_path / "ledger.db").exists()


def test_an_address_in_the_own_network_is_refused(tmp_path, site):
    found = run(tmp_path, "ingest", "--fetch", f"{site[1]}/page")
    assert "not of the open internet" in found.output
    assert found.return_value == 2


def test_addresses_and_files_are_taken_in_together(tmp_path, site):
    answers, root = site
    answers["/feed"] = feed(DEMAND)
    (tmp_path / "a.txt").write_text(REFUSAL)
    found = run(tmp_path, "ingest", "--fetch", f"{root}/feed", tmp_path / "a.txt", f"{root}/not", *POLITE)
    assert "2 documents taken in" in found.output
    assert "is not there (404)" in found.output
    assert found.return_value == 1
    assert "The Gazette" in documents(tmp_path)


def test_a_round_takes_what_is_new_and_the_next_only_what_is_newer(tmp_path, site):
    answers, root = site
    answers["/feed"] = feed(DEMAND)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "b.txt").write_text("The envoy met the minister in Geneva.")
    os.utime(folder / "b.txt", (0, 0))
    first = run(tmp_path, "watch", "--once", f"{root}/feed", folder, *POLITE)
    assert (
        "1 feeds asked (0 unchanged, 0 failed), 1 new entries, 0 changed, 1 files, 2 documents taken in" in first.output
    )
    assert first.return_value == 0
    answers["/feed"] = feed(DEMAND, REFUSAL)
    again = run(tmp_path, "watch", "--once", f"{root}/feed", f"{root}/bad", folder, *POLITE)
    assert "2 feeds asked (0 unchanged, 1 failed), 1 new entries, 0 changed, 1 documents taken in" in again.output
    assert again.return_value == 1
    assert "/bad" in run(tmp_path, "failures").output


def test_what_a_language_model_does_not_answer_comes_again(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(DEMAND)
    os.utime(folder / "a.txt", (1_700_000_000, 1_700_000_000))
    with ModelServer(lambda request: ModelReply(status=404)) as server:
        found = run(tmp_path, "watch", folder, "--once", "--coder", f"llm:x@{server.address}")
    assert "1 failures" in found.stderr
    assert "1 documents taken in" in run(tmp_path, "watch", folder, "--once").stderr


def test_what_is_allowed_after_a_refusal_is_asked_at_once(tmp_path, site):
    answers, root = site
    answers["/feed"] = feed(DEMAND)
    refused = run(tmp_path, "watch", "--once", f"{root}/feed")
    assert "allow it with --allow 127.0.0.1" in refused.output
    assert "waits until" not in refused.output
    assert "1 documents taken in" in run(tmp_path, "watch", "--once", f"{root}/feed", *POLITE).output


def test_a_round_says_which_feeds_wait_until_when(tmp_path, site):
    _, root = site
    first = run(tmp_path, "watch", "--once", f"{root}/none", *POLITE)
    again = run(tmp_path, "watch", "--once", f"{root}/none", *POLITE)
    for found in (first, again):
        assert f"{root}/none: waits until 20" in found.output
        assert "after 1 failures in a row (is not there (404)" in found.output
    assert "feeds asked" not in again.output


def test_the_feeds_are_listed_exported_and_forgotten(tmp_path, site):
    answers, root = site
    answers["/feed"] = feed(DEMAND)
    (tmp_path / "list.opml").write_text(f'<opml><body><outline xmlUrl="{root}/feed"/></body></opml>')
    run(tmp_path, "watch", "--once", "--opml", tmp_path / "list.opml", *POLITE)
    assert "The Gazette" in run(tmp_path, "feeds").output
    (line,) = run(tmp_path, "feeds", "--format", "jsonl").output.splitlines()
    assert (json.loads(line)["entries"], json.loads(line)["address"]) == (1, f"{root}/feed")
    assert 'title="The Gazette"' in run(tmp_path, "feeds", "--format", "opml").output
    assert "The Gazette" not in run(tmp_path, "feeds", "--forget", f"{root}/feed").output
    assert isinstance(run(tmp_path, "feeds", "--forget", f"{root}/feed").exception, InputError)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["watch"], "name a feed or a folder"),
        (["watch", "nowhere"], "neither a web address nor a folder"),
        (["watch", ".", "--every", "1s"], "from 10s to 30d"),
        (["watch", ".", "--contact", "a b"], "contact"),
        (["watch", ".", "--allow", "10.0.0.0/99"], "10.0.0.0/99"),
        (["feeds"], "is not there"),
    ],
)
def test_what_cannot_be_is_said_before_a_ledger_is_made(tmp_path, arguments, words):
    found = run(tmp_path, *arguments)
    assert words in str(found.exception)
    assert not (tmp_path / "ledger.db").exists()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_stops_when_it_is_told_to(tmp_path, site, sign):
    answers, root = site
    answers["/feed"] = feed(DEMAND)
    command = [
        sys.executable,
        "-m",
        "demarche",
        "watch",
        f"{root}/feed",
        "--ledger",
        str(tmp_path / "ledger.db"),
        *POLITE,
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as watch:
        try:
            line = watch.stderr.readline()
            start = time.monotonic()
            watch.send_signal(sign)
            assert watch.wait(timeout=60) == 0
            assert "1 documents taken in" in line
            assert time.monotonic() - start < 20
            assert "Traceback" not in watch.stderr.read()
        finally:
            watch.kill()
    assert "The Gazette" in documents(tmp_path)


def test_a_stop_may_come_at_any_moment():
    """A lock in what a signal sets would be waited for by the one who holds it."""
    before = signal.getsignal(signal.SIGINT)
    for _ in range(20):
        with _stopping() as stop:
            Timer(0.01, os.kill, (os.getpid(), signal.SIGINT)).start()
            while not stop.wait(0.0001):
                pass
    assert signal.getsignal(signal.SIGINT) is before
