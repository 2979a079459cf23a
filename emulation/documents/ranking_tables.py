"""The tables of the ranking report: the summary by cluster, and the wide ranking table fitted to its page."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from emulation.documents.fonts import Face, width_mm
from emulation.documents.ranking_sentences import mean
from emulation.documents.typesetting import points, taken
from emulation.words import figure

if TYPE_CHECKING:
    from emulation.documents.ranking_report import RankingReport, ReportCluster, ReportUnit

MEASURE = 257.0  # mm between the margins of the landscape annex
SIZES = (10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5)  # pt, the largest that fits is taken
SMALL_SIZES = (8.0, 7.5, 7.0)  # where a long grade takes two lines
PADDING = 2.4  # mm, both sides of a cell
NARROW_PADDING, LEAST_PADDING = 1.8, 1.3  # mm, where the sections are many
NARROWEST_NAME, BROADEST_NAME = 26.0, 62.0  # mm
GRADE_GAP = 2.0  # mm more before the grade, which is not a figure
COMFORTABLE_NAME = 46.0  # mm; what is left beyond goes to all other columns


# The ways to set the table, best first: letters in pt, padding of the cells in mm, whether a grade stays on one line.
_WAYS = [
    *((pt, padding, True) for pt in SIZES for padding in (PADDING, NARROW_PADDING)),
    *((pt, padding, False) for padding in (NARROW_PADDING, LEAST_PADDING) for pt in SMALL_SIZES),
]


@dataclass(frozen=True)
class SummaryRow:
    """One line of the summary: a cluster, or all of them."""

    label: str
    units: int
    ranked: int
    mean: Decimal | None
    highest: Decimal | None
    lowest: Decimal | None
    grades: tuple[int, ...]
    leaders: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """The rows, the total row, and the grades that occur."""

    grades: tuple[str, ...]
    rows: tuple[SummaryRow, ...]
    total: SummaryRow | None

    @property
    def longest_leader(self) -> int:
        """Letters of the longest leader's name, which decides how broad its column must be."""
        return max((len(name) for row in self.rows for name in row.leaders), default=0)


@dataclass(frozen=True)
class Row:
    """One unit of the ranking table, in words and figures as printed."""

    unit: ReportUnit
    rank: str
    tied: bool
    sections: tuple[str, ...]
    core: str
    bonus: str
    deductions: str
    total: str
    self_total: str
    overall: str


@dataclass(frozen=True)
class Table:
    """The ranking table with the sizes that make it fit: widths in mm, letters in pt."""

    pt: float
    padding: float
    widths: dict[str, float]
    show_sections: bool
    show_core: bool
    show_grade: bool
    clusters: tuple[tuple[ReportCluster, str, tuple[Row, ...]], ...]

    @property
    def columns(self) -> int:
        return (
            7 + self.show_core + self.show_grade + (len(self.clusters[0][2][0].sections) if self.show_sections else 0)
        )


def summary(report: RankingReport) -> Summary:
    """Count, mean, highest, lowest, grades and leaders of each cluster, then of all."""
    occurring = Counter(unit.grade for unit in report.ranked)
    grades = tuple(grade.name for grade in report.grades if occurring[grade.name])

    def row(label: str, units: Sequence[ReportUnit], leaders: Sequence[ReportUnit]) -> SummaryRow:
        ranked = [unit for unit in units if unit.ranked]
        totals = [unit.total for unit in ranked]
        numbers = Counter(unit.grade for unit in ranked)
        return SummaryRow(
            label=label,
            units=len(units),
            ranked=len(ranked),
            mean=mean(totals, report.precision) if totals else None,
            highest=max(totals, default=None),
            lowest=min(totals, default=None),
            grades=tuple(numbers[grade] for grade in grades),
            leaders=tuple(unit.name for unit in leaders),
        )

    rows = tuple(row(cluster.label, cluster.in_order, cluster.leaders) for cluster in report.clusters)
    total = row("Cả nước", report.units, ()) if len(rows) > 1 else None
    return Summary(grades, rows, total)


