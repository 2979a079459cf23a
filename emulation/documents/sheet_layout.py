"""How one unit's sheet stands in a workbook: pages, columns, rows, and what each input cell takes. Shared by both ways.

One row per criterion in the order of the set, below the band of its section; one more row for each item of a
checklist. A row is known by its code in the first column, so it may stand anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from emulation.documents.criteria_layout import LABELS
from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.declared import Part
from emulation.domain.figures import figures_of
from emulation.domain.rules import Check, Checklist, External, Item, Levels
from emulation.words import Phrase

FORMAT = "1"  # of the workbook: a file of another format is not read
MARK = "emulation-phieu-tu-cham"  # first cell of the hidden page
SHEET, GUIDE, HIDDEN = "Phiếu tự chấm", "Hướng dẫn", "_phieu"
HEAD_ROW = 5
FIRST_ROW = HEAD_ROW + 1
MET, NOT_MET = "Đạt", "Không đạt"
YES, NO = "Có", "Không"
SKIPPED = "Không áp dụng"
OUT_OF_BASE = "KAD"  # in the column of points: the criterion is taken out of the base
BY_MINISTRY = "Bộ chấm"
ODD = "kiểm tra"  # in the column of points: what was typed gives none
FOR_ORIENTATION = "để tham khảo; điểm chính thức do hệ thống tính"


class Column(IntEnum):
    """The columns, from the left."""

    CODE = 1
    TITLE = 2
    GUIDANCE = 3
    MAX = 4
    ASKED = 5
    FIRST = 6  # the figure or choice
    SECOND = 7  # the second figure: total, or this year
    POINTS = 8
    EXPLANATION = 9
    SKIP = 10
    REASON = 11
    LAST_DATA = 12
    LAST_POINTS = 13
    BASE = 14


HEADS: dict[Column, tuple[str, int]] = {  # heading, width
    Column.CODE: ("Mã", 8),
    Column.TITLE: ("Tiêu chí", 28),
    Column.GUIDANCE: ("Hướng dẫn và cách chấm", 50),
    Column.MAX: ("Điểm tối đa", 7),
    Column.ASKED: ("Cần điền", 18),
    Column.FIRST: ("Kê khai (ô 1)", 18),
    Column.SECOND: ("Kê khai (ô 2)", 11),
    Column.POINTS: ("Điểm (tham khảo)", 9),
    Column.EXPLANATION: ("Diễn giải", 36),
    Column.SKIP: ("Không áp dụng", 11),
    Column.REASON: ("Lý do không áp dụng", 22),
    Column.LAST_DATA: ("Năm trước: kê khai", 18),
    Column.LAST_POINTS: ("Năm trước: điểm", 9),
    Column.BASE: ("Điểm nền (tham khảo)", 9),
}
INPUTS = (Column.FIRST, Column.SECOND, Column.EXPLANATION, Column.SKIP, Column.REASON)


@dataclass(frozen=True)
class Base:
    """What a line held when the workbook was made; version 0: there was none."""

    version: int
    data: Mapping[str, Any] | None
    explanation: str


@dataclass(frozen=True)
class Stamp:
    """What a workbook was made from: whose, for which period, under which set, and what every line held."""

    period: str
    unit: str
    family: str
    edition: str
    sha256: str
    made_at: datetime
    lines: Mapping[str, Base] = field(default_factory=dict)


@dataclass(frozen=True)
class LastYear:
    """What stands beside a line: last year's figures in words, and the official points."""

    words: str
    points: str


@dataclass(frozen=True)
class SheetBook:
    """All that the workbook of a unit shows. `open_codes` are the lines whose cells can be filled."""

    stamp: Stamp
    criteria: CriteriaSet
    tags: frozenset[str]
    unit_name: str
    cluster: str
    period_title: str
    is_illustrative: bool
    open_codes: frozenset[str]
    closed: Phrase | None = None  # why no cell can be filled
    returned: Mapping[str, str] = field(default_factory=dict)  # reasons of the department, by code
    last_year: Mapping[str, LastYear] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row below the heading: the band of a section or a part, a criterion, or an item of its checklist."""

    code: str
    title: str
    part: Part
    section: Section | None = None
    criterion: Criterion | None = None
    item: Item | None = None
    depth: int = 0

    @property
    def is_band(self) -> bool:
        """Whether it only heads other rows."""
        return self.criterion is None


def rows_of(criteria: CriteriaSet, tags: frozenset[str]) -> list[Row]:
    """The rows of a unit with these tags, in the order of the set; sections in which nothing applies are left out."""
    found = [row for section in criteria.sections for row in _section(section, tags, 0)]
    parts = ((Part.BONUS, "Điểm thưởng", criteria.bonus), (Part.DEDUCTION, "Điểm trừ", criteria.deductions))
    for part, title, members in parts:
        leaves = [row for leaf in members if leaf.applies(tags) for row in _leaf(leaf, part)]
        if leaves:
            found += [Row("", title, part), *leaves]
    return found


def _section(section: Section, tags: frozenset[str], depth: int) -> Iterator[Row]:
    inner = [row for leaf in section.criteria if leaf.applies(tags) for row in _leaf(leaf, Part.CORE)]
    inner += [row for below in section.sections for row in _section(below, tags, depth + 1)]
    if inner:
        yield Row(section.code, section.title, Part.CORE, section=section, depth=depth)
        yield from inner


def _leaf(leaf: Criterion, part: Part) -> Iterator[Row]:
    yield Row(leaf.code, leaf.title, part, criterion=leaf)
    if isinstance(leaf.rule, Checklist):
        for item in leaf.rule.items:
            yield Row(item_code(leaf.code, item.code), item.label, part, criterion=leaf, item=item)


def item_code(code: str, item: str) -> str:
    """ "II.3 · a": a criterion's code has no blank, so the two can be told apart."""
    return f"{code} · {item}"


def asked_of(criterion: Criterion, data: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The keys of the entry whose cells stand in the criterion's row, first and second."""
    rule = criterion.rule
    if isinstance(rule, Levels):
        return ("level",)
    if isinstance(rule, Check):
        return ("met",)
    if isinstance(rule, External | Checklist):
        return ()
    return figures_of(rule, {str(key): text for key, text in criterion.labels.items()}, data)


def label_of(criterion: Criterion, key: str) -> str:
    """The set's own name of a figure, or the general one."""
    own = {str(name): text for name, text in criterion.labels.items()}.get(key)
    return own or {"met": f"{MET} hoặc {NOT_MET.lower()}", "level": "Chọn bậc"}.get(key) or LABELS[key]


def inputs_of(row: Row, asked: tuple[str, ...]) -> frozenset[Column]:
    """The columns that can be filled in a row at all."""
    if row.criterion is None or isinstance(row.criterion.rule, External):
        return frozenset()
    if row.item is not None:
        return frozenset({Column.FIRST})
    found = {Column.EXPLANATION, *(Column.FIRST, Column.SECOND)[: len(asked)]}
    if row.criterion.may_skip:
        found |= {Column.SKIP, Column.REASON}
    return frozenset(found)


def checksum(lines: Sequence[Sequence[str]]) -> str:
    """Tells whether the hidden page came back as it went out; no secret: it guards against accidents."""
    body = json.dumps([list(line) for line in lines], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
