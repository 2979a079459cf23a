"""The chair as a browser meets them: reveal, settle, everything that is wrong at its line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase, SheetState
from emulation.models import Sheet, Verdict
from emulation.services import marks, verdicts
from tests.client import Client
from tests.reviewing import declare, now, set_phase, under_review
from tests.world import World

pytestmark = pytest.mark.db  # an act that writes many rows at once


def address(sheet: Sheet) -> str:
    return f"/sheets/{sheet.id}/verdicts"


def marked(db: Session, world: World, *, reveal: bool = True) -> Sheet:
    """Thái Bình, marked as declared by one member but for I.1 at 9; revealed."""
    sheet = under_review(db, world)
    actor = world.actor("member")
    for code, points in (("I.1", "9"), ("II.5", "4")):
        marks.mark(db, actor, sheet, code=code, points=Decimal(points), reason="Tính lại theo 104.", now=now())
    marks.accept_unremarkable(db, actor, sheet, now=now())
    if reveal:
        verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    db.commit()
    return sheet


def form_of(client: Client, sheet: Sheet) -> dict[str, Any]:
    page = client.page(address(sheet))
    return next(form for form in page.forms if form.action == address(sheet)).values


def test_settling_prefills_the_proposal_and_the_members_reasons(client: Client, db: Session, world: World) -> None:
    sheet = marked(db, world)
    values = form_of(client.sign_in("chair"), sheet)
    assert values["points-I.1"] == "9,00"
    assert values["reason-I.1"] == "Tính lại theo 104."
    assert (values["points-I.2"], values["reason-I.2"]) == ("3,00", "")
    assert values["points-II.5"] == "4,00"
    assert (values["points-D.1"], values["reason-D.1"]) == ("", "")
    assert "points-III.2" not in values  # does not apply to the unit


def test_settle_as_prefilled_makes_the_sheet_reviewed(client: Client, db: Session, world: World) -> None:
    sheet = marked(db, world)
    client.sign_in("chair")
    answer = client.submit(address(sheet), {}, to=address(sheet))
    assert (answer.status_code, answer.location) == (303, address(sheet))
    rows = {one.code: one for one in db.scalars(select(Verdict))}
    assert (f"{rows['I.1'].points:.2f}", rows["I.1"].reason) == ("9.00", "Tính lại theo 104.")
    assert sorted(rows) == ["B.1", "I.1", "I.2", "I.3", "II.1", "II.2", "II.3", "II.4", "II.5", "III.1"]
    db.refresh(sheet)
    assert sheet.state == SheetState.REVIEWED
    page = client.page(address(sheet))
    assert "Phiếu này đã được kết luận." in page.text
    assert client.post(address(sheet), data={"points-I.1": "9"}).status_code == 409


def test_settle_lists_all_that_is_wrong_and_keeps_what_was_typed(client: Client, db: Session, world: World) -> None:
    sheet = marked(db, world)
    client.sign_in("chair")
    values = {"points-I.1": "8", "reason-I.1": "", "points-I.2": "8,5,1", "points-II.1": "", "points-II.5": "3"}
    answer = client.submit(address(sheet), values, to=address(sheet))
    assert answer.status_code == 422
    for code, sentence in (
        ("I.1", "Nêu lý do vì điểm thẩm định khác điểm tự chấm; đơn vị sẽ đọc lý do này."),
        ("I.2", "“8,5,1” không phải là một số"),
        ("II.1", "Chưa có điểm thẩm định."),
        ("II.5", "Nêu lý do vì điểm thẩm định khác mức đề xuất từ điểm các thành viên."),
    ):
        assert f'<a href="#{code}">{code}</a> {sentence}' in answer.text
    for name, text in values.items():
        if name.startswith("points"):
            assert f'name="{name}" inputmode="decimal" autocomplete="off" value="{text}"' in answer.text
    assert list(db.scalars(select(Verdict))) == []
    db.refresh(sheet)
    assert sheet.state == SheetState.RECEIVED


def test_settle_refuses_a_changed_review_and_hidden_marks(client: Client, db: Session, world: World) -> None:
    sheet = marked(db, world, reveal=False)
    client.sign_in("chair")
    hidden = client.post(address(sheet), data={"points-I.1": "9"})
    assert hidden.status_code == 409
    assert "Hãy công khai điểm của các thành viên trước khi kết luận." in hidden.text
    assert client.post(f"/sheets/{sheet.id}/reveal").status_code == 303
    assert world.council is not None
    values = {**form_of(client, sheet), f"version-{world.council.id}": "99"}
    assert client.post(address(sheet), data=values).status_code == 409
    assert list(db.scalars(select(Verdict))) == []


def test_settling_is_for_the_chair(client: Client, db: Session, world: World) -> None:
    sheet = marked(db, world)
    for name in ("member", "outsider", "department", "unit_officer"):
        client.sign_in(name)
        assert client.get(address(sheet)).status_code == 403
        assert client.post(address(sheet)).status_code == 403
        assert client.post(f"/sheets/{sheet.id}/reveal").status_code == 403


def test_settle_takes_over_not_applicable(client: Client, db: Session, world: World) -> None:
    set_phase(db, world, Phase.REVIEW)
    assert world.council is not None
    world.council.codes = ["III.1"]
    db.commit()
    sheet = declare(db, world, "34", {"III.1": {"not_applicable": True, "reason": "Sở không có hồ sơ."}})
    db.expire_all()
    marks.accept(db, world.actor("member"), sheet, code="III.1", now=now())
    verdicts.reveal(db, world.actor("chair"), sheet, now=now())
    client.sign_in("chair")
    values = form_of(client, sheet)
    assert values["skip-III.1"] == "y"
    both = client.post(address(sheet), data={**values, "points-III.1": "3"})
    assert "Chọn một: cho điểm, hoặc nhận không áp dụng." in both.text
    assert client.post(address(sheet), data=values).status_code == 303
    assert [(one.points, one.not_applicable) for one in db.scalars(select(Verdict))] == [(None, True)]
