"""Settings, read once from the environment. Each is documented by the comment above it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


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
    largest_file_mib: int = 50
    # Room for the evidence files of one unit in one round, older revisions included, in MiB.
    unit_quota_mib: int = 2000
    # A virus scanner (ClamAV's clamd) that every evidence file must pass: unix:/path/to/socket or tcp:host:port.
    # Empty: none. While it does not answer, no file is taken in.
    clamd: str = ""
    # Name of the ministry's department that runs the round ("Vụ Tổ chức cán bộ" since 2022).
    department: str = "Vụ Thi đua - Khen thưởng"
    # Send cookies over HTTPS only. Set to 1 behind TLS.
    secure_cookies: bool = False
    # How many reverse proxies of ours stand in front: that many X-Forwarded-* values are believed. Without it everybody
    # behind a proxy has its address, and the limit on failed sign-ins counts them as one.
    trusted_proxies: int = 0
    # Where reminders go out: smtp://user:password@host:587 (STARTTLS where the server offers it, and required with a
    # password unless the host is this machine), or smtps://user:password@host:465. Empty: no mail is sent.
    smtp_url: str = field(default="", repr=False)
    # Sender of the mail, e.g. "Thi đua - Khen thưởng <thidua@bo.example>".
    mail_sender: str = ""
    # How many days before the close units are reminded, and on how many days after it.
    reminder_days: str = "14,7,3,1"
    overdue_reminders: int = 3
    # Demo mode: the sign-in page shows the demo accounts. Set by `emulation demo` only.
    demo: bool = False


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process.

    Raises:
        ValueError: a setting that is a number is not one.
    """
    given: dict[str, object] = {}
    for setting in fields(Settings):
        text = environment.get(f"EMULATION_{setting.name.upper()}")
        if text is None:
            continue
        if setting.type == "int":
            given[setting.name] = int(text)
        elif setting.type == "bool":
            given[setting.name] = text.lower() in ("1", "true", "yes", "on")
        else:
            given[setting.name] = text
    return Settings(**given)  # type: ignore[arg-type]  # types follow the fields just read
