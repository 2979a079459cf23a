"""Figures that the ministry already holds, per unit, and what the units say of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base, one_of


class Indicator(Base):
    """Chỉ tiêu số liệu of a period: one figure per unit, which any number of criteria may use."""

    __tablename__ = "indicators"
    __table_args__ = (UniqueConstraint("period_id", "code"),)

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    code: Mapped[str] = mapped_column(String(60))  # as the `figures` of the criteria name it
    title: Mapped[str] = mapped_column(String(300))
    loaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # None: the command line
    loaded_at: Mapped[datetime]

    values: Mapped[list[IndicatorValue]] = relationship(lazy="select", back_populates="indicator")


class Stance(StrEnum):
    """What the unit says of a figure."""

    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


class IndicatorValue(Base):
    """The figure of one unit. Confirmed, or disputed with the unit's own figure and its reason."""

    __tablename__ = "indicator_values"
    __table_args__ = (
        UniqueConstraint("indicator_id", "unit_id"),
        one_of("stance", Stance),
        CheckConstraint("source <> ''", name="source"),
        CheckConstraint("(stance = 'disputed') = (reason <> '')", name="reason"),
        CheckConstraint("(stance = 'offered') = (said_at IS NULL)", name="said"),
    )

    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    value: Mapped[str] = mapped_column(String(24))  # as figures of entries are stored: "97.5"
    source: Mapped[str] = mapped_column(String(300))  # "Cơ sở dữ liệu ngành"
    as_of: Mapped[date]
    stance: Mapped[str] = mapped_column(String(20), default=Stance.OFFERED)
    own_value: Mapped[str | None] = mapped_column(String(24))  # of a dispute
    reason: Mapped[str] = mapped_column(Text, default="")
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    said_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    indicator: Mapped[Indicator] = relationship(lazy="joined", innerjoin=True, back_populates="values")

    __mapper_args__ = {"version_id_col": version}
