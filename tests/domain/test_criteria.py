"""The criteria set as a value: every check of DESIGN 3 with line and sentence, the canonical form, the hash."""

import json
import re
import unicodedata
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.criteria import CriteriaSet, from_canonical, load
from emulation.domain.scoring import Scorer
from emulation.domain.source import Problems
from tests.domain import oracle
from tests.domain.invented import sets

Data = dict[str, Any]
FOLDER = Path(__file__).parents[2]
NINE = (FOLDER / "tests/data/nine-kinds.yaml").read_text(encoding="utf-8")
FILES = [FOLDER / "tests/data/nine-kinds.yaml", *sorted((FOLDER / "criteria").glob("*.yaml"))]


def problems(text: str | bytes) -> list[tuple[int | None, str]]:
    """Line and sentence of everything found wrong."""
    try:
        load(text)
    except Problems as error:
        return [(problem.line, str(problem)) for problem in error.problems]
    return []


def changed(*pairs: tuple[str, str]) -> str:
    """The set of the nine kinds with some of its text replaced; each old text stands there exactly once."""
    text = NINE
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def line_of(text: str, needle: str) -> int:
    """The line in which `needle` begins."""
    return text[: text.index(needle)].count("\n") + 1


KINDS = "judged, levels, check, checklist, ratio, steps, count, progress, external"
LABELS = "'points', 'level', 'met', 'part', 'whole', 'value', 'count', 'before', 'now'"
I2 = 'rule: {kind: steps, steps: [{from: 98, points: 5}, {from: 95, points: 4}, {from: 90, points: 3}], unit: "%"}'
I1 = 'rule: {kind: ratio, target: 100, floor: 0, unit: "%"}'
CHECKS = [  # old, new, where the line is, place and sentence
    # unknown and missing keys
    ("scale: 100\n", "scale: 100\nweight: 2\n", "weight:", "weight: Không có khóa “weight”."),
    ("    title: Chuyển đổi số\n", "    titel: Chuyển đổi số\n", "titel:", "II titel: Không có khóa “titel”."),
    ("    title: Chuyển đổi số\n", "", "  - code: II\n", "II title: Thiếu khóa “title”."),
    ("        max: 6\n", "        max: 6\n        min: 1\n", "min:", "II.3 min: Không có khóa “min”."),
    ("        max: 6\n", "", "- code: II.3", "II.3 max: Thiếu khóa “max”."),
    (I1, 'rule: {kind: ratio, target: 100, ceiling: 0, unit: "%"}', "rule: {kind: ratio",
     "I.1 rule.ceiling: Không có khóa “ceiling”."),
    (I1, "rule: {kind: ratio, floor: 0}", "rule: {kind: ratio, floor: 0}", "I.1 rule.target: Thiếu khóa “target”."),
    ("{from: 95, points: 4}", "{start: 95, points: 4}", "rule: {kind: steps",
     "I.2 rule.steps.2.from: Thiếu khóa “from”."),
    ("{from: 95, points: 4}", "{from: 95, point: 4}", "rule: {kind: steps",
     "I.2 rule.steps.2.point: Không có khóa “point”."),
    ("{name: Hoàn thành tốt, from: 80}", "{name: Hoàn thành tốt, start: 80}", "  - {name: Hoàn thành tốt",
     "grades.2.from: Thiếu khóa “from”."),
    ("status: illustrative\n", "", "set: thu", "status: Thiếu khóa “status”."),
    ("evidence: {required: true, hint: Văn bản tham mưu}", "evidence: {needed: true}", "evidence: {needed",
     "I.3 evidence.needed: Không có khóa “needed”."),
    ("labels: {value: Tỷ lệ đúng hạn}", "labels: {valu: Tỷ lệ}", "labels: {valu:",
     f"I.2 labels.valu: “valu” không hợp lệ: dùng {LABELS}."),
    ("  - {code: X.1,", "  - {cod: X.1,", "  - {cod:", "exclusions.1.code: Thiếu khóa “code”."),
    # duplicate codes and keys
    ("code: II.2\n", "code: I.1\n", "- code: I.1\n        title: Có kế hoạch", "I.1 code: Mã “I.1” dùng hai lần."),
    ("code: B.1\n", "code: I.1\n", "- code: I.1\n    title: Giải", "I.1 code: Mã “I.1” dùng hai lần."),
    ("code: D.1\n", "code: B.1\n", "- code: B.1\n    title: Nộp", "B.1 code: Mã “B.1” dùng hai lần."),
    ("code: X.1,", "code: D.1,", "  - {code: D.1", "D.1 code: Mã “D.1” dùng hai lần."),
    ("  - code: III\n", "  - code: I\n", "- code: I\n    title: Đội", "I code: Mã “I” dùng hai lần."),
    ("precision: 2\n", "precision: 2\nprecision: 3\n", "precision: 3", "Khóa “precision” viết hai lần."),
    # what a criterion replaces
    ("        max: 6\n", "        max: 6\n        replaces: I.9\n", "replaces: I.9",
     "II.3 replaces: Khóa “replaces” phải là một danh sách."),
    ("        max: 6\n", "        max: 6\n        replaces: [I 9]\n", "replaces: [I 9]",
     "II.3 replaces.1: Mã “I 9” không được có dấu cách."),
    ("        max: 6\n", "        max: 6\n        replaces: [I.9, {}]\n", "replaces: [I.9",
     "II.3 replaces.2: Khóa “replaces.2” phải là văn bản."),
    ("        max: 6\n", "        max: 6\n        replaces: [I.9, I.8, I.9]\n", "replaces: [I.9",
     "II.3 replaces.3: Mã “I.9” ghi hai lần."),
    ("        max: 6\n", "        max: 6\n        replaces: [I.9, III.1]\n", "replaces: [I.9",
     "II.3 replaces.2: Mã “III.1” vẫn dùng trong bộ này nên không thể bị thay thế."),
    ("        max: 6\n", "        max: 6\n        replaces: [II.3]\n", "replaces: [II.3]",
     "II.3 replaces.1: Mã “II.3” vẫn dùng trong bộ này nên không thể bị thay thế."),
    ("        max: 6\n", "        max: 6\n        replaces: [X.1]\n", "replaces: [X.1]",
     "II.3 replaces.1: Mã “X.1” vẫn dùng trong bộ này nên không thể bị thay thế."),
    # indicators that give the figures of a criterion
    (I1, I1 + "\n        figures: {count: a}", "figures: {count: a}",
     "I.1 figures.count: Cách chấm “tỷ lệ” không có số liệu “count” để gắn chỉ tiêu."),
    (I1, I1 + "\n        figures: {part: a, value: b}", "figures: {part: a",
     "I.1 figures: Chỉ gắn chỉ tiêu cho một cách kê khai: part và whole, hoặc value."),
    (I1, I1 + "\n        figures: {part: a, whole: a}", "figures: {part: a",
     "I.1 figures.whole: Chỉ tiêu “a” gắn cho hai số liệu của cùng một tiêu chí."),
    (I1, I1 + "\n        figures: {part: số trường}", "figures: {part: số",
     "I.1 figures.part: Mã chỉ tiêu “số trường” chỉ gồm chữ, số và các dấu - _ . viết liền."),
    (I1, I1 + "\n        figures: {part: ''}", "figures: {part", "I.1 figures.part: Khóa “part” để trống."),
    (I1, I1 + "\n        figures: {met: a}", "figures: {met",
     "I.1 figures.met: “met” không hợp lệ: dùng 'part', 'whole', 'value', 'count', 'before', 'now'."),
    (I1, I1 + "\n        figures: [a]", "figures: [a]",
     "I.1 figures: Khóa “figures” phải là một nhóm khóa và giá trị."),
    # rule parameters that make no sense
    (I1, "rule: {kind: ratio, target: 100, floor: 100}", "rule: {kind: ratio",
     "I.1 rule.target: Mức tối đa và mức 0 điểm bằng nhau (100)."),
    (I1, "rule: {kind: ratio, target: 5, floor: 9}", "rule: {kind: ratio",
     "I.1 rule.target: Càng cao càng tốt thì target phải lớn hơn floor."),
    ("{from: 95, points: 4}", "{from: 89, points: 4}", I2[:20],
     "I.2 rule.steps.3: Các bậc không theo thứ tự tốt nhất trước: 90 đứng sau 89."),
    ("{from: 98, points: 5}", "{from: 98, points: 6}", I2[:20],
     "I.2 rule.steps.1.points: Bậc từ 98 có 6 điểm, ngoài khoảng từ 0 đến 5."),
    ("{label: Tốt, points: 5}", "{label: Tốt, points: 5.5}", "rule: {kind: levels",
     "II.1 rule.levels.1.points: Bậc “Tốt” có 5,5 điểm, ngoài khoảng từ 0 đến 5."),
    ("code: b, label: Diễn tập", "code: a, label: Diễn tập", "items:", "II.3 rule.items.2.code: Mã “a” dùng hai lần."),
    ("rule: {kind: count, each: 1}", "rule: {kind: count, each: 0}", "rule: {kind: count, each: 0}",
     "II.4 rule.each: Điểm cho mỗi lần phải lớn hơn 0."),
    ("full_gain: 5", "full_gain: -5", "rule: {kind: progress",
     "III.1 rule.full_gain: Mức tăng để đạt tối đa phải lớn hơn 0."),
    ("step: 0.25", "step: 3", "rule: {kind: judged",
     "I.3 rule.step: Điểm tối đa 10 không phải bội số của bước 3, không thể đạt tối đa."),
    ("step: 0.25", "step: 0.0000000000000000000000000001", "rule: {kind: judged",
     "I.3 rule.step: Khóa “step” quá lớn, quá nhỏ hoặc có quá nhiều chữ số."),
    ("kind: judged", "kind: rato", "rule: {kind: rato",
     f"I.3 rule: Không có cách chấm “rato”: dùng một trong {KINDS}."),
    ("kind: judged, ", "", "rule: {step:", "I.3 rule: Cách chấm thiếu khóa “kind”."),
    ("kind: judged, ", "kind: , ", "rule: {kind: ,", "I.3 rule: Cách chấm thiếu khóa “kind”."),
    ("kind: judged, ", "kind: [ratio], ", "rule: {kind: [",
     f"I.3 rule: Không có cách chấm “”: dùng một trong {KINDS}."),
    # maxima
    ("        max: 6\n", "        max: 0\n", "max: 0\n", "II.3 max: Điểm tối đa phải lớn hơn 0."),
    ("        max: 6\n", "        max: -6\n", "max: -6\n", "II.3 max: Điểm tối đa phải lớn hơn 0."),
    ("        max: 6\n", "        max: 6.005\n", "max: 6.005\n",
     "II.3 max: 6,005 điểm có nhiều chữ số thập phân hơn precision cho phép (2)."),
    ("        max: 6\n", "        max: 6 điểm\n", "max: 6 điểm", "II.3 max: Khóa “max” phải là một số."),
    ("        max: 6\n", "        max: [6]\n", "max: [6]", "II.3 max: Khóa “max” phải là một số."),
    ("        max: 6\n", "        max: true\n", "max: true", "II.3 max: Khóa “max” phải là một số."),
    ("        max: 6\n", "        max:\n", "max:\n", "II.3 max: Khóa “max” phải là một số."),
    ("        max: 6\n", "        max: 6,0,1\n", "max: 6,0,1", "II.3 max: Khóa “max” phải là một số."),
    ("        max: 6\n", "        max: .inf\n", "max: .inf", "II.3 max: Khóa “max” phải là một số."),
    ("        max: 6\n", "        max: ٦\n", "max: ٦", "II.3 max: Khóa “max” phải là một số."),
    ("        max: 6\n", f"        max: {'9' * 400}\n", "max: 999",
     "II.3 max: Khóa “max” quá lớn, quá nhỏ hoặc có quá nhiều chữ số."),
    # sections
    ("    coefficient: 2\n", "    coefficient: 0\n", "coefficient: 0", "I coefficient: Hệ số phải lớn hơn 0."),
    ("    coefficient: 2\n", "    coefficient: -1\n", "coefficient: -1", "I coefficient: Hệ số phải lớn hơn 0."),
    ("bonus:\n", "  - {code: IV, title: Trống, criteria: []}\nbonus:\n", "  - {code: IV",
     "IV: Lĩnh vực “IV” không có tiêu chí nào."),
    ("bonus:\n", "  - {code: IV, title: Trống}\nbonus:\n", "  - {code: IV", "IV: Lĩnh vực “IV” không có tiêu chí nào."),
    ("    coefficient: 2\n", "    coefficient: 2\n    sections: [{code: I.A, title: x, criteria: []}]\n",
     "  - code: I\n",
     "I: Một lĩnh vực có hoặc nhóm con, hoặc tiêu chí, không có cả hai."),
    ("    coefficient: 2\n", "    coefficient: 2\n    sections: [{code: I.A, title: x, criteria: []}]\n",
     "    sections: [{",
     "I.A: Lĩnh vực “I.A” không có tiêu chí nào."),
    # tie-breakers, grades, caps, scale
    ('[deductions, "section:I", progress]', '[deductions, "section:IX"]', "tie_breakers",
     "tie_breakers.2: Không có tiêu chí phụ “section:IX”: dùng deductions, bonus, progress hoặc section:MÃ."),
    ('[deductions, "section:I", progress]', "[I]", "tie_breakers",
     "tie_breakers.1: Không có tiêu chí phụ “I”: dùng deductions, bonus, progress hoặc section:MÃ."),
    ('[deductions, "section:I", progress]', '["section:I.1"]', "tie_breakers",
     "tie_breakers.1: Không có tiêu chí phụ “section:I.1”: dùng deductions, bonus, progress hoặc section:MÃ."),
    ('[deductions, "section:I", progress]', "[name]", "tie_breakers",
     "tie_breakers.1: Không có tiêu chí phụ “name”: dùng deductions, bonus, progress hoặc section:MÃ."),
    ("from: 80", "from: 95", "  - {name: Hoàn thành tốt",
     "grades.2.from: Xếp loại không theo thứ tự từ cao xuống thấp: Hoàn thành tốt từ 95."),
    ("from: 80", "from: 90.0", "  - {name: Hoàn thành tốt",
     "grades.2.from: Xếp loại không theo thứ tự từ cao xuống thấp: Hoàn thành tốt từ 90."),
    ("name: Hoàn thành tốt", "name: Hoàn thành", "  - {name: Hoàn thành, from: 50}",
     "grades.3.name: Xếp loại “Hoàn thành” có hai lần."),
    ("bonus_cap: 3", "bonus_cap: -3", "bonus_cap", "bonus_cap: Mức trần không được nhỏ hơn 0."),
    ("bonus_cap: 3", "bonus_cap: 2.505", "bonus_cap",
     "bonus_cap: 2,505 điểm có nhiều chữ số thập phân hơn precision cho phép (2)."),
    ("deduction_cap: null", "deduction_cap: -0.01", "deduction_cap", "deduction_cap: Mức trần không được nhỏ hơn 0."),
    ("scale: 100", "scale: 0", "scale", "scale: Thang điểm phải lớn hơn 0."),
    ("scale: 100", "scale: -100", "scale", "scale: Thang điểm phải lớn hơn 0."),
    ("scale: 100", "scale: một trăm", "scale", "scale: Khóa “scale” phải là một số."),
    ("precision: 2", "precision: 5", "precision", "precision: Khóa “precision” nằm ngoài khoảng cho phép."),
    ("precision: 2", "precision: -1", "precision", "precision: Khóa “precision” nằm ngoài khoảng cho phép."),
    ("precision: 2", "precision: 1.5", "precision", "precision: Khóa “precision” phải là một số nguyên."),
    ("precision: 2", "precision: true", "precision", "precision: Khóa “precision” phải là một số."),
    ("precision: 2", "precision: hai", "precision", "precision: Khóa “precision” phải là một số."),
    ("not_applicable: rebase", "not_applicable: drop", "not_applicable",
     "not_applicable: “drop” không hợp lệ: dùng 'rebase', 'full', 'zero'."),
    ("status: illustrative", "status: draft", "status",
     "status: “draft” không hợp lệ: dùng 'official', 'illustrative'."),
    ("status: illustrative", "status: [official]", "status",
     "status: “” không hợp lệ: dùng 'official', 'illustrative'."),
    # wrong types
    ("title: Cải cách hành chính\n", "title:\n", "    title:\n", "I title: Khóa “title” phải là văn bản."),
    ("title: Cải cách hành chính\n", "title: ' '\n", "    title: ' '", "I title: Khóa “title” để trống."),
    ("title: Cải cách hành chính\n", "title: [a]\n", "    title: [a]", "I title: Khóa “title” phải là văn bản."),
    ("title: Cải cách hành chính\n", "title: true\n", "    title: true", "I title: Khóa “title” phải là văn bản."),
    ("title: Cải cách hành chính\n", f"title: {'x' * 4001}\n", "    title: xxx", "I title: Khóa “title” quá dài."),
    ("code: II.4\n", "code: II 4\n", "- code: II 4", "II 4 code: Mã “II 4” không được có dấu cách."),
    ("code: II.4\n", f"code: {'I' * 41}\n", "- code: III", f"{'I' * 41} code: Khóa “code” quá dài."),
    ("code: II.4\n", "code: ''\n", "- code: ''", "code: Khóa “code” để trống."),
    ("rule: {kind: external}", "rule: external", "rule: external",
     "II.5 rule: Khóa “rule” phải là một nhóm khóa và giá trị."),
    ("rule: {kind: external}", "rule: [external]", "rule: [external]",
     "II.5 rule: Khóa “rule” phải là một nhóm khóa và giá trị."),
    ("legal_basis: [Văn bản thử nghiệm]", "legal_basis: Văn bản", "legal_basis",
     "legal_basis: Khóa “legal_basis” phải là một danh sách."),
    ("legal_basis: [Văn bản thử nghiệm]", "legal_basis: [{a: b}]", "legal_basis",
     "legal_basis.1: Khóa “legal_basis.1” phải là văn bản."),
    ("applies_to: [dan-toc]", "applies_to: dan-toc", "applies_to",
     "III.2 applies_to: Khóa “applies_to” phải là một danh sách."),
    ("may_skip: true", "may_skip: yes", "may_skip", "III.1 may_skip: Khóa “may_skip” phải là true hoặc false."),
    ("may_skip: true", "may_skip: 1", "may_skip", "III.1 may_skip: Khóa “may_skip” phải là true hoặc false."),
    ("sections:\n", "sections:\n  - abc\n", "  - abc",
     "sections.1: Khóa “sections.1” phải là một nhóm khóa và giá trị."),
    ("sections:\n", "sections:\n  -\n", "  -\n", "sections.1: Khóa “sections.1” phải là một nhóm khóa và giá trị."),
    ("labels: {value: Tỷ lệ đúng hạn}", "labels: [value]", "labels: [value]",
     "I.2 labels: Khóa “labels” phải là một nhóm khóa và giá trị."),
    ("version: \"2021-2022\"", "version: {}", "version", "version: Khóa “version” phải là văn bản."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "needle", "sentence"), CHECKS, ids=[row[3] for row in CHECKS])
