"""The outcome of a round as values: what was given about each unit, what follows from it, how units compare.

DESIGN 6. `RoundFacts` is all that a result is computed from; `Ranking` is what pages, reports and awards read,
the same for a running round (provisional, some units without a score yet) and for a sealed one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from emulation.domain import ranking
from emulation.domain.criteria import CriteriaSet
from emulation.domain.rules import External
from emulation.domain.scoring import LineState, Score, Scorer, SectionScore

# what is given


@dataclass(frozen=True, slots=True)
class VerdictFact:
    """Official points of one criterion in one round of the council; `decided_at` is ISO 8601, UTC, whole seconds."""

    points: Decimal | None
    not_applicable: bool
    reason: str
    council: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class AppealFact:
    """Giải trình of the unit and its answer."""

    text: str
    made_at: str
    outcome: str | None
    answer: str
    answered_at: str | None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What was given for one criterion: the declared entry, the verdicts before and after the explanation."""

    entry: dict[str, Any] | None = None
    note: str = ""
    review: VerdictFact | None = None
    after: VerdictFact | None = None
    appeal: AppealFact | None = None

    @property
    def final(self) -> VerdictFact | None:
        """The verdict that counts."""
        return self.after or self.review


@dataclass(frozen=True, slots=True)
class ExclusionFact:
    """A ground that bars the unit from ranks and awards."""

    ground: str
    title: str
    note: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What was given about one unit. `lines` holds the criteria for which anything was given."""

    code: str
    name: str
    short_name: str
    cluster: int
    tags: tuple[str, ...] = ()
    exclusions: tuple[ExclusionFact, ...] = ()
    lines: Mapping[str, LineFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """Cụm thi đua; leader and deputy are codes of units. `is_inferred`: the grouping is ours."""

    number: int
    name: str
    is_inferred: bool = False
    leader: str | None = None
    deputy: str | None = None


@dataclass(frozen=True, slots=True)
class CouncilFacts:
    """A council: how its members' marks became proposals, and its scope."""

    name: str
    method: str
    members: int
    codes: tuple[str, ...]
    clusters: tuple[int, ...]


@dataclass(frozen=True)
class RoundFacts:
    """Everything a result is computed from."""

    code: str
    title: str
    is_illustrative: bool
    criteria: CriteriaSet
    clusters: tuple[ClusterFacts, ...]
    councils: tuple[CouncilFacts, ...]
    units: tuple[UnitFacts, ...]


