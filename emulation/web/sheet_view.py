"""A sheet as its page shows it: sections, rows, totals, in words. No request and no form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from flask import g, url_for
from flask_babel import ngettext

from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.declared import Part
from emulation.domain.numbers import number
from emulation.domain.rules import Checklist, Judged, Levels, Steps
from emulation.domain.scoring import Score, line_points
from emulation.models import Evidence, Sheet
from emulation.services.evidence import codes_of
from emulation.services.file_types import BY_MEDIA_TYPE
from emulation.services.last_year import LastYear
from emulation.services.lines import (
    FIGURES,
    Left,
    Line,
    LineStatus,
    Outline,
    lines_of,
    outlined_line,
    outlined_lines,
    warning,
    what_is_left,
)
from emulation.services.links import host_of
from emulation.services.scores import criteria_of, score_of_stored, self_score
from emulation.web.display import say as _
from emulation.web.display import show_figure, show_phrase, show_points
from emulation.words import MINUS, N_, Phrase

CHIPS = 2  # of evidence in a closed row
ANY = 987654321  # a key that stands for others in an address
TOTALS = ("total-core", "total-bonus", "total-deductions", "total-grade")  # ids of the parts of the total
BONUS, DEDUCTIONS, EXCLUSIONS = "bonus", "deductions", "exclusions"  # `section=` besides the codes of the set

# status -> (words of the tag, kind of the tag and of the row, icon)
STATES: dict[LineStatus, tuple[str, str, str | None]] = {
    LineStatus.DONE: (N_("Đủ"), "ok", None),
    LineStatus.EXPLAINED: (N_("Đã diễn giải"), "ok", None),
    LineStatus.NO_ENTRY: (N_("Chưa kê khai"), "wait", None),
    LineStatus.NO_EVIDENCE: (N_("Chưa đủ"), "wait", None),
    LineStatus.RETURNED: (N_("Bị trả lại"), "bad", "reply-fill"),
    LineStatus.UNCONFIRMED: (N_("Chưa xác nhận"), "wait", "question-circle-fill"),
    LineStatus.EXTERNAL: (N_("Bộ chấm"), "now", "building"),
    LineStatus.NOT_APPLICABLE: (N_("Không áp dụng"), "plain", None),
    LineStatus.SKIPPED: (N_("Không áp dụng"), "plain", None),
    LineStatus.NONE: (N_("Không có"), "off", None),
}


# ---- what the page shows ----


@dataclass(frozen=True)
class Group:
    """A section with criteria of its own, as the page lists it; `title` is empty for the section of the page itself."""

    title: str
    lines: list[Line]
    code: str = ""  # of the section


@dataclass
class LinesView:
    """What rows show: some lines of a sheet, or all, by code."""

    sheet: Sheet
    criteria: CriteriaSet
    lines: dict[str, Line]
    evidence_codes: dict[int, str] = field(default_factory=dict, kw_only=True)

    @property
    def places(self) -> int:
        """Decimals of points."""
        return self.criteria.precision

    @property
    def declared(self) -> dict[str, Mapping[str, Any]]:
        """What is declared, by code."""
        return {code: line.data for code, line in self.lines.items() if line.data is not None}


@dataclass
class SheetView(LinesView):
    """All that the sheet page and the answers to its saves show of one sheet."""

    score: Score
    left: list[Left]

    @property
    def out_of(self) -> Decimal:
        """The most that the core total can be."""
        return self.criteria.scale if self.criteria.scale is not None else self.score.base

    @property
    def counted(self) -> list[Line]:
        """Lines that the unit has to declare."""
        return [line for line in self.lines.values() if line.counts]

    @property
    def done(self) -> int:
        """How many of them are declared."""
        return sum(is_declared(line) for line in self.counted)

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """Label, figure, id: the parts of the total."""
        score = self.score
        return [
            (_("Điểm cơ bản"), show_points(score.core, self.places), TOTALS[0]),
            (_("Thưởng"), signed("+", score.bonus, self.places), TOTALS[1]),
            (_("Trừ"), signed(MINUS, score.deductions, self.places), TOTALS[2]),
            (_("Xếp loại tạm tính"), score.grade or "–", TOTALS[3]),
        ]

    @property
    def figures(self) -> list[tuple[str, str]]:
        """The parts of the total without their ids."""
        return [(label, text) for label, text, _id in self.parts]


def view_of(sheet: Sheet) -> SheetView:
    """The view of a loaded sheet; the score is computed once."""
    score = self_score(sheet)
    lines = lines_of(sheet, score)
    left = what_is_left(sheet, lines)
    return SheetView(sheet, criteria_of(sheet), lines, score, left, evidence_codes=codes_of(sheet.entries))


def outlined_view(sheet: Sheet, outline: Outline) -> SheetView:
    """The view without entries and evidence, for the answer to a save."""
    score = score_of_stored(sheet, outline.texts)
    lines = outlined_lines(sheet, outline, score)
    return SheetView(sheet, criteria_of(sheet), lines, score, what_is_left(sheet, lines))


def view_alone(sheet: Sheet, outline: Outline) -> LinesView:
    """The view of the only line that the outline knows."""
    return LinesView(sheet, criteria_of(sheet), {outline.alone: outlined_line(sheet, outline)})


def signed(sign: str, points: Decimal, places: int) -> str:
    """Points with their sign; none without."""
    return (sign if points else "") + show_points(points, places)


def is_declared(line: Line) -> bool:
    """Whether the unit has said something that counts; what was filled in for it does not yet."""
    return line.data is not None and line.status is not LineStatus.UNCONFIRMED


def missing_words(left: list[Left]) -> str:
    """ "Còn thiếu 5 tiêu chí, 3 minh chứng, 1 dòng bị trả lại"; empty where nothing is missing."""
    kinds = ("entry", "evidence", "returned", "unconfirmed")
    counts = {kind: sum(one.kind == kind for one in left) for kind in kinds}
    parts = []
    if counts["entry"]:
        parts.append(ngettext("%(num)s tiêu chí", "%(num)s tiêu chí", counts["entry"]))
    if counts["evidence"]:
        parts.append(ngettext("%(num)s minh chứng", "%(num)s minh chứng", counts["evidence"]))
    if counts["returned"]:
        parts.append(ngettext("%(num)s tiêu chí bị trả lại", "%(num)s tiêu chí bị trả lại", counts["returned"]))
    if counts["unconfirmed"]:
        parts.append(
            ngettext("%(num)s tiêu chí chưa xác nhận", "%(num)s tiêu chí chưa xác nhận", counts["unconfirmed"])
        )
    return _("Còn thiếu %(what)s", what=", ".join(parts)) if parts else ""


def href(sheet: Sheet, code: str, params: Mapping[str, str] | None = None) -> str:
    """The page with this row open; `params` ask for a filter and a search besides."""
    return f"{page_of(sheet)}?{urlencode({**(params or {}), 'open': code})}#{quote(code)}"


def page_of(sheet: Sheet) -> str:
    """The address of the sheet; made once a request, since a page has hundreds of links to it."""
    if g.get("sheet_page", (None,))[0] != sheet.id:
        g.sheet_page = (sheet.id, url_for("sheets.sheet", sheet_id=sheet.id))
    found: str = g.sheet_page[1]
    return found


def todo_items(view: SheetView) -> list[dict[str, Any]]:
    """What is left, for ui.todo."""
    actions = {
        "entry": _("Kê khai"),
        "evidence": _("Bổ sung"),
        "returned": _("Sửa"),
        "unconfirmed": _("Xác nhận"),
    }
    return [
        {
            "kind": "bad" if one.kind == "returned" else "wait",
            "code": one.code,
            "href": href(view.sheet, one.code),
            "title": view.lines[one.code].criterion.title,
            "what": show_phrase(one.phrase),
            "action": actions[one.kind],
        }
        for one in view.left
    ]


# ---- sections ----


def section_of(criteria: CriteriaSet, code: str) -> str:
    """The top section (or "bonus", "deductions") that holds a criterion."""
    for section in criteria.sections:
        if any(leaf.code == code for leaf in section.leaves):
            return section.code
    return BONUS if any(leaf.code == code for leaf in criteria.bonus) else DEDUCTIONS


def chosen_section(view: SheetView, section: str | None, open_code: str | None) -> str:
    """The section to show: of the open row, as asked for, or the first where something is left."""
    criteria = view.criteria
    if open_code is not None:
        return section_of(criteria, open_code)
    known = [one.code for one in criteria.sections] + [BONUS, DEDUCTIONS, EXCLUSIONS]
    if section in known:
        return str(section)
    first = next(iter(view.left), None)
    return section_of(criteria, first.code) if first else criteria.sections[0].code


def groups_of(view: SheetView, section: str) -> list[Group]:
    """The rows of a section in groups, one for each inner section."""
    criteria = view.criteria
    if section == BONUS:
        return [Group("", [view.lines[leaf.code] for leaf in criteria.bonus])]
    if section == DEDUCTIONS:
        return [Group("", [view.lines[leaf.code] for leaf in criteria.deductions])]
    top = criteria.section_by_code.get(section)
    if top is None:
        return []
    return [
        Group(
            "" if inner is top else f"{inner.code}. {inner.title}",
            [view.lines[leaf.code] for leaf in inner.criteria],
            inner.code,
        )
        for inner in top.walk()
        if inner.criteria
    ]


def groups_across(view: SheetView, lines: list[Line]) -> list[Group]:
    """Lines of any sections in groups, one for each section that holds some; `code` is that of the top section."""
    wanted = {line.code: line for line in lines}
    criteria = view.criteria
    places = [
        (top.code, f"{inner.code}. {inner.title}", inner.criteria)
        for top in criteria.sections
        for inner in top.walk()
        if inner.criteria
    ]
    places += [(BONUS, _("Điểm thưởng"), criteria.bonus), (DEDUCTIONS, _("Điểm trừ"), criteria.deductions)]
    groups = [
        Group(title, [wanted[leaf.code] for leaf in leaves if leaf.code in wanted], code)
        for code, title, leaves in places
    ]
    return [group for group in groups if group.lines]


def progress_of(view: SheetView, section: Section) -> tuple[int, int]:
    """Declared, and to declare, in a section."""
    counted = [view.lines[leaf.code] for leaf in section.leaves if view.lines[leaf.code].counts]
    return sum(is_declared(line) for line in counted), len(counted)


def tree_item(view: SheetView, section: Section, current_code: str | None) -> dict[str, Any]:
    """One section for ui.tree."""
    done, total = progress_of(view, section)
    applies = any(view.lines[leaf.code].status is not LineStatus.NOT_APPLICABLE for leaf in section.leaves)
    item: dict[str, Any] = {
        "code": section.code,
        "title": section.title,
        "href": url_for("sheets.sheet", sheet_id=view.sheet.id, section=section.code),
        "current": section.code == current_code,
        "id": f"count-{section.code}",
    }
    if total:
        item |= {"count": f"{done}/{total}", "done": done, "total": total}
    else:
        item["count"] = _("Bộ chấm") if applies else _("không áp dụng")
    if section.code == current_code and section.sections:
        item["children"] = [inner_item(view, section, one) for one in section.sections]
    return item


def inner_item(view: SheetView, top: Section, section: Section) -> dict[str, Any]:
    """A section inside the open one for ui.tree: a place on the page, with its progress in figures."""
    done, total = progress_of(view, section)
    return {
        "code": section.code,
        "title": section.title,
        "href": url_for("sheets.sheet", sheet_id=view.sheet.id, section=top.code, _anchor=f"group-{section.code}"),
        "current": False,
        "count": f"{done}/{total}" if total else None,
        "id": f"count-{section.code}",
    }


def other_item(view: SheetView, key: str, current_code: str | None) -> dict[str, Any]:
    """Bonus, deductions or exclusions for ui.tree."""
    score = view.score
    sign, title, count = {
        BONUS: ("+", _("Điểm thưởng"), show_points(score.bonus, view.places)),
        DEDUCTIONS: (MINUS, _("Điểm trừ"), show_points(score.deductions, view.places)),
        EXCLUSIONS: ("!", _("Điều kiện loại trừ"), None),
    }[key]
    return {
        "code": sign,
        "title": title,
        "href": url_for("sheets.sheet", sheet_id=view.sheet.id, section=key),
        "current": key == current_code,
        "count": count,
        "id": f"count-{key}",
        "rule": False,
    }


def tree_of(view: SheetView, current_code: str | None) -> list[dict[str, Any]]:
    """Sections, then bonus, deductions and exclusions, for ui.tree."""
    items = [tree_item(view, section, current_code) for section in view.criteria.sections]
    others = [
        other_item(view, key, current_code) for key in (BONUS, DEDUCTIONS, EXCLUSIONS) if getattr(view.criteria, key)
    ]
    if others:
        others[0]["rule"] = True
    return items + others


def current_item(view: SheetView, section: str) -> dict[str, Any]:
    """The one item of the tree that a save changes."""
    one = view.criteria.section_by_code.get(section)
    return tree_item(view, one, section) if one is not None else other_item(view, section, section)


def section_head(view: SheetView, section: str) -> dict[str, Any]:
    """Title, facts and neighbours of the section on the page."""
    names = {BONUS: _("Điểm thưởng"), DEDUCTIONS: _("Điểm trừ"), EXCLUSIONS: _("Điều kiện loại trừ")}
    order = [(one.code, f"{one.code}. {one.title}") for one in view.criteria.sections]
    order += [(key, names[key]) for key in names if getattr(view.criteria, key)]
    place = [code for code, _title in order].index(section)
    facts: list[tuple[str, str]] = []
    if section in view.criteria.section_by_code:
        one = view.criteria.section_by_code[section]
        got, (done, total) = view.score.section(section), progress_of(view, one)
        facts = [
            (_("Tạm tính"), f"{show_points(got.earned, view.places)} / {show_points(got.base, view.places)}"),
            (_("Hệ số"), show_phrase(verbatim_figure(one.coefficient))),
            (_("Đã kê khai"), f"{done}/{total}"),
        ]
    elif section == BONUS:
        cap = view.criteria.bonus_cap
        facts = [(_("Tạm tính"), signed("+", view.score.bonus, view.places))]
        facts += [(_("Nhiều nhất"), show_points(cap, view.places))] if cap is not None else []
    elif section == DEDUCTIONS:
        facts = [(_("Tạm tính"), signed(MINUS, view.score.deductions, view.places))]
    return {
        "code": section,
        "title": order[place][1],
        "facts": facts,
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
    }


def verbatim_figure(value: Decimal) -> Phrase:
    """A figure of the set with the reader's decimal mark."""
    return Phrase("%(n)s", {"n": value})


