"""``demarche serve``: a ledger as pages to read, follow and correct, for this machine or, with accounts, for a team."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
import webbrowser
from pathlib import Path
from typing import Any

import click

from demarche.cli._ledger import ledger_option
from demarche.errors import InputError, MissingExtra

__all__ = ["serve"]

_HERE = "127.0.0.1,::1"
_CONNECTIONS = 1000


@click.command()
@ledger_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 and :: are all of them."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one.")
@click.option(
    "--accounts",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="DEMARCHE_ACCOUNTS",
    help="File of accounts: demarche accounts. Needed as soon as others can reach the desk; also from DEMARCHE_ACCOUNTS.",
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A name under which browsers ask for the desk; may be given more than once.",
)
@click.option(
    "--behind-proxy",
    is_flag=False,
    flag_value=_HERE,
    metavar="[ADDRESS]",
    help="A proxy with HTTPS is in front, on this machine or at the address: believe what it says of its clients.",
)
@click.option("--https", is_flag=True, help="Browsers reach the desk by HTTPS alone; --behind-proxy implies it.")
@click.option("--open", "browse", is_flag=True, help="Open it in the browser.")
@click.option("--log", is_flag=True, help="Print every request. Addresses hold what was searched for.")
def serve(
    url: str,
    host: str,
    port: int,
    accounts: Path | None,
    hosts: tuple[str, ...],
    behind_proxy: str | None,
    https: bool,
    browse: bool,
    log: bool,
) -> int:
    """Show a ledger as pages in the browser, until it is stopped with Ctrl-C.

    By default it listens on this machine alone and asks for no login. To be reached by others it needs accounts.
    """
    Settings, make_app = _web()
    sockets = _listen(host, port)
    try:
        port = sockets[0].getsockname()[1]
        proxied = https or behind_proxy is not None
        settings = Settings(ledger=url, host=host, port=port, accounts=accounts, hosts=hosts, https=proxied)
        beyond = not all(_is_here(listener) for listener in sockets)
        _check(accounts, hosts, beyond=beyond or proxied or bool(hosts), every=host in ("", "0.0.0.0", "::"))
        app = make_app(settings)
        if beyond and not proxied:
            _warn("pages and passwords pass unencrypted; put a proxy with HTTPS in front and add --behind-proxy")
        _run(app, sockets, _address(host, port, hosts, https=proxied), proxy=behind_proxy, browse=browse, log=log)
    except KeyboardInterrupt:
        pass  # that is how it is stopped
    finally:
        for listener in sockets:
            listener.close()
    return 0


def _web() -> tuple[Any, Any]:
    try:
        from demarche.web import Settings, make_app
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("demarche"):
            raise
        raise MissingExtra("the desk", "desk") from error
    return Settings, make_app


def _listen(host: str, port: int) -> list[socket.socket]:
    """Return a socket for each address of the host: what is checked is what was bound, not what a name may mean later."""
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, place in dict.fromkeys(found):
            listener = socket.socket(family, kind, protocol)
            sockets.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((place[0], port, *place[2:]))
            port = listener.getsockname()[1]
    except (OSError, UnicodeError) as error:
        for listener in sockets:
            listener.close()
        why = getattr(error, "strerror", None) or error
        raise InputError(
            f"cannot listen on {host} port {port} ({why}); choose others with --host and --port"
        ) from error
    return sockets


def _is_here(listener: socket.socket) -> bool:
    return ipaddress.ip_address(str(listener.getsockname()[0]).split("%")[0]).is_loopback


def _check(accounts: Path | None, hosts: tuple[str, ...], *, beyond: bool, every: bool) -> None:
    if beyond and accounts is None:
        raise InputError(
            "others could reach the desk so, and it needs accounts; make an admin with: "
            "demarche accounts add NAME --role admin --accounts FILE, then serve with --accounts FILE"
        )
    if every and not hosts:
        raise InputError("say under which name browsers ask for the desk: --allow-host NAME")


def _address(host: str, port: int, hosts: tuple[str, ...], *, https: bool) -> str:
    if https:
        return f"https://{hosts[0] if hosts else host}/"
    name = hosts[0] if hosts else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def _warn(words: str) -> None:
    click.echo(f"demarche: warning: {words}", err=True)


def _run(app: Any, sockets: list[socket.socket], address: str, *, proxy: str | None, browse: bool, log: bool) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                click.echo(f"{address} (Ctrl-C stops it)", err=True)
                if browse:
                    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    logging.basicConfig(format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("demarche").setLevel(logging.INFO)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        log_level="info" if log else "warning",
        access_log=log,
        server_header=False,
        proxy_headers=proxy is not None,  # else whoever asks could say that it is somebody else
        forwarded_allow_ips=proxy,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=5,
    )
    Server(config).run(sockets=sockets)
