"""Words that give a time -> a date, its precision, and where the words stand.

dateutil does the arithmetic of months, weekdays and Easter. The phrases are our own, because the parsers at hand fail on
those of the press: dateparser 1.5 knows none of "by Thanksgiving", "within 48 hours", "the day before", "in April last year",
"early on Sunday", "by the end of the month", "in late October", and reads "in 2014" as a day and "the 1990s" as yesterday.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.easter import EASTER_ORTHODOX, easter
from dateutil.relativedelta import MO, TH, relativedelta

__all__ = ["Found", "find_times", "resolve_phrase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A time in a text.

    Parameters
    ----------
    start, end
        Offsets of the words.
    date
        ISO date of the precision: ``1962-10-22``, ``1962-10`` or ``1962``; of a week its Monday.
    precision
        ``day``, ``week``, ``month`` or ``year``.
    anchored
        The words count from another time of the text ("the day before"), not from the day of the report.
    """

    start: int
    end: int
    date: str
    precision: str
    anchored: bool


_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_DAYS |= {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
_NUMBERS = {
    name: number
    for number, name in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        start=1,
    )
} | {"a": 1, "an": 1, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90, "a couple of": 2}

_N = r"(?P<n>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")"
_UNIT = r"(?P<unit>minute|hour|day|night|evening|week|fortnight|month|year|decade)s?"
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
_WEEKDAY = r"(?P<weekday>" + "|".join(sorted(_DAYS, key=len, reverse=True)) + r")\b\.?"
_PART = r"(?:\s+(?:morning|noon|afternoon|evening|night|at\s+(?:noon|midnight)))?"
_EARLY = r"(?:(?:early|late|later|earlier|at\s+(?:noon|midnight|dawn|dusk))\s+)?(?:on\s+)?"

Direction = str
"""``past`` for reports, ``future`` for plans and deadlines."""

_HOLIDAYS: dict[str, Callable[[int], date]] = {
    "thanksgiving": lambda year: date(year, 11, 1) + relativedelta(weekday=TH(4)),
    "christmas eve": lambda year: date(year, 12, 24),
    "orthodox christmas": lambda year: date(year, 1, 7),
    "christmas": lambda year: date(year, 12, 25),
    "new year's eve": lambda year: date(year, 12, 31),
    "new year's day": lambda year: date(year, 1, 1),
    "new year": lambda year: date(year, 1, 1),
    "orthodox easter": lambda year: easter(year, EASTER_ORTHODOX),
    "easter": lambda year: easter(year),
    "good friday": lambda year: easter(year) - timedelta(days=2),
    "palm sunday": lambda year: easter(year) - timedelta(days=7),
    "victory day": lambda year: date(year, 5, 9),
    "may day": lambda year: date(year, 5, 1),
    "labor day": lambda year: date(year, 9, 1) + relativedelta(weekday=MO(1)),
    "memorial day": lambda year: date(year, 5, 31) + relativedelta(weekday=MO(-1)),
    "armistice day": lambda year: date(year, 11, 11),
    "bastille day": lambda year: date(year, 7, 14),
    "the fourth of july": lambda year: date(year, 7, 4),
}
_HOLIDAY = r"(?P<holiday>" + "|".join(sorted(_HOLIDAYS, key=len, reverse=True)).replace("'", "['\u2019]") + r")"


@dataclass(frozen=True, slots=True)
class _Context:
    base: date
    anchor: date | None
    direction: Direction


_Result = tuple[date, str] | None


def _number(words: str) -> int:
    return int(words) if words.isdigit() else _NUMBERS[words.lower()]


def _shift(start: date, unit: str, count: int) -> _Result:
    unit = unit.lower()
    try:
        if unit in ("minute", "hour"):
            days = count if unit == "minute" else round(count / 24)
            return start + timedelta(days=0 if unit == "minute" else days), "day"
        if unit in ("day", "night", "evening"):
            return start + timedelta(days=count), "day"
        if unit in ("week", "fortnight"):
            return start + timedelta(weeks=count * (2 if unit == "fortnight" else 1)), "day"
        if unit == "month":
            return start + relativedelta(months=count), "month"
        return start + relativedelta(years=count * (10 if unit == "decade" else 1)), "year"
    except (ValueError, OverflowError):
        return None  # a date before the year 1 or after 9999


def _resolve_weekday(match: re.Match[str], context: _Context) -> _Result:
    wanted = _DAYS[match["weekday"].lower()]
    which = " ".join((match["which"] or "").lower().split())
    ahead = (wanted - context.base.weekday()) % 7
    if which in ("next", "coming", "this coming"):
        return context.base + timedelta(days=ahead or 7), "day"
    behind = (context.base.weekday() - wanted) % 7
    if which in ("last", "past", "this past"):
        return context.base - timedelta(days=behind or 7), "day"
    future = context.direction == "future"
    return context.base + timedelta(days=ahead if future else -behind), "day"


