"""The sheet: one page with a row for each criterion, the save of a row, and the officer's first screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from emulation.access import Permission
from emulation.domain.criteria import Criterion
from emulation.domain.workflow import Act, Phase, SheetState, refusal
from emulation.errors import Invalid, Missing
from emulation.models import IndicatorValue, Period, Sheet, TakenFrom, User
from emulation.services.colleagues import newest_deed
from emulation.services.last_year import last_result
from emulation.services.lines import Outline, in_words
from emulation.services.offers import offers_of, unconfirmed
from emulation.services.periods import clock_of
from emulation.services.scores import criteria_of
from emulation.services.sheets import (
    EntryStale,
    fill_refusal,
    load_sheet,
    load_sheet_to_fill,
    may_fill_line,
    own_sheet,
    people_of,
    save_line,
    sheet_in,
)
from emulation.web import session as current
from emulation.web.area import Area, commit
from emulation.web.at_work import is_busy
from emulation.web.display import say as _
from emulation.web.display import show_datetime, show_phrase, show_time
from emulation.web.entries import EntryForm, entry_from_form, form_for
from emulation.web.failures import wants_json
from emulation.web.nav import may_have_sheet
from emulation.web.numbers import whole_number
from emulation.web.sheet_desk import desk_of
from emulation.web.sheet_filters import across_words, chips_of, nothing_words
from emulation.web.sheet_parts import macros, totals_of
from emulation.web.sheet_view import (
    TOTALS,
    LinesView,
    SheetView,
    current_item,
    href,
    missing_words,
    outlined_view,
    row_of,
    section_head,
    section_of,
    section_rows,
    todo_items,
    tree_of,
    view_alone,
    view_of,
)
from emulation.web.takeover_view import takeover_of
from emulation.web.team import heard_on, own_part, team_of, with_people
from emulation.web.whereabouts import Deadline, ball_of, dates_of, deadline_of, holder_of, next_step_of, steps_of
from emulation.words import N_, tidy

area = Area("sheets", __name__)
LATER = "…"  # in the place of a total that comes with the news
# ---- pages ----


def _load_to_fill(db: Session, *, sheet_id: int, code: str | None = None) -> Sheet | None:
    """The sheet of a save, and who saves; the code is checked where its meaning is known."""
    key = current.user_key()
    sheet, person = load_sheet_to_fill(db, sheet_id, key)
    if sheet is not None:
        current.recognise(person)
    return sheet


_load_to_fill.brings_person = True  # type: ignore[attr-defined]  # read by the guard, which then asks nothing before


def _load(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


@area.get("/sheet", allow=Permission.BE_SIGNED_IN)
def mine() -> Any:
    """The sheet of the person's unit in the newest period."""
    person = current.user()
    sheet = own_sheet(current.db(), person.unit_id) if person and person.unit_id and may_have_sheet(person) else None
    if sheet is None:
        raise Missing(N_("Tài khoản này không có phiếu chấm điểm."))
    return redirect(url_for("sheets.sheet", sheet_id=sheet.id))


@area.get("/sheets/<int:sheet_id>", allow=Permission.READ_SHEET, load=_load)
def sheet(sheet: Sheet) -> Any:
    """The sheet of a unit, one section of it, one row open."""
    return sheet_page(sheet)


def sheet_page(
    sheet: Sheet,
    *,
    open_code: str | None = None,
    form: EntryForm | None = None,
    version: int | None = None,
    conflict: dict[str, Any] | None = None,
    upload: Any = None,
) -> str:
    """The page; `form`, `version` and `conflict` of a refused save, `upload` of a refused file."""
    db = current.db()
    desk = desk_of(sheet, open_code=open_code)
    view = desk.view
    deadline = deadline_of(desk.clock)
    with_officer = sheet.state in (SheetState.DRAFT, SheetState.RETURNED)
    opened = None
    if desk.open_code is not None:
        opened = desk.opened(desk.open_code, form=form, version=version, conflict=conflict, upload=upload)
    return render_template(
        "sheets/sheet.html",
        view=view,
        sheet=sheet,
        desk=desk,
        criteria=view.criteria,
        head=section_head(view, desk.section),
        tree=with_people(tree_of(view, None if desk.asked.is_across else desk.section), desk.team),
        team=desk.team,
        heard=heard_on(view, current.user(), desk.team),
        chips=chips_of(view, desk.asked, desk.facts),
        across=across_words(desk.asked, desk.facts),
        nothing=nothing_words(desk.asked),
        groups=[(group, [desk.row(line) for line in group.lines]) for group in desk.groups],
        opened=opened,
        steps=steps_of(sheet, deadline),
        ball=ball_of(sheet, people_of(db, sheet.unit_id)),
        next_step=next_step_of(sheet),
        deadline=deadline if sheet.state in (SheetState.DRAFT, SheetState.RETURNED, SheetState.SIGNING) else None,
        fills=desk.fills,
        fillable=desk.fillable,
        recallable=refusal(Act.RECALL, SheetState(sheet.state), Phase(sheet.period.phase), desk.clock) is None,
        has_ready_figures=desk.fillable and (bool(desk.last_year) or bool(unconfirmed(sheet))),
        refused=show_phrase(desk.refused.phrase) if desk.fills and desk.refused is not None and with_officer else None,
        missing=missing_words(view.left) if desk.fills and with_officer else "",
        saved_at=_saved_at(sheet),
        largest_mib=current.settings().largest_file_mib,
        news=newest_deed(db, sheet),
    )


