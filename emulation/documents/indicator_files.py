"""Figures that the ministry holds, as files: one row for each figure, or units x indicators; XLSX or CSV.

The rows give "mã đơn vị", "mã chỉ tiêu", "giá trị" and, if wanted, "tên chỉ tiêu", "nguồn", "ngày số liệu". In the wide
form the first column is "mã đơn vị" (a column "tên đơn vị" is for people) and every other one an indicator, its code in
the heading. `table_files` reads both.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from emulation.documents.criteria_cells import Odd, text_of
from emulation.documents.table_files import Place, Told, day_in, line_in, read_table, tell_unknown_columns, written
from emulation.documents.workbook_cells import Cell, Kind
from emulation.domain.figures import read_figure
from emulation.domain.numbers import number
from emulation.errors import Refusal
from emulation.words import N_

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
class Reading(Told):
    """What a file says, and what in it cannot be read."""

    given: list[Given] = field(default_factory=list)
    unread: list[tuple[str, str, str]] = field(default_factory=list)  # (cell, unit, indicator) of figures that are none


def read_indicators(name: str, raw: bytes) -> Reading:
    """The figures in a file: a workbook, or CSV in UTF-8.

    Raises:
        Problems: see `read_table`.
    """
    found = Reading()
    table = read_table(name, raw, HEADS, found, anchor="unit", no_head=NO_HEAD)
    place, columns, others = table.place, table.columns, table.others
    for row, cells in table.rows.items():
        if "code" in columns or "value" in columns:
            _read_row(row, cells, columns, found, place)
        else:
            _read_wide(row, cells, columns["unit"], others, found, place)
    missing = [NAMES[key] for key in ("code", "value") if key not in columns]
    if len(missing) == 1:
        found.problems, found.given, found.unread = [], [], []
        found.tell(place(table.head, 1), N_("Thiếu cột “%(name)s”."), name=missing[0])
    if len(missing) < 2:
        tell_unknown_columns(table, found)
    else:
        for column, name in others.items():
            if not CODE.fullmatch(name) or len(name) > LONGEST["code"]:
                found.tell(
                    place(table.head, column),
                    N_("Mã chỉ tiêu “%(given)s” chỉ gồm chữ, số và các dấu - _ . viết liền."),
                    given=name[:60],
                )
    _tell_twice(found)
    if not found.given and not found.problems:
        found.tell(place(table.head, 1), N_("Tệp không có số liệu nào."))
    return found


def _read_row(row: int, cells: Mapping[int, Cell], columns: Mapping[str, int], found: Reading, place: Place) -> None:
    """One figure in a row of its own."""
    said: dict[str, str] = {}
    is_whole = True
    for key in ("unit", "code", "title", "source"):
        try:
            text = line_in(cells.get(columns.get(key, 0)))
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
    day_place = place(row, columns.get("as_of", 1))
    day_cell = cells.get(columns.get("as_of", 0))
    as_of = day_in(day_cell, day_place, found)
    is_day = as_of is not None or day_cell is None or day_cell.is_blank
    if is_whole and is_day and value is not None:
        texts = (said["title"], said["source"])
        day_place = day_place if as_of else ""
        found.given.append(Given(place(row, column), said["unit"], said["code"], value, *texts, as_of, day_place))
    elif is_whole:
        found.unread.append((place(row, column or 1), said["unit"], said["code"]))


def _read_wide(
    row: int,
    cells: Mapping[int, Cell],
    unit_column: int,
    others: Mapping[int, str],
    found: Reading,
    place: Place,
) -> None:
    """All figures of one unit; an empty cell gives none."""
    try:
        unit = line_in(cells.get(unit_column))
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
        value = f"{one.value:f}".replace(".", ",")
        rows.writerow([one.unit, one.code, value, one.title, one.source, written(one.as_of)])
    return text.getvalue()