def test_check_names_line_place_and_sentence(old: str, new: str, needle: str, sentence: str) -> None:
    text = changed((old, new))
    assert (line_of(text, needle), sentence) in problems(text)
    raw = text.replace("\n", "\r\n").encode("utf-8-sig")
    assert (line_of(text, needle), sentence) in problems(raw)


def test_file_is_sound_before_it_is_changed() -> None:
    assert [problems(path.read_bytes()) for path in FILES] == [[]] * len(FILES)


def test_everything_wrong_is_told_in_one_pass_in_order_of_line() -> None:
    text = changed(
        ("scale: 100", "scale: 0"),
        ("from: 80", "from: 95"),
        ("    coefficient: 2\n", "    coefficient: 0\n"),
        ("target: 100, floor: 0", "target: 100, floor: 100"),
        ("    title: Chuyển đổi số\n", "    titel: Chuyển đổi số\n"),
        ("code: II.2\n", "code: I.1\n"),
        ("        max: 6\n", "        max: sáu\n"),
        ("rule: {kind: count, each: 1}", "rule: {kind: count}"),
        ("full_gain: 5", "full_gain: 0"),
        ("code: X.1,", "code: B.1,"),
    )
    assert problems(text) == [
        (line_of(text, "scale"), "scale: Thang điểm phải lớn hơn 0."),
        (
            line_of(text, "  - {name: Hoàn thành tốt"),
            "grades.2.from: Xếp loại không theo thứ tự từ cao xuống thấp: Hoàn thành tốt từ 95.",
        ),
        (line_of(text, "coefficient"), "I coefficient: Hệ số phải lớn hơn 0."),
        (line_of(text, "rule: {kind: ratio"), "I.1 rule.target: Mức tối đa và mức 0 điểm bằng nhau (100)."),
        (line_of(text, "  - code: II\n"), "II title: Thiếu khóa “title”."),
        (line_of(text, "titel"), "II titel: Không có khóa “titel”."),
        (line_of(text, "- code: I.1\n        title: Có kế hoạch"), "I.1 code: Mã “I.1” dùng hai lần."),
        (line_of(text, "max: sáu"), "II.3 max: Khóa “max” phải là một số."),
        (line_of(text, "rule: {kind: count}"), "II.4 rule.each: Thiếu khóa “each”."),
        (line_of(text, "rule: {kind: progress"), "III.1 rule.full_gain: Mức tăng để đạt tối đa phải lớn hơn 0."),
        (line_of(text, "  - {code: B.1"), "B.1 code: Mã “B.1” dùng hai lần."),
    ]


