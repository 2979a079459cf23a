"""Comparisons as plain values for `--json`; the structure is documented in docs/comparing-versions.md.

Points are text with the decimals of their set, as `emulation rank` gives them; statistics are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from emulation.domain.burden import Burden, burden, grown, measures
from emulation.domain.changes import Change
from emulation.domain.criteria import CriteriaSet
from emulation.domain.differences import Differences, Line
from emulation.domain.impact import CriterionImpact, Impact, Placing, UnitImpact
from emulation.domain.numbers import half_up, units_to_points
from emulation.words import Phrase


def _head(criteria: CriteriaSet) -> dict[str, Any]:
    return {
        "set": criteria.set,
        "version": criteria.version,
        "sha256": criteria.sha256,
        "title": criteria.title,
        "status": criteria.status,
    }


def _words(phrase: Phrase | None) -> str | None:
    return None if phrase is None else str(phrase)


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _base(criteria: CriteriaSet) -> str | None:
    exact = criteria.base * 10**criteria.precision
    return _plain(units_to_points(half_up(exact.numerator, exact.denominator), criteria.precision))


def differences_json(found: Differences) -> dict[str, Any]:
    """A comparison of two versions."""
    was, now = burden(found.old), burden(found.new)
    return {
        "old": _head(found.old),
        "new": _head(found.new),
        "same": found.is_same,
        "counts": {status.value: times for status, times in found.counts.items()},
        "moved": found.moved,
        "base": {"before": _base(found.old), "after": _base(found.new)},
        "burden": {
            "before": _burden(was),
            "after": _burden(now),
            "grown": [str(phrase) for phrase in grown(now, was)],
        },
        "head": _changes(found.head),
        "lines": [_line(line) for line in found.lines],
    }


def _burden(one: Burden) -> dict[str, Any]:
    return {
        measure.key: _number(measure.value) if measure.key == "hours" else int(measure.value)
        for measure in measures(one)
    }


def _changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [
        {
            "aspect": change.aspect.value,
            "key": change.key,
            "label": str(change.label),
            "before": _words(change.before),
            "after": _words(change.after),
        }
        for change in changes
    ]


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "part": line.root.value,
        "depth": line.depth,
        "status": line.status.value,
        "code": line.code,
        "title": line.title,
        "origins": list(line.origins),
        "max_before": _plain(line.maximum_before),
        "max": _plain(line.maximum),
        "moved": line.move is not None,
        "move": _words(line.move),
        "probably": line.twin,
        "is_doubtful": line.is_doubtful,
        "changes": _changes(line.changes),
    }


def impact_json(found: Impact) -> dict[str, Any]:
    """The impact of a new version on last year's round."""
    tau = found.kendall_tau_b
    return {
        "old": _head(found.old),
        "new": _head(found.new),
        "covered": {"before": _number(found.covered_before), "after": _number(found.covered_after)},
        "summary": {
            "units": len(found.units),
            "ranked": len(found.ranked),
            "kendall_tau_b": _number(tau),
            "mean_shift": _number(found.mean_shift),
            "clusters": len(found.clusters),
            "winners_kept": sum(1 for cluster in found.clusters if cluster.is_kept),
            "movers": [one.unit for one in found.movers()],
        },
        "clusters": [
            {
                "cluster": cluster.cluster,
                "whole": list(cluster.whole),
                "before": list(cluster.before),
                "after": list(cluster.after),
                "kept": cluster.is_kept,
            }
            for cluster in found.clusters
        ],
        "units": [_unit(one) for one in found.units],
        "criteria": [_criterion(one) for one in found.criteria],
        "lost": [
            {"code": criterion.code, "title": criterion.title, "reason": str(reason)}
            for criterion, reason in found.lost
        ],
    }


def _number(value: Decimal | None) -> float | None:
    """A statistic, to six decimals: never points."""
    return None if value is None else float(round(value, 6))


def _placing(placing: Placing | None) -> dict[str, Any] | None:
    if placing is None:
        return None
    return {
        "total": str(placing.total),
        "rank_in_cluster": placing.rank_in_cluster,
        "rank_overall": placing.rank_overall,
    }


def _unit(one: UnitImpact) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "name": one.name,
        "cluster": one.cluster,
        "excluded": one.excluded,
        "whole": _placing(one.whole),
        "before": _placing(one.before),
        "after": _placing(one.after),
        "rise": one.rise,
        "rise_in_cluster": one.rise_in_cluster,
        "refused": [{"code": code, "reason": str(reason)} for code, reason in one.refused],
    }


def _criterion(one: CriterionImpact) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.match.new.title,
        "origin": one.match.old.code if one.match.old else None,
        "is_compared": one.match.reason is None,
        "reason": _words(one.match.reason),
        "compared": one.compared,
        "absent": one.absent,
        "refused": one.refused,
        "refusals": [{"example": str(reason), "units": times} for reason, times in one.reasons],
        "adjusted": one.adjusted,
        "mean_share_before": _number(one.mean_before),
        "mean_share_after": _number(one.mean_after),
    }