def _saved_at(sheet: Sheet) -> str | None:
    times = [entry.updated_at for entry in sheet.entries]
    return show_time(max(times)) if times else None


@area.post("/sheets/<int:sheet_id>/entries/<path:code>", allow=Permission.FILL_SHEET, load=_load_to_fill)
def save(sheet: Sheet) -> Any:
    """Save one row: a form, or a script that wants to know what it came to."""
    code = str((request.view_args or {})["code"])
    criterion = criteria_of(sheet).by_code.get(code)
    form = form_for(criterion, given=request.form) if criterion is not None else None
    explanation = str(request.form.get("explanation", ""))
    try:
        data = entry_from_form(criterion, form) if criterion is not None and form is not None else None
        if form is not None and form.sentences:
            return _refused(sheet, code, form)
        outline = save_line(
            current.db(),
            current.actor(),
            sheet,
            code=code,
            data=data,
            explanation=explanation,
            version=_version(),
            alone=wants_json() and is_busy(),
            now=current.now(),
        )
    except EntryStale as stale:
        assert criterion is not None
        return _stale(sheet, criterion, form, data, explanation, stale)
    except Invalid as error:
        if form is None or criterion is None:
            raise
        form.say(error.field, error.phrase)
        return _refused(sheet, code, form)
    if wants_json():
        commit(current.db())  # before the answer is made: colleagues wait for the sheet no longer than they must
        return _saved(sheet, code, outline)
    flash(_("Đã lưu tiêu chí %(code)s.", code=code), "ok")
    return redirect(href(sheet, code), 303)


def _version() -> int:
    return whole_number(request.form.get("version"), 0)


def _refused(sheet: Sheet, code: str, form: EntryForm) -> Any:
    if wants_json():
        return jsonify(errors=form.sentences), 422
    return sheet_page(sheet, open_code=code, form=form, version=_version()), 422


def _stale(
    sheet: Sheet,
    criterion: Criterion,
    form: EntryForm | None,
    data: Mapping[str, Any] | None,
    explanation: str,
    stale: EntryStale,
) -> Any:
    own = stale.theirs.updated_by_id == current.actor().user_id
    mine, theirs = (
        _words(criterion, data, tidy(explanation)),
        _words(criterion, stale.theirs.data, stale.theirs.explanation),
    )
    conflict = {
        "who": stale.who if not own else _("cửa sổ kia"),
        "own": own,
        "when": show_datetime(stale.theirs.updated_at),
        "rows": [
            {"label": label, "mine": mine.get(label), "theirs": theirs.get(label)} for label in {**theirs, **mine}
        ],
        "version": stale.theirs.version,
        "href": href(sheet, criterion.code),
    }
    if wants_json():
        return jsonify(html=macros("parts").both(conflict)), stale.status
    page = sheet_page(sheet, open_code=criterion.code, form=form, version=stale.theirs.version, conflict=conflict)
    return page, stale.status


def _words(criterion: Criterion, data: Mapping[str, Any] | None, explanation: str) -> dict[str, str]:
    found = {show_phrase(label): show_phrase(value) for label, value in in_words(criterion, data)}
    return {**found, _("Diễn giải"): explanation} if explanation else found


