"""The health of a unit's evidence library: what a careful clerk would check before the sheet is signed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from emulation.models import Evidence, Period, Sheet
from emulation.services.lines import Line, LineStatus
from emulation.services.stored_files import path_of
from emulation.words import N_, Phrase, tidy_line

FIRST_MONTH = 8  # teachers' school year begins on 1 August; a document of that summer still belongs to it


class Trouble(StrEnum):
    """What may be wrong, the worst first."""

    FILE_MISSING = "file_missing"
    REQUIRED_MISSING = "required_missing"
    FUTURE = "future"
    TOO_OLD = "too_old"
    NO_PLACE = "no_place"
    SAME_TITLE = "same_title"
    UNCITED = "uncited"


TROUBLE_NAMES = {
    Trouble.FILE_MISSING: N_("Tệp không còn nguyên trên máy chủ"),
    Trouble.REQUIRED_MISSING: N_("Tiêu chí thiếu minh chứng bắt buộc"),
    Trouble.FUTURE: N_("Ngày ban hành ở tương lai"),
    Trouble.TOO_OLD: N_("Ban hành trước năm học của kỳ"),
    Trouble.NO_PLACE: N_("Chưa ghi trang, mục"),
    Trouble.SAME_TITLE: N_("Trùng tên văn bản"),
    Trouble.UNCITED: N_("Chưa trích dẫn ở tiêu chí nào"),
}


@dataclass(frozen=True)
class Finding:
    """One thing to look at: a document, a line, or a document on a line."""

    trouble: Trouble
    phrase: Phrase
    evidence: Evidence | None = None
    code: str | None = None


def school_year_began(period: Period) -> date | None:
    """The first day of the period's school year, from its code ("2021-2022"); None where the code names no year."""
    found = re.match(r"(\d{4})\b", period.code)
    return date(int(found[1]), FIRST_MONTH, 1) if found and int(found[1]) > 0 else None


def health_of(
    sheet: Sheet, documents: Iterable[Evidence], lines: Iterable[Line], *, folder: Path, today: date
) -> list[Finding]:
    """All findings, the worst kind first, each kind in the order of the set or of the library."""
    documents, lines = list(documents), list(lines)
    found = [*_files(documents, folder), *_required(lines), *_dates(sheet.period, documents, today)]
    found += [
        Finding(Trouble.NO_PLACE, Phrase(N_("Ghi trang hoặc mục có số liệu")), evidence, line.code)
        for line, evidence in without_place(lines)
    ]
    found += _titles(documents)
    found += [
        Finding(Trouble.UNCITED, Phrase(N_("Trích dẫn ở tiêu chí cần đến, hoặc để yên nếu không dùng.")), one)
        for one in documents
        if not one.citations
    ]
    return sorted(found, key=lambda one: list(Trouble).index(one.trouble))


def _files(documents: list[Evidence], folder: Path) -> Iterable[Finding]:
    for one in documents:
        if one.sha256 is None:
            continue
        path = path_of(folder, one.sha256)
        if not path.exists():
            yield Finding(
                Trouble.FILE_MISSING, Phrase(N_("Không tìm thấy tệp trên máy chủ; báo bộ phận kỹ thuật.")), one
            )
        elif path.stat().st_size != one.size:
            yield Finding(
                Trouble.FILE_MISSING, Phrase(N_("Tệp trên máy chủ khác bản đã tải lên; báo bộ phận kỹ thuật.")), one
            )


def _required(lines: list[Line]) -> Iterable[Finding]:
    for line in lines:
        if not line.criterion.evidence.required or line.citations or line.status is LineStatus.SKIPPED:
            continue
        if line.status in (LineStatus.NOT_APPLICABLE, LineStatus.EXTERNAL, LineStatus.NONE):
            continue
        words = N_("Chưa có minh chứng, đã diễn giải") if line.explanation else N_("Chưa có minh chứng")
        yield Finding(Trouble.REQUIRED_MISSING, Phrase(words), code=line.code)


def _dates(period: Period, documents: list[Evidence], today: date) -> Iterable[Finding]:
    began = school_year_began(period)
    for one in documents:
        if one.issued_on is None:
            continue
        if one.issued_on > today:
            yield Finding(Trouble.FUTURE, Phrase(N_("Ban hành ngày %(day)s"), {"day": one.issued_on}), one)
        elif began is not None and one.issued_on < began:
            yield Finding(
                Trouble.TOO_OLD,
                Phrase(N_("Ban hành ngày %(day)s, trước ngày %(began)s"), {"day": one.issued_on, "began": began}),
                one,
            )


def without_place(lines: Iterable[Line]) -> Iterable[tuple[Line, Evidence]]:
    """Required evidence that is cited without the page, with its line; links and photographs need none."""
    for line in lines:
        if line.criterion.evidence.required:
            for one in line.citations:
                has_pages = one.evidence.url is None and not one.evidence.media_type.startswith("image/")
                if has_pages and not one.place:
                    yield line, one.evidence


def _titles(documents: list[Evidence]) -> Iterable[Finding]:
    same: dict[str, list[Evidence]] = defaultdict(list)
    for one in documents:
        same[tidy_line(one.title).casefold()].append(one)
    for group in same.values():
        if len(group) > 1:
            for one in group:
                yield Finding(Trouble.SAME_TITLE, Phrase(N_("%(n)s văn bản cùng tên này"), {"n": len(group)}), one)
