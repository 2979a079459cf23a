"""What the round before says of a unit: its result, and figures and official points line by line. DESIGN 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload

from emulation.domain.scoring import SectionScore
from emulation.models import Period, Result, Sheet, Verdict
from emulation.services.results import unit_outcome
from emulation.services.scores import criteria_of, final_verdicts, official_score


@dataclass(frozen=True)
class LastYear:
    """One criterion a year ago: what was declared, and the official points (None: no score)."""

    data: Mapping[str, Any] | None
    points: Decimal | None


def published_before(db: Session, period: Period) -> Period | None:
    """The newest published round before this one."""
    return db.scalar(
        select(Period)
        .join(Result, Result.period_id == Period.id)
        .where(Period.code < period.code)
        .order_by(Period.code.desc())
        .limit(1)
    )


def last_result(db: Session, period: Period, unit_id: int) -> dict[str, Any] | None:
    """The unit's outcome in the newest published round before this one; see `results.unit_outcome`."""
    before = published_before(db, period)
    return unit_outcome(db, before, unit_id) if before is not None else None


def last_year_of(db: Session, sheet: Sheet) -> dict[str, LastYear]:
    """By code, for the criteria that the set of the round before has alike: same family, same code, same rule."""
    old = _sheet_before(db, sheet)
    if old is None:
        return {}
    verdicts = _verdicts_of(db, old)
    entries = {entry.code: entry.data for entry in old.entries}
    then, now = criteria_of(old).by_code, criteria_of(sheet).by_code
    return {
        code: LastYear(entries.get(code), verdicts[code].points if code in verdicts else None)
        for code, criterion in now.items()
        if code in then and then[code].rule == criterion.rule and then[code].max == criterion.max
    }


def last_sections_of(db: Session, sheet: Sheet) -> dict[str, SectionScore]:
    """Official points of the round before by top section, for the sections that hold the same criteria now."""
    old = _sheet_before(db, sheet)
    if old is None:
        return {}
    score, then = official_score(old, _verdicts_of(db, old)), criteria_of(old).section_by_code
    return {
        section.code: score.section(section.code)
        for section in criteria_of(sheet).sections
        if section.code in then
        and {leaf.code: leaf.max for leaf in section.leaves}
        == {leaf.code: leaf.max for leaf in then[section.code].leaves}
    }


def _sheet_before(db: Session, sheet: Sheet) -> Sheet | None:
    """The unit's sheet in the newest published round before, of the same family of sets, with its entries."""
    before = published_before(db, sheet.period)
    if before is None or before.criteria_set.family != sheet.period.criteria_set.family:
        return None
    return db.scalar(
        select(Sheet)
        .where(Sheet.period_id == before.id, Sheet.unit_id == sheet.unit_id)
        .options(
            joinedload(Sheet.period).joinedload(Period.criteria_set),
            selectinload(Sheet.entries),
            raiseload("*", sql_only=True),
        )
    )


def _verdicts_of(db: Session, sheet: Sheet) -> dict[str, Verdict]:
    return final_verdicts(db.scalars(select(Verdict).where(Verdict.sheet_id == sheet.id)))
