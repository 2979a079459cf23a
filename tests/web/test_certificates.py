"""The public check page: what was awarded, to whom, by which decision, and whether it still holds."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from emulation.services import certificates
from tests.client import Client
from tests.finished import WHEN, granted
from tests.world import World


def test_check_shows_what_was_awarded_to_whom_by_which_decision(client: Client, db: Session, world: World) -> None:
    certificate = granted(db, world).certificates[0]
    page = client.page(f"/check/{certificate.check_code}")

    assert page.h1 == "Cờ thi đua của Bộ"
    assert "Còn hiệu lực" in page.text
    for words in (
        "TặngSở Giáo dục và Đào tạo tỉnh Thái Bình",
        "danh hiệu thi đua",
        "Thành tíchĐược tặng Cờ thi đua năm học 2021-2022",
        "Quyết địnhsố 12/QĐ-BGDĐT, ngày 22/08/2022",
        "Người kýBỘ TRƯỞNG, Nguyễn Văn A",
        f"Mã tra cứu{certificate.check_code}",
        "Minh họa",
    ):
        assert words in page.text
    assert "83,23" not in page.text


def test_check_of_a_revoked_certificate_says_so_and_why(client: Client, db: Session, world: World) -> None:
    certificate = granted(db, world).certificates[0]
    certificates.revoke(db, world.actor("department"), certificate, reason="Kê khai sai sự thật.", now=WHEN)
    page = client.page(f"/check/{certificate.check_code}")

    assert "Đã thu hồi" in page.text
    assert "Bằng này đã bị thu hồi ngày 15/08/2022 và không còn giá trị. Kê khai sai sự thật." in page.text
    assert "Còn hiệu lực" not in page.text
    assert "TặngSở Giáo dục và Đào tạo tỉnh Thái Bình" in page.text


@pytest.mark.parametrize("path", ["/check/ABCD-2345", "/check/x", "/check/%27%20OR%201=1", "/check?code=ABCD-2345"])
def test_unknown_code_is_404_with_a_sentence_and_the_form(client: Client, db: Session, world: World, path: str) -> None:
    granted(db, world)
    response = client.get(path)

    assert response.status_code == 404
    assert "Không có bằng nào mang mã này." in response.text
    assert "Còn hiệu lực" not in response.text
    assert 'name="code"' in response.text


def test_code_is_read_as_people_write_it(client: Client, db: Session, world: World) -> None:
    code = granted(db, world).certificates[0].check_code
    written = code.lower().replace("-", " ")

    typed = client.get("/check", query_string={"code": written})
    address = client.get(f"/check/{written.replace(' ', '')}")

    assert (typed.status_code, typed.location) == (302, f"/check/{code}")
    assert (address.status_code, address.location) == (302, f"/check/{code}")


def test_search_is_open_to_everybody(client: Client, world: World) -> None:
    page = client.page("/check")

    assert page.h1 == "Tra cứu bằng"
    assert [form.method for form in page.forms if form.action == "/check"] == ["get"]


def test_check_without_number_and_signer_leaves_them_open(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    decision.number, decision.issued_on, decision.signer, decision.signer_title = "", None, "", ""
    db.commit()
    page = client.page(f"/check/{decision.certificates[0].check_code}")

    assert "chưa ghi số" in page.text
    assert "Người ký" not in page.text


def test_long_name_is_broken_as_on_paper(client: Client, db: Session, world: World) -> None:
    certificate = granted(db, world).certificates[1]
    response = client.get(f"/check/{certificate.check_code}")

    assert "Sở Giáo dục, Khoa học<br>và Công nghệ tỉnh Bạc Liêu" in response.text


def test_picture_shows_what_the_template_prints(client: Client, db: Session, world: World) -> None:
    decision = granted(db, world)
    flag = client.get(f"/check/{decision.certificates[0].check_code}").text
    decision.award.template = "bang-khen"
    db.commit()
    merit = client.get(f"/check/{decision.certificates[0].check_code}").text

    assert ("GIẤY CHỨNG NHẬN" in flag, "BỘ TRƯỞNG BỘ GIÁO DỤC VÀ ĐÀO TẠO" in flag) == (True, False)
    assert "Số: .................." in flag
    assert "Quyết định số: 12/QĐ-BGDĐT" in merit
    assert "BỘ TRƯỞNG BỘ GIÁO DỤC VÀ ĐÀO TẠO" in merit
