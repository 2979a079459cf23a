"""What units say to the figures that the ministry holds: every figure of a period with its standing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.criteria import Criterion
from emulation.domain.names import name_key
from emulation.models import Entry, History, IndicatorValue, Period, Sheet, Stance, User
from emulation.services.criteria import value_of
from emulation.services.indicators import OPEN, sheets_with_entries, stored_values
from emulation.words import N_


class Standing(StrEnum):
    """How the unit's sheet stands to a figure; each figure has one."""

    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    ABSENT = "absent"


STANDING_WORDS = {
    Standing.EXPLAINED: N_("Khai khác, có lý do"),
    Standing.UNEXPLAINED: N_("Khai khác, chưa nêu lý do"),
    Standing.WAITING: N_("Chưa trả lời"),
    Standing.CONFIRMED: N_("Đồng ý"),
    Standing.ABSENT: N_("Không khai"),
}
RENEWED, SETTLED = N_("số mới của Bộ"), N_("đã giải quyết")


@dataclass(frozen=True)
class Earlier:
    """The last time that the unit disputed the figure: both figures of then, and why."""

    value: str
    own: str
    reason: str


@dataclass(frozen=True)
class Answer:
    """One figure of one unit: what the sheet holds, and what the unit has said of it."""

    sheet: Sheet
    value: IndicatorValue
    standing: Standing
    codes: tuple[str, ...]  # criteria with another figure
    own: str  # the other figure, or ""
    who: str
    earlier: Earlier | None

    @property
    def differs(self) -> bool:
        """Whether the unit holds another figure than the ministry."""
        return self.standing in (Standing.EXPLAINED, Standing.UNEXPLAINED)

    @property
    def since(self) -> str:
        """What became of an earlier dispute, in words; empty where nothing did."""
        if self.earlier is None or (self.differs and self.earlier.value == self.value.value):
            return ""
        return SETTLED if self.standing is Standing.CONFIRMED else RENEWED


def answers_of(db: Session, period: Period) -> list[Answer]:
    """Every figure that is loaded for a period, by unit and indicator."""
    criteria = value_of(period.criteria_set)
    stored = stored_values(db, period)
    said_by = {row.said_by_id for row in stored.values() if row.said_by_id}
    names = dict(db.execute(select(User.id, User.name).where(User.id.in_(said_by))).all())
    earlier = _disputes(db, period)
    sheets = {sheet.unit_id: sheet for sheet in sheets_with_entries(db, period, to_change=False)}
    found = []
    for (code, unit_id), row in stored.items():
        sheet = sheets.get(unit_id)
        if sheet is None:
            continue
        entries = {entry.code: entry for entry in sheet.entries}
        uses = criteria.by_indicator.get(code, ())
        there = {
            criterion.code: str(data[key])
            for criterion, key in uses
            if criterion.code in entries and key in (data := entries[criterion.code].data or {})
        }
        other = {one: value for one, value in there.items() if value != row.value}
        is_disputed = row.stance == Stance.DISPUTED and not there
        found.append(
            Answer(
                sheet,
                row,
                _standing(sheet, row, there, [criterion for criterion, _key in uses], entries),
                tuple(other),
                next(iter(other.values()), (row.own_value or "") if is_disputed else ""),
                names.get(row.said_by_id or 0, ""),
                earlier.get(row.id),
            )
        )
    return sorted(found, key=lambda one: (name_key(one.sheet.short_name), one.value.indicator.code))


def _standing(
    sheet: Sheet,
    row: IndicatorValue,
    there: Mapping[str, str],
    uses: Sequence[Criterion],
    entries: Mapping[str, Entry],
) -> Standing:
    """`there` are the figures on the lines that use the indicator."""
    if any(value != row.value for value in there.values()) or (row.stance == Stance.DISPUTED and not there):
        return Standing.EXPLAINED if row.stance == Stance.DISPUTED else Standing.UNEXPLAINED
    if row.stance == Stance.CONFIRMED:
        return Standing.CONFIRMED
    if there:  # typed by the unit itself, the same figure is as good as confirmed
        return Standing.WAITING if any(entries[code].taken_from for code in there) else Standing.CONFIRMED
    may_come = sheet.state in OPEN and any(
        criterion.applies(frozenset(sheet.tags))
        and (criterion.code not in entries or entries[criterion.code].data is None)
        for criterion in uses
    )
    return Standing.WAITING if may_come else Standing.ABSENT


def _disputes(db: Session, period: Period) -> dict[int, Earlier]:
    """The last dispute of each figure that was ever disputed, from the history."""
    lines = db.scalars(
        select(History)
        .where(History.thing == IndicatorValue.__tablename__, History.act == "dispute", History.period_id == period.id)
        .order_by(History.id)
    )
    return {
        line.thing_id: Earlier(str(line.new["value"]), str(line.new["own_value"]), str(line.new["reason"]))
        for line in lines
        if line.new
    }


def differing(db: Session, period: Period) -> list[Answer]:
    """Figures that a unit holds otherwise than the ministry."""
    return [one for one in answers_of(db, period) if one.differs]