# ---- one row ----


def rule_table(criterion: Criterion) -> list[tuple[str, Decimal]]:
    """What gives how many points, where the rule is a table: steps, levels, items, descriptions."""
    rule = criterion.rule
    if isinstance(rule, Steps):
        sign = N_("từ %(n)s %(unit)s trở lên") if rule.better == "higher" else N_("từ %(n)s %(unit)s trở xuống")
        return [(show_phrase(Phrase(sign, {"n": step.start, "unit": rule.unit})), step.points) for step in rule.steps]
    if isinstance(rule, Judged):
        return [(one.text, one.points) for one in rule.descriptors]
    return []


def choice_notes(criterion: Criterion, places: int) -> dict[str, str]:
    """Points beside each choice of a level or an item."""
    rule = criterion.rule
    pairs: list[tuple[str, Decimal]] = []
    if isinstance(rule, Levels):
        pairs = [(level.label, level.points) for level in rule.levels]
    elif isinstance(rule, Checklist):
        pairs = [(item.code, item.points) for item in rule.items]
    return {key: _("%(points)s điểm", points=show_points(points, places)) for key, points in pairs}


def icon_of(media_type: str) -> str:
    """Kind of ui.evidence_icon."""
    kind = BY_MEDIA_TYPE.get(media_type)
    return kind.icon if kind else "text"


