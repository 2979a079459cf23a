"""The table of progress as a browser meets it: who sees what, sorted and narrowed, downloads, few queries."""

from __future__ import annotations

from sqlalchemy.orm import Session

from emulation.domain.workflow import SheetState
from tests.client import Client
from tests.reviewing import declare
from tests.world import World

PROGRESS = "/periods/2021-2022/progress"


def units(client: Client, query: str = "") -> list[str]:
    """The units that the table lists."""
    names = ("Thái Bình", "Hà Nam", "Bạc Liêu", "Cà Mau")
    return [row[0] for row in client.page(PROGRESS + query).rows if row and row[0] in names]


def test_department_reads_every_unit_and_narrows(client: Client, db: Session, world: World) -> None:
    declare(db, world, "34", {"I.1": {"part": "1", "whole": "2"}}, state=SheetState.DRAFT, unproven=("I.1",))
    client.sign_in("department")
    page = client.page(PROGRESS)
    row = next(row for row in page.rows if row[0] == "Thái Bình")
    assert row[1:6] == ["1", "Đang soạn", "1/8", "1", "–"]
    assert units(client) == ["Hà Nam", "Thái Bình", "Bạc Liêu", "Cà Mau"]
    assert units(client, "?show=idle&cluster=1") == ["Hà Nam"]
    assert units(client, "?sort=name&order=down") == ["Thái Bình", "Hà Nam", "Cà Mau", "Bạc Liêu"]
    assert units(client, "?show=<b>&cluster=١&sort=x&order=y") == ["Hà Nam", "Thái Bình", "Bạc Liêu", "Cà Mau"]
    assert units(client, "?cluster=99") == []
    assert "/periods/2021-2022/reminders/call" in page.links
    assert f"/sheets/{world.sheets['35'].id}/extension" in page.links


def test_cluster_leader_sees_the_own_cluster_without_evidence(client: Client, db: Session, world: World) -> None:
    declare(db, world, "34", {"I.1": {"part": "41", "whole": "83"}}, state=SheetState.DRAFT, unproven=("I.1",))
    client.sign_in("cluster_leader")
    assert units(client) == ["Hà Nam", "Thái Bình"]
    assert units(client, "?cluster=2") == []
    page = client.page(PROGRESS)
    assert "Thiếu minh chứng" not in page.text
    assert not any("/sheets/" in link or "/reminders" in link for link in page.links)
    csv = client.get(f"{PROGRESS}.csv?cluster=2")
    assert csv.data.decode("utf-8-sig").count("\r\n") == 1  # its head alone
    assert "Cà Mau" not in client.get(f"{PROGRESS}.csv").text


def test_readers_see_progress_and_the_letters_without_acts(client: Client, world: World) -> None:
    for name in ("leader", "auditor"):
        links = client.sign_in(name).page(PROGRESS).links
        assert [link for link in links if "/reminders" in link] == ["/periods/2021-2022/reminders"]
        assert not any("/extension" in link for link in links)
    for name in ("unit_officer", "member", "admin"):
        assert client.sign_in(name).get(PROGRESS).status_code == 403


def test_downloads_have_names_and_types(client: Client, world: World) -> None:
    client.sign_in("leader")
    book, table = client.get(f"{PROGRESS}.xlsx?show=idle"), client.get(f"{PROGRESS}.csv?show=idle")
    assert book.data[:2] == b"PK"
    assert 'filename="tien-do-2021-2022.xlsx"' in book.headers["Content-Disposition"]
    assert table.content_type == "text/csv; charset=utf-8"
    assert table.data.decode("utf-8-sig").count("\r\n") == 5


def test_queries_do_not_grow_with_the_units(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    before = client.count_queries(PROGRESS)
    for code in ("34", "35", "95", "96"):
        declare(db, world, code, state=SheetState.SUBMITTED)
    assert client.count_queries(PROGRESS) == before <= 16
