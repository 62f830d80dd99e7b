"""Work that a user starts from a page and watches: one piece at a time, with progress."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

from demarche.errors import DemarcheError

__all__ = ["Job", "Jobs", "Line", "Report"]

_KEPT = 50
_LOG = logging.getLogger("demarche.web")


class Report(Protocol):
    """Is told how much is done, how much there is (None where that is not known), and what is being done."""

    def __call__(self, done: int, total: int | None, doing: str = "") -> None:
        """Take the news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that came of a piece of work, for people.

    Parameters
    ----------
    text
        In words.
    href
        The page of the desk where it is, None if there is none.
    failed
        Whether it says what went wrong.
    """

    text: str
    href: str | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is known of a piece of work.

    Parameters
    ----------
    name
        What is being done, for people.
    who
        Who started it.
    state
        ``waiting``, ``running``, ``done`` or ``failed``.
    done, total
        Progress; `total` is None where it is not known.
    doing
        Which step of it that is, "" where it has but one.
    lines
        What came of it, for people: failures too.
    """

    id: str
    name: str
    who: str
    state: str = "waiting"
    done: int = 0
    total: int | None = None
    doing: str = ""
    lines: tuple[str | Line, ...] = field(default=())

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed")


class Jobs:
    """Work that is done one piece after the other, so that a laptop stays usable and a ledger has one writer."""

    def __init__(self, *, waiting: int = 20) -> None:
        self._most = waiting
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Job] = OrderedDict()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="jobs")

    def start(self, name: str, who: str, work: Callable[[Report], Sequence[str | Line]]) -> Job:
        """Begin a piece of work as soon as those before it are done; `work` reports progress and returns lines for people.

        Raises
        ------
        DemarcheError
            If too much waits already.
        """
        job = Job(id=secrets.token_hex(8), name=name, who=who)
        with self._lock:
            if sum(not known.over for known in self._known.values()) >= self._most:
                raise DemarcheError("too much waits to be done already; try again when some of it is done")
            self._known[job.id] = job
            for old in [known.id for known in self._known.values() if known.over][: max(0, len(self._known) - _KEPT)]:
                del self._known[old]
        self._pool.submit(self._run, job.id, work)
        return job

    def get(self, job: str) -> Job | None:
        """Return what is known of a piece of work, None if it is not known (any more)."""
        with self._lock:
            return self._known.get(job)

    def latest(self) -> list[Job]:
        """Return all that is known, the latest first."""
        with self._lock:
            return list(reversed(self._known.values()))

    def close(self) -> None:
        """Stop after the piece that is being done."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _change(self, job: str, **changes: object) -> None:
        with self._lock:
            self._known[job] = replace(self._known[job], **changes)  # type: ignore[arg-type]

    def _run(self, job: str, work: Callable[[Report], Sequence[str | Line]]) -> None:
        def report(done: int, total: int | None, doing: str = "") -> None:
            self._change(job, done=done, total=total, doing=doing)

        self._change(job, state="running")
        try:
            lines = work(report)
        except DemarcheError as error:
            self._change(job, state="failed", lines=(str(error),))
        except BaseException:  # nobody waits for the result: what is not logged here is lost
            _LOG.exception("a job failed")
            self._change(job, state="failed", lines=("something went wrong; the log of the server says what",))
        else:
            self._change(job, state="done", lines=tuple(lines))
