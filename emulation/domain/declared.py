"""What a unit declared for one criterion, as the council meets it: what to compare with, what is remarkable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.rules import External
from emulation.domain.scoring import line_points
from emulation.words import N_


class Part(StrEnum):
    """Where a criterion stands in its set."""

    CORE = "core"
    BONUS = "bonus"
    DEDUCTION = "deduction"


PART_NAMES = {Part.BONUS: N_("Điểm thưởng"), Part.DEDUCTION: N_("Điểm trừ")}


def parts_of(criteria: CriteriaSet) -> dict[str, Part]:
    """The part of each criterion, by code, in the order of the set."""
    return {
        criterion.code: part
        for part, members in (
            (Part.CORE, criteria.leaves),
            (Part.BONUS, criteria.bonus),
            (Part.DEDUCTION, criteria.deductions),
        )
        for criterion in members
    }


class Remark(StrEnum):
    """Why a reviewer should look at a line before accepting it."""

    NO_EVIDENCE = "no_evidence"
    NOT_DECLARED = "not_declared"
    SKIPPED = "skipped"


REMARK_NAMES = {
    Remark.NO_EVIDENCE: N_("Thiếu minh chứng"),
    Remark.NOT_DECLARED: N_("Chưa kê khai"),
    Remark.SKIPPED: N_("Khai không áp dụng"),
}


@dataclass(frozen=True)
class Declared:
    """What a unit declared for one criterion, as the council meets it.

    `points` follow from the entry by the rule; None without an entry, for "not applicable", and where only the
    ministry scores. Nobody has to declare bonus and deductions.
    """

    criterion: Criterion
    part: Part
    applies: bool
    has_entry: bool = False
    skipped: bool = False
    points: Decimal | None = None
    has_evidence: bool = False

    @property
    def is_external(self) -> bool:
        """Only the ministry scores this criterion."""
        return isinstance(self.criterion.rule, External)

    @property
    def needs_points(self) -> bool:
        """Whether the council must decide: every core line that applies, and of the others what was declared."""
        return self.applies and (self.part is Part.CORE or self.has_entry)

    @property
    def counted(self) -> Decimal | None:
        """The self points that the council's points are compared with: nothing declared counts 0.

        None where there is nothing to compare: the ministry scores, or "not applicable" was declared.
        """
        if self.is_external or self.skipped:
            return None
        return self.points if self.points is not None else Decimal(0)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is remarkable before anybody has scored; a line that only the ministry scores never is."""
        if not self.applies or self.is_external:
            return ()
        found = []
        if self.skipped:
            found.append(Remark.SKIPPED)
        elif self.part is Part.CORE and not self.has_entry:
            found.append(Remark.NOT_DECLARED)
        if self.has_entry and not self.skipped and self.criterion.evidence.required and not self.has_evidence:
            found.append(Remark.NO_EVIDENCE)
        return tuple(found)

    @property
    def can_be_accepted(self) -> bool:
        """Whether there is something declared that can be taken over as it stands."""
        return self.applies and (self.skipped or self.points is not None)

    def differs(self, points: Decimal | None) -> bool:
        """Whether official points or a mark (None: not applicable) change what was declared, and so need a reason."""
        if points is None:
            return not self.skipped
        return self.skipped or (self.counted is not None and points != self.counted)

    def is_worse(self, points: Decimal | None) -> bool:
        """Whether the unit loses by these points: fewer than declared, more deducted, "not applicable" refused."""
        if points is None:
            return False
        if self.skipped:
            return points < self.criterion.max
        if self.counted is None:
            return False
        return points > self.counted if self.part is Part.DEDUCTION else points < self.counted


def declared(
    criterion: Criterion,
    part: Part,
    *,
    tags: Iterable[str],
    entry: Mapping[str, Any] | None,
    has_evidence: bool,
    precision: int | None,
) -> Declared:
    """What `entry` (None: nothing) means for a unit with these tags; the points come from the rule.

    Without a `precision` no points are worked out: enough to know what is remarkable on thousands of lines.

    Raises:
        EntryRefused: the entry does not fit its rule.
    """
    if not criterion.applies(frozenset(tags)):
        return Declared(criterion, part, applies=False)
    if entry is None:
        return Declared(criterion, part, applies=True)
    skipped = entry.get("not_applicable") is True
    scored = not skipped and not isinstance(criterion.rule, External)
    points = line_points(criterion, entry, precision) if scored and precision is not None else None
    return Declared(
        criterion,
        part,
        applies=True,
        has_entry=True,
        skipped=skipped,
        points=points,
        has_evidence=has_evidence,
    )
