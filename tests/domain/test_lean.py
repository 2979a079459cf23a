"""The lean report: worked by hand, at its edges, and the candidates it names."""

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.lean import LeanReport, lean_report, units_of
from emulation.domain.lean_candidates import Action
from emulation.domain.lean_json import lean_json
from emulation.domain.lean_ranks import LeanUnit, Rescorer
from emulation.domain.ranking import Standing
from emulation.domain.scoring import Scorer

HEAD = """
set: thu
version: "1"
title: Bộ tiêu chí thử (minh họa)
status: illustrative
scale: 100
sections:
  - code: I
    title: Một
    criteria:
"""


def set_of(*leaves: str, head: str = HEAD, tail: str = "") -> CriteriaSet:
    """A set of one section with these leaves, each "code" or "code, key: value; ...", of 10 points by default."""
    rows = []
    for leaf in leaves:
        code, _, more = leaf.partition(", ")
        keys = {"max": "max: 10", "rule": "rule: {kind: judged, step: 1}"}
        keys |= {one.partition(":")[0]: one for one in more.split("; ") if one}
        rows.append(f"      - {{code: {code}, title: Tiêu chí {code}, {', '.join(keys.values())}}}")
    return load(head + "\n".join(rows) + "\n" + tail)


def report_of(criteria: CriteriaSet, units: dict[str, tuple[str | None, dict[str, Any]]], **more: Any) -> LeanReport:
    """The report of {unit: (cluster, points by code)}; `excluded` names units that are."""
    scorer = Scorer(criteria)
    excluded = more.get("excluded", ())
    tags = more.get("tags", {})
    standings = []
    for unit, (cluster, points) in units.items():
        entries = {code: one if isinstance(one, dict) else {"points": one} for code, one in points.items()}
        score = scorer.score(entries, tags.get(unit, ()))
        standings.append(Standing(unit, unit, cluster, score, "X.1" if unit in excluded else None))
    return lean_report(criteria, units_of(standings))


FOUR = {
    "P1": ("1", {"A": 10, "B": 8, "C": 2}),
    "P2": ("1", {"A": 10, "B": 6, "C": 5}),
    "P3": ("2", {"A": 10, "B": 4, "C": 0}),
    "P4": ("2", {"A": 8, "B": 2, "C": 9}),
}


def test_four_units_by_hand() -> None:
    """Core = 100 x sum / 30: P1 66.67, P2 70.00, P3 46.67, P4 63.33; ranks 2, 1, 4, 3; winners P2 and P4.

    Without A, of 20: 50, 55, 20, 55, ranks 3, 1, 4, 1: shifts 1, 0, 0, 2, mean 0.75; the winners stay.
    Without B: 60, 75, 50, 85, ranks 3, 2, 4, 1: shifts 1, 1, 0, 2, mean 1; the winners stay.
    Without C: 90, 80, 70, 50, ranks 1, 2, 3, 4: shifts 1 each, mean 1; both winners change.

    A has shares 1, 1, 1, 0.8: mean 0.95, deviations 0.05 x 3 and -0.15, variance 0.03 / 4. Against 50, 55, 20, 55
    (mean 45, deviations 5, 10, -25, 10): r = (0.05 x -10 - 0.15 x 10) / sqrt(0.03 x 850) = -2 / sqrt(25.5).
    B has 0.8, 0.6, 0.4, 0.2, variance 0.2 / 4; against 60, 75, 50, 85: r = -5 / sqrt(0.2 x 725).
    C has 0.2, 0.5, 0, 0.9, variance 0.46 / 4; against 90, 80, 70, 50: r = -13 / sqrt(0.46 x 875).
    """
    report = report_of(set_of("A", "B", "C"), FOUR)
    found = {
        item.code: (
            item.mean_share,
            item.sd_share,
            item.at_max,
            item.at_zero,
            item.item_rest_correlation,
            item.rank_shift_if_dropped,
            item.awards_changed_if_dropped,
        )
        for item in report.items
    }
    assert found["A"] == pytest.approx((0.95, math.sqrt(0.0075), 0.75, 0, -2 / math.sqrt(25.5), 0.75, 0))
    assert found["B"] == pytest.approx((0.5, math.sqrt(0.05), 0, 0, -5 / math.sqrt(145), 1, 0))
    assert found["C"] == pytest.approx((0.4, math.sqrt(0.115), 0, 0.25, -13 / math.sqrt(402.5), 1, 2))
    assert (report.units, report.ranked, report.clusters) == (4, 4, 2)


