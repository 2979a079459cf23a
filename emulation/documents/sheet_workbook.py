"""One unit's sheet as a workbook to fill without network: input cells fit for each rule, live points, a guide.

What was declared is already filled in; everything else is locked, without a password. A hidden page carries what the
workbook was made from, so that it can be merged when it comes back (`sheet_workbook_read.py`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from emulation.documents import sheet_formulas as formulas
from emulation.documents import sheet_layout as layout
from emulation.documents.sheet_layout import HEADS, Base, Column, Row, SheetBook, Stamp
from emulation.documents.sheet_words import GUIDE, asked_words, guidance_of, note_of
from emulation.documents.workbook_writing import FONT, LINE_HEIGHT, head_height, lines_of, print_setup, write_cell
from emulation.domain.criteria import Criterion
from emulation.domain.declared import Part
from emulation.domain.numbers import number as exact
from emulation.domain.rules import Checklist, Judged, Levels
from emulation.words import Phrase
from emulation.words import figure as shown

INK, QUIET, ACTION = "15202E", "5A687E", "1450B4"
HEAD_FILL = PatternFill("solid", fgColor="F4F6F9")
BANDS = (PatternFill("solid", fgColor="DCE8FA"), PatternFill("solid", fgColor="EEF4FD"))
INPUT_FILL = PatternFill("solid", fgColor="FFFAEB")
THIN, FIELD = Side("thin", color="CBD3DF"), Side("thin", color="8391A5")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
INPUT_EDGE = Border(left=FIELD, right=FIELD, top=FIELD, bottom=FIELD)
WRAPPED = Alignment(wrap_text=True, vertical="top")
CENTRED = Alignment(wrap_text=True, vertical="center", horizontal="center")
RIGHT = Alignment(horizontal="right", vertical="top")
PLAIN, BOLD = Font(name=FONT, size=11, color=INK), Font(name=FONT, size=11, color=INK, bold=True)
SMALL = Font(name=FONT, size=9, color=QUIET)
UNLOCKED = Protection(locked=False)
FIGURES = frozenset({Column.MAX, Column.POINTS, Column.LAST_POINTS, Column.BASE})
MOST_GUIDANCE = 12  # lines of guidance that make a row higher
GUIDE_WIDTH = 100  # letters
LISTS = (6, 7)  # columns of the hidden page that hold the levels and their points


def sheet_workbook(book: SheetBook) -> bytes:
    """The workbook as XLSX. Texts are never formulas, whatever they begin with."""
    return _Writer(book).bytes()


def checked_lines(stamp: Stamp) -> list[tuple[str, ...]]:
    """The rows of the hidden page that say what the workbook was made from; the last is a checksum of the others."""
    lines: list[tuple[str, ...]] = [
        (layout.MARK, layout.FORMAT),
        ("period", stamp.period),
        ("unit", stamp.unit),
        ("set", stamp.family),
        ("version", stamp.edition),
        ("sha256", stamp.sha256),
        ("made_at", stamp.made_at.isoformat()),
    ]
    lines += [("line", code, str(base.version), _json(base)) for code, base in stamp.lines.items()]
    return [*lines, ("checksum", layout.checksum(lines))]


def _json(base: Base) -> str:
    body = {"data": base.data, "explanation": base.explanation}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class _Writer:
    """The workbook that is being written."""

    def __init__(self, book: SheetBook) -> None:
        self.book = book
        self.criteria = book.criteria
        self.file = Workbook()
        sheet = self.file.active
        assert isinstance(sheet, Worksheet)
        self.sheet, self.guide = sheet, self.file.create_sheet(layout.GUIDE)
        self.hidden = self.file.create_sheet(layout.HIDDEN)
        self.sheet.title = layout.SHEET
        self.rows = layout.rows_of(book.criteria, book.tags)
        self.numbers = {id(row): number for number, row in enumerate(self.rows, layout.FIRST_ROW)}
        self.asked: dict[str, tuple[str, ...]] = {}
        self.choices: dict[tuple[Any, ...], DataValidation] = {}
        self.level_lists: dict[str, str] = {}
        self.listed = 0  # rows of the hidden page that lists have taken

    def bytes(self) -> bytes:
        """Everything written."""
        self._head()
        for row in self.rows:
            self._row(row, self.numbers[id(row)])
        last = self._totals(layout.FIRST_ROW + len(self.rows) + 1)
        for validation in self.choices.values():
            self.sheet.add_data_validation(validation)
        self._finish(last)
        self._guide()
        for number, line in enumerate(checked_lines(self.book.stamp), 1):
            for column, value in enumerate(line, 1):
                write_cell(self.hidden, number, column, value)
        self.hidden.sheet_state = "veryHidden"
        self.hidden.protection.sheet = True
        self.file.security = WorkbookProtection(lockStructure=True)
        self.file.properties.title = f"{layout.SHEET} {self.book.stamp.period} {self.book.unit_name}"
        self.file.properties.creator = ""
        assert self.file.calculation is not None
        self.file.calculation.fullCalcOnLoad = True
        stream = io.BytesIO()
        self.file.save(stream)
        return stream.getvalue()

    # ---- the head ----

    def _head(self) -> None:
        book, stamp = self.book, self.book.stamp
        kind = " (minh họa)" if book.is_illustrative else ""
        made = Phrase("%(when)s", {"when": stamp.made_at})
        identity = (
            f"Kỳ {stamp.period} · đơn vị {stamp.unit} · bộ tiêu chí {stamp.edition} ({stamp.sha256[:12]}) · "
            f"tải lúc {made} · mẫu {layout.FORMAT}"
        )
        lines = (
            (f"PHIẾU TỰ CHẤM ĐIỂM · {book.period_title}{kind}", Font(name=FONT, size=14, bold=True, color=ACTION)),
            (f"{book.unit_name} · {book.cluster} · {self.criteria.title}", BOLD),
            (identity, SMALL),
            (str(note_of(book)), PLAIN),
        )
        for row, (words, font) in enumerate(lines, 1):
            self._put(row, Column.CODE, words).font = font
        for column, (head, width) in HEADS.items():
            cell = self._put(layout.HEAD_ROW, column, head)
            cell.font, cell.fill, cell.border, cell.alignment = BOLD, HEAD_FILL, GRID, CENTRED
            self.sheet.column_dimensions[get_column_letter(column)].width = width
        self.sheet.row_dimensions[layout.HEAD_ROW].height = head_height(HEADS.values())

    # ---- rows ----

    def _row(self, row: Row, number: int) -> None:
        if row.criterion is None:
            self._band(row, number)
            return
        criterion, code = row.criterion, row.criterion.code
        base = self.book.stamp.lines.get(code)
        data = base.data if base else None
        asked = self.asked.setdefault(code, layout.asked_of(criterion, data))
        open_cells = layout.inputs_of(row, asked) if code in self.book.open_codes else frozenset()
        values = self._item(row, data, number) if row.item else self._criterion(row, data, number)
        for column in Column:
            cell = self._put(number, column, values.get(column))
            cell.border, cell.font = GRID, SMALL if column in (Column.GUIDANCE, Column.LAST_DATA) else PLAIN
            cell.alignment = RIGHT if column in FIGURES else WRAPPED
            if column in (Column.POINTS, Column.BASE):
                cell.number_format = self._places()
            if column in open_cells:
                cell.protection, cell.fill, cell.border = UNLOCKED, INPUT_FILL, INPUT_EDGE
                self._validate(row, column, asked)
        for column, key in zip((Column.FIRST, Column.SECOND), asked, strict=False):
            if key not in ("level", "met"):
                self.sheet.cell(number, column).alignment = RIGHT
        self.sheet.row_dimensions[number].height = height_of(values)

    def _band(self, row: Row, number: int) -> None:
        # no code in its own cell: a section may have the code of a criterion
        title = f"{row.code}. {row.title}" if row.code else row.title
        if row.section is not None and row.section.coefficient != 1:
            title = f"{title} (hệ số {shown(row.section.coefficient)})"
        values: dict[Column, Any] = {Column.TITLE: title}
        if row.section is not None:
            earned, base = formulas.section_formulas(
                row.section,
                self.criteria,
                self.book.tags,
                points=self._cells(Column.POINTS),
                bases=self._cells(Column.BASE),
                sections=self._band_cells(),
            )
            values |= {Column.POINTS: earned, Column.BASE: base}
        for column in Column:
            cell = self._put(number, column, values.get(column))
            cell.fill, cell.font, cell.border = BANDS[min(row.depth, 1)], BOLD, Border(top=THIN, bottom=THIN)
            if column in (Column.POINTS, Column.BASE):
                cell.number_format, cell.alignment = self._places(), RIGHT

    def _item(self, row: Row, data: Mapping[str, Any] | None, number: int) -> dict[Column, Any]:
        assert row.item is not None
        chosen = None
        if data is not None and "met" in data:
            chosen = layout.YES if row.item.code in data["met"] else layout.NO
        return {
            Column.CODE: row.code,
            Column.TITLE: f"– {row.title}",
            Column.GUIDANCE: f"Đạt: {shown(row.item.points)} điểm",
            Column.ASKED: f"{layout.YES} hoặc {layout.NO}",
            Column.FIRST: chosen,
            Column.POINTS: formulas.item_formula(row.item.points, self._at(Column.FIRST, number)),
        }

    def _criterion(self, row: Row, data: Mapping[str, Any] | None, number: int) -> dict[Column, Any]:
        criterion, book = row.criterion, self.book
        assert criterion is not None
        base, last = book.stamp.lines.get(row.code), book.last_year.get(row.code)
        skip = self._at(Column.SKIP, number)
        asked = self.asked[row.code]
        choices, worth = self._levels(criterion) if isinstance(criterion.rule, Levels) else ("", "")
        first_item = number + 1
        last_item = number + (len(criterion.rule.items) if isinstance(criterion.rule, Checklist) else 0)
        values: dict[Column, Any] = {
            Column.CODE: row.code,
            Column.TITLE: row.title,
            Column.GUIDANCE: guidance_of(criterion),
            Column.MAX: criterion.max,
            Column.ASKED: asked_words(criterion, asked, self.book.returned),
            Column.EXPLANATION: base.explanation if base else None,
            Column.POINTS: formulas.points_formula(
                criterion,
                row.part,
                self.criteria,
                asked=asked,
                first=self._at(Column.FIRST, number),
                second=self._at(Column.SECOND, number),
                skip=skip,
                choices=choices,
                worth=worth,
                items=tuple(
                    f"{self._at(one, first_item)}:{self._at(one, last_item)}" for one in (Column.FIRST, Column.POINTS)
                ),  # type: ignore[arg-type]
            ),
        }
        if row.part is Part.CORE:
            values[Column.BASE] = formulas.base_formula(criterion, self.criteria, skip)
        if last is not None:
            values |= {Column.LAST_DATA: last.words, Column.LAST_POINTS: last.points}
        if data is not None and data.get("not_applicable"):
            values |= {Column.SKIP: layout.SKIPPED, Column.REASON: str(data.get("reason", ""))}
        elif data is not None:
            values |= {
                column: _value(key, data[key])
                for column, key in zip((Column.FIRST, Column.SECOND), asked, strict=False)
                if key in data
            }
        return values

    # ---- lists and checks of input cells ----

    def _levels(self, criterion: Criterion) -> tuple[str, str]:
        """The ranges of the hidden page with the labels and the points of the levels."""
        assert isinstance(criterion.rule, Levels)
        first = self.listed + 1
        for level in criterion.rule.levels:
            self.listed += 1
            write_cell(self.hidden, self.listed, LISTS[0], level.label)
            write_cell(self.hidden, self.listed, LISTS[1], level.points)
        page = quote_sheetname(layout.HIDDEN)
        ranges = [
            f"{page}!${get_column_letter(column)}${first}:${get_column_letter(column)}${self.listed}"
            for column in LISTS
        ]
        self.level_lists[criterion.code] = ranges[0]
        return ranges[0], ranges[1]

    def _validate(self, row: Row, column: Column, asked: tuple[str, ...]) -> None:
        """What may be typed into an input cell; cells with the same rule share one check."""
        criterion = row.criterion
        assert criterion is not None
        options: dict[str, Any]
        if column is Column.SKIP:
            options = _list(f'"{layout.SKIPPED}"')
        elif column in (Column.EXPLANATION, Column.REASON):
            options = _limits("textLength", "0", "4000", "Tối đa 4000 ký tự.")
        elif row.item is not None:
            options = _list(f'"{layout.YES},{layout.NO}"')
        else:
            key = asked[column - Column.FIRST]
            if key == "level":
                options = _list(self.level_lists[row.code])
            elif key == "met":
                options = _list(f'"{layout.MET},{layout.NOT_MET}"')
            elif key == "points":
                most = formulas.figure(criterion.max)
                step = criterion.rule.step if isinstance(criterion.rule, Judged) else Decimal(1)
                told = f"Nhập số từ 0 đến {shown(criterion.max)}, bước {shown(step)}."
                options = _limits("decimal", "0", most, told)
            elif key == "count":
                options = _limits("whole", "0", "9999999999999", "Nhập số nguyên từ 0 trở lên.")
            else:
                least = "-9999999999999" if key in ("before", "now") else "0"
                told = "Chỉ nhập số, không ghi đơn vị; dấu thập phân như máy đang dùng (8,5 hoặc 8.5)."
                options = _limits("decimal", least, "9999999999999", told)
        known = tuple(sorted(options.items()))
        if known not in self.choices:
            self.choices[known] = DataValidation(allow_blank=True, showErrorMessage=True, errorStyle="stop", **options)
        self.choices[known].add(self._at(column, self.numbers[id(row)]))

    # ---- sums ----

    def _totals(self, first: int) -> int:
        """The sums below the rows and the total above them; the last row."""
        points = self._cells(Column.POINTS)
        parts = {row.code: row.part for row in self.rows if row.criterion is not None and row.item is None}

        def cells(part: Part) -> list[str]:
            return [points[code] for code, one in parts.items() if one is part]

        at = {
            name: self._at(Column.POINTS, first + place)
            for place, name in enumerate(("sum", "core", "bonus", "less", "total"))
        }
        criteria, places = self.criteria, self.criteria.precision
        earned, base = formulas.core_formulas(criteria, self.book.tags, self._band_cells())
        scale = f" (thang {shown(criteria.scale)})" if criteria.scale is not None else ""
        lines = [
            ("Cộng điểm các lĩnh vực", earned),
            (f"Điểm cơ bản{scale}", formulas.score_formula(criteria, at["sum"], self._at(Column.BASE, first))),
            (
                _capped("Điểm thưởng", criteria.bonus_cap),
                formulas.capped_formula(cells(Part.BONUS), criteria.bonus_cap, places),
            ),
            (
                _capped("Điểm trừ", criteria.deduction_cap),
                formulas.capped_formula(cells(Part.DEDUCTION), criteria.deduction_cap, places),
            ),
            (f"TỔNG ĐIỂM ({layout.FOR_ORIENTATION})", f"=MAX(0,{at['core']}+{at['bonus']}-{at['less']})"),
        ]
        if criteria.grades:
            lines.append(("Xếp loại tạm tính", formulas.grade_formula(criteria, at["total"])))
        for row, (words, formula) in enumerate(lines, first):
            self._put(row, Column.TITLE, words).font = BOLD
            cell = self._put(row, Column.POINTS, formula)
            cell.font, cell.alignment, cell.number_format = BOLD, RIGHT, self._places()
            cell.border = Border(top=THIN, bottom=THIN)
        self._put(first, Column.BASE, base).number_format = self._places()
        self._put(4, Column.SECOND, "Tổng điểm").font = BOLD
        top = self._put(4, Column.POINTS, f"={at['total']}")
        top.font, top.number_format, top.alignment = (
            Font(name=FONT, size=12, bold=True, color=ACTION),
            self._places(),
            RIGHT,
        )
        return first + len(lines) - 1

    def _band_cells(self) -> dict[str, tuple[str, str]]:
        """Cells of earned and base of the sections that have a band, by code."""
        return {
            row.code: (self._at(Column.POINTS, self.numbers[id(row)]), self._at(Column.BASE, self.numbers[id(row)]))
            for row in self.rows
            if row.section is not None
        }

    def _cells(self, column: Column) -> dict[str, str]:
        """The cells of a column by the code of the criterion."""
        return {
            row.code: self._at(column, self.numbers[id(row)])
            for row in self.rows
            if row.criterion is not None and row.item is None
        }

    # ---- the page ----

    def _finish(self, last: int) -> None:
        sheet = self.sheet
        sheet.freeze_panes = f"{get_column_letter(Column.GUIDANCE)}{layout.FIRST_ROW}"
        sheet.sheet_view.showGridLines = False
        sheet.sheet_properties.tabColor = ACTION
        print_setup(sheet, f"{layout.HEAD_ROW}:{layout.HEAD_ROW}")
        sheet.print_area = f"A1:{get_column_letter(Column.REASON)}{last}"
        if not any(row.criterion is not None and row.criterion.may_skip for row in self.rows):
            for column in (Column.SKIP, Column.REASON):
                sheet.column_dimensions[get_column_letter(column)].hidden = True
        sheet.column_dimensions[get_column_letter(Column.BASE)].hidden = True
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False  # which allows it

    def _guide(self) -> None:
        for row, (words, explained) in enumerate(GUIDE, 1):
            for column, value in enumerate((words, explained), 1):
                cell = write_cell(self.guide, row, column, value)
                cell.font, cell.alignment = BOLD if column == 1 or row == 1 else PLAIN, WRAPPED
            self.guide.row_dimensions[row].height = LINE_HEIGHT * lines_of(explained, GUIDE_WIDTH * 1.05) + 3
        self.guide.column_dimensions["A"].width = 26
        self.guide.column_dimensions["B"].width = GUIDE_WIDTH
        self.guide.sheet_view.showGridLines = False
        self.guide.protection.sheet = True
        print_setup(self.guide, None)

    def _at(self, column: int, row: int) -> str:
        return f"{get_column_letter(column)}{row}"

    def _places(self) -> str:
        return "0." + "0" * self.criteria.precision if self.criteria.precision else "0"

    def _put(self, row: int, column: Column, value: Any) -> Cell:
        """One cell; what begins with = in a column of sums is a formula of ours, anything else is what it is."""
        if column in (Column.POINTS, Column.BASE) and isinstance(value, str) and value.startswith("="):
            cell = self.sheet.cell(row=row, column=column)
            assert isinstance(cell, Cell)
            cell.value = value
            return cell
        return write_cell(self.sheet, row, column, value)


def height_of(values: Mapping[Column, Any]) -> float:
    """The height of a row in points: all of its words but a very long guidance, which would fill the screen."""
    found = 1
    for column in (Column.TITLE, Column.ASKED, Column.FIRST, Column.EXPLANATION, Column.REASON):
        found = max(found, lines_of(values.get(column), HEADS[column][1] * 1.05))
    guidance = min(lines_of(values.get(Column.GUIDANCE), HEADS[Column.GUIDANCE][1] * 1.4), MOST_GUIDANCE)
    return min(max(LINE_HEIGHT * found, 12.0 * guidance) + 3, 400.0)


def _value(key: str, value: Any) -> str | Decimal:
    """A declared value as its cell holds it."""
    if key == "met":
        return layout.MET if value else layout.NOT_MET
    return str(value) if key == "level" else exact(value)


def _list(source: str) -> dict[str, Any]:
    return {
        "type": "list",
        "formula1": source,
        "errorTitle": "Không có trong danh sách",
        "error": "Chọn một giá trị trong danh sách.",
    }


def _limits(kind: str, least: str, most: str, told: str) -> dict[str, Any]:
    return {
        "type": kind,
        "operator": "between",
        "formula1": least,
        "formula2": most,
        "errorTitle": "Giá trị không hợp lệ",
        "error": told,
    }


def _capped(words: str, cap: Decimal | None) -> str:
    return words if cap is None else f"{words} (nhiều nhất {shown(cap)})"
