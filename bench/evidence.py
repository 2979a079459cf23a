"""Server times of the evidence library at 300 files, and of an upload of 20 MiB beside the bare disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

from sqlalchemy import select
from werkzeug.test import Client

from bench.pages import client_of
from emulation import create_app
from emulation.demo.figures import small_pdf
from emulation.demo.make import make_demo
from emulation.models import Evidence, Sheet, User
from emulation.services.stored_files import store_file
from emulation.services.uploads import PIECE

MIB = 1024 * 1024
Rows = list[tuple[str, list[float], str]]


def measure(folder: Path) -> Rows:
    """The library page, its ZIP and its PDF, an upload in pieces and as a plain form."""
    settings, _ = make_demo(folder / "demo", fresh=False, public_url="http://127.0.0.1:8000")
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.extensions["sessions"]() as db:
        officer = db.scalars(select(User).where(User.email == "chuyenvien@thaibinh.example")).one()
        sheet = db.scalars(select(Sheet).where(Sheet.unit_id == officer.unit_id).order_by(Sheet.id.desc())).first()
        assert sheet is not None
        for i in range(300):
            content = small_pdf(f"bench {i}")
            db.add(
                Evidence(
                    sheet_id=sheet.id,
                    title=f"Báo cáo {i}",
                    file_name=f"{i}.pdf",
                    media_type="application/pdf",
                    size=len(content),
                    sha256=store_file(Path(settings.evidence_dir), content),
                    uploaded_by_id=officer.id,
                    uploaded_at=sheet.period.windows[0].opens_at,
                )
            )
        db.commit()
    browser, url = client_of(app, officer), f"/sheets/{sheet.id}/evidence"
    found = [
        ("evidence library, 300 files", gets(browser, url, 15), ""),
        ("its health page", gets(browser, f"{url}/health", 15), ""),
        ("all 300 files as ZIP", gets(browser, f"{url}.zip", 3), ""),
        ("all 300 files as one PDF", gets(browser, f"{url}.pdf", 2), ""),
    ]
    content = [small_pdf(f"large {i}") + os.urandom(20 * MIB) for i in range(5)]
    found.append(("20 MiB to the bare disk, with fsync", [bare(folder / "bare", one) for one in content], ""))
    found.append(("upload of 20 MiB in pieces", [pieces(browser, sheet.id, one) for one in content], "the disk"))
    return found


def gets(browser: Client, url: str, times: int) -> list[float]:
    """Seconds of opening an address."""
    seconds = []
    for i in range(times + 1):
        started = time.perf_counter()
        with browser.get(url) as response:
            assert response.status_code == 200, url
            for _ in response.iter_encoded():
                pass
        if i:
            seconds.append(time.perf_counter() - started)
    return seconds


def bare(path: Path, content: bytes) -> float:
    """Seconds to write and flush a file."""
    started = time.perf_counter()
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - started


def pieces(browser: Client, sheet_id: int, content: bytes) -> float:
    """Seconds of an upload in pieces, as a script does it."""
    script = {"Accept": "application/json"}
    started = time.perf_counter()
    begun = browser.post(
        f"/sheets/{sheet_id}/uploads", data={"name": "a.pdf", "size": str(len(content))}, headers=script
    )
    url = begun.get_json()["url"]
    for offset in range(0, len(content), PIECE):
        answer = browser.post(f"{url}?offset={offset}", data=content[offset : offset + PIECE], headers=script)
        assert answer.status_code == 200, answer.get_data(as_text=True)
    done = browser.post(f"{url}/finish", headers=script)
    assert done.status_code == 200, done.get_data(as_text=True)
    return time.perf_counter() - started
