"""The annex of a letter and the guidance booklet: what stands in them, in PDF and in DOCX."""

import io
import zipfile
from functools import cache
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.shared import Mm
from hypothesis import given, settings

from emulation.documents.criteria_content import Facts, Heading, annex_rows, booklet, general_rules, points, whole
from emulation.documents.criteria_docx import annex_docx, booklet_docx
from emulation.documents.criteria_print import annex_pdf, booklet_pdf
from emulation.domain.criteria import CriteriaSet, checked, load
from tests.documents import pdfs
from tests.domain.sets import criteria_sets
from tests.domain.test_criteria import NINE, changed

NINE_SET = load(NINE)
OFFICIAL = load((Path(__file__).parents[2] / "criteria/so-gddt-2012-2013.yaml").read_bytes())


@cache
def annex() -> bytes:
    return annex_pdf(NINE_SET)


@cache
def guide() -> bytes:
    return booklet_pdf(NINE_SET)


def opened(raw: bytes) -> Document:
    return docx.Document(io.BytesIO(raw))


def words(document: Document) -> str:
    """All text of a DOCX, tables inside cells too, blanks as single blanks."""
    texts = [node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t")]
    return " ".join(" ".join(texts).split())


# ---- what they say ----


def test_annex_has_a_row_for_each_section_criterion_and_sum() -> None:
    rows = annex_rows(NINE_SET)
    assert [(row.code, row.most, row.depth) for row in rows] == [
        *(("I", "50,00", 0), ("I.1", "10", None), ("I.2", "5", None), ("I.3", "10", None)),
        *(("II", "25,00", 0), ("II.1", "5", None), ("II.2", "4", None), ("II.3", "6", None)),
        *(("II.4", "5", None), ("II.5", "5", None)),
        *(("III", "9,00", 0), ("III.1", "5", None), ("III.2", "4", None)),
        *(("", "84,00", 0), ("T", "", 0), ("B.1", "2", None), ("P", "", 0), ("D.1", "2", None)),
    ]
    assert rows[1].owner == "Văn phòng Bộ"
    assert rows[1].evidence == "Bắt buộc: báo cáo cải cách hành chính"
    assert rows[12].about == "Chỉ áp dụng với đơn vị có giáo dục dân tộc."


def test_maximum_of_an_inner_section_holds_the_coefficients_around_it() -> None:
    leaf = {"code": "a", "title": "x", "max": "1.5", "rule": {"kind": "check"}}
    inner = {"code": "I.1", "title": "x", "coefficient": "3", "criteria": [leaf]}
    outer = {"code": "I", "title": "x", "coefficient": "2", "sections": [inner]}
    criteria, _ = checked({"set": "x", "version": "1", "title": "x", "status": "official", "sections": [outer]})
    assert criteria is not None
    assert [(row.code, row.most, row.depth) for row in annex_rows(criteria)] == [
        *(("I", "9,00", 0), ("I.1", "9,00", 1), ("a", "1,5", None), ("", "9,00", 0)),
    ]


def test_general_rules_say_scale_caps_grades_and_ties() -> None:
    text = " ".join(str(getattr(block, "text", "")) for block in general_rules(NINE_SET))
    for sentence in (
        "Bộ tiêu chí có 10 tiêu chí trong 3 lĩnh vực, 1 tiêu chí điểm thưởng và 1 tiêu chí điểm trừ.",
        "là 84,00 điểm.",
        "làm tròn một lần đến hai chữ số thập phân",
        "quy về thang 100: 100 × điểm đạt : điểm nền",
        "Tổng điểm bằng điểm của các lĩnh vực, cộng điểm thưởng (tối đa 3 điểm), trừ điểm trừ, không nhỏ hơn 0.",
        "được loại khỏi điểm nền",
        "1. ít điểm trừ hơn;",
        "2. nhiều điểm hơn ở lĩnh vực I, Cải cách hành chính;",
        "X.1. Có vi phạm nghiêm trọng",
    ):
        assert sentence in text, sentence


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("scale: 100", "scale: null")], "Điểm của các lĩnh vực cộng thẳng, không quy đổi."),
        ([("not_applicable: rebase", "not_applicable: full")], "đơn vị được tính điểm tối đa."),
        ([("not_applicable: rebase", "not_applicable: zero")], "được tính 0 điểm và vẫn nằm trong điểm nền."),
        ([("deduction_cap: null", "deduction_cap: 4")], "trừ điểm trừ (tối đa 4 điểm), không nhỏ hơn 0."),
        ([("bonus_cap: 3", "bonus_cap: null")], "cộng điểm thưởng, trừ điểm trừ"),
        ([('[deductions, "section:I", progress]', "[]")], "Các đơn vị bằng tổng điểm xếp đồng hạng."),
        ([("precision: 2", "precision: 0")], "làm tròn một lần đến hàng đơn vị"),
    ],
)
def test_general_rules_follow_the_set(pairs: list[tuple[str, str]], sentence: str) -> None:
    text = " ".join(str(getattr(block, "text", "")) for block in general_rules(load(changed(*pairs))))
    assert sentence in text


