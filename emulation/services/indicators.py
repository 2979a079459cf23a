"""Figures that the ministry already holds: loaded by the department, filled into lines that have none. Issue 4.

Nothing that a unit typed is overwritten, and no sheet that is on its way or submitted is touched. What is filled in is
marked until the unit says yes or no, see `offers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload, raiseload, selectinload

from emulation.documents.indicator_files import Given, Reading
from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.names import name_key
from emulation.domain.rules import External
from emulation.domain.shared_figures import fits, whole_entry
from emulation.domain.source import Problem
from emulation.domain.workflow import SheetState
from emulation.errors import Invalid, WrongState
from emulation.models import Entry, Indicator, IndicatorValue, Period, Sheet, Stance, TakenFrom, Unit, User
from emulation.services.actor import Actor
from emulation.services.criteria import value_of
from emulation.services.history import record
from emulation.services.lines import label_of
from emulation.services.sheets import LONGEST_FIGURE, entry_at, may_fill_line, plain, start_entry
from emulation.words import N_, Phrase, tidy_line

OPEN = (SheetState.DRAFT, SheetState.RETURNED)  # sheets that are with the officer
LONGEST_SOURCE = 300  # characters


@dataclass(frozen=True)
class Filled:
    """A line that the figures make or change: what it holds, and what it will."""

    sheet: Sheet
    criterion: Criterion
    before: dict[str, Any] | None
    after: dict[str, str]


@dataclass
class Loading:
    """What loading a file comes to: a dry run. Only without problems can it be done."""

    problems: list[Problem] = field(default_factory=list)
    unused: dict[str, int] = field(default_factory=dict)  # indicators that no criterion uses: left out
    new: int = 0
    changed: int = 0
    same: int = 0
    fills: list[Filled] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)  # units whose sheet is on its way: figures kept, lines untouched
    kept: dict[str, list[str]] = field(default_factory=dict)  # unit -> lines where its own figure is another one
    unfit: dict[str, list[str]] = field(default_factory=dict)  # unit -> lines whose rule refuses the figures
    values: list[tuple[Given, str, Unit]] = field(default_factory=list)  # figure, code of the indicator, unit

    @property
    def filled(self) -> int:
        """Lines that had no figure and get one."""
        return sum(one.before is None for one in self.fills)

    @property
    def renewed(self) -> int:
        """Lines whose offered or confirmed figure becomes another one."""
        return len(self.fills) - self.filled

    @property
    def digest(self) -> str:
        """What a person saw of the dry run, in a few letters: to tell when it is another one by now."""
        return "-".join(str(n) for n in (self.new, self.changed, self.same, self.filled, self.renewed))


# ---- reading ----


def indicators_of(db: Session, period: Period) -> list[Indicator]:
    """The indicators that were loaded for a period, with the figures of all units."""
    return list(
        db.scalars(
            select(Indicator)
            .where(Indicator.period_id == period.id)
            .options(selectinload(Indicator.values).lazyload(IndicatorValue.indicator))
            .order_by(Indicator.code)
        )
    )


def titles_of(criteria: CriteriaSet) -> dict[str, tuple[str, list[str]]]:
    """Title and criteria of each indicator of a set, in its order."""
    return {
        code: (str(label_of(uses[0][0], uses[0][1])), [criterion.code for criterion, _key in uses])
        for code, uses in criteria.by_indicator.items()
    }


def _sheets_of(db: Session, period: Period, *, to_change: bool) -> list[Sheet]:
    """The sheets of a period with their entries; to change them, locked in one order."""
    wanted = (
        select(Sheet)
        .where(Sheet.period_id == period.id)
        .options(
            joinedload(Sheet.unit),
            joinedload(Sheet.period).joinedload(Period.criteria_set),
            lazyload(Sheet.cluster),
            selectinload(Sheet.entries).lazyload(Entry.citations),
            selectinload(Sheet.returned_lines),
            raiseload("*", sql_only=True),
        )
        .order_by(Sheet.id)
    )
    if to_change:
        wanted = wanted.with_for_update(of=Sheet).execution_options(populate_existing=True)
    return list(db.scalars(wanted))


# ---- the dry run ----


def plan_loading(
    db: Session, period: Period, reading: Reading, *, source: str, as_of: date | None, to_change: bool = False
) -> Loading:
    """What loading these figures would come to; `source` and `as_of` count where the file says none."""
    found = Loading(problems=list(reading.problems))
    criteria = value_of(period.criteria_set)
    sheets = _sheets_of(db, period, to_change=to_change)
    units = {sheet.unit.code: sheet.unit for sheet in sheets}
    codes = {code.casefold(): code for code in criteria.by_indicator}
    source = tidy_line(source)
    said: list[tuple[str, date | None]] = []
    taken: dict[tuple[str, str], str] = {}
    for one in reading.given:
        code = one.code if one.code in criteria.by_indicator else codes.get(one.code.casefold())
        if code is None:
            found.unused[one.code] = found.unused.get(one.code, 0) + 1
            continue
        unit = _unit_of(units, one.unit)
        if unit is None:
            found.problems.append(_problem(one, N_("Kỳ này không có đơn vị mã “%(code)s”."), code=one.unit))
            continue
        if (unit.code, code) in taken:
            text = N_("Đơn vị %(unit)s đã có chỉ tiêu “%(code)s” ở %(place)s.")
            if unit.code != one.unit or code != one.code:  # the same spelling was told by the reader
                found.problems.append(_problem(one, text, unit=unit.code, code=code, place=taken[unit.code, code]))
            continue
        taken[unit.code, code] = one.place
        said.append((one.source or source, one.as_of or as_of))
        if len(plain(one.value)) > LONGEST_FIGURE:
            found.problems.append(_problem(one, N_("Số này có quá nhiều chữ số.")))
        found.values.append((one, code, unit))
    if found.values and any(not text for text, _day in said):
        found.problems.append(Problem(Phrase(N_("Ghi nguồn số liệu, trong tệp hoặc ở ô “Nguồn”."))))
    if found.values and any(day is None for _text, day in said):
        found.problems.append(Problem(Phrase(N_("Ghi ngày của số liệu, trong tệp hoặc ở ô “Ngày số liệu”."))))
    if not found.values and not found.problems:
        found.problems.append(Problem(Phrase(N_("Không chỉ tiêu nào trong tệp được bộ tiêu chí của kỳ này dùng."))))
    _count(db, period, found)
    _plan_lines(db, period, criteria, sheets, found)
    return found


def _problem(one: Given, text: str, **values: object) -> Problem:
    return Problem(Phrase(text, values), None, one.place)


def _unit_of(units: Mapping[str, Unit], code: str) -> Unit | None:
    """The unit with this code; "1" is "01", since spreadsheets drop zeros."""
    if code in units:
        return units[code]
    if not (code.isascii() and code.isdigit()):
        return None
    same = [unit for one, unit in units.items() if one.isascii() and one.isdigit() and int(one) == int(code)]
    return same[0] if len(same) == 1 else None


def _stored(db: Session, period: Period) -> dict[tuple[str, int], IndicatorValue]:
    """The figures of a period by indicator and unit."""
    rows = db.scalars(
        select(IndicatorValue).join(IndicatorValue.indicator).where(Indicator.period_id == period.id)
    ).all()
    return {(one.indicator.code, one.unit_id): one for one in rows}


def _count(db: Session, period: Period, found: Loading) -> None:
    stored = _stored(db, period)
    for one, code, unit in found.values:
        old = stored.get((code, unit.id))
        if old is None:
            found.new += 1
        elif old.value == plain(one.value):
            found.same += 1
        else:
            found.changed += 1


def _plan_lines(db: Session, period: Period, criteria: CriteriaSet, sheets: Iterable[Sheet], found: Loading) -> None:
    """Which lines the figures fill or change, and which they leave."""
    stored = _stored(db, period)
    given: dict[int, dict[str, str]] = {}
    for one, code, unit in found.values:
        given.setdefault(unit.id, {})[code] = plain(one.value)
    for sheet in sorted(sheets, key=lambda sheet: name_key(sheet.short_name)):
        new = given.get(sheet.unit_id)
        if not new:
            continue
        old = {code: row for (code, unit_id), row in stored.items() if unit_id == sheet.unit_id}
        fresh = {code for code, value in new.items() if code not in old or old[code].value != value}
        if sheet.state not in OPEN:
            if fresh:
                found.closed.append(sheet.short_name)
            continue
        # what the unit disputes is not offered to other lines either
        known = {code: row.own_value if row.stance == Stance.DISPUTED else row.value for code, row in old.items()}
        values = {code: value for code, value in known.items() if value is not None}
        values |= {code: new[code] for code in fresh}
        entries = {entry.code: entry for entry in sheet.entries}
        touched = {one.code: one for code in new for one, _key in criteria.by_indicator[code]}
        for criterion in touched.values():
            _plan_line(sheet, criterion, entries.get(criterion.code), old, values, fresh, found)


def _plan_line(
    sheet: Sheet,
    criterion: Criterion,
    entry: Entry | None,
    old: Mapping[str, IndicatorValue],
    values: Mapping[str, str],
    fresh: set[str],
    found: Loading,
) -> None:
    is_open = criterion.applies(frozenset(sheet.tags)) and may_fill_line(sheet, criterion.code)
    if not is_open or isinstance(criterion.rule, External):
        return
    data = entry.data if entry else None
    if data is None:
        made = whole_entry(criterion, values)
        if made is not None and fits(criterion, made):
            found.fills.append(Filled(sheet, criterion, None, made))
        elif made is not None:
            found.unfit.setdefault(sheet.short_name, []).append(criterion.code)
        return
    assert entry is not None
    renewed: dict[str, str] = {}
    for key, code in criterion.figures.items():
        if code not in fresh or key not in data or data[key] == values[code]:
            continue
        before = old.get(code)
        was_ours = entry.taken_from == TakenFrom.MINISTRY or (before is not None and before.stance == Stance.CONFIRMED)
        if before is not None and was_ours and data[key] == before.value:
            renewed[key] = values[code]
        else:
            lines = found.kept.setdefault(sheet.short_name, [])
            lines += [criterion.code] if criterion.code not in lines else []
    if renewed:
        after = {**data, **renewed}
        if fits(criterion, after):
            found.fills.append(Filled(sheet, criterion, data, after))
        else:
            found.unfit.setdefault(sheet.short_name, []).append(criterion.code)


# ---- loading ----


def load_indicators(
    db: Session,
    actor: Actor,
    period: Period,
    reading: Reading,
    *,
    source: str,
    as_of: date | None,
    seen: str | None = None,
    now: datetime,
) -> Loading:
    """Store the figures and fill the lines that have none: all or nothing. `seen` is the digest of the dry run.

    A figure that became another one is offered again, whatever the unit had said to the old one; history keeps that.

    Raises:
        Invalid: something is wrong with the file; a dry run tells what.
        WrongState: the dry run would say something else by now.
    """
    found = plan_loading(db, period, reading, source=source, as_of=as_of, to_change=True)
    if found.problems:
        raise Invalid(N_("Chưa nạp được: tệp còn %(n)s lỗi."), "file", n=len(found.problems))
    if seen is not None and seen != found.digest:
        raise WrongState(N_("Số liệu hoặc phiếu của các đơn vị vừa thay đổi. Xem lại bản chạy thử rồi nạp."))
    titles = titles_of(value_of(period.criteria_set))
    rows = {row.code: row for row in indicators_of(db, period)}
    values = {(code, one.unit_id): one for code, row in rows.items() for one in row.values}
    text = tidy_line(source)[:LONGEST_SOURCE]
    for given, code, unit in found.values:
        day = given.as_of or as_of
        assert day is not None
        row = rows.get(code)
        if row is None:
            row = rows[code] = Indicator(period_id=period.id, code=code, title="")
            row.values = []
        row.title = (given.title or row.title or titles[code][0])[:300]
        row.loaded_by_id, row.loaded_at = actor.user.id if actor.user else None, now
        db.add(row)
        _store(
            db,
            actor,
            period,
            row,
            values.get((code, unit.id)),
            unit,
            (plain(given.value), given.source or text, day),
            now=now,
        )
    db.flush()
    for filled in found.fills:
        _fill(db, actor, filled, now=now)
    counts = {"new": found.new, "changed": found.changed, "filled": len(found.fills), "source": text}
    record(db, actor, "load_indicators", period, now=now, period_id=period.id, new=counts)
    return found


def _store(
    db: Session,
    actor: Actor,
    period: Period,
    row: Indicator,
    old: IndicatorValue | None,
    unit: Unit,
    figure: tuple[str, str, date],
    *,
    now: datetime,
) -> None:
    """One figure with its source and day; one that is as before keeps what the unit said to it."""
    value, source, day = figure
    if old is None:
        row.values.append(
            IndicatorValue(unit_id=unit.id, value=value, source=source, as_of=day, stance=Stance.OFFERED, reason="")
        )
        return
    old.source, old.as_of = source, day
    if old.value == value:
        return
    said = {"value": old.value, "stance": old.stance, "own_value": old.own_value, "reason": old.reason}
    old.value, old.stance, old.own_value, old.reason = value, Stance.OFFERED, None, ""
    old.said_by_id = old.said_at = None
    place: dict[str, Any] = {"period_id": period.id, "unit_id": unit.id, "place": row.code}
    record(db, actor, "change_indicator", old, now=now, **place, old=said, new={"value": value})


def _fill(db: Session, actor: Actor, filled: Filled, *, now: datetime) -> None:
    sheet, code = filled.sheet, filled.criterion.code
    entry = entry_at(db, sheet, code) or start_entry(db, sheet, code, actor, now=now)
    old = {"data": entry.data, "explanation": entry.explanation}
    entry.data, entry.taken_from = dict(filled.after), TakenFrom.MINISTRY
    entry.updated_by_id, entry.updated_at = actor.user.id if actor.user else None, now
    record(
        db,
        actor,
        "offer_figures",
        entry,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        place=code,
        old=old,
        new={"data": entry.data, "explanation": entry.explanation},
    )


# ---- what units say otherwise ----


@dataclass(frozen=True)
class Differing:
    """A figure that a unit holds otherwise than the ministry; `reason` is empty while it has given none."""

    sheet: Sheet
    value: IndicatorValue
    codes: tuple[str, ...]  # criteria with the unit's own figure
    own: str
    who: str


def differing(db: Session, period: Period) -> list[Differing]:
    """Figures that stand otherwise on a sheet, with the reason if the unit has given one; by unit and indicator."""
    criteria = value_of(period.criteria_set)
    stored = _stored(db, period)
    names = dict(
        db.execute(
            select(User.id, User.name).where(User.id.in_({row.said_by_id for row in stored.values() if row.said_by_id}))
        ).all()
    )
    found = []
    for sheet in _sheets_of(db, period, to_change=False):
        entries = {entry.code: entry.data for entry in sheet.entries if entry.data}
        for (code, unit_id), row in stored.items():
            if unit_id != sheet.unit_id:
                continue
            there = {
                criterion.code: str(entries[criterion.code][key])
                for criterion, key in criteria.by_indicator.get(code, ())
                if key in entries.get(criterion.code, {})
            }
            other = {one: value for one, value in there.items() if value != row.value}
            if other or (row.stance == Stance.DISPUTED and not there):
                own = next(iter(other.values()), row.own_value or "")
                found.append(Differing(sheet, row, tuple(other), own, names.get(row.said_by_id or 0, "")))
    return sorted(found, key=lambda one: (name_key(one.sheet.short_name), one.value.indicator.code))
