"""Reminders: who gets a digest today and why. What became of each letter is in `deliveries`. DESIGN 4."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, lazyload, raiseload, selectinload

from emulation.documents.mail import Digest
from emulation.domain.names import name_key
from emulation.domain.reminders import (
    EXTENDED,
    NOT_STARTED,
    OVERDUE,
    RETURNED,
    SIGNING,
    TO_FILL,
    WITH_UNIT,
    Plan,
    Reader,
    RoundFacts,
    SheetFacts,
    occasions_for,
    occasions_for_department,
    parted,
)
from emulation.domain.workflow import Clock, Phase, SheetState
from emulation.errors import WrongState
from emulation.models import Delivery, Entry, Period, Reminder, ReturnedLine, Role, Sheet, User
from emulation.services.digests import Desk, department_digest, unit_digest
from emulation.services.periods import clocks_of, sheets_of
from emulation.services.progress import started_in
from emulation.words import N_, vietnam_day

READERS = {
    Role.UNIT_OFFICER: Reader.OFFICER,
    Role.UNIT_DIRECTOR: Reader.DIRECTOR,
    Role.DEPARTMENT: Reader.DEPARTMENT,
}
OPEN = (Phase.SELF_SCORING, Phase.REVIEW)  # phases in which units fill, sign and submit
USING = (User.is_active, User.password_hash.is_not(None))  # activated: the address is known to be read
FRESH = timedelta(days=7)  # how long the program itself tells of an extension


@dataclass(frozen=True)
class Letter:
    """One digest for one person, ready to go: values only, since the session is over when it goes.

    `done`: the person has had today's already.
    """

    user_id: int
    name: str
    email: str
    title: str
    unit_id: int | None
    unit: str  # short name; "" for the department
    occasions: tuple[str, ...]
    digest: Digest
    done: bool = False


@dataclass(frozen=True)
class Mailing:
    """Letters of a day or of a call, and the units that should hear of it and in which nobody can be reached."""

    letters: list[Letter]
    unreached: list[Sheet]


@dataclass
class _Round:
    """What all letters of one day are made from, loaded once."""

    period: Period
    desk: Desk
    now: datetime
    sheets: list[Sheet]  # with the unit
    clocks: dict[int, Clock]
    people: list[User]
    told: dict[int, list[Reminder]]
    returned_at: dict[int, datetime]

    @property
    def today(self) -> date:
        return vietnam_day(self.now)

    def of_unit(self, unit_id: int) -> list[User]:
        return [person for person in self.people if person.unit_id == unit_id]

    def has_more_time(self, sheet: Sheet) -> bool:
        clock = self.clocks[sheet.id]
        return clock.is_extended and not clock.is_over

    def is_done(self, person: User) -> bool:
        return any(row.day == self.today for row in self.told.get(person.id, ()))


# ---- who gets what today ----


def letters_of(db: Session, period: Period, desk: Desk, plan: Plan, *, now: datetime) -> Mailing:
    """Every digest that is due today, by unit and person, the department's last; people who had one are marked."""
    if period.phase not in OPEN:
        return Mailing([], [])
    day = _load(db, period, desk, now)
    due: list[tuple[User, Reader, Sheet, tuple[str, ...]]] = []
    for sheet in day.sheets:
        for person in day.of_unit(sheet.unit_id):
            reader = READERS[Role(person.role)]
            occasions = occasions_for(reader, _facts(day, person, sheet), day.today, plan)
            if occasions:
                due.append((person, reader, sheet, occasions))
    return Mailing([*_unit_letters(db, day, due), *_department_letters(db, day, plan)], _unreached(day, plan))


def unreached_in(db: Session, period: Period, desk: Desk, plan: Plan, *, now: datetime) -> list[Sheet]:
    """The units that should hear something today and in which nobody can be reached."""
    return _unreached(_load(db, period, desk, now), plan) if period.phase in OPEN else []


def call_to_begin(db: Session, period: Period, desk: Desk, *, now: datetime) -> Mailing:
    """The department calls on the units that have not begun: their officers, or the director where there is none.

    Raises:
        WrongState: units do not fill their sheets in this phase.
    """
    if period.phase not in OPEN:
        raise WrongState(N_("Chỉ nhắc được khi các đơn vị đang kê khai hoặc nộp phiếu."))
    day = _load(db, period, desk, now)
    idle = _idle(db, period, day.sheets)
    due, unreached = [], []
    for sheet in idle:
        people = day.of_unit(sheet.unit_id)
        reached = [person for person in people if person.role == Role.UNIT_OFFICER] or people
        due += [(person, READERS[Role(person.role)], sheet, (NOT_STARTED,)) for person in reached]
        if not reached:
            unreached.append(sheet)
    return Mailing(_unit_letters(db, day, due), unreached)


