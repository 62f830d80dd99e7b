"""Who may do what: every route names the role that it needs, and nothing else decides it."""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, routing
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from demarche.errors import DemarcheError, InputError
from demarche.web._accounts import Account, Accounts, Role, User
from demarche.web._errors import answer_http, answer_invalid, answer_ours
from demarche.web._guard import SAFE, Guard, Known
from demarche.web._rates import Rates
from demarche.web._sessions import Session, Sessions
from demarche.web._settings import Settings

__all__ = [
    "ADMIN",
    "ANYONE",
    "COSTLY",
    "READER",
    "REVIEWER",
    "Protection",
    "Require",
    "Role",
    "Routed",
    "User",
    "add_security",
    "check_routes",
    "is_loopback",
    "list_routes",
]

_HOUR = 3600.0
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_EVERYWHERE = ("", "0.0.0.0", "::")
_VISITOR_BODY = 64 * 1024  # bytes that somebody who is not logged in may send
_UPLOADS = ("/ingest", "/api/ingest")
_TO_PEOPLE = "this form is too old; go back, load the page again and send it once more"
_TO_PROGRAMS = (
    "the token is missing, or not that of this session: get one from /api/session, keep its cookie, and send the token "
    "as the header X-CSRF-Token (docs/api.md)"
)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Require:
    """What a route needs, as a dependency: ``dependencies=[Depends(READER)]``.

    Called, it sets ``request.state.user`` (a :class:`User`; None where anyone may ask and nobody is logged in),
    ``request.state.session`` and ``request.state.csrf`` (the token that a page puts into its forms), and raises
    HTTPException: 401 without login, 403 without the role or the token, 429 if it was too often.

    Parameters
    ----------
    role
        The least role; None lets everybody in.
    costly
        Whether the page takes so much work that it is counted.
    """

    def __init__(self, role: Role | None, *, costly: bool = False) -> None:
        self.role = role
        self.costly = costly

    def __repr__(self) -> str:
        return f"Require({self.role.value if self.role else None})"

    async def __call__(self, request: Request) -> None:
        """Let a request through or raise."""
        protection: Protection = request.app.state.protection
        user: User | None = request.state.user
        if self.role is not None:
            if user is None:
                raise HTTPException(401)
            if user.role < self.role:
                raise HTTPException(403)
        protection.begin(request)
        if request.method not in SAFE:
            await _check_token(request)
            _wait(protection.rates.write(_who(request)))
        if self.costly:
            _wait(protection.rates.costly(_who(request)))


ANYONE = Require(None)
READER = Require(Role.READER)
REVIEWER = Require(Role.REVIEWER)
ADMIN = Require(Role.ADMIN)
COSTLY = Require(Role.READER, costly=True)
"""A reader, for a page that takes much work each time."""


def _who(request: Request) -> str:
    user: User | None = request.state.user
    return f"user {user.name}" if user else f"address {request.client.host if request.client else ''}"


def _wait(seconds: int | None) -> None:
    if seconds is not None:
        raise HTTPException(429, headers={"Retry-After": str(seconds)})


async def _check_token(request: Request) -> None:
    given = request.headers.get("x-csrf-token")
    if given is None and request.headers.get("content-type", "").split(";")[0].strip().lower() in _FORMS:
        form = request.state.form = await request.form()
        field = form.get("csrf")
        given = field if isinstance(field, str) else None
    if not hmac.compare_digest((given or "").encode("utf-8", "replace"), request.state.csrf.encode()):
        raise HTTPException(403, _TO_PROGRAMS if request.url.path.startswith("/api/") else _TO_PEOPLE)


