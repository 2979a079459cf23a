"""Pages of awards: rules, simulation, granting, decisions, printing, revoking."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.models import Award, Certificate, Decision, History
from emulation.services import awards
from tests.client import Client
from tests.finished import exclude, finish, flag, granted, publish
from tests.world import World

AWARDS = "/periods/2021-2022/awards"


def award_of(db: Session, code: str) -> Award:
    return db.scalars(select(Award).where(Award.code == code)).one()


def test_awards_offer_the_defaults_to_the_department_only(client: Client, db: Session, world: World) -> None:
    finish(db, world)

    leader = client.sign_in("leader").page(AWARDS)
    assert "Kỳ này chưa có danh hiệu hoặc hình thức khen thưởng nào." in leader.text
    assert f"{AWARDS}/defaults" not in [form.action for form in leader.forms]
    response = client.sign_in("department").submit(AWARDS, {}, to=f"{AWARDS}/defaults")
    assert (response.status_code, response.location) == (303, AWARDS)
    page = client.page(AWARDS)
    assert "Mặc định của chương trình" in page.text
    assert "Mô phỏng theo bảng xếp hạng tạm tính: chưa có gì được trao" in page.text


def test_awards_simulate_before_anything_is_granted(client: Client, db: Session, world: World) -> None:
    finish(db, world, {"35": "8.5"})
    exclude(db, world, "96")
    flag(db, world)
    page = client.sign_in("auditor").page(AWARDS)

    assert ["Bạc Liêu", "2", "1", "1", "85,26", "Hoàn thành tốt"] in page.rows
    assert "Cụm số 1: Thái Bình, Hà Nam bằng hạng, còn 1 suất." in page.text
    assert "Cà Mau (thuộc diện loại trừ)" in page.text
    assert db.scalars(select(Certificate)).all() == []


def test_new_award_is_created_from_its_form(client: Client, db: Session, world: World) -> None:
    values = {
        "name": "Giấy khen của Bộ",
        "code": "giay-khen",
        "kind": "form",
        "scope": "nationwide",
        "quota_percent": "10",
        "minimum_grade": "Hoàn thành tốt",
        "merit": "Đã hoàn thành tốt nhiệm vụ",
    }

    response = client.sign_in("department").submit(f"{AWARDS}/new", values)

    assert response.status_code == 303
    award = award_of(db, "giay-khen")
    assert (award.scope, award.quota, award.quota_percent, award.minimum_grade, award.is_default) == (
        "nationwide",
        None,
        10,
        "Hoàn thành tốt",
        False,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quota": "hai"}, "“hai” không phải là một số."),
        ({"quota": "1,5"}, "1,5 không phải là số nguyên."),
        ({"quota": ""}, "Nhập số lượng hoặc tỷ lệ phần trăm, không nhập cả hai."),
        ({"name": ""}, "Chưa nhập tên."),
        ({"code": "bằng khen"}, "Mã chỉ gồm chữ không dấu"),
        ({"kind": "medal"}, "Chọn một trong các mục."),
        ({"template": "../x"}, "Chọn một trong các mục."),
    ],
)
def test_award_form_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client, db: Session, world: World, changes: dict[str, str], sentence: str
) -> None:
    values = {
        "name": "Bằng khen của Bộ trưởng",
        "code": "bk",
        "kind": "form",
        "scope": "cluster",
        "quota": "1",
        "minimum_grade": "",
        "template": "bang-khen",
        "position": "1",
        "merit": "Đã hoàn thành xuất sắc nhiệm vụ",
    }

    response = client.sign_in("department").post(f"{AWARDS}/new", data=values | changes)

    assert response.status_code == 422
    assert sentence in response.text
    assert "Đã hoàn thành xuất sắc nhiệm vụ" in response.text
    assert db.scalars(select(Award)).all() == []


def test_award_is_changed_on_its_page(client: Client, db: Session, world: World) -> None:
    award = flag(db, world)

    response = client.sign_in("department").submit(f"/awards/{award.id}", {"quota": "2"})

    assert response.status_code == 303
    assert award_of(db, "co").quota == 2


def test_stale_save_of_an_award_shows_both_versions(client: Client, db: Session, world: World) -> None:
    award = flag(db, world)
    path = f"/awards/{award.id}"
    opened = client.sign_in("department").page(path).forms[-1].values
    client.post(path, data={**opened, "quota": "2"})

    response = client.post(path, data={**opened, "quota": "3", "merit": "Lời mới"})

    assert response.status_code == 409
    page = client.page(path)
    assert award_of(db, "co").quota == 2
    assert "<td>3</td><td>2</td>" in response.text
    assert "Lời mới" in response.text
    assert page.forms[-1].values["quota"] == "2"


def test_granting_shows_who_gets_it_then_writes_the_decision(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    award = flag(db, world)
    path = f"/awards/{award.id}/grant"
    page = client.sign_in("department").page(path)

    assert "Theo quy tắc: 2 đơn vị trên 2 suất" in page.text
    response = client.submit(path, {"number": "12/QĐ-BGDĐT", "issued_on": "22/08/2022"})
    decision = db.scalars(select(Decision)).one()
    assert (response.status_code, response.location) == (303, f"/decisions/{decision.id}")
    assert (decision.number, decision.issued_on) == ("12/QĐ-BGDĐT", date(2022, 8, 22))
    assert len(decision.certificates) == 2


def test_granting_a_tie_needs_the_note_of_the_vote(client: Client, db: Session, world: World) -> None:
    publish(db, world, {"35": "8.5"})
    path = f"/awards/{flag(db, world).id}/grant"
    client.sign_in("department")

    refused = client.submit(path, {"chosen": ["35"]})

    assert refused.status_code == 422
    assert "Ghi kết quả biểu quyết cho các đơn vị bằng hạng ở suất cuối." in refused.text
    assert db.scalars(select(Decision)).all() == []
    assert client.submit(path, {"chosen": ["35"], "vote_note": "7 trên 9 phiếu."}).status_code == 303
    decision = db.scalars(select(Decision)).one()
    assert decision.certificates[0].recipient == "Sở Giáo dục và Đào tạo tỉnh Hà Nam"
    assert "7 trên 9 phiếu." in client.page(f"/decisions/{decision.id}").text


def test_granting_with_a_day_that_is_none_keeps_what_was_typed(client: Client, db: Session, world: World) -> None:
    publish(db, world)
    path = f"/awards/{flag(db, world).id}/grant"

    response = client.sign_in("department").submit(path, {"number": "12/QĐ", "issued_on": "31/02/2022"})

    assert response.status_code == 422
    assert "Viết ngày như 05/09/2022." in response.text
    assert 'value="12/QĐ"' in response.text
    assert db.scalars(select(Decision)).all() == []


def test_granting_before_publication_offers_no_button(client: Client, db: Session, world: World) -> None:
    finish(db, world)
    path = f"/awards/{flag(db, world).id}/grant"
    page = client.sign_in("department").page(path)

    assert "Kết quả chưa công bố nên đây chỉ là mô phỏng." in page.text
    assert client.post(path).status_code == 409
    assert client.post(path, data={"issued_on": "???"}).status_code == 409  # the page has no such field to point at
    assert db.scalars(select(Decision)).all() == []


def test_decision_lists_its_certificates(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    page = client.sign_in("leader").page(f"/decisions/{decision.id}")

    first = decision.certificates[0]
    assert page.h1 == "Quyết định số 12/QĐ-BGDĐT"
    assert ["1", first.recipient, first.check_code, "–", "Còn hiệu lực", "0", ""] in page.rows
    assert [form.action for form in page.forms if not form.in_frame] == [f"/decisions/{decision.id}"]


def test_clerk_writes_number_date_signer_and_register_numbers(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    first = decision.certificates[0]
    path = f"/decisions/{decision.id}"

    response = client.sign_in("department").submit(
        path,
        {"number": "99/QĐ-BGDĐT", "issued_on": "1/9/2022", f"register_{first.id}": "0147"},
        to=path,
    )

    assert response.status_code == 303
    decision = db.scalars(select(Decision)).one()
    assert (decision.number, decision.issued_on) == ("99/QĐ-BGDĐT", date(2022, 9, 1))
    assert decision.certificates[0].register_number == "0147"
    line = db.scalars(select(History).where(History.act == "change_decision")).one()
    assert line.old == {
        "number": "12/QĐ-BGDĐT",
        "issued_on": "2022-08-22",
        "register_numbers": {first.check_code: ""},
    }


def test_stale_save_of_a_decision_shows_both_versions(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    path = f"/decisions/{decision.id}"
    client.sign_in("department")
    opened = next(form for form in client.page(path).forms if form.action == path).values
    client.post(path, data={**opened, "number": "50/QĐ"})

    response = client.post(path, data={**opened, "number": "60/QĐ"})

    assert response.status_code == 409
    assert "<td>60/QĐ</td><td>50/QĐ</td>" in response.text
    assert db.scalars(select(Decision.number)).one() == "50/QĐ"


@pytest.mark.parametrize("mode", ["electronic", "preprinted"])
def test_printing_all_gives_a_pdf_and_counts(client: Client, db: Session, world: World, mode: str) -> None:
    decision = granted(db, world)
    path = f"/decisions/{decision.id}"

    response = client.sign_in("department").submit(path, {"mode": mode}, to=f"{path}/print")

    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Content-Disposition"] == 'attachment; filename="bang-2021-2022-co.pdf"'
    with pikepdf.open(io.BytesIO(response.data)) as pdf:
        assert len(pdf.pages) == 2
    assert db.scalars(select(Certificate.print_count)).all() == [1, 1]
    line = db.scalars(select(History).where(History.act == "print")).one()
    assert line.new is not None
    assert line.new["mode"] == mode


def test_printing_one_gives_one_page(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    second = decision.certificates[1].id

    response = client.sign_in("department").submit(f"/decisions/{decision.id}", {}, to=f"/certificates/{second}/print")

    with pikepdf.open(io.BytesIO(response.data)) as pdf:
        assert len(pdf.pages) == 1
    counts = db.execute(select(Certificate.position, Certificate.print_count).order_by(Certificate.position)).all()
    assert [tuple(row) for row in counts] == [(1, 0), (2, 1)]


def test_revoking_needs_a_reason_and_is_shown(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    first = decision.certificates[0]
    path = f"/certificates/{first.id}/revoke"
    client.sign_in("department")

    refused = client.submit(path, {"reason": " "})
    accepted = client.submit(path, {"reason": "Kê khai sai sự thật."})

    assert (refused.status_code, accepted.status_code) == (422, 303)
    assert "Ghi lý do thu hồi; lý do hiện trên trang tra cứu." in refused.text
    page = client.page(f"/decisions/{decision.id}")
    assert "Kê khai sai sự thật." in page.text
    assert f"/certificates/{first.id}/print" not in [form.action for form in page.forms]
    assert client.post(f"/certificates/{first.id}/print").status_code == 409
    assert client.post(path, data={"reason": "Lần nữa."}).status_code == 409


@pytest.mark.parametrize("name", ["leader", "auditor", "unit_officer", "chair"])
def test_only_the_department_manages_awards(client: Client, db: Session, world: World, name: str) -> None:
    decision = granted(db, world)
    client.sign_in(name)

    for path in (f"/awards/{decision.award_id}/grant", f"/decisions/{decision.id}", f"/decisions/{decision.id}/print"):
        assert client.post(path).status_code == 403
    assert db.scalars(select(Certificate.print_count)).all() == [0, 0]


def test_awards_page_loads_all_decisions_at_once(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    awards.create_award(
        db,
        world.actor("department"),
        world.period,
        facts=awards.AwardFacts(code="bk", name="Bằng khen", kind="form", scope="nationwide", quota=2, position=2),
        now=decision.made_at,
    )
    page = client.sign_in("leader").page(AWARDS)

    assert page.links.count(f"/decisions/{decision.id}") == 1
    assert "Đã có quyết định" in page.text
    assert "Chưa xét" in page.text
