"""Coding on many cores or machines: what makes an archive of the documents of large inputs, and the function that all engines map.

:func:`code_archive` does it all. Who has an engine of his own (Dask, Spark) maps ``run.code`` of :func:`plan_archive` over ``run.todo``,
or :func:`code_batch` over tables.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

from demarche import pipeline
from demarche.codebook import load_codebook
from demarche.copies import bands, shingles
from demarche.errors import InputError, ModelError
from demarche.model import CodedDocument, Document, Failure, Part, Raw
from demarche.scale import (
    FORMAT,
    OTHER_TEXT,
    Attempt,
    Layout,
    Lost,
    Shard,
    check_parquet,
    check_ray,
    compare_inputs,
    document_row,
    failure_row,
    make_shards,
    run_on_ray,
    run_workers,
    write_json,
)

__all__ = ["ArchiveRun", "CodeShard", "Progress", "code_archive", "code_batch", "plan_archive"]

_SHARD = 4 * 2**20
"""Bytes of a shard: some minutes of one core, which is what a worker that dies loses."""
_HELD = 256
"""Documents whose moves are put in rows together."""
_HASHING = 4
"""Files that are looked through side by side."""
_DEADLY = "ended the process that coded it, 2 times; look at it by itself"
_BROKEN_OFF = "what comes next ended the process that read it, 2 times; what stands before was read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is.

    Parameters
    ----------
    shards, of
        That are complete, and that there are.
    bytes, all_bytes
        Of the inputs, as they lie in their files.
    documents, moves, sentences, failures
        In the shards that this run made complete.
    refused
        Shards that this run gave up, each with the reason.
    """

    shards: int = 0
    of: int = 0
    bytes: int = 0
    all_bytes: int = 0
    documents: int = 0
    moves: int = 0
    sentences: int = 0
    failures: int = 0
    refused: tuple[Failure, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CodeShard:
    """Codes a shard into an archive when called with it, and returns what came of it; any engine can map it, in any process.

    It goes to another process as names of files, and loads the weights there at the first shard, for one thread. A shard that is
    complete is not coded again, and to code one twice gives the same files, so that an engine may try again as often as it likes.

    Parameters
    ----------
    output
        Folder of the archive, which all processes see under this path.
    run
        Name of the run.
    weights, gazetteer
        Folder, files and folders, which all processes see too; None for the shipped weights.
    columns
        As of :func:`~demarche.sources.read_raw`.
    coding
        What the archive says of coder and versions: a process that has others refuses to code.
    """

    output: str
    run: str
    weights: str | None
    gazetteer: tuple[str, ...]
    columns: Mapping[str, str]
    coding: Mapping[str, Any]

    def __call__(self, shard: Shard) -> dict[str, Any]:
        """Return ``{"shard": name, "done": counts}``, or ``{"shard": name, "refused": reason}`` where it could not be completed.

        Raises
        ------
        ModelError
            If this process has other weights, or another version, than the archive is made with.
        InputError
            If the archive cannot be written.
        """
        layout = Layout(Path(self.output))
        try:
            done = layout.complete(shard.name)
            if done is None:
                layout.done(shard.name).unlink(missing_ok=True)  # its files are not there
                with Attempt(layout.running(shard.name), self.run) as attempt:
                    done = self._try(shard, layout, attempt)
                layout.clear_running(shard.name)
        except _Refused as error:
            return {"shard": shard.name, "refused": str(error)}
        except OSError as error:
            reason = f"cannot be written: {error.strerror or error}; check the space left, and start again"
            raise InputError(reason, where=self.output) from error
        return {"shard": shard.name, "done": done}

    def _try(self, shard: Shard, layout: Layout, attempt: Attempt) -> dict[str, Any]:
        if attempt.is_hopeless:
            raise _Refused("workers die before they have a document of it, or with none left: is there enough memory?")
        _check_parts(shard)
        return self._code(shard, layout, attempt)

    def _code(self, shard: Shard, layout: Layout, attempt: Attempt) -> dict[str, Any]:
        from demarche.scale.writing import ShardWriter

        reader, gazetteer = _load_alike(self.weights, self.gazetteer, tuple(sorted(map(str, self.coding.items()))))
        started = time.perf_counter()
        writer = None
        try:
            writer = ShardWriter(layout, shard.name, _moves_table([]).schema)
            tally = _Rows(writer)
            for number, item in _read(shard, attempt, self.columns):
                tally.add(_code_one(number, item, attempt, reader, gazetteer))
            attempt.turn_to("writing")
            tally.flush()
            _check_parts(shard)  # what changed while it was read is not what the manifest says
            about = {"shard": shard.name, **tally.counts, "seconds": round(time.perf_counter() - started, 3)}
            return writer.publish(about)
        finally:
            if writer:
                writer.discard()


class _Refused(Exception):
    """A shard cannot be completed, and why; others can."""


def _check_parts(shard: Shard) -> None:
    """Raise _Refused if a part is gone, or is not what it was when the run was planned."""
    from demarche.sources.parts import digest_part

    for part in shard.parts:
        try:
            same = digest_part(part) == part.sha256
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}; does every machine see it under this path?"
            raise _Refused(f"{part.file} {reason}") from error
        if not same:
            raise _Refused(f"{part.file} has changed since the run began; start again")


