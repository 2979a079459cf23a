"""Phân công: which officer of a unit fills which part of its sheet. It says who, it forbids nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, raiseload

from emulation.domain.criteria import CriteriaSet
from emulation.domain.workflow import Act, Phase, SheetState, require
from emulation.errors import Invalid, Stale
from emulation.models import Assignment, Role, Sheet, User
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.periods import clock_of
from emulation.services.scores import criteria_of
from emulation.words import N_

BONUS, DEDUCTIONS = "bonus", "deductions"
BONUS_TITLE, DEDUCTIONS_TITLE = N_("Điểm thưởng"), N_("Điểm trừ")


@dataclass(frozen=True)
class Colleague:
    """An officer of the unit. `is_open`: the account can be used; one that was closed keeps what it was given."""

    id: int
    name: str
    title: str
    is_open: bool

    @property
    def initials(self) -> str:
        """The first letters of the last two words of the name, where Vietnamese people are known by: "Thu Hà" -> TH."""
        return "".join(word[0] for word in self.name.split()[-2:]).upper()


def shares_of(criteria: CriteriaSet) -> dict[str, str]:
    """What can be given to somebody, by key, with its title: top sections, then bonus and deductions."""
    found = {section.code: section.title for section in criteria.sections}
    if criteria.bonus:
        found[BONUS] = BONUS_TITLE
    if criteria.deductions:
        found[DEDUCTIONS] = DEDUCTIONS_TITLE
    return found


def colleagues_of(db: Session, sheet: Sheet) -> list[Colleague]:
    """Officers of the unit with an open account, by name."""
    rows = db.execute(
        select(User.id, User.name, User.title)
        .where(User.unit_id == sheet.unit_id, User.role == Role.UNIT_OFFICER, User.is_active)
        .order_by(User.name, User.id)
    )
    return [Colleague(key, name, title, True) for key, name, title in rows]


def assignments_of(db: Session, sheet: Sheet) -> dict[str, Colleague]:
    """Who has which part, by its key. An account that was closed, or left the unit, is there and says so."""
    rows = db.execute(
        select(Assignment.section, User.id, User.name, User.title, User.is_active, User.unit_id, User.role)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.sheet_id == sheet.id)
    )
    return {
        section: Colleague(key, name, title, is_active and unit_id == sheet.unit_id and role == Role.UNIT_OFFICER)
        for section, key, name, title, is_active, unit_id, role in rows
    }


def assign(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    to: Mapping[str, int | None],
    seen: Mapping[str, int | None] | None = None,
    now: datetime,
) -> list[str]:
    """Give parts of the sheet to officers of the unit (None: to nobody); the keys of the parts that changed.

    `seen` is who had each part when the page was opened: only what differs from it is meant as a change, and a
    change of what somebody else has changed meanwhile is refused.

    Raises:
        WrongState: wrong phase or state.
        Invalid: no such part, or somebody who is no officer of the unit with an open account; `field` is the key.
        Stale: somebody else gave the same part to another person meanwhile.
    """
    require(Act.ASSIGN, SheetState(sheet.state), Phase(sheet.period.phase), clock_of(db, sheet, now=now))
    shares, people = shares_of(criteria_of(sheet)), {one.id: one for one in colleagues_of(db, sheet)}
    names = {key: one.name for key, one in assignments_of(db, sheet).items()}
    stored = {
        one.section: one
        for one in db.scalars(select(Assignment).where(Assignment.sheet_id == sheet.id).options(raiseload("*")))
    }
    changed = []
    for key, user_id in to.items():
        if key not in shares:
            raise Invalid(N_("Bộ tiêu chí không có mã “%(code)s”."), code=key)
        row = stored.get(key)
        has = row.user_id if row else None
        before = seen.get(key) if seen is not None else has
        if user_id in (has, before):
            continue
        if has != before:
            who = names.get(key, "")
            raise Stale(N_("Người khác vừa phân công lại “%(part)s” cho %(who)s."), key, part=shares[key], who=who)
        if user_id is not None and user_id not in people:
            raise Invalid(N_("Chọn một chuyên viên của đơn vị, tài khoản đang mở."), key)
        _give(db, actor, sheet, row, key, user_id, now=now)
        new = people[user_id].name if user_id is not None else None
        place = {BONUS: BONUS_TITLE, DEDUCTIONS: DEDUCTIONS_TITLE}.get(key, key)
        old = {"officer": names.get(key)}
        ids = {"period_id": sheet.period_id, "unit_id": sheet.unit_id}
        record(db, actor, "assign", sheet, now=now, place=place, old=old, new={"officer": new}, **ids)
        changed.append(key)
    return changed


def _give(
    db: Session, actor: Actor, sheet: Sheet, row: Assignment | None, key: str, user_id: int | None, *, now: datetime
) -> None:
    if user_id is None:
        db.delete(row)
    elif row is None:
        given = {"section": key, "user_id": user_id, "assigned_by_id": actor.user_id, "assigned_at": now}
        db.add(Assignment(sheet_id=sheet.id, **given))
    else:
        row.user_id, row.assigned_by_id, row.assigned_at = user_id, actor.user_id, now
    db.flush()
