"""The records that the rooms exchange: frozen, checked when made, standard library only."""

from demarche.model.accuracy import Accuracy, Measure
from demarche.model.coded import CodedDocument
from demarche.model.codes import Act, Status, Voice
from demarche.model.custody import Custody, Kept, Raw, RawCheck
from demarche.model.documents import Document, Failure
from demarche.model.exchange import Place, SourcedMove
from demarche.model.findings import Finding, Interval, LeftOut
from demarche.model.ledger import (
    UNKNOWN,
    Count,
    DocumentRow,
    LedgerMove,
    LogEntry,
    MoveFilter,
    Occasion,
    OpenMention,
    Overview,
    SearchHit,
    SentenceMark,
    Taken,
    Verification,
)
from demarche.model.moves import Mention, Move, TimeSpan
from demarche.model.outlook import Forecast
from demarche.model.parts import Part
from demarche.model.plans import PartyWords, Plan, PlanChange, PlanChanges, PlanPoint, PlanShare
from demarche.model.propositions import Assignment, Content, Proposition
from demarche.model.readings import CodedSentence, Reading, ReadMove, ReadSentence
from demarche.model.reviews import (
    QUEUES,
    STRATA,
    VERDICTS,
    Agreement,
    AgreementMeasure,
    MeasuredAct,
    MeasuredError,
    MeasuredShare,
    ReviewCount,
    ReviewProgress,
    ReviewSample,
    ReviewTask,
    SentenceReview,
)
from demarche.model.spans import Span
from demarche.model.support import Support, SupportRow
from demarche.model.timeline import STEPS, Timeline, TimelineCell

__all__ = [
    "Accuracy",
    "Act",
    "Agreement",
    "AgreementMeasure",
    "Assignment",
    "CodedDocument",
    "CodedSentence",
    "Content",
    "Count",
    "Custody",
    "Document",
    "DocumentRow",
    "Failure",
    "Finding",
    "Forecast",
    "Interval",
    "Kept",
    "LedgerMove",
    "LeftOut",
    "LogEntry",
    "Measure",
    "MeasuredAct",
    "MeasuredError",
    "MeasuredShare",
    "Mention",
    "Move",
    "MoveFilter",
    "Occasion",
    "OpenMention",
    "Overview",
    "Part",
    "PartyWords",
    "Plan",
    "PlanChange",
    "PlanChanges",
    "PlanPoint",
    "PlanShare",
    "Place",
    "Proposition",
    "QUEUES",
    "Reading",
    "Raw",
    "RawCheck",
    "ReadMove",
    "ReadSentence",
    "ReviewCount",
    "ReviewProgress",
    "ReviewSample",
    "ReviewTask",
    "SearchHit",
    "SentenceMark",
    "SentenceReview",
    "SourcedMove",
    "Span",
    "Status",
    "STEPS",
    "STRATA",
    "Support",
    "SupportRow",
    "Taken",
    "Timeline",
    "TimelineCell",
    "TimeSpan",
    "UNKNOWN",
    "VERDICTS",
    "Verification",
    "Voice",
]
