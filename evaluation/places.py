"""Scores ``demarche.places`` on phrases for places, with what they mean, in ``evaluation/places.tsv``.

    python evaluation/places.py [--half dev|held-out|all] [--gold FILE] [--show]

Columns: the words; the parties (near); the countries that are right, the middle and the tolerance in kilometres, or
nothing where no place is right. The held-out half was scored once, at the end. A phrase is right if the place lies
within the tolerance and in one of those countries, or if there is none and none is found; wrong if another is found;
unknown if none is found where there is one. Intervals are Wilson's, 95 %. ``evaluation/places_towns.tsv`` has towns of
many conflicts, written when all else was done and scored as it was.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from demarche.places import Lookup, look_up

_GOLD = Path(__file__).with_name("places.tsv")
_HALVES = ("dev", "held-out")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A line of the gold data; `where` is latitude, longitude and tolerance, None where no place is right."""

    words: str
    near: tuple[str, ...]
    countries: tuple[str, ...]
    where: tuple[float, float, float] | None

    @property
    def half(self) -> str:
        """Which half it belongs to, by the hash of words and parties."""
        digest = hashlib.sha256(f"{self.words}|{' '.join(self.near)}".encode()).hexdigest()
        return _HALVES[int(digest, 16) % 2]


def main() -> None:
    """Print accuracy, and wrong and unknown apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=(*_HALVES, "all"), default="dev")
    parser.add_argument("--gold", type=Path, default=_GOLD)
    parser.add_argument("--show", action="store_true", help="what is not right, line by line")
    arguments = parser.parse_args()
    counts: dict[str, Counter[str]] = {"a place": Counter(), "no place": Counter()}
    for phrase in read_gold(arguments.gold):
        if arguments.half in (phrase.half, "all"):
            found = look_up(phrase.words, near=phrase.near)
            verdict = judge(phrase, found)
            counts["a place" if phrase.where else "no place"][verdict] += 1
            if arguments.show and verdict != "right":
                print(verdict, phrase, found, sep="\t")
    for line in report(counts):
        print(line)


def read_gold(path: Path = _GOLD) -> Iterator[Phrase]:
    """Yield the phrases of the gold data."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            latitude = row["latitude"].strip()
            where = (float(latitude), float(row["longitude"]), float(row["km"])) if latitude else None
            yield Phrase(row["words"], tuple(row["near"].split()), tuple(row["country"].split()), where)


def judge(phrase: Phrase, found: Lookup) -> str:
    """Return right, wrong or unknown."""
    if found.place is None:
        return "unknown" if phrase.where else "right"
    if phrase.where is None:
        return "wrong"
    latitude, longitude, tolerance = phrase.where
    near = kilometres(latitude, longitude, found.place.latitude, found.place.longitude) <= tolerance
    return "right" if near and (not phrase.countries or found.place.country in phrase.countries) else "wrong"


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the distance on a sphere."""
    north, east = radians(other_latitude - latitude) / 2, radians(other_longitude - longitude) / 2
    chord = sin(north) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east) ** 2
    return 12_742 * asin(min(1.0, sqrt(chord)))


def report(counts: dict[str, Counter[str]]) -> Iterator[str]:
    """Yield a line for phrases with a place, for those without, and for all."""
    for name, counter in [*counts.items(), ("all", sum_up(counts.values()))]:
        total = counter.total()
        shares = (f"{verdict} {share(counter[verdict], total)}" for verdict in ("right", "wrong", "unknown"))
        yield f"{name} ({total}): " + ", ".join(shares)


def sum_up(counters: Iterable[Counter[str]]) -> Counter[str]:
    """Return the sum of counters."""
    return sum(counters, Counter())


def share(count: int, total: int, z: float = 1.96) -> str:
    """Return a share with its interval (Wilson)."""
    if not total:
        return "-"
    part, extra = count / total, z * z / total
    middle = (part + extra / 2) / (1 + extra)
    half = z * sqrt(part * (1 - part) / total + extra / (4 * total)) / (1 + extra)
    return f"{part:.3f} [{max(0.0, middle - half):.3f}, {min(1.0, middle + half):.3f}]"


if __name__ == "__main__":
    main()
