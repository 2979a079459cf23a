"""Results: the sealed outcome of a period, awards, decisions and certificates."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base, one_of
from emulation.models.periods import Period
from emulation.models.units import Unit


class Result(Base):
    """Kết quả: the frozen snapshot of a published period, named by its SHA-256; a trigger forbids any change."""

    __tablename__ = "results"

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"), unique=True)
    snapshot: Mapped[str] = mapped_column(Text)  # canonical JSON
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sealed_at: Mapped[datetime]


class AwardKind(StrEnum):
    """Two vocabularies that never mix."""

    TITLE = "title"  # danh hiệu thi đua
    FORM = "form"  # hình thức khen thưởng


class AwardScope(StrEnum):
    """Where the quota is counted."""

    CLUSTER = "cluster"
    NATIONWIDE = "nationwide"


class Award(Base):
    """Danh hiệu / hình thức khen thưởng of a period, with its quota. `quota_percent` is rounded down."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("period_id", "code"),
        one_of("kind", AwardKind),
        one_of("scope", AwardScope),
        CheckConstraint("(quota IS NULL) <> (quota_percent IS NULL)", name="quota"),
        CheckConstraint("quota IS NULL OR quota > 0", name="quota_positive"),
        CheckConstraint("quota_percent IS NULL OR quota_percent BETWEEN 1 AND 100", name="percent"),
    )

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    scope: Mapped[str] = mapped_column(String(20))
    quota: Mapped[int | None]
    quota_percent: Mapped[int | None]
    minimum_grade: Mapped[str | None] = mapped_column(String(100))
    shuts_out: Mapped[list[str]]  # codes of awards a holder of this one no longer gets
    position: Mapped[int] = mapped_column(default=0)  # order in which awards are handed out
    is_default: Mapped[bool] = mapped_column(default=False)  # a default of ours, not a rule seen in a source
    template: Mapped[str] = mapped_column(String(40), default="bang-khen")
    merit: Mapped[str] = mapped_column(Text, default="")  # text on the certificate
    version: Mapped[int] = mapped_column(default=1)

    period: Mapped[Period] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}


class Decision(Base):
    """Quyết định that grants an award. Number, date and signer are typed by the clerk; empty until then."""

    __tablename__ = "decisions"

    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), unique=True)
    number: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[date | None]
    signer: Mapped[str] = mapped_column(String(120), default="")
    signer_title: Mapped[str] = mapped_column(String(120), default="")
    vote_note: Mapped[str] = mapped_column(Text, default="")  # how ties at the last place were decided
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    award: Mapped[Award] = relationship(lazy="joined", innerjoin=True)
    certificates: Mapped[list[Certificate]] = relationship(
        lazy="select", order_by="Certificate.position", back_populates="decision"
    )

    __mapper_args__ = {"version_id_col": version}


class CertificateStatus(StrEnum):
    """Whether a certificate still holds."""

    VALID = "valid"
    REVOKED = "revoked"


class Certificate(Base):
    """Bằng: one award to one recipient, with the code under which anybody can check it."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("decision_id", "unit_id"),
        one_of("status", CertificateStatus),
        CheckConstraint("(status = 'revoked') = (revoked_at IS NOT NULL)", name="revoked"),
        CheckConstraint("status = 'valid' OR revoke_reason <> ''", name="reason"),
    )

    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    recipient: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]  # in the appendix of the decision
    register_number: Mapped[str] = mapped_column(String(40), default="")  # số sổ vàng
    check_code: Mapped[str] = mapped_column(String(9), unique=True)  # "7K4M-92QD"
    status: Mapped[str] = mapped_column(String(10), default=CertificateStatus.VALID)
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str] = mapped_column(Text, default="")
    print_count: Mapped[int] = mapped_column(default=0)

    decision: Mapped[Decision] = relationship(lazy="joined", innerjoin=True, back_populates="certificates")
    unit: Mapped[Unit] = relationship(lazy="select")
