"""A criteria set as a workbook that an officer edits: one row per criterion, the general rules, a guide."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from emulation.documents import criteria_layout as layout
from emulation.documents.criteria_layout import COLUMNS, SETTINGS, Column, Form
from emulation.documents.short_names import owners, tags
from emulation.documents.workbook_writing import (
    BOLD,
    GRID,
    SECTION_FILL,
    TITLE,
    TOP,
    choose,
    fit_rows,
    plain_number,
    print_setup,
    write_cell,
    write_head,
)
from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.rules import KINDS, Rule
from emulation.words import figure

MOST_LINES = 8  # of a row that is edited: a long guidance would fill the screen
SPARE_ROWS = 300  # below the last: they have the lists to choose from too
Values = dict[str, Any]


def workbook(criteria: CriteriaSet) -> bytes:
    """The set as XLSX; `read_workbook` of it is an equal set. Texts are never formulas, whatever they begin with."""
    book = Workbook()
    rows, general, guide = book.active, book.create_sheet(layout.GENERAL), book.create_sheet(layout.GUIDE)
    assert isinstance(rows, Worksheet)
    rows.title = layout.CRITERIA
    lists = _write_guide(guide)
    _write_rows(rows, criteria, lists)
    _write_general(general, criteria)
    book.properties.title = criteria.title
    book.properties.creator = ""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# ---- the rows ----


def _lines(criteria: CriteriaSet) -> Iterator[tuple[str, Values]]:
    """Kind and values of every row, in the order of the set."""

    def below(section: Section, level: int) -> Iterator[tuple[str, Values]]:
        kind = layout.SECTION if level == 1 else f"Nhóm cấp {level}"
        yield kind, section.model_dump(by_alias=True, exclude={"sections", "criteria"})
        for inner in section.sections:
            yield from below(inner, level + 1)
        yield from ((layout.CRITERION, _leaf(leaf)) for leaf in section.criteria)

    for section in criteria.sections:
        yield from below(section, 1)
    yield from ((layout.BONUS, _leaf(leaf)) for leaf in criteria.bonus)
    yield from ((layout.DEDUCTION, _leaf(leaf)) for leaf in criteria.deductions)
    yield from ((layout.GROUND, ground.model_dump(by_alias=True)) for ground in criteria.exclusions)


def _leaf(criterion: Criterion) -> Values:
    values = criterion.model_dump(by_alias=True)
    values["rule"] = {"kind": criterion.rule.kind, "": rule_text(criterion.rule)}
    return values


def rule_text(rule: Rule) -> str:
    """Parameters and table of a rule, a line each; what is left to its default is left out, two of them excepted."""
    values = rule.model_dump(by_alias=True)
    lines = []
    for key in layout.parameters_of(rule.kind):
        value = values[key]
        if value in (None, "", "higher"):
            continue
        if key == "better":
            value = layout.CHOICES["better"][value]
        written = figure(value).replace("\u2212", "-") if isinstance(value, Decimal) else layout.padded(value)
        lines.append(f"{layout.PARAMETERS[key]}: {written}")
    table = layout.table_of(rule.kind)
    lines += [_level(rule, one) for one in (values[table] if table else ())]
    return "\n".join(lines)


def _level(rule: Rule, values: Values) -> str:
    """One line of a rule's table."""
    points = plain_number(values["points"])
    if "from" in values:
        side = "từ" if getattr(rule, "better", "") == "higher" else "đến"
        return f"{side} {plain_number(values['from'])} = {points}"
    if "code" in values:
        return f"{_not_a_parameter(values['code'], ')')}) {layout.hidden(values['label'])} = {points}"
    return f"{_not_a_parameter(values.get('label') or values['text'])} = {points}"


def _not_a_parameter(text: str, signs: str = "") -> str:
    """A level's words; a colon after the name of a parameter is hidden, or the line would be read as one."""
    head, colon, _ = text.partition(":")
    known = {layout.folded(name) for name in layout.PARAMETERS.values()}
    return layout.hidden(text, f"{signs}:" if colon and layout.folded(head) in known else signs)


def _at(values: Values, column: Column) -> Any:
    """The value of a column in a row's values."""
    found: Any = values
    for key in column.path:
        found = found.get(key) if isinstance(found, dict) else None
    return found.get("") if column.form is Form.RULE and isinstance(found, dict) else found


