"""Reviews of stored sheets, as other areas read them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.models import Exclusion, Period, Sheet, Verdict


def verdicts_by_sheet(db: Session, period: Period) -> dict[int, list[Verdict]]:
    """Every verdict of the period, both rounds, by sheet id, in the order of decision; sheets without one are absent."""
    found: dict[int, list[Verdict]] = {}
    of_period = select(Verdict).join(Sheet, Sheet.id == Verdict.sheet_id).where(Sheet.period_id == period.id)
    for verdict in db.scalars(of_period.order_by(Verdict.id)):
        found.setdefault(verdict.sheet_id, []).append(verdict)
    return found


def active_exclusions(db: Session, period: Period) -> dict[int, Exclusion]:
    """The exclusion that bars each unit now, by sheet id: the oldest of those that were not lifted."""
    found: dict[int, Exclusion] = {}
    not_lifted = (
        select(Exclusion)
        .join(Sheet, Sheet.id == Exclusion.sheet_id)
        .where(Sheet.period_id == period.id, Exclusion.lifted_at.is_(None))
    )
    for exclusion in db.scalars(not_lifted.order_by(Exclusion.id)):
        found.setdefault(exclusion.sheet_id, exclusion)
    return found
