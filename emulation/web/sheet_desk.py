"""A sheet in front of one person: which rows the address asks for, what they may do there, one row open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request

from emulation.access import Permission, may
from emulation.domain.workflow import Clock
from emulation.errors import WrongState
from emulation.models import IndicatorValue, Sheet
from emulation.services.last_year import LastYear, last_evidence, last_year_of
from emulation.services.lines import Line, in_words
from emulation.services.offers import offers_of
from emulation.services.periods import clock_of
from emulation.services.sheets import LONGEST_EXPLANATION, fill_refusal, may_fill_line, name_of
from emulation.web import session as current
from emulation.web.display import say as _
from emulation.web.display import show_datetime, show_phrase, show_points
from emulation.web.entries import NONE_MET, EntryForm, form_for
from emulation.web.evidence_forms import UploadForm
from emulation.web.sheet_filters import Asked, Facts, asked_for, chosen, facts_of
from emulation.web.sheet_view import (
    CHIPS,
    Group,
    SheetView,
    choice_notes,
    chosen_section,
    groups_across,
    groups_of,
    neighbours,
    page_of,
    row_of,
    rule_table,
    view_of,
)
from emulation.web.takeover_view import prefilled, takeover_of
from emulation.web.team import Team, first_section, team_of

SHORT = 240  # characters of last year's explanation before "xem cả"


@dataclass
class Desk:
    """What this person sees of a sheet; `open_code` is the open row."""

    sheet: Sheet
    view: SheetView
    asked: Asked
    open_code: str | None
    last_year: dict[str, LastYear]
    offers: dict[str, IndicatorValue]
    team: Team
    fills: bool
    clock: Clock

    @cached_property
    def refused(self) -> WrongState | None:
        """Why nobody of the unit may fill the sheet now."""
        return fill_refusal(self.sheet, self.clock)

    @property
    def fillable(self) -> bool:
        """Whether the person may fill rows here now."""
        return self.fills and self.refused is None

    @property
    def params(self) -> dict[str, str]:
        """What of the address asks for these rows."""
        return self.asked.params or {"section": self.section}

    @cached_property
    def facts(self) -> Facts:
        """What the filters look at."""
        return facts_of(self.view, self.last_year, self.team.marks)

    @cached_property
    def section(self) -> str:
        """The section on the page, or that of the open row where rows of all sections are shown."""
        asked = request.args.get("section") or first_section(self.view, self.team)
        return chosen_section(self.view, asked, self.open_code)

    @cached_property
    def shown(self) -> list[Line]:
        """The rows on the page; the open row stays there, even where a save took it out of the filter."""
        if not self.asked.is_across:
            return [line for group in groups_of(self.view, self.section) for line in group.lines]
        found = {line.code for line in chosen(self.view, self.asked, self.facts)} | {self.open_code}
        return [line for line in self.view.lines.values() if line.code in found]

    @cached_property
    def groups(self) -> list[Group]:
        """The rows on the page by section."""
        if self.asked.is_across:
            return groups_across(self.view, self.shown)
        return groups_of(self.view, self.section)

    @property
    def closed(self) -> str:
        """The address of the same page without the open row."""
        return f"{page_of(self.sheet)}?{urlencode(self.params)}"

    def row(self, line: Line) -> dict[str, Any]:
        """One row for the template."""
        fillable = self.fillable and may_fill_line(self.sheet, line.code)
        return row_of(
            self.view,
            line,
            fillable=fillable,
            last_year=self.last_year.get(line.code),
            takeover=takeover_of(self.view, line, self.offers, fillable=fillable),
            most_evidence=None if line.code == self.open_code else CHIPS,
            params=self.asked.params,
        )

    def opened(
        self,
        code: str,
        *,
        form: EntryForm | None = None,
        version: int | None = None,
        conflict: dict[str, Any] | None = None,
        upload: Any = None,
    ) -> dict[str, Any]:
        """What the open row shows besides; `form`, `version`, `conflict` of a refused save, `upload` of a file."""
        view, line = self.view, self.view.lines[code]
        before, after = neighbours(view, code, self.shown if self.asked.is_across else None, self.asked.params)
        known, known_words = prefilled(view, line, self.offers, self.last_year.get(code)) if self.fillable else ({}, [])
        return {
            "before": before,
            "after": after,
            "form": form or form_for(line.criterion, data=line.data or known or None, explanation=line.explanation),
            "prefilled": [] if form else known_words,
            "version": version if version is not None else line.entry.version if line.entry else 0,
            "conflict": conflict,
            "table": rule_table(line.criterion),
            "alone": NONE_MET,
            "notes": choice_notes(line.criterion, view.places),
            "declared": declared_words(line),
            "upload": upload or UploadForm(),
            "changed": changed_words(line),
            "shape": shape_of(view, line),
            "longest": LONGEST_EXPLANATION,
            "last": self.last_words(line),
        }

    def last_words(self, line: Line) -> dict[str, Any] | None:
        """The year before beside the open row: figures, points, the difference, explanation, evidence."""
        before = self.last_year.get(line.code)
        if before is None or (before.data is None and before.points is None):
            return None
        text = before.explanation
        change = None if before.points is None or line.points is None else line.points - before.points
        return {
            "declared": [
                (show_phrase(name), show_phrase(value)) for name, value in in_words(line.criterion, before.data)
            ],
            "points": show_points(before.points, self.view.places),
            "change": change,
            "change_text": "" if change is None else show_points(abs(change), self.view.places),
            "explanation": text if len(text) <= SHORT else "",
            "beginning": "" if len(text) <= SHORT else text[:SHORT].rsplit(" ", 1)[0] + " …",
            "whole": text,
            "evidence": last_evidence(current.db(), before),
        }


def desk_of(sheet: Sheet, *, open_code: str | None = None) -> Desk:
    """The sheet as the person of this request sees it, as the address of this request asks."""
    db, person = current.db(), current.user()
    view = view_of(sheet)
    asked_code = open_code or request.args.get("open")
    open_code = asked_code if asked_code in view.lines else None
    return Desk(
        sheet=sheet,
        view=view,
        asked=asked_for(request.args),
        open_code=open_code,
        last_year=last_year_of(db, sheet),
        offers=offers_of(db, sheet),
        team=team_of(sheet, person, open_code=open_code),
        fills=may(person, Permission.FILL_SHEET, sheet),
        clock=clock_of(db, sheet, now=current.now()),
    )


def declared_words(line: Line) -> list[tuple[str, str]]:
    """Label and figure of what is declared."""
    return [(show_phrase(name), show_phrase(value)) for name, value in in_words(line.criterion, line.data)]


def changed_words(line: Line) -> str | None:
    """Who saved the row last, and when."""
    if line.entry is None:
        return None
    who, when = name_of(current.db(), line.entry.updated_by_id), show_datetime(line.entry.updated_at)
    return _("Sửa lần cuối %(when)s, %(who)s", when=when, who=who)


def shape_of(view: SheetView, line: Line) -> list[tuple[str, str]]:
    """The suggested shape of an explanation, its figures and documents filled in: label and what stands after it."""
    result = show_phrase(line.working) if line.working else ""
    if result and line.points is not None:
        result = _("%(working)s, %(points)s điểm", working=result, points=show_points(line.points, view.places))
    figures = "; ".join(f"{label}: {value}" for label, value in declared_words(line))
    documents = []
    for one in line.citations:
        name = one.evidence.document_number or one.evidence.title
        place = f" ({one.place})" if one.place else ""
        documents.append(f"{view.evidence_codes.get(one.evidence_id, '')} {name}{place}".strip())
    return [
        (_("Kết quả"), result),
        (_("Số liệu"), figures),
        (_("Minh chứng"), "; ".join(documents)),
    ]
