"""Lines under review as their pages show them: in words. No request and no form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for

from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.declared import PART_NAMES, REMARK_NAMES, Declared, Part, Remark
from emulation.domain.reviewing import FLAG_NAMES, Flag
from emulation.models import Entry, Mark, Verdict
from emulation.services.lines import in_words
from emulation.services.reviews import Line
from emulation.web.display import decimal_mark, show_phrase, show_points
from emulation.web.display import say as _
from emulation.web.sheet_view import kind_of, rule_table, short_words, with_host
from emulation.web.takeover_view import Offers, disputes_in
from emulation.words import MINUS, figure

REMARK_KINDS = {
    Remark.NO_EVIDENCE: "wait",
    Remark.NOT_DECLARED: "wait",
    Remark.SKIPPED: "plain",
}
FLAG_KINDS = {Flag.GAP: "bad", Flag.SPREAD: "wait", Flag.OUTLIER: "wait"}


def typed_points(value: Decimal | None, places: int) -> str:
    """Points as they are typed into a field of this reader: "9,69"."""
    return "" if value is None else figure(value, decimal=decimal_mark(), places=places)


def remark_tags(remarks: Iterable[Remark]) -> list[dict[str, str]]:
    """Remarks for ui.tag."""
    return [{"text": show_phrase(REMARK_NAMES[one]), "kind": REMARK_KINDS[one]} for one in remarks]


def flag_tags(flags: Sequence[Flag]) -> list[dict[str, str]]:
    """Flags for ui.tag; where one member stands alone, that says why the marks lie apart."""
    flags = [one for one in flags if one is not Flag.SPREAD or Flag.OUTLIER not in flags]
    return [{"text": show_phrase(FLAG_NAMES[one]), "kind": FLAG_KINDS[one]} for one in flags]


def evidence_of(entry: Entry | None) -> list[dict[str, str]]:
    """The citations of an entry for ui.evidence_chip."""
    return [
        {
            "name": with_host(one.evidence, one.evidence.document_number or one.evidence.title),
            "title": with_host(one.evidence, one.evidence.title),
            "place": one.place,
            "href": one.evidence.url or url_for("evidence.file", evidence_id=one.evidence_id),
            "kind": kind_of(one.evidence),
        }
        for one in (entry.citations if entry else ())
    ]


def declared_words(declared: Declared, entry: Entry | None, places: int) -> dict[str, Any]:
    """What the unit declared: figures, working, points, reason and explanation, each in words."""
    criterion = declared.criterion
    data: Mapping[str, Any] | None = entry.data if entry else None
    facts = [(show_phrase(label), show_phrase(value)) for label, value in in_words(criterion, data)]
    working = None
    if data is not None and declared.points is not None:
        working = show_phrase(criterion.rule.working(data, criterion.max))
    return {
        "figures": short_words(criterion, data),
        "words": "; ".join(value for _label, value in facts),
        "facts": facts,
        "working": working,
        "points": show_points(declared.points, places) if declared.points is not None else None,
        "reason": str((data or {}).get("reason", "")) if declared.skipped else "",
        "explanation": entry.explanation if entry else "",
        "changed_at": entry.updated_at if entry else None,
    }


def mark_words(mark: Mark | Verdict | None, places: int) -> str | None:
    """The points of a mark or verdict, or "không áp dụng"; None where there is none."""
    if mark is None:
        return None
    return _("không áp dụng") if mark.points is None else show_points(mark.points, places)


def state_of(line: Line) -> tuple[str, str]:
    """Words and kind of what this person has done on a line."""
    if not line.declared.applies:
        return _("Không áp dụng"), "plain"
    if line.mine is None:
        return (_("Chưa chấm"), "wait") if line.declared.needs_points else (_("Không bắt buộc"), "off")
    if line.declared.is_external:
        return _("Đã chấm"), "ok"
    return (_("Khác tự chấm"), "now") if line.declared.differs(line.mine.points) else (_("Như tự chấm"), "ok")


@dataclass(frozen=True)
class Typed:
    """What was typed into the form of one line and refused, with the sentences by field."""

    points: str
    reason: str
    errors: Mapping[str, str]


def row_of(
    line: Line, places: int, *, scorable: bool, typed: Typed | None = None, offers: Offers | None = None
) -> dict[str, Any]:
    """One line for the templates. `scorable`: the person can still mark it; `offers`: the ministry's figures."""
    declared, criterion = line.declared, line.declared.criterion
    state, kind = state_of(line)
    mine = line.mine
    return {
        "code": line.code,
        "title": criterion.title,
        "sheet": line.sheet,
        "applies": declared.applies,
        "part": show_phrase(PART_NAMES[declared.part]) if declared.part is not Part.CORE else "",
        "maximum": figure(criterion.max, decimal=decimal_mark()),
        "declared": declared_words(declared, line.entry, places),
        "disputes": disputes_in(criterion, line.entry.data, offers) if offers and line.entry else [],
        "evidence": evidence_of(line.entry),
        "requires_evidence": criterion.evidence.required,
        "remarks": remark_tags(declared.remarks),
        "lacks_evidence": Remark.NO_EVIDENCE in declared.remarks,
        "is_external": declared.is_external,
        "skipped": declared.skipped,
        "acceptable": declared.can_be_accepted and scorable,
        "accept": typed_points(declared.points, places),
        "scorable": scorable and declared.applies,
        "points": typed.points if typed else typed_points(mine.points if mine else None, places),
        "reason": typed.reason if typed else mine.reason if mine else "",
        "refused": typed is not None,
        "point_error": typed.errors.get("points", "") if typed else "",
        "reason_error": typed.errors.get("reason", "") if typed else "",
        "mine": mark_words(mine, places),
        "took_skip": mine is not None and mine.points is None,
        "differs": mine is not None and not declared.is_external and declared.differs(mine.points),
        "state": state,
        "kind": kind,
        "others": None
        if line.others is None
        else [
            {"name": one.name, "points": mark_words(one.mark, places), "reason": one.mark.reason} for one in line.others
        ],
        "verdict": mark_words(line.verdict, places),
        "verdict_reason": line.verdict.reason if line.verdict else "",
    }


