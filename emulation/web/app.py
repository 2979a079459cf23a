"""The Flask application."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from flask import Flask, Response, request
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from emulation.config import ROOT, Settings, require_folder, settings_from
from emulation.db import make_engine, make_sessions
from emulation.errors import Missing, Refusal
from emulation.jobs import plan_in
from emulation.web import at_work, display, failures, session
from emulation.words import N_

AREAS = (
    "accounts",
    "home",
    "criteria",
    "drafts",
    "consultations",
    "comparisons",
    "periods",
    "progress",
    "reminders",
    "new_periods",
    "units",
    "councils",
    "exclusions",
    "sheets",
    "rows",
    "take_over",
    "indicators",
    "workbooks",
    "evidence",
    "uploads",
    "evidence_health",
    "evidence_exports",
    "submissions",
    "team",
    "remarks",
    "scans",
    "sheet_activity",
    "reviews",
    "verdicts",
    "explanations",
    "results",
    "lean",
    "awards",
    "certificates",
    "history",
)
LARGEST_FORM = 2 * 1024 * 1024  # bytes of everything but files; a whole sheet in one form is far below
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def build(settings: Settings | None = None) -> Flask:
    """The application for these settings (default: from the environment)."""
    settings = settings or settings_from()
    plan_in(settings)  # wrong days of reminders stop the start, not the first page of an officer
    require_folder(settings)
    app = Flask("emulation", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret_key or kept_secret(settings),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_REFRESH_EACH_REQUEST=False,  # session.py does it now and then: to sign a cookie takes time
        MAX_CONTENT_LENGTH=(settings.largest_file_mib + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session; a sheet stays open for hours
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "emulation" / "translations"),
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask documents
    engine = make_engine(settings.database_url)
    app.extensions["settings"] = settings
    app.extensions["engine"] = engine
    app.extensions["sessions"] = make_sessions(engine)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.before_request  # before the token is looked for, which reads the form
    def limit_forms() -> None:
        if request.mimetype != "multipart/form-data":  # only those are read piece by piece
            request.max_content_length = LARGEST_FORM

    @app.before_request
    def refuse_zero() -> None:
        """No text of ours holds U+0000, and PostgreSQL takes none."""
        if "\0" in request.path:
            raise Missing(failures.SENTENCES[404])
        typed = (request.args, request.form) if request.method == "POST" else (request.args,)
        if any("\0" in text for values in typed for pair in values.items(multi=True) for text in pair):
            raise Refusal(N_("Nội dung gửi lên có ký tự rỗng (NUL), không nhận. Xóa ký tự đó rồi gửi lại."))

    CSRFProtect(app)
    Babel(app, locale_selector=display.language)
    at_work.register(app)
    session.register(app)
    display.register(app)
    failures.register(app)
    for name in AREAS:
        app.register_blueprint(import_module(f"emulation.web.{name}").area)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    logging.getLogger("emulation").setLevel(logging.INFO)
    return app


def kept_secret(settings: Settings) -> str:
    """A key made at first start and kept readable by this user only, so that a restart signs nobody out."""
    path = Path(settings.evidence_dir).parent / "secret_key"
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")
