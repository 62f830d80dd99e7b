"""Texts into the ledger from the page: pasted, or as files; they are coded one after the other while the page says how far it is."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche import pipeline
from demarche.errors import DemarcheError, InputError
from demarche.ledger import Ledger
from demarche.model import Document, Failure, Taken
from demarche.present._marks import show_line
from demarche.sources import document_from_text, read_sources
from demarche.web._filters import document_address
from demarche.web._jobs import Line, Report
from demarche.web._ledgers import Ledgers
from demarche.web._security import READER, REVIEWER
from demarche.web._view import render, web_link

__all__ = ["router"]

router = APIRouter()

_FIELDS = ("text", "title", "published", "publisher", "url")
_KINDS = (".jsonl.gz", ".ndjson.gz", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".html", ".htm", ".md", ".txt")
"""Endings that say how a file is read. All else of a file's name is only shown."""
_MANY = (".jsonl.gz", ".ndjson.gz", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
"""Those of files with any number of documents."""
_SHOWN = 200
"""Documents, and failures, that the page of a job lists."""

Items = Iterable[Document | Failure]


async def _read_form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_read_form)]


@router.get("/ingest", dependencies=[Depends(READER)])
def show_forms(request: Request) -> Response:
    """Show where to paste a text or drop files."""
    return _forms(request, {})


@router.post("/ingest", dependencies=[Depends(REVIEWER)])
def take_text(request: Request, form: Form) -> Response:
    """Take in a text that was pasted."""
    given = {name: value for name in _FIELDS if isinstance(value := form.get(name), str)}
    try:
        document = _document(given)
    except InputError as error:
        return _forms(request, given, failure=error.reason)
    return _start(request, f"Taking in {_named(document)}", lambda: [document], 1)


@router.post("/ingest/files", dependencies=[Depends(REVIEWER)])
def take_files(request: Request, form: Form) -> Response:
    """Take in files; of their names only the endings count, and they are gone from the disk when they are read."""
    files = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
    if not files:
        return _forms(request, {}, failure="no file was chosen; choose one or more", of="files")
    folder = TemporaryDirectory(prefix="demarche-", ignore_cleanup_errors=True)
    names = dict(_save(file, number, Path(folder.name)) for number, file in enumerate(files))
    shown = next(iter(names.values())) if len(names) == 1 else f"{len(names)} files"
    total = None if any(path.endswith(_MANY) for path in names) else len(names)
    return _start(request, f"Taking in {shown}", lambda: _read(folder, names), total)


def _forms(request: Request, given: dict[str, str], *, failure: str | None = None, of: str = "text") -> Response:
    status = 200 if failure is None else 422
    return render(request, "ingest.html", status=status, given=given, failure=failure, of=of, kinds=",".join(_KINDS))


def _document(given: dict[str, str]) -> Document:
    url = given.get("url", "").strip()
    if url and web_link(url) is None:
        raise InputError(
            "the address is none of the web; give one that begins with https:// or http://, or leave it out"
        )
    title, published, publisher = (show_line(given.get(name, "")) for name in ("title", "published", "publisher"))
    return document_from_text(given.get("text", ""), title=title, published=published, publisher=publisher, url=url)


def _named(document: Document) -> str:
    return show_line(document.title or document.text)[:80]


def _save(file: UploadFile, number: int, folder: Path) -> tuple[str, str]:
    """Write a file under a name of ours, and return its path and the name that the user knows it by."""
    shown = show_line(re.split(r"[/\\]", file.filename or "")[-1])[:200] or "a file without a name"
    path = folder / f"{number:04}{next((kind for kind in _KINDS if shown.lower().endswith(kind)), '')}"
    with path.open("xb") as out:
        shutil.copyfileobj(file.file, out)
    return str(path), shown


def _read(folder: TemporaryDirectory[str], names: dict[str, str]) -> Iterator[Document | Failure]:
    """Yield the documents of files under their own names, and take the files away."""
    with folder:
        for item in read_sources(names):
            if isinstance(item, Failure):
                yield dataclasses.replace(item, where=_as_known(item.where, names))
            elif item.custody is None:
                yield item
            else:
                custody = dataclasses.replace(item.custody, source=_as_known(item.custody.source, names))
                yield dataclasses.replace(item, custody=custody)


def _as_known(where: str, names: dict[str, str]) -> str:
    """Return a place with the name of the file that the user knows, in place of the path that we gave it."""
    path = next((path for path in names if where.startswith(path)), "")
    return names.get(path, "") + where.removeprefix(path)


def _start(request: Request, name: str, items: Callable[[], Items], total: int | None) -> Response:
    who = request.state.user.name
    ledgers: Ledgers = request.app.state.ledgers
    job = request.app.state.jobs.start(name, who, lambda report: _take_in(ledgers, who, items(), total, report))
    return RedirectResponse(f"/jobs/{job.id}", status_code=303)


def _take_in(ledgers: Ledgers, who: str, items: Items, total: int | None, report: Report) -> Sequence[str | Line]:
    """Code documents into the ledger, put their contents together with those that are there, and say what came of it."""
    tally = _Tally()
    with ledgers.use(who) as ledger:
        report(0, total, "coding")
        for taken in pipeline.ingest(tally.watch(items), ledger):
            tally.count(taken)
            report(tally.done, total, "coding")
        return [*tally.lines(), *_group(ledger, report)]


def _group(ledger: Ledger, report: Report) -> Iterator[Line]:
    try:
        pipeline.group_propositions(ledger, report=lambda done, total: report(done, total, "putting contents together"))
    except DemarcheError as error:
        yield Line(text=f"the contents could not be put together to propositions: {error}", failed=True)


class _Tally:
    """What became of each document, with its title."""

    def __init__(self) -> None:
        self.done = self._new = self._known = self._moves = 0
        self._titles: dict[str, str] = {}
        self._taken: list[Line] = []
        self._failed: list[Line] = []
        self._failures = 0

    def watch(self, items: Items) -> Iterator[Document | Failure]:
        """Yield the items, and note the titles of those that will be listed."""
        for item in items:
            if isinstance(item, Document) and len(self._titles) < _SHOWN:
                self._titles[item.id] = _named(item)
            yield item

    def count(self, taken: Taken | Failure) -> None:
        """Note what became of one."""
        self.done += 1
        if isinstance(taken, Failure):
            self._failures += 1
            name = self._titles.get(taken.where.rpartition(": ")[2], taken.where)
            self._failed += [Line(text=f"{name}: {taken.reason}", failed=True)]
            del self._failed[_SHOWN:]
            return
        self._new += not taken.known
        self._known += taken.known
        self._moves += taken.moves
        if len(self._taken) < _SHOWN:
            said = "was there already" if taken.known else _counted(taken.moves, "move")
            text = f"{self._titles.get(taken.document, taken.document)}: {said}"
            self._taken.append(Line(text=text, href=document_address(taken.document)))

    def lines(self) -> Iterator[str | Line]:
        """Yield what came of it all, failures first: they want something done."""
        yield (
            f"{_counted(self._new, 'document')} taken in with {_counted(self._moves, 'move')}, "
            f"{self._known} there already, {self._failures} not taken in"
        )
        yield from self._failed
        yield from self._taken
        more = self._new + self._known + self._failures - len(self._taken) - len(self._failed)
        if more:
            yield Line(text=f"and {more} more", href="/documents")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
