"""The table of base rates: how often something happened in past cases of a class, each with its source."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from demarche.analysis.shares import wilson_interval
from demarche.errors import InputError
from demarche.model import Interval
from demarche.model.outlook import BaseRate

__all__ = ["COLUMNS", "load_base_rates"]

COLUMNS = (
    *("id", "class", "question", "events", "cases", "share", "low", "high"),
    *("horizon", "population", "period", "source", "url", "note"),
)
"""Columns of a file of base rates, in this order."""

_NEEDED = ("id", "class", "question", "population", "period", "source", "url")
_ROUNDING = 0.006
"""How far a printed share may lie from its counts: sources round to two digits."""


def load_base_rates(*more: str | Path) -> tuple[BaseRate, ...]:
    """Return the shipped base rates, and those of further files.

    A file is CSV with the columns `COLUMNS`; an empty cell is unknown. A row needs id, class, question, population, period, source,
    url, and a share or the counts that it follows from; its interval is Wilson's where the counts are there, whatever the file
    says. The class is one of :data:`demarche.analysis.outlook.CLASSES`, or an act or issue of the codebook, and then the rate is shown
    beside such moves; any other name is kept and can be recorded with a forecast.

    Raises
    ------
    InputError
        If a file cannot be read or a row contradicts itself; the message names the line.

    Examples
    --------
    >>> rate = load_base_rates()[0]
    >>> 0 < rate.share < 1, bool(rate.source)
    (True, True)
    """
    shipped = _shipped()
    rates = {rate.id: rate for rate in shipped}
    for path in map(Path, more):
        for where, rate in _read(path):
            if rate.id in rates:
                raise InputError(f"there is a base rate {rate.id!r} already; give yours another id", where=where)
            rates[rate.id] = rate
    return tuple(rates.values())


@cache
def _shipped() -> tuple[BaseRate, ...]:
    return tuple(rate for _, rate in _read(files("demarche.analysis") / "base_rates.csv"))


def _read(path: Any) -> Iterator[tuple[str, BaseRate]]:
    try:
        with path.open("r", encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = tuple(next(reader, ()))
            if header != COLUMNS:
                told = f"has the columns {', '.join(header)}; a file of base rates has {', '.join(COLUMNS)}"
                raise InputError(told, where=str(path))
            for row in reader:
                where = f"{path}:{reader.line_num}"
                if len(row) not in (0, len(COLUMNS)):
                    raise InputError(f"has {len(row)} cells instead of {len(COLUMNS)}", where=where)
                if row:
                    yield where, _rate(dict(zip(COLUMNS, map(str.strip, row), strict=True)), where)
    except UnicodeDecodeError as error:
        raise InputError("is not in UTF-8; save it as that", where=str(path)) from error
    except (csv.Error, OSError) as error:
        raise InputError(f"cannot be read ({error})", where=str(path)) from error


def _rate(row: Mapping[str, str], where: str) -> BaseRate:
    missing = [name for name in _NEEDED if not row[name]]
    if missing:
        raise InputError(f"has no {', '.join(missing)}", where=where)
    if not row["url"].startswith(("https://", "http://")):
        raise InputError(f"has {row['url']!r} as its url; give a web address", where=where)
    events, cases = (_number(row, name, where, whole=True) for name in ("events", "cases"))
    share = _share(row, events, cases, where)
    return BaseRate(
        id=row["id"],
        reference_class=row["class"],
        question=row["question"],
        share=share,
        events=None if events is None else int(events),
        cases=None if cases is None else int(cases),
        interval=_interval(row, events, cases, share, where),
        horizon=row["horizon"] or None,
        population=row["population"],
        period=row["period"],
        source=row["source"],
        url=row["url"],
        note=row["note"] or None,
    )


def _number(row: Mapping[str, str], name: str, where: str, *, whole: bool = False) -> float | None:
    if not row[name]:
        return None
    try:
        value = int(row[name]) if whole else float(row[name])
    except ValueError as error:
        kind = "a whole number" if whole else "a share from 0 to 1"
        raise InputError(f"has {row[name]!r} as {name}; give {kind}", where=where) from error
    if value < 0 or not whole and not value <= 1:
        raise InputError(
            f"has {row[name]} as {name}; give {'0 or more' if whole else 'a share from 0 to 1'}", where=where
        )
    return value


def _share(row: Mapping[str, str], events: float | None, cases: float | None, where: str) -> float:
    printed = _number(row, "share", where)
    if events is None or cases is None:
        if events is not None:
            raise InputError("has events but no cases", where=where)
        if printed is None:
            raise InputError("has neither a share nor the counts that it follows from", where=where)
        return printed
    if not cases or events > cases:
        raise InputError(f"has {events} events in {cases} cases", where=where)
    if printed is not None and abs(printed - events / cases) > _ROUNDING:
        raise InputError(
            f"says {printed} where {events} of {cases} are {events / cases:.3f}; which is right?", where=where
        )
    return events / cases


def _interval(
    row: Mapping[str, str], events: float | None, cases: float | None, share: float, where: str
) -> Interval | None:
    if events is not None and cases is not None:
        return wilson_interval(int(events), int(cases))
    low, high = _number(row, "low", where), _number(row, "high", where)
    if low is None and high is None:
        return None
    if low is None or high is None or not low <= share <= high:
        raise InputError(
            f"has an interval from {row['low'] or '?'} to {row['high'] or '?'} around {share}", where=where
        )
    return Interval(low=low, high=high)
