"""The gazetteer: who and what can be meant by a name, read from plain CSV files that users extend with their own."""

from __future__ import annotations

import csv
import gc
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from demarche.actors._tokens import keys
from demarche.errors import GazetteerError

__all__ = ["Entry", "Gazetteer", "load_gazetteer"]

_COLUMNS = {
    "states": ("id", "name", "names", "adjectives", "from", "to", "successor"),
    "seats": ("actor", "sector", "kind", "name", "names", "from", "to"),
    "organisations": ("id", "name", "names", "sector", "head", "from", "to"),
    "groups": ("id", "name", "names", "members", "sector", "from", "to"),
    "people": ("actor", "role", "title", "name", "names", "from", "to"),
    "nouns": ("noun", "sector", "kind", "role"),
    "female_names": ("name",),
}
_ROLE_SECTORS = {"legislature": "LEG", "military": "MIL", "opposition": "OPP"}
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})


class Entry(NamedTuple):
    """One row of the gazetteer; a tuple, because tens of thousands are made at each start.

    Parameters
    ----------
    kind
        ``state``, ``seat``, ``organisation``, ``group``, ``person`` or ``noun``.
    id
        The actor that it stands for; of a noun None.
    sector
        None for a state as such.
    name
        Canonical name.
    role, titles
        Of a person: the office, and the words for it. Of a noun: its kind and the role that an office noun names.
    start, end
        ISO dates (or years, months) between which it holds; "" where open.
    successor
        Of a former state: the one that its name's bearers became.
    """

    kind: str
    id: str | None
    sector: str | None
    name: str
    role: str = ""
    titles: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    successor: str = ""

    def holds(self, day: str | None) -> bool:
        """Tell whether it holds on an ISO day; True where the day is unknown and it has not ended."""
        if day is None:
            return not self.end
        return (not self.start or self.start <= day) and (not self.end or day <= self.end + "~")

    def distance(self, day: str | None) -> float:
        """Return the years between the day and the time in which it holds; 0 within it."""
        if self.holds(day):
            return 0.0
        if day is None:
            return max(0.0, 2030 - _year(self.end))
        return _year(self.start) - _year(day) if day < self.start else _year(day) - _year(self.end)


