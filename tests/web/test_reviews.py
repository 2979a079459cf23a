"""Reviewers as a browser meets them: queue, one sheet, one criterion, marks, blindness, conflicts, first screen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.models import Completion, Conflict, Mark, Sheet
from emulation.services import marks, verdicts
from tests.client import Client, statements_of
from tests.reviewing import CORE, declare, now, set_phase, settle, under_review
from tests.world import World

JSON = {"Accept": "application/json"}
SECRET = "Ý kiến riêng của một thành viên"


def review_url(sheet: Sheet) -> str:
    return f"/sheets/{sheet.id}/review"


def mark_url(sheet: Sheet, code: str = "I.1") -> str:
    return f"/sheets/{sheet.id}/marks/{code}"


COLUMN = "/periods/2021-2022/reviews/I.1"
QUEUE = "/periods/2021-2022/reviews"


def stored(db: Session) -> list[tuple[str, str | None, str]]:
    return [
        (mark.code, None if mark.points is None else f"{mark.points:.2f}", mark.reason)
        for mark in db.scalars(select(Mark).order_by(Mark.id))
    ]


def give(db: Session, world: World, who: str, sheet: Sheet, **points: str) -> None:
    """Marks of somebody, straight through the service; I_1="8"."""
    for name, text in points.items():
        code = name.replace("_", ".")
        marks.mark(db, world.actor(who), sheet, code=code, points=Decimal(text), reason=SECRET, now=now())
    db.commit()


def finish(db: Session, world: World, who: str, sheet: Sheet, **points: str) -> None:
    give(db, world, who, sheet, **{"II_5": "4", **points})
    marks.accept_unremarkable(db, world.actor(who), sheet, now=now())
    marks.finish(db, world.actor(who), sheet, now=now())
    db.commit()


# ---- the queue and the first screen ----


def test_queue_shows_how_far_the_person_is_and_where_to_go_on(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world, "34", "96")
    give(db, world, "member", sheet, I_1="9")
    page = client.sign_in("member").page(QUEUE)
    assert page.h1 == "Phiếu cần chấm"
    rows = {row[0].split(" cụm")[0]: row for row in page.rows if row}
    assert rows["Thái Bình"][1] == "Đang chấm"
    assert rows["Thái Bình"][3] == "1/10"
    assert rows["Cà Mau"][1] == "Chưa chấm"
    assert rows["Hà Nam"][1] == "Chưa nộp"
    assert review_url(sheet) in page.links
    assert "Chấm tiếp: Thái Bình" in page.text


def test_queue_by_criterion_counts_units(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world, "34", "96")
    give(db, world, "member", sheet, I_1="9")
    page = client.sign_in("member").page(f"{QUEUE}?by=criterion")
    rows = {row[0].split()[0]: row for row in page.rows[1:]}
    assert rows["I.1"][2] == "1/2"
    assert rows["III.2"][2] == "0/1"  # applies to one of the two units
    assert COLUMN in page.links


def test_queue_is_for_reviewers(client: Client, world: World) -> None:
    assert client.get(QUEUE).status_code == 302
    for name in ("unit_officer", "department", "leader", "auditor", "admin"):
        assert client.another().sign_in(name).get(QUEUE).status_code == 403
    page = client.another().sign_in("outsider").page(QUEUE)
    assert "Anh chị chưa ở hội đồng nào của kỳ này." in page.text


def test_home_says_what_is_left(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world, "34", "96")
    finish(db, world, "member", sheet)
    page = client.sign_in("member").page("/")
    assert page.h1 == "Còn 1 phiếu cần chấm"
    assert "Bắt đầu với Cà Mau" in page.text
    assert "Nội dung cần thảo luận" not in page.text  # that is the chair's


def test_home_of_the_chair_shows_who_is_behind_and_the_agenda(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    finish(db, world, "member", sheet, I_1="2")
    finish(db, world, "second_member", sheet)
    page = client.sign_in("chair").page("/")
    assert ["Chair", "", "0/1"] in page.rows
    assert "Chưa có phiếu nào mở điểm mà có dòng cần thảo luận." in page.text
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    page = client.page("/")
    assert f"/sheets/{sheet.id}/verdicts" in page.links
    agenda = next(row for row in page.rows if row[0] == "Thái Bình" and len(row) == 5)
    assert agenda[2:4] == ["9,69", "2,00; 9,69"]


# ---- one sheet ----


def test_row_view_shows_what_is_declared_and_prefills_nothing(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    page = client.sign_in("member").page(review_url(sheet))
    assert page.h1 == "Sở Giáo dục và Đào tạo tỉnh Thái Bình"
    assert "95/98 ≈ 96,94 %" in page.text
    assert "Chấp nhận 9,69" in page.text
    form = next(form for form in page.forms if form.action == mark_url(sheet))
    assert (form.values["points"], form.values["reason"]) == ("", "")
    assert "Không áp dụng cho đơn vị này." in page.text  # III.2
    assert "Đã chấm 0/10 dòng" in page.text


@pytest.mark.parametrize("name", ["outsider", "unit_officer", "department", "leader"])
def test_row_view_is_for_members_of_the_council(client: Client, db: Session, world: World, name: str) -> None:
    sheet = under_review(db, world)
    client.sign_in(name)
    assert client.get(review_url(sheet)).status_code == 403
    assert client.post(mark_url(sheet), data={"points": "9"}).status_code == 403
    assert client.post(f"/sheets/{sheet.id}/accept").status_code == 403
    assert client.post(f"/sheets/{sheet.id}/finish").status_code == 403
    assert stored(db) == []


def test_row_view_is_closed_until_the_sheet_has_been_submitted(client: Client, db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    sheet = declare(db, world, "34", state=SheetState.SIGNING)
    client.sign_in("member")
    assert client.get(review_url(sheet)).status_code == 403
    assert client.post(mark_url(sheet), data={"points": "9"}).status_code == 403


def test_mark_saves_and_sends_what_changed(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    client.sign_in("member")
    answer = client.post(mark_url(sheet), data={"points": "9,5", "reason": "Tính lại."}, headers=JSON)
    assert answer.status_code == 200
    assert set(answer.json["fragments"]) == {"state-I.1", "count-I", "progress", "accept-all"}
    assert "khác tự chấm" in answer.json["fragments"]["state-I.1"]
    assert "Đã chấm 1/10 dòng" in answer.json["fragments"]["progress"]
    assert stored(db) == [("I.1", "9.50", "Tính lại.")]
    again = client.post(mark_url(sheet), data={"points": "9,5", "reason": "Tính lại."}, headers=JSON)
    assert again.status_code == 200
    assert len(stored(db)) == 1  # the same mark sent twice is one mark


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"points": "9"}, {"reason": "Nêu lý do vì điểm khác điểm tự chấm; đơn vị sẽ đọc lý do này."}),
        ({"points": ""}, {"points": "Nhập điểm, hoặc chấp nhận như đã khai."}),
        (
            {"points": "8,5,1", "reason": "x"},
            {"points": "“8,5,1” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."},
        ),
        ({"points": "11", "reason": "x"}, {"points": "11 điểm nằm ngoài khoảng từ 0 đến 10."}),
    ],
)
def test_mark_is_refused_at_its_field(
    client: Client, db: Session, world: World, data: dict[str, str], errors: dict[str, str]
) -> None:
    sheet = under_review(db, world)
    client.sign_in("member")
    answer = client.post(mark_url(sheet), data=data, headers=JSON)
    assert (answer.status_code, answer.json["errors"]) == (422, errors)
    page = client.post(mark_url(sheet), data={"reason": "", **data})  # without script: the page with what was typed
    assert page.status_code == 422
    assert next(iter(errors.values())) in page.text
    assert f'value="{data["points"]}"' in page.text
    assert stored(db) == []


def test_mark_without_script_comes_back_to_its_line(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    client.sign_in("member")
    values = {"points": "9,69", "reason": ""}
    answer = client.submit(review_url(sheet), values, to=mark_url(sheet))
    assert (answer.status_code, answer.location) == (303, f"{review_url(sheet)}#I.1")
    answer = client.post(mark_url(sheet, "I.2"), data={"accept": "3,00", "points": "", "reason": ""})
    assert answer.status_code == 303
    assert stored(db) == [("I.1", "9.69", ""), ("I.2", "3.00", "")]


def test_accept_all_and_finish(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    client.sign_in("member")
    assert client.post(f"/sheets/{sheet.id}/accept").status_code == 303
    assert len(stored(db)) == len(CORE)  # all but the external one, and the declared bonus
    refused = client.post(f"/sheets/{sheet.id}/finish")
    assert refused.status_code == 422
    assert "còn 1 dòng chưa chấm." in refused.text
    assert '<a href="#II.5">II.5</a>' in refused.text
    client.post(mark_url(sheet, "II.5"), data={"points": "4"})
    assert client.post(f"/sheets/{sheet.id}/finish").status_code == 303
    assert len(list(db.scalars(select(Completion)))) == 1
    late = client.post(mark_url(sheet, "II.5"), data={"points": "5"}, headers=JSON)
    assert (late.status_code, late.json["error"]) == (
        409,
        "Anh chị đã hoàn thành chấm phiếu này; điểm không sửa được nữa.",
    )
    assert mark_url(sheet, "II.5") not in [form.action for form in client.page(review_url(sheet)).forms]


def test_not_applicable_is_taken_over_by_its_button(client: Client, db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    sheet = declare(db, world, "34", {"III.1": {"not_applicable": True, "reason": "Sở không có hồ sơ."}})
    client.sign_in("member")
    assert "Nhận không áp dụng" in client.page(review_url(sheet)).text
    answer = client.post(mark_url(sheet, "III.1"), data={"accept": "1", "points": "", "reason": ""})
    assert answer.status_code == 303
    assert stored(db) == [("III.1", None, "")]


# ---- nothing leaks ----


def seen_by(client: Client, sheet: Sheet) -> str:
    """Everything the second member can fetch about a sheet, in one text."""
    client.sign_in("second_member")
    pages = ["/", QUEUE, f"{QUEUE}?by=criterion", review_url(sheet), COLUMN, f"{COLUMN}?cluster=all&show=differs"]
    texts = [client.get(path).text for path in pages]
    answer = client.post(mark_url(sheet, "I.2"), data={"points": "3"}, headers=JSON)
    column = client.post(mark_url(sheet, "I.1"), data={"points": "9,69", "back": "criterion"}, headers=JSON)
    refused = client.post(mark_url(sheet, "I.3"), data={"points": "1"}, headers=JSON)
    return "\n".join([*texts, *(str(one.json) for one in (answer, column, refused))])


def test_marks_of_others_leak_nowhere_before_the_own_are_finished(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world, "34", "96")
    finish(db, world, "member", sheet, I_1="1.37", II_1="0.11")
    give(db, world, "chair", sheet, I_1="2.41")
    text = seen_by(client, sheet)
    for secret in ("1,37", "0,11", "2,41", "1.37", SECRET):
        assert secret not in text


def test_order_and_counts_of_a_reviewer_do_not_change_with_the_marks_of_others(
    client: Client, db: Session, world: World
) -> None:
    under_review(db, world, "34", "35", "95", "96")
    client.sign_in("second_member")
    paths = (QUEUE, f"{QUEUE}?by=criterion", f"{COLUMN}?cluster=all", "/")
    before = [client.page(path).text for path in paths]
    finish(db, world, "member", world.sheets["96"], I_1="0", III_2="0")
    give(db, world, "member", world.sheets["35"], I_1="0", II_1="0")
    assert [client.page(path).text for path in paths] == before


def test_marks_of_others_show_after_finishing_or_revealing(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    finish(db, world, "member", sheet, I_1="1.37")
    finish(db, world, "second_member", sheet)
    page = client.sign_in("second_member").page(review_url(sheet))
    assert "1,37" in page.text
    assert SECRET in page.text
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    assert "1,37" in client.another().sign_in("chair").page(review_url(sheet)).text


def test_chair_sees_no_marks_before_revealing(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    finish(db, world, "member", sheet, I_1="1.37")
    client.sign_in("chair")
    hidden = client.get(f"/sheets/{sheet.id}/verdicts").text + client.get("/").text
    assert "1,37" not in hidden
    assert SECRET not in hidden
    assert client.post(f"/sheets/{sheet.id}/reveal").status_code == 303
    assert "1,37" in client.page(f"/sheets/{sheet.id}/verdicts").text


# ---- conflict of interest ----


def test_conflict_hides_the_unit_everywhere(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world, "34", "35")
    client.sign_in("member")
    address = f"/sheets/{sheet.id}/conflict"
    assert client.submit(address, {"reason": " "}).status_code == 422
    answer = client.submit(address, {"reason": "Người thân công tác tại Sở."})
    assert (answer.status_code, answer.location) == (303, QUEUE)
    assert [one.unit_id for one in db.scalars(select(Conflict))] == [sheet.unit_id]
    for path in (review_url(sheet), f"/sheets/{sheet.id}", f"/sheets/{sheet.id}/explanations"):
        assert client.get(path).status_code == 403
    for path in (mark_url(sheet), f"/sheets/{sheet.id}/accept", f"/sheets/{sheet.id}/finish"):
        assert client.post(path, data={"points": "9,69"}).status_code == 403
    page = client.page(QUEUE)
    assert next(row for row in page.rows if row[0].startswith("Thái Bình"))[1] == "Xung đột lợi ích"
    assert review_url(sheet) not in page.links
    column = client.page(COLUMN)
    row = next(row for row in column.rows if row[0] == "Thái Bình")
    assert row == ["Thái Bình", "Không được chấm: xung đột lợi ích. Số liệu và điểm được ẩn."]


def test_conflict_of_the_home_unit_needs_no_declaring(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    world.people["chair"].home_unit_id = sheet.unit_id
    client.sign_in("chair")
    for path in (review_url(sheet), f"/sheets/{sheet.id}/verdicts"):
        assert client.get(path).status_code == 403
    assert client.post(f"/sheets/{sheet.id}/reveal").status_code == 403


# ---- one criterion ----


def test_column_shows_units_filters_and_own_distribution(client: Client, db: Session, world: World) -> None:
    under_review(db, world, "34", "96")
    declare(db, world, "35", {"I.1": {"part": "50", "whole": "98"}}, unproven=["I.1"])
    give(db, world, "member", world.sheets["96"], I_1="9")
    page = client.sign_in("member").page(f"{COLUMN}?cluster=1")
    assert page.h1 == "I.1 Tỷ lệ thủ tục hành chính cung cấp dịch vụ công trực tuyến mức độ 4"
    rows = {row[0]: row for row in page.rows[1:]}
    assert list(rows) == ["Hà Nam", "Thái Bình"]
    assert rows["Hà Nam"][1:4] == ["50/98", "5,10", "thiếu"]
    assert rows["Hà Nam"][5] == "Thiếu minh chứng"
    assert rows["Thái Bình"][1:3] == ["95/98", "9,69"]
    assert "Đã chấm 0/2, cả phạm vi 1/3" in page.text
    assert "Chấp nhận 1 dòng không có lưu ý" in page.text
    shown = client.page(f"{COLUMN}?cluster=1&show=unproved")
    assert [row[0] for row in shown.rows[1:]] == ["Hà Nam"]
    everywhere = client.page(f"{COLUMN}?cluster=all&show=differs")
    assert [row[0] for row in everywhere.rows[1:]] == ["Cà Mau"]


def test_column_opens_where_something_is_left(client: Client, db: Session, world: World) -> None:
    under_review(db, world, "34", "96")
    give(db, world, "member", world.sheets["34"], I_1="9.69")
    page = client.sign_in("member").page(COLUMN)
    assert "Cụm thi đua số 2" in page.text
    assert [row[0] for row in page.rows[1:]] == ["Bạc Liêu", "Cà Mau"]


def test_column_saves_a_mark_in_place(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    client.sign_in("member")
    values = {"points": "9", "reason": "Tính lại.", "back": "criterion", "cluster": "1", "show": ""}
    answer = client.post(mark_url(sheet), data=values, headers=JSON)
    assert answer.status_code == 200
    assert set(answer.json["fragments"]) == {
        f"state-{sheet.id}",
        "column-count",
        "distribution",
        "accept-all",
        "filters",
    }
    assert "trung vị 9,00" in answer.json["fragments"]["distribution"]
    plain = client.post(mark_url(sheet), data={**values, "points": "8"})
    assert plain.location == f"{COLUMN}?cluster=1#unit-{sheet.id}"
    refused = client.post(mark_url(sheet), data={**values, "points": "7", "reason": ""})
    assert refused.status_code == 422
    assert "Nêu lý do vì điểm khác điểm tự chấm; đơn vị sẽ đọc lý do này." in refused.text
    assert [points for _, points, _ in stored(db)] == ["9.00", "8.00"]


def test_column_accepts_unremarkable_lines_of_the_cluster(client: Client, db: Session, world: World) -> None:
    under_review(db, world, "34", "96")
    client.sign_in("member")
    answer = client.post(COLUMN, data={"cluster": "1"})
    assert answer.location == f"{COLUMN}?cluster=1"
    assert [(one.sheet_id, str(one.points)) for one in db.scalars(select(Mark))] == [
        (world.sheets["34"].id, "9.6900" if db.bind.dialect.name == "postgresql" else "9.69")
    ]
    assert client.post(COLUMN, data={"cluster": "9"}).status_code == 404


def test_column_is_missing_outside_the_scope(client: Client, db: Session, world: World) -> None:
    under_review(db, world)
    assert world.council is not None
    world.council.codes = ["I.2"]
    client.sign_in("member")
    assert client.get(COLUMN).status_code == 404
    assert client.get("/periods/2021-2022/reviews/khong-co").status_code == 404
    assert client.post(mark_url(world.sheets["34"]), data={"points": "9,69"}).status_code == 403
    assert client.another().sign_in("outsider").get(COLUMN).status_code == 404


def test_column_shows_settled_points_and_takes_no_marks(client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    settle(db, world, sheet, I_1=("8", "Tính lại."))
    page = client.sign_in("member").page(COLUMN)
    assert "thẩm định: 8,00" in page.text
    assert mark_url(sheet) not in [form.action for form in page.forms]


# ---- few and more rows cost the same number of queries ----


def test_queue_row_and_column_cost_the_same_for_few_and_more_units(
    app: Flask, client: Client, db: Session, world: World
) -> None:
    under_review(db, world, "34")
    client.sign_in("chair")
    found = {}
    for step in ("few", "more"):
        for path in (QUEUE, COLUMN + "?cluster=all", "/"):
            with statements_of(app) as statements:
                client.page(path)
            found[step, path] = len(statements)
        for code in ("35", "95", "96"):
            if step == "few":
                declare(db, world, code)
                marks.accept_unremarkable(db, world.actor("member"), world.sheets[code], now=now())
    assert {path: found["few", path] for path in (QUEUE, COLUMN + "?cluster=all", "/")} == {
        path: found["more", path] for path in (QUEUE, COLUMN + "?cluster=all", "/")
    }
    assert found["more", QUEUE] == 13
    assert found["more", COLUMN + "?cluster=all"] == 15
    assert found["more", "/"] == 24


def test_row_view_costs_the_same_for_few_and_more_lines(app: Flask, client: Client, db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    few = declare(db, world, "34", {"I.2": {"value": "91,5"}})
    more = declare(db, world, "35")
    assert world.council is not None
    for sheet in (few, more):
        review = marks.start_review(db, world.council.id, sheet)
        review.completions.append(Completion(user_id=world.people["chair"].id, finished_at=now()))
    client.sign_in("member")
    found = []
    for sheet in (few, more):
        with statements_of(app) as statements:
            client.page(review_url(sheet))
        found.append(len(statements))
    assert found == [14, 14]


def test_save_of_a_mark_costs_a_fixed_number_of_queries(app: Flask, client: Client, db: Session, world: World) -> None:
    sheet = under_review(db, world)
    client.sign_in("member")
    client.post(mark_url(sheet), data={"points": "9,69"}, headers=JSON)
    with statements_of(app) as statements:
        client.post(mark_url(sheet), data={"points": "9", "reason": "x"}, headers=JSON)
    assert len(statements) == 18
