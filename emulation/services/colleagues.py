"""What colleagues did on a sheet since a page was opened, and the marks they left on it: parts, remarks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.models import History, Sheet

MOST_ACTS = 500  # at once; whoever was away for longer sees the newest page anyway
ON_ROWS = ("entries", "evidence", "citations", "remarks")  # tables whose acts are done on a row


@dataclass(frozen=True)
class Deed:
    """One act on a sheet: who, and on which criterion ("" is the sheet as a whole)."""

    number: int
    actor_id: int | None
    who: str
    act: str
    code: str


def newest_deed(db: Session, sheet: Sheet) -> int:
    """The number to ask from with `deeds_since`: that of the last act of the unit's round."""
    found = db.scalar(
        select(func.max(History.id)).where(History.unit_id == sheet.unit_id, History.period_id == sheet.period_id)
    )
    return found or 0


def deeds_since(db: Session, sheet: Sheet, number: int) -> list[Deed]:
    """What was done for this sheet after that act, oldest first."""
    rows = db.execute(
        select(History.id, History.actor_id, History.actor_name, History.act, History.place)
        .where(History.unit_id == sheet.unit_id, History.period_id == sheet.period_id, History.id > number)
        .order_by(History.id)
        .limit(MOST_ACTS)
    )
    return [Deed(*row) for row in rows]


@dataclass(frozen=True)
class Marks:
    """Top sections assigned to this person, and criteria with an open remark."""

    sections: frozenset[str] = frozenset()
    remarked: frozenset[str] = frozenset()
