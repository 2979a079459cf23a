"""Reminders: what was sent to whom, so that nobody gets the same twice."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from emulation.db import Base


class Reminder(Base):
    """A digest to one person on one day (Vietnam time). Written before it is sent: `sent_at` says that it went out."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("period_id", "user_id", "day"),)

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    day: Mapped[date]
    occasion: Mapped[str] = mapped_column(String(40))  # "7_days", "3_days", "1_day", "overdue", "returned"
    sha256: Mapped[str] = mapped_column(String(64))  # of the text
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(300), default="")  # why it could not be sent
