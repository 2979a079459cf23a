"""Work as a team on one sheet: who of the unit fills which section, comments on rows, the scan of the signed print."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base
from emulation.models.sheets import Sheet


class Assignment(Base):
    """A top section of a sheet that one officer of the unit fills."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("sheet_id", "section"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    section: Mapped[str] = mapped_column(String(40))  # code, or "bonus", "deductions"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    assigned_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    assigned_at: Mapped[datetime]


class Remark(Base):
    """Trao đổi nội bộ: what people of the unit say to each other about one row; never leaves the unit.

    A thread is flat: an answer names the remark that began it, and only that one is open or resolved.
    """

    __tablename__ = "remarks"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("(resolved_at IS NULL) = (resolved_by_id IS NULL)", name="resolved"),
        CheckConstraint("answers_id IS NULL OR resolved_at IS NULL", name="answer"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("remarks.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime | None]

    sheet: Mapped[Sheet] = relationship(lazy="select")


class SignedScan(Base):
    """Bản quét of the print that was signed on paper; a newer one stands beside the older ones."""

    __tablename__ = "signed_scans"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    submission_sha256: Mapped[str] = mapped_column(String(64))  # fingerprint of the sheet when it was attached
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]

    sheet: Mapped[Sheet] = relationship(lazy="select")
