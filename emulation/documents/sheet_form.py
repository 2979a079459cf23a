"""Phiếu tự chấm điểm: one unit's sheet in seven columns as it is signed on paper, A4 landscape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from emulation.documents.pdf import named_stylesheet, write_pdf
from emulation.documents.typesetting import Letterhead, fill
from emulation.domain.scoring import LineState

LONGEST_WHOLE = 300  # letters that are kept on one page
MOST_EVIDENCE = 10
STYLES = ("fonts.css", "base.css", "sheet_form.css")


@dataclass(frozen=True)
class SheetLine:
    """One criterion in words: what was declared, how the points follow, what proves it."""

    code: str
    title: str
    maximum: Decimal
    declared: str = ""
    working: str = ""
    evidence: tuple[str, ...] = ()
    points: Decimal | None = None
    state: LineState = LineState.SCORED
    explanation: str = ""  # diễn giải, several lines
    by_ministry: bool = False  # the ministry gives the points, the unit declares nothing

    @property
    def is_long(self) -> bool:
        """Whether the row may go on on the next page, since it would leave much of this one empty."""
        return len(self.declared) > LONGEST_WHOLE or len(self.evidence) > MOST_EVIDENCE


@dataclass(frozen=True)
class SheetSection:
    """Lĩnh vực with its lines or sections; `base` and `points` hold its coefficient."""

    code: str
    title: str
    base: Decimal
    points: Decimal
    coefficient: Decimal = Decimal(1)
    lines: tuple[SheetLine, ...] = ()
    sections: tuple[SheetSection, ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, SheetSection]]:
        """This section and those below it, with how deep they stand."""
        yield depth, self
        for section in self.sections:
            yield from section.walk(depth + 1)


@dataclass(frozen=True)
class SheetForm:
    """The whole sheet; the sums are those of the one scoring function, nothing is added up here."""

    unit: str  # "Sở Giáo dục và Đào tạo tỉnh Vĩnh Phúc"
    issuer: str  # "SỞ GIÁO DỤC VÀ ĐÀO TẠO"
    school_year: str
    criteria_title: str
    criteria_version: str
    sections: tuple[SheetSection, ...]
    base: Decimal
    earned: Decimal
    core: Decimal
    bonus_total: Decimal
    deductions_total: Decimal  # positive
    total: Decimal
    illustrative: bool
    scale: Decimal | None = None
    bonus: tuple[SheetLine, ...] = ()
    deductions: tuple[SheetLine, ...] = ()
    bonus_cap: Decimal | None = None
    deduction_cap: Decimal | None = None
    grade: str | None = None
    precision: int = 2
    parent: str = ""  # "UBND TỈNH VĨNH PHÚC"
    symbol: str = ""
    place: str = ""
    cluster: str = ""
    draft: bool = False
    signer_title: str = "GIÁM ĐỐC"
    signer_name: str = ""
    fingerprint: str = ""  # SHA-256 of what is printed

    def lines(self) -> Iterator[SheetLine]:
        """Every core line in order."""
        for top in self.sections:
            for _, section in top.walk():
                yield from section.lines

    def codes(self, state: LineState, *, by_ministry: bool | None = None) -> list[str]:
        """Codes of the core lines in a state: all, those that the ministry scores, or the others."""
        return [line.code for line in self.lines() if line.state is state and by_ministry in (None, line.by_ministry)]


def render_sheet_form(form: SheetForm) -> bytes:
    """The sheet as PDF. A line that does not apply shows KAD; one that nothing fills shows no points and is named."""
    seal = f"Phiếu tự chấm điểm · {form.unit} · năm học {form.school_year}"
    html = fill(
        "sheet_form.html",
        form=form,
        letterhead=Letterhead(issuer=form.issuer, parent=form.parent, symbol=form.symbol, place=form.place),
        seal=seal,
        mark=f"Mã nội dung (SHA-256): {form.fingerprint}" if form.fingerprint else "",
        not_applicable=form.codes(LineState.NOT_APPLICABLE),
        unscored=form.codes(LineState.UNSCORED, by_ministry=False),
        by_ministry=form.codes(LineState.UNSCORED, by_ministry=True),
        bonus=[line for line in form.bonus if line.points is not None],
        deductions=[line for line in form.deductions if line.points is not None],
    )
    return write_pdf(html, [named_stylesheet(name) for name in STYLES])