def guidance_of(criterion: Criterion) -> dict[str, Any]:
    """What the set says about a criterion: rule in one line, guidance, source, table of points."""
    return {
        "summary": show_phrase(criterion.rule.summary(criterion.max)),
        "guidance": criterion.guidance,
        "source": criterion.source,
        "evidence": criterion.evidence.hint,
        "table": [(text, figure(points, decimal=decimal_mark())) for text, points in rule_table(criterion)],
    }


@dataclass(frozen=True)
class Group:
    """The lines of one section, or of bonus or deductions, with this person's progress."""

    code: str
    title: str
    lines: list[Line]

    @property
    def total(self) -> int:
        """Lines that need a mark."""
        return sum(line.declared.needs_points for line in self.lines)

    @property
    def done(self) -> int:
        """Those of them that have one."""
        return sum(line.declared.needs_points and line.mine is not None for line in self.lines)


def groups_of(criteria: CriteriaSet, lines: Sequence[Line]) -> list[Group]:
    """The lines in the top sections of the set, then bonus and deductions; groups without a line are left out."""
    places = [(section.code, section.title, section.leaves) for section in criteria.sections]
    places += [("+", _("Điểm thưởng"), criteria.bonus), (MINUS, _("Điểm trừ"), criteria.deductions)]
    found = []
    for code, title, leaves in places:
        codes = {leaf.code for leaf in leaves}
        members = [line for line in lines if line.code in codes]
        if members:
            found.append(Group(code, title, members))
    return found


# ---- the distribution of one's own marks ----


@dataclass(frozen=True)
class Dot:
    """One mark on the dot plot."""

    x: str
    y: str
    is_near: bool  # of the cluster on the page


@dataclass(frozen=True)
class Distribution:
    """A dot plot: marks on a line from 0 to the maximum, equal ones stacked."""

    dots: list[Dot]
    ticks: list[tuple[str, str]]  # x, label
    median_x: str
    median: str
    lowest: str
    highest: str
    near: int
    height: int


LEFT, RIGHT, FLOOR, STEP = 16, 332, 98, 9


def distribution_of(
    near: Sequence[Decimal], others: Sequence[Decimal], *, maximum: Decimal, median: Decimal | None, places: int
) -> Distribution | None:
    """Where the dots of one's own marks lie; None without marks."""
    if not near and not others:
        return None

    def place(value: Decimal) -> Decimal:
        return LEFT + (RIGHT - LEFT) * value / maximum

    stacks: dict[int, int] = {}
    dots = []
    for value, is_near in sorted([(one, True) for one in near] + [(one, False) for one in others]):
        column = int(place(value) / STEP)
        level = stacks[column] = stacks.get(column, -1) + 1
        dots.append(Dot(f"{place(value):.1f}", f"{FLOOR - 6 - min(level, 8) * STEP:.1f}", is_near))
    ticks = [
        (f"{place(maximum * i / 4):.1f}", figure((maximum * i / 4).normalize(), decimal=decimal_mark()))
        for i in range(5)
    ]
    everything = [*near, *others]
    return Distribution(
        dots=dots,
        ticks=ticks,
        median_x=f"{place(median if median is not None else Decimal(0)):.1f}",
        median=show_points(median, places),
        lowest=show_points(min(everything), places),
        highest=show_points(max(everything), places),
        near=len(near),
        height=124,
    )
