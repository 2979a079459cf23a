"""Accounts: sign in and out, activate, own page; the administrator's list."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired

from emulation.access import Permission
from emulation.demo.people import ready_accounts
from emulation.domain.workflow import PHASE_NAMES, Phase
from emulation.errors import Invalid, Missing, Refusal, Stale, TooMany
from emulation.models import Period, Role, User
from emulation.models.people import ROLE_NAMES
from emulation.services import account_lists as lists
from emulation.services import accounts as service
from emulation.services import passwords
from emulation.services.periods import newest_period
from emulation.services.units import all_units, find_unit, unit_of
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import LANGUAGES, translate
from emulation.web.display import say as _
from emulation.web.failures import show_beside

area = Area("accounts", __name__)
SHOWN_WAITING = 10  # on the first page; the list has them all


# ---- signing in and out ----


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Who, and the secret."""

    email = StringField(lazy_gettext("Thư điện tử công vụ"), [InputRequired(lazy_gettext("Nhập thư điện tử."))])
    password = PasswordField(lazy_gettext("Mật khẩu"), [InputRequired(lazy_gettext("Nhập mật khẩu."))])
    next = HiddenField()


def local_path(text: str | None) -> str:
    """A path of this program to go on to, never another site."""
    if text and text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable():
        return text
    return url_for("home.home")


@area.get("/sign-in", allow=Permission.PUBLIC)
def sign_in() -> Any:
    """The sign-in page; somebody signed in goes on at once."""
    if current.user() is not None:
        return redirect(local_path(request.args.get("next")))
    return show_sign_in(SignInForm(next=request.args.get("next", "")))


def show_sign_in(form: SignInForm, refusal: Refusal | None = None) -> str:
    """The sign-in page with what is wrong, if anything is."""
    period = newest_period(current.db())
    return render_template(
        "accounts/sign_in.html",
        form=form,
        refusal=refusal,
        period=period,
        phase=translate(PHASE_NAMES[Phase(period.phase)]) if period else None,
        window=period.window(period.phase) if period else None,
        ready=[(one, translate(ROLE_NAMES[Role(one.role)])) for one in ready_accounts(current.settings())],
    )


@area.post("/sign-in", allow=Permission.PUBLIC)
def sign_in_post() -> Any:
    """Try to sign in; the attempt is stored either way."""
    form = SignInForm()
    if not form.validate():
        return show_sign_in(form), 422
    try:
        person = service.authenticate(
            current.db(),
            email=form.email.data or "",
            password=form.password.data or "",
            address=request.remote_addr or "",
            now=current.now(),
        )
    except (Invalid, TooMany) as refusal:
        return show_sign_in(form, refusal), refusal.status
    current.sign_in(person)
    return redirect(local_path(form.next.data), 303)


@area.get("/session", allow=Permission.PUBLIC)
def session_token() -> Any:
    """For a script whose login has run out: who is signed in here by now, and the token of that session."""
    person = current.user()
    return jsonify(person=person.id if person else None, name=person.name if person else "", csrf_token=generate_csrf())


@area.post("/sign-out", allow=Permission.PUBLIC)
def sign_out() -> Any:
    """End the session of this browser."""
    current.sign_out()
    return redirect(url_for("accounts.sign_in"), 303)


@area.post("/language", allow=Permission.PUBLIC)
def set_language() -> Any:
    """Read the program in the other language, from this page on."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Invalid(_("Không có ngôn ngữ này."), "language")
    session["language"] = chosen
    return redirect(local_path(request.form.get("next")), 303)


@area.get("/password-help", allow=Permission.PUBLIC)
def password_help() -> str:
    """What to do without the password: ask the administrator."""
    return render_template("accounts/password_help.html")


# ---- activating ----


class NewPasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A new password, typed twice."""

    password = PasswordField(lazy_gettext("Mật khẩu mới"), [InputRequired(lazy_gettext("Nhập mật khẩu mới."))])
    again = PasswordField(
        lazy_gettext("Nhập lại mật khẩu mới"),
        [EqualTo("password", lazy_gettext("Hai lần nhập không giống nhau."))],
    )


class ActivationForm(NewPasswordForm):
    """The code from the link or the letter, and the first password."""

    code = StringField(lazy_gettext("Mã kích hoạt"), [InputRequired(lazy_gettext("Nhập mã kích hoạt."))])


@area.get("/activate", allow=Permission.PUBLIC)
def activation() -> str:
    """The form for people who type their code."""
    return show_activation(ActivationForm())


@area.get("/activate/<code>", allow=Permission.PUBLIC)
def activation_by_link(code: str) -> Any:
    """The same form behind the link: it shows whose account this is, and changes nothing yet."""
    form = ActivationForm(code=code)
    try:
        return show_activation(form, service.invited(current.db(), code, now=current.now()))
    except Missing as refusal:
        status = show_beside(form, refusal)
        return show_activation(form), status


