"""History: who did what, when, from where, and what changed. Append-only; a trigger forbids change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from emulation.db import Base


class History(Base):
    """Nhật ký: one act."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_thing", "thing", "thing_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # None: the command line
    actor_name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(60), default="")
    act: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(40))  # table name
    thing_id: Mapped[int]
    period_id: Mapped[int | None] = mapped_column(ForeignKey("periods.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    place: Mapped[str] = mapped_column(String(80), default="")  # code of a criterion, where one is meant
    old: Mapped[dict[str, Any] | None]
    new: Mapped[dict[str, Any] | None]
