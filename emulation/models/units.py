"""Units: the provincial departments of education and training (Sở GDĐT)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from emulation.db import Base, one_of
from emulation.domain.clusters import ClusterRole


class Unit(Base):
    """Đơn vị: a DOET under the name it has now; periods keep the name of their time.

    Cluster, role and tags are those that the next period begins with; without a cluster a unit is in none.
    """

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        one_of("cluster_role", ClusterRole),
    )

    code: Mapped[str] = mapped_column(String(10), unique=True)  # a string: "01"
    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(120))  # the province
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    cluster: Mapped[str | None] = mapped_column(String(100))  # its name
    cluster_role: Mapped[str | None] = mapped_column(String(10))
    tags: Mapped[list[str]] = mapped_column(default=list)
    is_illustrative: Mapped[bool] = mapped_column(default=False)  # cluster and tags are an example, no decision
