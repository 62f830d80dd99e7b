"""A server on this machine that speaks the chat completions protocol, and says what a test wants it to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["ModelReply", "ModelServer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """One response.

    Parameters
    ----------
    content
        What the model says.
    status, headers
        Of the response.
    body
        The bytes of the response, instead of an answer of the protocol.
    delay
        Seconds before the response.
    endless
        Sends the body again and again, so many seconds apart, until the other side hangs up.
    slow_headers
        Sends the headers letter by letter, so many seconds apart.
    choice, more
        Fields of the choice, and of the answer, that replace or join the usual ones.
    """

    content: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    delay: float = 0.0
    endless: float | None = None
    slow_headers: float = 0.0
    choice: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> bytes:
        """Return the body of the response."""
        if self.body is not None:
            return self.body
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": self.content},
            "finish_reason": "stop",
            **self.choice,
        }
        usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
        return json.dumps({"object": "chat.completion", "choices": [choice], "usage": usage, **self.more}).encode()


Reply = ModelReply | str | Callable[[dict[str, Any]], "ModelReply | str"]


class ModelServer:
    """Gives its replies in order, the last again and again; use it in a ``with``.

    A reply is a :class:`ModelReply`, what the model says, or a function of the request that returns one of them.

    Examples
    --------
    >>> with ModelServer("Good day.") as server:
    ...     server.address.startswith("http://127.0.0.1:"), server.requests
    (True, [])
    """

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._http = _Quiet(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def address(self) -> str:
        """Where it is asked, up to the version of the protocol."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def sentences(self) -> list[list[str]]:
        """Return the sentences of each question so far."""
        return [sentences_asked(request) for request in self.requests]

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def reply(self, request: dict[str, Any], headers: dict[str, str]) -> ModelReply:
        """Note a request and return what is to be sent."""
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        made = reply(request) if callable(reply) else reply
        return made if isinstance(made, ModelReply) else ModelReply(content=made)

    def wait(self, seconds: float) -> bool:
        """Wait, and tell whether the server goes on."""
        return not self._stopped.wait(seconds)


def sentences_asked(request: Mapping[str, Any]) -> list[str]:
    """Return the sentences of a question."""
    messages: Sequence[Mapping[str, str]] = request["messages"]
    return [sentence["text"] for sentence in json.loads(messages[-1]["content"])["sentences"]]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the other side may hang up whenever it wants."""


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            reply = server.reply(json.loads(data), {name.lower(): value for name, value in self.headers.items()})
            server.wait(reply.delay)
            payload = reply.payload()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            if reply.endless is None:
                self.send_header("Content-Length", str(len(payload)))
            for letter in "X-Slow: slowly, slowly\r\n" * 40 if reply.slow_headers else "":
                self.flush_headers()
                self.wfile.write(letter.encode())
                if not server.wait(reply.slow_headers):
                    return
            self.end_headers()
            self.wfile.write(payload)
            while reply.endless is not None and server.wait(reply.endless):
                self.wfile.write(payload)

        def log_message(self, format: str, *args: Any) -> None:
            """Write no log."""

    return Handler
