"""Large files in pieces: a broken line, a closed page or a server that starts again costs one piece at most."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, joinedload, raiseload

from emulation.errors import Invalid, WrongState
from emulation.models import Evidence, Sheet, Upload
from emulation.services.actor import Actor
from emulation.services.evidence import Attached, attach_stored, evidence_on
from emulation.services.file_types import ALL, ENDINGS, clean_name, ending_of
from emulation.services.incoming import Incoming, take_in
from emulation.services.quotas import MIB, TooLarge, check_quota
from emulation.services.revisions import refuse_replacing, refuse_stale, replace_file
from emulation.services.sheets import require_fillable
from emulation.services.stored_files import INCOMING
from emulation.words import N_

PIECE = 2 * MIB  # bytes of the largest piece: what a form may hold
PARTS = "parts"  # folder of unfinished files, inside the folder of the evidence
KEPT = timedelta(days=1)  # that nobody touched


class OffsetWrong(WrongState):
    """A piece that does not begin where the last one ended; `offset` is where the next one must begin."""

    def __init__(self, offset: int) -> None:
        super().__init__(N_("Phần vừa gửi không nối tiếp phần đã nhận; sẽ gửi tiếp từ chỗ đang dở."))
        self.offset = offset


def part_of(folder: Path, upload: Upload) -> Path:
    """Where the pieces that have come lie."""
    return folder / PARTS / upload.token


def load_upload(db: Session, token: str, user_id: int) -> Upload | None:
    """The upload of a URL, of the person who began it only; nobody else sends a piece until this transaction ends."""
    return db.scalar(
        select(Upload)
        .where(Upload.token == token, Upload.user_id == user_id)
        .options(joinedload(Upload.sheet, innerjoin=True).joinedload(Sheet.period))
        .with_for_update(of=Upload)
        .execution_options(populate_existing=True)
    )


def received(folder: Path, upload: Upload) -> int:
    """Bytes that are surely there: a machine that lost its power may have kept less than the row says."""
    if upload.evidence_id is not None:
        return upload.size
    try:
        return min(upload.received, part_of(folder, upload).stat().st_size)
    except FileNotFoundError:
        return 0


def start(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    file_name: str,
    size: int | None,
    code: str | None = None,
    replaces: Evidence | None = None,
    seen_version: int = 0,
    largest_mib: int,
    quota_mib: int,
    now: datetime,
) -> Upload:
    """Begin to take in a file, refused before its first byte where name or size (None: it cannot be read) forbid it.

    It becomes a document, cited for `code`, or the newer file of `replaces` as the person saw it (`seen_version`).

    Raises:
        WrongState, EvidenceStale: see `refuse_replacing` and `refuse_stale`.
        WrongState, Invalid: see `require_fillable`; an empty file, or a name that no allowed kind has.
        TooLarge: above `largest_mib` or beyond what is left of `quota_mib`.
    """
    if replaces is None:
        require_fillable(db, sheet, code, now=now)
    else:
        refuse_replacing(db, replaces, now=now)
        refuse_stale(db, replaces, seen_version)
    name = clean_name(file_name)
    if size is None or size < 0:
        raise Invalid(N_("Không đọc được kích thước của tệp “%(name)s”."), "files", name=name)
    if size == 0:
        raise Invalid(N_("Tệp “%(name)s” trống (0 byte)."), "files", name=name)
    if size > largest_mib * MIB:
        raise TooLarge(
            N_("Tệp “%(name)s” lớn %(size)s MB, vượt mức %(most)s MB cho một tệp. Hãy ghi đường dẫn thay cho tệp."),
            "files",
            name=name,
            size=-(-size // MIB),
            most=largest_mib,
        )
    if ending_of(name) not in ENDINGS:
        raise Invalid(
            N_("Tệp “%(name)s” không thuộc loại được nhận: %(allowed)s."),
            "files",
            name=name,
            allowed=", ".join(kind.name for kind in ALL),
        )
    check_quota(db, sheet, size, name, quota_mib)
    upload = Upload(
        token=secrets.token_urlsafe(32),
        sheet_id=sheet.id,
        user_id=actor.user_id,
        code=code or "",
        file_name=name,
        size=size,
        received=0,
        started_at=now,
        touched_at=now,
        replaces_id=replaces.id if replaces else None,
        seen_version=seen_version if replaces else None,
    )
    db.add(upload)
    db.flush()
    return upload


def add_piece(db: Session, folder: Path, upload: Upload, *, offset: int, data: bytes, now: datetime) -> int:
    """Write a piece where the last one ended; gives the new end.

    Raises:
        OffsetWrong: it begins elsewhere; the first piece after a lost answer, for example.
        Invalid: empty, larger than a piece, or beyond the size that was announced.
        WrongState: the file is complete and taken in already.
    """
    if upload.evidence_id is not None:
        raise WrongState(N_("Tệp này đã tải lên xong."))
    there = received(folder, upload)
    if offset != there:
        raise OffsetWrong(there)
    if not data or len(data) > PIECE or offset + len(data) > upload.size:
        raise Invalid(N_("Phần vừa gửi trống hoặc vượt quá dung lượng đã báo của tệp."), "files")
    path = part_of(folder, upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "xb") as file:
        file.seek(offset)
        file.write(data)
    upload.received, upload.touched_at = offset + len(data), now
    db.flush()
    return upload.received


def take_in_upload(folder: Path, upload: Upload, *, largest_mib: int, clamd: str) -> Incoming:
    """The complete file, looked at, scanned and stored: `take_in` without a copy. Needs no database.

    Raises:
        OffsetWrong: pieces are missing; or all, for somebody else has just finished it.
        TooLarge, Invalid, Infected, Unscanned: see `take_in`.
    """
    if received(folder, upload) != upload.size:
        raise OffsetWrong(received(folder, upload))
    path = part_of(folder, upload)
    try:
        with path.open("rb") as file:
            return take_in(folder, file, upload.file_name, largest_mib=largest_mib, clamd=clamd, written=path)
    except FileNotFoundError as error:
        raise OffsetWrong(received(folder, upload)) from error


def finish(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    upload: Upload,
    incoming: Incoming | None,
    *,
    seen_version: int | None = None,
    now: datetime,
    **said: Any,
) -> Attached:
    """Make the evidence of a complete upload, once: a second call, which needs no file, gives the same evidence.

    `seen_version`: what the person has seen since of the evidence whose file is replaced.

    Raises:
        WrongState, Invalid, TooLarge: see `attach_stored`.
        WrongState, Invalid, EvidenceStale: see `replace_file`.
    """
    code = upload.code or None
    if upload.evidence_id is not None:
        evidence = db.get_one(Evidence, upload.evidence_id, options=[raiseload("*", sql_only=True)])
        return Attached(evidence, is_new=True, code=code)
    assert incoming is not None
    if upload.replaces_id is None:
        attached = attach_stored(db, actor, sheet, incoming, code=code, now=now, **said)
    else:
        replaced = evidence_on(db, sheet, upload.replaces_id)
        assert replaced is not None
        upload.seen_version = seen_version or upload.seen_version
        replace_file(db, actor, replaced, incoming, version=upload.seen_version or 0, now=now)
        attached = Attached(replaced, is_new=True, code=None)
    upload.evidence_id, upload.touched_at = attached.evidence.id, now
    db.flush()
    return attached


def drop(db: Session, folder: Path, upload: Upload) -> None:
    """Forget an upload and what has come of it."""
    part_of(folder, upload).unlink(missing_ok=True)
    db.delete(upload)
    db.flush()


def forget_uploads_of(db: Session, evidence: Evidence) -> None:
    """Forget the uploads that became an evidence or were to replace its file, before it is removed.

    The pieces of the latter stay until `drop_abandoned` finds that nobody knows them.
    """
    db.execute(delete(Upload).where(or_(Upload.evidence_id == evidence.id, Upload.replaces_id == evidence.id)))


def drop_abandoned(db: Session, folder: Path, *, now: datetime) -> int:
    """Forget what nobody has touched for a day, and files that a killed server left; gives how many uploads."""
    old = list(db.scalars(select(Upload.token).where(Upload.touched_at < now - KEPT)))
    db.execute(delete(Upload).where(Upload.token.in_(old)))
    parts = list((folder / PARTS).glob("*"))
    known = set(db.scalars(select(Upload.token))) if parts else set()
    strays = [path for path in parts if path.name not in known] + list(folder.glob(f"{INCOMING}*"))
    for path in strays:
        if path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)
    for token in old:
        (folder / PARTS / token).unlink(missing_ok=True)
    return len(old)
