"""The sheet page and the save of a row, as a browser meets them."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from emulation.config import Settings
from emulation.domain.workflow import Phase
from emulation.models import Entry, PhaseWindow, ReturnedLine, TakenFrom
from tests.client import Client, Page
from tests.filling import fill, loaded, now, to_received, to_submitted
from tests.world import World

JSON = {"Accept": "application/json"}


def url(world: World, unit: str = "34", **options: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in options.items())
    return f"/sheets/{world.sheets[unit].id}" + (f"?{query}" if query else "")


def save_url(world: World, code: str, unit: str = "34") -> str:
    return f"/sheets/{world.sheets[unit].id}/entries/{code}"


def save(client: Client, world: World, code: str, **values: Any) -> TestResponse:
    return client.post(save_url(world, code), data={"version": "0", **values}, headers=JSON)


def stored(db: Session) -> dict[str, Any]:
    return {entry.code: entry.data for entry in db.scalars(select(Entry))}


def says(page: Page, words: str) -> bool:
    """Whether a page says this, whatever white space stands between its elements."""
    return "".join(words.split()) in "".join(page.text.split())


def posts(page: Page) -> list[str]:
    """What the content of a page can change, but for what people of the unit say to each other."""
    return [
        form.action
        for form in page.forms
        if form.method == "post" and not form.in_frame and "/remarks/" not in form.action
    ]


# ---- reading ----


def test_mine_leads_to_the_own_sheet(client: Client, world: World) -> None:
    response = client.sign_in("unit_officer").get("/sheet")

    assert (response.status_code, response.location) == (302, url(world))


def test_mine_is_missing_for_people_without_a_sheet(client: Client, world: World) -> None:
    assert client.sign_in("department").get("/sheet").status_code == 404


def test_sheet_shows_state_deadline_sections_and_totals(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    page = client.sign_in("unit_officer").page(url(world, section="I"))

    assert page.h1 == "Phiếu tự chấm điểm năm học 2021-2022"
    for words in (
        "Phiếu đang ở chuyên viên Unit officer. Bước tiếp theo: trình lãnh đạo Sở ký. Còn 11 ngày",
        "I Cải cách hành chính 3/3",
        "95/98 ≈ 96,94 % 9,69 điểm",
        "Tổng tạm tính 78,23 / 100",
        "Điểm cơ bản 77,23",
        "Thưởng +1,00",
        "Xếp loại tạm tính Hoàn thành",
    ):
        assert says(page, words), words


def test_sheet_says_in_words_what_each_line_is(client: Client, world: World) -> None:
    page = client.sign_in("unit_officer").page(url(world, section="II"))

    assert "Bộ chấm theo nguồn của Bộ; đơn vị không tự chấm." in page.text
    page = client.page(url(world, section="III"))
    assert "Chỉ áp dụng cho một số đơn vị; không tính vào điểm của đơn vị này." in page.text
    assert "Còn thiếu 8 tiêu chí" in page.text


@pytest.mark.parametrize("section", ["I", "II", "III", "bonus", "deductions", "exclusions", "unknown", ""])
def test_sheet_opens_every_section(client: Client, world: World, section: str) -> None:
    assert client.sign_in("unit_officer").page(url(world, section=section)).h1


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("I.1", {"part", "whole"}),
        ("I.2", {"value"}),
        ("I.3", {"points"}),
        ("II.1", {"level"}),
        ("II.2", {"met"}),
        ("II.3", {"met"}),
        ("II.4", {"count"}),
        ("III.1", {"before", "now", "not_applicable", "reason"}),
        ("B.1", {"count"}),
        ("D.1", {"count"}),
    ],
)
def test_open_row_has_the_fields_of_its_kind(client: Client, world: World, code: str, fields: set[str]) -> None:
    page = client.sign_in("unit_officer").page(url(world, open=code))

    form = next(form for form in page.forms if form.action == save_url(world, code))
    assert form.names == fields | {"csrf_token", "version", "explanation"}


@pytest.mark.parametrize("code", ["II.5", "III.2"])
def test_open_row_of_what_the_unit_does_not_declare_has_no_form(client: Client, world: World, code: str) -> None:
    page = client.sign_in("unit_officer").page(url(world, open=code))

    assert posts(page) == []


@pytest.mark.parametrize("name", ["unit_director", "department", "leader", "auditor"])
def test_others_read_the_open_row_without_a_form(client: Client, world: World, settings: Settings, name: str) -> None:
    fill(client.db, world, settings)
    page = client.sign_in(name).page(url(world, open="I.1"))

    assert posts(page) == []
    assert says(page, "Số thủ tục mức độ 4 95 Tổng số thủ tục 98")


def test_reviewers_read_a_sheet_only_once_it_was_submitted(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    assert client.sign_in("member").get(url(world)).status_code == 403

    world.sheets["34"].state = "signing"
    client.db.commit()
    to = client.sign_in("member").get(url(world))
    assert to.status_code == 403


def test_reviewers_in_scope_read_a_received_sheet(client: Client, world: World, settings: Settings) -> None:
    to_received(client.db, world, settings)

    assert client.sign_in("member").get(url(world)).status_code == 200
    assert client.sign_in("outsider").get(url(world)).status_code == 403


def test_another_units_sheet_is_refused(client: Client, world: World) -> None:
    client.sign_in("other_officer")

    assert client.get(url(world)).status_code == 403
    assert client.get(url(world) + "9999").status_code == 404
    assert save(client, world, "I.2", value="91").status_code == 403


def test_a_stranger_is_led_to_sign_in(client: Client, world: World) -> None:
    response = client.get(url(world))

    assert response.status_code == 302
    assert response.location.startswith("/sign-in?next=")


def test_after_the_close_the_page_says_so_and_has_no_form(client: Client, world: World) -> None:
    window = client.db.scalars(select(PhaseWindow).where(PhaseWindow.phase == Phase.SELF_SCORING)).one()
    window.opens_at, window.closes_at = now() - timedelta(days=30), now() - timedelta(hours=1)
    page = client.sign_in("unit_officer").page(url(world, open="I.1"))

    assert "Không thể kê khai: đã hết hạn lúc" in page.text
    assert posts(page) == []
    refused = save(client, world, "I.2", value="91")
    assert (refused.status_code, "đã hết hạn lúc" in refused.json["error"]) == (409, True)


def test_returned_lines_are_shown_with_reasons_and_only_they_open(
    client: Client, world: World, settings: Settings
) -> None:
    sheet = to_submitted(client.db, world, settings)
    person = world.people["department"].id
    sheet.returned_lines.append(
        ReturnedLine(code="I.2", reason="Số khác báo cáo", returned_by_id=person, returned_at=now())
    )
    sheet.state = "returned"
    page = client.sign_in("unit_officer").page(url(world, open="I.2"))

    assert "Số khác báo cáo" in page.text
    assert save_url(world, "I.2") in [form.action for form in page.forms]
    assert save_url(world, "I.1") not in [form.action for form in client.page(url(world, open="I.1")).forms]
    assert save(client, world, "I.1", part="90", whole="98", version="1").status_code == 409


# ---- saving ----


def test_save_without_scripts_leads_back_to_the_row(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    response = client.submit(url(world, open="I.1"), {"part": "95", "whole": "98"}, to=save_url(world, "I.1"))

    assert (response.status_code, response.location) == (303, f"{url(world)}?open=I.1#I.1")
    assert stored(client.db) == {"I.1": {"part": "95", "whole": "98"}}
    assert "Đã lưu tiêu chí I.1." in client.page(url(world, open="I.1")).text


def test_save_for_a_script_answers_with_what_changed(client: Client, world: World) -> None:
    response = save(client.sign_in("unit_officer"), world, "I.1", part="95", whole="98", explanation="Ba thủ tục")

    assert response.status_code == 200
    assert set(response.json) == {"saved_at", "version", "fragments", "later"}
    assert response.json["version"] == 1
    fragments = response.json["fragments"]
    assert set(fragments) == {
        "declared-I.1",
        "mark-I.1",
        "takeover-I.1",
        "prefilled-I.1",
        "points-I.1",
        "chips-I.1",
        "working-I.1",
        "section-facts",
        "total",
        "total-core",
        "total-bonus",
        "total-deductions",
        "total-grade",
        "missing-short",
        "count-I",
        "count-I-bar",
    }
    for name, html in fragments.items():
        assert f'id="{name}"' in html
    assert fragments["total"] == '<span class="big num" id="total">24,23</span>'
    assert "9,69 điểm" in fragments["working-I.1"]


def test_busy_server_answers_for_the_line_alone_and_shows_no_old_totals(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(client.sign_in("unit_officer"), world, "I.1", part="95", whole="98")
    monkeypatch.setattr(client.application.extensions["at_work"], "full_at", monotonic() + 60)
    response = save(client, world, "I.1", version="1", part="96", whole="98")

    assert (response.status_code, response.json["version"], response.json["later"]) == (200, 2, True)
    fragments = response.json["fragments"]
    assert "9,80 điểm" in fragments["working-I.1"]
    assert fragments["total"] == '<span class="big num" id="total">…</span>'
    assert "missing-short" not in fragments
    assert stored(client.db) == {"I.1": {"part": "96", "whole": "98"}}
    assert save(client, world, "I.2", version="0").json["version"] == 0  # nothing declared, nothing stored

    path = f"/sheets/{world.sheets['34'].id}/news?since=0"
    assert client.get(path).json == {"number": 0, "busy": True, "fragments": {}}
    sums = client.get(f"{path}&totals=").json["fragments"]
    assert {"total", "total-core", "total-bonus", "total-deductions", "total-grade"} == set(sums)
    assert "rows" not in client.get(f"{path}&waited=119").json
    waited = client.get(f"{path}&waited=120").json
    assert (waited["number"] > 0, list(waited["rows"])) == (True, ["I.1"])

    monkeypatch.undo()
    news = client.get(path).json
    assert {name: news["fragments"][name] for name in sums} == sums
    assert "…" not in news["fragments"]["total"]
    assert {"section-facts", "total-core", "missing-short"} <= set(news["fragments"])


def test_busy_server_gives_the_totals_of_a_returned_sheet(
    client: Client, world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = to_submitted(client.db, world, settings)
    person = world.people["department"].id
    sheet.returned_lines.append(ReturnedLine(code="I.2", reason="Sai", returned_by_id=person, returned_at=now()))
    sheet.state = "returned"
    client.sign_in("unit_officer")
    monkeypatch.setattr(client.application.extensions["at_work"], "full_at", monotonic() + 60)
    total = client.get(f"/sheets/{sheet.id}/news?since=0&totals=").json["fragments"]["total"]

    assert total in client.get(f"/sheets/{sheet.id}").text


def test_fragments_of_a_save_are_elements_of_the_page(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    response = save(client, world, "I.1", part="95", whole="98")
    html = client.get(url(world, open="I.1")).text

    assert [name for name in response.json["fragments"] if f'id="{name}"' not in html] == []


REFUSED = [
    ("I.2", {"value": "8,5,1"}, {"value": "“8,5,1” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."}),
    ("I.1", {"part": "99", "whole": "98"}, {"part": "Số đạt 99 lớn hơn tổng số 98."}),
    ("I.1", {"part": "95", "whole": ""}, {"whole": "Nhập nốt số này để tính điểm."}),
    ("I.3", {"points": "10,25"}, {"points": "10,25 điểm nằm ngoài khoảng từ 0 đến 10."}),
    ("II.1", {"level": "Giỏi"}, {"level": "Không có bậc “Giỏi”."}),
    ("III.1", {"not_applicable": "y"}, {"reason": "Nêu lý do không áp dụng."}),
    ("II.5", {"points": "5"}, {"": "Tiêu chí II.5 do Bộ chấm, đơn vị không tự chấm."}),
    ("III.2", {"met": "1"}, {"": "Tiêu chí III.2 không áp dụng cho đơn vị này."}),
]


@pytest.mark.parametrize(("code", "values", "errors"), REFUSED)
def test_save_refuses_at_the_field_and_stores_nothing(
    client: Client, world: World, code: str, values: dict[str, str], errors: dict[str, str]
) -> None:
    response = save(client.sign_in("unit_officer"), world, code, **values)

    assert (response.status_code, response.json) == (422, {"errors": errors})
    assert stored(client.db) == {}


@pytest.mark.parametrize(("code", "values", "errors"), REFUSED[:6])
def test_save_without_scripts_shows_the_form_again_with_what_was_typed(
    client: Client, world: World, code: str, values: dict[str, str], errors: dict[str, str]
) -> None:
    client.sign_in("unit_officer")
    response = client.post(save_url(world, code), data={"version": "0", **values})

    assert response.status_code == 422
    assert all(sentence in response.text for sentence in errors.values())
    assert all(f'value="{value}"' in response.text for value in values.values() if value and code != "II.1")
    assert stored(client.db) == {}


def test_save_of_an_unknown_code_is_refused(client: Client, world: World) -> None:
    response = save(client.sign_in("unit_officer"), world, "IX.9", value="1")

    assert (response.status_code, response.json["error"]) == (422, "Bộ tiêu chí không có mã “IX.9”.")


def test_save_emptied_takes_the_figures_back(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    save(client, world, "I.2", value="91")

    assert save(client, world, "I.2", value="", version="1").status_code == 200
    assert stored(client.db) == {"I.2": None}


@pytest.mark.db
def test_save_with_an_old_version_shows_both_and_loses_nothing(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    save(client, world, "I.1", part="95", whole="98")
    save(client, world, "I.1", part="96", whole="98", version="1")
    response = save(client, world, "I.1", part="97", whole="98", version="1", explanation="của tôi")

    assert response.status_code == 409
    for words in ("ở một cửa sổ khác", "97", "96", "của tôi", 'data-autosave-mine="2"'):
        assert words in response.json["html"]
    assert stored(client.db) == {"I.1": {"part": "96", "whole": "98"}}


@pytest.mark.db
def test_save_with_an_old_version_without_scripts_can_be_kept(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    save(client, world, "I.1", part="95", whole="98")
    save(client, world, "I.1", part="96", whole="98", version="1")
    response = client.post(save_url(world, "I.1"), data={"version": "1", "part": "97", "whole": "98"})

    assert response.status_code == 409
    assert 'name="version" value="2"' in response.text
    assert 'value="97"' in response.text
    again = client.post(save_url(world, "I.1"), data={"version": "2", "part": "97", "whole": "98"})
    assert (again.status_code, stored(client.db)) == (303, {"I.1": {"part": "97", "whole": "98"}})


@pytest.mark.db
def test_save_twice_with_the_same_content_is_no_conflict(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    save(client, world, "I.1", part="95", whole="98")
    again = save(client, world, "I.1", part="95,0", whole="98")

    assert (again.status_code, again.json["version"]) == (200, 1)


def test_save_when_the_login_has_run_out_is_401_for_a_script(client: Client, world: World) -> None:
    assert save(client, world, "I.1", part="95", whole="98").status_code == 401


@pytest.mark.parametrize("name", ["unit_director", "department", "member", "auditor", "admin", "cluster_leader"])
def test_nobody_but_the_officer_saves(client: Client, world: World, name: str) -> None:
    assert save(client.sign_in(name), world, "I.1", part="95", whole="98").status_code == 403
    assert client.db.scalar(select(func.count()).select_from(Entry)) == 0


def test_save_warns_above_100_percent_without_refusing(client: Client, world: World) -> None:
    response = save(client.sign_in("unit_officer"), world, "I.2", value="104")

    assert response.status_code == 200
    assert "Tỷ lệ lớn hơn 100 %. Hãy kiểm tra lại số liệu." in response.json["fragments"]["declared-I.2"]


# ---- how much it asks of the database ----


SHEET_QUERIES = 15  # two of them ask who has which part and what was said


def test_sheet_page_asks_as_often_for_many_lines_as_for_one(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    save(client, world, "I.1", part="95", whole="98")
    few = client.count_queries(url(world, open="I.1"))
    fill_rest(client, world, settings)
    many = client.count_queries(url(world, open="I.1"))

    assert (few, many) == (SHEET_QUERIES, SHEET_QUERIES)


def fill_rest(client: Client, world: World, settings: Settings) -> None:
    client.db.query(Entry).delete()
    client.db.commit()
    client.db.expire_all()
    fill(client.db, world, settings)


# ---- the officer's first screen ----


def test_officer_home_says_what_is_missing_until_when(client: Client, world: World) -> None:
    page = client.sign_in("unit_officer").page("/")

    assert page.h1.startswith("Hoàn thành phiếu tự chấm điểm trước ")
    assert "Còn 11 ngày" in page.text
    assert "Còn thiếu 8 tiêu chí" in page.text
    assert f"{url(world)}?open=I.1#I.1" in page.links


def test_officer_home_says_who_has_the_sheet(client: Client, world: World, settings: Settings) -> None:
    client.sign_in("unit_officer")
    assert says(client.page("/"), "Phiếu đang ở Unit officer")
    to_submitted(client.db, world, settings)
    assert says(client.page("/"), "Phiếu đang ở Vụ Thi đua - Khen thưởng")


def test_officer_home_takes_loaded_figures_for_no_act_of_the_unit(client: Client, world: World) -> None:
    sheet = loaded(client.db, world)
    filled = {"data": {"value": "91.5"}, "updated_at": now(), "taken_from": TakenFrom.MINISTRY}
    sheet.entries.append(Entry(code="I.2", **filled))
    client.db.commit()
    page = client.sign_in("unit_officer").page("/")

    assert says(page, "Chưa kê khai tiêu chí nào")
    assert "Bắt đầu kê khai" in page.text


def test_officer_home_of_a_full_sheet_leads_to_the_check(client: Client, world: World, settings: Settings) -> None:
    fill(client.db, world, settings)
    page = client.sign_in("unit_officer").page("/")

    assert f"{url(world)}/send" in page.links
    assert "Còn thiếu" not in page.text
