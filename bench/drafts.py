"""Server times of the criteria editor with a set of 120 criteria: in this process, no network."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from bench import rounds
from bench.pages import TIMES, WARM_UP, Rows, client_of
from emulation import create_app
from emulation.demo.make import make_demo
from emulation.domain.criteria import load
from emulation.models import Role, User
from emulation.services.actor import Actor
from emulation.services.drafts import create_draft, nodes_of

CRITERIA = 120


def measure(folder: Path) -> Rows:
    """Opening the editor on a criterion, and a save of it, as an officer of the department."""
    settings, _ = make_demo(folder / "demo-drafts", fresh=True, public_url="http://127.0.0.1:8000")
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    criteria = load(rounds.criteria_yaml(core=CRITERIA - 8))
    with app.extensions["sessions"]() as db:
        officer = db.scalars(select(User).where(User.role == Role.DEPARTMENT)).first()
        assert officer is not None
        row = create_draft(db, Actor(officer), criteria=criteria, now=datetime.now(UTC))
        node = next(one for one in nodes_of(db, row).criteria if one.fields["rule"]["kind"] == "ratio")
        db.commit()
    browser = client_of(app, officer)
    opened, saved = [], []
    for i in range(WARM_UP + TIMES):
        started = time.perf_counter()
        response = browser.get(f"/drafts/{row.id}?node={node.key}")
        opened.append(time.perf_counter() - started)
        assert response.status_code == 200, response.status_code
        form = {
            "version": str(1 + i),
            "code": node.code,
            "title": f"Tiêu chí đang sửa, lần {i}",
            "max": "10",
            "rule-kind": "ratio",
            "rule-shown": "ratio",
            "rule-target": "99,5",
            "rule-floor": "90",
            "rule-unit": "%",
        }
        started = time.perf_counter()
        response = browser.post(f"/drafts/{row.id}/nodes/{node.key}", data=form, headers={"Accept": "application/json"})
        saved.append(time.perf_counter() - started)
        assert response.status_code == 200, response.get_data(as_text=True)[:400]
    return [
        (f"criteria editor opened, {CRITERIA} criteria", opened[WARM_UP:], "100 ms"),
        ("a change of the set saved, with fragments", saved[WARM_UP:], "50 ms"),
    ]
