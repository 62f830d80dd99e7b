"""Both stores: a SQLite file, and a PostgreSQL server of Debian's package, started for the tests and stopped after."""

import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from demarche.ledger import Ledger
from demarche.testing import make_coded, make_move

_numbers = itertools.count()


def _as_server(*command):
    """Run a server program, which refuses to be root, as another user if we are."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="session")
def server():
    """Yield the address of a PostgreSQL server that listens on a socket in a folder of its own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="demarche-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    _as_server(programs[-1], "-D", folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8")
    control = programs[-1].with_name("pg_ctl")
    options = f"-k {folder} -h '' -c fsync=off"
    _as_server(control, "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
    yield f"postgresql://postgres@/{{}}?host={folder}"
    _as_server(control, "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Return the address of a store without a ledger."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    server = request.getfixturevalue("server")
    name = f"ledger{next(_numbers)}"
    import psycopg

    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.format(name)


@pytest.fixture
def ledger(url):
    """Yield an open, empty ledger whose clock stands still."""
    with Ledger.open(url, who="ann", clock=lambda: "2025-11-27T10:00:00+00:00") as opened:
        yield opened


@pytest.fixture
def coded():
    """Return a maker of coded documents: one line, one move, resolved as told."""

    def make(
        text="Kyiv rejected the plan of Moscow on Tuesday.",
        *,
        id="d1",
        trigger="rejected",
        act="reject",
        actor="Kyiv",
        resolved=None,
        published="2025-11-27",
        date="2025-11-25",
        **about,
    ):
        import dataclasses

        move = make_move(text, trigger, act=act, actors=[actor], document=id)
        mention = move.actors[0]
        if resolved:
            mention = dataclasses.replace(mention, id=resolved, sector="GOV", link="metonym")
        move = dataclasses.replace(
            move, actors=(mention,), date=date, date_precision="day" if date else None, published=published
        )
        return make_coded(text, [move], id=id, published=published, **about)

    return make
