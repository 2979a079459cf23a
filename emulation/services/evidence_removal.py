"""Taking a document out of the library again: one that nothing cites and that was never submitted. DESIGN 9."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from emulation.errors import WrongState
from emulation.models import Citation, Evidence, EvidenceRevision, Sheet
from emulation.services.actor import Actor
from emulation.services.evidence import content_of
from emulation.services.history import record
from emulation.services.sheets import require_fillable
from emulation.services.uploads import forget_uploads_of
from emulation.words import N_


def was_submitted(sheet: Sheet, evidence: Evidence) -> bool:
    """Whether the ministry may have seen it: it was there when the sheet was submitted."""
    return sheet.first_submitted_at is not None and evidence.uploaded_at <= sheet.first_submitted_at


def remove(db: Session, actor: Actor, evidence: Evidence, *, now: datetime) -> None:
    """Take a document out of the library, with its older files. The history keeps what it was.

    The stored content stays where it lies, under its hash: another document may be the very same.

    Raises:
        WrongState: wrong phase or state, after the close; a criterion cites it, or it was submitted once.
    """
    sheet = evidence.sheet
    require_fillable(db, sheet, None, now=now)
    if db.scalar(select(exists().where(Citation.evidence_id == evidence.id))):
        raise WrongState(N_("Minh chứng này đang được trích dẫn. Bỏ các trích dẫn trước, rồi bỏ khỏi kho."))
    if was_submitted(sheet, evidence):
        raise WrongState(N_("Minh chứng này đã có khi phiếu được nộp, nên phải giữ lại trong kho."))
    old = {"title": evidence.title, "file_name": evidence.file_name, **content_of(evidence)}
    record(db, actor, "remove_evidence", evidence, now=now, period_id=sheet.period_id, unit_id=sheet.unit_id, old=old)
    db.execute(delete(EvidenceRevision).where(EvidenceRevision.evidence_id == evidence.id))
    forget_uploads_of(db, evidence)
    db.delete(evidence)
    db.flush()
