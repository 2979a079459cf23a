"""Last year's figures and evidence as a start: into lines that are empty, marked until confirmed. DESIGN 9.

Never submitted unseen: `lines.what_is_left` names every line that nobody has confirmed. Of a measure of progress last
year's `now` is this year's `before`; it makes no entry by itself and is put into the form instead (`known_before`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, raiseload, selectinload

from emulation.domain.criteria import Criterion
from emulation.domain.rules import External, Progress
from emulation.errors import Invalid
from emulation.models import Citation, Entry, Evidence, History, Sheet, TakenFrom
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.last_year import alike, sheet_before
from emulation.services.scores import criteria_of
from emulation.services.sheets import canonical, may_fill_line, require_fillable, start_entry
from emulation.services.uploads import forget_uploads_of
from emulation.words import N_


@dataclass(frozen=True)
class Offer:
    """What last year's sheet has for one line that is empty now."""

    criterion: Criterion
    data: dict[str, Any] | None  # None: the figures make no entry of this year
    explanation: str
    citations: tuple[Citation, ...]

    @property
    def code(self) -> str:
        """Code of the criterion."""
        return self.criterion.code


@dataclass(frozen=True)
class Taken:
    """What was taken over, or would be: lines with figures, documents, citations."""

    lines: int
    documents: int
    citations: int


def offers_from_last_year(db: Session, sheet: Sheet) -> list[Offer]:
    """The empty lines of a sheet that last year's has something for, in the order of the set."""
    old = sheet_before(db, sheet, with_evidence=True)
    if old is None:
        return []
    entries = {entry.code: entry for entry in sheet.entries}
    before = {entry.code: entry for entry in old.entries}
    found = []
    for code in alike(old, sheet):
        criterion, entry, then = criteria_of(sheet).by_code[code], entries.get(code), before.get(code)
        is_mine = criterion.applies(frozenset(sheet.tags)) and not isinstance(criterion.rule, External)
        if then is None or not is_mine or not may_fill_line(sheet, code) or (entry and entry.data is not None):
            continue
        data = _usable(criterion, then)
        citations = () if entry and entry.citations else tuple(then.citations)
        if data is not None or citations:
            found.append(Offer(criterion, data, then.explanation, citations))
    return found


def _usable(criterion: Criterion, entry: Entry) -> dict[str, Any] | None:
    if entry.data is None or isinstance(criterion.rule, Progress):
        return None
    try:
        return canonical(criterion, entry.data)
    except Invalid:  # another label, an item that is gone
        return None


def known_before(criterion: Criterion, data: Any) -> dict[str, str]:
    """What last year's figures say of this year's entry of a measure of progress: `before`."""
    if isinstance(criterion.rule, Progress) and data and "now" in data:
        return {"before": str(data["now"])}
    return {}


def plan_take_over(offers: Iterable[Offer], *, evidence: bool = True) -> Taken:
    """What taking these over comes to."""
    chosen = list(offers)
    cited = [citation for one in chosen for citation in one.citations] if evidence else []
    return Taken(
        lines=sum(one.data is not None for one in chosen),
        documents=len({citation.evidence_id for citation in cited}),
        citations=len(cited),
    )


def take_over(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    codes: Collection[str],
    explanations: bool = False,
    evidence: bool = True,
    now: datetime,
) -> Taken:
    """Fill these lines with last year's figures, explanations and evidence, each marked until it is confirmed.

    A line that has figures meanwhile keeps them. A file lies once, whatever year cites it.

    Raises:
        WrongState: see `require_fillable`.
        Invalid: nothing was chosen, or nothing of it is left to take over; `field` is "codes".
    """
    require_fillable(db, sheet, None, now=now)
    chosen = [one for one in offers_from_last_year(db, sheet) if one.code in codes]
    if not chosen:
        raise Invalid(N_("Chọn ít nhất một tiêu chí để lấy từ năm trước."), "codes")
    entries = {entry.code: entry for entry in sheet.entries}
    library = list(
        db.scalars(select(Evidence).where(Evidence.sheet_id == sheet.id).options(raiseload("*", sql_only=True)))
    )
    by_content = {one.sha256 or one.url: one for one in library}
    for offer in chosen:
        entry = entries.get(offer.code) or start_entry(db, sheet, offer.code, actor, now=now)
        old = {"data": entry.data, "explanation": entry.explanation}
        if offer.data is not None:
            entry.data, entry.taken_from = offer.data, TakenFrom.LAST_YEAR
            if explanations and not entry.explanation:
                entry.explanation = offer.explanation
        entry.updated_by_id, entry.updated_at = actor.user_id, now
        db.flush()
        titles = []
        for then in offer.citations if evidence else ():
            document = _document(db, actor, sheet, then.evidence, by_content, now=now)
            is_unconfirmed = document.taken_from_id is not None and document.confirmed_at is None
            entry.citations.append(
                Citation(evidence_id=document.id, evidence=document, place=then.place, is_unconfirmed=is_unconfirmed)
            )
            titles.append(document.title)
        new = {"data": entry.data, "explanation": entry.explanation, "evidence": titles}
        record(db, actor, "take_over", entry, now=now, **_at(sheet, offer.code), old=old, new=new)
    return plan_take_over(chosen, evidence=evidence)


