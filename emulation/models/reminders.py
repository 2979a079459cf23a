"""Reminders: what was sent to whom, so that nobody gets the same twice."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from emulation.db import Base, one_of
from emulation.words import N_


class Delivery(StrEnum):
    """What became of a reminder. One that stays at `SENDING` was cut off: nobody knows whether it went out."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # surely not delivered: the next job of the day may try again


DELIVERY_NAMES = {
    Delivery.SENDING: N_("Không rõ đã đi chưa"),
    Delivery.SENT: N_("Đã gửi"),
    Delivery.FAILED: N_("Chưa gửi được"),
}


class Reminder(Base):
    """A digest to one person on one day (Vietnam time), committed before it is sent and marked after."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("period_id", "user_id", "day"),
        one_of("state", Delivery),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
    )

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    day: Mapped[date]
    occasion: Mapped[str] = mapped_column(String(40))  # of domain/reminders.py, joined: "returned+7_days"
    sha256: Mapped[str] = mapped_column(String(64))  # of the text
    state: Mapped[str] = mapped_column(String(10), default=Delivery.SENDING)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(300), default="")  # why it could not be sent
