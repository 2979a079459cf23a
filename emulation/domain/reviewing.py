"""From members' marks to the proposal for the official points, and what is worth discussing. DESIGN 5."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from emulation.domain.numbers import half_up
from emulation.words import N_

TRIMMED_FROM = 5  # members from which on "trimmed" drops the highest and the lowest mark


def proposal(method: str, marks: Sequence[Decimal], precision: int) -> Decimal | None:
    """The points that follow from members' marks by the council's method; None without marks. DESIGN 5, "method".

    `single`: the first mark, which is the chair's where the chair gave one. `mean`, `median` (of an even number: the
    mean of the two in the middle), `trimmed` (mean without one highest and one lowest mark, from five members on;
    with fewer the mean). Exact, rounded half up once to `precision` decimals.

    Raises:
        ValueError: a method that does not exist.
    """
    if method not in ("single", "mean", "median", "trimmed"):
        raise ValueError(method)
    if not marks:
        return None
    ordered = sorted(Fraction(mark) for mark in marks)
    if method == "single":
        exact = Fraction(marks[0])
    elif method == "median":
        middle = len(ordered) // 2
        exact = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    else:
        if method == "trimmed" and len(ordered) >= TRIMMED_FROM:
            ordered = ordered[1:-1]
        exact = sum(ordered, Fraction(0)) / len(ordered)
    scaled = exact * 10**precision
    return Decimal(half_up(scaled.numerator, scaled.denominator)).scaleb(-precision)


class Flag(StrEnum):
    """Why a line is worth discussing."""

    GAP = "gap"
    SPREAD = "spread"
    OUTLIER = "outlier"


FLAG_NAMES = {
    Flag.GAP: N_("Lệch xa điểm tự chấm"),
    Flag.SPREAD: N_("Thành viên chấm khác nhau nhiều"),
    Flag.OUTLIER: N_("Một thành viên chấm khác hẳn"),
}


def outlier(marks: Sequence[Decimal], *, distance: Decimal) -> int | None:
    """Place of the one mark that lies at least `distance` away from every other mark.

    None with fewer than three marks (of two, neither is "the rest"), or when not exactly one mark stands alone.
    """
    if len(marks) < 3:
        return None
    alone = [
        i
        for i, mark in enumerate(marks)
        if all(abs(mark - other) >= distance for j, other in enumerate(marks) if j != i)
    ]
    return alone[0] if len(alone) == 1 else None


def flags(
    *,
    maximum: Decimal,
    self_points: Decimal | None,
    official: Decimal | None,
    marks: Sequence[Decimal],
    gap: Decimal = Decimal("0.2"),
    spread: Decimal = Decimal("0.2"),
    far: Decimal = Decimal("0.2"),
) -> tuple[Flag, ...]:
    """What is worth discussing on one line of one sheet. DESIGN 5, "Worth discussing".

    The thresholds are shares of `maximum`, reached when equal. `official` is the verdict or, before it, the proposal;
    `self_points` None means that there is nothing to compare with (the ministry scores it, or it does not apply).
    """
    found = []
    if self_points is not None and official is not None and abs(official - self_points) >= gap * maximum:
        found.append(Flag.GAP)
    if len(marks) > 1 and max(marks) - min(marks) >= spread * maximum:
        found.append(Flag.SPREAD)
    if outlier(marks, distance=far * maximum) is not None:
        found.append(Flag.OUTLIER)
    return tuple(found)
