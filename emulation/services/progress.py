"""Units x progress: who has begun, what is missing, who did something last, until when. No points, no figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from emulation.domain.deadlines import remaining
from emulation.domain.names import name_key
from emulation.domain.rules import External
from emulation.domain.workflow import Clock, SheetState
from emulation.models import Assignment, Citation, Cluster, Entry, Evidence, Period, Sheet, User
from emulation.services.checks import UNSENT
from emulation.services.criteria import value_of
from emulation.services.periods import clocks_of, sheets_of
from emulation.words import Phrase

SORTS = ("cluster", "name", "declared", "state", "activity", "deadline")


@dataclass(frozen=True)
class UnitProgress:
    """How far one unit is. `declared` of `total` criteria that it has to declare."""

    sheet: Sheet
    clock: Clock
    declared: int
    total: int
    unproved: int  # required evidence missing and not explained
    unconfirmed: int  # figures that were filled in and nobody of the unit has confirmed
    is_started: bool
    last_at: datetime | None
    last_who: str
    assigned: int  # top sections that somebody fills
    helpers: int  # people that they are divided among

    @property
    def is_unsent(self) -> bool:
        """Still with the unit."""
        return self.sheet.state in UNSENT

    @property
    def is_idle(self) -> bool:
        """Nobody of the unit has done anything yet."""
        return not self.is_started

    @property
    def is_overdue(self) -> bool:
        """Still with the unit, and its time is over."""
        return self.is_unsent and self.clock.is_over

    @property
    def left(self) -> Phrase | None:
        """ "Còn 11 ngày", for a sheet that is still with the unit."""
        last = self.clock.last_moment
        return remaining(self.clock.now, last).phrase if self.is_unsent and last else None

    @property
    def late(self) -> Phrase | None:
        """ "Nộp trễ 2 ngày", for a sheet that came late."""
        return self.sheet.late


@dataclass(frozen=True)
class ClusterSum:
    """One cluster in one line."""

    cluster: Cluster
    units: int
    idle: int
    working: int  # begun, with the unit
    submitted: int
    overdue: int
    late: int
    declared: int
    total: int

    @property
    def percent(self) -> int:
        """Declared of what is to declare, rounded down: 100 only where nothing is missing."""
        return 100 * self.declared // self.total if self.total else 0


@dataclass(frozen=True)
class Progress:
    """The whole table. `rows` are those asked for, `every` all of the chosen cluster or clusters.

    `clusters`: number and name of all that the reader may choose.
    """

    rows: list[UnitProgress]
    every: list[UnitProgress]
    clusters: list[tuple[int, str]]

    @property
    def sums(self) -> list[ClusterSum]:
        """The clusters in order, over all rows."""
        clusters = {row.sheet.cluster_id: row.sheet.cluster for row in self.every}
        return [
            sum_of(cluster, [row for row in self.every if row.sheet.cluster_id == key])
            for key, cluster in clusters.items()
        ]

    def count(self, shown: str) -> int:
        """How many rows the filter `shown` would leave."""
        return sum(1 for row in self.every if is_shown(row, shown))


def sum_of(cluster: Cluster, rows: Sequence[UnitProgress]) -> ClusterSum:
    """A cluster in one line."""
    return ClusterSum(
        cluster=cluster,
        units=len(rows),
        idle=sum(row.is_idle for row in rows),
        working=sum(row.is_unsent and row.is_started for row in rows),
        submitted=sum(not row.is_unsent for row in rows),
        overdue=sum(row.is_overdue for row in rows),
        late=sum(row.late is not None for row in rows),
        declared=sum(row.declared for row in rows),
        total=sum(row.total for row in rows),
    )


def is_shown(row: UnitProgress, shown: str) -> bool:
    """Whether a row stays under a filter: "idle", "overdue", "late", "extended", a state, or "" for every row.

    "idle" and the states part the rows: a sheet that nobody has begun is no draft.
    """
    match shown:
        case "":
            return True
        case "idle":
            return row.is_idle
        case "overdue":
            return row.is_overdue
        case "late":
            return row.late is not None
        case "extended":
            return row.is_unsent and row.clock.is_extended and not row.clock.is_over
        case _:
            return row.sheet.state == shown and row.is_started


def progress_of(
    db: Session,
    period: Period,
    *,
    now: datetime,
    cluster_ids: Collection[int] | None = None,
    cluster: int | None = None,
    shown: str = "",
    sort: str = "cluster",
    descending: bool = False,
) -> Progress:
    """The progress of a period, or of some of its clusters; `cluster` (its number), `shown` and `sort` as asked for."""
    seen = sheets_of(db, period, cluster_ids=cluster_ids)
    clusters = sorted({(sheet.cluster.number, sheet.cluster.name) for sheet in seen})
    sheets = [sheet for sheet in seen if cluster in (None, sheet.cluster.number)]
    clocks = clocks_of(db, period, sheets, now=now)
    ids = [sheet.id for sheet in sheets]
    declared, unconfirmed = _declared(db, ids)
    unproved = _unproved(db, period, ids)
    last = _last_acts(db, ids)
    started = started_in(db, sheets)
    assigned = {
        sheet_id: (sections, people)
        for sheet_id, sections, people in db.execute(
            select(Assignment.sheet_id, func.count(), func.count(Assignment.user_id.distinct()))
            .where(Assignment.sheet_id.in_(ids))
            .group_by(Assignment.sheet_id)
        )
    }
    asked = [leaf for leaf in value_of(period.criteria_set).leaves if not isinstance(leaf.rule, External)]
    every = []
    for sheet in sheets:
        tags = frozenset(sheet.tags)
        codes = {leaf.code for leaf in asked if leaf.applies(tags)}
        at, who = last.get(sheet.id, (None, ""))
        at, who = max((at, who), _own_acts(sheet), key=lambda act: act[0].timestamp() if act[0] else 0.0)
        every.append(
            UnitProgress(
                sheet=sheet,
                clock=clocks[sheet.id],
                declared=len(codes & declared.get(sheet.id, set())),
                total=len(codes),
                unproved=len(codes & unproved.get(sheet.id, set())),
                unconfirmed=unconfirmed.get(sheet.id, 0),
                is_started=sheet.id in started or sheet.state != SheetState.DRAFT,
                last_at=at,
                last_who=who,
                assigned=assigned.get(sheet.id, (0, 0))[0],
                helpers=assigned.get(sheet.id, (0, 0))[1],
            )
        )
    rows = [row for row in every if is_shown(row, shown)]
    return Progress(_sorted(rows, sort, descending), every, clusters)


def _own_acts(sheet: Sheet) -> tuple[datetime | None, str]:
    """The newest act that stands on the sheet itself."""
    return max((at for at in (sheet.sent_at, sheet.submitted_at) if at is not None), default=None), ""


def _sorted(rows: list[UnitProgress], sort: str, descending: bool) -> list[UnitProgress]:
    order = list(SheetState)

    def key(row: UnitProgress) -> tuple[object, ...]:
        name = name_key(row.sheet.short_name)
        moment = row.clock.last_moment if row.is_unsent else row.sheet.submitted_at  # as the column shows it
        keys: dict[str, tuple[object, ...]] = {
            "cluster": (row.sheet.cluster.number,),
            "name": (),
            "declared": (row.declared / row.total if row.total else 0.0,),
            "state": (order.index(SheetState(row.sheet.state)), row.is_started),
            "activity": (row.last_at.timestamp() if row.last_at else 0.0,),
            "deadline": (not row.is_unsent, moment.timestamp() if moment else float("inf")),
        }
        return (*keys.get(sort, ()), name)

    return sorted(rows, key=key, reverse=descending)


def started_in(db: Session, sheets: Sequence[Sheet]) -> set[int]:
    """Keys of the sheets on which somebody of the unit has done something: a line, a file. Figures that were filled
    in for the unit and that nobody has confirmed are no beginning."""
    ids = [sheet.id for sheet in sheets]
    filled = select(Entry.sheet_id).where(Entry.sheet_id.in_(ids), Entry.taken_from.is_(None))
    filed = select(Evidence.sheet_id).where(Evidence.sheet_id.in_(ids))
    return set(db.scalars(filled.union(filed)))


def _declared(db: Session, ids: Sequence[int]) -> tuple[dict[int, set[str]], dict[int, int]]:
    """Per sheet the codes that are declared, and how many were filled in but not confirmed: those are not done."""
    codes: dict[int, set[str]] = {}
    unconfirmed: dict[int, int] = {}
    for sheet_id, code, taken_from in db.execute(
        select(Entry.sheet_id, Entry.code, Entry.taken_from).where(Entry.sheet_id.in_(ids), Entry.data.is_not(None))
    ):
        if taken_from is None:
            codes.setdefault(sheet_id, set()).add(code)
        else:
            unconfirmed[sheet_id] = unconfirmed.get(sheet_id, 0) + 1
    return codes, unconfirmed


def _unproved(db: Session, period: Period, ids: Sequence[int]) -> dict[int, set[str]]:
    """Per sheet the declared criteria whose required evidence is missing and not explained (lines.NO_EVIDENCE)."""
    required = [leaf.code for leaf in value_of(period.criteria_set).all_criteria if leaf.evidence.required]
    found: dict[int, set[str]] = {}
    for sheet_id, code, data in db.execute(
        select(Entry.sheet_id, Entry.code, Entry.data).where(
            Entry.sheet_id.in_(ids),
            Entry.code.in_(required),
            Entry.data.is_not(None),
            Entry.explanation == "",
            ~exists().where(Citation.entry_id == Entry.id),
        )
    ):
        if not data.get("not_applicable"):
            found.setdefault(sheet_id, set()).add(code)
    return found


def _last_acts(db: Session, ids: Sequence[int]) -> dict[int, tuple[datetime, str]]:
    """Per sheet when somebody of the unit last changed a line or brought a file, and who."""
    found: dict[int, tuple[datetime, str]] = {}
    for sheet, at, by in (
        (Entry.sheet_id, Entry.updated_at, Entry.updated_by_id),
        (Evidence.sheet_id, Evidence.uploaded_at, Evidence.uploaded_by_id),
    ):
        acts = (
            select(
                sheet.label("sheet_id"),
                at.label("at"),
                User.name,
                func.row_number().over(partition_by=sheet, order_by=(at.desc(), by.desc())).label("place"),
            )
            .join(User, User.id == by)
            .join(Sheet, Sheet.id == sheet)
            .where(sheet.in_(ids), User.unit_id == Sheet.unit_id)
            .subquery()
        )
        for sheet_id, moment, who in db.execute(
            select(acts.c.sheet_id, acts.c.at, acts.c.name).where(acts.c.place == 1)
        ):
            if sheet_id not in found or moment > found[sheet_id][0]:
                found[sheet_id] = (moment, who)
    return found