class Protection:
    """What a desk remembers to protect itself: accounts, sessions, and how often something was done.

    Parameters
    ----------
    settings
        Of the desk.

    Raises
    ------
    InputError
        If the desk would be open to a network without accounts.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.accounts = _accounts(settings)
        self.rates = Rates()
        self._local = None if self.accounts else User(settings.user, Role.ADMIN)
        self.visitors = Sessions(idle=_HOUR, longest=12 * _HOUR, most=5000)
        self.members = (
            Sessions(idle=2 * _HOUR, longest=12 * _HOUR, most=2000)
            if self.accounts
            else Sessions(idle=24 * _HOUR, longest=7 * 24 * _HOUR, most=2000, most_each=2000)
        )
        # Cookies do not know ports: two desks on one machine must not take each other's for their own.
        self._cookie = "__Host-demarche" if settings.https else f"demarche-{settings.port}"

    def recognise(self, headers: Headers, path: str) -> Known:
        """Return what is known of who asks."""
        name = _cookie_value(headers, self._cookie)
        session = self.members.find(name)
        user = self._user(session)
        if session is not None and user is None:
            self.members.end(name)
            session = None
        if session is None and self._local is None:
            session = self.visitors.find(name)
        return Known(cookie=name, session=session, user=user, most_body=self._most_body(user, path))

    def begin(self, request: Request) -> None:
        """Give a request without a session a new one; a name that the browser brought along is never taken up."""
        if request.state.session is None:
            sessions, user = (self.members, self._local.name) if self._local else (self.visitors, None)
            self._hand_out(request, *sessions.start(user))

    def log_in(self, request: Request, account: Account) -> None:
        """Begin the session of a user, under a new name."""
        self._forget(request)
        self._hand_out(request, *self.members.start(account.name, account.changed))
        request.state.user = User(account.name, account.role)

    def log_out(self, request: Request) -> None:
        """End the session of a request."""
        self._forget(request)
        request.state.session, request.state.user, request.state.csrf = None, None, ""
        request.state.new_cookie = None

    def set_cookie(self, name: str | None) -> str:
        """Return the header that gives a browser the name of its session, or takes it away."""
        ending = "; Max-Age=0" if name is None else ""
        return f"{self._cookie}={name or ''}; Path=/; HttpOnly; SameSite=Strict{ending}" + (
            "; Secure" if self.settings.https else ""
        )

    def _hand_out(self, request: Request, name: str, session: Session) -> None:
        request.state.session, request.state.csrf = session, session.csrf
        request.state.cookie = request.state.new_cookie = name

    def _forget(self, request: Request) -> None:
        for sessions in (self.members, self.visitors):
            sessions.end(request.state.cookie)

    def _user(self, session: Session | None) -> User | None:
        if self._local or self.accounts is None:
            return self._local
        if session is None or session.user is None:
            return None
        account = self.accounts.find(session.user)
        if account is None or not account.usable or account.changed != session.stamp:
            return None
        return User(account.name, account.role)

    def _most_body(self, user: User | None, path: str) -> int:
        if user is None:
            return _VISITOR_BODY
        large = path in _UPLOADS or path.startswith(tuple(f"{place}/" for place in _UPLOADS))
        return self.settings.max_upload if large and user.role >= Role.REVIEWER else self.settings.max_body


def _cookie_value(headers: Headers, name: str) -> str | None:
    given = [part.strip().partition("=") for line in headers.getlist("cookie") for part in line.split(";")]
    values = [value for key, _, value in given if key == name]
    return values[0] if len(values) == 1 else None  # two of them: a neighbour planted one


def _accounts(settings: Settings) -> Accounts | None:
    if settings.accounts is None:
        # Another name or HTTPS means a proxy, and with it others, even where the desk itself listens on the loopback.
        if settings.hosts or settings.https or not is_loopback(settings.host):
            raise InputError(
                "a desk that others can reach needs accounts; "
                "make an admin with: demarche accounts add NAME --role admin --accounts FILE, then add --accounts FILE"
            )
        return None
    accounts = Accounts(settings.accounts)
    if not accounts.has_admin():
        raise InputError(
            f"has no admin; make one with: demarche accounts add NAME --role admin --accounts {settings.accounts}",
            where=str(settings.accounts),
        )
    return accounts


def is_loopback(host: str) -> bool:
    """Tell whether an address, or every address of a name, is reached from this machine alone.

    Raises
    ------
    InputError
        If the name is not known.
    """
    if host in _EVERYWHERE:
        return False
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(f"no address is known for the host {host!r}; give an address of this machine") from error
    return all(ipaddress.ip_address(str(row[4][0]).split("%")[0]).is_loopback for row in found)


def add_security(app: FastAPI, settings: Settings) -> None:
    """Put everything that protects the desk before the pages of `app`.

    Raises
    ------
    InputError
        If the desk would be open to a network without accounts, or the accounts cannot be used.
    """
    protection = Protection(settings)
    app.state.protection = protection
    app.router.redirect_slashes = False
    own = [] if settings.host in _EVERYWHERE else [_in_header(settings.host)]
    hosts = frozenset(name.lower() for name in (*_LOOPBACK_NAMES, *own, *settings.hosts))
    app.add_middleware(Guard, hosts=hosts, recognise=protection.recognise, cookie=protection.set_cookie)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(DemarcheError, answer_ours)


def _in_header(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A route as the router has it: where it is, how it is asked, and what it needs (None: it does not say)."""

    path: str
    methods: tuple[str, ...]
    requires: tuple[Require, ...]
    static: bool = False


def list_routes(app: FastAPI) -> Iterator[Routed]:
    """Yield every route of an application, those of included routers too."""
    for route in routing.iter_route_contexts(app.routes):
        original: Any = route.original_route
        yield Routed(
            path=str(route.path),
            methods=tuple(sorted(route.methods or ())),
            requires=tuple(_required(getattr(route, "dependant", None))),
            static=isinstance(original, Mount) and original.path == "/static" and isinstance(original.app, StaticFiles),
        )


def _required(dependant: Any) -> Iterator[Require]:
    for part in getattr(dependant, "dependencies", ()):
        if isinstance(part.call, Require):
            yield part.call
        yield from _required(part)


def check_routes(app: FastAPI) -> None:
    """Check that every route says who may use it; only the static files are for all.

    Raises
    ------
    RuntimeError
        With the routes that do not.
    """
    bare = [
        f"{' '.join(route.methods)} {route.path}"
        for route in list_routes(app)
        if not route.static and not route.requires
    ]
    if bare:
        raise RuntimeError(f"these routes need dependencies=[Depends(READER)] or another role: {', '.join(bare)}")
