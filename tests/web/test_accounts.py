"""Sign-in, activation, the own page and the administrator's pages, through the browser of the tests."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emulation import create_app
from emulation.config import Settings
from emulation.demo.people import write_accounts
from emulation.models import History, SignIn, User
from emulation.services import passwords
from emulation.web.accounts import local_path
from tests.client import Client, read
from tests.world import PASSWORD, World

NEW = "sen-tre-lua-mai-8823"


def try_to_sign_in(client: Client, email: str, password: str, **more: str) -> tuple[int, str]:
    """Status and place of an attempt through the form."""
    response = client.submit("/sign-in", {"email": email, "password": password, **more}, to="/sign-in")
    return response.status_code, response.headers.get("Location", "")


def activation_path(response_text: str) -> str:
    """The path of the link that the page shows."""
    found = re.search(r"https://thidua\.example(/activate/[0-9A-Z-]{23})", response_text)
    assert found, response_text
    return found.group(1)


# ---- signing in ----


def test_sign_in_opens_the_first_page(client: Client, world: World) -> None:
    assert client.get("/").headers["Location"] == "/sign-in"
    assert try_to_sign_in(client, "Admin@thu.example ", PASSWORD) == (303, "/")
    assert client.page("/").h1 == "Việc cần làm"
    assert client.get("/sign-in").headers["Location"] == "/"


def test_sign_in_goes_on_to_the_page_that_was_asked_for(client: Client, world: World) -> None:
    response = client.get("/accounts?state=closed")
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in?next=/accounts?state%3Dclosed")
    response = client.submit(response.headers["Location"], {"email": "admin@thu.example", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (303, "/accounts?state=closed")


def test_sign_in_never_leads_to_another_site(app: Flask) -> None:
    with app.test_request_context():
        given = ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", None, "/\n/x", "/accounts"]
        assert [local_path(text) for text in given] == ["/"] * 7 + ["/accounts"]


def test_sign_in_says_what_is_wrong_and_stores_the_attempt(client: Client, db: Session, world: World) -> None:
    for left in (4, 3, 2, 1):
        response = client.submit("/sign-in", {"email": "leader@thu.example", "password": "sai"})
        assert response.status_code == 422
        assert f"Sau {left} lần sai nữa, tài khoản tạm khóa 15 phút." in read(response.text).text
    response = client.submit("/sign-in", {"email": "leader@thu.example", "password": "sai"})
    assert response.status_code == 429
    assert "Chưa đăng nhập được. Đã sai quá nhiều lần. Thử lại sau " in read(response.text).text
    assert client.submit("/sign-in", {"email": "leader@thu.example", "password": PASSWORD}).status_code == 429
    assert db.scalar(select(func.count()).select_from(SignIn)) == 5
    form = next(form for form in read(response.text).forms if form.action == "/sign-in")
    assert (form.values["email"], form.values["password"]) == ("leader@thu.example", "")


def test_sign_in_asks_for_both_fields(client: Client, db: Session, world: World) -> None:
    response = client.submit("/sign-in", {})
    assert response.status_code == 422
    assert "Nhập thư điện tử." in response.text
    assert "Nhập mật khẩu." in response.text
    assert db.scalar(select(func.count()).select_from(SignIn)) == 0


def test_sign_in_starts_a_new_session_and_keeps_the_language(client: Client, world: World) -> None:
    client.submit("/sign-in", {}, to="/language")
    with client.session_transaction() as session:
        session["left_by_somebody"] = "x"
    try_to_sign_in(client, "leader@thu.example", PASSWORD)
    with client.session_transaction() as session:
        assert "left_by_somebody" not in session
        assert session["language"] == "en"


def test_sign_out_ends_the_session(client: Client, world: World) -> None:
    client.sign_in("leader")
    response = client.post("/sign-out")
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in")
    assert client.get("/account").status_code == 302
    assert client.get("/sign-out").status_code == 405


def test_language_changes_for_a_stranger_and_back(client: Client, world: World) -> None:
    response = client.submit("/sign-in?next=/accounts", {}, to="/language")
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in?next=/accounts")
    assert 'lang="en"' in client.get("/sign-in").text
    assert client.post("/language", data={"language": "fr"}).status_code == 422
    client.submit("/sign-in", {}, to="/language")
    assert '<html lang="vi"' in client.get("/sign-in").text


def test_demo_accounts_show_only_in_demo_mode(settings: Settings, client: Client, db: Session, world: World) -> None:
    demo = replace(settings, demo=True)
    write_accounts(demo, PASSWORD)
    accounts = Path(settings.evidence_dir).parent / "demo_accounts.json"
    try:
        app = create_app(demo)
        app.testing = True
        page = Client.of(app, db).page("/sign-in")
        app.extensions["engine"].dispose()
        assert "Tài khoản của bản trình diễn" in page.text
        assert f"Mật khẩu chung: {PASSWORD}" in page.text
        assert PASSWORD not in client.page("/sign-in").text
    finally:
        accounts.unlink()


# ---- sessions that end ----


def test_session_ends_when_the_password_changes_elsewhere(client: Client, world: World) -> None:
    here, there = client.sign_in("leader"), client.another().sign_in("leader")
    response = here.submit("/account", {"current": PASSWORD, "password": NEW, "again": NEW}, to="/account/password")
    assert (response.status_code, response.headers["Location"]) == (303, "/account")
    assert "Đã đổi mật khẩu." in here.page("/account").text
    assert there.get("/account").status_code == 302


def test_session_ends_when_the_account_is_closed(client: Client, db: Session, world: World) -> None:
    admin, leader = client.sign_in("admin"), client.another().sign_in("leader")
    key = world.people["leader"].id
    response = admin.submit(f"/accounts/{key}", {}, to=f"/accounts/{key}/close")
    assert (response.status_code, response.headers["Location"]) == (303, f"/accounts/{key}")
    assert leader.get("/account").status_code == 302
    assert try_to_sign_in(client.another(), "leader@thu.example", PASSWORD)[0] == 422
    admin.submit(f"/accounts/{key}", {}, to=f"/accounts/{key}/reopen")
    assert leader.get("/account").status_code == 302  # the old session stays ended
    assert try_to_sign_in(client.another(), "leader@thu.example", PASSWORD) == (303, "/")


def test_change_own_password_shows_the_error_at_its_field(client: Client, world: World) -> None:
    client.sign_in("leader")
    for given, sentence in (
        ({"current": "sai", "password": NEW, "again": NEW}, "Mật khẩu đang dùng không đúng."),
        ({"current": PASSWORD, "password": NEW, "again": NEW + "x"}, "Hai lần nhập không giống nhau."),
        ({"current": PASSWORD, "password": "ngan", "again": "ngan"}, "Mật khẩu cần ít nhất 10 ký tự."),
    ):
        response = client.submit("/account", given, to="/account/password")
        assert response.status_code == 422
        assert sentence in response.text
    with client.session_transaction() as session:
        assert session["sign_out_count"] == 0


def test_failed_password_change_is_stored_for_the_limit(client: Client, db: Session, world: World) -> None:
    client.sign_in("leader")
    client.submit("/account", {"current": "sai", "password": NEW, "again": NEW}, to="/account/password")
    assert db.scalars(select(SignIn.email).where(~SignIn.succeeded)).all() == ["leader@thu.example"]


# ---- the administrator ----


def test_account_from_creation_to_first_sign_in(client: Client, db: Session, world: World) -> None:
    client.sign_in("admin")
    given = {
        "email": "ha.pham@hanam.example",
        "name": "Phạm Thị Hà",
        "title": "Chuyên viên",
        "role": "unit_officer",
        "unit": "35",
    }
    response = client.submit("/accounts/new", given)
    assert response.status_code == 200
    path = activation_path(response.text)
    person = db.scalars(select(User).where(User.email == "ha.pham@hanam.example")).one()
    assert (person.name, person.title, person.unit_id) == ("Phạm Thị Hà", "Chuyên viên", world.units["35"].id)
    assert path.rpartition("/")[2] not in client.get(f"/accounts/{person.id}").text

    newcomer = client.another()
    before = db.scalar(select(func.count()).select_from(History))
    assert "ha.pham@hanam.example" in newcomer.page(path).text
    assert newcomer.submit(path, {"password": NEW, "again": "khác"}).status_code == 422
    assert db.scalar(select(func.count()).select_from(History)) == before
    response = newcomer.submit(path, {"password": NEW, "again": NEW})
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert newcomer.page("/account").text.count("Phạm Thị Hà") >= 1
    assert newcomer.another().get(path).status_code == 404


def test_activation_with_a_typed_code(client: Client, db: Session, world: World) -> None:
    admin = client.sign_in("admin")
    response = admin.submit(
        f"/accounts/{world.people['leader'].id}", {}, to=f"/accounts/{world.people['leader'].id}/reset"
    )
    code = activation_path(response.text).rpartition("/")[2]
    leader = client.another()
    assert try_to_sign_in(leader, "leader@thu.example", PASSWORD)[0] == 422
    response = leader.submit("/activate", {"code": "AAAAA-AAAAA-AAAAA-AAAAA", "password": NEW, "again": NEW})
    assert response.status_code == 404
    assert "Mã kích hoạt không đúng, đã dùng hoặc đã hết hạn." in response.text
    assert leader.submit("/activate", {"code": code.lower(), "password": "ngan", "again": "ngan"}).status_code == 422
    assert leader.submit("/activate", {"code": code.lower(), "password": NEW, "again": NEW}).status_code == 303
    assert passwords.matches(db.get_one(User, world.people["leader"].id).password_hash, NEW)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": "leader@thu.example"}, "Thư điện tử này đã có tài khoản."),
        ({"name": ""}, "Nhập họ và tên."),
        ({"unit": ""}, "Vai trò này cần một đơn vị."),
        ({"unit": "9999"}, "Không có đơn vị mã 9999."),
        ({"role": "boss"}, "Không có vai trò boss."),
    ],
)
def test_new_account_shows_the_error_at_its_field(
    client: Client, db: Session, world: World, changed: dict[str, str], sentence: str
) -> None:
    client.sign_in("admin")
    given = {"email": "moi@thu.example", "name": "Người Mới", "role": "unit_officer", "unit": "34"} | changed
    response = client.submit("/accounts/new", given)
    assert response.status_code == 422
    assert sentence in read(response.text).text
    form = next(form for form in read(response.text).forms if form.action == "/accounts/new")
    assert form.values["email"] == given["email"]
    assert db.scalars(select(User).where(User.name == "Người Mới")).all() == []


def test_account_is_corrected_and_a_stale_save_shows_both(client: Client, db: Session, world: World) -> None:
    client.sign_in("admin")
    key = world.people["chair"].id
    path = f"/accounts/{key}"
    stale = next(form for form in client.page(path).forms if form.action == path).values
    response = client.submit(path, {"name": "Lê Thị Châu", "home_unit": "34"}, to=path)
    assert (response.status_code, response.headers["Location"]) == (303, path)
    person = db.get_one(User, key)
    assert (person.name, person.home_unit_id) == ("Lê Thị Châu", world.units["34"].id)

    response = client.post(path, data={**stale, "name": "Lê Châu"})
    assert response.status_code == 409
    page = read(response.text)
    assert ["Họ và tên", "Lê Châu", "Lê Thị Châu"] in page.rows
    assert [row for row in page.rows if row[:1] == ["Vai trò"]] == []
    again = next(form for form in page.forms if form.action == path).values
    assert again["name"] == "Lê Châu"
    assert client.post(path, data=again).status_code == 303
    assert db.get_one(User, key).name == "Lê Châu"


def test_accounts_list_filters_by_state(client: Client, db: Session, world: World) -> None:
    client.sign_in("admin")
    names = lambda path: [row[0] for row in client.page(path).rows[1:]]  # noqa: E731  # read three times below
    assert len(names("/accounts")) == 13
    assert names("/accounts?state=waiting") == []
    world.people["leader"].is_active = False
    assert names("/accounts?state=closed") == ["Leaderleader@thu.example"]


@pytest.mark.parametrize(("path", "queries"), [("/accounts", 5), ("/", 11)])
def test_pages_of_the_administrator_send_as_many_queries_for_many_as_for_few(
    client: Client, db: Session, world: World, path: str, queries: int
) -> None:
    client.sign_in("admin")
    db.add(User(email="0@thu.example", name="Người Mới", role="leader"))
    client.page(path)
    assert client.count_queries(path) == queries
    for code, unit in world.units.items():
        for n in range(3):
            db.add(User(email=f"{n}.{code}@thu.example", name="Người Mới", role="unit_officer", unit_id=unit.id))
    assert client.count_queries(path) == queries


def test_admin_home_lists_what_is_to_be_done(client: Client, db: Session, world: World) -> None:
    client.sign_in("admin")
    client.submit("/accounts/new", {"email": "moi@thu.example", "name": "Người Mới", "role": "leader"})
    rows = client.page("/").rows
    assert [row[0] for row in rows if "moi@thu.example" in row[0]] == ["Người Mớimoi@thu.example"]
    assert [
        "Sở Giáo dục và Đào tạo tỉnh Hà Nam",
        "chuyên viên và giám đốc",
        "Thêm tài khoản Sở Giáo dục và Đào tạo tỉnh Hà Nam",
    ] in rows


def test_password_help_says_whom_to_ask(client: Client, world: World) -> None:
    page = client.page("/password-help")
    assert page.h1 == "Quên mật khẩu"
    assert "/activate" in page.links
