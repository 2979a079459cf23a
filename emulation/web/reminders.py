"""Reminders: calling on units that have not begun, what was sent, sending again; notices on the first page."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

from flask import current_app, flash, redirect, render_template, request, session, url_for

from emulation import jobs
from emulation.access import Permission
from emulation.db import writing
from emulation.documents.mail import as_text
from emulation.domain.reminders import EXTENDED, NOT_STARTED, OVERDUE, RETURNED, SIGNING, name_of, parted
from emulation.domain.workflow import SheetState
from emulation.errors import Refusal
from emulation.mail import MailTrouble
from emulation.models import Period, Reminder, User
from emulation.models.reminders import DELIVERY_NAMES, Delivery
from emulation.services import deliveries
from emulation.services import reminders as service
from emulation.services.deliveries import load_reminder
from emulation.services.periods import load_period
from emulation.services.reminders import Letter
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.web.whereabouts import deadline_of
from emulation.words import vietnam_day

area = Area("reminders", __name__)
MANAGE = Permission.RUN_PERIOD
PATIENCE = 25.0  # seconds that a press of the button may take; what is left goes with the next press
KINDS = {Delivery.SENT: "ok", Delivery.FAILED: "bad", Delivery.SENDING: "wait"}


def occasion_words(occasions: tuple[str, ...]) -> str:
    """Why somebody was reminded, in words."""
    return ", ".join(show_phrase(name_of(one)) for one in occasions)


# ---- what was sent ----


@area.get("/periods/<code>/reminders", allow=Permission.READ_REMINDERS, load=load_period)
def reminders(period: Period) -> Any:
    """Who was reminded when and why, what went wrong, and who cannot be reached today."""
    db, settings, now = current.db(), current.settings(), current.now()
    plan = jobs.plan_in(settings)
    only_trouble = request.args.get("show") == "trouble"
    rows = [
        {
            "row": row,
            "occasions": occasion_words(parted(row.reminder.occasion)),
            "state": show_phrase(DELIVERY_NAMES[Delivery(row.reminder.state)]),
            "kind": KINDS[Delivery(row.reminder.state)],
        }
        for row in deliveries.sent_in(db, period, now=now, only_trouble=only_trouble)
    ]
    return render_template(
        "reminders/reminders.html",
        period=period,
        rows=rows,
        counts=deliveries.counts_in(db, period),
        only_trouble=only_trouble,
        no_mail=_no_mail(),
        plan=plan,
        unreached=service.unreached_in(db, period, jobs.desk_of(settings), plan, now=now),
    )


def _no_mail() -> str | None:
    """Why mail cannot go out by these settings, in a sentence; None where it can."""
    try:
        jobs.postbox_of(current.settings())
    except MailTrouble as trouble:
        return show_phrase(trouble.phrase)
    return None


@area.post("/reminders/<int:reminder_id>/again", allow=MANAGE, load=load_reminder)
def again(reminder: Reminder) -> Any:
    """Send one reminder that did not go out again, as things are now."""
    db, settings = current.db(), current.settings()
    period = db.get_one(Period, reminder.period_id)
    page = redirect(url_for("reminders.reminders", code=period.code), 303)
    try:
        letter = service.letter_again(db, reminder, jobs.desk_of(settings), now=current.now())
        deliveries.book_again(db, current.actor(), reminder, letter, now=current.now())
    except Refusal as refusal:
        db.rollback()
        flash(show_phrase(refusal.phrase), "wait")
        return page
    db.commit()  # before the letter goes; the job has sessions of its own
    posted = jobs.post_booked(
        current_app.extensions["sessions"],
        letter,
        reminder_id=reminder.id,
        open_box=lambda: jobs.postbox_of(settings),
    )
    if posted.state == "sent":
        flash(_("Đã gửi lại cho %(who)s.", who=letter.name), "ok")
    else:
        why = posted.trouble.rstrip(".")
        flash(_("Chưa gửi được cho %(who)s: %(why)s.", who=letter.name, why=why), "bad")
    return page


# ---- the department calls on the units that have not begun ----


@area.get("/periods/<code>/reminders/call", allow=MANAGE, load=load_period)
def calling(period: Period) -> Any:
    """Exactly who would get what: a dry run."""
    try:
        call = service.call_to_begin(current.db(), period, jobs.desk_of(current.settings()), now=current.now())
    except Refusal as refusal:
        return render_template(
            "reminders/call.html",
            period=period,
            call=None,
            refused=show_phrase(refusal.phrase),
            no_mail=None,
            example=None,
        )
    waiting = [letter for letter in call.letters if not letter.done]
    return render_template(
        "reminders/call.html",
        period=period,
        call=call,
        waiting=waiting,
        refused=None,
        no_mail=_no_mail(),
        example=_as_shown(waiting[0]) if waiting else None,
    )


def _as_shown(letter: Letter) -> dict[str, Any]:
    return {
        "subject": letter.digest.subject,
        "lines": as_text(letter.digest).split("\n"),
        "to": letter.email,
    }


@area.post("/periods/<code>/reminders/call", allow=MANAGE, load=load_period)
def call(period: Period) -> Any:
    """Send to everybody who was shown and still has not begun."""
    db, settings, now = current.db(), current.settings(), current.now()
    found = service.call_to_begin(db, period, jobs.desk_of(settings), now=now)
    period_id, back = period.id, redirect(url_for("reminders.reminders", code=period.code), 303)
    db.rollback()  # gives the database free: each letter is a transaction of its own
    posted = jobs.post_letters(
        current_app.extensions["sessions"],
        found.letters,
        period_id=period_id,
        open_box=lambda: jobs.postbox_of(settings),
        seconds=PATIENCE,
    )
    counts = {state: sum(one.state == state for one in posted) for state in ("sent", "failed", "unknown", "left")}
    writing(db)
    if any(counts.values()):
        deliveries.record_run(db, current.actor(), period, {name: n for name, n in counts.items() if n}, now=now)
    if counts["sent"]:
        flash(_("Đã gửi thư nhắc cho %(n)s người.", n=counts["sent"]), "ok")
    if counts["failed"] or counts["unknown"]:
        trouble = next(one.trouble for one in posted if one.trouble).rstrip(".")
        n = counts["failed"] + counts["unknown"]
        flash(
            _("%(n)s người chưa nhận được thư; họ vẫn thấy lời nhắc trong phần mềm. Lý do: %(why)s.", n=n, why=trouble),
            "wait",
        )
    if counts["left"]:
        flash(_("Máy chủ thư chậm: còn %(n)s thư chưa gửi, hãy bấm lần nữa.", n=counts["left"]), "wait")
    if not any(counts.values()):
        flash(_("Không có ai cần nhắc."), "")
    return back


# ---- the same occasions on the first page ----


def notices(person: User, period: Period) -> list[dict[str, str]]:
    """What the first page tells an officer or a director of today, unless they have put it away for the day."""
    occasions, sheet, clock = service.occasions_on_screen(
        current.db(), period, person, jobs.plan_in(current.settings()), now=current.now()
    )
    if not occasions or sheet is None or clock is None:
        return []
    key = f"{vietnam_day(current.now()).isoformat()} {sheet.id} {'+'.join(occasions)}"
    if session.get("notice") == key:
        return []
    deadline = deadline_of(clock)
    until = deadline.moment if deadline else ""
    sentences = []
    if NOT_STARTED in occasions:
        sentences.append(_("Vụ nhắc đơn vị bắt đầu kê khai phiếu."))
    if RETURNED in occasions:
        sentences.append(_("Bộ đã trả lại một số tiêu chí để sửa."))
    if SIGNING in occasions:
        sentences.append(_("Phiếu đang chờ anh chị ký."))
    if EXTENDED in occasions:
        why = shorten(clock.reason, 200, placeholder=" ...").rstrip(".") + "."
        sentences.append(_("Đơn vị được gia hạn đến %(when)s. Lý do: %(why)s", when=until, why=why))
    if OVERDUE in occasions:
        sentences.append(_("Đã quá hạn nộp phiếu từ %(when)s; muốn nộp, đơn vị đề nghị Vụ gia hạn.", when=until))
    elif deadline is not None and not deadline.is_over and EXTENDED not in occasions:
        sentences.append(_("%(left)s để nộp phiếu, đến %(when)s.", left=deadline.left, when=until))
    is_signing = sheet.state == SheetState.SIGNING
    href = url_for("submissions.sign" if is_signing else "sheets.sheet", sheet_id=sheet.id)
    act = _("Xem lại và ký") if is_signing else _("Mở phiếu")
    return [{"text": " ".join(sentences), "href": href, "act": act, "dismiss": key}]


@area.post("/notices/dismiss", allow=Permission.BE_SIGNED_IN)
def dismiss() -> Any:
    """Put today's notice away until tomorrow, or until something new happens; it stays in this browser's session."""
    session["notice"] = request.form.get("notice", "")[:120]
    return redirect(url_for("home.home"), 303)
