"""The criteria set of a period, whole, for reading."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from emulation.access import Permission
from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.rules import Checklist, Levels
from emulation.domain.scoring import Score
from emulation.models import Period
from emulation.services.criteria import scorer_of, value_of
from emulation.services.names import owner_name, tag_name
from emulation.services.periods import load_period
from emulation.web.area import Area
from emulation.web.display import show_phrase, show_points, translate
from emulation.web.sheet_view import rule_table
from emulation.words import N_

area = Area("criteria", __name__)
SKIPPING = {
    "rebase": N_("Tiêu chí không áp dụng được loại khỏi tổng điểm tối đa của đơn vị."),
    "full": N_("Tiêu chí không áp dụng được tính điểm tối đa."),
    "zero": N_("Tiêu chí không áp dụng được tính 0 điểm."),
}
TIE_BREAKERS = {
    "deductions": N_("ít điểm trừ hơn"),
    "bonus": N_("nhiều điểm thưởng hơn"),
    "progress": N_("nhiều điểm hơn ở các tiêu chí tiến bộ"),
}


@area.get("/periods/<code>/criteria", allow=Permission.READ_CRITERIA, load=load_period)
def criteria_set(period: Period) -> str:
    """Every criterion with its rule in words, and what holds for the set as a whole."""
    row = period.criteria_set
    criteria, scorer = value_of(row), scorer_of(row)
    tags = sorted({tag for criterion in criteria.all_criteria for tag in criterion.applies_to})
    most = scorer.score({}, tags)  # of a unit that every criterion applies to
    return render_template(
        "criteria/criteria_set.html",
        period=period,
        criteria=criteria,
        sha256=row.sha256,
        facts=facts_of(criteria, most, least=scorer.score({}, ()) if tags else most),
        ties=[tie_words(criteria, name) for name in criteria.tie_breakers],
        skipping=translate(SKIPPING[criteria.not_applicable]),
        sections=[section_of(section, most, criteria.precision) for section in criteria.sections],
        bonus=[criterion_of(one, criteria.precision) for one in criteria.bonus],
        deductions=[criterion_of(one, criteria.precision) for one in criteria.deductions],
    )


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


def tie_words(criteria: CriteriaSet, name: str) -> str:
    """One tie-breaker in words."""
    if name in TIE_BREAKERS:
        return translate(TIE_BREAKERS[name])
    section = criteria.section_by_code[name.partition(":")[2]]
    return str(_("nhiều điểm hơn ở lĩnh vực %(code)s, %(title)s", code=section.code, title=section.title))


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
