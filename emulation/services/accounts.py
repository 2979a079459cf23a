"""Accounts: created by the administrator, activated once by their own code, signed in under a limit. DESIGN 10."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from emulation.errors import Invalid, Missing, Refusal, Stale, TooMany, WrongState
from emulation.models import Role, SignIn, Unit, User
from emulation.models.people import UNIT_ROLES
from emulation.services import passwords
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.units import unit_of
from emulation.words import N_, tidy, tidy_line

INVITATION_LASTS = timedelta(days=14)
WINDOW = timedelta(minutes=15)  # in which failures count, and for which sign-in then waits
FAILURES_OF_EMAIL = 5
FAILURES_OF_ADDRESS = 50  # many people share the address of an office
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: nothing that reads like something else
CODE_LENGTH = 20  # 100 bits


@dataclass(frozen=True)
class Invitation:
    """What a person needs to activate an account. The code is nowhere stored: it can be shown only now."""

    user: User
    code: str  # "7K4M9-2QDXX-..."
    until: datetime

    def link(self, public_url: str) -> str:
        """The activation link under the address of the program."""
        return f"{public_url.rstrip('/')}/activate/{self.code}"


def find_account(db: Session, email: str) -> User:
    """The account of this e-mail.

    Raises:
        Missing: there is none.
    """
    user = db.scalar(select(User).where(User.email == _email(email)))
    if user is None:
        raise Missing(N_("Không có tài khoản %(email)s."), "email", email=email)
    return user


def create_account(
    db: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: str,
    title: str = "",
    unit: Unit | None = None,
    home_unit: Unit | None = None,
    now: datetime,
) -> Invitation:
    """A new account that waits to be activated with the code of the invitation.

    Raises:
        Invalid: no e-mail, one in use, no name, or a unit that does not fit the role; `field` names it.
    """
    address = _email(email)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", address) or len(address) > 200:
        raise Invalid(N_("Thư điện tử không đúng dạng, ví dụ ten@sogddt.vn."), "email")
    if db.scalar(select(func.count()).where(User.email == address)):
        raise Invalid(N_("Thư điện tử này đã có tài khoản."), "email")
    user = User(email=address, name="", role=role)
    _describe(user, name=name, title=title, role=role, unit=unit, home_unit=home_unit)
    invitation = _invite(user, now)
    db.add(user)
    db.flush()
    new = {"email": address, "name": user.name, "role": user.role}
    record(db, actor, "create_account", user, now=now, unit_id=user.unit_id, new=new)
    return invitation


def change_account(
    db: Session,
    actor: Actor,
    user: User,
    *,
    name: str,
    role: str,
    title: str = "",
    unit: Unit | None = None,
    home_unit: Unit | None = None,
    version: str,
    now: datetime,
) -> User:
    """Correct who somebody is; `version` is the one that was opened. Another role or unit ends the person's sessions.

    Raises:
        Invalid: as `create_account`.
        Stale: somebody changed the account since.
        WrongState: the administrator's own role.
    """
    if version != str(user.version):
        raise Stale(N_("Người khác vừa sửa tài khoản này. Xem bản mới nhất bên dưới rồi lưu lại."))
    if actor.user is user and role != user.role:
        raise WrongState(N_("Không thể đổi vai trò của chính mình."), "role")
    old = _seen(db, user)
    _describe(user, name=name, title=title, role=role, unit=unit, home_unit=home_unit)
    new = _seen(db, user)
    if new == old:
        return user
    if (new["role"], new["unit"]) != (old["role"], old["unit"]):
        user.sign_out_count += 1
    record(db, actor, "change_account", user, now=now, unit_id=user.unit_id, old=old, new=new)
    return user


def _seen(db: Session, user: User) -> dict[str, object]:
    unit, home = unit_of(db, user.unit_id), unit_of(db, user.home_unit_id)
    return {
        "name": user.name,
        "title": user.title,
        "role": user.role,
        "unit": unit.name if unit else None,
        "home_unit": home.name if home else None,
    }


def _describe(user: User, *, name: str, title: str, role: str, unit: Unit | None, home_unit: Unit | None) -> None:
    if role not in list(Role):
        raise Invalid(N_("Không có vai trò %(role)s."), "role", role=role)
    name, title = tidy_line(name), tidy_line(title)
    if not name or len(name) > 120:
        raise Invalid(N_("Nhập họ và tên, nhiều nhất 120 ký tự."), "name")
    if len(title) > 120:
        raise Invalid(N_("Chức vụ dài nhất 120 ký tự."), "title")
    if role in UNIT_ROLES and unit is None:
        raise Invalid(N_("Vai trò này cần một đơn vị."), "unit")
    if role not in UNIT_ROLES and unit is not None:
        raise Invalid(N_("Vai trò này không thuộc đơn vị nào; để trống đơn vị."), "unit")
    if home_unit is not None and role != Role.REVIEWER:
        raise Invalid(N_("Chỉ thành viên hội đồng mới khai đơn vị công tác; để trống ô này."), "home_unit")
    unit_id, home_unit_id = unit.id if unit else None, home_unit.id if home_unit else None
    user.name, user.title, user.role, user.unit_id, user.home_unit_id = name, title, role, unit_id, home_unit_id


def _email(text: str) -> str:
    return tidy(text).lower()


def _invite(user: User, now: datetime) -> Invitation:
    letters = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    code = "-".join(letters[i : i + 5] for i in range(0, CODE_LENGTH, 5))
    user.activation_sha256 = _code_digest(code)
    user.activation_until = now + INVITATION_LASTS
    return Invitation(user, code, user.activation_until)


def _code_digest(code: str) -> str:
    typed = code.upper().translate(str.maketrans("OIL", "011", " -"))
    return hashlib.sha256(typed.encode()).hexdigest()


def reset_account(db: Session, actor: Actor, user: User, *, now: datetime) -> Invitation:
    """Take the password away, end every session, and invite the person anew.

    Raises:
        WrongState: the account is closed.
    """
    if not user.is_active:
        raise WrongState(N_("Tài khoản đã đóng; mở lại trước khi cấp mã kích hoạt."))
    user.password_hash = None
    user.sign_out_count += 1
    invitation = _invite(user, now)
    record(db, actor, "reset_account", user, now=now, unit_id=user.unit_id)
    return invitation


def invited(db: Session, code: str, *, now: datetime) -> User:
    """The account that this activation code opens.

    Raises:
        Missing: the code is wrong, was used, has been replaced or is too old; nobody learns which.
    """
    user = db.scalar(select(User).where(User.activation_sha256 == _code_digest(code), User.is_active))
    if user is None or user.activation_until is None or user.activation_until < now:
        raise Missing(N_("Mã kích hoạt không đúng, đã dùng hoặc đã hết hạn. Xin quản trị hệ thống cấp mã mới."), "code")
    return user


def activate(db: Session, *, code: str, password: str, address: str = "", now: datetime) -> User:
    """Set the first password with the code, which then no longer works.

    Raises:
        Missing: see `invited`.
        Invalid: the password is too weak.
    """
    user = invited(db, code, now=now)
    _set_password(user, password)
    user.activation_sha256 = user.activation_until = None
    record(db, Actor(user, address), "activate_account", user, now=now, unit_id=user.unit_id)
    return user


def change_password(db: Session, actor: Actor, *, current: str, new: str, now: datetime) -> User:
    """Set another password; every session of the person ends, also this one. Failures count as at sign-in.

    Raises:
        Invalid: the current password is wrong (field current), or the new one too weak (field password).
        TooMany: see `authenticate`.
    """
    assert actor.user is not None
    sentence = N_("Mật khẩu đang dùng không đúng. Sau %(n)s lần sai nữa, tài khoản tạm khóa %(minutes)s phút.")
    user = _check(
        db, email=actor.user.email, password=current, address=actor.address, now=now, field="current", wrong=sentence
    )
    if new == current:
        raise Invalid(N_("Mật khẩu mới phải khác mật khẩu đang dùng."), "password")
    _set_password(user, new)
    record(db, actor, "change_password", user, now=now, unit_id=user.unit_id)
    return user


def confirm_password(db: Session, actor: Actor, password: str, *, now: datetime) -> None:
    """Make sure that it is still the person themself, before an act with legal effect. Failures count as at sign-in.

    The attempt is stored: commit also when it is refused.

    Raises:
        Invalid: the password is wrong (field password).
        TooMany: see `authenticate`.
    """
    assert actor.user is not None
    sentence = N_("Mật khẩu không đúng. Sau %(n)s lần sai nữa, tài khoản tạm khóa %(minutes)s phút.")
    email = actor.user.email
    _check(db, email=email, password=password, address=actor.address, now=now, field="password", wrong=sentence)


def _set_password(user: User, password: str) -> None:
    passwords.require_strong(password, user.email)
    user.password_hash = passwords.hashed(password)
    user.sign_out_count += 1


def authenticate(db: Session, *, email: str, password: str, address: str, now: datetime) -> User:
    """The person with this e-mail and password. The attempt is stored: commit also when it is refused.

    An unknown e-mail, a closed account and one not yet activated take the same time and get the same answer.

    Raises:
        Invalid: they do not belong together; the sentence says how many tries are left.
        TooMany: after 5 failures of the e-mail (or 50 from the address) within 15 minutes, for 15 minutes.
    """
    sentence = N_("Thư điện tử hoặc mật khẩu không đúng. Sau %(n)s lần sai nữa, tài khoản tạm khóa %(minutes)s phút.")
    user = _check(db, email=email, password=password, address=address, now=now, field="password", wrong=sentence)
    record(db, Actor(user, address), "sign_in", user, now=now, unit_id=user.unit_id)
    return user


def _check(db: Session, *, email: str, password: str, address: str, now: datetime, field: str, wrong: str) -> User:
    email = _email(email)[:200]
    of_address = _waits_until(_failures(db, now, SignIn.address == address), FAILURES_OF_ADDRESS)
    waits = [locked_until(db, email, now=now), of_address]
    until = max((wait for wait in waits if wait is not None and wait > now), default=None)
    if until is not None:
        raise _locked(until, field)
    user = db.scalar(select(User).where(User.email == email, User.is_active, User.password_hash.is_not(None)))
    matches = passwords.matches(user.password_hash if user is not None else None, password)
    db.add(SignIn(email=email, address=address, at=now, succeeded=matches))
    db.flush()
    if user is None or not matches:
        raise _wrong(_failures(db, now, SignIn.email == email, since_success=True), now, field, wrong)
    if passwords.is_dated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    return user


def locked_until(db: Session, email: str, *, now: datetime) -> datetime | None:
    """Until when this e-mail must wait after too many failures; None if it need not."""
    until = _waits_until(_failures(db, now, SignIn.email == email, since_success=True), FAILURES_OF_EMAIL)
    return until if until is not None and until > now else None


def _failures(db: Session, now: datetime, whose: ColumnElement[bool], *, since_success: bool = False) -> list[datetime]:
    """Times of the failures that may still matter, newest first; a success forgives those before it."""
    attempts = db.execute(
        select(SignIn.at, SignIn.succeeded)
        .where(whose, SignIn.at > now - 2 * WINDOW)
        .order_by(SignIn.at.desc(), SignIn.id.desc())
        .limit(4 * FAILURES_OF_ADDRESS)
    )
    found: list[datetime] = []
    for at, succeeded in attempts:
        if succeeded and since_success:
            break
        if not succeeded:
            found.append(at)
    return found


def _waits_until(failures: Sequence[datetime], limit: int) -> datetime | None:
    """When the next try is allowed: 15 minutes after the newest of `limit` failures within 15 minutes."""
    if len(failures) < limit or failures[0] - failures[limit - 1] > WINDOW:
        return None
    return failures[0] + WINDOW


def _wrong(failures: Sequence[datetime], now: datetime, field: str, sentence: str) -> Refusal:
    until = _waits_until(failures, FAILURES_OF_EMAIL)
    if until is not None:
        return _locked(until, field)
    left = FAILURES_OF_EMAIL - sum(1 for at in failures if now - at <= WINDOW)
    return Invalid(sentence, field, n=left, minutes=int(WINDOW.total_seconds() // 60))


def _locked(until: datetime, field: str) -> TooMany:
    # rounded up to the minute: the sentence must not promise too early a time
    return TooMany(N_("Đã sai quá nhiều lần. Thử lại sau %(until)s."), field, until=(until + timedelta(seconds=59)))


def close_account(db: Session, actor: Actor, user: User, *, now: datetime) -> User:
    """Close an account: it can no longer sign in, and its sessions end. Its acts stay in the history.

    Raises:
        WrongState: it is closed already, or the administrator's own.
    """
    if actor.user is user:
        raise WrongState(N_("Không thể đóng tài khoản của chính mình."))
    if not user.is_active:
        raise WrongState(N_("Tài khoản này đã đóng."))
    user.is_active = False
    user.activation_sha256 = user.activation_until = None
    user.sign_out_count += 1
    record(db, actor, "close_account", user, now=now, unit_id=user.unit_id)
    return user


def reopen_account(db: Session, actor: Actor, user: User, *, now: datetime) -> User:
    """Open a closed account again, with the password it had.

    Raises:
        WrongState: it is open.
    """
    if user.is_active:
        raise WrongState(N_("Tài khoản này đang mở."))
    user.is_active = True
    record(db, actor, "reopen_account", user, now=now, unit_id=user.unit_id)
    return user
