"""Members' marks: give, accept what was declared, finish a sheet, declare a conflict of interest. DESIGN 4, 5."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.declared import Declared
from emulation.domain.rules import Judged
from emulation.domain.workflow import Act, Clock, Phase, SheetState, require
from emulation.errors import Invalid, NotYours, WrongState
from emulation.models import Completion, Conflict, Mark, Review, Sheet, User
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.reviews import (
    Line,
    council_for,
    has_conflict,
    lines_of_criterion,
    lines_of_sheet,
    reviews_of,
    seats_over,
)
from emulation.services.scores import criteria_of
from emulation.words import N_, tidy

LONGEST_REASON = 2000  # characters


def fixed_because(person: User, review: Review | None) -> WrongState | None:
    """Why this person's marks on a review can no longer change, or None if they can."""
    if review is None:
        return None
    if review.settled_at is not None:
        return WrongState(N_("Hội đồng đã kết luận điểm của phiếu này; không chấm được nữa."))
    if any(done.user_id == person.id for done in review.completions):
        return WrongState(N_("Anh chị đã hoàn thành chấm phiếu này; điểm không sửa được nữa."))
    if review.revealed_at is not None:
        return WrongState(N_("Điểm của các thành viên đã được công khai trong hội đồng; không chấm được nữa."))
    return None


