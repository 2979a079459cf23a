"""Criteria sets: the list of versions and drafts, and one version whole, for reading."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from wtforms import Form, SelectField, StringField

from emulation.access import Permission, may
from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.rules import Checklist, Levels
from emulation.domain.scoring import Score
from emulation.domain.source import Problems
from emulation.domain.words_of_sets import NOT_APPLICABLE, tie_breaker
from emulation.errors import Invalid
from emulation.models import CriteriaSet as Row
from emulation.models import DraftState, Period
from emulation.services.criteria import load_set, retire, scorer_of, value_of, versions
from emulation.services.drafts import create_draft, drafts_in
from emulation.services.names import owner_name, tag_name
from emulation.services.periods import load_period, newest_period
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.criteria_files import criteria_posted, download, downloads, problems_shown
from emulation.web.display import say as _
from emulation.web.display import show_phrase, show_points, translate
from emulation.web.failures import show_beside
from emulation.web.numbers import whole_number
from emulation.web.sheet_view import rule_table
from emulation.words import N_, Phrase

area = Area("criteria", __name__)


@area.get("/periods/<code>/criteria", allow=Permission.READ_CRITERIA, load=load_period)
def criteria_set(period: Period) -> str:
    """The set of a period, every criterion with its rule in words, and what holds for the set as a whole."""
    return whole(period.criteria_set, period)


@area.get("/criteria/<int:set_id>", allow=Permission.READ_CRITERIA, load=load_set)
def version(row: Row) -> str:
    """A published version."""
    return whole(row, None)


def whole(row: Row, period: Period | None) -> str:
    """The page of a version, as that of a period or by itself."""
    criteria, scorer = value_of(row), scorer_of(row)
    tags = sorted({tag for criterion in criteria.all_criteria for tag in criterion.applies_to})
    most = scorer.score({}, tags)  # of a unit that every criterion applies to
    return render_template(
        "criteria/criteria_set.html",
        row=row,
        period=period,
        criteria=criteria,
        sha256=row.sha256,
        facts=facts_of(criteria, most, least=scorer.score({}, ()) if tags else most),
        ties=[show_phrase(tie_breaker(criteria, name)) for name in criteria.tie_breakers],
        skipping=translate(NOT_APPLICABLE[criteria.not_applicable]),
        sections=[section_of(section, most, criteria.precision) for section in criteria.sections],
        bonus=[criterion_of(one, criteria.precision) for one in criteria.bonus],
        deductions=[criterion_of(one, criteria.precision) for one in criteria.deductions],
        downloads=downloads(),
        others=[one.row for one in versions(current.db()) if one.row.id != row.id],
    )


@area.get("/criteria/<int:set_id>/files/<name>", allow=Permission.READ_CRITERIA, load=load_set)
def version_file(row: Row) -> Response:
    """A published version as a file."""
    return download(value_of(row), str((request.view_args or {})["name"]))


@area.post("/criteria/<int:set_id>/retire", allow=Permission.EDIT_CRITERIA, load=load_set)
def retire_version(row: Row) -> Any:
    """Offer it no longer for new periods, or again."""
    retired = request.form.get("way") != "reinstate"
    retire(current.db(), current.actor(), row, retired=retired, now=current.now())
    words = N_("Đã thôi dùng bản %(edition)s cho kỳ mới.") if retired else N_("Đã dùng lại bản %(edition)s.")
    flash(show_phrase(Phrase(words, {"edition": row.edition})), "ok")
    return redirect(url_for("criteria.version", set_id=row.id), 303)


# ---- the list ----


class DraftForm(Form):
    """A new draft of a published version."""

    based_on = SelectField()
    edition = StringField()


@area.get("/criteria", allow=Permission.READ_CRITERIA)
def library() -> Any:
    """Every version and every draft that the person may read."""
    return library_page()


def library_page(form: DraftForm | None = None, problems: list[dict[str, str]] | None = None, status: int = 200) -> Any:
    """The list; `form` or `problems` of a refused new draft."""
    db, person = current.db(), current.user()
    sets = versions(db)
    form = form or DraftForm()
    form.based_on.label.text, form.edition.label.text = _("Sửa từ bản"), _("Tên phiên bản mới")
    form.based_on.choices = [(str(one.row.id), f"{one.row.edition}: {one.row.title}") for one in sets]
    edits = may(person, Permission.EDIT_CRITERIA)
    alive = drafts_in(db, [DraftState.WRITING, DraftState.CONSULTATION])
    page = render_template(
        "criteria/library.html",
        sets=sets,
        drafts=[one for one in alive if may(person, Permission.READ_DRAFT, one.row)],
        put_away=drafts_in(db, [DraftState.DROPPED]) if edits else [],
        edits=edits,
        form=form,
        problems=problems,
        period=newest_period(db),
    )
    return page, status


@area.post("/criteria/drafts", allow=Permission.EDIT_CRITERIA)
def new_draft() -> Any:
    """Begin a draft: of a published version, of a file, or empty."""
    db, form, start = current.db(), DraftForm(request.form), request.form.get("start")
    try:
        if start == "file":
            criteria = criteria_posted()
            row = create_draft(db, current.actor(), criteria=criteria, now=current.now())
        elif start == "version":
            based_on = load_set(db, set_id=whole_number(form.based_on.data, 0))
            if based_on is None:
                raise Invalid(N_("Chọn một bộ tiêu chí đã công bố."), "based_on")
            row = create_draft(
                db, current.actor(), based_on=based_on, edition=form.edition.data or "", now=current.now()
            )
        else:
            row = create_draft(db, current.actor(), now=current.now())
    except Problems as error:
        return library_page(problems=problems_shown(error), status=422)
    except Invalid as refusal:
        if start == "file":
            return library_page(problems=[{"where": "", "what": show_phrase(refusal.phrase)}], status=422)
        return library_page(form, status=show_beside(form, refusal))
    return redirect(url_for("drafts.editor", draft_id=row.id), 303)


def facts_of(criteria: CriteriaSet, most: Score, *, least: Score) -> list[tuple[str, str]]:
    """The figures of the set in one line: how many criteria, which scale, how many points there are."""
    places = criteria.precision
    base = show_points(most.base, places)
    if least.base != most.base:
        base = _("%(most)s; ít nhất %(least)s", most=base, least=show_points(least.base, places))
    scale = _("%(scale)s điểm", scale=show_points(criteria.scale, 0)) if criteria.scale else _("điểm cộng thẳng")
    facts = [
        (_("Số tiêu chí"), str(len(criteria.leaves))),
        (_("Bắt buộc minh chứng"), str(sum(1 for one in criteria.all_criteria if one.evidence.required))),
        (_("Tổng điểm tối đa trước khi quy đổi"), base),
        (_("Thang điểm"), scale),
        (_("Số chữ số thập phân"), str(places)),
    ]
    for cap, label in (
        (criteria.bonus_cap, _("Trần điểm thưởng")),
        (criteria.deduction_cap, _("Trần điểm trừ")),
    ):
        if cap is not None:
            facts.append((label, show_points(cap, places)))
    return facts


def section_of(section: Section, most: Score, places: int) -> dict[str, Any]:
    """A section with its criteria and the sections inside it."""
    return {
        "section": section,
        "most": show_points(most.section(section.code).base, places),
        "criteria": [criterion_of(one, places) for one in section.criteria],
        "sections": [section_of(one, most, places) for one in section.sections],
    }


def criterion_of(criterion: Criterion, places: int) -> dict[str, Any]:
    """A criterion with its rule in words and what is good to know about it."""
    evidence = _("Bắt buộc") if criterion.evidence.required else _("Không bắt buộc")
    if criterion.evidence.hint:
        evidence = f"{evidence}. {criterion.evidence.hint}"
    about = [
        (_("Minh chứng"), evidence),
        (_("Nguồn số liệu"), criterion.source),
        (_("Chỉ tiêu số liệu dùng chung"), ", ".join(criterion.figures.values())),
        (_("Đơn vị chấm"), owner_name(criterion.owner)),
        (_("Chỉ chấm với đơn vị"), _(" hoặc ").join(tag_name(tag) for tag in criterion.applies_to)),
        (_("Không áp dụng"), _("Đơn vị được khai, kèm lý do") if criterion.may_skip else ""),
        (_("Căn cứ"), "; ".join(criterion.legal_basis)),
    ]
    return {
        "criterion": criterion,
        "most": show_points(criterion.max, places),
        "rule": show_phrase(criterion.rule.summary(criterion.max)),
        "table": [(words, show_points(points, places)) for words, points in points_table(criterion)],
        "about": [(label, words) for label, words in about if words],
    }


def points_table(criterion: Criterion) -> list[tuple[str, Decimal]]:
    """What gives how many points, for every rule that is a table."""
    rule = criterion.rule
    if isinstance(rule, Levels):
        return [(level.label, level.points) for level in rule.levels]
    if isinstance(rule, Checklist):
        return [(item.label, item.points) for item in rule.items]
    return rule_table(criterion)