@dataclass(slots=True)
class Gazetteer:
    """Entries by the words that name them.

    Parameters
    ----------
    names
        Words -> entries.
    written
        How a single word must be written to be a name: ``upper`` for an acronym, ``the`` for one that is a name only after the
        article ("the Community").
    adjectives
        Adjectives and demonyms -> states.
    surnames
        The bare last name of a person, or a single name -> people.
    """

    names: dict[tuple[str, ...], list[Entry]] = field(default_factory=dict)
    adjectives: dict[tuple[str, ...], list[Entry]] = field(default_factory=dict)
    surnames: dict[tuple[str, ...], list[Entry]] = field(default_factory=dict)
    nouns: dict[tuple[str, ...], Entry] = field(default_factory=dict)
    states: dict[str, Entry] = field(default_factory=dict)
    before: dict[str, list[Entry]] = field(default_factory=dict)
    offices: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    capitals: dict[str, list[Entry]] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, Entry] = field(default_factory=dict)
    female: set[str] = field(default_factory=set)
    written: dict[tuple[str, ...], str] = field(default_factory=dict)

    def adder(self, table: str) -> Callable[[Sequence[str]], None]:
        """Return what adds a row of a table, its cells in the order of the columns."""
        adders = {
            "states": self._add_state,
            "seats": self._add_seat,
            "organisations": self._add_organisation,
            "groups": self._add_group,
            "people": self._add_person,
            "nouns": self._add_noun,
            "female_names": self._add_female_name,
        }
        return adders[table]

    def name_of(self, actor: str | None) -> str | None:
        """Return the canonical name of an actor's id, None if it is unknown."""
        return self.actors.get(actor or "")

    def holders(self, actor: str, role: str, day: str | None) -> list[Entry]:
        """Return who holds an office on a day, the latest to take it first."""
        found = [entry for entry in self.offices.get((actor, role), []) if entry.holds(day)]
        return sorted(found, key=lambda entry: entry.start, reverse=True)

    def state_on(self, state: Entry, day: str | None) -> Entry:
        """Return the state that a name means on a day: "Russia" in 1962 is the Soviet Union."""
        if day is None:
            return state
        former = [entry for entry in self.before.get(state.id or "", []) if entry.holds(day)]
        return former[0] if len(former) == 1 else state

    def _add_state(self, row: Sequence[str]) -> None:
        actor, name, names, adjectives, start, end, successor = row
        entry = Entry("state", actor, None, name, "", (), start, end, successor)
        self.states[actor] = entry
        self.actors[actor] = name
        if successor:
            self.before.setdefault(successor, []).append(entry)
        self._index(self.names, entry, [name, *_split(names)])
        self._index(self.adjectives, entry, _split(adjectives))

    def _add_seat(self, row: Sequence[str]) -> None:
        actor, given, kind, name, names, start, end = row
        # A ministry is the government, whatever it is a ministry of.
        sector = "GOV" if kind == "ministry" else given or None
        entry = Entry("seat", actor, sector, name, kind, (), start, end)
        self._index(self.names, entry, [name, *_split(names)])
        if kind == "capital":
            self.capitals.setdefault(actor, []).append(entry)

    def _add_organisation(self, row: Sequence[str]) -> None:
        actor, name, names, sector, head, start, end = row
        entry = Entry("organisation", actor, sector or "IGO", name, "", tuple(_split(head)), start, end)
        self.actors.setdefault(actor, name)
        self.organisations[actor] = entry
        self.sectors[actor] = entry.sector or ""
        acronym = [actor] if len(actor) > 1 and "-" not in actor else []
        self._index(self.names, entry, [name, *acronym, *_split(names)])

    def _add_group(self, row: Sequence[str]) -> None:
        actor, name, names, members, sector, start, end = row
        entry = Entry("group", actor, sector or None, name, "", (), start, end)
        self.actors.setdefault(actor, name)
        self.sectors[actor] = sector
        self._index(self.names, entry, [name, *_split(names), *_split(members)])

    def _add_person(self, row: Sequence[str]) -> None:
        actor, role, title, name, names, start, end = row
        sector = self.sectors.get(actor)
        if sector is None:
            sector = _ROLE_SECTORS.get(role) or "GOV"
        entry = Entry("person", actor, sector or None, name, role, tuple(_split(title.lower())), start, end)
        self.offices.setdefault((actor, role), []).append(entry)
        full = keys(name)
        self._index_words(self.names if len(full) > 1 else self.surnames, entry, name, full)
        for other in _split(names):
            words = keys(other)
            self._index_words(self.names if len(words) > 1 else self.surnames, entry, other, words)
        last = full[-2] if len(full) > 2 and full[-1] in _SUFFIXES else full[-1]
        self._put(self.surnames, (last,), entry)

    def _add_noun(self, row: Sequence[str]) -> None:
        noun, sector, kind, role = row
        words = _bare(keys(noun))
        self.nouns[words] = Entry("noun", None, sector or None, noun, kind, (role,) if role else ())
        self._note_length(words[0], len(words))

    def _add_female_name(self, row: Sequence[str]) -> None:
        self.female.update(keys(row[0]))

    def _index(self, table: dict[tuple[str, ...], list[Entry]], entry: Entry, names: Iterable[str]) -> None:
        for name in names:
            self._index_words(table, entry, name, keys(name))

    def _index_words(
        self, table: dict[tuple[str, ...], list[Entry]], entry: Entry, name: str, words: tuple[str, ...]
    ) -> None:
        bare = self._put(table, words, entry)
        if table is self.names:
            how = "" if len(bare) != 1 else "the" if bare is not words else "upper" if name.isupper() else ""
            self.written[bare] = how if self.written.get(bare, how) == how else ""

    def _put(self, table: dict[tuple[str, ...], list[Entry]], words: tuple[str, ...], entry: Entry) -> tuple[str, ...]:
        """Add an entry under its words, and return those without an article."""
        words = _bare(words)
        if not words:
            return words
        found = table.get(words)
        if found is None:
            table[words] = [entry]
        elif found[-1] is not entry:
            found.append(entry)
        self._note_length(words[0], len(words))
        return words

    def _note_length(self, first: str, number: int) -> None:
        if number > self.longest.get(first, 0):
            self.longest[first] = number


