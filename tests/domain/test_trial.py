"""A rule tried on declared figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from emulation.domain.criteria import Criterion
from emulation.domain.trial import trial


def criterion(**rule: Any) -> Criterion:
    return Criterion.model_validate({"code": "A", "title": "A", "max": "10", "rule": rule})


def test_trial_counts_points_best_first_and_what_does_not_fit() -> None:
    steps = criterion(kind="steps", steps=[{"from": "90", "points": "10"}, {"from": "80", "points": "5"}])
    entries = [{"value": "95"}, {"part": 8, "whole": 10}, {"value": "85"}, {"value": "10"}, {"level": "Tốt"}]
    found = trial(steps, [*entries, {"not_applicable": True, "reason": "không có"}], 2)
    assert found.counts == ((Decimal("10.00"), 1), (Decimal("5.00"), 2), (Decimal("0.00"), 1))
    assert (found.scored, found.refused, found.median, found.is_coarse) == (4, 1, Decimal("5.00"), True)


def test_trial_of_many_different_results_has_a_median() -> None:
    ratio = criterion(kind="ratio", target="100")
    found = trial(ratio, [{"value": n} for n in range(10, 80, 10)], 2)
    assert (found.is_coarse, found.median) == (False, Decimal("4.00"))
    assert trial(ratio, [{"value": 10}, {"value": 20}], 2).median == Decimal("1.50")


def test_trial_of_nothing() -> None:
    found = trial(criterion(kind="check"), [], 2)
    assert (found.counts, found.scored, found.refused, found.median) == ((), 0, 0, None)
