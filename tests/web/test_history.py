"""The history page: what stands in it, filters, pages."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from emulation.config import ROOT
from emulation.models import History
from emulation.services.history import INTERNAL_ACTS, PAGE, record
from emulation.services.history_words import ACT_NAMES, changes_of
from tests.client import Client
from tests.world import NOW, World

pytestmark = pytest.mark.db  # the filters have no other tests


def acts_recorded() -> set[str]:
    """Every act that the services record, from their syntax trees: third argument of `record` and `_record...`, or
    `act=` of a function that passes it on."""
    found: set[str] = set()
    for path in (ROOT / "emulation" / "services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            named = [keyword.value for keyword in node.keywords if keyword.arg == "act"]
            recorder = re.fullmatch("_?record(_.*)?", getattr(node.func, "id", ""))
            for argument in [*named, *(node.args[2:3] if recorder else ())]:
                found.update(str(one.value) for one in ast.walk(argument) if isinstance(one, ast.Constant))
    return found


def test_every_recorded_act_has_a_name_and_no_name_is_idle() -> None:
    assert acts_recorded() == set(ACT_NAMES)


def rows(client: Client, path: str) -> list[list[str]]:
    return client.page(path).rows[1:]


def test_history_shows_old_and_new_in_words(client: Client, db: Session, world: World) -> None:
    record(
        db,
        world.actor("unit_officer"),
        "fill",
        world.sheets["34"],
        now=NOW,
        period_id=world.period.id,
        unit_id=world.units["34"].id,
        place="I.1",
        old={"data": {"part": "94.5", "whole": "98"}, "explanation": ""},
        new={"data": {"part": "95", "whole": "98"}, "explanation": "Đã đếm lại"},
    )
    client.sign_in("auditor")
    assert rows(client, "/history?act=fill") == [
        [
            "10:30 09/06/2022",
            "Unit officer127.0.0.1",
            "Kê khai",
            "Thái BìnhI.12021-2022",
            "Số đạttrước: 94,5 sau: 95 Diễn giảitrước: để trống sau: Đã đếm lại",
        ]
    ]


def test_changes_are_said_in_words() -> None:
    line = History(
        act="x",
        old={
            "phase": "review",
            "role": "leader",
            "points": Decimal("8.50").__str__(),
            "closes_at": "2022-06-20T10:00:00+00:00",
        },
        new={
            "phase": "published",
            "role": "auditor",
            "ranking_is_public": True,
            "codes": ["a", "b"],
            "issued_on": "2022-06-20",
            "self_scoring": "2022-05-01 00:00:00+00:00 - 2022-06-20 10:00:00+00:00",
        },
    )
    assert [
        (one.label, str(one.before) if one.before else None, str(one.after) if one.after else None)
        for one in changes_of(line)
    ] == [
        ("Giai đoạn", "Thẩm định", "Đã công bố"),
        ("Vai trò", "Lãnh đạo Bộ", "Thanh tra, kiểm tra"),
        ("Điểm", "8,5", None),
        ("Đóng", "17:00 20/06/2022", None),
        ("Công khai xếp hạng", None, "có"),
        ("Mã tra cứu", None, "a, b"),
        ("Ngày ban hành", None, "20/06/2022"),
        ("Tự chấm điểm", None, "07:00 01/05/2022 đến 17:00 20/06/2022"),
    ]


def test_history_filters_by_person_act_unit_and_day(client: Client, db: Session, world: World) -> None:
    before_midnight = datetime(2022, 6, 9, 16, 59, tzinfo=UTC)  # 23:59 in Vietnam
    for name, act, unit, at in (
        ("unit_officer", "fill", "34", before_midnight),
        ("unit_director", "submit", "34", before_midnight + timedelta(minutes=1)),
        ("other_officer", "fill", "96", before_midnight + timedelta(days=1)),
    ):
        record(db, world.actor(name), act, world.sheets[unit], now=at, unit_id=world.units[unit].id)
    client.sign_in("department")
    people = lambda query: [row[1].removesuffix("127.0.0.1") for row in rows(client, f"/history?{query}")]  # noqa: E731  # read five times below
    assert people("who=Unit+officer") == ["Unit officer"]
    assert people("act=fill") == ["Other officer", "Unit officer"]
    assert people("unit=34") == ["Unit director", "Unit officer"]
    assert people("first=10/06/2022&last=10/06/2022") == ["Other officer", "Unit director"]
    assert people("last=09/06/2022") == ["Unit officer"]
    assert people("act=fill&unit=35") == []
    response = client.get("/history?first=2022-06-09")
    assert response.status_code == 422
    assert "Nhập ngày dạng dd/mm/yyyy." in response.text


def test_history_comes_in_pages(client: Client, db: Session, world: World) -> None:
    for n in range(2 * PAGE + 3):
        record(db, world.actor("unit_officer"), "fill", world.sheets["34"], now=NOW + n * timedelta(minutes=1))
    client.sign_in("auditor")
    assert len(rows(client, "/history?act=fill")) == PAGE
    last = client.page("/history?act=fill&page=3")
    assert len(last.rows) == 1 + 3
    assert "101 đến 103 trên 103" in last.text
    assert "/history?act=fill&page=2" in last.links
    assert client.page("/history?act=fill&page=99").rows == last.rows
    assert len(rows(client, "/history?act=fill&page=x&endpoint=home.home")) == PAGE


@pytest.mark.parametrize(("path", "queries"), [("/history", 11), ("/", 12)])
def test_history_sends_as_many_queries_for_many_lines_as_for_one(
    client: Client, db: Session, world: World, path: str, queries: int
) -> None:
    client.sign_in("auditor")
    record(db, world.actor("unit_officer"), "fill", world.sheets["34"], now=NOW, unit_id=world.units["34"].id)
    assert client.count_queries(path) == queries
    for code, sheet in world.sheets.items():
        record(db, world.actor("unit_director"), "submit", sheet, now=NOW, unit_id=world.units[code].id)
    assert client.count_queries(path) == queries


def test_auditor_home_shows_the_latest_acts(client: Client, db: Session, world: World) -> None:
    now = datetime.now(UTC)
    record(db, world.actor("department"), "return", world.sheets["34"], now=now, unit_id=world.units["34"].id)
    client.sign_in("auditor")
    page = client.page("/")
    assert page.h1 == "Kiểm tra kỳ đánh giá"
    assert [row[1:3] for row in page.rows if row[2:3] == ["Trả lại đơn vịThái Bình"]] == [
        ["Department", "Trả lại đơn vịThái Bình"]
    ]
    assert ["Trả lại đơn vị", "1"] in page.rows
    assert ["Thu hồi bằng", "0"] in page.rows


def test_history_names_units_awards_and_people(client: Client, db: Session, world: World) -> None:
    chair = world.people["chair"]
    facts = {"units": ["34", "96"], "chosen": [], "award": "co", "chair": chair.id, "clusters": [world.clusters[2].id]}
    record(db, world.actor("department"), "grant", world.period, now=NOW, new=facts)
    client.sign_in("auditor")
    assert rows(client, "/history?act=grant")[0][4] == (
        "Đơn vịsau: Thái Bình, Cà Mau Chọn thêm theo biểu quyếtsau: để trống Danh hiệu, hình thức khen thưởngsau: co "
        "Chủ tịchsau: Chair Cụm thi đuasau: Cụm thi đua số 2"
    )


def test_history_has_nothing_of_what_a_unit_says_among_itself(client: Client, db: Session, world: World) -> None:
    for act in INTERNAL_ACTS:
        record(db, world.actor("unit_officer"), act, world.sheets["34"], now=NOW, unit_id=world.units["34"].id)
    db.commit()
    for name in ("auditor", "department"):
        client.sign_in(name)
        for act in INTERNAL_ACTS:
            assert rows(client, f"/history?act={act}") == []
            assert f'value="{act}"' not in client.get("/history").text
        assert rows(client, "/history?who=Unit officer") == []
        assert "Unit officer" not in client.get("/").text


def test_history_names_no_word_of_the_director_to_the_officer(client: Client, db: Session, world: World) -> None:
    record(db, world.actor("unit_director"), "send_back", world.sheets["34"], now=NOW, new={"note": "Hỏi lại phòng."})
    db.commit()
    answer = client.sign_in("auditor").get("/history?act=send_back").text
    assert "Unit director" in answer
    assert "Hỏi lại phòng." not in answer