def kind_of(evidence: Evidence) -> str:
    """Kind of ui.evidence_icon and ui.evidence_chip; "link" goes to another site."""
    return "link" if evidence.url is not None else icon_of(evidence.media_type)


def with_host(evidence: Evidence, text: str) -> str:
    """A name of a document; of a link with the site that it leads to."""
    return text if evidence.url is None else f"{text} ({host_of(evidence.url)})"


def file_href(evidence: Evidence) -> str:
    """Where a document is read: in the browser if it can show it, else as a download; a link where it leads."""
    if evidence.url is not None:
        return evidence.url
    kind = BY_MEDIA_TYPE.get(evidence.media_type)
    return address_of("evidence.preview" if kind is not None and kind.is_shown else "evidence.file", evidence.id)


def address_of(endpoint: str, evidence_id: int) -> str:
    """`url_for` of a page of an evidence, made once a request: a sheet has hundreds of links to such pages."""
    kept: dict[str, tuple[str, str]] = g.setdefault("evidence_pages", {})
    if endpoint not in kept:
        before, _number, after = url_for(endpoint, evidence_id=ANY).rpartition(str(ANY))
        kept[endpoint] = (before, after)
    before, after = kept[endpoint]
    return f"{before}{evidence_id}{after}"


def neighbours(
    view: SheetView, code: str, lines: list[Line] | None = None, params: Mapping[str, str] | None = None
) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """The lines before and after this one that the unit declares, among these (default: all), with their pages."""
    own = (LineStatus.NOT_APPLICABLE, LineStatus.EXTERNAL)
    codes = [
        line.code
        for line in (view.lines.values() if lines is None else lines)
        if line.status not in own or line.code == code
    ]
    place = codes.index(code) if code in codes else -1
    before = codes[place - 1] if place > 0 else None
    after = codes[place + 1] if 0 <= place < len(codes) - 1 else None
    found = [
        {"code": one, "href": href(view.sheet, one, params)} if one is not None else None for one in (before, after)
    ]
    return found[0], found[1]


