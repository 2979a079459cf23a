"""The department moves the round: to the next phase, its times, more time for one unit. DESIGN 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from emulation.domain.workflow import PHASE_NAMES, STATE_NAMES, Clock, Phase, SheetState, awaits_unit, next_phase
from emulation.errors import CHANGED_MEANWHILE, Invalid, Stale, WrongState
from emulation.models import Extension, Period, PhaseWindow, Sheet
from emulation.services.actor import Actor
from emulation.services.checks import Check, checks_for_next
from emulation.services.history import record
from emulation.services.periods import clock_of, clock_phase
from emulation.words import N_, Phrase, tidy

TIMED = (Phase.SELF_SCORING, Phase.REVIEW, Phase.EXPLANATION, Phase.COUNCIL)
LONGEST_EXTENSION = timedelta(days=366)  # where no later phase has a close
LONGEST_REASON = 2000  # characters


class Blocked(WrongState):
    """The next phase is not possible yet; `checks` say why."""

    def __init__(self, to: Phase, checks: Sequence[Check]) -> None:
        bad = [check for check in checks if check.kind == "bad"]
        values: dict[str, object] = {f"why{i}": check.phrase for i, check in enumerate(bad)}
        why = Phrase("; ".join(f"%({name})s" for name in values), values)
        super().__init__(N_("Chưa chuyển được sang “%(phase)s”: %(why)s."), phase=Phrase(PHASE_NAMES[to]), why=why)
        self.checks = checks


def move_phase(db: Session, actor: Actor, period: Period, *, to: Phase, now: datetime) -> Period:
    """Move the round to its next phase. Publishing is an act of its own, see `services.results`.

    Raises:
        WrongState: `to` is not the next phase (a colleague was faster), or it is publishing.
        Blocked: something stands against it.
    """
    after = next_phase(Phase(period.phase))
    if to is not after:
        raise WrongState(
            N_("Kỳ đánh giá đang ở giai đoạn “%(phase)s”, không chuyển thẳng sang “%(to)s” được."),
            phase=Phrase(PHASE_NAMES[Phase(period.phase)]),
            to=Phrase(PHASE_NAMES[to]),
        )
    if to is Phase.PUBLISHED:
        raise WrongState(N_("Công bố kết quả có trang riêng, vì việc đó niêm phong kết quả và không hoàn tác được."))
    checks = checks_for_next(db, period, now=now)
    if any(check.kind == "bad" for check in checks):
        raise Blocked(to, checks)
    old, period.phase = period.phase, to
    db.flush()
    record(
        db,
        actor,
        "move_phase",
        period,
        now=now,
        period_id=period.id,
        old={"phase": str(old)},
        new={"phase": to.value},
    )
    return period


Times = tuple[datetime, datetime]


def set_windows(
    db: Session, actor: Actor, period: Period, *, windows: Mapping[Phase, Times | None], version: int, now: datetime
) -> Period:
    """Set open and close time of the phases; None takes a phase's times away.

    Raises:
        WrongState: the result is published.
        Stale: a colleague changed the period since `version`.
        Invalid: a close not after its open, or phases that do not follow one another; `field` is "PHASE-closes_at".
    """
    if period.phase in (Phase.PUBLISHED, Phase.ARCHIVED):
        raise WrongState(N_("Kết quả của kỳ đã công bố; không đổi thời gian được nữa."))
    if period.version != version:
        raise Stale(CHANGED_MEANWHILE)
    before: datetime | None = None
    for phase in TIMED:
        times = windows.get(phase)
        if times is None:
            continue
        opens_at, closes_at = times
        if closes_at <= opens_at:
            raise Invalid(N_("Thời điểm đóng phải sau thời điểm mở."), f"{phase.value}-closes_at")
        if before is not None and opens_at < before:
            raise Invalid(
                N_("Giai đoạn này mở trước khi giai đoạn trước nó mở; hãy xếp theo thứ tự."), f"{phase.value}-opens_at"
            )
        before = opens_at
    known = {window.phase: window for window in period.windows}
    old = {phase: f"{window.opens_at} - {window.closes_at}" for phase, window in known.items()}
    for phase in TIMED:
        times, window = windows.get(phase), known.get(phase.value)
        if times is None:
            if window is not None:
                period.windows.remove(window)
                db.delete(window)
        elif window is None:
            period.windows.append(PhaseWindow(period_id=period.id, phase=phase, opens_at=times[0], closes_at=times[1]))
        else:
            window.opens_at, window.closes_at = times
    flag_modified(period, "title")  # the times lie in another table; the version counts them too
    db.flush()
    new = {window.phase: f"{window.opens_at} - {window.closes_at}" for window in period.windows}
    record(db, actor, "set_windows", period, now=now, period_id=period.id, old=old, new=new)
    return period


def why_not_extended(sheet: Sheet) -> WrongState | None:
    """Why more time would be of no use to this unit, or None where it has something to do in time."""
    phase = Phase(sheet.period.phase)
    if phase in (Phase.COUNCIL, Phase.PUBLISHED, Phase.ARCHIVED):
        return WrongState(N_("Kỳ đánh giá đã qua các giai đoạn của đơn vị; không gia hạn được nữa."))
    if not awaits_unit(SheetState(sheet.state), Phase.SELF_SCORING if phase is Phase.PREPARING else phase):
        return WrongState(
            N_("Không gia hạn: phiếu ở trạng thái “%(state)s”, đơn vị không có việc nào đến hạn trong “%(phase)s”."),
            state=Phrase(STATE_NAMES[SheetState(sheet.state)]),
            phase=Phrase(PHASE_NAMES[phase]),
        )
    return None


def latest_extension(sheet: Sheet, *, now: datetime) -> datetime:
    """Until when a unit's own time may reach: the close of the next phase that has one, or a year from now."""
    period, phase = sheet.period, clock_phase(sheet, sheet.period)
    window = period.window(phase)
    earliest = max(window.closes_at, now) if window else now
    later = [one for name in TIMED[TIMED.index(phase) + 1 :] if (one := period.window(name)) is not None]
    return next((one.closes_at for one in later if one.closes_at > earliest), now + LONGEST_EXTENSION)