HEAD = "set: x\nversion: '1'\ntitle: x\nstatus: official\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEAD}sections: []\n", [(5, "sections: Tổng điểm tối đa bằng 0: bộ tiêu chí không có lĩnh vực nào.")]),
        (f"{HEAD}sections:\n", [(5, "sections: Khóa “sections” phải là một danh sách.")]),
        (HEAD, [(1, "sections: Thiếu khóa “sections”.")]),
        ("- a\n", [(1, "Tệp phải là một bộ tiêu chí với các khóa set, version, title, ...")]),
        ("# a\n", [(1, "Tệp phải là một bộ tiêu chí với các khóa set, version, title, ...")]),
        ("abc", [(1, "Tệp phải là một bộ tiêu chí với các khóa set, version, title, ...")]),
        (b"", [(None, "Tệp trống.")]),
        (b"a" * 3_000_000, [(None, "Tệp lớn hơn 2 MB.")]),
    ],
    ids=["no section", "null", "no sections", "list", "comment", "scalar", "empty", "3MB"],
)
def test_file_that_is_no_set_is_refused(text: str | bytes, expected: list[tuple[int | None, str]]) -> None:
    assert problems(text) == expected


def test_base_too_large_to_print_is_refused() -> None:
    text = changed(("    coefficient: 2\n", "    coefficient: 1000000000000\n"))
    assert problems(text) == [(18, "sections: Tổng điểm tối đa của bộ tiêu chí quá lớn.")]


