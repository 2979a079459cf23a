"""Marks to proposal and flags: golden tables, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.domain.reviewing import FLAG_NAMES, Flag, flags, outlier, proposal


def points(text: str) -> list[Decimal]:
    return [Decimal(one) for one in text.split()]


@pytest.mark.parametrize(
    ("method", "marks", "precision", "expected"),
    [
        ("single", "7.25", 2, "7.25"),
        ("single", "7.25 9 9 9", 2, "7.25"),  # the chair's mark comes first
        ("single", "7.255", 2, "7.26"),
        ("mean", "8", 2, "8.00"),
        ("mean", "8 9", 2, "8.50"),
        ("mean", "0.1 0.2", 2, "0.15"),  # a float would say 0.15000000000000002
        ("mean", "10 10 9", 2, "9.67"),
        ("mean", "0.25 0.26", 2, "0.26"),  # 0.255 goes up
        ("mean", "8.1 8.2 8.2", 1, "8.2"),
        ("mean", "1 2", 0, "2"),  # 1.5 goes up
        ("mean", "0 0 0", 2, "0.00"),  # 0 is a mark
        ("median", "3", 2, "3.00"),
        ("median", "9 1 5", 2, "5.00"),
        ("median", "9 1 5 6", 2, "5.50"),
        ("median", "0.01 0.02", 2, "0.02"),  # 0.015 goes up
        ("trimmed", "1 5 5 9", 2, "5.00"),  # four members: the mean
        ("trimmed", "0 5 6", 2, "3.67"),
        ("trimmed", "0 5 6 7 10", 2, "6.00"),
        ("trimmed", "0 0 6 7 10", 2, "4.33"),  # only one of the lowest goes
        ("trimmed", "10 10 10 10 1", 2, "10.00"),
        ("trimmed", "1 2 3 4 5 9", 2, "3.50"),
    ],
)
def test_proposal_follows_the_method(method: str, marks: str, precision: int, expected: str) -> None:
    found = proposal(method, points(marks), precision)
    assert str(found) == expected


@pytest.mark.parametrize("method", ["single", "mean", "median", "trimmed"])
def test_proposal_is_none_without_marks(method: str) -> None:
    assert proposal(method, [], 2) is None


def test_proposal_refuses_an_unknown_method() -> None:
    with pytest.raises(ValueError, match="biggest"):
        proposal("biggest", points("1 2"), 2)


@given(
    st.sampled_from(["single", "mean", "median", "trimmed"]),
    st.lists(st.decimals(0, 10, places=2), min_size=1, max_size=9),
)
def test_proposal_lies_between_the_marks_and_knows_no_order(method: str, marks: list[Decimal]) -> None:
    found = proposal(method, marks, 2)
    assert found is not None
    assert min(marks) <= found <= max(marks)
    if method != "single":
        assert proposal(method, marks[::-1], 2) == found


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("8 8", None),
        ("8 2", None),  # of two, neither is the rest
        ("8 8 6", 2),
        ("8 8 6.01", None),
        ("2 8 8.5 7.9", 0),
        ("0 5 10", None),  # all stand alone: a spread, not one member
        ("0 0 10 10", None),
    ],
)
def test_outlier_is_the_one_mark_far_from_all_others(marks: str, expected: int | None) -> None:
    assert outlier(points(marks), distance=Decimal(2)) == expected


@pytest.mark.parametrize(
    ("self_points", "official", "marks", "expected"),
    [
        ("10", "10", "10 10 10", ()),
        ("10", "8", "8 8", (Flag.GAP,)),  # exactly 20 % of 10
        ("10", "8.01", "8 8", ()),
        ("6", "8", "", (Flag.GAP,)),  # also when the council gives more
        (None, "8", "8 8", ()),  # nothing declared to compare with
        ("10", None, "", ()),
        ("9", "9", "8 10", (Flag.SPREAD,)),
        ("9", "9", "8.01 10", ()),
        ("9", "8.5", "9 9 7", (Flag.SPREAD, Flag.OUTLIER)),
        ("10", "5", "0 5 10", (Flag.GAP, Flag.SPREAD)),
        ("0", "0", "0 0", ()),  # 0 is a score
    ],
)
def test_flags_of_a_line_of_ten_points(
    self_points: str | None, official: str | None, marks: str, expected: tuple[Flag, ...]
) -> None:
    found = flags(
        maximum=Decimal(10),
        self_points=None if self_points is None else Decimal(self_points),
        official=None if official is None else Decimal(official),
        marks=points(marks),
    )
    assert found == expected


def test_flags_take_their_thresholds_as_arguments() -> None:
    line = {"maximum": Decimal(5), "self_points": Decimal(5), "official": Decimal(4), "marks": points("4 4 3")}
    assert flags(**line) == (Flag.GAP, Flag.SPREAD, Flag.OUTLIER)
    half = Decimal("0.5")
    assert flags(**line, gap=half, spread=half, far=half) == ()


def test_every_flag_has_a_name() -> None:
    assert set(FLAG_NAMES) == set(Flag)
