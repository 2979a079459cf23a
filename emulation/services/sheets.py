"""Sheets: finding them, and saving one line. What stands on a line is in `lines`. DESIGN 3, 4."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    CursorResult,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    case,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, joinedload, lazyload, raiseload, selectinload

from emulation.domain.criteria import Criterion
from emulation.domain.numbers import number
from emulation.domain.rules import Checklist, External
from emulation.domain.scoring import line_points
from emulation.domain.shared_figures import indicators_in, spread
from emulation.domain.workflow import Act, Clock, Phase, SheetState, refusal, require
from emulation.errors import CHANGED_MEANWHILE, Invalid, Stale, WrongState
from emulation.models import Citation, Entry, Period, Role, Sheet, User
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.lines import FIGURES, Brief, Outline, Stored, open_returns
from emulation.services.periods import clock_of, clock_phase
from emulation.services.scores import criteria_of, entries_of
from emulation.words import N_, tidy

LONGEST_EXPLANATION = 4000  # characters
LONGEST_FIGURE = 24  # characters


@dataclass(frozen=True)
class Person:
    """Somebody of the unit, as the sheet names them."""

    name: str
    role: str
    title: str
    is_activated: bool


class EntryStale(Stale):
    """The line was saved by somebody else since it was opened; `theirs` is what is stored, `who` saved it."""

    def __init__(self, theirs: Entry | Stored, who: str) -> None:
        super().__init__(N_("%(who)s vừa sửa tiêu chí này lúc %(when)s."), who=who, when=theirs.updated_at)
        self.theirs = theirs
        self.who = who


# ---- finding ----


_NOTHING_MORE = raiseload("*", sql_only=True)
_PERIOD = joinedload(Sheet.period).options(joinedload(Period.criteria_set), selectinload(Period.windows))
# all that the sheet page shows; a template cannot load more behind its back
_WHOLE = select(Sheet).options(
    _PERIOD,
    joinedload(Sheet.unit),
    joinedload(Sheet.cluster),
    selectinload(Sheet.entries)
    .selectinload(Entry.citations)
    .options(joinedload(Citation.evidence, innerjoin=True).options(_NOTHING_MORE)),
    selectinload(Sheet.returned_lines),
    _NOTHING_MORE,
)
# what the save of one line needs besides `outline_of`, and who asks for news
_ALONE = select(Sheet).options(
    joinedload(Sheet.period).options(joinedload(Period.criteria_set), joinedload(Period.windows)),
    lazyload(Sheet.unit),
    lazyload(Sheet.cluster),
    lazyload(Sheet.returned_lines),
    lazyload(Sheet.entries),
)


def _locked(query: Select[Any]) -> Select[Any]:
    return query.where(Sheet.id == _KEY).with_for_update(of=Sheet).execution_options(populate_existing=True)


# Statements that are asked for again and again are made once: to make one takes as long as to run it.
_KEY: BindParameter[int] = bindparam("key")
_CODE: BindParameter[str] = bindparam("code")
_WHOLE_READ = _WHOLE.where(Sheet.id == _KEY)
_WHOLE_LOCKED = _locked(_WHOLE)
_WHO = bindparam("user", type_=Integer)
_ALONE_LOCKED = _locked(_ALONE.add_columns(User).outerjoin(User, User.id == _WHO).options(lazyload(User.unit)))
_ALONE_READ = _ALONE.where(Sheet.id == _KEY)
_ENTRY = select(Entry).where(Entry.sheet_id == _KEY, Entry.code == _CODE)
_CITED = func.max(case((Citation.is_unconfirmed, 1), else_=0))  # of an entry; none without a citation
_OUTLINE = (
    select(
        Entry.code,
        sql_cast(Entry.data, Text),
        Entry.explanation != "",
        select(_CITED).where(Citation.entry_id == Entry.id).correlate(Entry).scalar_subquery(),
        Entry.taken_from,
        Entry.updated_at,
        Entry.version,
        Entry.id,
        case((Entry.code == _CODE, Entry.explanation)),
        Entry.updated_by_id,
    )
    .where(Entry.sheet_id == _KEY)
    .order_by(Entry.id)
)
_OUTLINE_OF_ONE = _OUTLINE.where(Entry.code == _CODE)
_TABLE = cast(Table, Entry.__table__)
_CHANGE = update(_TABLE).where(_TABLE.c.id == _KEY, _TABLE.c.version == bindparam("seen"))


def load_sheet(db: Session, sheet_id: int) -> Sheet | None:
    """The sheet of a URL with entries, evidence and returned lines."""
    found: Sheet | None = db.scalar(_WHOLE_READ, {"key": sheet_id})
    return found


def load_sheet_alone(db: Session, sheet_id: int) -> Sheet | None:
    """The sheet of a URL with nothing of what is declared: enough to ask who may, and what is new."""
    found: Sheet | None = db.scalars(_ALONE_READ, {"key": sheet_id}).unique().one_or_none()
    return found


def load_sheet_to_change(db: Session, sheet_id: int) -> Sheet | None:
    """As `load_sheet`, and nobody else changes the sheet or a line of it until this transaction ends.

    PostgreSQL locks the row; SQLite has locked the whole database already, since the transaction writes.
    """
    found: Sheet | None = db.scalar(_WHOLE_LOCKED, {"key": sheet_id})
    return found


def load_sheet_to_fill(db: Session, sheet_id: int, user_id: int | None) -> tuple[Sheet | None, User | None]:
    """As `load_sheet_to_change`, without the entries, and an account: for the save of one line.

    Many people save at once in the last hour, so one question to the database has both.
    """
    found = db.execute(_ALONE_LOCKED, {"key": sheet_id, "user": user_id}).unique().one_or_none()
    return (found[0], found[1]) if found else (None, None)


def outline_of(db: Session, sheet: Sheet, code: str = "", *, alone: bool = False) -> Outline:
    """What the state of every line needs, without loading entries and citations whole; of one line all of it.

    `alone` asks for that one only.
    """
    briefs, texts, line = {}, {}, None
    query = _OUTLINE_OF_ONE if alone else _OUTLINE
    for one, text, is_explained, cited, taken_from, at, version, *more in db.execute(
        query, {"key": sheet.id, "code": code}
    ):
        data = None
        if text is not None:
            texts[one], data = text, _figures(text)
        briefs[one] = Brief(data, is_explained, cited is not None, taken_from, cited == 1, at, version)
        if one == code:
            key, words, by = more
            line = Stored(key, data, words, by, at, version)
    return Outline(briefs, texts, line, code if alone else "")


@lru_cache(maxsize=20_000)
def _figures(text: str) -> dict[str, Any]:
    """The stored figures of a line, read once for every line that has the same; nobody changes them in place."""
    found: dict[str, Any] = json.loads(text)
    return found


def entry_at(db: Session, sheet: Sheet, code: str) -> Entry | None:
    """The entry of one line: among the sheet's, where they are loaded, or asked for alone."""
    if "entries" not in inspect(sheet).unloaded:
        return next((entry for entry in sheet.entries if entry.code == code), None)
    return db.scalar(_ENTRY, {"key": sheet.id, "code": code})


