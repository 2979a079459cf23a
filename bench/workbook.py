"""Speed of a unit's workbook: out, and the dry run of one that comes back, for 120 criteria that are all filled in."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy.orm import Session

from bench.convert import criteria_of_120
from bench.filled import empty_round, fill
from emulation.db import make_engine, make_sessions
from emulation.documents.sheet_layout import FIRST_ROW, SHEET, Column
from emulation.models import Sheet
from emulation.schema import migrate
from emulation.services.actor import Actor
from emulation.services.sheet_books import sheet_xlsx
from emulation.services.sheet_imports import apply_workbook, plan_of
from emulation.services.sheets import load_sheet, load_sheet_to_change

TIMES = 9
Rows = list[tuple[str, list[float], str]]


def measure(folder: Path) -> Rows:
    """Times of each way in a running process."""
    engine = make_engine(f"sqlite:///{folder / 'workbook.db'}")
    migrate(engine)
    now = datetime.now(UTC)
    with make_sessions(engine)() as db:
        actor, key = filled(db)
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


def filled(db: Session) -> tuple[Actor, int]:
    """A unit that has declared every criterion: who, and the key of its sheet."""
    criteria = criteria_of_120()
    ((sheet, (officer,)),) = empty_round(db, criteria)
    fill(db, sheet, officer, criteria)
    db.commit()
    return Actor(officer), sheet.id


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