def evidence_rows(view: LinesView, line: Line, most: int | None = None) -> list[dict[str, Any]]:
    """The citations of a line, all or the first ones, for the list of its evidence."""
    return [
        {
            "id": one.evidence_id,
            "code": view.evidence_codes.get(one.evidence_id, ""),
            "title": with_host(one.evidence, one.evidence.title),
            "number": one.evidence.document_number and with_host(one.evidence, one.evidence.document_number),
            "issued_on": one.evidence.issued_on,
            "place": one.place,
            "is_unconfirmed": one.is_unconfirmed,
            "href": file_href(one.evidence),
            "kind": kind_of(one.evidence),
        }
        for one in line.citations[:most]
    ]


def short_words(criterion: Criterion, data: Mapping[str, Any] | None) -> str:
    """The figures of an entry in a few letters, "89/100", "94,2 → 97,6"; empty where it is no figure."""
    if data is None:
        return ""
    shown = {key: show_figure(number(value)) for key, value in data.items() if key in FIGURES}
    if "part" in shown:
        return f"{shown['part']}/{shown['whole']}"
    if "before" in shown:
        return f"{shown['before']} → {shown['now']}"
    unit = str(getattr(criterion.rule, "unit", ""))
    return f"{shown['value']} {unit}".strip() if "value" in shown else shown.get("count", "")


