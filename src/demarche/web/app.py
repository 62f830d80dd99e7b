"""Joins the pages, the ledger behind them and what protects them to one application."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from demarche.web import pages
from demarche.web._jobs import Jobs
from demarche.web._ledgers import Ledgers
from demarche.web._results import Results
from demarche.web._security import add_security, check_routes
from demarche.web._settings import Settings

__all__ = ["make_app"]


def make_app(settings: Settings) -> FastAPI:
    """Return the desk of a ledger as an ASGI application.

    Raises
    ------
    LedgerError
        If the ledger cannot be opened.
    RuntimeError
        If a route does not say who may use it.
    """
    ledgers = Ledgers(settings.ledger, most=settings.connections)

    @asynccontextmanager
    async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.jobs.close()
        app.state.results.close()
        ledgers.close()

    app = FastAPI(title="Demarche", lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    app.state.ledgers = ledgers
    app.state.results = Results(ledgers)
    app.state.jobs = Jobs()
    app.state.ledger_name = _shown(settings.ledger)
    app.state.has_accounts = settings.accounts is not None
    static = resources.files(__package__).joinpath("static")
    app.mount("/static", StaticFiles(directory=str(static)), name="static")
    for router in _routers():
        app.include_router(router)
    add_security(app, settings)
    check_routes(app)
    return app


def _routers() -> list[APIRouter]:
    """Return the router of every page family: a module in ``pages`` that has one is found, none is listed."""
    names = sorted(module.name for module in pkgutil.iter_modules(pages.__path__))
    modules = [importlib.import_module(f"{pages.__name__}.{name}") for name in names]
    return [module.router for module in modules if hasattr(module, "router")]


def _shown(ledger: str) -> str:
    """Return the name of a ledger for people: no folder of the user's, no password."""
    return ledger.rsplit("/", 1)[-1] if "://" in ledger else Path(ledger).name
