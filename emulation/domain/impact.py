"""What a new version would have done to last year's ranking: issue 3 point 4. Defined in docs/comparing-versions.md.

Three rankings of the same units: the whole one of last year; the *common part* (what can be compared) under the old
set; the common part under the new set. Changes of rank are between the last two, so that they come from the rules alone
and not from what had to be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from emulation.domain.agreement import kendall_tau_b
from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.lineage import lineage
from emulation.domain.matching import Match
from emulation.domain.numbers import half_up, rounded
from emulation.domain.ranking import Standing, rank
from emulation.domain.rescoring import LastYear, Rescorer, Tally
from emulation.domain.scoring import Score
from emulation.words import N_, Phrase

OnProgress = Callable[[int], None]
SHARE_PLACES = 4


@dataclass(frozen=True, slots=True)
class Placing:
    """A total and the places it earns; None for an excluded unit, and in the cluster for a unit without one."""

    total: Decimal
    rank_in_cluster: int | None
    rank_overall: int | None


@dataclass(frozen=True, slots=True)
class UnitImpact:
    """One unit: last year's placing, and the common part under both sets; None: nothing of it can be compared.

    `refused` are the new codes that this unit's entries could not be scored under, with the reason.
    """

    unit: str
    name: str
    cluster: str | None
    excluded: str | None
    whole: Placing
    before: Placing | None
    after: Placing | None
    refused: tuple[tuple[str, Phrase], ...] = ()

    @property
    def rise(self) -> int | None:
        """How many places overall it goes up (negative: down) by the new rules."""
        if self.before is None or self.after is None:
            return None
        return _rise(self.before.rank_overall, self.after.rank_overall)

    @property
    def rise_in_cluster(self) -> int | None:
        """The same inside its cluster."""
        if self.before is None or self.after is None:
            return None
        return _rise(self.before.rank_in_cluster, self.after.rank_in_cluster)


def _rise(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else before - after


@dataclass(frozen=True, slots=True)
class CriterionImpact:
    """One criterion of the new set: what it was, whether it is compared (`reason` None) and over how many units.

    `mean_before` and `mean_after` are mean shares of the maximum, 0..1, over the units that have points in both.
    """

    match: Match
    compared: int = 0
    absent: int = 0
    refused: int = 0
    adjusted: int = 0
    reasons: tuple[tuple[Phrase, int], ...] = ()
    mean_before: Decimal | None = None
    mean_after: Decimal | None = None

    @property
    def code(self) -> str:
        """The code in the new set."""
        return self.match.new.code


@dataclass(frozen=True, slots=True)
class ClusterImpact:
    """Who is first in a cluster (several when tied): last year, and in the common part under both sets."""

    cluster: str
    whole: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        """Whether the new rules leave the same first."""
        return self.before == self.after


@dataclass(frozen=True)
class Impact:
    """What `impact` found. Units by the whole ranking of last year, excluded ones last; codes of units in tuples."""

    old: CriteriaSet
    new: CriteriaSet
    units: tuple[UnitImpact, ...]
    criteria: tuple[CriterionImpact, ...]
    lost: tuple[tuple[Criterion, Phrase], ...]  # criteria of the old set that have no place in the new one
    covered_before: Decimal  # share of the old base in the common part, 0..1
    covered_after: Decimal  # share of the new base in it

    @cached_property
    def ranked(self) -> list[UnitImpact]:
        """The units that have a place in all three rankings."""
        return [one for one in self.units if one.rise is not None]

    @cached_property
    def clusters(self) -> tuple[ClusterImpact, ...]:
        """The first of every cluster, by the cluster's name."""
        names = {one.cluster for one in self.units if one.cluster is not None and one.excluded is None}
        return tuple(self._cluster(name) for name in sorted(names, key=_by_number))

    def _cluster(self, name: str) -> ClusterImpact:
        members = [one for one in self.units if one.cluster == name]

        def first(placing: Callable[[UnitImpact], Placing | None]) -> tuple[str, ...]:
            return tuple(
                sorted(
                    one.unit for one in members if (found := placing(one)) is not None and found.rank_in_cluster == 1
                )
            )

        return ClusterImpact(
            name, first(lambda one: one.whole), first(lambda one: one.before), first(lambda one: one.after)
        )

    @cached_property
    def kendall_tau_b(self) -> Decimal | None:
        """Agreement of the two rankings of the common part, -1..1; None where it is not defined."""
        places = [
            (one.before.rank_overall or 0, one.after.rank_overall or 0)
            for one in self.ranked
            if one.before is not None and one.after is not None
        ]
        return kendall_tau_b([before for before, _ in places], [after for _, after in places])

    @cached_property
    def mean_shift(self) -> Decimal | None:
        """The mean of how many places a unit moves, up or down, to two decimals; None without ranked units."""
        if not self.ranked:
            return None
        return rounded(Decimal(sum(abs(one.rise or 0) for one in self.ranked)) / len(self.ranked), 2)

    def movers(self, most: int = 10) -> list[UnitImpact]:
        """The units that move most, those that move at all; equal moves by code."""
        moving = [one for one in self.ranked if one.rise]
        return sorted(moving, key=lambda one: (-abs(one.rise or 0), one.unit))[:most]


