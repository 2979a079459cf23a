"""The tables, one module per aggregate; importing this package loads them all."""

from emulation.models.criteria import CriteriaSet
from emulation.models.drafts import Comment, CommentOutcome, Draft, DraftChange, DraftNode, DraftState
from emulation.models.evidence import Citation, Evidence
from emulation.models.history import History
from emulation.models.people import Role, SignIn, User
from emulation.models.periods import Cluster, Extension, Period, PhaseWindow
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
from emulation.models.sheets import Entry, ReturnedLine, Sheet
from emulation.models.units import Unit

__all__ = [
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
    "Draft",
    "DraftChange",
    "DraftNode",
    "DraftState",
    "Entry",
    "Evidence",
    "Exclusion",
    "Explanation",
    "Extension",
    "History",
    "Mark",
    "Method",
    "Outcome",
    "Period",
    "PhaseWindow",
    "Result",
    "ReturnedLine",
    "Review",
    "Role",
    "Seat",
    "SeatRole",
    "Sheet",
    "SignIn",
    "Unit",
    "User",
    "Verdict",
    "VerdictRound",
]
