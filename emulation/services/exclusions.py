"""Exclusions: findings that bar a unit from ranks and awards; recorded and lifted, never deleted. DESIGN 2, 6."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase
from emulation.errors import Invalid, WrongState
from emulation.models import Exclusion, Period, Sheet, User
from emulation.services.actor import Actor
from emulation.services.criteria import value_of
from emulation.services.history import record
from emulation.words import N_, tidy

LONGEST_NOTE = 2000  # characters


def load_exclusion(db: Session, exclusion_id: int) -> tuple[Exclusion, Sheet] | None:
    """The exclusion of a URL with its sheet."""
    exclusion = db.get(Exclusion, exclusion_id)
    sheet = db.get(Sheet, exclusion.sheet_id) if exclusion else None
    return (exclusion, sheet) if exclusion and sheet else None


def exclusions_of(db: Session, period: Period) -> list[tuple[Exclusion, Sheet, str]]:
    """Every exclusion of the period, lifted ones too, newest first: with its sheet and who decided."""
    rows = db.execute(
        select(Exclusion, Sheet, User.name)
        .join(Sheet, Sheet.id == Exclusion.sheet_id)
        .join(User, User.id == Exclusion.decided_by_id)
        .where(Sheet.period_id == period.id)
        .order_by(Exclusion.id.desc())
    )
    return [(exclusion, sheet, name) for exclusion, sheet, name in rows]


def exclude(db: Session, actor: Actor, sheet: Sheet, *, ground: str, note: str, now: datetime) -> Exclusion:
    """Record a finding against a unit.

    Raises:
        WrongState: the result is published.
        Invalid: a ground that the set does not have or that holds already, or no note.
    """
    _require_open(sheet.period)
    titles = {one.code: one.title for one in value_of(sheet.period.criteria_set).exclusions}
    if ground not in titles:
        raise Invalid(N_("Bộ tiêu chí không có điều kiện loại trừ “%(code)s”."), "ground", code=ground)
    held = select(Exclusion.id).where(
        Exclusion.sheet_id == sheet.id, Exclusion.ground == ground, Exclusion.lifted_at.is_(None)
    )
    if db.scalar(held) is not None:
        raise Invalid(
            N_("%(unit)s đã bị loại trừ vì điều kiện %(code)s."), "ground", unit=sheet.short_name, code=ground
        )
    exclusion = Exclusion(
        sheet_id=sheet.id,
        ground=ground,
        note=_words(note, "note", N_("Nêu căn cứ: văn bản, kết luận, ngày.")),
        decided_by_id=actor.user_id,
        decided_at=now,
    )
    db.add(exclusion)
    db.flush()
    _record(db, actor, "exclude", exclusion, sheet, now=now, new={"ground": ground, "note": exclusion.note})
    return exclusion


def lift(db: Session, actor: Actor, exclusion: Exclusion, sheet: Sheet, *, reason: str, now: datetime) -> Exclusion:
    """Take a finding back, with the reason; it stays readable.

    Raises:
        WrongState: the result is published, or the finding was lifted already.
        Invalid: no reason.
    """
    _require_open(sheet.period)
    if exclusion.lifted_at is not None:
        raise WrongState(N_("Kết luận loại trừ này đã được gỡ."))
    exclusion.lift_reason = _words(reason, "reason", N_("Nêu lý do gỡ loại trừ."))
    exclusion.lifted_at = now
    db.flush()
    _record(db, actor, "lift_exclusion", exclusion, sheet, now=now, new={"reason": exclusion.lift_reason})
    return exclusion


def _require_open(period: Period) -> None:
    if period.phase in (Phase.PUBLISHED, Phase.ARCHIVED):
        raise WrongState(N_("Kết quả của kỳ đã công bố; không đổi loại trừ được nữa."))


def _words(text: str, field: str, missing: str) -> str:
    words = tidy(text)
    if not words:
        raise Invalid(missing, field)
    if len(words) > LONGEST_NOTE:
        raise Invalid(N_("Lý do dài %(n)s ký tự, nhiều nhất %(most)s."), field, n=len(words), most=LONGEST_NOTE)
    return words


def _record(
    db: Session,
    actor: Actor,
    act: str,
    exclusion: Exclusion,
    sheet: Sheet,
    *,
    now: datetime,
    new: dict[str, object],
) -> None:
    record(
        db,
        actor,
        act,
        exclusion,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        place=exclusion.ground,
        new=new,
    )