def _read(shard: Shard, attempt: Attempt, columns: Mapping[str, str]) -> Iterator[tuple[int, Document | Failure]]:
    """Yield what is in a shard, numbered; what ended workers while it was read ends the part that it is in."""
    from demarche.sources.parts import read_part

    number = 0
    for part in shard.parts:
        items = read_part(part, columns=columns)
        while True:
            if attempt.is_deadly("reading", number):
                yield number, Failure(where=part.file, stage="sources", reason=_BROKEN_OFF)
                number += 1
                break
            attempt.turn_to("reading", number)
            item = next(items, None)
            if item is None:
                break
            yield number, item
            number += 1


def _code_one(number: int, item: Document | Failure, attempt: Attempt, reader: Any, gazetteer: Any) -> Any:
    """Return an item coded; a document that cannot be, for whatever reason, as a pair of its failure and its id."""
    if isinstance(item, Failure):
        return item, None
    source = item.custody.source if item.custody else ""
    where = f"{source}: {item.id}" if source else item.id
    if attempt.is_deadly("coding", number):
        return Failure(where=where, stage="coding", reason=_DEADLY), item.id
    attempt.turn_to("coding", number)
    try:
        made = next(pipeline.code_all((item,), reader=reader, gazetteer=gazetteer))
    except Exception as error:  # whatever one text does to the coder, the others are coded
        reason = f"the coder failed ({type(error).__name__}: {str(error)[:200]}); please report it"
        made = Failure(where=where, stage="coding", reason=reason)
    return (made, item.id) if isinstance(made, Failure) else made


