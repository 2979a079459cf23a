"""Sheets and their entries: what a unit declares in a period."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base, one_of
from emulation.domain.deadlines import lateness
from emulation.domain.workflow import SheetState
from emulation.models.evidence import Citation
from emulation.models.periods import Cluster, Period
from emulation.models.units import Unit
from emulation.words import Phrase


class Sheet(Base):
    """Phiếu chấm điểm: a unit's place in a period; cluster, name and tags are frozen with it."""

    __tablename__ = "sheets"
    __table_args__ = (
        UniqueConstraint("period_id", "unit_id"),
        one_of("state", SheetState),
        CheckConstraint(
            "state IN ('draft', 'signing') OR (submitted_at IS NOT NULL AND signed_by_id IS NOT NULL"
            " AND submission_sha256 IS NOT NULL)",
            name="submitted",
        ),
        CheckConstraint(
            "state IN ('draft', 'signing', 'submitted', 'returned') OR received_at IS NOT NULL",
            name="received",
        ),
    )

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"))
    unit_name: Mapped[str] = mapped_column(String(200))  # full name at the time
    short_name: Mapped[str] = mapped_column(String(120))
    tags: Mapped[list[str]]
    state: Mapped[str] = mapped_column(String(20), default=SheetState.DRAFT)
    sent_at: Mapped[datetime | None]  # for signature
    note: Mapped[str] = mapped_column(Text, default="")  # last word on the way back: director's or department's
    submitted_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submission_sha256: Mapped[str | None] = mapped_column(String(64))
    first_submitted_at: Mapped[datetime | None]  # by which lateness is judged, also after a return
    due_at: Mapped[datetime | None]  # the general close as it was at the first submission; later than it is late
    received_at: Mapped[datetime | None]  # the receipt with legal effect
    version: Mapped[int] = mapped_column(default=1)

    period: Mapped[Period] = relationship(lazy="joined")
    unit: Mapped[Unit] = relationship(lazy="joined")
    cluster: Mapped[Cluster] = relationship(lazy="joined")
    entries: Mapped[list[Entry]] = relationship(back_populates="sheet", lazy="select")
    returned_lines: Mapped[list[ReturnedLine]] = relationship(lazy="select")

    __mapper_args__ = {"version_id_col": version}

    @property
    def late(self) -> Phrase | None:
        """ "Nộp trễ 2 ngày" of a sheet that came after the general close; an extension of the unit changes nothing."""
        return lateness(self.first_submitted_at, self.due_at)


class TakenFrom(StrEnum):
    """Where the figures of an entry came from when nobody of the unit typed them."""

    LAST_YEAR = "last_year"
    MINISTRY = "ministry"


class Entry(Base):
    """Số liệu kê khai for one criterion. `data` is the object of DESIGN 3's table (numbers as text) or None while
    only an explanation was typed; `{"not_applicable": true}` is a state, never a number. `taken_from` marks figures
    that were filled in and that nobody of the unit has confirmed or changed yet: such a line is not done."""

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("sheet_id", "code"), one_of("taken_from", TakenFrom))

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    code: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any] | None]
    explanation: Mapped[str] = mapped_column(Text, default="")
    taken_from: Mapped[str | None] = mapped_column(String(20))
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # None: the command line
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    sheet: Mapped[Sheet] = relationship(back_populates="entries")
    citations: Mapped[list[Citation]] = relationship(lazy="select", order_by=Citation.id, back_populates="entry")

    __mapper_args__ = {"version_id_col": version}


class ReturnedLine(Base):
    """A criterion that the department returned, with the reason; resolved when the sheet is submitted again."""

    __tablename__ = "returned_lines"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    returned_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    returned_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
