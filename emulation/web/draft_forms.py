"""The forms of a draft: how the fields of a node are shown, and how what was typed is read. Shape only.

A field's name is its path inside the node's fields: "evidence-hint", "rule-steps-0-from". What is empty or left to its
default is not written, so that an untouched form saves exactly what was there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wtforms import BooleanField, Form, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of an older WTForms

from emulation.domain.drafts import Draft, Fields, Kind, Node
from emulation.domain.numbers import number
from emulation.domain.outline import Fault
from emulation.domain.rules import KINDS
from emulation.domain.words_of_sets import TIE_BREAKERS
from emulation.errors import Invalid
from emulation.services.names import owners, tag_name, tags
from emulation.web.display import decimal_mark, show_phrase, translate
from emulation.web.display import say as _
from emulation.web.draft_specs import CHOICES, CRITERION_SPECS, FIELD_NAMES, Spec, rule_kind, specs_of
from emulation.words import N_, Phrase, figure

MOST_ROWS = 60


# ---- showing ----


class NodeForm(Form):
    """The form of a node; `errors_of` the sentences by field, "" is the node as a whole."""

    def tell(self, errors: Mapping[str, list[str]]) -> None:
        """Put the sentences beside their fields."""
        for one in self:
            one.errors = list(errors.get(one.name, ()))
        self.form_errors = list(errors.get("", ()))


@dataclass
class Rows:
    """A table of a form: its spec, and the names of the fields of each row; the last row is empty, for one more."""

    spec: Spec
    names: list[list[str]] = field(default_factory=list)


def shown_figure(value: Any) -> str:
    """A stored figure with the reader's decimal mark; what is no figure as it was typed."""
    if value is None:
        return ""
    try:
        return figure(number(value), decimal=decimal_mark()).replace("\u2212", "-")
    except Invalid:
        return str(value)


def form_of(node: Node, draft: Draft) -> tuple[NodeForm, dict[str, Rows]]:
    """The form of a node with what is stored, and its tables by name."""
    kind = rule_kind(node.fields)
    made: dict[str, Any] = {}
    data: dict[str, Any] = {}
    tables: dict[str, Rows] = {}

    def put(spec: Spec, name: str, value: Any) -> None:
        label = translate(spec.label)
        match spec.kind:
            case "check":
                made[name], data[name] = BooleanField(label), value is True
            case "choice":
                made[name] = SelectField(label, choices=choices_of(name, draft, value), validate_choice=False)
                data[name] = value if value is not None else spec.default
            case "tags":
                known = dict.fromkeys([*tags(), *(value or ())])
                choices = [SelectChoice(tag, tag_name(tag)) for tag in known]
                made[name] = SelectMultipleField(label, choices=choices, validate_choice=False)
                data[name] = list(value or ())
            case "area" | "lines":
                made[name] = TextAreaField(label)
                data[name] = "\n".join(value or ()) if spec.kind == "lines" else str(value or "")
            case "codes":
                made[name], data[name] = StringField(label), ", ".join(value or ())
            case "figure":
                made[name] = StringField(label)
                data[name] = shown_figure(value if value is not None else spec.default or None)
            case _:
                made[name], data[name] = StringField(label), str(value or "")

    def put_whole(spec: Spec) -> None:
        value = _get(node.fields, spec.path)
        if spec.kind == "table":
            rows = tables[spec.name] = Rows(spec)
            for i, row in enumerate([*(value or ()), {}]):
                names = [f"{spec.name}-{i}-{column.name}" for column in spec.columns]
                for column, name in zip(spec.columns, names, strict=True):
                    put(column, name, row.get(column.name))
                rows.names.append(names)
        elif spec.kind == "ranking":
            rows = tables[spec.name] = Rows(spec)
            for i, row in enumerate([*(value or ()), ""]):
                put(Spec("", "choice", spec.label), f"{spec.name}-{i}", row)
                rows.names.append([f"{spec.name}-{i}"])
        else:
            put(spec, spec.name, value)

    if node.kind is Kind.CRITERION:
        for spec in CRITERION_SPECS:
            put_whole(spec)
        kinds = [SelectChoice(name, _sentence_case(rule.name)) for name, rule in KINDS.items()]
        made["rule-kind"], data["rule-kind"] = SelectField(_("Kiểu"), choices=kinds), kind
    for spec in specs_of(node.kind, kind):
        if spec.name not in made and spec.name not in tables:
            put_whole(spec)
    form: NodeForm = type("ThisNodeForm", (NodeForm,), made)(data=data)
    form.tell({})
    return form, tables


def _sentence_case(text: str) -> str:
    words = translate(text)
    return words[:1].upper() + words[1:]


def choices_of(name: str, draft: Draft, value: Any) -> list[SelectChoice]:
    """What can be chosen; a stored value that is not offered (any more) stays as it is."""
    if name.startswith("tie_breakers-"):
        found = {"": "–"} | {key: translate(words) for key, words in TIE_BREAKERS.items()}
        for node in draft.in_order():
            if node.kind is Kind.SECTION and node.code:
                found[f"section:{node.code}"] = _(
                    "nhiều điểm hơn ở %(code)s. %(title)s", code=node.code, title=node.title
                )
    elif name == "owner":
        found = {"": _("Chưa có"), **owners()}
    else:
        found = {key: translate(words) for key, words in CHOICES[name].items()}
    if value not in (None, "") and str(value) not in found:
        found[str(value)] = str(value)
    return [SelectChoice(key, words) for key, words in found.items()]


def _get(fields: Fields, path: Sequence[str]) -> Any:
    value: Any = fields
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


# ---- reading ----


