"""What the pages on a sheet's way show: its lines in a table, what is not proved, what changed since it came back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from emulation.domain.criteria import Criterion
from emulation.models import History, ReturnedLine, Sheet, User
from emulation.services import submissions as service
from emulation.services.evidence_health import without_place
from emulation.services.last_year import last_sections_of
from emulation.services.lines import LineStatus, in_words
from emulation.services.scores import criteria_of
from emulation.web import session as current
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.web.sheet_view import SheetView, groups_of, href, row_of
from emulation.web.team import open_threads


def all_rows(view: SheetView) -> list[dict[str, Any]]:
    """Every line for a table, a section line before its criteria."""
    rows: list[dict[str, Any]] = []
    for section in view.criteria.sections:
        score = view.score.section(section.code)
        rows.append({"section": section, "score": score})
        for group in groups_of(view, section.code):
            rows += [row_of(view, line, fillable=False) for line in group.lines]
    for part in ("bonus", "deductions"):
        lines = [line for group in groups_of(view, part) for line in group.lines if line.data is not None]
        if lines:
            rows.append({"part": part})
            rows += [row_of(view, line, fillable=False) for line in lines]
    return rows


def unproved(view: SheetView) -> list[dict[str, Any]]:
    """Lines without their required evidence, with the unit's words."""
    return [
        {
            "code": line.code,
            "title": line.criterion.title,
            "text": line.explanation,
            "href": href(view.sheet, line.code),
        }
        for line in view.lines.values()
        if line.status is LineStatus.EXPLAINED
    ]


def unplaced(view: SheetView) -> list[dict[str, Any]]:
    """Lines whose required evidence is cited without its page, with the documents."""
    found: dict[str, list[str]] = {}
    for line, evidence in without_place(view.lines.values()):
        found.setdefault(line.code, []).append(evidence.title)
    by_code = view.criteria.by_code
    return [
        {"code": code, "title": by_code[code].title, "text": "; ".join(titles), "href": href(view.sheet, code)}
        for code, titles in found.items()
    ]


def remarks_left(sheet: Sheet, person: User | None) -> list[dict[str, Any]]:
    """Remarks that nobody has resolved, by row; nothing for readers outside the unit."""
    by_code = criteria_of(sheet).by_code
    return [
        {
            "code": thread.code,
            "title": by_code[thread.code].title,
            "text": thread.first.text,
            "who": thread.first.who,
            "href": href(sheet, thread.code),
        }
        for thread in open_threads(sheet, person)
    ]


def against_last_year(view: SheetView) -> list[dict[str, Any]]:
    """Points of each section beside the official ones of the round before, where both have the same lines."""
    before = last_sections_of(current.db(), view.sheet)
    rows = []
    for section in view.criteria.sections:
        then, now = before.get(section.code), view.score.section(section.code)
        gain: Decimal | None = now.earned - then.earned if then is not None and then.base == now.base else None
        rows.append({"section": section, "now": now, "then": then, "gain": gain})
    return rows if before else []


# ---- what changed since the sheet came back ----


def changes_for_unit(sheet: Sheet) -> list[dict[str, Any]]:
    """Since the ministry returned it, and since the director gave it back after that; empty if it never came back."""
    db = current.db()
    returned, sent_back = service.last_act(db, sheet, ("return",)), service.last_act(db, sheet, ("send_back",))
    submitted = service.last_act(db, sheet, ("submit",))
    floor = max((one.id for one in (returned, submitted) if one is not None), default=0)
    found = [_panel(db, sheet, returned)] if returned is not None else []
    if sent_back is not None and sent_back.id > floor:
        found.append(_panel(db, sheet, sent_back))
    return found


def changes_for_ministry(sheet: Sheet) -> list[dict[str, Any]]:
    """Since the ministry returned it; what the director wrote to the officer stays in the unit."""
    db = current.db()
    returned = service.last_act(db, sheet, ("return",))
    return [_panel(db, sheet, returned)] if returned is not None else []


def _panel(db: Session, sheet: Sheet, back: History) -> dict[str, Any]:
    """Lines that were changed since `back`, and those that had been returned then, changed or not."""
    by_code = criteria_of(sheet).by_code
    changed = {change.code: change for change in service.changes_since(db, sheet, back.at)}
    returned = back.act == "return"
    reasons = {line.code: line.reason for line in sheet.returned_lines if returned and line.returned_at == back.at}
    rows = []
    for code, criterion in by_code.items():
        change = changed.get(code)
        if change is None and code not in reasons:
            continue
        rows.append(
            {
                "code": code,
                "title": criterion.title,
                "href": href(sheet, code),
                "reason": reasons.get(code, ""),
                "before": _words(criterion, change.before) if change else "",
                "after": _words(criterion, change.after) if change else "",
                "is_filled": change is not None and change.before != change.after,
                "evidence": _evidence_words(change) if change else [],
                "who": change.who if change else "",
                "at": change.at if change else None,
            }
        )
    return {
        "key": back.act,
        "rows": rows,
        "who": back.actor_name,
        "at": back.at,
        "note": str((back.new or {}).get("note", "")),
        "by_unit": not returned,
    }


def _words(criterion: Criterion, content: Mapping[str, Any] | None) -> str:
    if not content:
        return ""
    words = [f"{show_phrase(label)}: {show_phrase(value)}" for label, value in in_words(criterion, content["data"])]
    if content.get("explanation"):
        words.append(_("diễn giải: %(text)s", text=content["explanation"]))
    return "; ".join(words)


def _evidence_words(change: service.Change) -> list[str]:
    said = {
        "cite": _("thêm minh chứng “%(title)s”"),
        "uncite": _("bỏ minh chứng “%(title)s”"),
        "move": _("đổi trang, mục của “%(title)s”"),
        "describe": _("sửa thông tin của “%(title)s”"),
        "replace_file": _("thay tệp mới cho “%(title)s”"),
    }
    return [said[act] % {"title": title} for act, title in change.evidence]


def earlier_returns(sheet: Sheet) -> list[ReturnedLine]:
    """Lines of returns before the last one, newest first."""
    lines = sorted(sheet.returned_lines, key=lambda line: line.returned_at, reverse=True)
    return [line for line in lines if line.returned_at != lines[0].returned_at]
