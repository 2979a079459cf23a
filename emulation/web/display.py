"""How values look: filters and globals of the templates, by language."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from flask import Flask, g, request, session, url_for
from flask_babel import get_domain, gettext

from emulation.access import may
from emulation.config import ROOT, VIETNAM
from emulation.models import Sheet
from emulation.models.people import ROLE_NAMES, Role
from emulation.web import session as current
from emulation.words import Phrase, figure

LANGUAGES = ("vi", "en")
_MARKS = {"vi": ",", "en": "."}
_STATIC = ROOT / "static"
DASH = "\u2013"


def language() -> str:
    """The language of this reader: Vietnamese unless they chose English."""
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else "vi"


def translate(text: str) -> str:
    """A sentence in the reader's language, its placeholders untouched."""
    return _translated(text, language())


def say(text: str, /, **values: Any) -> str:
    """The same with its placeholders filled in. Modules of pages call it `_`; flask_babel's own keeps nothing."""
    found = translate(text)
    return found % values if values else found


def translate_count(one: str, many: str, n: int) -> str:
    """A sentence with a number in the reader's language, its placeholders untouched."""
    return str(get_domain().get_translations().ungettext(one, many, n))


@lru_cache(maxsize=10_000)
def _translated(text: str, language: str) -> str:
    """Kept, since a page shows the same few sentences thousands of times."""
    return str(gettext(text))


def decimal_mark() -> str:
    """ "," in Vietnamese, "." in English."""
    return _MARKS[language()]


def show_phrase(phrase: Phrase | str | None) -> str:
    """A phrase of the rules in the reader's language."""
    if phrase is None:
        return ""
    if isinstance(phrase, str):
        return translate(phrase)
    reader = language()
    return phrase.render(lambda text: _translated(text, reader), _MARKS[reader])


def show_points(value: Decimal | str | None, places: int = 2) -> str:
    """Points with fixed places, "8,50"; a dash where there are none."""
    return DASH if value is None else figure(Decimal(value), decimal=decimal_mark(), places=places)


def show_figure(value: Decimal | int | str | None) -> str:
    """A figure without useless zeros, "96,9"; a dash where there is none."""
    return DASH if value is None else figure(Decimal(value), decimal=decimal_mark())


def show_share(value: Decimal | None, places: int = 0) -> str:
    """A share 0..1 as "97 %"."""
    return DASH if value is None else figure(value * 100, decimal=decimal_mark(), places=places) + " %"


def show_date(value: date | datetime | None) -> str:
    """dd/mm/yyyy in Vietnam."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        value = value.astimezone(VIETNAM)
    return value.strftime("%d/%m/%Y")


def show_datetime(value: datetime | None) -> str:
    """HH:MM dd/mm/yyyy in Vietnam."""
    return DASH if value is None else value.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def show_time(value: datetime) -> str:
    """HH:MM in Vietnam."""
    return value.astimezone(VIETNAM).strftime("%H:%M")


def show_lateness(sheet: Sheet) -> str:
    """ "Nộp trễ 2 ngày" of a sheet that came late; "" otherwise."""
    return show_phrase(sheet.late)


def show_filesize(size: int) -> str:
    """Bytes as "1,4 MB"."""
    if size < 1024 * 1024:
        return figure(Decimal(max(size, 1)) / 1024, decimal=decimal_mark(), places=0) + " kB"
    return figure(Decimal(size) / (1024 * 1024), decimal=decimal_mark(), places=1) + " MB"


def static(path: str) -> str:
    """URL of a static file, with a version so that it can be cached for a year."""
    return _address(path, (_STATIC / path).stat().st_mtime, request.script_root)


@lru_cache(maxsize=256)
def _address(path: str, changed: float, mounted_at: str) -> str:
    """Kept, since each page names a dozen and a half."""
    version = hashlib.sha256((_STATIC / path).read_bytes()).hexdigest()[:10]
    return url_for("static", filename=path, v=version)


class Reader:
    """The signed-in person as the layout shows them."""

    def __init__(self, key: int, name: str, role: str, unit: Any) -> None:
        self.id = key
        self.name = name
        self.role = role
        self.unit = unit
        self.role_label = translate(ROLE_NAMES[Role(role)])


def context() -> dict[str, Any]:
    """What every template knows."""
    from emulation.web.nav import navigation  # the areas import this module

    person = current.user()
    return {
        "actor": Reader(person.id, person.name, person.role, person.unit) if person else None,
        "nav": navigation(person),
        "demo": current.settings().demo,
        "notices": g.get("notices", ()),
    }


def register(app: Flask) -> None:
    """Filters and globals."""
    app.jinja_env.filters.update(
        points=show_points,
        figure=show_figure,
        share=show_share,
        date=show_date,
        datetime=show_datetime,
        time=show_time,
        phrase=show_phrase,
        filesize=show_filesize,
        late=show_lateness,
    )

    def may_this(permission: Any, thing: Any = None) -> bool:
        return may(current.user(), permission, thing)

    app.jinja_env.globals.update(static=static, may=may_this)
    app.jinja_env.install_gettext_callables(translate, translate_count, newstyle=True)  # type: ignore[attr-defined]  # of i18n
    app.context_processor(context)

    @app.context_processor
    def language_and_product() -> dict[str, Any]:
        return {
            "language": language(),
            "product": {
                "name": translate("Thi đua - Khen thưởng"),
                "ministry": translate("Bộ Giáo dục và Đào tạo"),
                "department": current.settings().department,
            },
        }
