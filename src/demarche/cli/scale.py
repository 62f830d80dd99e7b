"""``demarche scale``: large inputs coded on many cores or machines, into an archive of Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from demarche.cli._columns import columns_option
from demarche.cli._status import EXIT_NOTHING, EXIT_SOME
from demarche.cli._workers import count_cores

__all__ = ["scale"]


@click.group()
def scale() -> None:
    """Code more than one process can, and keep it as Parquet: an archive, which is asked where it lies, or taken into a ledger."""


@scale.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.argument("output", type=click.Path(file_okay=False))
@click.option(
    "--workers",
    type=click.IntRange(0, 100_000),
    default=0,
    help="Processes that code side by side, each on one core; 0, the default, for as many as there are cores.",
)
@click.option(
    "--address",
    metavar="ADDRESS",
    help="Code on a Ray cluster: auto, or host:port; local starts Ray on this machine. Without it Ray is not needed.",
)
@click.option(
    "--shard-size",
    type=click.FloatRange(0.0001, 10_000),
    metavar="MB",
    help="Size of what is coded in one go, and done again if a worker dies; 4 MB by default.",
)
@click.option("--replace", is_flag=True, help="Code inputs again that have changed since they were coded.")
@click.option("--weights", type=click.Path(file_okay=False), help="Folder with other weights than the shipped ones.")
@click.option("--gazetteer", multiple=True, metavar="PATH", help="File or folder with actors of your own, beside ours.")
@columns_option
def code(
    inputs: tuple[str, ...],
    output: str,
    workers: int,
    address: str | None,
    shard_size: float | None,
    replace: bool,
    weights: str | None,
    gazetteer: tuple[str, ...],
    columns: dict[str, str],
) -> int:
    """Code INPUT... into the folder OUTPUT, as Parquet: moves by year, documents, failures, and a manifest.

    INPUT is a file, a folder or a pattern in quotes ('news/**/*.parquet') of what demarche code reads. What is complete
    in OUTPUT is not coded again, so that a run that was broken off, or killed, is started again with the same command,
    and a later one can add inputs. What cannot be coded is a row of failures, and the rest goes on.
    """
    from demarche.scaling import code_archive

    size = None if shard_size is None else max(1, round(shard_size * 2**20))
    last: list[Any] = []
    with _shown() as show:

        def report(state: Any) -> None:
            last[:] = [state]
            show(state)

        manifest = code_archive(
            inputs,
            output,
            workers=workers if address else workers or count_cores(),
            address=address,
            report=report,
            weights=weights,
            gazetteer=gazetteer,
            columns=columns,
            shard_size=size,
            replace=replace,
        )
    return _tell(output, manifest, last[0])


@contextmanager
def _shown() -> Iterator[Callable[[Any], None]]:
    """Give what shows how far a run is, on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("looking through the inputs", total=None, counts="")
        begun: list[tuple[float, int]] = []

        def show(state: Any) -> None:
            now = progress.get_time()
            begun[:] = begun or [(now, state.bytes)]
            seconds = max(now - begun[0][0], 1e-9)
            rates = f"{state.documents / seconds:.1f} documents/s, {state.sentences / seconds:.0f} sentences/s"
            counts = f"{state.documents} documents, {state.moves} moves, {state.failures} failures; {rates}"
            about = f"{state.shards} of {state.of} shards"
            counts = counts if state.documents or state.failures else ""
            progress.update(task, description=about, total=state.all_bytes, completed=state.bytes, counts=counts)

        yield show


def _tell(output: str, manifest: dict[str, Any], state: Any) -> int:
    """Say on standard error what a run came to, and return the exit code."""
    from demarche.present import show_line

    for one in (*manifest["left_out"], *manifest["refused"]):
        click.echo(f"demarche: {show_line(one['where'])}: {show_line(one['reason'])}", err=True)
    totals, run = manifest["totals"], manifest["runs"][-1]
    click.echo(
        f"demarche: {state.documents} documents coded with {state.moves} moves, {state.failures} failed; {show_line(output)} holds "
        f"{totals['documents']} documents, {totals['moves']} moves and {totals['failures']} failures",
        err=True,
    )
    if run["shards"]:
        click.echo(f"demarche: {_rate(state, manifest)}", err=True)
    if manifest["finished"] is None:
        click.echo(f"demarche: {state.of - state.shards} shards are not complete; start it again", err=True)
    wrong = state.failures or manifest["left_out"] or manifest["refused"] or manifest["finished"] is None
    if not wrong:
        return 0
    return EXIT_SOME if totals["documents"] else EXIT_NOTHING


def _rate(state: Any, manifest: dict[str, Any]) -> str:
    """Return how fast one core was, over all shards of the archive."""
    totals = manifest["totals"]
    seconds = totals["seconds"] or 1e-9
    return (
        f"{totals['sentences'] / seconds:.0f} sentences, {totals['documents'] / seconds:.1f} documents and "
        f"{totals['bytes'] / 2**20 / seconds:.3f} MB a second and worker, over {state.shards} shards"
    )
