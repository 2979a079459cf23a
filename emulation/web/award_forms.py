"""The forms of awards and decisions: shape only, the rules are in the services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session
from wtforms import Form, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from emulation.documents.certificate_template import load_template
from emulation.domain.numbers import whole_number
from emulation.errors import Invalid
from emulation.models import Award, AwardKind, AwardScope, Decision, Period
from emulation.services import awards as service
from emulation.services import decisions
from emulation.services.criteria import value_of
from emulation.web.display import say as _
from emulation.web.display import show_date, translate
from emulation.words import N_


class AwardForm(Form):
    """The rule and the words of an award."""

    name = StringField(lazy("Tên"))
    code = StringField(lazy("Mã"))
    kind = RadioField(lazy("Loại"))
    scope = RadioField(lazy("Số lượng tính"))
    quota = StringField(lazy("Số lượng"))
    quota_percent = StringField(lazy("Hoặc tỷ lệ phần trăm số đơn vị"))
    minimum_grade = SelectField(lazy("Xếp loại tối thiểu"))
    shuts_out = SelectMultipleField(lazy("Đã nhận thì không xét"))
    position = StringField(lazy("Thứ tự xét"))
    template = SelectField(lazy("Mẫu in"))
    merit = TextAreaField(lazy("Nội dung ghi trên bằng"))
    version = HiddenField()

    def facts(self) -> service.AwardFacts:
        """What was typed; shape only.

        Raises:
            Invalid: a count that is not a whole number.
        """
        return service.AwardFacts(
            code=self.code.data or "",
            name=self.name.data or "",
            kind=self.kind.data or "",
            scope=self.scope.data or "",
            quota=_count(self.quota),
            quota_percent=_count(self.quota_percent),
            minimum_grade=self.minimum_grade.data or None,
            shuts_out=tuple(self.shuts_out.data or ()),
            position=_count(self.position) or 0,
            template=self.template.data or "",
            merit=self.merit.data or "",
        )


def _count(field: StringField) -> int | None:
    return whole_number(field.data, field.name) if (field.data or "").strip() else None


def award_form(db: Session, period: Period, award: Award | None, typed: Any = None) -> AwardForm:
    """The form, with the stored award or what was typed."""
    stored: dict[str, Any] = {
        "kind": AwardKind.FORM,
        "scope": AwardScope.CLUSTER,
        "template": "bang-khen",
        "position": str(len(service.awards_of(db, period)) + 1),
    }
    if award is not None:
        stored = stored_of(award)
    form = AwardForm(typed, data=stored)
    form.kind.choices = [(kind.value, translate(name)) for kind, name in service.KIND_NAMES.items()]
    form.scope.choices = [(scope.value, translate(name)) for scope, name in service.SCOPE_NAMES.items()]
    grades = [grade.name for grade in value_of(period.criteria_set).grades]
    form.minimum_grade.choices = [("", _("không yêu cầu")), *((grade, grade) for grade in grades)]
    others = [other for other in service.awards_of(db, period) if award is None or other.id != award.id]
    form.shuts_out.choices = [(other.code, other.name) for other in others]
    form.template.choices = [(name, load_template(name).title) for name in service.templates()]
    return form


def stored_of(award: Award) -> dict[str, Any]:
    """What is stored about an award, as it is typed."""

    def text(value: int | None) -> str:
        return "" if value is None else str(value)

    return {
        "name": award.name,
        "code": award.code,
        "kind": award.kind,
        "scope": award.scope,
        "quota": text(award.quota),
        "quota_percent": text(award.quota_percent),
        "minimum_grade": award.minimum_grade or "",
        "shuts_out": award.shuts_out,
        "position": str(award.position),
        "template": award.template,
        "merit": award.merit,
        "version": str(award.version),
    }


def check_shape(form: Form) -> None:
    """Refuse a choice that the page does not offer."""
    for field in form:
        if isinstance(field, SelectField):
            offered = {choice[0] for choice in field.iter_choices()}
            chosen = field.data if isinstance(field.data, list) else [field.data]
            if not offered.issuperset(chosen):
                raise Invalid(N_("Chọn một trong các mục."), field.name)


def differences(form: Form, stored: Mapping[str, Any]) -> list[dict[str, str]]:
    """Rows of a stale save: what was typed and what is stored, where they differ."""

    def text(value: Any) -> str:
        return ", ".join(value) if isinstance(value, list) else str(value or "")

    return [
        {"label": str(form[name].label.text), "mine": text(form[name].data), "theirs": text(theirs)}
        for name, theirs in stored.items()
        if name != "version" and text(form[name].data) != text(theirs)
    ]


class DecisionForm(Form):
    """What the clerk types about a decision."""

    number = StringField(lazy("Số quyết định"))
    issued_on = StringField(lazy("Ngày ký"))
    signer_title = TextAreaField(lazy("Chức vụ người ký"))
    signer = StringField(lazy("Họ tên người ký"))
    version = HiddenField()

    def facts(self) -> decisions.DecisionFacts:
        """What was typed; shape only.

        Raises:
            Invalid: a day that is none.
        """
        return decisions.DecisionFacts(
            number=self.number.data or "",
            issued_on=_day(self.issued_on),
            signer=self.signer.data or "",
            signer_title=self.signer_title.data or "",
        )


class GrantForm(DecisionForm):
    """A decision with the vote on open ties."""

    chosen = SelectMultipleField(lazy("Đơn vị được biểu quyết chọn"))
    vote_note = TextAreaField(lazy("Kết quả biểu quyết"))


def _day(field: StringField) -> date | None:
    text = "".join((field.data or "").split())
    if not text:
        return None
    try:
        return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise Invalid(N_("Viết ngày như 05/09/2022."), field.name) from error


def typed_of(decision: Decision) -> dict[str, str]:
    """What is stored about a decision, as it is typed."""
    return {
        "number": decision.number,
        "issued_on": show_date(decision.issued_on) if decision.issued_on else "",
        "signer_title": decision.signer_title,
        "signer": decision.signer,
        "version": str(decision.version),
    }


class RevokeForm(Form):
    """Why a certificate no longer holds."""

    reason = TextAreaField(lazy("Lý do thu hồi"))
