"""What a reminder says to whom: the words of a digest from a sheet, its clock and the occasions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from emulation.config import VIETNAM
from emulation.documents.mail import Digest, Item, shortened
from emulation.domain.deadlines import remaining
from emulation.domain.reminders import EXTENDED, NOT_STARTED, OVERDUE, RETURNED, SIGNING, TODAY, Reader
from emulation.domain.workflow import STATE_NAMES, Clock, SheetState
from emulation.models import Period, Sheet, User
from emulation.services.lines import Left, what_is_left
from emulation.services.scores import criteria_of
from emulation.words import vietnam_day


@dataclass(frozen=True)
class Desk:
    """From where reminders are sent: the department's name, the address of the program."""

    department: str
    public_url: str

    def href(self, path: str) -> str:
        """The full address of a page."""
        return self.public_url.rstrip("/") + path


def moment(at: datetime | None) -> str:
    """ "17:00 ngày 20/06/2022, giờ Việt Nam"."""
    return f"{at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}, giờ Việt Nam" if at else ""


def unit_digest(
    desk: Desk, person: User, reader: Reader, sheet: Sheet, clock: Clock, occasions: Sequence[str]
) -> Digest:
    """For an officer or a director, about their own sheet only."""
    left = what_is_left(sheet)
    sentences = [*_about(sheet, clock, occasions, left), *_deadline(clock)]
    page = f"/sheets/{sheet.id}"
    items: tuple[Item, ...] = ()
    more = ""
    if reader is Reader.OFFICER:
        titles = criteria_of(sheet).by_code
        items, more = shortened(
            [
                Item(
                    f"{one.code} {titles[one.code].title}: {one.phrase}",
                    desk.href(f"{page}?open={one.code}#{one.code}"),
                )
                for one in left
            ],
            "việc",
        )
        link = Item("Mở phiếu chấm điểm", desk.href(page))
    elif sheet.state == SheetState.SIGNING:
        link = Item("Xem lại và ký", desk.href(f"{page}/sign"))
    else:
        link = Item("Xem phiếu chấm điểm", desk.href(page))
    return Digest(
        subject=_subject(sheet.period, sheet, clock, occasions, left),
        greeting=f"Kính gửi {person.name}, {sheet.unit_name},",
        sentences=tuple(sentences),
        title=f"Còn {len(left)} việc phải làm trước khi trình ký:",
        items=items,
        more=more,
        link=link,
        footer=_footer(desk, sheet.period),
    )


def department_digest(
    desk: Desk,
    person: User,
    period: Period,
    close: datetime,
    now: datetime,
    occasions: Sequence[str],
    waiting: Mapping[str, Sequence[Sheet]],
    extended: Mapping[str, Clock],
) -> Digest:
    """For the department: which units have not begun, which have not submitted. `waiting`: "" holds those not begun,
    then the sheets by state. `extended`: names of units that have more time, which are none of these."""
    count = sum(len(sheets) for sheets in waiting.values())
    is_over = OVERDUE in occasions
    what = f"{count} đơn vị {'quá hạn' if is_over else 'chưa'} nộp phiếu"
    left = "hôm nay là hạn cuối" if TODAY in occasions else _lower(str(remaining(now, close).phrase))
    when = "" if is_over else f", {left}"
    if extended:
        when += f"; {len(extended)} đơn vị được gia hạn"
    items = tuple(
        Item(
            f"{'Chưa bắt đầu' if not state else STATE_NAMES[SheetState(state)]}: {len(sheets)} đơn vị ("
            + ", ".join(sheet.short_name for sheet in sheets)
            + ")"
        )
        for state, sheets in waiting.items()
        if sheets
    )
    if extended:
        until = ", ".join(f"{name} đến {_day(clock.last_moment)}" for name, clock in extended.items())
        items += (Item(f"Được gia hạn, chưa nộp: {len(extended)} đơn vị ({until})"),)
    return Digest(
        subject=_marked(period, f"{what} thi đua {period.code}{when}"),
        greeting=f"Kính gửi {person.name},",
        sentences=(f"Hạn chung nộp phiếu tự chấm điểm {_lower(period.title)} là {moment(close)}.",),
        title=f"{what}:",
        items=items,
        link=Item("Xem tiến độ từng đơn vị", desk.href(f"/periods/{period.code}/progress")),
        footer=_footer(desk, period),
    )


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if at else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _marked(period: Period, subject: str) -> str:
    return f"[Minh họa] {subject}" if period.is_illustrative else subject


