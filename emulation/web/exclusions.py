"""Exclusions: findings that bar a unit from ranks and awards."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as lazy
from wtforms import Form, SelectField, TextAreaField

from emulation.access import Permission
from emulation.errors import Invalid, Refusal
from emulation.models import Exclusion, Period, Sheet
from emulation.services import exclusions as service
from emulation.services.criteria import value_of
from emulation.services.periods import load_period, sheets_of
from emulation.services.sheets import load_sheet
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.failures import show_beside
from emulation.web.numbers import whole_number
from emulation.words import N_

area = Area("exclusions", __name__)


class ExclusionForm(Form):
    """A finding against a unit."""

    unit = SelectField(lazy("Đơn vị"))
    ground = SelectField(lazy("Điều kiện loại trừ"))
    note = TextAreaField(lazy("Căn cứ"))


class LiftForm(Form):
    """Why a finding is taken back."""

    reason = TextAreaField(lazy("Lý do"))


def page(period: Period, form: ExclusionForm, status: int = 200) -> Any:
    """Findings of a period, lifted ones too, and the form for another."""
    db = current.db()
    titles = {ground.code: ground.title for ground in value_of(period.criteria_set).exclusions}
    form.unit.choices = [("", _("chọn đơn vị")), *((str(one.id), one.short_name) for one in sheets_of(db, period))]
    form.ground.choices = [("", _("chọn điều kiện")), *((code, f"{code} {text}") for code, text in titles.items())]
    rows = service.exclusions_of(db, period)
    return render_template("periods/exclusions.html", period=period, form=form, rows=rows, titles=titles), status


@area.get("/periods/<code>/exclusions", allow=Permission.READ_AWARDS, load=load_period)
def exclusions(period: Period) -> Any:
    """What bars units of this period."""
    return page(period, ExclusionForm())


@area.post("/periods/<code>/exclusions", allow=Permission.EXCLUDE_UNIT, load=load_period)
def exclude(period: Period) -> Any:
    """Record a finding."""
    form = ExclusionForm(request.form)
    try:
        sheet = load_sheet(current.db(), whole_number(form.unit.data, 0))
        if sheet is None or sheet.period_id != period.id:
            raise Invalid(N_("Chọn một đơn vị của kỳ này."), "unit")
        service.exclude(
            current.db(),
            current.actor(),
            sheet,
            ground=form.ground.data or "",
            note=form.note.data or "",
            now=current.now(),
        )
    except Refusal as refusal:
        return page(period, form, show_beside(form, refusal))
    flash(_("Đã ghi điều kiện loại trừ của %(name)s.", name=sheet.short_name), "ok")
    return redirect(url_for("exclusions.exclusions", code=period.code), 303)


def lift_page(exclusion: Exclusion, sheet: Sheet, form: LiftForm, status: int = 200) -> Any:
    """The form for taking a finding back."""
    titles = {ground.code: ground.title for ground in value_of(sheet.period.criteria_set).exclusions}
    page = render_template(
        "periods/lifting.html",
        period=sheet.period,
        sheet=sheet,
        exclusion=exclusion,
        title=titles.get(exclusion.ground, exclusion.ground),
        form=form,
    )
    return page, status


@area.get("/exclusions/<int:exclusion_id>/lift", allow=Permission.EXCLUDE_UNIT, load=service.load_exclusion)
def lifting(found: tuple[Exclusion, Sheet]) -> Any:
    """Why a finding is taken back."""
    return lift_page(*found, LiftForm())


@area.post("/exclusions/<int:exclusion_id>/lift", allow=Permission.EXCLUDE_UNIT, load=service.load_exclusion)
def lift(found: tuple[Exclusion, Sheet]) -> Any:
    """Take a finding back; it stays readable."""
    exclusion, sheet = found
    form = LiftForm(request.form)
    try:
        service.lift(current.db(), current.actor(), exclusion, sheet, reason=form.reason.data or "", now=current.now())
    except Refusal as refusal:
        return lift_page(exclusion, sheet, form, show_beside(form, refusal))
    flash(_("Đã gỡ điều kiện loại trừ của %(name)s.", name=sheet.short_name), "ok")
    return redirect(url_for("exclusions.exclusions", code=sheet.period.code), 303)
