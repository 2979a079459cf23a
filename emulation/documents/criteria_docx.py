"""The criteria set as DOCX that a clerk edits further: the annex of an official letter and the guidance booklet."""

from __future__ import annotations

from collections.abc import Sequence

from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.table import _Cell

from emulation.documents.criteria_content import (
    ILLUSTRATIVE,
    AnnexRow,
    Fact,
    Facts,
    Heading,
    Issuer,
    LevelTable,
    Paragraph,
    annex_rows,
    booklet,
    seal,
)
from emulation.documents.criteria_words import Level
from emulation.documents.docx_parts import (
    CENTER,
    JUSTIFY,
    RIGHT,
    add_contents,
    add_row,
    add_text,
    fill,
    new_page,
    new_table,
    put,
    saved,
    shade,
)
from emulation.domain.criteria import CriteriaSet
from emulation.words import figure

BLANK = "\u2003"
DAY = f"ngày {BLANK * 2} tháng {BLANK * 2} năm {BLANK * 3}"
ANNEX_HEADS = ("STT", "Nội dung tiêu chí", "Điểm tối đa", "Cách chấm", "Minh chứng", "Đơn vị chủ trì")
ANNEX_WIDTHS = (17, 58, 17, 84, 46, 30)  # mm
FACT_WIDTHS = (33, 132)
LEVEL_WIDTHS = (98, 22)
LONG = 1200  # letters of a cell that may go on on the next page
GREY, LIGHT = "F1F1F1", "F8F8F8"


def _page(criteria: CriteriaSet, issuer: Issuer, name: str, *, landscape: bool) -> Document:
    tag = ILLUSTRATIVE if criteria.status == "illustrative" else ""
    return new_page(
        landscape=landscape,
        title=f"{name} - {criteria.title}"[:250],
        author=issuer.ministry,
        keywords=tag,
        foot=seal(criteria),
        foot_right=tag,
    )


# ---- the annex ----


def annex_docx(criteria: CriteriaSet, issuer: Issuer | None = None) -> bytes:
    """The annex: one row for each section and criterion, A4 landscape; the letter's number and date are blanks."""
    issuer = issuer or Issuer()
    document = _page(criteria, issuer, "Phụ lục", landscape=True)
    add_text(document, "Phụ lục", size=14, bold=True, align=CENTER)
    add_text(document, criteria.title.upper(), size=13, bold=True, align=CENTER)
    reference = f"(Kèm theo Công văn số{BLANK * 3}/{issuer.symbol} {DAY} của {issuer.ministry})"
    add_text(document, reference, italic=True, align=CENTER, after=8)
    table = new_table(document, ANNEX_HEADS, ANNEX_WIDTHS, size=11)
    for row in annex_rows(criteria):
        _annex_row(row, add_row(table, ANNEX_WIDTHS, splits=len(" ".join(row.rule)) > LONG))
    if criteria.exclusions:
        line = add_text(document, "Điều kiện loại trừ", size=11, bold=True)
        line.paragraph_format.space_before = line.paragraph_format.space_after
        fill(line, " (không xếp hạng, không xét khen thưởng):", size=11)
        for ground in criteria.exclusions:
            add_text(document, f"{ground.code}. {ground.title}", size=11, indent=6)
    note = "Điểm tối đa của lĩnh vực đã nhân hệ số. "
    if criteria.scale is not None:
        note += f"Điểm của các lĩnh vực quy về thang {figure(criteria.scale)}. "
    add_text(document, f"{note}Mã SHA-256 của bộ tiêu chí: {criteria.sha256}.", size=10, italic=True)
    return saved(document)


