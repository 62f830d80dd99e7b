import os
import signal
import time
from pathlib import Path

import pytest

from demarche.errors import DemarcheError
from demarche.scale import Lost, as_done, in_order


def square(number):
    time.sleep(0.02 if number % 3 else 0.1)
    return number * number


def die_at_seven(number):
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_once(path):
    if path.endswith("mark") and not Path(path).exists():
        Path(path).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def wait_for(path):
    """Return what was given, a path only when the file is there."""
    for _ in range(3000):
        if not isinstance(path, str) or Path(path).exists():
            return path
        time.sleep(0.01)
    raise TimeoutError("nobody took what the others made")


def refuse(number):
    raise ValueError(f"no {number}")


def sleep_long(number):
    time.sleep(60 if number == 1 else 0)
    return number


def test_results_come_in_the_order_of_the_items_whoever_is_first():
    assert list(in_order(range(20), square, workers=2)) == [number * number for number in range(20)]


def test_a_worker_that_dies_loses_no_other_item():
    made = list(in_order(range(20), die_at_seven, workers=2))
    assert [number for number in made if not isinstance(number, Lost)] == [n for n in range(20) if n != 7]
    (lost,) = [one for one in made if isinstance(one, Lost)]
    assert (lost.item, made.index(lost)) == (7, 7)
    assert "2 times (exit status -9)" in lost.reason


def test_what_was_killed_by_chance_is_done_again(tmp_path):
    assert list(in_order(["a", str(tmp_path / "mark"), "b"], die_once, workers=2)) == ["done"] * 3


def test_what_the_work_raises_is_raised():
    with pytest.raises(ValueError, match="no 0"):
        list(in_order(range(3), refuse, workers=2))


def test_what_takes_too_long_is_broken_off():
    made = list(in_order(range(3), sleep_long, workers=2, timeout=3))
    assert [made[0], made[2]] == [0, 2]
    assert "too long" in made[1].reason


def test_only_a_few_items_are_taken_before_their_turn():
    taken = []
    results = in_order((taken.append(number) or number for number in range(1000)), square, workers=2)
    next(results)
    assert len(taken) <= 9
    results.close()


def test_what_takes_long_keeps_nothing_waiting_where_no_order_is_wanted(tmp_path):
    made = []
    for one in as_done([str(tmp_path / "mark"), *range(20)], wait_for, workers=2):
        made.append(one)
        if len(made) == 20:
            (tmp_path / "mark").touch()
    assert made == [*range(20), str(tmp_path / "mark")]


def test_what_needs_no_work_goes_to_no_process():
    assert list(in_order(range(20), refuse, workers=2, needs=lambda number: False)) == list(range(20))


def test_processes_that_cannot_begin_are_an_error_of_ours(tmp_path):
    with pytest.raises(DemarcheError, match="end before they begin"):
        list(in_order([1], refuse, tools=(EndsWhoUnpacks(),), workers=1))


class EndsWhoUnpacks:
    def __reduce__(self):
        return os._exit, (1,)


def test_nothing_gives_nothing():
    assert list(in_order([], square, workers=2)) == []
