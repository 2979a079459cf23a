from decimal import Decimal

import pytest

from emulation.documents.sheet_form import SheetForm, SheetLine, SheetSection, render_sheet_form
from emulation.domain.scoring import LineState
from tests.documents import pdfs


def form(lines: int = 6, **more: object) -> SheetForm:
    """A sheet of one section with `lines` scored lines, one that does not apply and one that nobody filled."""
    scored = [
        SheetLine(
            f"I.{n}",
            f"Tiêu chí số {n}",
            Decimal(4),
            "95/98 (96,94%)",
            "từ 95% = 4; từ 90% = 3",
            ("H1.I.1.01",),
            Decimal(4),
        )
        for n in range(1, lines + 1)
    ]
    others = [
        SheetLine("I.98", "Giáo dục dân tộc", Decimal(3), state=LineState.NOT_APPLICABLE),
        SheetLine("I.99", "Chưa ai điền", Decimal(2), state=LineState.UNSCORED),
    ]
    base, points = Decimal(4 * lines + 2), Decimal(4 * lines)
    section = SheetSection("I", "Lĩnh vực một", 2 * base, 2 * points, Decimal(2), (*scored, *others))
    values = {
        "unit": "Sở Giáo dục và Đào tạo tỉnh Vĩnh Phúc",
        "issuer": "SỞ GIÁO DỤC VÀ ĐÀO TẠO",
        "parent": "UBND TỈNH VĨNH PHÚC",
        "symbol": "SGDĐT-VP",
        "place": "Vĩnh Phúc",
        "school_year": "2021-2022",
        "criteria_title": "Bộ tiêu chí",
        "criteria_version": "2021-2022",
        "sections": (section,),
        "base": 2 * base,
        "earned": 2 * points,
        "core": Decimal("92.31"),
        "bonus_total": Decimal(0),
        "deductions_total": Decimal("0.5"),
        "total": Decimal("91.81"),
        "illustrative": True,
        "scale": Decimal(100),
        "bonus_cap": Decimal(5),
        "deductions": (SheetLine("P.1", "Báo cáo chậm", Decimal(1), "1 lần", "0,5 điểm mỗi lần", (), Decimal("0.5")),),
        "grade": "Hoàn thành xuất sắc",
    }
    return SheetForm(**{**values, **more})  # type: ignore[arg-type]


def test_sheet_shows_lines_sums_and_states() -> None:
    pdf = render_sheet_form(form())
    shown = " ".join(pdfs.rows(pdf))
    for words in (
        "PHIẾU TỰ CHẤM ĐIỂM THI ĐUA",
        "Số liệu minh họa",
        "I Lĩnh vực một 52,00 48,00 (hệ số 2)",
        "Không áp dụng: I.98. Chưa kê khai, tính 0 điểm: I.99.",
        "Quy về thang điểm 100 100,00 100 × 48,00 : 52,00 92,31",
        "Điểm thưởng (tối đa 5,00) Không có –",
        "Điểm trừ \u22120,50",
        "TỔNG ĐIỂM TỰ CHẤM Xếp loại: Hoàn thành xuất sắc 91,81",
        "KAD: không áp dụng.",
    ):
        assert words in shown
    assert "BẢN NHÁP" not in shown
    assert pdfs.is_clean(shown)


def test_unscored_line_shows_no_zero() -> None:
    assert "I.99 Chưa ai điền 2,00 Chưa kê khai – –" in pdfs.rows(render_sheet_form(form()))


def test_what_the_ministry_scores_is_no_gap_of_the_unit() -> None:
    ours = SheetLine("I.1", "Của đơn vị", Decimal(2), state=LineState.UNSCORED)
    theirs = SheetLine("I.2", "Của Bộ", Decimal(2), "Bộ chấm", state=LineState.UNSCORED, by_ministry=True)
    section = SheetSection("I", "Lĩnh vực", Decimal(4), Decimal(0), lines=(ours, theirs))
    shown = " ".join(pdfs.rows(render_sheet_form(form(sections=(section,)))))
    assert "Chưa kê khai, tính 0 điểm: I.1. Bộ chấm, tạm tính 0 điểm: I.2." in shown


