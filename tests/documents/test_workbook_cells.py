"""Reading cells: files from other programs, hostile and damaged files, within bounds of time and memory."""

import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from emulation.documents.criteria_xlsx import workbook
from emulation.documents.criteria_xlsx_read import read_workbook
from emulation.documents.workbook_cells import LARGEST_PART, MOST_ROWS, Cell, Kind, Sheet, read_cells
from emulation.domain.criteria import load
from emulation.domain.source import Problems
from tests.domain.test_criteria import NINE

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"

BROKEN = "Tệp bảng tính bị hỏng, không mở được: mở bằng Excel, lưu lại rồi thử lại."
TOO_LARGE = "Tệp mở ra quá lớn: xóa các dòng trống đã định dạng và ảnh."
MACROS = "Tệp có chứa macro, không nhận: lưu lại thành .xlsx."
NO_WORKBOOK = "Tệp này không phải bảng tính Excel (.xlsx)."
OLD_OR_LOCKED = "Tệp đặt mật khẩu hoặc ở định dạng Excel cũ (.xls): bỏ mật khẩu rồi lưu lại thành .xlsx."
DTD = "Tệp bảng tính có nội dung lạ (DTD), không đọc."


@cache
def sound() -> bytes:
    return workbook(load(NINE))


def packed(parts: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return stream.getvalue()


def unpacked(raw: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return {name: file.read(name) for name in file.namelist()}


def book(rows: str, *, shared: str = "", space: str = MAIN, more: str = "", styles: str = "") -> bytes:
    """A workbook of one sheet, written by hand."""
    parts: dict[str, bytes | str] = {
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="S" sheetId="7" r:id="rId3"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="x"><Relationship Id="rId3" Type="t/worksheet" '
        'Target="/xl/worksheets/sheet1.xml"/></Relationships>',
        SHEET: f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{more}</worksheet>',
    }
    if shared:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{space}">{shared}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{space}">{styles}</styleSheet>'
    return packed(parts)


def only_sheet(raw: bytes) -> Sheet:
    (sheet,) = read_cells(raw)
    return sheet


def sentences(raw: bytes) -> list[str]:
    try:
        read_workbook(raw)
    except Problems as error:
        return [str(problem) for problem in error.problems]
    return []


# ---- what other programs write ----


@pytest.mark.parametrize("space", [MAIN, STRICT])
def test_cells_are_read_in_both_editions_of_the_standard(space: str) -> None:
    shared = "<si><t>một</t></si><si><r><t>ha</t></r><r><rPr/><t>i</t></r><rPh><t>bỏ</t></rPh></si><si/>"
    rows = (
        '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c></row>'
        '<row><c><v>98.099999999999994</v></c><c t="inlineStr"><is><t>ba</t></is></c><c t="b"><v>1</v></c>'
        '<c t="e"><v>#N/A</v></c><c t="str"><v>bốn</v></c><c><f>1+1</f><v>2</v></c><c t="d"><v>2021-05-01</v></c>'
        '<c t="inlineStr"><is><t/></is></c><c><v/></c><c><v>1E+2</v></c></row>'
    )
    assert only_sheet(book(rows, shared=shared, space=space)).cells == {
        (2, 1): Cell(Kind.TEXT, "một"),
        (2, 3): Cell(Kind.TEXT, "hai"),
        (3, 1): Cell(Kind.NUMBER, Decimal("98.1")),
        (3, 2): Cell(Kind.TEXT, "ba"),
        (3, 3): Cell(Kind.BOOLEAN, value=True),
        (3, 4): Cell(Kind.ERROR, "#N/A"),
        (3, 5): Cell(Kind.TEXT, "bốn"),
        (3, 6): Cell(Kind.FORMULA, "2"),
        (3, 7): Cell(Kind.DATE, "2021-05-01"),
        (3, 10): Cell(Kind.NUMBER, Decimal("1E+2")),
    }


def test_hidden_characters_of_texts_are_those_of_the_standard() -> None:
    rows = '<row r="1"><c t="inlineStr"><is><t>a_x000A_b_x005F_x000D_c x005F_</t></is></c></row>'
    assert only_sheet(book(rows)).cells[1, 1].value == "a\nb_x000D_c x005F_"


def test_numbers_shown_as_dates_are_told_apart() -> None:
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/>'
        '<numFmt numFmtId="171" formatCode="0.0&quot;d&quot;"/>'
        '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
    )
    rows = "<row>" + "".join(f'<c s="{style}"><v>44562</v></c>' for style in range(4)) + "</row>"
    cells = only_sheet(book(rows, styles=styles)).cells
    assert [cells[1, column].kind for column in range(1, 5)] == ["number", "date", "date", "number"]
    assert cells[1, 2].value == "01/01/2022"


def test_hidden_and_merged_are_told() -> None:
    rows = '<row r="3" hidden="1"><c r="A3"><v>1</v></c></row><row r="4" ht="0"/>'
    more = '<cols><col min="2" max="4" hidden="1"/></cols><mergeCells><mergeCell ref="B2:D9"/></mergeCells>'
    sheet = only_sheet(book(rows, more=more))
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.merged) == ({3, 4}, [(2, 4)], [(2, 2, 9, 4)])


