"""The cells of an XLSX file from anywhere, within fixed bounds of time and memory.

openpyxl is not used to read: it holds whole sheets, images and charts of a hostile file in memory, hides which rows
are hidden while it streams, and drops "x005F_" from texts. Nothing is computed here: a formula is told as a formula.
Source: ECMA-376, parts 1 (SpreadsheetML) and 2 (packages).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.exceptions import CellCoordinatesException

from emulation.documents.criteria_files import OLE
from emulation.domain.source import LARGEST_BYTES, Problem, Problems
from emulation.words import N_, Phrase

LARGEST_PART = 24 * 1024 * 1024  # bytes of one part, unpacked
LARGEST_UNPACKED = 64 * 1024 * 1024  # bytes of all parts together
MOST_MEMBERS = 2_000
MOST_ROWS = 5_000  # with something in them, per sheet
MOST_CELLS = 200_000  # with something in them, per sheet
MOST_LETTERS = 4_000_000  # in all cells of a sheet, a text that cells share counted for each of them
MOST_SHAPES = 2_000  # merged areas or hidden columns that are remembered: one is enough to refuse the file
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a day of a sheet has no zone)
EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 (the same)
TOO_LARGE = N_("Tệp mở ra quá lớn: xóa các dòng trống đã định dạng và ảnh.")
_HIDDEN_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\\.')  # parts of a number format that are shown as they are
_DTD = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"  # a number that the sheet shows a hundred times as large, with a sign: 0.95 as "95%"
    BOOLEAN = "boolean"
    DATE = "date"  # a number that the sheet shows as a date
    ERROR = "error"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with something in it. A number is exactly what Excel shows with all its digits."""

    kind: Kind
    value: str | Decimal | bool

    @property
    def is_blank(self) -> bool:
        """Whether people see nothing in it."""
        return isinstance(self.value, str) and self.kind is Kind.TEXT and not self.value.strip()


