"""On which days who is reminded of what: facts and today in, occasions out. At most one digest a person and day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from emulation.domain.workflow import SheetState
from emulation.errors import Invalid
from emulation.words import N_, Phrase


class Reader(StrEnum):
    """For whom a digest is made."""

    OFFICER = "officer"
    DIRECTOR = "director"
    DEPARTMENT = "department"


RETURNED, SIGNING, EXTENDED, NOT_STARTED = "returned", "signing", "extended", "not_started"
TODAY, OVERDUE = "today", "overdue"
WITH_UNIT = (SheetState.DRAFT, SheetState.RETURNED, SheetState.SIGNING)
TO_FILL = (SheetState.DRAFT, SheetState.RETURNED)
LONGEST_NOTICE = 60  # days; an earlier reminder is no reminder
JOINT = "+"


@dataclass(frozen=True)
class Plan:
    """How many days before the close people are reminded, and on how many days after it."""

    days_before: tuple[int, ...] = (14, 7, 3, 1)
    overdue: int = 3


def plan_of(days: str, overdue: int) -> Plan:
    """The plan as it is set: "14,7,3,1" and how often after the close.

    Raises:
        Invalid: not a list of days between 1 and 60, or a negative number.
    """
    parts = [part.strip() for part in days.split(",") if part.strip()]
    numbers = [int(part) if part.isascii() and part.isdigit() and len(part) < 4 else 0 for part in parts]
    if any(not 1 <= number <= LONGEST_NOTICE for number in numbers) or overdue < 0:
        raise Invalid(N_("Ngày nhắc phải là các số từ 1 đến %(most)s, như 14,7,3,1."), most=LONGEST_NOTICE)
    return Plan(tuple(sorted(set(numbers), reverse=True)), overdue)


@dataclass(frozen=True)
class SheetFacts:
    """What a reminder depends on, of one sheet. `told`: occasions that this person has had a digest about already,
    since the matter arose (a line returned before the digest, not after)."""

    state: SheetState
    last_day: date | None  # of this unit, its extension included
    is_over: bool
    is_extended: bool = False
    told: frozenset[str] = field(default_factory=frozenset)
    overdue_told: int = 0  # digests about the missed close so far


@dataclass(frozen=True)
class RoundFacts:
    """What the department's reminder depends on: the close for everybody and whether a sheet is still to come."""

    last_day: date | None
    is_over: bool
    is_missing: bool
    overdue_told: int = 0


def occasions_for(reader: Reader, facts: SheetFacts, today: date, plan: Plan) -> tuple[str, ...]:
    """Why an officer or a director is reminded today, the weightiest first; () for no reminder."""
    found: list[str] = []
    officer = reader is Reader.OFFICER
    concerned = facts.state in TO_FILL if officer else facts.state is SheetState.SIGNING
    if officer and facts.state is SheetState.RETURNED and RETURNED not in facts.told:
        found.append(RETURNED)
    if not officer and facts.state is SheetState.SIGNING and not facts.is_over and SIGNING not in facts.told:
        found.append(SIGNING)
    if officer and concerned and facts.is_extended and not facts.is_over and EXTENDED not in facts.told:
        found.append(EXTENDED)
    last_call = not officer and facts.state in TO_FILL  # a director hears of an unfinished sheet only at the very end
    if concerned or last_call:
        found += _by_the_calendar(
            facts.last_day, facts.is_over, facts.overdue_told, today, plan if concerned else Plan((), plan.overdue)
        )
    return tuple(found)


def occasions_for_department(facts: RoundFacts, today: date, plan: Plan) -> tuple[str, ...]:
    """Why the department is reminded today: a step of the calendar on which sheets are still to come."""
    if not facts.is_missing:
        return ()
    return tuple(_by_the_calendar(facts.last_day, facts.is_over, facts.overdue_told, today, plan))


def _by_the_calendar(last_day: date | None, is_over: bool, told: int, today: date, plan: Plan) -> list[str]:
    if last_day is None:
        return []
    if is_over:
        return [OVERDUE] if told < plan.overdue else []
    days = (last_day - today).days
    if days == 0:
        return [TODAY]
    return [f"{days}_days"] if days in plan.days_before else []


def joined(occasions: Iterable[str]) -> str:
    """Occasions as one reminder stores them: "returned+7_days"."""
    return JOINT.join(occasions)


def parted(occasion: str) -> tuple[str, ...]:
    """The occasions of a stored reminder."""
    return tuple(occasion.split(JOINT))


NAMES = {
    RETURNED: N_("Bộ trả lại tiêu chí"),
    SIGNING: N_("phiếu chờ ký"),
    EXTENDED: N_("được gia hạn"),
    NOT_STARTED: N_("Vụ nhắc bắt đầu kê khai"),
    TODAY: N_("ngày cuối"),
    OVERDUE: N_("quá hạn"),
}


def name_of(occasion: str) -> Phrase:
    """An occasion in words."""
    if occasion in NAMES:
        return Phrase(NAMES[occasion])
    return Phrase(N_("còn %(n)s ngày"), {"n": int(occasion.partition("_")[0])})
