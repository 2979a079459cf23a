"""The progress of the units as a workbook and as CSV: cells are values, never formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from emulation.documents.workbook_writing import TITLE, TOP, fit_rows, print_setup, write_head
from emulation.documents.xlsx_rows import harmless, write_row

Cell = str | int | None


@dataclass(frozen=True)
class Table:
    """A head with the widths of its columns (in letters), and rows."""

    name: str
    head: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Cell, ...], ...]


def progress_xlsx(title: str, note: str, tables: Sequence[Table]) -> bytes:
    """One sheet for each table, the title and the note above the first, set up to print on landscape A4."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    for place, table in enumerate(tables):
        sheet = first if place == 0 else book.create_sheet()
        sheet.title = table.name
        start = 1
        if place == 0:
            write_row(sheet, 1, [title])
            write_row(sheet, 2, [note])
            sheet["A1"].font = TITLE
            start = 4
        _write(sheet, table, start)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write(sheet: Worksheet, table: Table, start: int) -> None:
    write_head(sheet, start, [name for name, _ in table.head], [width for _, width in table.head])
    for place, cells in enumerate(table.rows, start + 1):
        write_row(sheet, place, cells)
        for column in range(1, len(table.head) + 1):
            sheet.cell(place, column).alignment = TOP
    fit_rows(sheet, start + 1)
    last = get_column_letter(len(table.head))
    sheet.freeze_panes = f"B{start + 1}"
    sheet.auto_filter.ref = f"A{start}:{last}{start + max(len(table.rows), 1)}"
    print_setup(sheet, f"{start}:{start}")


def progress_csv(table: Table) -> bytes:
    """The table as CSV that Excel opens with its Vietnamese whole (UTF-8 with its mark)."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow([name for name, _ in table.head])
    for row in table.rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()
