"""Evidence: issued documents and files of a unit, cited by entries."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base

if TYPE_CHECKING:
    from emulation.models.sheets import Entry, Sheet


class Evidence(Base):
    """Minh chứng: one file of a unit in a period (its sheet). The file lies under its hash, never overwritten."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("sheet_id", "sha256"),
        CheckConstraint("size > 0", name="size"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    title: Mapped[str] = mapped_column(String(300))
    document_number: Mapped[str] = mapped_column(String(80), default="")  # số, ký hiệu
    issued_on: Mapped[date | None]
    issuer: Mapped[str] = mapped_column(String(200), default="")
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))  # by content
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    sheet: Mapped[Sheet] = relationship(lazy="joined", innerjoin=True)
    citations: Mapped[list[Citation]] = relationship(lazy="select", back_populates="evidence")

    __mapper_args__ = {"version_id_col": version}


class Citation(Base):
    """An entry points to a page or section of an evidence."""

    __tablename__ = "citations"
    __table_args__ = (UniqueConstraint("entry_id", "evidence_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    place: Mapped[str] = mapped_column(String(80), default="")  # "tr. 6", "phụ lục II"

    entry: Mapped[Entry] = relationship(back_populates="citations")
    evidence: Mapped[Evidence] = relationship(lazy="joined", innerjoin=True, back_populates="citations")
