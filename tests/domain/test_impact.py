"""Last year's round under a new version: worked by hand, and what always holds."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.impact import Impact, Placing, UnitImpact, impact
from emulation.domain.matching import matches, reduced
from emulation.domain.ranking import Standing, rank
from emulation.domain.rescoring import LastYear
from emulation.domain.scoring import Scorer
from tests.domain.invented import Data, criteria_in, sets, sheets_of
from tests.domain.pairs import OLD, edited, leaf, plain, take, valid

Entries = dict[str, Any]


def declared(old: CriteriaSet, unit: str, entries: Entries, cluster: str | None = "1", **more: Any) -> LastYear:
    """A unit of a sheets file."""
    tags = frozenset(more.pop("tags", ()))
    return LastYear(unit, f"Sở {unit}", cluster, Scorer(old).score(entries, tags), entries, tags, **more)


def decided(
    old: CriteriaSet, unit: str, points: dict[str, str], entries: Entries, skipped: tuple[str, ...] = (), **more: Any
) -> LastYear:
    """A unit of a round whose points were decided by councils."""
    tags = frozenset(more.pop("tags", ()))
    score = Scorer(old).score_points({code: Decimal(one) for code, one in points.items()}, tags, skipped)
    return LastYear(unit, f"Sở {unit}", "1", score, entries, tags, is_official=True, **more)


def of(found: Impact, unit: str) -> UnitImpact:
    return next(one for one in found.units if one.unit == unit)


def said(found: Impact, code: str) -> tuple[int, int, int, str]:
    """(compared, absent, refused, reason or first refusal) of a criterion."""
    one = next(one for one in found.criteria if one.code == code)
    reason = one.match.reason or (one.reasons[0][0] if one.reasons else "")
    return one.compared, one.absent, one.refused, str(reason)


# Old base: (10 + 5 + 5) x 2 + 6 + 4 + 4 = 54.
A = {
    "I.1": {"part": 9, "whole": 10},  # 9
    "I.2": {"met": True},  # 5
    "I.3": {"value": 96},  # 4
    "II.1": {"level": "Tốt"},  # 6
    "II.2": {"met": ["a"]},  # 2
    "II.3": {"count": 2},  # 1
}  # 36 + 9 = 45; 45 / 54 = 83.33
B = {
    "I.1": {"part": 6, "whole": 10},  # 6
    "I.2": {"met": True},  # 5
    "I.3": {"value": 99},  # 5
    "II.1": {"level": "Khá"},  # 4
    "II.2": {"met": ["a", "b"]},  # 4
    "II.3": {"count": 8},  # 4
}  # 32 + 12 = 44; 44 / 54 = 81.48
C = {
    "I.1": {"part": 5, "whole": 10},  # 5
    "I.2": {"met": False},  # 0
    "I.3": {"value": 90},  # 0
    "II.1": {"level": "Kém"},  # 0
    "II.2": {"met": []},  # 0
    "II.3": {"count": 8},  # 4
}  # 10 + 4 = 14; 14 / 54 = 25.93


def round_of(old: CriteriaSet = OLD) -> list[LastYear]:
    return [declared(old, "a", A), declared(old, "b", B), declared(old, "c", C, cluster="2")]


# ---- worked by hand ----


def test_impact_of_another_coefficient() -> None:
    """Section II counts double instead of section I: new base 20 + 28 = 48; a 18 + 18, b 16 + 24, c 5 + 8."""

    def change(data: Data) -> None:
        data["sections"][0]["coefficient"], data["sections"][1]["coefficient"] = "1", "2"

    found = impact(OLD, edited(change), round_of())
    assert [(one.unit, one.whole, one.before, one.after) for one in found.units] == [
        ("a", Placing(Decimal("83.33"), 1, 1), Placing(Decimal("83.33"), 1, 1), Placing(Decimal("75.00"), 2, 2)),
        ("b", Placing(Decimal("81.48"), 2, 2), Placing(Decimal("81.48"), 2, 2), Placing(Decimal("83.33"), 1, 1)),
        ("c", Placing(Decimal("25.93"), 1, 3), Placing(Decimal("25.93"), 1, 3), Placing(Decimal("27.08"), 1, 3)),
    ]
    assert [(one.rise, one.rise_in_cluster) for one in found.units] == [(-1, -1), (1, 1), (0, 0)]
    assert [(one.cluster, one.whole, one.before, one.after, one.is_kept) for one in found.clusters] == [
        ("1", ("a",), ("a",), ("b",), False),
        ("2", ("c",), ("c",), ("c",), True),
    ]
    assert found.kendall_tau_b is not None
    assert found.kendall_tau_b * 3 == pytest.approx(Decimal(1))  # two of three pairs agree: (2 - 1) / 3
    assert found.mean_shift == Decimal("0.67")  # (1 + 1 + 0) / 3
    assert [one.unit for one in found.movers()] == ["a", "b"]
    assert [one.unit for one in found.movers(1)] == ["a"]
    assert (found.covered_before, found.covered_after, found.lost) == (1, 1, ())


def test_impact_leaves_out_on_both_sides_what_has_no_partner() -> None:
    """I.1 dropped, I.4 new: common base 20 + 14 = 34; a (5 + 4) x 2 + 9 = 27, b (5 + 5) x 2 + 12 = 32."""

    def change(data: Data) -> None:
        take(data, "I.1")
        data["sections"][0]["criteria"].append(
            {"code": "I.4", "title": "Công khai", "max": "10", "rule": {"kind": "check"}}
        )

    found = impact(OLD, edited(change), round_of())
    assert of(found, "a").before == of(found, "a").after == Placing(Decimal("79.41"), 2, 2)
    assert of(found, "b").before == of(found, "b").after == Placing(Decimal("94.12"), 1, 1)
    assert of(found, "a").whole == Placing(Decimal("83.33"), 1, 1)
    assert of(found, "a").rise == 0
    assert (found.covered_before, found.covered_after) == (Decimal("0.6296"), Decimal("0.6296"))  # 34 of 54
    assert said(found, "I.4") == (0, 0, 0, "Tiêu chí mới: năm trước không có số liệu.")
    assert [(one.code, str(reason)) for one, reason in found.lost] == [("I.1", "Bản mới bỏ tiêu chí này.")]
    assert found.clusters[0].whole == ("a",)
    assert found.clusters[0].before == found.clusters[0].after == ("b",)


def test_impact_scores_old_entries_by_new_thresholds_and_maxima() -> None:
    """I.1 from 50 to 90 %: a 10, b 2.5, c 0; II.3 twice as much each: a 2, b 4, c 4."""

    def change(data: Data) -> None:
        leaf(data, "I.1")["rule"].update(target="90", floor="50")
        leaf(data, "II.3")["rule"]["each"] = "1"

    found = impact(OLD, edited(change), round_of())
    assert of(found, "a").after == Placing(Decimal("88.89"), 1, 1)  # (10 + 5 + 4) x 2 + 6 + 2 + 2 = 48
    assert of(found, "b").after == Placing(Decimal("68.52"), 2, 2)  # (2.5 + 5 + 5) x 2 + 4 + 4 + 4 = 37
    one = next(one for one in found.criteria if one.code == "I.1")
    assert (one.mean_before, one.mean_after) == (Decimal("0.6667"), Decimal("0.4167"))  # 20 / 30, 12.5 / 30
    assert said(found, "I.1") == (3, 0, 0, "")


def test_impact_takes_a_share_from_a_line_to_steps() -> None:
    """I.3 from steps to a line: the same figures, 96 of 100 gives 4.8."""
    rule = {"kind": "ratio", "target": "100", "floor": "0", "unit": "%"}
    found = impact(OLD, edited(lambda data: leaf(data, "I.3").update(rule=rule)), round_of())
    assert said(found, "I.3") == (3, 0, 0, "")
    assert of(found, "a").after == Placing(Decimal("86.30"), 1, 1)  # (9 + 5 + 4.8) x 2 + 9 = 46.6


def test_impact_takes_an_entry_that_does_not_fit_out_on_both_sides() -> None:
    """The level “Kém” is gone: c is compared without II.1, the others with it."""
    levels = [{"label": "Tốt", "points": "6"}, {"label": "Khá", "points": "4"}]
    found = impact(OLD, edited(lambda data: leaf(data, "II.1")["rule"].update(levels=levels)), round_of())
    assert said(found, "II.1") == (2, 0, 1, "Không có bậc “Kém”.")
    assert [(code, str(reason)) for code, reason in of(found, "c").refused] == [("II.1", "Không có bậc “Kém”.")]
    assert of(found, "c").before == of(found, "c").after == Placing(Decimal("29.17"), 1, 3)  # 14 / 48
    assert of(found, "c").whole == Placing(Decimal("25.93"), 1, 3)
    assert of(found, "a").before == of(found, "a").whole
    assert (found.covered_before, found.covered_after) == (1, 1)


def other_kind(before: str, after: str) -> str:
    return f"Cách chấm đổi từ “{before}” sang “{after}”: số liệu cũ không dùng được."


@pytest.mark.parametrize("policy", ["rebase", "full", "zero"])
def test_what_cannot_be_compared_leaves_the_base_whatever_not_applicable_means(policy: str) -> None:
    """c without II.1, of 48 points, also where "not applicable" would give points or none."""
    old = edited(lambda data: data.update(not_applicable=policy))
    levels = [{"label": "Tốt", "points": "6"}, {"label": "Khá", "points": "4"}]
    new = edited(lambda data: leaf(data, "II.1")["rule"].update(levels=levels), old)
    found = of(impact(old, new, [declared(old, "c", C)]), "c")
    assert found.before == found.after == Placing(Decimal("29.17"), 1, 1)  # 14 / 48


REFUSED = [  # what is changed of which criterion, why it is not compared
    ("I.2", {"rule": {"kind": "judged"}}, other_kind("đạt hoặc không", "mức độ")),
    ("I.2", {"rule": {"kind": "external"}}, other_kind("đạt hoặc không", "Bộ chấm")),
    ("II.2", {"rule": {"kind": "check"}}, other_kind("danh mục", "đạt hoặc không")),
    ("I.1", {"rule": {"kind": "ratio", "target": "100", "unit": "điểm"}}, "Đơn vị tính đổi từ “%” sang “điểm”."),
]


@pytest.mark.parametrize(("code", "values", "reason"), REFUSED)
def test_impact_says_why_a_criterion_is_not_compared(code: str, values: Data, reason: str) -> None:
    found = impact(OLD, edited(lambda data: leaf(data, code).update(values)), round_of())
    assert said(found, code) == (0, 0, 0, reason)
    assert found.lost == ()


def test_points_that_a_person_gave_are_compared_only_on_the_same_scale() -> None:
    old = edited(lambda data: leaf(data, "I.2").update(rule={"kind": "judged", "step": "0.5"}))
    unit = declared(old, "a", A | {"I.2": {"points": 3}})
    stricter = edited(lambda data: leaf(data, "I.2").update(rule={"kind": "judged", "step": "2.5"}))
    assert said(impact(old, stricter, [unit]), "I.2") == (0, 0, 1, "3 không phải bội số của bước 2,5.")
    larger = edited(lambda data: leaf(data, "I.2").update(max="10", rule={"kind": "judged"}))
    assert said(impact(old, larger, [unit]), "I.2") == (
        *(0, 0, 0),
        "Điểm do người chấm cho trên thang 5, không đổi sang thang 10 được.",
    )


def test_criterion_that_changed_between_bonus_and_deductions_is_not_compared() -> None:
    found = impact(OLD, edited(lambda data: data["deductions"].append(take(data, "TH.1"))), round_of())
    assert said(found, "TH.1") == (0, 0, 0, "Chuyển giữa điểm cộng và điểm trừ.")


def test_criterion_that_became_a_bonus_is_compared() -> None:
    """II.3 leaves the base: a 44 / 50 + 1, b 40 / 50 + 4."""
    found = impact(OLD, edited(lambda data: data["bonus"].append(take(data, "II.3"))), round_of())
    assert of(found, "a").after == Placing(Decimal("89.00"), 1, 1)
    assert of(found, "b").after == Placing(Decimal("84.00"), 2, 2)


def test_merged_and_split_criteria_are_told_on_both_sides() -> None:
    def change(data: Data) -> None:
        merged = take(data, "I.2") | {"code": "I.9", "replaces": ["I.2", "I.3"]}
        take(data, "I.3")
        part = take(data, "II.2") | {"replaces": ["II.2"]}
        data["sections"][0]["criteria"].append(merged)
        data["sections"][1]["criteria"] += [part | {"code": "II.8"}, part | {"code": "II.9"}]

    found = impact(OLD, edited(change), round_of())
    assert said(found, "I.9") == (0, 0, 0, "Gộp từ I.2, I.3: số liệu cũ không cộng lại được.")
    assert said(found, "II.8") == (0, 0, 0, "Tách từ II.2: không biết phần nào của số liệu cũ thuộc về đây.")
    assert [(one.code, str(reason)) for one, reason in found.lost] == [
        ("I.2", "Gộp vào I.9."),
        ("I.3", "Gộp vào I.9."),
        ("II.2", "Tách thành II.8, II.9."),
    ]


def test_renumbered_criterion_is_compared() -> None:
    found = impact(OLD, edited(lambda data: leaf(data, "I.1").update(code="I.7", replaces=["I.1"])), round_of())
    assert said(found, "I.7") == (3, 0, 0, "")
    assert all(one.whole == one.before == one.after for one in found.units)


def test_unscored_criterion_stays_in_the_base_of_both_sides() -> None:
    some = {code: entry for code, entry in A.items() if code != "I.1"}
    found = impact(OLD, edited(lambda data: leaf(data, "I.1").update(max="20")), [declared(OLD, "a", some)])
    assert said(found, "I.1") == (0, 1, 0, "")
    assert of(found, "a").before == Placing(Decimal("50.00"), 1, 1)  # 27 / 54
    assert of(found, "a").after == Placing(Decimal("36.49"), 1, 1)  # 27 / 74


def test_excluded_unit_is_told_without_a_place() -> None:
    found = impact(OLD, OLD, [*round_of(), declared(OLD, "x", A, excluded="X.1")])
    assert found.units[-1].unit == "x"
    assert found.units[-1].before == Placing(Decimal("83.33"), None, None)
    assert (found.units[-1].rise, found.units[-1].rise_in_cluster, len(found.ranked)) == (None, None, 3)


def test_sets_without_anything_in_common_compare_nothing() -> None:
    other = plain(OLD)
    for one in criteria_in(other):
        one["code"] = f"Z{one['code']}"
    found = impact(OLD, valid(other), round_of())
    assert [(one.whole.rank_overall, one.before, one.after, one.rise) for one in found.units] == [
        *((1, None, None, None), (2, None, None, None), (3, None, None, None)),
    ]
    assert (found.kendall_tau_b, found.mean_shift, found.movers()) == (None, None, [])
    assert (found.covered_before, found.covered_after) == (0, 0)
    assert [(one.before, one.after) for one in found.clusters] == [((), ()), ((), ())]


def test_clusters_are_listed_by_number() -> None:
    units = [declared(OLD, f"u{name}", A, cluster=name) for name in ("10", "2", "Đông", None)]
    assert [one.cluster for one in impact(OLD, OLD, units).clusters] == ["2", "10", "Đông"]


# ---- not applicable ----


def with_tags(**values: Any) -> CriteriaSet:
    return edited(lambda data: leaf(data, "II.3").update(values))


def test_criterion_that_now_applies_to_more_units_has_no_figures_of_them() -> None:
    old = with_tags(applies_to=["dan-toc"])
    found = impact(old, OLD, [declared(old, "a", A), declared(old, "b", B, tags=["dan-toc"])])
    assert said(found, "II.3") == (1, 0, 1, "Năm trước không áp dụng với đơn vị này nên không có số liệu.")
    assert of(found, "a").before == of(found, "a").after == Placing(Decimal("88.00"), 1, 1)  # 44 / 50


def test_criterion_that_applies_to_fewer_units_leaves_their_base() -> None:
    found = impact(OLD, with_tags(applies_to=["dan-toc"]), [declared(OLD, "a", A)])
    assert (of(found, "a").before, of(found, "a").after) == (
        Placing(Decimal("83.33"), 1, 1),
        Placing(Decimal("88.00"), 1, 1),
    )
    assert said(found, "II.3") == (0, 1, 0, "")


@pytest.mark.parametrize(
    ("policy", "total"), [("rebase", "88.00"), ("full", "88.89"), ("zero", "81.48")]
)  # 44 / 50, 48 / 54, 44 / 54
def test_not_applicable_counts_as_the_new_set_says(policy: str, total: str) -> None:
    old = with_tags(may_skip=True)
    skipping = A | {"II.3": {"not_applicable": True, "reason": "Không có"}}
    new = edited(lambda data: data.update(not_applicable=policy), old)
    found = impact(old, new, [declared(old, "a", skipping)])
    assert of(found, "a").whole.total == of(found, "a").before.total == Decimal("88.00")  # type: ignore[union-attr]
    assert of(found, "a").after == Placing(Decimal(total), 1, 1)
    back = impact(new, old, [declared(new, "a", skipping)])
    assert of(back, "a").whole.total == of(back, "a").before.total == Decimal(total)  # type: ignore[union-attr]
    assert of(back, "a").after == Placing(Decimal("88.00"), 1, 1)


def test_not_applicable_that_may_not_be_declared_any_more_is_not_compared() -> None:
    old = with_tags(may_skip=True)
    found = impact(old, OLD, [declared(old, "a", A | {"II.3": {"not_applicable": True, "reason": "Không có"}})])
    assert said(found, "II.3") == (0, 0, 1, "Năm trước không áp dụng, bản mới không cho khai không áp dụng.")


# ---- points that councils decided ----

POINTS = {"I.1": "8", "I.2": "5", "I.3": "4", "II.1": "6", "II.2": "2", "II.3": "1"}  # I.1 was declared 9


def test_decided_points_hold_where_rule_and_maximum_are_the_same() -> None:
    new = edited(lambda data: data["sections"][0].update(coefficient="1"))
    found = impact(OLD, new, [decided(OLD, "a", POINTS, A)])
    assert of(found, "a").whole == of(found, "a").before == Placing(Decimal("79.63"), 1, 1)  # 43 / 54
    assert of(found, "a").after == Placing(Decimal("76.47"), 1, 1)  # 26 / 34


def test_where_the_rule_changed_the_declared_figures_are_scored_and_it_is_said() -> None:
    new = edited(lambda data: leaf(data, "I.1")["rule"].update(target="90"))
    found = impact(OLD, new, [decided(OLD, "a", POINTS, A), decided(OLD, "b", POINTS | {"I.1": "6"}, B)])
    one = next(one for one in found.criteria if one.code == "I.1")
    assert (one.compared, one.adjusted) == (2, 1)  # of a the council had taken one point
    assert of(found, "a").after == Placing(Decimal("87.04"), 1, 1)  # (10 + 5 + 4) x 2 + 9 = 47


def test_decided_points_without_figures_cannot_be_scored_by_another_rule() -> None:
    new = edited(lambda data: leaf(data, "I.1")["rule"].update(target="90"))
    sentence = "Có điểm của Bộ nhưng không có số liệu kê khai để chấm theo cách mới."
    without = {code: entry for code, entry in A.items() if code != "I.1"}
    assert said(impact(OLD, new, [decided(OLD, "a", POINTS, without)]), "I.1") == (0, 0, 1, sentence)
    skipping = A | {"I.1": {"not_applicable": True}}
    assert said(impact(OLD, new, [decided(OLD, "a", POINTS, skipping)]), "I.1") == (0, 0, 1, sentence)


def test_points_of_the_ministry_hold_on_the_same_scale_only() -> None:
    old = edited(lambda data: leaf(data, "I.2").update(rule={"kind": "external"}))
    unit = decided(old, "a", POINTS, {})
    assert said(impact(old, edited(lambda data: data.update(title="Khác"), old), [unit]), "I.2") == (1, 0, 0, "")
    larger = edited(lambda data: leaf(data, "I.2").update(max="10"), old)
    assert said(impact(old, larger, [unit]), "I.2")[3] == (
        "Điểm do người chấm cho trên thang 5, không đổi sang thang 10 được."
    )


def test_decided_not_applicable_leaves_the_base() -> None:
    old = with_tags(may_skip=True)
    points = {code: one for code, one in POINTS.items() if code != "II.3"}
    found = impact(old, old, [decided(old, "a", points, A, skipped=("II.3",))])
    assert of(found, "a").whole == of(found, "a").before == of(found, "a").after
    assert said(found, "II.3") == (0, 1, 0, "")


def test_decided_points_are_written_with_the_decimals_of_the_new_set() -> None:
    old = edited(lambda data: leaf(data, "I.1").update(rule={"kind": "external"}))
    coarse = edited(lambda data: data.update(precision=0), old)
    unit = decided(old, "a", POINTS | {"I.1": "7.5"}, {})
    assert of(impact(old, coarse, [unit]), "a").after == Placing(Decimal(80), 1, 1)  # 8 for 7.5: 43 / 54 = 79.6
    fine = edited(lambda data: data.update(precision=4), old)
    assert of(impact(old, fine, [unit]), "a").after == Placing(Decimal("77.7778"), 1, 1)  # 42 / 54


# ---- the set of the common part ----


def test_reduced_set_keeps_what_is_named_and_drops_empty_sections_and_their_ties() -> None:
    old = edited(lambda data: data.update(tie_breakers=["section:II", "deductions", "section:I"]))
    found = reduced(old, frozenset({"I.1", "I.3", "TR.1"}))
    assert list(found.by_code) == ["I.1", "I.3", "TR.1"]
    assert [(one.code, one.coefficient) for one in found.sections] == [("I", 2)]
    assert found.tie_breakers == ("deductions", "section:I")
    assert found.base == 30
    assert reduced(old, frozenset()).sections == ()


def test_matches_say_whether_points_still_hold() -> None:
    new = edited(lambda data: leaf(data, "I.1").update(title="Khác", max="10.0"))
    assert all(one.unchanged and one.reason is None for one in matches(OLD, new))
    assert not matches(OLD, edited(lambda data: leaf(data, "I.1").update(max="9")))[0].unchanged


# ---- what always holds ----


def read(data: Data) -> CriteriaSet:
    return load(json.dumps(data, ensure_ascii=False))


@st.composite
def invented_rounds(draw: Any) -> tuple[Data, list[tuple[str, str, Entries, list[str]]]]:
    """A set and up to six units: code, cluster, entries, tags."""
    data = draw(sets())
    units = []
    for i in range(draw(st.integers(1, 6))):
        entries, tags = draw(sheets_of(data))
        units.append((f"u{i}", draw(st.sampled_from("12")), entries, tags))
    return data, units


def scored(criteria: CriteriaSet, units: list[tuple[str, str, Entries, list[str]]]) -> list[LastYear]:
    """The units to which something applies."""
    every = {tag for leaf in criteria.all_criteria for tag in leaf.applies_to} | {"dan-toc"}
    found = []
    for unit, cluster, entries, tags in units:
        applicable = [leaf for leaf in criteria.leaves if leaf.applies(frozenset(tags))]
        asked = [leaf for leaf in applicable if not entries.get(leaf.code, {}).get("not_applicable")]
        used = tags if asked else sorted(every)
        kept = entries if asked else {}
        found.append(declared(criteria, unit, kept, cluster, tags=used))
    return found


@settings(max_examples=80)
@given(invented_rounds())
def test_the_same_set_changes_nothing(made: tuple[Data, list[tuple[str, str, Entries, list[str]]]]) -> None:
    data, units = made
    criteria = read(data)
    found = impact(criteria, criteria, scored(criteria, units))
    for one in found.units:
        assert one.whole == one.before == one.after
        assert (one.rise, one.rise_in_cluster, one.refused) == (0, 0, ())
    assert found.kendall_tau_b in (None, 1)
    assert (found.mean_shift, found.movers(), found.lost) == (0, [], ())
    assert (found.covered_before, found.covered_after) == (1, 1)
    assert all(one.is_kept for one in found.clusters)


@settings(max_examples=80)
@given(invented_rounds(), st.data())
def test_what_is_compared_whole_ranks_as_the_new_set_ranks(
    made: tuple[Data, list[tuple[str, str, Entries, list[str]]]], draw: st.DataObject
) -> None:
    """New weights, scale, caps, policies, ties and codes: every entry fits, so the new set alone gives the answer."""
    data, units = made
    old = read(data)
    new_data = json.loads(json.dumps(data))
    for section in new_data["sections"]:
        section["coefficient"] = draw.draw(st.sampled_from(("1", "2", "0.5")))
    new_data["scale"] = draw.draw(st.sampled_from((None, "100", "40")))
    new_data["not_applicable"] = draw.draw(st.sampled_from(("rebase", "full", "zero")))
    new_data["bonus_cap"] = draw.draw(st.sampled_from((None, "1")))
    new_data["tie_breakers"] = draw.draw(st.permutations(["deductions", "bonus", "progress"]))
    new_data["sections"] = draw.draw(st.permutations(new_data["sections"]))
    codes: dict[str, str] = {}
    for criterion in criteria_in(new_data):
        if draw.draw(st.booleans()):
            codes[criterion["code"]] = f"N{criterion['code']}"
            criterion["replaces"] = [criterion["code"]]
            criterion["code"] = codes[criterion["code"]]
    new = read(new_data)
    round_ = scored(old, units)
    found = impact(old, new, round_)
    alone = rank(
        new,
        [
            Standing(
                one.unit,
                one.name,
                one.cluster,
                Scorer(new).score({codes.get(code, code): entry for code, entry in one.entries.items()}, one.tags),
            )
            for one in round_
        ],
    )
    expected = {one.unit: Placing(one.score.total, one.rank_in_cluster, one.rank_overall) for one in alone}
    assert {one.unit: one.after for one in found.units} == expected
    assert all(one.whole == one.before for one in found.units)


@settings(max_examples=60)
@given(invented_rounds(), sets())
def test_any_new_set_is_answered_and_every_unit_counted_once(
    made: tuple[Data, list[tuple[str, str, Entries, list[str]]]], other: Data
) -> None:
    data, units = made
    old, new = read(data), read(other)
    round_ = scored(old, units)
    found = impact(old, new, round_)
    assert sorted(one.unit for one in found.units) == sorted(one.unit for one in round_)
    assert [one.code for one in found.criteria] == list(new.by_code)
    for one in found.criteria:
        counted = one.compared + one.absent + one.refused
        assert counted == (0 if one.match.reason else len(round_))
        assert sum(times for _, times in one.reasons) == one.refused
    assert 0 <= found.covered_before <= 1
    assert 0 <= found.covered_after <= 1
    assert {code for one in found.units for code, _ in one.refused} == {
        one.code for one in found.criteria if one.refused
    }
