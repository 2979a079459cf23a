"""Reading YAML: the careful subset, exact values, the line of each, and what is refused."""

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.source import DEEPEST, LARGEST_BYTES, Problem, Problems, decode, read_tree
from emulation.words import Phrase


def problems(text: str | bytes) -> list[tuple[int | None, str]]:
    """Line and sentence of everything found wrong; none if the text can be read."""
    try:
        read_tree(decode(text) if isinstance(text, bytes) else text)
    except Problems as error:
        return [(problem.line, str(problem)) for problem in error.problems]
    return []


# ---- values ----

VALUES = [  # YAML, value
    ("true", True),
    ("false", False),
    ("yes", "yes"),
    ("No", "No"),
    ("on", "on"),
    ("True", "True"),
    ("null", None),
    ("~", None),
    ("", None),
    ("Null", "Null"),
    ("10", Decimal(10)),
    ("10.50", Decimal("10.50")),
    ("-3", Decimal(-3)),
    ("0.1", Decimal("0.1")),
    ("99999999999999999999999999999999.9", Decimal("99999999999999999999999999999999.9")),
    ("1e3", "1e3"),
    ("010", "010"),
    ("0x1F", "0x1F"),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    (".5", ".5"),
    (".inf", ".inf"),
    (".NaN", ".NaN"),
    ("8,5", "8,5"),
    ("٣", "٣"),
    ("2021-12-31", "2021-12-31"),
    ("2021-2022", "2021-2022"),
    ('"10"', "10"),
    ("'true'", "true"),
    ('"null"', "null"),
    ("Tỷ lệ", "Tỷ lệ"),
    ("Ty\u0309 le\u0323\u0302", "Tỷ lệ"),
    ('"\\u1ef7"', "ỷ"),
    ("[1, 1.10, a]", [Decimal(1), Decimal("1.10"), "a"]),
    ("{}", {}),
    ("[]", []),
    ("|\n  hai\n  dòng\n", "hai\ndòng\n"),
    (">\n  hai\n  dòng\n", "hai dòng\n"),
    ("# ghi chú", None),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[repr(row[0]) for row in VALUES])
def test_value_is_what_was_written(text: str, value: Any) -> None:
    found = read_tree(f"k: {text}").data["k"]
    assert found == value
    assert type(found) is type(value)
    assert str(found) == str(value)  # 1.10 stays 1.10


def test_keys_are_always_text_in_composed_letters() -> None:
    assert read_tree("1: a\ntrue: b\n1.10: c\nTy\u0309: d\n~: e\n").data == {
        "1": "a",
        "true": "b",
        "1.10": "c",
        "Tỷ": "d",
        "~": "e",
    }


def test_lines_are_those_of_keys_and_members() -> None:
    tree = read_tree("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\ne:\n  f: |\n    x\n    y\n  g: 1\n")
    assert tree.data == {"a": 1, "b": ["x", {"c": 2, "d": 3}], "e": {"f": "x\ny\n", "g": 1}}
    assert tree.lines == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 1): 4,
        ("b", 1, "c"): 4,
        ("b", 1, "d"): 5,
        ("e",): 6,
        ("e", "f"): 7,
        ("e", "g"): 10,
    }


def test_line_of_what_is_not_there_is_that_of_the_nearest_thing_around_it() -> None:
    tree = read_tree("# đầu\na:\n  b: 1\n")
    assert [tree.line(path) for path in [("a", "b", "c", 0), ("a", "x"), ("x",), ()]] == [3, 2, 2, 2]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_every_line_end(end: str) -> None:
    assert read_tree(end.join(["a: 1", "", "b: 2"])).lines[("b",)] == 3


def test_byte_order_mark_is_no_part_of_the_text() -> None:
    assert read_tree(decode(b"\xef\xbb\xbfa: 1")).data == {"a": 1}


# ---- refused ----

