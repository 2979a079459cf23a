"""Which rows of a sheet are shown: one section, all of them, or those a filter and a search find across sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from emulation.domain.criteria import CriteriaSet
from emulation.domain.names import plain_letters
from emulation.domain.workflow import SheetState
from emulation.models import Sheet
from emulation.services.colleagues import Marks
from emulation.services.last_year import LastYear
from emulation.services.lines import Line, LineStatus
from emulation.web.display import say as _
from emulation.web.sheet_view import BONUS, DEDUCTIONS, SheetView
from emulation.words import N_

LONGEST_SEARCH = 80  # characters


class Show(StrEnum):
    """The filters, as they stand in the address after `show=`."""

    ALL = "all"
    MISSING = "missing"
    EVIDENCE = "evidence"
    RETURNED = "returned"
    CHANGED = "changed"
    TAKEN = "taken"
    MINE = "mine"
    REMARKS = "remarks"


@dataclass(frozen=True)
class Asked:
    """What the address asks for; neither filter nor search: one section."""

    show: Show | None = None
    search: str = ""

    @property
    def is_across(self) -> bool:
        """Whether rows of all sections are shown."""
        return self.show is not None or bool(self.search)

    @property
    def params(self) -> dict[str, str]:
        """The part of an address that asks for the same again."""
        found = {"show": self.show.value} if self.show is not None else {}
        return found | ({"q": self.search} if self.search else {})


def asked_for(values: Mapping[str, str]) -> Asked:
    """The filter and the search of an address; what is no filter is none."""
    show, search = values.get("show", ""), " ".join(values.get("q", "").split())[:LONGEST_SEARCH]
    return Asked(Show(show) if show in set(Show) else None, search)


def changed_since(sheet: Sheet) -> datetime | None:
    """From when on a row counts as changed: the last submission, else the last sending for signature.

    None: the sheet has never left the officer, so rows are compared with the round before.
    """
    if sheet.state in (SheetState.RETURNED, SheetState.SIGNING) and sheet.submitted_at is not None:
        return sheet.submitted_at
    return sheet.sent_at if sheet.state == SheetState.DRAFT else None


@dataclass(frozen=True)
class Facts:
    """What filters look at beside the line itself."""

    last_year: Mapping[str, LastYear] = field(default_factory=dict)
    since: datetime | None = None
    marks: Marks = field(default_factory=Marks)
    sections: Mapping[str, str] = field(default_factory=dict)  # code of a criterion -> its top section


def facts_of(view: SheetView, last_year: Mapping[str, LastYear], marks: Marks) -> Facts:
    """The facts of a sheet for its filters."""
    return Facts(last_year, changed_since(view.sheet), marks, tops_of(view.criteria))


def tops_of(criteria: CriteriaSet) -> dict[str, str]:
    """The top section, or "bonus", "deductions", of each criterion."""
    found = {leaf.code: section.code for section in criteria.sections for leaf in section.leaves}
    found |= {leaf.code: BONUS for leaf in criteria.bonus}
    return found | {leaf.code: DEDUCTIONS for leaf in criteria.deductions}


def is_changed(line: Line, facts: Facts) -> bool:
    """Saved since the sheet last left the officer; before that, declared otherwise than in the round before."""
    if facts.since is not None:
        return line.entry is not None and line.entry.updated_at > facts.since
    before = facts.last_year.get(line.code)
    return line.data is not None and before is not None and before.data is not None and before.data != line.data


TESTS: dict[Show, Callable[[Line, Facts], bool]] = {
    Show.ALL: lambda line, facts: True,
    Show.MISSING: lambda line, facts: line.status is LineStatus.NO_ENTRY,
    Show.EVIDENCE: lambda line, facts: line.status in (LineStatus.NO_EVIDENCE, LineStatus.EXPLAINED),
    Show.RETURNED: lambda line, facts: line.returned is not None,
    Show.CHANGED: is_changed,
    Show.TAKEN: lambda line, facts: line.entry is not None and line.entry.taken_from is not None,
    Show.MINE: lambda line, facts: facts.sections[line.code] in facts.marks.sections,
    Show.REMARKS: lambda line, facts: line.code in facts.marks.remarked,
}
NAMES = {
    Show.ALL: N_("Tất cả"),
    Show.MISSING: N_("Chưa kê khai"),
    Show.EVIDENCE: N_("Thiếu minh chứng"),
    Show.RETURNED: N_("Bị trả lại"),
    Show.TAKEN: N_("Lấy sẵn, chưa xác nhận"),
    Show.MINE: N_("Phần của tôi"),
    Show.REMARKS: N_("Có trao đổi"),
}
NOTHING = {
    Show.ALL: N_("Bộ tiêu chí không có tiêu chí nào."),
    Show.MISSING: N_("Không còn tiêu chí nào chưa kê khai."),
    Show.EVIDENCE: N_("Không còn tiêu chí nào thiếu minh chứng bắt buộc."),
    Show.RETURNED: N_("Không có tiêu chí nào bị trả lại."),
    Show.CHANGED: N_("Chưa có tiêu chí nào thay đổi."),
    Show.TAKEN: N_("Mọi số liệu lấy sẵn đã được xác nhận."),
    Show.MINE: N_("Chưa phần nào được giao cho anh chị."),
    Show.REMARKS: N_("Không có trao đổi nào đang chờ."),
}
ALWAYS = (Show.ALL, Show.MISSING, Show.EVIDENCE, Show.CHANGED)  # the others only where they find something


def name_of(show: Show, facts: Facts) -> str:
    """The words of a filter."""
    if show is Show.CHANGED:
        return _("Khác năm trước") if facts.since is None else _("Sửa từ lần gửi trước")
    return _(NAMES[show])


def found_by(line: Line, search: str) -> bool:
    """Whether the code begins with, or the title or the unit's own words hold, every word; marks do not matter."""
    code, text = plain_letters(line.code), plain_letters(f"{line.criterion.title} {line.explanation}")
    return all(code.startswith(word) or word in text for word in plain_letters(search).split())


def chosen(view: SheetView, asked: Asked, facts: Facts) -> list[Line]:
    """The lines that filter and search find, in the order of the set."""
    test = TESTS[asked.show or Show.ALL]
    return [
        line for line in view.lines.values() if test(line, facts) and (not asked.search or found_by(line, asked.search))
    ]


def chips_of(view: SheetView, asked: Asked, facts: Facts) -> list[dict[str, Any]]:
    """The filters with their counts, for ui.filters; the counts are those of the whole sheet."""
    counts = {show: sum(test(line, facts) for line in view.lines.values()) for show, test in TESTS.items()}
    base = url_for("sheets.sheet", sheet_id=view.sheet.id)
    keep = {"q": asked.search} if asked.search else {}
    return [
        {
            "label": name_of(show, facts),
            "href": f"{base}?{urlencode({'show': show.value, **keep})}",
            "count": counts[show],
            "current": show is asked.show or (show is Show.ALL and asked.show is None and bool(asked.search)),
        }
        for show in Show
        if counts[show] or show in ALWAYS or show is asked.show
    ]


def across_words(asked: Asked, facts: Facts) -> str:
    """The heading of rows of all sections."""
    name = name_of(asked.show or Show.ALL, facts)
    return _("%(name)s, tìm “%(text)s”", name=name, text=asked.search) if asked.search else name


def nothing_words(asked: Asked) -> str:
    """What an empty list says."""
    if asked.search:
        return _("Không có tiêu chí nào khớp với “%(text)s”.", text=asked.search)
    return _(NOTHING[asked.show or Show.ALL])
