"""Evidence: issued documents and files of a unit, cited by entries."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base

if TYPE_CHECKING:
    from emulation.models.sheets import Entry, Sheet


class Evidence(Base):
    """Minh chứng: one document of a unit in a period (its sheet), as a file or, where that is too large, as a link.

    The file lies under its hash, never overwritten. What is here is the newest revision; older ones are `revisions`.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("sheet_id", "sha256"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(url IS NULL) = (sha256 IS NOT NULL)", name="file_or_link"),
        CheckConstraint("(sha256 IS NULL) = (size IS NULL)", name="file"),
        CheckConstraint("taken_from_id IS NOT NULL OR confirmed_at IS NULL", name="confirmed"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    title: Mapped[str] = mapped_column(String(300))
    document_number: Mapped[str] = mapped_column(String(80), default="")  # số, ký hiệu
    issued_on: Mapped[date | None]
    issuer: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str | None] = mapped_column(String(1000))  # a link in the place of a file
    file_name: Mapped[str] = mapped_column(String(200))  # empty for a link
    media_type: Mapped[str] = mapped_column(String(100))  # by content; empty for a link
    size: Mapped[int | None] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str | None] = mapped_column(String(64))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))  # last year's, taken over
    confirmed_at: Mapped[datetime | None]  # that what was taken over still holds
    version: Mapped[int] = mapped_column(default=1)

    sheet: Mapped[Sheet] = relationship(lazy="joined", innerjoin=True)
    citations: Mapped[list[Citation]] = relationship(lazy="select", back_populates="evidence")
    revisions: Mapped[list[EvidenceRevision]] = relationship(lazy="select", order_by="EvidenceRevision.number")

    __mapper_args__ = {"version_id_col": version}


class EvidenceRevision(Base):
    """An older file of an evidence, kept when a newer one took its place."""

    __tablename__ = "evidence_revisions"
    __table_args__ = (UniqueConstraint("evidence_id", "number"), CheckConstraint("size > 0", name="size"))

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    number: Mapped[int]  # counts from 1, the oldest
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    replaced_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    replaced_at: Mapped[datetime]


class Upload(Base):
    """A large file on its way: the pieces that have come lie in a file of their own until all are there.

    It becomes an evidence, or the newer file of one (`replaces_id`).
    """

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("size > 0 AND received >= 0 AND received <= size", name="received"),
        CheckConstraint("(replaces_id IS NULL) = (seen_version IS NULL)", name="seen"),
        CheckConstraint("replaces_id IS NULL OR code = ''", name="cites_or_replaces"),
        CheckConstraint("replaces_id IS NULL OR evidence_id IS NULL OR evidence_id = replaces_id", name="replaced"),
    )

    token: Mapped[str] = mapped_column(String(43), unique=True)  # names it in the URL
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code: Mapped[str] = mapped_column(String(40), default="")  # criterion that shall cite it
    file_name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))  # what it became; kept for a day
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))  # whose file it shall replace
    seen_version: Mapped[int | None]  # of that evidence, as the person saw it

    sheet: Mapped[Sheet] = relationship(lazy="joined", innerjoin=True)


class Citation(Base):
    """An entry points to a page or section of an evidence."""

    __tablename__ = "citations"
    __table_args__ = (UniqueConstraint("entry_id", "evidence_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    place: Mapped[str] = mapped_column(String(80), default="")  # "tr. 6", "phụ lục II"
    is_unconfirmed: Mapped[bool] = mapped_column(default=False)  # of an evidence that was taken over, see there

    entry: Mapped[Entry] = relationship(back_populates="citations")
    evidence: Mapped[Evidence] = relationship(lazy="joined", innerjoin=True, back_populates="citations")
