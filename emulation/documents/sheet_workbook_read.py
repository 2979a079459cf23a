"""A unit's workbook that comes back: what it was made from, and what every row declares; wrong cells by their name.

Nothing is dropped in silence: each row and each cell that can be filled is read, or named with what is wrong. Rows
are known by their code, so sorting does no harm. A formula in an input cell is refused, since its cached value may
be of another day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from emulation.documents import sheet_layout as layout
from emulation.documents.criteria_cells import Odd, text_of
from emulation.documents.criteria_files import OLE, ZIP
from emulation.documents.criteria_layout import folded
from emulation.documents.sheet_layout import HEADS, INPUTS, Base, Column, Row, Stamp
from emulation.documents.workbook_cells import Cell, Kind, Sheet, read_cells
from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.figures import read_figure
from emulation.domain.rules import Check, Checklist, External, Levels, Rule, spelling
from emulation.domain.source import Problem, Problems
from emulation.errors import Invalid, Refusal
from emulation.words import N_, Phrase, figure

HEAD_ROWS = 20  # the heading stands in one of the first rows
MOST_PROBLEMS = 200  # told; the rest is counted
START_AGAIN = N_("Tải phiếu Excel mới từ hệ thống rồi chép số liệu sang.")


@dataclass(frozen=True)
class Filled:
    """What a row declares: the entry as typed (None: nothing), the words beside it, and the cell of each value."""

    data: Mapping[str, Any] | None
    explanation: str
    spots: Mapping[str, str]  # key of the entry, "reason", "explanation", "" for the row -> "F17"


@dataclass
class Found:
    """All that the rows say, and what is wrong in them."""

    lines: dict[str, Filled] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, place: str, phrase: Phrase | Refusal | str, **values: Any) -> None:
        """Remember what is wrong in a cell."""
        if isinstance(phrase, Refusal):
            phrase = phrase.phrase
        self.problems.append(Problem(Phrase(phrase, values) if isinstance(phrase, str) else phrase, None, place))


@dataclass(frozen=True)
class Opened:
    """A workbook of ours whose hidden page is whole."""

    stamp: Stamp
    identity: str  # the same for every file that goes back to one download
    sheet: Sheet
    others: tuple[Sheet, ...]  # pages that are none of ours


def refused(text: str, **values: object) -> Problems:
    """One reason why the file as a whole is not read."""
    return Problems([Problem(Phrase(text, values))])


def open_workbook(raw: bytes) -> Opened:
    """The stamp and the page to fill of a workbook.

    Raises:
        Problems: no workbook, not one of ours, of another format, or its pages were renamed or changed.
    """
    if not raw.startswith((*ZIP, OLE)):
        raise refused(N_("Tệp này không phải bảng tính Excel (.xlsx).") if raw else N_("Tệp trống."))
    sheets = read_cells(raw)
    by_name = {sheet.name: sheet for sheet in sheets}
    hidden = by_name.get(layout.HIDDEN)
    marked = next((one for one in sheets if _text(one, 1, 1) == layout.MARK), None)
    if marked is None:
        raise refused(
            N_("Tệp này không phải phiếu Excel tải từ hệ thống. Tải phiếu của đơn vị, điền vào đó rồi nộp lại.")
        )
    if _text(marked, 1, 2) != layout.FORMAT:
        raise refused(
            N_("Phiếu Excel theo mẫu %(format)s, hệ thống đọc mẫu %(known)s. %(again)s"),
            format=_text(marked, 1, 2)[:20],
            known=layout.FORMAT,
            again=Phrase(START_AGAIN),
        )
    sheet = by_name.get(layout.SHEET)
    if hidden is None or sheet is None:
        raise refused(
            N_("Không thấy trang “%(name)s”: trang đã bị đổi tên hoặc xóa. %(again)s"),
            name=layout.SHEET if sheet is None else layout.HIDDEN,
            again=Phrase(START_AGAIN),
        )
    ours = {layout.SHEET, layout.HIDDEN, layout.GUIDE}
    stamp, identity = _stamp(hidden)
    return Opened(stamp, identity, sheet, tuple(one for one in sheets if one.name not in ours))


def _text(sheet: Sheet, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    return str(cell.value) if cell is not None else ""


def _stamp(hidden: Sheet) -> tuple[Stamp, str]:
    """What the hidden page says, if it is what went out, and its checksum."""
    lines: list[tuple[str, ...]] = []
    row = 1
    while _text(hidden, row, 1) not in ("", "checksum"):
        width = 4 if _text(hidden, row, 1) == "line" else 2
        lines.append(tuple(_text(hidden, row, column) for column in range(1, width + 1)))
        row += 1
    broken = refused(N_("Trang ẩn của phiếu Excel đã bị sửa. %(again)s"), again=Phrase(START_AGAIN))
    identity = layout.checksum(lines)
    if _text(hidden, row, 2) != identity:
        raise broken
    heads = {line[0]: line[1] for line in lines if len(line) == 2}
    try:
        bases = {}
        for _, code, version, body in (line for line in lines if len(line) == 4):
            content = json.loads(body)
            bases[code] = Base(int(version), content["data"], str(content["explanation"]))
        stamp = Stamp(
            period=heads["period"],
            unit=heads["unit"],
            family=heads["set"],
            edition=heads["version"],
            sha256=heads["sha256"],
            made_at=datetime.fromisoformat(heads["made_at"]),
            lines=bases,
        )
        return stamp, identity
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise broken from error


def read_rows(opened: Opened, criteria: CriteriaSet, tags: frozenset[str]) -> Found:
    """What every row of the page declares for a unit with these tags.

    Raises:
        Problems: the page has lost its columns or rows, or cells were merged.
    """
    return _Reader(opened, criteria, tags).read()


class _Reader:
    """One pass over the page."""

    def __init__(self, opened: Opened, criteria: CriteriaSet, tags: frozenset[str]) -> None:
        self.opened, self.sheet, self.criteria = opened, opened.sheet, criteria
        self.rows = self.sheet.rows()
        self.wanted = {row.code: row for row in layout.rows_of(criteria, tags) if not row.is_band}
        self.places: dict[str, int] = {}  # code -> number of its row
        self.found = Found()

    def read(self) -> Found:
        """Every row, in the order of the set."""
        head = self._head()
        self._shape(head)
        for number, cells in self.rows.items():
            if number > head:
                self._place(number, cells)
        missing = [code for code in self.wanted if code not in self.places]
        if missing and not self.found.problems:
            raise refused(
                N_("Phiếu Excel thiếu dòng của %(codes)s: dòng đã bị xóa. %(again)s"),
                codes=", ".join(missing[:5]) + (", ..." if len(missing) > 5 else ""),
                again=Phrase(START_AGAIN),
            )
        for code, row in self.wanted.items():
            if row.item is None and row.criterion is not None and code in self.places:
                self._criterion(row.criterion, self.places[code])
        for other in self.opened.others:
            first = min(other.rows(), default=None)
            if first is not None:
                self.found.add(
                    other.place(first, min(other.rows()[first])),
                    N_("Trang “%(name)s” không thuộc phiếu: chuyển nội dung vào phiếu hoặc xóa trang."),
                    name=other.name,
                )
        told = self.found.problems
        if len(told) > MOST_PROBLEMS:
            more = Problem(Phrase(N_("Còn %(n)s lỗi nữa."), {"n": len(told) - MOST_PROBLEMS}))
            self.found.problems = [*told[:MOST_PROBLEMS], more]
        return self.found

    # ---- shape ----

    def _head(self) -> int:
        """The row of the heading, which must be as it went out."""
        wanted = {int(column): folded(head) for column, (head, _) in HEADS.items()}
        for row in list(self.rows)[:HEAD_ROWS]:
            given = {column: folded(str(cell.value)) for column, cell in self.rows[row].items() if not cell.is_blank}
            if given == wanted:
                return row
            if given.get(Column.CODE) == wanted[Column.CODE] and len(set(given.values()) & set(wanted.values())) > 3:
                break
        raise refused(
            N_("Các cột của trang “%(name)s” không còn như khi tải về (thêm, xóa, đổi chỗ hoặc đổi tên). %(again)s"),
            name=layout.SHEET,
            again=Phrase(START_AGAIN),
        )

    def _shape(self, head: int) -> None:
        for top, left, bottom, _right in self.sheet.merged:
            if bottom >= head:
                raise refused(
                    N_("Ô %(cell)s đang gộp với ô bên cạnh: bỏ gộp ô (Unmerge Cells), kiểm tra lại số liệu rồi nộp."),
                    cell=_name(top, left),
                )
        if self.sheet.cut_at is not None:
            raise refused(
                N_("Trang “%(name)s” có quá nhiều dòng. %(again)s"), name=layout.SHEET, again=Phrase(START_AGAIN)
            )

    def _place(self, number: int, cells: Mapping[int, Cell]) -> None:
        """Remember whose row this is; cells that belong to nothing are told."""
        for column, cell in cells.items():
            if column > max(Column) and not cell.is_blank:
                self.found.add(_name(number, column), N_("Ô này không thuộc cột nào của phiếu: xóa ô."))
        given = cells.get(Column.CODE)
        code = (spelling(str(given.value)) or "") if given is not None and not given.is_blank else ""
        row = self.wanted.get(code)
        if row is None:
            self._stranger(number, cells, code)
        elif code in self.places:
            self.found.add(
                _name(number, Column.CODE),
                N_("Mã “%(code)s” đã có ở ô %(cell)s: xóa một trong hai dòng."),
                code=code,
                cell=_name(self.places[code], Column.CODE),
            )
        else:
            self.places[code] = number
            self._fixed(number, cells, row)

    def _stranger(self, number: int, cells: Mapping[int, Cell], code: str) -> None:
        """A row that is no criterion's: a band, a sum, or something that a person put there."""
        if code:
            known = code in self.criteria.by_code
            text = (
                N_("Tiêu chí %(code)s không áp dụng cho đơn vị này: xóa dòng.")
                if known
                else N_("Bộ tiêu chí không có mã “%(code)s”: sửa lại mã hoặc xóa dòng.")
            )
            self.found.add(_name(number, Column.CODE), text, code=code[:60])
            return
        for column in INPUTS:
            if column in cells and not cells[column].is_blank:
                self.found.add(_name(number, column), N_("Dòng này không có mã tiêu chí, không kê khai ở đây: xóa ô."))

    def _fixed(self, number: int, cells: Mapping[int, Cell], row: Row) -> None:
        """Tell figures typed where the workbook computes, and cells that this row does not use."""
        points = cells.get(Column.POINTS)
        ours = points is None or points.is_blank or points.kind in (Kind.FORMULA, Kind.ERROR)
        if points is not None and not ours and points.value != layout.BY_MINISTRY:
            self.found.add(
                _name(number, Column.POINTS),
                N_("Cột điểm do hệ thống tính, điểm gõ vào không được dùng: xóa ô."),
            )
        title = cells.get(Column.TITLE)
        wanted = f"– {row.title}" if row.item else row.title
        if title is None or folded(str(title.value)) != folded(wanted):
            self.found.add(
                _name(number, Column.TITLE),
                N_("Tên không khớp với mã %(code)s: các ô có thể đã bị xê dịch. %(again)s"),
                code=row.code,
                again=Phrase(START_AGAIN),
            )
        assert row.criterion is not None
        used = layout.inputs_of(row, self._asked(row.criterion))
        for column in INPUTS:
            if column not in used and column in cells and not cells[column].is_blank:
                text = (
                    N_("Tiêu chí này do Bộ chấm, đơn vị không kê khai: xóa ô.")
                    if isinstance(row.criterion.rule, External)
                    else N_("Dòng này không dùng cột “%(head)s”: xóa ô.")
                )
                self.found.add(_name(number, column), text, head=HEADS[column][0])

    def _asked(self, criterion: Criterion) -> tuple[str, ...]:
        base = self.opened.stamp.lines.get(criterion.code)
        return layout.asked_of(criterion, base.data if base else None)

    # ---- one criterion ----

    def _criterion(self, criterion: Criterion, number: int) -> None:
        if isinstance(criterion.rule, External):
            return
        before = len(self.found.problems)
        spots = {"": _name(number, Column.CODE), "explanation": _name(number, Column.EXPLANATION)}
        spots |= {"not_applicable": _name(number, Column.SKIP), "reason": _name(number, Column.REASON)}
        explanation = self._words(number, Column.EXPLANATION)
        if isinstance(criterion.rule, Checklist):
            data, filled = self._checklist(criterion, spots)
        else:
            data, filled = self._figures(criterion, number, spots)
        if criterion.may_skip:
            skipped = self._skipped(number, filled)
            data = skipped if skipped is not None else data
        if len(self.found.problems) == before:
            self.found.lines[criterion.code] = Filled(data, explanation, spots)

    def _cell(self, number: int, column: Column) -> Cell | None:
        cell = self.sheet.cells.get((number, column))
        return None if cell is None or cell.is_blank else cell

    def _words(self, number: int, column: Column) -> str:
        cell = self._cell(number, column)
        if cell is None:
            return ""
        try:
            return _as_words(cell)
        except Odd as odd:
            self.found.add(_name(number, column), odd.refusals[0])
            return ""

    def _figures(
        self, criterion: Criterion, number: int, spots: dict[str, str]
    ) -> tuple[dict[str, Any] | None, list[str]]:
        """The entry in the cells of the row; the second is the cells that hold something."""
        asked = self._asked(criterion)
        data: dict[str, Any] = {}
        filled = []
        for column, key in zip((Column.FIRST, Column.SECOND), asked, strict=False):
            spots[key] = _name(number, column)
            cell = self._cell(number, column)
            if cell is None:
                continue
            filled.append(spots[key])
            try:
                data[key] = _value(cell, key, criterion.rule)
            except Odd as odd:
                self.found.add(spots[key], odd.refusals[0])
            except Invalid as error:
                self.found.add(spots[key], error)
        if filled and len(filled) < len(asked):
            lacking = next(key for key in asked if spots[key] not in filled)
            self.found.add(
                spots[lacking],
                N_("Chưa điền “%(label)s”: cần đủ cả hai ô."),
                label=layout.label_of(criterion, lacking),
            )
        return (data or None), filled

    def _checklist(self, criterion: Criterion, spots: dict[str, str]) -> tuple[dict[str, Any] | None, list[str]]:
        assert isinstance(criterion.rule, Checklist)
        met, filled = [], []
        for item in criterion.rule.items:
            number = self.places.get(layout.item_code(criterion.code, item.code))
            cell = self._cell(number, Column.FIRST) if number is not None else None
            if number is None or cell is None:
                continue
            spot = _name(number, Column.FIRST)
            spots.setdefault("met", spot)
            filled.append(spot)
            try:
                if _yes_or_no(cell, layout.YES, layout.NO):
                    met.append(item.code)
            except Odd as odd:
                self.found.add(spot, odd.refusals[0])
        return ({"met": met} if filled else None), filled

    def _skipped(self, number: int, filled: list[str]) -> dict[str, Any] | None:
        """The entry of a line declared not applicable; None where it is not."""
        cell, reason = self._cell(number, Column.SKIP), self._words(number, Column.REASON)
        chosen = folded(self._words(number, Column.SKIP)) if cell is not None else ""
        if chosen in ("", "khong"):
            if reason.strip():
                self.found.add(
                    _name(number, Column.REASON),
                    N_("Có lý do mà chưa chọn “%(skipped)s” ở ô %(cell)s."),
                    skipped=layout.SKIPPED,
                    cell=_name(number, Column.SKIP),
                )
            return None
        if chosen not in (folded(layout.SKIPPED), "x", "co"):
            self.found.add(
                _name(number, Column.SKIP),
                N_("Chỉ chọn “%(skipped)s” hoặc để trống."),
                skipped=layout.SKIPPED,
            )
        if filled:
            self.found.add(
                filled[0],
                N_("Đã chọn “%(skipped)s” thì để trống số liệu."),
                skipped=layout.SKIPPED,
            )
        return {"not_applicable": True, "reason": reason}


