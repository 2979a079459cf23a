"""The list of units and the first period, from an empty database, through the browser of the tests."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from emulation.documents.unit_files import Reading, known_units, read_units
from emulation.models import Period, Role, Sheet
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from emulation.services.unit_lists import known_tags, load_units
from emulation.services.units import all_units
from tests.client import Client, read
from tests.world import World, nine_kinds, person

HEAD = "Mã đơn vị;Tên đơn vị;Tên ngắn;Cụm thi đua;Đặc điểm;Ghi chú\n"
ROWS = "01;Sở GDĐT Hà Nội;Hà Nội;1;;\n04;Sở GDĐT Cao Bằng;Cao Bằng;Cụm Bắc;dan-toc;minh họa\n"


@pytest.fixture
def desk(client: Client, db: Session) -> Client:
    """The department on an empty database; everybody else has an account too, except people of units."""
    for role in (Role.ADMIN, Role.DEPARTMENT, Role.REVIEWER, Role.LEADER, Role.AUDITOR):
        db.add(person(role.value, role))
    return client.sign_in("department")


def now() -> datetime:
    return datetime.now(UTC)


def try_file(client: Client, text: str, head: str = HEAD) -> TestResponse:
    return client.post("/units/plan", data={"file": (io.BytesIO((head + text).encode()), "don-vi.csv")})


def load(client: Client, tried: TestResponse) -> TestResponse:
    """Send what the dry run has put into its form."""
    form = next(form for form in read(tried.text).forms if form.action == "/units")
    return client.post("/units", data=form.values)


def steps(client: Client) -> list[str]:
    """What the first page of the department offers to do."""
    return re.findall(r'class="btn btn-quiet btn-sm go" href="([^"]+)"', client.get("/").text)


def test_list_is_tried_then_loaded(desk: Client, db: Session) -> None:
    assert "Chưa có đơn vị nào." in desk.page("/units").text
    tried = try_file(desk, ROWS)
    assert tried.status_code == 200
    page = read(tried.text)
    assert [re.sub(r"(Cao Bằng|Cụm Bắc)(?=\S)", r"\1 ", cell) for cell in page.rows[2]] == [
        "04",
        "Cao Bằng Sở GDĐT Cao Bằng",
        "Cụm Bắc minh họa",
        "có giáo dục dân tộc",
        "–",
    ]
    assert "Thêm 2 đơn vị, sửa 0 đơn vị" in page.text
    assert all_units(db) == []

    answer = load(desk, tried)
    assert (answer.status_code, answer.location) == (303, "/")
    assert [unit.short_name for unit in all_units(db)] == ["Hà Nội", "Cao Bằng"]
    assert "Đã thêm 2 đơn vị, sửa 0 đơn vị." in desk.page("/").text


def test_list_shows_what_changes_and_that_nothing_does(desk: Client) -> None:
    load(desk, try_file(desk, ROWS))
    text = read(try_file(desk, ROWS.replace("Cụm Bắc;dan-toc", "2;")).text).text
    assert "Cụm thi đuatrước: Cụm Bắc sau: Cụm thi đua số 2" in text
    assert "Đặc điểmtrước: có giáo dục dân tộc đã bỏ" in text
    assert "Thêm 0 đơn vị, sửa 1 đơn vị" in text
    assert "Không có gì để nạp: mọi đơn vị đã như vậy." in read(try_file(desk, ROWS).text).text


def test_list_names_every_cell_and_what_became_old_meanwhile(desk: Client, db: Session) -> None:
    refused = try_file(desk, "01;;Hà Nội;1;ven biển;\n")
    assert refused.status_code == 422
    assert "dòng 2, cột B: Thiếu tên đơn vị." in refused.text
    assert "dòng 2, cột E: Không có đặc điểm “ven biển”." in refused.text
    assert desk.post("/units/plan", data={}).status_code == 422
    tried = try_file(desk, ROWS)
    load_units(db, Actor(None), read_units("x", (HEAD + "99;Sở X;X;1;;\n").encode(), {}), now=now())
    stale = load(desk, tried)
    assert stale.status_code == 409
    assert "Danh sách đơn vị vừa thay đổi." in stale.text
    assert [unit.code for unit in all_units(db)] == ["99"]


def test_template_holds_the_known_units_until_there_are_own_ones(desk: Client, db: Session) -> None:
    def units() -> list[str]:
        return [row.code for row in read_units("x", desk.get("/units/list.xlsx").data, known_tags(db)).rows]

    assert units() == [row.code for row in known_units()]
    load(desk, try_file(desk, ROWS))
    assert units() == ["01", "04"]


def test_first_page_says_what_comes_next_until_there_is_a_period(desk: Client, db: Session) -> None:
    assert steps(desk) == ["/units", "/criteria"]
    assert "Nạp danh sách đơn vị trước, rồi quay lại đây." in desk.page("/periods/new").text
    load(desk, try_file(desk, ROWS))
    assert steps(desk) == ["/criteria"]
    page = desk.page("/periods/new")
    assert "Chưa có bộ tiêu chí nào được công bố." in page.text
    assert "/criteria" in page.links
    publish(db, Actor(None), nine_kinds(), now=now())
    assert steps(desk) == ["/periods/new"]

    page = desk.page("/periods/new")
    assert (page.h1, "Cụm thi đua số 1: Hà Nội" in page.text) == ("Kỳ đánh giá đầu tiên", True)
    assert "Kỳ này sẽ mang dấu minh họa" in page.text
    wrong = desk.submit("/periods/new", {"code": "2026"})
    assert (wrong.status_code, "Mã kỳ là năm học" in wrong.text) == (422, True)
    answer = desk.submit("/periods/new", {"code": "2026-2027", "title": "Năm học 2026-2027"})
    assert (answer.status_code, answer.location) == (303, "/periods/2026-2027/times")
    assert db.scalars(select(Period.code)).all() == ["2026-2027"]
    assert len(db.scalars(select(Sheet)).all()) == 2
    assert desk.page("/").h1 == "Kỳ đánh giá năm học 2026-2027"


def test_first_period_is_refused_without_units(desk: Client, db: Session) -> None:
    row = publish(db, Actor(None), nine_kinds(), now=now())
    sent = {"code": "2026-2027", "title": "x", "criteria_set": str(row.id)}
    assert desk.post("/periods/new", data=sent).status_code == 422
    assert db.scalars(select(Period)).all() == []


def test_first_pages_of_the_others_wait_for_the_period(desk: Client) -> None:
    for name in ("reviewer", "leader", "auditor"):
        assert "Khi kỳ đánh giá được mở, việc của anh chị hiện ở đây." in desk.sign_in(name).page("/").text
    admin = desk.sign_in("admin")
    assert "/accounts/new?role=department" in admin.page("/").links
    assert "Chưa có đơn vị nào: chuyên viên Vụ nạp danh sách đơn vị trước." in admin.page("/accounts/new").text


def test_administrator_adds_people_to_units_that_were_just_loaded(desk: Client, db: Session) -> None:
    load_units(db, Actor(None), Reading(rows=known_units()), now=now())
    admin = desk.sign_in("admin")
    page = admin.page("/")
    assert len([link for link in page.links if "role=unit_officer" in link]) == 34
    answer = admin.submit("/accounts/new?unit=01&role=unit_officer", {"email": "cv@hanoi.example", "name": "A"})
    assert (answer.status_code, "/activate/" in answer.text) == (200, True)
    assert "/accounts/new?unit=01&role=unit_director" in admin.page("/").links


def test_a_period_in_preparation_is_told_to_follow(client: Client, db: Session, world: World) -> None:
    world.period.phase = "preparing"
    client.sign_in("department")
    tried = try_file(client, "34;Sở Thái Bình;Thái Bình;1;;\n")
    assert "Đang chuẩn bị, sẽ theo danh sách này: Năm học 2021-2022." in read(tried.text).text
    answer = load(client, tried)
    assert (answer.status_code, answer.location) == (303, "/units")
    assert db.scalars(select(Sheet.unit_name).where(Sheet.short_name == "Thái Bình")).one() == "Sở Thái Bình"
    history = client.page("/history").text
    assert "Cập nhật đơn vị của kỳ theo danh sách" in history
    assert "Cụm thi đuasau: 2" in history  # how many, not which
