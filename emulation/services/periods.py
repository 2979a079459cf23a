"""Periods: finding them, and the clock of a unit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, lazyload, raiseload

from emulation.domain.names import name_key
from emulation.domain.workflow import Clock, Phase
from emulation.models import Cluster, Extension, Period, Sheet, User

_NEWEST = select(Period).order_by(Period.code.desc()).limit(1)  # made once: every page asks
_OF_CODE = select(Period).where(Period.code == bindparam("code"))


def newest_period(db: Session) -> Period | None:
    """The period that people work in: the one with the highest code, "2021-2022" after "2020-2021"."""
    return db.scalar(_NEWEST)


def all_periods(db: Session) -> list[Period]:
    """Every period, newest first."""
    return list(db.scalars(select(Period).order_by(Period.code.desc())))


def load_period(db: Session, code: str) -> Period | None:
    """The period of a URL."""
    found: Period | None = db.scalar(_OF_CODE, {"code": code})
    return found


def clock_phase(sheet: Sheet, period: Period) -> Phase:
    """The phase whose close binds the unit.

    A sheet that has never been submitted is bound to the close of self-scoring, whatever phase the round has reached;
    one that was returned, or is being explained, to the close of the current phase.
    """
    return Phase.SELF_SCORING if sheet.submitted_at is None else Phase(period.phase)


def clock_of(db: Session, sheet: Sheet, *, now: datetime) -> Clock:
    """The time that counts for this sheet, with the unit's extension if it has one."""
    return clocks_of(db, sheet.period, [sheet], now=now)[sheet.id]


def clocks_of(db: Session, period: Period, sheets: Collection[Sheet], *, now: datetime) -> dict[int, Clock]:
    """The same for several sheets of one period, by sheet id, with one query."""
    rows = db.scalars(
        select(Extension)
        .where(Extension.period_id == period.id, Extension.unit_id.in_([sheet.unit_id for sheet in sheets]))
        .order_by(Extension.id)
    )
    newest = {(row.unit_id, row.phase): row for row in rows}  # the last one granted counts, also where it is earlier
    found = {}
    for sheet in sheets:
        phase = clock_phase(sheet, period)
        window, own = period.window(phase), newest.get((sheet.unit_id, phase.value))
        closes_at = window.closes_at if window else None
        found[sheet.id] = (
            Clock(now, closes_at, own.closes_at, own.reason, own.granted_at) if own else Clock(now, closes_at)
        )
    return found


def extensions_of(db: Session, sheet: Sheet) -> list[tuple[Extension, str]]:
    """Every extension that the unit was granted in the period, newest first, with who granted it."""
    rows = db.execute(
        select(Extension, User.name)
        .join(User, User.id == Extension.granted_by_id)
        .where(Extension.period_id == sheet.period_id, Extension.unit_id == sheet.unit_id)
        .order_by(Extension.id.desc())
    )
    return [(extension, name) for extension, name in rows]


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
