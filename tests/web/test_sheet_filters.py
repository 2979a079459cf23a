"""Rows of a sheet across its sections: what filters and the search find, with counts."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

import pytest
from sqlalchemy import select

from emulation.config import Settings
from emulation.models import Assignment, Entry, Remark, ReturnedLine, Sheet
from emulation.services.sheets import load_sheet_to_change, save_entry
from emulation.web.sheet_filters import Asked, Show, asked_for
from tests.client import Client, Page
from tests.filling import fill, now, to_submitted
from tests.finished import next_year, publish
from tests.world import World


def rows_of(client: Client, path: str) -> list[str]:
    """The codes of the rows on a page, in order."""
    html = client.get(path).text
    return re.findall(r'<li class="criterion[^"]*" id="([^"]+)"', html)


def chips_of(page: Page) -> list[str]:
    """The filters that a page offers, with their counts."""
    found: list[str] = re.findall(
        r"(Tất cả|Chưa kê khai|Thiếu minh chứng|Khác năm trước|Sửa từ lần gửi trước|Bị trả lại|"
        r"Lấy sẵn, chưa xác nhận|Phần của tôi|Có trao đổi) (\d+)",
        page.text,
    )
    return [f"{name} {count}" for name, count in found]


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({}, Asked()),
        ({"show": "missing"}, Asked(Show.MISSING)),
        ({"show": "everything' --"}, Asked()),
        ({"q": "  thủ   tục "}, Asked(search="thủ tục")),
        ({"show": "all", "q": "x" * 500}, Asked(Show.ALL, "x" * 80)),
    ],
)
def test_address_asks_for_a_filter_and_a_search(values: dict[str, str], asked: Asked) -> None:
    assert asked_for(values) == asked


def test_filters_find_rows_of_all_sections_and_count_them(client: Client, world: World, settings: Settings) -> None:
    sheet = fill(client.db, world, settings)
    entries = {entry.code: entry for entry in sheet.entries}
    client.db.delete(entries["II.4"])
    for citation in entries["I.3"].citations:
        client.db.delete(citation)
    entries["II.1"].taken_from = "last_year"
    officer = world.people["unit_officer"].id
    client.db.add(
        Assignment(sheet_id=sheet.id, section="II", user_id=officer, assigned_by_id=officer, assigned_at=now())
    )
    client.db.add(Remark(sheet_id=sheet.id, code="III.1", user_id=officer, text="Xem lại", made_at=now()))
    client.db.commit()
    path = f"/sheets/{sheet.id}"
    page = client.sign_in("unit_officer").page(path)

    assert chips_of(page) == [
        "Tất cả 12",
        "Chưa kê khai 1",
        "Thiếu minh chứng 1",
        "Khác năm trước 0",
        "Lấy sẵn, chưa xác nhận 1",
        "Phần của tôi 5",
        "Có trao đổi 1",
    ]
    assert rows_of(client, f"{path}?show=all") == list(world.criteria.by_code)
    assert rows_of(client, f"{path}?show=missing") == ["II.4"]
    assert rows_of(client, f"{path}?show=evidence") == ["I.3"]
    assert rows_of(client, f"{path}?show=taken") == ["II.1"]
    assert rows_of(client, f"{path}?show=mine") == ["II.1", "II.2", "II.3", "II.4", "II.5"]
    assert rows_of(client, f"{path}?show=remarks") == ["III.1"]
    assert rows_of(client, f"{path}?show=missing&open=I.1") == ["I.1", "II.4"]  # an open row stays
    links = client.page(f"{path}?show=evidence").links
    assert f"{path}?show=evidence&open=I.3#I.3" in links


def test_ministry_sees_neither_parts_nor_remarks(client: Client, world: World, settings: Settings) -> None:
    sheet = to_submitted(client.db, world, settings)
    officer = world.people["unit_officer"].id
    client.db.add(Remark(sheet_id=sheet.id, code="III.1", user_id=officer, text="Xem lại", made_at=now()))
    client.db.commit()
    client.sign_in("department")

    assert "Có trao đổi" not in client.page(f"/sheets/{sheet.id}").text
    assert rows_of(client, f"/sheets/{sheet.id}?show=remarks") == []


def test_search_finds_codes_titles_and_own_words_whatever_the_marks(client: Client, world: World) -> None:
    client.sign_in("unit_officer")
    path = f"/sheets/{world.sheets['34'].id}"
    everything = world.criteria.by_code
    title = everything["II.4"].title
    apart = unicodedata.normalize("NFD", title)
    assert apart != title

    for text in (
        title,
        apart,
        title.upper(),
        "".join(c for c in apart.replace("đ", "d") if not unicodedata.combining(c)),
    ):
        assert rows_of(client, f"{path}?q={quote(text)}") == ["II.4"], text
    assert rows_of(client, f"{path}?q=II.") == [code for code in everything if code.startswith("II.")]
    assert rows_of(client, f"{path}?show=evidence&q=II.") == []
    page = client.page(f"{path}?q={quote('<b>không có')}")
    assert "Không có tiêu chí nào khớp với “<b>không có”." in page.text


def test_empty_filter_says_so(client: Client, world: World) -> None:
    page = client.sign_in("unit_officer").page(f"/sheets/{world.sheets['34'].id}?show=evidence")

    assert "Không còn tiêu chí nào thiếu minh chứng bắt buộc." in page.text


def test_changed_is_since_the_submission_where_there_was_one(client: Client, world: World, settings: Settings) -> None:
    sheet = to_submitted(client.db, world, settings)
    person = world.people["department"].id
    for code in ("I.2", "I.3"):
        sheet.returned_lines.append(
            ReturnedLine(code=code, reason="Số khác báo cáo", returned_by_id=person, returned_at=now())
        )
    sheet.state = "returned"
    client.db.commit()
    row = load_sheet_to_change(client.db, sheet.id)
    assert row is not None
    save_entry(client.db, world.actor("unit_officer"), row, code="I.2", data={"value": "90"}, version=1, now=now(5))
    client.db.commit()
    page = client.sign_in("unit_officer").page(f"/sheets/{sheet.id}?show=returned")

    assert "Sửa từ lần gửi trước 1" in chips_of(page)
    assert "Bị trả lại 2" in chips_of(page)
    assert rows_of(client, f"/sheets/{sheet.id}?show=changed") == ["I.2"]


def test_changed_is_otherwise_than_last_year_where_the_sheet_did_not_come_back(client: Client, world: World) -> None:
    db = client.db
    publish(db, world)
    for entry in db.scalars(select(Entry).where(Entry.code == "I.1")):
        entry.explanation = "Năm trước đã rà soát mọi thủ tục. " * 20
    period = next_year(db, world)
    sheet = db.scalars(select(Sheet).where(Sheet.period_id == period.id)).one()
    entry = db.scalars(select(Entry).where(Entry.sheet_id == sheet.id, Entry.code == "I.1")).one()
    entry.data = {"part": "97", "whole": "98"}
    db.commit()
    client.sign_in("unit_officer")

    assert rows_of(client, f"/sheets/{sheet.id}?show=changed") == ["I.1"]
    page = "".join(client.page(f"/sheets/{sheet.id}?open=I.1").text.split())
    assert "Điểmchínhthức9,69nămnay+0,21" in page
    assert "…XemcảNămtrướcđãràsoát" in page
