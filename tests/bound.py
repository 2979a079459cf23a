"""The small world with a set whose criteria name indicators, and files of figures: what tests of point 5 start from.

I.1 is dat / tong, II.4 counts dat too, I.2 and the `now` of III.1 are ty-le.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from emulation.config import Settings
from emulation.documents.indicator_files import Reading, read_indicators
from emulation.domain import criteria as domain
from emulation.domain.workflow import Phase
from emulation.models import Citation, Cluster, Entry, Evidence, Period, PhaseWindow, Sheet
from emulation.services.criteria import publish
from emulation.services.indicators import Loading, load_indicators
from emulation.services.sheets import load_sheet_to_change
from emulation.services.stored_files import store_file
from tests import finished
from tests.files import PDF
from tests.world import NINE_KINDS, World

DAY = date(2022, 5, 31)
SOURCE = "Cơ sở dữ liệu ngành"
FIGURES = {
    "labels: {part: Số thủ tục": "figures: {part: dat, whole: tong}",
    "labels: {value: Tỷ lệ đúng hạn": "figures: {value: ty-le}",
    "labels: {count: Số sáng kiến": "figures: {count: dat}",
    "labels: {before: Năm trước, now": "figures: {now: ty-le}",
}


@lru_cache(maxsize=1)
def bound_set() -> domain.CriteriaSet:
    """The set of the tests with indicators, as another version."""
    text = NINE_KINDS.read_text("utf-8").replace('version: "2021-2022"', 'version: "có chỉ tiêu"')
    for start, figures in FIGURES.items():
        assert text.count(start) == 1, start
        text = text.replace(start, f"{figures}\n        {start}")
    return domain.load(text)


def bind(db: Session, world: World) -> None:
    """The period of the world is filled under the set with indicators."""
    world.period.criteria_set_id = publish(db, world.actor("department"), bound_set(), now=datetime.now(UTC)).id
    db.commit()
    db.expire_all()


def rows(*figures: tuple[str, str, str]) -> Reading:
    """A file with these figures: (unit, indicator, value)."""
    text = "Mã đơn vị;Mã chỉ tiêu;Giá trị\n" + "".join(f"{';'.join(one)}\n" for one in figures)
    return read_indicators("so-lieu.csv", text.encode())


def load(db: Session, world: World, *figures: tuple[str, str, str], **options: Any) -> Loading:
    """The department loads these figures."""
    options = {"source": SOURCE, "as_of": DAY, "now": datetime.now(UTC), **options}
    found = load_indicators(db, world.actor("department"), world.period, rows(*figures), **options)
    db.commit()
    db.expire_all()
    return found


def sheet_of(db: Session, world: World, unit: str = "34") -> Sheet:
    """The sheet as a POST loads it."""
    sheet = load_sheet_to_change(db, world.sheets[unit].id)
    assert sheet is not None
    return sheet


def entries_of(db: Session, world: World, unit: str = "34") -> dict[str, Entry]:
    """The lines of a sheet as they are stored."""
    db.commit()
    db.expire_all()
    return {entry.code: entry for entry in sheet_of(db, world, unit).entries}


def data_of(db: Session, world: World, unit: str = "34") -> dict[str, Any]:
    """What the lines declare."""
    return {code: entry.data for code, entry in entries_of(db, world, unit).items() if entry.data is not None}


def after_a_year(db: Session, world: World, settings: Settings, *, is_bound: bool = False) -> Sheet:
    """The empty sheet of 34 in the year after; its first one is published, I.1 with a document and words.

    `is_bound`: the new year is filled under the set with indicators. The world's period is the new one from then on.
    """
    finished.publish(db, world)
    row = db.scalars(select(Entry).where(Entry.sheet_id == world.sheets["34"].id, Entry.code == "I.1")).one()
    row.explanation = "Theo báo cáo"
    db.execute(delete(Citation))
    content = store_file(Path(settings.evidence_dir), PDF)
    officer, now = world.people["unit_officer"].id, datetime.now(UTC)
    document = Evidence(
        sheet_id=row.sheet_id,
        title="Báo cáo",
        file_name="bao-cao.pdf",
        media_type="application/pdf",
        size=len(PDF),
        sha256=content,
        uploaded_by_id=officer,
        uploaded_at=now,
    )
    db.add(document)
    db.flush()
    db.add(Citation(entry_id=row.id, evidence_id=document.id, place="tr. 6"))
    key = publish(db, world.actor("department"), bound_set(), now=now).id if is_bound else world.period.criteria_set_id
    period = Period(code="2022-2023", title="Năm học 2022-2023", criteria_set_id=key, phase=Phase.SELF_SCORING)
    db.add(period)
    db.flush()
    opens, closes = now - timedelta(days=9), now + timedelta(days=9)
    db.add(PhaseWindow(period_id=period.id, phase=Phase.SELF_SCORING, opens_at=opens, closes_at=closes))
    cluster = Cluster(period_id=period.id, number=1, name="Cụm thi đua số 1")
    db.add(cluster)
    db.flush()
    unit = world.units["34"]
    sheet = Sheet(
        period_id=period.id,
        unit_id=unit.id,
        cluster_id=cluster.id,
        unit_name=unit.name,
        short_name=unit.short_name,
        tags=[],
    )
    db.add(sheet)
    db.commit()
    world.period, world.sheets = period, {"34": sheet}
    db.expire_all()
    return sheet
