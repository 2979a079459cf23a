"""The append-only record of acts: written in the transaction of the act, read by those who check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, cast

from sqlalchemy import ColumnElement, Table, func, insert, select
from sqlalchemy.orm import Session

from emulation.config import VIETNAM
from emulation.documents.short_names import tags
from emulation.models import Award, Cluster, History, Period, Unit, User
from emulation.services.actor import Actor

_LINE = insert(cast(Table, History.__table__))  # not by the unit of work: nobody reads the line in the same breath


class Thing(Protocol):
    """A row of a table: an object of it, or what stands for one."""

    @property
    def __tablename__(self) -> str: ...

    @property
    def id(self) -> int: ...


def record(
    db: Session,
    actor: Actor,
    act: str,
    thing: Thing,
    *,
    now: datetime,
    period_id: int | None = None,
    unit_id: int | None = None,
    place: str = "",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    """Write one line of history in the transaction of the act. `old` and `new` hold plain values."""
    db.flush()  # a new thing has its key only now
    line = {
        "at": now,
        "actor_id": actor.user.id if actor.user else None,
        "actor_name": actor.name,
        "address": actor.address,
        "act": act,
        "thing": thing.__tablename__,
        "thing_id": thing.id,
        "period_id": period_id,
        "unit_id": unit_id,
        "place": place,
        "old": _plain(old),
        "new": _plain(new),
    }
    db.execute(_LINE, line)


def _plain(value: Any) -> Any:
    """JSON without surprises: numbers as exact text, moments and days in ISO form."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum | Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


PAGE = 50
# what people of a unit say and agree among themselves: nobody outside the unit reads even that it happened
INTERNAL_ACTS = ("remark", "answer_remark", "resolve_remark", "reopen_remark", "assign")
INTERNAL_WORDS = ("send_back",)  # the act is known to everybody who reads the history, the director's note is not


@dataclass(frozen=True)
class Search:
    """What is looked for in the history; empty finds everything but the internal acts of the units.

    `first` and `last` are days in Vietnam, included.
    """

    who: str = ""
    act: str = ""
    unit_id: int | None = None
    period_id: int | None = None
    first: date | None = None
    last: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions of the query."""
        found: list[ColumnElement[bool]] = [History.act.not_in(INTERNAL_ACTS)]
        if self.who:
            found.append(History.actor_name == self.who)
        if self.act:
            found.append(History.act == self.act)
        if self.unit_id is not None:
            found.append(History.unit_id == self.unit_id)
        if self.period_id is not None:
            found.append(History.period_id == self.period_id)
        if self.first is not None:
            found.append(History.at >= datetime.combine(self.first, time(), VIETNAM))
        if self.last is not None:
            found.append(History.at < datetime.combine(self.last + timedelta(days=1), time(), VIETNAM))
        return found


@dataclass(frozen=True)
class HistoryPage:
    """One page of the history, newest first: lines with the names of unit and period, and how many there are in all."""

    lines: Sequence[tuple[History, str | None, str | None]]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty history has one."""
        return max(1, -(-self.total // PAGE))


def search(db: Session, wanted: Search, *, page: int = 1) -> HistoryPage:
    """The lines that fit, 50 a page; a page beyond the end gives the last one."""
    conditions = wanted.conditions()
    total = db.scalar(select(func.count()).select_from(History).where(*conditions)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE)))
    lines = db.execute(
        select(History, Unit.short_name, Period.code)
        .outerjoin(Unit, Unit.id == History.unit_id)
        .outerjoin(Period, Period.id == History.period_id)
        .where(*conditions)
        .order_by(History.at.desc(), History.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    return HistoryPage([(line, unit, period) for line, unit, period in lines], total, number)


def latest(db: Session, *, count: int, but: Sequence[str] = ()) -> Sequence[tuple[History, str | None, str | None]]:
    """The newest lines, with the names of unit and period, without the acts in `but` and the internal ones of units."""
    lines = db.execute(
        select(History, Unit.short_name, Period.code)
        .outerjoin(Unit, Unit.id == History.unit_id)
        .outerjoin(Period, Period.id == History.period_id)
        .where(History.act.not_in((*but, *INTERNAL_ACTS)))
        .order_by(History.at.desc(), History.id.desc())
        .limit(count)
    )
    return [(line, unit, period) for line, unit, period in lines]


def count_acts(db: Session, acts: Sequence[str], *, since: datetime) -> dict[str, int]:
    """How often each of these acts was done since then."""
    rows = db.execute(
        select(History.act, func.count()).where(History.act.in_(acts), History.at >= since).group_by(History.act)
    )
    found = dict(rows.all())
    return {act: found.get(act, 0) for act in acts}


def people_of(db: Session) -> Sequence[str]:
    """Everybody who stands in the history as `search` shows it, by name."""
    names = select(History.actor_name).where(*Search().conditions()).distinct().order_by(History.actor_name)
    return db.scalars(names).all()


def names_in(db: Session) -> dict[str, Mapping[str, str]]:
    """What the codes and keys in the history stand for, by the field they are recorded under."""
    units = dict(db.execute(select(Unit.code, Unit.short_name)).all())
    awards = dict(db.execute(select(Award.code, Award.name)).all())
    people = {str(key): name for key, name in db.execute(select(User.id, User.name))}
    clusters = {str(key): name for key, name in db.execute(select(Cluster.id, Cluster.name))}
    return {
        "units": units,
        "chosen": units,
        "award": awards,
        "shuts_out": awards,
        "members": people,
        "chair": people,
        "clusters": clusters,
        "tags": tags(),
    }
