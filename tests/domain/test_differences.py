"""Two versions compared: a hand-made pair for every status, every kind of change in words, and what always holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.changes import Names
from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.differences import Differences, Line, Status, compare, longest_rising
from emulation.domain.drafts import Kind
from emulation.domain.rule_changes import PARAMETERS, TABLES
from emulation.domain.rules import KINDS
from tests.domain.invented import sets
from tests.domain.pairs import OLD, Data, edited, leaf, plain, take, valid

FOLDER = Path(__file__).parents[2]
FILES = [FOLDER / "tests/data/nine-kinds.yaml", *sorted((FOLDER / "criteria").glob("*.yaml"))]
NINE = load(FILES[0].read_bytes())


def told(found: Differences, kind: Kind = Kind.CRITERION) -> dict[str, str]:
    """Status by code of what is not the same; dropped lines under their old code."""
    return {one.code: one.status.value for one in found.lines if one.kind is kind and one.status is not Status.SAME}


def line(found: Differences, code: str, kind: Kind = Kind.CRITERION) -> Line:
    return next(one for one in found.lines if one.kind is kind and one.code == code)


def words(one: Line) -> list[tuple[str, str, str, str]]:
    """(key, label, before, after) of each change; "" where there was or is nothing."""
    return [(c.key, str(c.label), str(c.before or ""), str(c.after or "")) for c in one.changes]


# ---- one hand-made pair for every status ----


def test_everything_is_the_same_in_a_set_of_which_only_the_version_changed() -> None:
    found = compare(OLD, edited(lambda data: None))
    assert found.is_same
    assert found.counts[Status.SAME] == 8
    assert [one.code for one in found.lines] == [
        *("I", "I.1", "I.2", "I.3", "II", "II.1", "II.2", "II.3", "TH.1", "TR.1", "X.1", "X.2"),
    ]
    assert [one.depth for one in found.lines] == [0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0]
    assert found.changed == []


def test_changed() -> None:
    found = compare(OLD, edited(lambda data: leaf(data, "I.1").update(max="8")))
    assert told(found) == {"I.1": "changed"}
    assert words(line(found, "I.1")) == [("max", "Điểm tối đa", "10 điểm", "8 điểm")]
    assert (line(found, "I.1").maximum_before, line(found, "I.1").maximum) == (10, 8)
    assert (line(found, "I", Kind.SECTION).maximum_before, line(found, "I", Kind.SECTION).maximum) == (40, 36)
    assert [one.code for one in found.changed] == ["I", "I.1"]
    assert not found.is_same


def test_moved_to_another_section() -> None:
    def change(data: Data) -> None:
        data["sections"][1]["criteria"].insert(1, take(data, "I.2"))

    found = compare(OLD, edited(change))
    assert told(found) == {"I.2": "moved"}
    assert str(line(found, "I.2").move) == "từ lĩnh vực I sang lĩnh vực II"
    assert line(found, "I.2").changes == ()
    assert [one.code for one in found.changed] == ["II", "I.2"]
    assert found.moved == 1


def test_moved_from_the_core_to_the_bonus() -> None:
    found = compare(OLD, edited(lambda data: data["bonus"].append(take(data, "II.3"))))
    assert told(found) == {"II.3": "moved"}
    assert str(line(found, "II.3").move) == "từ lĩnh vực II sang phần điểm thưởng"


def test_one_line_moved_inside_its_section_marks_no_other() -> None:
    def change(data: Data) -> None:
        data["sections"][1]["criteria"].insert(0, take(data, "II.3"))

    found = compare(OLD, edited(change))
    assert told(found) == {"II.3": "moved"}
    assert str(line(found, "II.3").move) == "đổi thứ tự trong lĩnh vực II"


def test_moved_and_changed_is_told_as_changed_with_its_move() -> None:
    def change(data: Data) -> None:
        data["sections"][1]["criteria"].append(take(data, "I.2") | {"title": "Kế hoạch năm"})

    found = compare(OLD, edited(change))
    assert told(found) == {"I.2": "changed"}
    assert str(line(found, "I.2").move) == "từ lĩnh vực I sang lĩnh vực II"
    assert found.moved == 1


def test_sections_that_changed_places() -> None:
    found = compare(OLD, edited(lambda data: data["sections"].reverse()))
    assert told(found) == {}
    moved = told(found, Kind.SECTION)
    assert list(moved.values()) == ["moved"]
    assert str(line(found, *moved, Kind.SECTION).move) == "đổi thứ tự trong phần tiêu chí chính"


def test_new() -> None:
    new = {"code": "I.4", "title": "Công khai", "max": "5", "rule": {"kind": "check"}}
    found = compare(OLD, edited(lambda data: data["sections"][0]["criteria"].append(new)))
    assert told(found) == {"I.4": "new"}
    assert (line(found, "I.4").origins, line(found, "I.4").twin, line(found, "I.4").maximum) == ((), None, 5)


def test_dropped_stands_where_it_stood() -> None:
    found = compare(OLD, edited(lambda data: take(data, "I.2")))
    assert told(found) == {"I.2": "dropped"}
    assert [one.code for one in found.lines][:4] == ["I", "I.1", "I.2", "I.3"]
    assert (line(found, "I.2").maximum, line(found, "I.2").maximum_before) == (None, 5)
    assert line(found, "I.2").origins == ("I.2",)


def test_dropped_section_with_what_was_in_it() -> None:
    def change(data: Data) -> None:
        data["sections"][1]["criteria"].append(take(data, "I.3"))
        del data["sections"][0]

    found = compare(OLD, edited(change))
    assert told(found, Kind.SECTION) == {"I": "dropped"}
    assert told(found) == {"I.1": "dropped", "I.2": "dropped", "I.3": "moved"}
    assert [(one.code, one.depth) for one in found.lines][:4] == [("I", 0), ("I.1", 1), ("I.2", 1), ("II", 0)]


def test_merged() -> None:
    def change(data: Data) -> None:
        take(data, "I.2")
        merged = take(data, "I.3") | {"code": "I.9", "replaces": ["I.2", "I.3"], "max": "8"}
        merged["rule"] = {"kind": "judged"}
        data["sections"][0]["criteria"].append(merged)

    found = compare(OLD, edited(change))
    assert told(found) == {"I.9": "merged"}
    assert line(found, "I.9").origins == ("I.2", "I.3")
    assert (line(found, "I.9").maximum_before, line(found, "I.9").maximum) == (10, 8)
    assert line(found, "I.9").changes == ()


def test_merged_into_one_that_keeps_its_code() -> None:
    def change(data: Data) -> None:
        take(data, "I.2")
        leaf(data, "I.3")["replaces"] = ["I.2"]

    found = compare(OLD, edited(change))
    assert told(found) == {"I.3": "merged"}
    assert line(found, "I.3").origins == ("I.3", "I.2")


def test_split() -> None:
    def change(data: Data) -> None:
        parts = take(data, "II.2")
        for code, points in (("II.8", "3"), ("II.9", "1")):
            part = {"code": code, "replaces": ["II.2"], "max": points, "rule": {"kind": "check"}}
            data["sections"][1]["criteria"].append(parts | part)

    found = compare(OLD, edited(change))
    assert told(found) == {"II.8": "split", "II.9": "split"}
    assert line(found, "II.9").origins == ("II.2",)
    assert (line(found, "II.9").maximum_before, line(found, "II.9").maximum) == (4, 1)


def test_merged_and_split_at_once() -> None:
    def change(data: Data) -> None:
        parts = take(data, "II.2"), take(data, "II.3")
        data["sections"][1]["criteria"] += [
            parts[0] | {"code": "II.8", "replaces": ["II.2"]},
            parts[1] | {"code": "II.9", "replaces": ["II.2", "II.3"]},
        ]

    assert told(compare(OLD, edited(change))) == {"II.8": "split", "II.9": "merged"}


def test_renumbered_is_the_same_criterion_and_its_changes_are_told() -> None:
    found = compare(OLD, edited(lambda data: leaf(data, "II.3").update(code="II.7", replaces=["II.3"])))
    assert told(found) == {"II.7": "renumbered"}
    assert (line(found, "II.7").origins, line(found, "II.7").changes) == (("II.3",), ())
    more = compare(OLD, edited(lambda data: leaf(data, "II.3").update(code="II.7", replaces=["II.3"], max="2")))
    assert told(more) == {"II.7": "renumbered"}
    assert words(line(more, "II.7")) == [("max", "Điểm tối đa", "4 điểm", "2 điểm")]


def test_new_code_without_replaces_is_dropped_and_new_with_the_likely_origin() -> None:
    found = compare(OLD, edited(lambda data: leaf(data, "II.3").update(code="II.7")))
    assert told(found) == {"II.7": "new", "II.3": "dropped"}
    assert (line(found, "II.7").twin, line(found, "II.3").twin) == ("II.3", "II.7")


@pytest.mark.parametrize("different", [{"title": "Tin"}, {"max": "3"}, {"rule": {"kind": "count", "each": "0.25"}}])
def test_new_criterion_that_looks_different_has_no_likely_origin(different: Data) -> None:
    found = compare(OLD, edited(lambda data: leaf(data, "II.3").update({"code": "II.7"} | different)))
    assert (line(found, "II.7").twin, line(found, "II.3").twin) == (None, None)


def test_of_two_likely_origins_none_is_named() -> None:
    def change(data: Data) -> None:
        again = dict(leaf(data, "II.3"))
        leaf(data, "II.3")["code"] = "II.7"
        data["sections"][1]["criteria"].append(again | {"code": "II.8"})

    found = compare(OLD, edited(change))
    assert (line(found, "II.7").twin, line(found, "II.8").twin, line(found, "II.3").twin) == (None, None, None)


def test_code_that_was_given_to_something_else_is_doubtful() -> None:
    title, rule = {"title": "An toàn trường học"}, {"rule": {"kind": "external"}}
    for values, expected in ((title | rule, True), (title, False), (rule, False)):
        new = plain(OLD)
        leaf(new, "I.2").update(values)
        assert line(compare(OLD, valid(new)), "I.2").is_doubtful is expected


def test_replaces_of_a_version_before_is_passed_over() -> None:
    found = compare(OLD, edited(lambda data: leaf(data, "II.3").update(replaces=["VIII.8", "VIII.9"])))
    assert found.is_same


def test_section_under_a_new_code_with_the_same_title_is_renumbered() -> None:
    found = compare(OLD, edited(lambda data: data["sections"][1].update(code="IV")))
    assert told(found, Kind.SECTION) == {"IV": "renumbered"}
    assert told(found) == {}


def test_section_under_a_new_code_and_title_is_another() -> None:
    found = compare(OLD, edited(lambda data: data["sections"][1].update(code="IV", title="Tuyên truyền")))
    assert told(found, Kind.SECTION) == {"IV": "new", "II": "dropped"}
    assert told(found) == {"II.1": "moved", "II.2": "moved", "II.3": "moved"}


def test_section_and_ground_changes() -> None:
    def change(data: Data) -> None:
        data["sections"][0].update(title="Cải cách", coefficient="1.5")
        data["exclusions"][0]["title"] = "Cố ý khai sai"
        data["exclusions"].append({"code": "X.3", "title": "Vi phạm"})
        del data["exclusions"][1]

    found = compare(OLD, edited(change))
    assert words(line(found, "I", Kind.SECTION)) == [
        ("title", "Tên lĩnh vực", "Cải cách hành chính", "Cải cách"),
        ("coefficient", "Hệ số", "2", "1,5"),
    ]
    assert told(found, Kind.GROUND) == {"X.1": "changed", "X.2": "dropped", "X.3": "new"}
    assert words(line(found, "X.1", Kind.GROUND)) == [("title", "Nội dung", "Khai sai", "Cố ý khai sai")]


# ---- every change in words ----

CRITERION_CHANGES: list[tuple[str, Data, list[tuple[str, str, str, str]]]] = [
    ("I.1", {"title": "Dịch vụ"}, [("title", "Tên tiêu chí", "Dịch vụ công", "Dịch vụ")]),
    ("I.1", {"owner": "cuc-cntt"}, [("owner", "Đơn vị chấm", "van-phong", "cuc-cntt")]),
    ("I.1", {"source": ""}, [("source", "Nguồn số liệu", "Cơ sở dữ liệu ngành", "")]),
    ("I.1", {"guidance": "Tính cả năm."}, [("guidance", "Hướng dẫn", "", "Tính cả năm.")]),
    (
        "I.1",
        {"applies_to": ["dan-toc", "mien-nui"]},
        [("applies_to", "Chỉ chấm với đơn vị", "mọi đơn vị", "dan-toc, mien-nui")],
    ),
    (
        "I.1",
        {"may_skip": True},
        [("may_skip", "Không áp dụng", "Không được khai", "Đơn vị được khai, kèm lý do")],
    ),
    ("I.1", {"legal_basis": ["Nghị định A", "Thông tư B"]}, [("legal_basis", "Căn cứ", "", "Nghị định A; Thông tư B")]),
    (
        "I.2",
        {"evidence": {"required": False, "hint": ""}},
        [
            ("evidence.required", "Minh chứng", "Bắt buộc", "Không bắt buộc"),
            ("evidence.hint", "Tài liệu làm minh chứng", "Kế hoạch đã ban hành", ""),
        ],
    ),
    ("II.1", {"labels": {"level": "Mức"}}, [("labels.level", "Tên số liệu", "Mức đạt", "Mức")]),
    ("II.1", {"labels": {}}, [("labels.level", "Tên số liệu", "Mức đạt", "")]),
    ("I.1", {"figures": {"whole": "tong-so"}}, [("figures.whole", "Chỉ tiêu số liệu dùng chung", "", "tong-so")]),
    # another kind of rule
    (
        "I.2",
        {"rule": {"kind": "external"}},
        [
            (
                "rule.kind",
                "Cách chấm",
                "Đạt hoặc không: 5 điểm hoặc 0",
                "Bộ chấm, đơn vị không tự chấm: từ 0 đến 5 điểm",
            )
        ],
    ),
    # parameters
    (
        "I.1",
        {"rule": {"kind": "ratio", "target": "95.5", "floor": "20", "unit": "%"}},
        [
            ("rule.target", "Mức được điểm tối đa", "100 %", "95,5 %"),
            ("rule.floor", "Mức 0 điểm", "0 %", "20 %"),
        ],
    ),
    (
        "I.1",
        {"rule": {"kind": "ratio", "target": "5", "floor": "20", "better": "lower", "unit": ""}},
        [
            ("rule.target", "Mức được điểm tối đa", "100 %", "5"),
            ("rule.floor", "Mức 0 điểm", "0 %", "20"),
            ("rule.better", "Tốt hơn khi", "Cao hơn", "Thấp hơn"),
            ("rule.unit", "Đơn vị tính", "%", ""),
        ],
    ),
    ("II.3", {"rule": {"kind": "count", "each": "0.25"}}, [("rule.each", "Điểm mỗi lần", "0,5 điểm", "0,25 điểm")]),
    # tables
    (
        "I.3",
        {
            "rule": {
                "kind": "steps",
                "unit": "%",
                "steps": [{"from": 99, "points": 5}, {"from": 95, "points": 4}, {"from": 90, "points": 3}],
            }
        },
        [
            ("rule.steps", "Bậc 5 điểm", "từ 98 % trở lên", "từ 99 % trở lên"),
            ("rule.steps", "Bậc 3 điểm", "", "từ 90 % trở lên"),
        ],
    ),
    (
        "II.1",
        {
            "rule": {
                "kind": "levels",
                "levels": [{"label": "Tốt", "points": 6}, {"label": "Khá", "points": 3}, {"label": "Yếu", "points": 0}],
            }
        },
        [
            ("rule.levels", "Bậc “Khá”", "4 điểm", "3 điểm"),
            ("rule.levels", "Bậc “Yếu”", "", "0 điểm"),
            ("rule.levels", "Bậc “Kém”", "0 điểm", ""),
        ],
    ),
    (
        "II.1",
        {
            "rule": {
                "kind": "levels",
                "levels": [{"label": "Kém", "points": 0}, {"label": "Tốt", "points": 6}, {"label": "Khá", "points": 4}],
            }
        },
        [
            (
                "rule.levels",
                "Thứ tự các bậc",
                "Bậc “Tốt”; Bậc “Khá”; Bậc “Kém”",
                "Bậc “Kém”; Bậc “Tốt”; Bậc “Khá”",
            )
        ],
    ),
    (
        "II.2",
        {
            "rule": {
                "kind": "checklist",
                "items": [
                    {"code": "b", "label": "Diễn tập", "points": 2},
                    {"code": "a", "label": "Nội quy", "points": 2},
                ],
            }
        },
        [
            ("rule.items", "Mục a", "Quy chế: 2 điểm", "Nội quy: 2 điểm"),
            ("rule.items", "Thứ tự các mục", "Mục a; Mục b", "Mục b; Mục a"),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "values", "expected"), CRITERION_CHANGES)
def test_change_in_words(code: str, values: Data, expected: list[tuple[str, str, str, str]]) -> None:
    found = compare(OLD, edited(lambda data: leaf(data, code).update(values)))
    assert told(found) == {code: "changed"}
    assert words(line(found, code)) == expected


def test_change_of_a_description_and_of_the_step() -> None:
    judged = {"kind": "judged", "step": "1", "descriptors": [{"points": 5, "text": "Rất tốt"}]}
    old = edited(lambda data: leaf(data, "I.2").update(rule=judged))
    changed = {"step": "0.5", "descriptors": [{"points": 5, "text": "Xuất sắc"}, {"points": 2, "text": "Có"}]}
    new = edited(lambda data: leaf(data, "I.2").update(rule=judged | changed))
    assert words(line(compare(old, new), "I.2")) == [
        ("rule.step", "Bước điểm", "1 điểm", "0,5 điểm"),
        ("rule.descriptors", "Mô tả mức 5 điểm", "Rất tốt", "Xuất sắc"),
        ("rule.descriptors", "Mô tả mức 2 điểm", "", "Có"),
    ]


def test_change_of_progress_and_of_two_steps_of_equal_points() -> None:
    progress = {"kind": "progress", "full_gain": "5", "ceiling": None, "better": "higher", "unit": "%"}
    old = edited(lambda data: leaf(data, "I.2").update(rule=progress))
    new = edited(lambda data: leaf(data, "I.2").update(rule=progress | {"full_gain": "10", "ceiling": "95"}))
    assert words(line(compare(old, new), "I.2")) == [
        ("rule.full_gain", "Mức tiến bộ được điểm tối đa", "5 %", "10 %"),
        ("rule.ceiling", "Ngưỡng được điểm tối đa", "", "95 %"),
    ]
    steps = {"kind": "steps", "better": "lower", "steps": [{"from": 1, "points": 5}, {"from": 2, "points": 5}]}
    old = edited(lambda data: leaf(data, "I.3").update(rule=steps))
    moved = steps | {"steps": [{"from": 1, "points": 5}, {"from": 3, "points": 5}]}
    new = edited(lambda data: leaf(data, "I.3").update(rule=moved))
    assert words(line(compare(old, new), "I.3")) == [
        ("rule.steps", "Bậc 5 điểm", "từ 2 trở xuống", "từ 3 trở xuống"),
    ]


def test_names_of_owners_and_tags_are_those_given() -> None:
    new = edited(lambda data: leaf(data, "I.1").update(owner="cuc-cntt", applies_to=["dan-toc"]))
    names = Names(owner=lambda owner: owner.upper(), tag=lambda tag: f"có {tag}")
    assert [(after, before) for _, _, before, after in words(line(compare(OLD, new, names), "I.1"))] == [
        ("CUC-CNTT", "VAN-PHONG"),
        ("có dan-toc", "mọi đơn vị"),
    ]


HEAD_CHANGES: list[tuple[Data, list[tuple[str, str, str, str]]]] = [
    ({"set": "khac"}, [("set", "Mã của bộ tiêu chí", "thu", "khac")]),
    ({"title": "Bộ mới"}, [("title", "Tên bộ tiêu chí", "Bộ thử (minh họa)", "Bộ mới")]),
    ({"status": "official"}, [("status", "Tính chất", "Minh họa", "Chính thức")]),
    ({"legal_basis": ["Công văn 1"]}, [("legal_basis", "Căn cứ", "", "Công văn 1")]),
    ({"note": "Chưa đủ."}, [("note", "Ghi chú", "", "Chưa đủ.")]),
    ({"scale": None}, [("scale", "Thang điểm", "100 điểm", "điểm cộng thẳng")]),
    ({"precision": 1}, [("precision", "Số chữ số thập phân", "2", "1")]),
    (
        {"not_applicable": "zero"},
        [
            (
                "not_applicable",
                "Tiêu chí không áp dụng",
                "Tiêu chí không áp dụng được loại khỏi tổng điểm tối đa của đơn vị.",
                "Tiêu chí không áp dụng được tính 0 điểm.",
            )
        ],
    ),
    ({"bonus_cap": "5"}, [("bonus_cap", "Trần điểm thưởng", "không có trần", "5 điểm")]),
    ({"deduction_cap": "2.5"}, [("deduction_cap", "Trần điểm trừ", "không có trần", "2,5 điểm")]),
    (
        {"grades": [{"name": "Xuất sắc", "from": 90}, {"name": "Tốt", "from": 75}, {"name": "Đạt", "from": 50}]},
        [
            ("grades", "Xếp loại “Xuất sắc”", "", "từ 90 điểm"),
            ("grades", "Xếp loại “Tốt”", "từ 80 điểm", "từ 75 điểm"),
            ("grades", "Xếp loại “Chưa đạt”", "từ 0 điểm", ""),
        ],
    ),
    (
        {"tie_breakers": ["section:II", "progress"]},
        [
            (
                "tie_breakers",
                "Bằng điểm thì xét lần lượt",
                "ít điểm trừ hơn",
                "nhiều điểm hơn ở lĩnh vực II, Truyền thông; nhiều điểm hơn ở các tiêu chí tiến bộ",
            )
        ],
    ),
]


@pytest.mark.parametrize(("values", "expected"), HEAD_CHANGES)
def test_change_of_the_head_in_words(values: Data, expected: list[tuple[str, str, str, str]]) -> None:
    found = compare(OLD, edited(lambda data: data.update(values)))
    assert told(found) == {}
    told_head = [(c.key, str(c.label), str(c.before or ""), str(c.after or "")) for c in found.head]
    assert told_head == expected
    assert not found.is_same


def test_every_key_of_the_set_is_compared() -> None:
    """A key added to the format later must be added here too."""
    parts = {"version", "sections", "bonus", "deductions", "exclusions"}
    assert {key for values, _ in HEAD_CHANGES for key in values} | parts == set(CriteriaSet.model_fields)
    compared = {key for _, values, _ in CRITERION_CHANGES for key in values} | {"max"}
    assert compared | {"code", "replaces"} == set(type(OLD.leaves[0]).model_fields)


def test_every_parameter_of_every_rule_has_words() -> None:
    for rule in KINDS.values():
        assert set(rule.model_fields) - {"kind"} <= PARAMETERS.keys() | TABLES.keys()


# ---- the longest rising subsequence ----


def test_longest_rising_of_a_worked_example() -> None:
    assert longest_rising([]) == set()
    assert longest_rising([2, 0, 1]) == {1, 2}
    assert longest_rising([0, 1, 2, 3]) == {0, 1, 2, 3}
    assert len(longest_rising([3, 2, 1, 0])) == 1


@given(st.permutations(range(7)))
def test_longest_rising_is_the_longest(values: list[int]) -> None:
    found = sorted(longest_rising(values))
    picked = [values[i] for i in found]
    assert picked == sorted(picked)
    assert not any(list(longer) == sorted(longer) for longer in combinations(values, len(picked) + 1))


# ---- what always holds ----


def shape(found: Differences) -> dict[Any, Any]:
    """Status by (kind, code)."""
    return {(one.kind, one.code): one.status for one in found.lines}


@settings(max_examples=60)
@given(sets())
def test_a_set_compared_with_itself_is_all_the_same(data: Data) -> None:
    criteria = load(json.dumps(data, ensure_ascii=False))
    assert compare(criteria, criteria).is_same
    assert compare(criteria, criteria).counts[Status.SAME] == len(criteria.all_criteria)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_set_compared_with_itself_is_all_the_same(path: Path) -> None:
    criteria = load(path.read_bytes())
    assert compare(criteria, criteria).is_same


@settings(max_examples=60)
@given(sets(), sets())
def test_new_in_one_direction_is_dropped_in_the_other(first: Data, second: Data) -> None:
    """Any two sets: nothing is lost, and what is new one way is dropped the other way."""
    old, new = (load(json.dumps(data, ensure_ascii=False)) for data in (first, second))
    there, back = compare(old, new), compare(new, old)
    assert whole(there) == []
    assert whole(back) == []
    there_shape, back_shape = shape(there), shape(back)
    assert there_shape.keys() == back_shape.keys()
    opposite = {Status.NEW: Status.DROPPED, Status.DROPPED: Status.NEW}
    for key, status in there_shape.items():
        if status in opposite:
            assert back_shape[key] is opposite[status]
        elif status is Status.CHANGED:
            assert back_shape[key] is Status.CHANGED
    forwards = sorted((c.key, str(c.label), str(c.before), str(c.after)) for c in there.head)
    backwards = sorted((c.key, str(c.label), str(c.after), str(c.before)) for c in back.head)
    assert forwards == backwards


def whole(found: Differences) -> list[str]:
    """What is wrong with a comparison: a line twice, one that is missing, one that says nothing or too much."""
    wrong = []
    new = [one.code for one in found.lines if one.kind is Kind.CRITERION and one.status is not Status.DROPPED]
    if new != list(found.new.by_code):
        wrong.append("the criteria of the new set, in order")
    origins = {code for one in found.lines if one.kind is Kind.CRITERION for code in one.origins}
    if origins != found.old.by_code.keys():
        wrong.append("the criteria of the old set")
    for one in found.lines:
        if one.status is Status.SAME and (one.changes or one.move):
            wrong.append(f"{one.code} is told the same")
        if one.status is Status.CHANGED and not one.changes:
            wrong.append(f"{one.code} is told changed")
        if one.status is Status.MOVED and not one.move:
            wrong.append(f"{one.code} is told moved")
    return wrong


@settings(max_examples=100)
@given(sets(), sets())
def test_a_criterion_is_told_the_same_exactly_when_nothing_of_it_differs(first: Data, second: Data) -> None:
    old, new = (load(json.dumps(data, ensure_ascii=False)) for data in (first, second))
    for one in compare(old, new).lines:
        if one.kind is Kind.CRITERION and one.code in old.by_code and one.code in new.by_code:
            assert bool(one.changes) == (old.by_code[one.code] != new.by_code[one.code])


# ---- changes as an officer makes them, one after another, and what must be told of each ----


@st.composite
def edits(draw: Any) -> tuple[CriteriaSet, dict[str, str]]:
    """The set of the nine kinds with some of its criteria edited, each at most once, and the status each must have."""
    data = plain(NINE)
    data["version"] = "later"
    expected: dict[str, str] = {}
    core = [leaf.code for leaf in NINE.leaves]
    free = iter(f"N.{i}" for i in range(100))
    for code in draw(st.lists(st.sampled_from(core), unique=True, max_size=6)):
        act: Callable[[Data, str, str, dict[str, str]], None] = draw(st.sampled_from(ACTS))
        act(data, code, next(free), expected)
    for section in list(data["sections"]):
        if not section["criteria"]:
            section["criteria"].append(
                {"code": next(free), "title": "Cho đủ", "max": "1", "rule": {"kind": "check"}, "labels": {}}
            )
            expected[section["criteria"][0]["code"]] = "new"
    return valid(data), expected


def _beside(data: Data, code: str, *more: Data) -> None:
    """Put criteria behind `code`."""
    for section in data["sections"]:
        codes = [one["code"] for one in section["criteria"]]
        if code in codes:
            at = codes.index(code) + 1
            section["criteria"][at:at] = more


def _rename(data: Data, code: str, free: str, expected: dict[str, str]) -> None:
    leaf(data, code)["title"] += " (sửa)"
    expected[code] = "changed"


def _drop(data: Data, code: str, free: str, expected: dict[str, str]) -> None:
    take(data, code)
    expected[code] = "dropped"


def _add(data: Data, code: str, free: str, expected: dict[str, str]) -> None:
    _beside(data, code, {"code": free, "title": f"Mới {free}", "max": "2", "rule": {"kind": "check"}, "labels": {}})
    expected[free] = "new"


def _renumber(data: Data, code: str, free: str, expected: dict[str, str]) -> None:
    leaf(data, code).update(code=free, replaces=[code])
    expected[free] = "renumbered"


def _split(data: Data, code: str, free: str, expected: dict[str, str]) -> None:
    parts = [leaf(data, code) | {"code": f"{free}{part}", "replaces": [code]} for part in "ab"]
    _beside(data, code, *parts)
    take(data, code)
    expected.update({part["code"]: "split" for part in parts})


def _merge(data: Data, code: str, free: str, expected: dict[str, str]) -> None:
    """Merged with a criterion made for it in the same act would be no old one: the bonus goes into it."""
    if "B.1" in expected or "B.1" not in {one["code"] for one in data["bonus"]}:
        return _rename(data, code, free, expected)
    take(data, "B.1")
    leaf(data, code).update(code=free, replaces=[code, "B.1"])
    expected[free] = "merged"
    return None


def _to_deductions(data: Data, code: str, free: str, expected: dict[str, str]) -> None:
    data["deductions"].append(take(data, code))
    expected[code] = "moved"


ACTS = (_rename, _drop, _add, _renumber, _split, _merge, _to_deductions)


@settings(max_examples=75)
@given(edits())
def test_edits_are_told_exactly(made: tuple[CriteriaSet, dict[str, str]]) -> None:
    new, expected = made
    found = compare(NINE, new)
    assert told(found) == expected
    assert told(found, Kind.SECTION) == {}
    assert whole(found) == []
