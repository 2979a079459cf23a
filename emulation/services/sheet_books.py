"""A stored sheet as a workbook to fill without network: what it is made from, which lines are open. DESIGN 3, 9."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from emulation.documents.sheet_layout import Base, LastYear, SheetBook, Stamp
from emulation.documents.sheet_workbook import sheet_workbook
from emulation.domain.rules import External
from emulation.models import Sheet
from emulation.services.last_year import last_year_of
from emulation.services.lines import in_words, open_returns
from emulation.services.periods import clock_of
from emulation.services.scores import criteria_of
from emulation.services.sheets import fill_refusal, may_fill_line
from emulation.words import figure


def stamp_of(sheet: Sheet, *, now: datetime) -> Stamp:
    """What a workbook made now is made from: every line with its version and content."""
    criteria = criteria_of(sheet)
    place = {code: number for number, code in enumerate(criteria.by_code)}
    entries = sorted((one for one in sheet.entries if one.code in place), key=lambda entry: place[entry.code])
    return Stamp(
        period=sheet.period.code,
        unit=sheet.unit.code,
        family=criteria.set,
        edition=criteria.version,
        sha256=criteria.sha256,
        made_at=now.replace(microsecond=0),
        lines={entry.code: Base(entry.version, entry.data, entry.explanation) for entry in entries},
    )


def book_of(db: Session, sheet: Sheet, *, now: datetime) -> SheetBook:
    """All that the workbook of a loaded sheet shows; where the unit cannot fill now every cell is locked."""
    criteria, tags = criteria_of(sheet), frozenset(sheet.tags)
    refused = fill_refusal(sheet, clock_of(db, sheet, now=now))
    open_codes = frozenset(
        code
        for code, criterion in criteria.by_code.items()
        if refused is None
        and criterion.applies(tags)
        and not isinstance(criterion.rule, External)
        and may_fill_line(sheet, code)
    )
    last_year = {
        code: LastYear(
            " / ".join(str(value) for _, value in in_words(criteria.by_code[code], last.data)),
            "" if last.points is None else figure(last.points, places=criteria.precision),
        )
        for code, last in last_year_of(db, sheet).items()
    }
    return SheetBook(
        stamp=stamp_of(sheet, now=now),
        criteria=criteria,
        tags=tags,
        unit_name=sheet.unit_name,
        cluster=sheet.cluster.name,
        period_title=sheet.period.title,
        is_illustrative=sheet.period.is_illustrative or criteria.status == "illustrative",
        open_codes=open_codes,
        closed=refused.phrase if refused is not None else None,
        returned={code: line.reason for code, line in open_returns(sheet).items()},
        last_year=last_year,
    )


def sheet_xlsx(db: Session, sheet: Sheet, *, now: datetime) -> bytes:
    """The workbook of a loaded sheet."""
    return sheet_workbook(book_of(db, sheet, now=now))
