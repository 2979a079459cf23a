"""Figures that the ministry holds, as files: one row for each figure, or units x indicators; XLSX or CSV.

The rows give "mã đơn vị", "mã chỉ tiêu", "giá trị" and, if wanted, "tên chỉ tiêu", "nguồn", "ngày số liệu". In the wide
form the first column is "mã đơn vị" (a column "tên đơn vị" is for people) and every other one an indicator, its code in
the heading. Everything that cannot be read is told, each with its cell. A workbook is read within the bounds of
`workbook_cells`; nothing in it is computed.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from openpyxl.utils import get_column_letter

from emulation.documents.criteria_cells import Odd, text_of
from emulation.documents.criteria_files import BOM, OLE, OTHERS, ZIP
from emulation.documents.criteria_layout import folded
from emulation.documents.workbook_cells import MOST_ROWS, Cell, Kind, Sheet, read_cells, refused
from emulation.domain.figures import read_figure
from emulation.domain.numbers import number
from emulation.domain.source import LARGEST_BYTES, Problem
from emulation.errors import Refusal
from emulation.words import N_, Phrase

HEADS = {  # key -> how its column may be called, folded
    "unit": ("ma don vi", "don vi", "ma so", "ma so gddt"),
    "unit_name": ("ten don vi", "ten so", "tinh", "tinh thanh pho"),
    "code": ("ma chi tieu", "chi tieu"),
    "value": ("gia tri", "so lieu"),
    "title": ("ten chi tieu",),
    "source": ("nguon", "nguon so lieu"),
    "as_of": ("ngay so lieu", "ngay"),
}
NAMES = {
    "unit": "Mã đơn vị",
    "code": "Mã chỉ tiêu",
    "value": "Giá trị",
    "title": "Tên chỉ tiêu",
    "source": "Nguồn",
    "as_of": "Ngày số liệu",
}
HEAD_ROWS = 20  # the heading stands in one of the first rows
LONGEST = {"code": 60, "title": 300, "source": 300, "unit": 40}
CODE = re.compile(r"[\w.-]+")
NO_HEAD = N_("Không thấy dòng tiêu đề: cần cột “Mã đơn vị”, “Mã chỉ tiêu” và “Giá trị”, hoặc mỗi chỉ tiêu một cột.")


@dataclass(frozen=True, slots=True)
class Given:
    """One figure of a file; `place` is its cell, `day_place` that of its day. What the file does not say is empty."""

    place: str
    unit: str
    code: str
    value: Decimal
    title: str = ""
    source: str = ""
    as_of: date | None = None
    day_place: str = field(default="", compare=False)


@dataclass
class Reading:
    """What a file says, and what in it cannot be read."""

    given: list[Given] = field(default_factory=list)
    unread: list[tuple[str, str, str]] = field(default_factory=list)  # (cell, unit, indicator) of figures that are none
    problems: list[Problem] = field(default_factory=list)

    def tell(self, place: str, phrase: Phrase | Refusal | str, /, **values: object) -> None:
        """Remember a problem."""
        if isinstance(phrase, Refusal):
            phrase = phrase.phrase
        self.problems.append(Problem(Phrase(phrase, values) if isinstance(phrase, str) else phrase, None, place))


def read_indicators(name: str, raw: bytes) -> Reading:
    """The figures in a file, by its content: a workbook, or CSV in UTF-8 with commas, semicolons or tabs.

    Raises:
        Problems: a file of another kind, damaged, too large, or without a heading.
    """
    if raw.startswith((*ZIP, OLE)):
        for sheet in read_cells(raw):
            if _head_of(sheet) is not None:
                return _read(sheet, sheet.place)
        raise refused(NO_HEAD)
    kind = next((kind for start, kind in OTHERS if raw.startswith(start)), None)
    if kind is not None and (kind != "BMP" or b"\x00" in raw[:64]):
        raise refused(N_("“%(name)s” là tệp %(kind)s; số liệu là tệp XLSX hoặc CSV (UTF-8)."), name=name, kind=kind)
    if len(raw) > LARGEST_BYTES:
        raise refused(N_("Tệp lớn hơn 2 MB."))
    sheet = _csv_sheet(raw)
    if _head_of(sheet) is None:
        raise refused(NO_HEAD)
    return _read(sheet, lambda row, column: f"dòng {row}, cột {get_column_letter(column)}")


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


def _key_of(cell: Cell) -> str | None:
    said = folded(str(cell.value))
    return next((key for key, names in HEADS.items() if said in names), None)


def _head_of(sheet: Sheet) -> int | None:
    """The row of the heading: the first that names the column of units and something more."""
    for row, cells in list(sheet.rows().items())[:HEAD_ROWS]:
        keys = [_key_of(cell) for cell in cells.values()]
        if "unit" in keys and len(keys) > 1:
            return row
    return None


def _read(sheet: Sheet, place: Callable[[int, int], str]) -> Reading:
    """The rows of a sheet with a heading."""
    found = Reading()
    head = _head_of(sheet)
    assert head is not None
    rows = sheet.rows()
    columns: dict[str, int] = {}
    others: dict[int, str] = {}
    for column, cell in rows[head].items():
        if cell.is_blank:
            continue
        key = _key_of(cell)
        if key is None:
            others[column] = unicodedata.normalize("NFC", str(cell.value)).strip()
        elif key in columns:
            found.tell(place(head, column), N_("Cột “%(name)s” có hai lần."), name=str(cell.value).strip())
        else:
            columns[key] = column
    _check_shape(sheet, head, found, place)
    used: set[int] = {*columns.values(), *others}
    for row, cells in rows.items():
        if row <= head:
            continue
        for column in sorted(set(cells) - used):
            if not cells[column].is_blank:
                found.tell(
                    place(row, column), N_("Ô này nằm ngoài các cột có tiêu đề: số thập phân phải nằm trong một ô.")
                )
        if "code" in columns or "value" in columns:
            _read_row(row, cells, columns, found, place)
        else:
            _read_wide(row, cells, columns["unit"], others, found, place)
    missing = [NAMES[key] for key in ("code", "value") if key not in columns]
    if len(missing) == 1:
        found.problems, found.given, found.unread = [], [], []
        found.tell(place(head, 1), N_("Thiếu cột “%(name)s”."), name=missing[0])
    if len(missing) < 2:
        for column, name in others.items():
            found.tell(place(head, column), N_("Không có cột “%(name)s”: xóa cột hoặc sửa tiêu đề."), name=name[:60])
    else:
        for column, name in others.items():
            if not CODE.fullmatch(name) or len(name) > LONGEST["code"]:
                found.tell(
                    place(head, column),
                    N_("Mã chỉ tiêu “%(given)s” chỉ gồm chữ, số và các dấu - _ . viết liền."),
                    given=name[:60],
                )
    _tell_twice(found)
    if not found.given and not found.problems:
        found.tell(place(head, 1), N_("Tệp không có số liệu nào."))
    return found


def _check_shape(sheet: Sheet, head: int, found: Reading, place: Callable[[int, int], str]) -> None:
    """What people do not see when they look at the sheet must not be read in silence."""
    rows = sheet.rows()
    for top, left, bottom, _right in sheet.merged:
        if any(max(top, head) <= row <= bottom for row in rows):
            found.tell(place(max(top, 1), left), N_("Có các ô đang gộp: bỏ gộp và điền từng ô."))
    for row in sorted(sheet.hidden_rows & set(rows)):
        if row >= head:
            found.tell(place(row, 1), N_("Dòng %(n)s đang ẩn: cho hiện lại, hoặc xóa dòng."), n=row)
    filled = {column for row, cells in rows.items() if row >= head for column in cells}
    for first, last in sheet.hidden_columns:
        for column in sorted(one for one in filled if first <= one <= last):
            found.tell(place(head, column), N_("Cột này đang ẩn: cho hiện lại."))
    if sheet.cut_at is not None:
        found.tell(place(sheet.cut_at, 1), N_("Trang có quá nhiều dòng: chia thành nhiều tệp."))


def _read_row(
    row: int, cells: Mapping[int, Cell], columns: Mapping[str, int], found: Reading, place: Callable[[int, int], str]
) -> None:
    """One figure in a row of its own."""
    said: dict[str, str] = {}
    is_whole = True
    for key in ("unit", "code", "title", "source"):
        try:
            text = _text(cells.get(columns.get(key, 0)))
        except Odd as odd:
            found.tell(place(row, columns[key]), odd.refusals[0])
            is_whole = False
            continue
        said[key] = text
        if key in ("unit", "code") and not text:
            found.tell(place(row, columns.get(key, 1)), N_("Thiếu %(name)s."), name=NAMES[key].lower())
            is_whole = False
        elif len(text) > LONGEST[key]:
            found.tell(
                place(row, columns[key]), N_("Dài %(n)s ký tự, nhiều nhất %(most)s."), n=len(text), most=LONGEST[key]
            )
            is_whole = False
    column = columns.get("value", 0)
    value = _value(cells.get(column), place(row, column or 1), found)
    as_of, is_day = None, True
    if "as_of" in columns and (cell := cells.get(columns["as_of"])) is not None and not cell.is_blank:
        as_of = day_of(str(cell.value)) if cell.kind in (Kind.TEXT, Kind.DATE) else None
        is_day = as_of is not None
        if not is_day:
            found.tell(
                place(row, columns["as_of"]),
                N_("“%(text)s” không phải là một ngày: viết ngày/tháng/năm."),
                text=str(cell.value)[:60],
            )
    if is_whole and is_day and value is not None:
        texts = (said["title"], said["source"])
        day_place = place(row, columns["as_of"]) if as_of else ""
        found.given.append(Given(place(row, column), said["unit"], said["code"], value, *texts, as_of, day_place))
    elif is_whole:
        found.unread.append((place(row, column or 1), said["unit"], said["code"]))


def _read_wide(
    row: int,
    cells: Mapping[int, Cell],
    unit_column: int,
    others: Mapping[int, str],
    found: Reading,
    place: Callable[[int, int], str],
) -> None:
    """All figures of one unit; an empty cell gives none."""
    try:
        unit = _text(cells.get(unit_column))
    except Odd as odd:
        found.tell(place(row, unit_column), odd.refusals[0])
        return
    filled = [(column, cells[column]) for column in others if column in cells and not cells[column].is_blank]
    if not unit and filled:
        found.tell(place(row, unit_column), N_("Thiếu %(name)s."), name=NAMES["unit"].lower())
        return
    for column, cell in filled:
        value = _value(cell, place(row, column), found)
        if value is not None:
            found.given.append(Given(place(row, column), unit, others[column], value))
        else:
            found.unread.append((place(row, column), unit, others[column]))


def _text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    text = f"{cell.value.normalize():f}" if isinstance(cell.value, Decimal) else text_of(cell)  # 34, not 34.0
    return " ".join(unicodedata.normalize("NFC", text).split())


def _value(cell: Cell | None, place: str, found: Reading) -> Decimal | None:
    """The figure of a cell; what is none is told."""
    if cell is None or cell.is_blank:
        found.tell(place, N_("Chưa nhập số."))
        return None
    try:
        return number(cell.value) if cell.kind is Kind.NUMBER else read_figure(text_of(cell))
    except Odd as odd:
        found.tell(place, odd.refusals[0])
    except Refusal as refusal:
        found.tell(place, refusal)
    return None


def day_of(text: str) -> date | None:
    """A day as people write it: 31/05/2022, 31-5-2022, 2022-05-31."""
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            day = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        return day if 1990 <= day.year <= 2100 else None
    return None


def _tell_twice(found: Reading) -> None:
    seen: dict[tuple[str, str], str] = {}
    for one in found.given:
        key = (one.unit.casefold(), one.code)
        if key in seen:
            found.tell(
                one.place,
                N_("Đơn vị %(unit)s đã có chỉ tiêu “%(code)s” ở %(place)s."),
                unit=one.unit,
                code=one.code,
                place=seen[key],
            )
        else:
            seen[key] = one.place


# ---- going out ----


def as_csv(given: Iterable[Given]) -> str:
    """The same figures as text that `read_indicators` reads: what a dry run sends back."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\n")
    rows.writerow([NAMES["unit"], NAMES["code"], NAMES["value"], NAMES["title"], NAMES["source"], NAMES["as_of"]])
    for one in given:
        day = one.as_of.strftime("%d/%m/%Y") if one.as_of else ""
        rows.writerow([one.unit, one.code, f"{one.value:f}".replace(".", ","), one.title, one.source, day])
    return text.getvalue()
