"""Ranks inside clusters and nationwide. DESIGN 6: by total, ties by the set's tie-breakers, then equal rank 1-2-2-4."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from emulation.domain.criteria import CriteriaSet
from emulation.domain.scoring import Score


@dataclass(slots=True)
class Standing:
    """One unit in a ranking. Ranks are None for an excluded unit; without a cluster there is no rank in one."""

    unit: str
    name: str
    cluster: str | None
    score: Score
    excluded: str | None = None
    rank_in_cluster: int | None = None
    rank_overall: int | None = None


def tie_key(criteria: CriteriaSet) -> Callable[[Score], tuple[Any, ...]]:
    """The sort key of a score, best first: total, then the tie-breakers of the set in order."""
    breakers = criteria.tie_breakers

    def key(score: Score) -> tuple[Any, ...]:
        parts: list[Any] = [-score.total_units]
        for name in breakers:
            if name == "deductions":
                parts.append(score.deductions)
            elif name == "bonus":
                parts.append(-score.bonus)
            elif name == "progress":
                parts.append(-score.progress_units)
            else:
                parts.append(-score.section_exact(name.removeprefix("section:")))
        return tuple(parts)

    return key


def competition_ranks(keys: Sequence[Any]) -> list[int]:
    """Ranks of sorted keys with equal rank for equal keys: [a, b, b, c] -> [1, 2, 2, 4]."""
    ranks: list[int] = []
    for i, key in enumerate(keys):
        ranks.append(ranks[-1] if i and key == keys[i - 1] else i + 1)
    return ranks


def rank(criteria: CriteriaSet, standings: Iterable[Standing]) -> list[Standing]:
    """The standings with their ranks set, ordered by overall rank then unit code; excluded units last, unranked."""
    everyone = list(standings)
    key = tie_key(criteria)
    ranked = sorted(((key(s.score), s.unit, s) for s in everyone if s.excluded is None), key=lambda row: row[:2])
    for (_, _, standing), place in zip(ranked, competition_ranks([row[0] for row in ranked]), strict=True):
        standing.rank_overall = place
    clusters: dict[str, list[tuple[Any, Standing]]] = {}
    for row_key, _, standing in ranked:
        if standing.cluster is not None:
            clusters.setdefault(standing.cluster, []).append((row_key, standing))
    for members in clusters.values():
        places = competition_ranks([row_key for row_key, _ in members])
        for (_, standing), place in zip(members, places, strict=True):
            standing.rank_in_cluster = place
    excluded = sorted((s for s in everyone if s.excluded is not None), key=lambda s: s.unit)
    return [standing for _, _, standing in ranked] + excluded
