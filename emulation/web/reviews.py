"""Reviewers at work: first screen, queue, one sheet whole, one criterion of all units, marks, conflict of interest."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import Form, StringField, TextAreaField

from emulation.access import Permission, may
from emulation.domain.figures import read_figure
from emulation.domain.workflow import Phase, SheetState
from emulation.errors import Invalid, Refusal
from emulation.models import Period, SeatRole, Sheet, User
from emulation.services import chair, explanations, marks
from emulation.services.criteria import value_of
from emulation.services.offers import offers_of
from emulation.services.periods import load_period
from emulation.services.queue import Queue, queue_of
from emulation.services.reviews import Line, lines_of_sheet, load_sheet, seats_in
from emulation.services.scores import criteria_of
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.columns import column_fragments, column_sheets, criterion_page
from emulation.web.display import say as _
from emulation.web.display import show_phrase, show_time
from emulation.web.failures import wants_json
from emulation.web.review_view import Typed, flag_tags, groups_of, guidance_of, row_of, typed_points
from emulation.words import N_

area = Area("reviews", __name__)


class MarkForm(Form):
    """Points and reason of one line."""

    points = StringField()
    reason = StringField()


class ConflictForm(Form):
    """Why somebody cannot score a unit."""

    reason = TextAreaField(N_("Lý do"))


def person() -> User:
    """The reviewer of this request; the permission has seen to it."""
    found = current.user()
    assert found is not None
    return found


def _line_sheet(db: Session, *, sheet_id: int, code: str) -> Sheet | None:
    """The sheet of a mark; whether the code is in scope is checked where the mark is given."""
    return load_sheet(db, sheet_id)


# ---- the queue ----


@area.get("/periods/<code>/reviews", allow=Permission.READ_REVIEWS, load=load_period)
def queue(period: Period) -> Any:
    """Everything this person has to score, by sheet or by criterion."""
    found = queue_of(current.db(), person(), period)
    by_criterion = request.args.get("by") == "criterion"
    return render_template(
        "reviews/queue.html",
        period=period,
        queue=found,
        criteria=value_of(period.criteria_set),
        councils=[seat.council for seat in seats_in(person(), period)],
        by_criterion=by_criterion,
        done=sum(task.is_finished and not task.has_conflict for task in found.tasks),
        counted=sum(not task.has_conflict for task in found.tasks),
        states=_task_states(found),
    )


def _task_states(found: Queue) -> dict[int, tuple[str, str]]:
    """Words and kind of each task's state, by sheet id."""
    words: dict[int, tuple[str, str]] = {}
    for task in found.tasks:
        if task.has_conflict:
            words[task.sheet.id] = (_("Xung đột lợi ích"), "plain")
        elif task.sheet.state in (SheetState.DRAFT, SheetState.SIGNING, SheetState.RETURNED):
            words[task.sheet.id] = (_("Chưa nộp"), "off")
        elif task.sheet.state == SheetState.SUBMITTED:
            words[task.sheet.id] = (_("Chờ tiếp nhận"), "off")
        elif task.sheet.state != SheetState.RECEIVED:
            words[task.sheet.id] = (_("Đã kết luận"), "ok")
        elif task.is_finished:
            words[task.sheet.id] = (_("Đã chấm xong"), "ok")
        elif task.marked:
            words[task.sheet.id] = (_("Đang chấm"), "now")
        else:
            words[task.sheet.id] = (_("Chưa chấm"), "wait")
    return words


# ---- one sheet whole ----


@area.get("/sheets/<int:sheet_id>/review", allow=Permission.SCORE_SHEET, load=load_sheet)
def sheet_review(sheet: Sheet) -> Any:
    """One unit whole: every criterion of the person's scope."""
    return sheet_page(sheet)


def sheet_page(
    sheet: Sheet, *, typed: dict[str, Typed] | None = None, left: list[Line] | None = None, said: str | None = None
) -> str:
    """The page; `typed` are refused lines, `left` the lines that stand against finishing, `said` a refusal of all."""
    lines = lines_of_sheet(current.db(), person(), sheet)
    criteria = criteria_of(sheet)
    scorable = is_scorable(sheet, lines)
    offers = offers_of(current.db(), sheet)
    rows = {
        line.code: {
            **row_of(line, criteria.precision, scorable=scorable, typed=(typed or {}).get(line.code), offers=offers),
            "guidance": guidance_of(line.declared.criterion),
        }
        for line in lines
    }
    councils = {line.council.id: line.council.name for line in lines}
    return render_template(
        "reviews/sheet.html",
        sheet=sheet,
        period=sheet.period,
        criteria=criteria,
        groups=groups_of(criteria, lines),
        rows=rows,
        councils=list(councils.values()),
        counts=counts_of(lines),
        scorable=scorable,
        shows_others=any(line.others is not None for line in lines),
        left=left or [],
        said=said,
        chairs=may(person(), Permission.SETTLE_SHEET, sheet),
        following=_following(sheet) if not scorable else None,
    )


