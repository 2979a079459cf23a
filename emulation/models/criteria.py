"""Criteria sets: versions as values, stored as canonical JSON with their hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from emulation.db import Base


class CriteriaSet(Base):
    """Bộ tiêu chí: one version of a family. Once published it never changes; triggers see to it.

    `retired_at` alone may be set and cleared: a retired version (thôi dùng) is not offered for new periods.
    """

    __tablename__ = "criteria_sets"
    __table_args__ = (
        UniqueConstraint("family", "edition"),
        CheckConstraint("status IN ('official', 'illustrative')", name="status"),
    )

    family: Mapped[str] = mapped_column(String(40))  # `set` of the file
    edition: Mapped[str] = mapped_column(String(40))  # `version` of the file
    title: Mapped[str] = mapped_column(String(400))
    status: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text, deferred=True)  # the canonical JSON; asked for once a process
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
