"""The first page: what do I have to do, until when? Each role has its own, written in its area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for

from emulation.access import Permission
from emulation.models import Period, Role, User
from emulation.services.periods import newest_period
from emulation.web import accounts, history, periods, results, reviews, sheets, submissions
from emulation.web import session as current
from emulation.web.area import Area

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
        return render_template("home/no_period.html")
    return FIRST_PAGES[Role(person.role)](person, period)
