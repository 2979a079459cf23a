"""What the administrator sees of the accounts: their states, and what needs to be done about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.models import History, Period, Role, Sheet, SignIn, Unit, User
from emulation.services.accounts import WINDOW, locked_until
from emulation.words import N_

NEWLY = timedelta(days=30)


class AccountState(StrEnum):
    """Where an account is."""

    ACTIVE = "active"
    WAITING = "waiting"
    EXPIRED = "expired"
    CLOSED = "closed"


STATE_NAMES = {
    AccountState.ACTIVE: N_("Đang dùng"),
    AccountState.WAITING: N_("Chờ kích hoạt"),
    AccountState.EXPIRED: N_("Mã kích hoạt hết hạn"),
    AccountState.CLOSED: N_("Đã đóng"),
}


def state_of(user: User, *, now: datetime) -> AccountState:
    """The state of one account."""
    if not user.is_active:
        return AccountState.CLOSED
    if user.password_hash is not None:
        return AccountState.ACTIVE
    if user.activation_until is not None and user.activation_until >= now:
        return AccountState.WAITING
    return AccountState.EXPIRED


def all_accounts(db: Session) -> Sequence[User]:
    """Every account with its unit, by role, unit and name."""
    order = list(Role)
    return sorted(
        db.scalars(select(User)).all(),
        key=lambda user: (order.index(Role(user.role)), user.unit.code if user.unit else "", user.name),
    )


def last_sign_ins(db: Session) -> Mapping[str, datetime]:
    """When each e-mail last signed in."""
    rows = db.execute(select(SignIn.email, func.max(SignIn.at)).where(SignIn.succeeded).group_by(SignIn.email))
    return dict(rows.all())


def waiting_accounts(db: Session) -> Sequence[User]:
    """Accounts not yet activated: those without a code or with an old one in front, then by when it runs out."""
    order = (User.activation_until.asc().nulls_first(), User.email)
    return db.scalars(select(User).where(User.is_active, User.password_hash.is_(None)).order_by(*order)).all()


def locked_out(db: Session, *, now: datetime) -> list[tuple[str, datetime]]:
    """E-mails that must wait after too many failures, with the time until."""
    emails = db.scalars(
        select(SignIn.email).where(SignIn.at > now - 2 * WINDOW, ~SignIn.succeeded).distinct().order_by(SignIn.email)
    )
    found = [(email, locked_until(db, email, now=now)) for email in emails]
    return [(email, until) for email, until in found if until is not None]


@dataclass(frozen=True)
class LackingUnit:
    """A unit where nobody can do an act."""

    unit: Unit
    has_officer: bool
    has_director: bool


def units_without_people(db: Session, period: Period | None) -> list[LackingUnit]:
    """Units of the period (None: all) without an open account of an officer or of a director, by code."""
    held = set(
        db.execute(
            select(User.unit_id, User.role).where(
                User.is_active, User.role.in_((Role.UNIT_OFFICER, Role.UNIT_DIRECTOR))
            )
        ).all()
    )
    wanted = select(Unit).order_by(Unit.code)
    if period is not None:
        wanted = wanted.join(Sheet, Sheet.unit_id == Unit.id).where(Sheet.period_id == period.id)
    units = db.scalars(wanted)
    found = [
        LackingUnit(unit, (unit.id, Role.UNIT_OFFICER) in held, (unit.id, Role.UNIT_DIRECTOR) in held) for unit in units
    ]
    return [one for one in found if not (one.has_officer and one.has_director)]


def newly_closed(db: Session, *, now: datetime) -> list[tuple[User, datetime, str]]:
    """Accounts closed in the last 30 days and still closed: who, when, by whom; newest first."""
    rows = db.execute(
        select(User, History.at, History.actor_name)
        .join(History, (History.thing == User.__tablename__) & (History.thing_id == User.id))
        .where(History.act == "close_account", History.at > now - NEWLY, ~User.is_active)
        .order_by(History.at.desc(), History.id.desc())
    )
    newest: dict[int, tuple[User, datetime, str]] = {}
    for user, at, who in rows:
        newest.setdefault(user.id, (user, at, who))
    return list(newest.values())


def count_by_role(db: Session, *, now: datetime) -> dict[Role, Counter[AccountState]]:
    """How many accounts of each role are in each state."""
    counts: dict[Role, Counter[AccountState]] = {role: Counter() for role in Role}
    for user in db.scalars(select(User)):
        counts[Role(user.role)][state_of(user, now=now)] += 1
    return counts
