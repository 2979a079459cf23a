"""The append-only record of acts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from emulation.db import Base
from emulation.models import History
from emulation.services.actor import Actor


def record(
    db: Session,
    actor: Actor,
    act: str,
    thing: Base,
    *,
    now: datetime,
    period_id: int | None = None,
    unit_id: int | None = None,
    place: str = "",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> History:
    """Write one line of history in the transaction of the act. `old` and `new` hold plain values."""
    db.flush()  # a new thing has its key only now
    line = History(
        at=now,
        actor_id=actor.user.id if actor.user else None,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        thing=thing.__tablename__,
        thing_id=thing.id,
        period_id=period_id,
        unit_id=unit_id,
        place=place,
        old=_plain(old),
        new=_plain(new),
    )
    db.add(line)
    return line


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {
        key: str(value) if isinstance(value, Decimal | datetime) or hasattr(value, "isoformat") else value
        for key, value in values.items()
    }
