"""What the ranking report says in words: assessments derived from the figures, correct for every case they can take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from emulation.documents.typesetting import count, glue, listed
from emulation.domain.numbers import rounded
from emulation.words import figure

if TYPE_CHECKING:
    from emulation.documents.ranking_report import RankingReport, ReportSection, ReportUnit

MOST_NAMES = 4  # in brackets after a figure; more are counted instead
LONGEST_WHOLE_NAME = 24  # letters
EVEN = Decimal(1)  # percentage points: sections closer than this are not told apart


@dataclass(frozen=True)
class Text:
    """The paragraphs of the report by chapter, without their numbers."""

    opening: str
    assessment: list[str]
    by_cluster: list[str]
    proposals: list[str]


def write(report: RankingReport) -> Text:
    """All sentences of the report."""
    assessment = [_scope(report)]
    if report.excluded:
        assessment.append(_exclusions(report))
    if (sections := section_shares(report)) and len(sections) > 1:
        assessment.append(_sections(sections))
    assessment += _self_scores(report)
    by_cluster = [_where_to_look(report), _ties(report) + _double_firsts(report)] if report.ranked else []
    return Text(_opening(report), assessment, [part for part in by_cluster if part], _proposals(report))


def mean(totals: Sequence[Decimal], places: int) -> Decimal:
    """The mean, rounded once."""
    return rounded(sum(totals, Decimal(0)) / len(totals), places)


def section_shares(report: RankingReport) -> list[tuple[ReportSection, Decimal]]:
    """For each section that applies to anybody, the points of all ranked units as a percentage of what was possible."""
    shares = []
    for index, section in enumerate(report.sections):
        scores = [unit.sections[index] for unit in report.ranked]
        possible = sum((score.base for score in scores), Decimal(0))
        if possible:
            earned = sum((score.earned for score in scores), Decimal(0))
            shares.append((section, 100 * earned / possible))
    return shares


def _name(unit: ReportUnit) -> str:
    """A short name never breaks; a long one must be able to."""
    return glue(unit.name) if len(unit.name) <= LONGEST_WHOLE_NAME else unit.name


def _names(units: Sequence[ReportUnit]) -> str:
    """Units in brackets after a figure, or how many they are; nothing for a single unit of all."""
    if len(units) <= MOST_NAMES:
        return f" ({listed([_name(unit) for unit in units])})"
    return f" ({len(units)} đơn vị)"


def _opening(report: RankingReport) -> str:
    provisional = "" if report.sealed_hash else " tạm tính"
    return (
        f"Thực hiện hướng dẫn của {report.ministry} về tổ chức hoạt động cụm thi đua và bình xét thi đua "
        f"{report.block} năm học {report.school_year}, {report.department} báo cáo kết quả xếp hạng{provisional} "
        "như sau:"
    )


def _scope(report: RankingReport) -> str:
    """How many, by which criteria, mean, best, lowest, grades."""
    sentences = []
    where = _lower(report.clusters[0].name) if len(report.clusters) == 1 else f"{len(report.clusters)} cụm thi đua"
    version = f"phiên bản {report.criteria_version}"
    if report.criteria_illustrative:
        version += ", bộ tiêu chí minh họa"
    ranked = report.ranked
    who = "Toàn bộ" if len(ranked) == len(report.units) > 1 else "Có"
    units = f"{len(report.units):02d} đơn vị" if len(report.units) < 10 else f"{len(report.units)} đơn vị"
    sentence = f"{who} {units} thuộc {where} được đánh giá theo {report.criteria_title} ({version})"
    if len(ranked) != len(report.units):
        sentence += f"; {_counted(len(ranked))} được xếp hạng" if ranked else "; không đơn vị nào được xếp hạng"
    sentences.append(sentence + ".")
    if ranked:
        sentences.append(_totals(report))
    if ranked and report.grades:
        sentences.append(_grades(report))
    if not report.excluded:
        sentences.append("Không có đơn vị thuộc diện loại trừ.")
    return " ".join(sentences)


def _counted(number: int) -> str:
    return f"{count(number)} đơn vị"


def _totals(report: RankingReport) -> str:
    ranked = report.ranked
    totals = [unit.total for unit in ranked]
    scale = f" trên thang điểm {figure(report.scale)}" if report.scale is not None else ""

    def shown(value: Decimal) -> str:
        return figure(value, places=report.precision)

    if len(ranked) == 1:
        return f"Tổng điểm của {_name(ranked[0])} là {shown(totals[0])}{scale}."
    highest, lowest = max(totals), min(totals)
    if highest == lowest:
        return f"Các đơn vị được xếp hạng có cùng tổng điểm {shown(highest)}{scale}."
    best = [unit for unit in ranked if unit.total == highest]
    last = [unit for unit in ranked if unit.total == lowest]
    return (
        f"Điểm trung bình là {shown(mean(totals, report.precision))}{scale}; "
        f"cao nhất {shown(highest)}{_names(best)}, thấp nhất {shown(lowest)}{_names(last)}."
    )


def _grades(report: RankingReport) -> str:
    numbers = Counter(unit.grade for unit in report.ranked)
    parts = [f"{_counted(numbers[grade.name])} xếp loại {grade.name}" for grade in report.grades if numbers[grade.name]]
    if len(report.ranked) == 1 and parts:
        return f"Đơn vị xếp loại {report.ranked[0].grade}."
    if len(parts) == 1 and numbers[report.ranked[0].grade] == len(report.ranked):
        return f"Tất cả các đơn vị được xếp hạng đều xếp loại {report.ranked[0].grade}."
    if not parts:
        return "Không có đơn vị nào được xếp loại."
    return f"Có {listed(parts)}."


def _exclusions(report: RankingReport) -> str:
    grounds = "; ".join(f"{_name(unit)} ({_lower(unit.excluded or '')})" for unit in report.excluded)
    number = _counted(len(report.excluded))
    return f"Có {number} thuộc diện loại trừ, không được xếp hạng và không xét khen thưởng: {grounds}."


def _lower(text: str) -> str:
    """A ground in the middle of a sentence: no capital, no full stop; an abbreviation stays as it is."""
    first = text.split(" ", 1)[0]
    lowered = text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]
    return lowered.rstrip(". ")


def _sections(shares: Sequence[tuple[ReportSection, Decimal]]) -> str:
    percents = {section.code: rounded(share, 1) for section, share in shares}
    highest, lowest = max(percents.values()), min(percents.values())
    if highest == lowest:
        return f"Các lĩnh vực của bộ tiêu chí đều đạt bình quân {figure(highest, places=1)}% điểm tối đa."
    if highest - lowest < EVEN:
        return (
            "Các lĩnh vực của bộ tiêu chí đạt tỷ lệ bình quân tương đối đồng đều, "
            f"từ {figure(lowest, places=1)}% đến {figure(highest, places=1)}% điểm tối đa."
        )
    best = _section_names([section for section, _ in shares if percents[section.code] == highest])
    weak = _section_names([section for section, _ in shares if percents[section.code] == lowest])
    return (
        f"Trong {count(len(shares))} lĩnh vực của bộ tiêu chí, {best} đạt tỷ lệ bình quân cao nhất "
        f"({figure(highest, places=1)}% điểm tối đa); {weak} đạt thấp nhất ({figure(lowest, places=1)}%), "
        "là nội dung các đơn vị cần tập trung trong năm học tới."
    )


def _section_names(sections: Sequence[ReportSection]) -> str:
    """One section with its title, several by their codes."""
    if len(sections) == 1:
        return f"lĩnh vực {sections[0].code} ({sections[0].title})"
    return f"các lĩnh vực {listed([section.code for section in sections])}"


def _self_scores(report: RankingReport) -> list[str]:
    """Where official and self-scored totals differ; nothing when no unit scored itself."""
    pairs = [(unit, unit.total - unit.self_total) for unit in report.ranked if unit.self_total is not None]
    if not pairs:
        return []
    lower = [pair for pair in pairs if pair[1] < 0]
    higher = [pair for pair in pairs if pair[1] > 0]
    if not lower and not higher:
        every = "đơn vị" if len(pairs) == 1 else "tất cả các đơn vị"
        return [f"Điểm chính thức của {every} trùng với điểm tự chấm."]
    biggest = max(abs(gap) for _, gap in pairs)
    farthest = [unit for unit, gap in pairs if abs(gap) == biggest]
    most = figure(biggest, places=report.precision)
    if len(pairs) == 1:
        direction = "thấp" if lower else "cao"
        return [f"Điểm chính thức {direction} hơn điểm tự chấm {most} điểm."]
    sides = [f"{_counted(len(side))} {direction} hơn" for side, direction in ((lower, "thấp"), (higher, "cao")) if side]
    differ = f"Điểm chính thức khác điểm tự chấm ở {len(lower) + len(higher)} trên {len(pairs)} đơn vị"
    return [f"{differ} ({', '.join(sides)}); chênh lệch lớn nhất là {most} điểm{_names(farthest)}."]


def _where_to_look(report: RankingReport) -> str:
    second = "so sánh điểm tự chấm với điểm chính thức" if report.compared else "thứ tự theo tổng điểm"
    return f"Kết quả của từng đơn vị ở Phụ lục I; {second} ở Phụ lục II."


def tie_groups(report: RankingReport) -> list[int]:
    """The sizes of the groups of units with an equal rank in their cluster."""
    return [
        size
        for cluster in report.clusters
        for size in Counter(unit.rank_in_cluster for unit in cluster.ranked).values()
        if size > 1
    ]


def _ties(report: RankingReport) -> str:
    groups = tie_groups(report)
    if len(report.ranked) == 1:
        return ""
    if not groups:
        return "Không có đơn vị đồng hạng trong cùng cụm."
    mark = "đánh dấu = trong Phụ lục I"
    if len(groups) == 1:
        return (
            f"Có một nhóm gồm {_counted(groups[0])} bằng nhau cả sau khi áp dụng các tiêu chí phụ, "
            f"được xếp đồng hạng trong cụm ({mark})."
        )
    return (
        f"Có {count(len(groups))} nhóm đơn vị bằng nhau cả sau khi áp dụng các tiêu chí phụ, "
        f"được xếp đồng hạng trong cụm ({mark})."
    )


def _double_firsts(report: RankingReport) -> str:
    """Clusters with more than one first: never settled by the program, a vote decides."""
    shared = [cluster for cluster in report.clusters if len(cluster.leaders) > 1]
    if not shared:
        return ""
    parts = [
        f"{_lower(cluster.label)} có {_counted(len(cluster.leaders))} cùng hạng nhất"
        + (_names(cluster.leaders) if len(cluster.leaders) <= MOST_NAMES else "")
        for cluster in shared
    ]
    return f" Riêng {', '.join(parts)}; đề nghị Hội đồng biểu quyết."


def _proposals(report: RankingReport) -> list[str]:
    proposals = []
    if not report.sealed_hash:
        proposals.append(
            "Kết quả trong Báo cáo này là tạm tính, chưa được niêm phong, chưa dùng làm căn cứ xét khen thưởng."
        )
    awards = dict.fromkeys(award for unit in report.units for award in unit.awards)
    if awards:
        groups = []
        for award in awards:
            names = [_name(unit) for unit in report.units if award in unit.awards]
            groups.append(f"{award} cho {_counted(len(names))}: {listed(names)}")
        proposals.append(f"Bộ trưởng xem xét tặng {'; '.join(groups)}.")
    elif report.ranked:
        proposals.append(
            "Bộ trưởng xem xét, khen thưởng các đơn vị có kết quả cao theo số lượng và điều kiện đã quy định; "
            "hồ sơ trình Hội đồng Thi đua - Khen thưởng kèm theo Báo cáo này."
        )
    proposals.append(
        "Các đơn vị thuộc Bộ sử dụng kết quả theo tiêu chí để xây dựng hướng dẫn năm học sau theo hướng gọn nhẹ, "
        "thiết thực, giảm báo cáo trùng lặp."
    )
    return proposals
