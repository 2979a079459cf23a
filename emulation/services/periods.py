"""Periods: finding them, and the clock of a unit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload, raiseload

from emulation.domain.names import name_key
from emulation.domain.workflow import Clock, Phase
from emulation.models import Cluster, Extension, Period, Sheet


def newest_period(db: Session) -> Period | None:
    """The period that people work in: the one with the highest code, "2021-2022" after "2020-2021"."""
    return db.scalar(select(Period).order_by(Period.code.desc()).limit(1))


def all_periods(db: Session) -> list[Period]:
    """Every period, newest first."""
    return list(db.scalars(select(Period).order_by(Period.code.desc())))


def load_period(db: Session, code: str) -> Period | None:
    """The period of a URL."""
    return db.scalar(select(Period).where(Period.code == code))


def clock_of(db: Session, sheet: Sheet, *, now: datetime) -> Clock:
    """The time that counts for this sheet, with the unit's extension if it has one.

    A sheet that has never been submitted is bound to the close of self-scoring, whatever phase the round has reached;
    one that was returned, or is being explained, to the close of the current phase.
    """
    return clocks_of(db, sheet.period, [sheet], now=now)[sheet.id]


def clocks_of(db: Session, period: Period, sheets: Collection[Sheet], *, now: datetime) -> dict[int, Clock]:
    """The same for several sheets of one period, by sheet id, with one query."""
    rows = db.execute(
        select(Extension.unit_id, Extension.phase, func.max(Extension.closes_at))
        .where(Extension.period_id == period.id, Extension.unit_id.in_([sheet.unit_id for sheet in sheets]))
        .group_by(Extension.unit_id, Extension.phase)
    )
    extended = {(unit_id, phase): closes_at for unit_id, phase, closes_at in rows}
    found = {}
    for sheet in sheets:
        phase = Phase.SELF_SCORING if sheet.submitted_at is None else period.phase
        window = period.window(phase)
        found[sheet.id] = Clock(now, window.closes_at if window else None, extended.get((sheet.unit_id, phase)))
    return found


def sheets_of(db: Session, period: Period, *, cluster_ids: Collection[int] | None = None) -> list[Sheet]:
    """The sheets of a period (or of some of its clusters) with their units and clusters, by cluster and name.

    Period and clusters are loaded once instead of once a row; entries are not loaded and may not be touched.
    """
    clusters = list(
        db.scalars(
            select(Cluster)
            .where(Cluster.period_id == period.id)
            .options(joinedload(Cluster.leader), joinedload(Cluster.deputy))
        )
    )
    wanted = select(Sheet).where(Sheet.period_id == period.id)
    if cluster_ids is not None:
        wanted = wanted.where(Sheet.cluster_id.in_(cluster_ids))
    rows = db.scalars(
        wanted.options(
            lazyload(Sheet.period), lazyload(Sheet.cluster), raiseload(Sheet.entries), raiseload(Sheet.returned_lines)
        )
    ).all()
    # every sheet takes its cluster from the session now, while `clusters` keeps them there
    return sorted(rows, key=lambda sheet: (sheet.cluster.number, name_key(sheet.short_name))) if clusters else []
