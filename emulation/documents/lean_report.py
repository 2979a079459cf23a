"""Báo cáo rà soát bộ tiêu chí: the lean report laid out by Nghị định 30/2020/NĐ-CP, as PDF."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulation.documents.fonts import Face, width_mm
from emulation.documents.lean_plots import keep_plot
from emulation.documents.lean_tables import item_groups, keep_row
from emulation.documents.pdf import named_stylesheet, write_pdf
from emulation.documents.typesetting import Letterhead, Signature, fill, short_hash
from emulation.domain.lean import LeanReport
from emulation.domain.lean_candidates import ACTION_NAMES, CEILING, FAITHFUL, FEWEST_UNITS, SAME, as_figure, as_percent
from emulation.domain.lean_words import summary

STYLES = ("fonts.css", "base.css", "lean_report.css")


@dataclass(frozen=True)
class LeanPaper:
    """What the printed report says beyond the figures. Number and date stay blank for the clerk.

    `school_year` is empty and `sealed_hash` None for a report from files. `illustrative`: None follows the set.
    """

    report: LeanReport
    school_year: str = ""
    sealed_hash: str | None = None
    illustrative: bool | None = None
    ministry: str = "Bộ Giáo dục và Đào tạo"
    department: str = "Vụ Thi đua - Khen thưởng"
    symbol: str = "BC-TĐKT"
    place: str = "Hà Nội"
    signature: Signature = field(default_factory=lambda: Signature(("VỤ TRƯỞNG",)))
    receivers: tuple[str, ...] = ("Bộ trưởng (để báo cáo)", "Các Thứ trưởng (để báo cáo)", "Lưu: VT, TĐKT")

    @property
    def is_example(self) -> bool:
        """Whether the set or the figures are illustrative: said on every page."""
        return self.report.criteria.status == "illustrative" if self.illustrative is None else self.illustrative

    @property
    def title(self) -> str:
        """What the report is about, in one line."""
        if self.school_year:
            return f"Rà soát bộ tiêu chí thi đua theo kết quả năm học {self.school_year}"
        return f"Rà soát bộ tiêu chí {self.report.criteria.set} phiên bản {self.report.criteria.version}"


def render_lean_report(paper: LeanPaper) -> bytes:
    """The report as PDF: conclusion, candidates, how many to keep, then all criteria and all k as annexes."""
    report = paper.report
    if paper.sealed_hash:
        seal = f"Kết quả niêm phong SHA-256: {short_hash(paper.sealed_hash)}"
    else:
        seal = "Tính từ tệp phiếu chấm điểm, không phải kết quả đã niêm phong"
    plot = keep_plot(report)
    html = fill(
        "lean_report.html",
        paper=paper,
        report=report,
        letterhead=Letterhead(
            issuer=paper.department.upper(), parent=paper.ministry.upper(), symbol=paper.symbol, place=paper.place
        ),
        seal=seal,
        summary=[str(sentence) for sentence in summary(report)],
        candidates=[
            (
                one.code,
                report.by_code[one.code].criterion.title,
                ACTION_NAMES[one.action],
                [str(reason) for reason in one.reasons],
            )
            for one in report.candidates
        ],
        items=item_groups(report),
        spent=any(item.cost is not None for item in report.items),
        keep=[keep_row(report, row) for row in reversed(report.keep)],
        code_mm=round(max(width_mm(code, Face.BOLD, 9) for code in report.by_code) + 1.5, 1),
        plot=plot,
        fewest=FEWEST_UNITS,
        ceiling=as_percent(CEILING, 0),
        same=as_figure(SAME, 2),
        faithful=as_figure(FAITHFUL, 2),
    )
    styles = [named_stylesheet(name) for name in STYLES]
    return write_pdf(html, styles, drawings={"keep": plot.svg} if plot else {})
