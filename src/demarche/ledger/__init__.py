"""The store that only grows: documents, moves, who settled what, and the log that proves it."""

from demarche.ledger._ledger import Ledger

__all__ = ["Ledger"]