def test_booklet_tells_every_criterion_in_full() -> None:
    blocks = booklet(NINE_SET)
    heads = [block.text for block in blocks if isinstance(block, Heading)]
    assert "I. Cải cách hành chính (hệ số 2, tối đa 50,00 điểm)" in heads
    assert [head for head in heads if head.startswith("Phần")] == [
        "Phần I. Quy định chung",
        "Phần II. Các tiêu chí",
        "Phần III. Điểm thưởng",
        "Phần IV. Điểm trừ",
    ]
    facts = [block for block in blocks if isinstance(block, Facts)]
    assert len(facts) == len(NINE_SET.all_criteria)
    first = {fact.name: fact.texts for fact in facts[0].facts}
    assert list(first) == [
        *("Điểm tối đa", "Đơn vị chủ trì", "Cách chấm", "Ví dụ", "Hướng dẫn", "Minh chứng", "Nguồn số liệu"),
    ]
    assert "điểm trừ tối đa" in facts[-1].facts[0].name.lower()
    assert "bị trừ 1,50 điểm" in "".join(facts[-1].facts[3].texts)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("74/98 ≈ 75,51 %; (75,51 − 30) : (90 − 30) × 3; được", "74/98_≈_75,51_%; (75,51_−_30)_:_(90_−_30)_×_3; được"),
        ("điểm bằng (tỷ lệ − 70) : (98 − 70) × 4.", "điểm bằng (tỷ_lệ_−_70)_:_(98_−_70)_×_4."),
        ("Tỷ lệ bằng 100 × số đạt : tổng số", "Tỷ lệ bằng 100 × số đạt : tổng số"),
        ("0,5 + 0,5 = 1", "0,5_+_0,5_=_1"),
    ],
)
def test_formulas_stay_on_one_line(text: str, kept: str) -> None:
    assert whole(text).replace("\u00a0", "_") == kept


def test_points_are_rounded_half_up_with_the_places_of_the_set() -> None:
    assert points(NINE_SET.base / 9, NINE_SET) == "9,33"


# ---- PDF ----


def test_annex_is_a_landscape_table_with_blanks_for_number_and_date() -> None:
    shown = pdfs.text(annex())
    head = "Phụ lục BỘ TIÊU CHÍ THỬ NGHIỆM CÓ ĐỦ CHÍN CÁCH CHẤM"
    assert f"{head} (Kèm theo Công văn số /BGDĐT-TĐKT ngày tháng năm của Bộ Giáo dục và Đào tạo)" in shown
    assert "Tỷ lệ thủ tục hành chính cung cấp" in shown
    assert f"SHA-256 {' '.join(NINE_SET.sha256[i : i + 4] for i in range(0, 16, 4))}" in shown
    assert NINE_SET.sha256 in shown
    assert max(line.right for line in pdfs.lines(annex())) <= 297 - 20 + 0.5
    assert min(line.left for line in pdfs.lines(annex())) >= 25 - 0.5


