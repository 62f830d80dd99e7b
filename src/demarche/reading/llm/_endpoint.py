"""Where a language model is asked: the name and the address that the user gave, and the key, which is never shown."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from demarche.errors import InputError

__all__ = ["KEY_VARIABLE", "LOOPBACK", "Endpoint", "check_address", "parse_name", "read_key"]

KEY_VARIABLE = "DEMARCHE_LLM_KEY"
"""The variable that the key is read from. It is not that of any seller, so that a key goes nowhere that it was not meant for."""
LOOPBACK = "http://127.0.0.1:8080/v1"
"""Where a local server usually listens; an example for messages, never a default."""
_NAME = re.compile(r"llm:(?P<model>[^\s\x00-\x1f\x7f]{1,200}?)(?:@(?P<address>https?://\S*))?")
_KEY = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A model at an address; `key` is left out of what is printed."""

    model: str
    address: str
    key: str | None = field(default=None, repr=False)


def parse_name(name: str) -> tuple[str, str | None]:
    """Return the model and the address, None if it names none, of ``llm:MODEL@ADDRESS``; InputError if it is something else.

    Examples
    --------
    >>> parse_name("llm:qwen2.5:7b@http://127.0.0.1:8080/v1")
    ('qwen2.5:7b', 'http://127.0.0.1:8080/v1')
    >>> parse_name("llm:qwen2.5:7b")
    ('qwen2.5:7b', None)
    """
    match = _NAME.fullmatch(name)
    if match and match["address"] is None and "://" in match["model"]:
        raise InputError(f"the address of a language model, after the @, begins with http:// or https://: {LOOPBACK}")
    if not match or not match["model"].isprintable():
        raise InputError(f"there is no coder {name[:80]!r}; a language model is named as llm:MODEL@{LOOPBACK}")
    return match["model"], match["address"]


def check_address(address: str) -> str:
    """Return an address without the slash at its end; InputError if it is none, or holds a user, a key or a query.

    Examples
    --------
    >>> check_address("http://127.0.0.1:8080/v1/")
    'http://127.0.0.1:8080/v1'
    """
    try:
        parts = urlsplit(address.strip())
        usable = address.isascii() and address.strip().isprintable() and " " not in address.strip()
        usable = usable and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InputError(f"this is no address of a server; give one such as {LOOPBACK}")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            f"an address has no user, password, query or fragment; give the key in the variable {KEY_VARIABLE}"
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return f"{parts.scheme}://{parts.netloc}{path}"


def read_key(variable: str) -> str | None:
    """Return the key in a variable of the environment, None if it is not set; InputError, without its value, if it can be none."""
    key = os.environ.get(variable, "").strip()
    if key and not _KEY.fullmatch(key):
        raise InputError(
            f"what the variable {variable} holds is no key: only printable ASCII without spaces can be sent"
        )
    return key or None
