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
from demarche.model.outlook import Forecast
from demarche.model.plans import PartyWords, Plan, PlanChange, PlanChanges, PlanPoint, PlanShare
from demarche.model.propositions import Assignment, Content, Proposition
from demarche.model.readings import CodedSentence, Reading, ReadMove, ReadSentence
from demarche.model.spans import Span
from demarche.model.support import Support, SupportRow

__all__ = [
    "Accuracy",
    "Act",
    "Assignment",
    "CodedDocument",
    "CodedSentence",
    "Content",
    "Count",
    "Document",
    "LogEntry",
    "Failure",
    "Finding",
    "Forecast",
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
    "PartyWords",
    "Plan",
    "PlanChange",
    "PlanChanges",
    "PlanPoint",
    "PlanShare",
    "Proposition",
    "ReadMove",
    "ReadSentence",
    "Reading",
    "Span",
    "Status",
    "Support",
    "SupportRow",
    "Taken",
    "TimeSpan",
    "Verification",
    "Voice",
]