def test_explanation_stands_small_under_the_figures() -> None:
    line = SheetLine(
        "I.1", "Tiêu chí", Decimal(4), "95 %", explanation="Theo báo cáo.\nĐã đối chiếu.", points=Decimal(4)
    )
    section = SheetSection("I", "Lĩnh vực", Decimal(4), Decimal(4), lines=(line,))
    lines = {line.text: line for line in pdfs.lines(render_sheet_form(form(sections=(section,))))}
    figures, first, second = lines["4,00 95 %"], lines["Theo báo cáo."], lines["Đã đối chiếu."]
    assert first.left == second.left < figures.right
    assert figures.bottom < first.bottom < second.bottom


def test_draft_is_marked_on_every_page() -> None:
    pdf = render_sheet_form(form(lines=40, draft=True))
    assert pdfs.pages(pdf) > 1
    assert all("BẢN NHÁP" in pdfs.text(pdf, page) for page in range(1, pdfs.pages(pdf) + 1))


def test_sheet_keeps_its_margins_fonts_and_page_numbers() -> None:
    pdf = render_sheet_form(form(lines=40, signer_name="Nguyễn Văn A"))
    lines = pdfs.lines(pdf)
    assert all(line.left >= 24.7 and line.right <= 277.3 for line in lines)
    assert all(pdfs.fonts(pdf).values())
    assert [line.text for line in lines if line.bottom < 22] == []  # the number stands at the foot, once


def test_signature_never_leaves_the_sums() -> None:
    for count in (4, 7, 12):
        pdf = render_sheet_form(form(lines=count))
        lines = pdfs.lines(pdf)
        signature = next(line.page for line in lines if line.text == "NGƯỜI LẬP PHIẾU")
        assert any(line.page == signature and "TỔNG ĐIỂM TỰ CHẤM" in line.text for line in lines), count


def test_sections_below_sections_are_shown_in_order() -> None:
    leaf = SheetLine("I.1.1", "Lá", Decimal(4), points=Decimal(3))
    inner = SheetSection("I.1", "Nhóm trong", Decimal(4), Decimal(3), lines=(leaf,))
    outer = SheetSection("I", "Lĩnh vực ngoài", Decimal(4), Decimal(3), sections=(inner,))
    shown = " ".join(pdfs.rows(render_sheet_form(form(sections=(outer,)))))
    assert shown.index("Lĩnh vực ngoài") < shown.index("Nhóm trong") < shown.index("I.1.1 Lá 4,00")


def test_same_sheet_gives_the_same_bytes() -> None:
    assert render_sheet_form(form()) == render_sheet_form(form())


@pytest.mark.parametrize("field", ["declared", "explanation"])
def test_long_text_goes_on_on_the_next_page_and_loses_nothing(field: str) -> None:
    reason = " ".join(f"lydo{n}" for n in range(400))
    long = SheetLine("I.1", "Tiêu chí", Decimal(4), state=LineState.NOT_APPLICABLE, **{field: reason})  # type: ignore[arg-type]
    pdf = render_sheet_form(form(sections=(SheetSection("I", "Lĩnh vực", Decimal(4), Decimal(0), lines=(long,)),)))
    pages = [pdfs.text(pdf, page) for page in range(1, pdfs.pages(pdf) + 1)]

    assert "lydo0" in pages[0]
    assert len(pages) < 6
    assert {word for page in pages for word in page.split() if word.startswith("lydo")} == set(reason.split())


def test_every_page_carries_the_fingerprint_and_its_number() -> None:
    pdf = render_sheet_form(form(lines=40, fingerprint="0123456789abcdef" * 4, unit="Sở " + "Giáo dục và Đào tạo " * 4))
    count = pdfs.pages(pdf)
    for page in range(1, count + 1):
        assert "0123456789abcdef" * 4 in pdfs.text(pdf, page)
        assert f"Trang {page}/{count}" in pdfs.text(pdf, page)
