"""The lean report of a published round, from its sealed result and the files that its units cited."""

from __future__ import annotations

from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.documents.lean_report import LeanPaper, render_lean_report
from emulation.documents.lean_xlsx import lean_xlsx
from emulation.domain.lean import LeanReport, lean_report
from emulation.domain.lean_ranks import LeanUnit
from emulation.domain.results import Line
from emulation.domain.snapshot import Sealed
from emulation.errors import Missing
from emulation.models import Citation, Entry, Evidence, Period, Sheet, Unit
from emulation.services.results import published
from emulation.words import N_

Files = dict[str, dict[str, tuple[int, int]]]  # by unit and criterion: files, bytes
KEPT_AT_ONCE = 8  # reports kept in memory

_known: dict[tuple[str, str], LeanReport] = {}
_keeping = Lock()


def lean_of(db: Session, period: Period) -> LeanReport | None:
    """The lean report of a round; None before it is published. Worked out once per process for the same figures.

    Points, ranks, declared points and explanations are the sealed ones; files are those cited in the database now.
    """
    sealed = published(db, period)
    if sealed is None:
        return None
    files = cited_files(db, period)
    key = (sealed.ranking.sha256 or "", repr(sorted((unit, sorted(codes.items())) for unit, codes in files.items())))
    with _keeping:
        found = _known.get(key)
        if found is None:
            if len(_known) >= KEPT_AT_ONCE:
                _known.clear()
            found = _known[key] = lean_report(sealed.ranking.criteria, units_of(sealed, files))
    return found


def cited_files(db: Session, period: Period) -> Files:
    """How many files each unit cited for each criterion, and their bytes; a file counts once for each criterion."""
    rows = db.execute(
        select(Unit.code, Entry.code, func.count(Evidence.id), func.sum(Evidence.size))
        .join(Sheet, Sheet.unit_id == Unit.id)
        .join(Entry, Entry.sheet_id == Sheet.id)
        .join(Citation, Citation.entry_id == Entry.id)
        .join(Evidence, Evidence.id == Citation.evidence_id)
        .where(Sheet.period_id == period.id)
        .group_by(Unit.code, Entry.code)
    )
    found: Files = {}
    for unit, code, files, size in rows:
        found.setdefault(unit, {})[code] = (files, int(size or 0))
    return found


def units_of(sealed: Sealed, files: Files) -> list[LeanUnit]:
    """The units of a sealed result as the rules see them."""
    precision = sealed.ranking.criteria.precision

    def whole(lines: list[Line], name: str) -> list[int | None]:
        points = [getattr(line, name) for line in lines]
        return [None if one is None else int(one.scaleb(precision)) for one in points]

    units = []
    for outcome in sealed.ranking.units:
        lines = list(sealed.lines(outcome.unit).values())
        units.append(
            LeanUnit(
                code=outcome.unit,
                name=outcome.short_name,
                cluster=str(outcome.cluster),
                lines=whole(lines, "points"),
                states=[line.state for line in lines],
                excluded=not outcome.is_ranked,
                declared=whole(lines, "declared"),
                explained=frozenset(line.code for line in lines if line.facts.appeal is not None),
                files=files.get(outcome.unit, {}),
            )
        )
    return units


def lean_paper(db: Session, period: Period, *, department: str = Settings.department) -> LeanPaper:
    """What the printed report is made of.

    Raises:
        Missing: the round is not published.
    """
    report, sealed = lean_of(db, period), published(db, period)
    if report is None or sealed is None:
        raise Missing(N_("Kết quả chưa công bố nên chưa có báo cáo rà soát."))
    return LeanPaper(
        report,
        school_year=period.code,
        sealed_hash=sealed.ranking.sha256,
        illustrative=sealed.ranking.is_example,
        department=department,
    )


def lean_report_pdf(db: Session, period: Period, *, department: str = Settings.department) -> bytes:
    """The lean report of a published round, laid out for print.

    Raises:
        Missing: the round is not published.
    """
    return render_lean_report(lean_paper(db, period, department=department))


def lean_workbook(db: Session, period: Period) -> bytes:
    """The lean report of a published round as an Excel file.

    Raises:
        Missing: the round is not published.
    """
    paper = lean_paper(db, period)
    return lean_xlsx(paper.report, title=paper.title, sealed_hash=paper.sealed_hash, illustrative=paper.illustrative)