# what follows


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of one unit: what was given, and the points that follow; None where there are none."""

    code: str
    facts: LineFacts
    declared: Decimal | None
    declared_state: LineState
    points: Decimal | None
    state: LineState


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one score, each rounded to the precision of the set."""

    base: Decimal
    earned: Decimal
    core: Decimal
    bonus: Decimal
    deductions: Decimal
    total: Decimal
    grade: str | None
    sections: Mapping[str, SectionScore]
    unscored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One unit in a ranking. Without `official` the council has not settled its sheet: it has no rank yet.

    `declared` counts what the unit gave itself, and for criteria that only the ministry scores the official
    points, so that the difference to `official` is the council's change alone; None where entries were not
    asked for.
    """

    unit: str
    name: str
    short_name: str
    cluster: int
    official: Figures | None
    declared: Figures | None = None
    exclusions: tuple[ExclusionFact, ...] = ()
    rank_in_cluster: int | None = None
    rank_overall: int | None = None

    @property
    def is_ranked(self) -> bool:
        """Whether the unit has a place."""
        return self.rank_overall is not None

    @property
    def total(self) -> Decimal | None:
        """The official total, where there is one."""
        return self.official.total if self.official else None


@dataclass(frozen=True)
class Ranking:
    """All units of a round: ranked ones by overall rank and code, then those without a score, then excluded ones.

    `sha256` names the sealed snapshot; None: the round is not published and all figures are provisional.
    """

    code: str
    title: str
    is_illustrative: bool
    criteria: CriteriaSet
    clusters: tuple[ClusterFacts, ...]
    units: tuple[Outcome, ...]
    sha256: str | None = None

    @cached_property
    def by_unit(self) -> dict[str, Outcome]:
        """Outcomes by code of the unit."""
        return {outcome.unit: outcome for outcome in self.units}

    @cached_property
    def by_cluster(self) -> dict[int, list[Outcome]]:
        """Outcomes of each cluster, by rank inside it; clusters by number."""
        found: dict[int, list[Outcome]] = {cluster.number: [] for cluster in self.clusters}
        for outcome in self.units:
            found[outcome.cluster].append(outcome)
        return found

    @cached_property
    def ranked(self) -> list[Outcome]:
        """Units that have a place."""
        return [outcome for outcome in self.units if outcome.is_ranked]

    @cached_property
    def tied(self) -> frozenset[str]:
        """Units that share their place in the cluster with another one."""
        places = Counter((outcome.cluster, outcome.rank_in_cluster) for outcome in self.ranked)
        return frozenset(
            outcome.unit for outcome in self.ranked if places[outcome.cluster, outcome.rank_in_cluster] > 1
        )

    @cached_property
    def tied_overall(self) -> frozenset[str]:
        """Units that share their nationwide place."""
        places = Counter(outcome.rank_overall for outcome in self.ranked)
        return frozenset(outcome.unit for outcome in self.ranked if places[outcome.rank_overall] > 1)

    @property
    def is_example(self) -> bool:
        """Whether the set or the figures are illustrative: said wherever they are shown."""
        return self.is_illustrative or self.criteria.status == "illustrative"


def official_score(scorer: Scorer, unit: UnitFacts) -> Score:
    """The score that follows from the verdicts that count."""
    final = {code: line.final for code, line in unit.lines.items()}
    points = {code: verdict.points for code, verdict in final.items() if verdict is not None}
    skipped = [code for code, verdict in final.items() if verdict is not None and verdict.not_applicable]
    return scorer.score_points(points, unit.tags, skipped)


def declared_score(scorer: Scorer, unit: UnitFacts) -> Score:
    """The score that follows from the entries; criteria that only the ministry scores count with its points.

    Raises:
        EntryRefused: an entry that its rule cannot score.
    """
    entries: dict[str, Any] = {}
    for code, line in unit.lines.items():
        final = line.final
        if isinstance(scorer.criteria.by_code[code].rule, External):
            if final is not None and final.points is not None:
                entries[code] = {"points": final.points}
        elif line.entry is not None:
            entries[code] = line.entry
    return scorer.score(entries, unit.tags)


def figures_of(score: Score) -> Figures:
    """The figures of a score; sections at every depth."""
    codes = score.criteria.section_by_code
    return Figures(
        base=score.base,
        earned=score.earned,
        core=score.core,
        bonus=score.bonus,
        deductions=score.deductions,
        total=score.total,
        grade=score.grade,
        sections={code: score.section(code) for code in codes},
        unscored=tuple(score.unscored),
    )


def lines_of(criteria: CriteriaSet, unit: UnitFacts, declared: Score, official: Score) -> dict[str, Line]:
    """Every criterion of the set in order, with its points on both sides; the ministry's own are not declared."""
    given, decided = declared.lines, official.lines
    found: dict[str, Line] = {}
    for leaf in criteria.all_criteria:
        own = not isinstance(leaf.rule, External)
        found[leaf.code] = Line(
            code=leaf.code,
            facts=unit.lines.get(leaf.code, LineFacts()),
            declared=given[leaf.code] if own else None,
            declared_state=declared.state(leaf.code) if own else LineState.UNSCORED,
            points=decided[leaf.code],
            state=official.state(leaf.code),
        )
    return found


def place(criteria: CriteriaSet, scored: Iterable[tuple[UnitFacts, Score | None, Score | None]]) -> tuple[Outcome, ...]:
    """Outcomes with ranks from (unit, official score, declared score); the order of `Ranking.units`."""
    rows = list(scored)
    standings = [
        ranking.Standing(
            unit=unit.code,
            name=unit.name,
            cluster=str(unit.cluster),
            score=official,
            excluded=unit.exclusions[0].ground if unit.exclusions else None,
        )
        for unit, official, _ in rows
        if official is not None
    ]
    placed = {standing.unit: standing for standing in ranking.rank(criteria, standings)}
    outcomes = []
    for unit, official, declared in rows:
        standing = placed.get(unit.code)
        outcomes.append(
            Outcome(
                unit=unit.code,
                name=unit.name,
                short_name=unit.short_name,
                cluster=unit.cluster,
                official=figures_of(official) if official else None,
                declared=figures_of(declared) if declared else None,
                exclusions=unit.exclusions,
                rank_in_cluster=standing.rank_in_cluster if standing else None,
                rank_overall=standing.rank_overall if standing else None,
            )
        )
    return tuple(sorted(outcomes, key=order))


def unplaced(unit: UnitFacts, official: Score, declared: Score) -> Outcome:
    """The outcome of one unit alone, without ranks: before publication a unit sees its own points only."""
    return Outcome(
        unit=unit.code,
        name=unit.name,
        short_name=unit.short_name,
        cluster=unit.cluster,
        official=figures_of(official),
        declared=figures_of(declared),
        exclusions=unit.exclusions,
    )


def order(outcome: Outcome) -> tuple[int, int, str]:
    """Sort key of `Ranking.units`."""
    group = 2 if outcome.exclusions else 0 if outcome.is_ranked else 1
    return group, outcome.rank_overall or 0, outcome.unit