def load_gazetteer(*more: str | Path) -> Gazetteer:
    """Return the shipped gazetteer, with the rows of further files.

    Parameters
    ----------
    more
        Files of the shipped form, or folders of them, told by the start of their names: ``states*.csv``, ``people*.csv`` ...

    Raises
    ------
    GazetteerError
        If a file has other columns, or a row has too few or too many cells.

    Examples
    --------
    >>> load_gazetteer().name_of("SUN")
    'Soviet Union'
    """
    if not more:
        return _shipped()
    gazetteer = Gazetteer()
    _fill(gazetteer, _shipped_files(), check=False)
    _fill(gazetteer, list(_user_files(more)), check=True)
    return gazetteer


@cache
def _shipped() -> Gazetteer:
    gazetteer = Gazetteer()
    with _uncollected():
        _fill(gazetteer, _shipped_files(), check=False)
    return gazetteer


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold off the search for garbage: of a hundred thousand objects that all stay, it would look through each time and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _shipped_files() -> list[Any]:
    folder = files("demarche.actors") / "gazetteer"
    return [path for path in folder.iterdir() if path.name.endswith(".csv")]


def _user_files(paths: Iterable[str | Path]) -> Iterator[Path]:
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(path.glob("*.csv"))
        elif path.exists():
            yield path
        else:
            raise GazetteerError("is not there; give a file or a folder of the gazetteer's form", where=str(path))


def _fill(gazetteer: Gazetteer, paths: list[Any], *, check: bool) -> None:
    """Add the rows of files; ours are checked by the tests, which saves a tenth of a second at each start."""
    order = list(_COLUMNS)
    tables = sorted(((order.index(_table(path)), path.name, path) for path in paths), key=lambda item: item[:2])
    for number, _, path in tables:
        add = gazetteer.adder(order[number])
        for row in _rows(path, order[number], check=check):
            add(row)


def _table(path: Any) -> str:
    for table in _COLUMNS:
        if path.name.startswith(table):
            return table
    raise GazetteerError(
        f"is none of the gazetteer's files; its name must begin with one of {', '.join(_COLUMNS)}", where=str(path)
    )


_NEEDED = {"id", "actor", "name", "noun"}
_DATE = re.compile(r"(?:\d{4}(?:-\d\d(?:-\d\d)?)?)?\Z", re.ASCII)


def _rows(path: Any, table: str, *, check: bool) -> Iterator[Sequence[str]]:
    columns = _COLUMNS[table]
    try:
        with path.open("r", encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = tuple(next(reader, ()))
            if header != columns:
                told = f"has the columns {', '.join(header)}; a file of {table} has {', '.join(columns)}"
                raise GazetteerError(told, where=str(path))
            for row in reader:
                if row:
                    problem = _problem(row, columns) if check else None
                    if problem:
                        raise GazetteerError(problem, where=f"{path}:{reader.line_num}")
                    yield row
    except UnicodeDecodeError as error:
        raise GazetteerError("is not in UTF-8; save it as that", where=str(path)) from error
    except (csv.Error, OSError) as error:
        raise GazetteerError(f"cannot be read ({error})", where=str(path)) from error


def _problem(row: list[str], columns: tuple[str, ...]) -> str | None:
    """Return what is wrong with a row, None if nothing is."""
    if len(row) != len(columns):
        return f"has {len(row)} cells instead of {len(columns)}"
    for name, cell in zip(columns, row, strict=True):
        if name in _NEEDED and not keys(cell):
            return f"has no {name}"
        if name in ("from", "to") and not _DATE.match(cell):
            return f"has {cell!r} as a date; give 1962, 1962-10 or 1962-10-22"
    return None


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    return words[1:] if len(words) > 1 and words[0] == "the" else words


def _split(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def _year(day: str) -> float:
    return float(day[:4]) if day[:4].isdigit() else 2030.0