def _resolve_day(match: re.Match[str], context: _Context) -> _Result:
    """Resolve a day of a month, with its year or without."""
    month, day = _MONTHS[match["month"].lower().rstrip(".")], int(match["day"])
    years = [int(match["year"])] if match["year"] else _years(context)
    which = (match["whose"] or "").lower()
    if which:
        years = [context.base.year + {"last": -1, "this": 0, "next": 1}[which]]
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if len(years) == 1 or _fits(found, context) or _is_soon(found, context):
            return found, "day"
    return None


def _is_soon(found: date, context: _Context) -> bool:
    """Tell whether a day without a year lies just ahead: in October "scheduled for December 24" is not of last year."""
    return 0 < (found - context.base).days <= 100


def _years(context: _Context) -> list[int]:
    year = context.base.year
    return [year, year + 1] if context.direction == "future" else [year, year - 1]


def _fits(found: date, context: _Context) -> bool:
    if context.direction == "future":
        return found >= context.base - timedelta(days=1)
    return found <= context.base + timedelta(days=1)


def _resolve_month(match: re.Match[str], context: _Context) -> _Result:
    month = _MONTHS[match["month"].lower().rstrip(".")]
    which, whose = (match["which"] or "").lower(), (match["whose"] or "").lower()
    if match["year"]:
        return date(int(match["year"]), month, 1), "month"
    if whose:
        return date(context.base.year + {"last": -1, "this": 0, "next": 1}[whose], month, 1), "month"
    before = month < context.base.month
    if which == "last":
        return date(context.base.year - (0 if before else 1), month, 1), "month"
    if which == "next" or (context.direction == "future" and which != "this"):
        return date(
            context.base.year + (1 if before or (which == "next" and month == context.base.month) else 0), month, 1
        ), "month"
    return date(context.base.year - (1 if month > context.base.month and which != "this" else 0), month, 1), "month"


def _resolve_iso(match: re.Match[str], context: _Context) -> _Result:
    try:
        return date.fromisoformat(match["iso"]), "day"
    except ValueError:
        return None


def _resolve_year(match: re.Match[str], context: _Context) -> _Result:
    return date(int(match["year"]), 1, 1), "year"


def _resolve_today(match: re.Match[str], context: _Context) -> _Result:
    words = " ".join(match.group().lower().split())
    if "yesterday" in words or words.startswith("last") or "overnight" in words:
        earlier = 2 if "before yesterday" in words else 1
        return context.base - timedelta(days=earlier), "day"
    if "tomorrow" in words:
        return context.base + timedelta(days=2 if "after tomorrow" in words else 1), "day"
    return context.base, "day"


def _resolve_period(match: re.Match[str], context: _Context) -> _Result:
    """Resolve last week, this month, next year."""
    which = {"previous": "last", "coming": "next", "following": "next"}.get(
        match["which"].lower(), match["which"].lower()
    )
    step = {"last": -1, "this": 0, "current": 0, "next": 1}[which]
    unit = match["unit"].lower()
    if unit in ("week", "weekend", "week-end"):
        monday = context.base - timedelta(days=context.base.weekday())
        return monday + timedelta(weeks=step), "week"
    if unit == "month":
        return context.base.replace(day=1) + relativedelta(months=step), "month"
    return date(context.base.year + step, 1, 1), "year"


def _resolve_weekend(match: re.Match[str], context: _Context) -> _Result:
    ahead = (5 - context.base.weekday()) % 7
    saturday = context.base + timedelta(days=ahead)
    back = context.direction != "future" and saturday > context.base
    return saturday - timedelta(days=7 if back else 0), "day"


def _resolve_ago(match: re.Match[str], context: _Context) -> _Result:
    return _shift(context.base, match["unit"], -_number(match["n"]))


def _resolve_within(match: re.Match[str], context: _Context) -> _Result:
    if context.direction != "future":
        return None  # "was destroyed within three days" is how long it took
    shifted = _shift(context.base, match["unit"], _number(match["n"]))
    return shifted and (shifted[0], "day")


def _resolve_anchored(match: re.Match[str], context: _Context) -> _Result:
    start = context.anchor or context.base
    words = " ".join(match.group().lower().split())
    if "same" in words or words.startswith("that"):
        return start, "day"
    groups = match.groupdict()
    count = _number(groups["n"]) if groups.get("n") else 1
    later = re.search(r"later|after|following|next", words)
    return _shift(start, groups.get("unit") or "day", count if later else -count)