def test_numbers_may_be_quoted_and_have_a_comma() -> None:
    text = changed(("        max: 6\n", "        max: '6,50'\n"), ("precision: 2", "precision: '2'"))
    assert load(text).by_code["II.3"].max == Decimal("6.5")
    assert load(text).precision == 2


def test_base_is_what_a_unit_can_reach_to_which_everything_applies() -> None:
    assert load(NINE).base == (10 + 5 + 10) * 2 + 5 + 4 + 6 + 5 + 5 + 5 + 4


def test_set_finds_its_parts_by_code() -> None:
    criteria = load(NINE)
    assert list(criteria.section_by_code) == ["I", "II", "III"]
    assert list(criteria.by_code) == [
        *("I.1", "I.2", "I.3", "II.1", "II.2", "II.3", "II.4", "II.5", "III.1", "III.2"),
        *("B.1", "D.1"),
    ]
    assert [leaf.code for leaf in criteria.leaves] == list(criteria.by_code)[:10]


def test_section_may_have_the_code_of_a_criterion() -> None:
    assert load(changed(("code: II.2\n", "code: II\n"))).by_code["II"].max == 4


# ---- canonical form and hash ----


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_canonical_form_comes_back_the_same(path: Path) -> None:
    criteria = load(path.read_bytes())
    again = from_canonical(criteria.canonical)
    assert again == criteria
    assert (again.canonical, again.sha256) == (criteria.canonical, criteria.sha256)
    assert from_canonical(criteria.canonical.decode()) == criteria
    assert load(criteria.canonical.decode()).sha256 == criteria.sha256


