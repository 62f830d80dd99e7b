"""The factor of a 95 % interval from few parts."""

from __future__ import annotations

__all__ = ["t_factor"]

_NORMAL = 1.959963985
_EXACT = {1: 12.706205, 2: 4.302653}


def t_factor(freedom: int) -> float:
    """Return the 97.5 % point of Student's t; 1.96 for many degrees of freedom.

    Fisher and Cornish (1960), Technometrics 2, four terms: right to 1 % from 3 degrees on; 1 and 2 are exact.

    Examples
    --------
    >>> [round(t_factor(freedom), 2) for freedom in (1, 5, 9, 30)]
    [12.71, 2.57, 2.26, 2.04]
    """
    if freedom in _EXACT:
        return _EXACT[freedom]
    z, square = _NORMAL, _NORMAL * _NORMAL
    terms = (
        (square + 1) / 4,
        ((5 * square + 16) * square + 3) / 96,
        (((3 * square + 19) * square + 17) * square - 15) / 384,
        ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92160,
    )
    more: float = sum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))
    return z * (1 + more)