def _document(
    db: Session, actor: Actor, sheet: Sheet, old: Evidence, by_content: dict[Any, Evidence], *, now: datetime
) -> Evidence:
    """The same content among the documents of this sheet: there already, or taken over now."""
    content = old.sha256 or old.url
    if content not in by_content:
        by_content[content] = Evidence(
            sheet_id=sheet.id,
            title=old.title,
            document_number=old.document_number,
            issued_on=old.issued_on,
            issuer=old.issuer,
            url=old.url,
            file_name=old.file_name,
            media_type=old.media_type,
            size=old.size,
            sha256=old.sha256,
            uploaded_by_id=actor.user_id,
            uploaded_at=now,
            taken_from_id=old.id,
        )
        db.add(by_content[content])
        db.flush()
    return by_content[content]


def untouched(sheet: Sheet) -> list[Entry]:
    """Lines whose figures came from last year and that nobody has confirmed or changed."""
    return [
        entry for entry in sheet.entries if entry.taken_from == TakenFrom.LAST_YEAR and may_fill_line(sheet, entry.code)
    ]


def undo_take_over(db: Session, actor: Actor, sheet: Sheet, *, now: datetime) -> int:
    """Take back what came from last year where nobody has confirmed or changed it since; how many lines.

    Documents that came along, are not confirmed and cited nowhere any more go too.

    Raises:
        WrongState: see `require_fillable`.
    """
    require_fillable(db, sheet, None, now=now)
    lines = [one for one in sheet.entries if may_fill_line(sheet, one.code) and _came_over(one)]
    for entry in lines:
        taken = db.scalar(
            select(History)
            .where(History.thing == Entry.__tablename__, History.thing_id == entry.id, History.act == "take_over")
            .order_by(History.id.desc())
            .limit(1)
        )
        old = {"data": entry.data, "explanation": entry.explanation}
        if entry.taken_from == TakenFrom.LAST_YEAR:
            entry.data, entry.taken_from = None, None
            entry.explanation = str((taken.old or {}).get("explanation", "")) if taken else entry.explanation
        for citation in [one for one in entry.citations if one.is_unconfirmed]:
            entry.citations.remove(citation)
            db.delete(citation)
        entry.updated_by_id, entry.updated_at = actor.user_id, now
        new = {"data": entry.data, "explanation": entry.explanation}
        record(db, actor, "undo_take_over", entry, now=now, **_at(sheet, entry.code), old=old, new=new)
    db.flush()
    for document in db.scalars(
        select(Evidence)
        .where(Evidence.sheet_id == sheet.id, Evidence.taken_from_id.is_not(None), Evidence.confirmed_at.is_(None))
        .options(selectinload(Evidence.citations), selectinload(Evidence.revisions), raiseload("*", sql_only=True))
        .execution_options(populate_existing=True)
    ):
        if not document.citations and not document.revisions:
            forget_uploads_of(db, document)
            db.delete(document)
    db.flush()
    return len(lines)


def _came_over(entry: Entry) -> bool:
    return entry.taken_from == TakenFrom.LAST_YEAR or any(one.is_unconfirmed for one in entry.citations)


def _at(sheet: Sheet, place: str) -> dict[str, Any]:
    return {"period_id": sheet.period_id, "unit_id": sheet.unit_id, "place": place}