def _annex_row(row: AnnexRow, cells: Sequence[_Cell]) -> None:
    if row.depth is not None:
        for cell in cells:
            shade(cell, LIGHT if row.depth else GREY)
        put(cells[0], row.code, size=11, bold=True, align=CENTER)
        put(cells[1], row.title, size=11, bold=True)
        put(cells[2], row.most, size=11, bold=True, align=RIGHT)
        return
    put(cells[0], row.code, size=11, align=CENTER)
    put(cells[1], row.title, size=11)
    if row.about:
        put(cells[1], row.about, size=11, italic=True)
    put(cells[2], row.most, size=11, align=RIGHT)
    for text in row.rule:
        put(cells[3], text, size=11)
    for level in row.levels:
        line = put(cells[3], figure(level.points), size=11, bold=True)
        fill(line, f" điểm: {level.words}", size=11)
    put(cells[4], row.evidence, size=11)
    put(cells[5], row.owner, size=11)


# ---- the booklet ----


def booklet_docx(criteria: CriteriaSet, issuer: Issuer | None = None) -> bytes:
    """The guidance booklet: title page, table of contents (a field), general rules, every criterion in full."""
    issuer = issuer or Issuer()
    document = _page(criteria, issuer, "Hướng dẫn chấm điểm", landscape=False)
    _front(document, criteria, issuer)
    blocks = booklet(criteria)
    add_text(document, "MỤC LỤC", size=14, bold=True, align=CENTER, after=8)
    entries = [(block.level, block.text) for block in blocks if isinstance(block, Heading)]
    add_contents(document, entries, "Nhấn chuột phải vào mục lục, chọn “Update field” để cập nhật số trang.")
    _new_page(document)
    for block in blocks:
        match block:
            case Heading():
                text = block.text.upper() if block.level == 1 else block.text
                heading = document.add_heading(text, level=block.level)
                heading.alignment = CENTER if block.level == 1 else None
            case Paragraph():
                align = None if block.is_entry else JUSTIFY
                add_text(document, block.text, after=6, indent=10, align=align)
            case LevelTable():
                _levels(document, block.head, block.levels)
                add_text(document, "", size=6)
            case Facts():
                _facts(document, block.facts)
    return saved(document)


def _new_page(document: Document) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _front(document: Document, criteria: CriteriaSet, issuer: Issuer) -> None:
    """The title page."""
    add_text(document, issuer.ministry.upper(), align=CENTER)
    add_text(document, issuer.department.upper(), bold=True, align=CENTER, after=170)
    add_text(document, "HƯỚNG DẪN CHẤM ĐIỂM", size=22, bold=True, align=CENTER, after=18)
    add_text(document, criteria.title, size=16, bold=True, align=CENTER, after=12)
    add_text(document, f"Phiên bản {criteria.version}", align=CENTER, after=12)
    if criteria.status == "illustrative":
        add_text(document, ILLUSTRATIVE.upper(), bold=True, align=CENTER, after=12)
    reference = f"(Kèm theo Công văn số{BLANK * 3}/{issuer.symbol}\n{DAY} của {issuer.ministry})"
    add_text(document, reference, italic=True, align=CENTER, after=170)
    add_text(document, f"Mã SHA-256 của bộ tiêu chí:\n{criteria.sha256}", size=9, align=CENTER)
    _new_page(document)


def _levels(place: Document | _Cell, head: tuple[str, str], levels: Sequence[Level]) -> None:
    table = new_table(place, head, LEVEL_WIDTHS, size=11)
    for level in levels:
        cells = add_row(table, LEVEL_WIDTHS)
        put(cells[0], level.words, size=11)
        put(cells[1], figure(level.points), size=11, align=RIGHT)


def _facts(document: Document, facts: Sequence[Fact]) -> None:
    """All facts of a criterion as a table of two columns."""
    table = new_table(document, (), FACT_WIDTHS, size=12)
    for fact in facts:
        cells = add_row(table, FACT_WIDTHS, splits=sum(len(text) for text in fact.texts) > LONG)
        shade(cells[0], LIGHT)
        put(cells[0], fact.name, size=12, bold=True)
        for text in fact.texts:
            if text:
                put(cells[1], text, size=12)
        if fact.levels:
            _levels(cells[1], (fact.levels_head, "Điểm"), fact.levels)
            cells[1].add_paragraph()  # a cell must not end with a table
