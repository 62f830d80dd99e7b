"""When a move took or is to take place, as of the day of the report."""

from demarche.dates._document import date_moves
from demarche.dates._phrases import Found, find_times, resolve_phrase

__all__ = ["Found", "date_moves", "find_times", "resolve_phrase"]
