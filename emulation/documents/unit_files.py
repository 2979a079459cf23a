"""The list of units as a file: a row for each, read and written; XLSX or CSV, Vietnamese headings.

A column that the file does not have says nothing; an empty cell in one that it has says "none".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from emulation.documents.criteria_cells import Odd
from emulation.documents.criteria_layout import folded, unnamed
from emulation.documents.table_files import Told, day_in, line_in, read_table, tell_unknown_columns, written
from emulation.documents.workbook_cells import Cell, Kind
from emulation.documents.workbook_writing import TOP, choose, fit_rows, print_setup, write_cell, write_head
from emulation.domain.clusters import CLUSTER_ROLE_NAMES, cluster_name
from emulation.words import N_

HEADS = {  # field of a unit -> how its column may be called, folded
    "code": ("ma don vi", "ma so", "ma so gddt", "ma"),
    "name": ("ten don vi", "ten day du", "ten so"),
    "short_name": ("ten ngan", "ten goi tat", "ten viet tat", "tinh thanh pho"),
    "cluster": ("cum thi dua", "cum"),
    "cluster_role": ("vai tro trong cum", "vai tro"),
    "tags": ("dac diem",),
    "valid_from": ("hieu luc tu", "tu ngay"),
    "valid_to": ("hieu luc den", "den ngay"),
    "note": ("ghi chu",),
    "number": ("stt", "tt"),  # for people only
}
NAMES = {
    "code": N_("Mã đơn vị"),
    "name": N_("Tên đơn vị"),
    "short_name": N_("Tên ngắn"),
    "cluster": N_("Cụm thi đua"),
    "cluster_role": N_("Vai trò trong cụm"),
    "tags": N_("Đặc điểm"),
    "valid_from": N_("Hiệu lực từ"),
    "valid_to": N_("Hiệu lực đến"),
    "note": N_("Ghi chú"),
}
REQUIRED = ("code", "name", "short_name", "cluster")
LONGEST = {"code": 10, "name": 200, "short_name": 120, "cluster": 100}
CODE = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?")
ILLUSTRATIVE = "minh họa"  # in the note: cluster and features are an example
NO_HEAD = N_("Không thấy dòng tiêu đề: cần các cột “Mã đơn vị”, “Tên đơn vị”, “Tên ngắn” và “Cụm thi đua”.")


@dataclass(frozen=True)
class Row:
    """What a file says of one unit: the fields that it has a column for, and the cells of them all."""

    code: str
    values: dict[str, Any]
    cells: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass
class Reading(Told):
    """The units of a file, and what in it cannot be read."""

    rows: list[Row] = field(default_factory=list)


def read_units(name: str, raw: bytes, tags: Mapping[str, str]) -> Reading:
    """The units in a file; `tags` are the features that a unit can have, by their short word.

    Raises:
        Problems: see `read_table`.
    """
    found = Reading()
    table = read_table(name, raw, HEADS, found, anchor="code", no_head=NO_HEAD)
    for key in REQUIRED:
        if key not in table.columns:
            found.tell(table.place(table.head, 1), N_("Thiếu cột “%(name)s”."), name=NAMES[key])
    tell_unknown_columns(table, found)
    seen: dict[str, str] = {}
    for number, cells in table.rows.items():
        places = {key: table.place(number, column) for key, column in table.columns.items()}
        values = {
            key: _value(key, cells.get(column), places[key], found, tags)
            for key, column in table.columns.items()
            if key != "number"
        }
        code = values.pop("code") or ""
        if code and code in seen:
            found.tell(places["code"], N_("Mã “%(code)s” đã có ở %(place)s."), code=code, place=seen[code])
        seen.setdefault(code, places["code"])
        if "note" in values:
            values["is_illustrative"] = folded(ILLUSTRATIVE) in folded(values.pop("note") or "")
        found.rows.append(Row(code, values, places))
    if not found.rows and not found.problems:
        found.tell(table.place(table.head, 1), N_("Tệp không có đơn vị nào."))
    return found


def _value(key: str, cell: Cell | None, place: str, told: Told, tags: Mapping[str, str]) -> Any:
    """What a cell says; what it cannot say is told, and gives None."""
    if key in ("valid_from", "valid_to"):
        return day_in(cell, place, told)
    if key == "code" and cell is not None and cell.kind in (Kind.NUMBER, Kind.PERCENT, Kind.DATE):
        told.tell(place, N_("Mã phải là văn bản, vì số 01 mất chữ số 0: định dạng ô là Văn bản (Text) rồi gõ lại mã."))
        return None
    try:
        text = line_in(cell)
    except Odd as odd:
        told.tell(place, odd.refusals[0])
        return None
    if key in REQUIRED and not text:
        told.tell(place, N_("Thiếu %(name)s."), name=NAMES[key].lower())
        return None
    if len(text) > LONGEST.get(key, 1000):
        told.tell(place, N_("Dài %(n)s ký tự, nhiều nhất %(most)s."), n=len(text), most=LONGEST.get(key, 1000))
        return None
    match key:
        case "code":
            if not CODE.fullmatch(text):
                told.tell(place, N_("Mã “%(code)s” chỉ gồm chữ không dấu, số và các dấu - . ở giữa."), code=text)
                return None
        case "cluster":
            return cluster_name(text)
        case "cluster_role":
            role = next((role for role, word in CLUSTER_ROLE_NAMES.items() if folded(word) == folded(text)), None)
            if text and role is None:
                told.tell(place, N_("“%(text)s”: ghi “Cụm trưởng”, “Cụm phó” hoặc để trống."), text=text[:60])
            return role
        case "tags":
            return _tags(str(cell.value) if cell else "", place, told, tags)
    return text


def _tags(text: str, place: str, told: Told, tags: Mapping[str, str]) -> list[str]:
    found = set()
    for part in filter(None, (" ".join(one.split()) for one in re.split(r"[;,\n]", text))):
        word = unnamed(part, tags)
        word = word if word in tags else word.lower()
        if word in tags:
            found.add(word)
        else:
            known = "; ".join(tags.values())
            told.tell(place, N_("Không có đặc điểm “%(text)s”. Các đặc điểm: %(known)s."), text=part[:60], known=known)
    return sorted(found)


# ---- going out ----


@lru_cache(maxsize=1)
def known_units() -> list[Row]:
    """The 34 units since 1 July 2025; their clusters and features are an example."""
    raw = (Path(__file__).parent / "data" / "units_2025.csv").read_bytes()
    return read_units("units_2025.csv", raw, {"dan-toc": "", "mien-nui": ""}).rows


def _shown(row: Row, key: str, tags: Mapping[str, str]) -> str:
    value: Any = row.code if key == "code" else row.values.get(key)
    match key:
        case "note":
            return ILLUSTRATIVE if row.values.get("is_illustrative") else ""
        case "tags":
            return "; ".join(tags.get(tag, tag) for tag in value or ())
        case "cluster_role":
            return CLUSTER_ROLE_NAMES[value] if value else ""
        case "valid_from" | "valid_to":
            return written(value)
    return value or ""


def as_csv(rows: Iterable[Row], tags: Mapping[str, str]) -> str:
    """The same units as text that `read_units` reads: what a dry run sends back."""
    rows = list(rows)
    said = {key for row in rows for key in row.values}
    keys = [key for key in NAMES if key in said or key == "code" or (key == "note" and "is_illustrative" in said)]
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\n")
    lines.writerow([NAMES[key] for key in keys])
    lines.writerows([[_shown(row, key, tags) for key in keys] for row in rows])
    return text.getvalue()


def workbook(rows: Iterable[Row], tags: Mapping[str, str]) -> bytes:
    """The list as a workbook to correct and hand in again, with a page that explains its columns."""
    rows = list(rows)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Đơn vị"
    write_head(sheet, 1, list(NAMES.values()), (11, 52, 20, 22, 16, 44, 14, 14, 14))
    for number, row in enumerate(rows, 2):
        for column, key in enumerate(NAMES, 1):
            write_cell(sheet, number, column, _shown(row, key, tags) or None).alignment = TOP
    fit_rows(sheet, 2)
    for column in range(1, len(NAMES) + 1):
        sheet.column_dimensions[get_column_letter(column)].number_format = "@"  # "01" stays "01" in new rows too
    choose(sheet, "E2:E500", f'"{",".join(CLUSTER_ROLE_NAMES.values())}"', strict=True)
    sheet.freeze_panes = "C2"
    print_setup(sheet, "1:1")
    guide = book.create_sheet("Hướng dẫn")
    write_head(guide, 1, ["Cột", "Cách ghi"], [24, 100])
    for number, (key, words) in enumerate(_guide(tags).items(), 2):
        write_cell(guide, number, 1, NAMES[key]).alignment = TOP
        write_cell(guide, number, 2, words).alignment = TOP
    fit_rows(guide, 2)
    print_setup(guide, "1:1")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _guide(tags: Mapping[str, str]) -> dict[str, str]:
    return {
        "code": "Bắt buộc. Văn bản: 01 chứ không phải 1. Mã đã có thì sửa đơn vị đó, mã mới thì thêm đơn vị.",
        "name": "Bắt buộc. Tên đầy đủ như in trên văn bản.",
        "short_name": "Bắt buộc. Tên trong bảng, thường là tên tỉnh, thành phố.",
        "cluster": "Bắt buộc. Số của cụm (1) hoặc tên cụm.",
        "cluster_role": "Cụm trưởng, Cụm phó hoặc để trống; mỗi cụm nhiều nhất một cụm trưởng, một cụm phó.",
        "tags": "Để trống, hoặc các đặc điểm cách nhau bằng dấu chấm phẩy: " + "; ".join(tags.values()) + ".",
        "valid_from": "Ngày/tháng/năm, hoặc để trống.",
        "valid_to": "Ngày cuối cùng của đơn vị đã sáp nhập, giải thể: đơn vị không vào các kỳ lập sau ngày đó.",
        "note": "“minh họa”: cụm và đặc điểm của dòng này là ví dụ, chưa theo văn bản nào. Xóa chữ này khi đã sửa theo "
        "quyết định của Bộ.",
    }  # fmt: skip
