"""Work that commits as it goes: reminders, each row stored before its letter leaves and marked after."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError

from emulation.config import Settings
from emulation.db import Sessions, writing
from emulation.documents.mail import as_html, as_text
from emulation.domain.reminders import Plan, plan_of
from emulation.mail import Mail, MailTrouble, Postbox, Server
from emulation.services import deliveries
from emulation.services.digests import Desk
from emulation.services.reminders import Letter
from emulation.words import N_


@dataclass(frozen=True)
class Posted:
    """What became of one letter: "sent", "failed", "unknown", "done" (had one today), or "left" for a later run."""

    letter: Letter
    state: str
    trouble: str = ""


def desk_of(settings: Settings) -> Desk:
    """From where reminders come, by the settings."""
    return Desk(settings.department, settings.public_url)


def plan_in(settings: Settings) -> Plan:
    """When people are reminded, by the settings.

    Raises:
        Invalid: the days are no days.
    """
    return plan_of(settings.reminder_days, settings.overdue_reminders)


def postbox_of(settings: Settings) -> Postbox:
    """The way out, by the settings.

    Raises:
        MailTrouble: there is none, or it is written wrongly.
    """
    if not settings.smtp_url:
        raise MailTrouble(N_("Chưa cài đặt máy chủ thư."), advice="Đặt biến EMULATION_SMTP_URL.")
    return Postbox(Server.of(settings.smtp_url, settings.mail_sender))


def post_letters(
    sessions: Sessions,
    letters: Iterable[Letter],
    *,
    period_id: int,
    open_box: Callable[[], Postbox],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    seconds: float | None = None,
) -> list[Posted]:
    """Send each letter at most once. A letter that fails keeps its trouble and does not stop the others.

    `seconds`: no letter is begun after so long, for somebody who waits for the answer. The caller holds no transaction.
    """
    posted, began = [], time.monotonic()
    box: Postbox | None = None
    broken: MailTrouble | None = None
    try:
        box = open_box()
    except MailTrouble as trouble:
        broken = trouble
    try:
        for letter in letters:
            if seconds is not None and time.monotonic() - began > seconds:
                posted.append(Posted(letter, "left"))
                continue
            reminder_id = _book(sessions, period_id, letter, clock())
            if reminder_id is None:
                posted.append(Posted(letter, "done"))
            else:
                posted.append(_post(sessions, reminder_id, letter, box, broken, clock))
    finally:
        if box is not None:
            box.close()
    return posted


def post_booked(
    sessions: Sessions,
    letter: Letter,
    *,
    reminder_id: int,
    open_box: Callable[[], Postbox],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Posted:
    """Send one letter whose row is stored already."""
    try:
        with open_box() as box:
            return _post(sessions, reminder_id, letter, box, None, clock)
    except MailTrouble as trouble:  # there is no way out
        return _post(sessions, reminder_id, letter, None, trouble, clock)


def _book(sessions: Sessions, period_id: int, letter: Letter, now: datetime) -> int | None:
    with sessions() as db:
        writing(db)
        try:
            row = deliveries.book(db, period_id, letter, now=now)
            db.commit()
        except IntegrityError:  # another job was faster
            db.rollback()
            return None
        return row.id if row else None


def _post(
    sessions: Sessions,
    reminder_id: int,
    letter: Letter,
    box: Postbox | None,
    broken: MailTrouble | None,
    clock: Callable[[], datetime],
) -> Posted:
    trouble = broken
    if box is not None:
        digest = letter.digest
        mail = Mail(letter.name, letter.email, digest.subject, as_text(digest), as_html(digest))
        try:
            box.send(mail, now=clock())
        except MailTrouble as error:
            trouble = error
    with sessions() as db:
        writing(db)
        if trouble is None:
            deliveries.mark_sent(db, reminder_id, now=clock())
        else:
            deliveries.mark_trouble(db, reminder_id, str(trouble), is_sure=trouble.is_sure)
        db.commit()
    if trouble is None:
        return Posted(letter, "sent")
    return Posted(letter, "failed" if trouble.is_sure else "unknown", str(trouble))
