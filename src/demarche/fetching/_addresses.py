"""Which addresses may be reached: what a web address may look like, and what it may lead to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

from demarche.errors import FetchError, InputError
from demarche.model.custody import without_password

__all__ = ["Allowed", "Target", "is_public", "parse_address"]

IP = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = frozenset({80, 443, 8080, 8443})
_LONGEST = 2000
_FORBIDDEN = re.compile("[\\x00-\\x20\\x7f-\\xa0\\\\\u2028\u2029\ud800-\udfff]")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.IGNORECASE)
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_CLOSED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3".split(),
    )
)
"""IANA's list of networks for special use, and the one public address at which a cloud talks to its own machines."""
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_6 = tuple(map(ipaddress.IPv6Network, "2001::/23 2001:db8::/32 2002::/16 3fff::/20".split()))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: IP) -> bool:
    """Return whether an IP address is one of the open internet.

    An IPv6 address that carries an IPv4 one is judged by that; the old tunnels (6to4, Teredo), which can lead anywhere, are not public.

    Examples
    --------
    >>> is_public(ipaddress.ip_address("::ffff:127.0.0.1"))
    False
    """
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    if address.ipv4_mapped:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _OPEN_6 and not any(address in network for network in _CLOSED_6) and not _is_isatap(address)


def _is_isatap(address: ipaddress.IPv6Address) -> bool:
    """Return whether the low half is an interface of an ISATAP tunnel, which carries an IPv4 address."""
    return (int(address) >> 32) & 0xFCFFFFFF == 0x00005EFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A web address that may be asked for, in one spelling.

    Parameters
    ----------
    address
        The whole of it, without a fragment.
    scheme, host, port
        ``https``, ``www.example.org`` (ASCII, without brackets), 443.
    path
        With the query, as it goes over the wire.
    """

    address: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what robots.txt and an interval between requests hold for."""
        return self.scheme, self.host, self.port

    @property
    def literal(self) -> IP | None:
        """The IP address, where the host is one."""
        return _literal(self.host)


def parse_address(address: str) -> Target:
    """Return the parts of a web address.

    Raises
    ------
    FetchError
        If it is no plain http or https address: another scheme, a password in it, an IP address in an odd spelling.

    Examples
    --------
    >>> parse_address("http://0x7f.1/")
    Traceback (most recent call last):
    demarche.errors.FetchError: http://0x7f.1/: has an IP address in an odd spelling; write it as four decimal numbers
    >>> parse_address("HTTP://Example.org:80/a?q=1#top").address
    'http://example.org/a?q=1'
    """
    try:
        return _parse(address.strip())
    except InputError as error:
        raise FetchError(error.reason, where=without_password(address)[:200], lasting=True) from error


def _parse(address: str) -> Target:
    if len(address) > _LONGEST:
        raise InputError(f"is longer than {_LONGEST} characters")
    if _FORBIDDEN.search(address):
        raise InputError("has a blank or a control character in it; give the address as a browser shows it")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise InputError(f"is no web address ({error})") from error
    if parts.scheme not in ("http", "https"):
        raise InputError("is no http or https address, and nothing else is fetched")
    if "@" in parts.netloc:
        raise InputError("has a user name or a password in it; leave them out")
    if port == 0:
        raise InputError("is no web address (there is no port 0)")
    host = _plain_host(parts.hostname or "")
    usual = 443 if parts.scheme == "https" else 80
    port = usual if port is None else port
    path = urlunsplit(("", "", quote(parts.path or "/", safe=_SAFE), quote(parts.query, safe=_SAFE), ""))
    path = "/" + path.lstrip("/") if path.startswith("//") else path
    shown = f"[{host}]" if ":" in host else host
    place = shown if port == usual else f"{shown}:{port}"
    return Target(address=f"{parts.scheme}://{place}{path}", scheme=parts.scheme, host=host, port=port, path=path)


def _plain_host(host: str) -> str:
    """Return a host in ASCII; an IP address must be spelt in the one usual way, which everybody reads alike."""
    if "%" in host:
        raise InputError("has a host with a % in it; give it as a browser shows it")
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise InputError(f"has no IPv6 address where one should be ({error})") from error
    name = _to_ascii(host).lower()
    last = name.removesuffix(".").rpartition(".")[2]
    if _NUMBER.match(last):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError as error:
            raise InputError("has an IP address in an odd spelling; write it as four decimal numbers") from error
    return name.removesuffix(".")


def _to_ascii(host: str) -> str:
    import idna

    if not host.strip("."):
        raise InputError("has no host")
    try:
        return host if host.isascii() and _is_name(host) else idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise InputError(f"has a host that is no name ({error})") from error


def _is_name(host: str) -> bool:
    """Return whether an ASCII host is one that is used, underscores among them, which idna does not know."""
    return len(host) < 254 and all(
        re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", label, re.IGNORECASE)
        for label in host.removesuffix(".").split(".")
    )


def _literal(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts that may be reached although they are not of the open internet, on any port.

    Parameters
    ----------
    entries
        Names (``wiki.intranet``; with a dot before it all names below: ``.intranet``), IP addresses and networks (``10.1.0.0/16``).

    Raises
    ------
    InputError
        If an entry is none of these.

    Examples
    --------
    >>> Allowed(["10.1.0.0/16"]).covers("wiki.example", [ipaddress.ip_address("10.1.2.3")])
    True
    """

    entries: Iterable[str] = ()
    _names: frozenset[str] = field(init=False)
    _networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = field(init=False)

    def __post_init__(self) -> None:
        names, networks = set(), []
        for entry in self.entries:
            try:
                networks.append(ipaddress.ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                if not _is_name(entry.removeprefix(".")) or _NUMBER.match(entry.rpartition(".")[2]):
                    raise InputError(f"{entry!r} is no name of a host, no IP address and no network") from None
                names.add(entry.lower())
        object.__setattr__(self, "entries", tuple(self.entries))
        object.__setattr__(self, "_names", frozenset(names))
        object.__setattr__(self, "_networks", tuple(networks))

    def covers(self, host: str, addresses: Iterable[IP]) -> bool:
        """Return whether the host, or every address that it has, was allowed; without an address only the host counts."""
        below = (host[place:] for place, letter in enumerate(host) if letter == ".")
        if host in self._names or any(name in self._names for name in below):
            return True
        places = [_plain(address) for address in addresses]
        return bool(places) and all(any(place in network for network in self._networks) for place in places)


def _plain(address: IP) -> IP:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
