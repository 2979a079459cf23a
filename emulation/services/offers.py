"""What a unit says to figures that were filled in for it: yes, no, or the same as elsewhere. Issue 4, point 5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.criteria import Criterion
from emulation.domain.shared_figures import fits
from emulation.errors import Invalid, Stale, WrongState
from emulation.models import Entry, Evidence, Indicator, IndicatorValue, Period, Sheet, Stance, TakenFrom
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.lines import is_unconfirmed
from emulation.services.scores import criteria_of
from emulation.services.sheets import canonical, may_fill_line, require_fillable, save_entry, share_figures
from emulation.words import N_, tidy

LONGEST_REASON = 2000  # characters


def offers_of(db: Session, sheet: Sheet) -> dict[str, IndicatorValue]:
    """The figures that the ministry holds for the unit of a sheet, by indicator."""
    if not criteria_of(sheet).by_indicator:
        return {}
    rows = db.scalars(
        select(IndicatorValue)
        .join(IndicatorValue.indicator)
        .where(Indicator.period_id == sheet.period_id, IndicatorValue.unit_id == sheet.unit_id)
    )
    return {row.indicator.code: row for row in rows}


def offers_by_unit(db: Session, period: Period, criterion: Criterion) -> dict[int, dict[str, IndicatorValue]]:
    """The figures that the ministry holds for one criterion, by unit and indicator."""
    if not criterion.figures:
        return {}
    found: dict[int, dict[str, IndicatorValue]] = {}
    for row in db.scalars(
        select(IndicatorValue)
        .join(IndicatorValue.indicator)
        .where(Indicator.period_id == period.id, Indicator.code.in_(list(criterion.figures.values())))
    ):
        found.setdefault(row.unit_id, {})[row.indicator.code] = row
    return found


def unconfirmed(sheet: Sheet) -> list[Entry]:
    """Lines that were filled in and not confirmed, which the unit may change now, in the order of the set."""
    entries = {entry.code: entry for entry in sheet.entries}
    return [
        entries[code]
        for code in criteria_of(sheet).by_code
        if code in entries and is_unconfirmed(entries[code]) and may_fill_line(sheet, code)
    ]


def confirm(
    db: Session, actor: Actor, sheet: Sheet, codes: Iterable[str], *, version: int | None = None, now: datetime
) -> int:
    """The figures and the evidence of these lines still hold; how many lines that were not confirmed before.

    A figure of the ministry that is confirmed on one line is so on every line that uses it: those that are made of
    confirmed figures alone need no further word. `version` is that of the one line that the person saw.

    Raises:
        WrongState, Invalid: see `require_fillable`.
        Stale: the line was changed meanwhile.
    """
    require_fillable(db, sheet, None, now=now)
    entries = {entry.code: entry for entry in sheet.entries}
    offers = offers_of(db, sheet)
    done = 0
    for code in codes:
        entry = entries.get(code)
        if entry is None:
            require_fillable(db, sheet, code, now=now)
        if entry is None or not is_unconfirmed(entry):
            continue
        if not may_fill_line(sheet, code):
            raise WrongState(N_("Phiếu bị trả lại: chỉ sửa được các tiêu chí bị trả lại."))
        if version is not None and entry.version != version:
            raise Stale(N_("Số liệu của tiêu chí này vừa thay đổi. Xem lại rồi xác nhận."))
        _confirm_line(db, actor, sheet, criteria_of(sheet).by_code[code], entry, offers, now=now)
        for citation in entry.citations:
            if citation.is_unconfirmed:
                _confirm_evidence(db, actor, sheet, citation.evidence, now=now)
        done += 1
    for code, entry in entries.items():
        criterion = criteria_of(sheet).by_code.get(code)
        if (
            criterion is not None
            and entry.taken_from == TakenFrom.MINISTRY
            and may_fill_line(sheet, code)
            and _is_settled(criterion, entry, offers)
        ):
            _confirm_line(db, actor, sheet, criterion, entry, offers, now=now)
    return done


def _is_settled(criterion: Criterion, entry: Entry, offers: Mapping[str, IndicatorValue]) -> bool:
    """Whether every figure of the entry is one of the ministry's that the unit has confirmed."""
    data = entry.data or {}
    by_key: dict[str, str] = {str(key): code for key, code in criterion.figures.items()}
    return bool(data) and all(
        key in by_key
        and (row := offers.get(by_key[key])) is not None
        and row.stance == Stance.CONFIRMED
        and row.value == value
        for key, value in data.items()
    )


def _confirm_line(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    criterion: Criterion,
    entry: Entry,
    offers: Mapping[str, IndicatorValue],
    *,
    now: datetime,
) -> None:
    old = {"taken_from": entry.taken_from}
    if entry.taken_from is not None:
        for key, code in criterion.figures.items():
            row = offers.get(code)
            if row is not None and row.stance == Stance.OFFERED and (entry.data or {}).get(key) == row.value:
                row.stance, row.said_by_id, row.said_at = Stance.CONFIRMED, actor.user_id, now
    entry.taken_from = None
    entry.updated_by_id, entry.updated_at = actor.user_id, now
    record(db, actor, "confirm_figures", entry, now=now, **_at(sheet, entry.code), old=old, new={"taken_from": None})