def test_illustrative_set_says_so_on_each_page_and_an_official_one_does_not() -> None:
    for pdf in (annex(), guide()):
        first = 1 if pdf is annex() else 2
        for page in range(first, pdfs.pages(pdf) + 1):
            assert "Bộ tiêu chí minh họa" in pdfs.text(pdf, page)
    assert "BỘ TIÊU CHÍ MINH HỌA" in pdfs.text(guide(), 1)
    assert "minh họa" not in pdfs.text(annex_pdf(OFFICIAL))
    assert "minh họa" not in pdfs.text(booklet_pdf(OFFICIAL)).lower()


def test_table_of_contents_names_the_page_on_which_each_heading_stands() -> None:
    contents = [line for line in pdfs.rows(guide()) if line[-1:].isdigit()]
    for block in booklet(NINE_SET):
        if isinstance(block, Heading):
            entry = next(line for line in contents if line.startswith(block.text))
            page = int(entry.rsplit(" ", 1)[1])
            text = block.text.upper() if block.level == 1 else block.text
            assert text in pdfs.text(guide(), page).replace("\u00a0", " "), entry


def test_documents_embed_their_fonts_and_are_the_same_each_time() -> None:
    for pdf, make in ((annex(), annex_pdf), (guide(), booklet_pdf)):
        assert all(pdfs.fonts(pdf).values())
        assert pdfs.is_clean(pdfs.text(pdf))
        assert make(NINE_SET) == pdf


# ---- DOCX ----


def test_docx_of_the_annex_is_a_real_table_on_the_page_of_the_decree() -> None:
    document = opened(annex_docx(NINE_SET))
    section = document.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.right_margin, section.left_margin)
    assert [round((size or 0) / Mm(1)) for size in sizes] == [297, 210, 25, 20, 25]
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == [
        *("STT", "Nội dung tiêu chí", "Điểm tối đa", "Cách chấm", "Minh chứng", "Đơn vị chủ trì"),
    ]
    assert [row.cells[0].text for row in table.rows[1:]] == [row.code for row in annex_rows(NINE_SET)]
    assert table.rows[0]._tr.trPr.find(docx.oxml.ns.qn("w:tblHeader")) is not None
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.core_properties.title == f"Phụ lục - {NINE_SET.title}"
    assert "Kèm theo Công văn số" in words(document)


def test_docx_of_the_booklet_has_headings_fields_and_every_fact() -> None:
    raw = booklet_docx(NINE_SET)
    document = opened(raw)
    heads = [one.text for one in document.paragraphs if one.style is not None and one.style.name.startswith("Heading")]
    wanted = [block for block in booklet(NINE_SET) if isinstance(block, Heading)]
    assert heads == [block.text.upper() if block.level == 1 else block.text for block in wanted]
    fields = [node.text.strip() for node in document.element.body.iter() if node.tag.endswith("}instrText")]
    assert fields == ['TOC \\o "1-3" \\h \\z \\u']
    header = document.sections[0].header._element.xml
    assert " PAGE " in header
    assert document.sections[0].different_first_page_header_footer
    shown = words(document).replace("\u00a0", " ")
    for block in booklet(NINE_SET):
        if isinstance(block, Facts):
            for fact in block.facts:
                assert all(" ".join(text.replace("\u00a0", " ").split()) in shown for text in fact.texts if text)
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        settings_xml = packed.read("word/settings.xml")
    assert settings_xml.index(b"w:updateFields") < settings_xml.index(b"<w:compat>")


@settings(max_examples=4)
@given(criteria_sets())
def test_any_set_makes_docx_that_opens(criteria: CriteriaSet) -> None:
    table = opened(annex_docx(criteria)).tables[0]
    assert len(table.rows) == len(annex_rows(criteria)) + 1
    document = opened(booklet_docx(criteria))
    count = sum(isinstance(block, Heading) for block in booklet(criteria))
    assert count == sum(one.style is not None and one.style.name.startswith("Heading") for one in document.paragraphs)


@settings(max_examples=2)  # a booklet of an odd set takes seconds
@given(criteria_sets())
def test_any_set_can_be_printed(criteria: CriteriaSet) -> None:
    assert pdfs.pages(annex_pdf(criteria)) >= 1
    assert pdfs.pages(booklet_pdf(criteria)) >= 3