def test_keeping_k_of_three_by_hand() -> None:
    """From A, B, C the first to leave is A, whose shifts sum to 3 (B and C: 4).

    Of B and C, both sum to 4 again. Without B only C counts: 2, 5, 0, 9, ranks 3, 2, 4, 1, both winners stay. Without
    C only B counts: 8, 6, 4, 2, ranks 1, 2, 3, 4, both winners change. So B leaves.

    tau-b of ranks 2, 1, 4, 3 with 3, 1, 4, 1 (B and C): 4 pairs agree, P1 and P4 do not, P2 and P4 are tied in the
    second: (4 - 1) / sqrt(6 x 5). With 3, 2, 4, 1 (C): P4 passes P2 and P1: (4 - 2) / 6.
    """
    rows = report_of(set_of("A", "B", "C"), FOUR).keep
    assert [(row.k, row.kept, row.dropped, row.winners_kept) for row in rows] == [
        (1, ("C",), "B", 2),
        (2, ("B", "C"), "A", 2),
        (3, ("A", "B", "C"), None, 2),
    ]
    assert [row.kendall_tau_b for row in rows] == pytest.approx([2 / 6, 3 / math.sqrt(30), 1])
    assert [row.mean_rank_shift for row in rows] == pytest.approx([1, 0.75, 0])


def test_among_equals_the_criterion_that_asks_for_evidence_leaves_first_then_the_last() -> None:
    units = {"P1": ("1", {"A": 9, "B": 9, "C": 9}), "P2": ("1", {"A": 5, "B": 5, "C": 5})}
    plain = report_of(set_of("A", "B", "C"), units)
    asked = report_of(set_of("A", "B, evidence: {required: true}", "C"), units)

    assert [row.dropped for row in plain.keep] == ["B", "C", None]
    assert [row.dropped for row in asked.keep] == ["C", "B", None]


def test_excluded_units_count_in_the_item_statistics_and_in_no_rank() -> None:
    units = FOUR | {"P5": ("1", {"A": 0, "B": 10, "C": 10})}
    report = report_of(set_of("A", "B", "C"), units, excluded={"P5"})
    item = report.by_code["A"]

    assert (report.units, report.ranked, item.scored) == (5, 4, 5)
    assert (item.mean_share, item.at_zero) == pytest.approx((3.8 / 5, 0.2))
    assert item.rank_shift_if_dropped == 0.75  # as without P5


def test_shares_are_over_the_units_that_were_scored() -> None:
    """P2 gave nothing for B (it stays in the base with 0), B does not apply to P3."""
    criteria = set_of("A", "B, applies_to: [x]", "C")
    units = {
        "P1": ("1", {"A": 10, "B": 5, "C": 1}),
        "P2": ("1", {"A": 10, "C": 2}),
        "P3": ("1", {"A": 10, "C": 3}),
        "P4": ("1", {"A": 10, "B": 10, "C": 0}),
    }
    item = report_of(criteria, units, tags={"P1": ["x"], "P2": ["x"], "P4": ["x"]}).by_code["B"]

    assert (item.scored, item.mean_share, item.at_max, item.at_zero) == (2, 0.75, 0.5, 0)
    assert item.item_rest_correlation is None  # two units


