"""Addresses are fetched from real servers on loopback: honest ones, slow ones, and those that lie."""

import gzip
import ipaddress
import subprocess
import sys
import threading
import time
import zlib

import pytest
from fetching_servers import LOOPBACK, fetcher, talking
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import FetchError, InputError
from demarche.fetching import FetchSettings, fetch
from demarche.fetching._robots import Robots
from demarche.fetching._wire import Stopped

HOME = ipaddress.ip_address(LOOPBACK)


def refusal(address, **given):
    with pytest.raises(FetchError) as refused:
        fetcher(**given).fetch(address)
    return refused.value


def test_a_page_comes_with_where_and_when_it_is_from(server):
    cookies = {"Content-Type": "text/html; charset=Windows-1252", "Set-Cookie": "a=b"}
    server.answers["/news/today"] = lambda _: (200, cookies, b"<p>Kyiv rejected it.")
    raw = fetcher(contact="desk@example.org", now=lambda: 0.0).fetch(server.url("/news/today"))
    assert raw.open().read() == raw.open().read() == b"<p>Kyiv rejected it."
    assert (raw.media_type, raw.charset, raw.name, raw.size) == ("text/html", "Windows-1252", "today.html", 20)
    assert (raw.where, raw.address, raw.retrieved) == (
        raw.address,
        server.url("/news/today"),
        "1970-01-01T00:00:00+00:00",
    )
    assert "set-cookie" not in dict(raw.headers)
    sent = server.asked[0][1]
    assert sent["User-Agent"].startswith("Demarche/")
    assert sent["User-Agent"].endswith("(+desk@example.org)")
    assert "Cookie" not in sent


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/a.pdf", "application/pdf", "a.pdf"),
        ("/get?id=1", "application/pdf", "get.pdf"),
        ("/", "text/html", "index.html"),
        ("/a.php", "text/html", "a.html"),
        ("/data.csv", "text/plain", "data.csv"),
        ("/x/..%2f..%2fetc", "text/plain", ".._.._etc"),
        ("/feed", "application/rss+xml", "feed.xml"),
    ],
)
def test_the_name_tells_the_format(server, path, kind, name):
    server.answers[path] = lambda _: (200, {"Content-Type": kind}, b"x")
    assert fetcher().fetch(server.url(path)).name == name


def test_a_pdf_is_one_whatever_it_is_called(server):
    server.answers["/a"] = lambda _: (200, {"Content-Type": "text/html"}, b"%PDF-1.7 ...")
    raw = fetcher().fetch(server.url("/a"))
    assert (raw.name, raw.media_type) == ("a.pdf", "application/pdf")


def test_nothing_on_this_machine_is_reached_unless_it_is_allowed(server):
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.8.8.8"):
        error = refusal(server.url(host=host), allow=())
        assert "not of the open internet" in error.reason
        assert error.lasting
    assert "not of the open internet" in refusal("http://169.254.169.254/latest/meta-data/").reason
    assert server.asked == []


def test_a_port_of_another_service_is_refused_on_the_open_internet():
    assert "port 22" in refusal("http://93.184.216.34:22/").reason


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/",
        "http://[::1]:{port}/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "//2130706433/",
        "gopher://x/",
    ],
)
def test_a_redirect_into_the_network_is_refused(server, place):
    server.answers["/go"] = lambda _: (302, {"Location": place.format(port=server.port)}, b"")
    assert refusal(server.url("/go")).lasting
    assert server.paths() == ["/go"]


def test_what_the_open_internet_names_does_not_reach_what_only_the_user_may(server):
    server.answers["/inside"] = b"secret"
    with pytest.raises(FetchError, match="not of the open internet"):
        fetcher().ask(server.url("/inside"), inner=False)
    assert server.asked == []


def test_a_redirect_of_a_host_that_is_allowed_stays_inside(server):
    server.answers |= {"/a": lambda _: (302, {"Location": server.url("/b", host="wiki.example")}, b""), "/b": b"x"}
    found = fetcher(allow=(LOOPBACK, "wiki.example"), resolver=lambda host, port: [HOME]).ask(server.url("/a"))
    assert (found.address, found.inner) == (server.url("/b", host="wiki.example"), True)