def confirm_evidence(db: Session, actor: Actor, evidence: Evidence, *, now: datetime) -> None:
    """Vẫn còn hiệu lực: an evidence that was taken over still holds, wherever it is cited.

    Raises:
        WrongState: see `require_fillable`.
    """
    require_fillable(db, evidence.sheet, None, now=now)
    if evidence.taken_from_id is not None and evidence.confirmed_at is None:
        _confirm_evidence(db, actor, evidence.sheet, evidence, now=now)


def _confirm_evidence(db: Session, actor: Actor, sheet: Sheet, evidence: Evidence, *, now: datetime) -> None:
    if evidence.taken_from_id is not None:
        evidence.confirmed_at = now
    for entry in sheet.entries:
        for citation in entry.citations:
            if citation.evidence_id == evidence.id:
                citation.is_unconfirmed = False
    record(db, actor, "confirm_evidence", evidence, now=now, **_at(sheet, ""), new={"title": evidence.title})


def adopt(db: Session, actor: Actor, sheet: Sheet, *, code: str, now: datetime) -> Entry:
    """Put the ministry's figures in the place of the unit's own, and confirm them.

    Raises:
        WrongState, Invalid: see `require_fillable`; the ministry holds none, or they do not fit the line.
    """
    criterion = require_fillable(db, sheet, code, now=now)
    assert criterion is not None
    offers = offers_of(db, sheet)
    held = {str(key): offers[one].value for key, one in criterion.figures.items() if one in offers}
    entry = next((one for one in sheet.entries if one.code == code), None)
    data = {**(entry.data if entry and entry.data and "not_applicable" not in entry.data else {}), **held}
    if not held or not fits(criterion, data):
        raise Invalid(N_("Số liệu Bộ đã có không đủ hoặc không hợp với tiêu chí này."))
    version = entry.version if entry else 0
    explanation = entry.explanation if entry else ""
    saved = save_entry(db, actor, sheet, code=code, data=data, explanation=explanation, version=version, now=now)
    assert saved is not None
    _confirm_line(db, actor, sheet, criterion, saved, offers, now=now)
    for one in criterion.figures.values():
        if one in offers and offers[one].stance != Stance.CONFIRMED:
            row = offers[one]
            row.stance, row.own_value, row.reason = Stance.CONFIRMED, None, ""
            row.said_by_id, row.said_at = actor.user_id, now
    return saved


def dispute(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    code: str,
    data: Mapping[str, Any] | None,
    reason: str,
    version: int,
    now: datetime,
) -> Entry:
    """Không đồng ý: the unit's own figures in the place of the ministry's, with the reason; both are kept.

    Raises:
        WrongState, Invalid: see `save_entry`; no reason, no figures, or they are the ministry's.
        EntryStale: somebody else changed the line meanwhile.
    """
    criterion = require_fillable(db, sheet, code, now=now)
    assert criterion is not None
    text = tidy(reason)
    if not text:
        raise Invalid(N_("Ghi rõ vì sao số của đơn vị khác số của Bộ."), "reason")
    if len(text) > LONGEST_REASON:
        raise Invalid(N_("Dài %(n)s ký tự, nhiều nhất %(most)s."), "reason", n=len(text), most=LONGEST_REASON)
    kept = canonical(criterion, data)
    offers = offers_of(db, sheet)
    other = {
        one: str(kept[key])
        for key, one in criterion.figures.items()
        if kept and key in kept and one in offers and offers[one].value != kept[key]
    }
    if not other:
        raise Invalid(N_("Nhập số của đơn vị, khác số của Bộ; nếu đúng thì bấm Xác nhận."))
    entry = next((one for one in sheet.entries if one.code == code), None)
    explanation = entry.explanation if entry else ""
    saved = save_entry(db, actor, sheet, code=code, data=kept, explanation=explanation, version=version, now=now)
    assert saved is not None
    for one, row in offers.items():
        if one not in criterion.figures.values():
            continue
        if one in other:
            old = {"stance": row.stance, "own_value": row.own_value, "reason": row.reason}
            row.stance, row.own_value, row.reason = Stance.DISPUTED, other[one], text
            row.said_by_id, row.said_at = actor.user_id, now
            new = {"value": row.value, "own_value": other[one], "reason": text}
            record(db, actor, "dispute", row, now=now, **_at(sheet, code), old=old, new=new)
        else:
            row.stance, row.own_value, row.reason = Stance.CONFIRMED, None, ""
            row.said_by_id, row.said_at = actor.user_id, now
    return saved


def use_same(db: Session, actor: Actor, sheet: Sheet, *, code: str, now: datetime) -> list[str]:
    """Dùng cùng số liệu: the figures of this line on every other line that asks for them; the codes of those changed.

    Raises:
        WrongState, Invalid: see `require_fillable`.
    """
    criterion = require_fillable(db, sheet, code, now=now)
    assert criterion is not None
    data = next((one.data for one in sheet.entries if one.code == code), None)
    return share_figures(db, actor, sheet, criterion, before=data, after=data, everywhere=True, now=now)


def _at(sheet: Sheet, place: str) -> dict[str, Any]:
    return {"period_id": sheet.period_id, "unit_id": sheet.unit_id, "place": place}
