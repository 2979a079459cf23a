"""Sheets under review for tests: declared, proven, received; written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.models import Citation, Entry, Evidence, History, Sheet
from emulation.services import verdicts
from emulation.services.verdicts import Decided
from tests.world import FULL_ENTRIES, World

CORE = ("I.1", "I.2", "I.3", "II.1", "II.2", "II.3", "II.4", "II.5", "III.1")  # of a unit without the tag dan-toc
SELF = {  # points that follow from FULL_ENTRIES
    "I.1": "9.69",
    "I.2": "3.00",
    "I.3": "8.50",
    "II.1": "5.00",
    "II.2": "4.00",
    "II.3": "4.00",
    "II.4": "3.00",
    "III.1": "3.40",
    "B.1": "1.00",
}


def now() -> datetime:
    """The present, as the world's windows are counted from it."""
    return datetime.now(UTC)


def set_phase(db: Session, world: World, phase: Phase) -> None:
    """The round in this phase."""
    world.period.phase = phase
    db.commit()


def declare(
    db: Session,
    world: World,
    code: str,
    entries: Mapping[str, Any] | None = None,
    *,
    state: SheetState = SheetState.RECEIVED,
    unproven: Iterable[str] = (),
) -> Sheet:
    """The sheet of this unit with entries, each proven by one document, in this state."""
    sheet = add_declared(db, world, code, entries, state=state, unproven=unproven)
    db.commit()
    db.expire_all()
    return sheet


def add_declared(
    db: Session,
    world: World,
    code: str,
    entries: Mapping[str, Any] | None = None,
    *,
    state: SheetState = SheetState.RECEIVED,
    unproven: Iterable[str] = (),
) -> Sheet:
    """As `declare`, for somebody who adds more before it is committed."""
    sheet = world.sheets[code]
    person = world.people["unit_officer"]
    proof = Evidence(
        sheet_id=sheet.id,
        title="Báo cáo tổng kết",
        file_name="bao-cao.pdf",
        media_type="application/pdf",
        size=10,
        sha256=f"{sheet.id:064d}",
        uploaded_by_id=person.id,
        uploaded_at=now(),
    )
    db.add(proof)
    db.flush()
    for one, data in (FULL_ENTRIES if entries is None else entries).items():
        entry = Entry(sheet_id=sheet.id, code=one, data=data, updated_by_id=person.id, updated_at=now())
        if one not in unproven:
            entry.citations = [Citation(evidence_id=proof.id, place="tr. 6")]
        db.add(entry)
    if state not in (SheetState.DRAFT, SheetState.SIGNING):
        sheet.submitted_at = sheet.sent_at = now() - timedelta(days=2)
        sheet.signed_by_id = world.people["unit_director"].id
        sheet.submission_sha256 = "0" * 64
    if state not in (SheetState.DRAFT, SheetState.SIGNING, SheetState.RETURNED, SheetState.SUBMITTED):
        sheet.received_at = now() - timedelta(days=1)
    sheet.state = state
    return sheet


def under_review(db: Session, world: World, *codes: str) -> Sheet:
    """The round in review with these units' full sheets received (default: Thái Bình); the first of them."""
    set_phase(db, world, Phase.REVIEW)
    sheets = [declare(db, world, code) for code in codes or ("34",)]
    return sheets[0]


def acts(db: Session) -> list[str]:
    """What the history holds, oldest first."""
    return list(db.scalars(select(History.act).order_by(History.id)))


def settle(db: Session, world: World, sheet: Sheet, **changes: tuple[str, str]) -> None:
    """The council's verdicts: as declared, the external line at 4, changes as I_1=("8", "reason"); then explanation.

    The round moves on to the explanation phase.
    """
    given = {code: (points, "") for code, points in SELF.items()} | {"II.5": ("4", "")}
    given |= {name.replace("_", "."): change for name, change in changes.items()}
    if world.period.phase != Phase.REVIEW:
        set_phase(db, world, Phase.REVIEW)
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    decisions = {code: Decided(Decimal(points), reason) for code, (points, reason) in given.items()}
    verdicts.settle(db, world.actor("chair"), sheet, decisions=decisions, now=now())
    set_phase(db, world, Phase.EXPLANATION)
    db.expire_all()
