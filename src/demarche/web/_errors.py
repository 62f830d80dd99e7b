"""One shape for everything that goes wrong: a page for people, ``{"error": ..., "status": ...}`` for programs."""

from __future__ import annotations

import html
import logging
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Scope

from demarche.errors import DemarcheError, InputError, LedgerError, MissingExtra, ModelError
from demarche.present import show_line

__all__ = [
    "WRONG",
    "answer_error",
    "answer_http",
    "answer_invalid",
    "answer_ours",
    "asked_path",
    "bare_page",
    "own_path",
    "wants_json",
]

WRONG = "something went wrong; the log of the server says what"
_LOG = logging.getLogger("demarche.web")
_MOST_WORDS = 500
_SAYS = {
    400: "this is no request that the desk understands",
    401: "log in first",
    403: "this needs another role",
    404: "there is no such page",
    405: "this page is not asked that way",
    408: "the request took too long to arrive",
    413: "this is more than the desk takes in one request",
    414: "the address is too long",
    429: "that was too often; wait a little",
    431: "the request has too many headers",
    500: WRONG,
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/static/desk.css"></head>
<body><main><h1>{title}</h1><p>{message}</p><p><a href="/">Overview</a></p></main></body></html>
"""


def answer_error(
    request: Request, status: int, message: str | None = None, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer that says what is wrong, without anything of the inside of the server.

    Parameters
    ----------
    status
        The HTTP status.
    message
        What is wrong and what to do, as text; None for the usual words of the status.
    headers
        More headers.
    """
    words = show_line(message or _SAYS.get(status) or HTTPStatus(status).phrase)[:_MOST_WORDS]
    if wants_json(request):
        return JSONResponse({"error": words, "status": status}, status_code=status, headers=headers)
    response = _page(request, status, words)
    response.headers.update(headers or {})
    return response


def wants_json(request: Request) -> bool:
    """Tell whether a program asks: the path is one of the API, or only JSON is accepted."""
    accept = request.headers.get("accept", "")
    return str(request.scope["path"]).startswith("/api/") or (
        "application/json" in accept and "text/html" not in accept
    )


def _page(request: Request, status: int, words: str) -> Response:
    title = HTTPStatus(status).phrase
    try:
        from demarche.web._view import render  # here: the page imports more than an answer to an attack should need

        return render(request, "error.html", status=status, title=title, message=words)
    except Exception:
        _LOG.exception("the page for an error cannot be made")
        return bare_page(title, words, status=status)


def bare_page(title: str, words: str, *, status: int) -> Response:
    """Return a page that needs no template, for what is refused before anything is known of who asks."""
    return HTMLResponse(_PAGE.format(title=html.escape(title), message=html.escape(words)), status_code=status)


def answer_http(request: Request, error: Exception) -> Response:
    """Answer an HTTPException; a page that needs a login leads to it and back."""
    assert isinstance(error, HTTPException)
    status, headers = error.status_code, error.headers
    if status < 400:
        return Response(status_code=status, headers=headers)
    if status == 401 and request.method in ("GET", "HEAD") and not wants_json(request):
        return RedirectResponse(f"/login?next={quote(asked_path(request.scope), safe='')}", status_code=303)
    said = isinstance(error.detail, str) and error.detail and error.detail != HTTPStatus(status).phrase
    return answer_error(request, status, error.detail if said else None, headers=headers)


def answer_invalid(request: Request, error: Exception) -> Response:
    """Answer what does not fit the parameters of a route: which field, and what it should be."""
    assert isinstance(error, RequestValidationError)
    wrong = [
        f"{'.'.join(str(part) for part in row['loc'][1:]) or 'request'}: {row['msg']}" for row in error.errors()[:5]
    ]
    return answer_error(request, 422, "; ".join(wrong))


def answer_ours(request: Request, error: Exception) -> Response:
    """Answer an error that Demarche raised on purpose: its words say what to do. What the database says is only logged."""
    assert isinstance(error, DemarcheError)
    if (
        isinstance(error, LedgerError)
        and error.__cause__ is not None
        and not isinstance(error.__cause__, ValueError | TypeError)
    ):
        _LOG.error("the ledger cannot be used", exc_info=error)
        return answer_error(request, 503, "the ledger cannot be used at the moment; the log of the server says why")
    return answer_error(request, _status(request, error), _words(request, error))


def _status(request: Request, error: DemarcheError) -> int:
    if isinstance(error, MissingExtra | ModelError):
        return 503
    if isinstance(error, LedgerError):  # what is asked for is not there, or what is wanted would change the past
        return 404 if request.method in ("GET", "HEAD") else 409
    return 400


def _words(request: Request, error: DemarcheError) -> str:
    words = str(error)
    if isinstance(error, InputError) and error.where:
        words = f"{Path(error.where).name}: {error.reason}"  # no folder of the server
    settings = getattr(request.app.state, "settings", None)
    ledger = str(getattr(settings, "ledger", "") or "")
    for place in filter(None, (ledger, str(Path(ledger).resolve()) if ledger and "://" not in ledger else "")):
        words = words.replace(place, Path(place).name)
    return words


def asked_path(scope: Scope) -> str:
    """Return the path and query of a request as they were asked, ``/`` if that could lead elsewhere."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope["query_string"]
    return own_path((raw + (b"?" + query if query else b"")).decode("latin-1"))


def own_path(value: str | None) -> str:
    r"""Return a path of this desk to go to, ``/`` for whatever could lead elsewhere.

    Examples
    --------
    >>> own_path("/moves?act=demand"), own_path("//example.org"), own_path("/\\example.org"), own_path("javascript:1")
    ('/moves?act=demand', '/', '/', '/')
    """
    if not value or len(value) > 4000 or value[0] != "/" or value[1:2] == "/" or "\\" in value:
        return "/"
    if any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in value) or value.startswith(("/login", "/logout")):
        return "/"
    return value
