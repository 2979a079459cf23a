"""Evidence: documents of a unit, by file, and their citations by entries. DESIGN 9."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from emulation.errors import Invalid, Stale, WrongState
from emulation.models import Citation, Entry, Evidence, EvidenceRevision, Sheet
from emulation.services.actor import Actor
from emulation.services.file_types import title_from
from emulation.services.history import record
from emulation.services.incoming import Incoming, take_in
from emulation.services.lines import open_returns
from emulation.services.quotas import check_quota
from emulation.services.sheets import load_sheet_to_change, require_fillable, start_entry
from emulation.words import N_, tidy_line

LONGEST = {"title": 300, "document_number": 80, "issuer": 200, "place": 80}


@dataclass(frozen=True)
class Attached:
    """What an upload came to. `is_new`: the content was not among the sheet's files yet."""

    evidence: Evidence
    is_new: bool
    code: str | None  # of the criterion that cites it now


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
    return evidence_on(db, sheet, evidence_id) if sheet is not None else None


def evidence_on(db: Session, sheet: Sheet, evidence_id: int) -> Evidence | None:
    """An evidence, as it is stored now, of a sheet that is loaded for a change."""
    found = db.scalar(
        select(Evidence)
        .where(Evidence.id == evidence_id, Evidence.sheet_id == sheet.id)
        .options(raiseload("*", sql_only=True))
        .execution_options(populate_existing=True)
    )
    if found is not None:
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


def attach(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    folder: Path,
    file: IO[bytes],
    file_name: str,
    largest_mib: int,
    code: str | None = None,
    now: datetime,
    **said: Any,
) -> Attached:
    """Take in a file of the unit and, with `code`, cite it for that criterion: `take_in` and `attach_stored` in one.

    Raises:
        WrongState, Invalid: see `require_fillable` and `type_of`; a text that is too long.
        TooLarge: above `largest_mib`.
    """
    require_fillable(db, sheet, code, now=now)
    check_texts(**said)
    incoming = take_in(folder, file, file_name, largest_mib=largest_mib)
    return attach_stored(db, actor, sheet, incoming, code=code, now=now, **said)


def attach_stored(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    incoming: Incoming,
    *,
    quota_mib: int | None = None,
    title: str = "",
    document_number: str = "",
    issued_on: date | None = None,
    issuer: str = "",
    code: str | None = None,
    place: str = "",
    now: datetime,
) -> Attached:
    """Make a stored file an evidence of the unit. Content that the sheet has already is no second evidence.

    Raises:
        WrongState, Invalid: see `require_fillable`; a text that is too long; an older revision of another evidence.
        TooLarge: no room is left for it under `quota_mib`.
    """
    require_fillable(db, sheet, code, now=now)
    fields = check_texts(title=title, document_number=document_number, issuer=issuer, place=place)
    del fields["place"]
    evidence = same_file(db, sheet, incoming.sha256)
    is_new = evidence is None
    if evidence is None:
        if quota_mib is not None:
            check_quota(db, sheet, incoming.size, incoming.name, quota_mib)
        evidence = Evidence(
            sheet_id=sheet.id,
            issued_on=issued_on,
            file_name=incoming.name,
            media_type=incoming.kind.media_type,
            size=incoming.size,
            sha256=incoming.sha256,
            uploaded_by_id=actor.user_id,
            uploaded_at=now,
            **fields | {"title": fields["title"] or title_from(incoming.name)},
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
            new={
                "title": evidence.title,
                "file_name": incoming.name,
                "size": incoming.size,
                "sha256": incoming.sha256,
            },
        )
    if code is not None:
        cite_on(db, actor, sheet, evidence, code=code, place=place, keep_place=not place, now=now)
    return Attached(evidence, is_new, code)


def same_file(db: Session, sheet: Sheet, sha256: str) -> Evidence | None:
    """The evidence of the sheet that has this content.

    Raises:
        Invalid: it is the older revision of an evidence.
    """
    found = db.scalar(
        select(Evidence)
        .where(Evidence.sheet_id == sheet.id, Evidence.sha256 == sha256)
        .options(raiseload("*", sql_only=True))
    )
    if found is not None:
        return found
    older = db.scalar(
        select(Evidence.title)
        .join(EvidenceRevision, EvidenceRevision.evidence_id == Evidence.id)
        .where(Evidence.sheet_id == sheet.id, EvidenceRevision.sha256 == sha256)
    )
    if older is not None:
        raise Invalid(
            N_("Tệp này là bản cũ, đã được thay bằng bản mới, của minh chứng “%(title)s” trong kho."),
            "files",
            title=older,
        )
    return None


