"""The first page: what do I have to do, until when? Each role has its own, written in its area."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import redirect, render_template, url_for

from emulation.access import Permission
from emulation.models import Role
from emulation.services.periods import newest_period
from emulation.web import session as current
from emulation.web.area import Area

area = Area("home", __name__)
FIRST_PAGES = {
    Role.ADMIN: ("accounts", "admin_home"),
    Role.DEPARTMENT: ("periods", "department_home"),
    Role.REVIEWER: ("reviews", "reviewer_home"),
    Role.UNIT_OFFICER: ("sheets", "officer_home"),
    Role.UNIT_DIRECTOR: ("submissions", "director_home"),
    Role.CLUSTER_LEADER: ("periods", "cluster_home"),
    Role.LEADER: ("results", "leader_home"),
    Role.AUDITOR: ("history", "auditor_home"),
}


@area.get("/", allow=Permission.PUBLIC)
def home() -> Any:
    """The first page of the person's role; a stranger is asked to sign in."""
    person = current.user()
    if person is None:
        return redirect(url_for("accounts.sign_in"))
    period = newest_period(current.db())
    role = Role(person.role)
    if period is None and role != Role.ADMIN:
        return render_template("home/no_period.html")
    module, page = FIRST_PAGES[role]
    return getattr(import_module(f"emulation.web.{module}"), page)(person, period)
