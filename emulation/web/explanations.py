"""The explanation round of one sheet: the unit explains lowered lines, the chair answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from emulation.access import UNIT_PEOPLE, Permission, may
from emulation.domain.declared import Remark
from emulation.domain.figures import read_figure
from emulation.domain.workflow import Act, Clock, Phase, SheetState, refusal
from emulation.errors import Invalid, Stale
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
from emulation.web.display import decimal_mark, show_phrase
from emulation.web.display import say as _
from emulation.web.numbers import whole_number
from emulation.web.review_view import declared_words, evidence_of, mark_words, typed_points
from emulation.web.whereabouts import deadline_of
from emulation.words import N_, figure

area = Area("explanations", __name__)


Problems = dict[str, tuple[str, str]]  # code -> (field, sentence)


def _to_change(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_to_change(db, sheet_id)


@area.get("/sheets/<int:sheet_id>/explanations", allow=Permission.READ_SHEET, load=load_sheet)
def explanations(sheet: Sheet) -> Any:
    """The lowered lines of a sheet with explanations and answers."""
    return _page(sheet)


def _page(sheet: Sheet, problems: Problems | None = None) -> str:
    """The page; `problems` of a refused save, of which nothing was stored: then it shows what was typed."""
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
                problems=problems,
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


def _row(one: Dispute, places: int, *, explains: bool, answers: bool, problems: Problems | None) -> dict[str, Any]:
    explanation, maximum, code = one.explanation, one.declared.criterion.max, one.code
    field, sentence = (problems or {}).get(code, ("", ""))

    def typed(name: str) -> str:
        return request.form.get(f"{name}-{code}", "") if problems is not None else ""

    return {
        "code": code,
        "title": one.declared.criterion.title,
        "maximum": figure(maximum, decimal=decimal_mark()),
        "skipped": one.declared.skipped,
        "declared": declared_words(one.declared, one.entry, places),
        "evidence": evidence_of(one.entry),
        "lacks_evidence": Remark.NO_EVIDENCE in one.declared.remarks,
        "self": _("không áp dụng") if one.declared.skipped else typed_points(one.declared.counted, places),
        "official": mark_words(one.verdict, places),
        "reason": one.verdict.reason,
        "text": typed("text") if problems is not None else explanation.text if explanation else "",
        "shown": explanation.text if explanation else "",
        "explained_at": explanation.made_at if explanation else None,
        "version": explanation.version if explanation else 0,
        "explains": explains and not one.is_settled,
        "answers": answers and one.waits_for_answer,
        "waits": one.waits_for_answer,
        "outcome": explanation.outcome if explanation else None,
        "answer": explanation.answer if explanation else "",
        "answered_at": explanation.answered_at if explanation else None,
        "changed": mark_words(one.changed, places),
        "choice": typed("outcome"),
        "points": typed("points"),
        "answer_text": typed("answer"),
        "skip": bool(typed("skip")),
        "text_error": sentence if field == "text" else "",
        "points_error": sentence if field == "points" else "",
        "outcome_error": sentence if field == "outcome" else "",
        "line_error": sentence if not field else "",
    }


def _version(code: str) -> int:
    return whole_number(request.form.get(f"version-{code}"), 0)


def _each_line(sheet: Sheet, act: Callable[[str], bool], done: Callable[[int], str]) -> Any:
    """Do `act` for every line of the set, all or nothing; it says whether there was something to do."""
    problems: Problems = {}
    count = 0
    for code in criteria_of(sheet).by_code:
        try:
            count += act(code)
        except (Invalid, Stale) as refused:
            field = refused.field if refused.field in ("text", "points", "outcome") else ""
            problems[code] = (field or "", show_phrase(refused.phrase))
    if problems:
        current.db().rollback()
        return _page(sheet, problems), 422
    if count:
        flash(done(count), "ok")
    else:
        flash(_("Chưa có nội dung nào mới để gửi."), "wait")
    return redirect(url_for("explanations.explanations", sheet_id=sheet.id), 303)


@area.post("/sheets/<int:sheet_id>/explanations", allow=Permission.EXPLAIN_SHEET, load=_to_change)
def explain(sheet: Sheet) -> Any:
    """The unit explains the lines that it has written something for."""
    db, known = current.db(), {one.code: one.explanation for one in disputes_of(current.db(), sheet)}

    def one_line(code: str) -> bool:
        text = request.form.get(f"text-{code}")
        before = known.get(code)
        if text is None or (not text.strip() and before is None) or (before and before.text == text.strip()):
            return False
        now, version = current.now(), _version(code)
        service.explain(db, current.actor(), sheet, code=code, text=text, version=version, now=now)
        return True

    return _each_line(sheet, one_line, lambda n: _("Đã gửi giải trình %(n)s tiêu chí.", n=n))


@area.post("/sheets/<int:sheet_id>/answers", allow=Permission.SETTLE_SHEET, load=_to_change)
def answer(sheet: Sheet) -> Any:
    """The chair keeps or changes the verdicts of the lines that an answer was chosen for."""

    def one_line(code: str) -> bool:
        outcome = request.form.get(f"outcome-{code}", "")
        points = request.form.get(f"points-{code}", "").strip()
        text = request.form.get(f"answer-{code}", "")
        if not outcome and not points and not text.strip():
            return False
        if outcome not in (Outcome.KEEP, Outcome.CHANGE):
            raise Invalid(N_("Chọn giữ nguyên hoặc đổi điểm."), "outcome")
        skips = f"skip-{code}" in request.form
        service.answer(
            current.db(),
            current.actor(),
            sheet,
            code=code,
            outcome=Outcome(outcome),
            text=text,
            points=None if skips or outcome == Outcome.KEEP else read_figure(points, "points"),
            version=_version(code),
            now=current.now(),
        )
        return True

    return _each_line(sheet, one_line, lambda n: _("Đã trả lời giải trình %(n)s tiêu chí.", n=n))
