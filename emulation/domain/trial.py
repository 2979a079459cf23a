"""One rule tried on figures that units once declared: who would get how much. For the editor of criteria sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emulation.domain.criteria import Criterion
from emulation.domain.scoring import EntryRefused, line_points

FEW = 6  # so many different results are worth listing one by one


@dataclass(frozen=True)
class Trial:
    """What a criterion gives for many entries: how often which points, best first, and how many do not fit its rule.

    Entries "not applicable" are left out.
    """

    counts: tuple[tuple[Decimal, int], ...]
    refused: int

    @property
    def scored(self) -> int:
        """How many entries the rule scores."""
        return sum(n for _points, n in self.counts)

    @property
    def median(self) -> Decimal | None:
        """The middle of the points, or the mean of the two in the middle; None without any."""
        points = [points for points, n in self.counts for _ in range(n)]
        half = len(points) // 2
        if not points:
            return None
        return points[half] if len(points) % 2 else (points[half - 1] + points[half]) / 2

    @property
    def is_coarse(self) -> bool:
        """Whether there are few different results, as a table of points gives."""
        return len(self.counts) <= FEW


def trial(criterion: Criterion, entries: Iterable[Mapping[str, Any]], precision: int) -> Trial:
    """Score every entry with the rule of `criterion`."""
    found: Counter[Decimal] = Counter()
    refused = 0
    for entry in entries:
        if entry.get("not_applicable") is True:
            continue
        try:
            found[line_points(criterion, entry, precision)] += 1
        except EntryRefused:
            refused += 1
    return Trial(tuple(sorted(found.items(), reverse=True)), refused)
