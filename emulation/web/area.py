"""Routes: each names who may use it, and may name how its thing is loaded."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from flask import Blueprint, abort, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from emulation.access import Permission, may, may_ever
from emulation.errors import CHANGED_MEANWHILE, Missing, NotYours, SignInNeeded, Stale, WrongState
from emulation.web import session as current
from emulation.words import N_

View = Callable[..., Any]
Loader = Callable[..., Any]
LARGEST_KEY = 2**31 - 1  # of an integer column; beyond it the database would raise


class Area(Blueprint):
    """A blueprint whose routes must say `allow=`; `load=` turns the values of the URL into the thing.

    `@area.get("/sheets/<int:sheet_id>", allow=Permission.READ_SHEET, load=load_sheet)` calls
    `load_sheet(db, sheet_id=...)`, refuses 404 for None and 401/403 by the table in `access.py`, and hands the loaded
    thing to the view as its first argument. Nothing is loaded for somebody who may do this to no thing at all, unless
    the loader brings the account too and says so (`load.brings_person`). A POST commits when the view has returned and
    rolls back on any exception.
    """

    def get(self, rule: str, *, allow: Permission, load: Loader | None = None) -> Callable[[View], View]:  # type: ignore[override]  # allow= is required here
        """A page."""
        return self._guarded(rule, ["GET"], allow, load)

    def post(self, rule: str, *, allow: Permission, load: Loader | None = None) -> Callable[[View], View]:  # type: ignore[override]  # allow= is required here
        """An act."""
        return self._guarded(rule, ["POST"], allow, load)

    def _guarded(self, rule: str, methods: list[str], allow: Permission, load: Loader | None) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(**values: Any) -> Any:
                if any(isinstance(value, int) and value > LARGEST_KEY for value in values.values()):
                    abort(404)
                db = current.db()
                thing = None
                if load is not None:
                    is_known = current.user_key() is None or not getattr(load, "brings_person", False)
                    if is_known and not may_ever(current.user(), allow):
                        refuse()
                    thing = load(db, **values)
                    if thing is None:
                        if current.user() is None:
                            check(allow)
                        raise Missing(N_("Không có trang này, hoặc đã được chuyển đi nơi khác."))
                check(allow, thing)
                response = view(thing) if load is not None else view(**values)
                if request.method not in current.SAFE:
                    commit(db)
                return response

            guarded.allow, guarded.load = allow, load  # type: ignore[attr-defined]  # read by docs and tests
            self.add_url_rule(rule, view.__name__, guarded, methods=methods)
            return guarded

        return decorate


def check(allow: Permission, thing: Any = None) -> None:
    """Refuse unless the person of this request may.

    Raises:
        SignInNeeded: nobody is signed in.
        NotYours: somebody is, and may not.
    """
    if not may(current.user(), allow, thing):
        refuse()


def refuse() -> NoReturn:
    """Refuse the person of this request, as `check` does."""
    if current.user() is None:
        raise SignInNeeded(N_("Hãy đăng nhập để mở trang này."))
    raise NotYours(N_("Tài khoản của anh chị không được phép mở trang hoặc làm việc này."))


def commit(db: Session) -> None:
    """Commit; a lost race becomes a refusal instead of an error.

    Raises:
        Stale: somebody changed the same row meanwhile.
        WrongState: a rule of the database forbids it.
    """
    try:
        db.commit()
    except StaleDataError as error:
        db.rollback()
        raise Stale(CHANGED_MEANWHILE) from error
    except IntegrityError as error:
        db.rollback()
        raise WrongState(
            N_("Chưa lưu được: nội dung này vừa được người khác ghi, hoặc trái ràng buộc của hệ thống.")
        ) from error
