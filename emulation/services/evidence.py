"""Evidence: files stored by their content, documents of a unit, citations by entries. DESIGN 9."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from emulation.errors import Invalid, Missing, Stale, WrongState
from emulation.models import Citation, Entry, Evidence, Sheet
from emulation.services.actor import Actor
from emulation.services.file_types import FileType, clean_name, title_from, type_of
from emulation.services.history import record
from emulation.services.lines import open_returns
from emulation.services.sheets import load_sheet_to_change, require_fillable, start_entry, tidy
from emulation.words import N_

CHUNK = 1024 * 1024
MIB = 1024 * 1024
LONGEST = {"title": 300, "document_number": 80, "issuer": 200, "place": 80}


class TooLarge(Invalid):
    """A file above the limit: 413, beside its field."""

    status = 413


@dataclass(frozen=True)
class Attached:
    """What an upload came to. `is_new`: the content was not among the sheet's files yet."""

    evidence: Evidence
    is_new: bool
    code: str | None  # of the criterion that cites it now


# ---- files ----


def path_of(folder: Path, sha256: str) -> Path:
    """Where the content with this hash lies."""
    return folder / sha256[:2] / sha256


def store_file(folder: Path, content: bytes | IO[bytes]) -> str:
    """Write a file under its SHA-256, whole or not at all, and give the hash. What is there is never overwritten."""
    source = BytesIO(content) if isinstance(content, bytes) else content
    source.seek(0)
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(dir=folder, prefix="incoming-")
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        sha256 = digest.hexdigest()
        final = path_of(folder, sha256)
        if not final.exists():
            final.parent.mkdir(exist_ok=True)
            written.chmod(0o440)
            written.rename(final)
            _sync_folder(final.parent)
        return sha256
    finally:
        written.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def whole_file(folder: Path, evidence: Evidence) -> Path:
    """The stored file, after its content was compared with the hash it was submitted under.

    Raises:
        Missing: the file is not on this server, or the evidence is a link.
        WrongState: its content is another one now.
    """
    if evidence.sha256 is None:
        raise Missing(N_("Minh chứng “%(title)s” là một đường dẫn, không có tệp để tải."), title=evidence.title)
    path = path_of(folder, evidence.sha256)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise Missing(
            N_("Không tìm thấy tệp “%(name)s” trên máy chủ. Hãy báo bộ phận kỹ thuật."), name=evidence.file_name
        ) from error
    if found != evidence.sha256:
        raise WrongState(
            N_(
                "Tệp “%(name)s” trên máy chủ không còn đúng bản đã tải lên (mã SHA-256 khác). Hãy báo bộ phận kỹ thuật."
            ),
            name=evidence.file_name,
        )
    return path


# ---- reading ----


def load_evidence(db: Session, evidence_id: int) -> Evidence | None:
    """The evidence of a URL with its sheet."""
    return db.scalar(
        select(Evidence).where(Evidence.id == evidence_id).options(joinedload(Evidence.sheet).joinedload(Sheet.period))
    )


def load_evidence_to_change(db: Session, evidence_id: int) -> Evidence | None:
    """As `load_evidence`, with its sheet locked and loaded as for a change of a line."""
    sheet_id = db.scalar(select(Evidence.sheet_id).where(Evidence.id == evidence_id))
    if sheet_id is None:
        return None
    sheet = load_sheet_to_change(db, sheet_id)
    found = db.scalar(select(Evidence).where(Evidence.id == evidence_id).options(raiseload("*", sql_only=True)))
    if found is not None and sheet is not None:
        set_committed_value(found, "sheet", sheet)  # held by the evidence: a session keeps only what somebody holds
    return found


def evidence_of(db: Session, sheet: Sheet) -> list[Evidence]:
    """All files of a sheet with where they are cited, in the order they came."""
    nothing_more = raiseload("*", sql_only=True)
    return list(
        db.scalars(
            select(Evidence)
            .where(Evidence.sheet_id == sheet.id)
            .options(selectinload(Evidence.citations).joinedload(Citation.entry).options(nothing_more), nothing_more)
            .order_by(Evidence.id)
        )
    )