def _resolve_hours(match: re.Match[str], context: _Context) -> _Result:
    return context.anchor or context.base, "day"


def _resolve_end(match: re.Match[str], context: _Context) -> _Result:
    """Resolve the end of the month, of next year, of October."""
    base, which = context.base, (match["which"] or "").lower()
    step = {"next": 1, "last": -1}.get(which, 0)
    if match["month"]:
        month = _MONTHS[match["month"].lower().rstrip(".")]
        year = int(match["year"]) if match["year"] else base.year + (1 if month < base.month else 0)
        return date(year, month, calendar.monthrange(year, month)[1]), "day"
    unit = match["unit"].lower()
    if unit == "week":
        return base - timedelta(days=base.weekday()) + timedelta(days=6, weeks=step), "day"
    if unit == "month":
        return base.replace(day=1) + relativedelta(months=step + 1) - timedelta(days=1), "day"
    year = int(match["year"]) if match["year"] else base.year + step
    return date(year, 12, 31), "day"


def _resolve_holiday(match: re.Match[str], context: _Context) -> _Result:
    make = _HOLIDAYS[match["holiday"].lower().replace("\u2019", "'")]
    if match["year"]:
        return make(int(match["year"])), "day"
    which = (match["which"] or "").lower()
    future = which == "next" or (context.direction == "future" and which != "last")
    context = _Context(context.base, None, "future" if future else "past")
    return next(((found, "day") for found in map(make, _years(context)) if _fits(found, context)), None)


_WHOSE = r"(?:\s+(?:of\s+)?(?P<whose>last|this|next)\s+year)?"
_BEFORE_YEAR = r"(?:in|since|by|until|till|during|from|before|after|of|through|between|as\s+early\s+as)"
_FORMS: tuple[tuple[str, Callable[[re.Match[str], _Context], _Result], bool], ...] = (
    (r"(?P<iso>\d{4}-\d\d-\d\d)", _resolve_iso, False),
    (rf"(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?{_WHOSE}", _resolve_day, False),
    (rf"{_MONTH}\s+{_DAY}\b(?:,?\s+{_YEAR})?{_WHOSE}", _resolve_day, False),
    (
        rf"(?:the\s+)?(?:end|close|last\s+day)\s+of\s+(?:(?:the|this|(?P<which>next|last))\s+)?"
        rf"(?:(?P<unit>week|month|year)|{_MONTH}(?:\s+{_YEAR})?)",
        _resolve_end,
        False,
    ),
    (
        rf"(?:end|close)\s+of\s+{_YEAR}(?P<which>)(?P<month>)(?P<unit>)",
        lambda m, c: (date(int(m["year"]), 12, 31), "day"),
        False,
    ),
    (rf"(?:(?P<which>last|next|this)\s+)?{_HOLIDAY}(?:(?:\s+day)?,?\s+{_YEAR})?", _resolve_holiday, False),
    (
        rf"{_EARLY}(?:(?P<which>last|this\s+past|past|next|this\s+coming|coming|this)\s+)?{_WEEKDAY}{_PART}",
        _resolve_weekday,
        False,
    ),
    (
        rf"(?:(?P<which>last|next|this)\s+)?(?:(?:early|late|mid)[-\s]+)?(?:(?:the\s+)?(?:beginning|start|middle|course)\s+of\s+)?"
        rf"{_MONTH}(?!\s+\d{{1,2}}\b)(?:\s+(?:of\s+)?{_YEAR})?{_WHOSE}",
        _resolve_month,
        False,
    ),
    (
        r"the\s+day\s+(?:before\s+yesterday|after\s+tomorrow)|(?:early\s+|late\s+)?(?:yesterday|tomorrow|today|tonight)(?:\s+(?:morning|afternoon|evening|night))?"
        r"|last\s+(?:night|evening)|this\s+(?:morning|afternoon|evening)|overnight",
        _resolve_today,
        False,
    ),
    (
        r"(?P<which>last|previous|this|current|next|coming|following)\s+(?P<unit>week(?!-?ends?\b)|month"
        r"|year)\b",
        _resolve_period,
        False,
    ),
    (r"(?:over|during|at|on|by|before)\s+the\s+(?:past\s+|last\s+)?week-?end|this\s+week-?end", _resolve_weekend, False),
    (rf"(?:(?:some|about|nearly|almost|more\s+than|over)\s+)?{_N}\s+{_UNIT}\s+ago", _resolve_ago, False),
    (
        rf"(?:with)?in\s+(?:the\s+next\s+)?{_N}[\s-]+{_UNIT}(?:['\u2019]s?\s+time)?(?!\s+(?:before|after|later"
        rf"|earlier|of))",
        _resolve_within,
        False,
    ),
    (
        r"(?:a\s+few|some|several)\s+(?:minutes|hours)\s+(?:later|earlier|before|after)|(?:earlier|later)\s+"
        r"(?:that|in\s+the|on\s+the\s+same)\s+day",
        _resolve_hours,
        True,
    ),
    (rf"{_N}\s+{_UNIT}\s+(?:later|earlier|before(?!\s+\w)|after(?!\s+\w)|previously)", _resolve_anchored, True),
    (
        r"the\s+(?:same|following|next|previous|preceding)\s+(?P<unit>day|night|evening|morning|afternoon"
        r"|week|month|year)",
        _resolve_anchored,
        True,
    ),
    (
        r"the\s+(?P<unit>day|night|evening|week|month|year)\s+(?:before|after)(?!\s+(?:yesterday|tomorrow))"
        r"|that\s+(?:same\s+)?(?:day|night|evening|morning|afternoon)",
        _resolve_anchored,
        True,
    ),
    (
        rf"(?:(?<=in\s)|(?<=since\s)|(?<=by\s)|(?<=until\s)|(?<=from\s)|(?<=during\s)|(?<=before\s)|"
        rf"(?<=after\s)){_YEAR}(?![-\d])",
        _resolve_year,
        False,
    ),
)  # fmt: skip

