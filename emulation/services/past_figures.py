"""What the newest published round says about one criterion of a draft: its figures under the new rule, its worth."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from emulation.domain.criteria import Criterion
from emulation.domain.lean_candidates import Candidate
from emulation.domain.lean_items import Item
from emulation.domain.trial import Trial, trial
from emulation.models import Period
from emulation.services.lean import lean_of
from emulation.services.results import newest_published, published


@dataclass(frozen=True)
class Past:
    """`code` is the criterion of that round: the same, or the one that the draft's criterion replaces."""

    period: Period
    code: str
    trial: Trial
    item: Item
    candidate: Candidate | None


def past_of(db: Session, criterion: Criterion, precision: int) -> Past | None:
    """None where no round is published yet, or its set has no such criterion."""
    period = newest_published(db)
    sealed = published(db, period) if period is not None else None
    if period is None or sealed is None:
        return None
    known = sealed.ranking.criteria.by_code
    codes = [code for code in (criterion.code, *criterion.replaces) if code in known]
    report = lean_of(db, period) if codes else None
    if report is None:
        return None
    code = codes[0]
    candidate = next((one for one in report.candidates if one.code == code), None)
    return Past(period, code, trial(criterion, sealed.entries(code), precision), report.by_code[code], candidate)
