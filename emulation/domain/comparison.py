"""How the units of a round compare: who leads, where official points differ from declared ones, medians, means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from emulation.domain.criteria import CriteriaSet, Section
from emulation.domain.numbers import rounded
from emulation.domain.results import ClusterFacts, Outcome, Ranking

# a median of fewer units would let a unit work out another unit's points
FEWEST_FOR_A_MEDIAN = 4


def change(before: Decimal | None, now: Decimal | None) -> Decimal | None:
    """now - before; None where one of them is missing."""
    return None if before is None or now is None else now - before


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads a cluster (several when tied) and by how much over the next place; None: there is no next."""

    cluster: ClusterFacts
    leaders: tuple[Outcome, ...]
    runners_up: tuple[Outcome, ...]
    gap: Decimal | None


def leads(found: Ranking) -> list[Lead]:
    """The lead in each cluster that has ranked units."""
    result = []
    for cluster in found.clusters:
        ranked = [outcome for outcome in found.by_cluster[cluster.number] if outcome.is_ranked]
        leaders = tuple(outcome for outcome in ranked if outcome.rank_in_cluster == 1)
        if not leaders:
            continue
        behind = ranked[len(leaders) :]
        second = tuple(o for o in behind if o.rank_in_cluster == behind[0].rank_in_cluster) if behind else ()
        gap = _total(leaders[0]) - _total(second[0]) if second else None
        result.append(Lead(cluster, leaders, second, gap))
    return result


def _total(outcome: Outcome) -> Decimal:
    assert outcome.official is not None
    return outcome.official.total


@dataclass(frozen=True, slots=True)
class SectionGap:
    """Mean shares of the possible points of a section (0..1), declared and official, over units to which it applies."""

    section: Section
    declared: Decimal
    official: Decimal

    @property
    def change(self) -> Decimal:
        """Official minus declared share."""
        return self.official - self.declared


def section_gaps(found: Ranking, outcomes: Sequence[Outcome]) -> list[SectionGap]:
    """Where the councils' points differ from what the units gave themselves, by top section in order of the set."""
    result = []
    for section in found.criteria.sections:
        pairs = []
        for outcome in outcomes:
            if outcome.official is None or outcome.declared is None:
                continue
            given = outcome.declared.sections[section.code].share
            decided = outcome.official.sections[section.code].share
            if given is not None and decided is not None:
                pairs.append((given, decided))
        if pairs:
            count = Decimal(len(pairs))
            declared = sum((pair[0] for pair in pairs), Decimal(0)) / count
            official = sum((pair[1] for pair in pairs), Decimal(0)) / count
            result.append(SectionGap(section, rounded(declared, 4), rounded(official, 4)))
    return result


def median(values: Iterable[Decimal]) -> Decimal | None:
    """The middle value, or the mean of the two in the middle; None for too few to keep one unit's value secret."""
    ordered = sorted(values)
    if len(ordered) < FEWEST_FOR_A_MEDIAN:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def points_to_next_grade(criteria: CriteriaSet, total: Decimal) -> tuple[str, Decimal, Decimal] | None:
    """(name, threshold, points that are missing) of the grade above the one of `total`; None at the top."""
    above = [grade for grade in criteria.grades if grade.start > total]
    if not above:
        return None
    nearest = min(above, key=lambda grade: grade.start)
    return nearest.name, nearest.start, nearest.start - total


def mean_total(found: Ranking) -> Decimal | None:
    """The mean total of the ranked units, rounded once to the precision of the set."""
    ranked = found.ranked
    if not ranked:
        return None
    return rounded(sum((_total(one) for one in ranked), Decimal(0)) / len(ranked), found.criteria.precision)


def grade_counts(found: Ranking) -> dict[str, int]:
    """How many ranked units have each grade of the set, best grade first."""
    counts = {grade.name: 0 for grade in found.criteria.grades}
    for outcome in found.ranked:
        assert outcome.official is not None
        if outcome.official.grade is not None:
            counts[outcome.official.grade] += 1
    return counts
