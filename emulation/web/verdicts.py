"""The chair at work on one sheet: reveal the marks, settle the official points."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from emulation.access import Permission
from emulation.domain.figures import read_figure
from emulation.errors import Invalid
from emulation.models import Sheet, User
from emulation.services import verdicts as service
from emulation.services.offers import offers_of
from emulation.services.scores import criteria_of
from emulation.services.sheets import load_sheet_to_change
from emulation.services.verdicts import Agendum, Decided, Settling, Unsettled
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.web.numbers import whole_number
from emulation.web.review_view import flag_tags, groups_of, guidance_of, mark_words, row_of, typed_points
from emulation.web.takeover_view import Offers
from emulation.words import N_, Phrase

area = Area("verdicts", __name__)
Problems = dict[str, tuple[str, Phrase]]


def _load(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


def _person() -> User:
    found = current.user()
    assert found is not None
    return found


@area.get("/sheets/<int:sheet_id>/verdicts", allow=Permission.SETTLE_SHEET, load=_load)
def settling(sheet: Sheet) -> Any:
    """The lines of a sheet with the members' marks and the form of the official points."""
    return _page(sheet)


def _page(sheet: Sheet, problems: Problems | None = None) -> str:
    found = service.settling_of(current.db(), _person(), sheet)
    criteria = criteria_of(sheet)
    offers = offers_of(current.db(), sheet)
    rows = {one.line.code: _row(found, one, criteria.precision, problems, offers) for one in found.agenda}
    lines = [one.line for one in found.agenda]
    councils = {line.council.id: line.council for line in lines}
    return render_template(
        "reviews/settle.html",
        sheet=sheet,
        period=sheet.period,
        criteria=criteria,
        settling=found,
        rows=rows,
        groups=groups_of(criteria, lines),
        councils=list(councils.values()),
        versions={council_id: review.version for council_id, review in found.reviews.items() if review},
        problems=[(code, show_phrase(phrase)) for code, (_field, phrase) in (problems or {}).items()],
        flagged=[row for row in rows.values() if row["flags"]],
        progress=_progress(found),
    )


def _progress(found: Settling) -> list[dict[str, Any]]:
    return [
        {"name": member.name, "is_chair": member.is_chair, "done": member.user_id in found.finished[council_id]}
        for council_id, members in found.members.items()
        for member in members
    ]


def _row(found: Settling, one: Agendum, places: int, problems: Problems | None, offers: Offers) -> dict[str, Any]:
    code = one.line.code
    row = row_of(one.line, places, scorable=False, offers=offers)
    is_typed = problems is not None
    field, phrase = (problems or {}).get(code, ("", None))
    proposed = _("không áp dụng") if one.proposes_skipping else typed_points(one.proposed, places)
    differs = one.has_proposal and one.line.declared.differs(None if one.proposes_skipping else one.proposed)
    return row | {
        "guidance": guidance_of(one.line.declared.criterion),
        "flags": flag_tags(one.flags),
        "marks": None
        if one.marks is None
        else [
            {
                "name": each.member.name,
                "points": mark_words(each.mark, places),
                "reason": each.mark.reason if each.mark else "",
                "is_far": each.is_far,
            }
            for each in one.marks
        ],
        "proposed": proposed,
        "open": found.is_open and row["applies"] and one.line.verdict is None and not found.is_settled,
        "required": one.needs_verdict,
        "official": request.form.get(f"points-{code}", "") if is_typed else typed_points(one.proposed, places),
        "official_reason": request.form.get(f"reason-{code}", "") if is_typed else one.reasons if differs else "",
        "official_skip": f"skip-{code}" in request.form if is_typed else one.proposes_skipping,
        "official_error": show_phrase(phrase) if field == "points" else "",
        "official_reason_error": show_phrase(phrase) if field == "reason" else "",
    }


@area.post("/sheets/<int:sheet_id>/reveal", allow=Permission.SETTLE_SHEET, load=_load)
def reveal(sheet: Sheet) -> Any:
    """Show the members' marks to the council; nobody marks the sheet any more."""
    service.reveal(current.db(), current.actor(), sheet, now=current.now())
    flash(_("Đã công khai điểm của các thành viên trong hội đồng."), "ok")
    return redirect(url_for("verdicts.settling", sheet_id=sheet.id), 303)


@area.post("/sheets/<int:sheet_id>/verdicts", allow=Permission.SETTLE_SHEET, load=_load)
def settle(sheet: Sheet) -> Any:
    """Write the official points, all lines at once."""
    db = current.db()
    decisions, problems = _read(sheet)
    sent = [
        (whole_number(name.removeprefix("version-"), None), whole_number(version, None))
        for name, version in request.form.items()
        if name.startswith("version-")
    ]
    versions = {key: version for key, version in sent if key is not None and version is not None}
    try:
        service.settle(db, current.actor(), sheet, decisions=decisions, versions=versions, now=current.now())
    except Unsettled as refusal:
        problems = {**refusal.problems, **problems}
    if problems:
        db.rollback()
        order = {code: place for place, code in enumerate(criteria_of(sheet).by_code)}
        return _page(sheet, dict(sorted(problems.items(), key=lambda item: order.get(item[0], 0)))), 422
    flash(_("Đã kết luận điểm thẩm định của %(unit)s.", unit=sheet.short_name), "ok")
    return redirect(url_for("verdicts.settling", sheet_id=sheet.id), 303)


def _read(sheet: Sheet) -> tuple[dict[str, Decided], Problems]:
    """Decisions by code as typed, and what cannot be read."""
    decisions: dict[str, Decided] = {}
    problems: Problems = {}
    for code in criteria_of(sheet).by_code:
        if f"points-{code}" not in request.form:
            continue
        reason = request.form.get(f"reason-{code}", "")
        text = request.form[f"points-{code}"].strip()
        try:
            if f"skip-{code}" in request.form:
                if text and text != "0":
                    raise Invalid(N_("Chọn một: cho điểm, hoặc nhận không áp dụng."), "points")
                decisions[code] = Decided(None, reason)
            elif text:
                decisions[code] = Decided(read_figure(text, "points"), reason)
        except Invalid as error:
            problems[code] = ("points", error.phrase)
    return decisions, problems
