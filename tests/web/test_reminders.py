"""Reminders as a browser meets them: the dry run, sending, what went wrong, notices on the first page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.config import VIETNAM, Settings
from emulation.domain.workflow import SheetState
from emulation.models import Delivery, History, PhaseWindow, Reminder
from emulation.services import phases
from tests.client import Client
from tests.filling import now
from tests.mailbox import Inbox, serving
from tests.reviewing import declare
from tests.world import World

REMINDERS = "/periods/2021-2022/reminders"
CALL = f"{REMINDERS}/call"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailing(
    make_app: Callable[[Settings], Flask], settings: Settings, db: Session, world: World, inbox: Inbox
) -> Iterator[Client]:
    """The department's browser at an application that can send mail."""
    with serving(inbox) as port:
        site = make_app(
            replace(settings, smtp_url=f"smtp://127.0.0.1:{port}", mail_sender="Thi đua <thidua@bo.example>")
        )
        site.testing = True
        site.test_client_class = Client
        yield Client.of(site, db).sign_in("department")
        site.extensions["engine"].dispose()


def test_call_shows_exactly_who_gets_what_and_sends_it(
    mailing: Client, db: Session, world: World, inbox: Inbox
) -> None:
    declare(db, world, "34", {"I.2": {"value": "1"}}, state=SheetState.DRAFT)
    page = mailing.page(CALL)
    assert page.rows[1][:3] == ["Cà Mau", "Other officer", "other-officer@thu.example"]
    assert "Không có ai đang dùng tài khoản ở 2 đơn vị: Hà Nam, Bạc Liêu." in page.text
    assert "Gửi thư nhắc cho 1 người" in page.text
    assert inbox.letters == []

    assert mailing.submit(CALL, {}, to=CALL).status_code == 303
    assert [to for to, _ in inbox.letters] == [["other-officer@thu.example"]]
    body = inbox.messages[0].get_body(("plain",))
    assert body is not None
    link = next(line for line in body.get_content().splitlines() if line.startswith("Mở phiếu"))
    path = link.partition("https://thidua.example")[2]
    assert mailing.another().sign_in("other_officer").get(path).status_code == 200
    assert "Đã gửi thư nhắc cho 1 người." in mailing.page(REMINDERS).text
    assert [row[2:4] for row in mailing.page(REMINDERS).rows[1:]] == [["Vụ nhắc bắt đầu kê khai", "Đã gửi"]]
    assert mailing.post(CALL).status_code == 303  # pressed again
    assert len(inbox.letters) == 1
    assert [line.new for line in db.scalars(select(History).where(History.act == "remind"))] == [{"sent": 1}]


def test_trouble_is_shown_and_sent_again(mailing: Client, db: Session, world: World, inbox: Inbox) -> None:
    inbox.refuse = {"other-officer@thu.example"}
    mailing.post(CALL)
    trouble = mailing.page(f"{REMINDERS}?show=trouble")
    assert "Máy chủ thư từ chối: 550 5.1.1 No such user here" in trouble.text
    reminder = db.scalars(select(Reminder).where(Reminder.state == Delivery.FAILED)).one()
    again = f"/reminders/{reminder.id}/again"
    inbox.refuse = set()
    assert mailing.submit(REMINDERS, {}, to=again).status_code == 303
    assert [to for to, _ in inbox.letters] == [["unit-officer@thu.example"], ["other-officer@thu.example"]]
    assert again not in [form.action for form in mailing.page(REMINDERS).forms]
    mailing.post(again)
    assert "Thư này đã gửi rồi." in mailing.page(REMINDERS).text
    assert len(inbox.letters) == 2


