"""What holds for every request: tokens, headers, cookies, a GET that cannot write, refusals as page and as JSON."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from emulation import create_app
from emulation.access import RULES, Permission, may, may_ever
from emulation.config import Settings
from emulation.models import History, SignIn, User
from emulation.web import session as current
from emulation.web.app import POLICY
from emulation.web.area import Area
from tests.client import Client, read, statements_of
from tests.world import World
from tools import permissions
from tools.docs import PERMISSIONS

pytestmark = pytest.mark.db  # what a request does to its transaction


@pytest.fixture
def careless(settings: Settings, db: Session) -> Iterator[Client]:
    """A browser on an application with three routes that no review would let pass."""
    area = Area("careless", __name__)

    @area.get("/careless/write", allow=Permission.PUBLIC)
    def write() -> str:
        person = current.db().scalars(select(User)).first()
        assert person is not None
        person.name = "Khác"
        current.db().flush()
        return "written"

    @area.get("/careless/late", allow=Permission.PUBLIC)
    def write_late() -> str:
        person = current.db().scalars(select(User)).first()
        assert person is not None
        person.name = "Khác"
        return "never flushed"

    @area.post("/careless/half", allow=Permission.PUBLIC)
    def half() -> str:
        current.db().scalars(select(User)).one().name = "Khác"
        current.db().flush()
        raise ZeroDivisionError

    app = create_app(settings)
    app.register_blueprint(area)
    app.testing = True
    yield Client.of(app, db)
    app.extensions["engine"].dispose()


def test_get_that_writes_raises(careless: Client, db: Session, world: World) -> None:
    with pytest.raises(current.WriteInGet, match="GET /careless/write would change data"):
        careless.get("/careless/write")
    assert db.scalar(select(func.count()).where(User.name == "Khác")) == 0


def test_get_that_forgets_to_flush_stores_nothing(careless: Client, db: Session, world: World) -> None:
    assert careless.get("/careless/late").text == "never flushed"
    assert db.scalar(select(func.count()).where(User.name == "Khác")) == 0


def test_failure_rolls_back_and_shows_a_reference(careless: Client, db: Session) -> None:
    db.add(User(email="a@thu.example", name="A", role="leader"))
    careless.application.testing = False
    response = careless.post("/careless/half")
    assert response.status_code == 500
    assert "Số tham chiếu" in response.text
    assert (
        careless.post("/careless/half", headers={"Accept": "application/json"})
        .json["error"]
        .startswith("Hệ thống gặp lỗi, số tham chiếu ")
    )
    assert db.scalars(select(User.name)).all() == ["A"]


# ---- tokens ----


def test_post_without_a_token_is_refused_on_every_route(app: Flask, client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    posts = [rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(posts) > 30
    before = db.scalar(select(func.count()).select_from(History))
    for rule in posts:
        path = rule.replace("<int:", "<")
        for name in ("code", "path:code", "path:criterion", "criterion"):
            path = path.replace(f"<{name}>", "I.1")
        path = "/".join("1" if part.startswith("<") else part for part in path.split("/"))
        response = client.post(path, csrf=False)
        assert (response.status_code, read(response.text).h1) == (400, "Yêu cầu không đọc được"), path
    assert db.scalar(select(func.count()).select_from(History)) == before


def test_post_with_a_foreign_token_is_refused(client: Client, world: World) -> None:
    other = client.another().sign_in("leader")
    other.get("/account")
    token = next(form for form in other.page("/account").forms if form.action == "/account/password").values[
        "csrf_token"
    ]
    client.sign_in("leader")
    assert client.post("/account/password", data={"csrf_token": token}, csrf=False).status_code == 400


def test_post_after_the_session_ended_asks_to_sign_in(client: Client, world: World) -> None:
    response = client.post("/account/password", csrf=False, headers={"Accept": "application/json"})
    assert (response.status_code, response.json) == (
        401,
        {"error": "Phiên đăng nhập đã hết. Đăng nhập rồi gửi lại.", "errors": {}},
    )
    assert client.post("/sign-in", csrf=False).status_code == 400


# ---- headers and cookies ----


@pytest.mark.parametrize("path", ["/sign-in", "/", "/account", "/nowhere", "/accounts", "/static/app.css"])
def test_every_response_carries_the_headers(client: Client, world: World, path: str) -> None:
    headers = client.sign_in("leader").get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    kept = headers["Cache-Control"]
    assert kept == ("no-store" if not path.startswith("/static") else "public, max-age=31536000"), kept


def test_policy_allows_no_inline_script_and_no_other_site() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
        assert part in POLICY


def test_session_cookie_is_kept_from_scripts_and_other_sites(client: Client, world: World) -> None:
    cookie = client.sign_in("leader").get("/account").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain HTTP here; EMULATION_SECURE_COOKIES sets it behind TLS


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.7"), (2, "198.51.100.9")])
def test_address_is_taken_from_as_many_proxies_as_are_ours(
    settings: Settings, db: Session, world: World, proxies: int, address: str
) -> None:
    app = create_app(replace(settings, trusted_proxies=proxies))
    app.testing = True
    headers = {"X-Forwarded-For": "192.0.2.66, 198.51.100.9, 203.0.113.7"}
    Client.of(app, db).post("/sign-in", data={"email": "a@thu.example", "password": "sai"}, headers=headers)
    app.extensions["engine"].dispose()
    assert db.scalars(select(SignIn.address)).all() == [address]


# ---- refusals ----


def test_refusals_say_what_happened_as_page_and_as_json(client: Client, world: World) -> None:
    client.sign_in("leader")
    sentence = "Tài khoản của anh chị không được phép mở trang hoặc làm việc này."
    page = client.get("/accounts")
    assert (page.status_code, read(page.text).h1, sentence in page.text) == (403, "Không có quyền", True)
    answer = client.get("/accounts", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (403, {"error": sentence, "errors": {}})


@pytest.mark.parametrize(
    "path", ["/accounts/999", "/accounts/99999999999999999999", "/accounts/0", "/accounts/-1", "/%00"]
)
def test_what_is_not_there_is_missing(client: Client, world: World, path: str) -> None:
    response = client.sign_in("admin").get(path)
    assert (response.status_code, read(response.text).h1) == (404, "Không tìm thấy")


@pytest.mark.parametrize("sheet", ["34", None])
def test_nothing_is_loaded_for_who_may_never(client: Client, world: World, sheet: str | None) -> None:
    sheet_id = world.sheets[sheet].id if sheet else 999
    with statements_of(client.application) as sent:
        for name, status in (("stranger", 401), ("admin", 403)):
            other = client.another() if name == "stranger" else client.another().sign_in(name)
            for address in (f"/sheets/{sheet_id}", f"/sheets/{sheet_id}/verdicts"):
                assert other.get(address, headers={"Accept": "application/json"}).status_code == status, name
    assert sent
    assert not [statement for statement in sent if "FROM sheets" in statement]


def test_wrong_method_is_refused(client: Client, world: World) -> None:
    assert client.sign_in("admin").get("/sign-out").status_code == 405


def test_too_large_a_form_is_refused(client: Client, world: World) -> None:
    response = client.sign_in("unit_officer").post("/language", data={"language": "x" * 3_000_000})
    assert (response.status_code, read(response.text).h1) == (413, "Nội dung gửi lên quá lớn")
    assert "Nội dung gửi lên dài hơn mức cho phép (2 MB)." in response.text


def test_zero_characters_are_refused_before_a_database_sees_them(client: Client, world: World) -> None:
    asked = [
        client.post("/sign-in", data={"email": "a\x00@b.vn", "password": "x"}),
        client.post("/sign-in", data={"email\x00": "a"}),
        client.get("/sign-in?next=%00"),
    ]
    assert [(one.status_code, read(one.text).h1) for one in asked] == [(400, "Yêu cầu không đọc được")] * 3
    assert "ký tự rỗng" in asked[0].text
    assert client.get("/periods/%00/ranking").status_code == 404


# ---- a database that does not answer ----

BUSY = "Hệ thống đang bận, anh chị thử lại sau ít phút; nội dung đã nhập vẫn còn trong trình duyệt."


@pytest.mark.any_database
def test_database_that_is_gone_is_said_as_page_and_as_json(settings: Settings, db: Session) -> None:
    app = create_app(replace(settings, database_url="postgresql+psycopg://a:secret@127.0.0.1:1/c"))
    app.testing = True
    client = Client.of(app, db)
    page = client.post("/sign-in", data={"email": "a@b.vn", "password": "x"})
    assert (page.status_code, read(page.text).h1, BUSY in page.text) == (503, "Hệ thống đang bận", True)
    assert page.text.startswith("<!doctype html>")
    answer = client.post("/sign-in", data={"email": "a", "password": "x"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (503, {"error": BUSY, "errors": {}})
    app.extensions["engine"].dispose()


@pytest.mark.any_database
def test_database_that_is_locked_is_busy_and_one_without_tables_is_broken(
    settings: Settings, db: Session, tmp_path: Path
) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'a.db'}"))
    app.testing = True
    engine, client = app.extensions["engine"], Client.of(app, db)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0").close())
    with pytest.raises(OperationalError, match="no such table"):
        client.post("/sign-in", data={"email": "a@b.vn", "password": "x"})
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert client.post("/sign-in", data={"email": "a@b.vn", "password": "x"}).status_code == 503
    engine.dispose()


# ---- the table ----


def test_table_grants_nothing_that_it_does_not_name(world: World) -> None:
    assert set(RULES) == set(Permission)
    assert may(world.people["admin"], "invented") is False  # type: ignore[arg-type]  # the point
    closed = world.people["department"]
    closed.is_active = False
    assert [one for one in Permission if may(closed, one) != may(None, one)] == []


def test_who_may_never_may_nothing_of_the_kind(world: World) -> None:
    things = [None, world.period, *world.sheets.values()]
    for person in (None, *world.people.values()):
        for permission in Permission:
            if not may_ever(person, permission):
                assert not any(may(person, permission, thing) for thing in things), (person, permission)
    assert not may_ever(None, Permission.READ_SHEET)
    assert not may_ever(world.people["admin"], Permission.READ_SHEET)
    assert may_ever(world.people["other_officer"], Permission.FILL_SHEET)  # of a sheet of their own
    assert may_ever(None, Permission.READ_RANKING)  # of a period that is open to the public
    world.people["department"].is_active = False
    assert not may_ever(world.people["department"], Permission.READ_SHEET)


def test_every_route_is_guarded(app: Flask) -> None:
    bare = [
        rule.endpoint for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "allow")
    ]
    assert bare == ["static"]
    for rule in app.url_map.iter_rules():
        writes = (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        assert writes <= {"POST"}, rule
        assert not (writes and "GET" in (rule.methods or set())), rule


def test_public_routes_are_these(app: Flask) -> None:
    public = {name for _, _, name, allow in permissions.routes(app) if allow == Permission.PUBLIC}
    assert public == {
        "accounts.activate",
        "accounts.activation",
        "accounts.activation_by_link",
        "accounts.password_help",
        "accounts.session_token",
        "accounts.set_language",
        "accounts.sign_in",
        "accounts.sign_in_post",
        "accounts.sign_out",
        "certificates.check",
        "certificates.search",
        "home.home",
        "results.rankings",
    }


def test_permissions_page_is_current(app: Flask) -> None:
    assert PERMISSIONS.read_text("utf-8") == permissions.as_markdown(app), "type: make docs"