def test_what_is_not_defined_is_none() -> None:
    report = report_of(set_of("A", "B", "C"), {"P1": (None, {"A": 3}), "P2": (None, {"A": 3}), "P3": (None, {"A": 3})})
    constant, unscored = report.by_code["A"], report.by_code["B"]

    assert (constant.sd_share, constant.item_rest_correlation) == (0, None)
    assert (unscored.scored, unscored.mean_share, unscored.sd_share, unscored.at_max) == (0, None, None, None)
    assert [row.kendall_tau_b for row in report.keep] == [None, None, None]  # all tied
    assert [row.winners_kept for row in report.keep] == [0, 0, 0]  # no clusters
    assert constant.rank_shift_if_dropped == 0


def test_nobody_at_all_and_nobody_ranked() -> None:
    criteria = set_of("A", "B")
    for units, excluded in (({}, ()), ({"P1": ("1", {"A": 1})}, ("P1",))):
        report = report_of(criteria, units, excluded=excluded)
        assert [item.rank_shift_if_dropped for item in report.items] == [None, None]
        assert [item.awards_changed_if_dropped for item in report.items] == [None, None]
        assert [(row.kendall_tau_b, row.winners_kept) for row in report.keep] == [(None, None), (None, None)]


def test_a_criterion_that_is_all_a_unit_has_cannot_leave() -> None:
    """A applies to P1 alone and B to P2 alone: without one of them a unit has no base, so no two become one."""
    criteria = set_of("A, applies_to: [x]", "B, applies_to: [y]", "C, applies_to: [y]")
    units = {"P1": ("1", {"A": 5}), "P2": ("1", {"B": 4, "C": 2}), "P3": ("1", {"B": 1, "C": 3})}
    report = report_of(criteria, units, tags={"P1": ["x"], "P2": ["y"], "P3": ["y"]})

    assert [item.rank_shift_if_dropped is None for item in report.items] == [True, False, False]
    assert report.by_code["A"].awards_changed_if_dropped is None
    assert [(row.k, bool(row.kept)) for row in report.keep] == [(1, False), (2, True), (3, True)]
    assert (report.keep[0].kendall_tau_b, report.keep[0].winners_kept) == (None, None)


def test_bonus_and_deductions_stay_and_can_be_dropped_too() -> None:
    """P2 leads by its bonus of 2 points, P1 loses one point: 80 - 1 against 78 + 2."""
    tail = """bonus_cap: 2
tie_breakers: [deductions]
bonus:
  - {code: B.1, title: Thưởng, max: 5, rule: {kind: judged, step: 1}}
deductions:
  - {code: D.1, title: Trừ, max: 5, rule: {kind: judged, step: 1}}
"""
    criteria = set_of("A", "C, max: 90", tail=tail)
    units = {"P1": ("1", {"A": 8, "C": 72, "D.1": 1}), "P2": ("1", {"A": 6, "C": 72, "B.1": 4})}
    report = report_of(criteria, units)
    bonus, deduction = report.outside

    assert [row.k for row in report.keep] == [1, 2]
    assert (bonus.scored, bonus.mean_share, bonus.rank_shift_if_dropped, bonus.awards_changed_if_dropped) == (
        1,
        0.8,
        1,
        1,
    )
    assert (deduction.mean_share, deduction.rank_shift_if_dropped, deduction.awards_changed_if_dropped) == (0.2, 0.5, 1)


def test_figures_beyond_64_bits_are_as_exact() -> None:
    """Maxima of three million million at four decimals: products of ten to the 34th on the way. P1 leads by 0.0001."""
    head = HEAD.replace("scale: 100", 'scale: 9999999999999\nprecision: 4\ntie_breakers: ["section:I", progress]')
    huge = "max: 3000000000000"
    criteria = load(
        head
        + "".join(
            f"      - {{code: {code}, title: T, {huge}, rule: {{kind: judged, step: 0.0001}}}}\n" for code in "ABC"
        )
    )
    most = Decimal("3000000000000")
    units = {
        "P1": ("1", {"A": most, "B": most - Decimal("0.0001"), "C": 5}),
        "P2": ("1", {"A": most - Decimal("0.0002"), "B": most, "C": 5}),
        "P3": ("1", {"A": 1, "B": 2, "C": 5}),
    }
    report = report_of(criteria, units)

    assert [item.rank_shift_if_dropped for item in report.items] == pytest.approx([2 / 3, 0, 0])
    assert [item.awards_changed_if_dropped for item in report.items] == [1, 0, 0]
    assert report.by_code["C"].item_rest_correlation is None
    assert report.by_code["A"].item_rest_correlation == pytest.approx(1)
    rescorer = Rescorer(criteria, [])
    assert rescorer.points.dtype == object


