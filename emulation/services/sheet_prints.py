"""A stored sheet on paper: the form of seven columns, and the receipt of its submission."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.documents.receipt import Parts, Receipt
from emulation.documents.sheet_form import SheetForm, SheetLine, SheetSection, render_sheet_form
from emulation.domain.criteria import Section
from emulation.domain.rules import External
from emulation.domain.scoring import LineState, Score
from emulation.domain.workflow import SheetState
from emulation.models import Citation, Sheet, User
from emulation.services.evidence import codes_of
from emulation.services.lines import Line, in_words, lines_of
from emulation.services.links import host_of
from emulation.services.scores import criteria_of, self_score
from emulation.services.submissions import fingerprint, last_act

UNSIGNED = (SheetState.DRAFT, SheetState.RETURNED, SheetState.SIGNING)


def sheet_form(sheet: Sheet, signer: str = "") -> SheetForm:
    """The form with the figures of the one scoring function; a draft where nobody has signed yet."""
    criteria, score = criteria_of(sheet), self_score(sheet)
    lines, codes = lines_of(sheet, score), codes_of(sheet.entries)
    printed = {code: _line(line, score, codes) for code, line in lines.items()}
    return SheetForm(
        unit=sheet.unit_name,
        issuer=sheet.unit_name.upper(),
        school_year=sheet.period.code,
        criteria_title=criteria.title,
        criteria_version=criteria.version,
        sections=tuple(_section(section, score, printed) for section in criteria.sections),
        base=score.base,
        earned=score.earned,
        core=score.core,
        bonus_total=score.bonus,
        deductions_total=score.deductions,
        total=score.total,
        illustrative=sheet.period.is_illustrative or criteria.status == "illustrative",
        scale=criteria.scale,
        bonus=tuple(printed[one.code] for one in criteria.bonus),
        deductions=tuple(printed[one.code] for one in criteria.deductions),
        bonus_cap=criteria.bonus_cap,
        deduction_cap=criteria.deduction_cap,
        grade=score.grade,
        precision=criteria.precision,
        place=sheet.short_name,
        cluster=sheet.cluster.name,
        draft=sheet.state in (SheetState.DRAFT, SheetState.RETURNED),  # what waits for a signature is signed on paper
        fingerprint=fingerprint(sheet),
        signer_name=signer,
    )


def _line(line: Line, score: Score, codes: dict[int, str]) -> SheetLine:
    words = [f"{label}: {value}" for label, value in in_words(line.criterion, line.data)]
    by_ministry = isinstance(line.criterion.rule, External)
    if by_ministry and score.state(line.code) is LineState.UNSCORED:
        words = ["Bộ chấm"]
    return SheetLine(
        code=line.code,
        title=line.criterion.title,
        maximum=line.criterion.max,
        declared="; ".join(words),
        explanation=line.explanation,
        working=str(line.working) if line.working else "",
        evidence=tuple(_citation(one, codes) for one in line.citations),
        points=line.points,
        state=score.state(line.code),
        by_ministry=by_ministry,
    )


def _citation(citation: Citation, codes: dict[int, str]) -> str:
    """ "H1.I.1.01 tr. 6"; a link with the site that it leads to."""
    url = citation.evidence.url
    parts = (codes.get(citation.evidence_id, ""), citation.place, f"({host_of(url)})" if url else "")
    return " ".join(part for part in parts if part)


def _section(section: Section, score: Score, printed: dict[str, SheetLine]) -> SheetSection:
    got = score.section(section.code)
    return SheetSection(
        code=section.code,
        title=section.title,
        base=got.base,
        points=got.earned,
        coefficient=section.coefficient,
        lines=tuple(printed[leaf.code] for leaf in section.criteria),
        sections=tuple(_section(inner, score, printed) for inner in section.sections),
    )


def sheet_pdf(sheet: Sheet, signer: str = "") -> bytes:
    """The form as PDF."""
    return render_sheet_form(sheet_form(sheet, signer))


def receipt_of(db: Session, sheet: Sheet, department: str) -> Receipt:
    """The receipt of what was submitted last, with whether the stored content still is that.

    `department` receives the sheet. The sheet must have been submitted.
    """
    assert sheet.submitted_at is not None
    assert sheet.submission_sha256 is not None
    criteria, score = criteria_of(sheet), self_score(sheet)
    is_same = fingerprint(sheet) == sheet.submission_sha256
    signer = db.execute(select(User.name, User.title).where(User.id == sheet.signed_by_id)).one_or_none()
    total = score.total if is_same else _submitted_total(db, sheet)
    return Receipt(
        department=department,
        unit=sheet.unit_name,
        cluster=sheet.cluster.name,
        period=sheet.period.title,
        criteria=criteria.title,
        signer=signer[0] if signer else "",
        signer_title=signer[1] if signer else "",
        submitted_at=sheet.submitted_at,
        due_at=sheet.due_at,
        first_submitted_at=sheet.first_submitted_at if sheet.first_submitted_at != sheet.submitted_at else None,
        late=sheet.late,
        received_at=sheet.received_at,
        total=total,
        out_of=criteria.scale if criteria.scale is not None else score.base,
        precision=criteria.precision,
        parts=_parts(sheet, score) if is_same else None,
        sha256=sheet.submission_sha256,
        is_same=is_same,
        is_being_corrected=sheet.state in UNSIGNED,
        illustrative=sheet.period.is_illustrative or criteria.status == "illustrative",
    )


def _parts(sheet: Sheet, score: Score) -> Parts:
    counted = [line for line in lines_of(sheet, score).values() if line.counts]
    return Parts(
        core=score.core,
        bonus=score.bonus,
        deductions=score.deductions,
        grade=score.grade,
        declared=sum(line.data is not None for line in counted),
        to_declare=len(counted),
        documents=len({one.evidence_id for entry in sheet.entries for one in entry.citations}),
    )


def _submitted_total(db: Session, sheet: Sheet) -> Decimal | None:
    """The total that was signed, from the history; the stored content has changed since."""
    line = last_act(db, sheet, ("submit",))
    new = line.new or {} if line is not None else {}
    return Decimal(new["total"]) if new.get("sha256") == sheet.submission_sha256 else None
