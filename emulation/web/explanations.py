"""The explanation round of one sheet: the unit explains lowered lines, the chair answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from emulation.access import UNIT_PEOPLE, Permission, may
from emulation.domain.workflow import Act, Clock, Phase, SheetState, refusal
from emulation.errors import Invalid, Refusal, Stale
from emulation.models import Outcome, Role, Sheet
from emulation.services import explanations as service
from emulation.services.explanations import Dispute, disputes_of
from emulation.services.finalising import not_final_because
from emulation.services.periods import clock_of
from emulation.services.reviews import council_for, load_sheet
from emulation.services.scores import criteria_of
from emulation.services.sheets import load_sheet_to_change
from emulation.services.verdicts import chaired_councils
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import show_phrase
from emulation.web.entries import read_figure
from emulation.web.review_view import declared_words, evidence_of, mark_words, typed_points
from emulation.web.whereabouts import deadline_of
from emulation.words import N_

area = Area("explanations", __name__)


def _line_to_change(db: Session, *, sheet_id: int, code: str) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


def _code() -> str:
    return str((request.view_args or {})["code"])


@dataclass(frozen=True)
class Typed:
    """What was typed for one line and refused; `errors` by field, "" for the line."""

    code: str
    values: Mapping[str, str]
    errors: Mapping[str, str]


@area.get("/sheets/<int:sheet_id>/explanations", allow=Permission.READ_SHEET, load=load_sheet)
def explanations(sheet: Sheet) -> Any:
    """The lowered lines of a sheet with explanations and answers."""
    return _page(sheet)


def _page(sheet: Sheet, typed: Typed | None = None) -> str:
    db, person, now = current.db(), current.user(), current.now()
    assert person is not None
    of_unit = UNIT_PEOPLE(person, sheet)
    is_open = sheet.state in (SheetState.REVIEWED, SheetState.EXPLAINING, SheetState.FINAL) and (
        not of_unit or may(person, Permission.READ_SHEET_RESULT, sheet)
    )
    disputes = disputes_of(db, sheet) if is_open else []
    if person.role == Role.REVIEWER:
        disputes = [one for one in disputes if council_for(person, sheet, one.code) is not None]
    clock = clock_of(db, sheet, now=now)
    explains = of_unit and _is_possible(Act.EXPLAIN, sheet, clock)
    answers = may(person, Permission.SETTLE_SHEET, sheet) and _is_possible(Act.ANSWER, sheet, Clock(now))
    chaired = chaired_councils(person, sheet) if answers else []
    finalises = may(person, Permission.FINALISE_SHEET, sheet) and _is_possible(Act.FINALISE, sheet, Clock(now))
    obstacle = not_final_because(sheet, disputes, clock) if finalises else None
    criteria = criteria_of(sheet)
    return render_template(
        "reviews/explanations.html",
        sheet=sheet,
        period=sheet.period,
        criteria=criteria,
        rows=[
            _row(
                one,
                criteria.precision,
                explains=explains,
                answers=answers and one.verdict.council_id in chaired,
                typed=typed if typed and typed.code == one.code else None,
            )
            for one in disputes
        ],
        is_open=is_open,
        of_unit=of_unit,
        explains=explains,
        deadline=deadline_of(clock) if sheet.period.phase == Phase.EXPLANATION else None,
        finalises=finalises,
        obstacle=show_phrase(obstacle.phrase) if obstacle else None,
    )


def _is_possible(act: Act, sheet: Sheet, clock: Clock) -> bool:
    return refusal(act, SheetState(sheet.state), Phase(sheet.period.phase), clock) is None


def _row(one: Dispute, places: int, *, explains: bool, answers: bool, typed: Typed | None) -> dict[str, Any]:
    explanation = one.explanation
    answered = one.is_settled
    values = typed.values if typed else {}
    errors = typed.errors if typed else {}
    return {
        "code": one.code,
        "title": one.declared.criterion.title,
        "maximum": typed_points(one.declared.criterion.max, 0)
        if one.declared.criterion.max == one.declared.criterion.max.to_integral_value()
        else typed_points(one.declared.criterion.max, places),
        "skipped": one.declared.skipped,
        "declared": declared_words(one.declared, one.entry, places),
        "evidence": evidence_of(one.entry),
        "self": _("không áp dụng") if one.declared.skipped else typed_points(one.declared.counted, places),
        "official": mark_words(one.verdict, places),
        "reason": one.verdict.reason,
        "text": values.get("text", explanation.text if explanation else ""),
        "shown": explanation.text if explanation else "",
        "explained_at": explanation.made_at if explanation else None,
        "version": explanation.version if explanation else 0,
        "explains": explains and not answered,
        "answers": answers and explanation is not None and not answered,
        "waits": one.waits_for_answer,
        "outcome": explanation.outcome if explanation else None,
        "answer": explanation.answer if explanation else "",
        "answered_at": explanation.answered_at if explanation else None,
        "changed": mark_words(one.changed, places),
        "choice": values.get("outcome", ""),
        "points": values.get("points", ""),
        "answer_text": values.get("answer", ""),
        "text_error": errors.get("text", "") if not answers else "",
        "answer_error": errors.get("text", "") if answers else "",
        "points_error": errors.get("points", ""),
        "outcome_error": errors.get("outcome", ""),
        "line_error": errors.get("", ""),
    }


def _refused(sheet: Sheet, refused: Refusal) -> Any:
    """The page again with what was typed and the sentence at its place; a stale save shows the newest beside it."""
    field = refused.field if refused.field in ("text", "points", "outcome") else ""
    return _page(sheet, Typed(_code(), request.form, {field or "": show_phrase(refused.phrase)})), refused.status


@area.post("/sheets/<int:sheet_id>/explanations/<path:code>", allow=Permission.EXPLAIN_SHEET, load=_line_to_change)
def explain(sheet: Sheet) -> Any:
    """The unit explains one line."""
    try:
        service.explain(
            current.db(),
            current.actor(),
            sheet,
            code=_code(),
            text=request.form.get("text", ""),
            version=_version(),
            now=current.now(),
        )
    except (Invalid, Stale) as refused:
        return _refused(sheet, refused)
    flash(_("Đã gửi giải trình tiêu chí %(code)s.", code=_code()), "ok")
    return redirect(url_for("explanations.explanations", sheet_id=sheet.id, _anchor=_code()), 303)


@area.post("/sheets/<int:sheet_id>/answers/<path:code>", allow=Permission.SETTLE_SHEET, load=_line_to_change)
def answer(sheet: Sheet) -> Any:
    """The chair keeps the verdict or changes it."""
    try:
        outcome = request.form.get("outcome", "")
        if outcome not in (Outcome.KEEP, Outcome.CHANGE):
            raise Invalid(N_("Chọn giữ nguyên hoặc đổi điểm."), "outcome")
        points = None
        if outcome == Outcome.CHANGE and "skip" not in request.form:
            points = read_figure(request.form.get("points", ""), "points")
        service.answer(
            current.db(),
            current.actor(),
            sheet,
            code=_code(),
            outcome=Outcome(outcome),
            text=request.form.get("answer", ""),
            points=points,
            version=_version(),
            now=current.now(),
        )
    except (Invalid, Stale) as refused:
        return _refused(sheet, refused)
    flash(_("Đã trả lời giải trình tiêu chí %(code)s.", code=_code()), "ok")
    return redirect(url_for("explanations.explanations", sheet_id=sheet.id, _anchor=_code()), 303)


def _version() -> int:
    text = request.form.get("version", "0")
    return int(text) if text.isdigit() else 0
