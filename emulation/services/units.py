"""Units: finding them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.errors import Invalid
from emulation.models import Unit
from emulation.words import N_


def find_unit(db: Session, code: str, field: str = "unit") -> Unit:
    """The unit with this code, typed by somebody.

    Raises:
        Invalid: there is none; `field` names the input.
    """
    unit = db.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise Invalid(N_("Không có đơn vị mã %(code)s."), field, code=code)
    return unit


def unit_of(db: Session, unit_id: int | None) -> Unit | None:
    """The unit with this key; None for none."""
    return db.get(Unit, unit_id) if unit_id is not None else None


def all_units(db: Session) -> Sequence[Unit]:
    """Every unit, by code."""
    return db.scalars(select(Unit).order_by(Unit.code)).all()
