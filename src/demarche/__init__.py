"""Demarche reads what is reported about a conflict and codes who is said to have done what to whom.

``demarche.code(text)`` codes a text, ``code_all(documents)`` a stream, ``relate(text, ...)`` a given pair of parties;
``ingest(documents, Ledger.open(url))`` keeps what is coded; ``group_propositions(ledger)`` puts contents together, and
``frame_moves(ledger)`` gives the frame that the functions of ``demarche.analysis`` take; ``show(coded)`` shows a coded text in a notebook.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demarche.integrations.jupyter import show
    from demarche.ledger import Ledger
    from demarche.pipeline import code, code_all, frame_moves, group_propositions, ingest, load, relate

__all__ = [
    "Ledger",
    "__version__",
    "code",
    "code_all",
    "frame_moves",
    "group_propositions",
    "ingest",
    "load",
    "relate",
    "show",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load the pipeline when it is first asked for, so that the command line starts quickly."""
    if name == "Ledger":
        from demarche.ledger import Ledger

        return Ledger
    if name == "show":
        from demarche.integrations.jupyter import show

        return show
    if name in __all__:
        from demarche import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'demarche' has no attribute {name!r}")