def _by_number(name: str) -> tuple[int, int, str]:
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)


def impact(
    old: CriteriaSet, new: CriteriaSet, units: Iterable[LastYear], on_progress: OnProgress | None = None
) -> Impact:
    """Last year's round ranked under another version, as far as it can be compared.

    Units are read once, so they may come from a stream. `on_progress(done)` is called after each.
    """
    rescorer = Rescorer(old, new)
    whole: list[Standing] = []
    before: list[Standing] = []
    after: list[Standing] = []
    refused: dict[str, tuple[tuple[str, Phrase], ...]] = {}
    for done, unit in enumerate(units, 1):
        was, now, cannot = rescorer.rescore(unit)
        for standings, score in ((whole, unit.score), (before, was), (after, now)):
            if score is not None:
                standings.append(_standing(unit, score))
        if cannot:
            refused[unit.unit] = tuple(cannot)
        if on_progress is not None:
            on_progress(done)
    placed_before, placed_after = _placings(rescorer.before.criteria, before), _placings(rescorer.after.criteria, after)
    ranked = rank(old, whole)
    return Impact(
        old,
        new,
        tuple(
            UnitImpact(
                one.unit,
                one.name,
                one.cluster,
                one.excluded,
                _placing(one),
                placed_before.get(one.unit),
                placed_after.get(one.unit),
                refused.get(one.unit, ()),
            )
            for one in ranked
        ),
        tuple(_criterion(one, rescorer) for one in rescorer.matches),
        _lost(old, new),
        _share(rescorer.before.criteria.base, old.base),
        _share(rescorer.after.criteria.base, new.base),
    )


def _standing(unit: LastYear, score: Score) -> Standing:
    return Standing(unit.unit, unit.name, unit.cluster, score, unit.excluded)


def _placing(standing: Standing) -> Placing:
    return Placing(standing.score.total, standing.rank_in_cluster, standing.rank_overall)


def _placings(criteria: CriteriaSet, standings: Sequence[Standing]) -> dict[str, Placing]:
    return {one.unit: _placing(one) for one in rank(criteria, standings)}


def _share(part: Fraction, base: Fraction) -> Decimal:
    exact = part / base * 10**SHARE_PLACES
    return Decimal(half_up(exact.numerator, exact.denominator)).scaleb(-SHARE_PLACES)


def _criterion(match: Match, rescorer: Rescorer) -> CriterionImpact:
    tally = rescorer.tallies.get(match.new.code)
    if tally is None or match.old is None:
        return CriterionImpact(match)
    return CriterionImpact(
        match,
        tally.compared,
        tally.absent,
        tally.refused,
        tally.adjusted,
        tuple(sorted(tally.reasons.values(), key=lambda reason: -reason[1])),
        _mean(tally, tally.before, match.old, rescorer.old.precision),
        _mean(tally, tally.after, match.new, rescorer.new.precision),
    )


def _mean(tally: Tally, total: int, criterion: Criterion, precision: int) -> Decimal | None:
    if not tally.compared:
        return None
    return _share(Fraction(total, 10**precision * tally.compared), Fraction(criterion.max))


def _lost(old: CriteriaSet, new: CriteriaSet) -> tuple[tuple[Criterion, Phrase], ...]:
    """The criteria of the old set that are no criterion of the new one any more, so that their points are left out."""
    known = lineage(old, new)
    found = []
    for criterion in old.all_criteria:
        heirs = known.heirs[criterion.code]
        if not heirs:
            found.append((criterion, Phrase(N_("Bản mới bỏ tiêu chí này."))))
        elif all(known.same(code) is None for code in heirs):
            codes = ", ".join(heirs)
            merged = any(known.is_merged(code) for code in heirs)
            text = N_("Gộp vào %(codes)s.") if merged else N_("Tách thành %(codes)s.")
            found.append((criterion, Phrase(text, {"codes": codes})))
    return tuple(found)
