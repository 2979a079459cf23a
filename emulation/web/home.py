"""The first page: what do I have to do, until when? Each role has its own, written in its area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, redirect, render_template, url_for

from emulation.access import Permission, may
from emulation.models import DraftState, Period, Role, User
from emulation.services.drafts import drafts_in
from emulation.services.new_periods import published_sets
from emulation.services.periods import newest_period
from emulation.services.units import all_units
from emulation.web import accounts, history, periods, reminders, results, reviews, sheets, submissions
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_datetime

area = Area("home", __name__)
FIRST_PAGES: dict[Role, Callable[[User, Period], str]] = {
    Role.DEPARTMENT: periods.department_home,
    Role.REVIEWER: reviews.reviewer_home,
    Role.UNIT_OFFICER: sheets.officer_home,
    Role.UNIT_DIRECTOR: submissions.director_home,
    Role.CLUSTER_LEADER: periods.cluster_home,
    Role.LEADER: results.leader_home,
    Role.AUDITOR: history.auditor_home,
}


@area.get("/", allow=Permission.PUBLIC)
def home() -> Any:
    """The first page of the person's role; a stranger is asked to sign in."""
    person = current.user()
    if person is None:
        return redirect(url_for("accounts.sign_in"))
    period = newest_period(current.db())
    if person.role == Role.ADMIN:
        return accounts.admin_home(person, period)
    if period is None:
        g.notices = consultation_notices(person)
        return render_template("home/no_period.html", steps=first_steps() if may(person, Permission.RUN_PERIOD) else [])
    g.notices = [*reminders.notices(person, period), *consultation_notices(person)]
    return FIRST_PAGES[Role(person.role)](person, period)


def first_steps() -> list[dict[str, str]]:
    """What the department does before there is a first period, for `ui.todo`; a button where it can be done now."""
    db = current.db()
    units, sets = len(all_units(db)), len(published_sets(db))
    said_units = _("%(n)s đơn vị", n=units) if units else _("chưa có")
    said_sets = _("%(n)s bản đã công bố", n=sets) if sets else _("chưa có bản nào được công bố")
    act = _("Lập kỳ đầu tiên") if units and sets else ""
    steps = [
        (units, "units.units", _("Danh sách đơn vị"), said_units, "" if units else _("Nạp danh sách")),
        (sets, "criteria.library", _("Bộ tiêu chí"), said_sets, "" if sets else _("Nhập hoặc soạn")),
        (0, "new_periods.new_period", _("Kỳ đánh giá"), _("chưa có"), act),
    ]
    return [
        {
            "kind": "ok" if done else "wait",
            "code": str(n),
            "href": url_for(place),
            "title": title,
            "what": what,
            "action": act,
        }
        for n, (done, place, title, what, act) in enumerate(steps, 1)
    ]


def consultation_notices(person: User) -> list[dict[str, str]]:
    """What a draft of a criteria set asks of this person: to comment in time, or to answer comments."""
    found = []
    for one in drafts_in(current.db(), [DraftState.WRITING, DraftState.CONSULTATION]):
        title, until = one.title or _("bản dự thảo chưa có tên"), one.row.consultation_until
        is_open = one.row.state == DraftState.CONSULTATION and until is not None and until >= current.now()
        if is_open and may(person, Permission.COMMENT_DRAFT, one.row):
            text = _("Đang lấy ý kiến %(title)s, đến %(when)s.", title=title, when=show_datetime(until))
            found.append(
                {"text": text, "href": url_for("drafts.editor", draft_id=one.row.id), "act": _("Đọc và góp ý")}
            )
        if may(person, Permission.EDIT_CRITERIA) and one.open_comments:
            text = _("%(n)s ý kiến góp ý chưa trả lời: %(title)s.", n=one.open_comments, title=title)
            href = url_for("consultations.consultation", draft_id=one.row.id)
            found.append({"text": text, "href": href, "act": _("Trả lời")})
        if may(person, Permission.EDIT_CRITERIA) and one.row.state == DraftState.CONSULTATION and not is_open:
            text = _("Đã hết hạn lấy ý kiến %(title)s.", title=title)
            href = url_for("consultations.consultation", draft_id=one.row.id)
            found.append({"text": text, "href": href, "act": _("Kết thúc lấy ý kiến")})
    return found
