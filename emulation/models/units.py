"""Units: the provincial departments of education and training (Sở GDĐT)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from emulation.db import Base


class Unit(Base):
    """Đơn vị: a DOET under the name it has now; periods keep the name of their time."""

    __tablename__ = "units"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),)

    code: Mapped[str] = mapped_column(String(10), unique=True)  # a string: "01"
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(120))  # the province
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