def cite(db: Session, actor: Actor, evidence: Evidence, *, code: str, place: str, now: datetime) -> Citation:
    """Cite an evidence of the sheet for a criterion, or change the page or section where it is cited already.

    Raises:
        WrongState, Invalid: see `require_fillable`; a place that is too long.
    """
    require_fillable(db, evidence.sheet, code, now=now)
    return cite_on(db, actor, evidence.sheet, evidence, code=code, place=place, now=now)


def cite_on(
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
    """As `cite`, where it is known already that the line may change."""
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
    touch(db, actor, entry, now=now)
    _record_citation(db, actor, "cite", sheet, evidence, code, now=now, old=old, new={"place": text})
    return citation


def set_citations(
    db: Session, actor: Actor, evidence: Evidence, *, places: Mapping[str, str], codes: Collection[str], now: datetime
) -> tuple[int, int]:
    """Cite an evidence for exactly these criteria (code -> page or section) among `codes`; others stay as they are.

    Gives how many citations came and went.

    Raises:
        WrongState, Invalid: see `require_fillable`; a place that is too long, its field is "place-CODE".
    """
    cited = citing_codes(evidence.sheet, evidence)
    for code, place in places.items():
        try:
            cite(db, actor, evidence, code=code, place=place, now=now)
        except Invalid as error:
            raise Invalid(error.phrase, f"place-{code}") from error
    gone = (cited & set(codes)) - set(places)
    for code in sorted(gone):
        uncite(db, actor, evidence, code=code, now=now)
    return len(set(places) - cited), len(gone)


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
    touch(db, actor, entry, now=now)
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
    url: str | None = None,
    version: int,
    now: datetime,
) -> Evidence:
    """Change what is said about a document; `url`, checked, of a link only.

    After a return only where every line that cites it was returned.

    Raises:
        WrongState: wrong phase or state, after the close, or a line that cites it was not returned.
        Invalid: no title, or a text that is too long.
        Stale: somebody else changed it meanwhile.
    """
    sheet = evidence.sheet
    require_fillable(db, sheet, None, now=now)
    if not may_describe(sheet, evidence):
        raise WrongState(N_("Minh chứng này đang dùng cho tiêu chí đã nộp và không bị trả lại, nên không sửa được."))
    new: dict[str, Any] = {
        "title": _short("title", title),
        "document_number": _short("document_number", document_number),
        "issued_on": issued_on,
        "issuer": _short("issuer", issuer),
    }
    if not new["title"]:
        raise Invalid(N_("Nhập tên văn bản."), "title")
    if evidence.url is not None and url is not None:
        new["url"] = url
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
    return citing_codes(sheet, evidence) <= set(returned)


def citing_codes(sheet: Sheet, evidence: Evidence) -> set[str]:
    """Criteria that cite this evidence."""
    return {entry.code for entry in sheet.entries for one in entry.citations if one.evidence_id == evidence.id}


def check_texts(
    *, title: str = "", document_number: str = "", issuer: str = "", place: str = "", issued_on: date | None = None
) -> dict[str, str]:
    """What is said about a document, tidied.

    Raises:
        Invalid: a text that is too long; `field` names it.
    """
    given = {"title": title, "document_number": document_number, "issuer": issuer, "place": place}
    return {name: _short(name, text) for name, text in given.items()}


def _short(name: str, text: str) -> str:
    kept = tidy_line(text)
    if len(kept) > LONGEST[name]:
        raise Invalid(N_("Dài %(n)s ký tự, nhiều nhất %(most)s."), name, n=len(kept), most=LONGEST[name])
    return kept


def touch(db: Session, actor: Actor, entry: Entry, *, now: datetime) -> None:
    """Say who changed the line last. Its version stays: a citation must not make the figures being typed stale."""
    db.execute(
        update(Entry)
        .where(Entry.id == entry.id)
        .values(updated_at=now, updated_by_id=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    db.refresh(entry, ["updated_at", "updated_by_id"])


def content_of(evidence: Evidence) -> dict[str, str | None]:
    """What fixes the content, for the history: the hash of the file, or the address of a link."""
    return {"sha256": evidence.sha256} if evidence.url is None else {"url": evidence.url}


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
    about = {"title": evidence.title, **content_of(evidence)}
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
