"""The tables, one module per aggregate; importing this package loads them all."""

from emulation.models.criteria import CriteriaSet
from emulation.models.drafts import Comment, CommentOutcome, Draft, DraftChange, DraftNode, DraftState
from emulation.models.evidence import Citation, Evidence, EvidenceRevision, Upload
from emulation.models.history import History
from emulation.models.indicators import Indicator, IndicatorValue, Stance
from emulation.models.people import Role, SignIn, User
from emulation.models.periods import Cluster, Extension, Period, PhaseWindow
from emulation.models.reminders import Delivery, Reminder
from emulation.models.results import (
    Award,
    AwardKind,
    AwardScope,
    Certificate,
    CertificateStatus,
    Decision,
    Result,
)
from emulation.models.reviews import (
    Completion,
    Conflict,
    Council,
    CouncilCluster,
    Exclusion,
    Explanation,
    Mark,
    Method,
    Outcome,
    Review,
    Seat,
    SeatRole,
    Verdict,
    VerdictRound,
)
from emulation.models.sheets import Entry, ReturnedLine, Sheet, TakenFrom
from emulation.models.team import Assignment, Remark, SignedScan
from emulation.models.units import Unit

__all__ = [
    "Assignment",
    "Award",
    "AwardKind",
    "AwardScope",
    "Certificate",
    "CertificateStatus",
    "Citation",
    "Cluster",
    "Comment",
    "CommentOutcome",
    "Completion",
    "Conflict",
    "Council",
    "CouncilCluster",
    "CriteriaSet",
    "Decision",
    "Delivery",
    "Draft",
    "DraftChange",
    "DraftNode",
    "DraftState",
    "Entry",
    "Evidence",
    "EvidenceRevision",
    "Exclusion",
    "Explanation",
    "Extension",
    "History",
    "Indicator",
    "IndicatorValue",
    "Mark",
    "Method",
    "Outcome",
    "Period",
    "PhaseWindow",
    "Remark",
    "Reminder",
    "Result",
    "ReturnedLine",
    "Review",
    "Role",
    "Seat",
    "SeatRole",
    "Sheet",
    "SignIn",
    "SignedScan",
    "Stance",
    "TakenFrom",
    "Unit",
    "Upload",
    "User",
    "Verdict",
    "VerdictRound",
]
