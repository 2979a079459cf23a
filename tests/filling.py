"""A sheet of the small world filled in, step by step on its way: what tests about submissions start from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.models import Sheet
from emulation.services.evidence import attach
from emulation.services.sheets import load_sheet_to_change, save_entry
from emulation.services.submissions import receive, send, submit
from tests import files
from tests.world import FULL_ENTRIES, World

PROVED = ("I.1", "I.3")  # the criteria whose evidence is required
TOTAL = Decimal("78.23")  # of FULL_ENTRIES without the tag: 100 x (2 x 21,19 + 16 + 3,40) : 80, and 1 point of bonus


def now(minutes: int = 0) -> datetime:
    """The present, or a little later."""
    return datetime.now(UTC) + timedelta(minutes=minutes)


def loaded(db: Session, world: World, unit: str = "34") -> Sheet:
    """The sheet as a POST loads it."""
    sheet = load_sheet_to_change(db, world.sheets[unit].id)
    assert sheet is not None
    return sheet


def fill(db: Session, world: World, settings: Settings) -> Sheet:
    """Every criterion declared by the officer of unit 34, the required evidence cited."""
    officer, sheet = world.actor("unit_officer"), loaded(db, world)
    for code, data in FULL_ENTRIES.items():
        save_entry(db, officer, sheet, code=code, data=data, now=now())
    for code in PROVED:
        attach(
            db,
            officer,
            sheet,
            folder=Path(settings.evidence_dir),
            file=BytesIO(files.PDF + code.encode()),
            file_name=f"Bao cao {code}.pdf",
            largest_mib=1,
            code=code,
            place="tr. 6",
            now=now(),
        )
    db.commit()
    return loaded(db, world)


def to_signing(db: Session, world: World, settings: Settings) -> Sheet:
    """Filled and sent for signature."""
    sheet = fill(db, world, settings)
    send(db, world.actor("unit_officer"), sheet, now=now())
    db.commit()
    return loaded(db, world)


def to_submitted(db: Session, world: World, settings: Settings) -> Sheet:
    """Signed and submitted."""
    sheet = to_signing(db, world, settings)
    submit(db, world.actor("unit_director"), sheet, now=now())
    db.commit()
    return loaded(db, world)


def to_received(db: Session, world: World, settings: Settings) -> Sheet:
    """Received by the department."""
    sheet = to_submitted(db, world, settings)
    receive(db, world.actor("department"), sheet, now=now())
    db.commit()
    return loaded(db, world)
