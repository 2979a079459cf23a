"""Public check of certificates: what was awarded, to whom, by which decision, and whether it still holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from wtforms import Form, StringField

from emulation.access import Permission
from emulation.documents.balance import fit
from emulation.documents.typesetting import date_words
from emulation.models import AwardKind, Certificate, CertificateStatus, Decision
from emulation.services import certificates
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _

area = Area("certificates", __name__)


class SearchForm(Form):
    """A code typed from paper."""

    code = StringField()


@area.get("/check", allow=Permission.PUBLIC)
def search() -> Any:
    """The form for the code; a typed code leads to its page."""
    form = _form(request.args.get("code", ""))
    if form.code.data:
        code = certificates.tidy_code(form.code.data)
        if code is not None and certificates.find(current.db(), code) is not None:
            return redirect(url_for("certificates.check", check_code=code))
        return _unknown(form.code.data)
    return render_template("certificates/check.html", form=form, certificate=None)


@area.get("/check/<check_code>", allow=Permission.PUBLIC)
def check(check_code: str) -> Any:
    """What one certificate says and whether it holds."""
    certificate = certificates.find(current.db(), check_code)
    if certificate is None:
        return _unknown(check_code)
    if certificate.check_code != check_code:
        return redirect(url_for("certificates.check", check_code=certificate.check_code))
    decision = certificate.decision
    award = decision.award
    return render_template(
        "certificates/check.html",
        form=_form(certificate.check_code),
        certificate=certificate,
        decision=decision,
        award=award,
        is_title=award.kind == AwardKind.TITLE,
        is_valid=certificate.status == CertificateStatus.VALID,
        is_example=certificates.is_example(decision),
        steps=_steps(certificate, decision, current.now()),
        picture=picture(certificate),
        now=current.now(),
    )


def _unknown(typed: str) -> Any:
    form = _form(typed[:60])
    form.code.errors = [
        _("Không có bằng nào mang mã này. Kiểm tra lại từng chữ; mã không dùng chữ O, I, L và số 0, 1.")
    ]
    return render_template("certificates/check.html", form=form, certificate=None), 404


def _form(code: str) -> SearchForm:
    form = SearchForm(data={"code": code})
    form.code.label.text = _("Mã in dưới bằng, hoặc quét mã QR")
    return form


def _steps(certificate: Certificate, decision: Decision, now: datetime) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    if decision.issued_on:
        steps.append({"label": _("Ký quyết định khen thưởng"), "when": decision.issued_on, "state": "done"})
    else:
        steps.append({"label": _("Ghi danh sách khen thưởng"), "when": decision.made_at, "state": "done"})
    if certificate.revoked_at:
        steps.append({"label": _("Thu hồi"), "when": certificate.revoked_at, "state": "now"})
    else:
        steps.append({"label": _("Còn hiệu lực tại lúc tra cứu"), "when": now, "state": "now"})
    return steps


MOTTO_LINES = 2  # the country's name and the motto stand on top of every certificate
FACTS = frozenset({"decision_number", "decision_date", "register_number"})


def picture(certificate: Certificate) -> dict[str, Any]:
    """The content of the certificate as the screen shows it: the words of its template, broken as on paper."""
    decision = certificate.decision
    template = certificates.template_of(decision.award)
    issued = date_words(decision.issued_on) if decision.issued_on else ""
    values = {
        "decision_number": decision.number,
        "decision_date": issued,
        "register_number": certificate.register_number,
    }
    fixed = [line for line in template.lines if not line.values and not line.needs]
    title = next(place for place, line in enumerate(fixed) if line.face == "award")
    above = [line.text for line in fixed[MOTTO_LINES:title]]
    below = [line.text for line in fixed[title + 1 :]]
    name = next(line for line in template.lines if "name" in line.values)
    fitted = fit(
        certificate.recipient, face=name.typeface, measure=name.broadest, steps=name.steps, tracking=name.tracking
    )
    left = [line.filled(values, template.blanks) for line in template.lines if FACTS.intersection(line.values)]
    return {
        "title": fixed[title].text,
        "issuer": above[:-1],
        "verb": (above or below or [""])[-1],
        "recipient": list(fitted.lines) if fitted else [certificate.recipient],
        "merit": decision.award.merit,
        "left": [text for text in left if text],
        "place_date": f"{template.defaults.get('place', '')}, {issued}" if issued else None,
        "signer": (decision.signer_title or template.defaults.get("signer_title", "")).splitlines(),
    }