def test_without_mail_the_call_is_seen_in_the_program(client: Client, db: Session, world: World) -> None:
    page = client.sign_in("department").page(CALL)
    assert "Chưa cài đặt máy chủ thư. Lời nhắc vẫn hiện" in page.text
    assert "Nhắc 2 người trong phần mềm" in page.text
    client.submit(CALL, {}, to=CALL)
    sent = client.page(REMINDERS)
    assert (
        "2 người chưa nhận được thư; họ vẫn thấy lời nhắc trong phần mềm. Lý do: Chưa cài đặt máy chủ thư." in sent.text
    )
    assert "EMULATION" not in sent.text
    assert not any("/again" in form.action for form in sent.forms)  # there is no way out
    client.sign_in("other_officer")
    assert "Vụ nhắc đơn vị bắt đầu kê khai phiếu." in client.page("/").text
    declare(db, world, "96", {"I.2": {"value": "1"}}, state=SheetState.DRAFT)
    assert "Vụ nhắc đơn vị" not in client.page("/").text


def test_readers_see_the_letters_and_who_cannot_be_reached_today(client: Client, db: Session, world: World) -> None:
    closes_at = now() + timedelta(days=3, minutes=1)
    for window in db.scalars(select(PhaseWindow)):
        window.closes_at = closes_at
    db.commit()
    for name in ("department", "leader", "auditor"):
        page = client.sign_in(name).page(REMINDERS)
        assert "Hôm nay không có ai nhận thư nhắc ở 2 đơn vị: Hà Nam, Bạc Liêu." in page.text
        assert (CALL in page.links) is (name == "department")
    assert client.sign_in("cluster_leader").get(REMINDERS).status_code == 403


def test_notice_can_be_put_away_for_the_day_until_something_new(client: Client, db: Session, world: World) -> None:
    closes_at = now() + timedelta(days=3, minutes=1)
    for window in db.scalars(select(PhaseWindow)):
        window.closes_at = closes_at
    db.commit()
    client.sign_in("unit_officer")
    assert "Còn 3 ngày để nộp phiếu, đến" in client.page("/").text
    assert client.submit("/", {}, to="/notices/dismiss").status_code == 303
    assert "để nộp phiếu, đến" not in client.page("/").text
    phases.extend(
        db,
        world.actor("department"),
        world.sheets["34"],
        closes_at=now() + timedelta(days=8),
        reason="Mưa lũ",
        now=now(),
    )
    assert "Đơn vị được gia hạn đến" in client.page("/").text
    assert "Lý do: Mưa lũ." in client.page("/").text


def test_deadline_says_exactly_when_whose_and_why(client: Client, db: Session, world: World) -> None:
    sheet = f"/sheets/{world.sheets['34'].id}"
    until = (datetime.now(VIETNAM) + timedelta(days=40)).replace(hour=23, minute=59, second=0, microsecond=0)
    phases.extend(
        db,
        world.actor("department"),
        world.sheets["34"],
        closes_at=until,
        reason="Mưa lũ",
        now=now(),
    )
    client.sign_in("unit_officer")
    for path in ("/", sheet, f"{sheet}/send"):
        page = client.get(path).text
        assert f"Hạn riêng của đơn vị 23:59 ngày {until:%d/%m/%Y}, giờ Việt Nam (hạn chung " in page, path
        assert "Lý do gia hạn: Mưa lũ" in page
        assert f'data-countdown="{until.astimezone(UTC).isoformat()}"' in page
    assert "Hạn riêng" not in client.sign_in("other_officer").get("/").text


def test_late_submission_is_shown_to_both_sides(client: Client, db: Session, world: World) -> None:
    sheet = declare(db, world, "34", state=SheetState.SUBMITTED)
    sheet.due_at, sheet.first_submitted_at = now() - timedelta(days=3), now() - timedelta(days=1)
    db.commit()
    client.sign_in("department")
    for path in ("/periods/2021-2022/inbox", f"/sheets/{sheet.id}/reception", "/periods/2021-2022/progress"):
        assert "Nộp trễ 2 ngày" in client.page(path).text, path
    assert "nộp trễ 2 ngày" in client.page("/periods/2021-2022/board").text
    assert "Nộp trễ 2 ngày" in client.page(f"/sheets/{sheet.id}/receipt").text
    assert "Nộp trễ 2 ngày" in client.get("/periods/2021-2022/progress.csv").text
    assert "Nộp trễ 2 ngày" in client.sign_in("unit_director").page(f"/sheets/{sheet.id}/receipt").text
