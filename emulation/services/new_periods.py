"""A new round: units and clusters of the list of units, on a published criteria set. DESIGN 4, 8."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from emulation.domain.clusters import ClusterRole, number_clusters
from emulation.domain.names import name_key
from emulation.domain.workflow import Phase
from emulation.errors import Invalid
from emulation.models import Cluster, CriteriaSet, Period, Sheet, Unit
from emulation.services.actor import Actor
from emulation.services.councils import clusters_of
from emulation.services.history import record
from emulation.services.periods import load_period, sheets_of
from emulation.services.units import all_units
from emulation.words import N_, tidy_line, vietnam_day

SCHOOL_YEAR = re.compile(r"(\d{4})-(\d{4})")


@dataclass
class PlannedCluster:
    """A cluster of the new period, its units by name."""

    number: int
    name: str
    units: list[Unit]

    @property
    def is_inferred(self) -> bool:
        """Whether it is an example, not decided by anybody."""
        return any(unit.is_illustrative for unit in self.units)

    def holder(self, role: ClusterRole) -> int | None:
        """The unit with this role, by key."""
        return next((unit.id for unit in self.units if unit.cluster_role == role), None)


@dataclass(frozen=True)
class Plan:
    """What a new period begins with."""

    clusters: list[PlannedCluster]
    left_out: list[Unit]  # of the period before, ended since, for instance by a merger; or not begun yet

    @property
    def units(self) -> list[Unit]:
        """Every unit, by cluster and name."""
        return [unit for cluster in self.clusters for unit in cluster.units]

    @property
    def is_illustrative(self) -> bool:
        """Whether a cluster is an example."""
        return any(cluster.is_inferred for cluster in self.clusters)


def plan_of(db: Session, previous: Period | None, *, now: datetime) -> Plan:
    """What would be created today; clusters keep the numbers they had."""
    today = vietnam_day(now)
    before = {sheet.unit_id for sheet in sheets_of(db, previous)} if previous else set()
    numbers = {one.name: one.number for one in clusters_of(db, previous)} if previous else {}
    found: dict[str, list[Unit]] = {}
    left_out: list[Unit] = []
    for unit in sorted(all_units(db), key=lambda one: name_key(one.short_name)):
        has_ended = unit.valid_to is not None and unit.valid_to < today
        if unit.cluster is None or (has_ended and unit.id not in before):
            continue
        if has_ended or (unit.valid_from is not None and unit.valid_from > today):
            left_out.append(unit)
        else:
            found.setdefault(unit.cluster, []).append(unit)
    clusters = [PlannedCluster(number, name, found[name]) for name, number in number_clusters(found, numbers).items()]
    return Plan(sorted(clusters, key=lambda one: one.number), left_out)


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
    previous: Period | None,
    now: datetime,
) -> Period:
    """Make a period in preparation: every unit of the plan gets an empty sheet, under the name it has now.

    Times, councils and awards are set later.

    Raises:
        Invalid: a code that is no school year or is taken, no title, a criteria set that is not published, or no units.
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
    if not plan.clusters:
        raise Invalid(N_("Chưa có đơn vị nào: nạp danh sách đơn vị trước."))
    period = Period(
        code=code,
        title=name,
        criteria_set_id=criteria_set.id,
        phase=Phase.PREPARING,
        is_illustrative=plan.is_illustrative or criteria_set.status == "illustrative",
    )
    db.add(period)
    db.flush()
    fill_period(db, period, plan)
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
            "previous": previous.code if previous else None,
            "clusters": len(plan.clusters),
            "units": len(plan.units),
        },
    )
    return period


def follow_list(db: Session, actor: Actor, period: Period, *, now: datetime) -> None:
    """Bring a period in preparation up to the list of units. A sheet that something hangs on already stays."""
    plan = plan_of(db, period, now=now)
    fill_period(db, period, plan)
    period.is_illustrative = plan.is_illustrative or period.criteria_set.status == "illustrative"
    new = {"clusters": len(plan.clusters), "units": len(plan.units)}
    record(db, actor, "follow_list", period, now=now, period_id=period.id, new=new)


def fill_period(db: Session, period: Period, plan: Plan) -> None:
    """Clusters and sheets of the plan: new, corrected, and away with what it does not hold."""
    clusters = {one.name: one for one in clusters_of(db, period)}
    sheets = {one.unit_id: one for one in sheets_of(db, period)}
    for name in clusters.keys() - {one.name for one in plan.clusters}:
        clusters[name].number += 1000  # its number may be another's now
    db.flush()
    for planned in plan.clusters:
        cluster = clusters.pop(planned.name, None) or Cluster(period_id=period.id, name=planned.name)
        cluster.number, cluster.is_inferred = planned.number, planned.is_inferred
        cluster.leader_id = planned.holder(ClusterRole.LEADER)
        cluster.deputy_id = planned.holder(ClusterRole.DEPUTY)
        db.add(cluster)
        db.flush()
        for unit in planned.units:
            sheet = sheets.pop(unit.id, None) or Sheet(period_id=period.id, unit_id=unit.id)
            sheet.cluster_id, sheet.unit_name, sheet.short_name = cluster.id, unit.name, unit.short_name
            sheet.tags = list(unit.tags)
            db.add(sheet)
    db.flush()
    left: list[Sheet | Cluster] = [*sheets.values(), *clusters.values()]
    for row in left:
        _remove_unused(db, row)


def _remove_unused(db: Session, row: Sheet | Cluster) -> None:
    """Delete a row that no other one points to."""
    table = type(row)
    try:
        with db.begin_nested():
            db.execute(delete(table).where(table.id == row.id))
    except IntegrityError:
        pass
