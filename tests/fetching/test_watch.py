"""Feeds and folders are followed: what is new comes once, what failed comes again, and a crash loses nothing."""

import gzip
import os

import pytest
from fetching_servers import fetcher

from demarche.fetching import FeedState, State, Watcher, _watch, fetch_all
from demarche.fetching._state import MOST_KEPT
from demarche.model import Failure
from demarche.sources import read_raw

WHOLE = "The two sides met in Geneva and agreed on nothing at all. " * 5


class Clock:
    """Seconds since 1970, as a test wants them."""

    def __init__(self):
        self.now = 1_764_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def state(tmp_path):
    with State(tmp_path / "ledger.db.feeds") as found:
        yield found


def item(number, text="Short.", name="description", **more):
    rest = "".join(f"<{key}>{value}</{key}>" for key, value in more.items())
    return f"<item><title>T{number}</title><link>/n/{number}</link><guid>g{number}</guid><{name}>{text}</{name}>{rest}</item>"


def feed(*items, head=""):
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f"<rss version='2.0' {space}><channel><title>Wire</title>{head}{''.join(items)}</channel></rss>".encode()


def watcher(feeds, state, clock, *, folders=(), stopped=lambda: False, settings=None, **given):
    hands = fetcher(now=clock, stopped=stopped, **(settings or {}))
    return Watcher(feeds, folders, fetcher=hands, state=state, now=clock, **given)


def texts(found):
    return [
        document if isinstance(document, Failure) else document.text.strip()
        for raw in found
        for document in ([raw] if isinstance(raw, Failure) else read_raw(raw))
    ]


def test_an_entry_comes_once_with_what_the_feed_knows_of_it(server, state, clock):
    server.answers["/feed"] = feed(item(1, "Kyiv rejected it.", pubDate="Mon, 24 Nov 2025 10:00:00 GMT"))
    watch = watcher([server.url("/feed")], state, clock)
    (raw,) = watch.round()
    (document,) = read_raw(raw)
    assert (document.text, document.title, document.publisher) == ("Kyiv rejected it.", "T1", "Wire")
    assert (document.url, document.published) == (server.url("/n/1"), "2025-11-24T10:00:00+00:00")
    assert document.custody.address == server.url("/feed")
    clock.now += 900
    assert list(watch.round()) == []
    server.answers["/feed"] = feed(item(2, "Moscow waits."), item(1, "Kyiv rejected it."))
    clock.now += 900
    assert texts(watch.round()) == ["Moscow waits."]
    assert (watch.count.asked, watch.count.entries, watch.count.updated) == (1, 1, 0)


def test_a_changed_entry_comes_again(server, state, clock):
    server.answers["/feed"] = feed(item(1, "Kyiv waits."))
    watch = watcher([server.url("/feed")], state, clock)
    assert texts(watch.round()) == ["Kyiv waits."]
    server.answers["/feed"] = feed(item(1, "Kyiv &lt;b&gt;rejected&lt;/b&gt; it."))
    clock.now += 900
    assert texts(watch.round()) == ["Kyiv rejected it."]
    assert (watch.count.entries, watch.count.updated) == (0, 1)


def test_an_entry_that_changes_without_an_end_is_left_alone(server, state, clock):
    watch = watcher([server.url("/feed")], state, clock)
    taken = 0
    for number in range(25):
        server.answers["/feed"] = feed(item(1, f"{number} comments"))
        taken += len(list(watch.round()))
        clock.now += 900
    assert taken == 20


def test_a_feed_that_is_as_it_was_is_not_sent_again(server, state, clock):
    def answer(request):
        same = (
            request.headers["If-None-Match"] == '"a"'
            and request.headers["If-Modified-Since"] == "Mon, 24 Nov 2025 10:00:00 GMT"
        )
        return (
            (304, {}, b"")
            if same
            else (200, {"ETag": '"a"', "Last-Modified": "Mon, 24 Nov 2025 10:00:00 GMT"}, feed(item(1)))
        )

    server.answers["/feed"] = answer
    watch = watcher([server.url("/feed")], state, clock)
    for _ in range(3):
        list(watch.round())
        clock.now += 900
    assert watch.count.unchanged == 1
    assert state.feed(server.url("/feed")).entries == 1


