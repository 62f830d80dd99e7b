"""What stands before every page: it looks at a request before anything else does, and at every answer after."""

from __future__ import annotations

import html
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demarche.web._errors import WRONG, answer_http, asked_path, bare_page, wants_json

__all__ = ["SAFE", "Guard", "Known", "host_name"]

SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""

_LOG = logging.getLogger("demarche.web")
_MOST_URL = 8 * 1024
_MOST_HEADERS = 32 * 1024
_CHUNK_WAIT = 30  # seconds without a byte of a body
_BODY_WAIT = 600  # seconds for a whole body
_STATIC = "/static/"
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not "no-referrer": browsers would then send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_ON = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={path}"><title>Demarche</title></head>
<body><p><a href="{path}">Go on</a></p></body></html>
"""


class Known:
    """What the guard found out of a request, for the pages: it lies in the state of the request."""

    def __init__(self, *, cookie: str | None, session: Any, user: Any, most_body: int) -> None:
        self.cookie = cookie
        self.session = session
        self.user = user
        self.most_body = most_body


class Guard:
    """Refuses what no page should see, tells the pages who asks, and adds the headers that bind the browser.

    Parameters
    ----------
    hosts
        The names under which the desk may be asked: any other is a name that somebody pointed here.
    recognise
        From the scope of a request to what is known of who asks.
    cookie
        Returns the Set-Cookie header for the session that a page began (None ends it).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        recognise: Callable[[Headers, str], Known],
        cookie: Callable[[str | None], str],
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._recognise = recognise
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope["state"] = {**scope.get("state", {}), "user": None, "session": None, "csrf": ""}
        body = _Body(receive, Headers(scope=scope))
        answer = _Answer(send, scope, body, self._cookie)
        request = Request(scope, body.receive)
        try:
            await self._pass(scope, state, request, body, answer)
        except ClientDisconnect:
            pass
        except Exception as error:
            if answer.started:
                raise
            await self._refuse(request, error)(scope, receive, answer.send)
        finally:
            if (form := state.get("form")) is not None:
                await form.close()

    async def _pass(self, scope: Scope, state: dict[str, Any], request: Request, body: _Body, answer: _Answer) -> None:
        headers = request.headers
        _check_shape(scope, headers)
        if host_name(headers.getlist("host")) not in self._hosts:
            raise HTTPException(
                400, "the desk is not reached under this name; allow it with: demarche serve --allow-host"
            )
        if _came_from_elsewhere(scope, headers):
            await HTMLResponse(_ON.format(path=html.escape(asked_path(scope))))(scope, body.receive, answer.send)
            return
        if not scope["path"].startswith(_STATIC):
            known = self._recognise(headers, scope["path"])
            state |= {"cookie": known.cookie, "session": known.session, "user": known.user}
            state["csrf"] = known.session.csrf if known.session else ""
            body.most = known.most_body
        body.check_declared()
        await self._app(scope, body.receive, answer.send)

    def _refuse(self, request: Request, error: Exception) -> ASGIApp:
        if not isinstance(error, HTTPException):
            _LOG.error("a request could not be answered", exc_info=error)
            error = HTTPException(500, WRONG)
        if wants_json(request) or request.state.user is not None:
            return answer_http(request, error)
        return bare_page("Not answered", str(error.detail), status=error.status_code)


def host_name(given: list[str]) -> str | None:
    """Return the name in the one Host header, in small letters and without the port; None if there is no such a name.

    Examples
    --------
    >>> host_name(["LOCALHOST:8765"]), host_name(["[::1]:80"]), host_name(["a@b"]), host_name([])
    ('localhost', '[::1]', None, None)
    """
    if len(given) != 1:
        return None
    name, colon, port = given[0].lower().rpartition(":") if not given[0].endswith("]") else (given[0].lower(), "", "")
    if not colon:
        name = name or port
    elif not port.isascii() or not port.isdigit():
        return None
    return name if name and not set(name) & set("/@\\ \t,?#%") else None


