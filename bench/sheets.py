"""Server times of a sheet of 120 criteria with 300 files cited: in this process, no network. Issue 4."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from bench import rounds
from bench.pages import TIMES, WARM_UP, Rows, client_of
from emulation import create_app
from emulation.config import Settings
from emulation.db import make_engine, make_sessions
from emulation.domain.criteria import Criterion, load
from emulation.domain.rules import External
from emulation.domain.workflow import Phase
from emulation.models import Citation, Cluster, Entry, Evidence, Period, PhaseWindow, Role, Sheet, Unit, User
from emulation.schema import migrate
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from emulation.services.sheets import canonical

CRITERIA, FILES = 120, 300


def measure(folder: Path) -> Rows:
    """The page with one section and with all, a row opened in place, what colleagues did, the save of a row."""
    settings = Settings(database_url=f"sqlite:///{folder / 'sheets.db'}", evidence_dir=str(folder / "files"))
    engine = make_engine(settings.database_url)
    migrate(engine)
    with make_sessions(engine)() as db:
        officer, sheet = full_sheet(db)
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


def full_sheet(db: Session) -> tuple[User, Sheet]:
    """A round of one unit whose sheet is filled in, every file cited."""
    now = datetime.now(UTC)
    criteria = load(rounds.criteria_yaml(core=CRITERIA - 8))
    row = publish(db, Actor(None), criteria, now=now)
    unit = Unit(code="34", name="Sở Giáo dục và Đào tạo để đo", short_name="Đo")
    period = Period(code="2021-2022", title="Năm học 2021-2022", criteria_set_id=row.id, phase=Phase.SELF_SCORING)
    db.add_all([unit, period])
    db.flush()
    cluster = Cluster(period_id=period.id, number=1, name="Cụm thi đua số 1")
    officer = User(
        email="do@thu.example",
        name="Người đo",
        role=Role.UNIT_OFFICER,
        unit_id=unit.id,
        password_hash=None,
        is_active=True,
    )
    window = PhaseWindow(
        period_id=period.id,
        phase=Phase.SELF_SCORING,
        opens_at=now - timedelta(days=9),
        closes_at=now + timedelta(days=9),
    )
    db.add_all([cluster, officer, window])
    db.flush()
    sheet = Sheet(
        period_id=period.id,
        unit_id=unit.id,
        cluster_id=cluster.id,
        unit_name=unit.name,
        short_name=unit.short_name,
        tags=["dan-toc"],
    )
    db.add(sheet)
    db.flush()
    random = Random(11)  # noqa: S311  # invented figures
    entries = [
        Entry(sheet_id=sheet.id, code=one.code, data=data, updated_by_id=officer.id, updated_at=now, explanation="Đủ.")
        for one in criteria.all_criteria
        if (data := _entry(one, random)) is not None
    ]
    files = [
        Evidence(
            sheet_id=sheet.id,
            title=f"Báo cáo số {i}",
            document_number=f"{i}/BC-SGDĐT",
            file_name=f"bao-cao-{i}.pdf",
            media_type="application/pdf",
            size=1000,
            sha256=sha256(str(i).encode()).hexdigest(),
            uploaded_by_id=officer.id,
            uploaded_at=now,
            issuer="",
        )
        for i in range(FILES)
    ]
    db.add_all([*entries, *files])
    db.flush()
    db.add_all(
        Citation(entry_id=entries[i % len(entries)].id, evidence_id=file.id, place=f"tr. {i % 30}")
        for i, file in enumerate(files)
    )
    db.flush()
    db.expire_all()
    return officer, sheet


def _entry(criterion: Criterion, random: Random) -> dict[str, object] | None:
    """An invented entry as it is stored."""
    if isinstance(criterion.rule, External):
        return None
    number = int(criterion.code[1:]) if criterion.code.startswith("C") else 6
    invented = rounds.entry(number, random).items()
    return canonical(criterion, {key: str(one) if isinstance(one, float) else one for key, one in invented})
