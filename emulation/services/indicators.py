"""Figures that the ministry already holds: loaded by the department, filled into lines that have none. Issue 4.

Nothing that a unit typed is overwritten, and no sheet that is on its way or submitted is touched. What is filled in is
marked until the unit says yes or no, see `offers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload, raiseload, selectinload

from emulation.config import VIETNAM
from emulation.documents.indicator_files import Given, Reading
from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.names import name_key
from emulation.domain.rules import External
from emulation.domain.shared_figures import fits, refusal_of, whole_entry
from emulation.domain.source import Problem
from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Invalid, WrongState
from emulation.models import Entry, Indicator, IndicatorValue, Period, Sheet, Stance, TakenFrom, Unit
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


class Effect(StrEnum):
    """What a figure that changes does to the unit's lines."""

    CLOSED = "closed"
    DISPUTED = "disputed"
    SETTLED = "settled"
    CONFIRMED = "confirmed"
    OFFERED = "offered"
    OWN = "own"
    NONE = "none"


EFFECT_WORDS = {
    Effect.CLOSED: N_("Phiếu đã trình hoặc đã nộp: không đổi dòng nào"),
    Effect.DISPUTED: N_("Đơn vị không đồng ý số cũ: giữ số và lý do của đơn vị"),
    Effect.SETTLED: N_("Khớp số của đơn vị: hết khác nhau"),
    Effect.CONFIRMED: N_("Thay số đã xác nhận, chờ xác nhận lại"),
    Effect.OFFERED: N_("Thay số chưa xác nhận"),
    Effect.OWN: N_("Đơn vị khai số khác: giữ số của đơn vị"),
    Effect.NONE: N_("Không dòng nào đang dùng"),
}


@dataclass(frozen=True)
class Replaced:
    """A figure of the ministry that becomes another one."""

    unit: str  # its short name
    code: str
    title: str
    old: str
    new: str
    effect: Effect


@dataclass
class Loading:
    """What loading a file comes to: a dry run. Only without problems can it be done."""

    problems: list[Problem] = field(default_factory=list)
    unused: dict[str, int] = field(default_factory=dict)  # indicators that no criterion uses: left out
    new: int = 0
    changed: int = 0
    same: int = 0
    fills: list[Filled] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)  # the `changed` ones, by unit
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


def sheets_with_entries(db: Session, period: Period, *, to_change: bool) -> list[Sheet]:
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


def why_not_loaded(period: Period) -> WrongState | None:
    """Why no more figures can be loaded: the result is published and sealed; None while it is not."""
    if period.phase in (Phase.PUBLISHED, Phase.ARCHIVED):
        return WrongState(N_("Kết quả của kỳ này đã công bố; không nạp thêm số liệu được nữa."))
    return None


def plan_loading(
    db: Session,
    period: Period,
    reading: Reading,
    *,
    source: str,
    as_of: date | None,
    now: datetime,
    to_change: bool = False,
) -> Loading:
    """What loading these figures would come to; `source` and `as_of` count where the file says none.

    Raises:
        WrongState: see `why_not_loaded`.
    """
    refused = why_not_loaded(period)
    if refused is not None:
        raise refused
    found = Loading(problems=list(reading.problems))
    criteria = value_of(period.criteria_set)
    sheets = sheets_with_entries(db, period, to_change=to_change)
    units = {sheet.unit.code: sheet.unit for sheet in sheets}
    codes = {code.casefold(): code for code in criteria.by_indicator}
    source = tidy_line(source)
    today = now.astimezone(VIETNAM).date()
    said: list[tuple[str, date | None]] = []
    taken: dict[tuple[str, str], str] = {}
    for place, unit_code, name in [*((one.place, one.unit, one.code) for one in reading.given), *reading.unread]:
        if name.casefold() not in codes:
            found.unused[name] = found.unused.get(name, 0) + 1
        elif _unit_of(units, unit_code) is None:
            text = N_("Kỳ này không có đơn vị mã “%(code)s”.")
            found.problems.append(Problem(Phrase(text, {"code": unit_code}), None, place))
    for one in reading.given:
        code = one.code if one.code in criteria.by_indicator else codes.get(one.code.casefold())
        unit = _unit_of(units, one.unit)
        if code is None or unit is None:
            continue
        if (unit.code, code) in taken:
            text = N_("Đơn vị %(unit)s đã có chỉ tiêu “%(code)s” ở %(place)s.")
            if unit.code != one.unit or code != one.code:  # the same spelling was told by the reader
                found.problems.append(_problem(one, text, unit=unit.code, code=code, place=taken[unit.code, code]))
            continue
        taken[unit.code, code] = one.place
        said.append((one.source or source, one.as_of or as_of))
        if one.as_of is not None and one.as_of > today:
            found.problems.append(_too_early(one.as_of, one.day_place))
        if len(plain(one.value)) > LONGEST_FIGURE:
            found.problems.append(_problem(one, N_("Số này có quá nhiều chữ số.")))
        found.values.append((one, code, unit))
    if found.values and any(not text for text, _day in said):
        found.problems.append(Problem(Phrase(N_("Ghi nguồn số liệu, trong tệp hoặc ở ô “Nguồn”."))))
    if found.values and any(day is None for _text, day in said):
        found.problems.append(Problem(Phrase(N_("Ghi ngày của số liệu, trong tệp hoặc ở ô “Ngày số liệu”."))))
    if as_of is not None and as_of > today:
        found.problems.append(_too_early(as_of))
    if not found.values and not found.problems:
        found.problems.append(Problem(Phrase(N_("Không chỉ tiêu nào trong tệp được bộ tiêu chí của kỳ này dùng."))))
    stored = stored_values(db, period)
    _refuse_nonsense(criteria, stored, found)
    _count(stored, found)
    _plan_lines(stored, criteria, sheets, found)
    return found


