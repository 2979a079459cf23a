"""Settings, read once from the environment. Each is documented by the comment above it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
THREADS = 4  # of each process of the web server


_CLAMD = re.compile(r"unix:.+|tcp:.+:[0-9]{1,5}")
_FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class WrongSetting(ValueError):
    """A setting that cannot be used, as a sentence that names its variable."""


@dataclass(frozen=True)
class Settings:
    """Every setting NAME is the environment variable EMULATION_NAME, in upper case."""

    # SQLAlchemy URL of the database: SQLite by default, PostgreSQL as postgresql+psycopg://user@host/name.
    database_url: str = f"sqlite:///{ROOT / 'var' / 'emulation.db'}"
    # Folder of the evidence files, outside the web root.
    evidence_dir: str = str(ROOT / "var" / "evidence")
    # Key that signs the session cookie. Empty: one is made at first start and kept beside the database.
    secret_key: str = ""
    # Address under which people reach the program; printed in QR codes and activation links.
    public_url: str = "http://127.0.0.1:8000"
    # Largest evidence file, in MiB.
    largest_file_mib: int = field(default=50, metadata={"range": (1, 10_000)})
    # Room for the evidence files of one unit in one round, older revisions included, in MiB.
    unit_quota_mib: int = field(default=2000, metadata={"range": (0, 10_000_000)})
    # A virus scanner (ClamAV's clamd) that every evidence file must pass: unix:/path/to/socket or tcp:host:port.
    # Empty: none. While it does not answer, no file is taken in.
    clamd: str = ""
    # Name of the ministry's department that runs the round ("Vụ Tổ chức cán bộ" since 2022).
    department: str = "Vụ Thi đua - Khen thưởng"
    # Send cookies over HTTPS only. Set to 1 behind TLS.
    secure_cookies: bool = False
    # How many reverse proxies of ours stand in front: that many X-Forwarded-* values are believed. Without it everybody
    # behind a proxy has its address, and the limit on failed sign-ins counts them as one.
    trusted_proxies: int = field(default=0, metadata={"range": (0, 10)})
    # Where reminders go out: smtp://user:password@host:587 (STARTTLS where the server offers it, and required with a
    # password unless the host is this machine), or smtps://user:password@host:465. Empty: no mail is sent.
    smtp_url: str = field(default="", repr=False)
    # Sender of the mail, e.g. "Thi đua - Khen thưởng <thidua@bo.example>".
    mail_sender: str = ""
    # How many days before the close units are reminded, and on how many days after it.
    reminder_days: str = "14,7,3,1"
    overdue_reminders: int = field(default=3, metadata={"range": (0, 365)})
    # Demo mode: the sign-in page shows the demo accounts. Set by `emulation demo` only.
    demo: bool = False

    def __post_init__(self) -> None:
        for setting in fields(self):
            least, most = setting.metadata.get("range", (0, 0))
            if most and not least <= getattr(self, setting.name) <= most:
                raise WrongSetting(f"{_variable(setting.name)} phải là số nguyên từ {least} đến {most}.")
        if self.clamd and not _CLAMD.fullmatch(self.clamd):
            raise WrongSetting("EMULATION_CLAMD phải có dạng unix:/đường/dẫn hoặc tcp:máy-chủ:cổng.")
        if not self.evidence_dir.strip():
            raise WrongSetting("EMULATION_EVIDENCE_DIR trống: cần thư mục chứa tệp minh chứng.")


def _variable(name: str) -> str:
    return f"EMULATION_{name.upper()}"


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process.

    Raises:
        WrongSetting: one that is no number, or out of its range.
    """
    given: dict[str, object] = {}
    for setting in fields(Settings):
        variable = _variable(setting.name)
        text = environment.get(variable)
        if text is None:
            continue
        if setting.type == "int":
            if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text):
                raise WrongSetting(f"{variable} phải là số nguyên, không phải “{text}”.")
            given[setting.name] = int(text)
        elif setting.type == "bool":
            if text and text.lower() not in _FLAGS:
                raise WrongSetting(f"{variable} phải là 1 hoặc 0, không phải “{text}”.")
            given[setting.name] = _FLAGS.get(text.lower(), False)
        else:
            given[setting.name] = text
    return Settings(**given)  # type: ignore[arg-type]  # types follow the fields just read


def require_folder(settings: Settings) -> None:
    """Make the folder of the evidence files where it is not there yet.

    Raises:
        WrongSetting: it cannot be made or written to.
    """
    folder = Path(settings.evidence_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(f"EMULATION_EVIDENCE_DIR: không tạo được thư mục {folder} ({error.strerror}).") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WrongSetting(f"EMULATION_EVIDENCE_DIR: không ghi được vào thư mục {folder}.")