@dataclass
class Sheet:
    """A sheet's cells by (row, column), both from 1, and what is hidden or merged."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # first, last
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row, column, last row, column
    cut_at: int | None = None  # the row at which reading stopped because there are too many

    def place(self, row: int, column: int) -> str:
        """How people name a cell: "Bộ tiêu chí!D14"."""
        return f"{self.name}!{get_column_letter(column)}{row}"

    def rows(self) -> dict[int, dict[int, Cell]]:
        """The rows in which people see something, in order, with their cells by column."""
        found: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(self.cells.items()):
            found.setdefault(row, {})[column] = cell
        return {row: cells for row, cells in found.items() if not all(cell.is_blank for cell in cells.values())}


def refused(text: str, place: str = "", **values: object) -> Problems:
    """One reason why the file as a whole cannot be read."""
    return Problems([Problem(Phrase(text, values), None, place)])


def read_cells(raw: bytes) -> list[Sheet]:
    """Every sheet of a workbook, in order, hidden ones too.

    Raises:
        Problems: no XLSX file, with macros, protected by a password, damaged, or larger than any criteria set.
    """
    if len(raw) > LARGEST_BYTES:
        raise refused(N_("Tệp lớn hơn 2 MB."))
    if raw.startswith(OLE):
        raise refused(N_("Tệp đặt mật khẩu hoặc ở định dạng Excel cũ (.xls): bỏ mật khẩu rồi lưu lại thành .xlsx."))
    broken = refused(N_("Tệp bảng tính bị hỏng, không mở được: mở bằng Excel, lưu lại rồi thử lại."))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            return _Package(packed).sheets()
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        ElementTree.ParseError,
        CellCoordinatesException,
        UnicodeError,
        ArithmeticError,
        LookupError,
        ValueError,
        RecursionError,
    ) as error:
        raise broken from error


class _Package:
    """The parts of an open file."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self.packed = packed
        members = packed.infolist()
        self.by_name = {member.filename.lstrip("/").lower(): member.filename for member in members}
        names = set(self.by_name)
        if any(member.flag_bits & 1 for member in members):
            raise refused(N_("Tệp nén đặt mật khẩu: bỏ mật khẩu rồi thử lại."))
        if (
            len(members) > MOST_MEMBERS
            or sum(member.file_size for member in members) > LARGEST_UNPACKED
            or any(member.file_size > LARGEST_PART for member in members)
        ):
            raise refused(TOO_LARGE)
        if any(name.endswith("vbaproject.bin") for name in names):
            raise refused(N_("Tệp có chứa macro, không nhận: lưu lại thành .xlsx."))
        if "xl/workbook.xml" not in names:
            if any(name.startswith("xl/") for name in names):
                raise refused(N_("Tệp bảng tính không ở định dạng .xlsx: lưu lại thành .xlsx."))
            raise refused(N_("Tệp này không phải bảng tính Excel (.xlsx)."))
        if "[content_types].xml" in names and b"macroenabled" in self.part("[Content_Types].xml").lower():
            raise refused(N_("Tệp có chứa macro, không nhận: lưu lại thành .xlsx."))

    def part(self, name: str) -> bytes:
        """A part's XML, which must be plain: no document type, no entities, UTF-8."""
        content = self.packed.read(self.by_name[name.lower()])  # never more than its announced size: checked
        if _DTD.search(content) or b"\x00" in content:
            raise refused(N_("Tệp bảng tính có nội dung lạ (DTD), không đọc."))
        return content

    def sheets(self) -> list[Sheet]:
        """Every worksheet; sheets that hold only a chart are none."""
        root = ElementTree.fromstring(self.part("xl/workbook.xml"))  # noqa: S314 (no document type: checked)
        targets = self._targets()
        texts = self._texts()
        dates, percents = self._number_styles()
        uses_1904 = any(one.get("date1904") in ("1", "true") for one in _all(root, "workbookPr"))
        found = []
        for one in _all(root, "sheet"):
            target = targets[_attribute(one, "id")]
            if "chartsheet" not in target.lower() and "dialogsheet" not in target.lower():
                epoch = EPOCH_1904 if uses_1904 else EPOCH
                reader = _SheetReader(Sheet(one.get("name", "")), texts, dates, percents, epoch)
                found.append(reader.read(io.BytesIO(self.part(target))))
        return found

    def _targets(self) -> dict[str, str]:
        """Names of the workbook's parts by their relation."""
        root = ElementTree.fromstring(self.part("xl/_rels/workbook.xml.rels"))  # noqa: S314 (checked)
        found = {}
        for one in _all(root, "Relationship"):
            target = one.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            found[one.get("Id", "")] = path
        return found

    def _texts(self) -> list[str]:
        """The texts that cells share."""
        if "xl/sharedstrings.xml" not in self.by_name:
            return []
        found = []
        for _, one in ElementTree.iterparse(io.BytesIO(self.part("xl/sharedStrings.xml"))):  # noqa: S314 (checked)
            if _name(one) == "si":
                found.append(_text_of(one))
                one.clear()
        return found

    def _number_styles(self) -> tuple[set[int], set[int]]:
        """Which cell styles show a number as a date or a time, and which as a percentage."""
        if "xl/styles.xml" not in self.by_name:
            return set(), set()
        root = ElementTree.fromstring(self.part("xl/styles.xml"))  # noqa: S314 (checked)
        own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in _all(root, "numFmt")}
        dates, percents = set(), set()
        for styles in _all(root, "cellXfs"):
            for i, style in enumerate(one for one in styles if _name(one) == "xf"):
                number = style.get("numFmtId", "0")
                code = own.get(number) or BUILTIN_FORMATS.get(int(number), "")
                if is_date_format(code) or 27 <= int(number) <= 36 or 50 <= int(number) <= 58:
                    dates.add(i)
                elif "%" in _QUOTED.sub("", code):
                    percents.add(i)
        return dates, percents