def letter_again(db: Session, reminder: Reminder, desk: Desk, *, now: datetime) -> Letter:
    """The digest of a stored reminder, as things are now.

    Raises:
        WrongState: the account is closed, the sheet is with the ministry, or there is nothing left to say.
    """
    period = db.get_one(Period, reminder.period_id)
    person = db.get_one(User, reminder.user_id)
    day = _load(db, period, desk, now)
    gone = WrongState(N_("Không gửi lại: tài khoản đã đóng, hoặc phiếu không còn ở đơn vị."))
    if period.phase not in OPEN or person.id not in {one.id for one in day.people}:
        raise gone
    occasions = parted(reminder.occasion)
    if person.unit_id is None:
        letter = _department_letter(db, day, person, occasions)
        if letter is None:
            raise gone
        return letter
    sheet = next((sheet for sheet in day.sheets if sheet.unit_id == person.unit_id), None)
    if sheet is None:
        raise gone
    return _unit_letters(db, day, [(person, READERS[Role(person.role)], sheet, occasions)])[0]


def occasions_on_screen(
    db: Session, period: Period, person: User, plan: Plan, *, now: datetime
) -> tuple[tuple[str, ...], Sheet | None, Clock | None]:
    """The same occasions for the first page, whether or not mail is set up: with the person's sheet and its clock."""
    if period.phase not in OPEN or person.role not in (Role.UNIT_OFFICER, Role.UNIT_DIRECTOR):
        return (), None, None
    sheet = db.scalar(
        select(Sheet)
        .where(Sheet.period_id == period.id, Sheet.unit_id == person.unit_id, Sheet.state.in_(WITH_UNIT))
        .options(lazyload("*"))
    )
    if sheet is None:
        return (), None, None
    clock = clocks_of(db, period, [sheet], now=now)[sheet.id]
    facts = _bare_facts(sheet, clock)
    if clock.granted_at is not None and now - clock.granted_at > FRESH:
        facts = replace(facts, told=frozenset({EXTENDED}))
    occasions = occasions_for(READERS[Role(person.role)], facts, vietnam_day(now), plan)
    called = db.scalar(
        select(Reminder.id).where(
            Reminder.period_id == period.id,
            Reminder.user_id == person.id,
            Reminder.day > vietnam_day(now) - FRESH,
            Reminder.occasion.contains(NOT_STARTED),
        )
    )
    if called is not None and _idle(db, period, [sheet]):
        occasions = (NOT_STARTED, *occasions)
    return occasions, sheet, clock


def has_reader(db: Session, sheet: Sheet) -> bool:
    """Whether somebody who looks after the sheet uses an account: while it is filled an officer, later anybody."""
    roles = [Role.UNIT_OFFICER] if sheet.state in TO_FILL else [Role.UNIT_OFFICER, Role.UNIT_DIRECTOR]
    found = select(User.id).where(*USING, User.role.in_(roles), User.unit_id == sheet.unit_id)
    return db.scalar(found.limit(1)) is not None


def tells_extension(sheet: Sheet) -> bool:
    """Whether the officers of the unit are told of an extension by a letter."""
    return sheet.period.phase in OPEN and sheet.state in TO_FILL


# ---- what the letters are made from ----


def _load(db: Session, period: Period, desk: Desk, now: datetime) -> _Round:
    sheets = _sheets_with_units(db, period)
    people = db.scalars(
        select(User)
        .where(*USING, User.role.in_(list(READERS)))
        .options(lazyload(User.unit), raiseload(User.seats), raiseload(User.conflicts))
    )
    told: dict[int, list[Reminder]] = {}
    for row in db.scalars(select(Reminder).where(Reminder.period_id == period.id, Reminder.state != Delivery.FAILED)):
        told.setdefault(row.user_id, []).append(row)
    returned = db.execute(
        select(ReturnedLine.sheet_id, func.max(ReturnedLine.returned_at))
        .where(ReturnedLine.sheet_id.in_([sheet.id for sheet in sheets]), ReturnedLine.resolved_at.is_(None))
        .group_by(ReturnedLine.sheet_id)
    )
    return _Round(
        period=period,
        desk=desk,
        now=now,
        sheets=sheets,
        clocks=clocks_of(db, period, sheets, now=now),
        people=sorted(people, key=lambda person: (person.role != Role.UNIT_OFFICER, name_key(person.name))),
        told=told,
        returned_at=dict(returned.all()),
    )


def _sheets_with_units(db: Session, period: Period) -> list[Sheet]:
    return [sheet for sheet in sheets_of(db, period) if sheet.state in WITH_UNIT]


def _bare_facts(sheet: Sheet, clock: Clock) -> SheetFacts:
    last = clock.last_moment
    return SheetFacts(
        state=SheetState(sheet.state),
        last_day=vietnam_day(last) if last else None,
        is_over=clock.is_over,
        is_extended=clock.is_extended,
    )