def own_sheet(db: Session, unit_id: int) -> Sheet | None:
    """The unit's sheet in the newest period that it takes part in."""
    return db.scalar(
        _WHOLE.join(Period, Sheet.period_id == Period.id)
        .where(Sheet.unit_id == unit_id)
        .order_by(Period.code.desc())
        .limit(1)
    )


def sheet_in(db: Session, period: Period, unit_id: int) -> Sheet | None:
    """The unit's sheet in this period; None where the unit does not take part."""
    return db.scalar(_WHOLE.where(Sheet.period_id == period.id, Sheet.unit_id == unit_id))


def people_of(db: Session, unit_id: int) -> list[Person]:
    """Officers, then directors, of a unit whose accounts are open."""
    rows = db.execute(
        select(User.name, User.role, User.title, User.password_hash.is_not(None))
        .where(User.unit_id == unit_id, User.is_active, User.role.in_((Role.UNIT_OFFICER, Role.UNIT_DIRECTOR)))
        .order_by(User.role.desc(), User.name)
    )
    return [Person(*row) for row in rows]


# ---- filling ----


def fill_refusal(sheet: Sheet, clock: Clock) -> WrongState | None:
    """Why the unit cannot fill the sheet now, or None if it can."""
    return refusal(Act.FILL, SheetState(sheet.state), Phase(sheet.period.phase), clock)


def may_fill_line(sheet: Sheet, code: str) -> bool:
    """Whether this line may be changed where the sheet may: after a return only the returned lines."""
    returned = open_returns(sheet)
    return not returned or code in returned


def require_fillable(db: Session, sheet: Sheet, code: str | None, *, now: datetime) -> Criterion | None:
    """Refuse unless the unit may change this line (None: anything of the sheet) now; the criterion of the line.

    Raises:
        WrongState: wrong phase or state, after the close, or the line was not returned.
        Invalid: the set has no such code, the criterion does not apply to the unit, or only the ministry scores it.
    """
    window = sheet.period.window(clock_phase(sheet, sheet.period))
    # before the general close the unit's own time, which could only be later, need not be asked for
    is_early = window is not None and now <= window.closes_at
    clock = Clock(now) if is_early else clock_of(db, sheet, now=now)
    require(Act.FILL, SheetState(sheet.state), Phase(sheet.period.phase), clock)
    if code is None:
        return None
    criterion = criteria_of(sheet).by_code.get(code)
    if criterion is None:
        raise Invalid(N_("Bộ tiêu chí không có mã “%(code)s”."), code=code)
    if not criterion.applies(frozenset(sheet.tags)):
        raise Invalid(N_("Tiêu chí %(code)s không áp dụng cho đơn vị này."), code=code)
    if isinstance(criterion.rule, External):
        raise Invalid(N_("Tiêu chí %(code)s do Bộ chấm, đơn vị không tự chấm."), code=code)
    if not may_fill_line(sheet, code):
        raise WrongState(N_("Phiếu bị trả lại: chỉ sửa được các tiêu chí bị trả lại."))
    return criterion


