"""Trao đổi nội bộ: what officers and director of a unit say to each other about a row. It never leaves the unit.

Only people of the unit read it (TALK_ON_SHEET). The history keeps that somebody spoke, never the words, and
says so to the unit only; no export, print, fingerprint or page of the ministry reads this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, raiseload
from sqlalchemy.orm.attributes import set_committed_value

from emulation.errors import Invalid
from emulation.models import Remark, Sheet, User
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.scores import criteria_of
from emulation.services.sheets import load_sheet
from emulation.words import N_, tidy

LONGEST_REMARK = 2000  # characters


@dataclass(frozen=True)
class Said:
    """One remark or answer with who said it."""

    id: int
    user_id: int
    who: str
    role: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Thread:
    """A remark on a row with its answers. `resolved_by` is None while it is open."""

    code: str
    first: Said
    answers: tuple[Said, ...]
    resolved_by: str | None
    resolved_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.resolved_at is None


@dataclass(frozen=True)
class Count:
    """Threads of a row."""

    open: int
    total: int


# ---- reading ----


def threads_of(db: Session, sheet: Sheet, *, code: str | None = None, only_open: bool = False) -> list[Thread]:
    """The threads of a sheet, or of one row: in the order of the set, then as they were begun."""
    closer = aliased(User)
    wanted = (
        select(Remark, User.name, User.role, closer.name)
        .join(User, User.id == Remark.user_id)
        .outerjoin(closer, closer.id == Remark.resolved_by_id)
        .where(Remark.sheet_id == sheet.id)
        .options(raiseload("*"))
        .order_by(Remark.id)
    )
    if code is not None:
        wanted = wanted.where(Remark.code == code)
    rows = db.execute(wanted).all()
    answers: dict[int, list[Said]] = {}
    for remark, who, role, _closer in rows:
        if remark.answers_id is not None:
            answers.setdefault(remark.answers_id, []).append(_said(remark, who, role))
    found = [
        Thread(remark.code, _said(remark, who, role), tuple(answers.get(remark.id, ())), by, remark.resolved_at)
        for remark, who, role, by in rows
        if remark.answers_id is None and not (only_open and remark.resolved_at is not None)
    ]
    order = {one: place for place, one in enumerate(criteria_of(sheet).by_code)}
    return sorted(found, key=lambda thread: order.get(thread.code, len(order)))


def _said(remark: Remark, who: str, role: str) -> Said:
    return Said(remark.id, remark.user_id, who, role, remark.made_at, remark.text)


def counts_of(db: Session, sheet: Sheet) -> dict[str, Count]:
    """How many threads each row has, by code; rows without one are not there."""
    rows = db.execute(
        select(Remark.code, func.count(), func.count(Remark.resolved_at))
        .where(Remark.sheet_id == sheet.id, Remark.answers_id.is_(None))
        .group_by(Remark.code)
    )
    return {code: Count(total - resolved, total) for code, total, resolved in rows}


def load_remark(db: Session, remark_id: int) -> Remark | None:
    """The remark of a URL with its sheet."""
    found = db.scalar(select(Remark).where(Remark.id == remark_id).options(raiseload("*", sql_only=True)))
    sheet = load_sheet(db, found.sheet_id) if found is not None else None
    if found is None or sheet is None:
        return None
    set_committed_value(found, "sheet", sheet)
    return found


# ---- talking ----


def remark(db: Session, actor: Actor, sheet: Sheet, *, code: str, text: str, now: datetime) -> Remark:
    """Begin a thread on a row.

    Raises:
        Invalid: the set has no such criterion; no text, or one that is too long (`field` is "text").
    """
    if code not in criteria_of(sheet).by_code:
        raise Invalid(N_("Bộ tiêu chí không có mã “%(code)s”."), code=code)
    said = Remark(sheet_id=sheet.id, code=code, user_id=actor.user_id, text=_text(text), made_at=now)
    set_committed_value(said, "sheet", sheet)
    return _added(db, actor, said, act="remark", now=now)


def answer(db: Session, actor: Actor, to: Remark, *, text: str, now: datetime) -> Remark:
    """Answer in a thread; `to` may be any remark of it.

    Raises:
        Invalid: see `remark`.
    """
    root = to.answers_id if to.answers_id is not None else to.id
    words = _text(text)
    said = Remark(sheet_id=to.sheet_id, code=to.code, answers_id=root, user_id=actor.user_id, text=words, made_at=now)
    set_committed_value(said, "sheet", to.sheet)
    return _added(db, actor, said, act="answer_remark", now=now)


def resolve(db: Session, actor: Actor, thread: Remark, *, now: datetime) -> Remark:
    """Say that a thread is done. Done already is no change.

    Raises:
        Invalid: it is an answer, which is neither open nor done.
    """
    _require_root(thread)
    if thread.resolved_at is None:
        thread.resolved_at, thread.resolved_by_id = now, actor.user_id
        _record(db, actor, "resolve_remark", thread, now=now)
    return thread


def reopen(db: Session, actor: Actor, thread: Remark, *, now: datetime) -> Remark:
    """Open a thread again. Open already is no change.

    Raises:
        Invalid: it is an answer.
    """
    _require_root(thread)
    if thread.resolved_at is not None:
        thread.resolved_at = thread.resolved_by_id = None
        _record(db, actor, "reopen_remark", thread, now=now)
    return thread


def _require_root(thread: Remark) -> None:
    if thread.answers_id is not None:
        raise Invalid(N_("Chỉ đánh dấu được ý kiến đầu tiên của một trao đổi."))


def _text(text: str) -> str:
    kept = tidy(text)
    if not kept:
        raise Invalid(N_("Nhập nội dung trao đổi."), "text")
    if len(kept) > LONGEST_REMARK:
        raise Invalid(N_("Dài %(n)s ký tự, nhiều nhất %(most)s."), "text", n=len(kept), most=LONGEST_REMARK)
    return kept


def _added(db: Session, actor: Actor, said: Remark, *, act: str, now: datetime) -> Remark:
    db.add(said)
    _record(db, actor, act, said, now=now)
    return said


def _record(db: Session, actor: Actor, act: str, thing: Remark, *, now: datetime) -> None:
    """That it was said, and where; the words stay in the unit."""
    sheet = thing.sheet
    record(db, actor, act, thing, now=now, period_id=sheet.period_id, unit_id=sheet.unit_id, place=thing.code)
