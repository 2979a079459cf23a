"""Two versions side by side, and a published round ranked under another version."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from emulation.domain import criteria as domain
from emulation.models import CriteriaSet
from emulation.services import results
from emulation.services.actor import Actor
from emulation.services.criteria import publish as publish_set
from emulation.services.impacts import impact_of
from tests.client import Client, statements_of
from tests.domain.pairs import Data, leaf, plain, take
from tests.finished import QUALITY, TOTALS, WHEN, exclude, finish, more_units, publish
from tests.world import World, nine_kinds

READERS = ("department", "leader", "auditor")
OTHERS = ("admin", "chair", "outsider", "unit_officer", "unit_director", "cluster_leader")


def next_version(db: Session, change: Callable[[Data], Any], version: str = "2022-2023") -> CriteriaSet:
    """Another version of the set of the world, published."""
    data = plain(nine_kinds())
    data["version"] = version
    change(data)
    row = publish_set(db, Actor(None), domain.load(json.dumps(data, ensure_ascii=False)), now=WHEN)
    db.commit()
    return row


def revision(data: Data) -> None:
    """I.1 twice as strict and half as much, II.2 dropped, II.4 renumbered, III first."""
    leaf(data, "I.1").update(max="5", guidance="Tính đến 31/05.")
    leaf(data, "I.1")["rule"]["floor"] = "50"
    take(data, "II.2")
    leaf(data, "II.4").update(code="II.9", replaces=["II.4"])
    data["sections"].insert(0, data["sections"].pop())
    data["scale"] = "1000"


def publish_finished(db: Session, world: World) -> None:
    """Publish the round as `finish` and what came after it have left it."""
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    db.commit()


def compare_url(world: World, row: CriteriaSet) -> str:
    return f"/criteria/{row.id}/compare/{world.period.criteria_set_id}"


def impact_url(row: CriteriaSet) -> str:
    return f"/periods/2021-2022/impact/{row.id}"


# ---- differences ----


def test_comparison_shows_what_changed(client: Client, db: Session, world: World) -> None:
    row = next_version(db, revision)
    page = client.sign_in("unit_officer").page(compare_url(world, row))
    assert page.h1 == "So sánh 2022-2023 với 2021-2022"
    found = {cells[0]: cells[1:] for cells in page.rows if len(cells) == 5}
    assert found["I.1"][1:3] == ["10 → 5", "Đã sửa"]
    assert "Điểm tối đatrước: 10 điểm sau: 5 điểm" in found["I.1"][3]
    assert "Mức 0 điểmtrước: 0 % sau: 50 %" in found["I.1"][3]
    assert "sau: Tính đến 31/05." in found["I.1"][3]
    assert found["II.2"][1:3] == ["4", "Đã bỏ"]
    assert found["II.9"][2:] == ["Đã đổi mã", "Mã cũ: II.4."]
    assert found["III"][2] == "Đã chuyển"
    assert "Chuyển chỗ: đổi thứ tự trong phần tiêu chí chính." in found["III"][3]
    assert "Thang điểmtrước: 100 điểm sau: 1000 điểm" in page.text
    assert "I.2" not in found
    assert "bản 2021-2022: 12" in page.text
    assert "Minh họa" in page.text


def test_comparison_shows_everything_where_asked_for(client: Client, db: Session, world: World) -> None:
    row = next_version(db, revision)
    url = compare_url(world, row)
    page = client.sign_in("auditor").page(f"{url}?show=all")
    found = {cells[0]: cells[1:] for cells in page.rows if len(cells) == 5}
    assert found["I.2"][1:3] == ["5", "Không đổi"]
    renumbered = {*nine_kinds().by_code, "II.9"} - {"II.4"}
    assert found.keys() == {"Mã", "I", "II", "III", *renumbered, *(one.code for one in nine_kinds().exclusions)}
    assert url in page.links


def test_comparison_the_other_way_round(client: Client, db: Session, world: World) -> None:
    row = next_version(db, revision)
    turned = f"/criteria/{world.period.criteria_set_id}/compare/{row.id}"
    assert turned in client.sign_in("leader").page(compare_url(world, row)).links
    page = client.page(turned)
    assert {cells[0]: cells[3] for cells in page.rows if len(cells) == 5}["II.2"] == "Thêm mới"
    assert "Bản này nặng hơn bản trước." in page.text


def test_comparison_of_a_version_with_itself(client: Client, world: World) -> None:
    set_id = world.period.criteria_set_id
    page = client.sign_in("unit_officer").page(f"/criteria/{set_id}/compare/{set_id}")
    assert "Hai bản không khác nhau." in page.text
    assert "Không có dòng nào thay đổi." in page.text


def test_comparison_tells_merges_splits_likely_origins_and_doubts(client: Client, db: Session, world: World) -> None:
    def change(data: Data) -> None:
        take(data, "I.2")
        leaf(data, "I.3").update(code="I.8", replaces=["I.2", "I.3"])
        part = take(data, "II.3") | {"replaces": ["II.3"]}
        data["sections"][1]["criteria"] += [part | {"code": "II.7"}, part | {"code": "II.8"}]
        leaf(data, "II.4")["code"] = "II.6"
        leaf(data, "II.2").update(title="An toàn", rule={"kind": "external"})

    page = client.sign_in("department").page(compare_url(world, next_version(db, change)))
    found = {cells[0]: cells[1:] for cells in page.rows if len(cells) == 5}
    assert found["I.8"][1:] == ["15 → 10", "Đã gộp", "Gộp từ I.2, I.3."]
    assert found["II.7"][2:] == ["Đã tách", "Tách từ II.3."]
    assert found["II.6"][3] == "Có lẽ là mã mới của II.4: tên, cách chấm và điểm tối đa như nhau."
    assert found["II.4"][3] == "Có lẽ đã thành II.6: tên, cách chấm và điểm tối đa như nhau."
    assert "Tên và cách chấm đều khác: có lẽ là tiêu chí khác dùng lại mã này." in found["II.2"][3]


def test_comparison_links_to_the_impact_for_readers_once_a_round_is_published(
    client: Client, db: Session, world: World
) -> None:
    row = next_version(db, revision)
    assert impact_url(row) not in client.sign_in("department").page(compare_url(world, row)).links
    publish(db, world)
    assert impact_url(row) in client.page(compare_url(world, row)).links
    assert impact_url(row) not in client.sign_in("unit_officer").page(compare_url(world, row)).links


def test_version_page_leads_to_comparisons(client: Client, db: Session, world: World) -> None:
    row = next_version(db, revision)
    page = client.sign_in("unit_officer").page(f"/criteria/{row.id}")
    assert compare_url(world, row) in page.links


def test_comparison_with_an_unknown_version_is_missing(client: Client, world: World) -> None:
    set_id = world.period.criteria_set_id
    client.sign_in("department")
    assert client.get(f"/criteria/{set_id}/compare/999").status_code == 404
    assert client.get(f"/criteria/999/compare/{set_id}").status_code == 404


# ---- impact ----


def test_impact_of_the_same_set_changes_nothing(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    again = next_version(db, lambda data: None)
    page = client.sign_in("leader").page(impact_url(again))
    assert page.h1 == "Nếu xếp hạng năm học 2021-2022 theo bộ tiêu chí 2022-2023"
    assert "Không đơn vị nào đổi hạng." in page.text
    found = {cells[0]: cells for cells in page.rows if len(cells) == 11}
    for code, name in (("34", "Thái Bình"), ("35", "Hà Nam"), ("95", "Bạc Liêu"), ("96", "Cà Mau")):
        total = TOTALS[code].replace(".", ",")
        assert [found[name][i] for i in (2, 4, 6)] == [total] * 3
        assert found[name][8:] == ["0", "0", ""]
    assert "100,0 %" in page.text


def test_impact_shows_who_moves_and_why_something_is_left_out(client: Client, db: Session, world: World) -> None:
    """Without I.3, by which the units differ, and with III.2 (tag dan-toc) worth much more, Cà Mau comes up."""

    def change(data: Data) -> None:
        take(data, "I.3")
        leaf(data, "III.2").update(max="40")
        leaf(data, "II.1")["rule"] = {"kind": "external"}

    publish(db, world)
    page = client.sign_in("auditor").page(impact_url(next_version(db, change)))
    rows = {cells[0]: cells for cells in page.rows if len(cells) == 11}
    assert [rows[name][3] for name in ("Bạc Liêu", "Thái Bình", "Cà Mau", "Hà Nam")] == ["1", "2", "3", "4"]
    criteria = {cells[0]: cells for cells in page.rows}
    assert criteria["II.1"][-1] == "Cách chấm đổi từ “bậc” sang “Bộ chấm”: số liệu cũ không dùng được."
    assert criteria["I.3"][1:] == [nine_kinds().by_code["I.3"].title, "Bản mới bỏ tiêu chí này."]
    assert criteria["III.2"][2:5] == ["2", "2", "0"]


def test_impact_keeps_decided_points(db: Session, world: World) -> None:
    """I.3 was declared 8.5 by all; the councils decided by QUALITY, which holds although the step changed."""
    publish(db, world)
    same = impact_of(db, world.period, nine_kinds())
    assert same is not None
    one = next(one for one in same.criteria if one.code == "I.3")
    assert (one.compared, one.adjusted, one.mean_after) == (4, 0, one.mean_before)

    def change(data: Data) -> None:
        leaf(data, "I.3")["rule"]["step"] = "0.5"

    found = impact_of(db, world.period, domain.load(json.dumps(_changed(change), ensure_ascii=False)))
    assert found is not None
    assert [(one.unit, str(one.whole.total)) for one in found.units] == [
        (code, TOTALS[code]) for code in sorted(QUALITY, key=lambda code: -float(TOTALS[code]))
    ]
    assert [one.after for one in found.units] == [one.before for one in found.units]
    assert [one.before for one in found.units] == [one.whole for one in found.units]


def _changed(change: Callable[[Data], Any]) -> Data:
    data = plain(nine_kinds())
    change(data)
    return data


def test_impact_lists_an_excluded_unit_without_a_place(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "95")
    publish_finished(db, world)
    page = client.sign_in("department").page(impact_url(next_version(db, revision)))
    row = next(cells for cells in page.rows if cells[0] == "Bạc Liêu")
    assert (row[3], row[5], row[7]) == ("–", "–", "–")
    assert "Không xếp hạng" in row[10]


def test_impact_before_publication_says_so(client: Client, db: Session, world: World) -> None:
    page = client.sign_in("department").page(impact_url(next_version(db, revision)))
    assert "chưa công bố kết quả" in page.text
    assert impact_of(db, world.period, nine_kinds()) is None


@pytest.mark.parametrize("name", [*READERS, *OTHERS])
def test_impact_is_for_the_department_the_leader_and_the_auditor(
    client: Client, db: Session, world: World, name: str
) -> None:
    publish(db, world)
    status = client.sign_in(name).get(impact_url(next_version(db, revision))).status_code
    assert status == (200 if name in READERS else 403)


def test_impact_of_an_unknown_round_or_version_is_missing(client: Client, db: Session, world: World) -> None:
    row = next_version(db, revision)
    client.sign_in("department")
    assert client.get(f"/periods/1999-2000/impact/{row.id}").status_code == 404
    assert client.get("/periods/2021-2022/impact/999").status_code == 404
    assert client.another().get(impact_url(row)).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_impact_asks_the_database_the_same_whatever_the_number_of_units(
    client: Client, db: Session, world: World, count: int
) -> None:
    finish(db, world)
    more_units(db, world, count)
    publish_finished(db, world)
    row = next_version(db, revision)
    url = impact_url(row)
    client.sign_in("leader").page(url)
    with statements_of(client.application) as sent:
        client.page(url)
    assert len(sent) == 9
