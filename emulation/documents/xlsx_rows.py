"""Rows of our own in workbooks that only go out: whatever stands in a text, no spreadsheet runs it."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from emulation.domain.source import CONTROL

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_row(sheet: Worksheet, row: int, values: Sequence[object]) -> None:
    """Values from the first column on; text is never a formula, None and empty text leave their cell empty."""
    for column, value in enumerate(values, 1):
        if value is None or value == "":
            continue
        cell = sheet.cell(row=row, column=column)
        assert isinstance(cell, Cell)
        if isinstance(value, str):
            cell.value = harmless(CONTROL.sub("", value))  # what XML cannot hold
            cell.data_type = "s"
        else:
            cell.value = value  # type: ignore[assignment]  # int, float or Decimal


def harmless(text: str) -> str:
    """Text that no spreadsheet runs as a formula, also after it was saved as CSV: a leading mark is quoted."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
