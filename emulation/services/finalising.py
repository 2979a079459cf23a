"""The department finalises sheets, one by one or all that are ready. DESIGN 4."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from emulation.domain.workflow import Act, Clock, Phase, SheetState, refusal
from emulation.errors import Refusal, Stale, WrongState
from emulation.models import Period, Sheet
from emulation.services.actor import Actor
from emulation.services.explanations import Dispute, disputes_in, disputes_of
from emulation.services.history import record
from emulation.services.periods import clock_of, clocks_of, sheets_of
from emulation.words import N_


@dataclass(frozen=True)
class Readiness:
    """Which sheets of a period can be finalised now, and why the others cannot."""

    ready: list[Sheet]
    waiting: list[tuple[Sheet, Refusal]]
    final: list[Sheet]


def readiness_of(db: Session, period: Period, *, now: datetime) -> Readiness:
    """Every sheet of the period by whether it can be finalised now."""
    sheets = sheets_of(db, period)
    reviewed = [sheet for sheet in sheets if sheet.state in (SheetState.REVIEWED, SheetState.EXPLAINING)]
    disputes = disputes_in(db, reviewed)
    clocks = clocks_of(db, period, sheets, now=now)
    ready: list[Sheet] = []
    waiting: list[tuple[Sheet, Refusal]] = []
    final = [sheet for sheet in sheets if sheet.state == SheetState.FINAL]
    for sheet in sheets:
        if sheet.state == SheetState.FINAL:
            continue
        found = not_final_because(sheet, disputes.get(sheet.id, []), clocks[sheet.id])
        if found is None:
            ready.append(sheet)
        else:
            waiting.append((sheet, found))
    return Readiness(ready, waiting, final)


def finalise(db: Session, actor: Actor, sheet: Sheet, *, now: datetime) -> Sheet:
    """The points of one sheet are final.

    Raises:
        WrongState: not reviewed, an explanation is not answered, or the unit may still explain.
    """
    clock = clock_of(db, sheet, now=now)
    found = not_final_because(sheet, disputes_of(db, sheet), clock)
    if found is not None:
        raise found
    return _finalise(db, actor, sheet, now=now)


def finalise_ready(
    db: Session, actor: Actor, period: Period, *, expected: int | None = None, now: datetime
) -> list[Sheet]:
    """Finalise every sheet that can be; `expected` is the number that the dry run showed.

    Raises:
        WrongState: nothing is ready.
        Stale: another number is ready now than was shown.
    """
    ready = readiness_of(db, period, now=now).ready
    if not ready:
        raise WrongState(N_("Không có phiếu nào đủ điều kiện chốt lúc này."))
    if expected is not None and expected != len(ready):
        raise Stale(
            N_("Số phiếu đủ điều kiện chốt vừa đổi từ %(old)s thành %(new)s. Xem lại trước khi chốt."),
            old=expected,
            new=len(ready),
        )
    return [_finalise(db, actor, sheet, now=now) for sheet in ready]


def not_final_because(sheet: Sheet, disputes: Collection[Dispute], clock: Clock) -> Refusal | None:
    """Why a sheet cannot be finalised now, or None if it can; `disputes` are all of its lowered lines."""
    found = refusal(Act.FINALISE, SheetState(sheet.state), Phase(sheet.period.phase), clock)
    if found is not None:
        return found
    unanswered = [one.code for one in disputes if one.waits_for_answer]
    if unanswered:
        return WrongState(
            N_("Còn %(n)s giải trình chưa được trả lời: %(codes)s."), n=len(unanswered), codes=", ".join(unanswered)
        )
    may_explain = sheet.period.phase == Phase.EXPLANATION and not clock.is_over
    if may_explain and any(one.explanation is None for one in disputes):
        if clock.last_moment is None:
            return WrongState(N_("Đơn vị còn quyền giải trình: chưa đặt hạn giải trình."))
        return WrongState(N_("Đơn vị còn quyền giải trình đến %(when)s."), when=clock.last_moment)
    return None


def _finalise(db: Session, actor: Actor, sheet: Sheet, *, now: datetime) -> Sheet:
    old, sheet.state = sheet.state, SheetState.FINAL
    db.flush()
    record(
        db,
        actor,
        "finalise",
        sheet,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        old={"state": str(old)},
        new={"state": SheetState.FINAL.value},
    )
    return sheet
