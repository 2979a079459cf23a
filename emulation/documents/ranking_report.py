"""Báo cáo kết quả xếp hạng: the report with its two annexes, laid out by Nghị định 30/2020/NĐ-CP, as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from emulation.documents import ranking_plots, ranking_sentences, ranking_tables
from emulation.documents.pdf import named_stylesheet, write_pdf
from emulation.documents.typesetting import Letterhead, Signature, fill, short_hash
from emulation.domain.scoring import SectionScore

STYLES = ("fonts.css", "base.css", "ranking_report.css")


@dataclass(frozen=True)
class ReportSection:
    """A top section of the criteria set: its maximum with the coefficient included."""

    code: str
    title: str
    maximum: Decimal


@dataclass(frozen=True)
class ReportGrade:
    """Xếp loại: its name and the total from which it is given (included)."""

    name: str
    start: Decimal


@dataclass(frozen=True)
class ReportUnit:
    """One unit's outcome. An excluded unit has its ground and no ranks; its other figures are not printed."""

    name: str  # short: "Hà Nội"
    sections: tuple[SectionScore, ...]  # in the order of the report's sections
    core: Decimal
    bonus: Decimal
    deductions: Decimal  # positive
    total: Decimal
    self_total: Decimal | None = None
    grade: str | None = None
    rank_in_cluster: int | None = None
    rank_overall: int | None = None
    excluded: str | None = None
    awards: tuple[str, ...] = ()
    note: str = ""  # printed once below the table, with a raised number at the name

    @property
    def ranked(self) -> bool:
        return self.excluded is None and self.rank_in_cluster is not None


@dataclass(frozen=True)
class ReportCluster:
    """Cụm thi đua with its units, in any order."""

    name: str  # "Cụm thi đua số 1"
    label: str  # "Cụm 1": in tables and sentences
    units: tuple[ReportUnit, ...]

    @cached_property
    def in_order(self) -> tuple[ReportUnit, ...]:
        """By rank, equals as given; then those without a rank, the excluded last."""
        return tuple(
            sorted(
                self.units,
                key=lambda unit: (unit.excluded is not None, not unit.ranked, unit.rank_in_cluster or 0),
            )
        )

    @cached_property
    def ranked(self) -> tuple[ReportUnit, ...]:
        return tuple(unit for unit in self.in_order if unit.ranked)

    @cached_property
    def leaders(self) -> tuple[ReportUnit, ...]:
        return tuple(unit for unit in self.ranked if unit.rank_in_cluster == 1)


@dataclass(frozen=True)
class RankingReport:
    """Everything the report says. Number and date stay blank for the clerk; sentences are derived from the figures.

    `sealed_hash` is the SHA-256 of the sealed result; None marks every page as provisional (tạm tính).
    """

    school_year: str  # "2021-2022"
    criteria_title: str
    criteria_version: str
    criteria_illustrative: bool
    criteria_sha256: str
    sections: tuple[ReportSection, ...]
    clusters: tuple[ReportCluster, ...]
    sealed_hash: str | None
    illustrative: bool
    scale: Decimal | None = None
    precision: int = 2
    grades: tuple[ReportGrade, ...] = ()
    block: str = "khối các Sở Giáo dục và Đào tạo"
    ministry: str = "Bộ Giáo dục và Đào tạo"
    department: str = "Vụ Thi đua - Khen thưởng"
    symbol: str = "BC-TĐKT"
    place: str = "Hà Nội"
    signature: Signature = field(default_factory=lambda: Signature(("VỤ TRƯỞNG",)))
    receivers: tuple[str, ...] = ("Bộ trưởng (để báo cáo)", "Các Thứ trưởng (để báo cáo)", "Lưu: VT, TĐKT")
    footnotes: tuple[str, ...] = ()

    @cached_property
    def units(self) -> tuple[ReportUnit, ...]:
        return tuple(unit for cluster in self.clusters for unit in cluster.in_order)

    @cached_property
    def ranked(self) -> tuple[ReportUnit, ...]:
        """By overall rank, equals in the order of the clusters."""
        ranked = (unit for unit in self.units if unit.ranked)
        return tuple(sorted(ranked, key=lambda unit: unit.rank_overall or 0))

    @property
    def compared(self) -> bool:
        """Whether any ranked unit has a self-scored total to compare with."""
        return any(unit.self_total is not None for unit in self.ranked)

    @cached_property
    def excluded(self) -> tuple[ReportUnit, ...]:
        return tuple(unit for unit in self.units if unit.excluded is not None)


def render_ranking_report(report: RankingReport) -> bytes:
    """The report as PDF: the text with the summary by cluster, annex I the ranking table, annex II the dot plot."""
    if report.sealed_hash:
        seal = f"Kết quả niêm phong SHA-256: {short_hash(report.sealed_hash)}"
    else:
        seal = "Kết quả tạm tính, chưa niêm phong"
    drawings = {f"dots{number}": drawing for number, drawing in enumerate(ranking_plots.dot_plots(report))}
    if len(report.ranked) > 1:
        drawings["strips"] = ranking_plots.strip_plot(report)
    html = fill(
        "ranking_report.html",
        report=report,
        letterhead=Letterhead(
            issuer=report.department.upper(),
            parent=report.ministry.upper(),
            symbol=report.symbol,
            place=report.place,
        ),
        seal=seal,
        text=ranking_sentences.write(report),
        summary=ranking_tables.summary(report),
        table=ranking_tables.lay_out(report),
        strips=drawings.get("strips"),
        dots={name: drawing for name, drawing in drawings.items() if name != "strips"},
        notes=_notes(report.units),
    )
    styles = [named_stylesheet(name) for name in STYLES]
    return write_pdf(html, styles, drawings={name: drawing.svg for name, drawing in drawings.items()})


def _notes(units: Sequence[ReportUnit]) -> dict[str, int]:
    """The notes of the units, each once, with its number."""
    notes = dict.fromkeys(unit.note for unit in units if unit.note)
    return {note: number for number, note in enumerate(notes, 1)}
