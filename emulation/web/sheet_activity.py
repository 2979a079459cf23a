"""Who changed what on a sheet, and when: newest first, by day, by person or criterion."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of an older WTForms

from emulation.access import Permission
from emulation.config import VIETNAM
from emulation.models import History, Sheet
from emulation.services import sheet_activity as service
from emulation.services.history import PAGE
from emulation.services.history_words import ACT_NAMES
from emulation.services.scores import criteria_of
from emulation.services.sheets import load_sheet
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_date, show_phrase, translate
from emulation.web.history import numbers_near
from emulation.web.sheet_view import href

area = Area("sheet_activity", __name__)
LONGEST_TITLE = 70  # letters of a criterion in the list of a filter


class FilterForm(Form):
    """What is looked for; a GET form."""

    who = SelectField(lazy_gettext("Người làm"), validate_choice=False)
    code = SelectField(lazy_gettext("Tiêu chí"), validate_choice=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self:
            field.errors = []


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


@area.get("/sheets/<int:sheet_id>/activity", allow=Permission.READ_SHEET_ACTIVITY, load=_sheet)
def activity(sheet: Sheet) -> Any:
    """The activity of a sheet, 50 acts a page."""
    db, reader, criteria = current.db(), current.user(), criteria_of(sheet)
    form = FilterForm(request.args)
    names = service.people_in(db, sheet, reader)
    form.who.choices = [SelectChoice("", _("Mọi người")), *(SelectChoice(name, name) for name in names)]
    form.code.choices = [
        SelectChoice("", _("Mọi tiêu chí")),
        *(SelectChoice(one.code, _short(f"{one.code} {one.title}")) for one in criteria.all_criteria),
    ]
    who = str(form.who.data or "") if form.who.data in names else ""
    code = str(form.code.data or "") if form.code.data in criteria.by_code else ""
    form.who.data, form.code.data = who, code
    found = service.activity_of(db, sheet, reader, who=who, code=code, page=request.args.get("page", 1, type=int))
    days = groupby(found.lines, key=lambda line: line.at.astimezone(VIETNAM).date())
    kept: dict[str, Any] = {"sheet_id": sheet.id} | {
        name: value for name, value in (("who", who), ("code", code)) if value
    }
    return render_template(
        "sheet_activity/sheet_activity.html",
        sheet=sheet,
        form=form,
        chosen=criteria.by_code[code] if code else None,
        row_href=href(sheet, code) if code else None,
        is_filtered=bool(who or code),
        days=[(show_date(day), _rows(sheet, lines)) for day, lines in days],
        found=found,
        page_size=PAGE,
        pages=[
            {
                "number": number,
                "href": url_for("sheet_activity.activity", **kept, page=number) if number else None,
                "current": number == found.number,
            }
            for number in numbers_near(found.number, found.pages)
        ],
        previous=url_for("sheet_activity.activity", **kept, page=found.number - 1) if found.number > 1 else None,
        next=url_for("sheet_activity.activity", **kept, page=found.number + 1) if found.number < found.pages else None,
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1].rstrip() + "…"


def _rows(sheet: Sheet, lines: Iterable[History]) -> list[dict[str, Any]]:
    """The acts of a day; parts that were given out in one save are one act."""
    found: list[dict[str, Any]] = []
    for (act, _at, _who), same in groupby(lines, key=lambda line: (line.act, line.at, line.actor_name)):
        rows = [_row(sheet, line) for line in same]
        if act == "assign" and len(rows) > 1:
            rows.reverse()  # the newest line is the last part
            rows[0] |= {"changes": [change | {"label": row["place"]} for row in rows for change in row["changes"]]}
            rows[0] |= {"place": ""}
            del rows[1:]
        found += rows
    return found


def _row(sheet: Sheet, line: History) -> dict[str, Any]:
    """One act as the page shows it."""
    by_code = criteria_of(sheet).by_code
    return {
        "at": line.at,
        "who": line.actor_name,
        "act": translate(ACT_NAMES.get(line.act, line.act)),
        "place": line.place if line.place in by_code else translate(line.place) if line.place else "",
        "href": href(sheet, line.place) if line.place in by_code else None,
        "title": by_code[line.place].title if line.place in by_code else "",
        "changes": [
            {
                "label": translate(change.label),
                "before": show_phrase(change.before) if change.before else None,
                "after": show_phrase(change.after) if change.after else None,
            }
            for change in service.words_of(line, sheet, current.user())
        ],
    }
