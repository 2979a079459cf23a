"""One criterion in the lean report: how its points lie, what its leaving would change, what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from emulation.domain.burden import from_existing_data
from emulation.domain.criteria import Criterion
from emulation.domain.lean_ranks import LeanUnit, Rescorer
from emulation.domain.lean_statistics import correlation, spread


class Part(StrEnum):
    """Where a criterion stands in the set."""

    CORE = "core"
    BONUS = "bonus"
    DEDUCTION = "deduction"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a criterion cost the units of a finished period, and how it was disputed; shares are 0..1 or None.

    `files` and `bytes` are those cited by all units together. `existing_share`: of the units scored, how many took the
    figure from existing data and handed in no file for it. `gap`: the mean of (official - declared) / maximum over the
    units with both, below 0 where the councils took points away. `explained_share`: of the units scored, how many
    explained (giải trình).
    """

    files: int
    bytes: int
    existing_share: float | None
    gap: float | None
    explained_share: float | None


@dataclass(frozen=True, slots=True)
class Item:
    """One criterion. Shares are points / maximum over the units scored on it, excluded units included.

    Attributes:
        scored: how many units were scored on it.
        mean_share, sd_share, at_max, at_zero: 0..1; None where no unit was scored.
        item_rest_correlation: Pearson's r with the core score of the same units without it, -1..1; None with fewer
            than three units or no spread.
        rank_shift_if_dropped: mean absolute change of the overall rank of the ranked units; None where nobody is
            ranked, or a unit would keep no criterion at all.
        awards_changed_if_dropped: clusters whose set of units on rank 1 changes; None as above.
        cost: of a finished period only.
    """

    criterion: Criterion
    part: Part
    scored: int
    mean_share: float | None
    sd_share: float | None
    at_max: float | None
    at_zero: float | None
    item_rest_correlation: float | None
    rank_shift_if_dropped: float | None
    awards_changed_if_dropped: int | None
    cost: Cost | None = None

    @property
    def code(self) -> str:
        """The code of the criterion."""
        return self.criterion.code

    @property
    def evidence_required(self) -> bool:
        """Whether the set asks for a document."""
        return self.criterion.evidence.required

    @property
    def from_existing_data(self) -> bool:
        """Whether the figure stands in a database or system already."""
        return from_existing_data(self.criterion)


def items_of(rescorer: Rescorer) -> list[Item]:
    """Every criterion of the set, in its order."""
    everything = rescorer.criteria.all_criteria
    return [item_of(rescorer, place) for place in range(len(everything))]


def item_of(rescorer: Rescorer, place: int) -> Item:
    """The criterion at this place of `CriteriaSet.all_criteria`."""
    criterion = rescorer.criteria.all_criteria[place]
    part = Part.CORE if place < rescorer.core else _part_outside(rescorer, place)
    scored = rescorer.scored[place]
    points = rescorer.points[place]
    found = spread(points[scored], rescorer.maxima[place])
    dropped = rescorer.without(rescorer.full, place)
    rest, has_rest = rescorer.cores(dropped)
    both = scored & has_rest
    effect = rescorer.effect(dropped)
    defined = rescorer.ranked > 0 and bool(effect.defined[0])
    return Item(
        criterion=criterion,
        part=part,
        scored=found.scored,
        mean_share=found.mean,
        sd_share=found.sd,
        at_max=found.at_max,
        at_zero=found.at_zero,
        item_rest_correlation=correlation(points[both], rest[both]),
        rank_shift_if_dropped=int(effect.shift[0]) / rescorer.ranked if defined else None,
        awards_changed_if_dropped=int(effect.changed[0]) if defined else None,
        cost=cost_of(criterion, place, rescorer.units, rescorer.maxima[place]),
    )


def _part_outside(rescorer: Rescorer, place: int) -> Part:
    return Part.BONUS if place < rescorer.core + len(rescorer.criteria.bonus) else Part.DEDUCTION


def cost_of(criterion: Criterion, place: int, units: Sequence[LeanUnit], maximum: int) -> Cost | None:
    """The cost of one criterion, or None where nobody counted the files."""
    if not units or any(unit.files is None for unit in units):
        return None
    code = criterion.code
    cited = [(unit.files or {}).get(code, (0, 0)) for unit in units]
    scored = [unit.states[place] == "scored" for unit in units]
    exists = from_existing_data(criterion)
    gaps = [
        official - given
        for unit in units
        if (official := unit.lines[place]) is not None
        and unit.declared is not None
        and (given := unit.declared[place]) is not None
    ]
    count = sum(scored)
    untouched = sum(was and exists and not files for was, (files, _) in zip(scored, cited, strict=True))
    return Cost(
        files=sum(files for files, _ in cited),
        bytes=sum(size for _, size in cited),
        existing_share=untouched / count if count else None,
        gap=sum(gaps) / (len(gaps) * maximum) if gaps and maximum else None,
        explained_share=sum(was and code in unit.explained for was, unit in zip(scored, units, strict=True)) / count
        if count
        else None,
    )
