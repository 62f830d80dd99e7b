"""The interval of a share."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from demarche.errors import InputError
from demarche.model import Interval

__all__ = ["wilson_interval"]


def wilson_interval(events: int, cases: int, *, level: float = 0.95) -> Interval:
    """Return Wilson's score interval of events / cases; 0 to 1 where there are no cases.

    (p + z²/2n ± z sqrt(p(1 - p)/n + z²/4n²)) / (1 + z²/n), Wilson (1927), Journal of the American Statistical Association 22. It
    takes the cases as independent.

    Raises
    ------
    InputError
        If there are more events than cases, or fewer than none.

    Examples
    --------
    >>> found = wilson_interval(8, 17)
    >>> round(found.low, 3), round(found.high, 3)
    (0.262, 0.69)
    """
    if not 0 <= events <= cases:
        raise InputError(f"{events} of {cases} is no share")
    if not cases:
        return Interval(low=0.0, high=1.0, level=level)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share, wide = events / cases, 1 + z * z / cases
    middle = (share + z * z / (2 * cases)) / wide
    half = z * sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases)) / wide
    # At 0 and 1 the ends are the share itself; rounding must not put them beyond it.
    return Interval(low=min(share, max(0.0, middle - half)), high=max(share, min(1.0, middle + half)), level=level)