def _name(row: int, column: int) -> str:
    """ "F17"."""
    return f"{get_column_letter(column)}{row}"


def _as_words(cell: Cell) -> str:
    """A text, or a number as somebody wrote it among words: 2022, "8,5", "95 %".

    Raises:
        Odd: a formula, an error, a date, TRUE or FALSE.
    """
    text = text_of(cell)
    if not isinstance(cell.value, Decimal):
        return text
    return f"{figure(cell.value * 100)} %" if cell.kind is Kind.PERCENT else figure(cell.value)


def _value(cell: Cell, key: str, rule: Rule) -> Any:
    """One value of an entry from its cell.

    Raises:
        Odd: a formula, an error, a date, a word that means nothing here.
        Invalid: no figure.
    """
    if isinstance(rule, Check):
        return _yes_or_no(cell, layout.MET, layout.NOT_MET)
    if isinstance(rule, Levels):
        return _level(_as_words(cell), rule)
    text = text_of(cell)
    if cell.kind is Kind.PERCENT and isinstance(cell.value, Decimal):
        if str(getattr(rule, "unit", "")).strip() != "%" or key not in ("value", "before", "now"):
            raise Odd([Invalid(N_("Ô ở dạng phần trăm: định dạng ô là số thường rồi gõ lại."))])
        return cell.value * 100
    return cell.value if isinstance(cell.value, Decimal) else read_figure(text, key)


def _level(text: str, rule: Levels) -> str:
    """The label as the set spells it; letters, accents and blanks may differ where no other label is meant."""
    given = spelling(text) or ""
    labels = [level.label for level in rule.levels]
    if given in labels:
        return given
    near = [label for label in labels if folded(label) == folded(given)]
    if len(near) == 1:
        return near[0]
    names = ", ".join(labels)
    raise Odd([Invalid(N_("Không có bậc “%(label)s”: chọn một trong %(names)s."), label=given[:60], names=names[:200])])


def _yes_or_no(cell: Cell, yes: str, no: str) -> bool:
    if cell.kind is Kind.BOOLEAN:
        return bool(cell.value)
    text = text_of(cell)
    if folded(text) in (folded(yes), "co", "x", "dat"):
        return True
    if folded(text) in (folded(no), "khong", "khong dat"):
        return False
    raise Odd([Invalid(N_("“%(text)s” phải là %(yes)s hoặc %(no)s."), text=text[:60], yes=yes, no=no)])
