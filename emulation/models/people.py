"""People: accounts, and attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base, one_of
from emulation.models.reviews import Conflict, Seat
from emulation.models.units import Unit
from emulation.words import N_


class Role(StrEnum):
    """Vai trò of an account. DESIGN 10."""

    ADMIN = "admin"
    DEPARTMENT = "department"
    REVIEWER = "reviewer"
    UNIT_OFFICER = "unit_officer"
    UNIT_DIRECTOR = "unit_director"
    CLUSTER_LEADER = "cluster_leader"
    LEADER = "leader"
    AUDITOR = "auditor"


ROLE_NAMES = {
    Role.ADMIN: N_("Quản trị hệ thống"),
    Role.DEPARTMENT: N_("Chuyên viên Vụ"),
    Role.REVIEWER: N_("Thành viên hội đồng thẩm định"),
    Role.UNIT_OFFICER: N_("Chuyên viên Sở"),
    Role.UNIT_DIRECTOR: N_("Giám đốc Sở"),
    Role.CLUSTER_LEADER: N_("Cụm trưởng"),
    Role.LEADER: N_("Lãnh đạo Bộ"),
    Role.AUDITOR: N_("Thanh tra, kiểm tra"),
}
UNIT_ROLES = frozenset({Role.UNIT_OFFICER, Role.UNIT_DIRECTOR, Role.CLUSTER_LEADER})


class User(Base):
    """An account of one person. Without `password_hash` it has not been activated yet."""

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        # people of a unit have a unit, and only they
        CheckConstraint(
            "(role IN ('unit_officer', 'unit_director', 'cluster_leader')) = (unit_id IS NOT NULL)",
            name="unit",
        ),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(120), default="")  # chức vụ
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    home_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))  # of a reviewer: conflict of interest
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    activation_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    activation_until: Mapped[datetime | None]
    sign_out_count: Mapped[int] = mapped_column(default=0)  # raised to end every open session
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id], lazy="joined")
    seats: Mapped[list[Seat]] = relationship(lazy="select", back_populates="user")  # of a reviewer
    conflicts: Mapped[list[Conflict]] = relationship(lazy="select")

    __mapper_args__ = {"version_id_col": version}


class SignIn(Base):
    """An attempt to sign in, for throttling: many failures of one e-mail or one address wait."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        Index("ix_sign_ins_email_at", "email", "at"),
        Index("ix_sign_ins_address_at", "address", "at"),
    )

    email: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    succeeded: Mapped[bool]