def _subject(period: Period, sheet: Sheet, clock: Clock, occasions: Sequence[str], left: Sequence[Left]) -> str:
    name, last = f"phiếu thi đua {period.code}", clock.last_moment
    until = f"{last.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}" if last else ""
    if RETURNED in occasions:
        count = sum(one.kind == "returned" for one in left)
        subject = f"Bộ trả lại {count} tiêu chí của {name}" + (
            f", sửa trước {until}" if until and not clock.is_over else ""
        )
    elif SIGNING in occasions:
        subject = f"{name.capitalize()} chờ anh/chị ký" + (f", hạn {until}" if until else "")
    elif EXTENDED in occasions:
        subject = f"Đơn vị được gia hạn nộp {name} đến {until}"
    elif NOT_STARTED in occasions:
        subject = f"Đề nghị bắt đầu kê khai {name}"
        subject += f", {'đã quá hạn' if clock.is_over else 'hạn'} {until}" if until else ""
    elif OVERDUE in occasions:
        subject = f"Đã quá hạn nộp {name}"
    elif TODAY in occasions:
        subject = f"Hôm nay là hạn cuối nộp {name}, {until}"
    else:
        assert last is not None
        days = (vietnam_day(last) - vietnam_day(clock.now)).days
        subject = f"Còn {days} ngày để nộp {name}" + (", phiếu chờ ký" if sheet.state == SheetState.SIGNING else "")
    return _marked(period, subject)


def _about(sheet: Sheet, clock: Clock, occasions: Sequence[str], left: Sequence[Left]) -> list[str]:
    found = []
    if RETURNED in occasions:
        found.append("Bộ đã trả lại một số tiêu chí kèm lý do; sửa xong thì trình ký và nộp lại.")
        if sheet.note:
            found.append(f"Lời nhắn khi trả lại: {sheet.note}")
    if SIGNING in occasions or sheet.state == SheetState.SIGNING:
        found.append(f"Phiếu được trình lúc {moment(sheet.sent_at)} và đang chờ lãnh đạo Sở ký.")
    if NOT_STARTED in occasions:
        found.append("Theo dõi của Vụ cho thấy đơn vị chưa bắt đầu kê khai phiếu.")
    if sheet.state in (SheetState.DRAFT, SheetState.RETURNED) and not left:
        found.append("Phiếu đã đủ nội dung, có thể trình lãnh đạo Sở ký.")
    elif sheet.state in (SheetState.DRAFT, SheetState.RETURNED):
        found.append(f"Phiếu chưa nộp, {counted(left)}.")
    return found


def counted(left: Sequence[Left]) -> str:
    """ "còn thiếu 5 tiêu chí, 3 minh chứng, 1 tiêu chí bị trả lại"."""
    names = {"entry": "tiêu chí", "evidence": "minh chứng", "returned": "tiêu chí bị trả lại"}
    counts = {kind: sum(one.kind == kind for one in left) for kind in names}
    return "còn thiếu " + ", ".join(f"{n} {names[kind]}" for kind, n in counts.items() if n)


def _deadline(clock: Clock) -> list[str]:
    last = clock.last_moment
    if last is None:
        return []
    found = [
        f"Hạn của đơn vị đã hết lúc {moment(last)}; muốn nộp, đơn vị đề nghị Vụ gia hạn."
        if clock.is_over
        else f"{remaining(clock.now, last).phrase}: hạn của đơn vị là {moment(last)}."
    ]
    if clock.is_extended:
        found.append(f"Đây là hạn riêng đã gia hạn (hạn chung {moment(clock.closes_at)}). Lý do: {clock.reason}")
    return found


def _footer(desk: Desk, period: Period) -> tuple[str, ...]:
    lines: tuple[str, ...] = (f"{desk.department}, {_lower(period.title)}.",)
    if period.is_illustrative:
        lines += ("Kỳ đánh giá minh họa, số liệu không có thật.",)
    return (*lines, "Thư tự động, mỗi ngày nhiều nhất một thư; xin không trả lời thư này.")