def _following(sheet: Sheet) -> Sheet | None:
    """Where to go on after a finished sheet."""
    if sheet.period.phase != Phase.REVIEW:
        return None
    return queue_of(current.db(), person(), sheet.period).resume


def is_scorable(sheet: Sheet, lines: list[Line]) -> bool:
    """Whether this person can still mark the sheet: under review, and others' marks not open to them."""
    return (
        sheet.state == SheetState.RECEIVED
        and sheet.period.phase == Phase.REVIEW
        and any(line.others is None for line in lines)
    )


def counts_of(lines: list[Line]) -> dict[str, int]:
    """Progress of this person on a sheet."""
    wanted = [line for line in lines if line.declared.needs_points]
    left = [line for line in wanted if line.mine is None]
    return {
        "total": len(wanted),
        "done": len(wanted) - len(left),
        "acceptable": sum(line.is_unremarkable for line in lines),
        "remarkable": sum(bool(line.declared.remarks) for line in left),
    }


# ---- giving marks ----


@area.post("/sheets/<int:sheet_id>/marks/<path:code>", allow=Permission.SCORE_SHEET, load=_line_sheet)
def mark(sheet: Sheet) -> Any:
    """Save one mark: from the row view, or from the column view (`back=criterion`)."""
    code = str((request.view_args or {})["code"])
    form = MarkForm(request.form)
    errors: dict[str, str] = {}
    try:
        _give(sheet, code, form)
    except Invalid as refusal:
        errors = {refusal.field if refusal.field in ("points", "reason") else "points": show_phrase(refusal.phrase)}
    by_column = request.form.get("back") == "criterion"
    typed = Typed(form.points.data or "", form.reason.data or "", errors) if errors else None
    if wants_json():
        answer: dict[str, Any] = {"fragments": _fragments(sheet, code, typed, by_column=by_column)}
        if errors:
            return jsonify(answer | {"errors": errors}), 422
        return jsonify(answer | {"saved_at": show_time(current.now())})
    if by_column:
        if typed:
            return criterion_page(sheet.period, code, typed={sheet.id: typed}), 422
        values: dict[str, Any] = {name: request.form[name] for name in ("cluster", "show") if request.form.get(name)}
        target = url_for("reviews.criterion_review", code=sheet.period.code, criterion=code, **values)
        return redirect(f"{target}#unit-{sheet.id}", 303)
    if typed:
        return sheet_page(sheet, typed={code: typed}), 422
    return redirect(url_for("reviews.sheet_review", sheet_id=sheet.id, _anchor=code), 303)


def _give(sheet: Sheet, code: str, form: MarkForm) -> None:
    db, actor, now = current.db(), current.actor(), current.now()
    if "accept" in request.form:
        marks.accept(db, actor, sheet, code=code, now=now)
        return
    text = (form.points.data or "").strip()
    if not text:
        raise Invalid(N_("Nhập điểm, hoặc chấp nhận như đã khai."), "points")
    points = read_figure(text, "points")
    marks.mark(db, actor, sheet, code=code, points=points, reason=form.reason.data or "", now=now)


def _fragments(sheet: Sheet, code: str, typed: Typed | None, *, by_column: bool) -> dict[str, str]:
    """What changed on the page of the save, by element id."""
    if by_column:
        return column_fragments(sheet, code, typed)
    lines = lines_of_sheet(current.db(), person(), sheet)
    line = next(line for line in lines if line.code == code)
    criteria = criteria_of(sheet)
    row = row_of(line, criteria.precision, scorable=True, typed=typed)
    group = next(group for group in groups_of(criteria, lines) if line in group.lines)
    counts = counts_of(lines)
    parts: Any = current_app.jinja_env.get_template("reviews/parts.html").module
    return {
        f"state-{code}": str(parts.state(row, f"state-{code}")),
        f"count-{group.code}": str(parts.section_count(group)),
        "progress": str(parts.progress(counts)),
        "accept-all": str(parts.accept_all(counts["acceptable"], url_for("reviews.accept_all", sheet_id=sheet.id))),
    }


@area.post("/sheets/<int:sheet_id>/accept", allow=Permission.SCORE_SHEET, load=load_sheet)
def accept_all(sheet: Sheet) -> Any:
    """Take over every unremarkable line of the sheet."""
    given = marks.accept_unremarkable(current.db(), current.actor(), sheet, now=current.now())
    flash(_("Đã chấp nhận %(n)s dòng như đã khai.", n=len(given)), "ok")
    return redirect(url_for("reviews.sheet_review", sheet_id=sheet.id), 303)