def lay_out(report: RankingReport) -> Table:
    """The ranking table at the largest size at which it fits the width of the page.

    A unit's name and its grade may take more than one line; figures never do. Should the sections be so many that even
    the smallest size is too wide, the table is printed without them and says so.
    """
    places = report.precision
    show_core = any(unit.core != sum((score.earned for score in unit.sections), Decimal(0)) for unit in report.ranked)
    clusters = tuple(
        (cluster, _mean_of(cluster, places), tuple(_row(unit, cluster, places) for unit in cluster.in_order))
        for cluster in report.clusters
    )
    rows = [row for _, _, group in clusters for row in group if row.unit.excluded is None]
    show_grade = bool(report.grades)
    for show_sections, (pt, padding, whole_grade) in itertools.product((True, False), _WAYS):
        widths = _widths(report, rows, pt, padding, whole_grade=whole_grade)
        if not show_sections:
            widths = {key: width for key, width in widths.items() if not key.startswith("section")}
        if not show_core:
            del widths["core"]
        if not show_grade:
            del widths["grade"]
        name = MEASURE - sum(widths.values())
        needed = _name_width(rows, pt, padding)
        if name >= needed:
            break
    spare = max(0.0, name - max(needed, COMFORTABLE_NAME)) / len(widths)
    widths = {key: width + spare for key, width in widths.items()}
    widths["name"] = MEASURE - sum(widths.values())
    return Table(pt, padding, widths, show_sections, show_core, show_grade, clusters)


def _mean_of(cluster: ReportCluster, places: int) -> str:
    totals = [unit.total for unit in cluster.ranked]
    return points(mean(totals, places), places) if totals else ""


def _row(unit: ReportUnit, cluster: ReportCluster, places: int) -> Row:
    tied = unit.ranked and sum(other.rank_in_cluster == unit.rank_in_cluster for other in cluster.ranked) > 1
    return Row(
        unit=unit,
        rank=str(unit.rank_in_cluster) if unit.ranked else "–",
        tied=tied,
        sections=tuple(points(score.earned if score.base else None, places) for score in unit.sections),
        core=points(unit.core, places),
        bonus=points(unit.bonus or None, places),
        deductions=taken(unit.deductions, places),
        total=points(unit.total, places),
        self_total=points(unit.self_total, places),
        overall=str(unit.rank_overall) if unit.ranked and unit.rank_overall else "–",
    )


def _widths(
    report: RankingReport, rows: Sequence[Row], pt: float, padding: float, *, whole_grade: bool
) -> dict[str, float]:
    """The width in mm that each column of figures needs at `pt`, by the widest of its cells and of its head's words."""

    def column(cells: Sequence[str], head: str) -> float:
        figures = max((width_mm(cell, Face.BOLD, pt) for cell in cells), default=0.0)
        words = max(width_mm(word, Face.BOLD, pt - 1) for word in head.split())
        return max(figures, words) + padding

    widths = {"rank": column([f"{row.rank} =" for row in rows], "Hạng trong cụm")}
    cells = [cell for row in rows for cell in row.sections]
    codes = " ".join(section.code for section in report.sections)
    maxima = [figure(section.maximum) for section in report.sections]
    section_width = column([*cells, *maxima], codes)
    widths |= {f"section{index}": section_width for index in range(len(report.sections))}
    widths["core"] = column([row.core for row in rows], "Điểm tiêu chí")
    widths["bonus"] = column([row.bonus for row in rows], "Điểm thưởng")
    widths["deductions"] = column([row.deductions for row in rows], "Điểm trừ")
    widths["total"] = column([row.total for row in rows], "Tổng điểm")
    widths["self"] = column([row.self_total for row in rows], "Điểm tự chấm")
    widths["overall"] = column([row.overall for row in rows], "Hạng toàn quốc")
    grades = {row.unit.grade or "" for row in rows}
    parts = grades if whole_grade else {part for grade in grades for part in _halves(grade)}
    broadest = max((width_mm(part, Face.BOLD, pt) for part in parts), default=0.0)
    widths["grade"] = max(broadest, width_mm("Xếp loại", Face.BOLD, pt - 1)) + padding + GRADE_GAP
    return widths


def _halves(text: str) -> tuple[str, str]:
    """A text broken in two at the blank nearest its middle."""
    blanks = [i for i, character in enumerate(text) if character == " "]
    if not blanks:
        return text, ""
    middle = min(blanks, key=lambda i: abs(i - len(text) / 2))
    return text[:middle], text[middle + 1 :]


def _name_width(rows: Sequence[Row], pt: float, padding: float) -> float:
    """What the names need: whole if they are short; long ones may take several lines, but no word is broken."""
    names = [row.unit.name for row in rows]
    whole = max((width_mm(name, Face.BOLD, pt) for name in names), default=0.0) + padding + 2
    words = max((width_mm(word, Face.BOLD, pt) for name in names for word in name.split()), default=0.0)
    return max(NARROWEST_NAME, words + padding + 2, min(whole, BROADEST_NAME))