class _SheetReader:
    """One pass over the XML of a sheet."""

    def __init__(self, sheet: Sheet, texts: list[str], dates: set[int], percents: set[int], epoch: datetime) -> None:
        self.sheet = sheet
        self.texts = texts
        self.dates = dates
        self.percents = percents
        self.epoch = epoch
        self.row = 0
        self.column = 0
        self.rows = 0
        self.letters = 0

    def read(self, file: IO[bytes]) -> Sheet:
        """The sheet, filled; it stops at the row that is one too many."""
        parents: list[Element] = []
        for event, one in ElementTree.iterparse(file, events=("start", "end")):  # noqa: S314 (checked)
            name = _name(one)
            if event == "start":
                parents.append(one)
                if name == "row":
                    self._start_row(one)
                continue
            parents.pop()
            if name == "c":
                self._cell(one)
            elif name == "row":
                one.clear()
                if parents:
                    parents[-1].remove(one)
                if not self._room():
                    self.sheet.cut_at = self.row
                    return self.sheet
            elif name == "col" and one.get("hidden") in ("1", "true") and len(self.sheet.hidden_columns) < MOST_SHAPES:
                self.sheet.hidden_columns.append((int(one.get("min", "0")), int(one.get("max", "0"))))
            elif name == "mergeCell" and len(self.sheet.merged) < MOST_SHAPES:
                left, top, right, bottom = (int(edge or 0) for edge in range_boundaries(one.get("ref", "")))
                self.sheet.merged.append((top, left, bottom, right))
        return self.sheet

    def _start_row(self, one: Element) -> None:
        self.row = int(one.get("r") or self.row + 1)
        self.column = 0
        self.rows += 1
        if not 0 < self.row <= LAST_ROW:
            raise ValueError(self.row)
        if one.get("hidden") in ("1", "true") or one.get("ht") in ("0", "0.0"):
            self.sheet.hidden_rows.add(self.row)

    def _room(self) -> bool:
        """Whether another row may come: rows without anything in them are not counted."""
        if not any((self.row, column) in self.sheet.cells for column in range(1, self.column + 1)):
            self.rows -= 1
        return self.rows < MOST_ROWS and len(self.sheet.cells) < MOST_CELLS

    def _cell(self, one: Element) -> None:
        row, column = self.row, self.column + 1
        if one.get("r"):
            row, column = coordinate_to_tuple(one.get("r", ""))
        if not 0 < column <= LAST_COLUMN or row != self.row:
            raise ValueError(one.get("r"))
        self.column = column
        cell = self._value(one)
        if cell is not None:
            self.sheet.cells[row, column] = cell
            self.letters += len(cell.value) if isinstance(cell.value, str) else 0
            if self.letters > MOST_LETTERS:
                raise refused(TOO_LARGE)

    def _value(self, one: Element) -> Cell | None:
        kind = one.get("t", "n")
        value = next((child.text or "" for child in one if _name(child) == "v"), None)
        if any(_name(child) == "f" for child in one):
            return Cell(Kind.FORMULA, value or "")
        if kind == "inlineStr":
            text = "".join(_text_of(child) for child in one if _name(child) == "is")
            return Cell(Kind.TEXT, text) if text else None
        if value is None or value == "":
            return None
        if kind == "s":
            text = self.texts[int(value)]
            return Cell(Kind.TEXT, text) if text else None
        if kind == "str":
            return Cell(Kind.TEXT, _decoded(value))
        if kind == "b":
            return Cell(Kind.BOOLEAN, value in ("1", "true"))
        if kind == "e":
            return Cell(Kind.ERROR, value[:20])
        if kind == "d":
            return Cell(Kind.DATE, value[:20])
        return self._number(value, int(one.get("s") or 0))

    def _number(self, text: str, style: int) -> Cell:
        """A number as Excel shows it: files hold binary fractions, 98.099999999999994 is 98.1."""
        binary = float(text)
        number = Decimal(repr(binary))
        if not number.is_finite():
            return Cell(Kind.ERROR, text[:20])
        if style not in self.dates:
            return Cell(Kind.PERCENT if style in self.percents else Kind.NUMBER, number)
        try:
            return Cell(Kind.DATE, (self.epoch + timedelta(days=binary)).strftime("%d/%m/%Y"))
        except OverflowError:
            return Cell(Kind.NUMBER, number)


def _name(one: Element) -> str:
    """The name of an element without its namespace, which differs between the two editions of the standard."""
    return one.tag.rpartition("}")[2] if isinstance(one.tag, str) else ""


def _all(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if _name(one) == name)


def _attribute(one: Element, name: str) -> str:
    """An attribute whose namespace differs between the editions ("r:id"); the plain "sheetId" is not meant."""
    return {key.rpartition("}")[2]: value for key, value in one.attrib.items()}[name]


def _text_of(one: Element) -> str:
    """The text of a shared or inline string, runs of different letters joined, phonetic hints left out."""
    found = []
    for child in one:
        if _name(child) == "t":
            found.append(child.text or "")
        elif _name(child) == "r":
            found += [part.text or "" for part in child if _name(part) == "t"]
    return _decoded("".join(found))


def _decoded(text: str) -> str:
    """Text in which "_x000A_" stands for a character that XML cannot hold."""
    return _HIDDEN_CODE.sub(lambda found: chr(int(found[1], 16)), text)
