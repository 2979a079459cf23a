"""Awards of a round: their rules with the simulation, granting, decisions, printing and revoking."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Literal

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from emulation.access import Permission
from emulation.domain.numbers import whole_number
from emulation.errors import Refusal, Stale, WrongState
from emulation.models import Award, Certificate, CertificateStatus, Decision, Period
from emulation.services import awards as service
from emulation.services import certificates, decisions
from emulation.services.criteria import value_of
from emulation.services.periods import load_period
from emulation.services.results import published
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.award_forms import (
    AwardForm,
    DecisionForm,
    GrantForm,
    RevokeForm,
    award_form,
    check_shape,
    differences,
    stored_of,
    typed_of,
)
from emulation.web.display import say as _
from emulation.web.failures import show_beside
from emulation.words import N_

area = Area("awards", __name__)
MANAGE = Permission.MANAGE_AWARDS


# the awards of a round


@area.get("/periods/<code>/awards", allow=Permission.READ_AWARDS, load=load_period)
def awards(period: Period) -> Any:
    """Every award with its rule, and what it gives or gave."""
    db = current.db()
    return render_template(
        "awards/awards.html",
        period=period,
        simulated=service.simulate(db, period),
        is_published=published(db, period) is not None,
        manage=MANAGE,
        quota_words=service.quota_words,
        kinds=service.KIND_NAMES,
        bars=service.BAR_NAMES,
        precision=value_of(period.criteria_set).precision,
    )


@area.post("/periods/<code>/awards/defaults", allow=MANAGE, load=load_period)
def create_defaults(period: Period) -> Any:
    """Write the proposed awards."""
    service.create_defaults(current.db(), current.actor(), period, now=current.now())
    flash(_("Đã tạo danh mục mặc định. Xem lại số lượng và điều kiện trước khi dùng."), "ok")
    return redirect(url_for("awards.awards", code=period.code), 303)


# one award


@area.get("/periods/<code>/awards/new", allow=MANAGE, load=load_period)
def new_award(period: Period) -> Any:
    """The form for another award."""
    return _award_page(period, None, award_form(current.db(), period, None))


@area.post("/periods/<code>/awards/new", allow=MANAGE, load=load_period)
def create_award(period: Period) -> Any:
    """Add an award."""
    db = current.db()
    form = award_form(db, period, None, request.form)
    try:
        check_shape(form)
        service.create_award(db, current.actor(), period, facts=form.facts(), now=current.now())
    except Refusal as refusal:
        status = show_beside(form, refusal)
        return _award_page(period, None, form), status
    flash(_("Đã thêm %(name)s.", name=form.name.data), "ok")
    return redirect(url_for("awards.awards", code=period.code), 303)


def load_award(db: Session, award_id: int) -> Award | None:
    """The award of a URL."""
    return db.get(Award, award_id)


@area.get("/awards/<int:award_id>", allow=MANAGE, load=load_award)
def award(award: Award) -> Any:
    """The form of one award."""
    return _award_page(award.period, award, award_form(current.db(), award.period, award))


@area.post("/awards/<int:award_id>", allow=MANAGE, load=load_award)
def change_award(award: Award) -> Any:
    """Save an award."""
    db = current.db()
    form = award_form(db, award.period, award, request.form)
    try:
        check_shape(form)
        version = whole_number(form.version.data or "0")
        service.change_award(db, current.actor(), award, facts=form.facts(), version=version, now=current.now())
    except Stale as refusal:
        rows = differences(form, stored_of(award))
        form.version.raw_data, form.version.data = None, str(award.version)
        return _award_page(award.period, award, form, rows), refusal.status
    except Refusal as refusal:
        status = show_beside(form, refusal)
        return _award_page(award.period, award, form), status
    flash(_("Đã lưu %(name)s.", name=award.name), "ok")
    return redirect(url_for("awards.awards", code=award.period.code), 303)


def _award_page(
    period: Period, award: Award | None, form: AwardForm, conflict: list[dict[str, str]] | None = None
) -> str:
    decision = service.decision_of(current.db(), award) if award else None
    return render_template(
        "awards/award.html", period=period, award=award, form=form, conflict=conflict, decision=decision
    )


# granting


@area.get("/awards/<int:award_id>/grant", allow=MANAGE, load=load_award)
def granting(award: Award) -> Any:
    """Who would get the award: a dry run, and the form of the decision."""
    return _grant_page(award, GrantForm())


@area.post("/awards/<int:award_id>/grant", allow=MANAGE, load=load_award)
def grant(award: Award) -> Any:
    """Grant the award."""
    form = GrantForm(request.form)
    try:
        decisions.check_open(current.db(), award)  # before the fields are read, which a page that is closed lacks
        decision = decisions.grant(
            current.db(),
            current.actor(),
            award,
            facts=form.facts(),
            chosen=request.form.getlist("chosen"),
            vote_note=form.vote_note.data or "",
            now=current.now(),
        )
    except Refusal as refusal:
        status = show_beside(form, refusal)
        return _grant_page(award, form), status
    flash(_("Đã ghi quyết định và %(n)s bằng có mã tra cứu.", n=len(decision.certificates)), "ok")
    return redirect(url_for("awards.decision", decision_id=decision.id), 303)


def _grant_page(award: Award, form: GrantForm) -> str:
    db = current.db()
    period = award.period
    simulated = next(one for one in service.simulate(db, period) if one.award.id == award.id)
    tied = [outcome for _tie, outcomes in simulated.ties for outcome in outcomes]
    form.chosen.choices = [(outcome.unit, outcome.short_name) for outcome in tied]
    form.chosen.data = form.chosen.data or []
    return render_template(
        "awards/grant.html",
        period=period,
        award=award,
        one=simulated,
        form=form,
        is_published=published(db, period) is not None,
        quota_words=service.quota_words,
        bars=service.BAR_NAMES,
        places=value_of(period.criteria_set).precision,
    )


# decisions


def load_decision(db: Session, decision_id: int) -> Decision | None:
    """The decision of a URL with its certificates."""
    return db.scalar(
        select(Decision)
        .where(Decision.id == decision_id)
        .options(selectinload(Decision.certificates).selectinload(Certificate.unit))
    )


@area.get("/decisions/<int:decision_id>", allow=Permission.READ_AWARDS, load=load_decision)
def decision(decision: Decision) -> Any:
    """The decision with its certificates."""
    return _decision_page(decision, DecisionForm(data=typed_of(decision)))


@area.post("/decisions/<int:decision_id>", allow=MANAGE, load=load_decision)
def change_decision(decision: Decision) -> Any:
    """Save number, date, signer and register numbers."""
    form = DecisionForm(request.form)
    registers = {
        one.id: request.form[name] for one in decision.certificates if (name := f"register_{one.id}") in request.form
    }
    try:
        decisions.change_decision(
            current.db(),
            current.actor(),
            decision,
            facts=form.facts(),
            register_numbers=registers,
            version=whole_number(form.version.data or "0"),
            now=current.now(),
        )
    except Stale as refusal:
        rows = differences(form, typed_of(decision)) + [
            {"label": one.recipient, "mine": registers[one.id], "theirs": one.register_number}
            for one in decision.certificates
            if one.id in registers and registers[one.id] != one.register_number
        ]
        form.version.raw_data, form.version.data = None, str(decision.version)
        return _decision_page(decision, form, registers=registers, conflict=rows), refusal.status
    except Refusal as refusal:
        wrong = refusal.field if (refusal.field or "").startswith("register_") else None
        status = show_beside(form, refusal)
        return _decision_page(decision, form, registers=registers, wrong=wrong), status
    flash(_("Đã lưu quyết định."), "ok")
    return redirect(url_for("awards.decision", decision_id=decision.id), 303)


def _decision_page(
    decision: Decision,
    form: DecisionForm,
    *,
    registers: Mapping[int, str] | None = None,
    conflict: list[dict[str, str]] | None = None,
    wrong: str | None = None,
) -> str:
    return render_template(
        "awards/decision.html",
        decision=decision,
        award=decision.award,
        period=decision.award.period,
        form=form,
        registers=registers or {one.id: one.register_number for one in decision.certificates},
        conflict=conflict,
        wrong=wrong,
        valid=[one for one in decision.certificates if one.status == CertificateStatus.VALID],
        is_example=certificates.is_example(decision),
        manage=MANAGE,
    )


@area.post("/decisions/<int:decision_id>/print", allow=MANAGE, load=load_decision)
def print_all(decision: Decision) -> Any:
    """All certificates that hold, as one PDF in the order of the appendix."""
    valid = [one for one in decision.certificates if one.status == CertificateStatus.VALID]
    if not valid:
        raise WrongState(N_("Mọi bằng của quyết định này đã bị thu hồi."))
    return _printed(decision, valid, f"bang-{decision.award.period.code}-{decision.award.code}.pdf")


def load_certificate(db: Session, certificate_id: int) -> Certificate | None:
    """The certificate of a URL."""
    return db.get(Certificate, certificate_id)


@area.post("/certificates/<int:certificate_id>/print", allow=MANAGE, load=load_certificate)
def print_one(certificate: Certificate) -> Any:
    """One certificate as PDF."""
    return _printed(certificate.decision, [certificate], f"bang-{certificate.check_code}.pdf")


def _printed(decision: Decision, chosen: list[Certificate], name: str) -> Response:
    mode: Literal["electronic", "preprinted"] = (
        "preprinted" if request.form.get("mode") == "preprinted" else "electronic"
    )
    stream = io.BytesIO()
    certificates.print_certificates(
        current.db(),
        current.actor(),
        decision,
        chosen,
        write=stream,
        public_url=current.settings().public_url,
        mode=mode,
        now=current.now(),
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream.getvalue(), mimetype="application/pdf", headers=headers)


@area.get("/certificates/<int:certificate_id>/revoke", allow=MANAGE, load=load_certificate)
def revoking(certificate: Certificate) -> Any:
    """What revoking means, and the form for the reason."""
    return _revoke_page(certificate, RevokeForm())


@area.post("/certificates/<int:certificate_id>/revoke", allow=MANAGE, load=load_certificate)
def revoke(certificate: Certificate) -> Any:
    """Revoke for good."""
    form = RevokeForm(request.form)
    try:
        certificates.revoke(
            current.db(), current.actor(), certificate, reason=form.reason.data or "", now=current.now()
        )
    except Refusal as refusal:
        status = show_beside(form, refusal)
        return _revoke_page(certificate, form), status
    flash(_("Đã thu hồi bằng %(code)s. Trang tra cứu hiện lý do.", code=certificate.check_code), "ok")
    return redirect(url_for("awards.decision", decision_id=certificate.decision_id), 303)


def _revoke_page(certificate: Certificate, form: RevokeForm) -> str:
    decision = certificate.decision
    return render_template(
        "awards/revoke.html",
        certificate=certificate,
        decision=decision,
        award=decision.award,
        period=decision.award.period,
        form=form,
        is_valid=certificate.status == CertificateStatus.VALID,
    )
