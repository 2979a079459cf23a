"""The accounts of the demo: one ready for each role.

Their password is made at random when the demo database is made and kept beside it, so that no password stands in the
source. The sign-in page shows `ready_accounts(...)` in demo mode only.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from emulation.config import Settings
from emulation.models import Role
from emulation.words import N_

WORDS = ("sen", "tre", "lua", "mai", "dao", "que", "cau", "ban", "chu", "vai", "buoi", "cam", "nhan", "xoai")


@dataclass(frozen=True)
class DemoPerson:
    """A demo account: `unit` and `home_unit` are codes of units, `who` says in words whom it stands for."""

    email: str
    name: str
    title: str
    role: str
    who: str
    unit: str | None = None
    home_unit: str | None = None


PEOPLE = (
    DemoPerson(
        "chuyenvien@thaibinh.example",
        "Phạm Thị Thu Hà",
        "Chuyên viên Văn phòng",
        Role.UNIT_OFFICER,
        N_("chuyên viên Sở GDĐT Thái Bình, đang kê khai"),
        unit="34",
    ),
    DemoPerson(
        "chuyenvien2@thaibinh.example",
        "Trần Thị Ngọc Mai",
        "Chuyên viên phòng Giáo dục Mầm non",
        Role.UNIT_OFFICER,
        N_("chuyên viên Sở GDĐT Thái Bình, được phân công một phần phiếu"),
        unit="34",
    ),
    DemoPerson(
        "giamdoc@camau.example",
        "Nguyễn Minh Luân",
        "Giám đốc",
        Role.UNIT_DIRECTOR,
        N_("Giám đốc Sở GDĐT Cà Mau, có phiếu chờ ký"),
        unit="96",
    ),
    DemoPerson(
        "giamdoc@thaibinh.example",
        "Nguyễn Viết Hiển",
        "Giám đốc",
        Role.UNIT_DIRECTOR,
        N_("Giám đốc Sở GDĐT Thái Bình, ký khi chuyên viên trình"),
        unit="34",
    ),
    DemoPerson(
        "chuyenvien@camau.example",
        "Lý Hoàng Nam",
        "Chuyên viên Văn phòng",
        Role.UNIT_OFFICER,
        N_("chuyên viên Sở GDĐT Cà Mau, có phiếu đã trình"),
        unit="96",
    ),
    DemoPerson(
        "thanhvien@hoidong.example",
        "Trần Văn Bách",
        "Chuyên viên chính",
        Role.REVIEWER,
        N_("thành viên hội đồng thẩm định, đang chấm"),
        home_unit="35",
    ),
    DemoPerson(
        "chutich@hoidong.example",
        "Lê Thị Minh Châu",
        "Phó Vụ trưởng",
        Role.REVIEWER,
        N_("chủ tịch hội đồng thẩm định"),
    ),
    DemoPerson(
        "chuyenvien@vu.example",
        "Vũ Thanh Bình",
        "Chuyên viên chính",
        Role.DEPARTMENT,
        N_("chuyên viên Vụ, điều hành kỳ đánh giá"),
    ),
    DemoPerson(
        "cumtruong@quangninh.example",
        "Đỗ Quang Hải",
        "Trưởng phòng",
        Role.CLUSTER_LEADER,
        N_("cụm trưởng cụm thi đua số 2, Sở GDĐT Quảng Ninh"),
        unit="22",
    ),
    DemoPerson("lanhdao@bo.example", "Hoàng Thị Lan", "Thứ trưởng", Role.LEADER, N_("lãnh đạo Bộ")),
    DemoPerson("kiemtra@bo.example", "Bùi Đức Thọ", "Thanh tra viên", Role.AUDITOR, N_("thanh tra, kiểm tra")),
    DemoPerson("quantri@bo.example", "Ngô Gia Khánh", "Quản trị viên", Role.ADMIN, N_("quản trị tài khoản")),
)
# further members of the council and other officers, who have marks and entries but no password
OTHERS = (DemoPerson("thanhvien2@hoidong.example", "Đặng Thu Trang", "Chuyên viên", Role.REVIEWER, ""),)


@dataclass(frozen=True)
class ReadyAccount:
    """What the sign-in page shows of a demo account."""

    email: str
    password: str
    role: str
    who: str


def new_password() -> str:
    """A random password that is easy to type: three words and four digits."""
    return "-".join([*(secrets.choice(WORDS) for _ in range(3)), f"{secrets.randbelow(10_000):04d}"])


def _file(settings: Settings) -> Path:
    return Path(settings.evidence_dir).parent / "demo_accounts.json"


def write_accounts(settings: Settings, password: str) -> None:
    """Keep the demo accounts beside the demo database, readable by this user only."""
    path = _file(settings)
    accounts = [asdict(ReadyAccount(person.email, password, person.role, person.who)) for person in PEOPLE]
    path.touch(mode=0o600)
    path.write_text(json.dumps(accounts, ensure_ascii=False, indent=1), encoding="utf-8")


def ready_accounts(settings: Settings) -> list[ReadyAccount]:
    """The demo accounts with their password; empty outside demo mode."""
    if not settings.demo:
        return []
    path = _file(settings)
    if not path.exists():
        return []
    return [ReadyAccount(**account) for account in json.loads(path.read_text(encoding="utf-8"))]
