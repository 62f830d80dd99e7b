"""What a desk is told when it starts."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Settings"]

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a desk runs.

    Parameters
    ----------
    ledger
        A file or ``postgresql://`` address, as ``Ledger.open`` takes it.
    host, port
        Where it listens.
    accounts
        The file of accounts; None lets everybody in who can reach a loopback address.
    hosts
        Names under which it may be asked, besides those of the loopback.
    https
        Whether a proxy in front speaks HTTPS: cookies are then sent by HTTPS alone.
    user
        Under which name changes are entered where there are no accounts.
    max_upload, max_body
        Bytes that an upload of documents, and any other request, may have.
    connections
        Ledgers that are open at a time: so many requests read at once.
    """

    ledger: str
    host: str = "127.0.0.1"
    port: int = 8765
    accounts: Path | None = None
    hosts: tuple[str, ...] = ()
    https: bool = False
    user: str = field(default_factory=lambda: _login())
    max_upload: int = 64 * _MEBIBYTE
    max_body: int = _MEBIBYTE
    connections: int = 8


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