def test_canonical_form_is_sorted_json_with_numbers_as_text() -> None:
    head = b'{"bonus":[{"applies_to":[],"code":"B.1","evidence":{"hint":"","required":false},"guidance":"'
    canonical = load(NINE).canonical
    assert canonical.startswith(head)
    compact = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}
    assert json.dumps(json.loads(canonical), **compact).encode() == canonical
    assert b'"target":"100"' in canonical
    assert b'"each":"0.5"' in canonical
    assert b'"precision":2' in canonical


def test_hash_is_what_it_was() -> None:
    """Published results name their set by this hash: a change here breaks every sealed round."""
    assert load(NINE).sha256 == "631146d4e0d5f08e73d79e9bb1fb5465bb134919bd3f824e2f1e6e1f3a23f3c9"


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        ("so-gddt-2012-2013", "4a1b0ea1eb3cef794c031a47335b5fec92ea94a31917cda24fe5d3a92748aeed"),
        ("so-gddt-2021-2022", "37a89c8cce3fe2d4cf182109e9689ba293fade17fdfd560b3d86bb7bd3f4d872"),
    ],
)
def test_shipped_sets_keep_the_hash_under_which_rounds_were_sealed(name: str, sha256: str) -> None:
    """Indicators came to the newer one later; without them it is still the set that it was."""
    text = (FOLDER / f"criteria/{name}.yaml").read_text("utf-8")
    assert load(re.sub(r"\n +figures: .*", "", text)).sha256 == sha256