def show_activation(form: ActivationForm, person: User | None = None) -> str:
    """The form; `person` is known once a code was right."""
    return render_template("accounts/activate.html", form=form, person=person, shortest=passwords.SHORTEST)


@area.post("/activate", allow=Permission.PUBLIC)
def activate() -> Any:
    """Set the first password and go on signed in."""
    form, db, now = ActivationForm(), current.db(), current.now()
    if not form.validate():
        return show_activation(form), 422
    try:
        person = service.activate(
            db, code=form.code.data or "", password=form.password.data or "", address=request.remote_addr or "", now=now
        )
    except Refusal as refusal:
        status = show_beside(form, refusal)
        return show_activation(form), status
    current.sign_in(person)
    flash(_("Đã kích hoạt tài khoản."), "ok")
    return redirect(url_for("home.home"), 303)


# ---- the own page ----


class PasswordForm(NewPasswordForm):
    """The password in use, and another one."""

    current = PasswordField(
        lazy_gettext("Mật khẩu đang dùng"), [InputRequired(lazy_gettext("Nhập mật khẩu đang dùng."))]
    )


@area.get("/account", allow=Permission.BE_SIGNED_IN)
def own() -> str:
    """Who I am here, and my password."""
    return show_own(PasswordForm())


def show_own(form: PasswordForm) -> str:
    """The own page with its form."""
    person = current.actor().user
    assert person is not None
    return render_template(
        "accounts/own.html",
        form=form,
        person=person,
        role=translate(ROLE_NAMES[Role(person.role)]),
        home_unit=unit_of(current.db(), person.home_unit_id),
        shortest=passwords.SHORTEST,
    )


@area.post("/account/password", allow=Permission.BE_SIGNED_IN)
def change_own_password() -> Any:
    """Another password; the other sessions end, this browser goes on."""
    form = PasswordForm()
    if not form.validate():
        return show_own(form), 422
    try:
        person = service.change_password(
            current.db(),
            current.actor(),
            current=form.current.data or "",
            new=form.password.data or "",
            now=current.now(),
        )
    except Refusal as refusal:
        status = show_beside(form, refusal)
        return show_own(form), status
    current.sign_in(person)
    flash(_("Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc."), "ok")
    return redirect(url_for("accounts.own"), 303)


# ---- the administrator's list ----


class AccountForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Who somebody is: everything but the e-mail can be corrected later."""

    email = StringField(lazy_gettext("Thư điện tử công vụ"))
    name = StringField(lazy_gettext("Họ và tên"), [InputRequired(lazy_gettext("Nhập họ và tên."))])
    title = StringField(lazy_gettext("Chức vụ"))
    role = SelectField(lazy_gettext("Vai trò"), validate_choice=False)
    unit = SelectField(lazy_gettext("Đơn vị"), validate_choice=False)
    home_unit = SelectField(lazy_gettext("Đơn vị công tác của thành viên hội đồng"), validate_choice=False)
    version = HiddenField()

    def offer(self) -> AccountForm:
        """Fill the lists to choose from."""
        units = [("", _("Không thuộc đơn vị nào")), *((unit.code, unit.name) for unit in all_units(current.db()))]
        self.role.choices = [(role.value, translate(name)) for role, name in ROLE_NAMES.items()]
        self.unit.choices = units
        self.home_unit.choices = units
        return self

    def facts(self) -> dict[str, Any]:
        """What the services ask for; refuses a unit that is not in the list."""
        db = current.db()
        return {
            "name": self.name.data,
            "title": self.title.data or "",
            "role": self.role.data or "",
            "unit": find_unit(db, self.unit.data) if self.unit.data else None,
            "home_unit": find_unit(db, self.home_unit.data, "home_unit") if self.home_unit.data else None,
        }


def load_account(db: Any, user_id: int) -> User | None:
    """The account of a URL."""
    found: User | None = db.get(User, user_id)
    return found


@area.get("/accounts", allow=Permission.MANAGE_ACCOUNTS)
def accounts() -> str:
    """Every account, with the state it is in."""
    shown = request.args.get("state", "")
    people = lists.all_accounts(current.db())
    states = {one.id: lists.state_of(one, now=current.now()) for one in people}
    counts = {state: sum(1 for one in states.values() if one == state) for state in lists.AccountState}
    return render_template(
        "accounts/accounts.html",
        people=[one for one in people if not shown or states[one.id] == shown],
        states=states,
        counts=counts,
        total=len(people),
        shown=shown,
        roles=ROLE_NAMES,
        state_names=lists.STATE_NAMES,
        last=lists.last_sign_ins(current.db()),
    )


@area.get("/accounts/new", allow=Permission.MANAGE_ACCOUNTS)
def new() -> str:
    """The form for a new account."""
    form = AccountForm(role=request.args.get("role", Role.UNIT_OFFICER.value), unit=request.args.get("unit", ""))
    return render_template("accounts/new.html", form=form.offer())


@area.post("/accounts/new", allow=Permission.MANAGE_ACCOUNTS)
def create() -> Any:
    """Create it and show, this once, the link and the code."""
    form = AccountForm().offer()
    if not form.validate():
        return render_template("accounts/new.html", form=form), 422
    try:
        invitation = service.create_account(
            current.db(), current.actor(), email=form.email.data or "", now=current.now(), **form.facts()
        )
    except Refusal as refusal:
        status = show_beside(form, refusal)
        return render_template("accounts/new.html", form=form), status
    return show_invitation(invitation)


def show_invitation(invitation: service.Invitation) -> str:
    """The page that is shown once; it answers the POST itself, so that the code is stored nowhere."""
    link = invitation.link(current.settings().public_url)
    return render_template("accounts/invitation.html", invitation=invitation, link=link)


@area.get("/accounts/<int:user_id>", allow=Permission.MANAGE_ACCOUNTS, load=load_account)
def account(person: User) -> str:
    """One account: correct it, invite anew, close."""
    home = unit_of(current.db(), person.home_unit_id)
    form = AccountForm(obj=person, unit=person.unit.code if person.unit else "", home_unit=home.code if home else "")
    return show_account(person, form.offer())


def show_account(person: User, form: AccountForm, conflict: list[dict[str, str]] | None = None) -> str:
    """The page of one account; `conflict` lists what somebody else saved meanwhile."""
    return render_template(
        "accounts/account.html",
        person=person,
        form=form,
        conflict=conflict,
        role=translate(ROLE_NAMES[Role(person.role)]),
        state=lists.state_of(person, now=current.now()),
        state_names=lists.STATE_NAMES,
        last=lists.last_sign_ins(current.db()).get(person.email),
        is_self=person is current.user(),
    )


@area.post("/accounts/<int:user_id>", allow=Permission.MANAGE_ACCOUNTS, load=load_account)
def change(person: User) -> Any:
    """Correct name, title, role or unit."""
    form = AccountForm().offer()
    if not form.validate():
        return show_account(person, form), 422
    try:
        service.change_account(
            current.db(), current.actor(), person, version=form.version.data or "", now=current.now(), **form.facts()
        )
    except Stale as refusal:
        rows = what_differs(person, form)
        form.version.data = str(person.version)
        return show_account(person, form, rows), refusal.status
    except Refusal as refusal:
        status = show_beside(form, refusal)
        return show_account(person, form), status
    flash(_("Đã lưu tài khoản."), "ok")
    return redirect(url_for("accounts.account", user_id=person.id), 303)


def what_differs(person: User, form: AccountForm) -> list[dict[str, str]]:
    """Rows for the page of a stale save: what was typed, and what is stored."""
    home = unit_of(current.db(), person.home_unit_id)
    stored = {
        "name": person.name,
        "title": person.title,
        "role": person.role,
        "unit": person.unit.code if person.unit else "",
        "home_unit": home.code if home else "",
    }
    rows = []
    for name, theirs in stored.items():
        field = form[name]
        if field.data != theirs:
            words = {key: str(label) for key, label in getattr(field, "choices", ())}
            rows.append(
                {
                    "label": str(field.label.text),
                    "mine": words.get(field.data, field.data or ""),
                    "theirs": words.get(theirs, theirs),
                }
            )
    return rows


@area.post("/accounts/<int:user_id>/reset", allow=Permission.MANAGE_ACCOUNTS, load=load_account)
def reset(person: User) -> str:
    """Take the password away and show, this once, a new link and code."""
    return show_invitation(service.reset_account(current.db(), current.actor(), person, now=current.now()))


@area.post("/accounts/<int:user_id>/close", allow=Permission.MANAGE_ACCOUNTS, load=load_account)
def close(person: User) -> Any:
    """The person can no longer sign in."""
    service.close_account(current.db(), current.actor(), person, now=current.now())
    flash(_("Đã đóng tài khoản %(email)s.", email=person.email), "ok")
    return redirect(url_for("accounts.account", user_id=person.id), 303)


@area.post("/accounts/<int:user_id>/reopen", allow=Permission.MANAGE_ACCOUNTS, load=load_account)
def reopen(person: User) -> Any:
    """The person can sign in again."""
    service.reopen_account(current.db(), current.actor(), person, now=current.now())
    flash(_("Đã mở lại tài khoản %(email)s.", email=person.email), "ok")
    return redirect(url_for("accounts.account", user_id=person.id), 303)


def admin_home(person: User, period: Period | None) -> str:
    """The administrator's first page: who waits for a code, who is locked out, which unit lacks people."""
    db, now = current.db(), current.now()
    waiting = lists.waiting_accounts(db)
    return render_template(
        "home/admin.html",
        period=period,
        waiting=waiting[:SHOWN_WAITING],
        waiting_count=len(waiting),
        now=now,
        locked=lists.locked_out(db, now=now),
        units=lists.units_without_people(db, period),
        is_empty=period is None and not all_units(db),
        closed=lists.newly_closed(db, now=now),
        counts=lists.count_by_role(db, now=now),
        roles=ROLE_NAMES,
    )
