"""Councils of a period: who scores which criteria of which clusters."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as lazy
from wtforms import Form, HiddenField, RadioField, SelectField, SelectMultipleField, StringField

from emulation.access import Permission
from emulation.errors import Refusal, Stale
from emulation.models import Council, Method, Period, SeatRole
from emulation.services import councils as service
from emulation.services.criteria import value_of
from emulation.services.periods import load_period
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase, translate
from emulation.web.failures import show_beside
from emulation.web.numbers import whole_number

area = Area("councils", __name__)
MANAGE = Permission.RUN_PERIOD


class CouncilForm(Form):
    """Name, method, scope and people of a council."""

    name = StringField(lazy("Tên hội đồng"))
    method = RadioField(lazy("Cách tổng hợp điểm của thành viên"))
    clusters = SelectMultipleField(lazy("Cụm thi đua"))
    codes = SelectMultipleField(lazy("Tiêu chí"))
    members = SelectMultipleField(lazy("Thành viên"))
    chair = SelectField(lazy("Chủ tịch"))
    version = HiddenField()

    def scope(self) -> service.Scope:
        """What was typed; shape only."""

        def keys(field: SelectMultipleField) -> list[int]:
            return [key for key in (whole_number(value, None) for value in field.data or ()) if key is not None]

        method = self.method.data if self.method.data in list(Method) else Method.SINGLE
        return service.Scope(
            name=self.name.data or "",
            method=Method(method),
            cluster_ids=keys(self.clusters),
            codes=self.codes.data or [],
            member_ids=keys(self.members),
            chair_id=whole_number(self.chair.data, None),
        )


@area.get("/periods/<code>/councils", allow=Permission.READ_AWARDS, load=load_period)
def councils(period: Period) -> Any:
    """The councils of a period, and what no council scores."""
    db = current.db()
    found = service.councils_of(db, period)
    clusters = service.clusters_of(db, period)
    codes = [criterion.code for criterion in value_of(period.criteria_set).all_criteria]
    names = {cluster.id: cluster for cluster in clusters}
    rows = []
    for council in found:
        chair = next((seat.user.name for seat in council.seats if seat.role == SeatRole.CHAIR), None)
        weakness = service.weakness_of(council)
        rows.append(
            {
                "council": council,
                "method": translate(service.METHOD_NAMES[Method(council.method)]),
                "clusters": sorted(names[one].number for one in council.cluster_ids),
                "all_codes": len(council.codes) == len(codes),
                "chair": chair,
                "members": [seat.user.name for seat in council.seats if seat.role != SeatRole.CHAIR],
                "weakness": show_phrase(weakness) if weakness else None,
            }
        )
    return render_template(
        "periods/councils.html",
        period=period,
        rows=rows,
        clusters=clusters,
        gaps=service.gaps_of(clusters, found, codes),
    )


def form_page(
    period: Period,
    council: Council | None,
    form: CouncilForm,
    status: int = 200,
    conflict: list[dict[str, str]] | None = None,
) -> Any:
    """The form of a council; criteria stand by section."""
    db = current.db()
    criteria = value_of(period.criteria_set)
    people = service.reviewers(db)
    form.method.choices = [(method.value, translate(name)) for method, name in service.METHOD_NAMES.items()]
    form.clusters.choices = [(str(one.id), one.name) for one in service.clusters_of(db, period)]
    form.codes.choices = [(one.code, f"{one.code} {one.title}") for one in criteria.all_criteria]
    groups = [(f"{one.code}. {one.title}", [leaf.code for leaf in one.leaves]) for one in criteria.sections]
    groups.append((_("Điểm thưởng"), [one.code for one in criteria.bonus]))
    groups.append((_("Điểm trừ"), [one.code for one in criteria.deductions]))
    form.members.choices = [(str(one.id), one.name) for one in people]
    form.chair.choices = [("", _("chưa chọn")), *form.members.choices]
    notes = {str(one.id): one.title for one in people if one.title}
    page = render_template(
        "periods/council.html",
        period=period,
        council=council,
        form=form,
        notes=notes,
        groups=[(title, codes) for title, codes in groups if codes],
        conflict=conflict,
    )
    return page, status


@area.get("/periods/<code>/councils/new", allow=MANAGE, load=load_period)
def new_council(period: Period) -> Any:
    """The form for another council; nothing is ticked beforehand."""
    return form_page(period, None, CouncilForm(data={"method": Method.MEAN.value}))


@area.post("/periods/<code>/councils/new", allow=MANAGE, load=load_period)
def create_council(period: Period) -> Any:
    """Make a council."""
    form = CouncilForm(request.form)
    try:
        made = service.create_council(current.db(), current.actor(), period, form.scope(), now=current.now())
    except Refusal as refusal:
        return form_page(period, None, form, show_beside(form, refusal))
    flash(_("Đã lập %(name)s.", name=made.name), "ok")
    return redirect(url_for("councils.councils", code=period.code), 303)


def period_of(council: Council) -> Period:
    """The period of a council."""
    period = current.db().get(Period, council.period_id)
    assert period is not None
    return period


@area.get("/councils/<int:council_id>", allow=MANAGE, load=service.load_council)
def council(council: Council) -> Any:
    """The form of one council."""
    scope = service.scope_of(council)
    stored = {
        "name": scope.name,
        "method": scope.method.value,
        "clusters": [str(one) for one in scope.cluster_ids],
        "codes": list(scope.codes),
        "members": [str(one) for one in scope.member_ids],
        "chair": str(scope.chair_id or ""),
        "version": str(council.version),
    }
    return form_page(period_of(council), council, CouncilForm(data=stored))


@area.post("/councils/<int:council_id>", allow=MANAGE, load=service.load_council)
def change_council(council: Council) -> Any:
    """Save a council."""
    period = period_of(council)
    form = CouncilForm(request.form)
    version = whole_number(form.version.data, 0)
    try:
        service.change_council(
            current.db(), current.actor(), council, period, form.scope(), version=version, now=current.now()
        )
    except Stale as refusal:
        rows = _differences(period, form.scope(), service.scope_of(council))
        form.version.raw_data, form.version.data = None, str(council.version)
        return form_page(period, council, form, refusal.status, rows)
    except Refusal as refusal:
        status = show_beside(form, refusal)
        current.db().rollback()
        return form_page(period, council, form, status)
    flash(_("Đã lưu %(name)s.", name=council.name), "ok")
    return redirect(url_for("councils.councils", code=period.code), 303)


def _differences(period: Period, mine: service.Scope, theirs: service.Scope) -> list[dict[str, str]]:
    """Where what was typed and what a colleague stored meanwhile lie apart, in words."""
    db = current.db()
    clusters = {one.id: one.name for one in service.clusters_of(db, period)}
    people = {one.id: one.name for one in service.reviewers(db)}

    def words(scope: service.Scope) -> list[tuple[str, str]]:
        return [
            (_("Tên hội đồng"), scope.name),
            (_("Cách tổng hợp điểm của thành viên"), translate(service.METHOD_NAMES[scope.method])),
            (_("Cụm thi đua"), ", ".join(clusters.get(one, "?") for one in sorted(scope.cluster_ids))),
            (_("Tiêu chí"), ", ".join(scope.codes)),
            (_("Thành viên"), ", ".join(people.get(one, "?") for one in sorted(scope.member_ids))),
            (_("Chủ tịch"), people.get(scope.chair_id or 0, "")),
        ]

    return [
        {"label": label, "mine": ours, "theirs": stored}
        for (label, ours), (_label, stored) in zip(words(mine), words(theirs), strict=True)
        if ours != stored
    ]
