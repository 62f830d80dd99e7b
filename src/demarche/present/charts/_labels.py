"""Names that fit on an axis, and stay apart there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from demarche.present._marks import show_line

__all__ = ["label_all", "shorten"]


def shorten(words: str, longest: int) -> str:
    """Return words on one line and no longer than that.

    Examples
    --------
    >>> shorten("withdraw all troops", 12)
    'withdraw al\u2026'
    """
    line = show_line(words)
    return line if len(line) <= longest else f"{line[: longest - 1]}\u2026"


def label_all(ids: Iterable[str], name: Callable[[str], str | None], longest: int) -> dict[str, str]:
    """Return a label for each id: its name if it has one, and the id too where two names come out the same.

    Examples
    --------
    >>> label_all(["p1", "p2", "p3"], {"p1": "lift the blockade", "p2": "lift the blockade"}.get, 40)
    {'p1': 'lift the blockade', 'p2': 'lift the blockade (p2)', 'p3': 'p3'}
    """
    labels: dict[str, str] = {}
    for one in dict.fromkeys(ids):
        label = shorten(name(one) or one, longest)
        labels[one] = f"{label} ({one})" if label in labels.values() else label
    return labels
