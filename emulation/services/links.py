"""A link in the place of a file that is too large. DESIGN 9."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, raiseload

from emulation.errors import Invalid
from emulation.models import Evidence, Sheet
from emulation.services.actor import Actor
from emulation.services.evidence import Attached, check_texts, cite_on
from emulation.services.history import record
from emulation.services.sheets import require_fillable
from emulation.words import N_

LONGEST_URL = 1000


def check_url(text: str) -> str:
    """An address that may stand as evidence: http or https, with a host, without a password in it.

    Raises:
        Invalid: it is none; `field` is "url".
    """
    url = unicodedata.normalize("NFC", text).strip()  # an unseen sign in it is refused, not left out
    wrong = Invalid(N_("Nhập đường dẫn đầy đủ, bắt đầu bằng https:// hoặc http://."), "url")
    if len(url) > LONGEST_URL:
        raise Invalid(N_("Dài %(n)s ký tự, nhiều nhất %(most)s."), "url", n=len(url), most=LONGEST_URL)
    if any(not letter.isprintable() or letter.isspace() or letter in '\\<>"' for letter in url):
        raise wrong
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "." not in parts.hostname:
        raise wrong
    if parts.username is not None or parts.password is not None:
        raise Invalid(N_("Đường dẫn không được chứa tên đăng nhập hay mật khẩu."), "url")
    return url


def host_of(url: str) -> str:
    """The host of a link, as readers see it beside its title."""
    return urlsplit(url).hostname or url


def add_link(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    url: str,
    title: str,
    document_number: str = "",
    issued_on: date | None = None,
    issuer: str = "",
    code: str | None = None,
    place: str = "",
    now: datetime,
) -> Attached:
    """Note a link as an evidence of the unit and, with `code`, cite it. The same link again is no second evidence.

    Raises:
        WrongState, Invalid: see `require_fillable` and `check_url`; no title, or a text that is too long.
    """
    require_fillable(db, sheet, code, now=now)
    address = check_url(url)
    fields = check_texts(title=title, document_number=document_number, issuer=issuer, place=place)
    del fields["place"]
    if not fields["title"]:
        raise Invalid(N_("Nhập tên văn bản."), "title")
    evidence = db.scalar(
        select(Evidence)
        .where(Evidence.sheet_id == sheet.id, Evidence.url == address)
        .options(raiseload("*", sql_only=True))
    )
    is_new = evidence is None
    if evidence is None:
        evidence = Evidence(
            sheet_id=sheet.id,
            url=address,
            file_name="",
            media_type="",
            size=None,
            sha256=None,
            issued_on=issued_on,
            uploaded_by_id=actor.user_id,
            uploaded_at=now,
            **fields,
        )
        db.add(evidence)
        db.flush()
        record(
            db,
            actor,
            "add_link",
            evidence,
            now=now,
            period_id=sheet.period_id,
            unit_id=sheet.unit_id,
            place=code or "",
            new={"title": evidence.title, "url": address},
        )
    if code is not None:
        cite_on(db, actor, sheet, evidence, code=code, place=place, keep_place=not place, now=now)
    return Attached(evidence, is_new, code)
