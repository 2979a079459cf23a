"""The form of one criterion: fields that fit its rule, read into the object of DESIGN 3's table. Shape only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of an older WTForms
from wtforms.form import BaseForm

from emulation.domain.criteria import Criterion
from emulation.domain.figures import AMBIGUOUS, figures_of, read_figure
from emulation.domain.numbers import number
from emulation.domain.rules import Check, Checklist, External, Levels, Ratio, Rule, Steps
from emulation.errors import Invalid
from emulation.services.lines import FIGURES, label_of
from emulation.web.display import decimal_mark, show_phrase
from emulation.web.display import say as _
from emulation.words import N_, Phrase, figure

NOT_CHOSEN = ""  # the radio button for "nothing declared"
NONE_MET = "-"  # the checkbox for "no item is met", which is a declaration
MET, NOT_MET = "1", "0"
PROMPTS = {
    "part": N_("Nhập nốt số này để tính điểm."),
    "whole": N_("Nhập nốt số này để tính điểm."),
    "before": N_("Nhập nốt số liệu năm trước."),
    "now": N_("Nhập nốt số liệu năm nay."),
}


class EntryForm(BaseForm):
    """A form whose fields are given to it by `form_for`: a class for every criterion would take longer to make."""

    def say(self, field: str | None, phrase: Phrase) -> None:
        """Put a refusal beside its field, or on top of the form."""
        sentence = show_phrase(phrase)
        if field is not None and field in self:
            self[field].errors = [*self[field].errors, sentence]
        else:
            self.form_errors.append(sentence)

    @property
    def sentences(self) -> dict[str, str]:
        """Every refusal by field; "" is the whole form."""
        found = {name: " ".join(field.errors) for name, field in self._fields.items() if field.errors}
        if self.form_errors:
            found[""] = " ".join(self.form_errors)
        return found


def form_for(
    criterion: Criterion,
    *,
    given: Any = None,
    data: Mapping[str, Any] | None = None,
    explanation: str = "",
) -> EntryForm:
    """The form of a criterion, holding what was posted (`given`) or what is stored."""
    rule = criterion.rule
    fields: dict[str, Any] = {}
    asked = figures_of(rule, {str(name): text for name, text in criterion.labels.items()}, data)
    if given is not None and isinstance(rule, Ratio | Steps) and given.get("value") is not None:
        asked = ("value",) if given.get("part") is None else ("part", "whole", "value")
    for key in asked:
        fields[key] = StringField(show_phrase(label_of(criterion, key)))
    if isinstance(rule, Levels):
        choices = [SelectChoice(level.label, level.label) for level in rule.levels]
        fields["level"] = RadioField(show_phrase(label_of(criterion, "level")), choices=[*choices, _unchosen()])
    elif isinstance(rule, Check):
        yes_no = [SelectChoice(MET, _("Đạt")), SelectChoice(NOT_MET, _("Không đạt"))]
        fields["met"] = RadioField(show_phrase(label_of(criterion, "met")), choices=[*yes_no, _unchosen()])
    elif isinstance(rule, Checklist):
        items = [SelectChoice(item.code, item.label) for item in rule.items]
        fields["met"] = SelectMultipleField(
            _("Các mục đạt"), choices=[*items, SelectChoice(NONE_MET, _("Không mục nào đạt"))], validate_choice=False
        )
    if criterion.may_skip and not isinstance(rule, External):
        fields["not_applicable"] = BooleanField(_("Không áp dụng cho đơn vị"))
        fields["reason"] = StringField(_("Lý do không áp dụng"))
    fields["explanation"] = TextAreaField(_("Diễn giải"))
    form = EntryForm(fields)
    form.process(given, data={**_shown(rule, data), "explanation": explanation})
    for field in form:
        field.errors = []
    return form


def _unchosen() -> SelectChoice:
    return SelectChoice(NOT_CHOSEN, _("Chưa kê khai"))


def _shown(rule: Rule, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """A stored entry as its form shows it: figures with the reader's decimal mark."""
    if data is None:
        return {"level": NOT_CHOSEN, "met": [] if isinstance(rule, Checklist) else NOT_CHOSEN}
    shown: dict[str, Any] = {"level": NOT_CHOSEN, "met": NOT_CHOSEN}
    for key, value in data.items():
        if key in FIGURES:
            text = figure(number(value), decimal=decimal_mark())
            shown[key] = figure(number(value)) if AMBIGUOUS.fullmatch(text) else text
        elif key == "met" and isinstance(rule, Checklist):
            shown[key] = list(value) or [NONE_MET]
        elif key == "met":
            shown[key] = MET if value else NOT_MET
        else:
            shown[key] = value
    return shown


def entry_from_form(criterion: Criterion, form: EntryForm) -> dict[str, Any] | None:
    """The declared entry; None where nothing is declared. Refusals stand in `form.sentences` and there is no entry."""
    if "not_applicable" in form and form["not_applicable"].data:
        return {"not_applicable": True, "reason": str(form["reason"].data or "")}
    rule = criterion.rule
    if isinstance(rule, Levels):
        return {"level": form["level"].data} if form["level"].data else None
    if isinstance(rule, Check):
        return _met(form)
    if isinstance(rule, Checklist):
        return _items(form)
    return _figures(form)


def _met(form: EntryForm) -> dict[str, Any] | None:
    chosen = form["met"].data
    if chosen in (None, NOT_CHOSEN):
        return None
    if chosen not in (MET, NOT_MET):
        form.say("met", Phrase(N_("Chọn đạt hoặc không đạt.")))
        return None
    return {"met": chosen == MET}


def _items(form: EntryForm) -> dict[str, Any] | None:
    chosen = [str(code) for code in form["met"].data or []]
    if not chosen:
        return None
    if NONE_MET in chosen and len(chosen) > 1:
        form.say("met", Phrase(N_("Bỏ dấu ở “Không mục nào đạt”, hoặc bỏ dấu ở các mục khác.")))
        return None
    return {"met": [code for code in chosen if code != NONE_MET]}


def _figures(form: EntryForm) -> dict[str, Any] | None:
    asked = [name for name in form._fields if name in FIGURES]
    typed = {name: str(form[name].data or "").strip() for name in asked}
    given = {name: text for name, text in typed.items() if text}
    if not given:
        return None
    if "value" in given and len(given) > 1:
        form.say("value", Phrase(N_("Chỉ nhập một cách: hai số, hoặc thẳng giá trị.")))
        return None
    for name in asked:
        if name in given:
            try:
                read_figure(given[name], name)
            except Invalid as error:
                form.say(name, error.phrase)
        elif name != "value" and "value" not in given:
            form.say(name, Phrase(PROMPTS.get(name, N_("Chưa nhập số."))))
    return None if form.sentences else given
