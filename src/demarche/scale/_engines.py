"""What hands out shards: processes of this machine, or Ray. Both map the same function of a shard, and so can any other."""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import parent_process
from typing import Any

from demarche.errors import DemarcheError, InputError, MissingExtra, ModelError
from demarche.scale._shards import Shard
from demarche.scale._workers import Lost, as_done

__all__ = ["check_ray", "run_on_ray", "run_workers"]

Outcome = dict[str, Any]
Work = Callable[[Shard], Outcome]

_QUIET = {
    # What is coded can be confidential: nothing about it leaves the machines, not even that it was.
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}


def run_workers(shards: Sequence[Shard], work: Work, *, workers: int) -> Iterator[Outcome | Lost[Shard]]:
    """Yield what `work` makes of each shard, in any order, in processes of this machine.

    A shard that costs workers their lives is tried again; it is lost only if its workers die again and again before it can be told of what.
    """
    workers = min(workers, max(1, len(shards)))
    return as_done(shards, _work_on, tools=(work,), workers=workers, tries=_TRIES)


_TRIES = 100
"""Times that a shard may cost a worker its life: by every second time one more document of it is left out."""


def _work_on(shard: Shard, work: Work) -> Outcome:
    _end_with_parent()
    return work(shard)


def _end_with_parent() -> None:
    """See that this process ends when the one that started it is killed, which a pool of processes does not promise."""
    parent = parent_process()
    if parent is None or any(thread.name == _WATCH for thread in threading.enumerate()):
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, name=_WATCH, daemon=True).start()


_WATCH = "ends with its parent"


def check_ray(address: str) -> None:
    """Raise MissingExtra if Ray is not installed; it reads its settings when it is loaded, so that they are made before."""
    import logging

    if "ray" not in sys.modules:
        os.environ.update(_QUIET)
        if address == "local":
            # Ray listens on all interfaces and executes what it is sent: without the token of this run it answers nobody.
            os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
    try:
        import ray.data  # noqa: F401
    except ImportError as error:
        raise MissingExtra("a cluster", "ray") from error
    logging.getLogger("ray").setLevel(logging.ERROR)
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def run_on_ray(shards: Sequence[Shard], work: Work, *, address: str, workers: int = 0) -> Iterator[Outcome]:
    """Yield what `work` makes of each shard, in any order, on actors of Ray Data that each take one core.

    Parameters
    ----------
    address
        ``local`` starts Ray on this machine and ends it afterwards; ``auto``, or host and port, joins one that runs.
    workers
        Actors; 0 for as many as Ray has cores.

    Raises
    ------
    MissingExtra
        If Ray is not installed.
    DemarcheError
        If no such cluster can be reached.
    """
    check_ray(address)
    import ray.data

    with _joined(address, workers) as cores:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        size = min(workers or cores, len(shards))
        items = [json.dumps(shard.to_dict()) for shard in shards]
        coded = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
            _Actor,
            fn_constructor_args=(work,),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=size, max_tasks_in_flight_per_actor=2),
            num_cpus=1,  # actors that die are started again, and what they had in hand is given out again, without end
        )
        try:
            for row in coded.iter_rows():
                yield json.loads(row["outcome"])
        except ray.exceptions.RayError as error:
            raise _ours(error) from error


def _ours(error: BaseException) -> DemarcheError:
    """Return the error of ours that stands behind one of Ray, or one that says what Ray says."""
    seen: list[BaseException] = []
    todo: list[Any] = [error]
    while todo:
        one = todo.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            if isinstance(one, DemarcheError):
                return type(one)(str(one)) if type(one) in (InputError, ModelError, MissingExtra) else one
            todo += [getattr(one, "cause", None), one.__cause__, one.__context__]
    last = next((line for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)
    return DemarcheError(f"Ray could not go on: {last.strip()[:300]}; what is complete is kept, start again")


class _Actor:
    """Holds what codes a shard: it loads the weights at the first one, and keeps them."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        made = [json.dumps(self._work(Shard.from_dict(json.loads(item)))) for item in batch["item"]]
        return {"outcome": made}


@contextmanager
def _joined(address: str, workers: int) -> Iterator[int]:
    """Give the cores of a cluster that is joined, or started and ended again."""
    import logging

    import ray

    started = not ray.is_initialized()
    options: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    if address == "local":
        options |= {"include_dashboard": False, "num_cpus": workers or None}
    if started:
        try:
            ray.init(address=address, **options)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            first = (str(error).splitlines() or [type(error).__name__])[0][:200]
            raise DemarcheError(f"no Ray cluster at {address}: {first}; see its address with: ray status") from error
    try:
        yield max(1, int(ray.cluster_resources().get("CPU", 1)))  # type: ignore[no-untyped-call]
    finally:
        if started:
            ray.shutdown()