def cell_value(value: Any, form: Form, key: str) -> str | Decimal | None:
    """What stands in a cell for a value; None where the cell stays empty."""
    if value is None or value == "" or value == () or value == []:
        return None
    match form:
        case Form.NUMBER:
            return Decimal(value)
        case Form.YES_NO:
            return layout.YES if value else layout.NO
        case Form.RULE_KIND:
            return layout.RULE_NAMES[value]
        case Form.OWNER:
            return layout.named(value, owners())
        case Form.TAGS:
            return "\n".join(layout.hidden(layout.named(tag, tags())) for tag in value)
        case Form.LIST:
            return "\n".join(layout.hidden(one) for one in value)
        case Form.LABELS:
            ordered = [(name, value[key]) for key, name in layout.LABELS.items() if key in value]
            return "\n".join(f"{name}: {layout.hidden(text)}" for name, text in ordered) or None
        case Form.GRADES:
            return "\n".join(f"{layout.hidden(one['name'])} = {plain_number(one['from'])}" for one in value)
        case Form.CHOICE:
            return layout.CHOICES[key][value]
        case Form.TIES:
            return "\n".join(_tie(one) for one in value)
        case _:
            return str(value)


def _tie(name: str) -> str:
    if name.startswith("section:"):
        return layout.TIE_SECTION + name.removeprefix("section:")
    return layout.TIES[name]


def _write_rows(sheet: Worksheet, criteria: CriteriaSet, lists: Mapping[str, str]) -> None:
    heads = [layout.KIND_HEAD, *(column.head for column in COLUMNS)]
    write_head(sheet, 1, heads, [13, *(column.width for column in COLUMNS)])
    row = 2
    for kind, values in _lines(criteria):
        cells = [cell_value(_at(values, column), column.form, column.path[-1]) for column in COLUMNS]
        for part in _parts(
            [kind, *(cell if column.may_fill(kind) else None for column, cell in zip(COLUMNS, cells, strict=True))]
        ):
            for number, value in enumerate(part, 1):
                cell = write_cell(sheet, row, number, value)
                cell.alignment, cell.border = TOP, GRID
                if layout.level_of(kind):
                    cell.font, cell.fill = BOLD, SECTION_FILL
            row += 1
    last = row + SPARE_ROWS
    for number, column in enumerate((None, *COLUMNS), 1):
        letter = get_column_letter(number)
        if column is not None and column.form is not Form.NUMBER:
            sheet.column_dimensions[letter].number_format = "@"  # a code typed as 1.10 stays 1.10
        name = "rows" if column is None else column.form.value
        if name in lists:
            choose(
                sheet, f"{letter}2:{letter}{last}", lists[name], strict=column is None or column.form is not Form.OWNER
            )
    fit_rows(sheet, 2, MOST_LINES)
    sheet.freeze_panes = "D2"
    print_setup(sheet, "1:1")


# ---- the general rules and the guide ----


def _write_general(sheet: Worksheet, criteria: CriteriaSet) -> None:
    write_head(sheet, 1, ["Mục", "Giá trị", "Giải thích"], [24, 84, 56])
    values = criteria.model_dump(by_alias=True, exclude=set(layout.IN_ROWS))
    row = 2
    for setting in SETTINGS:
        value = cell_value(values[setting.key], setting.form, setting.key)
        for first, part in enumerate(_parts([setting.head, value])):
            for number, one in enumerate([*part, None if first else setting.help], 1):
                cell = write_cell(sheet, row, number, one)
                cell.alignment, cell.border = TOP, GRID
                if number == 1:
                    cell.font = BOLD
                elif number == 2 and setting.form is not Form.NUMBER:
                    cell.number_format = "@"
            if setting.form is Form.CHOICE:
                names = ",".join(layout.CHOICES[setting.key].values())
                choose(sheet, f"B{row}", f'"{names}"', strict=True)
            row += 1
    fit_rows(sheet, 2, MOST_LINES)
    sheet.freeze_panes = "A2"
    print_setup(sheet, "1:1")


