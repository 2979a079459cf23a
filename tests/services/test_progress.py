"""Units x progress: what is counted, what counts as begun, late, sorted and narrowed; the files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.models import Assignment, Entry, Evidence, PhaseWindow
from emulation.models.sheets import TakenFrom
from emulation.services import phases
from emulation.services.progress import Progress, UnitProgress, progress_of
from emulation.services.progress_files import progress_list, progress_workbook
from tests.reviewing import declare, now
from tests.world import World


def by_unit(found: Progress) -> dict[str, UnitProgress]:
    return {row.sheet.unit.code: row for row in found.every}


def codes(found: Progress) -> list[str]:
    return [row.sheet.unit.code for row in found.rows]


def test_progress_counts_what_is_declared_missing_and_unconfirmed(db: Session, world: World) -> None:
    skipped = {"not_applicable": True, "reason": "x"}
    declare(
        db,
        world,
        "34",
        {"I.1": {"part": "1", "whole": "2"}, "I.2": {"value": "1"}, "I.3": skipped, "B.1": {"count": 1}},
        state=SheetState.DRAFT,
        unproven=("I.1", "I.2", "I.3"),
    )
    entry = db.scalars(select(Entry).where(Entry.code == "I.2")).one()
    entry.taken_from = TakenFrom.LAST_YEAR
    officer = world.people["unit_officer"]
    db.add_all(
        Assignment(
            sheet_id=world.sheets["34"].id,
            section=section,
            user_id=officer.id,
            assigned_by_id=officer.id,
            assigned_at=now(),
        )
        for section in ("I", "II")
    )
    db.commit()
    row = by_unit(progress_of(db, world.period, now=now()))["34"]
    # B.1 is no core criterion, I.2 is not confirmed; I.1 alone lacks required evidence: I.3 does not apply
    assert (row.declared, row.total, row.unproved, row.unconfirmed) == (2, 8, 1, 1)
    assert (row.assigned, row.helpers, row.last_who) == (2, 1, "Unit officer")
    assert row.last_at is not None
    assert not row.is_idle


def test_figures_that_were_filled_in_are_no_beginning(db: Session, world: World) -> None:
    declare(db, world, "96", {"I.2": {"value": "1"}}, state=SheetState.SIGNING)
    person = world.people["department"].id
    db.add(
        Entry(
            sheet_id=world.sheets["34"].id,
            code="I.2",
            data={"value": "9"},
            taken_from=TakenFrom.MINISTRY,
            updated_by_id=person,
            updated_at=now(),
        )
    )
    db.commit()
    found = by_unit(progress_of(db, world.period, now=now()))
    assert {code: row.is_idle for code, row in found.items()} == {"34": True, "35": True, "95": True, "96": False}
    assert (found["34"].last_at, found["34"].last_who) == (None, "")


def test_last_activity_names_people_of_the_unit_only(db: Session, world: World) -> None:
    sheet = declare(
        db, world, "34", {"I.1": {"part": "1", "whole": "2"}, "I.2": {"value": "1"}}, state=SheetState.DRAFT
    )
    earlier = now() - timedelta(days=2)
    for entry in sheet.entries:
        entry.updated_by_id, entry.updated_at = world.people["unit_officer"].id, earlier
    entry.updated_by_id, entry.updated_at = world.people["department"].id, now()
    for evidence in db.scalars(select(Evidence)):
        evidence.uploaded_by_id = world.people["other_officer"].id
    db.commit()
    row = by_unit(progress_of(db, world.period, now=now()))["34"]
    assert (row.last_at, row.last_who) == (earlier, "Unit officer")


def test_late_extended_and_overdue_units_are_told_apart(db: Session, world: World) -> None:
    late = declare(db, world, "34", state=SheetState.SUBMITTED)
    late.due_at, late.first_submitted_at = now() - timedelta(days=3), now() - timedelta(days=1)
    window = db.scalars(select(PhaseWindow).where(PhaseWindow.phase == Phase.SELF_SCORING)).one()
    window.closes_at = now() - timedelta(days=3)
    phases.extend(
        db,
        world.actor("department"),
        world.sheets["95"],
        closes_at=now() + timedelta(days=5, minutes=1),
        reason="Mưa lũ.",
        now=now(),
    )
    db.commit()
    db.expire_all()

    def shown(what: str) -> list[str]:
        return codes(progress_of(db, world.period, now=now(), shown=what))

    assert [shown(what) for what in ("late", "extended", "overdue", "idle", "submitted")] == [
        ["34"],
        ["95"],
        ["35", "96"],
        ["35", "95", "96"],
        ["34"],
    ]
    found = progress_of(db, world.period, now=now())
    assert [str(row.late or row.left) for row in found.rows] == [
        "Đã hết hạn",
        "Nộp trễ 2 ngày",
        "Còn 5 ngày",
        "Đã hết hạn",
    ]
    assert [(one.units, one.idle, one.submitted, one.overdue, one.late) for one in found.sums] == [
        (2, 1, 1, 1, 1),
        (2, 2, 0, 1, 0),
    ]


def test_progress_is_sorted_and_bound_to_clusters(db: Session, world: World) -> None:
    declare(db, world, "35", {"I.2": {"value": "1"}}, state=SheetState.DRAFT)
    assert codes(progress_of(db, world.period, now=now(), sort="name")) == ["95", "96", "35", "34"]
    assert codes(progress_of(db, world.period, now=now(), sort="declared", descending=True))[0] == "35"
    assert codes(progress_of(db, world.period, now=now(), cluster=2)) == ["95", "96"]
    own = progress_of(db, world.period, now=now(), cluster_ids=[world.clusters[1].id], cluster=2)
    assert (codes(own), own.every, own.sums, [number for number, _ in own.clusters]) == ([], [], [], [1])


def test_counts_are_of_the_chosen_cluster_and_every_unit_has_one_state(db: Session, world: World) -> None:
    declare(db, world, "34", {"I.2": {"value": "1"}}, state=SheetState.DRAFT)
    declare(db, world, "96", state=SheetState.SUBMITTED)
    found = progress_of(db, world.period, now=now())
    states = ("idle", *SheetState)
    assert {name: n for name in states if (n := found.count(name))} == {"idle": 2, "draft": 1, "submitted": 1}
    chosen = progress_of(db, world.period, now=now(), cluster=2, shown="idle")
    assert [chosen.count(name) for name in ("", "idle", "draft", "submitted")] == [2, 1, 0, 1]
    assert ([one.units for one in chosen.sums], [number for number, _ in chosen.clusters]) == ([2], [1, 2])


def test_most_urgent_comes_first_then_what_was_submitted(db: Session, world: World) -> None:
    for code, hours in (("34", 5), ("95", 9)):
        sheet = declare(db, world, code, state=SheetState.SUBMITTED)
        sheet.submitted_at = now() - timedelta(hours=hours)
    until = now() + timedelta(days=20)
    phases.extend(db, world.actor("department"), world.sheets["35"], closes_at=until, reason="x", now=now())
    db.commit()
    assert codes(progress_of(db, world.period, now=now(), sort="deadline")) == ["96", "35", "95", "34"]


def test_files_hold_values_and_never_formulas(db: Session, world: World) -> None:
    world.sheets["34"].unit_name = '=HYPERLINK("http://x")'
    world.people["unit_officer"].name = "@SUM(1)"
    declare(db, world, "34", {"I.2": {"value": "1"}}, state=SheetState.DRAFT)
    found = progress_of(db, world.period, now=now())
    content = progress_workbook(world.period, found, with_evidence=True, now=now())
    book = load_workbook(io.BytesIO(content))
    units = book["Đơn vị"]
    cells = {cell.value: cell.data_type for row in units.iter_rows() for cell in row if cell.value is not None}
    assert cells['\'=HYPERLINK("http://x")'] == "s"
    assert cells["'@SUM(1)"] == "s"
    assert "f" not in cells.values()
    assert [cell.value for cell in book["Cụm thi đua"][2]][:3] == ["Cụm thi đua số 1", 2, 1]

    table = list(csv.reader(io.StringIO(progress_list(found, with_evidence=False).decode("utf-8-sig"))))
    assert "Thiếu minh chứng" not in table[0]
    rows = {row[0]: row for row in table}
    assert rows['\'=HYPERLINK("http://x")'][2:5] == ["Đang soạn", "1", "8"]
    assert rows["Sở Giáo dục và Đào tạo tỉnh Hà Nam"][2:5] == ["Chưa bắt đầu", "0", "8"]
