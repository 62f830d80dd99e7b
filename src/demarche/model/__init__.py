"""The records that the rooms exchange: frozen, checked when made, standard library only."""

from demarche.model.accuracy import Accuracy, Measure
from demarche.model.coded import CodedDocument
from demarche.model.codes import Act, Status, Voice
from demarche.model.documents import Document, Failure
from demarche.model.findings import Finding, Interval, LeftOut
from demarche.model.ledger import (
    Count,
    LedgerMove,
    LogEntry,
    MoveFilter,
    Occasion,
    OpenMention,
    Overview,
    Taken,
    Verification,
)
from demarche.model.moves import Mention, Move, TimeSpan
from demarche.model.readings import CodedSentence, Reading, ReadMove, ReadSentence
from demarche.model.spans import Span

__all__ = [
    "Accuracy",
    "Act",
    "CodedDocument",
    "CodedSentence",
    "Count",
    "Document",
    "LogEntry",
    "Failure",
    "Finding",
    "Interval",
    "LedgerMove",
    "LeftOut",
    "Measure",
    "Mention",
    "Move",
    "MoveFilter",
    "Occasion",
    "OpenMention",
    "Overview",
    "ReadMove",
    "ReadSentence",
    "Reading",
    "Span",
    "Status",
    "Taken",
    "TimeSpan",
    "Verification",
    "Voice",
]