def _write_guide(sheet: Worksheet) -> dict[str, str]:
    """The guide in Vietnamese; gives the ranges of the lists that cells choose from."""
    ranges = {}
    row = 1

    def table(title: str, heads: Sequence[str], lines: Sequence[Sequence[str]], name: str = "") -> None:
        nonlocal row
        write_cell(sheet, row, 1, title).font = TITLE
        row += 1
        write_head(sheet, row, heads, [])
        for line in lines:
            row += 1
            for number, one in enumerate(line, 1):
                cell = write_cell(sheet, row, number, one)
                cell.alignment, cell.border = TOP, GRID
        if name:
            where = f"$A${row - len(lines) + 1}:$A${row}"
            ranges[name] = f"{quote_sheetname(layout.GUIDE)}!{where}"
        row += 2

    for number, width in enumerate((30, 110), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    table("Cách dùng tệp này", ["Việc", "Cách làm"], [
        ("Sửa", "Sửa ngay trong ô của hai trang “Bộ tiêu chí”, “Quy định chung”, lưu dạng .xlsx rồi tải lên."),
        ("Thêm, bỏ, chuyển", "Chèn, xóa, cắt dán cả dòng; thứ tự dòng là thứ tự tiêu chí."),
        ("Trước khi nhập", "Phần mềm đọc thử và nêu mọi lỗi kèm tên ô; có lỗi thì không nhập gì cả."),
        ("Không làm", "Không gộp ô, không ẩn dòng, cột; không dùng công thức; không xóa, đổi tên cột và trang."),
    ])  # fmt: skip
    table("Các cột của trang “Bộ tiêu chí”", ["Cột", "Điền gì"], [
        (layout.KIND_HEAD, "Dòng này là gì: chọn trong danh sách ở bảng dưới."),
        *((column.head, column.help + ("" if not column.required else " Bắt buộc.")) for column in COLUMNS),
    ])  # fmt: skip
    table(
        "Loại dòng",
        ["Loại dòng", "Nghĩa"],
        [(kind, layout.ROWS_HELP.get(kind, "nhóm tiêu chí trong nhóm cấp trên")) for kind in layout.ROW_KINDS],
        "rows",
    )
    table(
        "Cách chấm và thông số",
        ["Cách chấm", "Viết gì vào cột “Thông số và các mức điểm”"],
        [(name, layout.RULE_HELP[kind]) for kind, name in layout.RULE_NAMES.items()],
        Form.RULE_KIND.value,
    )
    table(
        "Tên số liệu kê khai",
        ["Viết trước dấu hai chấm", "Số liệu của cách chấm"],
        [(name, ", ".join(_kinds_with(key))) for key, name in layout.LABELS.items()],
    )
    named = layout.named
    table(
        "Đơn vị chủ trì",
        ["Chọn trong danh sách", ""],
        [(named(slug, owners()), "") for slug in sorted(owners())],
        Form.OWNER.value,
    )
    table(
        "Đặc điểm của đơn vị (cột “Chỉ áp dụng cho”)",
        ["Viết mỗi dòng một đặc điểm", ""],
        [(named(tag, tags()), "") for tag in sorted(tags())],
    )
    table("Có hay không", ["Chọn", ""], [(layout.YES, ""), (layout.NO, "")], Form.YES_NO.value)
    fit_rows(sheet, 1)
    print_setup(sheet, None)
    return ranges


def _kinds_with(key: str) -> list[str]:
    """The kinds whose entries hold a figure."""
    return [layout.RULE_NAMES[kind] for kind, rule in KINDS.items() if any(key in names for names in rule.fields)]


# ---- cells ----


def _parts(cells: Sequence[str | Decimal | None]) -> Iterator[list[str | Decimal | None]]:
    """The cells of one row, or of several where a text is longer than a cell may be; the first holds the kind."""
    pieces = [_pieces(cell) if isinstance(cell, str) else [cell] for cell in cells]
    for number in range(max(len(piece) for piece in pieces)):
        part = [piece[number] if number < len(piece) else None for piece in pieces]
        yield part if number == 0 else [layout.CONTINUED, *part[1:]]


def _pieces(text: str) -> list[str]:
    """`text` in pieces that fit into a cell, each with few enough line ends."""
    found, start = [], 0
    while start < len(text):
        piece = text[start : start + layout.LONGEST_CELL // 2]  # a letter may count twice
        if piece.count("\n") > layout.MOST_LINES:
            piece = "\n".join(piece.split("\n")[: layout.MOST_LINES]) + "\n"
        found.append(piece)
        start += len(piece)
    return found