def _too_early(day: date, place: str = "") -> Problem:
    return Problem(Phrase(N_("Ngày số liệu %(day)s chưa tới."), {"day": day}), None, place)


def _refuse_nonsense(criteria: CriteriaSet, stored: Mapping[tuple[str, int], IndicatorValue], found: Loading) -> None:
    """Figures that no criterion could score, beside the others that the ministry holds for the unit."""
    known: dict[int, dict[str, str]] = {}
    for (code, unit_id), row in stored.items():
        known.setdefault(unit_id, {})[code] = row.value
    for one, code, unit in found.values:
        known.setdefault(unit.id, {})[code] = plain(one.value)
    for one, code, unit in found.values:
        why = refusal_of(criteria, code, known[unit.id])
        if why is not None:
            text = N_("%(why)s Không chấm được ở tiêu chí nào dùng chỉ tiêu này (%(codes)s).")
            uses = ", ".join(dict.fromkeys(criterion.code for criterion, _key in criteria.by_indicator[code]))
            found.problems.append(_problem(one, text, why=why, codes=uses))


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


def stored_values(db: Session, period: Period) -> dict[tuple[str, int], IndicatorValue]:
    """The figures of a period by indicator and unit."""
    rows = db.scalars(
        select(IndicatorValue).join(IndicatorValue.indicator).where(Indicator.period_id == period.id)
    ).all()
    return {(one.indicator.code, one.unit_id): one for one in rows}


def _count(stored: Mapping[tuple[str, int], IndicatorValue], found: Loading) -> None:
    for one, code, unit in found.values:
        old = stored.get((code, unit.id))
        if old is None:
            found.new += 1
        elif old.value == plain(one.value):
            found.same += 1
        else:
            found.changed += 1


def _plan_lines(
    stored: Mapping[tuple[str, int], IndicatorValue], criteria: CriteriaSet, sheets: Iterable[Sheet], found: Loading
) -> None:
    """Which lines the figures fill or change, and which they leave."""
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
            found.replaced += _replaced(sheet, criteria, old, new, fresh, found)
            continue
        # what the unit disputes is not offered to other lines either, nor is what replaces it
        known = {code: row.own_value if row.stance == Stance.DISPUTED else row.value for code, row in old.items()}
        values = {code: value for code, value in known.items() if value is not None}
        values |= {code: new[code] for code in fresh if code not in old or old[code].stance != Stance.DISPUTED}
        entries = {entry.code: entry for entry in sheet.entries}
        touched = {one.code: one for code in new for one, _key in criteria.by_indicator[code]}
        for criterion in touched.values():
            _plan_line(sheet, criterion, entries.get(criterion.code), old, values, fresh, found)
        found.replaced += _replaced(sheet, criteria, old, new, fresh, found)


def _replaced(
    sheet: Sheet,
    criteria: CriteriaSet,
    old: Mapping[str, IndicatorValue],
    new: Mapping[str, str],
    fresh: set[str],
    found: Loading,
) -> list[Replaced]:
    """The figures of a unit that become others, after its lines are planned."""
    titles = titles_of(criteria)
    changed = {
        code
        for one in found.fills
        if one.sheet is sheet and one.before is not None
        for key, code in one.criterion.figures.items()
        if one.before.get(key) != one.after.get(key)
    }
    own = {code for one in found.kept.get(sheet.short_name, ()) for code in criteria.by_code[one].figures.values()}

    def effect(code: str) -> Effect:
        row = old[code]
        if row.stance == Stance.DISPUTED and row.own_value == new[code]:
            return Effect.SETTLED
        if sheet.state not in OPEN:
            return Effect.CLOSED
        if row.stance == Stance.DISPUTED:
            return Effect.DISPUTED
        if code in changed:
            return Effect.CONFIRMED if row.stance == Stance.CONFIRMED else Effect.OFFERED
        return Effect.OWN if code in own else Effect.NONE

    return [
        Replaced(
            sheet.short_name,
            code,
            old[code].indicator.title or titles[code][0],
            old[code].value,
            new[code],
            effect(code),
        )
        for code in sorted(fresh & set(old))
    ]


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

    A figure that became another one is offered again if the unit had confirmed the old one. What a unit disputes stays
    so, with its figure and its reason, until both hold the same; history keeps the old figures.

    Raises:
        Invalid: something is wrong with the file; a dry run tells what.
        WrongState: the dry run would say something else by now.
    """
    found = plan_loading(db, period, reading, source=source, as_of=as_of, now=now, to_change=True)
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
            line=titles[code][1][0],
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
    line: str,
    now: datetime,
) -> None:
    """One figure with its source and day; one that is as before keeps what the unit said to it. `line`: who uses it."""
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
    old.value = value
    if old.stance != Stance.DISPUTED:
        old.stance, old.said_by_id, old.said_at = Stance.OFFERED, None, None
    elif old.own_value == value:
        old.stance, old.own_value, old.reason = Stance.CONFIRMED, None, ""
    place: dict[str, Any] = {"period_id": period.id, "unit_id": unit.id, "place": line}
    new = {"value": value, "stance": old.stance, "own_value": old.own_value, "reason": old.reason}
    record(db, actor, "change_indicator", old, now=now, **place, old=said, new=new)


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
