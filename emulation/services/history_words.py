"""The history in words: names of acts, and what changed, old beside new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from emulation.domain.clusters import CLUSTER_ROLE_NAMES, ClusterRole
from emulation.domain.workflow import PHASE_NAMES, STATE_NAMES, Phase, SheetState
from emulation.models import Evidence, History, Role
from emulation.models.people import ROLE_NAMES
from emulation.words import N_, Phrase

ACT_NAMES = {
    "accept": N_("Chấp nhận như đã khai"),
    "activate_account": N_("Kích hoạt tài khoản"),
    "add_link": N_("Ghi đường dẫn làm minh chứng"),
    "answer": N_("Trả lời giải trình"),
    "answer_comment": N_("Trả lời ý kiến góp ý"),
    "answer_remark": N_("Trả lời trao đổi nội bộ"),
    "assign": N_("Phân công kê khai"),
    "attach": N_("Tải minh chứng lên"),
    "attach_scan": N_("Gắn bản quét phiếu đã ký"),
    "change_account": N_("Sửa tài khoản"),
    "change_award": N_("Sửa danh hiệu, hình thức khen thưởng"),
    "change_council": N_("Sửa hội đồng thẩm định"),
    "change_decision": N_("Sửa quyết định khen thưởng"),
    "change_indicator": N_("Đổi số liệu của Bộ"),
    "change_unit": N_("Sửa đơn vị"),
    "change_password": N_("Đổi mật khẩu"),
    "cite": N_("Trích dẫn minh chứng"),
    "close_account": N_("Đóng tài khoản"),
    "close_consultation": N_("Kết thúc lấy ý kiến"),
    "comment": N_("Góp ý bộ tiêu chí"),
    "confirm_evidence": N_("Xác nhận minh chứng còn hiệu lực"),
    "confirm_figures": N_("Xác nhận số liệu"),
    "create_account": N_("Thêm tài khoản"),
    "create_award": N_("Thêm danh hiệu, hình thức khen thưởng"),
    "create_council": N_("Lập hội đồng thẩm định"),
    "create_draft": N_("Lập bản dự thảo bộ tiêu chí"),
    "create_unit": N_("Thêm đơn vị"),
    "create_period": N_("Lập kỳ đánh giá"),
    "declare_conflict": N_("Khai xung đột lợi ích"),
    "describe": N_("Sửa thông tin minh chứng"),
    "dispute": N_("Không đồng ý với số liệu của Bộ"),
    "drop_draft": N_("Bỏ bản dự thảo bộ tiêu chí"),
    "exclude": N_("Ghi điều kiện loại trừ"),
    "explain": N_("Giải trình"),
    "extend": N_("Gia hạn cho đơn vị"),
    "fill": N_("Kê khai"),
    "finalise": N_("Chốt phiếu"),
    "follow_list": N_("Cập nhật đơn vị của kỳ theo danh sách"),
    "finish_marking": N_("Chấm xong phiếu"),
    "grant": N_("Ban hành quyết định khen thưởng"),
    "import_workbook": N_("Nộp phiếu Excel"),
    "lift_exclusion": N_("Gỡ điều kiện loại trừ"),
    "load_indicators": N_("Nạp số liệu Bộ đã có"),
    "mark": N_("Chấm điểm"),
    "move_phase": N_("Chuyển giai đoạn"),
    "offer_figures": N_("Điền số liệu Bộ đã có"),
    "open_consultation": N_("Lấy ý kiến bản dự thảo"),
    "open_ranking": N_("Đổi việc công khai xếp hạng"),
    "print": N_("In bằng"),
    "publish": N_("Công bố kết quả"),
    "publish_criteria": N_("Công bố bộ tiêu chí"),
    "receive": N_("Tiếp nhận phiếu"),
    "refuse_infected": N_("Từ chối tệp có mã độc"),
    "remove_evidence": N_("Bỏ minh chứng khỏi kho"),
    "reinstate_criteria": N_("Dùng lại bộ tiêu chí"),
    "remark": N_("Trao đổi nội bộ"),
    "recall": N_("Rút lại để sửa"),
    "remind": N_("Gửi thư nhắc hạn"),
    "remind_again": N_("Gửi lại thư nhắc"),
    "reopen_account": N_("Mở lại tài khoản"),
    "reopen_remark": N_("Mở lại trao đổi nội bộ"),
    "replace_file": N_("Thay tệp minh chứng"),
    "reset_account": N_("Cấp mã kích hoạt mới"),
    "resolve_remark": N_("Đánh dấu trao đổi đã xong"),
    "retire_criteria": N_("Thôi dùng bộ tiêu chí"),
    "return": N_("Trả lại đơn vị"),
    "reveal": N_("Công khai điểm của các thành viên"),
    "revoke": N_("Thu hồi bằng"),
    "send": N_("Trình lãnh đạo ký"),
    "send_back": N_("Trả lại chuyên viên"),
    "set_windows": N_("Đặt mốc thời gian"),
    "settle": N_("Kết luận điểm thẩm định"),
    "sign_in": N_("Đăng nhập"),
    "submit": N_("Ký và nộp"),
    "take_back_extension": N_("Rút lại gia hạn của đơn vị"),
    "take_over": N_("Lấy từ năm trước"),
    "take_up_draft": N_("Soạn tiếp bản dự thảo"),
    "uncite": N_("Bỏ trích dẫn minh chứng"),
    "undo_take_over": N_("Bỏ phần lấy từ năm trước"),
}
FIELD_NAMES = {
    "answer": N_("Trả lời"),
    "award": N_("Danh hiệu, hình thức khen thưởng"),
    "before": N_("Năm trước"),
    "chair": N_("Chủ tịch"),
    "changed": N_("Số liệu đổi"),
    "chosen": N_("Chọn thêm theo biểu quyết"),
    "closes_at": N_("Đóng"),
    "cluster": N_("Cụm thi đua"),
    "cluster_role": N_("Vai trò trong cụm"),
    "clusters": N_("Cụm thi đua"),
    "code": N_("Mã"),
    "codes": N_("Mã tra cứu"),
    "count": N_("Số lượng"),
    "criteria": N_("Bộ tiêu chí"),
    "data": N_("Số liệu"),
    "document_number": N_("Số, ký hiệu"),
    "edition": N_("Phiên bản"),
    "email": N_("Thư điện tử"),
    "evidence": N_("Minh chứng"),
    "explanation": N_("Diễn giải"),
    "file_name": N_("Tệp"),
    "filled": N_("Dòng được điền"),
    "ground": N_("Điều kiện"),
    "home_unit": N_("Đơn vị công tác"),
    "is_illustrative": N_("Minh họa"),
    "issued_on": N_("Ngày ban hành"),
    "issuer": N_("Cơ quan ban hành"),
    "kind": N_("Loại"),
    "level": N_("Bậc"),
    "lines": N_("Tiêu chí"),
    "members": N_("Thành viên"),
    "merit": N_("Thành tích"),
    "met": N_("Đạt"),
    "method": N_("Cách lấy điểm"),
    "minimum_grade": N_("Xếp loại tối thiểu"),
    "mode": N_("Cách in"),
    "name": N_("Tên"),
    "new": N_("Số liệu mới"),
    "not_applicable": N_("Không áp dụng"),
    "note": N_("Ghi chú"),
    "now": N_("Năm nay"),
    "number": N_("Số"),
    "officer": N_("Người phụ trách"),
    "outcome": N_("Kết quả"),
    "own_value": N_("Số của đơn vị"),
    "part": N_("Số đạt"),
    "phase": N_("Giai đoạn"),
    "place": N_("Trang, mục"),
    "points": N_("Điểm"),
    "position": N_("Thứ tự"),
    "previous": N_("Kỳ trước"),
    "proposal": N_("Điểm đề nghị"),
    "quota": N_("Số lượng"),
    "quota_percent": N_("Tỷ lệ (%)"),
    "ranking_is_public": N_("Công khai xếp hạng"),
    "reason": N_("Lý do"),
    "role": N_("Vai trò"),
    "scope": N_("Phạm vi"),
    "same_as": N_("Cùng số liệu với tiêu chí"),
    "sha256": N_("Mã băm"),
    "shuts_out": N_("Loại trừ hình thức"),
    "sent": N_("Đã gửi"),
    "failed": N_("Chưa gửi được"),
    "unknown": N_("Không rõ đã đi chưa"),
    "done": N_("Hôm nay đã được nhắc"),
    "left": N_("Để lần sau"),
    "short_name": N_("Tên ngắn"),
    "signer": N_("Người ký"),
    "signer_title": N_("Chức vụ người ký"),
    "size": N_("Dung lượng"),
    "source": N_("Nguồn"),
    "stance": N_("Ý kiến của đơn vị"),
    "state": N_("Trạng thái"),
    "status": N_("Tình trạng"),
    "tags": N_("Đặc điểm"),
    "taken_from": N_("Chờ xác nhận"),
    "template": N_("Mẫu in"),
    "text": N_("Nội dung"),
    "title": N_("Tên, chức vụ"),
    "total": N_("Tổng điểm"),
    "unit": N_("Đơn vị"),
    "units": N_("Đơn vị"),
    "url": N_("Đường dẫn"),
    "valid_from": N_("Hiệu lực từ"),
    "valid_to": N_("Hiệu lực đến"),
    "virus": N_("Mã độc"),
    "value": N_("Giá trị"),
    "vote_note": N_("Biểu quyết"),
    "whole": N_("Tổng số"),
    "workbook": N_("Phiếu Excel"),
}
FIGURES = frozenset(
    (
        "before",
        "count",
        "now",
        "own_value",
        "part",
        "points",
        "proposal",
        "quota",
        "quota_percent",
        "total",
        "value",
        "whole",
    )
)
VALUE_NAMES = {
    **{("phase", phase.value): PHASE_NAMES[phase] for phase in Phase},
    **{("state", state.value): STATE_NAMES[state] for state in SheetState},
    **{("role", role.value): ROLE_NAMES[role] for role in Role},
    **{("cluster_role", role.value): CLUSTER_ROLE_NAMES[role] for role in ClusterRole},
    ("kind", "form"): N_("Hình thức khen thưởng"),
    ("kind", "title"): N_("Danh hiệu thi đua"),
    ("mode", "full"): N_("Có khung"),
    ("mode", "text"): N_("Chỉ chữ, trên phôi"),
    ("outcome", "adopted"): N_("Tiếp thu"),
    ("outcome", "answered"): N_("Giải trình"),
    ("outcome", "change"): N_("Đổi điểm"),
    ("outcome", "keep"): N_("Giữ nguyên"),
    ("scope", "cluster"): N_("Trong cụm"),
    ("scope", "nationwide"): N_("Toàn quốc"),
    ("stance", "confirmed"): N_("Đồng ý"),
    ("stance", "disputed"): N_("Không đồng ý"),
    ("stance", "offered"): N_("Chưa trả lời"),
    ("status", "revoked"): N_("Đã thu hồi"),
    ("status", "valid"): N_("Còn hiệu lực"),
    ("taken_from", "last_year"): N_("Số liệu năm trước"),
    ("taken_from", "ministry"): N_("Số liệu của Bộ"),
}
Names = Mapping[str, Mapping[str, str]]  # field -> what is recorded -> its name
EMPTY = Phrase(N_("để trống"))


@dataclass(frozen=True)
class Change:
    """One thing that an act changed; `before` is None where nothing was said, `after` where it was taken away."""

    label: str
    before: Phrase | None
    after: Phrase | None


def changes_of(line: History, names: Names | None = None) -> list[Change]:
    """What a line of history changed, in words, in the order in which it was recorded.

    `names` says what codes and keys stand for, by field: `{"units": {"34": "Thái Bình"}}`.
    """
    names = names or {}
    old, new = dict(_flat(line.old)), dict(_flat(line.new))
    return [
        Change(
            label=_label(line.thing, key),
            before=_said(key, old[key], names) if key in old else None,
            after=_said(key, new[key], names) if key in new else None,
        )
        for key in {**old, **new}
        if key not in old or key not in new or old[key] != new[key]
    ]


def _flat(values: dict[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """Keys and plain values; an object inside (an entry's figures) gives its own keys."""
    for key, value in (values or {}).items():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield key, value


def _label(thing: str, key: str) -> str:
    if thing == Evidence.__tablename__ and key == "title":
        return N_("Tên văn bản")
    return FIELD_NAMES.get(key) or PHASE_NAMES.get(key) or key  # type: ignore[call-overload]  # a phase is a str


def _said(key: str, value: Any, names: Names) -> Phrase:
    if value is None or value == "" or value == []:
        return EMPTY
    if isinstance(value, bool):
        return Phrase(N_("có") if value else N_("không"))
    if (key, value if isinstance(value, str) else "") in VALUE_NAMES:
        return Phrase(VALUE_NAMES[key, value])
    is_count = key in ("clusters", "units") and isinstance(value, int)
    known = {} if is_count else names.get(key, {})
    if key == "lines":  # what tells the contents apart is not for people
        value = [str(one).partition(" ")[0] for one in value]
    if isinstance(value, list):
        return Phrase("%(v)s", {"v": ", ".join(known.get(str(one), str(one)) for one in value)})
    if str(value) in known:
        return Phrase("%(v)s", {"v": known[str(value)]})
    if key in ("sha256", "criteria", "workbook"):
        return Phrase("%(v)s", {"v": f"{str(value)[:12]}…"})
    return Phrase("%(v)s", {"v": _typed(key, value)})


def _typed(key: str, value: Any) -> Any:
    """A figure as a number and moments as moments, so that they are shown as people write them."""
    if not isinstance(value, str):
        return value
    try:
        if key in FIGURES:
            return Decimal(value)
        if key.endswith(("_at", "_on", "valid_from", "valid_to")):
            return _moment(value)
        if key in PHASE_NAMES:
            opens_at, closes_at = value.split(" - ")
            return Phrase(N_("%(first)s đến %(last)s"), {"first": _moment(opens_at), "last": _moment(closes_at)})
    except (InvalidOperation, ValueError):
        pass  # an older line may hold other words: shown as they are
    return value


def _moment(text: str) -> date:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.date()
