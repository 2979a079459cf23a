"""A reviewer's queue: what is to be scored, what first, where they stopped. DESIGN 5, UI "first screen"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from emulation.domain.criteria import CriteriaSet
from emulation.domain.declared import Declared, declared, parts_of
from emulation.domain.names import name_key
from emulation.domain.workflow import Phase, SheetState
from emulation.models import Citation, Entry, Mark, Period, Sheet, User
from emulation.services.criteria import value_of
from emulation.services.periods import sheets_of
from emulation.services.reviews import has_conflict, is_submitted, reviews_of, seats_in, seats_over, shows_others


@dataclass(frozen=True)
class Task:
    """One sheet in a reviewer's queue."""

    sheet: Sheet
    total: int  # lines that need this person's mark
    marked: int
    remarkable: int  # of those not marked, how many should be looked at closely
    is_finished: bool
    has_conflict: bool

    @property
    def is_open(self) -> bool:
        """Can be scored now, and is not finished."""
        return (
            self.sheet.state == SheetState.RECEIVED
            and self.sheet.period.phase == Phase.REVIEW
            and not self.is_finished
            and not self.has_conflict
        )


@dataclass(frozen=True)
class Column:
    """One criterion in a reviewer's queue: how many units of the scope are marked."""

    code: str
    title: str
    total: int
    marked: int
    remarkable: int


@dataclass(frozen=True)
class Queue:
    """What one reviewer has to score: by sheet, by criterion, and where they stopped."""

    tasks: list[Task]
    columns: list[Column]
    resume: Sheet | None

    @property
    def open_tasks(self) -> list[Task]:
        """Sheets that can be scored now."""
        return [task for task in self.tasks if task.is_open]


def queue_of(db: Session, person: User, period: Period) -> Queue:
    """The queue: sheets that can be scored first, flagged ones before others, then by cluster and name."""
    seats = seats_in(person, period)
    clusters = {cluster_id for seat in seats if seat.council.codes for cluster_id in seat.council.cluster_ids}
    sheets = [sheet for sheet in sheets_of(db, period) if sheet.cluster_id in clusters]
    criteria = value_of(period.criteria_set)
    visible = [sheet for sheet in sheets if is_submitted(sheet) and not has_conflict(person, sheet.unit_id)]
    ids = [sheet.id for sheet in visible]
    lines = declared_lines(db, criteria, visible, precision=None)
    mine: dict[int, set[str]] = {}
    newest: dict[int, int] = {}
    own = select(Mark.id, Mark.sheet_id, Mark.code).where(Mark.user_id == person.id, Mark.sheet_id.in_(ids))
    for mark_id, sheet_id, code in db.execute(own):
        mine.setdefault(sheet_id, set()).add(code)
        newest[sheet_id] = max(mark_id, newest.get(sheet_id, 0))
    reviews = reviews_of(db, ids)
    tasks = []
    counts: dict[str, list[int]] = {}
    for sheet in sheets:
        councils = [seat.council for seat in seats_over(person, sheet)]
        scope = {code for council in councils for code in council.codes}
        wanted = [line for code, line in lines.get(sheet.id, {}).items() if code in scope and line.needs_points]
        marked = mine.get(sheet.id, set())
        left = [line for line in wanted if line.criterion.code not in marked]
        done = [reviews.get((council.id, sheet.id)) for council in councils]
        task = Task(
            sheet=sheet,
            total=len(wanted),
            marked=len(wanted) - len(left),
            remarkable=sum(1 for line in left if line.remarks),
            is_finished=bool(done) and all(shows_others(person, review) for review in done),
            has_conflict=has_conflict(person, sheet.unit_id),
        )
        tasks.append(task)
        if sheet.state == SheetState.RECEIVED and not task.has_conflict:
            for line in wanted:
                code = line.criterion.code
                count = counts.setdefault(code, [0, 0, 0])
                count[0] += 1
                count[1] += code in marked
                count[2] += bool(code not in marked and line.remarks)
    tasks.sort(
        key=lambda task: (
            not task.is_open,
            not is_submitted(task.sheet),
            not task.remarkable,
            not task.marked,
            task.sheet.cluster.number,
            name_key(task.sheet.short_name),
        )
    )
    still_open = [task.sheet for task in tasks if task.is_open]
    begun = [sheet for sheet in still_open if sheet.id in newest]
    resume = max(begun, key=lambda sheet: newest[sheet.id]) if begun else next(iter(still_open), None)
    columns = [
        Column(code, criteria.by_code[code].title, *counts[code]) for code in parts_of(criteria) if code in counts
    ]
    return Queue(tasks, columns, resume)


def declared_lines(
    db: Session, criteria: CriteriaSet, sheets: Sequence[Sheet], *, precision: int | None
) -> dict[int, dict[str, Declared]]:
    """What each sheet declares, by sheet id and code; plain columns, since a queue holds thousands of entries."""
    proven = exists().where(Citation.entry_id == Entry.id)
    rows = db.execute(
        select(Entry.sheet_id, Entry.code, Entry.data, proven).where(Entry.sheet_id.in_([s.id for s in sheets]))
    )
    entries = {(sheet_id, code): (data, bool(has)) for sheet_id, code, data, has in rows}
    parts = parts_of(criteria)
    found: dict[int, dict[str, Declared]] = {}
    for sheet in sheets:
        lines = found[sheet.id] = {}
        for code, part in parts.items():
            data, has = entries.get((sheet.id, code), (None, False))
            lines[code] = declared(
                criteria.by_code[code],
                part,
                tags=sheet.tags,
                entry=data,
                has_evidence=has,
                precision=precision,
            )
    return found
