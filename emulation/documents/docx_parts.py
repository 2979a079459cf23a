"""What the project's DOCX files share: the page of Nghị định 30/2020/NĐ-CP, real styles, fields, tables.

A clerk edits these files further, so nothing is faked: headings are heading styles, page numbers and the table of
contents are fields, the head of a table repeats by its own setting.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FONT = "Times New Roman"
BLACK = RGBColor(0, 0, 0)
PORTRAIT = (20, 15, 20, 30)  # mm: top, right, bottom, left; NĐ 30, Appendix I
LANDSCAPE = (25, 20, 20, 25)  # bound on the long edge
CENTER, JUSTIFY, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.RIGHT
# what the schema lets follow w:updateFields in the settings; Word repairs files in another order
AFTER_UPDATE_FIELDS = (
    "hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "docVars", "rsids", "themeFontLang", "clrSchemeMapping",
    "doNotIncludeSubdocsInStats", "shapeDefaults", "decimalSymbol", "listSeparator",
)  # fmt: skip
# style, size in pt, bold, italic, space before and after in pt
HEADINGS = (
    ("Heading 1", 14, True, False, 18, 8),
    ("Heading 2", 13, True, False, 12, 6),
    ("Heading 3", 13, True, False, 10, 4),
    ("Heading 4", 13, True, True, 8, 4),
    ("Heading 5", 13, True, True, 8, 4),
)


def new_page(*, landscape: bool, title: str, author: str, keywords: str, foot: str, foot_right: str) -> Document:
    """An empty document: A4, margins and letters of the decree, page numbers on top from the second page on."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.keywords, properties.comments = title, author, keywords, ""
    _styles(document)
    section = document.sections[0]
    width, height = Mm(210), Mm(297)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (height, width) if landscape else (width, height)
    top, right, bottom, left = LANDSCAPE if landscape else PORTRAIT
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.header_distance, section.footer_distance = Mm(10), Mm(8)
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.alignment = CENTER
    add_field(head, "PAGE", "2")
    measure = Mm((297 if landscape else 210) - left - right)
    for footer in (section.footer, section.first_page_footer):
        line = footer.paragraphs[0]
        line.paragraph_format.tab_stops.clear_all()
        line.paragraph_format.tab_stops.add_tab_stop(measure, WD_TAB_ALIGNMENT.RIGHT)
        run = line.add_run(f"{foot}\t{foot_right}")
        run.font.size = Pt(8)
    return document


def _styles(document: Document) -> None:
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _letters(normal, 13)
    normal.paragraph_format.space_after = Pt(0)
    for name, size, bold, italic, before, after in HEADINGS:
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)
        _letters(style, size)
        style.font.bold, style.font.italic = bold, italic
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = True
    for name in ("Header", "Footer"):
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)
        _letters(style, 13 if name == "Header" else 8)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.get_or_add_rPr().append(language)


def _letters(style: ParagraphStyle, size: float) -> None:
    """Times New Roman for every script: a style of the template names theme fonts, which would win."""
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), BLACK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)


def saved(document: Document) -> bytes:
    """The bytes of the file."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


# ---- text ----


def add_text(
    document: Document | _Cell,
    text: str,
    *,
    size: float | None = None,
    bold: bool = False,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH | None = None,
    after: float = 0,
    indent: float = 0,
) -> Paragraph:
    """A paragraph; line ends of the text stay line ends. `after` in pt, `indent` of its first line in mm."""
    paragraph = document.add_paragraph()
    fill(paragraph, text, size=size, bold=bold, italic=italic)
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(after)
    if indent:
        paragraph.paragraph_format.first_line_indent = Mm(indent)
    return paragraph


def fill(
    paragraph: Paragraph, text: str, *, size: float | None = None, bold: bool = False, italic: bool = False
) -> Run:
    """Add a run to a paragraph."""
    run = paragraph.add_run(text)
    run.bold, run.italic = bold or None, italic or None
    if size:
        run.font.size = Pt(size)
    return run


# ---- fields ----


def _mark(kind: str) -> BaseOxmlElement:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def add_field(paragraph: Paragraph, code: str, shown: str = "") -> None:
    """A field (PAGE, TOC ...) with what it shows until the word processor updates it."""
    start, inside, middle, text, end = (paragraph.add_run() for _ in range(5))
    start._r.append(_mark("begin"))
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {code} "
    inside._r.append(instruction)
    middle._r.append(_mark("separate"))
    text.text = shown
    end._r.append(_mark("end"))


def add_contents(document: Document, entries: Sequence[tuple[int, str]], hint: str) -> None:
    """A table of contents over headings 1 to 3: a field that word processors fill with page numbers when they open
    the file; until then it lists the headings and says how to update it.
    """
    listed = [text for level, text in entries if level <= 3]
    first = document.add_paragraph()
    start, inside, middle = (first.add_run() for _ in range(3))
    start._r.append(_mark("begin"))
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = ' TOC \\o "1-3" \\h \\z \\u '
    inside._r.append(instruction)
    middle._r.append(_mark("separate"))
    fill(first, hint, italic=True, size=11)
    last = first
    for text in listed:
        last = add_text(document, text, size=12, after=2)
    last.add_run()._r.append(_mark("end"))
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    settings = document.settings.element
    later = [one for one in settings if one.tag in (qn(f"w:{name}") for name in AFTER_UPDATE_FIELDS)]
    later[0].addprevious(update) if later else settings.append(update)


# ---- tables ----


def new_table(document: Document | _Cell, heads: Sequence[str], widths: Sequence[float], *, size: float) -> Table:
    """A table with the full grid and a head that repeats on each page; widths in mm. No head: no first row."""
    table = document.add_table(rows=1 if heads else 0, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    if heads:
        for cell, head, width in zip(table.rows[0].cells, heads, widths, strict=True):
            cell.width = Mm(width)
            put(cell, head, size=size, bold=True, align=CENTER)
        repeat = OxmlElement("w:tblHeader")
        repeat.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)
    return table


def add_row(table: Table, widths: Sequence[float], *, splits: bool = False) -> Sequence[_Cell]:
    """A row that stays on one page unless it `splits`."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]  # python-docx left this one untyped
    if not splits:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    cells: Sequence[_Cell] = row.cells
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Mm(width)
    return cells


def put(
    cell: _Cell,
    text: str,
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH | None = None,
) -> Paragraph:
    """Text in a cell: its first paragraph if that is empty, else one more."""
    paragraph: Paragraph = cell.paragraphs[0]
    if paragraph.text or len(cell.paragraphs) > 1:
        paragraph = cell.add_paragraph()
    fill(paragraph, text, size=size, bold=bold, italic=italic)
    if align is not None:
        paragraph.alignment = align
    return paragraph


def shade(cell: _Cell, colour: str) -> None:
    """A background, e.g. "F1F1F1"."""
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:color"), "auto")
    shading.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shading)
