"""The only room that touches a network: guarded requests, feeds, and what is new in feeds and folders. Nothing is fetched unasked."""

from typing import TYPE_CHECKING, Any

from demarche.errors import MissingExtra

if TYPE_CHECKING:
    from demarche.fetching._entries import FeedAdapter
    from demarche.fetching._feeds import Entry, Feed, is_feed, read_feed
    from demarche.fetching._fetcher import Fetcher, fetch
    from demarche.fetching._opml import Subscription, read_opml, write_opml
    from demarche.fetching._settings import FetchSettings
    from demarche.fetching._state import FeedState, State
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

_MODULES = {
    "Entry": "_feeds",
    "Feed": "_feeds",
    "FeedAdapter": "_entries",
    "FeedState": "_state",
    "FetchSettings": "_settings",
    "Fetcher": "_fetcher",
    "RoundCount": "_watch",
    "State": "_state",
    "Subscription": "_opml",
    "Watcher": "_watch",
    "fetch": "_fetcher",
    "fetch_all": "_watch",
    "is_feed": "_feeds",
    "read_feed": "_feeds",
    "read_opml": "_opml",
    "write_opml": "_opml",
}
"""Every document that is read asks the adapter of feeds, which needs none of the rest."""
_NETWORK = frozenset({"_fetcher", "_watch"})
_LIBRARIES = ("httpcore2", "idna", "protego")
"""Some are loaded late, and others come with what the base install needs: all are looked for before anything is asked."""


def __getattr__(name: str) -> Any:
    """Load what is asked for, when it is asked for."""
    from importlib import import_module
    from importlib.util import find_spec

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _MODULES[name] in _NETWORK and any(find_spec(library) is None for library in _LIBRARIES):
        raise MissingExtra("Fetching from the network", "fetch")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
