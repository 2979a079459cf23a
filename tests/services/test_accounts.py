"""Accounts: invitations, passwords, the limit on sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import Phase
from emulation.errors import Invalid, Missing, Refusal, Stale, TooMany, WrongState
from emulation.models import History, Role, SignIn, User
from emulation.services import account_lists as lists
from emulation.services import accounts, passwords
from emulation.services.account_lists import AccountState
from emulation.services.actor import Actor
from emulation.services.units import find_unit
from tests.world import NOW, PASSWORD, World, build

NEW = "sen-tre-lua-mai-8823"
MINUTE = timedelta(minutes=1)


def refused(kind: type[Refusal], act: object, **facts: object) -> tuple[str, str | None]:
    """The sentence and the field of a refusal of exactly this kind."""
    with pytest.raises(kind) as caught:
        act(**facts)  # type: ignore[operator]
    assert type(caught.value) is kind
    return str(caught.value), caught.value.field


def attempt(
    db: Session, password: str = PASSWORD, *, minute: float = 0, email: str = "", address: str = "10.0.0.1"
) -> str:
    """Try to sign in at `minute`; "" when it worked, else the sentence."""
    try:
        accounts.authenticate(
            db,
            email=email or "unit-officer@thu.example",
            password=password,
            address=address,
            now=NOW + minute * MINUTE,
        )
    except Refusal as refusal:
        return str(refusal)
    return ""


def wrong(left: int) -> str:
    return f"Thư điện tử hoặc mật khẩu không đúng. Sau {left} lần sai nữa, tài khoản tạm khóa 15 phút."


# ---- invitations ----


def test_create_account_waits_for_its_code(db: Session, world: World) -> None:
    invitation = accounts.create_account(
        db,
        world.actor("admin"),
        email=" Thu.Ha@ThaiBinh.example ",
        name="Phạm  Thị Thu Hà",
        role=Role.UNIT_OFFICER,
        title="Chuyên viên",
        unit=world.units["34"],
        now=NOW,
    )
    user = invitation.user
    assert (user.email, user.name, user.password_hash) == ("thu.ha@thaibinh.example", "Phạm Thị Thu Hà", None)
    assert lists.state_of(user, now=NOW) == AccountState.WAITING
    assert lists.state_of(user, now=NOW + timedelta(days=15)) == AccountState.EXPIRED
    assert len(invitation.code) == 23
    assert invitation.code not in str(user.activation_sha256)
    assert invitation.link("https://thidua.example/") == f"https://thidua.example/activate/{invitation.code}"
    line = db.scalars(select(History).where(History.act == "create_account")).one()
    assert line.new == {"email": "thu.ha@thaibinh.example", "name": "Phạm Thị Thu Hà", "role": "unit_officer"}
    assert (line.actor_name, line.unit_id) == ("Admin", world.units["34"].id)


@pytest.mark.parametrize(
    ("changed", "sentence", "field"),
    [
        ({"email": "khong-phai-thu"}, "Thư điện tử không đúng dạng, ví dụ ten@sogddt.vn.", "email"),
        ({"email": "ADMIN@thu.example"}, "Thư điện tử này đã có tài khoản.", "email"),
        ({"name": "  "}, "Nhập họ và tên, nhiều nhất 120 ký tự.", "name"),
        ({"title": "x" * 121}, "Chức vụ dài nhất 120 ký tự.", "title"),
        ({"role": "boss"}, "Không có vai trò boss.", "role"),
        ({"role": Role.UNIT_DIRECTOR}, "Vai trò này cần một đơn vị.", "unit"),
        ({"unit": "34"}, "Vai trò này không thuộc đơn vị nào; để trống đơn vị.", "unit"),
        (
            {"home_unit": "34"},
            "Chỉ thành viên hội đồng mới khai đơn vị công tác; để trống ô này.",
            "home_unit",
        ),
    ],
)
def test_create_account_refuses(
    db: Session, world: World, changed: dict[str, object], sentence: str, field: str
) -> None:
    facts = {"email": "moi@thu.example", "name": "Người Mới", "role": Role.LEADER, "now": NOW} | changed
    for key in ("unit", "home_unit"):
        if key in facts:
            facts[key] = world.units[str(facts[key])]
    assert refused(Invalid, lambda **given: accounts.create_account(db, world.actor("admin"), **given), **facts) == (
        sentence,
        field,
    )


def test_activate_sets_the_password_once(db: Session, world: World) -> None:
    actor = world.actor("admin")
    invitation = accounts.create_account(
        db, actor, email="moi@thu.example", name="Người Mới", role=Role.LEADER, now=NOW
    )
    typed = invitation.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    user = accounts.activate(db, code=typed, password=NEW, address="10.0.0.9", now=NOW)
    assert user is invitation.user
    assert accounts.authenticate(db, email=user.email, password=NEW, address="", now=NOW) is user
    assert refused(Missing, lambda: accounts.activate(db, code=invitation.code, password=NEW, now=NOW)) == (
        "Mã kích hoạt không đúng, đã dùng hoặc đã hết hạn. Xin quản trị hệ thống cấp mã mới.",
        "code",
    )
    line = db.scalars(select(History).where(History.act == "activate_account")).one()
    assert (line.actor_id, line.address) == (user.id, "10.0.0.9")


def test_activate_refuses_a_late_a_wrong_and_a_replaced_code(db: Session, world: World) -> None:
    actor = world.actor("admin")
    first = accounts.create_account(db, actor, email="moi@thu.example", name="Người Mới", role=Role.LEADER, now=NOW)
    late = first.until + timedelta(seconds=1)
    assert accounts.invited(db, first.code, now=first.until) is first.user
    refused(Missing, lambda: accounts.invited(db, first.code, now=late))
    refused(Missing, lambda: accounts.invited(db, "00000-00000-00000-00000", now=NOW))
    refused(Missing, lambda: accounts.invited(db, "", now=NOW))
    second = accounts.reset_account(db, actor, first.user, now=NOW)
    refused(Missing, lambda: accounts.invited(db, first.code, now=NOW))
    assert accounts.invited(db, second.code, now=NOW) is first.user


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("ngan9kytu", "Mật khẩu cần ít nhất 10 ký tự."),
        ("x" * 201, "Mật khẩu dài nhất 200 ký tự."),
        ("Thuha.Pham@thaibinh.example", "Mật khẩu không được là thư điện tử của mình."),
        ("thuha.pham", "Mật khẩu không được là thư điện tử của mình."),
        ("MatKhau123", "Mật khẩu này quá dễ đoán. Thử ghép vài từ không liên quan với nhau."),
        ("aabbaabbaabb", "Mật khẩu này quá dễ đoán. Thử ghép vài từ không liên quan với nhau."),
    ],
)
def test_password_refuses_the_weak(password: str, sentence: str) -> None:
    given = {"password": password, "email": "thuha.pham@thaibinh.example"}
    assert refused(Invalid, passwords.require_strong, **given) == (sentence, "password")


def test_password_is_the_same_however_its_letters_are_composed() -> None:
    composed, decomposed = "m\u1ead" + "t kh\u1ea9u d\u00e0i", "ma\u0323\u0302t kha\u0302\u0309u da\u0300i"
    assert composed != decomposed
    assert passwords.matches(passwords.hashed(composed), decomposed) is True
    assert passwords.matches(None, composed) is False


# ---- signing in ----


def test_authenticate_counts_down_then_waits(db: Session, world: World) -> None:
    assert [attempt(db, "sai", minute=minute) for minute in range(4)] == [wrong(4), wrong(3), wrong(2), wrong(1)]
    locked = "Đã sai quá nhiều lần. Thử lại sau 10:49 09/06/2022."
    assert attempt(db, "sai", minute=4) == locked
    assert attempt(db, PASSWORD, minute=18.9) == locked  # the right password too
    assert attempt(db, PASSWORD, minute=19) == ""
    assert attempt(db, "sai", minute=19.5) == wrong(4)


def test_authenticate_after_the_wait_counts_from_one(db: Session, world: World) -> None:
    for minute in range(5):
        attempt(db, "sai", minute=minute)
    assert attempt(db, "sai", minute=19.5) == wrong(4)


def test_authenticate_slow_failures_never_wait(db: Session, world: World) -> None:
    assert [attempt(db, "sai", minute=4 * turn) for turn in range(6)] == [
        *(wrong(left) for left in (4, 3, 2, 1)),
        wrong(1),
        wrong(1),
    ]


def test_authenticate_success_forgives(db: Session, world: World) -> None:
    for minute in range(4):
        attempt(db, "sai", minute=minute)
    assert attempt(db, PASSWORD, minute=4) == ""
    assert attempt(db, "sai", minute=5) == wrong(4)


def test_authenticate_an_unknown_email_is_told_the_same(db: Session, world: World) -> None:
    assert attempt(db, email="ai-do@thu.example") == wrong(4)
    world.people["leader"].is_active = False
    assert attempt(db, email="leader@thu.example") == wrong(4)
    accounts.reset_account(db, world.actor("admin"), world.people["auditor"], now=NOW)
    assert attempt(db, email="auditor@thu.example") == wrong(4)


def test_authenticate_an_address_waits_after_fifty(db: Session, world: World) -> None:
    db.add_all(
        SignIn(email=f"{n}@thu.example", address="10.0.0.1", at=NOW + n * timedelta(seconds=10), succeeded=False)
        for n in range(50)
    )
    assert attempt(db, minute=9) == "Đã sai quá nhiều lần. Thử lại sau 10:54 09/06/2022."
    assert attempt(db, minute=9, address="10.0.0.2") == ""
    assert attempt(db, minute=9) != ""  # a success from elsewhere does not free the address
    assert attempt(db, minute=24) == ""


def test_authenticate_makes_a_dated_hash_anew(db: Session, world: World) -> None:
    user = world.people["leader"]
    before = user.password_hash
    assert passwords.is_dated(before)
    assert attempt(db, email=user.email) == ""
    assert user.password_hash != before
    assert not passwords.is_dated(user.password_hash)
    assert passwords.matches(user.password_hash, PASSWORD)


def test_change_password_ends_the_other_sessions(db: Session, world: World) -> None:
    actor, user = world.actor("leader"), world.people["leader"]
    accounts.change_password(db, actor, current=PASSWORD, new=NEW, now=NOW)
    assert user.sign_out_count == 1
    assert attempt(db, NEW, email=user.email) == ""


def test_change_password_refuses(db: Session, world: World) -> None:
    actor = world.actor("leader")

    def change(current: str, new: str) -> None:
        accounts.change_password(db, actor, current=current, new=new, now=NOW)

    assert refused(Invalid, change, current="sai", new=NEW) == (
        "Mật khẩu đang dùng không đúng. Sau 4 lần sai nữa, tài khoản tạm khóa 15 phút.",
        "current",
    )
    assert refused(Invalid, change, current=PASSWORD, new=PASSWORD) == (
        "Mật khẩu mới phải khác mật khẩu đang dùng.",
        "password",
    )
    assert refused(Invalid, change, current=PASSWORD, new="ngan") == ("Mật khẩu cần ít nhất 10 ký tự.", "password")
    for _turn in range(5):
        with pytest.raises((Invalid, TooMany)):
            change("sai", NEW)
    assert refused(TooMany, change, current=PASSWORD, new=NEW)[1] == "current"


# ---- administering ----


def test_reset_account_takes_the_password_away(db: Session, world: World) -> None:
    user = world.people["leader"]
    invitation = accounts.reset_account(db, world.actor("admin"), user, now=NOW)
    assert (user.password_hash, user.sign_out_count) == (None, 1)
    assert attempt(db, email=user.email) == wrong(4)
    accounts.activate(db, code=invitation.code, password=NEW, now=NOW)
    assert attempt(db, NEW, email=user.email) == ""


def test_close_and_reopen_account(db: Session, world: World) -> None:
    admin, user = world.actor("admin"), world.people["leader"]
    accounts.close_account(db, admin, user, now=NOW)
    assert (user.is_active, user.sign_out_count) == (False, 1)
    assert attempt(db, email=user.email) == wrong(4)
    assert refused(WrongState, lambda: accounts.close_account(db, admin, user, now=NOW))[0] == "Tài khoản này đã đóng."
    assert refused(WrongState, lambda: accounts.reset_account(db, admin, user, now=NOW))[0] == (
        "Tài khoản đã đóng; mở lại trước khi cấp mã kích hoạt."
    )
    accounts.reopen_account(db, admin, user, now=NOW)
    assert attempt(db, email=user.email) == ""
    assert refused(WrongState, lambda: accounts.reopen_account(db, admin, user, now=NOW))[0] == "Tài khoản này đang mở."
    assert refused(WrongState, lambda: accounts.close_account(db, admin, world.people["admin"], now=NOW))[0] == (
        "Không thể đóng tài khoản của chính mình."
    )


def test_change_account_records_old_and_new(db: Session, world: World) -> None:
    user = world.people["unit_officer"]
    facts = {"name": "Tên Mới", "role": Role.UNIT_OFFICER, "unit": world.units["35"], "version": "1", "now": NOW}
    accounts.change_account(db, world.actor("admin"), user, **facts)
    db.flush()
    assert (user.unit_id, user.sign_out_count, user.version) == (world.units["35"].id, 1, 2)
    line = db.scalars(select(History).where(History.act == "change_account")).one()
    assert line.old == {
        "name": "Unit officer",
        "title": "",
        "role": "unit_officer",
        "unit": "Sở Giáo dục và Đào tạo tỉnh Thái Bình",
        "home_unit": None,
    }
    assert line.new == {**line.old, "name": "Tên Mới", "unit": "Sở Giáo dục và Đào tạo tỉnh Hà Nam"}
    assert refused(Stale, lambda: accounts.change_account(db, world.actor("admin"), user, **facts))


def test_change_account_without_a_change_leaves_no_line(db: Session, world: World) -> None:
    user = world.people["leader"]
    accounts.change_account(
        db, world.actor("admin"), user, name=user.name, role=user.role, version=str(user.version), now=NOW
    )
    assert db.scalars(select(History).where(History.act == "change_account")).all() == []


def test_change_account_keeps_the_own_role(db: Session, world: World) -> None:
    admin = world.people["admin"]
    facts = {"name": "Admin", "role": Role.LEADER, "version": "1", "now": NOW}
    assert refused(WrongState, lambda: accounts.change_account(db, world.actor("admin"), admin, **facts)) == (
        "Không thể đổi vai trò của chính mình.",
        "role",
    )


def test_lists_of_the_administrator(db: Session, world: World) -> None:
    admin = world.actor("admin")
    waiting = accounts.create_account(
        db, admin, email="moi@thu.example", name="Người Mới", role=Role.UNIT_DIRECTOR, unit=world.units["35"], now=NOW
    ).user
    accounts.close_account(db, admin, world.people["leader"], now=NOW)
    for minute in range(5):
        attempt(db, "sai", minute=minute)
    later = NOW + 6 * MINUTE
    assert lists.waiting_accounts(db) == [waiting]
    assert lists.locked_out(db, now=later) == [("unit-officer@thu.example", NOW + 19 * MINUTE)]
    assert lists.locked_out(db, now=NOW + 19 * MINUTE) == []
    assert lists.newly_closed(db, now=later) == [(world.people["leader"], NOW, "Admin")]
    assert lists.newly_closed(db, now=NOW + timedelta(days=31)) == []
    assert [
        (one.unit.code, one.has_officer, one.has_director) for one in lists.units_without_people(db, world.period)
    ] == [
        ("35", False, True),
        ("95", False, False),
    ]
    counts = lists.count_by_role(db, now=later)
    assert dict(counts[Role.UNIT_DIRECTOR]) == {AccountState.ACTIVE: 2, AccountState.WAITING: 1}
    assert dict(counts[Role.LEADER]) == {AccountState.CLOSED: 1}
    assert [user.name for user in lists.all_accounts(db)][:2] == ["Admin", "Department"]


def test_find_account_and_unit_say_what_is_missing(db: Session, world: World) -> None:
    assert accounts.find_account(db, " LEADER@thu.example").id == world.people["leader"].id
    assert (
        refused(Missing, lambda: accounts.find_account(db, "ai@thu.example"))[0] == "Không có tài khoản ai@thu.example."
    )
    assert find_unit(db, "34").id == world.units["34"].id
    assert refused(Invalid, lambda: find_unit(db, "99")) == ("Không có đơn vị mã 99.", "unit")


def test_command_line_acts_without_an_account(db: Session) -> None:
    build(db, phase=Phase.PREPARING)
    accounts.create_account(db, Actor(None), email="a@thu.example", name="A B", role=Role.ADMIN, now=NOW)
    assert db.scalars(select(History.actor_name).where(History.act == "create_account")).all() == ["Dòng lệnh"]
    assert db.scalars(select(User.email).where(User.name == "A B")).all() == ["a@thu.example"]
