"""Periods: finding them, and the clock of a unit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Clock
from emulation.models import Extension, Period


def newest_period(db: Session) -> Period | None:
    """The period that people work in: the one with the highest code, "2021-2022" after "2020-2021"."""
    return db.scalar(select(Period).order_by(Period.code.desc()).limit(1))


def all_periods(db: Session) -> list[Period]:
    """Every period, newest first."""
    return list(db.scalars(select(Period).order_by(Period.code.desc())))


def load_period(db: Session, code: str) -> Period | None:
    """The period of a URL."""
    return db.scalar(select(Period).where(Period.code == code))


def clock_of(db: Session, period: Period, unit_id: int, *, now: datetime) -> Clock:
    """The close of the current phase for this unit, with its extension if it has one."""
    window = period.window(period.phase)
    extended_to = db.scalar(
        select(func.max(Extension.closes_at)).where(
            Extension.period_id == period.id, Extension.unit_id == unit_id, Extension.phase == period.phase
        )
    )
    return Clock(now, window.closes_at if window else None, extended_to)
