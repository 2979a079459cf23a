"""Kendall's tau-b: worked by hand, and against the definition that looks at every pair."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.domain.agreement import kendall_tau_b
from emulation.domain.numbers import rounded

WORKED = [  # x, y, tau-b to four decimals, why
    ([1, 2, 3, 4], [1, 2, 3, 4], "1.0000", "the same order: 6 of 6 pairs agree"),
    ([1, 2, 3, 4], [4, 3, 2, 1], "-1.0000", "the opposite order"),
    ([1, 2, 3, 4], [2, 1, 3, 4], "0.6667", "one neighbouring pair swapped: (5 - 1) / 6"),
    ([1, 2, 3, 4], [4, 1, 2, 3], "0.0000", "the first became the last: (3 - 3) / 6"),
    ([1, 2, 2, 4], [1, 2, 3, 4], "0.9129", "one tie: 5 / sqrt(5 x 6)"),
    ([1, 2, 2, 4], [1, 2, 2, 4], "1.0000", "the same tie on both sides: 5 / sqrt(5 x 5)"),
    ([1, 1, 3, 3], [1, 3, 1, 3], "0.0000", "C = 1 (first, last), D = 1 (second, third)"),
    ([1, 1, 3, 3], [1, 1, 3, 4], "0.8944", "4 / sqrt(4 x 5)"),
    ([7, 3], [0, 9], "-1.0000", "any numbers, not only places"),
]


@pytest.mark.parametrize(("x", "y", "expected", "why"), WORKED, ids=[why for *_, why in WORKED])
def test_tau_b_is_what_it_is_by_hand(x: list[int], y: list[int], expected: str, why: str) -> None:
    found = kendall_tau_b(x, y)
    assert found is not None
    assert rounded(found, 4) == Decimal(expected), why


@pytest.mark.parametrize(("x", "y"), [([], []), ([1], [1]), ([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [2, 2, 2])])
def test_tau_b_of_rankings_without_any_order_is_not_defined(x: list[int], y: list[int]) -> None:
    assert kendall_tau_b(x, y) is None


def test_tau_b_of_different_things_is_refused() -> None:
    with pytest.raises(ValueError, match="3 places against 2"):
        kendall_tau_b([1, 2, 3], [1, 2])


def by_pairs(x: list[int], y: list[int]) -> tuple[int, int]:
    """(C - D, (n0 - n1)(n0 - n2)) by looking at every pair."""
    difference = ordered_x = ordered_y = 0
    for (a, b), (c, d) in combinations(zip(x, y, strict=True), 2):
        across, along = (a > c) - (a < c), (b > d) - (b < d)
        difference += across * along
        ordered_x += across != 0
        ordered_y += along != 0
    return difference, ordered_x * ordered_y


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40))
def test_tau_b_counts_as_the_definition_does(pairs: list[tuple[int, int]]) -> None:
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    difference, below = by_pairs(x, y)
    found = kendall_tau_b(x, y)
    assert (found is None) == (below == 0)
    if found is not None:
        assert rounded(found * found * below, 12) == difference * difference
        assert (found > 0, found < 0) == (difference > 0, difference < 0)
        assert kendall_tau_b(y, x) == found
        assert kendall_tau_b([-a for a in x], y) == -found


def test_tau_b_of_many_places_is_exact() -> None:
    places = list(range(20_000))
    assert kendall_tau_b(places, places) == 1
    assert kendall_tau_b(places, places[::-1]) == -1
