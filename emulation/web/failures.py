"""How a refusal or a failure looks: a page, or JSON for a script."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from emulation.access import Permission
from emulation.config import ROOT
from emulation.db import UNAVAILABLE, is_unavailable
from emulation.errors import Refusal, SignInNeeded
from emulation.services.quotas import MIB
from emulation.web import session as current
from emulation.web.display import show_phrase
from emulation.words import N_, Phrase

log = logging.getLogger(__name__)
SENTENCES = {
    404: N_("Không có trang này, hoặc đã được chuyển đi nơi khác."),
    405: N_("Trang này không nhận yêu cầu kiểu này."),
}
BUSY = N_("Hệ thống đang bận, anh chị thử lại sau ít phút; nội dung đã nhập vẫn còn trong trình duyệt.")


def wants_json() -> bool:
    """Whether a script asked, which reads JSON."""
    return request.accept_mimetypes.best == "application/json"


def answer(status: int, sentence: str, *, field: str | None = None, advice: str | None = None) -> Any:
    """One refusal as JSON or as a page."""
    if wants_json():
        return jsonify(error=sentence, errors={field: sentence} if field else {}), status
    return render_template("errors/error.html", status=status, sentence=sentence, advice=advice), status


def show_beside(form: Any, refusal: Refusal) -> int:
    """Put the sentence beside the form's field that it belongs to, or above the form; the status of the page."""
    sentence = show_phrase(refusal.phrase)
    if refusal.field and refusal.field in form:
        form[refusal.field].errors = [sentence]
    else:
        form.form_errors = [sentence]
    return refusal.status


def register(app: Flask) -> None:
    """Handlers of every kind of failure."""

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Any:
        _forget_changes()
        if isinstance(error, SignInNeeded) and not wants_json() and request.method == "GET":
            target = request.full_path if request.query_string else request.path
            return redirect(url_for("accounts.sign_in", next=target))
        return answer(error.status, show_phrase(error.phrase), field=error.field)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Any:
        _forget_changes()
        view = current_app.view_functions.get(request.endpoint or "")
        if current.user() is None and getattr(view, "allow", Permission.PUBLIC) != Permission.PUBLIC:
            return answer(401, show_phrase(N_("Phiên đăng nhập đã hết. Đăng nhập rồi gửi lại.")))
        return answer(
            400,
            show_phrase(N_("Trang đã mở quá lâu hoặc phiên đăng nhập đã đổi. Tải lại trang rồi gửi lại.")),
        )

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> Any:
        _forget_changes()
        if error.code is None or error.code < 400:
            return error
        if isinstance(error, RequestEntityTooLarge):
            return _too_large()
        return answer(error.code, show_phrase(SENTENCES.get(error.code, N_("Yêu cầu không đọc được."))))

    def unavailable(error: Exception) -> Any:
        if not is_unavailable(error):
            return broken(error)
        log.warning("database unavailable: %s %s: %s", request.method, request.path, error)
        if wants_json():
            return jsonify(error=show_phrase(BUSY), errors={}), 503
        return _alone("503.html"), 503

    for kind in UNAVAILABLE:
        app.register_error_handler(kind, unavailable)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Any:
        reference = secrets.token_hex(4).upper()
        log.exception("reference %s: %s %s", reference, request.method, request.path)
        if current_app.testing:
            raise error
        if wants_json():
            sentence = Phrase(N_("Hệ thống gặp lỗi, số tham chiếu %(reference)s."), {"reference": reference})
            return jsonify(error=show_phrase(sentence)), 500
        return _alone("500.html", reference=reference), 500


def _alone(name: str, **values: str) -> str:
    """A page that asks neither the database nor the request."""
    page = (ROOT / "templates" / "errors" / name).read_text(encoding="utf-8")
    return current_app.jinja_env.from_string(page).render(**values)


def _too_large() -> Any:
    """Files are read piece by piece up to a limit of their own; anything else is a form."""
    most = request.max_content_length or 0
    if request.mimetype == "multipart/form-data" and (request.content_length or 0) > most:
        said = Phrase(N_("Tệp gửi lên lớn hơn mức cho phép (%(n)s MB)."), {"n": most // MIB - 1})  # 1 MiB is for fields
        return answer(413, show_phrase(said), advice=show_phrase(N_("Chọn tệp nhỏ hơn, hoặc chia thành nhiều tệp.")))
    most = current_app.config["MAX_FORM_MEMORY_SIZE"]
    said = Phrase(N_("Nội dung gửi lên dài hơn mức cho phép (%(n)s MB)."), {"n": most // MIB})
    return answer(413, show_phrase(said), advice=show_phrase(N_("Rút gọn nội dung, hoặc chia thành nhiều lần gửi.")))


def _forget_changes() -> None:
    """What the failed act has changed must not be seen by the error page."""
    opened = g.get("db")
    if opened is not None:
        opened.rollback()
