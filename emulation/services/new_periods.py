"""A new round from the last one: units and clusters as they are now, on a published criteria set. DESIGN 4, 8."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import VIETNAM
from emulation.domain.workflow import Phase
from emulation.errors import Invalid
from emulation.models import Cluster, CriteriaSet, Period, Sheet
from emulation.services.actor import Actor
from emulation.services.councils import clusters_of
from emulation.services.history import record
from emulation.services.periods import load_period, sheets_of
from emulation.words import N_, tidy_line

SCHOOL_YEAR = re.compile(r"(\d{4})-(\d{4})")


@dataclass(frozen=True)
class Plan:
    """What a new period takes over from the previous one."""

    clusters: list[Cluster]
    units: list[Sheet]  # their sheets of the previous period
    left_out: list[Sheet]  # units that have ended, for instance by a merger


def plan_of(db: Session, previous: Period, *, now: datetime) -> Plan:
    """What would be created today."""
    today = now.astimezone(VIETNAM).date()
    units: list[Sheet] = []
    left_out: list[Sheet] = []
    for sheet in sheets_of(db, previous):
        ended = sheet.unit.valid_to is not None and sheet.unit.valid_to < today
        (left_out if ended else units).append(sheet)
    kept = {sheet.cluster_id for sheet in units}
    return Plan([cluster for cluster in clusters_of(db, previous) if cluster.id in kept], units, left_out)


def published_sets(db: Session) -> list[CriteriaSet]:
    """Criteria sets that a period can be bound to, newest first; retired ones are not offered."""
    return list(
        db.scalars(
            select(CriteriaSet)
            .where(CriteriaSet.published_at.is_not(None), CriteriaSet.retired_at.is_(None))
            .order_by(CriteriaSet.published_at.desc(), CriteriaSet.id.desc())
        )
    )


def create_period(
    db: Session,
    actor: Actor,
    *,
    code: str,
    title: str,
    criteria_set_id: int,
    previous: Period,
    now: datetime,
) -> Period:
    """Make a period in preparation: every unit of the previous one that still exists gets an empty sheet.

    Units take the name they have now; clusters with leaders and the tags of units are those of the previous period.
    Times, councils and awards are set later.

    Raises:
        Invalid: a code that is no school year or is taken, no title, or a criteria set that is not published.
    """
    years = SCHOOL_YEAR.fullmatch(code.strip())
    if years is None or int(years[2]) != int(years[1]) + 1:
        raise Invalid(N_("Mã kỳ là năm học, ví dụ 2023-2024."), "code")
    code = code.strip()
    if load_period(db, code) is not None:
        raise Invalid(N_("Đã có kỳ đánh giá %(code)s."), "code", code=code)
    name = tidy_line(title)
    if not name or len(name) > 200:
        raise Invalid(N_("Đặt tên kỳ, nhiều nhất 200 ký tự."), "title")
    criteria_set = next((one for one in published_sets(db) if one.id == criteria_set_id), None)
    if criteria_set is None:
        raise Invalid(N_("Chọn một bộ tiêu chí đã công bố."), "criteria_set")
    plan = plan_of(db, previous, now=now)
    period = Period(
        code=code,
        title=name,
        criteria_set_id=criteria_set.id,
        phase=Phase.PREPARING,
        is_illustrative=previous.is_illustrative or criteria_set.status == "illustrative",
    )
    db.add(period)
    db.flush()
    clusters = {
        old.id: Cluster(
            period_id=period.id,
            number=old.number,
            name=old.name,
            leader_id=old.leader_id,
            deputy_id=old.deputy_id,
            is_inferred=old.is_inferred,
        )
        for old in plan.clusters
    }
    db.add_all(clusters.values())
    db.flush()
    db.add_all(
        Sheet(
            period_id=period.id,
            unit_id=old.unit_id,
            cluster_id=clusters[old.cluster_id].id,
            unit_name=old.unit.name,
            short_name=old.unit.short_name,
            tags=list(old.tags),
        )
        for old in plan.units
    )
    db.flush()
    record(
        db,
        actor,
        "create_period",
        period,
        now=now,
        period_id=period.id,
        new={
            "code": code,
            "title": name,
            "criteria": criteria_set.sha256,
            "previous": previous.code,
            "clusters": len(plan.clusters),
            "units": len(plan.units),
        },
    )
    return period
