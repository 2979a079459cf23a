from dataclasses import replace

import pytest

from emulation.documents.ranking_report import RankingReport, render_ranking_report
from emulation.documents.typesetting import Signature
from tests.documents import pdfs
from tests.documents.samples import LONG, country, report, sixty_three, unit


@pytest.fixture(scope="module")
def national() -> RankingReport:
    return replace(sixty_three(), signature=Signature(("KT. VỤ TRƯỞNG", "PHÓ VỤ TRƯỞNG")))


@pytest.fixture(scope="module")
def pdf(national: RankingReport) -> bytes:
    return render_ranking_report(national)


def test_report_of_sixty_three_units_has_seven_pages(pdf: bytes) -> None:
    assert pdfs.pages(pdf) == 7


def test_report_has_the_parts_of_the_decree(pdf: bytes) -> None:
    first = pdfs.text(pdf, 1)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BỘ GIÁO DỤC VÀ ĐÀO TẠO",
        "VỤ THI ĐUA - KHEN THƯỞNG",
        "/BC-TĐKT",
        "BÁO CÁO",
        "Kết quả xếp hạng thi đua khối các Sở Giáo dục và Đào tạo năm học 2021-2022",
        "I. ĐÁNH GIÁ CHUNG",
        "Bảng 1. Tổng hợp kết quả theo cụm",
    ):
        assert words in first
    whole = pdfs.text(pdf)
    for words in ("PHÓ VỤ TRƯỞNG", "Nơi nhận:", "Lưu: VT, TĐKT.", "Phụ lục I", "Phụ lục II"):
        assert words in whole


def test_report_names_every_unit_in_both_annexes(pdf: bytes) -> None:
    annexes = [" ".join(pdfs.text(pdf, page) for page in range(3, 7)), pdfs.text(pdf, 7)]
    for annex in annexes:
        assert all(f"Tỉnh số {n} " in annex for n in range(1, 64))


def test_report_text_is_clean_and_fonts_are_embedded(pdf: bytes) -> None:
    assert pdfs.is_clean(pdfs.text(pdf))
    fonts = pdfs.fonts(pdf)
    assert all(fonts.values())
    assert {name.partition("+")[2].partition("-Print")[0] for name in fonts} == {"Tinos"}


def test_sealed_hash_is_short_on_every_page_and_whole_once(pdf: bytes) -> None:
    for page in range(1, 8):
        assert "Kết quả niêm phong SHA-256: 0123 4567 89ab cdef" in pdfs.text(pdf, page)
        assert "Số liệu minh họa" in pdfs.text(pdf, page)
        assert "TẠM TÍNH" not in pdfs.text(pdf, page)
    assert pdfs.text(pdf).count("0123456789abcdef" * 4) == 1


def test_pages_are_numbered_but_not_the_first_of_each_part(pdf: bytes) -> None:
    numbers = [line.text for line in pdfs.lines(pdf) if line.bottom < 24 and line.text.isdigit()]
    assert numbers == ["2", "2", "3", "4"]


def test_no_line_leaves_the_margins(pdf: bytes) -> None:
    for line in pdfs.lines(pdf):
        left, right = (20, 277) if 3 <= line.page <= 6 else (30, 195)
        assert line.left >= left - 0.3, line
        assert line.right <= right + 0.3, line


def test_provisional_report_says_so_on_every_page() -> None:
    made = replace(country(6, 2, sections=3), sealed_hash=None, illustrative=False)
    pdf = render_ranking_report(made)
    for page in range(1, pdfs.pages(pdf) + 1):
        shown = pdfs.text(pdf, page)
        assert "TẠM TÍNH" in shown
        assert "Kết quả tạm tính, chưa niêm phong" in shown
        assert "minh họa" not in shown


def test_excluded_units_stand_last_in_their_cluster_with_the_ground() -> None:
    made = report([[unit("Huế", "99", excluded="Vi phạm quy chế thi"), unit("Hà Nội", "90"), unit("Cà Mau", "80")]])
    pdf = render_ranking_report(made)
    table = pdfs.text(pdf, 3)
    assert table.index("Hà Nội") < table.index("Cà Mau") < table.index("Không xếp hạng: Vi phạm quy chế thi")
    assert "Huế" not in pdfs.text(pdf, pdfs.pages(pdf))


def test_markup_in_a_name_is_printed_as_text() -> None:
    made = report([[unit("<i>A</i> & B", "90"), unit("C", "80")]])
    assert pdfs.text(render_ranking_report(made)).count("<i>A</i> & B") == 5  # text, summary, both charts, table


def test_notes_of_units_are_printed_once() -> None:
    note = "Sở Giáo dục, Khoa học và Công nghệ"
    made = report([[unit("Bạc Liêu", "90", note=note), unit("Hà Nội", "80", note=note)]], footnotes=("Ghi chú riêng.",))
    shown = pdfs.text(render_ranking_report(made))
    assert shown.count(note) == 1
    assert "Ghi chú riêng." in shown


@pytest.mark.parametrize(
    "made",
    [
        country(1, 1),
        country(8, 2, sections=16),
        country(9, 2, sections=3, name=LONG),
        country(12, 2, sections=50),
        replace(country(5, 1), grades=(), scale=None),
        report([[unit("A", "0"), unit("B", "0")]]),
        report([[unit("A", "90", excluded="x")], [unit("B", "90", excluded="y")]]),
    ],
    ids=["one unit", "16 sections", "long names", "50 sections", "no grades", "all zero", "all excluded"],
)
def test_report_of_any_shape_keeps_its_margins_and_its_signature_has_company(made: RankingReport) -> None:
    pdf = render_ranking_report(made)
    lines = pdfs.lines(pdf)
    for line in lines:
        assert line.right <= 277.3
    wide = {line.page for line in lines if line.right > 200}
    assert all(line.right <= 195.3 for line in lines if line.page not in wide)
    page = next(line.page for line in lines if line.text == "VỤ TRƯỞNG")
    closing = [line for line in lines if line.page == page and "trân trọng báo cáo" in line.text]
    assert len(closing) == 1
    assert all(pdfs.fonts(pdf).values())


def test_signature_block_that_reaches_the_page_end_moves_whole_with_the_closing_words() -> None:
    made = replace(country(18, 9, sections=3), receivers=tuple(f"Đơn vị nhận {n}" for n in range(12)))
    lines = pdfs.lines(render_ranking_report(made))
    block = [line for line in lines if line.text == "VỤ TRƯỞNG" or "Đơn vị nhận" in line.text]
    closing = next(line for line in lines if "trân trọng báo cáo" in line.text)
    assert len(block) == 13
    assert {line.page for line in block} == {closing.page}


def test_same_report_gives_the_same_bytes(national: RankingReport, pdf: bytes) -> None:
    assert render_ranking_report(national) == pdf
