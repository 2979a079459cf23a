"""A published result put to the test: the same bytes again, from its own snapshot and from the database of today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain import results as domain
from emulation.domain import snapshot
from emulation.domain.scoring import EntryRefused
from emulation.models import Period, Result
from emulation.services.round_facts import facts_of_period
from emulation.words import N_, Phrase


@dataclass(frozen=True)
class Recheck:
    """The seal put to the test: the bytes against their hash, the arithmetic, and the database of today.

    `changed_units` are short names of units whose facts in the database differ from the sealed ones.
    """

    sha256: str
    seal_holds: bool
    arithmetic_holds: bool
    database_holds: bool
    changed_units: tuple[str, ...]
    changed_elsewhere: bool

    @property
    def sentence(self) -> Phrase:
        """The finding in one sentence."""
        if not self.seal_holds:
            return Phrase(N_("Bản lưu không còn đúng mã SHA-256 của nó: nội dung đã bị sửa ngoài chương trình."))
        if not self.arithmetic_holds:
            return Phrase(N_("Bản lưu đúng mã SHA-256, nhưng tính lại từ bản lưu cho kết quả khác từng byte."))
        if not self.database_holds:
            return Phrase(
                N_(
                    "Tính lại từ bản lưu cho đúng từng byte. Cơ sở dữ liệu hiện nay khác bản lưu; "
                    "kết quả đã công bố không đổi."
                )
            )
        return Phrase(N_("Tính lại từ bản lưu và từ cơ sở dữ liệu đều cho đúng từng byte của kết quả đã công bố."))


def recheck(db: Session, period: Period) -> Recheck | None:
    """Recompute a published result from its own snapshot and from the database; None before publication."""
    row = db.scalar(select(Result).where(Result.period_id == period.id))
    if row is None:
        return None
    sealed = snapshot.facts_of(row.snapshot)
    current = facts_of_period(db, period)
    changed = _changed_units(sealed, current)
    database_holds = _same(lambda: snapshot.seal(current), row.snapshot)
    return Recheck(
        sha256=row.sha256,
        seal_holds=snapshot.sha256(row.snapshot) == row.sha256,
        arithmetic_holds=_same(lambda: snapshot.seal(sealed), row.snapshot),
        database_holds=database_holds,
        changed_units=changed,
        changed_elsewhere=not database_holds and not changed,
    )


def _same(make: Callable[[], str], snapshot_text: str) -> bool:
    try:
        return make() == snapshot_text
    except EntryRefused:
        return False


def _changed_units(sealed: domain.RoundFacts, current: domain.RoundFacts) -> tuple[str, ...]:
    empty = domain.LineFacts()

    def known(unit: domain.UnitFacts) -> tuple[Any, ...]:
        lines = {code: line for code, line in unit.lines.items() if line != empty}
        return unit.name, unit.cluster, tuple(sorted(unit.tags)), unit.exclusions, lines

    before = {unit.code: unit for unit in sealed.units}
    after = {unit.code: unit for unit in current.units}
    return tuple(
        (after.get(code) or before[code]).short_name
        for code in sorted({*before, *after})
        if code not in before or code not in after or known(before[code]) != known(after[code])
    )
