"""Remarks on the rows of a sheet: one page with all of them, and the acts. For officers and director of the unit."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import Form, TextAreaField

from emulation.access import Permission
from emulation.errors import Invalid
from emulation.models import Remark, Sheet
from emulation.services import remarks as service
from emulation.services.remarks import LONGEST_REMARK, Thread
from emulation.services.scores import criteria_of
from emulation.services.sheets import load_sheet
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.web.sheet_view import href
from emulation.words import N_

area = Area("remarks", __name__)


class RemarkForm(Form):
    """What somebody says on a row."""

    text = TextAreaField(N_("Nội dung trao đổi"))

    longest = LONGEST_REMARK

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.text.errors = []
        self.text.label.text = _(self.text.label.text)


def _sheet(db: Session, *, sheet_id: int, code: str | None = None) -> Sheet | None:
    """The sheet of a remark; the code is checked where its meaning is known."""
    return load_sheet(db, sheet_id)


def _remark(db: Session, *, remark_id: int) -> Remark | None:
    return service.load_remark(db, remark_id)


def thread_rows(threads: list[Thread], refused: tuple[int, RemarkForm] | None = None) -> list[dict[str, Any]]:
    """Threads for the template, each with the form of its answer."""
    rows = []
    for thread in threads:
        prefix = f"answer{thread.first.id}-"
        form = RemarkForm(prefix=prefix)
        if refused is not None and refused[0] == thread.first.id:
            form = refused[1]
        rows.append({"thread": thread, "form": form})
    return rows


@area.get("/sheets/<int:sheet_id>/remarks", allow=Permission.TALK_ON_SHEET, load=_sheet)
def remarks(sheet: Sheet) -> Any:
    """All that was said inside the unit, by criterion, what is open first."""
    return _page(sheet)


def _page(
    sheet: Sheet,
    *,
    form: RemarkForm | None = None,
    code: str | None = None,
    refused: tuple[int, RemarkForm] | None = None,
) -> str:
    threads = service.threads_of(current.db(), sheet)
    criteria = criteria_of(sheet)
    show_all = request.args.get("view") == "all" or refused is not None
    shown = [thread for thread in threads if show_all or thread.is_open]
    groups: dict[str, list[Thread]] = {}
    for thread in shown:
        groups.setdefault(thread.code, []).append(thread)
    return render_template(
        "remarks/remarks.html",
        sheet=sheet,
        groups=[
            {
                "code": one,
                "title": criteria.by_code[one].title,
                "href": href(sheet, one),
                "rows": thread_rows(of, refused),
            }
            for one, of in groups.items()
        ],
        show_all=show_all,
        n_open=sum(thread.is_open for thread in threads),
        n_all=len(threads),
        form=form,
        new={"code": code, "title": criteria.by_code[code].title} if code else None,
    )


@area.post("/sheets/<int:sheet_id>/remarks/<path:code>", allow=Permission.TALK_ON_SHEET, load=_sheet)
def add(sheet: Sheet) -> Any:
    """Say something on a row."""
    code = str((request.view_args or {})["code"])
    form = RemarkForm(request.form)
    try:
        service.remark(
            current.db(), current.actor(), sheet, code=code, text=str(form.text.data or ""), now=current.now()
        )
    except Invalid as error:
        if error.field != "text":
            raise
        form.text.errors = [show_phrase(error.phrase)]
        return _page(sheet, form=form, code=code), error.status
    flash(_("Đã gửi trao đổi ở %(code)s; chỉ người trong đơn vị đọc được.", code=code), "ok")
    return redirect(href(sheet, code), 303)


@area.post("/remarks/<int:remark_id>/answer", allow=Permission.TALK_ON_SHEET, load=_remark)
def answer(remark: Remark) -> Any:
    """Answer in a thread."""
    root = remark.answers_id or remark.id
    form = RemarkForm(request.form, prefix=f"answer{root}-")
    try:
        service.answer(current.db(), current.actor(), remark, text=str(form.text.data or ""), now=current.now())
    except Invalid as error:
        form.text.errors = [show_phrase(error.phrase)]
        return _page(remark.sheet, refused=(root, form)), error.status
    return _back(remark)


@area.post("/remarks/<int:remark_id>/resolve", allow=Permission.TALK_ON_SHEET, load=_remark)
def resolve(remark: Remark) -> Any:
    """Say that a thread is done."""
    service.resolve(current.db(), current.actor(), remark, now=current.now())
    return _back(remark)


@area.post("/remarks/<int:remark_id>/reopen", allow=Permission.TALK_ON_SHEET, load=_remark)
def reopen(remark: Remark) -> Any:
    """Open a thread again."""
    service.reopen(current.db(), current.actor(), remark, now=current.now())
    return _back(remark)


def _back(remark: Remark) -> Any:
    """To the page that the form stood on: the list of all threads, or the row."""
    if request.form.get("back") == "list":
        return redirect(url_for("remarks.remarks", sheet_id=remark.sheet_id, view="all", _anchor=remark.code), 303)
    return redirect(href(remark.sheet, remark.code), 303)
