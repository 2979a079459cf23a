"""How our workbooks look, and cells of those that come back: a text is that very text, and comes back to the letter."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from emulation.domain.source import CONTROL
from emulation.words import figure

FONT = "Calibri"  # said everywhere: without a name every program takes another one
BOLD, TITLE = Font(name=FONT, size=11, bold=True), Font(name=FONT, size=14, bold=True)
LINE_HEIGHT = 15.0  # points, of 11 point letters
HEAD = PatternFill("solid", fgColor="DCE6F2")
SECTION_FILL = PatternFill("solid", fgColor="EEF1F5")
LINE = Side("thin", color="CBD3DF")
GRID = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
TOP = Alignment(wrap_text=True, vertical="top")
DANGEROUS = ("=", "+", "-", "@", "\t", "'")  # what a spreadsheet would run, or swallow, at the start of a text
SIGNIFICANT = 15  # digits of a number that a spreadsheet keeps
_LOOKS_HIDDEN = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def plain_number(value: Decimal) -> str:
    """A number in digits that every program reads, with a decimal comma."""
    return figure(value).replace("\u2212", "-")


def write_cell(sheet: Worksheet, row: int, column: int, value: str | Decimal | None) -> Cell:
    """One cell; text is text, whatever it looks like, and a number only what a spreadsheet can hold exactly."""
    cell = sheet.cell(row=row, column=column)
    assert isinstance(cell, Cell)
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > SIGNIFICANT:
        value = plain_number(value)
    if isinstance(value, Decimal):
        cell.value = value
    elif value is not None:
        cell.value = CONTROL.sub(_hidden_code, _LOOKS_HIDDEN.sub("_x005F_", value))
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = value.startswith(DANGEROUS)
    return cell


def _hidden_code(found: re.Match[str]) -> str:
    """A character that XML cannot hold as the standard writes it (ECMA-376 part 1, 22.4.2.4)."""
    return f"_x{ord(found[0]):04X}_"


def write_head(sheet: Worksheet, row: int, heads: Sequence[str], widths: Sequence[int]) -> None:
    """The headings of the columns from the first on, all of their words in sight, and how wide these are."""
    for number, head in enumerate(heads, 1):
        cell = write_cell(sheet, row, number, head)
        cell.font, cell.fill, cell.border = BOLD, HEAD, GRID
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[row].height = head_height(zip(heads, widths, strict=False))


def head_height(heads: Iterable[tuple[str, int]]) -> float:
    """The height of a row of headings in points, by (heading, width of its column)."""
    return LINE_HEIGHT * max((lines_of(head, width * 0.85) for head, width in heads), default=1) + 3


def fit_rows(sheet: Worksheet, first: int, most: int = 20) -> None:
    """Make the rows from `first` on as high as their words need, at most so many lines; headings do it by themselves.

    Not every program finds the height of a row when it opens a file.
    """
    for number, values in enumerate(sheet.iter_rows(min_row=first, values_only=True), first):
        lines = max(
            lines_of(value, sheet.column_dimensions[get_column_letter(column)].width * 1.1)
            for column, value in enumerate(values, 1)
        )
        if lines > 1:
            sheet.row_dimensions[number].height = LINE_HEIGHT * min(lines, most) + 3


def lines_of(value: object, letters: float) -> int:
    """Lines that a text takes in a column of so many letters, without breaking words."""
    if not isinstance(value, str):
        return 1
    return sum(_lines(line.split(), letters) for line in value.split("\n"))


def _lines(words: Sequence[str], letters: float) -> int:
    lines, used = 1, 0.0
    for word in words:
        if used and used + 1 + len(word) > letters:
            lines, used = lines + 1, 0.0
        used += len(word) + bool(used)
        over = math.ceil(used / letters) - 1
        lines, used = lines + over, used - over * letters
    return lines


def choose(sheet: Worksheet, where: str, source: str, *, strict: bool) -> None:
    """A list to choose from; where it is not strict, another text is allowed after a question."""
    validation = DataValidation(type="list", formula1=source, allow_blank=True)
    validation.errorStyle = "stop" if strict else "warning"
    validation.errorTitle, validation.error = "Giá trị không có trong danh sách", "Chọn một giá trị trong danh sách."
    validation.add(where)
    sheet.add_data_validation(validation)


def print_setup(sheet: Worksheet, repeated: str | None) -> None:
    """A4 landscape, as wide as the paper; the rows in `repeated` ("5:5") stand on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    assert sheet.oddFooter is not None
    sheet.oddFooter.center.text = "Trang &P/&N"
    if repeated:
        sheet.print_title_rows = repeated
