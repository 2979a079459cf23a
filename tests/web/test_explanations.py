"""The explanation round as a browser meets it: the unit, the chair, everybody else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.models import Explanation, Sheet, Verdict, VerdictRound
from tests.client import Client
from tests.reviewing import set_phase, settle, under_review
from tests.world import World

KEEP = {"outcome-I.1": "keep", "answer-I.1": "Danh mục có 104."}


def address(sheet: Sheet) -> str:
    return f"/sheets/{sheet.id}/explanations"


def lowered(db: Session, world: World) -> Sheet:
    sheet = under_review(db, world)
    settle(db, world, sheet, I_1=("8", "Tính lại theo 104."), I_3=("7", "Thiếu một việc."))
    return sheet


def explained(client: Client, db: Session, world: World) -> Sheet:
    sheet = lowered(db, world)
    client.sign_in("unit_officer")
    assert client.submit(address(sheet), {"text-I.1": "Danh mục có 98."}, to=address(sheet)).status_code == 303
    return sheet


def texts(db: Session) -> dict[str, str]:
    return {one.code: one.text for one in db.scalars(select(Explanation))}


def test_unit_sees_what_was_lowered_and_why(client: Client, db: Session, world: World) -> None:
    sheet = lowered(db, world)
    page = client.sign_in("unit_officer").page(address(sheet))
    assert page.h1 == "Giải trình điểm thẩm định"
    assert "Tính lại theo 104." in page.text
    assert next(form for form in page.forms if form.action == address(sheet)).names >= {"text-I.1", "text-I.3"}
    assert "text-I.2" not in next(form for form in page.forms if form.action == address(sheet)).names


def test_unit_explains_only_the_lines_it_wrote_something_for(client: Client, db: Session, world: World) -> None:
    sheet = explained(client, db, world)
    assert texts(db) == {"I.1": "Danh mục có 98."}
    db.refresh(sheet)
    assert sheet.state == SheetState.EXPLAINING
    nothing = client.submit(address(sheet), {}, to=address(sheet))
    assert nothing.status_code == 303
    assert "Chưa có nội dung nào mới để gửi." in client.page(address(sheet)).text


def test_explaining_is_all_or_nothing_and_keeps_what_was_typed(client: Client, db: Session, world: World) -> None:
    sheet = lowered(db, world)
    client.sign_in("unit_officer")
    values = {"text-I.1": "Danh mục có 98.", "text-I.3": "x" * 4001}
    refused = client.submit(address(sheet), values, to=address(sheet))
    assert refused.status_code == 422
    assert "Giải trình dài 4001 ký tự, nhiều nhất 4000." in refused.text
    assert "Danh mục có 98." in refused.text
    assert texts(db) == {}


def test_stale_explanation_shows_both_versions(client: Client, db: Session, world: World) -> None:
    sheet = explained(client, db, world)
    director = client.another().sign_in("unit_director")
    values = next(form for form in director.page(address(sheet)).forms if form.action == address(sheet)).values
    client.submit(address(sheet), {"text-I.1": "Bản của chuyên viên."}, to=address(sheet))
    refused = director.post(address(sheet), data={**values, "text-I.1": "Bản của giám đốc."})
    assert refused.status_code == 422
    assert "Bản của chuyên viên." in refused.text
    assert "Bản của giám đốc." in refused.text
    assert texts(db) == {"I.1": "Bản của chuyên viên."}


def test_other_units_see_nothing(client: Client, db: Session, world: World) -> None:
    sheet = lowered(db, world)
    for name in ("other_officer", "other_director", "cluster_leader", "outsider"):
        client.sign_in(name)
        assert client.get(address(sheet)).status_code == 403
        assert client.post(address(sheet), data={"text-I.1": "x"}).status_code == 403
    assert texts(db) == {}


def test_unit_sees_no_points_before_the_explanation_phase(client: Client, db: Session, world: World) -> None:
    sheet = lowered(db, world)
    set_phase(db, world, Phase.REVIEW)
    page = client.sign_in("unit_officer").page(address(sheet))
    assert "Chưa có điểm thẩm định để giải trình." in page.text
    assert "Tính lại theo 104." not in page.text
    refused = client.post(address(sheet), data={"text-I.1": "x"})
    assert refused.status_code == 409


def test_chair_keeps_and_the_unit_reads_the_answer(client: Client, db: Session, world: World) -> None:
    sheet = explained(client, db, world)
    client.sign_in("chair")
    assert address(sheet) in client.page("/").links
    answer = client.submit(address(sheet), KEEP, to=f"/sheets/{sheet.id}/answers")
    assert answer.status_code == 303
    page = client.sign_in("unit_officer").page(address(sheet))
    assert "Giữ nguyên điểm" in page.text
    assert "Danh mục có 104." in page.text
    assert client.post(address(sheet), data={"text-I.1": "Nữa.", "version-I.1": "2"}).status_code == 409


def test_chair_changes_the_points_and_all_values_stay_readable(client: Client, db: Session, world: World) -> None:
    sheet = explained(client, db, world)
    client.sign_in("chair")
    values = {"outcome-I.1": "change", "points-I.1": "9,69", "answer-I.1": "Chấp nhận."}
    assert client.submit(address(sheet), values, to=f"/sheets/{sheet.id}/answers").status_code == 303
    found = [(one.round, f"{one.points:.2f}") for one in db.scalars(select(Verdict)) if one.code == "I.1"]
    assert found == [(VerdictRound.REVIEW, "8.00"), (VerdictRound.EXPLANATION, "9.69")]
    page = client.page(address(sheet))
    for words in ("9,69", "8,00", "Đã đổi điểm"):
        assert words in page.text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"answer-I.1": "x"}, "Chọn giữ nguyên hoặc đổi điểm."),
        ({"outcome-I.1": "keep"}, "Nêu lý do giữ hay đổi điểm; đơn vị sẽ đọc lý do này."),
        ({"outcome-I.1": "change", "answer-I.1": "x"}, "Chưa nhập số."),
        ({"outcome-I.1": "change", "answer-I.1": "x", "points-I.1": "12"}, "12 điểm nằm ngoài khoảng từ 0 đến 10."),
    ],
)
def test_answer_is_refused_at_its_line(
    client: Client, db: Session, world: World, values: dict[str, Any], sentence: str
) -> None:
    sheet = explained(client, db, world)
    client.sign_in("chair")
    refused = client.submit(address(sheet), values, to=f"/sheets/{sheet.id}/answers")
    assert refused.status_code == 422
    assert sentence in refused.text
    assert [one.outcome for one in db.scalars(select(Explanation))] == [None]


def test_answers_are_for_the_chair(client: Client, db: Session, world: World) -> None:
    sheet = explained(client, db, world)
    for name in ("member", "unit_officer", "department", "leader"):
        client.sign_in(name)
        assert client.post(f"/sheets/{sheet.id}/answers", data=KEEP).status_code == 403
    page = client.sign_in("member").page(address(sheet))  # reads, does not answer
    assert "Danh mục có 98." in page.text
    assert [form.action for form in page.forms if not form.in_frame] == []


def test_department_finalises_from_the_page_once_nothing_is_open(client: Client, db: Session, world: World) -> None:
    sheet = explained(client, db, world)
    set_phase(db, world, Phase.COUNCIL)
    client.sign_in("department")
    assert "Còn 1 giải trình chưa được trả lời: I.1." in client.page(address(sheet)).text
    client.another().sign_in("chair").submit(address(sheet), KEEP, to=f"/sheets/{sheet.id}/answers")
    answer = client.submit(address(sheet), {}, to=f"/sheets/{sheet.id}/finalise")
    assert answer.status_code == 303
    db.refresh(sheet)
    assert sheet.state == SheetState.FINAL
