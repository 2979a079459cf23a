"""Periods: a school year's round with its set, units, clusters, phases and dates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base, one_of
from emulation.domain.workflow import Phase
from emulation.models.criteria import CriteriaSet
from emulation.models.units import Unit


class Period(Base):
    """Kỳ đánh giá."""

    __tablename__ = "periods"
    __table_args__ = (one_of("phase", Phase),)

    code: Mapped[str] = mapped_column(String(20), unique=True)  # "2021-2022"
    title: Mapped[str] = mapped_column(String(200))  # "Năm học 2021-2022"
    criteria_set_id: Mapped[int] = mapped_column(ForeignKey("criteria_sets.id"))
    phase: Mapped[str] = mapped_column(String(20), default=Phase.PREPARING)
    is_illustrative: Mapped[bool] = mapped_column(default=False)  # figures or clusters are examples: said everywhere
    ranking_is_public: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    criteria_set: Mapped[CriteriaSet] = relationship(lazy="joined")
    windows: Mapped[list[PhaseWindow]] = relationship(lazy="selectin", order_by="PhaseWindow.opens_at")
    clusters: Mapped[list[Cluster]] = relationship(lazy="select", order_by="Cluster.number", back_populates="period")

    __mapper_args__ = {"version_id_col": version}

    def window(self, phase: str) -> PhaseWindow | None:
        """Open and close time of a phase, where the department has set them."""
        return next((window for window in self.windows if window.phase == phase), None)


class PhaseWindow(Base):
    """Open and close time of one phase."""

    __tablename__ = "phase_windows"
    __table_args__ = (
        UniqueConstraint("period_id", "phase"),
        one_of("phase", Phase),
        CheckConstraint("closes_at > opens_at", name="order"),
    )

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    phase: Mapped[str] = mapped_column(String(20))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class Cluster(Base):
    """Cụm thi đua inside one period. `is_inferred`: membership is our grouping, not seen in a source."""

    __tablename__ = "clusters"
    __table_args__ = (UniqueConstraint("period_id", "number"), CheckConstraint("number > 0", name="number"))

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    is_inferred: Mapped[bool] = mapped_column(default=False)

    period: Mapped[Period] = relationship(back_populates="clusters")
    leader: Mapped[Unit | None] = relationship(foreign_keys=[leader_id])
    deputy: Mapped[Unit | None] = relationship(foreign_keys=[deputy_id])


class Extension(Base):
    """More time in one phase for one unit, with the reason."""

    __tablename__ = "extensions"
    __table_args__ = (one_of("phase", Phase), CheckConstraint("reason <> ''", name="reason"))

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    phase: Mapped[str] = mapped_column(String(20))
    closes_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[datetime]