def test_figures_are_part_of_the_canonical_form_only_where_an_indicator_is_named() -> None:
    plain = load(NINE)
    assert b"figures" not in plain.canonical
    assert load(changed((I1, f"{I1}\n        figures: {{}}"))).sha256 == plain.sha256
    bound = load(changed((I1, f"{I1}\n        figures: {{whole: 1.10, part: so_dat}}")))
    assert bound.by_code["I.1"].figures == {"part": "so_dat", "whole": "1.10"}
    assert bound.sha256 != plain.sha256
    assert from_canonical(bound.canonical) == bound


def test_replaces_is_part_of_the_canonical_form_only_where_something_is_replaced() -> None:
    plain = load(NINE)
    assert b"replaces" not in plain.canonical
    empty = load(changed(("        max: 6\n", "        max: 6\n        replaces: []\n")))
    assert empty.sha256 == plain.sha256
    merged = load(changed(("        max: 6\n", "        max: 6\n        replaces: [I.9, 1.10]\n")))
    assert merged.by_code["II.3"].replaces == ("I.9", "1.10")
    assert merged.sha256 != plain.sha256
    assert from_canonical(merged.canonical) == merged


def test_two_criteria_may_replace_the_same_one_which_was_split() -> None:
    text = changed(
        ("        max: 6\n", "        max: 6\n        replaces: [I.9]\n"),
        ("        title: Có kế hoạch", "        replaces: [I.9]\n        title: Có kế hoạch"),
    )
    assert [leaf.code for leaf in load(text).all_criteria if leaf.replaces == ("I.9",)] == ["II.2", "II.3"]