# ---- other files, damaged files, hostile files ----


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = unpacked(sound())
    content = parts[name]
    assert isinstance(content, bytes)
    return packed(parts | {name: change(content)})


def encrypted() -> bytes:
    """The flags of every entry say that it is encrypted."""
    raw = bytearray(sound())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(mark, at + 4)
    return bytes(raw)


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
ZEROS = b"0" * (LARGEST_PART + 1)
# A file is made by its own test alone, for a bomb takes a while to pack.
REFUSED: list[tuple[str, Callable[[], bytes], list[str]]] = [
    ("empty zip", lambda: packed({}), [NO_WORKBOOK]),
    ("zip of a picture", lambda: packed({"a.png": b"\x89PNG"}), [NO_WORKBOOK]),
    ("docx", lambda: packed({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), [NO_WORKBOOK]),
    ("xlsb", lambda: packed({"xl/workbook.bin": b"x"}),
     ["Tệp bảng tính không ở định dạng .xlsx: lưu lại thành .xlsx."]),
    ("macros", lambda: packed(unpacked(sound()) | {"xl/vbaProject.bin": b"x"}), [MACROS]),
    ("macro type", lambda: with_part("[Content_Types].xml", lambda part: part.replace(
        b"spreadsheetml.sheet.main", b"x.sheet.macroEnabled.main")), [MACROS]),
    ("old or locked", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, [OLD_OR_LOCKED]),
    ("encrypted zip", encrypted, ["Tệp nén đặt mật khẩu: bỏ mật khẩu rồi thử lại."]),
    ("cut off", lambda: sound()[: len(sound()) // 2], [BROKEN]),
    ("cut end", lambda: sound()[:-30], [BROKEN]),
    ("only the mark", lambda: b"PK\x03\x04", [BROKEN]),
    ("two megabytes", lambda: sound() + b"\x00" * (2 * 1024 * 1024), ["Tệp lớn hơn 2 MB."]),
    ("bomb in a sheet", lambda: packed(unpacked(sound()) | {SHEET: ZEROS}), [TOO_LARGE]),
    ("bomb in an unread part", lambda: packed(unpacked(sound()) | {"xl/media/x.png": ZEROS}), [TOO_LARGE]),
    ("bomb of many parts", lambda: packed(unpacked(sound()) | {f"x{i}": b"" for i in range(2001)}), [TOO_LARGE]),
    ("bomb of shared texts", lambda: packed(unpacked(sound()) | {"xl/sharedStrings.xml": ZEROS}), [TOO_LARGE]),
    ("long text shared by many cells",
     lambda: book('<row><c t="s"><v>0</v></c></row>' * 3000, shared=f"<si><t>{'x' * 100_000}</t></si>"), [TOO_LARGE]),
    ("entities in a sheet", lambda: with_part(SHEET, lambda part: ENTITY + part), [DTD]),
    ("entities in texts", lambda: packed(unpacked(sound()) | {"xl/sharedStrings.xml": ENTITY + b"<sst/>"}), [DTD]),
    ("entities in the book", lambda: with_part("xl/workbook.xml", lambda part: ENTITY + part), [DTD]),
    ("entities in UTF-16", lambda: with_part(SHEET, lambda part: (ENTITY + part).decode().encode("utf-16")), [DTD]),
    ("outer entity", lambda: with_part(SHEET, lambda part: b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + part), [DTD]),
    ("no XML", lambda: with_part(SHEET, lambda part: b"x"), [BROKEN]),
    ("XML cut off", lambda: with_part(SHEET, lambda part: part[: len(part) // 2]), [BROKEN]),
    ("nested XML", lambda: with_part(SHEET, lambda part: b"<a>" * 100_000), [BROKEN]),
    ("text that is not there", lambda: book('<row><c t="s"><v>5</v></c></row>'), [BROKEN]),
    ("text at minus one", lambda: book('<row><c t="s"><v>x</v></c></row>'), [BROKEN]),
    ("number that is none", lambda: book("<row><c><v>abc</v></c></row>"), [BROKEN]),
    ("style that is none", lambda: book('<row><c s="x"><v>1</v></c></row>'), [BROKEN]),
    ("cell in another row", lambda: book('<row r="1"><c r="A2"><v>1</v></c></row>'), [BROKEN]),
    ("cell that is none", lambda: book('<row r="1"><c r="1A"><v>1</v></c></row>'), [BROKEN]),
    ("row below the last", lambda: book('<row r="9999999"><c><v>1</v></c></row>'), [BROKEN]),
    ("column beyond the last", lambda: book('<row r="1"><c r="XFE1"><v>1</v></c></row>'), [BROKEN]),
    ("merged nonsense", lambda: book("", more='<mergeCell ref="?"/>'), [BROKEN]),
    ("relation that is none", lambda: packed({
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheet name="x"/></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships/>"}), [BROKEN]),
    ("no relations", lambda: packed({"xl/workbook.xml": "<workbook/>"}), [BROKEN]),
    ("no sheets", lambda: packed({"xl/workbook.xml": "<workbook/>", "xl/_rels/workbook.xml.rels": "<x/>"}),
     ["Thiếu trang “Bộ tiêu chí”.", "Thiếu trang “Quy định chung”."]),
    ("another book", lambda: book("<row><c><v>1</v></c></row>"),
     ["Thiếu trang “Bộ tiêu chí”.", "Thiếu trang “Quy định chung”."]),
]  # fmt: skip


@pytest.mark.parametrize(("make", "told"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_file_that_is_no_sound_workbook_is_refused_soon(make: Callable[[], bytes], told: list[str]) -> None:
    raw = make()
    started = time.monotonic()
    assert sentences(raw) == told
    assert time.monotonic() - started < 20


def rows_of(count: int) -> bytes:
    """The sound workbook with so many rows more."""
    more = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>Ti</t></is></c></row>' % (row, row)
        for row in range(100, 100 + count)
    )
    return with_part(SHEET, lambda part: part.replace(b"</sheetData>", more + b"</sheetData>"))


def test_hundred_thousand_rows_are_refused_with_a_sentence_in_bounded_time_and_memory() -> None:
    raw = rows_of(100_000)
    tracemalloc.start()
    started = time.monotonic()
    told = sentences(raw)
    seconds, peak = time.monotonic() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told[-1].endswith(f"Trang có quá nhiều dòng (hơn {MOST_ROWS}): một bộ tiêu chí không dài như vậy.")
    assert told[-1].startswith(f"Bộ tiêu chí!A{100 + MOST_ROWS - 17 - 1}: ")
    assert seconds < 30
    assert peak < 40 * 1024 * 1024


def test_hundred_thousand_merged_areas_are_refused_soon() -> None:
    more = b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 100_000 + b"</mergeCells>"
    raw = with_part(SHEET, lambda part: part.replace(b"</sheetData>", b"</sheetData>" + more))
    started = time.monotonic()
    told = sentences(raw)
    assert "Bộ tiêu chí!A1: Các ô đến XFD1048576 đang gộp: bỏ gộp và điền từng ô." in told
    assert time.monotonic() - started < 20


def test_hundred_thousand_empty_rows_are_no_harm() -> None:
    more = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (row, row) for row in range(100, 100_100))
    raw = with_part(SHEET, lambda part: part.replace(b"</sheetData>", more + b"</sheetData>"))
    assert read_workbook(raw) == load(NINE)


def test_formulas_are_not_trusted_whatever_their_cached_value() -> None:
    rows = '<row><c t="str"><f>CONCAT("a")</f><v>I</v></c></row>'
    assert only_sheet(book(rows)).cells[1, 1] == Cell(Kind.FORMULA, "I")


def test_sheet_that_holds_a_chart_is_passed_over() -> None:
    many = Workbook()
    many.create_chartsheet("Biểu đồ")
    stream = io.BytesIO()
    many.save(stream)
    assert [sheet.name for sheet in read_cells(stream.getvalue())] == ["Sheet"]


@settings(max_examples=75)
@given(st.data())
def test_any_damage_is_told_in_sentences(draw: st.DataObject) -> None:
    raw = bytearray(sound())
    for _ in range(draw.draw(st.integers(1, 6))):
        at = draw.draw(st.integers(0, len(raw) - 1))
        raw[at : at + draw.draw(st.integers(1, 8))] = draw.draw(st.binary(max_size=8))
    assert all(sentence[-1] in ".?" for sentence in sentences(bytes(raw)))


@settings(max_examples=75)
@given(st.data())
def test_any_damage_inside_a_part_is_told_in_sentences(draw: st.DataObject) -> None:
    names = [name for name in unpacked(sound()) if name.endswith((".xml", ".rels"))]
    name = draw.draw(st.sampled_from(names))

    def damage(part: bytes) -> bytes:
        text = bytearray(part)
        for _ in range(draw.draw(st.integers(1, 3))):
            at = draw.draw(st.integers(0, len(text)))
            pieces = [b"", b'"', b"<", b"</c>", b"<row>", b'r="A1"', b"99999999999999999999", b"&#0;", b"&x;", b"\xff"]
            text[at : at + draw.draw(st.integers(0, 9))] = draw.draw(st.sampled_from(pieces))
        return bytes(text)

    assert all(sentence[-1] in ".?" for sentence in sentences(with_part(name, damage)))


def test_sizes_are_those_announced_and_a_lie_is_found() -> None:
    """A part that unpacks to more than its entry says is cut there by the reader, and its check sum is wrong."""
    raw = bytearray(packed(unpacked(sound()) | {SHEET: b"0" * 5_000_000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.find(mark)
        while at >= 0:
            if struct.unpack_from("<I", raw, at + offset)[0] == 5_000_000:
                struct.pack_into("<I", raw, at + offset, 100)
            at = raw.find(mark, at + 4)
    assert sentences(bytes(raw)) == [BROKEN]
