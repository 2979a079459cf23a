"""Sending, signing, receiving and returning a sheet, as a browser meets them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from emulation.config import Settings
from emulation.domain.workflow import Phase
from emulation.models import History, PhaseWindow, ReturnedLine, SignIn
from emulation.services.submissions import fingerprint, return_lines
from tests.client import Client, Page
from tests.filling import fill, loaded, now, to_received, to_signing, to_submitted
from tests.world import PASSWORD, World

pytestmark = pytest.mark.db  # the acts that seal what a unit has declared


def url(world: World, page: str = "") -> str:
    return f"/sheets/{world.sheets['34'].id}{page}"


def state(client: Client, world: World) -> str:
    return loaded(client.db, world).state


def says(page: Page, words: str) -> bool:
    """Whether a page says this, whatever white space stands between its elements."""
    return "".join(words.split()) in "".join(page.text.split())


# ---- the officer sends ----


def test_check_lists_what_is_left_with_links(client: Client, world: World) -> None:
    page = client.sign_in("unit_officer").page(url(world, "/send"))

    assert page.h1 == "Còn thiếu 8 tiêu chí"
    assert url(world, "?open=III.1#III.1") in page.links
    assert url(world, "/send") not in [form.action for form in page.forms]


def test_send_while_something_is_left_answers_with_the_list(client: Client, world: World) -> None:
    response = client.sign_in("unit_officer").post(url(world, "/send"))

    assert (response.status_code, state(client, world)) == (422, "draft")
    assert "Còn thiếu 8 tiêu chí" in response.text


def test_send_after_the_answers_were_checked(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    client.sign_in("unit_officer")
    page = client.page(url(world, "/send"))
    assert page.h1 == "Kiểm tra lại trước khi trình ký"
    assert says(page, "Tổng điểm tự chấm 78,23 / 100")

    response = client.submit(url(world, "/send"), {}, to=url(world, "/send"))
    assert (response.status_code, response.location, state(client, world)) == (303, url(world), "signing")
    again = client.post(url(world, "/send"))
    assert (again.status_code, "đang ở trạng thái “Chờ ký”" in again.text) == (409, True)


def test_check_names_a_director_who_cannot_sign_in(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    client.sign_in("unit_officer")
    assert "chưa được kích hoạt" not in client.page(url(world, "/send")).text
    world.people["unit_director"].password_hash = None
    client.db.commit()
    page = client.page(url(world, "/send"))
    assert "Tài khoản lãnh đạo chưa được kích hoạt (Unit director)" in page.text
    assert url(world, "/send") in [form.action for form in page.forms]
    world.people["unit_director"].is_active = False
    client.db.commit()
    assert "Đơn vị chưa có tài khoản lãnh đạo nào đang mở để ký." in client.page(url(world, "/send")).text


def test_check_names_required_evidence_without_its_page(client: Client, world: World, settings: Settings) -> None:
    sheet = fill(client.db, world, settings)
    client.sign_in("unit_officer")
    cited = [one for entry in sheet.entries for one in entry.citations if entry.code == "I.1"]
    for one in cited:
        one.place = "trang 2"
    client.db.commit()
    assert "Bao cao I.1" not in client.page(url(world, "/send")).text.partition("Toàn bộ phiếu")[0]
    cited[0].place = ""
    client.db.commit()
    assert "Bao cao I.1" in client.page(url(world, "/send")).text.partition("Toàn bộ phiếu")[0]


def test_officer_takes_an_unsigned_sheet_back(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    client.sign_in("unit_officer")
    response = client.submit(url(world), {}, to=url(world, "/recall"))
    assert (response.status_code, state(client, world)) == (303, "draft")
    assert client.post(url(world, "/recall")).status_code == 409


def test_send_of_what_changed_meanwhile_is_refused(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    response = client.sign_in("unit_officer").post(url(world, "/send"), data={"seen": "0" * 64})

    assert (response.status_code, state(client, world)) == (409, "draft")


# ---- the director signs ----


def test_director_home_shows_what_waits(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    page = client.sign_in("unit_director").page("/")

    assert page.h1.startswith("Ký và nộp phiếu tự chấm điểm trước ")
    assert url(world, "/sign") in page.links
    assert says(page, "Tổng điểm tự chấm 78,23 / 100")


def test_director_home_of_a_draft_says_that_nothing_waits(client: Client, world: World) -> None:
    assert client.sign_in("unit_director").page("/").h1 == "Chưa có phiếu nào chờ ký"


def test_submit_with_the_password_leads_to_the_receipt(client: Client, world: World, settings: Settings) -> None:
    seen = fingerprint(to_signing(client.db, world, settings))
    client.sign_in("unit_director")
    response = client.submit(url(world, "/sign"), {"password": PASSWORD}, to=url(world, "/submit"))

    assert (response.status_code, response.location) == (303, url(world, "/receipt"))
    sheet = loaded(client.db, world)
    assert (sheet.state, sheet.submission_sha256) == ("submitted", seen)
    page = client.page(url(world, "/receipt"))
    for words in ("Người ký Unit director", seen, "Nội dung đang lưu đúng với bản đã nộp."):
        assert says(page, words), words


def test_submit_a_second_time_is_409(client: Client, world: World, settings: Settings) -> None:
    to_submitted(client.db, world, settings)
    response = client.sign_in("unit_director").post(url(world, "/submit"), data={"password": PASSWORD})

    assert response.status_code == 409
    assert "Không thể ký và nộp: phiếu đang ở trạng thái “Đã nộp, chờ tiếp nhận”." in response.text
    assert len(client.db.scalars(select(History).where(History.act == "submit")).all()) == 1


@pytest.mark.parametrize("password", ["", "sai-mat-khau"])
def test_submit_with_a_wrong_password_signs_nothing(
    client: Client, world: World, settings: Settings, password: str
) -> None:
    to_signing(client.db, world, settings)
    client.sign_in("unit_director")
    response = client.submit(url(world, "/sign"), {"password": password}, to=url(world, "/submit"))

    assert (response.status_code, state(client, world)) == (422, "signing")
    assert "Mật khẩu không đúng." in response.text
    assert client.db.scalars(select(SignIn.succeeded)).all() == [False]


def test_submit_is_throttled_after_five_wrong_passwords(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    client.sign_in("unit_director")
    for _ in range(5):
        client.post(url(world, "/submit"), data={"password": "sai"})
    response = client.post(url(world, "/submit"), data={"password": PASSWORD})

    assert (response.status_code, state(client, world)) == (429, "signing")


def test_submit_of_something_else_than_was_shown_is_refused(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    client.sign_in("unit_director")
    response = client.post(url(world, "/submit"), data={"password": PASSWORD, "seen": "0" * 64})

    assert (response.status_code, state(client, world)) == (409, "signing")


def test_second_click_of_two_leads_on(client: Client, world: World, settings: Settings) -> None:
    seen = {"seen": fingerprint(fill(client.db, world, settings))}
    officer, director = client.sign_in("unit_officer"), client.another().sign_in("unit_director")
    sent = [officer.post(url(world, "/send"), data=seen) for _ in range(2)]
    signed = [director.post(url(world, "/submit"), data={**seen, "password": PASSWORD}) for _ in range(2)]

    assert [(one.status_code, one.location) for one in sent] == [(303, url(world))] * 2
    assert [(one.status_code, one.location) for one in signed] == [(303, url(world, "/receipt"))] * 2
    acts = client.db.scalars(select(History.act).where(History.act.in_(("send", "submit"))).order_by(History.id)).all()
    assert acts == ["send", "submit"]


def test_sign_without_saying_what_was_seen_is_refused(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    response = client.sign_in("unit_director").post(url(world, "/submit"), data={"password": PASSWORD})

    assert (response.status_code, state(client, world)) == (409, "signing")


def test_deadline_that_passed_since_the_page_was_opened_binds(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    page = client.sign_in("unit_director").page(url(world, "/sign"))
    assert "Ký và nộp về Bộ" in page.text
    window = client.db.scalars(select(PhaseWindow).where(PhaseWindow.phase == Phase.SELF_SCORING)).one()
    window.closes_at = now() - timedelta(minutes=1)
    seen = fingerprint(loaded(client.db, world))
    response = client.post(url(world, "/submit"), data={"password": PASSWORD, "seen": seen})

    assert (response.status_code, state(client, world)) == (409, "signing")
    assert "Không thể ký và nộp: đã hết hạn lúc" in response.text
    assert client.submit(url(world, "/sign"), {"note": "Xin gia hạn"}, to=url(world, "/send-back")).status_code == 303


def test_receipt_of_a_returned_sheet_sounds_no_alarm(client: Client, world: World, settings: Settings) -> None:
    sheet = to_submitted(client.db, world, settings)
    return_lines(client.db, world.actor("department"), sheet, reasons={"I.2": "Số khác"}, now=now())
    officer = client.sign_in("unit_officer")
    officer.submit(url(world, "?open=I.2"), {"value": "95"}, to=url(world, "/entries/I.2"))
    officer.submit(url(world, "/send"), {}, to=url(world, "/send"))
    page = officer.page(url(world, "/receipt"))

    assert "đang được sửa" in page.text
    assert "bộ phận kỹ thuật" not in page.text
    assert "78,23" in page.text  # as submitted
    pdf = officer.get(url(world, "/receipt.pdf"))
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")


def test_send_back_needs_a_note_and_shows_it_to_the_officer(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    director = client.sign_in("unit_director")
    empty = director.submit(url(world, "/sign"), {"note": ""}, to=url(world, "/send-back"))
    assert (empty.status_code, "Ghi rõ cần sửa gì để chuyên viên biết." in empty.text) == (422, True)

    response = director.submit(url(world, "/sign"), {"note": "Đối chiếu lại I.2"}, to=url(world, "/send-back"))
    assert (response.status_code, state(client, world)) == (303, "draft")
    assert "Lãnh đạo Sở trả lại: Đối chiếu lại I.2" in client.another().sign_in("unit_officer").page(url(world)).text


def test_sign_page_shows_what_changed_since_it_was_sent_back(client: Client, world: World, settings: Settings) -> None:
    to_signing(client.db, world, settings)
    director, officer = client.sign_in("unit_director"), client.another().sign_in("unit_officer")
    director.submit(url(world, "/sign"), {"note": "Đối chiếu lại I.2"}, to=url(world, "/send-back"))
    officer.submit(url(world, "?open=I.2"), {"value": "96"}, to=url(world, "/entries/I.2"))
    officer.submit(url(world, "/send"), {}, to=url(world, "/send"))

    row = next(row for row in director.page(url(world, "/sign")).rows if row and row[0].startswith("I.2 Tỷ lệ báo cáo"))
    assert row[1:3] == ["Tỷ lệ đúng hạn: 91,5 %", "Tỷ lệ đúng hạn: 96 %"]


@pytest.mark.parametrize("name", ["unit_officer", "other_director", "department", "member", "admin"])
def test_nobody_but_the_director_signs(client: Client, world: World, settings: Settings, name: str) -> None:
    to_signing(client.db, world, settings)
    client.sign_in(name)

    assert client.get(url(world, "/sign")).status_code == 403
    assert client.post(url(world, "/submit"), data={"password": PASSWORD}).status_code == 403
    assert client.post(url(world, "/send-back"), data={"note": "x"}).status_code == 403
    assert state(client, world) == "signing"


def test_director_does_not_send(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)

    assert client.sign_in("unit_director").post(url(world, "/send")).status_code == 403


def test_receipt_of_a_sheet_that_was_never_submitted_is_missing(client: Client, world: World) -> None:
    assert client.sign_in("unit_officer").get(url(world, "/receipt")).status_code == 404


def test_form_pdf_is_a_pdf(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    response = client.sign_in("unit_officer").get(url(world, "/form.pdf"))

    assert (response.status_code, response.mimetype, response.data[:5]) == (200, "application/pdf", b"%PDF-")


# ---- the department receives or returns ----


def test_inbox_lists_what_waits(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("department")
    assert "Không có phiếu nào chờ tiếp nhận." in client.page("/periods/2021-2022/inbox").text

    to_submitted(client.db, world, settings)
    page = client.page("/periods/2021-2022/inbox")
    assert url(world, "/reception") in page.links
    assert "78,23" in page.text


def test_department_finds_what_was_submitted_under_the_round(client: Client, world: World, settings: Settings) -> None:
    to_submitted(client.db, world, settings)
    client.sign_in("department")
    for path in (f"/periods/{world.period.code}/inbox", url(world, "/reception"), url(world, "/return"), url(world)):
        assert re.findall('aria-current="page">([^<]+)<', client.get(path).text)[0] == "Tổng quan", path


def test_receive_stores_the_moment(client: Client, world: World, settings: Settings) -> None:
    to_submitted(client.db, world, settings)
    client.sign_in("department")
    response = client.submit(url(world, "/reception"), {}, to=url(world, "/receive"))

    assert (response.status_code, response.location) == (303, "/periods/2021-2022/inbox")
    sheet = loaded(client.db, world)
    assert (sheet.state, sheet.received_at is not None) == ("received", True)
    assert client.post(url(world, "/receive")).status_code == 409
    assert "đang ở trạng thái “Đang thẩm định”" in client.page(url(world, "/reception")).text


def reason_of(code: str, world: World) -> str:
    """Name of the reason of a line."""
    return f"line{list(world.criteria.by_code).index(code)}-reason"


def test_return_names_lines_and_reasons_before_it_is_done(client: Client, world: World, settings: Settings) -> None:
    to_submitted(client.db, world, settings)
    client.sign_in("department")
    given = {reason_of("I.2", world): "Số khác <b>báo cáo</b>", "note": "Sửa sớm"}
    look = client.submit(url(world, "/return"), given, to="")
    assert (look.status_code, state(client, world)) == (200, "submitted")
    for words in ("Trả lại 1 tiêu chí: I.2", "Số khác &lt;b&gt;báo cáo&lt;/b&gt;", "Sửa sớm"):
        assert words in look.text

    edited = client.post(url(world, "/return"), data={**given, "step": "edit"})
    assert (edited.status_code, "Số khác &lt;b&gt;báo cáo&lt;/b&gt;" in edited.text) == (200, True)
    response = client.post(url(world, "/return"), data={**given, "step": "return"})
    assert (response.status_code, state(client, world)) == (303, "returned")
    lines = client.db.scalars(select(ReturnedLine)).all()
    assert [(line.code, line.reason) for line in lines] == [("I.2", "Số khác <b>báo cáo</b>")]


@pytest.mark.parametrize("step", ["", "return"])
def test_return_without_reasons_or_with_endless_ones_is_refused(
    client: Client, world: World, settings: Settings, step: str
) -> None:
    to_submitted(client.db, world, settings)
    client.sign_in("department")
    empty = client.post(url(world, "/return"), data={reason_of("I.2", world): " ", "step": step})
    assert (empty.status_code, "Ghi lý do trả lại ở ít nhất một tiêu chí." in empty.text) == (422, True)
    long = client.post(url(world, "/return"), data={reason_of("I.2", world): "x" * 2001, "step": step})
    assert (long.status_code, long.text.count("Dài 2001 ký tự, nhiều nhất 2000.")) == (422, 2)  # on top, at the field
    assert state(client, world) == "submitted"


def test_return_of_a_received_sheet_is_409(client: Client, world: World, settings: Settings) -> None:
    to_received(client.db, world, settings)
    client.sign_in("department")
    page = client.page(url(world, "/return"))

    assert says(page, "Không thể trả lại")
    assert [form for form in page.forms if not form.in_frame] == []
    assert client.post(url(world, "/return"), data={reason_of("I.2", world): "x", "step": "return"}).status_code == 409


@pytest.mark.parametrize("name", ["unit_officer", "unit_director", "member", "leader", "auditor", "admin"])
def test_nobody_but_the_department_receives(client: Client, world: World, settings: Settings, name: str) -> None:
    to_submitted(client.db, world, settings)
    client.sign_in(name)

    for page in ("/reception", "/return"):
        assert client.get(url(world, page)).status_code == 403
    for act in ("/receive", "/return"):
        assert client.post(url(world, act)).status_code == 403
    assert state(client, world) == "submitted"
