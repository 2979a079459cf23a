"""Where a sheet is, who has the ball and until when: in words, for the status bar and the first screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulation.config import VIETNAM
from emulation.domain.deadlines import Remaining, remaining
from emulation.domain.workflow import Clock, Phase, SheetState
from emulation.models import PhaseWindow, Role, Sheet
from emulation.services.lines import open_returns
from emulation.services.sheets import Person
from emulation.web import session as current
from emulation.web.display import DASH, show_date, show_datetime, show_phrase, show_time
from emulation.web.display import say as _

PLACES = {
    SheetState.DRAFT: 0,
    SheetState.RETURNED: 0,
    SheetState.SIGNING: 1,
    SheetState.SUBMITTED: 2,
    SheetState.RECEIVED: 3,
    SheetState.REVIEWED: 4,
    SheetState.EXPLAINING: 4,
    SheetState.FINAL: 5,
}
WITH_UNIT = (SheetState.DRAFT, SheetState.RETURNED, SheetState.SIGNING)


@dataclass(frozen=True)
class Deadline:
    """The last moment for the unit, as people count it: in days of the Vietnamese calendar, at last in hours."""

    now: datetime
    at: datetime
    remaining: Remaining
    is_extended: bool
    general: datetime | None  # the close for everybody
    reason: str  # why this unit has more time

    @property
    def days(self) -> int:
        """Days left; 0 within the last 24 hours."""
        return self.remaining.days

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return self.remaining.is_over

    @property
    def until(self) -> str:
        """The close for the script."""
        return self.at.isoformat()

    @property
    def asked(self) -> str:
        """The server's time of this page, for the script."""
        return self.now.isoformat()

    @property
    def moment(self) -> str:
        """ "17:00 ngày 20/06/2022"."""
        return moment_of(self.at)

    @property
    def exact(self) -> str:
        """ "Hạn 17:00 ngày 20/06/2022, giờ Việt Nam", and whose it is."""
        if not self.is_extended:
            return _("Hạn %(when)s, giờ Việt Nam", when=self.moment)
        if self.general is None:
            return _("Hạn riêng của đơn vị %(when)s, giờ Việt Nam", when=self.moment)
        general = moment_of(self.general)
        return _(
            "Hạn riêng của đơn vị %(when)s, giờ Việt Nam (hạn chung %(general)s)", when=self.moment, general=general
        )

    @property
    def left(self) -> str:
        """ "Còn 11 ngày", "Còn 5 giờ 12 phút", "Đã hết hạn"."""
        return show_phrase(self.remaining.phrase)

    @property
    def words(self) -> dict[str, str]:
        """The sentences that countdown.js shows, figures still open."""
        return {
            "days": _("Còn {n} ngày"),
            "hours": _("Còn {h} giờ {m} phút"),
            "minutes": _("Còn {m} phút"),
            "moment": _("Còn chưa đến 1 phút"),
            "over": _("Đã hết hạn"),
        }


def moment_of(at: datetime) -> str:
    """ "17:00 ngày 20/06/2022"."""
    return _("%(time)s ngày %(date)s", time=show_time(at), date=show_date(at))


def deadline_of(clock: Clock) -> Deadline | None:
    """The close for this unit, its extension included; None where the department has set none."""
    at = clock.last_moment
    if at is None:
        return None
    return Deadline(clock.now, at, remaining(clock.now, at), clock.is_extended, clock.closes_at, clock.reason)


def steps_of(sheet: Sheet, deadline: Deadline | None) -> list[dict[str, Any]]:
    """The six nodes of ui.status_bar."""
    place = PLACES[SheetState(sheet.state)]
    published = sheet.period.phase in (Phase.PUBLISHED, Phase.ARCHIVED)
    period = sheet.period
    until = _("đến %(when)s", when=show_datetime(deadline.at)) if deadline and place == 0 else ""
    council = period.window(Phase.COUNCIL)
    hints = [
        until,
        _("lãnh đạo Sở ký"),
        show_datetime(sheet.submitted_at) if sheet.submitted_at and place >= 2 else _("Bộ tiếp nhận"),
        span(period.window(Phase.REVIEW)),
        span(period.window(Phase.EXPLANATION)),
        _("đã công bố") if published else _("dự kiến %(when)s", when=show_date(council.closes_at)) if council else "",
    ]
    labels = [_("Đang soạn"), _("Trình ký"), _("Đã nộp"), _("Thẩm định"), _("Giải trình"), _("Kết quả")]
    if sheet.state == SheetState.RETURNED:
        labels[0] = _("Sửa theo yêu cầu")
    return [
        {
            "label": label,
            "hint": hint,
            "state": "done" if i < place or (published and i <= place) else "now" if i == place else "next",
        }
        for i, (label, hint) in enumerate(zip(labels, hints, strict=True))
    ]