def gives_words(part: Part, points: Decimal, places: int) -> str:
    """ "9,69 điểm", or "trừ 1,00 điểm"."""
    text = N_("trừ %(points)s điểm") if part is Part.DEDUCTION else N_("%(points)s điểm")
    return show_phrase(Phrase(text, {"points": show_points(points, places)}))


def trial_row(criterion: Criterion, data: Mapping[str, Any], part: Part, places: int) -> dict[str, Any]:
    """What the box under the fields shows of an entry that is not stored."""
    doubt = warning(criterion, data)
    return {
        "code": criterion.code,
        "working": show_phrase(criterion.rule.working(data, criterion.max)),
        "gives": gives_words(part, line_points(criterion, data, places), places),
        "maximum": show_phrase(verbatim_figure(criterion.max)),
        "warning": show_phrase(doubt) if doubt else None,
        "status": LineStatus.DONE.value,
    }


def row_of(
    view: LinesView,
    line: Line,
    *,
    fillable: bool,
    last_year: LastYear | None = None,
    with_evidence: bool = True,
    most_evidence: int | None = None,
    params: Mapping[str, str] | None = None,
    takeover: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """One row for the template: words, points, chips; a closed one shows `CHIPS` of its evidence."""
    words, kind, icon = STATES[line.status]
    gives = None
    if line.working is not None and line.points is not None:
        gives = gives_words(line.part, line.points, view.places)
    reason = str((line.data or {}).get("reason", "")) if line.status is LineStatus.SKIPPED else ""
    return {
        "line": line,
        "criterion": line.criterion,
        "code": line.code,
        "href": href(view.sheet, line.code, params),
        "summary": show_phrase(line.criterion.rule.summary(line.criterion.max)),
        "working": show_phrase(line.working) if line.working else None,
        "gives": gives,
        "reason": reason,
        "warning": show_phrase(line.warning) if line.warning else None,
        "points": show_points(line.points, view.places) if line.points is not None else None,
        "maximum": show_phrase(verbatim_figure(line.criterion.max)),
        "status": line.status.value,
        "state": show_phrase(words),
        "kind": kind,
        "icon": icon,
        "fillable": fillable and line.status not in (LineStatus.NOT_APPLICABLE, LineStatus.EXTERNAL),
        "takeover": takeover,
        "evidence": evidence_rows(view, line, most_evidence) if with_evidence else [],
        "cited": len(line.citations),
        "last": last_year,
        "last_hint": short_words(line.criterion, last_year.data) if last_year else "",
    }


def section_rows(view: SheetView) -> list[dict[str, Any]]:
    """Progress and points of the top sections for a table."""
    rows = []
    for section in view.criteria.sections:
        got, (done, total) = view.score.section(section.code), progress_of(view, section)
        rows.append(
            {
                "code": section.code,
                "title": section.title,
                "href": url_for("sheets.sheet", sheet_id=view.sheet.id, section=section.code),
                "done": done,
                "total": total,
                "coefficient": section.coefficient,
                "earned": got.earned,
                "base": got.base,
            }
        )
    return rows
