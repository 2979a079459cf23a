"""The list of units as a file: both kinds, what is told cell by cell, and what goes out comes back."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from emulation.documents.unit_files import Row, as_csv, known_units, read_units, workbook
from emulation.domain.source import Problems

TAGS = {"dan-toc": "có giáo dục dân tộc", "mien-nui": "thuộc địa bàn miền núi", "x": "x"}
HEAD = "Mã đơn vị;Tên đơn vị;Tên ngắn;Cụm thi đua;Vai trò trong cụm;Đặc điểm;Hiệu lực từ;Hiệu lực đến;Ghi chú\n"
LONG = "Sở Giáo dục và Đào tạo " + "Rất Dài " * 8 + "tỉnh Mới"  # 95 letters


def book(*rows: Sequence[Any]) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def told(rows: str, head: str = HEAD) -> list[str]:
    return [str(one) for one in read_units("x.csv", (head + rows).encode(), TAGS).problems]


@pytest.mark.parametrize(
    "raw",
    [
        f"Mã;Tên đầy đủ;Tên ngắn;Cụm\n01;{LONG};Mới;1\n".encode(),
        f"\ufeffSTT,MÃ ĐƠN VỊ,Tên đơn vị,Tên gọi tắt,Cụm thi đua\r\n1,01,{LONG},Mới,Cụm thi đua số 1\r\n".encode(),
        unicodedata.normalize("NFD", f"Mã đơn vị\tTên đơn vị\tTên ngắn\tCụm\n01\t{LONG}\tMới\tCụm 1\n").encode(),
        book(["Danh sách"], [], ["Mã đơn vị", "Tên đơn vị", "Tên ngắn", "Cụm"], ["01", LONG, "Mới", 1]),
    ],
    ids=["semicolon", "bom-comma", "nfd-tab", "xlsx"],
)
def test_read_units_takes_both_kinds(raw: bytes) -> None:
    found = read_units("x", raw, TAGS)
    assert [str(one) for one in found.problems] == []
    assert found.rows == [Row("01", {"name": LONG, "short_name": "Mới", "cluster": "Cụm thi đua số 1"})]


def test_read_units_reads_every_column() -> None:
    row = "15;Sở A;A;Cụm Tây Bắc;cụm phó;Thuộc địa bàn miền núi, dan-toc;01/07/2025;;Minh họa\n"
    assert read_units("x.csv", (HEAD + row).encode(), TAGS).rows == [
        Row(
            "15",
            {
                "name": "Sở A",
                "short_name": "A",
                "cluster": "Cụm Tây Bắc",
                "cluster_role": "deputy",
                "tags": ["dan-toc", "mien-nui"],
                "valid_from": date(2025, 7, 1),
                "valid_to": None,
                "is_illustrative": True,
            },
        )
    ]


PROBLEMS = [  # what, rows, problems
    ("nothing", "", ["dòng 1, cột A: Tệp không có đơn vị nào."]),
    ("cells missing", "01;;;;;;;;\n", [
        "dòng 2, cột B: Thiếu tên đơn vị.", "dòng 2, cột C: Thiếu tên ngắn.", "dòng 2, cột D: Thiếu cụm thi đua."]),
    ("no code", ";Sở A;A;1;;;;;\n", ["dòng 2, cột A: Thiếu mã đơn vị."]),
    ("a code with other letters", "Đ1;Sở A;A;1;;;;;\n", [
        "dòng 2, cột A: Mã “Đ1” chỉ gồm chữ không dấu, số và các dấu - . ở giữa."]),
    ("a long code", "01234567891;Sở A;A;1;;;;;\n", ["dòng 2, cột A: Dài 11 ký tự, nhiều nhất 10."]),
    ("one code twice", "01;Sở A;A;1;;;;;\n01;Sở B;B;1;;;;;\n", ["dòng 3, cột A: Mã “01” đã có ở dòng 2, cột A."]),
    ("a long name", f"01;{'a' * 201};A;1;;;;;\n", ["dòng 2, cột B: Dài 201 ký tự, nhiều nhất 200."]),
    ("no such role", "01;Sở A;A;1;trưởng;;;;\n", [
        "dòng 2, cột E: “trưởng”: ghi “Cụm trưởng”, “Cụm phó” hoặc để trống."]),
    ("no such feature", "01;Sở A;A;1;;dan-toc;;;\n02;Sở B;B;1;;ven biển; ;;\n", [
        "dòng 3, cột F: Không có đặc điểm “ven biển”. Các đặc điểm: có giáo dục dân tộc; thuộc địa bàn miền núi; x."]),
    ("no day", "01;Sở A;A;1;;;hôm nay;;\n", ["dòng 2, cột G: “hôm nay” không phải là một ngày: viết ngày/tháng/năm."]),
    ("all in one go", "01;;A;1;;y;;;\n;Sở B;B;1;;;;;\n", [
        "dòng 2, cột B: Thiếu tên đơn vị.",
        "dòng 2, cột F: Không có đặc điểm “y”. Các đặc điểm: có giáo dục dân tộc; thuộc địa bàn miền núi; x.",
        "dòng 3, cột A: Thiếu mã đơn vị."]),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "problems"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS])
def test_read_units_tells_every_cell_that_it_cannot_read(rows: str, problems: list[str]) -> None:
    assert told(rows) == problems


def test_read_units_refuses_a_code_that_is_a_number_and_a_formula() -> None:
    raw = book(["Mã đơn vị", "Tên đơn vị", "Tên ngắn", "Cụm"], [1, "Sở A", "A", 1], ["02", '="Sở B"', "B", 1])
    assert [str(one) for one in read_units("x", raw, TAGS).problems] == [
        "Sheet!A2: Mã phải là văn bản, vì số 01 mất chữ số 0: định dạng ô là Văn bản (Text) rồi gõ lại mã.",
        "Sheet!B3: Ô có công thức: chép ô rồi dán lại dạng giá trị.",
    ]


def test_read_units_tells_columns_that_are_missing_or_unknown() -> None:
    assert told("01;Sở A;x\n", "Mã đơn vị;Tên đơn vị;Điện thoại\n") == [
        "dòng 1, cột A: Thiếu cột “Tên ngắn”.",
        "dòng 1, cột A: Thiếu cột “Cụm thi đua”.",
        "dòng 1, cột C: Không có cột “Điện thoại”: xóa cột hoặc sửa tiêu đề.",
    ]


@pytest.mark.parametrize("raw", [b"%PDF-1.4", "Mã đơn vị;Tên\n".encode("utf-16"), b"Ma don vi\xff", b"", b"01;x\n"])
def test_read_units_refuses_what_is_no_such_file(raw: bytes) -> None:
    with pytest.raises(Problems):
        read_units("x.csv", raw, TAGS)


def test_known_units_are_the_34_of_today_with_an_example_of_clusters() -> None:
    rows = known_units()
    assert len(rows) == 34
    assert {row.values["is_illustrative"] for row in rows} == {True}
    assert len({row.values["cluster"] for row in rows}) == 8
    assert len({row.values["name"] for row in rows}) == 34


def test_workbook_and_csv_come_back_as_they_went_out() -> None:
    odd = Row(
        "99", {**known_units()[0].values, "name": "=Sở; “lạ”", "cluster_role": "leader", "is_illustrative": False}
    )
    rows = [*known_units(), odd]
    for raw in (workbook(rows, TAGS), as_csv(rows, TAGS).encode()):
        found = read_units("x", raw, TAGS)
        assert [str(one) for one in found.problems] == []
        assert found.rows == rows


def test_csv_has_only_the_columns_that_were_there() -> None:
    rows = read_units("x", "Mã;Tên đơn vị;Tên ngắn;Cụm\n01;Sở A;A;1\n".encode(), TAGS).rows
    assert as_csv(rows, TAGS).splitlines()[0] == "Mã đơn vị;Tên đơn vị;Tên ngắn;Cụm thi đua"


def test_workbook_keeps_codes_as_text_also_in_new_rows_and_explains_itself() -> None:
    book = load_workbook(io.BytesIO(workbook(known_units(), TAGS)))
    assert [one.title for one in book] == ["Đơn vị", "Hướng dẫn"]
    assert (book["Đơn vị"]["A2"].value, book["Đơn vị"]["A2"].number_format) == ("01", "@")
    assert book["Đơn vị"].column_dimensions["A"].number_format == "@"
    assert book["Hướng dẫn"]["A7"].value == "Đặc điểm"
