"""Logging in and out, one's own password, and the accounts of the desk for those who manage them."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche.errors import InputError
from demarche.present import show_line
from demarche.web._accounts import LEAST_PASSWORD, Account, Accounts
from demarche.web._errors import own_path
from demarche.web._security import ADMIN, ANYONE, READER, Protection, Role
from demarche.web._view import render

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_LOG = logging.getLogger("demarche.web.accounts")
_Name = Annotated[str, Form(max_length=64)]
_Password = Annotated[str, Form(max_length=1024)]
_WRONG = "This name and password do not belong together."


@router.get("/login", dependencies=[Depends(ANYONE)])
def show_login(request: Request) -> Response:
    """Show the form to log in; who is logged in goes on."""
    back = own_path(request.query_params.get("next"))
    if request.state.user is not None:
        return _go(back)
    return render(request, "login.html", back=back, name="", problem=None)


@router.post("/login", dependencies=[Depends(ANYONE)])
def log_in(
    request: Request, name: _Name = "", password: _Password = "", back: Annotated[str, Form()] = "/"
) -> Response:
    """Let a user in who knows the password, or show the form again."""
    if request.state.user is not None:
        return _go(own_path(back))
    account = _check(request, name, password)
    if account is None:
        return render(request, "login.html", status=401, back=own_path(back), name=show_line(name), problem=_WRONG)
    _protection(request).log_in(request, account)
    return _go(own_path(back))


@router.post("/logout", dependencies=[Depends(ANYONE)])
def log_out(request: Request) -> Response:
    """End the session."""
    _protection(request).log_out(request)
    return _go("/login" if _protection(request).accounts else "/")


@router.get("/account", dependencies=[Depends(READER)])
def show_own(request: Request) -> Response:
    """Show the form for one's own password."""
    _accounts(request)
    return _own(request)


@router.post("/account/password", dependencies=[Depends(READER)])
def change_own_password(request: Request, old: _Password = "", new: _Password = "", again: _Password = "") -> Response:
    """Change one's own password. It ends the user's sessions, so that whoever else knew the old one is out."""
    name = request.state.user.name
    if _check(request, name, old) is None:
        return _own(request, status=403, problem="The old password is not right.")
    try:
        account = _accounts(request).set_password(name, _same(new, again))
    except InputError as error:
        return _own(request, status=400, problem=_sentence(error))
    _end_sessions(request, name)
    _protection(request).log_in(request, account)
    return _own(request, done="The password is changed. Other sessions of yours have ended.")


@router.get("/accounts", dependencies=[Depends(ADMIN)])
def show_accounts(request: Request) -> Response:
    """List who may use the desk."""
    return _list(request)


@router.post("/accounts", dependencies=[Depends(ADMIN)])
def add_account(
    request: Request,
    name: _Name = "",
    role: Annotated[Role, Form()] = Role.READER,
    password: _Password = "",
    again: _Password = "",
) -> Response:
    """Make an account."""
    try:
        account = _accounts(request).add(name, _same(password, again), role)
    except InputError as error:
        return _list(request, status=400, problem=_sentence(error))
    _note(request, account.name, f"added as {role.value}")
    return _go("/accounts")


@router.post("/accounts/role", dependencies=[Depends(ADMIN)])
def change_role(request: Request, name: _Name, role: Annotated[Role, Form()]) -> Response:
    """Give a user another role."""
    try:
        _accounts(request).set_role(name, role)
    except InputError as error:
        return _list(request, status=400, problem=_sentence(error))
    return _changed(request, name, f"is now {role.value}")


@router.post("/accounts/password", dependencies=[Depends(ADMIN)])
def reset_password(request: Request, name: _Name, password: _Password = "", again: _Password = "") -> Response:
    """Give a user another password."""
    try:
        _accounts(request).set_password(name, _same(password, again))
    except InputError as error:
        return _list(request, status=400, problem=_sentence(error))
    return _changed(request, name, "has another password")


@router.post("/accounts/disable", dependencies=[Depends(ADMIN)])
def disable_account(request: Request, name: _Name) -> Response:
    """Let a user in no more."""
    try:
        _accounts(request).disable(name)
    except InputError as error:
        return _list(request, status=400, problem=_sentence(error))
    return _changed(request, name, "is disabled")


@router.post("/accounts/enable", dependencies=[Depends(ADMIN)])
def enable_account(request: Request, name: _Name) -> Response:
    """Let a disabled user in again."""
    try:
        _accounts(request).enable(name)
    except InputError as error:
        return _list(request, status=400, problem=_sentence(error))
    return _changed(request, name, "is enabled")


def _protection(request: Request) -> Protection:
    protection: Protection = request.app.state.protection
    return protection


def _accounts(request: Request) -> Accounts:
    accounts = _protection(request).accounts
    if accounts is None:
        raise HTTPException(404, "this desk runs without accounts; whoever uses this machine uses it")
    return accounts


def _check(request: Request, name: str, password: str) -> Account | None:
    """Return the account if the password is right; as many guesses as somebody mistypes are allowed, not more."""
    accounts, rates = _accounts(request), _protection(request).rates
    wait = rates.login(name, request.client.host if request.client else "")
    if wait is not None:
        raise HTTPException(429, f"too many attempts; wait {wait} seconds", headers={"Retry-After": str(wait)})
    account = accounts.check(name, password)
    if account is None:
        _LOG.warning("a login as %r failed", show_line(name))
    else:
        rates.forgive(name)
    return account


def _same(password: str, again: str) -> str:
    if password != again:
        raise InputError("the two passwords are not the same")
    return password


def _changed(request: Request, name: str, what: str) -> Response:
    _end_sessions(request, name)
    _note(request, name, what)
    return _go("/accounts")


def _end_sessions(request: Request, name: str) -> None:
    account = _accounts(request).find(name)
    _protection(request).members.end_all(account.name if account else name)


def _note(request: Request, name: str, what: str) -> None:
    _LOG.info("%s: account %r %s", request.state.user.name, show_line(name), what)


def _sentence(error: InputError) -> str:
    return f"{error.reason[0].upper()}{error.reason[1:]}."


def _own(request: Request, *, status: int = 200, problem: str | None = None, done: str | None = None) -> Response:
    return render(request, "account.html", status=status, least=LEAST_PASSWORD, problem=problem, done=done)


def _list(request: Request, *, status: int = 200, problem: str | None = None) -> Response:
    listed, roles = _accounts(request).all(), list(Role)
    return render(
        request, "accounts.html", status=status, accounts=listed, roles=roles, least=LEAST_PASSWORD, problem=problem
    )


def _go(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
