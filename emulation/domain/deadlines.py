"""Deadlines as people count them: days of the calendar, on the last day hours and minutes; how late something came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from emulation.words import N_, Phrase, vietnam_day

LAST_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Remaining:
    """How long it is until `at`. `days` are days of the Vietnamese calendar, 0 within the last 24 hours."""

    at: datetime
    is_over: bool
    days: int
    hours: int
    minutes: int

    @property
    def phrase(self) -> Phrase:
        """ "Còn 11 ngày", "Còn 5 giờ 12 phút", "Còn 40 phút", "Đã hết hạn"."""
        if self.is_over:
            return Phrase(N_("Đã hết hạn"))
        if self.days:
            return Phrase(N_("Còn %(n)s ngày"), {"n": self.days})
        if self.hours:
            return Phrase(N_("Còn %(h)s giờ %(m)s phút"), {"h": self.hours, "m": self.minutes})
        return Phrase(N_("Còn %(m)s phút"), {"m": self.minutes}) if self.minutes else Phrase(N_("Còn chưa đến 1 phút"))


def remaining(now: datetime, at: datetime) -> Remaining:
    """What is left at `now` until `at`; the very moment of the close still counts (workflow.Clock)."""
    left = at - now
    if left < timedelta():
        return Remaining(at, True, 0, 0, 0)
    if left >= LAST_DAY:
        return Remaining(at, False, (vietnam_day(at) - vietnam_day(now)).days, 0, 0)
    minutes = left // timedelta(minutes=1)
    return Remaining(at, False, 0, minutes // 60, minutes % 60)


def waited(since: datetime, now: datetime) -> Phrase:
    """How long something has waited, in whole days, below one day in hours, below one hour in minutes."""
    minutes = max(now - since, timedelta()) // timedelta(minutes=1)
    if minutes >= 24 * 60:
        return Phrase(N_("%(n)s ngày"), {"n": minutes // (24 * 60)})
    if minutes >= 60:
        return Phrase(N_("%(n)s giờ"), {"n": minutes // 60})
    return Phrase(N_("%(n)s phút"), {"n": minutes})


def lateness(submitted_at: datetime | None, due_at: datetime | None) -> Phrase | None:
    """How late a submission came, "Nộp trễ 2 ngày"; None for one in time, or where nothing was due."""
    if submitted_at is None or due_at is None or submitted_at <= due_at:
        return None
    days = (vietnam_day(submitted_at) - vietnam_day(due_at)).days
    if days:
        return Phrase(N_("Nộp trễ %(n)s ngày"), {"n": days})
    minutes = max((submitted_at - due_at) // timedelta(minutes=1), 1)
    if minutes >= 60:
        return Phrase(N_("Nộp trễ %(n)s giờ"), {"n": minutes // 60})
    return Phrase(N_("Nộp trễ %(n)s phút"), {"n": minutes})
