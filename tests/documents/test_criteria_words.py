"""Rules in words, by hand for each kind, and examples that the scoring function confirms."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from emulation.documents.criteria_words import rule_words
from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.scoring import line_points
from emulation.words import figure
from tests.domain.sets import criteria_sets


def criterion(rule: dict[str, Any], maximum: str = "4", **more: Any) -> Criterion:
    return Criterion.model_validate({"code": "I.1", "title": "x", "max": maximum, "rule": rule} | more)


PUPILS = {"part": "Số học sinh đạt", "whole": "Tổng số học sinh"}
STEPS = [{"from": "98", "points": "4"}, {"from": "90", "points": "2.5"}]
GOLDEN = [  # criterion, sentences, table, example
    (criterion({"kind": "judged", "step": "0.25"}),
     ["Đề xuất từ 0 đến 4 điểm, là bội số của 0,25 điểm."], [],
     "Ví dụ: Sở A đề xuất 3 điểm, hội đồng đồng ý; được 3,00 điểm."),
    (criterion({"kind": "judged", "step": "1", "descriptors": [{"points": "4", "text": "Đã nhân rộng"}]}),
     ["Đề xuất từ 0 đến 4 điểm, là bội số của 1 điểm.",
      "Đối chiếu với mô tả dưới đây; giữa hai mô tả thì chọn điểm ở giữa."], [("Đã nhân rộng", "4")],
     "Ví dụ: Sở A đề xuất 3 điểm, hội đồng đồng ý; được 3,00 điểm."),
    (criterion({"kind": "levels", "levels": [{"label": "Tốt", "points": "4"}, {"label": "Khá", "points": "2.5"}]}),
     ["Chọn đúng một bậc và được số điểm của bậc đó."], [("Tốt", "4"), ("Khá", "2.5")],
     "Ví dụ: Sở A chọn bậc “Khá”; được 2,50 điểm."),
    (criterion({"kind": "check"}), ["Đạt: 4 điểm; không đạt: 0 điểm."], [], "Ví dụ: Sở A đạt; được 4,00 điểm."),
    (criterion({"kind": "checklist", "items": [{"code": "a", "label": "Kế hoạch", "points": "3"},
                                               {"code": "b", "label": "Kinh phí", "points": "2"},
                                               {"code": "c", "label": "Kết quả", "points": "2"}]}),
     ["Cộng điểm của các mục đạt, nhiều nhất 4 điểm."],
     [("a) Kế hoạch", "3"), ("b) Kinh phí", "2"), ("c) Kết quả", "2")],
     "Ví dụ: Sở A đạt các mục a và b: 3 + 2 = 5, nhiều nhất 4; được 4,00 điểm."),
    (criterion({"kind": "checklist", "items": [{"code": "a", "label": "Kế hoạch", "points": "4"}]}),
     ["Cộng điểm của các mục đạt."], [("a) Kế hoạch", "4")], "Ví dụ: Sở A đạt mục a: 4; được 4,00 điểm."),
    (criterion({"kind": "ratio", "target": "98", "floor": "70", "unit": "%"}, labels=PUPILS),
     ["Tỷ lệ bằng 100 × số học sinh đạt : tổng số học sinh, không làm tròn trước khi tính điểm.",
      ("Từ 98 % trở lên được 4 điểm; từ 70 % trở xuống được 0 điểm; "
      "ở giữa, điểm bằng (tỷ lệ − 70) : (98 − 70) × 4.")], [],
     ("Ví dụ: Sở A kê khai số học sinh đạt là 89, tổng số học sinh là 98: "
     "89/98 ≈ 90,82 %; (90,82 − 70) : (98 − 70) × 4; được 2,97 điểm.")),
    (criterion({"kind": "ratio", "target": "100", "unit": "%"}),
     ["Tỷ lệ bằng 100 × số đạt : tổng số, không làm tròn trước khi tính điểm.",
      "100 % được 4 điểm; 0 % được 0 điểm; ở giữa, điểm bằng tỷ lệ : 100 × 4."], [],
     "Ví dụ: Sở A kê khai số đạt là 74, tổng số là 98: 74/98 ≈ 75,51 %; được 3,02 điểm."),
    (criterion({"kind": "ratio", "target": "1", "floor": "5", "better": "lower", "unit": "ngày"}),
     [("Từ 1 ngày trở xuống được 4 điểm; từ 5 ngày trở lên được 0 điểm; "
      "ở giữa, điểm bằng (giá trị − 5) : (1 − 5) × 4.")], [],
     "Ví dụ: Sở A kê khai giá trị là 2: 2 ngày; (2 − 5) : (1 − 5) × 4; được 3,00 điểm."),
    (criterion({"kind": "steps", "steps": STEPS, "unit": "%"}, labels=PUPILS),
     ["Tỷ lệ bằng 100 × số học sinh đạt : tổng số học sinh, không làm tròn trước khi tính điểm."],
     [("từ 98 % trở lên", "4"), ("từ 90 % đến dưới 98 %", "2.5"), ("dưới 90 %", "0")],
     "Ví dụ: Sở A kê khai số học sinh đạt là 90, tổng số học sinh là 98: 90/98 ≈ 91,84 % ≥ 90 %; được 2,50 điểm."),
    (criterion({"kind": "steps", "better": "lower", "unit": "lần",
                "steps": [{"from": "0", "points": "4"}, {"from": "1", "points": "2"}]},
               labels={"value": "Số lần trả lại"}), [],
     [("0 lần", "4"), ("trên 0 lần đến 1 lần", "2"), ("trên 1 lần", "0")],
     "Ví dụ: Sở A kê khai số lần trả lại là 1: 1 lần ≤ 1 lần; được 2,00 điểm."),
    (criterion({"kind": "count", "each": "0.3"}, labels={"count": "Số bài"}),
     ["Điểm bằng số bài nhân với 0,3, nhiều nhất 4 điểm (từ 14 trở lên được điểm tối đa)."], [],
     "Ví dụ: Sở A kê khai số bài là 3: 3 × 0,3; được 0,90 điểm."),
    (criterion({"kind": "count", "each": "4"}),
     ["Điểm bằng số lượng nhân với 4, nhiều nhất 4 điểm (từ 1 trở lên được điểm tối đa)."], [],
     "Ví dụ: Sở A kê khai số lượng là 1: 1 × 4; được 4,00 điểm."),
    (criterion({"kind": "progress", "full_gain": "20", "ceiling": "95", "unit": "%"}),
     ["Mức tiến bộ bằng năm nay trừ năm trước.",
      ("Tiến bộ từ 20 điểm phần trăm trở lên được 4 điểm; không tiến bộ được 0 điểm; "
      "ở giữa, điểm bằng mức tiến bộ : 20 × 4."),
      "Năm nay từ 95 % trở lên được 4 điểm."], [],
     "Ví dụ: Sở A kê khai năm trước là 63, năm nay là 75: 63 → 75 %, tiến bộ 12; 12 : 20 × 4; được 2,40 điểm."),
    (criterion({"kind": "progress", "full_gain": "5", "better": "lower", "unit": "loại"}),
     ["Mức tiến bộ bằng năm trước trừ năm nay.",
      "Tiến bộ từ 5 loại trở lên được 4 điểm; không tiến bộ được 0 điểm; ở giữa, điểm bằng mức tiến bộ : 5 × 4."], [],
     "Ví dụ: Sở A kê khai năm trước là 20, năm nay là 17: 20 → 17 loại, tiến bộ 3; 3 : 5 × 4; được 2,40 điểm."),
    (criterion({"kind": "external"}),
     ["Bộ chấm từ 0 đến 4 điểm; đơn vị không kê khai và không tự chấm."], [],
     "Ví dụ: Sở A được Bộ chấm 3 trên 4 điểm; được 3,00 điểm."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "sentences", "levels", "example"), GOLDEN, ids=[f"{i} {row[0].rule.kind}" for i, row in enumerate(GOLDEN)]
)
def test_rule_is_said_in_full(one: Criterion, sentences: list[str], levels: list[Any], example: str) -> None:
    words = rule_words(one, 2)
    assert list(words.sentences) == sentences
    assert [(level.words, str(level.points)) for level in words.levels] == levels
    assert words.example.sentence == example


def test_points_of_a_deduction_are_taken_off() -> None:
    words = rule_words(criterion({"kind": "count", "each": "0.5"}, labels={"count": "Số lần"}), 2, deducted=True)
    assert words.sentences == ("Điểm bằng số lần nhân với 0,5, nhiều nhất 4 điểm (từ 8 trở lên bị trừ điểm tối đa).",)
    assert words.example.sentence == "Ví dụ: Sở A kê khai số lần là 3: 3 × 0,5; bị trừ 1,50 điểm."


@settings(max_examples=40)
@given(criteria_sets())
def test_example_of_any_criterion_is_valid_and_gets_the_points_it_shows(criteria: CriteriaSet) -> None:
    for one in criteria.all_criteria:
        words = rule_words(one, criteria.precision)
        assert words.example.points == figure(
            line_points(one, words.example.entry, criteria.precision), places=criteria.precision
        )
        assert words == rule_words(one, criteria.precision)
        # no placeholder is left over; a text of the set may hold the very same signs
        assert "%(" not in words.example.sentence or "%(" in str(one.model_dump())


FAR = [  # thresholds beyond what can be declared
    {"kind": "ratio", "target": "-5", "floor": "-10"},
    {"kind": "ratio", "target": "300", "floor": "200", "unit": "%"},
    {"kind": "steps", "steps": [{"from": "-3", "points": "4"}]},
    {"kind": "steps", "steps": [{"from": "9999999999999", "points": "4"}]},
    {"kind": "progress", "full_gain": "9999999999999"},
    {"kind": "progress", "full_gain": "9999999999999", "ceiling": "9999999999999"},
    {"kind": "progress", "full_gain": "0.000000001", "ceiling": "-5", "better": "lower"},
    {"kind": "count", "each": "0.000000001"},
]


@pytest.mark.parametrize("rule", FAR, ids=str)
def test_rule_that_nobody_can_reach_still_has_an_example(rule: dict[str, Any]) -> None:
    one = criterion(rule)
    example = rule_words(one, 2).example
    assert example.points == figure(line_points(one, example.entry, 2), places=2)
    assert Decimal(example.points.replace(",", ".")) >= 0