def test_a_name_is_resolved_once_so_that_rebinding_gains_nothing(server):
    answers = [[ipaddress.ip_address("93.184.216.34")], [HOME]]
    asked = []

    def resolver(host, port):
        asked.append(host)
        return answers[min(len(asked), 2) - 1]

    error = refusal(
        f"http://rebind.example:{server.port}/",
        allow=(),
        ports=frozenset({server.port}),
        resolver=resolver,
        connect=0.2,
    )
    assert asked == ["rebind.example"]
    assert "could not be reached" in error.reason
    assert server.asked == []


def test_a_name_with_one_closed_address_among_others_is_refused(server):
    def resolver(host, port):
        return [ipaddress.ip_address("93.184.216.34"), HOME]

    error = refusal(f"http://both.example:{server.port}/", allow=(), ports=frozenset({server.port}), resolver=resolver)
    assert "leads to 127.0.0.1" in error.reason


def test_the_host_that_was_asked_for_goes_to_the_server_and_the_vetted_address_is_connected_to(server):
    server.answers["/"] = b"x"
    fetcher(allow=("wiki.example",), resolver=lambda host, port: [HOME]).fetch(server.url(host="wiki.example"))
    assert server.asked[0][1]["Host"] == f"wiki.example:{server.port}"


def test_a_secure_connection_names_the_host_not_the_address():
    heard = []

    def listen(connection, stop):
        heard.append(connection.recv(4096))

    with talking(listen) as address:
        secure = address.replace("http://127.0.0.1", "https://wiki.example")
        error = refusal(secure, allow=("wiki.example",), resolver=lambda host, port: [HOME])
    assert b"wiki.example" in heard[0]
    assert "no secure connection" in error.reason


def test_a_host_that_is_not_found_is_said():
    def resolver(host, port):
        raise OSError("Name or service not known")

    error = refusal("http://nowhere.example/", resolver=resolver)
    assert "not found" in error.reason
    assert not error.lasting


def test_a_resolver_that_hangs_is_given_up():
    held = threading.Event()
    error = refusal("http://slow.example/", resolver=lambda host, port: held.wait(20) or [HOME], seconds=0.3)
    held.set()
    assert "took longer" in error.reason


def test_redirects_are_followed_and_the_last_address_is_told(server):
    for number in range(5):
        server.answers[f"/{number}"] = lambda _, n=number: (301, {"Location": f"/{n + 1}"}, b"moved")
    server.answers["/5"] = b"here"
    raw = fetcher().fetch(server.url("/0"))
    assert (raw.where, raw.address, raw.open().read()) == (server.url("/0"), server.url("/5"), b"here")
    server.answers["/5"] = lambda _: (301, {"Location": "/6"}, b"")
    assert "more than 5 times" in refusal(server.url("/0")).reason


def test_a_circle_of_redirects_is_told(server):
    server.answers |= {a: lambda _, b=b: (302, {"Location": b}, b"") for a, b in (("/a", "/b"), ("/b", "/a#x"))}
    assert "in a circle" in refusal(server.url("/a")).reason
    assert server.paths() == ["/a", "/b"]


def test_a_redirect_without_a_place_is_told(server):
    server.answers["/"] = lambda _: (302, {}, b"")
    assert "does not say where" in refusal(server.url()).reason


def test_what_is_too_large_is_given_up_before_it_has_come(server):
    server.answers["/"] = lambda _: (200, {"Content-Length": "99999999999999999999"}, b"x")
    assert "larger than" in refusal(server.url(), most=1000).reason


def test_a_body_without_an_end_is_given_up():
    def pour(connection, stop):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not stop.is_set():
            connection.sendall(b"x" * 65536)

    with talking(pour) as address:
        assert "larger than 1 MiB" in refusal(address, most=2**20).reason


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_drips_is_given_up_in_all(head):
    def drip(connection, stop):
        connection.recv(4096)
        connection.sendall(head)
        while not stop.is_set():
            connection.sendall(b"x")
            time.sleep(0.05)

    start = time.monotonic()
    with talking(drip) as address:
        assert "took longer than" in refusal(address, seconds=0.6).reason
    assert time.monotonic() - start < 15


def test_a_server_that_says_nothing_is_given_up():
    with talking(lambda connection, stop: stop.wait(20)) as address:
        assert "nothing came" in refusal(address, silence=0.3).reason


def test_headers_without_an_end_are_given_up():
    def boast(connection, stop):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(1000)))
        stop.wait(5)

    with talking(boast) as address:
        assert "no whole answer" in refusal(address).reason


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello",
        b"SSH-2.0-OpenSSH_9.0\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"",
    ],
)
def test_half_an_answer_is_none(answer):
    def half(connection, stop):
        connection.recv(4096)
        connection.sendall(answer)

    with talking(half) as address:
        error = refusal(address)
    assert "no whole answer" in error.reason
    assert not error.lasting


