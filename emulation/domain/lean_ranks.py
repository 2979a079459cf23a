"""All units ranked anew under many choices of criteria, as exactly as one at a time and much quicker.

The arithmetic is that of scoring.py and ranking.py (DESIGN 3 and 6), over arrays: points are integers of
10 ** -precision, coefficients integers over their common denominator, and the place of a unit follows from one integer,
its total followed by the tie-breakers of the set, packed so that more is better. Where 63 bits do not hold it, the same
arrays hold Python's integers. There is no float here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from emulation.domain.criteria import CriteriaSet, Section
from emulation.domain.lean_statistics import Array
from emulation.domain.scoring import LineState, Scorer

BLOCK = 1 << 16  # numbers of one array that are worked on at once
WHOLE = 2**62  # what int64 holds, with a bit to spare


@dataclass(frozen=True, slots=True)
class LeanUnit:
    """One unit of a round as the lean report sees it, every list in the order of `CriteriaSet.all_criteria`.

    `lines` are official points as integers of 10 ** -precision (None: no score), `states` whether each criterion was
    scored, unscored or not applicable: as `Score.line_units` and `Score.states` give them. The rest is known of a real
    period only: `declared` points of the same kind (None: nothing to compare with), `explained`, the codes the unit
    explained (giải trình), and `files`, by code how many files the unit cited and their bytes.
    """

    code: str
    name: str
    cluster: str | None
    lines: Sequence[int | None]
    states: Sequence[LineState]
    excluded: bool = False
    declared: Sequence[int | None] | None = None
    explained: frozenset[str] = frozenset()
    files: Mapping[str, tuple[int, int]] | None = None  # None: nobody counted


@dataclass(frozen=True, slots=True)
class Tally:
    """The sums that totals and ties follow from, each of shape (units,) or (choices, units).

    `earned` and `base` are the core's with coefficients, `bonus` and `deducted` before their caps, `merits` the sums
    that part equal totals, in the order of those tie-breakers that are sums of lines.
    """

    earned: Array
    base: Array
    bonus: Array
    deducted: Array
    merits: tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """What each of some choices of criteria does to the ranks, against all criteria; arrays of shape (choices,).

    `shift` is the sum over ranked units of the absolute change of the overall rank, `changed` the number of clusters
    whose set of units on rank 1 changes, `defined` whether every ranked unit keeps a base: without one it has no score.
    """

    shift: Array
    changed: Array
    defined: Array


class Rescorer:
    """A round ready to be ranked under any choice of its criteria. `units` come in an order of its own."""

    def __init__(self, criteria: CriteriaSet, units: Sequence[LeanUnit]) -> None:
        scorer = Scorer(criteria)
        self.criteria = criteria
        self.core = scorer.core_count
        # ranked units by cluster, then those without a cluster, then excluded ones: groups are slices
        self.units = sorted(units, key=lambda u: (u.excluded, u.cluster is None, u.cluster or "", u.code))
        self.ranked = sum(not unit.excluded for unit in self.units)
        labels = [unit.cluster for unit in self.units[: self.ranked]]
        self._in_cluster = sum(label is not None for label in labels)
        self._starts = [i for i in range(self._in_cluster) if i == 0 or labels[i] != labels[i - 1]]
        self.clusters = len(self._starts)
        self._prepare(scorer)
        self.full = self._full_tally()
        keys = self._keys(self.full)[: self.ranked]
        self.full_ranks = _ranks(keys[np.newaxis])[0]
        self._full_winners = self._winners(keys[np.newaxis])[0]

    def _prepare(self, scorer: Scorer) -> None:
        """The lines as arrays of shape (criteria, units), weighted with their coefficients."""
        size = len(self.units)
        core, every = self.core, len(scorer.codes)
        weights, self._denominator = _weights(self.criteria.sections)
        scale = self.criteria.scale
        self._unit = 10**self.criteria.precision
        self._scale = None if scale is None else Fraction(scale) * self._unit
        self._caps = scorer.bonus_cap, scorer.deduction_cap
        self._bonus_places = range(core, core + scorer.bonus_count)
        self._deduction_places = range(core + scorer.bonus_count, every)

        breakers: list[tuple[str, list[int]]] = []  # name, the weight of each line in its sum
        for name in self.criteria.tie_breakers:
            line_weights = [0] * every
            if name == "progress":
                for i in scorer.progress_places:
                    line_weights[i] = 1
            elif name.startswith("section:"):
                section = self.criteria.section_by_code[name.removeprefix("section:")]
                inner, _ = _weights((section,))
                for leaf in section.leaves:
                    line_weights[scorer.place[leaf.code]] = inner[leaf.code]
            breakers.append((name, line_weights))
        core_weights = [weights[leaf.code] for leaf in self.criteria.leaves]
        kind = self._choose_kind(scorer, core_weights, breakers)

        def array(values: Any) -> Array:
            return np.array(values, dtype=kind)

        points = array([[line or 0 for line in unit.lines] for unit in self.units]).reshape(size, every).T
        in_base = np.array(
            [
                [not (scorer.rebase and state is LineState.NOT_APPLICABLE) for state in unit.states[:core]]
                for unit in self.units
            ],
            dtype=bool,
        ).reshape(size, core)
        self.points = points
        self.scored = (
            np.array([[state is LineState.SCORED for state in unit.states] for unit in self.units], dtype=bool)
            .reshape(size, every)
            .T
        )
        self.maxima = scorer.maxima
        column = array(core_weights).reshape(core, 1)
        self._earned = points[:core] * column
        self._base = array(scorer.maxima[:core]).reshape(core, 1) * column * in_base.T
        self._merits = tuple(
            points * array(line_weights).reshape(every, 1)
            for name, line_weights in breakers
            if name not in ("bonus", "deductions")
        )

    def _choose_kind(
        self, scorer: Scorer, core_weights: list[int], breakers: list[tuple[str, list[int]]]
    ) -> type[np.int64] | type[object]:
        """int64 where no number on the way can be too large for it, else Python's integers.

        Also settles how many values each tie-breaker can take, which is what its place in the packed key needs.
        """
        maxima = scorer.maxima
        most_earned = sum(w * m for w, m in zip(core_weights, maxima, strict=False))
        most_bonus = sum(maxima[i] for i in self._bonus_places)
        most_deducted = sum(maxima[i] for i in self._deduction_places)
        if self._scale is None:
            most_core = most_earned // self._denominator + 1
            largest = 2 * most_earned + self._denominator
        else:
            most_core = int(self._scale) + 1
            largest = 2 * most_earned * (self._scale.numerator + self._scale.denominator)
        self._packing: list[tuple[str, int]] = []
        packed = most_core + most_bonus + 1
        for name, line_weights in breakers:
            if name == "bonus":
                most = most_bonus
            elif name == "deductions":
                most = most_deducted
            else:
                most = sum(w * m for w, m in zip(line_weights, maxima, strict=True))
            self._packing.append((name, most + 1))
            packed *= most + 1
        return np.int64 if max(largest, packed) < WHOLE else object

    def _full_tally(self) -> Tally:
        return Tally(
            earned=self._earned.sum(axis=0),
            base=self._base.sum(axis=0),
            bonus=self.points[list(self._bonus_places)].sum(axis=0),
            deducted=self.points[list(self._deduction_places)].sum(axis=0),
            merits=tuple(lines.sum(axis=0) for lines in self._merits),
        )

    def without(self, tally: Tally, place: int) -> Tally:
        """The sums when one more criterion, core or not, has left."""
        merits = tuple(total - lines[place] for total, lines in zip(tally.merits, self._merits, strict=True))
        if place < self.core:
            earned, base = tally.earned - self._earned[place], tally.base - self._base[place]
            return replace(tally, earned=earned, base=base, merits=merits)
        if place in self._bonus_places:
            return replace(tally, bonus=tally.bonus - self.points[place], merits=merits)
        return replace(tally, deducted=tally.deducted - self.points[place], merits=merits)

    def cores(self, tally: Tally) -> tuple[Array, Array]:
        """The core score of every unit in units of 10 ** -precision, rounded once, and whether it has one."""
        defined = tally.base > 0
        if self._scale is None:
            return (2 * tally.earned + self._denominator) // (2 * self._denominator), defined
        numerator = self._scale.numerator * tally.earned
        below = self._scale.denominator * np.where(defined, tally.base, 1)
        return (2 * numerator + below) // (2 * below), defined

    def _keys(self, tally: Tally) -> Array:
        """One integer per unit; more is a better place, equal is an equal place."""
        core, _ = self.cores(tally)
        bonus_cap, deduction_cap = self._caps
        bonus = tally.bonus if bonus_cap is None else np.minimum(tally.bonus, bonus_cap)
        deducted = tally.deducted if deduction_cap is None else np.minimum(tally.deducted, deduction_cap)
        key: Array = np.maximum(core + bonus - deducted, 0)
        merits = iter(tally.merits)
        for name, values in self._packing:
            if name == "deductions":
                key = key * values + (values - 1 - deducted)
            elif name == "bonus":
                key = key * values + bonus
            else:
                key = key * values + next(merits)
        return key

    def ranks(self, tally: Tally) -> Array:
        """The overall ranks of the ranked units, 1-2-2-4, in the order of `units`."""
        return np.asarray(_ranks(self._keys(tally)[np.newaxis, : self.ranked])[0])

    def _winners(self, keys: Array) -> Array:
        """For each choice and each unit in a cluster, whether it stands on rank 1 there."""
        if not self._starts:
            return np.zeros((len(keys), 0), dtype=bool)
        near = keys[:, : self._in_cluster]
        best = np.maximum.reduceat(near, self._starts, axis=1)
        sizes = np.diff([*self._starts, self._in_cluster])
        return np.asarray(near == np.repeat(best, sizes, axis=1), dtype=bool)

    def effects(self, tallies: Tally) -> Effects:
        """What some choices do to the ranks; `tallies` holds their sums of ranked units, shape (choices, ranked)."""
        keys = self._keys(tallies)
        shift = np.abs(_ranks(keys) - self.full_ranks).sum(axis=1)
        if self._starts:
            differs = self._winners(keys) != self._full_winners
            changed = np.logical_or.reduceat(differs, self._starts, axis=1).sum(axis=1)
        else:
            changed = np.zeros(len(keys), dtype=np.int64)
        return Effects(shift, changed, np.all(tallies.base > 0, axis=1))

    def effect(self, tally: Tally) -> Effects:
        """The effect of one choice, its arrays of shape (1,)."""
        return self.effects(
            Tally(
                tally.earned[np.newaxis, : self.ranked],
                tally.base[np.newaxis, : self.ranked],
                tally.bonus[: self.ranked],
                tally.deducted[: self.ranked],
                tuple(merit[np.newaxis, : self.ranked] for merit in tally.merits),
            )
        )

    def effects_without_each(self, tally: Tally, places: Sequence[int]) -> Effects:
        """For each of some core criteria, the effect of its leaving as well; in blocks, so that memory stays small."""
        n = self.ranked
        step = max(1, BLOCK // max(n, 1))
        blocks = []
        for start in range(0, len(places), step):
            rows = list(places[start : start + step])
            blocks.append(
                self.effects(
                    Tally(
                        earned=tally.earned[:n] - self._earned[rows, :n],
                        base=tally.base[:n] - self._base[rows, :n],
                        bonus=tally.bonus[:n],
                        deducted=tally.deducted[:n],
                        merits=tuple(
                            total[:n] - lines[rows, :n] for total, lines in zip(tally.merits, self._merits, strict=True)
                        ),
                    )
                )
            )
        return Effects(
            *(np.concatenate([getattr(block, name) for block in blocks]) for name in ("shift", "changed", "defined"))
        )


def _ranks(keys: Array) -> Array:
    """Competition ranks of each row of keys, shape (choices, units): 1 + how many of the row are greater."""
    size = keys.shape[1]
    order = np.argsort(keys, axis=1)
    ascending = np.take_along_axis(keys, order, axis=1)
    places = np.arange(size)
    # the last place of each group of equals, carried back to all of the group: what stands after it is greater
    ends = np.full(keys.shape, size - 1)
    ends[:, :-1] = np.where(ascending[:, 1:] != ascending[:, :-1], places[:-1], size - 1)
    ends = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(keys.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, size - ends, axis=1)
    return ranks


def _weights(sections: Sequence[Section]) -> tuple[dict[str, int], int]:
    """The product of the coefficients above each leaf, over the common denominator of all."""
    exact: dict[str, Fraction] = {}

    def walk(section: Section, above: Fraction) -> None:
        own = above * Fraction(section.coefficient)
        for leaf in section.criteria:
            exact[leaf.code] = own
        for child in section.sections:
            walk(child, own)

    for section in sections:
        walk(section, Fraction(1))
    denominator = lcm(*(value.denominator for value in exact.values()))
    return {code: int(value * denominator) for code, value in exact.items()}, denominator