SECOND = "Tệp có nhiều tài liệu (---); chỉ dùng một."
ANCHOR = "Không dùng neo và tham chiếu (&, *)."
TAG = "Không dùng nhãn kiểu (!)."
NESTED = "Cấu trúc lồng nhau không hợp lệ hoặc quá sâu."
TAB = "Dùng dấu cách thay cho phím Tab để thụt dòng."
CONTROL = "Có ký tự điều khiển không đọc được."
REFUSED = [  # text, line, sentence
    ("a: 1\na: 2", 2, "Khóa “a” viết hai lần."),
    ("x:\n  b: 1\n  c: 2\n  b: 3", 4, "Khóa “b” viết hai lần."),
    ('a: 1\n"a": 2', 2, "Khóa “a” viết hai lần."),
    ("\u1ef7: 1\ny\u0309: 2", 2, "Khóa “ỷ” viết hai lần."),
    ("- {a: 1, a: 2}", 1, "Khóa “a” viết hai lần."),
    ("a: 1\n---\nb: 2", 2, SECOND),
    ("a: &x 1\nb: *x", 1, ANCHOR),
    ("a: 1\nb: *x", 2, ANCHOR),
    ("a: &x {b: 1}", 1, ANCHOR),
    ("a: &x [1]", 1, ANCHOR),
    ("a: 1\nb: !!str 2", 2, TAG),
    ("a: !!python/object:os.system {}", 1, TAG),
    ("a: !!set {x}", 1, TAG),
    ("a: ! 10", 1, TAG),
    ("! a: 10", 1, TAG),
    ("? [a]\n: 1", 1, NESTED),
    ("? {a: 1}\n: 1", 1, NESTED),
    ("a: 1\n\tb: 2", 2, TAB),
    ("a:\n\t- 2", 2, TAB),
    ("a: 1\nb: c: d", 2,
     "Sai cú pháp YAML: dấu hai chấm đứng sai chỗ; câu có dấu hai chấm phải đặt trong dấu ngoặc kép."),
    ("a: {b: 1\nc: 2", 2, "Sai cú pháp YAML: thiếu dấu phẩy hoặc dấu }."),
    ("a: [1, 2\nc: 2", 2, "Sai cú pháp YAML: thiếu dấu phẩy hoặc dấu ]."),
    ("a: 1\nb\nc: 2", 3, "Sai cú pháp YAML: thiếu dấu hai chấm sau tên khóa."),
    ("a: 1\n  b: 2", 2,
     "Sai cú pháp YAML: dấu hai chấm đứng sai chỗ; câu có dấu hai chấm phải đặt trong dấu ngoặc kép."),
    ("a:\n  b: 1\n c: 2", 3, "Sai cú pháp YAML: thụt dòng không khớp với các dòng trên."),
    ("a:\n  - 1\n - 2", 3, "Sai cú pháp YAML: thụt dòng không khớp với các dòng trên."),
    ("a: 1\nb: [\n\n", 2, "Sai cú pháp YAML: kiểm tra thụt dòng, dấu ngoặc, dấu nháy, dấu hai chấm."),
    ('a: "b', 1, "Sai cú pháp YAML: thiếu dấu ngoặc kép hoặc dấu nháy đóng."),
    ("a: @b", 1, "Sai cú pháp YAML: giá trị bắt đầu bằng ký tự này phải đặt trong dấu ngoặc kép."),
    ("a: 1\nb: ]", 2, "Sai cú pháp YAML: kiểm tra thụt dòng, dấu ngoặc, dấu nháy, dấu hai chấm."),
    ('a: "\\ud800"', 1, "Sai cú pháp YAML: kiểm tra thụt dòng, dấu ngoặc, dấu nháy, dấu hai chấm."),
    ('a: 1\nb: "x\\0y"', 2, CONTROL),
    ('a: 1\n"x\\x1b": y', 2, CONTROL),
    ("Tỷ lệ: 1\n\nb: x\x00y", 3, CONTROL),
    ("Tỷ lệ: 1\nb: x\x1by", 2, CONTROL),
    ("a: 1\nb: \ufffe", 2, CONTROL),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "sentence"), REFUSED, ids=[repr(row[0]) for row in REFUSED])
def test_text_outside_the_subset_is_refused_with_its_line(text: str, line: int, sentence: str) -> None:
    assert (line, sentence) in problems(text)
    assert {place for place, _ in problems(text)} <= set(range(1, text.count("\n") + 2))


