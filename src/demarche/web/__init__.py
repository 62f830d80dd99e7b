"""The desk: a ledger as pages to read, follow and correct. Served from the user's own machine; nothing leaves it."""

from demarche.web._settings import Settings
from demarche.web.app import make_app

__all__ = ["Settings", "make_app"]