# ---- candidates ----


def many(count: int, **points: Any) -> dict[str, tuple[str | None, dict[str, Any]]]:
    """So many units in one cluster; each value is points for all, or a function of the place."""
    return {
        f"P{i:02d}": ("1", {code: one(i) if callable(one) else one for code, one in points.items() if one is not None})
        for i in range(count)
    }


def actions(report: LeanReport) -> list[tuple[str, str]]:
    return [(one.code, one.action.value) for one in report.candidates]


def test_what_says_the_same_is_one_group_and_correlates_1() -> None:
    units = many(12, A=lambda i: i % 11, B=lambda i: i % 11, C=lambda i: (i * 7) % 11)
    report = report_of(set_of("A", "B", "C"), units)

    assert [(group.codes, group.lowest) for group in report.groups] == [(("A", "B"), 1.0)]


def test_fewer_than_ten_units_drop_and_merge_nothing() -> None:
    units = many(9, A=lambda i: i, B=lambda i: i, C=10)
    report = report_of(set_of("A", "B", "C"), units)

    assert (report.groups, report.candidates, report.together) == ((), (), None)


def test_a_flat_criterion_and_a_copy_are_dropped_while_the_ranking_stays() -> None:
    """C is the maximum for all and B copies A: A alone gives the ranking of all three, so B and C may go."""
    units = many(11, A=lambda i: i, B=lambda i: i, C=10)
    report = report_of(set_of("A", "B", "C"), units)

    assert actions(report) == [("C", "drop"), ("B", "drop")]
    assert report.together is not None
    assert (report.together.kept, report.together.kendall_tau_b, report.together.winners_kept) == (("A",), 1.0, 1)
    assert [str(reason) for reason in report.candidates[0].reasons] == [
        "Mọi đơn vị được chấm đều bằng điểm nhau.",
        "Bỏ riêng thì thứ hạng đổi bình quân 0 bậc, không cụm nào đổi đơn vị dẫn đầu.",
        "Bỏ cùng các tiêu chí đứng trước thì thứ hạng vẫn gần như cũ (tau-b 1).",
    ]
    assert str(report.candidates[1].reasons[-1]) == "Đo gần như cùng một điều với A (tương quan từ 1)."


def test_copies_that_matter_together_are_merged_into_the_one_that_agrees_best() -> None:
    """A and B carry half of the ranking each and say the same; without one of them C decides: tau-b falls."""
    units = many(12, A=lambda i: i % 11, B=lambda i: i % 11, C=lambda i: (i * 5) % 11, D=lambda i: (i * 4 + 3) % 11)
    report = report_of(set_of("A", "B", "C", "D"), units)

    assert ("B", "merge") in actions(report)
    merged = next(one for one in report.candidates if one.action is Action.MERGE)
    assert str(merged.reasons[0]) == "Đo gần như cùng một điều với A (tương quan từ 1): gộp vào A."


def test_what_nobody_was_scored_on_can_go_but_a_deduction_has_done_its_work() -> None:
    tail = """bonus:
  - {code: B.1, title: Thưởng, max: 5, rule: {kind: judged, step: 1}}
deductions:
  - {code: D.1, title: Trừ, max: 5, rule: {kind: judged, step: 1}}
"""
    report = report_of(set_of("A", "C", tail=tail), many(3, A=lambda i: i))

    assert actions(report) == [("C", "drop"), ("B.1", "drop")]
    assert str(report.candidates[1].reasons[0]) == "Không đơn vị nào được chấm ở tiêu chí này."
    assert report.together is not None
    assert report.together.kept == ("A",)