def test_what_is_longer_than_it_says_is_read_as_long_as_it_says():
    def long(connection, stop):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more")

    with talking(long) as address:
        assert fetcher().fetch(address).open().read() == b"hello"


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"Kyiv ", mtime=0) + gzip.compress(b"rejected it.")),
        ("x-gzip", gzip.compress(b"Kyiv rejected it.", mtime=0) + b"\0\0"),
        ("deflate", zlib.compress(b"Kyiv rejected it.")),
        ("deflate", zlib.compress(b"Kyiv rejected it.")[2:-4]),
        ("identity", b"Kyiv rejected it."),
    ],
    ids=["two members", "filled up", "zlib", "bare", "not packed"],
)
def test_what_is_packed_is_unpacked(server, coding, packed):
    server.answers["/"] = lambda _: (200, {"Content-Encoding": coding}, packed)
    assert fetcher().fetch(server.url()).open().read() == b"Kyiv rejected it."


def test_a_large_answer_is_unpacked_whole(server):
    body = bytes(range(256)) * 4096 + b"\0" * 2**20
    server.answers["/"] = lambda _: (200, {"Content-Encoding": "gzip"}, gzip.compress(body, mtime=0))
    assert fetcher().fetch(server.url()).open().read() == body


@pytest.mark.parametrize(
    ("coding", "packed", "reason"),
    [
        ("gzip", gzip.compress(b"\0" * 2**24, mtime=0), "grows beyond 1 MiB"),
        ("gzip", gzip.compress(gzip.compress(b"\0" * 2**24, mtime=0), mtime=0) * 4000, "grows beyond 1 MiB"),
        ("gzip", gzip.compress(bytes(range(256)) * 9, mtime=0)[:-9], "ends before its end"),
        ("gzip", b"\x1f\x8b nonsense", "damaged"),
        ("br", b"x", "not asked for"),
        ("gzip, gzip", b"x", "not asked for"),
    ],
    ids=["bomb", "bomb in a bomb", "cut off", "nonsense", "brotli", "twice"],
)
def test_what_is_packed_to_do_harm_is_refused(server, coding, packed, reason):
    server.answers["/"] = lambda _: (200, {"Content-Encoding": coding}, packed)
    assert reason in refusal(server.url(), most=2**20).reason


@pytest.mark.parametrize(
    ("status", "lasting"),
    [
        (204, True),
        (206, True),
        (304, True),
        (400, True),
        (401, True),
        (403, True),
        (404, True),
        (410, True),
        (429, False),
        (500, False),
        (503, False),
        (520, False),
    ],
)
def test_a_status_that_gives_no_page_is_an_error(server, status, lasting):
    server.answers["/"] = lambda _: (status, {}, b"")
    error = refusal(server.url())
    assert (error.status, error.lasting) == (status, lasting)


def test_what_fails_for_now_is_tried_again(server):
    answers = iter([(503, {"Retry-After": "0"}, b""), (500, {"Retry-After": "0"}, b"")])
    server.answers["/"] = lambda _: next(answers, (200, {}, b"well"))
    with pytest.raises(FetchError):
        fetcher(tries=1).fetch(server.url())
    assert fetcher(tries=3, longest_wait=2.0).fetch(server.url()).open().read() == b"well"


def test_a_host_that_wants_to_be_left_alone_is_left_alone(server):
    server.answers["/"] = lambda _: (429, {"Retry-After": "3600"}, b"")
    one = fetcher(tries=3)
    with pytest.raises(FetchError) as refused:
        one.fetch(server.url())
    assert refused.value.wait == 3600
    with pytest.raises(FetchError, match="left alone"):
        one.fetch(server.url("/other"))
    assert server.paths() == ["/"]


def test_a_host_is_asked_at_intervals(server):
    server.answers["/"] = b"x"
    one = fetcher(interval=0.3)
    start = time.monotonic()
    for _ in range(3):
        one.fetch(server.url())
    assert time.monotonic() - start >= 0.6


