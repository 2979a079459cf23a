"""The lean report as PDF and as a workbook: parts, margins, labels, and whatever a round may hold."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from emulation.documents.lean_plots import keep_plot
from emulation.documents.lean_report import LeanPaper, render_lean_report
from emulation.documents.lean_tables import item_groups, keep_row, megabytes, percent, shown
from emulation.documents.lean_xlsx import lean_xlsx
from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.lean import LeanReport, lean_report
from emulation.domain.lean_ranks import LeanUnit
from emulation.domain.scoring import Scorer
from tests.documents import pdfs

HASH = "0123456789abcdef" * 4
TITLE = "Tỷ lệ học sinh dân tộc thiểu số, miền núi được hỗ trợ khi không thể học trực tuyến"


def criteria_of(core: int, *, title: str = TITLE, status: str = "illustrative", source: str = "") -> CriteriaSet:
    """So many criteria of ten points, every third with evidence."""
    lines = [
        'set: thu\nversion: "1"\ntitle: Bộ tiêu chí thử',
        f"status: {status}\nscale: 100\nsections:\n  - code: I\n    title: Một\n    criteria:",
    ]
    lines += [
        f'      - {{code: I.{i}, title: "{title}", max: 10, source: "{source}", '
        f"evidence: {{required: {str(i % 3 == 0).lower()}}}, rule: {{kind: judged, step: 0.25}}}}"
        for i in range(core)
    ]
    lines.append("bonus:\n  - {code: TH.1, title: Sáng kiến, max: 2, rule: {kind: count, each: 0.5}}")
    return load("\n".join(lines) + "\n")


def report_of(
    core: int, units: int, *, points: Callable[[int, int], int] | None = None, costs: bool = False, **more: str
) -> LeanReport:
    """A round of so many units in two clusters; `points(unit, criterion)` are quarters of a point, 0..40."""
    criteria = criteria_of(core, **more)
    scorer = Scorer(criteria)
    rule = points or (lambda unit, leaf: (unit * (7 + leaf) + 3 * leaf) % 41)
    made = []
    for unit in range(units):
        score = scorer.score_points({f"I.{i}": Decimal(rule(unit, i)) / 4 for i in range(core)})
        made.append(
            LeanUnit(
                code=f"{unit:02d}",
                name=f"Tỉnh {unit}",
                cluster=str(unit % 2 + 1),
                lines=score.line_units,
                states=score.states,
                declared=score.line_units if costs else None,
                files={"I.0": (2, 3_000_000)} if costs else None,
            )
        )
    return lean_report(criteria, made)


def flat(unit: int, leaf: int) -> int:
    """The first criterion parts the units, its copy too, all others are at the maximum."""
    return unit if leaf < 2 else 40


@pytest.fixture(scope="module")
def paper() -> LeanPaper:
    return LeanPaper(report_of(31, 20, costs=True), school_year="2021-2022", sealed_hash=HASH, illustrative=True)


@pytest.fixture(scope="module")
def pdf(paper: LeanPaper) -> bytes:
    return render_lean_report(paper)


def test_report_has_the_parts_of_the_decree(pdf: bytes) -> None:
    first, whole = pdfs.text(pdf, 1), pdfs.text(pdf)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "VỤ THI ĐUA - KHEN THƯỞNG",
        "BÁO CÁO",
        "Rà soát bộ tiêu chí thi đua theo kết quả năm học 2021-2022",
        "I. KẾT LUẬN",
    ):
        assert words in first
    for words in ("Hình 1.", "CÁCH ĐỌC", "Nơi nhận:", "Lưu: VT, TĐKT.", "Phụ lục I", "Phụ lục II", "Tệp đã"):
        assert words in whole


def test_first_page_holds_the_three_sentences(paper: LeanPaper, pdf: bytes) -> None:
    first = pdfs.text(pdf, 1)
    assert "1. Theo kết quả của 20 đơn vị, " in first
    assert "3. Lý do: " in first


def test_every_criterion_and_every_k_stand_in_the_annexes(paper: LeanPaper, pdf: bytes) -> None:
    rows = pdfs.rows(pdf)
    for code in paper.report.by_code:
        assert any(row.startswith(f"{code} ") for row in rows), code
    steps = [found[1] for row in rows if (found := re.match(r"(\d+) \u2212?\d,\d\d \d/2 \d", row))]
    assert steps == [str(k) for k in range(31, 0, -1)]


def test_hash_is_short_on_every_page_and_whole_once_and_figures_are_labelled(pdf: bytes) -> None:
    for page in range(1, pdfs.pages(pdf) + 1):
        assert "Kết quả niêm phong SHA-256: 0123 4567 89ab cdef" in pdfs.text(pdf, page)
        assert "Số liệu minh họa" in pdfs.text(pdf, page)
    assert pdfs.text(pdf).count(HASH) == 1


def test_text_is_clean_and_nothing_leaves_the_margins(pdf: bytes) -> None:
    assert pdfs.is_clean(pdfs.text(pdf))
    wide = {line.page for line in pdfs.lines(pdf) if line.right > 200}
    for line in pdfs.lines(pdf):
        left, right = (20, 277) if line.page in wide else (30, 195)
        assert line.left >= left - 0.5, line
        assert line.right <= right + 0.5, line


def test_report_from_files_says_so_and_an_official_set_is_no_example() -> None:
    shown_text = pdfs.text(render_lean_report(LeanPaper(report_of(3, 4, status="official"))))
    assert "Tính từ tệp phiếu chấm điểm, không phải kết quả đã niêm phong" in shown_text
    assert "Rà soát bộ tiêu chí thu phiên bản 1" in shown_text
    assert "minh họa" not in shown_text
    assert "Tệp đã nộp" not in shown_text


@pytest.mark.parametrize(
    "make",
    [
        lambda: report_of(1, 0),
        lambda: report_of(1, 1),
        lambda: report_of(2, 12, points=flat),
        lambda: report_of(120, 11),
        lambda: report_of(5, 12, points=lambda unit, leaf: 40),
        lambda: report_of(4, 12, source="Cơ sở dữ liệu ngành", costs=True),
        lambda: report_of(3, 12, title="<b>A</b> & B"),
    ],
    ids=["nobody", "one unit", "copies", "120 criteria", "all equal", "automated", "markup"],
)
def test_whatever_a_round_holds_can_be_printed(make: Callable[[], LeanReport]) -> None:
    pdf = render_lean_report(LeanPaper(make()))
    shown_text = pdfs.text(pdf)
    assert pdfs.is_clean(shown_text)
    assert "Phụ lục II" in shown_text
    for line in pdfs.lines(pdf):
        assert line.right <= 277.5, line


def test_candidates_are_printed_with_their_reasons() -> None:
    report = report_of(5, 12, points=flat)
    shown_text = pdfs.text(render_lean_report(LeanPaper(report)))
    assert "Bảng 1. Tiêu chí có thể bỏ, gộp hoặc lấy tự động" in shown_text
    assert "Mọi đơn vị được chấm đều bằng điểm nhau." in shown_text


def test_markup_in_a_title_is_printed_as_text() -> None:
    assert "<b>A</b> & B" in pdfs.text(render_lean_report(LeanPaper(report_of(3, 12, title="<b>A</b> & B"))))


def test_same_values_give_the_same_bytes(paper: LeanPaper, pdf: bytes) -> None:
    assert render_lean_report(paper) == pdf


def test_chart_needs_two_rows() -> None:
    assert keep_plot(report_of(1, 12)) is None
    assert keep_plot(report_of(3, 2)) is None
    drawing = keep_plot(report_of(5, 12, points=flat))
    assert drawing is not None
    assert drawing.svg.count("<circle") == 10  # a dot of each kind for each k
    assert "đề xuất: giữ 1" in drawing.svg


def test_figures_have_a_comma_and_a_dash_where_there_are_none() -> None:
    assert [shown(value) for value in (None, 0.125, -0.5, 0.0)] == ["–", "0,13", "−0,50", "0,00"]
    assert [percent(value) for value in (None, 0.8765, 1.0)] == ["–", "87,7", "100,0"]
    assert [megabytes(size) for size in (0, 1, 1_572_864)] == ["–", "0,1", "1,5"]


def test_rows_are_as_printed() -> None:
    report = report_of(5, 12, points=flat, costs=True)
    (_, core), (_, bonus) = item_groups(report)

    assert core[2].cells == ("12", "100,0", "0,0", "100,0", "0,0", "–", "0,00", "0", "–", "–")
    assert core[0].spent == ("24", "34,3", "0,0", "0,0", "0,0")
    assert (core[2].action, bonus[0].code, bonus[0].action) == ("Có thể bỏ", "TH.1", "Có thể bỏ")
    assert keep_row(report, report.keep[-1]) == ("5", "1,00", "2/2", "0,00", "–")
    assert keep_row(report, report.keep[0])[4].startswith("I.")


# ---- the workbook ----


def test_workbook_holds_numbers_and_labels() -> None:
    report = report_of(5, 12, points=flat, costs=True)
    book = load_workbook(io.BytesIO(lean_xlsx(report, title="Rà soát", sealed_hash=HASH, illustrative=True)))

    assert book.sheetnames == ["Đề xuất", "Tiêu chí", "Giữ k tiêu chí", "Nhóm trùng"]
    assert [book["Đề xuất"][f"A{row}"].value for row in (1, 2)] == [
        "Rà soát",
        f"Kết quả đã công bố, SHA-256: {HASH}",
    ]
    assert str(book["Đề xuất"]["A3"].value).endswith("Số liệu minh họa.")
    rows = list(book["Tiêu chí"].iter_rows(values_only=True))
    assert rows[0][13:] == (
        "Đề xuất",
        "Tệp đã nộp",
        "Dung lượng (byte)",
        "Lấy từ số liệu có sẵn",
        "Chính thức trừ tự chấm",
        "Có giải trình",
    )
    assert rows[3][1:9] == ("I.2", TITLE, 12, 1, 0, 1, 0, None)
    assert [row[0] for row in book["Giữ k tiêu chí"].iter_rows(min_row=2, values_only=True)] == [5, 4, 3, 2, 1]
    assert list(book["Nhóm trùng"].iter_rows(min_row=2, values_only=True)) == [("I.0, I.1", 1)]


def test_no_cell_begins_a_formula() -> None:
    report = report_of(2, 12, points=flat, title="=HYPERLINK(1)", source="@Cơ sở dữ liệu ngành")
    book = load_workbook(io.BytesIO(lean_xlsx(report)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]

    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert not [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@")) or cell.data_type == "f"]
