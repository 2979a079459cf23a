"""Item statistics from whole points: means, spreads and Pearson correlations with exact sums. docs/lean-report.md.

Every sum (n, Σx, Σx², Σxy) is an exact integer; only the last quotient and root are float64. So nothing cancels, and a
column without spread is recognised by a variance of exactly 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FEWEST_FOR_CORRELATION = 3  # two points always lie on a line
EXACT_IN_FLOAT64 = 2**53  # every whole number below is a float64
EXACT_IN_INT64 = 2**63


@dataclass(frozen=True, slots=True)
class Spread:
    """How the shares of the maximum (0..1) of one criterion lie; all None where no unit was scored on it.

    `sd` is the population standard deviation: the units of a round are everybody, not a sample.
    """

    scored: int
    mean: float | None = None
    sd: float | None = None
    at_max: float | None = None
    at_zero: float | None = None


def spread(points: Array, maximum: int) -> Spread:
    """The spread of the points of one criterion.

    Args:
        points: whole points (of 10 ** -precision) of the units scored on it, shape (n,).
        maximum: its most points in the same unit.
    """
    n = len(points)
    if not n or not maximum:
        return Spread(n)
    total, squares = _sum(points), _product(points, points)
    return Spread(
        scored=n,
        mean=total / (n * maximum),
        sd=math.sqrt(n * squares - total * total) / (n * maximum),
        at_max=int((points == maximum).sum()) / n,
        at_zero=int((points == 0).sum()) / n,
    )


def correlation(x: Array, y: Array) -> float | None:
    """Pearson's r of two columns of whole numbers, shape (n,), as float64 in -1..1.

    None where it is not defined: fewer than three pairs, or a column without spread.
    """
    n = len(x)
    if n < FEWEST_FOR_CORRELATION:
        return None
    sum_x, sum_y = _sum(x), _sum(y)
    return _quotient(
        n * _product(x, y) - sum_x * sum_y,
        n * _product(x, x) - sum_x * sum_x,
        n * _product(y, y) - sum_y * sum_y,
    )


def correlations(points: Array, scored: Array) -> tuple[list[list[float | None]], Array]:
    """Pearson's r of every pair of criteria, each over the units scored on both; and how many those are.

    Args:
        points: whole points, shape (criteria, units).
        scored: bool of the same shape; points of units that were not scored are not looked at.
    """
    mask = scored.astype(np.int64)
    known = points * mask
    if int(known.max(initial=0)) ** 2 >= EXACT_IN_INT64:
        known = known.astype(object)
    pairs = _product_matrix(mask, mask)
    sums = _product_matrix(known, mask)  # Σ of the row's criterion over the units scored on both
    squares = _product_matrix(known * known, mask)
    products = _product_matrix(known, known)
    size = len(points)
    found: list[list[float | None]] = [[None] * size for _ in range(size)]
    for i in range(size):
        for j in range(i, size):
            n = pairs[i][j]
            if n >= FEWEST_FOR_CORRELATION:
                found[i][j] = found[j][i] = _quotient(
                    n * products[i][j] - sums[i][j] * sums[j][i],
                    n * squares[i][j] - sums[i][j] ** 2,
                    n * squares[j][i] - sums[j][i] ** 2,
                )
    return found, np.array(pairs, dtype=np.int64).reshape(size, size)


def _quotient(covariance: int, variance_x: int, variance_y: int) -> float | None:
    if not variance_x or not variance_y:
        return None
    return max(-1.0, min(1.0, covariance / math.sqrt(variance_x * variance_y)))


def _sum(x: Array) -> int:
    """Σx, exact whatever the size of the numbers."""
    return int(x.sum(dtype=object))


def _product(x: Array, y: Array) -> int:
    """Σxy, exact whatever the size of the numbers."""
    return _product_matrix(x.reshape(1, -1), y.reshape(1, -1))[0][0]


def _product_matrix(left: Array, right: Array) -> list[list[int]]:
    """left @ right.T of whole numbers from 0 up, exact: as float64 (which is quick) where every sum fits."""
    most = int(left.max(initial=0)) * int(right.max(initial=0)) * left.shape[1]
    kind: Any = np.float64 if most < EXACT_IN_FLOAT64 else object
    made = left.astype(kind) @ right.astype(kind).T
    return [[int(value) for value in row] for row in made]