@area.post("/sheets/<int:sheet_id>/finish", allow=Permission.SCORE_SHEET, load=load_sheet)
def finish(sheet: Sheet) -> Any:
    """Say that one's own marking of the sheet is done."""
    try:
        marks.finish(current.db(), current.actor(), sheet, now=current.now())
    except marks.Unfinished as refusal:
        return sheet_page(sheet, left=list(refusal.lines)), refusal.status
    flash(_("Đã hoàn thành chấm phiếu của %(unit)s.", unit=sheet.short_name), "ok")
    return redirect(url_for("reviews.sheet_review", sheet_id=sheet.id), 303)


# ---- one criterion, all units ----


def _load_column(db: Session, *, code: str, criterion: str) -> Period | None:
    """The period, where this person scores that criterion in it."""
    period = load_period(db, code)
    someone = current.user()
    if period is None or someone is None:
        return None
    return period if any(criterion in seat.council.codes for seat in seats_in(someone, period)) else None


@area.get("/periods/<code>/reviews/<path:criterion>", allow=Permission.READ_REVIEWS, load=_load_column)
def criterion_review(period: Period) -> Any:
    """One criterion of every unit in the person's scope."""
    return criterion_page(period, str((request.view_args or {})["criterion"]))


@area.post("/periods/<code>/reviews/<path:criterion>", allow=Permission.READ_REVIEWS, load=_load_column)
def accept_column(period: Period) -> Any:
    """Take over the unremarkable lines of this criterion in the cluster on the page."""
    code = str((request.view_args or {})["criterion"])
    sheets = column_sheets(period, code, request.form.get("cluster"))
    given = marks.accept_column(current.db(), current.actor(), sheets, code=code, now=current.now())
    flash(_("Đã chấp nhận %(n)s dòng như đã khai.", n=len(given)), "ok")
    values: dict[str, Any] = {name: request.form[name] for name in ("cluster", "show") if request.form.get(name)}
    return redirect(url_for("reviews.criterion_review", code=period.code, criterion=code, **values), 303)


# ---- conflict of interest ----


def load_for_conflict(db: Session, *, sheet_id: int) -> Sheet | None:
    """The sheet, for people who have not declared a conflict with its unit."""
    return load_sheet(db, sheet_id)


@area.get("/sheets/<int:sheet_id>/conflict", allow=Permission.DECLARE_CONFLICT, load=load_for_conflict)
def conflict(sheet: Sheet) -> Any:
    """What declaring a conflict of interest means, before it is done."""
    return _conflict_page(sheet, ConflictForm())


def _conflict_page(sheet: Sheet, form: ConflictForm) -> str:
    form.reason.label.text = _("Lý do")
    return render_template("reviews/conflict.html", sheet=sheet, period=sheet.period, form=form)


@area.post("/sheets/<int:sheet_id>/conflict", allow=Permission.DECLARE_CONFLICT, load=load_for_conflict)
def declare_conflict(sheet: Sheet) -> Any:
    """Declare a conflict of interest with the sheet's unit."""
    form = ConflictForm(request.form)
    try:
        marks.declare_conflict(current.db(), current.actor(), sheet, reason=form.reason.data or "", now=current.now())
    except Refusal as refusal:
        form.reason.errors = [show_phrase(refusal.phrase)]
        return _conflict_page(sheet, form), refusal.status
    flash(_("Đã ghi nhận xung đột lợi ích với %(unit)s. Phiếu này không còn hiện với anh chị.", unit=sheet.short_name))
    return redirect(url_for("reviews.queue", code=sheet.period.code), 303)


# ---- the first screen ----


def reviewer_home(reviewer: User, period: Period) -> str:
    """The first screen of a council member or chair: where to go on, what to look after."""
    db = current.db()
    found = queue_of(db, reviewer, period)
    seats = seats_in(reviewer, period)
    chairs = any(seat.role == SeatRole.CHAIR for seat in seats)
    overview = chair.overview_of(db, reviewer, period) if chairs else None
    places = value_of(period.criteria_set).precision
    agenda = [
        {
            "sheet": topic.sheet,
            "code": topic.declared.criterion.code,
            "title": topic.declared.criterion.title,
            "flags": flag_tags(topic.flags),
            "self": typed_points(topic.declared.counted, places),
            "marks": [typed_points(points, places) for points in topic.marks],
        }
        for topic in (overview.to_discuss if overview else ())
    ]
    window = period.window(Phase.REVIEW)
    return render_template(
        "home/reviewer.html",
        period=period,
        queue=found,
        states=_task_states(found),
        councils=[seat.council for seat in seats],
        overview=overview,
        agenda=agenda,
        to_answer=explanations.waiting_answers(db, reviewer, period) if chairs else [],
        done=sum(task.is_finished and not task.has_conflict for task in found.tasks),
        counted=sum(not task.has_conflict for task in found.tasks),
        closes_at=window.closes_at if window else None,
        days_left=(window.closes_at - current.now()).days if window else None,
        in_review=period.phase == Phase.REVIEW,
    )
