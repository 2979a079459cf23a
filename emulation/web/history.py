"""The history: who did what, when, and what changed. Read by auditors and by the department."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from emulation.access import Permission
from emulation.models import History, Period, User
from emulation.services import history as service
from emulation.services.history_words import ACT_NAMES, Names, changes_of
from emulation.services.units import all_units
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase, translate

area = Area("history", __name__)
WORTH_A_LOOK = (
    "extend",
    "take_back_extension",
    "return",
    "lift_exclusion",
    "answer",
    "reset_account",
    "revoke",
    "change_decision",
)
FILTERS = ("who", "act", "unit", "first", "last")
LATEST = 8


class SearchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What is looked for; a GET form, so it needs no token."""

    class Meta:
        """Settings of WTForms."""

        csrf = False

    who = SelectField(lazy_gettext("Người làm"), validate_choice=False)
    act = SelectField(lazy_gettext("Việc"), validate_choice=False)
    unit = SelectField(lazy_gettext("Đơn vị"), validate_choice=False)
    first = DateField(lazy_gettext("Từ ngày"), [Optional()], format="%d/%m/%Y")
    last = DateField(lazy_gettext("Đến ngày"), [Optional()], format="%d/%m/%Y")


def shown(lines: Sequence[tuple[History, str | None, str | None]]) -> list[dict[str, Any]]:
    """Lines as the page shows them."""
    names = service.names_in(current.db())
    return [shown_line(line, unit, period, names) for line, unit, period in lines]


def shown_line(line: History, unit: str | None, period: str | None, names: Names) -> dict[str, Any]:
    """A line as the page shows it."""
    return {
        "at": line.at,
        "who": line.actor_name,
        "address": line.address,
        "act": translate(ACT_NAMES.get(line.act, line.act)),
        "unit": unit,
        "period": period,
        "place": line.place,
        "changes": [
            {
                "label": translate(change.label),
                "before": show_phrase(change.before) if change.before else None,
                "after": show_phrase(change.after) if change.after else None,
            }
            for change in (changes_of(line, names) if line.act not in service.INTERNAL_WORDS else ())
        ],
    }


@area.get("/history", allow=Permission.READ_HISTORY)
def history() -> Any:
    """The history with its filters, 50 lines a page."""
    db = current.db()
    units = all_units(db)
    form = SearchForm(request.args)
    everybody = [("", _("Mọi người")), *((name, name) for name in service.people_of(db))]
    form.who.choices = everybody
    acts = sorted(
        ((act, translate(name)) for act, name in ACT_NAMES.items() if act not in service.INTERNAL_ACTS),
        key=lambda pair: pair[1],
    )
    form.act.choices = [("", _("Mọi việc")), *acts]
    form.unit.choices = [("", _("Mọi đơn vị")), *((unit.code, unit.short_name) for unit in units)]
    fits = form.validate()
    if not fits:
        for field in (form.first, form.last):
            if field.errors:
                field.errors = [_("Nhập ngày dạng dd/mm/yyyy.")]
    by_code = {unit.code: unit.id for unit in units}
    wanted = service.Search(
        who=form.who.data or "",
        act=form.act.data or "",
        unit_id=by_code.get(form.unit.data or ""),
        first=form.first.data,
        last=form.last.data,
    )
    found = service.search(db, wanted, page=request.args.get("page", 1, type=int))
    page = render_template(
        "history/history.html",
        form=form,
        lines=shown(found.lines),
        found=found,
        page_size=service.PAGE,
        pages=[
            {"number": number, "href": page_url(number) if number else None, "current": number == found.number}
            for number in numbers_near(found.number, found.pages)
        ],
        previous=page_url(found.number - 1) if found.number > 1 else None,
        next=page_url(found.number + 1) if found.number < found.pages else None,
    )
    return page, 200 if fits else 422


def page_url(number: int) -> str:
    """The same search, another page."""
    kept: dict[str, Any] = {key: request.args[key] for key in FILTERS if request.args.get(key)}
    return url_for("history.history", **kept, page=number)


def numbers_near(number: int, pages: int) -> list[int]:
    """First, last and the neighbours of a page; 0 stands for a gap."""
    kept = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    found: list[int] = []
    for one in kept:
        if found and one > found[-1] + 1:
            found.append(0)
        found.append(one)
    return found


def auditor_home(person: User, period: Period) -> str:
    """The auditor's first page: what was done lately, and what deserves a look."""
    db = current.db()
    since = current.now() - timedelta(days=30)
    counts = service.count_acts(db, WORTH_A_LOOK, since=since)
    return render_template(
        "home/auditor.html",
        period=period,
        since=since,
        worth=[(act, translate(ACT_NAMES[act]), count) for act, count in counts.items()],
        lines=shown(service.latest(db, count=LATEST, but=("sign_in",))),
    )
