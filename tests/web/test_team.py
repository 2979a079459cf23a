"""Assignments as a browser meets them: one save, the colleague's own part first, nothing forbidden."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from emulation.config import Settings
from emulation.models import Assignment, Role
from tests.client import Client
from tests.filling import fill, to_submitted
from tests.world import World, person


def url(world: World, page: str = "") -> str:
    return f"/sheets/{world.sheets['34'].id}{page}"


@pytest.fixture
def second(client: Client, world: World) -> int:
    """A second officer of unit 34, of whom III is the part; the key of the account."""
    user = person("second_officer", Role.UNIT_OFFICER, world.units["34"])
    user.name = "Trần Thị Ngọc Mai"
    client.db.add(user)
    client.db.commit()
    client.sign_in("unit_officer")
    response = client.submit(url(world, "/team"), {"part2": str(user.id)}, to=url(world, "/team"))
    assert response.status_code == 303
    return user.id


def test_page_gives_all_parts_with_one_save(client: Client, world: World, second: int) -> None:
    page = client.page(url(world, "/team"))
    form = next(form for form in page.forms if form.action == url(world, "/team"))

    assert [form.values[f"part{place}"] for place in range(4)] == ["", "", str(second), ""]
    assert "Trần Thị Ngọc Mai" in page.text
    assert client.db.scalars(select(Assignment.section)).all() == ["III"]


def test_colleague_sees_the_own_part_first(client: Client, world: World, second: int) -> None:
    page = client.another().sign_in("second_officer").page("/")

    assert page.text.index("Phần của tôi") < page.text.index("Phần còn lại của phiếu")
    mine = page.text[page.text.index("Phần của tôi") : page.text.index("Phần còn lại của phiếu")]
    assert ("III.1" in mine, "I.2" in mine) == (True, False)
    assert "Phần của tôi" not in client.page("/").text


def test_sheet_opens_at_the_own_part_where_something_is_left(
    client: Client, world: World, settings: Settings, second: int
) -> None:
    colleague = client.another().sign_in("second_officer")
    opened = colleague.page(url(world))
    assert "III.1" in opened.text
    assert "I.1 " not in " ".join(cell for row in opened.rows for cell in row)
    assert "NM (Trần Thị Ngọc Mai)" in opened.text.replace(" )", ")")

    fill(client.db, world, settings)  # nothing is left
    assert "Phần của tôi đã đủ." in colleague.page("/").text
    changed = colleague.submit(url(world, "?open=I.2"), {"value": "92"}, to=url(world, "/entries/I.2"))
    assert changed.status_code == 303  # a part of nobody, or of somebody else, may still be filled


def test_closed_account_is_named(client: Client, world: World, second: int) -> None:
    client.db.get(type(world.people["admin"]), second).is_active = False
    page = client.page(url(world, "/team"))

    assert "Trần Thị Ngọc Mai đang được giao “III. Đội ngũ và giáo dục dân tộc” nhưng tài khoản đã đóng." in page.text
    form = next(form for form in page.forms if form.action == url(world, "/team"))
    assert form.values["part2"] == str(second)


@pytest.mark.parametrize("chosen", ["other_officer", "unit_director"])
def test_people_of_elsewhere_are_refused_beside_the_field(
    client: Client, world: World, second: int, chosen: str
) -> None:
    data = {"part0": str(world.people[chosen].id), "part2": str(second), "seen-part2": str(second)}
    response = client.post(url(world, "/team"), data=data)

    assert response.status_code == 422
    assert "Chọn một chuyên viên của đơn vị, tài khoản đang mở." in response.text
    assert client.db.scalars(select(Assignment.section)).all() == ["III"]


@pytest.mark.parametrize("value", ["abc", "-1", "999999", "9" * 40, "١"])
def test_garbage_is_refused(client: Client, world: World, second: int, value: str) -> None:
    assert client.post(url(world, "/team"), data={"part0": value}).status_code == 422


def test_second_of_two_tabs_is_told(client: Client, world: World, second: int) -> None:
    first = world.people["unit_officer"].id
    response = client.post(url(world, "/team"), data={"part2": str(first)})  # had seen: given to nobody

    assert response.status_code == 409
    assert "cho Trần Thị Ngọc Mai." in response.text


def test_page_of_a_submitted_sheet_says_why_not(client: Client, world: World, settings: Settings, second: int) -> None:
    to_submitted(client.db, world, settings)
    page = client.page(url(world, "/team"))

    assert "Không thể phân công: phiếu đang ở trạng thái “Đã nộp, chờ tiếp nhận”." in page.text
    assert client.post(url(world, "/team"), data={"part0": ""}).status_code == 409


def test_activity_page_filters_and_survives_garbage(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    client.sign_in("unit_officer")
    whole = client.page(url(world, "/activity"))
    assert "Số thủ tục mức độ 4" in whole.text
    one = client.page(url(world, "/activity?code=I.2&who=Unit officer"))
    assert ("Tỷ lệ đúng hạn" in one.text, "Số thủ tục mức độ 4 95" in one.text) == (True, False)
    for page in ("?code=X&who=<b>&page=-3", "?page=9999", "?page=abc"):
        assert client.get(url(world, f"/activity{page}")).status_code == 200


def test_activity_page_asks_as_often_for_many_lines_as_for_few(
    client: Client, world: World, settings: Settings
) -> None:
    client.sign_in("unit_officer")
    client.submit(url(world, "?open=I.2"), {"value": "92"}, to=url(world, "/entries/I.2"))
    few = client.count_queries(url(world, "/activity"))
    client.db.rollback()
    for entry in list(world.sheets["34"].entries):
        client.db.delete(entry)
    client.db.commit()
    fill(client.db, world, settings)

    assert client.count_queries(url(world, "/activity")) == few
