"""What an accusation or a denial speaks of: the words of its content, and the acts that they can name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from demarche.analysis.words import stems

__all__ = ["Alleged", "load_alleged", "name_acts"]


@dataclass(frozen=True, slots=True)
class Alleged:
    """The words of our own that say which act a content speaks of."""

    single: Mapping[str, tuple[str, ...]]
    several: Mapping[str, tuple[tuple[frozenset[str], str], ...]]
    order: Mapping[str, int]
    nothing_said: frozenset[str]


@cache
def load_alleged() -> Alleged:
    """Return the words that ship, as stems."""
    data = tomllib.loads(files(__package__).joinpath("alleged.toml").read_text("utf-8"))
    acts = [name for name in data if name != "nothing_said"]
    single: dict[str, list[str]] = {}
    several: dict[str, list[tuple[frozenset[str], str]]] = {}
    for act in acts:
        for entry in _entries(data[act]):
            for stem in entry:
                if len(entry) == 1:
                    single.setdefault(stem, []).append(act)
                else:
                    several.setdefault(stem, []).append((entry, act))
    return Alleged(
        single={stem: tuple(dict.fromkeys(found)) for stem, found in single.items()},
        several={stem: tuple(found) for stem, found in several.items()},
        order={act: place for place, act in enumerate(acts)},
        nothing_said=frozenset().union(*_entries(data["nothing_said"])),
    )


def _entries(words: str) -> list[frozenset[str]]:
    return [found for entry in words.split(",") if (found := stems(entry))]


def name_acts(found: Iterable[str]) -> tuple[str, ...]:
    """Return the acts that the stems of a content can speak of, the likeliest first; none if they name no act.

    Examples
    --------
    >>> name_acts(stems("having shelled the town"))
    ('attack',)
    >>> name_acts(stems("preparing an offensive"))
    ('mobilize',)
    >>> name_acts(stems("betraying the hemisphere"))
    ()
    """
    known = load_alleged()
    held = frozenset(found)
    longer = {pair for stem in held for pair in known.several.get(stem, ()) if pair[0] <= held}
    spoken_for = frozenset().union(*(entry for entry, _ in longer))
    acts = {act: -max(len(entry) for entry, own in longer if own == act) for _, act in longer}
    for stem in held - spoken_for:
        for act in known.single.get(stem, ()):
            acts.setdefault(act, -1)
    return tuple(sorted(acts, key=lambda act: (acts[act], known.order[act])))
