"""A workbook that comes back: what people and programs do to it, by cell; hostile and foreign files in one sentence."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from emulation.documents import sheet_layout as layout
from emulation.documents.criteria_xlsx import workbook
from emulation.documents.sheet_layout import Column
from emulation.documents.sheet_workbook import sheet_workbook
from emulation.documents.sheet_workbook_read import open_workbook, read_rows
from emulation.domain.source import Problems
from tests.documents.test_sheet_workbook import GOLDEN, TAG, book_of, changed, check_against_scoring, read
from tests.documents.test_workbook_cells import encrypted, packed, unpacked, with_part
from tests.world import nine_kinds

AGAIN = "Tải phiếu Excel mới từ hệ thống rồi chép số liệu sang."
FIRST, SECOND = Column.FIRST, Column.SECOND


@cache
def sound() -> bytes:
    return sheet_workbook(book_of(GOLDEN))


@cache
def empty() -> bytes:
    return sheet_workbook(book_of({}))


def told(raw: bytes) -> list[str]:
    """Every sentence about a file, whether it is refused whole or read with problems."""
    try:
        return [str(one) for one in read_rows(open_workbook(raw), nine_kinds(), TAG).problems]
    except Problems as error:
        return [str(one) for one in error.problems]


def reworked(change: Callable[[Any], None], raw: bytes | None = None) -> bytes:
    """The workbook after something was done to the file as a whole."""
    file = load_workbook(io.BytesIO(raw or sound()))
    file.security = None
    change(file)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


# ---- cells ----


@pytest.mark.parametrize(
    ("code", "column", "typed", "data"),
    [
        ("I.2", FIRST, "8,5", {"value": Decimal("8.5")}),
        ("I.2", FIRST, "8.5", {"value": Decimal("8.5")}),
        ("I.2", FIRST, 8.5, {"value": Decimal("8.5")}),
        ("I.2", FIRST, "1 234,5", {"value": Decimal("1234.5")}),
        ("II.1", FIRST, unicodedata.normalize("NFD", "Tốt"), {"level": "Tốt"}),
        ("II.1", FIRST, " chưa  đạt", {"level": "Chưa đạt"}),
        ("II.2", FIRST, unicodedata.normalize("NFD", "Không đạt"), {"met": False}),
        ("II.2", FIRST, True, {"met": True}),
        ("II.4", FIRST, 0, {"count": Decimal(0)}),  # 0 is a figure, empty is none
        ("II.3 · b", FIRST, "Có", {"met": ["b"]}),
        ("II.3 · a", FIRST, "Không", {"met": []}),  # declared: none is met
    ],
)
def test_cell_is_read_as_it_was_meant(code: str, column: Column, typed: Any, data: dict[str, Any]) -> None:
    found, _, problems = read(changed(empty(), {(code, column): typed}))
    assert problems == []
    assert found == {code.partition(" ")[0]: data}


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({("I.2", FIRST): "8,5,1"}, "F8: “8,5,1” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
        (
            {("I.2", FIRST): "1.234"},
            "F8: “1.234” có thể hiểu hai cách. Viết 1234 nếu là số nguyên, hoặc 1,234 nếu là số thập phân.",
        ),
        (
            {("I.2", FIRST): date(2022, 2, 1)},
            "F8: Ô ở dạng ngày tháng (01/02/2022): định dạng ô là văn bản rồi gõ lại.",
        ),
        ({("I.2", FIRST): "=1+1"}, "F8: Ô có công thức: chép ô rồi dán lại dạng giá trị."),
        ({("I.1", Column.EXPLANATION): "=A1"}, "I7: Ô có công thức: chép ô rồi dán lại dạng giá trị."),
        ({("I.1", FIRST): 95}, "G7: Chưa điền “Tổng số thủ tục”: cần đủ cả hai ô."),
        ({("II.1", FIRST): "Rất tốt"}, "F11: Không có bậc “Rất tốt”: chọn một trong Tốt, Khá, Chưa đạt."),
        ({("II.2", FIRST): "có lẽ"}, "F12: “có lẽ” phải là Đạt hoặc Không đạt."),
        ({("II.3 · c", FIRST): "2"}, "F16: “2” phải là Có hoặc Không."),
        ({("II.3", FIRST): "Có"}, "F13: Dòng này không dùng cột “Kê khai (ô 1)”: xóa ô."),
        ({("II.5", FIRST): 4}, "F18: Tiêu chí này do Bộ chấm, đơn vị không kê khai: xóa ô."),
        ({("I.2", SECOND): 4}, "G8: Dòng này không dùng cột “Kê khai (ô 2)”: xóa ô."),
        ({("I.2", Column.SKIP): "Không áp dụng"}, "J8: Dòng này không dùng cột “Không áp dụng”: xóa ô."),
        ({("III.1", Column.SKIP): "chắc vậy"}, "J20: Chỉ chọn “Không áp dụng” hoặc để trống."),
        (
            {("III.1", Column.REASON): "không có"},
            "K20: Có lý do mà chưa chọn “Không áp dụng” ở ô J20.",
        ),
        (
            {("III.1", Column.SKIP): "x", ("III.1", SECOND): 97},
            "G20: Đã chọn “Không áp dụng” thì để trống số liệu.",
        ),
        ({("", FIRST): 3}, "F6: Dòng này không có mã tiêu chí, không kê khai ở đây: xóa ô."),
        ({("I.1", Column.POINTS): 10}, "H7: Cột điểm do hệ thống tính, điểm gõ vào không được dùng: xóa ô."),
        (
            {("I.1", Column.TITLE): "Tỷ lệ khác"},
            f"B7: Tên không khớp với mã I.1: các ô có thể đã bị xê dịch. {AGAIN}",
        ),
        ({("I.1", Column.CODE): "I.9"}, "A7: Bộ tiêu chí không có mã “I.9”: sửa lại mã hoặc xóa dòng."),
        ({("I.2", Column.CODE): "I.1"}, "A8: Mã “I.1” đã có ở ô A7: xóa một trong hai dòng."),
    ],
)
def test_cell_that_cannot_be_used_is_named(cells: dict[tuple[str, Column], Any], problem: str) -> None:
    assert problem in told(changed(empty(), cells))


def test_percentage_typed_with_its_sign_is_a_hundred_times_the_stored_number() -> None:
    def typed(code: str) -> Callable[[Any], None]:
        def change(file: Any) -> None:
            page = file[layout.SHEET]
            row = next(row for row in range(1, 40) if page.cell(row, 1).value == code)
            page.cell(row, FIRST).value, page.cell(row, FIRST).number_format = 0.955, "0.0%"

        return change

    found, _, problems = read(reworked(typed("I.2"), empty()))
    assert (found, problems) == ({"I.2": {"value": Decimal("95.5")}}, [])
    assert told(reworked(typed("I.3"), empty())) == ["F9: Ô ở dạng phần trăm: định dạng ô là số thường rồi gõ lại."]


def test_section_may_have_the_code_of_a_criterion() -> None:
    criteria = nine_kinds()
    section = criteria.sections[0].model_copy(update={"code": "I.1"})
    criteria = criteria.model_copy(update={"sections": (section, *criteria.sections[1:])})
    book = book_of(GOLDEN, criteria)
    found = read_rows(open_workbook(sheet_workbook(book)), criteria, TAG)
    assert (found.problems, len(found.lines)) == ([], len(GOLDEN))
    check_against_scoring(book)


def test_figures_beside_the_table_are_named() -> None:
    def note(file: Any) -> None:
        file[layout.SHEET]["Q9"] = "xem lại"

    assert told(reworked(note)) == ["Q9: Ô này không thuộc cột nào của phiếu: xóa ô."]


# ---- rows and pages ----


def test_rows_may_be_sorted() -> None:
    def turn_round(file: Any) -> None:
        page = file[layout.SHEET]
        lines = [[page.cell(row, column).value for column in Column] for row in range(6, 26)]
        for row, line in enumerate(reversed(lines), 6):
            for column, value in zip(Column, line, strict=True):
                page.cell(row, column).value = value

    assert read(reworked(turn_round)) == read(sound())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda file: file[layout.SHEET].delete_rows(7),
            f"Phiếu Excel thiếu dòng của I.1: dòng đã bị xóa. {AGAIN}",
        ),
        (
            lambda file: file[layout.SHEET].delete_rows(15),
            f"Phiếu Excel thiếu dòng của II.3 · b: dòng đã bị xóa. {AGAIN}",
        ),
        (
            lambda file: file[layout.SHEET].delete_cols(5),
            "Các cột của trang “Phiếu tự chấm” không còn như khi tải về (thêm, xóa, đổi chỗ hoặc đổi tên). " + AGAIN,
        ),
        (
            lambda file: file[layout.SHEET].insert_cols(3),
            "Các cột của trang “Phiếu tự chấm” không còn như khi tải về (thêm, xóa, đổi chỗ hoặc đổi tên). " + AGAIN,
        ),
        (
            lambda file: file[layout.SHEET].merge_cells("F8:G8"),
            "Ô F8 đang gộp với ô bên cạnh: bỏ gộp ô (Unmerge Cells), kiểm tra lại số liệu rồi nộp.",
        ),
        (
            lambda file: setattr(file[layout.SHEET], "title", "Phiếu của tôi"),
            f"Không thấy trang “Phiếu tự chấm”: trang đã bị đổi tên hoặc xóa. {AGAIN}",
        ),
        (
            lambda file: file[layout.HIDDEN].cell(3, 2, "96"),
            f"Trang ẩn của phiếu Excel đã bị sửa. {AGAIN}",
        ),
        (
            lambda file: file[layout.HIDDEN].cell(1, 2, "2"),
            f"Phiếu Excel theo mẫu 2, hệ thống đọc mẫu 1. {AGAIN}",
        ),
        (
            lambda file: file.create_sheet("Nháp").cell(2, 2, "95/98"),
            "Nháp!B2: Trang “Nháp” không thuộc phiếu: chuyển nội dung vào phiếu hoặc xóa trang.",
        ),
    ],
)
def test_changed_structure_is_refused_with_one_sentence(change: Callable[[Any], Any], problem: str) -> None:
    assert told(reworked(change)) == [problem]


def test_row_of_a_criterion_that_does_not_apply_is_named() -> None:
    problems = read_rows(open_workbook(sound()), nine_kinds(), frozenset()).problems
    assert [str(one) for one in problems] == ["A21: Tiêu chí III.2 không áp dụng cho đơn vị này: xóa dòng."]


# ---- files ----


def other_workbook() -> bytes:
    stream = io.BytesIO()
    Workbook().save(stream)
    return stream.getvalue()


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in unpacked(sound()).items():
            file.writestr(name, content)
        file.writestr("xl/media/image1.png", b"\0" * (70 * 1024 * 1024))
    return stream.getvalue()


def endless() -> bytes:
    """Six thousand rows below the sheet."""
    parts = unpacked(sound())
    name = "xl/worksheets/sheet1.xml"
    rows = "".join(f'<row r="{row}"><c r="B{row}"><v>1</v></c></row>' for row in range(100, 6100))
    return packed(parts | {name: bytes(parts[name]).replace(b"</sheetData>", f"{rows}</sheetData>".encode())})


NO_SHEET = "Tệp này không phải phiếu Excel tải từ hệ thống. Tải phiếu của đơn vị, điền vào đó rồi nộp lại."


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: b"", "Tệp trống."),
        (lambda: b"Ma,Diem\nI.1,10\n", "Tệp này không phải bảng tính Excel (.xlsx)."),
        (lambda: sound()[:5000], "Tệp bảng tính bị hỏng, không mở được: mở bằng Excel, lưu lại rồi thử lại."),
        (
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "Tệp đặt mật khẩu hoặc ở định dạng Excel cũ (.xls): bỏ mật khẩu rồi lưu lại thành .xlsx.",
        ),
        (encrypted, "Tệp nén đặt mật khẩu: bỏ mật khẩu rồi thử lại."),
        (lambda: packed({"a.txt": "không"}), "Tệp này không phải bảng tính Excel (.xlsx)."),
        (
            lambda: packed({**unpacked(sound()), "xl/vbaProject.bin": b"macro"}),
            "Tệp có chứa macro, không nhận: lưu lại thành .xlsx.",
        ),
        (
            lambda: with_part("xl/workbook.xml", lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml),
            "Tệp bảng tính có nội dung lạ (DTD), không đọc.",
        ),
        (bomb, "Tệp mở ra quá lớn: xóa các dòng trống đã định dạng và ảnh."),
        (lambda: b"PK\x03\x04" + b"\0" * (2 * 1024 * 1024), "Tệp lớn hơn 2 MB."),
        (endless, f"Trang “Phiếu tự chấm” có quá nhiều dòng. {AGAIN}"),
        (other_workbook, NO_SHEET),
        (lambda: workbook(nine_kinds()), NO_SHEET),
    ],
    ids=[
        "empty",
        "csv",
        "cut",
        "xls",
        "locked",
        "zip",
        "macros",
        "entities",
        "bomb",
        "large",
        "endless",
        "other",
        "criteria",
    ],
)
def test_file_of_another_kind_is_refused_with_one_sentence(make: Callable[[], bytes], problem: str) -> None:
    assert told(make()) == [problem]
