"""Documents about a round as files: the ranking report, the ranking as a workbook, the certificates of an award."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.documents.certificate_template import Mode
from emulation.documents.ranking_report import (
    RankingReport,
    ReportCluster,
    ReportGrade,
    ReportSection,
    ReportUnit,
    render_ranking_report,
)
from emulation.documents.ranking_xlsx import ranking_xlsx
from emulation.domain.criteria import Section
from emulation.domain.results import Outcome, Ranking
from emulation.errors import Missing
from emulation.models import Award, CertificateStatus, Period
from emulation.services.actor import Actor
from emulation.services.awards import decision_of, holdings
from emulation.services.certificates import print_certificates
from emulation.services.results import provisional, published
from emulation.words import N_

Awards = dict[str, tuple[str, ...]]


def ranking_to_print(db: Session, period: Period) -> Ranking:
    """The sealed ranking of a published round, else the provisional one with what the units gave themselves."""
    sealed = published(db, period)
    return sealed.ranking if sealed else provisional(db, period, with_declared=True)


def award_names(db: Session, period: Period) -> Awards:
    """Names of the awards that each unit holds, by code of the unit."""
    return {unit: tuple(one.name for one in held) for unit, held in holdings(db, period).items()}


def ranking_report(ranking: Ranking, awards: Awards, *, department: str) -> RankingReport:
    """What the ranking report prints. Units that are not settled yet are left out: they have no figures."""
    criteria = ranking.criteria
    return RankingReport(
        school_year=ranking.code,
        criteria_title=criteria.title,
        criteria_version=criteria.version,
        criteria_illustrative=criteria.status == "illustrative",
        criteria_sha256=criteria.sha256,
        sections=tuple(ReportSection(section.code, section.title, _most(section)) for section in criteria.sections),
        clusters=tuple(
            ReportCluster(
                name=cluster.name,
                label=f"Cụm {cluster.number}",
                units=tuple(
                    _unit(ranking, outcome, awards.get(outcome.unit, ()))
                    for outcome in ranking.by_cluster[cluster.number]
                    if outcome.official is not None
                ),
            )
            for cluster in ranking.clusters
            if any(outcome.official for outcome in ranking.by_cluster[cluster.number])
        ),
        sealed_hash=ranking.sha256,
        illustrative=ranking.is_example,
        scale=criteria.scale,
        precision=criteria.precision,
        grades=tuple(ReportGrade(grade.name, grade.start) for grade in criteria.grades),
        department=department,
    )


def _unit(ranking: Ranking, outcome: Outcome, awards: tuple[str, ...]) -> ReportUnit:
    figures = outcome.official
    assert figures is not None
    return ReportUnit(
        name=outcome.short_name,
        sections=tuple(figures.sections[section.code] for section in ranking.criteria.sections),
        core=figures.core,
        bonus=figures.bonus,
        deductions=figures.deductions,
        total=figures.total,
        self_total=outcome.declared.total if outcome.declared else None,
        grade=figures.grade,
        rank_in_cluster=outcome.rank_in_cluster,
        rank_overall=outcome.rank_overall,
        excluded="; ".join(f"{one.ground} {one.title}" for one in outcome.exclusions) or None,
        awards=awards,
    )


def _most(section: Section) -> Decimal:
    inner = sum((leaf.max for leaf in section.criteria), Decimal(0))
    inner += sum((_most(child) for child in section.sections), Decimal(0))
    return Decimal(section.coefficient * inner)


def ranking_report_pdf(db: Session, period: Period, *, department: str = Settings.department) -> bytes:
    """The ranking report of a round: sealed with its hash, or provisional.

    Raises:
        Missing: no unit has official points yet.
    """
    ranking = ranking_to_print(db, period)
    if not any(outcome.official for outcome in ranking.units):
        raise Missing(N_("Chưa có đơn vị nào có điểm thẩm định nên chưa có báo cáo xếp hạng."))
    return render_ranking_report(ranking_report(ranking, award_names(db, period), department=department))


def ranking_workbook(db: Session, period: Period) -> bytes:
    """The ranking of a round as an Excel file."""
    return ranking_xlsx(ranking_to_print(db, period), award_names(db, period))


def certificates_pdf(
    db: Session,
    period: Period,
    award_code: str,
    write_to: str | Path | BinaryIO,
    *,
    public_url: str = Settings.public_url,
    mode: Mode = "electronic",
    actor: Actor | None = None,
    now: datetime | None = None,
) -> int:
    """Write all certificates of an award that hold as one PDF, count and record the print. Their number.

    Raises:
        Missing: the round has no such award, it was not granted yet, or every certificate was revoked.
    """
    award = db.scalar(select(Award).where(Award.period_id == period.id, Award.code == award_code))
    if award is None:
        raise Missing(
            N_("Kỳ đánh giá %(period)s không có danh hiệu hoặc hình thức khen thưởng mã “%(code)s”."),
            period=period.code,
            code=award_code,
        )
    decision = decision_of(db, award)
    valid = [one for one in decision.certificates if one.status == CertificateStatus.VALID] if decision else []
    if decision is None or not valid:
        raise Missing(N_("“%(award)s” chưa có bằng nào để in."), award=award.name)
    return print_certificates(
        db,
        actor or Actor(None),
        decision,
        valid,
        write=write_to,
        public_url=public_url,
        mode=mode,
        now=now or datetime.now(UTC),
    )