def _facts(day: _Round, person: User, sheet: Sheet) -> SheetFacts:
    clock = day.clocks[sheet.id]
    since = {RETURNED: day.returned_at.get(sheet.id), SIGNING: sheet.sent_at, EXTENDED: clock.granted_at}
    rows = day.told.get(person.id, [])
    told = {
        occasion
        for occasion, arose in since.items()
        if arose is not None and any(occasion in parted(row.occasion) and row.made_at >= arose for row in rows)
    }
    facts = _bare_facts(sheet, clock)
    return replace(facts, told=frozenset(told), overdue_told=_overdue_told(rows, facts.last_day))


def _overdue_told(rows: Iterable[Reminder], last_day: date | None) -> int:
    return sum(OVERDUE in parted(row.occasion) and (last_day is None or row.day >= last_day) for row in rows)


def _idle(db: Session, period: Period, sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets on which nobody has done anything yet, and still can."""
    drafts = [sheet for sheet in sheets if sheet.state == SheetState.DRAFT]
    started = started_in(db, drafts)
    return [sheet for sheet in drafts if sheet.id not in started]


def _unreached(day: _Round, plan: Plan) -> list[Sheet]:
    """Nobody who uses an account reads what is due: no officer, where it is for officers, and so on."""
    found = []
    for sheet in day.sheets:
        facts = _bare_facts(sheet, day.clocks[sheet.id])
        wanted = {one for one in (Reader.OFFICER, Reader.DIRECTOR) if occasions_for(one, facts, day.today, plan)}
        if wanted and not wanted & {READERS[Role(person.role)] for person in day.of_unit(sheet.unit_id)}:
            found.append(sheet)
    return found


def _unit_letters(db: Session, day: _Round, due: Sequence[tuple[User, Reader, Sheet, tuple[str, ...]]]) -> list[Letter]:
    _load_lines(db, {sheet.id for _, _, sheet, _ in due})
    return [
        _letter(
            day,
            person,
            sheet.short_name,
            occasions,
            unit_digest(day.desk, person, reader, sheet, day.clocks[sheet.id], occasions),
        )
        for person, reader, sheet, occasions in due
    ]


def _load_lines(db: Session, sheet_ids: Collection[int]) -> None:
    """Entries with their citations, and returned lines, of these sheets into the session."""
    db.scalars(
        select(Sheet)
        .where(Sheet.id.in_(sheet_ids))
        .options(
            selectinload(Sheet.entries).selectinload(Entry.citations).options(raiseload("*", sql_only=True)),
            selectinload(Sheet.returned_lines),
            lazyload(Sheet.period),
            lazyload(Sheet.cluster),
            lazyload(Sheet.unit),
        )
        .execution_options(populate_existing=True)
    ).all()


def _department_letters(db: Session, day: _Round, plan: Plan) -> list[Letter]:
    people = [person for person in day.people if person.role == Role.DEPARTMENT]
    window = day.period.window(Phase.SELF_SCORING)
    if window is None or not people:
        return []
    missing = [
        sheet
        for sheet in day.sheets
        if sheet.first_submitted_at is None and sheet.submitted_at is None and not day.has_more_time(sheet)
    ]
    found = []
    for person in people:
        last_day = vietnam_day(window.closes_at)
        told = _overdue_told(day.told.get(person.id, ()), last_day)
        facts = RoundFacts(last_day, day.now > window.closes_at, bool(missing), told)
        occasions = occasions_for_department(facts, day.today, plan)
        letter = _department_letter(db, day, person, occasions) if occasions else None
        if letter is not None:
            found.append(letter)
    return found


def _department_letter(db: Session, day: _Round, person: User, occasions: tuple[str, ...]) -> Letter | None:
    window = day.period.window(Phase.SELF_SCORING)
    missing = [sheet for sheet in day.sheets if sheet.submitted_at is None]
    extended = {sheet.short_name: day.clocks[sheet.id] for sheet in missing if day.has_more_time(sheet)}
    missing = [sheet for sheet in missing if not day.has_more_time(sheet)]
    if window is None or not missing:
        return None
    idle = _idle(db, day.period, missing)
    waiting: dict[str, list[Sheet]] = {"": idle}
    for state in WITH_UNIT:
        waiting[state.value] = [sheet for sheet in missing if sheet.state == state and sheet not in idle]
    digest = department_digest(day.desk, person, day.period, window.closes_at, day.now, occasions, waiting, extended)
    return _letter(day, person, "", occasions, digest)


def _letter(day: _Round, person: User, unit: str, occasions: tuple[str, ...], digest: Digest) -> Letter:
    return Letter(
        user_id=person.id,
        name=person.name,
        email=person.email,
        title=person.title,
        unit_id=person.unit_id,
        unit=unit,
        occasions=occasions,
        digest=digest,
        done=day.is_done(person),
    )
