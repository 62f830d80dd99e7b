"""How addresses are fetched: what may be reached, how long and how much, and how politely."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from demarche.errors import InputError
from demarche.fetching._addresses import PORTS, Allowed, parse_address

__all__ = ["FetchSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How addresses are fetched.

    Parameters
    ----------
    contact
        An address of mail or of a page, which goes to the servers with the name of the program.
    allow
        Hosts that may be reached although they are not of the open internet, on any port: names, ``.names`` with all below
        them, IP addresses, networks (``10.1.0.0/16``).
    ports
        That may be asked on all other hosts.
    robots
        Obey robots.txt.
    proxy
        Through which all goes, ``http://host:port``. A proxy resolves names itself, so that it is the proxy that must refuse
        addresses inside the network. None takes no proxy, whatever the environment says.
    seconds
        For one address with its redirects, from the first connection to the last byte.
    silence, connect
        Seconds that a server may say nothing, and that a connection may take.
    most
        Bytes of an answer, before and after it is unpacked.
    interval
        Seconds between two requests to one host at least; robots.txt may ask for more.
    tries
        How often an address is asked that fails for now.
    longest_wait
        Seconds that one address is waited for between its tries at most.

    Raises
    ------
    InputError
        If one of them cannot be.

    Examples
    --------
    >>> FetchSettings(contact="desk@example.org").agent.endswith("(+desk@example.org)")
    True
    """

    contact: str | None = None
    allow: tuple[str, ...] = ()
    ports: frozenset[int] = PORTS
    robots: bool = True
    proxy: str | None = None
    seconds: float = 60.0
    silence: float = 20.0
    connect: float = 10.0
    most: int = 32 * 2**20
    interval: float = 2.0
    tries: int = 3
    longest_wait: float = 30.0
    allowed: Allowed = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed", Allowed(self.allow))
        if self.contact is not None and not (0 < len(self.contact) <= 200 and _is_plain(self.contact)):
            raise InputError("the contact is an address of mail or of a page, in ASCII without blanks and brackets")
        if self.proxy is not None and parse_address(self.proxy).scheme != "http":
            raise InputError("the proxy is an address such as http://proxy.example:3128")
        if min(self.seconds, self.silence, self.connect, self.most, self.tries) <= 0:
            raise InputError("times, sizes and tries are more than 0")
        if min(self.interval, self.longest_wait) < 0:
            raise InputError("waits are not less than 0")

    @property
    def agent(self) -> str:
        """What the program calls itself to servers."""
        return f"Demarche/{_version()}" + (f" (+{self.contact})" if self.contact else "")


def _is_plain(words: str) -> bool:
    return words.isascii() and words.isprintable() and not set(words) & set(" ()\\")


def _version() -> str:
    try:
        return version("demarche")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"
