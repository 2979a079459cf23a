"""Review: councils with a scope, members' marks, official verdicts, explanations, exclusions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base, one_of

if TYPE_CHECKING:
    from emulation.models.people import User


class Method(StrEnum):
    """How members' marks become the proposal for the official points."""

    SINGLE = "single"
    MEAN = "mean"
    MEDIAN = "median"
    TRIMMED = "trimmed"


class SeatRole(StrEnum):
    """Place of a person in a council."""

    CHAIR = "chair"
    MEMBER = "member"


CHAIR = text("role = 'chair'")


class Council(Base):
    """Hội đồng / tổ thẩm định with its scope: `codes` x clusters. An empty scope is no scope."""

    __tablename__ = "councils"
    __table_args__ = (UniqueConstraint("period_id", "name"), one_of("method", Method))

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    name: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(20), default=Method.SINGLE)
    codes: Mapped[list[str]]  # criteria in scope, named one by one
    version: Mapped[int] = mapped_column(default=1)

    clusters: Mapped[list[CouncilCluster]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    seats: Mapped[list[Seat]] = relationship(back_populates="council", lazy="select", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def cluster_ids(self) -> frozenset[int]:
        """Clusters in scope."""
        return frozenset(row.cluster_id for row in self.clusters)


class CouncilCluster(Base):
    """A cluster in the scope of a council."""

    __tablename__ = "council_clusters"
    __table_args__ = (UniqueConstraint("council_id", "cluster_id"),)

    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"))


class Seat(Base):
    """A person in a council."""

    __tablename__ = "seats"
    __table_args__ = (
        UniqueConstraint("council_id", "user_id"),
        one_of("role", SeatRole),
        # at most one chair
        Index("uq_seats_chair", "council_id", unique=True, postgresql_where=CHAIR, sqlite_where=CHAIR),
    )

    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(String(10))

    council: Mapped[Council] = relationship(back_populates="seats", lazy="joined", innerjoin=True)
    user: Mapped[User] = relationship(back_populates="seats")


class Conflict(Base):
    """A conflict of interest that a member declared: they neither see, score nor discuss the unit."""

    __tablename__ = "conflicts"
    __table_args__ = (UniqueConstraint("user_id", "unit_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    declared_at: Mapped[datetime]


class Review(Base):
    """The review of one sheet by one council: when the chair revealed the marks, when it was settled."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("council_id", "sheet_id"),)

    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    revealed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    council: Mapped[Council] = relationship(lazy="joined", innerjoin=True)
    completions: Mapped[list[Completion]] = relationship(lazy="selectin")

    __mapper_args__ = {"version_id_col": version}


class Completion(Base):
    """A member has finished marking a sheet: from then on they see the others' marks and theirs are fixed."""

    __tablename__ = "completions"
    __table_args__ = (UniqueConstraint("review_id", "user_id"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    finished_at: Mapped[datetime]


class Mark(Base):
    """Điểm của thành viên for one criterion of one sheet. Append-only: the newest of a member counts.

    `not_applicable` accepts the unit's declaration; then there are no points.
    """

    __tablename__ = "marks"
    __table_args__ = (
        Index("ix_marks_sheet_code", "sheet_id", "code"),
        CheckConstraint("not_applicable = (points IS NULL)", name="points"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    code: Mapped[str] = mapped_column(String(40))
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    points: Mapped[Decimal | None]
    not_applicable: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]

    user: Mapped[User] = relationship(lazy="select")


class VerdictRound(StrEnum):
    """Before or after the unit's explanation; both values stay readable."""

    REVIEW = "review"
    EXPLANATION = "explanation"


class Verdict(Base):
    """Điểm thẩm định: the council's official points for a criterion of a sheet, with the reason where it differs."""

    __tablename__ = "verdicts"
    __table_args__ = (
        UniqueConstraint("sheet_id", "code", "round"),
        one_of("round", VerdictRound),
        CheckConstraint("not_applicable = (points IS NULL)", name="points"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    code: Mapped[str] = mapped_column(String(40))
    round: Mapped[str] = mapped_column(String(20), default=VerdictRound.REVIEW)
    council_id: Mapped[int] = mapped_column(ForeignKey("councils.id"))
    points: Mapped[Decimal | None]
    not_applicable: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]


class Outcome(StrEnum):
    """What the chair answered to an explanation."""

    KEEP = "keep"
    CHANGE = "change"


class Explanation(Base):
    """Giải trình: the unit's answer to a verdict, and its outcome with a reason."""

    __tablename__ = "explanations"
    __table_args__ = (
        UniqueConstraint("sheet_id", "code"),
        CheckConstraint("outcome IN ('keep', 'change')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("outcome IS NULL OR answer <> ''", name="answer"),
    )

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    code: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Exclusion(Base):
    """Điều kiện loại trừ found for a unit: `ground` is a code of the set's exclusions. Lifted, never deleted."""

    __tablename__ = "exclusions"
    __table_args__ = (CheckConstraint("note <> ''", name="note"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    ground: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str] = mapped_column(Text, default="")
