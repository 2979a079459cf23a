"""A small Flask application that gives the templates what the real one gives them, without a database.

`make_stage()` serves the gallery of all components at /, some of them at /?brief, and answers saves at /save as the
sheet page does.
The Content-Security-Policy is the product's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import plotly.graph_objects as go
from flask import Blueprint, Flask, Response, flash, jsonify, render_template, request, url_for
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    FileField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class GalleryForm(FlaskForm):
    """One field of every kind."""

    part = StringField("Số thủ tục mức độ 4", default="95")
    whole = StringField("Tổng số thủ tục", default="98")
    note = TextAreaField("Diễn giải")
    file = FileField("Chọn tệp")
    title = StringField("Tên văn bản", [InputRequired("Nhập tên văn bản.")])
    value = DecimalField("Tỷ lệ", [InputRequired("Nhập tỷ lệ, ví dụ 96,5.")])
    issued = DateField("Ngày ban hành", [InputRequired("Nhập ngày ban hành.")], format="%d/%m/%Y")
    cluster = SelectField("Cụm thi đua", choices=[SelectChoice("1", "Cụm số 1"), SelectChoice("2", "Cụm số 2")])
    password = PasswordField("Mật khẩu", [InputRequired("Nhập lại mật khẩu.")])
    level = RadioField(
        "Bậc",
        [InputRequired("Chọn một bậc.")],
        choices=[SelectChoice("a", "Từ 80 %"), SelectChoice("b", "Từ 60 %")],
    )
    met = SelectMultipleField("Các mục đạt", choices=[SelectChoice("a", "Quy chế"), SelectChoice("b", "Diễn tập")])
    skip = BooleanField("Đơn vị được khai không áp dụng")
    sheet = FileField("Tệp Excel")


@dataclass(frozen=True)
class RankingRow:
    """One line of the invented ranking."""

    rank: int | None
    name: str
    total: Decimal
    change: Decimal
    award: str

    @property
    def shares(self) -> list[tuple[str, int | None]]:
        return [("I", 86), ("II", 72), ("V", None), ("X", 100)]


RANKING = [
    RankingRow(1, "Bắc Ninh", Decimal("93.42"), Decimal("1.10"), "flag"),
    RankingRow(2, "Nam Định", Decimal("92.18"), Decimal("-0.35"), "form"),
    RankingRow(None, "Đắk Lắk", Decimal("82.10"), Decimal("0.00"), ""),
]


def figure() -> dict[str, Any]:
    """A dot plot with ranges, as the ranking page draws it."""
    names = [row.name for row in RANKING]
    totals = [float(row.total) for row in RANKING]
    dots = go.Scatter(
        x=totals,
        y=names,
        mode="markers",
        name="Tổng điểm",
        error_x={"type": "constant", "value": 0.7, "thickness": 5, "width": 0, "color": "#9fb4d3"},
        marker={"size": 12, "color": "#1450b4"},
    )
    box = go.Box(x=[81.5, 84, 88, 93], name="</script><b>Cụm</b>", boxpoints="all")
    chart = go.Figure([dots, box])
    chart.update_layout(template="none", margin={"l": 120, "r": 20, "t": 10, "b": 40}, showlegend=False)
    return chart.to_plotly_json()


FIGURE = figure()


def static(path: str) -> str:
    """The address of a static file; Plotly, 1.5 MB of script, comes only where it is asked for, with ?plotly."""
    is_there = not path.startswith("vendor/plotly-") or "plotly" in request.args
    return url_for("static", filename=path if is_there else "nothing.js")


def make_stage() -> Flask:
    """The application, with every route the layout links to."""
    app = Flask(__name__, root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.testing = True
    app.secret_key = "only for the stage"
    app.config.update(WTF_CSRF_TIME_LIMIT=None, SEND_FILE_MAX_AGE_DEFAULT=3600)
    app.jinja_loader = jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(ROOT / "templates"), jinja2.FileSystemLoader(ROOT / "tests" / "templates")]
    )
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["points"] = lambda value: "–" if value is None else f"{value:.2f}".replace(".", ",")
    app.jinja_env.filters["figure"] = lambda value: "–" if value is None else f"{value}".replace(".", ",")
    app.jinja_env.filters["phrase"] = str
    app.jinja_env.globals["static"] = static
    app.jinja_env.globals["may"] = lambda permission, thing=None: True
    Babel(app, default_locale="vi")
    CSRFProtect(app)

    accounts = Blueprint("accounts", __name__)
    for name in ("sign_in", "sign_out", "set_language", "own", "session_token"):
        accounts.add_url_rule(f"/{name}", name, lambda: "", methods=["GET", "POST"])
    app.register_blueprint(accounts)

    unit = SimpleNamespace(name="Sở Giáo dục và Đào tạo tỉnh Thái Bình", short_name="Sở GDĐT Thái Bình")
    actor = SimpleNamespace(id=7, name="Phạm Thị Thu Hà", role="unit_officer", unit=unit, role_label="Chuyên viên")
    nav = [
        ("Việc cần làm", False),
        ("Phiếu chấm điểm", True),
        ("Kho minh chứng", False),
        ("Kết quả các năm", False),
    ]

    @app.context_processor
    def context() -> dict[str, Any]:
        return {
            "actor": None if "stranger" in request.args else actor,
            "nav": [{"label": label, "href": "/", "current": current} for label, current in nav],
            "product": SimpleNamespace(
                name="Thi đua - Khen thưởng",
                ministry="Bộ Giáo dục và Đào tạo",
                department="Vụ Thi đua - Khen thưởng",
            ),
            "language": "vi",
            "demo": True,
        }

    @app.get("/")
    def gallery() -> str:
        form = GalleryForm(meta={"csrf": False})
        if "errors" in request.args:
            form.validate()
            flash("Chưa lưu được.", "bad")
            flash("Đã tiếp nhận phiếu.", "ok")
        return render_template(
            "gallery.html",
            form=form,
            ranking=RANKING,
            figure=FIGURE,
            brief="brief" in request.args,
            save_url=url_for("save", criterion="VII.1"),
        )

    @app.get("/error/<int:status>")
    def error(status: int) -> str:
        return render_template("errors/error.html", status=status, sentence="Không có phiếu này.", advice=None)

    @app.get("/500")
    def alone() -> str:
        return render_template("errors/500.html", reference="7F3A-22")

    @app.post("/save/<criterion>")
    def save(criterion: str) -> Any:
        app.config.setdefault("SAVES", []).append(request.form.to_dict())
        part = request.form.get("part", "")
        if part == "409":
            module = app.jinja_env.get_template("ui/all.html").module
            rows = [{"label": "Tổng số", "mine": request.form["whole"], "theirs": "104"}]
            return jsonify(html=module.conflict("Lê Thị Bình", "10:41 20/06/2022", rows, 8, "/")), 409
        if part == "401":
            return jsonify(error="Phiên đăng nhập đã hết.", errors={}), 401
        if part == "503":
            return Response("down", status=503)
        if part in ("403", "404"):
            return jsonify(error="Phiếu đã trình ký.", errors={}), int(part)
        if not part.isdigit():
            return jsonify(errors={"part": "Số này không đọc được: nhập ví dụ 95."}), 422
        working = app.jinja_env.get_template("ui/all.html").module.working(
            f"{part}/98", gives="8,00 điểm", box=True, id=f"working-{criterion}"
        )
        version = int(request.form["version"]) + 1
        fragments = {
            f"working-{criterion}": str(working),
            "total": '<span class="big num" id="total">85,00</span>',
        }
        return jsonify(saved_at="10:43", version=version, fragments=fragments)

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app
