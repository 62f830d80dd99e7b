import threading
from contextlib import contextmanager

import pytest

from demarche.errors import DemarcheError, LedgerError
from demarche.web._jobs import Jobs
from demarche.web._ledgers import Ledgers
from demarche.web._results import Results


class _Ledger:
    """A ledger of which only the length of its log matters."""

    def __init__(self):
        self.entries = 1

    def head(self):
        return self.entries


class _Ledgers:
    def __init__(self):
        self.ledger = _Ledger()

    @contextmanager
    def use(self, who=None):
        yield self.ledger


@pytest.fixture
def ledgers():
    return _Ledgers()


@pytest.fixture
def results(ledgers):
    made = Results(ledgers, kept=2)
    yield made
    made.close()


def test_a_result_is_computed_once_for_one_state_of_the_ledger(results):
    calls = []
    for _ in range(3):
        answer = results.get("n", lambda ledger: calls.append(1) or len(calls), wait=10)
        assert (answer.ready, answer.value, answer.stale) == (True, 1, False)


def test_what_takes_long_is_not_there_yet_and_then_is(results):
    go = threading.Event()
    assert not results.get("slow", lambda ledger: go.wait(10), wait=0.01).ready
    go.set()
    assert results.get("slow", lambda ledger: go.wait(10), wait=10).value is True


def test_a_grown_ledger_shows_the_last_result_as_stale_until_the_new_one_is_there(results, ledgers):
    results.get("n", lambda ledger: ledger.entries, wait=10)
    ledgers.ledger.entries = 2
    go = threading.Event()
    old = results.get("n", lambda ledger: go.wait(10) and ledger.entries, wait=0.01)
    assert (old.value, old.head, old.stale) == (1, 1, True)
    go.set()
    answer = results.get("n", lambda ledger: ledger.entries, wait=10)
    while answer.stale:
        answer = results.get("n", lambda ledger: ledger.entries, wait=10)
    assert (answer.value, answer.head) == (2, 2)


def test_a_ledger_that_grows_all_the_time_does_not_pile_up_work(results, ledgers):
    go, begun = threading.Event(), []
    for _ in range(100):
        ledgers.ledger.entries += 1
        results.get("n", lambda ledger: begun.append(1) or go.wait(10), wait=0)
    go.set()
    answer = results.get("n", lambda ledger: True, wait=10)
    assert len(begun) == 1
    assert answer.ready
    assert answer.stale


def test_an_error_reaches_the_page_and_is_not_kept(results):
    def fail(ledger):
        raise LedgerError("broken")

    with pytest.raises(LedgerError):
        results.get("n", fail, wait=10)
    assert results.get("n", lambda ledger: 3, wait=10).value == 3


def test_the_least_used_result_is_dropped(results):
    calls = []
    for key in ("a", "b", "c", "a"):
        results.get(key, lambda ledger, key=key: calls.append(key), wait=10)
    assert calls == ["a", "b", "c", "a"]


def _wait(jobs, job):
    done = threading.Event()
    while not jobs.get(job.id).over:
        done.wait(0.01)
    return jobs.get(job.id)


def test_a_job_reports_progress_and_what_came_of_it():
    jobs = Jobs()
    seen = []

    def work(report):
        report(1, 2)
        seen.append(jobs.get(job.id).done)
        return ("two were taken in",)

    gate = threading.Event()
    jobs.start("first", "anna", lambda report: (gate.wait(10), ())[1])
    job = jobs.start("taking in", "anna", work)
    assert jobs.get(job.id).state == "waiting"
    gate.set()
    assert _wait(jobs, job).lines == ("two were taken in",)
    assert seen == [1]
    jobs.close()


def test_a_job_that_fails_says_why_and_the_next_one_runs():
    jobs = Jobs()

    def fail(report):
        raise DemarcheError("the disk is full")

    assert _wait(jobs, jobs.start("a", "anna", fail)).lines == ("the disk is full",)
    assert _wait(jobs, jobs.start("b", "anna", lambda report: ())).state == "done"
    jobs.close()


def test_too_much_work_is_refused():
    jobs, gate = Jobs(waiting=1), threading.Event()
    jobs.start("a", "anna", lambda report: (gate.wait(10), ())[1])
    with pytest.raises(DemarcheError, match="too much"):
        jobs.start("b", "anna", lambda report: ())
    gate.set()
    jobs.close()


def test_a_ledger_that_is_not_there_shows_at_once(tmp_path):
    with pytest.raises(LedgerError):
        Ledgers(str(tmp_path / "none.db"))
