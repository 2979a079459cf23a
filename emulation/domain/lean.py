"""The lean report: which criteria of a set could go, be merged or be automated? DESIGN 6; docs/lean-report.md.

Values in, values out: a criteria set and the points of the units of one round. Points and ranks are exact integers;
statistics are float64 over exact sums; what is not defined is None, never 0 and never NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from emulation.domain.criteria import CriteriaSet
from emulation.domain.lean_candidates import Action, Candidate, Group, candidates_of, groups_of
from emulation.domain.lean_items import Item, Part, items_of
from emulation.domain.lean_keep import Kept, OnProgress, keep_each, keep_without
from emulation.domain.lean_ranks import LeanUnit, Rescorer
from emulation.domain.lean_statistics import correlations
from emulation.domain.ranking import Standing


@dataclass(frozen=True)
class LeanReport:
    """What a round says about its criteria.

    Attributes:
        units: all units, excluded ones included.
        ranked: units with a place.
        clusters: clusters with a ranked unit, each of which has its winners.
        items: every criterion of the set in order: core, bonus, deductions.
        keep: the rows for k = 1..n core criteria.
        groups: core criteria that say the same, the closest first.
        candidates: what to look at first.
        together: the ranking without all core criteria that are candidates to drop; None where there are none.
    """

    criteria: CriteriaSet
    units: int
    ranked: int
    clusters: int
    items: tuple[Item, ...]
    keep: tuple[Kept, ...]
    groups: tuple[Group, ...]
    candidates: tuple[Candidate, ...]
    together: Kept | None

    @cached_property
    def core(self) -> tuple[Item, ...]:
        """The core criteria."""
        return tuple(item for item in self.items if item.part is Part.CORE)

    @cached_property
    def outside(self) -> tuple[Item, ...]:
        """Bonus and deductions, which stand outside the base."""
        return tuple(item for item in self.items if item.part is not Part.CORE)

    @cached_property
    def by_code(self) -> dict[str, Item]:
        """Every criterion by its code."""
        return {item.code: item for item in self.items}

    @cached_property
    def action(self) -> dict[str, Action]:
        """What could be done, by code; criteria that are no candidates are left out."""
        return {one.code: one.action for one in self.candidates}

    def to_do(self, action: Action) -> list[Candidate]:
        """The candidates for one action, in order."""
        return [one for one in self.candidates if one.action is action]


def lean_report(criteria: CriteriaSet, units: Sequence[LeanUnit], on_progress: OnProgress | None = None) -> LeanReport:
    """The lean report of one round. `on_progress(done, of)` is called now and then.

    The order of the units does not matter. Excluded units count in the statistics of a criterion, since they were
    scored by the same rules, and in no rank.
    """
    rescorer = Rescorer(criteria, units)
    items = items_of(rescorer)
    keep = keep_each(rescorer, on_progress)
    core = rescorer.core
    pairs, counts = correlations(rescorer.points[:core], rescorer.scored[:core])
    groups = groups_of([leaf.code for leaf in criteria.leaves], pairs, counts)
    candidates = candidates_of(items, keep, groups, ranked=rescorer.ranked, clusters=rescorer.clusters)
    leaves = {leaf.code for leaf in criteria.leaves}
    dropped = [one.code for one in candidates if one.action is Action.DROP and one.code in leaves]
    return LeanReport(
        criteria=criteria,
        units=len(units),
        ranked=rescorer.ranked,
        clusters=rescorer.clusters,
        items=tuple(items),
        keep=tuple(keep),
        groups=tuple(groups),
        candidates=tuple(candidates),
        together=keep_without(rescorer, dropped) if dropped else None,
    )


def units_of(standings: Iterable[Standing]) -> list[LeanUnit]:
    """The units of a ranked sheets file."""
    return [
        LeanUnit(
            code=standing.unit,
            name=standing.name,
            cluster=standing.cluster,
            lines=standing.score.line_units,
            states=standing.score.states,
            excluded=standing.excluded is not None,
        )
        for standing in standings
    ]
