"""A criteria set from a workbook: everything that is wrong in one pass, each by its cell, or the set; nothing half."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from emulation.documents import criteria_layout as layout
from emulation.documents.criteria_cells import Odd, text_of
from emulation.documents.criteria_layout import COLUMNS, SETTINGS, Column, Form
from emulation.documents.workbook_cells import Cell, read_cells
from emulation.documents.workbook_tables import Findings, Spot, Table
from emulation.domain.criteria import CriteriaSet, checked
from emulation.domain.source import Path, Problem, Problems
from emulation.words import N_, Phrase

# sentences that name keys of a file, and the same for somebody who sees columns
REWORDED = {
    "Thiếu khóa “%(key)s”.": N_("Thiếu “%(key)s”."),
    "Càng cao càng tốt thì target phải lớn hơn floor.": N_(
        "Càng cao càng tốt thì mức đạt tối đa phải lớn hơn mức 0 điểm."
    ),
    "Càng thấp càng tốt thì target phải nhỏ hơn floor.": N_(
        "Càng thấp càng tốt thì mức đạt tối đa phải nhỏ hơn mức 0 điểm."
    ),
    "%(points)s điểm có nhiều chữ số thập phân hơn precision cho phép (%(places)s).": N_(
        "%(points)s điểm có nhiều chữ số thập phân hơn quy định chung cho phép (%(places)s)."
    ),
    "Không có tiêu chí phụ “%(name)s”: dùng deductions, bonus, progress hoặc section:MÃ.": N_(
        "Tiêu chí phụ “%(name)s” nói đến một lĩnh vực không có."
    ),
}
HEADS = {
    **layout.PARAMETERS,
    **{column.path[-1]: column.head for column in COLUMNS},
    **{setting.key: setting.head for setting in SETTINGS},
    **dict.fromkeys(layout.TABLES, "MỨC = ĐIỂM"),
    "title": "Nội dung",
}


def read_workbook(raw: bytes) -> CriteriaSet:
    """The criteria set of an XLSX file.

    Raises:
        Problems: no workbook that could be read, or everything that is wrong in it; `place` is sheet and cell.
    """
    sheets = read_cells(raw)
    numbers = {layout.folded(sheet.name): number for number, sheet in enumerate(sheets)}
    wanted = [layout.CRITERIA, layout.GENERAL]
    missing = [name for name in wanted if layout.folded(name) not in numbers]
    if missing:
        raise Problems([Problem(Phrase(N_("Thiếu trang “%(name)s”."), {"name": name})) for name in missing])
    found = Findings(sheets)
    chosen = {numbers[layout.folded(name)] for name in wanted}
    for number, sheet in enumerate(sheets):
        if number not in chosen and layout.folded(sheet.name) != layout.folded(layout.GUIDE) and sheet.rows():
            row = min(sheet.rows())
            found.add(
                (number, row, min(sheet.rows()[row])),
                N_("Trang “%(name)s” không thuộc bộ tiêu chí: chuyển nội dung sang trang khác hoặc xóa trang."),
                name=sheet.name,
            )
    data: dict[str, Any] = {}
    general = _General(found, numbers[layout.folded(layout.GENERAL)]).read(data)
    rows = _Rows(found, numbers[layout.folded(layout.CRITERIA)]).read(data)
    if not general or not rows:
        raise Problems(found.told())
    criteria, problems = checked(data)
    blamed = {spot for spot, _ in found.problems}
    for path, phrase in problems:
        if found.spot(path) not in blamed:
            found.add(found.spot(path), _reworded(phrase))
    if criteria is None or found.problems:
        raise Problems(found.told())
    return criteria


def _reworded(phrase: Phrase) -> Phrase:
    """A sentence of the checks for somebody who sees columns, not keys."""
    values = dict(phrase.values)
    if isinstance(values.get("key"), str):
        head, *rest = values["key"].split(".")
        key = next((part for part in reversed([head, *rest]) if part in HEADS), None)
        values["key"] = HEADS[key] if key else values["key"]
    return Phrase(REWORDED.get(phrase.text, phrase.text), values)


class _General(Table):
    """The sheet of general rules: a name and a value in each row."""

    def read(self, data: dict[str, Any]) -> bool:
        """Fill `data`; whether the sheet could be read at all."""
        head = self.head(["Mục", "Giá trị"])
        if head is None or not self.check_shape(head):
            return False
        by_name = {layout.folded(str(cell.value)): column for column, cell in self.rows[head].items()}
        first, value_column = by_name[layout.folded("Mục")], by_name[layout.folded("Giá trị")]
        help_column = by_name.get(layout.folded("Giải thích"))
        settings = {layout.folded(setting.head): setting for setting in SETTINGS}
        for row, cells in self.records(head, first):
            for column in sorted(set(cells) - {first, value_column, help_column}):
                if not cells[column].is_blank:
                    self.found.add((self.number, row, column), N_("Ô này không thuộc cột nào: xóa ô."))
            name = cells.get(first)
            if name is None or name.is_blank:
                if value_column in cells:
                    self.found.add((self.number, row, first), N_("Dòng này chưa có tên mục."))
                continue
            setting = settings.get(layout.folded(str(name.value)))
            if setting is None:
                names = ", ".join(one.head for one in SETTINGS)
                self.found.add(
                    (self.number, row, first),
                    N_("Không có mục “%(name)s”: dùng %(names)s."),
                    name=str(name.value)[:60],
                    names=names,
                )
                continue
            spot = (self.number, row, value_column)
            if (setting.key,) in self.found.spots:
                self.found.add(spot, N_("“%(name)s” viết hai lần."), name=setting.head)
                continue
            self.found.spots[setting.key,] = spot
            value = self.take(spot, cells.get(value_column), setting.form, setting.key)
            if not _is_missing(value, required=setting.required):
                data[setting.key] = value
            elif setting.required and spot not in {one for one, _ in self.found.problems}:
                self.found.add(spot, N_("Chưa điền “%(name)s”."), name=setting.head)
        for setting in SETTINGS:
            if (setting.key,) not in self.found.spots:
                self.found.spots[setting.key,] = (self.number, head, first)
                self.found.add((self.number, head, first), N_("Thiếu mục “%(name)s”."), name=setting.head)
        return True


class _Rows(Table):
    """The sheet of criteria: sections, criteria and grounds, one in each row."""

    def read(self, data: dict[str, Any]) -> bool:
        """Fill `data`; whether the sheet could be read at all."""
        head = self.head([layout.KIND_HEAD, "Mã"])
        if head is None or not self.check_shape(head):
            return False
        self.columns = self._columns(head)
        self.head_row = head
        self.open: list[tuple[dict[str, Any], Path]] = []  # the sections that the next row may stand in
        self.data = data
        data["sections"] = []
        self.found.spots["sections",] = (self.number, head, 1)
        for row, cells in self.records(head, self.columns[layout.KIND_HEAD]):
            self._row(row, cells)
        return True

    def _columns(self, head: int) -> dict[str, int]:
        """Where each column stands, by its heading; missing, unknown and repeated ones are told."""
        wanted = {layout.folded(name): name for name in (layout.KIND_HEAD, *(column.head for column in COLUMNS))}
        places: dict[str, int] = {}
        for column, cell in self.rows[head].items():
            if cell.is_blank:
                continue
            spot, given = (self.number, head, column), str(cell.value)
            name = wanted.get(layout.folded(given))
            if name is None:
                near = difflib.get_close_matches(layout.folded(given), wanted, 1, 0.75)
                if near:
                    self.found.add(
                        spot,
                        N_("Không có cột “%(name)s”: có phải “%(near)s”?"),
                        name=given[:60],
                        near=wanted[near[0]],
                    )
                else:
                    self.found.add(spot, N_("Không có cột “%(name)s”: xóa cột này."), name=given[:60])
            elif name in places:
                self.found.add(spot, N_("Cột “%(name)s” có hai lần."), name=name)
            else:
                places[name] = column
        for name in wanted.values():
            if name not in places:
                self.found.add((self.number, head, 1), N_("Thiếu cột “%(name)s”."), name=name)
        return places

    def _row(self, row: int, cells: dict[int, Cell]) -> None:
        """One row: it becomes a part of the set, or it is told why not."""
        known = set(self.columns.values())
        headed = set(self.rows[self.head_row])
        for column in sorted(set(cells) - known - headed):
            if not cells[column].is_blank:
                self.found.add((self.number, row, column), N_("Ô này không thuộc cột nào: xóa ô."))
        spot = (self.number, row, self.columns[layout.KIND_HEAD])
        given = cells.get(self.columns[layout.KIND_HEAD])
        kind = self._kind(spot, given)
        if kind is None:
            return
        self._foreign(row, cells, kind)
        level = layout.level_of(kind)
        if level is not None:
            self._section(row, cells, level, spot)
        elif kind == layout.CRITERION:
            if not self.open:
                self.found.add(spot, N_("Tiêu chí này chưa nằm trong lĩnh vực nào: thêm dòng lĩnh vực ở trên."))
                return
            section, path = self.open[-1]
            self._leaf(row, cells, section.setdefault("criteria", []), (*path, "criteria"), kind)
        else:
            key = {layout.BONUS: "bonus", layout.DEDUCTION: "deductions", layout.GROUND: "exclusions"}[kind]
            self._leaf(row, cells, self.data.setdefault(key, []), (key,), kind)

    def _kind(self, spot: Spot, cell: Cell | None) -> str | None:
        """What the row is."""
        if cell is None or cell.is_blank:
            self.found.add(spot, N_("Chưa chọn loại dòng."))
            return None
        try:
            given = text_of(cell)
        except Odd as odd:
            self.found.add(spot, odd.refusals[0])
            return None
        level = layout.level_of(given)
        if level is not None:
            return layout.SECTION if level == 1 else f"Nhóm cấp {level}"
        kinds = {layout.folded(kind): kind for kind in (*layout.LEAVES, layout.GROUND)}
        kind = kinds.get(layout.folded(given))
        if kind is None:
            names = ", ".join(layout.ROW_KINDS[:-1])
            self.found.add(spot, N_("Không có loại dòng “%(name)s”: dùng %(names)s."), name=given[:60], names=names)
        return kind

    def _foreign(self, row: int, cells: Mapping[int, Cell], kind: str) -> None:
        """Tell cells that a row of this kind does not have: nothing is dropped in silence."""
        for column in COLUMNS:
            place = self.columns.get(column.head)
            cell = cells.get(place) if place else None
            if place and cell and not cell.is_blank and not column.may_fill(kind):
                self.found.add(
                    (self.number, row, place),
                    N_("Dòng “%(kind)s” không dùng cột “%(name)s”: xóa ô."),
                    kind=kind,
                    name=column.head,
                )

    def _section(self, row: int, cells: Mapping[int, Cell], level: int, spot: Spot) -> None:
        if level > len(self.open) + 1:
            self.found.add(spot, N_("Nhóm cấp %(n)s phải nằm trong nhóm hoặc lĩnh vực cấp trên."), n=level)
            level = len(self.open) + 1
        del self.open[level - 1 :]
        around, above = self.open[-1] if self.open else (self.data, ())
        siblings = around.setdefault("sections", [])
        path = (*above, "sections", len(siblings))
        section: dict[str, Any] = {}
        siblings.append(section)
        self._fill(row, cells, section, path, layout.SECTION)
        self.open.append((section, path))

    def _leaf(self, row: int, cells: Mapping[int, Cell], siblings: list[Any], parent: Path, kind: str) -> None:
        leaf: dict[str, Any] = {}
        path = (*parent, len(siblings))
        siblings.append(leaf)
        self._fill(row, cells, leaf, path, kind)

    def _fill(self, row: int, cells: Mapping[int, Cell], part: dict[str, Any], path: Path, kind: str) -> None:
        """Put the values of a row into its part of the set, and remember where they stand."""
        self.found.spots[path] = (self.number, row, self.columns["Mã"])
        for column in COLUMNS:
            if not column.may_fill(kind):
                continue
            place = self.columns.get(column.head)
            spot = (self.number, row, place) if place else (self.number, self.head_row, 1)
            rule_kind = part.get("rule", {}).get("kind") if column.form is Form.RULE else None
            if column.form is not Form.RULE or rule_kind:
                self.found.spots[(*path, *column.path)] = spot
            else:  # that the whole rule is missing is the matter of the cell that names its kind
                self.found.spots[(*path, *column.path)] = self.found.spots[(*path, "rule", "kind")]
            before = len(self.found.problems)
            value = self.take(spot, cells.get(place) if place else None, column.form, column.path[-1], rule_kind)
            if not _is_missing(value, required=column.required):
                _put(part, column, value)
            elif column.required and len(self.found.problems) == before and place:
                self.found.add(spot, N_("Chưa điền “%(name)s”."), name=column.head)


def _is_missing(value: Any, *, required: bool) -> bool:
    """Whether a cell says nothing; blanks alone are kept only where they may be meant."""
    return value is None or (required and isinstance(value, str) and not value.strip())


def _put(part: dict[str, Any], column: Column, value: Any) -> None:
    """Set the value of a column in a part of the set."""
    *outer, last = column.path
    for key in outer:
        part = part.setdefault(key, {})
    part[last] = value
