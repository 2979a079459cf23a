"""Reminders from the rows to the mailbox: who gets what, once, whatever breaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from emulation import jobs
from emulation.config import VIETNAM, Settings
from emulation.db import make_sessions
from emulation.documents.mail import as_text
from emulation.domain.reminders import Plan
from emulation.domain.workflow import Phase, SheetState
from emulation.errors import WrongState
from emulation.mail import Mail, Postbox, Server
from emulation.models import Delivery, Period, PhaseWindow, Reminder, ReturnedLine, Sheet, User
from emulation.services import deliveries, phases, reminders
from emulation.services.digests import Desk
from emulation.services.reminders import Letter
from tests.mailbox import Inbox, free_port, serving
from tests.reviewing import declare
from tests.world import NOW, World

DESK = Desk("Vụ Thi đua - Khen thưởng", "https://thidua.example/")
PLAN = Plan()
SENDER = "Thi đua <thidua@bo.example>"
CLOSE = datetime(2022, 6, 20, 17, tzinfo=VIETNAM)


def morning(day: int) -> datetime:
    """Half past seven of a day in June 2022, when the job runs."""
    return datetime(2022, 6, day, 7, 30, tzinfo=VIETNAM).astimezone(UTC)


@pytest.fixture
def world(world: World, db: Session) -> World:
    """The small world in 2022, self-scoring until 17:00 on 20/06/2022."""
    for window in db.scalars(select(PhaseWindow)):
        closes_at = CLOSE if window.phase == Phase.SELF_SCORING else NOW + timedelta(days=30)
        window.opens_at, window.closes_at = NOW - timedelta(days=30), closes_at
    db.commit()
    db.expire_all()
    return world


def due(db: Session, day: int, hours: int = 0) -> list[Letter]:
    db.commit()  # so that this session sees what the job has written
    db.expire_all()
    period = db.scalars(select(Period)).one()
    return reminders.letters_of(db, period, DESK, PLAN, now=morning(day) + timedelta(hours=hours)).letters


def who(letters: Sequence[Letter]) -> list[tuple[str, str]]:
    return [(letter.email.partition("@")[0], "+".join(letter.occasions)) for letter in letters]


def post(engine: Engine, letters: Sequence[Letter], port: int, day: int) -> list[str]:
    """What became of each letter at a server on this port."""
    period_id = 1
    posted = jobs.post_letters(
        make_sessions(engine),
        letters,
        period_id=period_id,
        open_box=lambda: Postbox(Server.of(f"smtp://127.0.0.1:{port}", SENDER), timeout=5),
        clock=lambda: morning(day),
    )
    return [one.state for one in posted]


def rows(db: Session) -> list[tuple[str, str, str]]:
    db.rollback()
    found = db.execute(
        select(User.email, Reminder.occasion, Reminder.state).join(User, User.id == Reminder.user_id).order_by(User.id)
    )
    return [(email.partition("@")[0], occasion, state) for email, occasion, state in found]


# ---- who ----


def test_officers_and_the_department_are_due_on_the_days_of_the_plan(db: Session, world: World) -> None:
    world.people["other_officer"].is_active = False
    db.commit()
    assert due(db, 12) == []
    assert who(due(db, 13)) == [("unit-officer", "7_days"), ("department", "7_days")]
    world.people["unit_officer"].password_hash = None  # was never activated
    db.commit()
    assert who(due(db, 13)) == [("department", "7_days")]


def test_nobody_is_due_when_units_have_nothing_to_do(db: Session, world: World) -> None:
    for phase in (Phase.PREPARING, Phase.EXPLANATION, Phase.PUBLISHED):
        world.period.phase = phase
        db.commit()
        assert due(db, 13) == []


def test_officer_reads_what_is_left_of_the_own_sheet_only(db: Session, world: World) -> None:
    declare(db, world, "34", {"I.1": {"part": "1", "whole": "2"}}, state=SheetState.DRAFT, unproven=("I.1",))
    declare(db, world, "96", state=SheetState.DRAFT)
    mine = next(letter for letter in due(db, 13) if letter.email == "unit-officer@thu.example")
    assert mine.digest.subject == "[Minh họa] Còn 7 ngày để nộp phiếu thi đua 2021-2022"
    text = as_text(mine.digest)
    assert "Phiếu chưa nộp, còn thiếu 7 tiêu chí, 1 minh chứng." in text
    assert "Còn 7 ngày: hạn của đơn vị là 17:00 ngày 20/06/2022, giờ Việt Nam." in text
    sheet = world.sheets["34"].id
    assert f"https://thidua.example/sheets/{sheet}?open=I.1#I.1" in text
    assert f"Mở phiếu chấm điểm: https://thidua.example/sheets/{sheet}\n" in text
    assert "Cà Mau" not in text


def test_director_is_told_once_of_a_sheet_that_waits(db: Session, world: World, engine: Engine) -> None:
    sheet = declare(db, world, "34", state=SheetState.SIGNING)
    sheet.sent_at = morning(9)
    db.commit()
    letters = [letter for letter in due(db, 10) if letter.unit == "Thái Bình"]
    assert who(letters) == [("unit-director", "signing")]
    assert letters[0].digest.link.href == f"https://thidua.example/sheets/{sheet.id}/sign"
    assert "phiếu thi đua 2021-2022 chờ anh/chị ký" in letters[0].digest.subject.lower()
    inbox = Inbox()
    with serving(inbox) as port:
        assert post(engine, letters, port, 10) == ["sent"]
    assert [letter.unit for letter in due(db, 11)] == []
    sheet.sent_at = morning(11)  # sent back and again for signature
    db.commit()
    assert who(letter for letter in due(db, 12)) == [("unit-director", "signing")]


def test_returned_lines_and_an_extension_are_told_once(db: Session, world: World, engine: Engine) -> None:
    sheet = declare(db, world, "34", state=SheetState.RETURNED)
    department = world.people["department"].id
    db.add(ReturnedLine(sheet_id=sheet.id, code="I.1", reason="x", returned_by_id=department, returned_at=morning(9)))
    phases.extend(
        db,
        world.actor("department"),
        world.sheets["96"],
        closes_at=CLOSE + timedelta(days=4),
        reason="Mưa lũ.",
        now=morning(9),
    )
    db.commit()
    letters = due(db, 11)
    assert who(letters) == [("unit-officer", "returned"), ("other-officer", "extended")]
    assert "Lý do: Mưa lũ." in as_text(letters[1].digest)
    assert letters[1].digest.subject == (
        "[Minh họa] Đơn vị được gia hạn nộp phiếu thi đua 2021-2022 đến 17:00 ngày 24/06/2022"
    )
    with serving(Inbox()) as port:
        assert post(engine, letters, port, 11) == ["sent", "sent"]
    assert due(db, 12) == []
    assert who(due(db, 17)) == [
        ("unit-officer", "3_days"),
        ("other-officer", "7_days"),  # counted to the unit's own close
        ("department", "3_days"),
    ]


def test_overdue_comes_three_times_at_most(db: Session, world: World, engine: Engine) -> None:
    with serving(Inbox()) as port:
        counts = []
        for day in (21, 22, 23, 24, 25):
            letters = due(db, day)
            counts.append([name for name, why in who(letters) if why == "overdue"])
            post(engine, letters, port, day)
    everybody = ["unit-officer", "unit-director", "other-officer", "other-director", "department"]
    assert counts == [everybody, everybody, everybody, [], []]


def test_department_reads_who_has_not_begun_and_who_has_not_submitted(db: Session, world: World) -> None:
    declare(db, world, "34", state=SheetState.DRAFT)
    declare(db, world, "35", state=SheetState.SUBMITTED)
    letter = due(db, 13)[-1]
    assert letter.digest.subject == "[Minh họa] 3 đơn vị chưa nộp phiếu thi đua 2021-2022, còn 7 ngày"
    assert [item.text for item in letter.digest.items] == [
        "Chưa bắt đầu: 2 đơn vị (Bạc Liêu, Cà Mau)",
        "Đang soạn: 1 đơn vị (Thái Bình)",
    ]
    assert letter.digest.link.href == "https://thidua.example/periods/2021-2022/progress"


def test_department_reads_who_is_overdue_and_who_has_more_time(db: Session, world: World) -> None:
    for code, days in (("96", 4), ("95", 0)):
        sheet, until = world.sheets[code], CLOSE + timedelta(days=days, hours=1)
        phases.extend(db, world.actor("department"), sheet, closes_at=until, reason="Mưa lũ.", now=morning(9))
    letter = due(db, 21)[-1]
    assert letter.digest.subject == ("[Minh họa] 3 đơn vị quá hạn nộp phiếu thi đua 2021-2022; 1 đơn vị được gia hạn")
    assert letter.digest.title == "3 đơn vị quá hạn nộp phiếu:"
    assert [item.text for item in letter.digest.items] == [
        "Chưa bắt đầu: 3 đơn vị (Hà Nam, Thái Bình, Bạc Liêu)",
        "Được gia hạn, chưa nộp: 1 đơn vị (Cà Mau đến 18:00 24/06/2022)",
    ]
    for code in ("34", "35", "95"):
        declare(db, world, code, state=SheetState.SUBMITTED)
    assert "department" not in [name for name, _ in who(due(db, 21))]  # nobody is overdue


def test_units_in_which_nobody_reads_are_named_on_the_days_of_the_plan(db: Session, world: World) -> None:
    def unreached(day: int) -> list[str]:
        found = reminders.letters_of(db, world.period, DESK, PLAN, now=morning(day))
        assert found.unreached == reminders.unreached_in(db, world.period, DESK, PLAN, now=morning(day))
        return [sheet.short_name for sheet in found.unreached]

    assert (unreached(12), unreached(13), unreached(25)) == ([], ["Hà Nam", "Bạc Liêu"], ["Hà Nam", "Bạc Liêu"])
    world.people["other_officer"].password_hash = None  # the director there hears of nothing seven days before
    db.commit()
    assert (unreached(13), unreached(21)) == (["Hà Nam", "Bạc Liêu", "Cà Mau"], ["Hà Nam", "Bạc Liêu"])


# ---- once ----


def test_letters_go_once_and_leave_their_rows(db: Session, world: World, engine: Engine) -> None:
    inbox = Inbox()
    letters = due(db, 13)
    with serving(inbox) as port:
        assert post(engine, letters, port, 13) == ["sent"] * 3
        again = due(db, 13)
        assert [letter.done for letter in again] == [True] * 3
        assert post(engine, again, port, 13) == ["done"] * 3
    assert [to for to, _ in inbox.letters] == [[letter.email] for letter in letters]
    first = inbox.messages[0]
    assert first["Subject"] == letters[0].digest.subject
    body = first.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == as_text(letters[0].digest)
    assert [state for *_, state in rows(db)] == ["sent"] * 3
    stored = db.scalars(select(Reminder).order_by(Reminder.id)).first()
    assert stored is not None
    assert (stored.sha256, stored.day.isoformat(), stored.sent_at) == (
        letters[0].digest.sha256,
        "2022-06-13",
        morning(13),
    )


class Dies(Postbox):
    """The machine goes down after the letter has left and before that is stored."""

    def send(self, mail: Mail, *, now: datetime) -> None:
        super().send(mail, now=now)
        raise KeyboardInterrupt


def test_killed_between_letter_and_mark_never_sends_twice(db: Session, world: World, engine: Engine) -> None:
    inbox, letters = Inbox(), due(db, 13)
    with serving(inbox) as port:
        box = Dies(Server.of(f"smtp://127.0.0.1:{port}", SENDER))
        with pytest.raises(KeyboardInterrupt):
            jobs.post_letters(
                make_sessions(engine), letters, period_id=1, open_box=lambda: box, clock=lambda: morning(13)
            )
        assert rows(db) == [("unit-officer", "7_days", "sending")]  # stored before it went
        assert post(engine, due(db, 13), port, 13) == ["done", "sent", "sent"]
    assert [to for to, _ in inbox.letters].count(["unit-officer@thu.example"]) == 1
    shown = deliveries.sent_in(db, world.period, now=morning(13) + timedelta(hours=1), only_trouble=True)
    assert [(row.email, row.can_go_again) for row in shown] == [("unit-officer@thu.example", True)]


def test_one_bad_address_does_not_stop_the_others_and_is_tried_again(db: Session, world: World, engine: Engine) -> None:
    inbox = Inbox()
    inbox.refuse = {"unit-officer@thu.example"}
    with serving(inbox) as port:
        assert post(engine, due(db, 13), port, 13) == ["failed", "sent", "sent"]
        db.rollback()
        trouble = db.scalars(select(Reminder.trouble).where(Reminder.state == Delivery.FAILED)).one()
        assert trouble == "Máy chủ thư từ chối: 550 5.1.1 No such user here"
        inbox.refuse = set()
        assert post(engine, due(db, 13), port, 13) == ["sent", "done", "done"]
    assert [state for *_, state in rows(db)] == ["sent"] * 3


def test_server_that_is_down_is_stored_and_the_next_run_sends(db: Session, world: World, engine: Engine) -> None:
    port = free_port()
    assert post(engine, due(db, 13), port, 13) == ["failed"] * 3
    db.rollback()
    assert set(db.scalars(select(Reminder.trouble))) == {f"Không kết nối được máy chủ thư 127.0.0.1:{port}."}
    with serving(Inbox()) as port:
        assert post(engine, due(db, 13), port, 13) == ["sent"] * 3


def test_connection_that_breaks_in_a_letter_is_not_tried_again_by_itself(
    db: Session, world: World, engine: Engine
) -> None:
    inbox = Inbox()
    inbox.drop = True
    with serving(inbox) as port:
        assert post(engine, due(db, 13)[:1], port, 13) == ["unknown"]
        inbox.drop = False
        assert post(engine, due(db, 13)[:1], port, 13) == ["done"]
    assert inbox.letters == []


def test_two_jobs_at_once_send_once(db: Session, world: World, engine: Engine) -> None:
    from threading import Barrier, Thread

    letters, inbox, ready = due(db, 13), Inbox(), Barrier(2)
    db.rollback()
    found: list[list[str]] = []

    def run(port: int) -> None:
        ready.wait()
        found.append(post(engine, letters, port, 13))

    with serving(inbox) as port:
        jobs_at_once = [Thread(target=run, args=(port,)) for _ in range(2)]
        for job in jobs_at_once:
            job.start()
        for job in jobs_at_once:
            job.join()
    assert sorted(sorted(pair) for pair in zip(*found, strict=True)) == [["done", "sent"]] * 3
    assert len(inbox.letters) == 3


# ---- by hand ----


def test_call_goes_to_officers_of_units_that_have_not_begun(db: Session, world: World, engine: Engine) -> None:
    declare(db, world, "34", {"I.2": {"value": "1"}}, state=SheetState.DRAFT)
    call = reminders.call_to_begin(db, world.period, DESK, now=morning(10))
    assert who(call.letters) == [("other-officer", "not_started")]
    assert [sheet.short_name for sheet in call.unreached] == ["Hà Nam", "Bạc Liêu"]
    world.people["other_officer"].is_active = False
    db.commit()
    assert who(reminders.call_to_begin(db, world.period, DESK, now=morning(10)).letters) == [
        ("other-director", "not_started")
    ]
    world.period.phase = Phase.COUNCIL
    db.commit()
    with pytest.raises(WrongState):
        reminders.call_to_begin(db, world.period, DESK, now=morning(10))


def test_call_that_failed_stays_a_call_when_the_job_sends_in_its_place(
    db: Session, world: World, engine: Engine
) -> None:
    call = reminders.call_to_begin(db, world.period, DESK, now=morning(13)).letters[:1]
    db.rollback()
    assert post(engine, call, free_port(), 13) == ["failed"]
    with serving(Inbox()) as port:
        assert post(engine, due(db, 13)[:1], port, 13) == ["sent"]
    assert rows(db) == [("unit-officer", "not_started+7_days", "sent")]
    officer = world.people["unit_officer"]
    assert reminders.occasions_on_screen(db, world.period, officer, PLAN, now=morning(13))[0][0] == "not_started"


def test_sending_again_needs_a_letter_that_did_not_go(db: Session, world: World, engine: Engine) -> None:
    department = world.actor("department")
    with serving(Inbox()) as port:
        post(engine, due(db, 13), port, 13)
    db.rollback()
    row = db.scalars(select(Reminder).order_by(Reminder.id)).first()
    assert row is not None
    letter = reminders.letter_again(db, row, DESK, now=morning(13))
    with pytest.raises(WrongState):
        deliveries.book_again(db, department, row, letter, now=morning(13))
    row.state, row.sent_at = Delivery.SENDING, None
    db.commit()
    with pytest.raises(WrongState):  # it may be on its way
        deliveries.book_again(db, department, row, letter, now=morning(13) + timedelta(minutes=5))
    deliveries.book_again(db, department, row, letter, now=morning(13) + timedelta(minutes=15))
    db.commit()
    with pytest.raises(WrongState):  # the second of two clicks
        deliveries.book_again(db, department, row, letter, now=morning(13) + timedelta(minutes=15))
    sheet = db.get_one(Sheet, world.sheets["34"].id)
    declare(db, world, "34", state=SheetState.SUBMITTED)
    assert sheet.state == SheetState.SUBMITTED
    with pytest.raises(WrongState):  # nothing is left to remind of
        reminders.letter_again(db, row, DESK, now=morning(13))


# ---- in the program ----


def test_first_page_tells_the_same_occasions_without_mail(db: Session, world: World, settings: Settings) -> None:
    officer = world.people["unit_officer"]

    def told(day: int) -> tuple[str, ...]:
        return reminders.occasions_on_screen(db, world.period, officer, PLAN, now=morning(day))[0]

    assert (told(12), told(13), told(20), told(21)) == ((), ("7_days",), ("today",), ("overdue",))
    assert settings.smtp_url == ""
    for name in ("department", "leader", "member", "cluster_leader"):
        found = reminders.occasions_on_screen(db, world.period, world.people[name], PLAN, now=morning(13))
        assert found == ((), None, None)