def test_what_was_not_dealt_with_comes_again(server, state, clock):
    server.answers["/feed"] = lambda request: (200, {"ETag": '"a"'}, feed(item(1, "One."), item(2, "Two.")))
    first = watcher([server.url("/feed")], state, clock).round()
    next(first)
    next(first)  # the first has been dealt with, the second not
    first.close()
    assert texts(watcher([server.url("/feed")], state, clock).round()) == ["Two."]
    assert "If-None-Match" not in server.asked[1][1]


def test_what_is_put_off_comes_again_twice_and_then_no_more(server, state, clock):
    server.answers["/feed"] = feed(item(1, "Kyiv rejected it."), item(2, "Moscow waits."))
    watch = watcher([server.url("/feed")], state, clock)
    found = []
    for _ in range(5):
        came = []
        for raw in watch.round():
            came += texts([raw])
            if "Kyiv" in came[-1]:
                watch.put_off()
        found.append(came)
        clock.now += 900
    assert found == [["Kyiv rejected it.", "Moscow waits."], ["Kyiv rejected it."], ["Kyiv rejected it."], [], []]


def test_a_file_that_is_put_off_comes_again(tmp_path, state, clock):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Kyiv rejected it.")
    os.utime(folder / "a.txt", (clock.now - 3600, clock.now - 3600))
    watch = watcher([], state, clock, folders=[folder])
    for _ in watch.round():
        watch.put_off()
    assert texts(watch.round()) == ["Kyiv rejected it."]


def test_a_feed_is_not_asked_before_its_time(server, state, clock):
    server.answers["/feed"] = feed(item(1), head="<ttl>60</ttl>")
    watch = watcher([server.url("/feed")], state, clock)
    list(watch.round())
    assert watch.wait() == 3600
    clock.now += 1800
    list(watch.round())
    assert len(server.asked) == 1
    list(watch.round(early=True))
    assert len(server.asked) == 2


def test_a_feed_that_fails_is_asked_less_and_less_and_stops_no_other(server, state, clock):
    server.answers |= {"/bad": lambda _: (500, {}, b""), "/good": feed(item(1, "Well."))}
    watch = watcher([server.url("/bad"), server.url("/good")], state, clock)
    failure, text = texts(watch.round())
    assert (failure.where, failure.stage, text) == (server.url("/bad"), "fetching", "Well.")
    waits = []
    for _ in range(10):
        known = state.feed(server.url("/bad"))
        waits.append(known.next - clock.now)
        clock.now = known.next
        list(watch.round())
    assert waits[:3] == [1800, 3600, 7200]
    assert max(waits) == 86_400
    server.answers["/bad"] = feed(item(2))
    clock.now += 86_400
    list(watch.round())
    assert (state.feed(server.url("/bad")).failures, state.feed(server.url("/bad")).reason) == (0, None)


def test_a_feed_that_backs_off_is_not_asked_early(server, state, clock):
    server.answers["/feed"] = lambda _: (503, {"Retry-After": "7200"}, b"")
    watch = watcher([server.url("/feed")], state, clock)
    list(watch.round())
    assert state.feed(server.url("/feed")).next == clock.now + 7200
    list(watch.round(early=True))
    assert len(server.asked) == 1


def test_what_we_refuse_ourselves_starts_no_wait(server, state, clock):
    server.answers["/feed"] = feed(item(1))
    closed = watcher([server.url("/feed")], state, clock, settings={"allow": ()})
    (failure,) = closed.round()
    assert "--allow 127.0.0.1" in failure.reason
    assert closed.count.later == ()
    assert closed.wait() == 86_400  # the same run may reach no more than before
    assert list(closed.round()) == []
    assert len(list(watcher([server.url("/feed")], state, clock).round())) == 1


def test_a_round_names_the_feeds_that_are_not_asked_before_a_time(server, state, clock):
    server.answers |= {"/bad": lambda _: (500, {}, b""), "/gone": lambda _: (410, {}, b""), "/good": feed(item(1))}
    watch = watcher([server.url(f"/{name}") for name in ("good", "bad", "gone")], state, clock)
    list(watch.round())
    assert [feed.address.rpartition("/")[2] for feed in watch.count.later] == ["gone", "bad", "good"]


