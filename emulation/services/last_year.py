"""What the round before says of a unit: its result, and figures and official points line by line. DESIGN 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload

from emulation.domain.scoring import SectionScore
from emulation.models import Citation, Entry, Evidence, Period, Result, Sheet, Verdict
from emulation.services.results import unit_outcome
from emulation.services.scores import criteria_of, final_verdicts, official_score


@dataclass(frozen=True)
class LastYear:
    """One criterion a year ago: what was declared and explained, and the official points (None: no score)."""

    data: Mapping[str, Any] | None
    points: Decimal | None
    explanation: str = ""
    entry_id: int | None = field(default=None, compare=False)


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
    old = sheet_before(db, sheet)
    if old is None:
        return {}
    verdicts = _verdicts_of(db, old)
    entries = {entry.code: entry for entry in old.entries}
    found = {}
    for code in alike(old, sheet):
        entry, points = entries.get(code), verdicts[code].points if code in verdicts else None
        found[code] = LastYear(entry.data, points, entry.explanation, entry.id) if entry else LastYear(None, points)
    return found


def last_evidence(db: Session, before: LastYear) -> list[str]:
    """What was cited a year ago for that criterion: titles with their number, in the order of citing."""
    if before.entry_id is None:
        return []
    rows = db.execute(
        select(Evidence.title, Evidence.document_number)
        .join(Citation, Citation.evidence_id == Evidence.id)
        .where(Citation.entry_id == before.entry_id)
        .order_by(Citation.id)
    )
    return [f"{title} ({number})" if number and number not in title else title for title, number in rows]


def sheet_before(db: Session, sheet: Sheet, *, with_evidence: bool = False) -> Sheet | None:
    """The unit's sheet in the newest published round before, if that had a set of the same family."""
    before = published_before(db, sheet.period)
    if before is None or before.criteria_set.family != sheet.period.criteria_set.family:
        return None
    nothing_more = raiseload("*", sql_only=True)
    entries = selectinload(Sheet.entries)
    if with_evidence:
        cited = selectinload(Entry.citations).joinedload(Citation.evidence, innerjoin=True).options(nothing_more)
        entries = entries.options(cited)
    return db.scalar(
        select(Sheet)
        .where(Sheet.period_id == before.id, Sheet.unit_id == sheet.unit_id)
        .options(joinedload(Sheet.period).joinedload(Period.criteria_set), entries, nothing_more)
    )


def alike(old: Sheet, new: Sheet) -> list[str]:
    """The criteria that both sets have with the same code, rule and maximum, in the order of the new one."""
    then, now = criteria_of(old).by_code, criteria_of(new).by_code
    return [
        code
        for code, criterion in now.items()
        if code in then and then[code].rule == criterion.rule and then[code].max == criterion.max
    ]


def last_sections_of(db: Session, sheet: Sheet) -> dict[str, SectionScore]:
    """Official points of the round before by top section, for the sections that hold the same criteria now."""
    old = sheet_before(db, sheet)
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


def _verdicts_of(db: Session, sheet: Sheet) -> dict[str, Verdict]:
    return final_verdicts(db.scalars(select(Verdict).where(Verdict.sheet_id == sheet.id)))
