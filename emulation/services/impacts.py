"""A sealed round under another criteria set: its facts as `domain/rescoring.py` wants them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain import results as domain
from emulation.domain import snapshot
from emulation.domain.criteria import CriteriaSet
from emulation.domain.impact import Impact, impact
from emulation.domain.rescoring import LastYear
from emulation.domain.scoring import Scorer
from emulation.models import Period, Result


def impact_of(db: Session, period: Period, criteria: CriteriaSet) -> Impact | None:
    """The published result of a round ranked under another set, published or draft; None before it is published."""
    row = db.scalar(select(Result).where(Result.period_id == period.id))
    if row is None:
        return None
    facts = snapshot.facts_of(row.snapshot)
    return impact(facts.criteria, criteria, last_year(facts))


def last_year(facts: domain.RoundFacts) -> list[LastYear]:
    """Every unit of a sealed round with the points that councils decided and the entries it declared."""
    scorer = Scorer(facts.criteria)
    return [
        LastYear(
            unit.code,
            unit.short_name,
            str(unit.cluster),
            domain.official_score(scorer, unit),
            {code: line.entry for code, line in unit.lines.items() if line.entry is not None},
            frozenset(unit.tags),
            unit.exclusions[0].title if unit.exclusions else None,
            is_official=True,
        )
        for unit in facts.units
    ]