def span(window: PhaseWindow | None) -> str:
    """ "21/06 - 15/07" of a phase."""
    if window is None:
        return ""
    first, last = (moment.astimezone(VIETNAM).strftime("%d/%m") for moment in (window.opens_at, window.closes_at))
    return f"{first} - {last}"


def dates_of(sheet: Sheet, clock: Clock | None = None) -> list[dict[str, Any]]:
    """The dates of the round for ui.timeline; with `clock` the unit's own time of a sheet that is not submitted yet."""
    period = sheet.period
    order = list(Phase)
    names = {
        Phase.SELF_SCORING: _("Tự chấm, ký và nộp phiếu"),
        Phase.REVIEW: _("Bộ thẩm định"),
        Phase.EXPLANATION: _("Giải trình điểm bị giảm"),
        Phase.COUNCIL: _("Hội đồng họp, công bố kết quả"),
    }
    now = order.index(Phase(period.phase))
    rows = []
    for phase, label in names.items():
        window = period.window(phase)
        if window is not None:
            place = order.index(phase)
            state, closes_at = "done" if place < now else "now" if place == now else "next", window.closes_at
            if phase is Phase.SELF_SCORING and sheet.submitted_at is None and clock is not None and not clock.is_over:
                state, closes_at = "now", clock.last_moment or closes_at
            rows.append({"label": label, "when": show_date(closes_at), "state": state})
    return rows


def names_of(people: Sequence[Person], role: Role) -> str:
    """Names of the people with a role, "Phạm Thị Thu Hà, Lê Văn Bình"."""
    return ", ".join(person.name for person in people if person.role == role)


def ball_of(sheet: Sheet, people: Sequence[Person]) -> str:
    """Who has to act now, in a sentence."""
    officers, directors = names_of(people, Role.UNIT_OFFICER), names_of(people, Role.UNIT_DIRECTOR)
    department = current.settings().department
    match SheetState(sheet.state):
        case SheetState.DRAFT:
            return _("Phiếu đang ở chuyên viên %(who)s.", who=officers) if officers else _("Phiếu đang ở Sở.")
        case SheetState.RETURNED:
            n = len(open_returns(sheet))
            if officers:
                return _("Bộ đã trả lại %(n)s tiêu chí; phiếu đang ở chuyên viên %(who)s.", n=n, who=officers)
            return _("Bộ đã trả lại %(n)s tiêu chí; phiếu đang ở Sở.", n=n)
        case SheetState.SIGNING:
            when = show_datetime(sheet.sent_at)
            if directors:
                return _("Trình ký lúc %(when)s; phiếu đang chờ %(who)s ký.", when=when, who=directors)
            return _("Trình ký lúc %(when)s; phiếu đang chờ lãnh đạo Sở ký.", when=when)
        case SheetState.SUBMITTED:
            when = show_datetime(sheet.submitted_at)
            return _("Đã ký và nộp lúc %(when)s; phiếu đang chờ %(who)s tiếp nhận.", when=when, who=department)
        case SheetState.RECEIVED:
            when = show_datetime(sheet.received_at)
            return _("Đã tiếp nhận lúc %(when)s; hội đồng đang thẩm định.", when=when)
        case SheetState.REVIEWED:
            return _("Đã thẩm định xong; đơn vị được giải trình trong thời gian của kỳ đánh giá.")
        case SheetState.EXPLAINING:
            return _("Đơn vị đã giải trình; hội đồng đang trả lời.")
        case SheetState.FINAL:
            return _("Điểm của phiếu đã chốt.")


def holder_of(sheet: Sheet, people: Sequence[Person]) -> str:
    """Who has the sheet: people of the unit by name, or an office of the ministry."""
    match SheetState(sheet.state):
        case SheetState.DRAFT | SheetState.RETURNED:
            return names_of(people, Role.UNIT_OFFICER) or DASH
        case SheetState.SIGNING:
            return names_of(people, Role.UNIT_DIRECTOR) or DASH
        case SheetState.RECEIVED | SheetState.EXPLAINING:
            return _("Hội đồng thẩm định")
        case _:
            return current.settings().department


def next_step_of(sheet: Sheet) -> str:
    """What comes after this, in a sentence; empty where nothing does."""
    match SheetState(sheet.state):
        case SheetState.DRAFT | SheetState.RETURNED:
            return _("Bước tiếp theo: trình lãnh đạo Sở ký.")
        case SheetState.SIGNING:
            return _("Bước tiếp theo: nộp về Bộ.")
        case SheetState.SUBMITTED:
            return _("Bước tiếp theo: hội đồng thẩm định.")
        case _:
            return ""