def shuffled(value: Any) -> Any:
    """The same values with every mapping written in the opposite order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


def test_hash_does_not_depend_on_the_order_of_keys_or_the_style() -> None:
    data = yaml.safe_load(NINE.replace("0.25", '"0.25"').replace("0.5", '"0.5"').replace("99.9", '"99.9"'))
    assert load(json.dumps(shuffled(data), ensure_ascii=False)).sha256 == load(NINE).sha256
    assert load(yaml.safe_dump(data, allow_unicode=True)).sha256 == load(NINE).sha256
    assert load(yaml.safe_dump(data, allow_unicode=False)).sha256 == load(NINE).sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        max: 6\n", "        max: 6.0\n"),
        ("        max: 6\n", "        max: '6,00'\n"),
        ("        max: 6\n", "        max: ' 6 '\n"),
        ("floor: 0,", "floor: -0,"),
        ("floor: 0,", "floor: 0.000,"),
        ("floor: 0,", ""),
        ("step: 0.25", "step: 0.250"),
        (", step: 0.25", ""),
        ("precision: 2", "precision: 2.0"),
        ("precision: 2\n", ""),
        ("deduction_cap: null\n", ""),
        ("title: Cải cách hành chính\n", "title: '  Cải cách hành chính '\n"),
        ("title: Cải cách hành chính\n", unicodedata.normalize("NFD", "title: Cải cách hành chính\n")),
        ('version: "2021-2022"', "version: 2021-2022"),
        ("set: thu\n", "# ghi chú\nset:   thu   # của tệp\n"),
    ],
)
def test_hash_does_not_depend_on_the_spelling(old: str, new: str) -> None:
    assert load(changed((old, new))).sha256 == load(NINE).sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        max: 6\n", "        max: 6.01\n"),
        ("scale: 100", "scale: null"),
        ("title: Cải cách hành chính\n", "title: Cải cách Hành chính\n"),
        ("applies_to: [dan-toc]", "applies_to: []"),
        ("guidance: Mỗi mục có văn bản.", "guidance: Mỗi mục có văn bản"),
        ("{code: a, label: Quy chế, points: 2}, {code: b, label: Diễn tập, points: 2}",
         "{code: b, label: Diễn tập, points: 2}, {code: a, label: Quy chế, points: 2}"),
    ],
)  # fmt: skip
def test_hash_depends_on_every_value_and_on_the_order_of_lists(old: str, new: str) -> None:
    assert load(changed((old, new))).sha256 != load(NINE).sha256


def test_hash_of_a_whole_file_in_decomposed_letters_is_the_same() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert load(unicodedata.normalize("NFD", text)).sha256 == load(text).sha256


@settings(max_examples=60)
@given(sets())
def test_invented_set_has_no_problems_and_comes_back_the_same(data: Data) -> None:
    criteria = load(json.dumps(data, ensure_ascii=False))
    again = from_canonical(criteria.canonical)
    assert (again, again.canonical, again.sha256) == (criteria, criteria.canonical, criteria.sha256)
    assert load(json.dumps(shuffled(data))).sha256 == criteria.sha256


# ---- anything goes in, a set or problems come out ----

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in FILES}
TREES = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 10**12, 10**13, 10**40, "", " ", "x", "8,5", "8,5,1", "1e400", "NaN", "\u0663"),
    *("I", "I.1", "x" * 5000, "e\u0301", [], [None], [[]], [{}], {}, {"kind": "ratio"}, {"code": "I.1"}, "judged"),
    *("0.0000000000000000000000000000001", "rebase", "section:I", [1, 2], {"a": {"b": []}}, "a\tb", "ẩ"),
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree."""
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(place for key, item in inner for place in paths(item, (*path, key)))]


