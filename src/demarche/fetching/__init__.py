"""The only room that touches a network: guarded requests, feeds, and what is new in feeds and folders. Nothing is fetched unasked."""

from typing import TYPE_CHECKING, Any

from demarche.errors import MissingExtra
from demarche.fetching._entries import FeedAdapter
from demarche.fetching._feeds import Entry, Feed, is_feed, read_feed
from demarche.fetching._opml import Subscription, read_opml, write_opml
from demarche.fetching._settings import FetchSettings
from demarche.fetching._state import FeedState, State

if TYPE_CHECKING:
    from demarche.fetching._fetcher import Fetcher, fetch
    from demarche.fetching._watch import RoundCount, Watcher, fetch_all

__all__ = [
    "Entry",
    "Feed",
    "FeedAdapter",
    "FeedState",
    "FetchSettings",
    "Fetcher",
    "RoundCount",
    "State",
    "Subscription",
    "Watcher",
    "fetch",
    "fetch_all",
    "is_feed",
    "read_feed",
    "read_opml",
    "write_opml",
]

_NETWORK = {
    "Fetcher": "_fetcher",
    "fetch": "_fetcher",
    "RoundCount": "_watch",
    "Watcher": "_watch",
    "fetch_all": "_watch",
}
_LIBRARIES = ("httpcore2", "idna", "protego")
"""Some are loaded late, and others come with what the base install needs: all are looked for before anything is asked."""


def __getattr__(name: str) -> Any:
    """Load what needs a network library when it is asked for."""
    from importlib import import_module
    from importlib.util import find_spec

    if name not in _NETWORK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if any(find_spec(library) is None for library in _LIBRARIES):
        raise MissingExtra("Fetching from the network", "fetch")
    return getattr(import_module(f"{__name__}.{_NETWORK[name]}"), name)
