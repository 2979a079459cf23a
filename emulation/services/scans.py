"""Bản quét of the signed print: attached while the sheet waits for signature or receipt, bound to its content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session, raiseload
from sqlalchemy.orm.attributes import set_committed_value

from emulation.domain.workflow import Act, Phase, SheetState, refusal, require
from emulation.errors import Invalid, WrongState
from emulation.models import Sheet, SignedScan, User
from emulation.services.actor import Actor
from emulation.services.file_types import JPEG, PDF, PNG, clean_name, type_of
from emulation.services.history import record
from emulation.services.incoming import take_in
from emulation.services.periods import clock_of
from emulation.services.sheets import load_sheet
from emulation.services.submissions import fingerprint
from emulation.words import N_

ALLOWED = (PDF, PNG, JPEG)
ENDINGS = tuple(ending for kind in ALLOWED for ending in kind.endings)


@dataclass(frozen=True)
class Scan:
    """A stored scan as a list shows it. `is_same`: the sheet still is what was signed on this paper."""

    id: int
    file_name: str
    media_type: str
    size: int
    sha256: str
    of_sha256: str
    who: str
    at: datetime
    is_same: bool


def scans_of(db: Session, sheet: Sheet) -> list[Scan]:
    """The scans of a sheet, newest first."""
    rows = db.execute(
        select(SignedScan, User.name)
        .join(User, User.id == SignedScan.uploaded_by_id)
        .where(SignedScan.sheet_id == sheet.id)
        .options(raiseload("*"))
        .order_by(SignedScan.id.desc())
    ).all()
    current = fingerprint(sheet) if rows else ""
    return [
        Scan(
            id=one.id,
            file_name=one.file_name,
            media_type=one.media_type,
            size=one.size,
            sha256=one.sha256,
            of_sha256=one.submission_sha256,
            who=who,
            at=one.uploaded_at,
            is_same=one.submission_sha256 == current,
        )
        for one, who in rows
    ]


def load_scan(db: Session, scan_id: int) -> SignedScan | None:
    """The scan of a URL with its sheet."""
    found = db.scalar(select(SignedScan).where(SignedScan.id == scan_id).options(raiseload("*", sql_only=True)))
    sheet = load_sheet(db, found.sheet_id) if found is not None else None
    if found is None or sheet is None:
        return None
    set_committed_value(found, "sheet", sheet)
    return found


def scan_refusal(db: Session, sheet: Sheet, *, now: datetime) -> WrongState | None:
    """Why no scan can be attached now, or None if one can."""
    clock = clock_of(db, sheet, now=now)
    return refusal(Act.ATTACH_SCAN, SheetState(sheet.state), Phase(sheet.period.phase), clock)


def attach_scan(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    folder: Path,
    file: IO[bytes],
    file_name: str,
    largest_mib: int,
    clamd: str = "",
    now: datetime,
) -> SignedScan:
    """Keep a scan of the signed print, bound to the sheet as it is now. The same file for the same sheet is no change.

    Raises:
        WrongState: the sheet waits neither for a signature nor for receipt.
        Invalid, TooLarge: no PDF, PNG or JPEG by its content, or above the limit; `field` is "file".
    """
    require(Act.ATTACH_SCAN, SheetState(sheet.state), Phase(sheet.period.phase), clock_of(db, sheet, now=now))
    kind, name = type_of(file, clean_name(file_name)), clean_name(file_name)
    if kind not in ALLOWED:
        raise Invalid(N_("Bản quét phải là tệp PDF, PNG hoặc JPEG; “%(name)s” là %(kind)s."), name=name, kind=kind.name)
    came, of = take_in(folder, file, file_name, largest_mib=largest_mib, clamd=clamd), fingerprint(sheet)
    known = db.scalar(
        select(SignedScan)
        .where(SignedScan.sheet_id == sheet.id, SignedScan.sha256 == came.sha256, SignedScan.submission_sha256 == of)
        .options(raiseload("*"))
        .limit(1)
    )
    if known is not None:
        return known
    scan = SignedScan(
        sheet_id=sheet.id,
        file_name=came.name,
        media_type=came.kind.media_type,
        size=came.size,
        sha256=came.sha256,
        submission_sha256=of,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
    )
    db.add(scan)
    record(
        db,
        actor,
        "attach_scan",
        scan,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        new={"file_name": came.name, "size": came.size, "sha256": came.sha256},
    )
    return scan
