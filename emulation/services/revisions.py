"""A newer file for an evidence: the older one is kept, the citations stay. DESIGN 9."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from emulation.errors import Invalid, Stale, WrongState
from emulation.models import Evidence, EvidenceRevision, History, User
from emulation.services.actor import Actor
from emulation.services.evidence import may_describe, touch
from emulation.services.history import record
from emulation.services.incoming import Incoming
from emulation.services.quotas import check_quota
from emulation.services.sheets import require_fillable
from emulation.words import N_, Phrase

IS_LINK = N_("Minh chứng này là một đường dẫn; sửa đường dẫn ở phần thông tin.")
CHANGES_BY_ACT = {
    "replace_file": N_("%(who)s đã thay tệp này bằng “%(file)s” lúc %(when)s."),
    "describe": N_("%(who)s đã sửa thông tin của “%(title)s” lúc %(when)s."),
    "confirm_evidence": N_("%(who)s đã xác nhận “%(title)s” còn hiệu lực lúc %(when)s."),
}


class EvidenceStale(Stale):
    """Somebody changed the evidence since the page was opened; `version` is its present one."""

    def __init__(self, phrase: Phrase, version: int) -> None:
        super().__init__(phrase)
        self.version = version


def refuse_replacing(db: Session, evidence: Evidence, *, now: datetime) -> None:
    """Refuse unless a newer file may take the place of this evidence's file now.

    Raises:
        WrongState: wrong phase or state, after the close, a submitted line that was not returned cites it, or a link.
    """
    require_fillable(db, evidence.sheet, None, now=now)
    if evidence.url is not None:
        raise WrongState(IS_LINK)
    if not may_describe(evidence.sheet, evidence):
        raise WrongState(
            N_("Minh chứng này đang dùng cho tiêu chí đã nộp và không bị trả lại, nên không thay tệp được.")
        )


def refuse_stale(db: Session, evidence: Evidence, version: int) -> None:
    """Refuse what was begun on an older version of the evidence, and say who did what meanwhile.

    Raises:
        EvidenceStale: the present version is another one.
    """
    if evidence.version == version:
        return
    line = db.scalar(
        select(History)
        .where(
            History.thing == Evidence.__tablename__, History.thing_id == evidence.id, History.act.in_(CHANGES_BY_ACT)
        )
        .order_by(History.id.desc())
        .limit(1)
    )
    said = Phrase(N_("Minh chứng này đã thay đổi."))
    if line is not None:
        values = {"who": line.actor_name, "when": line.at, "title": evidence.title, "file": evidence.file_name}
        said = Phrase(CHANGES_BY_ACT[line.act], values)
    again = Phrase(N_("%(change)s Nếu vẫn muốn thay tệp, hãy gửi lại."), {"change": said})
    raise EvidenceStale(again, evidence.version)


def replace_file(
    db: Session,
    actor: Actor,
    evidence: Evidence,
    incoming: Incoming,
    *,
    version: int,
    quota_mib: int | None = None,
    now: datetime,
) -> EvidenceRevision:
    """Put a newer file in the place of the present one, which becomes a revision.

    Raises:
        WrongState: see `refuse_replacing`.
        Invalid: the very same file, or the file of another evidence of the sheet.
        TooLarge: no room is left.
        EvidenceStale: somebody changed the evidence meanwhile.
    """
    refuse_replacing(db, evidence, now=now)
    sheet = evidence.sheet
    if incoming.sha256 == evidence.sha256:
        raise Invalid(N_("Tệp vừa chọn giống hệt tệp đang dùng, không có gì để thay."), "files")
    other = db.scalar(select(Evidence.title).where(Evidence.sheet_id == sheet.id, Evidence.sha256 == incoming.sha256))
    if other is not None:
        raise Invalid(
            N_("Tệp này đã có trong kho với tên “%(title)s”. Hãy trích dẫn minh chứng ấy thay vì tải lên lần nữa."),
            "files",
            title=other,
        )
    refuse_stale(db, evidence, version)
    if quota_mib is not None:
        check_quota(db, sheet, incoming.size, incoming.name, quota_mib)
    assert evidence.sha256 is not None
    assert evidence.size is not None
    numbers = db.scalars(select(EvidenceRevision.number).where(EvidenceRevision.evidence_id == evidence.id)).all()
    revision = EvidenceRevision(
        evidence_id=evidence.id,
        number=max(numbers, default=0) + 1,
        file_name=evidence.file_name,
        media_type=evidence.media_type,
        size=evidence.size,
        sha256=evidence.sha256,
        uploaded_by_id=evidence.uploaded_by_id,
        uploaded_at=evidence.uploaded_at,
        replaced_by_id=actor.user_id,
        replaced_at=now,
    )
    db.add(revision)
    old = {"file_name": evidence.file_name, "size": evidence.size, "sha256": evidence.sha256}
    evidence.file_name, evidence.media_type = incoming.name, incoming.kind.media_type
    evidence.size, evidence.sha256 = incoming.size, incoming.sha256
    evidence.uploaded_by_id, evidence.uploaded_at = actor.user_id, now
    if evidence.taken_from_id is not None:
        evidence.confirmed_at = now  # this year's file in the place of last year's
    db.flush()
    for entry in sheet.entries:
        citing = [one for one in entry.citations if one.evidence_id == evidence.id]
        for one in citing:
            one.is_unconfirmed = False
        if citing:
            touch(db, actor, entry, now=now)
    record(
        db,
        actor,
        "replace_file",
        evidence,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        old=old,
        new={"file_name": incoming.name, "size": incoming.size, "sha256": incoming.sha256},
    )
    return revision


def revisions_of(db: Session, evidence: Evidence) -> Sequence[tuple[EvidenceRevision, str, str]]:
    """The older files, newest first, each with who brought it and who replaced it."""
    brought, replaced = aliased(User), aliased(User)
    rows = db.execute(
        select(EvidenceRevision, brought.name, replaced.name)
        .join(brought, brought.id == EvidenceRevision.uploaded_by_id)
        .join(replaced, replaced.id == EvidenceRevision.replaced_by_id)
        .where(EvidenceRevision.evidence_id == evidence.id)
        .order_by(EvidenceRevision.number.desc())
    )
    return [(revision, first, second) for revision, first, second in rows]


def load_revision(db: Session, evidence: Evidence, number: int) -> EvidenceRevision | None:
    """One older file of an evidence."""
    return db.scalar(
        select(EvidenceRevision).where(EvidenceRevision.evidence_id == evidence.id, EvidenceRevision.number == number)
    )