_PATTERNS = tuple(
    (re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), resolve, anchored)
    for pattern, resolve, anchored in _FORMS
)
_BARE_YEAR = re.compile(rf"(?:\w+\s+)?{_YEAR}", re.IGNORECASE)
_MONTH_WORD = re.compile(r"(?:may|march|mar|sun|sat|wed|mon|jan|dec)\.?\Z", re.IGNORECASE)


def find_times(text: str, *, base: date, direction: Direction = "past", anchor: date | None = None) -> Iterator[Found]:
    """Yield the times that a text names, in order, none overlapping another.

    Parameters
    ----------
    base
        The day of the report.
    direction
        ``past`` for reports, ``future`` for plans and deadlines: which Thursday "on Thursday" is.
    anchor
        The time that the text spoke of before, from which "the day before" counts; `base` if None.

    Examples
    --------
    >>> found = find_times("It met on Thursday, two days ago.", base=date(1962, 10, 27))
    >>> [(time.date, time.precision) for time in found]
    [('1962-10-25', 'day'), ('1962-10-25', 'day')]
    """
    context = _Context(base, anchor, direction)
    taken = 0
    for start, end, match, resolve, anchored in sorted(_matches(text), key=lambda found: (found[0], -found[1])):
        if start < taken or _is_other_word(match):
            continue
        try:
            resolved = resolve(match, context)
        except (ValueError, OverflowError):
            continue  # a day before the year 1 or after 9999
        if resolved:
            taken = end
            yield _found(start, end, resolved, anchored=anchored)


def resolve_phrase(words: str, *, base: date, direction: Direction, anchor: date | None = None) -> Found | None:
    """Return the time that a phrase gives, None where it gives none that can be told ("soon", "for eighteen months").

    Of several the first is taken: "on Monday and Tuesday" began on Monday.

    Examples
    --------
    >>> resolve_phrase("by Thanksgiving", base=date(2025, 11, 21), direction="future").date
    '2025-11-27'
    """
    found = next(find_times(words, base=base, direction=direction, anchor=anchor), None)
    if found:
        return found
    year = _BARE_YEAR.fullmatch(words.strip())
    return _found(0, len(words), (date(int(year["year"]), 1, 1), "year"), anchored=False) if year else None


def _matches(
    text: str,
) -> Iterator[tuple[int, int, re.Match[str], Callable[[re.Match[str], _Context], _Result], bool]]:
    for pattern, resolve, anchored in _PATTERNS:
        for match in pattern.finditer(text):
            yield match.start(), match.end() - match.group().endswith("."), match, resolve, anchored


def _is_other_word(match: re.Match[str]) -> bool:
    """Tell whether "may", "march", "sun" ... is a verb or a noun here, not a month or a day."""
    groups = match.groupdict()
    word = groups.get("month") or groups.get("weekday") or ""
    if not word:
        return False
    if not word[0].isupper():
        return True
    if not _MONTH_WORD.match(word) or groups.get("day") or groups.get("year") or match.group() != word:
        return False
    before = match.string[: match.start()].rstrip()
    return not re.search(r"\b(?:in|since|by|until|till|last|next|of|during|from|early|late)\Z", before, re.IGNORECASE)


def _found(start: int, end: int, resolved: tuple[date, str], *, anchored: bool) -> Found:
    day, precision = resolved
    length = {"year": 4, "month": 7}.get(precision, 10)
    return Found(start=start, end=end, date=day.isoformat()[:length], precision=precision, anchored=anchored)
