"""The lean report as an Excel workbook: proposals, all criteria, how many to keep, groups."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from emulation.documents.lean_tables import PART_NAMES
from emulation.documents.workbook_writing import TITLE, TOP, fit_rows, print_setup, write_head
from emulation.documents.xlsx_rows import write_row
from emulation.domain.lean import LeanReport
from emulation.domain.lean_candidates import ACTION_NAMES
from emulation.domain.lean_items import Item
from emulation.domain.lean_words import summary

PERCENT, SIGNED, COUNT = "0.0%", "0.00", "0"
Column = tuple[str, int, str]  # its head, its width in letters, how its numbers look
ITEM_COLUMNS: tuple[Column, ...] = (
    ("Phần", 16, ""),
    ("Mã", 9, ""),
    ("Tiêu chí", 52, ""),
    ("Đơn vị được chấm", 10, COUNT),
    ("Tỷ lệ điểm bình quân", 10, PERCENT),
    ("Độ lệch chuẩn", 10, PERCENT),
    ("Đơn vị đạt tối đa", 10, PERCENT),
    ("Đơn vị được 0 điểm", 10, PERCENT),
    ("Tương quan với phần còn lại", 12, SIGNED),
    ("Đổi hạng bình quân nếu bỏ", 12, SIGNED),
    ("Cụm đổi đơn vị dẫn đầu nếu bỏ", 12, COUNT),
    ("Cần minh chứng", 10, ""),
    ("Có sẵn số liệu", 10, ""),
    ("Đề xuất", 14, ""),
)
COST_COLUMNS: tuple[Column, ...] = (
    ("Tệp đã nộp", 9, COUNT),
    ("Dung lượng (byte)", 12, "#,##0"),
    ("Lấy từ số liệu có sẵn", 10, PERCENT),
    ("Chính thức trừ tự chấm", 10, PERCENT),
    ("Có giải trình", 10, PERCENT),
)
KEEP_COLUMNS: tuple[Column, ...] = (
    ("Giữ", 7, COUNT),
    ("Hệ số tau-b", 10, "0.000"),
    ("Cụm giữ nguyên đơn vị dẫn đầu", 14, COUNT),
    ("Đổi hạng bình quân", 12, SIGNED),
    ("Bỏ thêm ở bước này", 12, ""),
    ("Các tiêu chí được giữ", 80, ""),
)


def lean_xlsx(
    report: LeanReport, *, title: str = "", sealed_hash: str | None = None, illustrative: bool | None = None
) -> bytes:
    """The report as a workbook, numbers as numbers; text of the set is never run as a formula.

    `title` and `sealed_hash` belong to a published period; `illustrative`: None follows the set.
    """
    criteria = report.criteria
    example = criteria.status == "illustrative" if illustrative is None else illustrative
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "Đề xuất"
    head = [title or f"Rà soát bộ tiêu chí {criteria.set} phiên bản {criteria.version}"]
    if sealed_hash:
        head.append(f"Kết quả đã công bố, SHA-256: {sealed_hash}")
    else:
        head.append("Tính từ tệp phiếu chấm điểm, không phải kết quả đã niêm phong")
    head.append(f"Bộ tiêu chí {criteria.version}, SHA-256: {criteria.sha256}." + (" Số liệu minh họa." * example))
    head += [str(sentence) for sentence in summary(report)]
    for row, text in enumerate(head, 1):
        write_row(first, row, [text])
    first["A1"].font = TITLE
    start = len(head) + 2
    rows: list[list[object]] = [
        [
            number,
            one.code,
            report.by_code[one.code].criterion.title,
            ACTION_NAMES[one.action],
            " ".join(str(reason) for reason in one.reasons),
        ]
        for number, one in enumerate(report.candidates, 1)
    ]
    columns = (("STT", 6, COUNT), ("Mã", 9, ""), ("Tiêu chí", 52, ""), ("Đề xuất", 14, ""), ("Lý do", 90, ""))
    _table(first, columns, rows, start=start)

    costs = any(item.cost is not None for item in report.items)
    _table(
        book.create_sheet("Tiêu chí"),
        ITEM_COLUMNS + (COST_COLUMNS if costs else ()),
        [_item_cells(report, item) for item in report.items],
        freeze="D2",
    )
    keep: list[list[object]] = [
        [row.k, row.kendall_tau_b, row.winners_kept, row.mean_rank_shift, row.dropped, ", ".join(row.kept)]
        for row in reversed(report.keep)
    ]
    _table(book.create_sheet("Giữ k tiêu chí"), KEEP_COLUMNS, keep, freeze="B2")
    if report.groups:
        groups: list[list[object]] = [[", ".join(group.codes), group.lowest] for group in report.groups]
        _table(book.create_sheet("Nhóm trùng"), (("Tiêu chí", 60, ""), ("Tương quan từ", 12, SIGNED)), groups)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _item_cells(report: LeanReport, item: Item) -> list[object]:
    action = report.action.get(item.code)
    cells: list[object] = [
        PART_NAMES[item.part],
        item.code,
        item.criterion.title,
        item.scored,
        item.mean_share,
        item.sd_share,
        item.at_max,
        item.at_zero,
        item.item_rest_correlation,
        item.rank_shift_if_dropped,
        item.awards_changed_if_dropped,
        "có" if item.evidence_required else None,
        "có" if item.from_existing_data else None,
        ACTION_NAMES[action] if action else None,
    ]
    if item.cost is not None:
        cost = item.cost
        cells += [cost.files, cost.bytes, cost.existing_share, cost.gap, cost.explained_share]
    return cells


def _table(
    sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[object]], *, start: int = 1, freeze: str = ""
) -> None:
    """A head and its rows from row `start` on, set up to print on landscape A4."""
    write_head(sheet, start, [name for name, _, _ in columns], [width for _, width, _ in columns])
    for place, cells in enumerate(rows, start + 1):
        write_row(sheet, place, cells)
        for column, (_, _, look) in enumerate(columns, 1):
            cell = sheet.cell(place, column)
            cell.alignment = TOP
            if look and isinstance(cell.value, int | float):
                cell.number_format = look
    fit_rows(sheet, start + 1)
    if freeze:
        sheet.freeze_panes = freeze
        sheet.auto_filter.ref = f"A{start}:{get_column_letter(len(columns))}{start + max(len(rows), 1)}"
    print_setup(sheet, f"{start}:{start}")
