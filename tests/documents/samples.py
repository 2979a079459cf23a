"""Reports and sheets of any size for the tests: plain figures made from their place, so that ties come on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from emulation.documents.ranking_report import RankingReport, ReportCluster, ReportGrade, ReportSection, ReportUnit
from emulation.domain.scoring import SectionScore

ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI"]
CODES = [*ROMAN, *(f"M{n}" for n in range(17, 51))]  # of sections
REAL_CLUSTERS = (5, 9, 10, 7, 7, 6, 7, 12)  # the sizes of 2020-2023
GRADES = (
    ReportGrade("Hoàn thành xuất sắc", Decimal(90)),
    ReportGrade("Hoàn thành tốt", Decimal(80)),
    ReportGrade("Hoàn thành", Decimal(50)),
    ReportGrade("Chưa hoàn thành", Decimal(0)),
)
LONG = "Sở Giáo dục, Khoa học và Công nghệ và Trung tâm Hỗ trợ phát triển giáo dục tỉnh Bà Rịa - Vũng Tàu"


def unit(name: str, total: str, *, section_count: int = 3, own: str | None = None, **more: object) -> ReportUnit:
    """A unit whose core is its total, spread over its sections; `own` is its self-scored total."""
    points = Decimal(total)
    each = (points / section_count).quantize(Decimal("0.01"))
    parts = [each] * (section_count - 1) + [points - each * (section_count - 1)]
    scores = tuple(SectionScore(CODES[i], part, Decimal(40)) for i, part in enumerate(parts))
    made = ReportUnit(
        name=name,
        sections=scores,
        core=points,
        bonus=Decimal(0),
        deductions=Decimal(0),
        total=points,
        self_total=None if own is None else Decimal(own),
        grade=next(grade.name for grade in GRADES if points >= grade.start),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def report(groups: Sequence[Sequence[ReportUnit]], **more: object) -> RankingReport:
    """A report of these clusters, ranked by total; excluded units get no rank."""
    totals = [each.total for group in groups for each in group if each.excluded is None]

    def placed(each: ReportUnit, group: Sequence[ReportUnit]) -> ReportUnit:
        if each.excluded is not None:
            return each
        near = [other.total for other in group if other.excluded is None]
        return replace(
            each,
            rank_in_cluster=1 + sum(other > each.total for other in near),
            rank_overall=1 + sum(other > each.total for other in totals),
        )

    codes = [score.code for score in groups[0][0].sections]
    made = RankingReport(
        school_year="2021-2022",
        criteria_title="Bộ tiêu chí đánh giá thi đua khối các Sở GDĐT năm học 2021-2022",
        criteria_version="2021-2022",
        criteria_illustrative=False,
        criteria_sha256="c" * 64,
        sections=tuple(ReportSection(code, f"Nội dung {code}", Decimal(40)) for code in codes),
        clusters=tuple(
            ReportCluster(f"Cụm thi đua số {n}", f"Cụm {n}", tuple(placed(each, group) for each in group))
            for n, group in enumerate(groups, 1)
        ),
        sealed_hash="0123456789abcdef" * 4,
        illustrative=True,
        scale=Decimal(100),
        grades=GRADES,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def country(units: int, clusters: int, *, sections: int = 6, name: str = "Tỉnh số {}") -> RankingReport:
    """`units` units dealt to `clusters` clusters: totals from 70 to 99 in quarters, self-scores a little above."""
    return _dealt([len(range(first, units, clusters)) for first in range(clusters)], sections, name)


def sixty_three() -> RankingReport:
    """63 units in clusters of the real sizes."""
    return _dealt(REAL_CLUSTERS, 6, "Tỉnh số {}")


def _dealt(sizes: Sequence[int], sections: int, name: str) -> RankingReport:
    groups: list[list[ReportUnit]] = []
    n = 0
    for size in sizes:
        group = []
        for _ in range(size):
            total = Decimal(99) - Decimal(n * 29 % 117) / 4
            own = str(total + Decimal(n % 5) / 4)
            n += 1
            group.append(unit(name.format(n), str(total), section_count=sections, own=own))
        groups.append(group)
    return report(groups)
