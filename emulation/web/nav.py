"""The top menu of each role: exactly the places that person may open."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from emulation.access import Permission, may
from emulation.models import Period, User
from emulation.services.periods import newest_period
from emulation.web import session as current
from emulation.web.display import translate
from emulation.words import N_

# areas without an entry of their own: the entry that leads to them
LIES_UNDER = {
    "verdicts": "reviews",
    "comparisons": "criteria",
    "consultations": "criteria",
    "councils": "periods",
    "drafts": "criteria",
    "exclusions": "periods",
    "indicators": "periods",
    "new_periods": "periods",
    "progress": "periods",
    "remarks": "sheets",
    "reminders": "periods",
    "scans": "sheets",
    "sheet_activity": "sheets",
    "submissions": "sheets",
    "take_over": "sheets",
    "team": "sheets",
    "lean": "results",
    "units": "periods",
    "uploads": "evidence",
    "evidence_health": "evidence",
}


def navigation(person: User | None) -> list[dict[str, Any]]:
    """Entries `{label, href, current}`; empty for a stranger."""
    if person is None:
        return []
    period: Period | None = newest_period(current.db())
    places: list[tuple[str, str, bool, dict[str, Any]]] = [
        (N_("Việc cần làm"), "home.home", True, {}),
    ]
    if period is not None:
        code = {"code": period.code}
        places += [
            (N_("Phiếu chấm điểm"), "sheets.mine", may_have_sheet(person), {}),
            (N_("Kho minh chứng"), "evidence.library", may_have_sheet(person), {}),
            (N_("Chấm điểm"), "reviews.queue", may(person, Permission.READ_REVIEWS), code),
            (N_("Tổng quan"), "periods.board", may(person, Permission.READ_BOARD, period), code),
            (N_("Xếp hạng"), "results.rankings", True, {}),
            (N_("Khen thưởng"), "awards.awards", may(person, Permission.READ_AWARDS, period), code),
        ]
    places.append((N_("Bộ tiêu chí"), "criteria.library", True, {}))
    places.append((N_("Nhật ký"), "history.history", may(person, Permission.READ_HISTORY), {}))
    places.append((N_("Tài khoản"), "accounts.accounts", may(person, Permission.MANAGE_ACCOUNTS), {}))
    area = (request.endpoint or "").partition(".")[0]
    area = LIES_UNDER.get(area, area)
    if area == "periods" and period is None:
        area = "home"
    if area == "sheets" and not may_have_sheet(person):  # the ministry comes to a sheet from elsewhere
        area = "reviews" if may(person, Permission.READ_REVIEWS) else "periods"
    return [
        {
            "label": translate(label),
            "href": url_for(endpoint, **values),
            "current": endpoint.partition(".")[0] == area,
        }
        for label, endpoint, shown, values in places
        if shown
    ]


def may_have_sheet(person: User) -> bool:
    """Whether the person fills or signs a sheet."""
    return person.unit_id is not None and person.role in ("unit_officer", "unit_director")
