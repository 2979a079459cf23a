"""Workbooks about the figures that the ministry holds: one to fill in, and what units say to them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook

from emulation.documents.workbook_writing import TOP, fit_rows, print_setup, write_head
from emulation.documents.xlsx_rows import write_row

DATA_SHEET, GUIDE_SHEET = "Số liệu", "Chỉ tiêu"


def template(units: Sequence[tuple[str, str]], indicators: Sequence[tuple[str, str, str]]) -> bytes:
    """A workbook to fill in: units x indicators, and what each indicator is: (code, title, criteria)."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = DATA_SHEET
    heads = ["Mã đơn vị", "Tên đơn vị", *(code for code, _title, _used in indicators)]
    write_head(sheet, 1, heads, [12, 34, *(max(14, len(code) + 5) for code in heads[2:])])
    for row, (code, name) in enumerate(units, 2):
        write_row(sheet, row, [code, name])
    print_setup(sheet, "1:1")
    sheet.column_dimensions["A"].number_format = "@"  # "01" stays "01"
    sheet.freeze_panes = "C2"
    guide = book.create_sheet(GUIDE_SHEET)
    write_head(guide, 1, ["Mã chỉ tiêu", "Tên chỉ tiêu", "Dùng cho tiêu chí"], [30, 70, 24])
    for row, one in enumerate(indicators, 2):
        write_row(guide, row, list(one))
    print_setup(guide, "1:1")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


ANSWER_HEADS = ("Mã đơn vị", "Đơn vị", "Mã chỉ tiêu", "Tên chỉ tiêu", "Số của Bộ", "Trạng thái", "Số của đơn vị",
                "Tiêu chí khai khác", "Lý do", "Ai, lúc nào", "Lần không đồng ý trước", "Nguồn",
                "Ngày số liệu")  # fmt: skip


def answers_workbook(rows: Iterable[Sequence[object]]) -> bytes:
    """What units say to each figure, a row each with the columns of `ANSWER_HEADS`."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Trả lời của đơn vị"
    write_head(sheet, 1, ANSWER_HEADS, (12, 24, 26, 44, 14, 26, 14, 20, 60, 34, 60, 30, 14))
    for row, values in enumerate(rows, 2):
        write_row(sheet, row, values)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = TOP
    fit_rows(sheet, 2)
    print_setup(sheet, "1:1")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
