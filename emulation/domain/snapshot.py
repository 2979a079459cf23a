"""The sealed snapshot of a round: canonical JSON out of facts, and back. DESIGN 6.

`seal(facts)` gives the same bytes for the same facts, whenever and wherever it runs: sorted keys, numbers as
text, nothing that depends on the clock. `Sealed` reads ranks and points as they were sealed, never computed
anew, so that a later version of the program cannot move a published number; `facts_of` gives back what they were
computed from, for whoever wants to compute them again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from emulation.domain import results
from emulation.domain.criteria import CriteriaSet, from_canonical
from emulation.domain.scoring import LineState, Scorer, SectionScore

FORMAT = 1


def seal(facts: results.RoundFacts) -> str:
    """The snapshot of a finished round: what was given, the points, totals, ranks and grades that follow.

    Raises:
        EntryRefused: an entry that its rule cannot score.
    """
    scorer = Scorer(facts.criteria)
    scored = []
    lines = {}
    for unit in facts.units:
        official = results.official_score(scorer, unit)
        declared = results.declared_score(scorer, unit)
        scored.append((unit, official, declared))
        lines[unit.code] = results.lines_of(facts.criteria, unit, declared, official)
    outcomes = {outcome.unit: outcome for outcome in results.place(facts.criteria, scored)}
    return canonical(
        {
            "format": FORMAT,
            "period": {
                "code": facts.code,
                "title": facts.title,
                "is_illustrative": facts.is_illustrative,
            },
            "criteria": {
                "set": facts.criteria.set,
                "version": facts.criteria.version,
                "sha256": facts.criteria.sha256,
                "body": json.loads(facts.criteria.canonical),
            },
            "clusters": [asdict(one) for one in sorted(facts.clusters, key=lambda one: one.number)],
            "councils": [asdict(one) for one in sorted(facts.councils, key=lambda one: one.name)],
            "units": [
                _unit(unit, outcomes[unit.code], lines[unit.code])
                for unit in sorted(facts.units, key=lambda unit: unit.code)
            ],
        }
    )


def canonical(value: Any) -> str:
    """The one spelling of plain values: sorted keys, no spaces, Decimals as text without useless zeros."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text, allow_nan=False)


def sha256(snapshot: str) -> str:
    """The name of a snapshot."""
    return hashlib.sha256(snapshot.encode()).hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    raise TypeError(f"{type(value).__name__} has no place in a snapshot")


def _unit(unit: results.UnitFacts, outcome: results.Outcome, lines: Mapping[str, results.Line]) -> dict[str, Any]:
    assert outcome.official is not None
    assert outcome.declared is not None
    return {
        "code": unit.code,
        "name": unit.name,
        "short_name": unit.short_name,
        "cluster": unit.cluster,
        "tags": sorted(unit.tags),
        "exclusions": [asdict(one) for one in sorted(unit.exclusions, key=lambda one: (one.decided_at, one.ground))],
        "lines": {code: _line(line) for code, line in lines.items()},
        "declared": _figures(outcome.declared),
        "official": _figures(outcome.official),
        "rank_in_cluster": outcome.rank_in_cluster,
        "rank_overall": outcome.rank_overall,
    }


def _line(line: results.Line) -> dict[str, Any]:
    return {
        **asdict(line.facts),
        "declared": line.declared,
        "declared_state": line.declared_state,
        "points": line.points,
        "state": line.state,
    }


def _figures(figures: results.Figures) -> dict[str, Any]:
    return {
        "base": figures.base,
        "earned": figures.earned,
        "core": figures.core,
        "bonus": figures.bonus,
        "deductions": figures.deductions,
        "total": figures.total,
        "grade": figures.grade,
        "unscored": list(figures.unscored),
        "sections": {
            code: {"earned": section.earned, "base": section.base} for code, section in figures.sections.items()
        },
    }


# back


def facts_of(snapshot: str) -> results.RoundFacts:
    """What the snapshot was computed from, alone."""
    data = json.loads(snapshot)
    return results.RoundFacts(
        code=data["period"]["code"],
        title=data["period"]["title"],
        is_illustrative=data["period"]["is_illustrative"],
        criteria=_criteria(data),
        clusters=_clusters(data),
        councils=tuple(
            results.CouncilFacts(
                name=one["name"],
                method=one["method"],
                members=one["members"],
                codes=tuple(one["codes"]),
                clusters=tuple(one["clusters"]),
            )
            for one in data["councils"]
        ),
        units=tuple(
            results.UnitFacts(
                code=one["code"],
                name=one["name"],
                short_name=one["short_name"],
                cluster=one["cluster"],
                tags=tuple(one["tags"]),
                exclusions=_exclusions(one),
                lines={code: _line_facts(line) for code, line in one["lines"].items()},
            )
            for one in data["units"]
        ),
    )