def test_a_feed_that_is_gone_is_never_asked_again(server, state, clock):
    server.answers["/feed"] = lambda _: (410, {}, b"")
    watch = watcher([server.url("/feed")], state, clock)
    (failure,) = watch.round()
    assert "gone" in failure.reason
    clock.now += 10**8
    assert list(watch.round(early=True)) == []
    assert len(server.asked) == 1
    assert state.forget(server.url("/feed"))
    assert len(list(watch.round())) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><head><link type='application/atom+xml' href='/real'></head>", "names these: http"),
        (b"\x00\x01", "is no feed"),
        (b"", "is no feed"),
        (b"<rss><channel>" + b"<a>" * 1000, "broken XML"),
    ],
)
def test_what_is_no_feed_is_a_failure(server, state, clock, body, words):
    server.answers["/feed"] = body
    (failure,) = watcher([server.url("/feed")], state, clock).round()
    assert words in failure.reason


def test_pages_are_fetched_where_the_feed_has_not_all(server, state, clock):
    server.answers |= {
        "/feed": feed(item(1), item(2, f"<![CDATA[<p>{WHOLE}</p>]]>", "content:encoded")),
        "/n/1": b"<html><head><title>Page title</title></head><body><article><p>The page has it all.</p></article></body></html>",
    }
    found = texts(watcher([server.url("/feed")], state, clock, pages=True).round())
    assert found == ["The page has it all.", WHOLE.strip()]
    assert server.paths() == ["/feed", "/n/1"]


def test_a_page_that_fails_for_now_is_tried_three_times_then_the_summary_is_taken(server, state, clock):
    server.answers |= {
        "/feed": lambda request: (200, {"ETag": '"a"'}, feed(item(1, "Summary."))),
        "/n/1": lambda _: (502, {}, b""),
    }
    watch = watcher([server.url("/feed")], state, clock, pages=True)
    rounds = []
    for _ in range(4):
        rounds.append([getattr(found, "stage", found) for found in texts(watch.round())])
        clock.now += 900
    assert rounds == [["fetching"], ["fetching"], ["fetching", "Summary."], []]


def test_a_page_that_is_refused_for_good_gives_its_summary_at_once(server, state, clock):
    server.answers |= {"/robots.txt": b"User-agent: *\nDisallow: /n/\n", "/feed": feed(item(1, "Summary."))}
    failure, text = texts(watcher([server.url("/feed")], state, clock, pages=True, settings={"robots": True}).round())
    assert ("robots.txt" in failure.reason, text) == (True, "Summary.")


def test_a_feed_of_the_open_internet_leads_to_no_page_inside(server, state, clock):
    """An address that a feed names is vetted as every other."""
    server.answers["/feed"] = feed(item(1).replace("/n/1", "http://169.254.169.254/latest"))
    failure, text = texts(watcher([server.url("/feed")], state, clock, pages=True).round())
    assert ("169.254.169.254" in failure.reason, text) == (True, "Short.")


def test_a_host_that_wants_to_be_left_alone_is_told_of_once_a_round(server, state, clock):
    server.answers["/feed"] = feed(*(item(n, f"{n} said no.") for n in range(3)))
    server.answers["/n/0"] = lambda _: (429, {"Retry-After": "86400"}, b"")
    (failure,) = watcher([server.url("/feed")], state, clock, pages=True).round()
    assert "too often" in failure.reason
    assert server.paths() == ["/feed", "/n/0"]


def test_one_feed_does_not_take_all_the_time(server, state, clock, monkeypatch):
    monkeypatch.setattr("demarche.fetching._watch._PAGES", 2)
    server.answers["/feed"] = lambda _: (200, {"ETag": '"a"'}, feed(*(item(n) for n in range(3))))
    server.answers |= {f"/n/{n}": f"<html><p>Page {n} says no.</p>".encode() for n in range(3)}
    watch = watcher([server.url("/feed")], state, clock, pages=True)
    assert texts(watch.round()) == ["Page 0 says no.", "Page 1 says no."]
    clock.now += 900
    assert texts(watch.round()) == ["Page 2 says no."]


