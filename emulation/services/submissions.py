"""The way of a sheet between officer, director and department: send, sign, receive, return. DESIGN 4."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, raiseload, selectinload

from emulation.domain.rules import External
from emulation.domain.workflow import Act, Phase, SheetState, require
from emulation.errors import Invalid, Stale
from emulation.models import Entry, History, Period, ReturnedLine, Sheet
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.lines import Left, open_returns, what_is_left
from emulation.services.periods import clock_of
from emulation.services.remarks import remark
from emulation.services.scores import criteria_of, self_score
from emulation.words import N_, Phrase, tidy

LONGEST_NOTE = 2000  # characters
ENTRY_ACTS = ("fill", "take_over", "undo_take_over", "offer_figures")  # each with the content before and after
CITING_ACTS = ("cite", "uncite")
DOCUMENT_ACTS = ("describe", "replace_file")  # what changes every line that cites the document


class SomethingLeft(Invalid):
    """The sheet cannot be sent: `left` says what is missing, each with its line."""

    def __init__(self, left: list[Left]) -> None:
        super().__init__(N_("Chưa trình được: còn %(n)s việc phải làm."), n=len(left))
        self.left = left


@dataclass(frozen=True)
class Change:
    """What happened to one line since some moment: its content before the first act and after the last."""

    code: str
    before: dict[str, Any] | None  # {"data", "explanation"}; None: nothing was declared, or the figures did not change
    after: dict[str, Any] | None
    evidence: tuple[tuple[str, str], ...]  # (act, title): cite, uncite, move (another page), describe, replace_file
    who: str
    at: datetime


# ---- what is submitted ----


def submission_of(sheet: Sheet) -> bytes:
    """The canonical JSON of everything that is submitted: criteria, unit, entries, evidence with its hashes."""
    entries = [_entry(entry) for entry in sorted(sheet.entries, key=lambda entry: entry.code) if not _is_empty(entry)]
    body = {
        "criteria": criteria_of(sheet).sha256,
        "period": sheet.period.code,
        "unit": {"code": sheet.unit.code, "name": sheet.unit_name, "tags": sorted(sheet.tags)},
        "entries": entries,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _is_empty(entry: Entry) -> bool:
    return entry.data is None and not entry.explanation and not entry.citations


def _entry(entry: Entry) -> dict[str, Any]:
    citations = [
        {
            **({"sha256": one.evidence.sha256} if one.evidence.url is None else {"url": one.evidence.url}),
            "title": one.evidence.title,
            "document_number": one.evidence.document_number,
            "issued_on": one.evidence.issued_on.isoformat() if one.evidence.issued_on else None,
            "issuer": one.evidence.issuer,
            "file_name": one.evidence.file_name,
            "place": one.place,
        }
        for one in sorted(entry.citations, key=lambda one: one.evidence.sha256 or str(one.evidence.url))
    ]
    return {"code": entry.code, "data": entry.data, "explanation": entry.explanation, "citations": citations}


def fingerprint(sheet: Sheet) -> str:
    """The SHA-256 that names what is submitted: shown before signing, stored with the submission."""
    return hashlib.sha256(submission_of(sheet)).hexdigest()


# ---- acts of the unit ----


def send(db: Session, actor: Actor, sheet: Sheet, *, seen: str | None = None, now: datetime) -> Sheet:
    """Trình lãnh đạo ký. `seen` is the fingerprint of what the officer checked.

    Raises:
        WrongState: wrong phase or state, or after the close.
        SomethingLeft: something required is missing.
        Stale: the sheet changed since it was checked.
    """
    require_moment(db, Act.SEND, sheet, now=now)
    _complete_as_seen(sheet, seen)
    sheet.state, sheet.sent_at, sheet.note = SheetState.SIGNING, now, ""
    _record(db, actor, "send", sheet, now=now, new={"sha256": fingerprint(sheet), "total": self_score(sheet).total})
    return sheet


def send_back(
    db: Session, actor: Actor, sheet: Sheet, *, note: str, remarks: Mapping[str, str] | None = None, now: datetime
) -> Sheet:
    """Trả lại chuyên viên, with what to correct: in a note, and in `remarks` on single rows by code.

    A sheet that the department had returned stays a returned one.

    Raises:
        WrongState: the sheet does not wait for a signature.
        Invalid: neither a note nor a remark (`field` is "note"), or one that is too long.
    """
    require_moment(db, Act.SEND_BACK, sheet, now=now)
    said = {code: text for code, text in (remarks or {}).items() if tidy(text)}
    if said and not tidy(note):
        note = str(Phrase(N_("Xem ý kiến ở từng tiêu chí: %(codes)s."), {"codes": ", ".join(said)}))
    text = _note(note, N_("Ghi rõ cần sửa gì để chuyên viên biết."))
    for code, words in said.items():
        remark(db, actor, sheet, code=code, text=words, now=now)
    sheet.state, sheet.note = _state_with_officer(sheet), text
    _record(db, actor, "send_back", sheet, now=now, new={"note": text})
    return sheet


def recall(db: Session, actor: Actor, sheet: Sheet, *, now: datetime) -> Sheet:
    """Rút lại để sửa: the officer takes back what nobody has signed yet.

    Raises:
        WrongState: the sheet does not wait for a signature, or after the close.
    """
    require_moment(db, Act.RECALL, sheet, now=now)
    sheet.state = _state_with_officer(sheet)
    _record(db, actor, "recall", sheet, now=now, new={})
    return sheet


def submit(db: Session, actor: Actor, sheet: Sheet, *, seen: str | None = None, now: datetime) -> Sheet:
    """Ký và nộp: a person signs, what is submitted gets its SHA-256, returned lines are answered.

    Raises:
        WrongState: the sheet does not wait for a signature (a second submission among others), or after the close.
        SomethingLeft: something required is missing.
        Stale: the sheet is not the one that the director saw.
    """
    require_moment(db, Act.SUBMIT, sheet, now=now)
    _complete_as_seen(sheet, seen)
    new = {"sha256": fingerprint(sheet), "total": self_score(sheet).total}
    if sheet.first_submitted_at is None:  # a sheet that comes again after a return is no later than it was
        window = sheet.period.window(Phase.SELF_SCORING)
        sheet.first_submitted_at, sheet.due_at = now, window.closes_at if window else None
    sheet.signed_by_id, sheet.submission_sha256, sheet.submitted_at = actor.user_id, fingerprint(sheet), now
    sheet.state, sheet.note = SheetState.SUBMITTED, ""
    for line in open_returns(sheet).values():
        line.resolved_at = now
    _record(db, actor, "submit", sheet, now=now, new=new)
    return sheet


# ---- acts of the department ----


def receive(db: Session, actor: Actor, sheet: Sheet, *, now: datetime) -> Sheet:
    """Tiếp nhận: the moment has legal effect and is stored.

    Raises:
        WrongState: the sheet is not submitted, or received already.
    """
    require_moment(db, Act.RECEIVE, sheet, now=now)
    sheet.state, sheet.received_at, sheet.note = SheetState.RECEIVED, now, ""
    _record(db, actor, "receive", sheet, now=now, new={"sha256": sheet.submission_sha256})
    return sheet


def return_lines(
    db: Session, actor: Actor, sheet: Sheet, *, reasons: Mapping[str, str], note: str = "", now: datetime
) -> Sheet:
    """Trả lại đơn vị: the lines to correct by code, each with its reason; all others stay as submitted.

    Raises:
        WrongState: the sheet is not submitted, or received already.
        Invalid: see `checked_reasons`.
    """
    require_moment(db, Act.RETURN, sheet, now=now)
    kept = checked_reasons(sheet, reasons)
    text = tidy(note)[:LONGEST_NOTE]
    for code, reason in kept.items():
        line = ReturnedLine(code=code, reason=reason, returned_by_id=actor.user_id, returned_at=now)
        sheet.returned_lines.append(line)
    sheet.state, sheet.note = SheetState.RETURNED, text
    _record(db, actor, "return", sheet, now=now, new={"lines": kept, "note": text})
    return sheet


def checked_reasons(sheet: Sheet, reasons: Mapping[str, str]) -> dict[str, str]:
    """What a return would say, by code in the order of the set.

    Raises:
        Invalid: no line (`field` is "lines"), a line that cannot be corrected, or one without a reason or with too
            long a one (`field` is "reason-CODE").
    """
    if not reasons:
        raise Invalid(N_("Ghi lý do trả lại ở ít nhất một tiêu chí."), "lines")
    criteria = criteria_of(sheet)
    kept: dict[str, str] = {}
    for code, reason in reasons.items():
        criterion = criteria.by_code.get(code)
        if criterion is None:
            raise Invalid(N_("Bộ tiêu chí không có mã “%(code)s”."), "lines", code=code)
        if isinstance(criterion.rule, External) or not criterion.applies(frozenset(sheet.tags)):
            raise Invalid(N_("Đơn vị không kê khai tiêu chí %(code)s nên không trả lại được."), "lines", code=code)
        kept[code] = _note(reason, N_("Ghi lý do trả lại."), f"reason-{code}")
    return {code: kept[code] for code in criteria.by_code if code in kept}


def inbox_of(db: Session, period: Period) -> list[Sheet]:
    """Submitted sheets that wait for receipt, the longest waiting first, with their entries."""
    nothing_more = raiseload("*", sql_only=True)
    return list(
        db.scalars(
            select(Sheet)
            .where(Sheet.period_id == period.id, Sheet.state == SheetState.SUBMITTED)
            .options(
                joinedload(Sheet.period).joinedload(Period.criteria_set),
                joinedload(Sheet.cluster),
                selectinload(Sheet.entries).selectinload(Entry.citations),
                selectinload(Sheet.returned_lines),
                nothing_more,
            )
            .order_by(Sheet.submitted_at, Sheet.id)
        )
    )


# ---- what happened ----


def last_act(db: Session, sheet: Sheet, acts: Iterable[str], *, before: datetime | None = None) -> History | None:
    """The newest of these acts on the sheet, with who and when."""
    wanted = select(History).where(
        History.thing == Sheet.__tablename__, History.thing_id == sheet.id, History.act.in_(tuple(acts))
    )
    if before is not None:
        wanted = wanted.where(History.at < before)
    return db.scalar(wanted.order_by(History.id.desc()).limit(1))


def changes_since(db: Session, sheet: Sheet, since: datetime) -> list[Change]:
    """Lines that were changed after a moment, in the order of the set: for the director, for a second submission.

    What was done and undone again is no change. A document whose file or description changed is named at every line
    that cites it now.
    """
    rows = db.scalars(
        select(History)
        .where(
            History.unit_id == sheet.unit_id,
            History.period_id == sheet.period_id,
            History.act.in_((*ENTRY_ACTS, *CITING_ACTS, *DOCUMENT_ACTS)),
            History.at > since,
        )
        .order_by(History.id)
    )
    citing: dict[int, list[str]] = {}
    for entry in sheet.entries:
        for one in entry.citations:
            citing.setdefault(one.evidence_id, []).append(entry.code)
    by_code: dict[str, list[History]] = {}
    for row in rows:
        for code in citing.get(row.thing_id, ()) if row.act in DOCUMENT_ACTS else (row.place,):
            by_code.setdefault(code, []).append(row)
    titles = {one.evidence_id: one.evidence.title for entry in sheet.entries for one in entry.citations}
    return [
        change
        for code in criteria_of(sheet).by_code
        if code in by_code
        for change in (_change(code, by_code[code], titles),)
        if change.before != change.after or change.evidence
    ]


def _change(code: str, rows: list[History], titles: Mapping[int, str]) -> Change:
    filled = [row for row in rows if row.act in ENTRY_ACTS]
    by_evidence: dict[int, list[History]] = {}
    for row in rows:
        if row.act not in ENTRY_ACTS:
            by_evidence.setdefault(row.thing_id, []).append(row)
    return Change(
        code=code,
        before=_content(filled[0].old) if filled else None,
        after=_content(filled[-1].new) if filled else None,
        evidence=tuple(one for key, acts in by_evidence.items() for one in _evidence_acts(acts, titles.get(key))),
        who=rows[-1].actor_name,
        at=rows[-1].at,
    )


def _content(recorded: dict[str, Any] | None) -> dict[str, Any] | None:
    """What an act on an entry recorded, as figures and explanation; None where nothing was declared."""
    found = {"data": (recorded or {}).get("data"), "explanation": (recorded or {}).get("explanation", "")}
    return found if found["data"] is not None or found["explanation"] else None


def _evidence_acts(rows: list[History], title: str | None) -> Iterator[tuple[str, str]]:
    """What became of one document on one line, from its acts there: the first says what was, the last what is."""
    cited = [row for row in rows if row.act in CITING_ACTS]
    name = title or str((rows[-1].new or rows[-1].old or {}).get("title", ""))
    if cited:
        was, now = cited[0].old is not None, cited[-1].new is not None
        if was != now:
            yield "cite" if now else "uncite", name
            return
        if was and now and (cited[0].old or {}).get("place", "") != (cited[-1].new or {}).get("place", ""):
            yield "move", name
    if title is not None:
        yield from ((act, name) for act in DOCUMENT_ACTS if any(row.act == act for row in rows))


# ---- shared ----


def require_moment(db: Session, act: Act, sheet: Sheet, *, now: datetime) -> None:
    """Refuse an act whose moment it is not.

    Raises:
        WrongState: wrong phase or state, or after the close for the unit.
    """
    require(act, SheetState(sheet.state), Phase(sheet.period.phase), clock_of(db, sheet, now=now))


def _state_with_officer(sheet: Sheet) -> SheetState:
    """What a sheet is that leaves the director unsigned: one that the department had returned stays returned."""
    return SheetState.RETURNED if open_returns(sheet) else SheetState.DRAFT


def _complete_as_seen(sheet: Sheet, seen: str | None) -> None:
    left = what_is_left(sheet)
    if left:
        raise SomethingLeft(left)
    if seen is not None and seen != fingerprint(sheet):
        raise Stale(N_("Phiếu đã thay đổi từ lúc anh chị mở trang này. Hãy xem lại bản mới nhất rồi gửi."))


def _note(text: str, missing: str, field: str = "note") -> str:
    kept = tidy(text)
    if not kept:
        raise Invalid(missing, field)
    if len(kept) > LONGEST_NOTE:
        raise Invalid(N_("Dài %(n)s ký tự, nhiều nhất %(most)s."), field, n=len(kept), most=LONGEST_NOTE)
    return kept


def _record(db: Session, actor: Actor, act: str, sheet: Sheet, *, now: datetime, new: dict[str, Any]) -> None:
    db.flush()
    record(db, actor, act, sheet, now=now, period_id=sheet.period_id, unit_id=sheet.unit_id, new=new)