def test_what_exists_already_is_automated_evidence_first() -> None:
    criteria = set_of(
        'A, source: "Cơ sở dữ liệu ngành"',
        "B",
        'C, source: "Hệ thống quản lý văn bản"; evidence: {required: true}',
        'D, source: "Hệ thống quản lý văn bản của Bộ"; rule: {kind: external}',
        'E, source: "Báo cáo của Sở"',
    )
    report = report_of(criteria, many(3, A=lambda i: i, B=1, C=2, D=3, E=lambda i: 5 - i))

    assert actions(report) == [("C", "automate"), ("A", "automate")]
    assert str(report.candidates[0].reasons[0]) == (
        "Số liệu đã có ở “Hệ thống quản lý văn bản”: lấy thẳng từ đó, đơn vị khỏi kê khai và nộp minh chứng."
    )


# ---- a finished period ----


def test_cost_counts_files_gaps_and_explanations() -> None:
    """P1 gave itself 9 and got 7, P2 gave 6 and got 6; P3 was not scored: gap (-0.2 + 0) / 2."""
    criteria = set_of('A, source: "Cơ sở dữ liệu ngành"')
    scorer = Scorer(criteria)

    def unit(code: str, own: int | None, official: int | None, files: int, explained: bool) -> LeanUnit:
        score = scorer.score_points({"A": None if official is None else Decimal(official)})
        return LeanUnit(
            code=code,
            name=code,
            cluster="1",
            lines=score.line_units,
            states=score.states,
            declared=[None if own is None else own * 100],
            explained=frozenset({"A"} if explained else ()),
            files={"A": (files, 1000 * files)} if files else {},
        )

    report = lean_report(
        criteria,
        [unit("P1", 9, 7, 2, True), unit("P2", 6, 6, 0, False), unit("P3", 5, None, 1, False)],
    )
    cost = report.by_code["A"].cost

    assert cost is not None
    assert (cost.files, cost.bytes) == (3, 3000)
    assert (cost.existing_share, cost.gap, cost.explained_share) == pytest.approx((0.5, -0.1, 0.5))
    assert str(report.candidates[0].reasons[-1]) == "Các đơn vị đã nộp 3 tệp minh chứng."


def test_json_has_six_decimals_and_null_where_nothing_is_defined() -> None:
    found = lean_json(report_of(set_of("A", "B", "C"), FOUR))

    assert found["criteria"][1] == {
        "code": "B",
        "scored": 4,
        "mean_share": 0.5,
        "sd_share": 0.223607,
        "at_max": 0.0,
        "at_zero": 0.0,
        "item_rest_correlation": -0.415227,
        "rank_shift_if_dropped": 1.0,
        "awards_changed_if_dropped": 0,
        "evidence_required": False,
        "from_existing_data": False,
    }
    assert found["keep"][1] == {
        "k": 2,
        "kendall_tau_b": 0.547723,
        "winners_kept": 2,
        "mean_rank_shift": 0.75,
        "kept": ["B", "C"],
        "dropped": "A",
    }
    assert lean_json(report_of(set_of("A"), {}))["criteria"][0]["mean_share"] is None


def test_progress_ends_where_it_said() -> None:
    said: list[tuple[int, int]] = []
    criteria = set_of("A", "B", "C", "D")
    lean_report(criteria, [], lambda done, of: said.append((done, of)))

    assert said == [(4, 9), (7, 9), (9, 9)]


def test_ranks_agree_with_numpy_free_ranking_for_a_tie_of_three() -> None:
    rescorer = Rescorer(
        set_of("A"),
        units_of(
            Standing(name, name, "1", Scorer(set_of("A")).score({"A": {"points": points}}))
            for name, points in (("a", 5), ("b", 7), ("c", 5), ("d", 5), ("e", 1))
        ),
    )
    assert rescorer.full_ranks.tolist() == [2, 1, 2, 2, 5]
    assert rescorer.full_ranks.dtype == np.int64