class _Rows:
    """Makes rows of what was coded, counts it, and leaves out what is there already under its id."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._held: list[CodedDocument] = []
        self._seen: dict[str, bytes] = {}
        self.counts = dict.fromkeys(("documents", "moves", "sentences", "failures", "repeated", "bytes"), 0)

    def add(self, made: CodedDocument | tuple[Failure, str | None]) -> None:
        """Take what came of a document."""
        if isinstance(made, tuple):
            self._fail(*made)
            return
        document = made.document
        text = document.text.encode()
        digest = hashlib.sha256(text).digest()[:16]
        known = self._seen.setdefault(document.id, digest)
        if known is not digest:
            self.counts["repeated"] += 1
            if known != digest:
                self._fail(Failure(where=document.id, stage="sources", reason=OTHER_TEXT), document.id)
            return
        self.counts["documents"] += 1
        self.counts["moves"] += len(made.moves)
        self.counts["sentences"] += len(made.reading.sentences)
        self.counts["bytes"] += len(text)
        self._writer.add_document(document_row(made, bands(shingles(document.text))))
        self._held.append(made)
        if len(self._held) >= _HELD:
            self.flush()

    def flush(self) -> None:
        """Give the moves that are held to the writer."""
        self._writer.add_moves(_moves_table(self._held))
        self._held = []

    def _fail(self, failure: Failure, document: str | None) -> None:
        self.counts["failures"] += 1
        self._writer.add_failure(failure_row(failure, document))


def _moves_table(coded: Sequence[CodedDocument]) -> Any:
    return pipeline.frame_moves(coded, as_="arrow")


@cache
def _load_alike(weights: str | None, gazetteer: tuple[str, ...], coding: tuple[str, ...]) -> tuple[Any, Any]:
    """Return reader and gazetteer of this process, which are those that the archive is made with."""
    reader, own = _load(weights, gazetteer)
    found = _describe_coding(weights, gazetteer, reader.coder)
    if tuple(sorted(map(str, found.items()))) != coding:
        raise ModelError(
            f"this machine has demarche {found['demarche']} and {found['coder']} with other files than the archive is made with: "
            "install the same version, and give all machines the same weights and gazetteer"
        )
    return reader, own


@cache
def _load(weights: str | None, gazetteer: tuple[str, ...]) -> tuple[Any, Any]:
    return pipeline.load(weights, threads=1), pipeline.load_gazetteer(*gazetteer)


def _describe_coding(weights: str | None, gazetteer: Sequence[str], coder: str) -> dict[str, Any]:
    """Return all that what is coded depends on, but for the texts."""
    from demarche import __version__

    shipped = Path(str(files("demarche.reading"))) / "weights"
    return {
        "demarche": __version__,
        "coder": coder,
        "weights": _digest_files([Path(weights) if weights else shipped]),
        "codebook": load_codebook().version,
        "gazetteer": _digest_files([Path(str(files("demarche.actors"))) / "gazetteer", *map(Path, gazetteer)]),
    }


def _digest_files(paths: Iterable[Path]) -> str:
    """Return a hash of files and of the files in folders, with their names."""
    found = hashlib.sha256()
    for path in paths:
        for one in sorted(path.iterdir()) if path.is_dir() else [path]:
            if one.is_file() and one.suffix in (".csv", ".json", ".onnx"):
                found.update(f"{one.name}\0{hashlib.sha256(one.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


@dataclass(kw_only=True)
class ArchiveRun:
    """A run that is planned: the manifest is written, and nothing is coded yet.

    Parameters
    ----------
    code
        What codes a shard.
    shards
        All of the archive, in the order of its inputs.
    todo
        Those that are not complete.
    left_out
        Files that are not read, each with the reason.
    """

    code: CodeShard
    shards: tuple[Shard, ...]
    todo: tuple[Shard, ...]
    left_out: tuple[Failure, ...]
    started: str = field(default_factory=lambda: _now())

    def finish(
        self, *, engine: str = "own", workers: int | None = None, refused: Sequence[Failure] = ()
    ) -> dict[str, Any]:
        """Leave out what several shards have, and return the manifest, which is written with all counts.

        To be called when nothing codes any more, whether all shards are complete or not: ``finished`` in it is null if some are not.

        Parameters
        ----------
        engine, workers
            What coded, and how many side by side, for the record.
        refused
            Shards that were given up, each with the reason.
        """
        from demarche.scale.repeats import leave_out_repeats

        layout = Layout(Path(self.code.output))
        names = [shard.name for shard in self.shards]
        leave_out_repeats(layout, [name for name in names if layout.complete(name)])
        metrics = {name: done for name in names if (done := layout.complete(name))}
        manifest = layout.read_manifest() or {}
        counted = ("documents", "moves", "sentences", "failures", "bytes", "seconds")
        run = {"started": self.started, "ended": _now(), "engine": engine, "workers": workers}
        manifest |= {
            "finished": _now() if len(metrics) == len(names) else None,
            "totals": {name: round(sum(done[name] for done in metrics.values()), 3) for name in counted},
            "refused": [asdict(one) for one in refused],
            "runs": [*manifest.get("runs", []), run | {"shards": sum(one.name in metrics for one in self.todo)}],
            "metrics": {name: _metrics(done) for name, done in metrics.items()},
        }
        write_json(layout.manifest, manifest)
        for shard in self.todo:
            if shard.name in metrics:
                layout.clear_running(shard.name)
        return manifest


def _metrics(done: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the manifest says of a shard: its counts, and how fast one core coded it."""
    made = {name: value for name, value in done.items() if name not in ("shard", "files")}
    seconds = done["seconds"] or 0.001
    return made | {
        "documents_per_second": round(done["documents"] / seconds, 2),
        "sentences_per_second": round(done["sentences"] / seconds, 2),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def plan_archive(
    inputs: Iterable[str],
    output: str | Path,
    *,
    weights: str | Path | None = None,
    gazetteer: Iterable[str | Path] = (),
    columns: Mapping[str, str] | None = None,
    shard_size: int | None = None,
    replace: bool = False,
) -> ArchiveRun:
    """Return what is to be coded of inputs that is not in the archive yet; the manifest of the archive is written.

    Parameters
    ----------
    inputs
        Files, folders, and patterns such as ``news/**/*.parquet``, of any format that ``demarche code`` reads. Large files of JSON lines,
        Parquet and WARC are divided; all else, and what is packed by gzip, is coded file by file.
    output
        Folder of the archive, new, empty, or with an archive to which this is added.
    weights, gazetteer, columns
        As of :func:`demarche.load`, :func:`~demarche.actors.load_gazetteer` and :func:`~demarche.sources.read_raw`.
    shard_size
        Bytes of a shard; 4 MiB, or what the archive has.
    replace
        Code files again that have changed since they were coded; otherwise they are refused.

    Raises
    ------
    InputError
        If there is nothing to read, the folder holds something else, was made with other weights or settings, or inputs have changed.
    MissingExtra
        If the libraries of the extras ``analysis`` and ``parquet`` are not installed.
    ModelError
        If the weights cannot be loaded.
    """
    _check_installed()
    folder = None if weights is None else str(weights)
    own = tuple(map(str, gazetteer))
    coding = _describe_coding(folder, own, _load(folder, own)[0].coder)
    layout = Layout(Path(output))
    manifest = _open_manifest(layout, coding, columns=dict(columns or {}), shard_size=shard_size)
    parts, left_out = _find_parts(list(map(str, inputs)), layout, manifest["settings"]["shard_size"])
    shards = _plan_shards(layout, manifest, parts, replace=replace)
    read = {part.file for part in parts}
    before = [one for one in map(_failure_of, manifest["left_out"]) if one.where not in read]
    left_out = list(dict.fromkeys([*before, *left_out]))
    manifest |= {
        "shards": [shard.to_dict() for shard in shards],
        "left_out": [asdict(one) for one in left_out],
        "finished": None,
    }
    write_json(layout.manifest, manifest)
    code = CodeShard(
        output=str(layout.folder),
        run=uuid4().hex[:12],
        weights=folder,
        gazetteer=own,
        columns=manifest["settings"]["columns"],
        coding=coding,
    )
    todo = tuple(shard for shard in shards if layout.complete(shard.name) is None)
    return ArchiveRun(code=code, shards=tuple(shards), todo=todo, left_out=tuple(left_out))


def _check_installed() -> None:
    check_parquet()
    import demarche.analysis.frame  # noqa: F401


def _failure_of(record: Mapping[str, str]) -> Failure:
    return Failure(**record)


def _open_manifest(
    layout: Layout, coding: Mapping[str, Any], *, columns: dict[str, str], shard_size: int | None
) -> dict[str, Any]:
    """Return the manifest to go on with, a new one where there is none.

    Raises
    ------
    InputError
        If the folder holds something else, or an archive that was made in another way.
    """
    if layout.is_foreign:
        raise InputError("holds something that is no archive; name a new folder", where=str(layout.folder))
    manifest = layout.read_manifest()
    if manifest is None:
        settings = {"columns": columns, "shard_size": shard_size or _SHARD}
        new: dict[str, Any] = {"format": FORMAT, **coding, "settings": settings, "created": _now(), "finished": None}
        return new | {"shards": [], "left_out": []}
    made = manifest["settings"]
    asked = {**coding, "columns": columns, "shard size": shard_size or made["shard_size"]}
    there = {
        **{name: manifest.get(name) for name in coding},
        "columns": made["columns"],
        "shard size": made["shard_size"],
    }
    other = [name for name, value in asked.items() if there[name] != value]
    if other:
        shown = "; ".join(f"{name}: {_short(there[name])}, and now {_short(asked[name])}" for name in other)
        reason = f"was made in another way ({shown}): use the same again, or write into a new folder"
        raise InputError(reason, where=str(layout.folder))
    return manifest


def _short(value: Any) -> str:
    return str(value)[:24]


def _find_parts(inputs: Sequence[str], layout: Layout, size: int) -> tuple[list[Part], list[Failure]]:
    """Return the parts of all files, in order, and what is not read.

    Raises
    ------
    InputError
        If there is nothing to read, or the archive lies in a folder that is read.
    """
    from demarche.sources.parts import find_files, split_file

    found = list(find_files(inputs))
    inside = layout.folder.resolve()
    for file in found:
        if isinstance(file, str) and Path(file).resolve().is_relative_to(inside):
            raise InputError("lies in the folder of the archive; write the archive somewhere else", where=file)

    def split(file: str | Failure) -> list[Part] | Failure:
        if isinstance(file, Failure):
            return file
        try:
            return split_file(file, size=size)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}; check the path"
            return Failure(where=file, stage="sources", reason=reason)

    with ThreadPoolExecutor(_HASHING) as pool:
        made = list(pool.map(split, found))
    left_out = [one for one in made if isinstance(one, Failure)]
    parts = [part for one in made if not isinstance(one, Failure) for part in one]
    if not parts:
        raise InputError(
            f"there is nothing to read: {left_out[0].where} {left_out[0].reason}" if left_out else "name an input"
        )
    return parts, left_out