class Unfinished(Invalid):
    """Lines that must be marked first; `lines` names them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(
            N_("Còn %(n)s tiêu chí chưa chấm: %(codes)s."), n=len(lines), codes=", ".join(line.code for line in lines)
        )
        self.lines = lines


def check_points(line: Declared, points: Decimal | None, precision: int, field: str = "points") -> None:
    """Refuse official points or a mark that the criterion cannot have; None is "not applicable".

    Raises:
        Invalid: does not apply to the unit, outside 0..max, too many decimals, or a "not applicable" nobody declared.
    """
    if not line.applies:
        raise Invalid(N_("Tiêu chí %(code)s không áp dụng cho đơn vị này."), field, code=line.criterion.code)
    if points is None:
        if not line.skipped:
            raise Invalid(N_("Đơn vị không khai “không áp dụng” ở tiêu chí này."), field)
        return
    if not 0 <= points <= line.criterion.max:
        raise Invalid(
            N_("%(points)s điểm nằm ngoài khoảng từ 0 đến %(max)s."), field, points=points, max=line.criterion.max
        )
    if points != round(points, precision):
        raise Invalid(N_("%(points)s có quá %(n)s chữ số thập phân."), field, points=points, n=precision)


def check_reason(reason: str, *, needed: bool) -> str:
    """The reason as it is stored.

    Raises:
        Invalid: missing where it is needed, or too long.
    """
    text = tidy(reason)
    if needed and not text:
        raise Invalid(N_("Nêu lý do vì điểm khác điểm tự chấm; đơn vị sẽ đọc lý do này."), "reason")
    if len(text) > LONGEST_REASON:
        raise Invalid(N_("Lý do dài %(n)s ký tự, nhiều nhất %(most)s."), "reason", n=len(text), most=LONGEST_REASON)
    return text


def mark(
    db: Session, actor: Actor, sheet: Sheet, *, code: str, points: Decimal | None, reason: str = "", now: datetime
) -> Mark:
    """Give a mark for one criterion of one sheet; `points` None accepts the declared "not applicable".

    Marks are append-only, the newest of a member counts; the same mark again is no new one.

    Raises:
        WrongState: the sheet cannot be scored now, or this person has finished it, or the council has settled it.
        NotYours: outside the scope, or a conflict of interest.
        Invalid: points or reason, see `check_points` and `check_reason`.
    """
    line = _scorable_line(db, actor, sheet, code, now=now)
    declared = line.declared
    check_points(declared, points, criteria_of(sheet).precision)
    if points is not None and isinstance(declared.criterion.rule, Judged) and points % declared.criterion.rule.step:
        raise Invalid(
            N_("%(points)s không phải bội số của bước %(step)s."),
            "points",
            points=points,
            step=declared.criterion.rule.step,
        )
    text = check_reason(reason, needed=declared.differs(points))
    as_declared = declared.can_be_accepted and not declared.differs(points) and not text
    return _store(db, actor, [(line, points, text)], act="accept" if as_declared else "mark", now=now)[0]


def accept(db: Session, actor: Actor, sheet: Sheet, *, code: str, now: datetime) -> Mark:
    """Take over one line as it was declared: its points, or the "not applicable".

    Raises:
        Invalid: nothing was declared that could be accepted.
        WrongState, NotYours: as `mark`.
    """
    line = _scorable_line(db, actor, sheet, code, now=now)
    if not line.declared.can_be_accepted:
        raise Invalid(N_("Tiêu chí này không có số liệu tự chấm để chấp nhận; hãy cho điểm."), "points")
    return _store(db, actor, [(line, line.declared.points, "")], act="accept", now=now)[0]


def accept_unremarkable(db: Session, actor: Actor, sheet: Sheet, *, now: datetime) -> list[Mark]:
    """Take over every line of the sheet that is declared, not remarkable and not marked yet.

    Raises:
        WrongState, NotYours: as `mark`.
    """
    _require_scorable(sheet, _person(actor), (), now=now)
    return _accept_all(db, actor, lines_of_sheet(db, _person(actor), sheet), now=now)


def accept_column(db: Session, actor: Actor, sheets: Sequence[Sheet], *, code: str, now: datetime) -> list[Mark]:
    """Take over one criterion of every sheet among `sheets` that can be scored, where the line is not remarkable."""
    person = _person(actor)
    open_sheets = [
        sheet for sheet in sheets if sheet.state == SheetState.RECEIVED and sheet.period.phase == Phase.REVIEW
    ]
    return _accept_all(db, actor, lines_of_criterion(db, person, open_sheets, code).values(), now=now)


def finish(db: Session, actor: Actor, sheet: Sheet, *, now: datetime) -> list[Review]:
    """Say that one's own marking of the sheet is done: marks are fixed, and the others' become visible.

    Raises:
        Unfinished: lines in scope without a mark.
        WrongState, NotYours: as `mark`.
    """
    person = _person(actor)
    _require_scorable(sheet, person, (), now=now)
    left = [line for line in lines_of_sheet(db, person, sheet) if line.is_open_task and line.others is None]
    if left:
        raise Unfinished(left)
    known = reviews_of(db, [sheet.id])
    found = []
    for seat in seats_over(person, sheet):
        review = known.get((seat.council_id, sheet.id)) or start_review(db, seat.council_id, sheet)
        if any(done.user_id == person.id for done in review.completions):
            continue
        review.completions.append(Completion(user_id=person.id, finished_at=now))
        found.append(review)
    if found:
        _record(db, actor, "finish_marking", sheet, now=now)
    return found


def start_review(db: Session, council_id: int, sheet: Sheet) -> Review:
    """The review of the sheet by this council, begun now."""
    review = Review(council_id=council_id, sheet_id=sheet.id, completions=[])
    db.add(review)
    db.flush()
    return review


def declare_conflict(db: Session, actor: Actor, sheet: Sheet, *, reason: str, now: datetime) -> Conflict:
    """Declare a conflict of interest with the sheet's unit: from now on it is neither seen nor scored.

    Raises:
        NotYours: no seat over this sheet.
        Invalid: no reason.
        WrongState: declared already.
    """
    person = _person(actor)
    if not seats_over(person, sheet):
        raise NotYours(N_("Phiếu này không thuộc phạm vi thẩm định của anh chị."))
    text = tidy(reason)
    if not text:
        raise Invalid(N_("Nêu lý do xung đột lợi ích."), "reason")
    if len(text) > LONGEST_REASON:
        raise Invalid(N_("Lý do dài %(n)s ký tự, nhiều nhất %(most)s."), "reason", n=len(text), most=LONGEST_REASON)
    if db.scalar(select(Conflict.id).where(Conflict.user_id == person.id, Conflict.unit_id == sheet.unit_id)):
        raise WrongState(N_("Anh chị đã khai xung đột lợi ích với đơn vị này."))
    conflict = Conflict(user_id=person.id, unit_id=sheet.unit_id, reason=text, declared_at=now)
    person.conflicts.append(conflict)
    db.flush()
    _record(db, actor, "declare_conflict", sheet, now=now, new={"reason": text})
    return conflict


# ---- inside ----


def _person(actor: Actor) -> User:
    assert actor.user is not None
    return actor.user


def _require_scorable(sheet: Sheet, person: User, codes: Iterable[str], *, now: datetime) -> None:
    if has_conflict(person, sheet.unit_id):
        raise NotYours(N_("Anh chị có xung đột lợi ích với đơn vị này nên không được xem và chấm."))
    if not seats_over(person, sheet) or any(council_for(person, sheet, code) is None for code in codes):
        raise NotYours(N_("Tiêu chí hoặc phiếu này không thuộc phạm vi thẩm định của anh chị."))
    require(Act.SCORE, SheetState(sheet.state), Phase(sheet.period.phase), Clock(now))


def _scorable_line(db: Session, actor: Actor, sheet: Sheet, code: str, *, now: datetime) -> Line:
    person = _person(actor)
    _require_scorable(sheet, person, [code], now=now)
    line = lines_of_criterion(db, person, [sheet], code)[sheet.id]
    fixed = fixed_because(person, line.review)
    if fixed is not None:
        raise fixed
    return line


def _accept_all(db: Session, actor: Actor, lines: Iterable[Line], *, now: datetime) -> list[Mark]:
    person = _person(actor)
    chosen = [line for line in lines if line.is_unremarkable]
    accepted = [(line, line.declared.points, "") for line in chosen if fixed_because(person, line.review) is None]
    return _store(db, actor, accepted, act="accept", now=now)


def _store(
    db: Session, actor: Actor, given: Sequence[tuple[Line, Decimal | None, str]], *, act: str, now: datetime
) -> list[Mark]:
    """New rows for (line, points, reason) where they are not what counts already; the marks that count now."""
    found, new = [], []
    for line, points, reason in given:
        before = line.mine
        if before is not None and (before.points, before.reason) == (points, reason):
            found.append(before)
            continue
        added = Mark(
            sheet_id=line.sheet.id,
            code=line.code,
            council_id=line.council.id,
            user_id=actor.user_id,
            points=points,
            not_applicable=points is None,
            reason=reason,
            made_at=now,
        )
        found.append(added)
        new.append((line, added))
    db.add_all(added for _, added in new)
    db.flush()
    for line, added in new:
        before = line.mine
        record(
            db,
            actor,
            act,
            added,
            now=now,
            period_id=line.sheet.period_id,
            unit_id=line.sheet.unit_id,
            place=line.code,
            old=None if before is None else {"points": before.points, "reason": before.reason},
            new={"points": added.points, "reason": added.reason},
        )
    return found


def _record(
    db: Session, actor: Actor, act: str, sheet: Sheet, *, now: datetime, new: dict[str, object] | None = None
) -> None:
    record(db, actor, act, sheet, now=now, period_id=sheet.period_id, unit_id=sheet.unit_id, new=new)
