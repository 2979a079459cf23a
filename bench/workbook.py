"""Speed of a unit's workbook: out, and the dry run of one that comes back, for 120 criteria that are all filled in."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from sqlalchemy.orm import Session

from bench.convert import criteria_of_120
from emulation.db import make_engine, make_sessions
from emulation.documents.sheet_layout import FIRST_ROW, SHEET, Column
from emulation.domain.criteria import Criterion
from emulation.domain.figures import figures_of
from emulation.domain.rules import Check, Checklist, External, Levels
from emulation.domain.workflow import Phase
from emulation.models import Cluster, Period, PhaseWindow, Role, Sheet, Unit, User
from emulation.schema import migrate
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from emulation.services.sheet_books import sheet_xlsx
from emulation.services.sheet_imports import apply_workbook, plan_of
from emulation.services.sheets import load_sheet, load_sheet_to_change, save_entry

TIMES = 9
Rows = list[tuple[str, list[float], str]]


def measure(folder: Path) -> Rows:
    """Times of each way in a running process."""
    engine = make_engine(f"sqlite:///{folder / 'workbook.db'}")
    migrate(engine)
    now = datetime.now(UTC)
    with make_sessions(engine)() as db:
        actor, key = filled(db, now)
        raw = sheet_xlsx(db, loaded(db, key), now=now)
        typed = retyped(raw)
        found = [
            ("sheet of 120 criteria, workbook out", timed(lambda: sheet_xlsx(db, loaded(db, key), now=now)), "2 s"),
            ("sheet of 120, workbook in, dry run", timed(lambda: plan_of(db, loaded(db, key), typed, now=now)), "2 s"),
        ]

        def write() -> None:
            sheet = load_sheet_to_change(db, key)
            assert sheet is not None
            assert apply_workbook(db, actor, sheet, typed, choices={}, seen=None, now=now) > 30
            db.rollback()

        found.append(("sheet of 120, workbook in, written", timed(write), "2 s"))
    engine.dispose()
    return found


def timed(act: Callable[[], object]) -> list[float]:
    """Seconds of each run."""
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return seconds


def loaded(db: Session, key: int) -> Sheet:
    """The sheet as a page loads it, nothing remembered."""
    db.expire_all()
    found = load_sheet(db, key)
    assert found is not None
    return found


def filled(db: Session, now: datetime) -> tuple[Actor, int]:
    """A unit that has declared every criterion: who, and the key of its sheet."""
    row = publish(db, Actor(None), criteria := criteria_of_120(), now=now)
    period = Period(
        code="2021-2022", title="Năm học 2021-2022", criteria_set_id=row.id, phase=Phase.SELF_SCORING,
        is_illustrative=True,
    )  # fmt: skip
    unit = Unit(code="34", name="Sở Giáo dục và Đào tạo tỉnh Thái Bình", short_name="Thái Bình")
    db.add_all([period, unit])
    db.flush()
    cluster = Cluster(period_id=period.id, number=1, name="Cụm thi đua số 1", leader_id=unit.id)
    window = PhaseWindow(
        period_id=period.id,
        phase=Phase.SELF_SCORING,
        opens_at=now - timedelta(days=9),
        closes_at=now + timedelta(days=9),
    )
    officer = User(email="a@do.example", name="Chuyên viên", role=Role.UNIT_OFFICER, unit_id=unit.id, is_active=True)
    db.add_all([cluster, window, officer])
    db.flush()
    sheet = Sheet(
        period_id=period.id,
        unit_id=unit.id,
        cluster_id=cluster.id,
        unit_name=unit.name,
        short_name=unit.short_name,
        tags=["dan-toc"],
    )
    db.add(sheet)
    db.commit()
    found = load_sheet_to_change(db, sheet.id)
    assert found is not None
    for criterion in criteria.all_criteria:
        data = entry_for(criterion)
        if data is not None and criterion.applies(frozenset(found.tags)):
            words = "Theo báo cáo tổng kết năm học, số liệu tính đến 31/5, có danh sách kèm theo. " * 3
            save_entry(db, Actor(officer), found, code=criterion.code, data=data, explanation=words, now=now)
    db.commit()
    return Actor(officer), sheet.id


def entry_for(criterion: Criterion) -> dict[str, Any] | None:
    """A plain entry that the rule can score."""
    rule = criterion.rule
    if isinstance(rule, External):
        return None
    if isinstance(rule, Levels):
        return {"level": rule.levels[0].label}
    if isinstance(rule, Check):
        return {"met": True}
    if isinstance(rule, Checklist):
        return {"met": [item.code for item in rule.items]}
    return dict.fromkeys(figures_of(rule, {}), "1")


def retyped(raw: bytes) -> bytes:
    """The workbook after its officer wrote something beside every third criterion."""
    file = load_workbook(io.BytesIO(raw))
    page = file[SHEET]
    for row in range(FIRST_ROW, page.max_row, 3):
        cell = page.cell(row, Column.EXPLANATION)
        if not cell.protection.locked:
            cell.value = f"{cell.value} Đã rà soát."
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()