def test_feeds_take_turns(server, state, clock):
    server.answers |= {
        f"/{name}": feed(*(item(f"{name}{n}", f"{name}{n} said no.") for n in range(3))) for name in "ab"
    }
    found = texts(watcher([server.url("/a"), server.url("/b")], state, clock).round())
    assert [text[:2] for text in found] == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_a_stop_ends_the_round_after_what_is_in_hand(server, state, clock):
    server.answers["/feed"] = feed(item(1, "One."), item(2, "Two."))
    asked = []
    watch = watcher([server.url("/feed")], state, clock, stopped=lambda: bool(asked))
    for raw in watch.round():
        asked.append(raw)
    assert len(asked) == 1
    assert texts(watcher([server.url("/feed")], state, clock).round()) == ["Two."]


def test_files_come_once_and_again_when_they_change(tmp_path, state, clock):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt", ".hidden.txt", "c.txt.part", "d.txt~"):
        (folder / name).write_text(f"Kyiv rejected {name}.")
        os.utime(folder / name, (clock.now - 60, clock.now - 60))
    watch = watcher([], state, clock, folders=[folder])
    assert texts(watch.round()) == ["Kyiv rejected a.txt.", "Kyiv rejected sub/b.txt."]
    assert list(watch.round()) == []
    (folder / "a.txt").write_text("Kyiv agreed.")
    os.utime(folder / "a.txt", (clock.now - 50, clock.now - 50))
    assert texts(watch.round()) == ["Kyiv agreed."]
    assert watch.count.files == 1


def test_a_file_that_is_being_written_waits_until_it_is_quiet(tmp_path, state, clock):
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "a.txt"
    watch = watcher([], state, clock, folders=[tmp_path / "in"], quiet=5.0)
    for words in ("Kyiv", "Kyiv rejected", "Kyiv rejected it."):
        path.write_text(words)
        os.utime(path, (clock.now, clock.now))
        assert list(watch.round()) == []
        assert (watch.count.waiting, watch.wait()) == (1, 5.0)
        clock.now += 3
    clock.now += 3
    assert texts(watch.round()) == ["Kyiv rejected it."]


def test_a_file_whose_clock_is_ahead_is_read_when_it_rests(tmp_path, state, clock):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Kyiv rejected it.")
    os.utime(tmp_path / "in" / "a.txt", (clock.now + 10**6, clock.now + 10**6))
    watch = watcher([], state, clock, folders=[tmp_path / "in"])
    assert list(watch.round()) == []
    clock.now += 6
    assert len(list(watch.round())) == 1


def test_the_ledger_in_a_folder_is_not_read(tmp_path, state, clock):
    for name in ("ledger.db", "ledger.db-wal", "news.txt"):
        (tmp_path / name).write_text("Kyiv rejected it.")
        os.utime(tmp_path / name, (0, 0))
    found = list(watcher([], state, clock, folders=[tmp_path], ignored=[tmp_path / "ledger.db"]).round())
    assert [raw.name for raw in found] == ["news.txt"]


def test_a_file_may_have_any_name(tmp_path, state, clock):
    name = os.fsdecode(str(tmp_path).encode() + b"/in/\xff\n.txt")
    os.mkdir(tmp_path / "in")
    with open(name, "w") as file:
        file.write("Kyiv rejected it.")
    os.utime(name, (0, 0))
    watch = watcher([], state, clock, folders=[tmp_path / "in"])
    assert texts(watch.round()) == ["Kyiv rejected it."]
    assert list(watch.round()) == []


def test_a_folder_that_goes_away_is_told_once(tmp_path, state, clock):
    watch = watcher([], state, clock, folders=[tmp_path / "not"])
    assert len(list(watch.round())) == 1
    assert list(watch.round()) == []


def test_the_entries_that_are_remembered_are_bounded(state):
    keys = [number.to_bytes(16, "big") for number in range(MOST_KEPT + 10)]
    state._database.executemany(
        "INSERT INTO entries (feed, key, digest, seen) VALUES ('f', ?, x'00', ?)",
        [(key, n) for n, key in enumerate(keys)],
    )
    state.seen("f", keys[:2], now=1e9)
    assert state._database.execute("SELECT count(*) FROM entries").fetchone() == (MOST_KEPT,)
    assert state.entry("f", keys[0]) is not None
    assert state.entry("f", keys[2]) is None


def test_what_is_known_outlives_the_process(tmp_path):
    kept = FeedState(
        address="https://a.example/", title="A", etag='"x"', next=5.0, failures=2, reason="r", gone=True, entries=3
    )
    with State(tmp_path / "x.feeds") as state:
        state.keep(kept)
    with State(tmp_path / "x.feeds") as state:
        assert state.feeds() == [kept]


