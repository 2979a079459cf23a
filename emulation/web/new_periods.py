"""Making the next round from the last one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as lazy
from wtforms import Form, SelectField, StringField

from emulation.access import Permission
from emulation.errors import Refusal
from emulation.models import Period
from emulation.services import new_periods as service
from emulation.services.periods import load_period
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.failures import show_beside

area = Area("new_periods", __name__)


class PeriodForm(Form):
    """The next round."""

    code = StringField(lazy("Năm học"))
    title = StringField(lazy("Tên kỳ đánh giá"))
    criteria_set = SelectField(lazy("Bộ tiêu chí"))


def page(previous: Period, form: PeriodForm, status: int = 200) -> Any:
    """The form, with what would be created."""
    db = current.db()
    form.criteria_set.choices = [
        (str(one.id), f"{one.title} ({one.edition}{', ' + _('minh họa') if one.status == 'illustrative' else ''})")
        for one in service.published_sets(db)
    ]
    plan = service.plan_of(db, previous, now=current.now())
    return render_template("periods/new_period.html", previous=previous, form=form, plan=plan), status


@area.get("/periods/<code>/next", allow=Permission.RUN_PERIOD, load=load_period)
def new_period(previous: Period) -> Any:
    """The form for the round after this one."""
    first, second = (int(part) for part in previous.code.split("-"))
    code = f"{first + 1}-{second + 1}"
    stored = {
        "code": code,
        "title": _("Năm học %(code)s", code=code),
        "criteria_set": str(previous.criteria_set_id),
    }
    return page(previous, PeriodForm(data=stored))


@area.post("/periods/<code>/next", allow=Permission.RUN_PERIOD, load=load_period)
def create_period(previous: Period) -> Any:
    """Make the round."""
    form = PeriodForm(request.form)
    try:
        period = service.create_period(
            current.db(),
            current.actor(),
            code=form.code.data or "",
            title=form.title.data or "",
            criteria_set_id=int(form.criteria_set.data) if (form.criteria_set.data or "").isdecimal() else 0,
            previous=previous,
            now=current.now(),
        )
    except Refusal as refusal:
        return page(previous, form, show_beside(form, refusal))
    flash(_("Đã tạo %(title)s, đang ở giai đoạn chuẩn bị.", title=period.title), "ok")
    return redirect(url_for("periods.board", code=period.code), 303)