def fields_from(node: Node, posted: Any) -> dict[str, Any]:
    """The fields that a posted form spells. With another kind of rule chosen, parameters of the same name go along."""
    if node.kind is not Kind.CRITERION:
        return _read(specs_of(node.kind), posted)
    shown = str(posted.get("rule-shown", ""))
    shown = shown if shown in KINDS else rule_kind(node.fields)
    chosen = str(posted.get("rule-kind", ""))
    chosen = chosen if chosen in KINDS else shown
    names = {spec.name for spec in specs_of(Kind.CRITERION, chosen)}
    found = _read([spec for spec in specs_of(Kind.CRITERION, shown) if spec.name in names], posted)
    found["rule"] = {**found.get("rule", {}), "kind": chosen}
    return found


def _read(specs: Iterable[Spec], posted: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for spec in specs:
        value = _value(spec, spec.name, posted)
        if spec.keep or (value not in ("", [], None) and value != spec.default):
            place = found
            for part in spec.path[:-1]:
                place = place.setdefault(part, {})
            place[spec.path[-1]] = value
    return found


def _value(spec: Spec, name: str, posted: Any) -> Any:
    match spec.kind:
        case "check":
            return bool(posted.get(name))
        case "tags":
            return [str(tag) for tag in posted.getlist(name)]
        case "table":
            return [
                {
                    column.name: value
                    for column in spec.columns
                    if (value := _value(column, f"{row}-{column.name}", posted))
                }
                for row in rows_posted(spec, posted)
            ]
        case "ranking":
            return [str(posted.get(row)) for row in rows_posted(spec, posted)]
        case "lines":
            return [line for text in str(posted.get(name, "")).splitlines() if (line := text.strip())]
        case "codes":
            return [code for code in re.split(r"[\s,;]+", str(posted.get(name, ""))) if code]
        case "figure":
            return typed_figure(str(posted.get(name, "")))
        case "area":
            return "\n".join(line.rstrip() for line in str(posted.get(name, "")).strip().splitlines())
        case _:
            return " ".join(str(posted.get(name, "")).split())


def typed_figure(text: str) -> str:
    """A typed figure in the one spelling that is stored, "8,5" as "8.5"; what cannot be read stays as it was typed."""
    try:
        value = f"{number(text):f}"
    except Invalid:
        return text.strip()
    return value.rstrip("0").rstrip(".") if "." in value else value


def rows_posted(spec: Spec, posted: Any) -> list[str]:
    """The names of the rows of a table in which something was typed, in order: ["rule-steps-0", "rule-steps-2"]."""
    pattern = re.compile(re.escape(spec.name) + (r"-(\d{1,3})-\w+" if spec.kind == "table" else r"-(\d{1,3})"))
    filled = {
        int(match[1]) for name in posted if (match := pattern.fullmatch(name)) and str(posted.get(name, "")).strip()
    }
    return [f"{spec.name}-{i}" for i in sorted(filled)[:MOST_ROWS]]


# ---- what is wrong, beside its field ----

# what the checker says in the words of a criteria file (marked there too), said for a form
SAID: dict[str, Callable[[Fault], Phrase]] = {
    N_("Thiếu khóa “%(key)s”."): lambda fault: Phrase(N_("Chưa nhập.")),
    N_("Khóa “%(key)s” để trống."): lambda fault: Phrase(N_("Chưa nhập.")),
    N_("Khóa “%(key)s” phải là một số."): lambda fault: Phrase(N_("Cần một số, ví dụ 8,5.")),
    N_("Khóa “%(key)s” phải là một số nguyên."): lambda fault: Phrase(N_("Cần một số nguyên.")),
    N_("Khóa “%(key)s” quá dài."): lambda fault: Phrase(N_("Quá dài.")),
    N_("Khóa “%(key)s” quá lớn, quá nhỏ hoặc có quá nhiều chữ số."): lambda fault: Phrase(
        N_("Số quá lớn, quá nhỏ hoặc có quá nhiều chữ số.")
    ),
    N_("Càng cao càng tốt thì target phải lớn hơn floor."): lambda fault: Phrase(
        N_("Càng cao càng tốt thì mức đạt điểm tối đa phải lớn hơn mức 0 điểm.")
    ),
    N_("Càng thấp càng tốt thì target phải nhỏ hơn floor."): lambda fault: Phrase(
        N_("Càng thấp càng tốt thì mức đạt điểm tối đa phải nhỏ hơn mức 0 điểm.")
    ),
    N_("%(points)s điểm có nhiều chữ số thập phân hơn precision cho phép (%(places)s)."): lambda fault: Phrase(
        N_("%(points)s điểm có nhiều hơn %(places)s chữ số thập phân."), fault.phrase.values
    ),
}


def said(fault: Fault, form: Form, name: str) -> str:
    """What is wrong, in the words of the form; `name` is the field it belongs to."""
    words = SAID.get(fault.phrase.text)
    if words and name in form and not form[name].data:
        return _("Chưa nhập.")
    return show_phrase(words(fault) if words else fault.phrase)


def errors_of(faults: Iterable[Fault], form: Form) -> dict[str, list[str]]:
    """Sentences by the field of the form that they belong to; "" where there is none."""
    names = {one.name for one in form}
    found: dict[str, list[str]] = {}
    for fault in faults:
        name = field_of(fault, names)
        found.setdefault(name, []).append(said(fault, form, name))
    return found


def field_of(fault: Fault, names: set[str]) -> str:
    """The field that holds the path of a fault: itself, the nearest around it, or the first inside it."""
    parts = [str(part) for part in fault.path]
    parts[:1] = [FIELD_NAMES.get(part, part) for part in parts[:1]]
    for end in range(len(parts), 0, -1):
        name = "-".join(parts[:end])
        if name in names:
            return name
        inside = sorted(one for one in names if one.startswith(f"{name}-"))
        if inside and end == len(parts):
            return inside[0]
    return ""