def _check_shape(scope: Scope, headers: Headers) -> None:
    path, query = scope["path"], scope["query_string"]
    if len(path) + len(query) > _MOST_URL:
        raise HTTPException(414)
    if sum(len(name) + len(value) for name, value in headers.raw) > _MOST_HEADERS:
        raise HTTPException(431)
    if any(ord(letter) < 0x20 or letter == "\x7f" for letter in path) or b"%00" in query or path.startswith("//"):
        raise HTTPException(400)


def _came_from_elsewhere(scope: Scope, headers: Headers) -> bool:
    """Refuse what another site does through the user's browser; tell whether the user followed a link of another site.

    Such a link comes without the cookie (SameSite=Strict). To answer it would make a logged-in user a stranger, so it
    gets a page that goes on to the same address by itself: that is a step of our own, and brings the cookie.
    """
    site = headers.get("sec-fetch-site", "none")
    if scope["method"] not in SAFE:
        if site not in ("none", "same-origin") or not _same_origin(headers):
            raise HTTPException(403, "another site sent this; it was not done")
        return False
    if site in ("none", "same-origin"):
        return False
    if headers.get("sec-fetch-mode") != "navigate" or headers.get("sec-fetch-dest") not in ("document", None):
        raise HTTPException(403, "another site asked for this; it was not answered")
    return site == "cross-site"


def _same_origin(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""
    except ValueError:
        return False


class _Body:
    """The body of a request as it arrives: no more of it than is allowed, and not for ever."""

    def __init__(self, receive: Receive, headers: Headers) -> None:
        self._receive = receive
        self._lengths = headers.getlist("content-length")
        self._there = bool(self._lengths and self._lengths[0] != "0") or "transfer-encoding" in headers
        self._ends = time.monotonic() + _BODY_WAIT
        self._taken = 0
        self._whole = False
        self.most = 0

    @property
    def left_over(self) -> bool:
        """Whether the client may still be sending: the connection cannot be used for another request."""
        return self._there and not self._whole

    def check_declared(self) -> None:
        """Refuse a body that says it is too long, before any of it is read."""
        if not self._lengths:
            return
        length = self._lengths[0]
        if len(self._lengths) > 1 or not (length.isascii() and length.isdigit()):
            raise HTTPException(400)
        if len(length) > 15 or int(length) > self.most:
            raise HTTPException(413)

    async def receive(self) -> Message:
        """Return the next piece."""
        if self._whole:
            return await self._receive()  # waits for the end of the connection, as long as the answer takes
        try:
            with anyio.fail_after(min(_CHUNK_WAIT, max(0, self._ends - time.monotonic()))):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408) from error
        if message["type"] == "http.request":
            self._taken += len(message.get("body", b""))
            if self._taken > self.most:
                raise HTTPException(413)
            self._whole = not message.get("more_body", False)
        return message


class _Answer:
    """An answer on its way out: it gets the headers that every answer has, and the cookie of a new session."""

    def __init__(self, send: Send, scope: Scope, body: _Body, cookie: Callable[[str | None], str]) -> None:
        self._send = send
        self._scope = scope
        self._body = body
        self._cookie = cookie
        self.started = False

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.started = True
            self._add(MutableHeaders(raw=message.setdefault("headers", [])), message["status"])
        await self._send(message)

    def _add(self, headers: MutableHeaders, status: int) -> None:
        for name, value in _HEADERS.items():
            headers[name] = value
        static = self._scope["path"].startswith(_STATIC) and status in (200, 206, 304)
        headers["cache-control"] = "public, max-age=600" if static else "no-store"
        if self._body.left_over:
            headers["connection"] = "close"
        state = self._scope["state"]
        if "new_cookie" in state:
            headers.append("set-cookie", self._cookie(state["new_cookie"]))
