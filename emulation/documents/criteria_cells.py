"""What the cells of a criteria workbook say: one function for each form of value, sentences for what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from emulation.documents import criteria_layout as layout
from emulation.documents.criteria_layout import Form
from emulation.documents.short_names import owners, tags
from emulation.documents.workbook_cells import Cell, Kind
from emulation.domain.numbers import number
from emulation.errors import Invalid, Refusal
from emulation.words import N_

_PARAMETER = re.compile(r"((?:\\.|[^\\:])*):(.*)", re.DOTALL)  # up to the first colon that no backslash hides
_CODED = re.compile(r"((?:\\.|[^\\)])*)\)(.*)", re.DOTALL)
_SIDE = re.compile(r"^(từ|đến|≥|≤|>=|<=)\s*", re.IGNORECASE)
_POINTS = re.compile(r"\s*điểm$", re.IGNORECASE)


class Odd(Exception):
    """Everything in one cell that cannot be read; `value` is what could be."""

    def __init__(self, refusals: list[Refusal], value: Any = None) -> None:
        self.refusals = refusals
        self.value = value
        super().__init__(refusals)


def value_of(cell: Cell | None, form: Form, key: str, kind: str | None = None) -> Any:
    """The plain value of a cell, as a criteria file holds it; None for an empty one.

    `kind` is the kind of the rule, for the cell that holds its parameters.

    Raises:
        Odd: a formula, an error, a date, a word or a line that means nothing; with a sentence for each.
    """
    if cell is None or (cell.is_blank and form not in (Form.TEXT, Form.OWNER)):
        return {"kind": kind} if form is Form.RULE and kind else None
    if form is Form.YES_NO:
        return _yes_or_no(cell)
    text = text_of(cell)
    match form:
        case Form.NUMBER:
            return _number(cell, text)
        case Form.RULE_KIND:
            names = {name: one for one, name in layout.RULE_NAMES.items()} | {one: one for one in layout.RULE_NAMES}
            return _choice(text, names)
        case Form.CHOICE:
            return _choice(text, {name: one for one, name in layout.CHOICES[key].items()})
        case Form.OWNER:
            return layout.unnamed(text, owners())
        case Form.TAGS:
            return [layout.unnamed(layout.shown(line), tags()) for line in _lines(text)]
        case Form.LIST:
            return [layout.shown(line) for line in _lines(text)]
        case Form.LABELS:
            return _labels(text)
        case Form.GRADES:
            return _each(text, _grade)
        case Form.TIES:
            return _each(text, _tie)
        case Form.RULE:
            return _rule(text, kind)
        case _:
            return text


def text_of(cell: Cell) -> str:
    """What people read in a cell, as text.

    Raises:
        Odd: there is a formula, an error, a date or TRUE/FALSE in it.
    """
    match cell.kind:
        case Kind.FORMULA:
            raise Odd([Invalid(N_("Ô có công thức: chép ô rồi dán lại dạng giá trị."))])
        case Kind.ERROR:
            raise Odd([Invalid(N_("Ô báo lỗi %(error)s: gõ lại giá trị."), error=cell.value)])
        case Kind.DATE:
            raise Odd(
                [Invalid(N_("Ô ở dạng ngày tháng (%(day)s): định dạng ô là văn bản rồi gõ lại."), day=cell.value)]
            )
        case Kind.BOOLEAN:
            raise Odd([Invalid(N_("Ô chứa TRUE hoặc FALSE: gõ lại giá trị."))])
    return f"{cell.value:f}" if isinstance(cell.value, Decimal) else str(cell.value)


def _number(cell: Cell, text: str) -> Decimal:
    try:
        return number(cell.value if isinstance(cell.value, Decimal) else text)
    except Invalid as error:
        raise Odd([error]) from error


def _yes_or_no(cell: Cell) -> bool:
    if cell.kind is Kind.BOOLEAN:
        return bool(cell.value)
    text = text_of(cell)
    if layout.folded(text) in ("co", "x", "dung"):
        return True
    if layout.folded(text) in ("khong", "sai"):
        return False
    raise Odd([Invalid(N_("“%(text)s” phải là Có hoặc Không."), text=text[:60])])


def _choice(text: str, names: Mapping[str, str]) -> str:
    found = {layout.folded(name): one for name, one in names.items()}.get(layout.folded(text))
    if found is None:
        shown = [name for name, one in names.items() if name != one]
        raise Odd([Invalid(N_("Không có “%(text)s”: dùng %(names)s."), text=text[:60], names=", ".join(shown))])
    return found


def _lines(text: str) -> list[str]:
    """The lines of a cell that say something."""
    return [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]


def _each(text: str, read: Callable[[str], Any]) -> list[Any]:
    """What each line says."""
    found, refusals = [], []
    for line in _lines(text):
        try:
            found.append(read(line))
        except Refusal as refusal:
            refusals.append(refusal)
    if refusals:
        raise Odd(refusals, found)
    return found


def _short(line: str) -> str:
    line = line.strip()
    return line if len(line) <= 60 else f"{line[:59]}…"


def _halves(line: str) -> tuple[str, str]:
    """What stands on both sides of the last "="."""
    left, sign, right = line.rpartition("=")
    if not sign or not left.strip() or not right.strip():
        raise Invalid(N_("Dòng “%(line)s” phải viết dạng MỨC = ĐIỂM."), line=_short(line))
    points = _POINTS.sub("", right.strip())
    try:
        number(points)
    except Invalid as error:
        raise Invalid(N_("Dòng “%(line)s”: sau dấu = phải là một số."), line=_short(line)) from error
    return left.strip(" \t"), points


def _grade(line: str) -> dict[str, str]:
    name, start = _halves(line)
    return {"name": layout.shown(name), "from": start}


def _tie(line: str) -> str:
    text = line.strip()
    for key, name in layout.TIES.items():
        if layout.folded(text) in (layout.folded(name), key):
            return key
    start = layout.TIE_SECTION.strip()
    if layout.folded(text).startswith(layout.folded(start)) and text[len(start) :].strip():
        return f"section:{text[len(start) :].strip()}"
    if text.startswith("section:"):
        return text
    names = ", ".join(layout.TIES.values())
    raise Invalid(
        N_("Không có tiêu chí phụ “%(line)s”: dùng %(names)s hoặc Điểm lĩnh vực và mã của lĩnh vực."),
        line=_short(line),
        names=names,
    )


def _labels(text: str) -> dict[str, str]:
    keys = {layout.folded(name): key for key, name in layout.LABELS.items()}
    found: dict[str, str] = {}

    def read(line: str) -> None:
        name, colon, words = line.partition(":")
        key = keys.get(layout.folded(name))
        if not colon or key is None:
            known = ", ".join(layout.LABELS.values())
            raise Invalid(
                N_("Dòng “%(line)s” phải bắt đầu bằng một trong: %(names)s, rồi dấu hai chấm."),
                line=_short(line),
                names=known,
            )
        if key in found:
            raise Invalid(N_("“%(name)s” viết hai lần."), name=name.strip())
        found[key] = layout.shown(words)

    _each(text, read)
    return found


def _rule(text: str, kind: str | None) -> dict[str, Any] | None:
    """Parameters and table of a rule."""
    if kind is None:
        return None  # without its kind the words mean nothing; that it is missing is told elsewhere
    keys = {layout.folded(name): key for key, name in layout.PARAMETERS.items()}
    table = layout.table_of(kind)
    found: dict[str, Any] = {"kind": kind} | ({table: []} if table else {})

    def read(line: str) -> None:
        parameter = _PARAMETER.fullmatch(line)
        key = keys.get(layout.folded(parameter[1])) if parameter else None
        if parameter and key:
            _take(found, kind, key, parameter[2])
        elif table:
            found[table].append(_level(line, table))
        else:
            raise _not_here(line, kind)

    try:
        _each(text, read)
    except Odd as odd:
        raise Odd(odd.refusals, found) from odd
    if table == "descriptors" and not found[table]:
        del found[table]
    return found


def _not_here(words: str, kind: str) -> Invalid:
    names = [layout.PARAMETERS[key] for key in layout.parameters_of(kind)]
    if not names:
        return Invalid(
            N_("Cách chấm “%(kind)s” không có thông số: xóa “%(words)s”."),
            kind=layout.RULE_NAMES[kind],
            words=_short(words),
        )
    return Invalid(
        N_("Cách chấm “%(kind)s” không có thông số “%(words)s”: dùng %(names)s."),
        kind=layout.RULE_NAMES[kind],
        words=_short(words),
        names=", ".join(names),
    )


def _take(found: dict[str, Any], kind: str, key: str, given: str) -> None:
    """Put one parameter into the rule."""
    name = layout.PARAMETERS[key]
    if key not in layout.parameters_of(kind):
        raise _not_here(name, kind)
    if key in found:
        raise Invalid(N_("“%(name)s” viết hai lần."), name=name)
    if key == "better":
        directions = {layout.folded(words): one for one, words in layout.CHOICES["better"].items()}
        direction = directions.get(layout.folded(given))
        if direction is None:
            raise Invalid(
                N_("Chiều “%(given)s” phải là %(names)s."),
                given=_short(given),
                names=" / ".join(layout.CHOICES["better"].values()),
            )
        found[key] = direction
    elif key == "unit":
        found[key] = layout.shown(given.strip(" \t"))
    else:
        try:
            found[key] = number(given)
        except Invalid as error:
            raise Invalid(N_("%(name)s: %(why)s"), name=name, why=error.phrase) from error


def _level(line: str, table: str) -> dict[str, str]:
    """One line of a rule's table."""
    left, points = _halves(line)
    if table == "steps":
        return {"from": _SIDE.sub("", left), "points": points}
    if table == "items":
        coded = _CODED.fullmatch(left)
        if not coded or not coded[1].strip() or not coded[2].strip():
            raise Invalid(N_("Dòng “%(line)s” phải viết dạng MÃ) NỘI DUNG = ĐIỂM."), line=_short(line))
        return {"code": layout.shown(coded[1]), "label": layout.shown(coded[2]), "points": points}
    return {"text" if table == "descriptors" else "label": layout.shown(left), "points": points}
