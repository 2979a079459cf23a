"""The small world with a set whose criteria name indicators, and files of figures: what tests of point 5 start from.

I.1 is dat / tong, II.4 counts dat too, I.2 and the `now` of III.1 are ty-le.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from emulation.documents.indicator_files import Reading, read_indicators
from emulation.domain import criteria as domain
from emulation.models import Entry, Sheet
from emulation.services.criteria import publish
from emulation.services.indicators import Loading, load_indicators
from emulation.services.sheets import load_sheet_to_change
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
