"""Rounds with sheets that are filled in whole, every file cited: for measuring what people do with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from emulation.domain.criteria import CriteriaSet, Criterion
from emulation.domain.figures import figures_of
from emulation.domain.rules import Check, Checklist, External, Levels
from emulation.domain.workflow import Phase
from emulation.models import Citation, Cluster, Entry, Evidence, Period, PhaseWindow, Role, Sheet, Unit, User
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from emulation.services.sheets import canonical

WORDS = "Theo báo cáo tổng kết năm học, số liệu tính đến 31/5, có danh sách kèm theo. "


def empty_round(
    db: Session, criteria: CriteriaSet, *, units: int = 1, officers: int = 1
) -> list[tuple[Sheet, list[User]]]:
    """A round in self-scoring: each sheet with the officers of its unit."""
    now = datetime.now(UTC)
    row = publish(db, Actor(None), criteria, now=now)
    period = Period(code="2021-2022", title="Năm học 2021-2022", criteria_set_id=row.id, phase=Phase.SELF_SCORING)
    db.add(period)
    db.flush()
    times = {"opens_at": now - timedelta(days=9), "closes_at": now + timedelta(days=9)}
    cluster = Cluster(period_id=period.id, number=1, name="Cụm thi đua số 1")
    db.add_all([cluster, PhaseWindow(period_id=period.id, phase=Phase.SELF_SCORING, **times)])
    found = []
    for i in range(units):
        unit = Unit(code=f"{i:03d}", name=f"Sở Giáo dục và Đào tạo số {i}", short_name=f"Tỉnh {i}")
        db.add(unit)
        db.flush()
        people = [
            User(email=f"cv{i}-{j}@do.example", name=f"Chuyên viên {i}-{j}", role=Role.UNIT_OFFICER, unit_id=unit.id)
            for j in range(officers)
        ]
        sheet = Sheet(
            period_id=period.id,
            unit_id=unit.id,
            cluster_id=cluster.id,
            unit_name=unit.name,
            short_name=unit.short_name,
            tags=["dan-toc"],
        )
        db.add_all([sheet, *people])
        db.flush()
        found.append((sheet, people))
    return found


def fill(db: Session, sheet: Sheet, officer: User, criteria: CriteriaSet, *, files: int = 0) -> None:
    """Declare every criterion of a sheet, with words, and cite so many files in turn."""
    by = {"sheet_id": sheet.id, "updated_by_id": officer.id, "updated_at": datetime.now(UTC), "version": 1}
    entries = [
        {**by, "code": one.code, "data": data, "explanation": WORDS * 3}
        for one in criteria.all_criteria
        if one.applies(frozenset(sheet.tags)) and (data := canonical(one, entry_for(one))) is not None
    ]
    db.execute(insert(Entry), entries)
    if not files:
        return
    came = {"sheet_id": sheet.id, "uploaded_by_id": officer.id, "uploaded_at": datetime.now(UTC), "version": 1}
    kind = {"media_type": "application/pdf", "issuer": "Sở Giáo dục và Đào tạo"}
    db.execute(
        insert(Evidence),
        [
            {
                **came,
                **kind,
                "title": f"Báo cáo số {n} về việc thực hiện nhiệm vụ năm học",
                "document_number": f"{n}/BC-SGDĐT",
                "file_name": f"bao-cao-{n}.pdf",
                "size": 100_000 + n,
                "sha256": f"{sheet.id:032x}{n:032x}",
            }
            for n in range(files)
        ],
    )
    entry_ids = list(db.scalars(select(Entry.id).where(Entry.sheet_id == sheet.id).order_by(Entry.id)))
    evidence_ids = list(db.scalars(select(Evidence.id).where(Evidence.sheet_id == sheet.id).order_by(Evidence.id)))
    db.execute(
        insert(Citation),
        [
            {
                "entry_id": entry_ids[n % len(entry_ids)],
                "evidence_id": one,
                "place": f"tr. {n}",
                "is_unconfirmed": False,
            }
            for n, one in enumerate(evidence_ids)
        ],
    )


def entry_for(criterion: Criterion) -> dict[str, Any] | None:
    """A plain entry that the rule can score; None where only the ministry scores."""
    rule = criterion.rule
    if isinstance(rule, External):
        return None
    if isinstance(rule, Levels):
        return {"level": rule.levels[0].label}
    if isinstance(rule, Check):
        return {"met": True}
    if isinstance(rule, Checklist):
        return {"met": [item.code for item in rule.items]}
    return dict.fromkeys(figures_of(rule, {}), "1")
