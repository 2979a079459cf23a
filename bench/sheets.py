"""Server times of a sheet of 120 criteria with 300 files cited: in this process, no network. Issue 4."""

from __future__ import annotations

import time
from pathlib import Path

from bench import rounds
from bench.filled import empty_round, fill
from bench.pages import TIMES, WARM_UP, Rows, client_of
from emulation import create_app
from emulation.config import Settings
from emulation.db import make_engine, make_sessions
from emulation.domain.criteria import load
from emulation.schema import migrate

CRITERIA, FILES = 120, 300


def measure(folder: Path) -> Rows:
    """The page with one section and with all, a row opened in place, what colleagues did, the save of a row."""
    settings = Settings(database_url=f"sqlite:///{folder / 'sheets.db'}", evidence_dir=str(folder / "files"))
    engine = make_engine(settings.database_url)
    migrate(engine)
    with make_sessions(engine)() as db:
        criteria = load(rounds.criteria_yaml(core=CRITERIA - 8))
        ((sheet, (officer,)),) = empty_round(db, criteria)
        fill(db, sheet, officer, criteria, files=FILES)
        db.commit()
        counted = next(entry for entry in sheet.entries if entry.data and "count" in entry.data)
        code, version, path = counted.code, counted.version, f"/sheets/{sheet.id}"
        app = create_app(settings)
        app.config["WTF_CSRF_ENABLED"] = False
        browser = client_of(app, officer)
    script = {"Accept": "application/json"}
    pages = [
        ("issue 4: sheet page, one of six sections, 120 criteria, 300 files", f"{path}?section=S1", "60 ms"),
        ("issue 4: sheet page, all 120 rows, 300 files", f"{path}?show=all", "60 ms"),
        ("issue 4: a row opened in place", f"{path}/rows/{code}?section=S1", "60 ms"),
        ("issue 4: what did colleagues do, nothing new", f"{path}/news?since=1000000", "15 ms"),
    ]
    found: Rows = []
    for what, url, target in pages:
        seconds = []
        for _ in range(WARM_UP + TIMES):
            started = time.perf_counter()
            response = browser.get(url, headers=script if url.startswith(f"{path}/") else {})
            seconds.append(time.perf_counter() - started)
            assert response.status_code == 200, (url, response.status_code)
        found.append((what, seconds[WARM_UP:], target))
    seconds = []
    for i in range(WARM_UP + TIMES):
        form = {"count": str(1 + i % 3), "version": str(version), "explanation": ""}
        started = time.perf_counter()
        response = browser.post(f"{path}/entries/{code}", data=form, headers=script)
        seconds.append(time.perf_counter() - started)
        assert response.status_code == 200, response.get_data(as_text=True)[:400]
        version = response.get_json()["version"]
    found.append(("issue 4: a row saved, 120 criteria, 300 files", seconds[WARM_UP:], "15 ms"))
    engine.dispose()
    return found
