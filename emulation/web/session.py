"""One request, one session, one transaction. Who is signed in. What time it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Flask, current_app, g, request, session
from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from emulation.config import Settings
from emulation.db import Sessions, writing
from emulation.models import Role, User
from emulation.services.actor import Actor

RENEWED_AFTER = 10  # minutes, of the twelve hours that a session lasts
SAFE = ("GET", "HEAD", "OPTIONS")
_SIGNED_IN = select(User).where(User.id == bindparam("key"))  # made once, asked for by every request


class WriteInGet(RuntimeError):
    """A page tried to change data while answering a GET: a bug, never the user's fault."""


def settings() -> Settings:
    """The settings of this application."""
    found: Settings = current_app.extensions["settings"]
    return found


def db() -> Session:
    """The session of this request; begun for writing unless the method is safe."""
    if "db" not in g:
        sessions: Sessions = current_app.extensions["sessions"]
        g.db = sessions()
        if request.method in SAFE:
            event.listen(g.db, "before_flush", _refuse_writes)
        else:
            writing(g.db)
    found: Session = g.db
    return found


def _refuse_writes(opened: Session, *_: object) -> None:
    if opened.new or opened.deleted or any(opened.is_modified(thing) for thing in opened.dirty):
        raise WriteInGet(f"{request.method} {request.path} would change data")


@contextmanager
def unlocked() -> Iterator[None]:
    """Let go of the database for long work on files, so that nobody waits for it; load again what is changed after."""
    db().commit()
    try:
        yield
    finally:
        writing(db())


def begin_again() -> Session:
    """Take back what this request has changed, and begin to write anew."""
    db().rollback()
    return writing(db())


def now() -> datetime:
    """The time of this request, UTC: the same for everything it does."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    found: datetime = g.now
    return found


def user() -> User | None:
    """Who is signed in, with seats and conflicts loaded; None for a stranger."""
    if "user" not in g:
        key = user_key()
        recognise(db().scalar(_SIGNED_IN, {"key": key}) if key is not None else None)
    someone: User | None = g.user
    return someone


def user_key() -> int | None:
    """Key of the account that this browser says it is signed in with."""
    key: int | None = session.get("user")
    return key


def recognise(found: User | None) -> None:
    """Take this account, loaded by `user_key`, for who is signed in, if its session holds and nobody is known yet."""
    if "user" in g:
        return
    g.user = None
    if found is not None and found.is_active and found.sign_out_count == session.get("sign_out_count"):
        g.user = with_seats(found)
        _stay()


def _stay() -> None:
    """Write the cookie anew every few minutes, so that the session ends when nobody has used it for long."""
    minutes = int(now().timestamp() // 60)
    if not 0 <= minutes - session.get("seen", 0) < RENEWED_AFTER:
        session["seen"] = minutes


def with_seats(person: User) -> User:
    """The person with seats and conflicts loaded: a reviewer's; nobody else has any, and need not be asked for them."""
    if person.role == Role.REVIEWER:
        _ = person.seats, person.conflicts
    else:
        set_committed_value(person, "seats", [])
        set_committed_value(person, "conflicts", [])
    return person


def actor() -> Actor:
    """The signed-in person as the services see them."""
    return Actor(user(), request.remote_addr or "")


def sign_in(person: User) -> None:
    """Begin a session for this person; the old one's contents are dropped, except the language."""
    language = session.get("language")
    session.clear()
    session["user"] = person.id
    session["sign_out_count"] = person.sign_out_count
    if language:
        session["language"] = language
    session.permanent = True
    g.user = person


def sign_out() -> None:
    """End the session of this browser, keeping the language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    g.user = None


def close(error: BaseException | None = None) -> None:
    """Give the connection back; what was not committed is rolled back."""
    opened: Session | None = g.pop("db", None)
    if opened is not None:
        opened.close()  # rolls back, and need not first make everything that was loaded stale


def register(app: Flask) -> None:
    """Close the session at the end of every request."""
    app.teardown_appcontext(close)
