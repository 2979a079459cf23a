"""The life of a draft on screen: files in and out, comparison, consultation with comments and answers, publication."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from wtforms import Form, StringField

from emulation.access import Permission
from emulation.config import VIETNAM
from emulation.domain.criteria import CriteriaSet
from emulation.domain.drafts import HEAD, Draft, Kind
from emulation.domain.normal_form import to_yaml
from emulation.domain.outline import draft_of, read
from emulation.domain.source import Problems
from emulation.errors import Invalid, Refusal
from emulation.models import Comment
from emulation.models import Draft as DraftRow
from emulation.services import consultations as service
from emulation.services.consultations import Unpublishable, load_comment
from emulation.services.drafts import import_set, load_draft, load_draft_to_edit, nodes_of, open_desk
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.criteria_files import criteria_posted, download, downloads, problems_shown
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.web.draft_view import DraftView, burden_view, fault_row, field_words, heading
from emulation.web.failures import show_beside
from emulation.web.numbers import whole_number
from emulation.words import N_

area = Area("consultations", __name__)


# ---- consultation ----


class ConsultationForm(Form):
    """Until when the units may comment."""

    until = StringField(N_("Hạn góp ý"))


def typed_end(text: str) -> datetime:
    """The end of a day that was typed, in Vietnam.

    Raises:
        Invalid: not a day written dd/mm/yyyy.
    """
    try:
        day = datetime.strptime(text.strip(), "%d/%m/%Y").replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise Invalid(N_("“%(text)s” không phải ngày dạng dd/mm/yyyy."), "until", text=text.strip()[:40]) from error
    return day.replace(hour=23, minute=59, second=59)


@area.get("/drafts/<int:draft_id>/consultation", allow=Permission.EDIT_CRITERIA, load=load_draft)
def consultation(row: DraftRow) -> Any:
    """Every comment with its answer; opening and closing the consultation."""
    return _consultation(row, ConsultationForm())


def _consultation(row: DraftRow, form: ConsultationForm, status: int = 200) -> Any:
    db = current.db()
    draft = nodes_of(db, row)
    form.until.label.text = show_phrase(N_("Hạn góp ý"))
    comments = service.comments_on(db, row)
    return (
        render_template(
            "drafts/consultation.html",
            row=row,
            name=draft.head.title or _("Bản dự thảo chưa có tên"),
            edition=draft.head.fields.get("version") or "–",
            form=form,
            comments=comments,
            waiting=sum(one.outcome is None for one in comments),
            titles={node.key: heading(node) for node in draft.nodes.values()},
            faults=len(read(draft).faults),
        ),
        status,
    )


@area.post("/drafts/<int:draft_id>/consultation", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def open_consultation(row: DraftRow) -> Any:
    """Let the units read and comment."""
    form = ConsultationForm(request.form)
    try:
        until = typed_end(form.until.data or "")
        service.open_consultation(current.db(), current.actor(), row, until=until, now=current.now())
    except Refusal as refusal:
        if isinstance(refusal, Invalid):
            return _consultation(row, form, show_beside(form, refusal))
        raise
    flash(_("Đã mở lấy ý kiến. Mọi Sở đọc được bản dự thảo và góp ý cho từng tiêu chí."), "ok")
    return redirect(url_for("consultations.consultation", draft_id=row.id), 303)


@area.post("/drafts/<int:draft_id>/consultation/close", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def close_consultation(row: DraftRow) -> Any:
    """End it; the draft can be edited again."""
    service.close_consultation(current.db(), current.actor(), row, now=current.now())
    flash(_("Đã kết thúc lấy ý kiến, bản dự thảo sửa được."), "ok")
    return redirect(url_for("drafts.editor", draft_id=row.id), 303)


@area.post("/drafts/<int:draft_id>/nodes/<int:key>/comments", allow=Permission.COMMENT_DRAFT, load=load_draft)
def add_comment(row: DraftRow) -> Any:
    """Comment on a node."""
    key = int((request.view_args or {})["key"])
    text = request.form.get("text", "")
    service.comment(current.db(), current.actor(), row, key=key, text=text, now=current.now())
    flash(_("Đã gửi góp ý."), "ok")
    return redirect(url_for("drafts.editor", draft_id=row.id, node=key or None), 303)


def _comment(db: Session, *, comment_id: int) -> Comment | None:
    return load_comment(db, comment_id=comment_id)


@area.post("/comments/<int:comment_id>/answer", allow=Permission.EDIT_CRITERIA, load=_comment)
def answer_comment(one: Comment) -> Any:
    """Say what becomes of a comment."""
    service.answer(
        current.db(),
        current.actor(),
        one,
        outcome=request.form.get("outcome", ""),
        text=request.form.get("answer", ""),
        version=whole_number(request.form.get("version"), 0),
        now=current.now(),
    )
    flash(_("Đã trả lời góp ý."), "ok")
    return redirect(url_for("consultations.consultation", draft_id=one.draft_id, _anchor=f"comment-{one.id}"), 303)


# ---- putting away, taking up ----


@area.post("/drafts/<int:draft_id>/put-away", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def put_away(row: DraftRow) -> Any:
    """A draft that will not be published."""
    service.drop_draft(current.db(), current.actor(), row, now=current.now())
    flash(_("Đã bỏ bản dự thảo. Bản này vẫn nằm trong danh sách đã bỏ, soạn tiếp được."), "ok")
    return redirect(url_for("criteria.library"), 303)


@area.post("/drafts/<int:draft_id>/take-up", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def take_up(row: DraftRow) -> Any:
    """Go on with it."""
    service.take_up_draft(current.db(), current.actor(), row, now=current.now())
    return redirect(url_for("drafts.editor", draft_id=row.id), 303)


# ---- publishing ----


@area.get("/drafts/<int:draft_id>/publishing", allow=Permission.EDIT_CRITERIA, load=load_draft)
def publishing(row: DraftRow) -> Any:
    """What publishing would freeze, or what is in its way."""
    return _publishing(row)


def _publishing(row: DraftRow) -> str:
    db = current.db()
    view = DraftView(row, nodes_of(db, row), HEAD)
    criteria = view.reading.criteria
    waiting = sum(one.outcome is None for one in service.comments_on(db, row))
    return render_template(
        "drafts/publishing.html",
        row=row,
        view=view,
        name=view.draft.head.title or _("Bản dự thảo chưa có tên"),
        edition=view.draft.head.fields.get("version") or "–",
        criteria=criteria,
        faults=[fault_row(view, fault.key, field_words(view, fault), "bad") for fault in view.reading.faults],
        burden=burden_view(view),
        waiting=waiting,
    )


@area.post("/drafts/<int:draft_id>/publishing", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def publish(row: DraftRow) -> Any:
    """Freeze it as a version."""
    try:
        found = service.publish_draft(
            current.db(),
            current.actor(),
            row,
            number=whole_number(request.form.get("number"), -1),
            now=current.now(),
        )
    except Unpublishable as refusal:
        return _publishing(row), refusal.status
    flash(_("Đã công bố. Bộ tiêu chí không đổi được nữa và chọn được cho kỳ đánh giá mới."), "ok")
    return redirect(url_for("criteria.version", set_id=found.id), 303)


# ---- files ----


@area.get("/drafts/<int:draft_id>/files", allow=Permission.EDIT_CRITERIA, load=load_draft)
def files(row: DraftRow) -> Any:
    """Downloads of the draft, and reading a file into it."""
    return _files(row)


def _files(
    row: DraftRow,
    problems: list[dict[str, str]] | None = None,
    found: CriteriaSet | None = None,
    status: int = 200,
) -> Any:
    draft = nodes_of(current.db(), row)
    reading = read(draft)
    return (
        render_template(
            "drafts/files.html",
            row=row,
            name=draft.head.title or _("Bản dự thảo chưa có tên"),
            edition=draft.head.fields.get("version") or "–",
            readable=reading.criteria is not None,
            problems=problems,
            found=found,
            found_text=to_yaml(found) if found is not None else "",
            downloads=downloads(),
            changes=_counted(draft, draft_of(found)) if found is not None else None,
        ),
        status,
    )


def _counted(draft: Draft, other: Draft) -> dict[str, int]:
    """How many criteria a file would add, change and drop, by code."""
    now = {node.code: node.fields for node in draft.criteria}
    then = {node.code: node.fields for node in other.criteria}
    return {
        "added": len(then.keys() - now.keys()),
        "changed": sum(now[code] != then[code] for code in now.keys() & then.keys()),
        "dropped": len(now.keys() - then.keys()),
        "all": sum(node.kind is Kind.CRITERION for node in other.nodes.values()),
    }


@area.post("/drafts/<int:draft_id>/files", allow=Permission.EDIT_CRITERIA, load=load_draft_to_edit)
def read_file(row: DraftRow) -> Any:
    """Read a file: what is wrong with it, or what it would change; then, when asked to, change it."""
    try:
        criteria = criteria_posted()
    except Problems as error:
        return _files(row, problems=problems_shown(error), status=422)
    if request.form.get("apply"):
        desk = open_desk(current.db(), current.actor(), row, now=current.now())
        count = import_set(desk, criteria, number=whole_number(request.form.get("number"), -1))
        flash(_("Đã nhập tệp: %(n)s mục thay đổi. Bấm Hoàn tác nếu nhập nhầm.", n=count), "ok")
        return redirect(url_for("drafts.editor", draft_id=row.id), 303)
    return _files(row, found=criteria)


@area.get("/drafts/<int:draft_id>/files/<name>", allow=Permission.READ_DRAFT, load=load_draft)
def draft_file(row: DraftRow) -> Response:
    """The draft as a file: yaml, xlsx, docx, pdf, or the booklet."""
    criteria = read(nodes_of(current.db(), row)).criteria
    if criteria is None:
        raise Invalid(N_("Bản dự thảo còn lỗi nên chưa xuất ra tệp được. Xem mục Kiểm tra."))
    return download(criteria, str((request.view_args or {})["name"]))
