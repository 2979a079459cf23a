"""The normal spelling of a set: what it looks like, and that nothing is lost or changed on the way and back."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.criteria import CriteriaSet, checked, load
from emulation.domain.normal_form import FLOW_WIDTH, load_json, to_json, to_yaml
from emulation.domain.source import Problems
from tests.domain.sets import ODD, criteria_sets
from tests.domain.test_criteria import FILES, NINE, problems

FOLDER = Path(__file__).parents[2]


def with_words(title: str, *, rules: Sequence[dict[str, Any]] = ({"kind": "check"},), **leaf: Any) -> CriteriaSet:
    """A small set with a title and a criterion for each rule."""
    criteria = [
        {"code": f"I.{number}", "title": "x", "max": "1", "rule": rule} | leaf for number, rule in enumerate(rules, 1)
    ]
    section = {"code": "I", "title": "x", "criteria": criteria}
    made, found = checked({"set": "x", "version": "1", "title": title, "status": "official", "sections": [section]})
    assert made is not None, [str(phrase) for _, phrase in found]
    return made


def test_normal_form_looks_like_a_file_written_by_hand() -> None:
    assert to_yaml(load(NINE)).splitlines()[:46] == [
        "set: thu",
        'version: "2021-2022"',
        "title: Bộ tiêu chí thử nghiệm có đủ chín cách chấm",
        "status: illustrative",
        "legal_basis: [Văn bản thử nghiệm]",
        "scale: 100",
        "bonus_cap: 3",
        "grades:",
        "  - {name: Hoàn thành xuất sắc, from: 90}",
        "  - {name: Hoàn thành tốt, from: 80}",
        "  - {name: Hoàn thành, from: 50}",
        "  - {name: Chưa hoàn thành, from: 0}",
        'tie_breakers: [deductions, "section:I", progress]',
        "sections:",
        "  - code: I",
        "    title: Cải cách hành chính",
        "    coefficient: 2",
        "    criteria:",
        "      - code: I.1",
        "        title: Tỷ lệ thủ tục hành chính cung cấp dịch vụ công trực tuyến mức độ 4",
        "        max: 10",
        "        owner: van-phong",
        "        source: Cổng dịch vụ công",
        "        guidance: Tính các thủ tục thuộc thẩm quyền của Sở.",
        "        evidence: {required: true, hint: Báo cáo cải cách hành chính}",
        "        labels: {part: Số thủ tục mức độ 4, whole: Tổng số thủ tục}",
        '        rule: {kind: ratio, target: 100, unit: "%"}',
        "      - code: I.2",
        "        title: Tỷ lệ báo cáo thống kê nộp đúng hạn",
        "        max: 5",
        "        owner: van-phong",
        "        source: Cơ sở dữ liệu ngành",
        "        guidance: Nộp sau hạn quá một ngày là không đúng hạn.",
        "        labels: {value: Tỷ lệ đúng hạn}",
        "        rule:",
        "          kind: steps",
        '          unit: "%"',
        "          steps:",
        "            - {from: 98, points: 5}",
        "            - {from: 95, points: 4}",
        "            - {from: 90, points: 3}",
        "      - code: I.3",
        "        title: Chất lượng tham mưu, tổng hợp",
        "        max: 10",
        "        owner: van-phong",
        "        source: Vụ theo dõi",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_comes_back_the_same_and_short_enough_to_read(path: Path) -> None:
    criteria = load(path.read_bytes())
    text = to_yaml(criteria)
    assert load(text) == criteria
    assert load(text).sha256 == criteria.sha256
    assert max(len(line) for line in text.splitlines()) <= FLOW_WIDTH
    assert load_json(to_json(criteria)).sha256 == criteria.sha256


WORDS = [  # text, how it stands in the file
    ("Kế hoạch năm học", ["title: Kế hoạch năm học"]),
    ("Kế hoạch: năm học", ['title: "Kế hoạch: năm học"']),
    ("10 tiêu chí", ["title: 10 tiêu chí"]),
    ("1.10", ['title: "1.10"']),
    ("2021-12-31", ['title: "2021-12-31"']),
    ("yes", ['title: "yes"']),
    ("=1+1", ['title: "=1+1"']),
    ("a #b", ['title: "a #b"']),
    ("a#b", ["title: a#b"]),
    ("“trích”", ["title: “trích”"]),
    ('"trích"', ['title: "\\"trích\\""']),
    ("a\tb", ['title: "a\\tb"']),
    ("a\u2028b", ['title: "a\\u2028b"']),
    ("một\nhai: ba", ["title: |-", "  một", "  hai: ba"]),
    ("một\n  hai", ["title: |-", "  một", "    hai"]),
    ("một \nhai", ['title: "một \\nhai"']),
    ("chữ " * 40 + "x", ["title: >-", "  " + ("chữ " * 27).strip(), "  " + "chữ " * 13 + "x"]),
    ("a  b " + "chữ " * 30 + "x", ["title: >-", "  a  b " + ("chữ " * 26).strip(), "  chữ chữ chữ chữ x"]),
]


@pytest.mark.parametrize(("title", "lines"), WORDS, ids=[repr(row[0][:20]) for row in WORDS])
def test_text_stands_as_plain_as_it_can(title: str, lines: list[str]) -> None:
    text = to_yaml(with_words(title))
    assert text.splitlines()[2 : 2 + len(lines)] == lines
    assert load(text).title == title


@pytest.mark.parametrize("text", ODD, ids=[repr(one[:20]) for one in ODD])
def test_odd_text_comes_back_in_every_place_and_to_every_reader(text: str) -> None:
    criteria = with_words(
        text,
        guidance=f" {text} ",
        applies_to=[text],
        evidence={"hint": text},
        rule={"kind": "levels", "levels": [{"label": text, "points": "1"}]},
    )
    written = to_yaml(criteria)
    assert load(written) == criteria
    assert yaml.safe_load(written)["title"] == criteria.title
    assert load_json(to_json(criteria)) == criteria


@settings(max_examples=25)
@given(criteria_sets())
def test_any_set_comes_back_from_yaml_and_is_written_in_the_same_bytes(criteria: CriteriaSet) -> None:
    text = to_yaml(criteria)
    again = load(text)
    assert (again, again.sha256) == (criteria, criteria.sha256)
    assert to_yaml(again) == text


@settings(max_examples=25)
@given(criteria_sets())
def test_any_set_comes_back_from_json(criteria: CriteriaSet) -> None:
    text = to_json(criteria)
    again = load_json(text)
    assert (again, again.sha256) == (criteria, criteria.sha256)
    assert to_json(again) == text
    assert json.loads(text) == json.loads(criteria.canonical)


def test_equal_sets_are_written_in_the_same_bytes() -> None:
    first = with_words("x", labels={"part": "a", "whole": "b"})
    second = with_words("x", labels={"whole": "b", "part": "a"}, max="1.00", may_skip=False)
    assert to_yaml(first) == to_yaml(second)


def test_numbers_are_written_as_people_write_them() -> None:
    rule = {"kind": "ratio", "target": Decimal("1E+3"), "floor": "-0.000000001"}
    assert "rule: {kind: ratio, target: 1000, floor: -0.000000001}" in to_yaml(with_words("x", rule=rule))


# ---- JSON: problems with lines ----

SOUND = to_json(load(NINE))
CUT = "Tệp bị cắt cụt: thiếu phần cuối."
CONTROL = "Có ký tự điều khiển không đọc được."
NESTED = "Cấu trúc lồng nhau không hợp lệ hoặc quá sâu."
SYNTAX = "Sai cú pháp JSON gần “{}”: kiểm tra dấu phẩy, dấu ngoặc, dấu nháy."
BROKEN = [  # text, line, sentence
    ('{"a": 1,\n"a": 2}', 2, "Khóa “a” viết hai lần."),
    ('{"a": {"e\u0301": 1,\n"\u00e9": 2}}', 2, "Khóa “é” viết hai lần."),
    ("{", 1, CUT),
    ('{"a":\n', 1, CUT),
    ('{"a": "b', 1, CUT),
    ('{"a": "b\nc"}', 1, SYNTAX.format('{"a": "b c"}')),
    ('{"a": 01}', 1, SYNTAX.format('{"a": 01}')),
    ('{"a": 1.}', 1, SYNTAX.format('{"a": 1.}')),
    ('{"a": NaN}', 1, SYNTAX.format('{"a": NaN}')),
    ('{"a": 1,}', 1, SYNTAX.format('{"a": 1,}')),
    ("{'a': 1}", 1, SYNTAX.format("{'a': 1}")),
    ('{"a": 1\n"b": 2}', 2, SYNTAX.format('{"a": 1 "b": 2}')),
    ('{"a": [1 2]}', 1, SYNTAX.format('{"a": [1 2]}')),
    ('{"a": 1}\n{"b": 2}', 2, "Còn dữ liệu sau dấu } cuối tệp."),
    ('{"a": "\\u0000"}', 1, CONTROL),
    ('{"a": "\\ud800"}', 1, CONTROL),
    ('{"a": ' + "[" * 30 + "]" * 30 + "}", 1, NESTED),
    ('{"a": ' + "[" * 100_000, 1, NESTED),
]


@pytest.mark.parametrize(("text", "line", "sentence"), BROKEN, ids=[repr(row[0][:24]) for row in BROKEN])
def test_json_that_cannot_be_read_is_refused_with_its_line(text: str, line: int, sentence: str) -> None:
    with pytest.raises(Problems) as found:
        load_json(text)
    assert [(problem.line, str(problem)) for problem in found.value.problems] == [(line, sentence)]


def test_json_is_checked_as_yaml_is_with_lines_of_its_own() -> None:
    text = SOUND.replace('"max": "6"', '"max": "sáu"').replace('"coefficient": "2"', '"coefficient": "0"')
    with pytest.raises(Problems) as found:
        load_json(text)

    def line(needle: str) -> int:
        return text[: text.index(needle)].count("\n") + 1

    assert [(problem.line, str(problem)) for problem in found.value.problems] == [
        (line('"coefficient": "0"'), "I coefficient: Hệ số phải lớn hơn 0."),
        (line('"max": "sáu"'), "II.3 max: Khóa “max” phải là một số."),
    ]


def test_json_reads_what_yaml_cannot() -> None:
    text = SOUND.replace("  ", "\t").replace("Bộ tiêu chí thử nghiệm", "\\ud83d\\ude00 \\/ B\\u1ed9")
    assert problems(text) != []
    assert load_json(text).title == "😀 / Bộ có đủ chín cách chấm"
    assert load_json("\ufeff".encode() + SOUND.encode()) == load(NINE)


@settings(max_examples=25)
@given(st.data())
def test_any_broken_json_is_a_set_or_problems(draw: st.DataObject) -> None:
    text = SOUND
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(text)))
        piece = draw.draw(st.sampled_from(["", '"', "{", "}", "[", "]", ",", ":", "\\", "\\u", "1", "e9", "-", "\x00"]))
        text = text[:start] + piece + text[start + draw.draw(st.integers(0, 12)) :]
    try:
        load_json(text)
    except Problems as error:
        for problem in error.problems:
            assert str(problem.phrase)[-1] == "."
            assert problem.line is not None
            assert 1 <= problem.line <= max(1, len(text.splitlines()))
