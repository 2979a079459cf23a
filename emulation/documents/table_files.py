"""Tables that people fill in and hand in, XLSX or CSV: a heading in one of the first rows, then a row for each thing.

What each column means is told by its heading, however it is written. Everything that cannot be read is told, each with
its cell. A workbook is read within the bounds of `workbook_cells`; nothing in it is computed.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from openpyxl.utils import get_column_letter

from emulation.documents.criteria_cells import text_of
from emulation.documents.criteria_files import BOM, OLE, OTHERS, ZIP
from emulation.documents.criteria_layout import folded
from emulation.documents.workbook_cells import MOST_ROWS, Cell, Kind, Sheet, read_cells, refused
from emulation.domain.source import LARGEST_BYTES, Problem
from emulation.errors import Refusal
from emulation.words import N_, Phrase

Heads = Mapping[str, Sequence[str]]  # key -> how its column may be called, folded
Place = Callable[[int, int], str]  # how people name a cell
HEAD_ROWS = 20  # the heading stands in one of the first rows


@dataclass
class Told:
    """What is wrong with a file."""

    problems: list[Problem] = field(default_factory=list)

    def tell(self, place: str, phrase: Phrase | Refusal | str, /, **values: object) -> None:
        """Remember a problem."""
        if isinstance(phrase, Refusal):
            phrase = phrase.phrase
        self.problems.append(Problem(Phrase(phrase, values) if isinstance(phrase, str) else phrase, None, place))


@dataclass
class Table:
    """The rows below a heading, with the column of each key; `others` are columns of other names."""

    head: int
    place: Place
    columns: dict[str, int]
    others: dict[int, str]
    rows: dict[int, dict[int, Cell]]


def read_table(name: str, raw: bytes, heads: Heads, told: Told, *, anchor: str, no_head: str) -> Table:
    """The table in a file, by its content: a workbook, or CSV in UTF-8 with commas, semicolons or tabs.

    The heading is the first row that names the column `anchor` and something more; without one the file is refused
    with the sentence `no_head`.

    Raises:
        Problems: a file of another kind, damaged, too large, or without a heading.
    """
    if raw.startswith((*ZIP, OLE)):
        for sheet in read_cells(raw):
            head = _head_of(sheet, heads, anchor)
            if head is not None:
                return _table(sheet, head, heads, sheet.place, told)
        raise refused(no_head)
    kind = next((kind for start, kind in OTHERS if raw.startswith(start)), None)
    if kind is not None and (kind != "BMP" or b"\x00" in raw[:64]):
        raise refused(N_("“%(name)s” là tệp %(kind)s; cần tệp XLSX hoặc CSV (UTF-8)."), name=name, kind=kind)
    if len(raw) > LARGEST_BYTES:
        raise refused(N_("Tệp lớn hơn 2 MB."))
    sheet = _csv_sheet(raw)
    head = _head_of(sheet, heads, anchor)
    if head is None:
        raise refused(no_head)
    return _table(sheet, head, heads, lambda row, column: f"dòng {row}, cột {get_column_letter(column)}", told)


def _csv_sheet(raw: bytes) -> Sheet:
    try:
        text = raw.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused(N_("Tệp CSV không phải UTF-8: mở bằng Excel, lưu lại dạng “CSV UTF-8” rồi thử lại.")) from error
    if "\x00" in text:
        raise refused(N_("Tệp này không phải bảng tính Excel (.xlsx) hay CSV."))
    lines = text.splitlines()
    first = next((line for line in lines if folded(line)), "")
    if re.fullmatch(r"sep=.", first.strip()):  # what Excel writes to name the separator
        mark, skipped = first.strip()[4], lines.index(first) + 1
        text = "\n".join(lines[skipped:])
    else:
        mark, skipped = max(";,\t", key=first.count), 0
    sheet = Sheet("CSV")
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(text), delimiter=mark, strict=True), 1 + skipped):
            for column, value in enumerate(cells, 1):
                if value:
                    sheet.cells[row, column] = Cell(Kind.TEXT, value)
            if len(sheet.cells) > 40 * MOST_ROWS:
                sheet.cut_at = row
                break
    except csv.Error as error:
        raise refused(N_("Tệp CSV bị hỏng: dấu ngoặc kép không khép, hoặc một ô quá dài.")) from error
    return sheet


def _key_of(cell: Cell, heads: Heads) -> str | None:
    said = folded(str(cell.value))
    return next((key for key, names in heads.items() if said in names), None)


def _head_of(sheet: Sheet, heads: Heads, anchor: str) -> int | None:
    for row, cells in list(sheet.rows().items())[:HEAD_ROWS]:
        keys = [_key_of(cell, heads) for cell in cells.values()]
        if anchor in keys and len(keys) > 1:
            return row
    return None


def _table(sheet: Sheet, head: int, heads: Heads, place: Place, told: Told) -> Table:
    rows = sheet.rows()
    columns: dict[str, int] = {}
    others: dict[int, str] = {}
    for column, cell in rows[head].items():
        if cell.is_blank:
            continue
        key = _key_of(cell, heads)
        if key is None:
            others[column] = unicodedata.normalize("NFC", str(cell.value)).strip()
        elif key in columns:
            told.tell(place(head, column), N_("Cột “%(name)s” có hai lần."), name=str(cell.value).strip())
        else:
            columns[key] = column
    _check_shape(sheet, head, place, told)
    below = {row: cells for row, cells in rows.items() if row > head}
    for row, cells in below.items():
        for column in sorted(set(cells) - {*columns.values(), *others}):
            if not cells[column].is_blank:
                told.tell(
                    place(row, column), N_("Ô này nằm ngoài các cột có tiêu đề: số thập phân phải nằm trong một ô.")
                )
    return Table(head, place, columns, others, below)


def _check_shape(sheet: Sheet, head: int, place: Place, told: Told) -> None:
    """What people do not see when they look at the sheet must not be read in silence."""
    rows = sheet.rows()
    for top, left, bottom, _right in sheet.merged:
        if any(max(top, head) <= row <= bottom for row in rows):
            told.tell(place(max(top, 1), left), N_("Có các ô đang gộp: bỏ gộp và điền từng ô."))
    for row in sorted(sheet.hidden_rows & set(rows)):
        if row >= head:
            told.tell(place(row, 1), N_("Dòng %(n)s đang ẩn: cho hiện lại, hoặc xóa dòng."), n=row)
    filled = {column for row, cells in rows.items() if row >= head for column in cells}
    for first, last in sheet.hidden_columns:
        for column in sorted(one for one in filled if first <= one <= last):
            told.tell(place(head, column), N_("Cột này đang ẩn: cho hiện lại."))
    if sheet.cut_at is not None:
        told.tell(place(sheet.cut_at, 1), N_("Trang có quá nhiều dòng: chia thành nhiều tệp."))


def tell_unknown_columns(table: Table, told: Told) -> None:
    """No column is left out in silence."""
    for column, name in table.others.items():
        told.tell(
            table.place(table.head, column), N_("Không có cột “%(name)s”: xóa cột hoặc sửa tiêu đề."), name=name[:60]
        )


def line_in(cell: Cell | None) -> str:
    """The text of a cell in one line and composed letters; "" for none.

    Raises:
        Odd: a formula, an error, a date.
    """
    if cell is None:
        return ""
    text = f"{cell.value.normalize():f}" if isinstance(cell.value, Decimal) else text_of(cell)  # 34, not 34.0
    return " ".join(unicodedata.normalize("NFC", text).split())


def day_in(cell: Cell | None, place: str, told: Told) -> date | None:
    """The day in a cell; None for an empty one, and for what is no day, which is told."""
    if cell is None or cell.is_blank:
        return None
    day = day_of(str(cell.value)) if cell.kind in (Kind.TEXT, Kind.DATE) else None
    if day is None:
        told.tell(place, N_("“%(text)s” không phải là một ngày: viết ngày/tháng/năm."), text=str(cell.value)[:60])
    return day


def day_of(text: str) -> date | None:
    """A day as people write it: 31/05/2022, 31-5-2022, 2022-05-31."""
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            day = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        return day if 1990 <= day.year <= 2100 else None
    return None


def written(day: date | None) -> str:
    """A day as people write it; "" for none."""
    return day.strftime("%d/%m/%Y") if day else ""
