"""Servers on loopback that answer as a test wants, and a fetcher that may reach them."""

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from demarche.fetching import Fetcher, FetchSettings

LOOPBACK = "127.0.0.1"


class Server:
    """A web server; `answers` maps a path to bytes, or to a function of the request that returns status, headers and body."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                found = outer.answers.get(self.path)
                found = found(self) if callable(found) else found
                if found is None:
                    found = (404, {}, b"") if self.path not in outer.answers else found
                if found is None:
                    return  # the function wrote what it wanted
                status, headers, body = (200, {}, found) if isinstance(found, bytes) else found
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_):
                pass  # a client that hangs up is what many tests are about

        self._server = Quiet((LOOPBACK, 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def url(self, path="/", host=LOOPBACK):
        return f"http://{host}:{self.port}{path}"

    def paths(self):
        return [path for path, _ in self.asked]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def talking(words):
    """A server that gives a function the bare connection."""
    listener = socket.create_server((LOOPBACK, 0))
    stop = threading.Event()

    def serve():
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection):
        with connection, contextlib.suppress(OSError):
            words(connection, stop)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}/"
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def settings(**given):
    quick = {"allow": (LOOPBACK,), "interval": 0.0, "robots": False, "tries": 1, "longest_wait": 0.1}
    return FetchSettings(**{**quick, **given})


def fetcher(*, resolver=None, stopped=lambda: False, now=None, **given):
    options = {"resolver": resolver} if resolver else {}
    options |= {"now": now} if now else {}
    return Fetcher(settings(**given), stopped=stopped, **options)
