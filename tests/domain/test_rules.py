"""The nine ways of scoring: golden tables with one row per example, and every refusal with its field."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from emulation.domain.rules import KINDS, Rule
from emulation.errors import Invalid
from emulation.words import Phrase
from tests.domain import oracle
from tests.domain.invented import entries_for, rules

Data = dict[str, Any]
LEVELS = [{"label": "Tốt", "points": 5}, {"label": "Khá", "points": "3.125"}, {"label": "Chưa đạt", "points": 0}]
ITEMS = [
    {"code": "a", "label": "A", "points": 2},
    {"code": "b", "label": "B", "points": "1.005"},
    {"code": "c", "label": "C", "points": 3},
]
STEPS = [{"from": 98, "points": 5}, {"from": 95, "points": 4}, {"from": "90.5", "points": "2.335"}]
FEWER = [{"from": 0, "points": 5}, {"from": 2, "points": 3}, {"from": "5.5", "points": 1}]


def rule(kind: str, **parameters: Any) -> Rule:
    """A rule as a file would give it."""
    return KINDS[kind].model_validate({"kind": kind, **parameters})


JUDGED = rule("judged")
JUDGED_EIGHTH = rule("judged", step="0.125")
BY_LEVEL = rule("levels", levels=LEVELS)
CHECK = rule("check")
LIST = rule("checklist", items=ITEMS)
SHARE = rule("ratio", target=100, floor=0, unit="%")
STRICT = rule("ratio", target="99.5", floor=90, unit="%")
LOWER = rule("ratio", target="0.5", floor=5, better="lower", unit="%")
BY_STEP = rule("steps", steps=STEPS, unit="%")
BY_FEWER = rule("steps", steps=FEWER, better="lower", unit="vụ")
COUNT = rule("count", each="0.5")
COUNT_THIRD = rule("count", each="0.335")
GAIN = rule("progress", full_gain=5, ceiling="99.9", unit="%")
GAIN_OPEN = rule("progress", full_gain=3)
LESS = rule("progress", full_gain=4, ceiling=2, better="lower")
MINISTRY = rule("external")

GOLDEN = [  # what the row shows, rule, max, precision, entry, points
    # judged: as given, 0..max, a multiple of step
    ("judged-0", JUDGED, "10", 2, {"points": 0}, "0.00"),
    ("judged-max", JUDGED, "10", 2, {"points": 10}, "10.00"),
    ("judged-comma", JUDGED, "10", 2, {"points": "8,5"}, "8.50"),
    ("judged-point", JUDGED, "10", 2, {"points": "8.5"}, "8.50"),
    ("judged-decimal", JUDGED, "10", 2, {"points": Decimal("8.250")}, "8.25"),
    ("judged-minus-zero", JUDGED, "10", 2, {"points": "-0"}, "0.00"),
    ("judged-finer-step-rounds-half-up", JUDGED_EIGHTH, "10", 2, {"points": "0.125"}, "0.13"),
    ("judged-finer-step-375", JUDGED_EIGHTH, "10", 2, {"points": "0.375"}, "0.38"),
    ("judged-whole-points-only", rule("judged", step=1), "10", 0, {"points": 7}, "7"),
    ("judged-step-0.1-is-exact", rule("judged", step="0.1"), "1", 2, {"points": "0.3"}, "0.30"),
    # levels: that level's points
    ("levels-best", BY_LEVEL, "5", 2, {"level": "Tốt"}, "5.00"),
    ("levels-rounded", BY_LEVEL, "5", 2, {"level": "Khá"}, "3.13"),
    ("levels-none", BY_LEVEL, "5", 2, {"level": "Chưa đạt"}, "0.00"),
    ("levels-decomposed-letters", BY_LEVEL, "5", 2, {"level": "Kha\u0301"}, "3.13"),
    ("levels-space-around", BY_LEVEL, "5", 2, {"level": " Tốt "}, "5.00"),
    ("levels-number-as-label", rule("levels", levels=[{"label": 1, "points": 2}]), "5", 2, {"level": 1}, "2.00"),
    # check: max or 0
    ("check-met", CHECK, "4", 2, {"met": True}, "4.00"),
    ("check-not-met", CHECK, "4", 2, {"met": False}, "0.00"),
    ("check-half-points", CHECK, "0.25", 2, {"met": True}, "0.25"),
    # checklist: sum of the items met, at most max
    ("checklist-none", LIST, "5", 2, {"met": []}, "0.00"),
    ("checklist-one", LIST, "5", 2, {"met": ["a"]}, "2.00"),
    ("checklist-rounds-the-sum-half-up", LIST, "5", 2, {"met": ["b", "a"]}, "3.01"),
    ("checklist-exactly-max", LIST, "5", 2, {"met": ["a", "c"]}, "5.00"),
    ("checklist-above-max", LIST, "5", 2, {"met": ["a", "b", "c"]}, "5.00"),
    ("checklist-tuple", LIST, "5", 2, {"met": ("a",)}, "2.00"),
    # ratio: 0 at floor and beyond, max at target and beyond, linear between
    ("ratio-README-95-of-98", SHARE, "10", 2, {"part": 95, "whole": 98}, "9.69"),
    ("ratio-third", SHARE, "10", 2, {"part": 1, "whole": 3}, "3.33"),
    ("ratio-two-thirds", SHARE, "10", 2, {"part": 2, "whole": 3}, "6.67"),
    ("ratio-997-of-998", SHARE, "10", 2, {"part": 997, "whole": 998}, "9.99"),
    ("ratio-none", SHARE, "10", 2, {"part": 0, "whole": 98}, "0.00"),
    ("ratio-all", SHARE, "10", 2, {"part": 98, "whole": 98}, "10.00"),
    ("ratio-tie-of-a-finite-quotient", SHARE, "10", 2, {"part": 1, "whole": 2000}, "0.01"),
    ("ratio-tie-of-an-endless-quotient", SHARE, "3", 2, {"part": 1, "whole": 600}, "0.01"),
    ("ratio-tie-at-the-top", SHARE, "10", 2, {"part": 1999, "whole": 2000}, "10.00"),
    ("ratio-just-below-a-tie", SHARE, "10", 2, {"part": 999, "whole": 2000000}, "0.00"),
    ("ratio-part-with-decimals", SHARE, "10", 2, {"part": "1,5", "whole": "4,5"}, "3.33"),
    ("ratio-value", SHARE, "10", 2, {"value": "96,5"}, "9.65"),
    ("ratio-value-tie", SHARE, "10", 2, {"value": "0.05"}, "0.01"),
    ("ratio-value-below-a-tie", SHARE, "10", 2, {"value": "0.0499999999"}, "0.00"),
    ("ratio-value-above-100", SHARE, "10", 2, {"value": 120}, "10.00"),
    ("ratio-below-floor", STRICT, "10", 2, {"value": "89.99"}, "0.00"),
    ("ratio-at-floor", STRICT, "10", 2, {"value": 90}, "0.00"),
    ("ratio-at-floor-by-part", STRICT, "10", 2, {"part": 9, "whole": 10}, "0.00"),
    ("ratio-above-floor", STRICT, "10", 2, {"value": "90.01"}, "0.01"),
    ("ratio-between", STRICT, "10", 2, {"value": "94.75"}, "5.00"),
    ("ratio-kept-exact-until-rounded", STRICT, "10", 2, {"part": 997, "whole": 1002}, "10.00"),
    ("ratio-below-target", STRICT, "10", 2, {"value": "99.49"}, "9.99"),
    ("ratio-at-target", STRICT, "10", 2, {"value": "99.5"}, "10.00"),
    ("ratio-at-target-by-part", STRICT, "10", 2, {"part": 199, "whole": 200}, "10.00"),
    ("ratio-above-target", STRICT, "10", 2, {"value": "99.51"}, "10.00"),
    ("ratio-lower-beyond-target", LOWER, "3", 2, {"value": 0}, "3.00"),
    ("ratio-lower-at-target", LOWER, "3", 2, {"part": 1, "whole": 200}, "3.00"),
    ("ratio-lower-between", LOWER, "3", 2, {"part": 275, "whole": 10000}, "1.50"),
    ("ratio-lower-just-worse-than-target", LOWER, "3", 2, {"value": "0.51"}, "2.99"),
    ("ratio-lower-just-better-than-floor", LOWER, "3", 2, {"value": "4.99"}, "0.01"),
    ("ratio-lower-at-floor", LOWER, "3", 2, {"value": 5}, "0.00"),
    ("ratio-lower-beyond-floor", LOWER, "3", 2, {"value": "5.01"}, "0.00"),
    ("ratio-precision-0-tie", SHARE, "10", 0, {"value": "5"}, "1"),
    ("ratio-precision-4", SHARE, "10", 4, {"part": 1, "whole": 3}, "3.3333"),
    # steps: the first step reached, best first; `from` is included; none: 0
    ("steps-above-best", BY_STEP, "5", 2, {"value": 100}, "5.00"),
    ("steps-at-best", BY_STEP, "5", 2, {"value": 98}, "5.00"),
    ("steps-at-best-by-part", BY_STEP, "5", 2, {"part": 49, "whole": 50}, "5.00"),
    ("steps-below-best", BY_STEP, "5", 2, {"value": "97.99"}, "4.00"),
    ("steps-a-hair-below-best", BY_STEP, "5", 2, {"part": 979999999999, "whole": 1000000000000}, "4.00"),
    ("steps-at-second", BY_STEP, "5", 2, {"value": 95}, "4.00"),
    ("steps-below-second-rounds-half-up", BY_STEP, "5", 2, {"value": "94.9"}, "2.34"),
    ("steps-at-last", BY_STEP, "5", 2, {"part": 181, "whole": 200}, "2.34"),
    ("steps-none-reached", BY_STEP, "5", 2, {"value": "90.4999"}, "0.00"),
    ("steps-lower-at-best", BY_FEWER, "5", 2, {"value": 0}, "5.00"),
    ("steps-lower-worse-than-best", BY_FEWER, "5", 2, {"value": "0.5"}, "3.00"),
    ("steps-lower-at-second", BY_FEWER, "5", 2, {"value": 2}, "3.00"),
    ("steps-lower-at-last", BY_FEWER, "5", 2, {"value": "5,5"}, "1.00"),
    ("steps-lower-none-reached", BY_FEWER, "5", 2, {"value": "5,51"}, "0.00"),
    # count: count x each, at most max
    ("count-0", COUNT, "2", 2, {"count": 0}, "0.00"),
    ("count-below-max", COUNT, "2", 2, {"count": 3}, "1.50"),
    ("count-at-max", COUNT, "2", 2, {"count": 4}, "2.00"),
    ("count-above-max", COUNT, "2", 2, {"count": 5}, "2.00"),
    ("count-far-above-max", COUNT, "2", 2, {"count": 9999999999999}, "2.00"),
    ("count-rounds-the-product", COUNT_THIRD, "2", 2, {"count": 1}, "0.34"),
    ("count-rounds-the-product-once", COUNT_THIRD, "2", 2, {"count": 3}, "1.01"),
    ("count-text", COUNT, "2", 2, {"count": " 3 "}, "1.50"),
    ("count-thousands-with-a-space", rule("count", each="0.001"), "2", 2, {"count": "1 234"}, "1.23"),
    ("count-3.0-is-whole", COUNT, "2", 2, {"count": "3,0"}, "1.50"),
    # progress: linear in the gain, max at full_gain and beyond, or where `now` has reached the ceiling
    ("progress-no-change", GAIN, "5", 2, {"before": 90, "now": 90}, "0.00"),
    ("progress-loss", GAIN, "5", 2, {"before": 90, "now": 80}, "0.00"),
    ("progress-gain", GAIN, "5", 2, {"before": 90, "now": "92,5"}, "2.50"),
    ("progress-below-full-gain", GAIN, "5", 2, {"before": 90, "now": "94.99"}, "4.99"),
    ("progress-at-full-gain", GAIN, "5", 2, {"before": 90, "now": 95}, "5.00"),
    ("progress-above-full-gain", GAIN, "5", 2, {"before": 80, "now": 95}, "5.00"),
    ("progress-below-ceiling", GAIN, "5", 2, {"before": "99.8", "now": "99.89"}, "0.09"),
    ("progress-at-ceiling", GAIN, "5", 2, {"before": "99.9", "now": "99.9"}, "5.00"),
    ("progress-above-ceiling-after-a-loss", GAIN, "5", 2, {"before": 100, "now": "99.95"}, "5.00"),
    ("progress-third", GAIN_OPEN, "1", 2, {"before": 1, "now": 2}, "0.33"),
    ("progress-two-thirds", GAIN_OPEN, "1", 2, {"before": 1, "now": 3}, "0.67"),
    ("progress-tie", GAIN_OPEN, "3", 2, {"before": 1, "now": "1.005"}, "0.01"),
    ("progress-negative-figures", GAIN_OPEN, "3", 2, {"before": "-2", "now": "-1"}, "1.00"),
    ("progress-0.3-less-0.2-is-exact", rule("progress", full_gain="0.1"), "3", 2, {"before": "0.2", "now": "0.3"},
     "3.00"),
    ("progress-gain-of-more-than-28-digits", rule("progress", full_gain="3999999999999.9999998"), "1", 2,
     {"before": "0.0000000010000000000000001", "now": 20000000000}, "0.00"),
    ("progress-gain-of-fewer-digits-at-the-tie", rule("progress", full_gain="3999999999999.9999998"), "1", 2,
     {"before": "0.000000001", "now": 20000000000}, "0.01"),
    ("progress-lower-gain", LESS, "2", 2, {"before": 20, "now": 17}, "1.50"),
    ("progress-lower-loss", LESS, "2", 2, {"before": 17, "now": 20}, "0.00"),
    ("progress-lower-full", LESS, "2", 2, {"before": 20, "now": 16}, "2.00"),
    ("progress-lower-above-ceiling", LESS, "2", 2, {"before": "2.01", "now": "2.01"}, "0.00"),
    ("progress-lower-at-ceiling", LESS, "2", 2, {"before": 2, "now": 2}, "2.00"),
    ("progress-lower-beyond-ceiling", LESS, "2", 2, {"before": 0, "now": 1}, "2.00"),
    # external: as given, 0..max, no step
    ("external-0", MINISTRY, "3", 2, {"points": 0}, "0.00"),
    ("external-max", MINISTRY, "3", 2, {"points": 3}, "3.00"),
    ("external-any-hundredth", MINISTRY, "3", 2, {"points": "2,52"}, "2.52"),
    ("external-rounds-half-up", MINISTRY, "3", 2, {"points": "2.005"}, "2.01"),
    ("external-just-below-a-tie", MINISTRY, "3", 2, {"points": "2.00499999999999999999"}, "2.00"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("way", "maximum", "precision", "entry", "points"), [row[1:] for row in GOLDEN], ids=[row[0] for row in GOLDEN]
)
def test_rule_gives_the_points_of_the_golden_table(
    way: Rule, maximum: str, precision: int, entry: Data, points: str
) -> None:
    assert str(way.points(entry, Decimal(maximum), precision)) == points
    plain = way.model_dump(by_alias=True)
    entry = {key: value.strip().replace(" ", "") if isinstance(value, str) else value for key, value in entry.items()}
    if "level" not in entry:
        exact = oracle.points(plain, Fraction(maximum), entry)
        assert oracle.shown(oracle.half_up(exact, precision), precision) == points


def test_golden_table_shows_every_kind() -> None:
    assert {row[1].kind for row in GOLDEN} == set(KINDS) == set(oracle.KINDS)


NO_NUMBER = "Cần một số, ví dụ 8,5."
WANTS_SHARE = "Thiếu hoặc thừa số liệu: cần part + whole / value."
REFUSED = [  # what the row shows, rule, entry (max is 5), field, sentence
    ("judged-above-max", JUDGED, {"points": "5.25"}, "points", "5,25 điểm nằm ngoài khoảng từ 0 đến 5."),
    ("judged-a-hair-above-max", JUDGED, {"points": "5.000000001"}, "points",
     "5,000000001 điểm nằm ngoài khoảng từ 0 đến 5."),
    ("judged-negative", JUDGED, {"points": "-0.25"}, "points", "−0,25 điểm nằm ngoài khoảng từ 0 đến 5."),
    ("judged-step", JUDGED, {"points": "3.1"}, "points", "3,1 không phải bội số của bước 0,25."),
    ("judged-a-hair-off-the-step", JUDGED, {"points": "3.2500000001"}, "points",
     "3,2500000001 không phải bội số của bước 0,25."),
    ("judged-two-marks", JUDGED, {"points": "8,5,1"}, "points",
     "“8,5,1” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
    ("judged-thousands-mark", JUDGED, {"points": "1.234,5"}, "points",
     "“1.234,5” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
    ("judged-empty", JUDGED, {"points": ""}, "points", "Chưa nhập số."),
    ("judged-spaces", JUDGED, {"points": " \u00a0 "}, "points", "Chưa nhập số."),
    ("judged-none", JUDGED, {"points": None}, "points", "Chưa nhập số."),
    ("judged-true", JUDGED, {"points": True}, "points", NO_NUMBER),
    ("judged-float", JUDGED, {"points": 2.5}, "points", NO_NUMBER),
    ("judged-list", JUDGED, {"points": [2]}, "points", NO_NUMBER),
    ("judged-NaN", JUDGED, {"points": Decimal("NaN")}, "points", "“NaN” không phải là một số."),
    ("judged-sNaN", JUDGED, {"points": Decimal("sNaN")}, "points", "“sNaN” không phải là một số."),
    ("judged-infinity", JUDGED, {"points": Decimal("-Infinity")}, "points", "“-Infinity” không phải là một số."),
    ("judged-text-NaN", JUDGED, {"points": "NaN"}, "points", "“NaN” không phải là một số."),
    ("judged-1e400", JUDGED, {"points": Decimal("1e400")}, "points", "Số 1E+400 quá lớn hoặc quá nhỏ."),
    ("judged-text-1e1", JUDGED, {"points": "1e1"}, "points", "“1e1” không phải là một số."),
    ("judged-arabic-digits", JUDGED, {"points": "٣"}, "points", "“٣” không phải là một số."),
    ("judged-fullwidth-digits", JUDGED, {"points": "３"}, "points", "“３” không phải là một số."),
    ("judged-split-digits", JUDGED, {"points": "3 5"}, "points", "“3 5” không phải là một số."),
    ("judged-very-long", JUDGED, {"points": "1" * 100_000}, "points", f"Số {'1' * 60} quá lớn hoặc quá nhỏ."),
    ("judged-very-long-commas", JUDGED, {"points": "1," * 100_000 + "1"}, "points",
     f"“{'1,' * 30}” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
    ("judged-wrong-key", JUDGED, {"point": 3}, "point", "Số liệu “point” không thuộc cách chấm “mức độ”."),
    ("judged-extra-key", JUDGED, {"points": 3, "value": 3}, "value", "Số liệu “value” không thuộc cách chấm “mức độ”."),
    ("judged-no-key", JUDGED, {}, "points", "Thiếu hoặc thừa số liệu: cần points."),
    ("judged-only-explained", JUDGED, {"explanation": "x"}, "points", "Thiếu hoặc thừa số liệu: cần points."),
    ("judged-explanation-no-text", JUDGED, {"points": 3, "explanation": 5}, "explanation",
     "“explanation” phải là văn bản."),
    ("judged-reason-no-text", JUDGED, {"points": 3, "reason": ["x"]}, "reason", "“reason” phải là văn bản."),
    ("levels-unknown", BY_LEVEL, {"level": "Giỏi"}, "level", "Không có bậc “Giỏi”."),
    ("levels-case", BY_LEVEL, {"level": "tốt"}, "level", "Không có bậc “tốt”."),
    ("levels-list", BY_LEVEL, {"level": ["Tốt"]}, "level", "Không có bậc “”."),
    ("levels-true", BY_LEVEL, {"level": True}, "level", "Không có bậc “”."),
    ("levels-none", BY_LEVEL, {"level": None}, "level", "Không có bậc “”."),
    ("levels-very-long", BY_LEVEL, {"level": "x" * 10_000}, "level", f"Không có bậc “{'x' * 80}”."),
    ("levels-points", BY_LEVEL, {"points": 5}, "points", "Số liệu “points” không thuộc cách chấm “bậc”."),
    ("check-text", CHECK, {"met": "true"}, "met", "Chọn đạt hoặc không đạt."),
    ("check-1", CHECK, {"met": 1}, "met", "Chọn đạt hoặc không đạt."),
    ("check-0", CHECK, {"met": 0}, "met", "Chọn đạt hoặc không đạt."),
    ("check-none", CHECK, {"met": None}, "met", "Chọn đạt hoặc không đạt."),
    ("check-list", CHECK, {"met": []}, "met", "Chọn đạt hoặc không đạt."),
    ("checklist-unknown", LIST, {"met": ["a", "z"]}, "met", "Danh mục không có mục “z”."),
    ("checklist-twice", LIST, {"met": ["a", "b", "a"]}, "met", "Mục “a” được chọn hai lần."),
    ("checklist-text", LIST, {"met": "abc"}, "met", "Danh mục phải là danh sách mã."),
    ("checklist-true", LIST, {"met": True}, "met", "Danh mục phải là danh sách mã."),
    ("checklist-keys", LIST, {"met": {"a": True}}, "met", "Danh mục phải là danh sách mã."),
    ("checklist-list-in-list", LIST, {"met": [["a"]]}, "met", "Danh mục không có mục “”."),
    ("checklist-none-in-list", LIST, {"met": [None]}, "met", "Danh mục không có mục “”."),
    ("ratio-part-above-whole", SHARE, {"part": 99, "whole": 98}, "part", "Số đạt 99 lớn hơn tổng số 98."),
    ("ratio-part-a-hair-above-whole", SHARE, {"part": "98.000000001", "whole": 98}, "part",
     "Số đạt 98,000000001 lớn hơn tổng số 98."),
    ("ratio-whole-0", SHARE, {"part": 0, "whole": 0}, "whole", "Tổng số phải lớn hơn 0."),
    ("ratio-whole-negative", SHARE, {"part": 0, "whole": -5}, "whole", "Tổng số phải lớn hơn 0."),
    ("ratio-part-negative", SHARE, {"part": -1, "whole": 5}, "part", "−1 nhỏ hơn 0."),
    ("ratio-value-negative", SHARE, {"value": "-0,5"}, "value", "−0,5 nhỏ hơn 0."),
    ("ratio-percent-sign", SHARE, {"value": "96,5%"}, "value", "“96,5%” không phải là một số."),
    ("ratio-part-only", SHARE, {"part": 5}, "whole", WANTS_SHARE),
    ("ratio-whole-only", SHARE, {"whole": 5}, "part", WANTS_SHARE),
    ("ratio-both-ways", SHARE, {"part": 1, "whole": 2, "value": 50}, "part", WANTS_SHARE),
    ("ratio-part-and-value", SHARE, {"part": 1, "value": 50}, "part", WANTS_SHARE),
    ("ratio-nothing", SHARE, {}, "value", WANTS_SHARE),
    ("ratio-part-text", SHARE, {"part": "chín", "whole": 10}, "part", "“chín” không phải là một số."),
    ("ratio-part-text-decomposed", SHARE, {"part": "chi\u0301n", "whole": 10}, "part",
     "“chi\u0301n” không phải là một số."),
    ("ratio-whole-none", SHARE, {"part": 1, "whole": None}, "whole", "Chưa nhập số."),
    ("steps-part-above-whole", BY_STEP, {"part": 2, "whole": 1}, "part", "Số đạt 2 lớn hơn tổng số 1."),
    ("steps-value-list", BY_STEP, {"value": [1]}, "value", NO_NUMBER),
    ("steps-wrong-key", BY_STEP, {"points": 1}, "points", "Số liệu “points” không thuộc cách chấm “tỷ lệ theo bậc”."),
    ("count-fraction", COUNT, {"count": "2,5"}, "count", "2,5 không phải là số nguyên."),
    ("count-negative", COUNT, {"count": -1}, "count", "−1 nhỏ hơn 0."),
    ("count-thousands-point-is-no-whole", COUNT, {"count": "1.234"}, "count", "1,234 không phải là số nguyên."),
    ("count-true", COUNT, {"count": True}, "count", NO_NUMBER),
    ("count-too-large", COUNT, {"count": 10**13}, "count", "Số 10000000000000 quá lớn hoặc quá nhỏ."),
    ("count-enormous", COUNT, {"count": 10**6000}, "count", f"Số 1{'0' * 59} quá lớn hoặc quá nhỏ."),
    ("progress-now-missing", GAIN, {"before": 1}, "now", "Thiếu hoặc thừa số liệu: cần before + now."),
    ("progress-value", GAIN, {"value": 1}, "value", "Số liệu “value” không thuộc cách chấm “mức tiến bộ”."),
    ("progress-before-empty", GAIN, {"before": "", "now": 5}, "before", "Chưa nhập số."),
    ("progress-now-text", GAIN, {"before": 5, "now": "tăng"}, "now", "“tăng” không phải là một số."),
    ("progress-too-small", GAIN, {"before": 5, "now": "0.0000000001"}, "now", "Số 1E-10 quá lớn hoặc quá nhỏ."),
    ("progress-too-many-digits", GAIN, {"before": 5, "now": "0." + "3" * 29}, "now", "Số này có quá nhiều chữ số."),
    ("external-above-max", MINISTRY, {"points": "5.001"}, "points", "5,001 điểm nằm ngoài khoảng từ 0 đến 5."),
    ("external-negative", MINISTRY, {"points": -1}, "points", "−1 điểm nằm ngoài khoảng từ 0 đến 5."),
    ("external-wrong-key", MINISTRY, {"met": True}, "met", "Số liệu “met” không thuộc cách chấm “Bộ chấm”."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("way", "entry", "field", "sentence"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_rule_refuses_at_the_field_with_a_sentence(way: Rule, entry: Data, field: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        way.points(entry, Decimal(5), 2)
    assert (refused.value.field, str(refused.value), refused.value.status) == (field, sentence, 422)


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.decimals()
ODD |= st.lists(st.text(max_size=3), max_size=3) | st.dictionaries(st.text(max_size=3), st.none(), max_size=2)
KEYS = st.sampled_from(["points", "level", "met", "part", "whole", "value", "count", "before", "now", "reason", "x"])


@settings(max_examples=100)
@given(st.sampled_from(GOLDEN), st.dictionaries(KEYS, ODD, max_size=3))
def test_rule_scores_any_entry_or_refuses_it_by_name(row: Any, entry: Data) -> None:
    _, way, maximum, precision, _, _ = row
    points, refused = Decimal(0), None
    try:
        points = way.points(entry, Decimal(maximum), precision)
    except Invalid as error:
        refused = error
    assert refused is None or (refused.field is not None and str(refused)[-1] == ".")
    assert 0 <= points <= Decimal(maximum)
    assert refused is not None or points.as_tuple().exponent == -precision


@settings(max_examples=100)
@given(st.data())
def test_rule_gives_the_points_of_the_oracle(draw: st.DataObject) -> None:
    maximum = draw.draw(st.sampled_from(("10", "5", "3", "2.5")))
    plain = draw.draw(rules(maximum))
    entry = draw.draw(entries_for(plain, maximum))
    precision = draw.draw(st.integers(1, 4))
    expected = oracle.half_up(oracle.points(plain, Fraction(maximum), entry), precision)
    way = rule(**plain)
    assert list(way.problems(Decimal(maximum))) == []
    assert str(way.points(entry, Decimal(maximum), precision)) == oracle.shown(expected, precision)


@settings(max_examples=100)
@given(st.data())
def test_better_figures_never_give_fewer_points(draw: st.DataObject) -> None:
    maximum = Decimal(10)
    plain = draw.draw(rules("10").filter(lambda one: one["kind"] in ("ratio", "steps", "count", "progress")))
    way = rule(**plain)
    worse, better = sorted(draw.draw(st.lists(st.integers(0, 12000), min_size=2, max_size=2)))
    if plain.get("better") == "lower":
        worse, better = better, worse
    key = {"count": "count", "progress": "now"}.get(plain["kind"], "value")
    more: Data = {"before": 40} if key == "now" else {}
    figures = [figure if key == "count" else Decimal(figure).scaleb(-2) for figure in (worse, better)]
    low, high = (way.points({key: figure, **more}, maximum, 2) for figure in figures)
    assert low <= high


@pytest.mark.parametrize("kind", KINDS)
def test_rule_refuses_unknown_parameters(kind: str) -> None:
    plain = next(row[1] for row in GOLDEN if row[1].kind == kind).model_dump(by_alias=True)
    with pytest.raises(ValidationError):
        rule(**plain, weight=2)


def test_rule_takes_its_parameters_only_by_the_names_of_the_format() -> None:
    with pytest.raises(ValidationError):
        rule("steps", steps=[{"start": 90, "points": 1}])


@pytest.mark.parametrize("number", [8.5, True, "8,5,1", "NaN", Decimal("Infinity"), Decimal("1e13"), "", None, "٣"])
def test_rule_refuses_parameters_that_are_no_figures(number: Any) -> None:
    with pytest.raises(ValidationError):
        rule("count", each=number)


# ---- words ----

WORKINGS = [  # rule, max, entry, sentence (UI.md, "One criterion, one row")
    (JUDGED, "10", {"points": "8,5"}, "Mức 8,5 trên 10"),
    (BY_LEVEL, "5", {"level": " Tốt"}, "Bậc “Tốt”"),
    (CHECK, "5", {"met": True}, "Đạt"),
    (CHECK, "5", {"met": False}, "Không đạt"),
    (LIST, "5", {"met": ["a"]}, "1 trên 3 mục đạt"),
    (SHARE, "10", {"part": 95, "whole": 98}, "95/98 ≈ 96,94 %"),
    (SHARE, "10", {"part": 1, "whole": 8}, "1/8 = 12,5 %"),
    (SHARE, "10", {"part": 1, "whole": 800}, "1/800 ≈ 0,13 %"),
    (SHARE, "10", {"part": 98, "whole": 98}, "98/98 = 100 % ≥ 100 %, đạt mức tối đa"),
    (SHARE, "10", {"value": 0}, "0 %, chưa vượt mức 0 điểm là 0 %"),
    (STRICT, "10", {"value": "94,75"}, "94,75 %; (94,75 − 90) : (99,5 − 90) × 10"),
    (LOWER, "3", {"value": "0,5"}, "0,5 % ≤ 0,5 %, đạt mức tối đa"),
    (BY_STEP, "5", {"part": 97, "whole": 100}, "97/100 = 97 % ≥ 95 %"),
    (BY_STEP, "5", {"value": 90}, "90 %, chưa đạt bậc nào"),
    (BY_FEWER, "5", {"value": 1}, "1 vụ ≤ 2 vụ"),
    (COUNT, "2", {"count": 3}, "3 × 0,5"),
    (COUNT, "2", {"count": 5}, "5 × 0,5, nhiều nhất 2"),
    (GAIN, "5", {"before": 90, "now": "92,5"}, "90 → 92,5 %, tiến bộ 2,5; 2,5 : 5 × 5"),
    (GAIN, "5", {"before": 90, "now": 96}, "90 → 96 %, tiến bộ 6, đạt mức tối đa"),
    (GAIN, "5", {"before": 90, "now": 89}, "90 → 89 %, không tiến bộ"),
    (GAIN, "5", {"before": 90, "now": 100}, "90 → 100 %, đã đạt ngưỡng 99,9 %"),
    (MINISTRY, "3", {"points": "2,52"}, "Bộ chấm 2,52 trên 3"),
]


@pytest.mark.parametrize(("way", "maximum", "entry", "sentence"), WORKINGS, ids=[row[3] for row in WORKINGS])
def test_working_says_how_the_points_follow(way: Rule, maximum: str, entry: Data, sentence: str) -> None:
    assert str(way.working(entry, Decimal(maximum))) == sentence


SUMMARIES = [
    (JUDGED, "Mức độ: từ 0 đến 5 điểm, bước 0,25"),
    (BY_LEVEL, "Bậc: 3 mức, cao nhất 5 điểm"),
    (CHECK, "Đạt hoặc không: 5 điểm hoặc 0"),
    (LIST, "Danh mục: 3 mục, nhiều nhất 5 điểm"),
    (STRICT, "Tỷ lệ: 90 % được 0 điểm, 99,5 % được 5 điểm"),
    (BY_STEP, "Tỷ lệ theo bậc: 3 bậc, 98 % được 5 điểm"),
    (COUNT, "Đếm: mỗi lần 0,5 điểm, nhiều nhất 5 điểm"),
    (GAIN, "Tiến bộ: thêm 5 % so với năm trước được 5 điểm"),
    (MINISTRY, "Bộ chấm, đơn vị không tự chấm: từ 0 đến 5 điểm"),
]


@pytest.mark.parametrize(("way", "sentence"), SUMMARIES, ids=[row[0].kind for row in SUMMARIES])
def test_summary_is_the_rule_in_one_line(way: Rule, sentence: str) -> None:
    assert str(way.summary(Decimal(5))) == sentence


# ---- parameters that make no sense ----

PROBLEMS = [  # what the row shows, rule, where, sentence (max is 5)
    ("judged-step-0", rule("judged", step=0), ("step",), "Bước điểm phải lớn hơn 0."),
    ("judged-step-negative", rule("judged", step=-1), ("step",), "Bước điểm phải lớn hơn 0."),
    ("judged-step-misses-max", rule("judged", step=2), ("step",),
     "Điểm tối đa 5 không phải bội số của bước 2, không thể đạt tối đa."),
    ("judged-tiny-step", rule("judged", step="0.000000003"), ("step",),
     "Điểm tối đa 5 không phải bội số của bước 0,000000003, không thể đạt tối đa."),
    ("judged-descriptor", rule("judged", descriptors=[{"points": 6, "text": "x"}]), ("descriptors", 0, "points"),
     "6 điểm nằm ngoài khoảng từ 0 đến 5."),
    ("levels-above", rule("levels", levels=[{"label": "Tốt", "points": "5.01"}]), ("levels", 0, "points"),
     "Bậc “Tốt” có 5,01 điểm, ngoài khoảng từ 0 đến 5."),
    ("levels-below", rule("levels", levels=[{"label": "Tốt", "points": -1}]), ("levels", 0, "points"),
     "Bậc “Tốt” có −1 điểm, ngoài khoảng từ 0 đến 5."),
    ("levels-twice", rule("levels", levels=[LEVELS[0], LEVELS[0]]), ("levels", 1, "label"), "Bậc “Tốt” có hai lần."),
    ("checklist-above", rule("checklist", items=[{"code": "a", "label": "A", "points": 6}]), ("items", 0, "points"),
     "Mục “a” có 6 điểm, ngoài khoảng từ 0 đến 5."),
    ("checklist-twice", rule("checklist", items=[ITEMS[0], ITEMS[0]]), ("items", 1, "code"), "Mã “a” dùng hai lần."),
    ("ratio-equal", rule("ratio", target=90, floor="90.0"), ("target",), "Mức tối đa và mức 0 điểm bằng nhau (90)."),
    ("ratio-equal-by-default", rule("ratio", target=0), ("target",), "Mức tối đa và mức 0 điểm bằng nhau (0)."),
    ("ratio-higher-turned", rule("ratio", target=80, floor=90), ("target",),
     "Càng cao càng tốt thì target phải lớn hơn floor."),
    ("ratio-lower-turned", rule("ratio", target=9, better="lower"), ("target",),
     "Càng thấp càng tốt thì target phải nhỏ hơn floor."),
    ("steps-above", rule("steps", steps=[{"from": 90, "points": 6}]), ("steps", 0, "points"),
     "Bậc từ 90 có 6 điểm, ngoài khoảng từ 0 đến 5."),
    ("steps-order", rule("steps", steps=STEPS[::-1]), ("steps", 1),
     "Các bậc không theo thứ tự tốt nhất trước: 95 đứng sau 90,5."),
    ("steps-equal", rule("steps", steps=[STEPS[0], {"from": "98.0", "points": 1}]), ("steps", 1),
     "Các bậc không theo thứ tự tốt nhất trước: 98 đứng sau 98."),
    ("steps-points-rise", rule("steps", steps=[{"from": 9, "points": 1}, {"from": 8, "points": 2}]), ("steps", 1),
     "Các bậc không theo thứ tự tốt nhất trước: 8 đứng sau 9."),
    ("steps-lower-order", rule("steps", steps=FEWER[::-1], better="lower"), ("steps", 1),
     "Các bậc không theo thứ tự tốt nhất trước: 2 đứng sau 5,5."),
    ("count-0", rule("count", each=0), ("each",), "Điểm cho mỗi lần phải lớn hơn 0."),
    ("count-above", rule("count", each="5.5"), ("each",), "Điểm cho mỗi lần (5,5) lớn hơn điểm tối đa (5)."),
    ("progress-0", rule("progress", full_gain=0), ("full_gain",), "Mức tăng để đạt tối đa phải lớn hơn 0."),
    ("progress-negative", rule("progress", full_gain=-2, better="lower"), ("full_gain",),
     "Mức tăng để đạt tối đa phải lớn hơn 0."),
]  # fmt: skip


@pytest.mark.parametrize(("way", "where", "sentence"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS])
def test_rule_says_what_makes_no_sense_and_where(way: Rule, where: tuple[str | int, ...], sentence: str) -> None:
    found: list[tuple[tuple[str | int, ...], Phrase]] = list(way.problems(Decimal(5)))
    assert (where, sentence) in [(path, str(phrase)) for path, phrase in found]


def test_sound_rules_have_no_problems() -> None:
    assert [row[0] for row in GOLDEN if list(row[1].problems(Decimal(row[2])))] == []


@pytest.mark.parametrize("kind", ["levels", "checklist", "steps"])
def test_rule_needs_at_least_one_choice(kind: str) -> None:
    with pytest.raises(ValidationError):
        rule(kind, **{"checklist": {"items": []}}.get(kind, {kind: []}))
