"""What became of reminders: the row that keeps a letter from going twice, its mark, the list of all.

A row is written and committed before its letter goes and marked after (`emulation/jobs.py` does both), so that a crash
between the two costs one letter and never sends one twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from emulation.domain.reminders import NOT_STARTED, joined, parted
from emulation.errors import WrongState
from emulation.models import Delivery, Period, Reminder, Unit, User
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.reminders import Letter
from emulation.words import N_, vietnam_day

IN_FLIGHT = timedelta(minutes=10)  # after that a letter whose end is unknown may be sent again by hand


def book(db: Session, period_id: int, letter: Letter, *, now: datetime) -> Reminder | None:
    """Take the person's place of today, to be committed before the letter goes; None if it is taken.

    A place whose letter surely failed is free again. Two jobs at once: the second waits, then finds it taken (or the
    UNIQUE refuses it, which the caller reads the same way).
    """
    today = vietnam_day(now)
    row = db.scalar(
        select(Reminder)
        .where(Reminder.period_id == period_id, Reminder.user_id == letter.user_id, Reminder.day == today)
        .with_for_update()
    )
    sha256 = letter.digest.sha256
    if row is not None:
        if row.state != Delivery.FAILED:
            return None
        row.state, row.trouble, row.made_at = Delivery.SENDING, "", now
        called = (NOT_STARTED,) if NOT_STARTED in parted(row.occasion) else ()  # the first page tells of it for days
        row.occasion, row.sha256 = joined(dict.fromkeys((*called, *letter.occasions))), sha256
    else:
        row = Reminder(
            period_id=period_id,
            user_id=letter.user_id,
            day=today,
            occasion=joined(letter.occasions),
            sha256=sha256,
            made_at=now,
        )
        db.add(row)
    db.flush()
    return row


def book_again(db: Session, actor: Actor, reminder: Reminder, letter: Letter, *, now: datetime) -> Reminder:
    """Take up a reminder that did not go out, or whose end nobody knows, to send it again by hand.

    Raises:
        WrongState: it went out, or is just being sent.
    """
    db.refresh(reminder, with_for_update=True)
    if reminder.state == Delivery.SENT:
        raise WrongState(N_("Thư này đã gửi rồi."))
    if reminder.state == Delivery.SENDING and now - reminder.made_at < IN_FLIGHT:
        raise WrongState(N_("Thư này đang được gửi; chờ ít phút rồi xem lại."))
    reminder.state, reminder.trouble, reminder.made_at = Delivery.SENDING, "", now
    reminder.sha256 = letter.digest.sha256
    record(
        db,
        actor,
        "remind_again",
        reminder,
        now=now,
        period_id=reminder.period_id,
        unit_id=letter.unit_id,
        new={"email": letter.email},
    )
    return reminder


def mark_sent(db: Session, reminder_id: int, *, now: datetime) -> None:
    """The server took the letter."""
    _mark(db, reminder_id, state=Delivery.SENT, sent_at=now, trouble="")


def mark_trouble(db: Session, reminder_id: int, sentence: str, *, is_sure: bool) -> None:
    """The letter did not go, or (not `is_sure`) nobody knows: such a one is never sent again by itself."""
    _mark(db, reminder_id, state=Delivery.FAILED if is_sure else Delivery.SENDING, trouble=sentence[:300])


def _mark(db: Session, reminder_id: int, **values: object) -> None:
    db.execute(update(Reminder).where(Reminder.id == reminder_id, Reminder.state == Delivery.SENDING).values(**values))


def record_run(db: Session, actor: Actor, period: Period, counts: Mapping[str, int], *, now: datetime) -> None:
    """One line of history for one run of the job or one press of the button."""
    record(db, actor, "remind", period, now=now, period_id=period.id, new=dict(counts))


# ---- what was sent ----


@dataclass(frozen=True)
class SentRow:
    """A stored reminder with its person and unit."""

    reminder: Reminder
    name: str
    email: str
    unit: str | None
    can_go_again: bool


def sent_in(db: Session, period: Period, *, now: datetime, only_trouble: bool = False) -> list[SentRow]:
    """The newest 500 reminders of a period, those with trouble alone if asked for."""
    wanted = (
        select(Reminder, User.name, User.email, Unit.short_name)
        .join(User, User.id == Reminder.user_id)
        .outerjoin(Unit, Unit.id == User.unit_id)
        .where(Reminder.period_id == period.id)
    )
    if only_trouble:
        wanted = wanted.where(Reminder.state != Delivery.SENT)
    rows = db.execute(wanted.order_by(Reminder.made_at.desc(), Reminder.id.desc()).limit(500))
    return [SentRow(row, name, email, unit, _may_go_again(row, now)) for row, name, email, unit in rows]


def _may_go_again(row: Reminder, now: datetime) -> bool:
    return row.state == Delivery.FAILED or (row.state == Delivery.SENDING and now - row.made_at >= IN_FLIGHT)


def counts_in(db: Session, period: Period) -> dict[str, int]:
    """How many reminders of a period there are, by what became of them."""
    rows = db.execute(
        select(Reminder.state, func.count()).where(Reminder.period_id == period.id).group_by(Reminder.state)
    )
    return dict(rows.all())


def load_reminder(db: Session, reminder_id: int) -> Reminder | None:
    """The reminder of a URL."""
    return db.get(Reminder, reminder_id)
