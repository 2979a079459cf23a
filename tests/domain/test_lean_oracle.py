"""The lean report against a slow second opinion that takes criteria really out of the set, and properties of it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.criteria import CriteriaSet, from_canonical
from emulation.domain.lean import LeanReport, lean_report, units_of
from emulation.domain.ranking import Standing
from emulation.domain.scoring import Scorer
from tests.domain import invented, lean_oracle

Data = dict[str, Any]
CLOSE = 1e-9


@st.composite
def rounds(draw: Any, largest: int = 6) -> tuple[Data, list[Data]]:
    """A set with evidence asked for here and there, and the units of a sheets file that have a base under it."""
    data = draw(invented.sets())
    for leaf in invented.criteria_in(data):
        leaf["evidence"] = {"required": draw(st.booleans())}
    units = []
    for i in range(draw(st.integers(0, largest))):
        entries, tags = draw(invented.sheets_of(data))
        unit = {
            "unit": f"{i:02d}",
            "cluster": draw(st.sampled_from((None, "1", "2"))),
            "tags": tags,
            "entries": entries,
            "excluded": draw(st.sampled_from((None, None, None, "X.1"))),
        }
        if lean_oracle.sheet(data, unit).base:
            units.append(unit)
    return data, units


def criteria_of(data: Data) -> CriteriaSet:
    return from_canonical(json.dumps(data))


def report_of(data: Data, units: list[Data]) -> LeanReport:
    criteria = criteria_of(data)
    scorer = Scorer(criteria)
    standings = [
        Standing(
            unit["unit"], unit["unit"], unit["cluster"], scorer.score(unit["entries"], unit["tags"]), unit["excluded"]
        )
        for unit in units
    ]
    return lean_report(criteria, units_of(standings))


@given(rounds())
@settings(max_examples=60)
def test_every_criterion_is_as_the_slow_opinion_says(round_: tuple[Data, list[Data]]) -> None:
    data, units = round_
    report = report_of(data, units)

    assert [item.code for item in report.items] == [leaf["code"] for leaf in lean_oracle.every_leaf(data)]
    for item in report.items:
        wanted = lean_oracle.item(data, units, item.code)
        found = {name: getattr(item, name) for name in wanted}
        assert found == pytest.approx(wanted, abs=CLOSE), item.code


@given(rounds(largest=5))
@settings(max_examples=40)
def test_keeping_k_criteria_is_as_the_slow_opinion_says(round_: tuple[Data, list[Data]]) -> None:
    data, units = round_
    report = report_of(data, units)

    for found, wanted in zip(report.keep[::-1], lean_oracle.keep_each(data, units), strict=True):
        assert {name: getattr(found, name) for name in wanted if name not in ("kept", "dropped")} == pytest.approx(
            {name: value for name, value in wanted.items() if name not in ("kept", "dropped")}, abs=CLOSE
        )
        assert (found.kept, found.dropped) == (wanted["kept"], wanted["dropped"])


@settings(max_examples=40)
@given(rounds(), st.randoms(use_true_random=False))
def test_order_of_the_units_does_not_matter(round_: tuple[Data, list[Data]], random: Any) -> None:
    data, units = round_
    mixed = list(units)
    random.shuffle(mixed)
    assert report_of(data, mixed) == report_of(data, units)


@given(rounds())
@settings(max_examples=40)
def test_all_criteria_reproduce_the_ranking_and_every_k_stands_there_once(round_: tuple[Data, list[Data]]) -> None:
    data, units = round_
    report = report_of(data, units)
    last = report.keep[-1]

    assert [row.k for row in report.keep] == list(range(1, len(report.core) + 1))
    assert last.kept == tuple(item.code for item in report.core)
    assert last.kendall_tau_b in (1.0, None)
    if report.ranked:
        assert (last.winners_kept, last.mean_rank_shift) == (report.clusters, 0.0)
    for smaller, larger in zip(report.keep, report.keep[1:], strict=False):
        if smaller.kept:
            assert set(larger.kept) - set(smaller.kept) == {smaller.dropped}


@given(rounds())
@settings(max_examples=40)
def test_no_figure_leaves_its_bounds(round_: tuple[Data, list[Data]]) -> None:
    report = report_of(*round_)
    for item in report.items:
        for share in (item.mean_share, item.at_max, item.at_zero):
            assert share is None or 0 <= share <= 1
        assert item.sd_share is None or 0 <= item.sd_share <= 0.5 + CLOSE
        assert item.item_rest_correlation is None or -1 <= item.item_rest_correlation <= 1
    for row in report.keep:
        assert row.kendall_tau_b is None or -1 <= row.kendall_tau_b <= 1 + CLOSE