def test_robots_are_obeyed_and_asked_once(server):
    server.answers |= {
        "/robots.txt": b"User-agent: *\nDisallow: /private*.html\nAllow: /private-not.html\n",
        "/a": b"x",
    }
    one = fetcher(robots=True)
    one.fetch(server.url("/a"))
    with pytest.raises(FetchError, match="stay away"):
        one.fetch(server.url("/private/b.html"))
    assert server.paths() == ["/robots.txt", "/a"]
    server.answers["/private/b.html"] = b"y"
    assert fetcher().fetch(server.url("/private/b.html")).size == 1


def test_robots_hold_where_a_redirect_leads(server):
    server.answers |= {
        "/robots.txt": b"User-agent: demarche\nDisallow: /b\n",
        "/a": lambda _: (302, {"Location": "/b"}, b""),
    }
    assert "stay away" in refusal(server.url("/a"), robots=True).reason


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        ((404, {}, b""), True),
        ((403, {}, b""), True),
        ((500, {}, b""), False),
        ((429, {}, b""), False),
        ((200, {}, b"\xff\xfe\x00 garbage"), True),
        ((200, {}, b"User-agent: *\nDisallow: /\n"), False),
        ((302, {"Location": "http://169.254.169.254/"}, b""), True),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 2**23, mtime=0)), False),
    ],
)
def test_what_robots_say_when_they_say_nothing(server, answer, allowed):
    server.answers |= {"/robots.txt": lambda _: answer, "/": b"x"}
    if allowed:
        assert fetcher(robots=True).fetch(server.url()).size == 1
    else:
        assert "robots.txt" in refusal(server.url(), robots=True).reason


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_a_robots_file(data, path):
    for body in (data, b"User-agent: *\nDisallow: " + data, b"User-agent: demarche\nCrawl-delay: " + data):
        rules = Robots(lambda address, inner, found=body: (200, found)).rules(("http", "a.example", 80), inner=False)
        assert rules.allow(f"http://a.example/{path}") in (True, False)
        assert not rules.delay > 60


def test_a_crawl_delay_is_kept(server):
    server.answers |= {"/robots.txt": b"User-agent: *\nCrawl-delay: 0.3\n", "/": b"x"}
    one = fetcher(robots=True)
    start = time.monotonic()
    one.fetch(server.url())
    one.fetch(server.url())
    assert time.monotonic() - start >= 0.3


def test_what_is_as_it_was_is_not_sent_again(server):
    def answer(request):
        return (304, {}, b"") if request.headers["If-None-Match"] == '"1"' else (200, {"ETag": '"1"'}, b"x")

    server.answers["/"] = answer
    first = fetcher().ask(server.url())
    again = fetcher().ask(server.url(), etag=first.header("etag"), modified="bad\r\nX: y")
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert "X" not in server.asked[1][1]


def test_a_stop_is_heard_while_a_server_is_waited_for():
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    start = time.monotonic()
    with talking(lambda connection, _: stop.wait(20) and time.sleep(5)) as address, pytest.raises(Stopped):
        fetcher(stopped=stop.is_set).fetch(address)
    assert time.monotonic() - start < 15


def test_a_proxy_of_the_environment_is_not_believed(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    server.answers["/"] = b"x"
    assert fetcher().fetch(server.url()).size == 1


def test_a_proxy_that_is_named_is_asked_and_closed_addresses_are_not_asked_of_it(server):
    server.answers["http://example.org/a"] = b"through"
    one = fetcher(allow=(), proxy=server.url())
    assert one.fetch("http://example.org/a").open().read() == b"through"
    with pytest.raises(FetchError, match="not of the open internet"):
        one.fetch("http://169.254.169.254/")


@pytest.mark.parametrize(
    "given",
    [
        {"contact": "a\r\nb"},
        {"contact": ""},
        {"proxy": "https://x/"},
        {"seconds": 0},
        {"interval": -1},
        {"allow": ("a b",)},
    ],
)
def test_settings_that_cannot_be_are_refused(given):
    with pytest.raises((InputError, FetchError)):
        FetchSettings(**given)


def test_one_call_fetches_one_address(server):
    server.answers["/"] = b"x"
    given = FetchSettings(allow=(LOOPBACK,), robots=False)
    assert fetch(server.url(), settings=given).open().read() == b"x"


def test_without_the_library_it_is_said_what_to_install():
    code = (
        "import sys; sys.modules['httpcore2'] = None\n"
        "from demarche.fetching import read_feed, read_opml\n"
        "try: from demarche.fetching import fetch\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'demarche[fetch]'" in done.stdout
