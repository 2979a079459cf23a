"""Making the first round, and each next one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as lazy
from wtforms import Form, SelectField, StringField

from emulation.access import Permission
from emulation.errors import Refusal
from emulation.models import Period
from emulation.services import new_periods as service
from emulation.services.periods import newest_period
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.failures import show_beside
from emulation.web.numbers import whole_number
from emulation.words import vietnam_day

area = Area("new_periods", __name__)
YEAR_BEGINS = 8  # August


class PeriodForm(Form):
    """A new round."""

    code = StringField(lazy("Năm học"))
    title = StringField(lazy("Tên kỳ đánh giá"))
    criteria_set = SelectField(lazy("Bộ tiêu chí"))


def page(previous: Period | None, form: PeriodForm, status: int = 200) -> Any:
    """The form, with what would be created."""
    db = current.db()
    form.criteria_set.choices = [
        (str(one.id), f"{one.title} ({one.edition}{', ' + _('minh họa') if one.status == 'illustrative' else ''})")
        for one in service.published_sets(db)
    ]
    plan = service.plan_of(db, previous, now=current.now())
    return render_template("periods/new_period.html", previous=previous, form=form, plan=plan), status


@area.get("/periods/new", allow=Permission.RUN_PERIOD)
def new_period() -> Any:
    """The form for the round after the newest one, or for the first, of the school year of today."""
    previous = newest_period(current.db())
    if previous is not None:
        year = int(previous.code[:4]) + 1
    else:
        today = vietnam_day(current.now())
        year = today.year if today.month >= YEAR_BEGINS else today.year - 1
    code = f"{year}-{year + 1}"
    stored = {
        "code": code,
        "title": _("Năm học %(code)s", code=code),
        "criteria_set": str(previous.criteria_set_id) if previous else "",
    }
    return page(previous, PeriodForm(data=stored))


@area.post("/periods/new", allow=Permission.RUN_PERIOD)
def create_period() -> Any:
    """Make the round, and go on to its times."""
    form = PeriodForm(request.form)
    previous = newest_period(current.db())
    try:
        period = service.create_period(
            current.db(),
            current.actor(),
            code=form.code.data or "",
            title=form.title.data or "",
            criteria_set_id=whole_number(form.criteria_set.data, 0),
            previous=previous,
            now=current.now(),
        )
    except Refusal as refusal:
        return page(previous, form, show_beside(form, refusal))
    flash(_("Đã tạo %(title)s, đang ở giai đoạn chuẩn bị. Đặt thời gian các giai đoạn.", title=period.title), "ok")
    return redirect(url_for("periods.times", code=period.code), 303)
