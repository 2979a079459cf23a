"""The lean report: which criteria of a set could go, be merged or be automated? DESIGN 6; docs/lean-report.md.

Values in, values out: a criteria set and the points of the units of one round. Points and ranks are exact integers;
statistics are float64 over exact sums; what is not defined is None, never 0 and never NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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


def lean_json(report: LeanReport) -> dict[str, Any]:
    """The report as plain values: shares and correlations as numbers with six decimals, None where not defined."""
    criteria = report.criteria
    return {
        "set": {"set": criteria.set, "version": criteria.version, "sha256": criteria.sha256, "status": criteria.status},
        "units": report.units,
        "ranked": report.ranked,
        "clusters": report.clusters,
        "criteria": [_item_json(item) for item in report.core],
        "outside_base": [{"part": item.part.value, **_item_json(item)} for item in report.outside],
        "keep": [_kept_json(row) | {"dropped": row.dropped} for row in report.keep],
        "groups": [{"codes": list(group.codes), "lowest_correlation": _six(group.lowest)} for group in report.groups],
        "candidates": [
            {"code": one.code, "action": one.action.value, "reasons": [str(reason) for reason in one.reasons]}
            for one in report.candidates
        ],
        "all_dropped": None if report.together is None else _kept_json(report.together),
    }


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "code": item.code,
        "scored": item.scored,
        "mean_share": _six(item.mean_share),
        "sd_share": _six(item.sd_share),
        "at_max": _six(item.at_max),
        "at_zero": _six(item.at_zero),
        "item_rest_correlation": _six(item.item_rest_correlation),
        "rank_shift_if_dropped": _six(item.rank_shift_if_dropped),
        "awards_changed_if_dropped": item.awards_changed_if_dropped,
        "evidence_required": item.evidence_required,
        "from_existing_data": item.from_existing_data,
    }


def _kept_json(row: Kept) -> dict[str, Any]:
    return {
        "k": row.k,
        "kendall_tau_b": _six(row.kendall_tau_b),
        "winners_kept": row.winners_kept,
        "mean_rank_shift": _six(row.mean_rank_shift),
        "kept": list(row.kept),
    }


def _six(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0  # there is no -0.0