def test_a_file_of_something_else_is_not_touched(tmp_path):
    from demarche.errors import InputError

    (tmp_path / "a").write_text("not a database, but words that somebody wants to keep" * 20)
    with pytest.raises(InputError, match="--state"):
        State(tmp_path / "a")
    with pytest.raises(InputError, match="--state"):
        State(tmp_path / "no" / "such" / "folder")


def test_addresses_give_what_is_there(server):
    server.answers |= {
        "/feed": feed(item(1, "One."), item(2, "Two.")),
        "/page": b"<html><body><article><p>The page.</p></article></body></html>",
        "/lines": lambda _: (200, {"Content-Type": "application/x-ndjson"}, b'{"text": "A line said so."}\n'),
        "/packed.jsonl.gz": lambda _: (
            200,
            {"Content-Type": "application/gzip"},
            gzip.compress(b'{"text": "Packed."}\n'),
        ),
    }
    addresses = [server.url(path) for path in ("/feed", "/page", "/not", "/lines", "/packed.jsonl.gz")]
    *found, last = texts(fetch_all(addresses, fetcher=fetcher()))
    assert found[:3] == ["One.", "Two.", "The page."]
    assert (found[3].where, found[3].stage) == (server.url("/not"), "fetching")
    assert found[4:] + [last] == ["A line said so.", "Packed."]


def test_a_link_out_of_a_folder_is_passed_over(tmp_path, state, clock):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("The key is under the mat.")
    (tmp_path / "in" / "a.txt").write_text("Kyiv rejected it.")
    (tmp_path / "in" / "b.txt").symlink_to(tmp_path / "in" / "a.txt")
    (tmp_path / "in" / "c.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "in" / "d.txt").symlink_to(tmp_path / "in" / "d.txt")
    for name in ("secret.txt", "in/a.txt"):
        os.utime(tmp_path / name, (0, 0))
    assert texts(watcher([], state, clock, folders=[tmp_path / "in"]).round()) == ["Kyiv rejected it."] * 2


def test_a_feed_that_breaks_its_parser_stops_no_other(server, state, clock, monkeypatch):
    server.answers |= {"/bad": feed(item(1, "Bad.")), "/good": feed(item(2, "Good."))}
    read = _watch.read_feed

    def stumble(data, **about):
        if b"Bad." in data:
            raise RecursionError("too deep")
        return read(data, **about)

    monkeypatch.setattr(_watch, "read_feed", stumble)
    addresses = [server.url("/bad"), server.url("/good")]
    for found in (watcher(addresses, state, clock).round(), fetch_all(addresses, fetcher=fetcher())):
        failure, good = texts(found)
        assert (failure.where, good) == (server.url("/bad"), "Good.")
        assert "too deep" in failure.reason


def test_a_password_in_an_address_is_in_no_failure_and_no_entry(server, state, clock):
    secret = server.url("/feed").replace("http://", "http://desk:secret@")
    failures = [*watcher([secret], state, clock).round(), *fetch_all([secret], fetcher=fetcher())]
    assert [failure.where for failure in failures] == [server.url("/feed")] * 2
    server.answers["/feed"] = feed("<item><title>T</title><link>http://desk:secret@a.example/n</link></item>")
    server.answers["/gone"] = lambda _: (302, {"Location": "ftp://desk:secret@a.example/"}, b"")
    raw, refused = fetch_all([server.url("/feed"), server.url("/gone")], fetcher=fetcher())
    assert (raw.about["url"], "secret" in refused.reason) == ("http://a.example/n", False)


def test_slow_pages_of_one_feed_wait_for_the_next_round(server, state, clock, monkeypatch):
    monkeypatch.setattr(_watch, "_PATIENCE", 1e-9)
    server.answers["/feed"] = lambda _: (200, {"ETag": '"a"'}, feed(*(item(n) for n in range(2))))
    server.answers |= {f"/n/{n}": f"<html><p>Page {n} says no.</p>".encode() for n in range(2)}
    watch = watcher([server.url("/feed")], state, clock, pages=True)
    assert texts(watch.round()) == ["Page 0 says no."]
    clock.now += 900
    assert texts(watch.round()) == ["Page 1 says no."]