def extend(db: Session, actor: Actor, sheet: Sheet, *, closes_at: datetime, reason: str, now: datetime) -> Extension:
    """Give one unit more time in the phase whose close binds it, or change what it was given: the last one counts.

    Raises:
        WrongState: the unit has nothing to do in time, see `why_not_extended`.
        Invalid: a time that is past, too far away, not later than everybody's or no change at all; no reason.
    """
    refused = why_not_extended(sheet)
    if refused is not None:
        raise refused
    if closes_at <= now:
        raise Invalid(N_("Hạn mới đã qua."), "closes_at")
    clock = clock_of(db, sheet, now=now)
    general = clock.closes_at
    if general is not None and closes_at < general:
        raise Invalid(N_("Hạn chung là %(when)s; hạn riêng của đơn vị không sớm hơn."), "closes_at", when=general)
    if general is not None and closes_at == general and clock.is_extended:
        return take_back(db, actor, sheet, reason=reason, now=now)
    if closes_at == clock.last_moment:
        raise Invalid(N_("Hạn của đơn vị đã là %(when)s."), "closes_at", when=closes_at)
    latest = latest_extension(sheet, now=now)
    if closes_at > latest:
        raise Invalid(N_("Hạn mới quá xa; muộn nhất là %(when)s."), "closes_at", when=latest)
    return _grant(db, actor, sheet, clock, closes_at, reason, act="extend", now=now)


def take_back(db: Session, actor: Actor, sheet: Sheet, *, reason: str, now: datetime) -> Extension:
    """Put the unit back to the close for everybody, also where that has passed.

    Raises:
        WrongState: the unit has no time of its own, or nothing to do in time.
        Invalid: no reason.
    """
    refused = why_not_extended(sheet)
    if refused is not None:
        raise refused
    clock = clock_of(db, sheet, now=now)
    if clock.closes_at is None or not clock.is_extended:
        raise WrongState(N_("Đơn vị không có hạn riêng để rút lại."))
    return _grant(db, actor, sheet, clock, clock.closes_at, reason, act="take_back_extension", now=now)


def _grant(
    db: Session, actor: Actor, sheet: Sheet, clock: Clock, closes_at: datetime, reason: str, *, act: str, now: datetime
) -> Extension:
    words = tidy(reason)
    if not words:
        raise Invalid(N_("Nêu lý do gia hạn.") if act == "extend" else N_("Nêu lý do rút lại gia hạn."), "reason")
    if len(words) > LONGEST_REASON:
        raise Invalid(N_("Lý do dài %(n)s ký tự, nhiều nhất %(most)s."), "reason", n=len(words), most=LONGEST_REASON)
    phase = clock_phase(sheet, sheet.period)
    extension = Extension(
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        phase=phase,
        closes_at=closes_at,
        reason=words,
        granted_by_id=actor.user_id,
        granted_at=now,
    )
    db.add(extension)
    db.flush()
    record(
        db,
        actor,
        act,
        extension,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        old={"closes_at": clock.last_moment},
        new={"phase": phase.value, "closes_at": closes_at, "reason": words},
    )
    return extension
