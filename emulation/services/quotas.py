"""How much room the evidence files of a unit take in a round, and how much is left. DESIGN 9."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.errors import Invalid
from emulation.models import Evidence, EvidenceRevision, Sheet, Upload
from emulation.words import N_

MIB = 1024 * 1024


class TooLarge(Invalid):
    """A file above a limit: 413, beside its field."""

    status = 413


def used_bytes(db: Session, sheet: Sheet) -> int:
    """Bytes of all files of the sheet, older revisions included. A file counts once, however often it is cited."""
    files = select(func.sum(Evidence.size)).where(Evidence.sheet_id == sheet.id)
    older = (
        select(func.sum(EvidenceRevision.size))
        .join(Evidence, Evidence.id == EvidenceRevision.evidence_id)
        .where(Evidence.sheet_id == sheet.id)
    )
    return int(db.scalar(files) or 0) + int(db.scalar(older) or 0)


def check_quota(db: Session, sheet: Sheet, size: int, name: str, quota_mib: int, *, but: int | None = None) -> None:
    """Refuse a file that finds no room beside what is stored and what is on its way.

    `but` is the key of the upload that brings it.

    Raises:
        TooLarge: no room.
    """
    coming = select(func.sum(Upload.size)).where(Upload.sheet_id == sheet.id, Upload.evidence_id.is_(None))
    if but is not None:
        coming = coming.where(Upload.id != but)
    used = used_bytes(db, sheet) + int(db.scalar(coming) or 0)
    if used + size > quota_mib * MIB:
        raise TooLarge(
            N_(
                "Kho minh chứng của đơn vị còn %(left)s MB trên %(quota)s MB, không đủ cho tệp “%(name)s” (%(size)s"
                " MB). Hãy giảm dung lượng tệp, hoặc ghi đường dẫn thay cho tệp."
            ),
            "files",
            left=max(quota_mib - -(-used // MIB), 0),
            quota=quota_mib,
            name=name,
            size=-(-size // MIB),
        )