def codes_of(entries: Iterable[Entry]) -> dict[int, str]:
    """Code of each cited evidence by its id: "H1.I.1.01", after the criterion that cited it first.

    H1 is the first (and only) box of documents; the last number counts the documents of that criterion. What is
    cited nowhere has no code.
    """
    citations = [(citation.id, entry.code, citation.evidence_id) for entry in entries for citation in entry.citations]
    codes: dict[int, str] = {}
    counted: dict[str, int] = {}
    for _, code, evidence_id in sorted(citations):
        if evidence_id not in codes:
            counted[code] = counted.get(code, 0) + 1
            codes[evidence_id] = f"H1.{code}.{counted[code]:02d}"
    return codes


# ---- changing ----


def check_file(file: IO[bytes], name: str, largest_mib: int) -> tuple[FileType, int]:
    """Kind and size in bytes of a file that may come in.

    Raises:
        TooLarge: above `largest_mib`.
        Invalid: see `type_of`.
    """
    size = file.seek(0, os.SEEK_END)
    if size > largest_mib * MIB:
        raise TooLarge(
            N_("Tệp “%(name)s” lớn %(size)s MB, vượt mức %(most)s MB cho một tệp."),
            "files",
            name=name,
            size=-(-size // MIB),
            most=largest_mib,
        )
    return type_of(file, name), size


def attach(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    folder: Path,
    file: IO[bytes],
    file_name: str,
    largest_mib: int,
    title: str = "",
    document_number: str = "",
    issued_on: date | None = None,
    issuer: str = "",
    code: str | None = None,
    place: str = "",
    now: datetime,
) -> Attached:
    """Take in a file of the unit and, with `code`, cite it for that criterion.

    The file is stored first and the rows follow in this transaction: a file without a row harms nobody. Content that
    the sheet has already is not stored again.

    Raises:
        WrongState, Invalid: see `require_fillable` and `type_of`; a text that is too long.
        TooLarge: above `largest_mib`.
    """
    require_fillable(db, sheet, code, now=now)
    name = clean_name(file_name)
    kind, size = check_file(file, name, largest_mib)
    fields = {
        "title": _short("title", title) or title_from(name),
        "document_number": _short("document_number", document_number),
        "issuer": _short("issuer", issuer),
    }
    _short("place", place)
    sha256 = store_file(folder, file)
    evidence = db.scalar(
        select(Evidence)
        .where(Evidence.sheet_id == sheet.id, Evidence.sha256 == sha256)
        .options(raiseload("*", sql_only=True))
    )
    is_new = evidence is None
    if evidence is None:
        evidence = Evidence(
            sheet_id=sheet.id,
            issued_on=issued_on,
            file_name=name,
            media_type=kind.media_type,
            size=size,
            sha256=sha256,
            uploaded_by_id=actor.user_id,
            uploaded_at=now,
            **fields,
        )
        db.add(evidence)
        db.flush()
        record(
            db,
            actor,
            "attach",
            evidence,
            now=now,
            period_id=sheet.period_id,
            unit_id=sheet.unit_id,
            place=code or "",
            new={"title": evidence.title, "file_name": name, "size": size, "sha256": sha256},
        )
    if code is not None:
        _cite(db, actor, sheet, evidence, code=code, place=place, keep_place=not place, now=now)
    return Attached(evidence, is_new, code)


def cite(db: Session, actor: Actor, evidence: Evidence, *, code: str, place: str, now: datetime) -> Citation:
    """Cite an evidence of the sheet for a criterion, or change the page or section where it is cited already.

    Raises:
        WrongState, Invalid: see `require_fillable`; a place that is too long.
    """
    require_fillable(db, evidence.sheet, code, now=now)
    return _cite(db, actor, evidence.sheet, evidence, code=code, place=place, now=now)


def _cite(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    evidence: Evidence,
    *,
    code: str,
    place: str,
    keep_place: bool = False,
    now: datetime,
) -> Citation:
    text = _short("place", place)
    entry = next((entry for entry in sheet.entries if entry.code == code), None)
    if entry is None:
        entry = start_entry(db, sheet, code, actor, now=now)
        db.flush()
    citation = next((one for one in entry.citations if one.evidence_id == evidence.id), None)
    if citation is not None and (keep_place or citation.place == text):
        return citation
    old = None
    if citation is None:
        is_unconfirmed = evidence.taken_from_id is not None and evidence.confirmed_at is None
        citation = Citation(evidence_id=evidence.id, evidence=evidence, place=text, is_unconfirmed=is_unconfirmed)
        entry.citations.append(citation)
    else:
        old = {"place": citation.place}
        citation.place = text
    db.flush()
    _touch(db, actor, entry, now=now)
    _record_citation(db, actor, "cite", sheet, evidence, code, now=now, old=old, new={"place": text})
    return citation


def uncite(db: Session, actor: Actor, evidence: Evidence, *, code: str, now: datetime) -> None:
    """Take a citation back; the evidence stays in the library. What is not cited is no change.

    Raises:
        WrongState, Invalid: see `require_fillable`.
    """
    sheet = evidence.sheet
    require_fillable(db, sheet, code, now=now)
    entry = next((entry for entry in sheet.entries if entry.code == code), None)
    citation = next((one for one in entry.citations if one.evidence_id == evidence.id), None) if entry else None
    if entry is None or citation is None:
        return
    old = {"place": citation.place}
    entry.citations.remove(citation)
    db.delete(citation)
    db.flush()
    _touch(db, actor, entry, now=now)
    _record_citation(db, actor, "uncite", sheet, evidence, code, now=now, old=old, new=None)


def describe(
    db: Session,
    actor: Actor,
    evidence: Evidence,
    *,
    title: str,
    document_number: str,
    issued_on: date | None,
    issuer: str,
    version: int,
    now: datetime,
) -> Evidence:
    """Change what is said about a document. After a return only where every line that cites it was returned.

    Raises:
        WrongState: wrong phase or state, after the close, or a line that cites it was not returned.
        Invalid: no title, or a text that is too long.
        Stale: somebody else changed it meanwhile.
    """
    sheet = evidence.sheet
    require_fillable(db, sheet, None, now=now)
    if not may_describe(sheet, evidence):
        raise WrongState(N_("Minh chứng này đang dùng cho tiêu chí đã nộp và không bị trả lại, nên không sửa được."))
    new = {
        "title": _short("title", title),
        "document_number": _short("document_number", document_number),
        "issued_on": issued_on,
        "issuer": _short("issuer", issuer),
    }
    if not new["title"]:
        raise Invalid(N_("Nhập tên văn bản."), "title")
    old = {name: getattr(evidence, name) for name in new}
    if new == old:
        return evidence
    if evidence.version != version:
        raise Stale(N_("Người khác vừa sửa thông tin của minh chứng này."))
    for name, value in new.items():
        setattr(evidence, name, value)
    db.flush()
    changed = [name for name in new if new[name] != old[name]]
    record(
        db,
        actor,
        "describe",
        evidence,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        old={name: old[name] for name in changed},
        new={name: new[name] for name in changed},
    )
    return evidence


def may_describe(sheet: Sheet, evidence: Evidence) -> bool:
    """Whether what is said about the document may change: no line cites it that is already submitted and stays."""
    returned = open_returns(sheet)
    if not returned:
        return True
    citing = {entry.code for entry in sheet.entries for one in entry.citations if one.evidence_id == evidence.id}
    return citing <= set(returned)


def _short(name: str, text: str) -> str:
    kept = " ".join(tidy(text).split())
    if len(kept) > LONGEST[name]:
        raise Invalid(N_("Dài %(n)s ký tự, nhiều nhất %(most)s."), name, n=len(kept), most=LONGEST[name])
    return kept


def _touch(db: Session, actor: Actor, entry: Entry, *, now: datetime) -> None:
    """Say who changed the line last. Its version stays: a citation must not make the figures being typed stale."""
    db.execute(
        update(Entry)
        .where(Entry.id == entry.id)
        .values(updated_at=now, updated_by_id=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    db.refresh(entry, ["updated_at", "updated_by_id"])


def _record_citation(
    db: Session,
    actor: Actor,
    act: str,
    sheet: Sheet,
    evidence: Evidence,
    code: str,
    *,
    now: datetime,
    old: dict[str, str] | None,
    new: dict[str, str] | None,
) -> None:
    about = {"title": evidence.title, "sha256": evidence.sha256}
    record(
        db,
        actor,
        act,
        evidence,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        place=code,
        old={**about, **old} if old else None,
        new={**about, **new} if new else None,
    )
