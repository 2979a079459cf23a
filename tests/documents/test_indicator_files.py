"""Files of figures that the ministry holds: both forms, both kinds of file, and what is told cell by cell."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from emulation.documents.indicator_books import template
from emulation.documents.indicator_files import Given, as_csv, read_indicators
from emulation.documents.table_files import day_of
from emulation.domain.source import Problems

LONG = "Mã đơn vị;Mã chỉ tiêu;Giá trị;Tên chỉ tiêu;Nguồn;Ngày số liệu\n"


def book(*rows: Sequence[Any], name: str = "Số liệu") -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def simple(raw: bytes) -> list[tuple[str, str, str]]:
    found = read_indicators("x", raw)
    assert [str(one) for one in found.problems] == []
    return [(one.unit, one.code, f"{one.value.normalize():f}") for one in found.given]


WANTED = [("34", "tong", "8.5"), ("35", "tong", "1234")]


@pytest.mark.parametrize(
    "raw",
    [
        "Mã đơn vị,Mã chỉ tiêu,Giá trị\n34,tong,\"8,5\"\n35,tong,1 234\n".encode(),
        "\ufeffMã đơn vị;Mã chỉ tiêu;Giá trị\r\n34;tong;8,5\r\n35;tong;1234\r\n".encode(),
        "MÃ ĐƠN VỊ\tmã  chỉ tiêu\tGIÁ TRỊ\n34\ttong\t8.5\n\n35\ttong\t1234,0\n".encode(),
        "sep=;\nMã đơn vị;Mã chỉ tiêu;Giá trị\n34;tong;8,5\n35;tong;1234\n".encode(),
        unicodedata.normalize("NFD", "Mã đơn vị;Mã chỉ tiêu;Giá trị\n34;tong;8,5\n35;tong;1234\n").encode(),
        "Mã đơn vị;Tên đơn vị;tong\n34;Thái Bình;8,5\n35;Hà Nam;1234\n".encode(),
        book(["Mã đơn vị", "Mã chỉ tiêu", "Giá trị"], ["34", "tong", 8.5], [35, "tong", "1234"]),
        book(["Số liệu năm học"], [], ["Mã đơn vị", "Tên đơn vị", "tong"], ["34", "Thái Bình", "8,5"], [35, "", 1234]),
    ],
    ids=["comma", "bom-semicolon-crlf", "tab", "sep", "nfd", "wide-csv", "long-xlsx", "wide-xlsx"],
)  # fmt: skip
def test_read_indicators_takes_both_forms_of_both_kinds(raw: bytes) -> None:
    assert sorted(simple(raw)) == WANTED


def test_read_indicators_keeps_title_source_and_day_and_composes_letters() -> None:
    text = LONG + unicodedata.normalize("NFD", "34;tổng;8,5;Tổng số;CSDL ngành;31/05/2022\n")
    found = read_indicators("x.csv", text.encode())
    assert found.given == [
        Given("dòng 2, cột C", "34", "tổng", Decimal("8.5"), "Tổng số", "CSDL ngành", date(2022, 5, 31))
    ]
    assert read_indicators("x", as_csv(found.given).encode()).given == found.given


PROBLEMS = [  # what, file, problems
    ("a word", "34;tong;nhiều;;;\n", ["dòng 2, cột C: “nhiều” không phải là một số."]),
    ("a figure of two readings", "34;tong;1.234;;;\n", [
        "dòng 2, cột C: “1.234” có thể hiểu hai cách. Viết 1234 nếu là số nguyên, hoặc 1,234 nếu là số thập phân."]),
    ("no figure", "34;tong;;;;\n", ["dòng 2, cột C: Chưa nhập số."]),
    ("no unit", ";tong;5;;;\n", ["dòng 2, cột A: Thiếu mã đơn vị."]),
    ("no code", "34;;5;;;\n", ["dòng 2, cột B: Thiếu mã chỉ tiêu."]),
    ("a day that is none", "34;tong;5;;;31/02/2022\n", [
        "dòng 2, cột F: “31/02/2022” không phải là một ngày: viết ngày/tháng/năm."]),
    ("the same figure twice", "34;tong;5;;;\n34;tong;6;;;\n", [
        "dòng 3, cột C: Đơn vị 34 đã có chỉ tiêu “tong” ở dòng 2, cột C."]),
    ("a decimal comma that cut the row", "34;tong;5;a;b;;9\n", [
        "dòng 2, cột G: Ô này nằm ngoài các cột có tiêu đề: số thập phân phải nằm trong một ô."]),
    ("nothing", "", ["dòng 1, cột A: Tệp không có số liệu nào."]),
    ("all in one go", "34;tong;x;;;\n35;;y;;;\n", [
        "dòng 2, cột C: “x” không phải là một số.", "dòng 3, cột B: Thiếu mã chỉ tiêu.",
        "dòng 3, cột C: “y” không phải là một số."]),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "problems"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS])
def test_read_indicators_tells_every_cell_that_it_cannot_read(rows: str, problems: list[str]) -> None:
    found = read_indicators("x.csv", (LONG + rows).encode())
    assert [f"{one.place}: {one.phrase}" for one in found.problems] == problems


def test_read_indicators_computes_no_formula_and_reads_nothing_hidden_or_merged() -> None:
    raw = book(["Mã đơn vị", "Mã chỉ tiêu", "Giá trị"], ["34", "tong", "=1+1"], ["35", "tong", True])
    assert [f"{one.place}: {one.phrase}" for one in read_indicators("x", raw).problems] == [
        "Số liệu!C2: Ô có công thức: chép ô rồi dán lại dạng giá trị.",
        "Số liệu!C3: Ô chứa TRUE hoặc FALSE: gõ lại giá trị.",
    ]
    workbook = load_workbook(io.BytesIO(book(["Mã đơn vị", "tong", "co"], ["34", 5, 6], ["35", 7, 8])))
    sheet = workbook.active
    assert sheet is not None
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.merge_cells("A3:B3")
    target = io.BytesIO()
    workbook.save(target)
    places = [one.place for one in read_indicators("x", target.getvalue()).problems]
    assert {"Số liệu!A3", "Số liệu!A2", "Số liệu!C1"} <= set(places)


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("Mã đơn vị;Mã chỉ tiêu\n34;tong\n", "Thiếu cột “Giá trị”."),
        ("Mã đơn vị;Giá trị\n34;5\n", "Thiếu cột “Mã chỉ tiêu”."),
        ("Mã đơn vị;số trường\n34;5\n", "Mã chỉ tiêu “số trường” chỉ gồm chữ, số và các dấu - _ . viết liền."),
        ("Mã đơn vị;Mã chỉ tiêu;Giá trị;Gì đây\n34;tong;5;x\n", "Không có cột “Gì đây”: xóa cột hoặc sửa tiêu đề."),
        ("Mã đơn vị;Mã đơn vị;tong\n34;34;5\n", "Cột “Mã đơn vị” có hai lần."),
    ],
)
def test_read_indicators_tells_a_heading_that_it_does_not_know(head: str, problem: str) -> None:
    assert problem in [str(one.phrase) for one in read_indicators("x.csv", head.encode()).problems]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"%PDF-1.4", "“x.csv” là tệp PDF; cần tệp XLSX hoặc CSV (UTF-8)."),
        ("Mã đơn vị;x\n".encode("utf-16"), "“x.csv” là tệp UTF-16; cần tệp XLSX hoặc CSV (UTF-8)."),
        (b"Ma \xff", "Tệp CSV không phải UTF-8: mở bằng Excel, lưu lại dạng “CSV UTF-8” rồi thử lại."),
        (b"", "Không thấy dòng tiêu đề: cần cột “Mã đơn vị”, “Mã chỉ tiêu” và “Giá trị”, hoặc mỗi chỉ tiêu một cột."),
        ("Mã đơn vị;tong\n34;\"5\n".encode(), "Tệp CSV bị hỏng: dấu ngoặc kép không khép, hoặc một ô quá dài."),
        (b"a" * (2 * 1024 * 1024 + 1), "Tệp lớn hơn 2 MB."),
    ],
    ids=["pdf", "utf16", "cp1258", "empty", "quote", "large"],
)  # fmt: skip
def test_read_indicators_refuses_what_is_no_such_file(raw: bytes, sentence: str) -> None:
    with pytest.raises(Problems) as refused:
        read_indicators("x.csv", raw)
    assert [str(one.phrase) for one in refused.value.problems] == [sentence]


def test_template_is_read_back_once_it_is_filled() -> None:
    raw = template([("01", "Hà Nội"), ("34", "=Thái Bình")], [("tong", "Tổng số", "IV.1, VII.2")])
    workbook = load_workbook(io.BytesIO(raw))
    assert [one.title for one in workbook] == ["Số liệu", "Chỉ tiêu"]
    workbook["Số liệu"]["C2"], workbook["Số liệu"]["C3"] = 600, "8,5"
    target = io.BytesIO()
    workbook.save(target)
    assert simple(target.getvalue()) == [("01", "tong", "600"), ("34", "tong", "8.5")]


@pytest.mark.parametrize(
    ("text", "day"),
    [("31/05/2022", date(2022, 5, 31)), ("2022-05-31", date(2022, 5, 31)), ("5/2022", None), ("1/1/0001", None)],
)
def test_day_of_reads_days_as_people_write_them(text: str, day: date | None) -> None:
    assert day_of(text) == day