def _saved(sheet: Sheet, code: str, outline: Outline) -> Any:
    """What the page must show anew after a save; every figure comes from the one scoring function.

    A busy server answers for the line alone and shows no totals rather than old ones: the page asks for them as soon
    as nobody types, with the news.
    """
    whole = None if outline.alone else outlined_view(sheet, outline)
    view = whole or view_alone(sheet, outline)
    line = view.lines[code]
    parts = macros("parts")
    offers = offers_of(current.db(), sheet) if line.criterion.figures else {}
    row = row_of(
        view, line, fillable=True, with_evidence=False, takeover=takeover_of(view, line, offers, fillable=True)
    )
    fragments = {
        f"declared-{code}": parts.declared(row),
        f"points-{code}": parts.points(row),
        f"working-{code}": parts.box(row),
    }
    fragments |= _taken_over(view, row, offers)
    brief = outline.briefs.get(code)
    if brief is None or not brief.is_cited:  # else the chips stay as they are, and need not be loaded
        fragments[f"chips-{code}"] = parts.chips(row)
    if whole is None:
        fragments |= {"total": parts.total(LATER)} | {name: parts.part(LATER, name) for name in TOTALS}
    else:
        fragments |= _totals(whole, section_of(view.criteria, code))
    return jsonify(
        saved_at=show_time(current.now()),
        later=whole is None,
        version=line.version,
        fragments={name: str(html) for name, html in fragments.items()},
    )


def _totals(view: SheetView, section: str) -> dict[str, Any]:
    """What a save changes besides its line: of the section, of the whole sheet."""
    parts, item = macros("parts"), current_item(view, section)
    fragments = totals_of(view, section, missing=missing_words(view.left))
    fragments[str(item["id"])] = parts.tree_count(item)
    if "total" in item:
        fragments[f"{item['id']}-bar"] = parts.tree_bar(item)
    return fragments


def _taken_over(view: LinesView, row: dict[str, Any], offers: Mapping[str, IndicatorValue]) -> dict[str, Any]:
    """What a save changes of the marks of its own line, and of the lines that ask for the same figures."""
    marks, parts = macros("takeover"), macros("parts")
    sheet, code = view.sheet, row["code"]
    fragments = {
        f"mark-{code}": marks.mark(row, sheet, False),
        f"takeover-{code}": marks.open(row, sheet),
        f"prefilled-{code}": marks.prefilled(code, []),
    }
    used = {one.code for key in row["criterion"].figures.values() for one, _its in view.criteria.by_indicator[key]}
    for other in used - {code}:
        line = view.lines[other]
        fillable = may_fill_line(sheet, other)
        takeover = takeover_of(view, line, offers, fillable=fillable)
        there = row_of(view, line, fillable=fillable, with_evidence=False, takeover=takeover)
        fragments |= {
            f"declared-{other}": parts.declared(there),
            f"points-{other}": parts.points(there),
            f"mark-{other}": marks.mark(there, sheet),
        }
    return fragments


# ---- the officer's first screen ----


def officer_home(person: User, period: Period) -> str:
    """What the officer has to do, until when: progress, what is missing, last year's result."""
    db = current.db()
    sheet = sheet_in(db, period, person.unit_id) if person.unit_id is not None else None
    if sheet is None:
        return render_template("home/officer.html", sheet=None, period=period)
    view = view_of(sheet)
    team = team_of(sheet, person)
    part = own_part(view, team)
    clock = clock_of(db, sheet, now=current.now())
    deadline: Deadline | None = deadline_of(clock)
    people = people_of(db, sheet.unit_id)
    own = [entry for entry in sheet.entries if entry.taken_from != TakenFrom.MINISTRY]  # not what the ministry loaded
    newest = max(own, key=lambda entry: entry.updated_at, default=None)
    return render_template(
        "home/officer.html",
        sheet=sheet,
        period=period,
        view=view,
        criteria=view.criteria,
        deadline=deadline if sheet.state in (SheetState.DRAFT, SheetState.RETURNED, SheetState.SIGNING) else None,
        steps=steps_of(sheet, deadline),
        ball=ball_of(sheet, people),
        dates=dates_of(sheet, clock),
        part=part,
        heard=heard_on(view, person, team),
        items=todo_items(view),
        missing=missing_words(view.left),
        newest=newest,
        resume=view.lines[newest.code].criterion if newest else None,
        fillable=fill_refusal(sheet, clock) is None,
        sections=section_rows(view),
        last=last_result(db, period, sheet.unit_id),
        holder=holder_of(sheet, people),
    )
