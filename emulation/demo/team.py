"""The demo unit at work: two officers with parts of the sheet, remarks, some history, a scan of a signed print."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.demo.figures import small_pdf
from emulation.models import Sheet, User
from emulation.services.actor import Actor
from emulation.services.lines import what_is_left
from emulation.services.remarks import answer, remark, resolve
from emulation.services.scans import attach_scan
from emulation.services.scores import criteria_of
from emulation.services.sheets import save_entry
from emulation.services.team import BONUS, assign, shares_of

WORDS = "Đã đối chiếu với báo cáo tổng kết năm học (minh họa)."
QUESTION = "Số này lấy ở báo cáo nào vậy chị Mai?"
ANSWER = "Báo cáo tổng kết, trang 6; em đã gắn minh chứng."
FROM_DIRECTOR = "Đề nghị kiểm tra lại số liệu với phòng Kế hoạch - Tài chính trước khi trình ký."
WAITING = "Phòng chuyên môn hẹn gửi số liệu trong tuần này."


def write_team(db: Session, sheet: Sheet, first: User, second: User, director: User, *, now: datetime) -> None:
    """Every third part is the second officer's; four changed lines; three remarks, one of them resolved."""
    head, other = Actor(first), Actor(second)
    criteria = criteria_of(sheet)
    keys = list(shares_of(criteria))[:-1]
    parts = {key: second.id if place % 3 == 2 or key == BONUS else first.id for place, key in enumerate(keys)}
    assign(db, head, sheet, to=parts, now=now - timedelta(days=5))
    filled = [entry for entry in sheet.entries if entry.data and not entry.explanation][:4]
    for place, entry in enumerate(filled):
        at = now - timedelta(days=3 - place // 2, hours=2 * place)
        who = other if place % 2 else head
        save_entry(db, who, sheet, code=entry.code, data=entry.data, explanation=WORDS, version=entry.version, now=at)
    missing = next(one.code for one in what_is_left(sheet) if one.kind == "entry")
    asked = remark(db, head, sheet, code=filled[0].code, text=QUESTION, now=now - timedelta(days=2))
    answer(db, other, asked, text=ANSWER, now=now - timedelta(days=1, hours=22))
    resolve(db, head, asked, now=now - timedelta(days=1, hours=20))
    remark(db, Actor(director), sheet, code=filled[1].code, text=FROM_DIRECTOR, now=now - timedelta(hours=9))
    remark(db, other, sheet, code=missing, text=WAITING, now=now - timedelta(hours=5))


def write_scan(db: Session, sheet: Sheet, director: User, settings: Settings, *, now: datetime) -> None:
    """The scan of a signed print, attached while the sheet waits for receipt."""
    attach_scan(
        db,
        Actor(director),
        sheet,
        folder=Path(settings.evidence_dir),
        file=BytesIO(small_pdf(f"{sheet.period.code} / {sheet.unit.code} / da ky")),
        file_name="phieu-da-ky-minh-hoa.pdf",
        largest_mib=settings.largest_file_mib,
        now=now,
    )