class Sealed:
    """A snapshot opened for reading: the ranking, and the lines of any unit."""

    def __init__(self, snapshot: str) -> None:
        data = json.loads(snapshot)
        criteria = _criteria(data)
        outcomes = [_outcome(one) for one in data["units"]]
        self.ranking = results.Ranking(
            code=data["period"]["code"],
            title=data["period"]["title"],
            is_illustrative=data["period"]["is_illustrative"],
            criteria=criteria,
            clusters=_clusters(data),
            units=tuple(sorted(outcomes, key=results.order)),
            sha256=sha256(snapshot),
        )
        self._lines: dict[str, dict[str, Any]] = {one["code"]: one["lines"] for one in data["units"]}

    def lines(self, unit: str) -> dict[str, results.Line]:
        """Every criterion of one unit, in the order of the set."""
        stored = self._lines[unit]
        return {leaf.code: _line_of(leaf.code, stored[leaf.code]) for leaf in self.ranking.criteria.all_criteria}

    def entries(self, code: str) -> list[Mapping[str, Any]]:
        """What the units declared for one criterion, of those that declared something."""
        lines = (lines.get(code) for lines in self._lines.values())
        return [line["entry"] for line in lines if line is not None and line["entry"] is not None]

    def points_in_cluster(self, cluster: int, code: str) -> list[Decimal]:
        """The official points of one criterion of all units of a cluster that have some."""
        found = []
        for outcome in self.ranking.by_cluster[cluster]:
            points = self._lines[outcome.unit][code]["points"]
            if points is not None:
                found.append(Decimal(points))
        return found


def _criteria(data: dict[str, Any]) -> CriteriaSet:
    return from_canonical(canonical(data["criteria"]["body"]))


def _clusters(data: dict[str, Any]) -> tuple[results.ClusterFacts, ...]:
    return tuple(results.ClusterFacts(**one) for one in data["clusters"])


def _exclusions(unit: dict[str, Any]) -> tuple[results.ExclusionFact, ...]:
    return tuple(results.ExclusionFact(**one) for one in unit["exclusions"])


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _verdict(data: dict[str, Any] | None) -> results.VerdictFact | None:
    return None if data is None else results.VerdictFact(**{**data, "points": _number(data["points"])})


def _line_facts(data: dict[str, Any]) -> results.LineFacts:
    return results.LineFacts(
        entry=data["entry"],
        note=data["note"],
        review=_verdict(data["review"]),
        after=_verdict(data["after"]),
        appeal=results.AppealFact(**data["appeal"]) if data["appeal"] else None,
    )


def _line_of(code: str, data: dict[str, Any]) -> results.Line:
    return results.Line(
        code=code,
        facts=_line_facts(data),
        declared=_number(data["declared"]),
        declared_state=LineState(data["declared_state"]),
        points=_number(data["points"]),
        state=LineState(data["state"]),
    )


def _figures_of(data: dict[str, Any]) -> results.Figures:
    return results.Figures(
        base=Decimal(data["base"]),
        earned=Decimal(data["earned"]),
        core=Decimal(data["core"]),
        bonus=Decimal(data["bonus"]),
        deductions=Decimal(data["deductions"]),
        total=Decimal(data["total"]),
        grade=data["grade"],
        sections={
            code: SectionScore(code, Decimal(section["earned"]), Decimal(section["base"]))
            for code, section in data["sections"].items()
        },
        unscored=tuple(data["unscored"]),
    )


def _outcome(data: dict[str, Any]) -> results.Outcome:
    return results.Outcome(
        unit=data["code"],
        name=data["name"],
        short_name=data["short_name"],
        cluster=data["cluster"],
        official=_figures_of(data["official"]),
        declared=_figures_of(data["declared"]),
        exclusions=_exclusions(data),
        rank_in_cluster=data["rank_in_cluster"],
        rank_overall=data["rank_overall"],
    )