def _plan_shards(layout: Layout, manifest: Mapping[str, Any], parts: Sequence[Part], *, replace: bool) -> list[Shard]:
    """Return the shards that the archive is to have; what stale ones left is removed.

    Raises
    ------
    InputError
        If inputs have changed and are not to be coded again.
    """
    known = [Shard.from_dict(record) for record in manifest["shards"]]
    changed = compare_inputs(parts, known)
    if changed.files and not replace:
        shown = ", ".join(changed.files[:5]) + (" ..." if len(changed.files) > 5 else "")
        raise InputError(
            f"these inputs have changed since they were coded: {shown}. Give new texts in files of their own, or code these again with "
            "--replace (replace=True)",
            where=str(layout.folder),
        )
    stale = {shard.name for shard in changed.stale}
    kept = [shard for shard in known if shard.name not in stale]
    for shard in kept if stale else ():
        # What it left to a shard that goes is nowhere any more.
        if stale & (layout.read_done(shard.name) or {}).get("repeats", {}).keys():
            layout.clear(shard.name)
    for name in stale:
        layout.clear(name)
        layout.clear_running(name)
    return kept + make_shards([*changed.kept, *changed.new], size=manifest["settings"]["shard_size"])


def code_archive(
    inputs: Iterable[str],
    output: str | Path,
    *,
    workers: int = 1,
    address: str | None = None,
    report: Callable[[Progress], None] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Code inputs into an archive of Parquet, and return its manifest; a run that was broken off goes on where it was.

    Whatever the number of workers, and whatever dies in between, the rows are the same, and none is there twice. What cannot be coded
    is a row of ``failures``, and the run goes on.

    Parameters
    ----------
    inputs, output
        As of :func:`plan_archive`.
    workers
        Processes that code side by side, each with one thread. On a cluster 0 takes all its cores.
    address
        Of a Ray cluster: ``auto``, or host and port; ``local`` starts one on this machine. None needs no Ray.
    report
        Is told how far the run is, at its beginning and after each shard.
    options
        ``weights``, ``gazetteer``, ``columns``, ``shard_size`` and ``replace``, as of :func:`plan_archive`.

    Raises
    ------
    DemarcheError
        If the cluster cannot be reached, or a machine in it cannot code as this one does.
    InputError, ModelError
        As of :func:`plan_archive`; InputError too if another run writes into the archive.
    """
    _check_installed()
    if address:
        check_ray(address)
    layout = Layout(Path(output))
    with layout.alone():
        run = plan_archive(inputs, output, **options)
        state = _at_start(run)
        tell = report or (lambda state: None)
        tell(state)
        if run.todo:
            sizes = {shard.name: shard.size for shard in run.todo}
            for outcome in _outcomes(run, address, workers):
                state = _after(state, outcome, sizes)
                tell(state)
        return run.finish(engine="ray" if address else "workers", workers=workers, refused=state.refused)


def _outcomes(run: ArchiveRun, address: str | None, workers: int) -> Iterator[Any]:
    # The largest first: one that cannot be divided, begun last, would keep all but one worker waiting for its end.
    todo = sorted(run.todo, key=lambda shard: -shard.size)
    if address:
        return run_on_ray(todo, run.code, address=address, workers=workers)
    return run_workers(todo, run.code, workers=max(1, workers))


def _at_start(run: ArchiveRun) -> Progress:
    total = sum(shard.size for shard in run.shards)
    left = sum(shard.size for shard in run.todo)
    return Progress(shards=len(run.shards) - len(run.todo), of=len(run.shards), bytes=total - left, all_bytes=total)


def _after(state: Progress, outcome: dict[str, Any] | Lost[Shard], sizes: Mapping[str, int]) -> Progress:
    """Return how far a run is when a shard was dealt with."""
    if isinstance(outcome, Lost):
        outcome = {"shard": outcome.item.name, "refused": outcome.reason}
    name = outcome["shard"]
    if "refused" in outcome:
        failure = Failure(where=name, stage="coding", reason=outcome["refused"])
        return replace(state, refused=(*state.refused, failure))
    counts = {
        one: getattr(state, one) + outcome["done"][one] for one in ("documents", "moves", "sentences", "failures")
    }
    return replace(state, shards=state.shards + 1, bytes=state.bytes + sizes[name], **counts)


def code_batch(
    batch: Any,
    *,
    weights: str | None = None,
    gazetteer: tuple[str, ...] = (),
    columns: Mapping[str, str] | None = None,
) -> Any:
    """Return the moves in a table of texts, as a table of the same kind: what Dask, Spark or any other engine maps over its batches.

    The weights are loaded once in a process, for one thread.

    Parameters
    ----------
    batch
        A pandas frame, or an Arrow table or record batch; a row is a document, its columns as ``demarche code`` takes them from Parquet.
    weights, gazetteer, columns
        As of :func:`plan_archive`.

    Returns
    -------
    pandas.DataFrame or pyarrow.Table
        The columns of `demarche.analysis.SCHEMA`, one row a move, and ``failure``: null, but for a document that could not be coded,
        which has one row with the reason and nothing else but, where it is known, its id.

    Raises
    ------
    InputError
        If the table has no column with texts.

    Examples
    --------
    >>> import pyarrow
    >>> made = code_batch(pyarrow.table({"text": ["Paris imposed sanctions on Minsk.", ""]}))
    >>> made.select(["act", "actors", "failure"]).to_pylist()[0]
    {'act': 'sanction', 'actors': ['FRA'], 'failure': None}
    >>> made["failure"].to_pylist()[1]
    'row 2: the text is empty; there is nothing to code'
    """
    _check_installed()
    from demarche.scale.batches import as_given, to_parquet, with_failures

    data = to_parquet(batch)
    raw = Raw(where="row", name="batch.parquet", open=lambda: io.BytesIO(data), size=len(data))
    reader, own = _load(weights, tuple(gazetteer))
    coded: list[CodedDocument] = []
    failed: list[tuple[str | None, str]] = []
    # An empty frame of pandas does not say of what type its columns are.
    for item in pipeline.read_found([raw] if len(batch) else [], columns=columns):
        made = next(pipeline.code_all((item,), reader=reader, gazetteer=own))
        if isinstance(made, CodedDocument):
            coded.append(made)
        elif made.where == raw.where:
            raise InputError(f"the table {made.reason}")
        elif isinstance(item, Document):
            failed.append((item.id, f"{item.id}: {made.reason}"))
        else:
            failed.append((None, f"{made.where.replace(':', ' ')}: {made.reason}"))
    return as_given(with_failures(_moves_table(coded), failed), batch)
