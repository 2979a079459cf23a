"""How far two rankings agree: Kendall's tau-b, with exact counts.

M. G. Kendall, "The Treatment of Ties in Ranking Problems", Biometrika 33 (1945), p. 239; the counting in
O(n log n) is W. R. Knight's, "A Computer Method for Calculating Kendall's Tau with Ungrouped Data", Journal of the
American Statistical Association 61 (1966), p. 436.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from decimal import Context, Decimal

PRECISE = Context(prec=28)


def kendall_tau_b(x: Sequence[int], y: Sequence[int]) -> Decimal | None:
    """Kendall's tau-b of two rankings of the same things: 1 the same order, 0 no agreement, -1 the opposite order.

    tau-b = (C - D) / sqrt((n0 - n1) (n0 - n2)) with C concordant and D discordant pairs, n0 all pairs, n1 and n2 the
    pairs tied in `x` and in `y`. The counts are exact integers; only the quotient is rounded, to 28 digits. None
    where it is not defined: fewer than two things, or all of them equal in one ranking.

    Args:
        x: places (or any whole numbers) of n things.
        y: the places of the same n things in the other ranking, in the same order.

    Raises:
        ValueError: the two differ in length.
    """
    if len(x) != len(y):
        raise ValueError(f"{len(x)} places against {len(y)}")
    pairs = sorted(zip(x, y, strict=True))
    everything = len(pairs) * (len(pairs) - 1) // 2
    tied_x, tied_y, tied_both = _tied(x), _tied(y), _tied(pairs)
    below = (everything - tied_x) * (everything - tied_y)
    if not below:
        return None
    _, discordant = _sorted([second for _, second in pairs])
    difference = everything - tied_x - tied_y + tied_both - 2 * discordant
    return PRECISE.divide(Decimal(difference), PRECISE.sqrt(Decimal(below)))


def _tied(values: Iterable[Hashable]) -> int:
    """How many pairs of equal values there are."""
    return sum(n * (n - 1) // 2 for n in Counter(values).values())


def _sorted(values: list[int]) -> tuple[list[int], int]:
    """The values in order, and how many pairs stood in the wrong order: merge sort."""
    if len(values) < 2:
        return values, 0
    half = len(values) // 2
    left, wrong_left = _sorted(values[:half])
    right, wrong_right = _sorted(values[half:])
    merged: list[int] = []
    wrong = wrong_left + wrong_right
    i = 0
    for value in right:
        while i < len(left) and left[i] <= value:
            merged.append(left[i])
            i += 1
        wrong += len(left) - i
        merged.append(value)
    return merged + left[i:], wrong
