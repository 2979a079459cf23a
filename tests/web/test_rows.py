"""A row opened in place, and what colleagues did meanwhile, as the script of the sheet asks for them."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.models import Entry, Role
from emulation.services.actor import Actor
from emulation.services.sheets import load_sheet_to_change, save_entry
from tests.client import Client
from tests.filling import fill, now
from tests.world import World, person

JSON = {"Accept": "application/json"}


def without_tokens(html: str) -> str:
    """HTML without what differs from one answer to the next, and without white space."""
    return re.sub(r'value="[^"]{60,}"', "token", "".join(html.split()))


def test_row_in_place_is_the_row_of_the_page(client: Client, world: World, settings: Settings) -> None:
    sheet = fill(client.db, world, settings)
    client.sign_in("unit_officer")
    for code in ("I.1", "II.5"):
        page = without_tokens(client.get(f"/sheets/{sheet.id}?open={code}").text)
        alone = without_tokens(client.get(f"/sheets/{sheet.id}/rows/{code}", headers=JSON).json["html"])
        assert '<divclass="criterion-body">' in alone
        assert alone in page


def test_row_keeps_filter_and_search_in_its_links(client: Client, world: World) -> None:
    path = f"/sheets/{world.sheets['34'].id}"
    html = client.sign_in("unit_officer").get(f"{path}/rows/II.2?show=missing&q=II", headers=JSON).json["html"]

    assert f'href="{path}?show=missing&amp;q=II#II.2"' in html
    assert f'href="{path}?show=missing&amp;q=II&amp;open=II.1#II.1"' in html
    assert f'href="{path}?show=missing&amp;q=II&amp;open=II.3#II.3"' in html


def test_row_that_the_set_has_not_is_missing_and_another_units_refused(client: Client, world: World) -> None:
    path = f"/sheets/{world.sheets['34'].id}/rows"

    assert client.sign_in("unit_officer").get(f"{path}/IX.9", headers=JSON).status_code == 404
    assert client.sign_in("other_officer").get(f"{path}/I.1", headers=JSON).status_code == 403


def test_row_suggests_the_shape_of_an_explanation(client: Client, world: World, settings: Settings) -> None:
    sheet = fill(client.db, world, settings)
    client.sign_in("unit_officer")

    assert client.get(f"/sheets/{sheet.id}/rows/I.1", headers=JSON).json["shape"] == [
        "Kết quả: 95/98 ≈ 96,94 %, 9,69 điểm",
        "Số liệu: Số thủ tục mức độ 4: 95; Tổng số thủ tục: 98",
        "Minh chứng: H1.I.1.01 Bao cao I.1 (tr. 6)",
    ]
    assert client.get(f"/sheets/{sheet.id}/rows/D.1", headers=JSON).json["shape"] == [
        "Kết quả: …",
        "Số liệu: …",
        "Minh chứng: …",
    ]


def test_trial_says_what_figures_come_to_and_stores_nothing(client: Client, world: World) -> None:
    path = f"/sheets/{world.sheets['34'].id}/trial"
    client.sign_in("unit_officer")
    box = client.get(f"{path}/I.1?part=95&whole=98", headers=JSON).json["fragments"]["working-I.1"]
    assert box.startswith('<p class="working box ok" id="working-I.1"')
    assert "95/98 ≈ 96,94 %" in box
    assert "9,69 điểm" in box
    for query, words in (
        ("I.1?part=95", "Chưa tính được điểm"),
        ("I.1?part=99&whole=98", "Chưa tính được điểm"),
        ("I.1?part=x&whole=1", "Chưa tính được điểm"),
        ("I.1", "Nhập số liệu"),
        ("III.1?not_applicable=y&reason=x", "Không áp dụng"),
    ):
        (box,) = client.get(f"{path}/{query}", headers=JSON).json["fragments"].values()
        assert words in box, query
        assert "empty" in box  # nothing of the figures before
    assert [client.get(f"{path}/{code}", headers=JSON).status_code for code in ("II.5", "IX.9")] == [404, 404]
    assert client.db.scalar(select(func.count()).select_from(Entry)) == 0


def colleague(db: Session, world: World) -> Actor:
    """A second officer of unit 34."""
    other = person("le_thi_binh", Role.UNIT_OFFICER, world.units["34"])
    db.add(other)
    db.commit()
    return Actor(other)


def test_news_name_the_colleague_and_bring_the_row_and_the_totals(
    client: Client, world: World, settings: Settings
) -> None:
    fill(client.db, world, settings)
    path = f"/sheets/{world.sheets['34'].id}"
    client.sign_in("unit_officer")
    found = re.search(r'data-number="(\d+)"', client.get(f"{path}?section=I").text)
    assert found is not None
    since = int(found.group(1))
    assert client.get(f"{path}/news?since={since}&section=I", headers=JSON).json == {"number": since}

    sheet = load_sheet_to_change(client.db, world.sheets["34"].id)
    assert sheet is not None
    save_entry(client.db, colleague(client.db, world), sheet, code="I.2", data={"value": "98"}, version=1, now=now())
    client.db.commit()
    news = client.get(f"{path}/news?since={since}&section=I", headers=JSON).json

    assert news["number"] > since
    assert news["sentence"] == "Le thi binh vừa sửa I.2."
    assert news["moved"] is False
    assert list(news["rows"]) == ["I.2"]
    html = client.get(f"{path}?section=I").text
    assert [name for name in news["fragments"] if f'id="{name}"' not in html] == []


def test_own_changes_are_no_news_in_words_and_signing_moves_the_page(
    client: Client, world: World, settings: Settings
) -> None:
    sheet = fill(client.db, world, settings)
    sheet.state, sheet.sent_at = "signing", now()
    client.db.commit()
    path = f"/sheets/{sheet.id}"
    client.sign_in("unit_officer")
    assert client.get(f"{path}/news?since=0", headers=JSON).json["sentence"] == ""
    client.sign_in("unit_director")
    form = next(form for form in client.page(f"{path}/sign").forms if form.action.endswith("/send-back"))
    client.post(form.action, data={**form.values, "note": "Xem lại I.2"})

    assert client.sign_in("unit_officer").get(f"{path}/news?since=0", headers=JSON).json["moved"] is True


def test_session_says_who_is_signed_in_by_now(client: Client, world: World) -> None:
    assert client.get("/session").json["person"] is None
    found = client.sign_in("unit_officer").get("/session").json
    assert (found["person"], found["name"]) == (world.people["unit_officer"].id, "Unit officer")
    headers = {**JSON, "X-CSRFToken": found["csrf_token"]}
    saved = client.post(
        f"/sheets/{world.sheets['34'].id}/entries/I.2", data={"value": "91"}, headers=headers, csrf=False
    )
    assert saved.status_code == 200
