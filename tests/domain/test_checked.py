"""Plain values of any origin become a criteria set or problems with their paths; nothing is ever raised."""

import json
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.criteria import CriteriaSet, checked, from_canonical, load
from emulation.domain.source import Path
from tests.domain.sets import criteria_data, criteria_sets
from tests.domain.test_criteria import NINE, TREES

HEAD: dict[str, Any] = {"set": "x", "version": "1", "title": "x", "status": "official"}
LEAF: dict[str, Any] = {"code": "I.1", "title": "x", "max": "1", "rule": {"kind": "check"}}


def set_of(**leaf: Any) -> dict[str, Any]:
    """A set with one criterion, some of whose keys are changed."""
    return {**HEAD, "sections": [{"code": "I", "title": "x", "criteria": [LEAF | leaf]}]}


def problems(data: Any) -> list[tuple[Path, str]]:
    criteria, found = checked(data)
    assert (criteria is None) is bool(found)
    return [(path, str(phrase)) for path, phrase in found]


LEAF_PATH = ("sections", 0, "criteria", 0)
CONTROL = "Có ký tự điều khiển không đọc được."
ODD = [  # what is wrong, its path, the sentence
    (set_of(max=1.5), (*LEAF_PATH, "max"), "Số phải được ghi chính xác, không phải số dấu phẩy động."),
    (set_of(max=float("nan")), (*LEAF_PATH, "max"), "Số phải được ghi chính xác, không phải số dấu phẩy động."),
    (set_of(max=Decimal("NaN")), (*LEAF_PATH, "max"), "Số này quá lớn, quá nhỏ hoặc không đọc được."),
    (set_of(max=Decimal("1E+999999")), (*LEAF_PATH, "max"), "Số này quá lớn, quá nhỏ hoặc không đọc được."),
    (set_of(max=Decimal("1E-999999")), (*LEAF_PATH, "max"), "Số này quá lớn, quá nhỏ hoặc không đọc được."),
    (set_of(max=10**5000), (*LEAF_PATH, "max"), "Số này quá lớn, quá nhỏ hoặc không đọc được."),
    (set_of(max=10**300), (*LEAF_PATH, "max"), "Khóa “max” quá lớn, quá nhỏ hoặc có quá nhiều chữ số."),
    (set_of(title=date(2021, 1, 1)), (*LEAF_PATH, "title"),
     "Giá trị này không phải văn bản, số, có/không hay danh sách."),
    (set_of(title=b"x"), (*LEAF_PATH, "title"), "Giá trị này không phải văn bản, số, có/không hay danh sách."),
    (set_of(applies_to={"a"}), (*LEAF_PATH, "applies_to"),
     "Giá trị này không phải văn bản, số, có/không hay danh sách."),
    (set_of(guidance="a\x00b"), (*LEAF_PATH, "guidance"), CONTROL),
    (set_of(guidance="a\ud800b"), (*LEAF_PATH, "guidance"), CONTROL),
    (set_of(**{"a\x1b": 1}), LEAF_PATH, CONTROL),
    (HEAD | {"sections": [], 5: 1}, (), "Tên khóa phải là văn bản."),
    (HEAD | {"sections": [], "e\u0301": 1, "\u00e9": 2}, ("\u00e9",), "Khóa “é” viết hai lần."),
    ([], (), "Tệp phải là một bộ tiêu chí với các khóa set, version, title, ..."),
    (None, (), "Tệp phải là một bộ tiêu chí với các khóa set, version, title, ..."),
    (1.5, (), "Số phải được ghi chính xác, không phải số dấu phẩy động."),
    ({}, ("sections",), "Thiếu khóa “sections”."),
]  # fmt: skip


@pytest.mark.parametrize(("data", "path", "sentence"), ODD, ids=[f"{row[1]} {row[2]}" for row in ODD])
def test_odd_value_is_told_once_with_its_path(data: Any, path: Path, sentence: str) -> None:
    told = problems(data)
    assert (path, sentence) in told
    if path:
        assert [one for one in told if one[0] == path and one[1] != sentence and sentence != CONTROL] == []


def test_endless_values_are_told_not_followed() -> None:
    endless: dict[str, Any] = set_of()
    endless["sections"][0]["sections"] = [endless]
    assert "Cấu trúc lồng nhau quá sâu." in [sentence for _, sentence in problems(endless)]
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert ("Cấu trúc lồng nhau quá sâu.") in [sentence for _, sentence in problems(HEAD | {"sections": deep})]


def test_line_ends_and_letters_are_spelt_in_one_way() -> None:
    criteria, found = checked(set_of(guidance=unicodedata.normalize("NFD", "Tỷ\r\nlệ\rx")))
    assert found == []
    assert criteria is not None
    assert criteria.leaves[0].guidance == "Tỷ\nlệ\nx"


def test_given_values_are_left_alone() -> None:
    data = set_of(guidance="a\r\n", max=1)
    before = json.dumps(data)
    checked(data)
    assert json.dumps(data) == before


def test_same_problems_as_of_a_file_with_the_same_values() -> None:
    criteria, found = checked(TREES["nine-kinds"])
    assert found != []  # yaml.safe_load reads 0.25 as a float
    assert {str(phrase) for _, phrase in found} == {"Số phải được ghi chính xác, không phải số dấu phẩy động."}
    assert criteria is None
    criteria, found = checked(json.loads(load(NINE).canonical))
    assert (criteria, found) == (load(NINE), [])


@settings(max_examples=30)
@given(criteria_data())
def test_strategy_gives_sound_sets_and_their_canonical_form_comes_back(data: dict[str, Any]) -> None:
    criteria, found = checked(data)
    assert found == []
    assert criteria is not None
    assert from_canonical(criteria.canonical) == criteria
    again, found = checked(json.loads(criteria.canonical))
    assert (again, found) == (criteria, [])
    assert again is not None
    assert again.sha256 == criteria.sha256


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=3),
    st.sampled_from(("judged", "levels", "ratio", "steps", "I", "I.1", "8,5", "section:I", "rebase", "e\u0301")),
)
KEYS = st.one_of(
    st.text(max_size=6),
    st.integers(),
    st.sampled_from((
        *CriteriaSet.model_fields, "code", "criteria", "coefficient", "max", "rule", "kind", "levels", "label",
        "points", "from", "steps", "items", "name", "replaces", "evidence", "labels", "target", "floor", "each", "step",
    )),
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, item in inner for one in [(value, key), *places(item)]]


@settings(max_examples=75)
@given(ANYTHING)
def test_anything_is_judged_without_an_exception(data: Any) -> None:
    for _, sentence in problems(data):
        assert sentence[-1] == "."


@settings(max_examples=75)
@given(st.data())
def test_sound_set_with_anything_in_some_place_is_judged_without_an_exception(draw: st.DataObject) -> None:
    data = json.loads(draw.draw(criteria_sets()).canonical)
    for _ in range(draw.draw(st.integers(1, 3))):
        container, key = draw.draw(st.sampled_from(places(data)))
        container[key] = draw.draw(ANYTHING)
    for _, sentence in problems(data):
        assert sentence[-1] == "."
