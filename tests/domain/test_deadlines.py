"""Deadlines: what is left in words, by the Vietnamese calendar; how late a submission came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emulation.config import VIETNAM
from emulation.domain.deadlines import lateness, remaining, waited


def at(text: str) -> datetime:
    return datetime.strptime(text, "%H:%M:%S %d/%m").replace(year=2022, tzinfo=VIETNAM)


CLOSE = at("17:00:00 20/06")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("10:30:00 09/06", "Còn 11 ngày"),
        ("23:59:59 18/06", "Còn 2 ngày"),
        ("00:00:01 19/06", "Còn 1 ngày"),
        ("17:00:00 19/06", "Còn 1 ngày"),  # exactly 24 hours
        ("17:00:01 19/06", "Còn 23 giờ 59 phút"),  # the day before, and yet hours
        ("11:48:00 20/06", "Còn 5 giờ 12 phút"),
        ("16:00:00 20/06", "Còn 1 giờ 0 phút"),
        ("16:00:01 20/06", "Còn 59 phút"),
        ("16:59:01 20/06", "Còn chưa đến 1 phút"),
        ("17:00:00 20/06", "Còn chưa đến 1 phút"),  # the moment itself still counts, as in workflow.Clock
        ("17:00:01 20/06", "Đã hết hạn"),
        ("17:00:00 27/06", "Đã hết hạn"),
    ],
)
def test_remaining_in_words(now: str, words: str) -> None:
    assert str(remaining(at(now), CLOSE).phrase) == words


@pytest.mark.parametrize(
    ("submitted", "words"),
    [
        ("17:00:00 20/06", None),
        ("08:00:00 01/06", None),
        ("17:00:01 20/06", "Nộp trễ 1 phút"),
        ("17:42:00 20/06", "Nộp trễ 42 phút"),
        ("19:59:00 20/06", "Nộp trễ 2 giờ"),
        ("00:00:01 21/06", "Nộp trễ 1 ngày"),  # days of the calendar, as offices count
        ("23:00:00 22/06", "Nộp trễ 2 ngày"),
    ],
)
def test_lateness_in_words(submitted: str, words: str | None) -> None:
    late = lateness(at(submitted), CLOSE)
    assert (str(late) if late else None) == words


def test_nothing_is_late_without_a_close_or_a_submission() -> None:
    assert lateness(None, CLOSE) is None
    assert lateness(CLOSE, None) is None


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (timedelta(minutes=-1), "0 phút"),
        (timedelta(minutes=59, seconds=59), "59 phút"),
        (timedelta(hours=20), "20 giờ"),
        (timedelta(hours=24), "1 ngày"),
    ],
)
def test_what_waits_less_than_a_day_is_counted_in_hours(since: timedelta, words: str) -> None:
    now = datetime(2022, 6, 20, 12, tzinfo=UTC)
    assert str(waited(now - since, now)) == words
