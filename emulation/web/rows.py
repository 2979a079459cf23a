"""Rows of a sheet for its script: one opened in place, figures tried, what colleagues changed since."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from sqlalchemy.orm import Session

from emulation.access import Permission
from emulation.domain.declared import parts_of
from emulation.domain.rules import External
from emulation.domain.workflow import SheetState
from emulation.errors import Invalid, Missing
from emulation.models import Sheet
from emulation.services.colleagues import Deed, deeds_since
from emulation.services.scores import criteria_of
from emulation.services.sheets import canonical, load_sheet, load_sheet_alone, outline_of
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.at_work import is_busy
from emulation.web.display import say as _
from emulation.web.entries import entry_from_form, form_for
from emulation.web.numbers import whole_number
from emulation.web.sheet_desk import Desk, desk_of
from emulation.web.sheet_filters import chips_of
from emulation.web.sheet_parts import macros, sums_of, totals_of
from emulation.web.sheet_view import missing_words, outlined_view, tree_of, trial_row
from emulation.web.team import with_people
from emulation.words import N_

area = Area("rows", __name__)
MOST_WAITED = 120  # seconds that a busy server puts a page off


def _load(db: Session, *, sheet_id: int, code: str) -> Sheet | None:
    return load_sheet(db, sheet_id)


def _load_alone(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet_alone(db, sheet_id)


@area.get("/sheets/<int:sheet_id>/rows/<path:code>", allow=Permission.READ_SHEET, load=_load)
def row(sheet: Sheet) -> Any:
    """One row, open; the address asks for filter and search as that of the page does.

    `shape` is the suggested shape of its explanation, as lines of label and text.
    """
    code = str((request.view_args or {})["code"])
    desk = desk_of(sheet, open_code=code)
    if desk.open_code is None:
        raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
    opened = desk.opened(code)
    return jsonify(
        html=_row_html(desk, code, opened), shape=[f"{label}: {text or '…'}" for label, text in opened["shape"]]
    )


def _row_html(desk: Desk, code: str, opened: dict[str, Any] | None) -> str:
    titled = {line.code for group in desk.groups if group.title for line in group.lines}
    return str(
        macros("rows").row(
            desk.sheet,
            desk.row(desk.view.lines[code]),
            desk.view.places,
            desk.team,
            level=4 if code in titled else 3,
            opened=opened,
            closed=desk.closed,
            largest_mib=current.settings().largest_file_mib,
        )
    ).strip()


def _load_for_trial(db: Session, *, sheet_id: int, code: str) -> Sheet | None:
    return load_sheet_alone(db, sheet_id)


@area.get("/sheets/<int:sheet_id>/trial/<path:code>", allow=Permission.READ_SHEET, load=_load_for_trial)
def trial(sheet: Sheet) -> Any:
    """What the figures typed so far come to, before they are saved; that it is nothing where they are no entry yet."""
    code, criteria = str((request.view_args or {})["code"]), criteria_of(sheet)
    criterion = criteria.by_code.get(code)
    if criterion is None or isinstance(criterion.rule, External):
        raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
    form = form_for(criterion, given=request.args)
    try:
        data = canonical(criterion, entry_from_form(criterion, form))
        refused = bool(form.sentences)
    except Invalid:
        data, refused = None, True  # the save will say what is wrong, beside its field
    if refused or data is None or "not_applicable" in data:
        shown = {"code": code, "working": None, "status": "refused" if refused else "skipped" if data else "none"}
    else:
        shown = trial_row(criterion, data, parts_of(criteria)[code], criteria.precision)
    return jsonify(fragments={f"working-{code}": str(macros("parts").box(shown)).strip()})


# ---- what colleagues did ----


@area.get("/sheets/<int:sheet_id>/news", allow=Permission.READ_SHEET, load=_load_alone)
def news(sheet: Sheet) -> Any:
    """Who changed what after the act `since`, and what the page must show anew; cheap where nothing happened.

    `rows` are closed rows by code. `moved` says that the sheet itself went on its way, so that the page is another one.
    A busy server puts pages off that have not `waited` long, and gives them the `totals` that they miss.
    """
    db, since = current.db(), _asked("since")
    if is_busy() and _asked("waited") < MOST_WAITED:
        sums = sums_of(outlined_view(sheet, outline_of(db, sheet))) if "totals" in request.args else {}
        return jsonify(number=since, busy=True, fragments={name: str(html) for name, html in sums.items()})
    deeds = deeds_since(db, sheet, since)
    if not deeds:
        return jsonify(number=since)
    whole = load_sheet(db, sheet.id)
    assert whole is not None
    desk = desk_of(whole)
    codes = [code for code in dict.fromkeys(deed.code for deed in deeds) if code in desk.view.lines]
    return jsonify(
        number=deeds[-1].number,
        sentence=_sentence(deeds),
        moved=any(not deed.code and deed.act in MOVES for deed in deeds),
        rows={code: _row_html(desk, code, None) for code in codes},
        fragments=_fragments(desk),
    )


def _asked(name: str) -> int:
    return whole_number(request.args.get(name), 0)


MOVES = ("send", "send_back", "recall", "submit", "receive", "return")


def _sentence(deeds: list[Deed]) -> str:
    """What the last colleague did; empty where only the reader did something."""
    person = current.user()
    others = [deed for deed in deeds if person is None or deed.actor_id != person.id]
    if not others:
        return ""
    last = others[-1]
    if last.code:
        return _("%(who)s vừa sửa %(code)s.", who=last.who, code=last.code)
    return _("%(who)s vừa cập nhật phiếu.", who=last.who)


def _fragments(desk: Desk) -> dict[str, str]:
    view, parts = desk.view, macros("parts")
    tree = with_people(tree_of(view, None if desk.asked.is_across else desk.section), desk.team)
    left = (
        missing_words(view.left) if desk.fills and desk.sheet.state in (SheetState.DRAFT, SheetState.RETURNED) else ""
    )
    found = {
        "sheet-tree": parts.tree(tree),
        "sheet-filters": parts.filters(chips_of(view, desk.asked, desk.facts)),
        **totals_of(view, desk.section, missing=left),
    }
    return {name: str(html) for name, html in found.items()}