PLACES = {name: paths(tree)[1:] for name, tree in TREES.items()}
MUTATIONS = ("replace", "delete", "rename", "double", "wrap")


def mutated(tree: Any, path: tuple[Any, ...], how: str, odd: Any) -> None:
    """Break one place of a tree."""
    parent = tree
    for key in path[:-1]:
        parent = parent[key] if isinstance(parent, dict | list) and _has(parent, key) else None
    last = path[-1]
    if not isinstance(parent, dict | list) or not _has(parent, last):
        return
    if how == "replace":
        parent[last] = deepcopy(odd)
    elif how == "wrap":
        parent[last] = [parent[last]] if odd else {"x": parent[last]}
    elif how == "rename" and isinstance(parent, dict):
        parent[str(odd)[:20]] = parent.pop(last)
    elif how == "double" and isinstance(parent, list):
        parent.insert(0, deepcopy(parent[last]))
    else:
        parent.pop(last)


def _has(parent: Any, key: Any) -> bool:
    return key in parent if isinstance(parent, dict) else isinstance(key, int) and key < len(parent)


def judge(text: str) -> None:
    """Load it: a set that works, or problems with sentences and lines; any other exception is a failure."""
    try:
        criteria = load(text)
    except Problems as error:
        lines = len(text.splitlines())
        for problem in error.problems:
            assert str(problem.phrase)[-1] == "."
            assert problem.line is not None
            assert 1 <= problem.line <= lines
            assert not re.search(r"Decimal|<class|pydantic|Traceback|%\(", str(problem))
        return
    assert from_canonical(criteria.canonical).sha256 == criteria.sha256
    tags = {tag for leaf in criteria.leaves for tag in leaf.applies_to}
    full = Scorer(criteria).score_points({leaf.code: leaf.max for leaf in criteria.leaves}, tags)
    places = criteria.precision
    assert str(full.base) == str(full.earned) == oracle.shown(oracle.half_up(criteria.base, places), places)
    for leaf in criteria.all_criteria:
        assert str(leaf.rule.summary(leaf.max))


@settings(max_examples=125)
@given(st.data())
def test_any_broken_tree_is_a_set_or_problems(draw: st.DataObject) -> None:
    name = draw.draw(st.sampled_from(sorted(TREES)))
    tree = deepcopy(TREES[name])
    for _ in range(draw.draw(st.integers(1, 4))):
        path = draw.draw(st.sampled_from(PLACES[name]))
        mutated(tree, path, draw.draw(st.sampled_from(MUTATIONS)), draw.draw(st.sampled_from(ODD)))
    judge(json.dumps(tree, ensure_ascii=False, indent=1))


PIECES = ["", " ", "\n", "\t", ":", "- ", "[", "}", '"', "#", "&a ", "1", "x: ", "\u0309"]


@settings(max_examples=75)
@given(st.data())
def test_any_broken_text_is_a_set_or_problems(draw: st.DataObject) -> None:
    text = TEXTS[draw.draw(st.sampled_from(["nine-kinds", "nine-kinds", "so-gddt-2021-2022"]))]
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(text)))
        piece = draw.draw(st.sampled_from(PIECES))
        text = text[:start] + piece + text[start + draw.draw(st.integers(0, 12)) :]
    judge(text)


def test_criteria_sets_with_equal_values_are_equal() -> None:
    first: CriteriaSet = load(NINE)
    assert first == load(NINE)
    assert first != load(changed(("scale: 100", "scale: 10")))