def test_duplicate_keys_are_all_told_in_order_of_line() -> None:
    assert problems("a: 1\nb: 1\nb: 2\na: 2\nc: {d: 1, d: 2}\n") == [
        (3, "Khóa “b” viết hai lần."),
        (4, "Khóa “a” viết hai lần."),
        (5, "Khóa “d” viết hai lần."),
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", [(None, "Tệp trống.")]),
        (b"\xef\xbb\xbf \r\n\t", [(None, "Tệp trống.")]),
        (b" " * (LARGEST_BYTES + 1), [(None, "Tệp lớn hơn 2 MB.")]),
        (b"a" * (3 * 1024 * 1024), [(None, "Tệp lớn hơn 2 MB.")]),
        ("a: Tỷ lệ".encode("utf-16"), [(1, "Tệp không phải văn bản UTF-8.")]),
        ("a: Tỷ lệ".encode("utf-16-le"), [(1, "Tệp không phải văn bản UTF-8.")]),
        ("a: 1\nb: T\u00ea".encode("latin-1"), [(2, "Tệp không phải văn bản UTF-8.")]),
        (b"\x89PNG\r\n\x1a\n\x00\x00", [(1, "Tệp không phải văn bản UTF-8.")]),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3", [(2, "Tệp không phải văn bản UTF-8.")]),
        (b"a: \xed\xa0\x80", [(1, "Tệp không phải văn bản UTF-8.")]),
        (b"\x00" * 100, [(1, CONTROL)]),
    ],
    ids=["empty", "spaces", "2MB+1", "3MB", "utf-16", "utf-16-le", "latin-1", "png", "pdf", "surrogate", "zeros"],
)
def test_bytes_that_are_no_text_are_refused(raw: bytes, expected: list[tuple[int | None, str]]) -> None:
    assert problems(raw) == expected


def test_largest_file_is_still_read() -> None:
    raw = b"a: 1\n#" + b" " * (LARGEST_BYTES - 6)
    assert len(raw) == LARGEST_BYTES
    assert read_tree(decode(raw)).data == {"a": 1}


def test_nesting_is_bounded() -> None:
    assert problems("[" * DEEPEST + "]" * DEEPEST) == []
    assert problems("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)) == [(1, NESTED)]
    assert problems("- " * 5000) == problems("[" * 5000) == [(1, NESTED)]  # libyaml's own limit is 1,000


BOMBS = [
    "[",
    "{",
    "{a: ",
    "- ",
    "? ",
    "[? ",
    "a: ",
    "!",
    "&a ",
    "*a ",
    "|",
    "%",
    '"',
    "'",
    ",",
    "[a, ",
    "#",
    "--- ",
    "\t",
]


@pytest.mark.parametrize("piece", BOMBS)
def test_bomb_ends_soon_and_without_another_exception(piece: str) -> None:
    start = time.monotonic()
    for text in (piece * 100_000, f"a: {piece * 100_000}", f"{piece * 100_000}{']' * 100_000}"):
        problems(text)
    assert time.monotonic() - start < 10


@settings(max_examples=150)
@given(st.text(alphabet="ab:-[]{}?,&*!|>'\"%@`#~ \t\n\r\x00\u0309\ufeff\u20289.", max_size=40))
def test_any_text_is_read_or_refused_with_sentences_and_lines(text: str) -> None:
    for line, sentence in problems(text):
        assert sentence[-1] == "."
        assert line is not None
        assert 1 <= line <= len(text.splitlines())


@settings(max_examples=100)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    assert all(sentence for _, sentence in problems(raw))


def test_problem_names_its_place() -> None:
    assert str(Problem(Phrase("Sai."), 3, "I.2 rule.target")) == "I.2 rule.target: Sai."
    assert str(Problem(Phrase("Sai."))) == "Sai."
    found = Problems([Problem(Phrase("Hai."), 7), Problem(Phrase("Một."), 2), Problem(Phrase("Không."))])
    assert [str(problem) for problem in found.problems] == ["Không.", "Một.", "Hai."]
    assert str(found) == "Không.; Một.; Hai."
