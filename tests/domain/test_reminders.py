"""Who is reminded on which day and why: the golden table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from emulation.domain.reminders import (
    Plan,
    Reader,
    RoundFacts,
    SheetFacts,
    joined,
    name_of,
    occasions_for,
    occasions_for_department,
    parted,
    plan_of,
)
from emulation.domain.workflow import SheetState
from emulation.errors import Invalid

PLAN = Plan()
CLOSE = date(2022, 6, 20)
OFFICER, DIRECTOR = Reader.OFFICER, Reader.DIRECTOR
DRAFT, RETURNED, SIGNING = SheetState.DRAFT, SheetState.RETURNED, SheetState.SIGNING
OVER = {"is_over": True}

TABLE: list[tuple[Reader, SheetState, int, dict[str, Any], tuple[str, ...]]] = [
    # reader, state, day of June, further facts, occasions
    (OFFICER, DRAFT, 5, {}, ()),
    (OFFICER, DRAFT, 6, {}, ("14_days",)),
    (OFFICER, DRAFT, 12, {}, ()),
    (OFFICER, DRAFT, 13, {}, ("7_days",)),
    (OFFICER, DRAFT, 17, {}, ("3_days",)),
    (OFFICER, DRAFT, 19, {}, ("1_days",)),
    (OFFICER, DRAFT, 20, {}, ("today",)),
    (OFFICER, DRAFT, 20, OVER, ("overdue",)),  # the evening of the last day
    (OFFICER, DRAFT, 21, OVER, ("overdue",)),
    (OFFICER, DRAFT, 30, {**OVER, "overdue_told": 2}, ("overdue",)),
    (OFFICER, DRAFT, 30, {**OVER, "overdue_told": 3}, ()),  # at most three
    (OFFICER, SIGNING, 13, {}, ()),  # nothing for the officer to do
    (OFFICER, SIGNING, 21, OVER, ()),
    (OFFICER, RETURNED, 10, {}, ("returned",)),
    (OFFICER, RETURNED, 13, {}, ("returned", "7_days")),
    (OFFICER, RETURNED, 13, {"told": frozenset({"returned"})}, ("7_days",)),
    (OFFICER, RETURNED, 11, {"told": frozenset({"returned"})}, ()),
    (OFFICER, RETURNED, 21, OVER, ("returned", "overdue")),
    (OFFICER, DRAFT, 10, {"is_extended": True}, ("extended",)),
    (OFFICER, DRAFT, 10, {"is_extended": True, "told": frozenset({"extended"})}, ()),
    (OFFICER, DRAFT, 21, {"is_extended": True, **OVER}, ("overdue",)),  # an extension that is over is no news
    (OFFICER, SheetState.SUBMITTED, 13, {}, ()),
    (OFFICER, SheetState.FINAL, 20, OVER, ()),
    (DIRECTOR, DRAFT, 13, {}, ()),  # the director hears of a draft only at the very end
    (DIRECTOR, DRAFT, 20, {}, ("today",)),
    (DIRECTOR, RETURNED, 21, OVER, ("overdue",)),
    (DIRECTOR, SIGNING, 10, {}, ("signing",)),
    (DIRECTOR, SIGNING, 10, {"told": frozenset({"signing"})}, ()),
    (DIRECTOR, SIGNING, 13, {"told": frozenset({"signing"})}, ("7_days",)),
    (DIRECTOR, SIGNING, 20, {}, ("signing", "today")),
    (DIRECTOR, SIGNING, 21, OVER, ("overdue",)),  # can no longer be signed
    (DIRECTOR, SheetState.RECEIVED, 20, {}, ()),
]


@pytest.mark.parametrize(("reader", "state", "day", "more", "wanted"), TABLE)
def test_occasions_of_a_unit(
    reader: Reader, state: SheetState, day: int, more: dict[str, Any], wanted: tuple[str, ...]
) -> None:
    facts = SheetFacts(**{"state": state, "last_day": CLOSE, "is_over": False, **more})
    assert occasions_for(reader, facts, date(2022, 6, day), PLAN) == wanted


@pytest.mark.parametrize(
    ("day", "is_over", "is_missing", "told", "wanted"),
    [
        (13, False, True, 0, ("7_days",)),
        (13, False, False, 0, ()),  # every sheet has come
        (14, False, True, 0, ()),
        (20, False, True, 0, ("today",)),
        (21, True, True, 0, ("overdue",)),
        (24, True, True, 3, ()),
    ],
)
def test_occasions_of_the_department(
    day: int, is_over: bool, is_missing: bool, told: int, wanted: tuple[str, ...]
) -> None:
    facts = RoundFacts(CLOSE, is_over, is_missing, told)
    assert occasions_for_department(facts, date(2022, 6, day), PLAN) == wanted


def test_without_a_close_only_what_happened_counts() -> None:
    facts = SheetFacts(RETURNED, None, is_over=False)
    assert occasions_for(OFFICER, facts, CLOSE, PLAN) == ("returned",)
    assert occasions_for_department(RoundFacts(None, False, True), CLOSE, PLAN) == ()


def test_the_days_are_a_setting() -> None:
    assert plan_of(" 3, 10,3 ", 0) == Plan((10, 3), 0)
    assert plan_of("", 1) == Plan((), 1)
    facts = SheetFacts(DRAFT, CLOSE, is_over=True)
    assert occasions_for(OFFICER, facts, date(2022, 6, 21), plan_of("10", 0)) == ()
    for text, overdue in (("0", 3), ("61", 3), ("bảy", 3), ("-3", 3), ("7;3", 3), ("٣", 3), ("7", -1)):
        with pytest.raises(Invalid):
            plan_of(text, overdue)


def test_occasions_are_stored_in_one_word_that_fits_its_column() -> None:
    longest = ("returned", "extended", "14_days")
    assert parted(joined(longest)) == longest
    assert len(joined(longest)) <= 40
    assert [str(name_of(one)) for one in longest] == ["Bộ trả lại tiêu chí", "được gia hạn", "còn 14 ngày"]
