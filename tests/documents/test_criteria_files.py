"""What a criteria file is, its content decides; every format says the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.documents.criteria_docx import annex_docx
from emulation.documents.criteria_files import read_criteria_file
from emulation.documents.criteria_xlsx import workbook
from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.normal_form import to_json, to_yaml
from emulation.domain.source import Problems
from tests.domain.sets import criteria_sets
from tests.domain.test_criteria import NINE

NINE_SET = load(NINE)
PICTURE = (Path(__file__).parents[2] / "docs/images/board.png").read_bytes()


def problems(name: str, raw: bytes) -> list[tuple[int | None, str]]:
    try:
        read_criteria_file(name, raw)
    except Problems as error:
        return [(problem.line, str(problem)) for problem in error.problems]
    return []


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.xlsx", "a", "a.png"])
@pytest.mark.parametrize(
    "make",
    [
        NINE.encode,
        lambda: NINE.encode("utf-8-sig"),
        lambda: to_yaml(NINE_SET).encode(),
        lambda: to_json(NINE_SET).encode(),
        lambda: b"\xef\xbb\xbf \n" + to_json(NINE_SET).encode(),
        lambda: NINE_SET.canonical,
        lambda: workbook(NINE_SET),
    ],
    ids=["by hand", "with a mark", "yaml", "json", "json with a mark", "canonical", "xlsx"],
)
def test_content_decides_what_a_file_is(name: str, make: Callable[[], bytes]) -> None:
    assert read_criteria_file(name, make()) == NINE_SET


OTHER = "“a.xlsx” là tệp %s; bộ tiêu chí là tệp XLSX, YAML hoặc JSON (UTF-8)."
OTHERS = [
    (PICTURE, None, OTHER % "PNG"),
    (b"\xff\xd8\xff\xe0x", None, OTHER % "JPEG"),
    (b"GIF89a", None, OTHER % "GIF"),
    (b"%PDF-1.7\n", None, OTHER % "PDF"),
    (b"{\\rtf1}", None, OTHER % "RTF"),
    (b"BM" + b"\x00" * 60, None, OTHER % "BMP"),
    (NINE.encode("utf-16"), None, OTHER % "UTF-16"),
    (b"", None, "Tệp trống."),
    (b"\x00" * 40, 1, "Có ký tự điều khiển không đọc được."),
    (b"BMI: 1", 1, "BMI: Không có khóa “BMI”."),
    (b"{", 1, "Tệp bị cắt cụt: thiếu phần cuối."),
    (b"[]", 1, "Tệp phải là một bộ tiêu chí với các khóa set, version, title, ..."),
]


@pytest.mark.parametrize(("raw", "line", "sentence"), OTHERS, ids=[row[2][:40] for row in OTHERS])
def test_other_file_is_refused_with_a_sentence(raw: bytes, line: int | None, sentence: str) -> None:
    assert (line, sentence) in problems("a.xlsx", raw)


def test_docx_is_refused_with_a_sentence() -> None:
    assert (None, "Tệp này không phải bảng tính Excel (.xlsx).") in problems("a.xlsx", annex_docx(NINE_SET))


@settings(max_examples=20)
@given(criteria_sets())
def test_every_format_says_the_same(criteria: CriteriaSet) -> None:
    yaml = to_yaml(criteria)
    back = read_criteria_file("x", to_json(read_criteria_file("x", workbook(load(yaml)))).encode())
    assert back == criteria
    assert to_yaml(back) == yaml


@settings(max_examples=100)
@given(st.binary(max_size=80))
def test_any_bytes_are_refused_with_sentences(raw: bytes) -> None:
    assert all(sentence for _, sentence in problems("x", raw))
    assert problems("x", raw) != []