def canonical(criterion: Criterion, data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The one spelling of an entry: figures as text without useless zeros ("8.5"), checklists in the set's order.

    Raises:
        Invalid: a figure that is none, or an entry that the rule cannot score; `field` names the key.
    """
    if data is None:
        return None
    if "not_applicable" in data:
        reason = tidy(str(data.get("reason", "")))
        if not criterion.may_skip:
            raise Invalid(N_("Tiêu chí này không được khai “không áp dụng”."), "not_applicable")
        if not reason:
            raise Invalid(N_("Nêu lý do không áp dụng."), "reason")
        return {"not_applicable": True, "reason": reason[:LONGEST_EXPLANATION]}
    criterion.rule.check_keys(data)
    kept = {key: _figure(key, value) if key in FIGURES else value for key, value in data.items()}
    if isinstance(criterion.rule, Checklist) and isinstance(kept["met"], list | tuple):
        order = {item.code: place for place, item in enumerate(criterion.rule.items)}
        kept["met"] = sorted(kept["met"], key=lambda code: (order.get(code, len(order)), str(code)))
    line_points(criterion, kept, 2)  # refuses what cannot be scored
    return kept


def _figure(key: str, value: Any) -> str:
    text = plain(number(value, key))
    if len(text) > LONGEST_FIGURE:
        raise Invalid(N_("Số này có quá nhiều chữ số."), key)
    return text


def plain(value: Decimal) -> str:
    """A figure as it is stored: "8.5", "95", "0"."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True)
class _Filled:
    """What a line is to hold: its criterion, the figures in their one spelling, the explanation."""

    criterion: Criterion
    data: dict[str, Any] | None
    explanation: str

    def is_in(self, there: Entry | Stored | None) -> bool:
        """Whether the line holds it already; a line that is not there holds nothing."""
        return (there.data, there.explanation) == (self.data, self.explanation) if there else not self.spoken

    @property
    def spoken(self) -> bool:
        """Whether anything is declared or explained."""
        return self.data is not None or bool(self.explanation)

    @property
    def plain(self) -> dict[str, Any]:
        """As the history keeps it."""
        return {"data": self.data, "explanation": self.explanation}


def _filled(
    db: Session, sheet: Sheet, code: str, data: Mapping[str, Any] | None, explanation: str, now: datetime
) -> _Filled:
    criterion = require_fillable(db, sheet, code, now=now)
    assert criterion is not None
    kept = canonical(criterion, data)
    text = tidy(explanation)
    if len(text) > LONGEST_EXPLANATION:
        raise Invalid(
            N_("Diễn giải dài %(n)s ký tự, nhiều nhất %(most)s."),
            "explanation",
            n=len(text),
            most=LONGEST_EXPLANATION,
        )
    return _Filled(criterion, kept, text)


def _require_seen(db: Session, there: Entry | Stored, version: int) -> None:
    """Refuse where somebody else changed the line since; one that holds nothing was made by an upload, perhaps."""
    if (there.data is not None or there.explanation) and there.version != version:
        raise EntryStale(there, name_of(db, there.updated_by_id))


def _held(line: Entry | Stored) -> dict[str, Any]:
    """What a line holds now, as the history keeps it."""
    return {"data": line.data, "explanation": line.explanation}


def _record_fill(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    code: str,
    line: Entry | Stored,
    *,
    old: dict[str, Any] | None,
    new: dict[str, Any],
    now: datetime,
) -> None:
    record(
        db,
        actor,
        "fill",
        line,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        place=code,
        old=old,
        new=new,
    )


def save_entry(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    code: str,
    data: Mapping[str, Any] | None,
    explanation: str = "",
    version: int = 0,
    now: datetime,
) -> Entry | None:
    """Store what the unit declares for one criterion. `data` None takes the figures back; history keeps them.

    `version` is the version of the line that the person saw, 0 for a new one. The same content again is no change,
    whatever the version, since the answer to the first sending may have been lost. None: nothing was there to store.

    Raises:
        WrongState, Invalid: see `require_fillable`, `canonical`; an explanation that is too long.
        EntryStale: somebody else changed the line meanwhile.
    """
    filled = _filled(db, sheet, code, data, explanation, now)
    entry = entry_at(db, sheet, code)
    if filled.is_in(entry):
        return entry
    old: dict[str, Any] | None = None
    if entry is None:
        entry = start_entry(db, sheet, code, actor, now=now)
    else:
        _require_seen(db, entry, version)
        old = _held(entry)
    entry.data, entry.explanation, entry.taken_from = filled.data, filled.explanation, None
    entry.updated_by_id, entry.updated_at = actor.user_id, now
    _record_fill(db, actor, sheet, code, entry, old=old, new=filled.plain, now=now)
    if filled.criterion.figures:
        before = old["data"] if old else None
        share_figures(db, actor, sheet, filled.criterion, before=before, after=filled.data, now=now)
    return entry


def save_line(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    code: str,
    data: Mapping[str, Any] | None,
    explanation: str = "",
    version: int = 0,
    alone: bool = False,
    now: datetime,
) -> Outline:
    """As `save_entry`, for many who save at once: gives what the state of every line needs, as it is afterwards.

    The line is not loaded as an object but changed where it lies, unless it is new or its figures go to other lines.
    `alone` asks for the state of this line only, which it gets unless others have changed as well.

    Raises:
        As `save_entry`.
    """
    filled = _filled(db, sheet, code, data, explanation, now)
    alone = alone and not filled.criterion.figures
    outline = outline_of(db, sheet, code, alone=alone)
    there = outline.line
    if filled.is_in(there):
        return outline
    if there is None or filled.criterion.figures:
        save_entry(db, actor, sheet, code=code, data=data, explanation=explanation, version=version, now=now)
        return outline_of(db, sheet, code, alone=alone)
    _require_seen(db, there, version)
    values = {**filled.plain, "taken_from": None, "updated_by_id": actor.user_id, "updated_at": now}
    values |= {"version": there.version + 1, "key": there.id, "seen": there.version}
    if cast(CursorResult[Any], db.execute(_CHANGE, values)).rowcount != 1:
        raise Stale(CHANGED_MEANWHILE)
    _record_fill(db, actor, sheet, code, there, old=_held(there), new=filled.plain, now=now)
    return outline.changed(code, filled.data, is_explained=bool(filled.explanation), at=now)


def may_share(sheet: Sheet, other: Criterion) -> bool:
    """Whether a figure that was declared elsewhere may go to this line."""
    applies = other.applies(frozenset(sheet.tags)) and not isinstance(other.rule, External)
    return applies and may_fill_line(sheet, other.code)


def share_figures(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    criterion: Criterion,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    everywhere: bool = False,
    now: datetime,
) -> list[str]:
    """Give the figures of a saved line to the others that ask for the same indicators; the codes of those changed.

    See `domain.shared_figures.spread`. After a return only returned lines are touched.
    """
    changed = spread(
        criteria_of(sheet),
        criterion.code,
        before,
        after,
        entries_of(sheet),
        may_change=lambda other: may_share(sheet, other),
        everywhere=everywhere,
    )
    own = set(indicators_in(criterion, after))
    doubtful = {  # figures that only stand on lines nobody has confirmed
        indicator: entry.taken_from
        for entry in sheet.entries
        if entry.taken_from is not None and entry.code != criterion.code
        for indicator in indicators_in(criteria_of(sheet).by_code[entry.code], entry.data)
    }
    for code, data in changed.items():
        entry = entry_at(db, sheet, code) or start_entry(db, sheet, code, actor, now=now)
        old = _held(entry)
        others = set(indicators_in(criteria_of(sheet).by_code[code], data)) - own
        if entry.data is None:
            entry.taken_from = next((doubtful[one] for one in sorted(others) if one in doubtful), None)
        elif len(data) == len(set(indicators_in(criteria_of(sheet).by_code[code], data)) & own):
            entry.taken_from = None  # every figure of it is one that the unit has just declared
        entry.data = data
        entry.updated_by_id, entry.updated_at = actor.user_id, now
        new = {"data": data, "explanation": entry.explanation, "same_as": criterion.code}
        _record_fill(db, actor, sheet, code, entry, old=old, new=new, now=now)
    return list(changed)


def start_entry(db: Session, sheet: Sheet, code: str, actor: Actor, *, now: datetime) -> Entry:
    """A new line of the sheet, nothing declared yet."""
    entry = Entry(
        sheet_id=sheet.id,
        code=code,
        data=None,
        explanation="",
        updated_by_id=actor.user.id if actor.user else None,
        updated_at=now,
        citations=[],
    )
    if "entries" in inspect(sheet).unloaded:
        db.add(entry)
    else:
        sheet.entries.append(entry)
    return entry


def name_of(db: Session, user_id: int | None) -> str:
    """Name of an account; of none it is the command line."""
    if user_id is None:
        return Actor(None).name
    return db.scalar(select(User.name).where(User.id == user_id)) or ""
