"""Figures that the ministry "holds" in the demo: invented, mostly what units declared, so that few differ."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from emulation.documents.indicator_files import Given, Reading
from emulation.domain.criteria import Criterion
from emulation.domain.shared_figures import indicators_in
from emulation.models import Period, Sheet, User
from emulation.services.actor import Actor
from emulation.services.indicators import load_indicators
from emulation.services.offers import confirm, dispute
from emulation.services.scores import criteria_of, entries_of
from emulation.services.sheets import load_sheet_to_change

SOURCE = "Cơ sở dữ liệu ngành (minh họa)"
LOADED = {"bao-cao-dung-han", "bao-cao-phai-gui", "bao-cao-bi-tra-lai", "co-so-cap-nhat-du", "tong-so-co-so",
          "tin-bai-duoc-dung"}  # fmt: skip
# of the unit of the demo officer, whose lines with these figures are left empty
OFFERED_LINES = ("II.1", "II.2", "IV.1", "VI.6")
OFFERED = {
    "bao-cao-dung-han": "39",
    "bao-cao-phai-gui": "40",
    "bao-cao-bi-tra-lai": "1",
    "co-so-cap-nhat-du": "588",
    "tong-so-co-so": "600",
    "tin-bai-duoc-dung": "7",
}
OTHERWISE = {"01": ("tong-so-co-so", 12), "48": ("bao-cao-phai-gui", 2)}  # units that declared another figure
WHY = "Sở gửi 9 tin, bài; hai bài đăng cuối tháng 5 chưa có trong danh sách của Bộ (minh họa)."


def aligned(criterion: Criterion, entry: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """An invented entry with the whole that the sheet has given elsewhere; `known` learns what is new."""
    whole = known.get(criterion.figures.get("whole", ""))
    if whole is not None and "whole" in entry:
        part = round(Decimal(entry["part"]) * Decimal(whole) / Decimal(entry["whole"]))
        entry = {"part": str(part), "whole": whole}
    known.update(indicators_in(criterion, entry))
    return entry


def load_figures(
    db: Session, period: Period, sheets: dict[str, Sheet], *, unit: str, department: User, officer: User, now: datetime
) -> None:
    """Load the figures of all units; the demo officer has confirmed one of theirs, disputed another, two wait."""
    given = []
    for code, sheet in sheets.items():
        values: dict[str, str] = {}
        for one, data in entries_of(sheet).items():
            values |= indicators_in(criteria_of(sheet).by_code[one], data)
        values = OFFERED if code == unit else values
        indicator, more = OTHERWISE.get(code, ("", 0))
        for name in sorted(LOADED & set(values)):
            value = Decimal(values[name]) + (more if name == indicator else 0)
            given.append(Given("minh họa", code, name, value))
    day = date(int(period.code[-4:]), 5, 31)
    load_indicators(db, Actor(department), period, Reading(given=given), source=SOURCE, as_of=day, now=now)
    db.flush()
    own = load_sheet_to_change(db, sheets[unit].id)
    assert own is not None
    confirm(db, Actor(officer), own, ["II.2"], now=now)
    version = next(entry.version for entry in own.entries if entry.code == "VI.6")
    dispute(db, Actor(officer), own, code="VI.6", data={"count": "9"}, reason=WHY, version=version, now=now)
