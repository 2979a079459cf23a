"""The explanation round: the unit explains a lowered score, the chair answers. DESIGN 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.declared import Declared, declared, parts_of
from emulation.domain.workflow import Act, Clock, Phase, SheetState, require
from emulation.errors import CHANGED_MEANWHILE, Invalid, NotYours, Stale, WrongState
from emulation.models import Entry, Explanation, Outcome, Period, Sheet, User, Verdict, VerdictRound
from emulation.services.actor import Actor
from emulation.services.criteria import value_of
from emulation.services.history import record
from emulation.services.marks import check_points, check_reason
from emulation.services.periods import clock_of, sheets_of
from emulation.services.reviews import CITED, has_conflict, is_submitted
from emulation.services.scores import criteria_of
from emulation.services.verdicts import chaired_councils
from emulation.words import N_, tidy

LONGEST_EXPLANATION = 4000  # characters


@dataclass(frozen=True)
class Dispute:
    """One line by which a unit lost, its explanation and what became of it."""

    sheet: Sheet
    declared: Declared
    entry: Entry | None
    verdict: Verdict  # of the review
    explanation: Explanation | None
    changed: Verdict | None  # of the explanation round

    @property
    def code(self) -> str:
        """Code of the criterion."""
        return self.declared.criterion.code

    @property
    def is_settled(self) -> bool:
        """Explained and answered."""
        return self.explanation is not None and self.explanation.outcome is not None

    @property
    def waits_for_answer(self) -> bool:
        """Explained, not answered."""
        return self.explanation is not None and self.explanation.outcome is None


def disputes_of(db: Session, sheet: Sheet) -> list[Dispute]:
    """The lines of a sheet whose official points are worse than declared, in the order of the set."""
    return disputes_in(db, [sheet]).get(sheet.id, [])


def disputes_in(db: Session, sheets: Sequence[Sheet]) -> dict[int, list[Dispute]]:
    """The same for several sheets of one period, by sheet id; sheets without such a line are absent."""
    if not sheets:
        return {}
    criteria = value_of(sheets[0].period.criteria_set)
    parts = parts_of(criteria)
    ids = [sheet.id for sheet in sheets]
    verdicts: dict[tuple[int, str, str], Verdict] = {
        (verdict.sheet_id, verdict.code, verdict.round): verdict
        for verdict in db.scalars(select(Verdict).where(Verdict.sheet_id.in_(ids)))
    }
    entries = {
        (entry.sheet_id, entry.code): entry
        for entry in db.scalars(select(Entry).where(Entry.sheet_id.in_(ids)).options(CITED))
    }
    explanations = {
        (one.sheet_id, one.code): one for one in db.scalars(select(Explanation).where(Explanation.sheet_id.in_(ids)))
    }
    found: dict[int, list[Dispute]] = {}
    for sheet in sheets:
        for code, part in parts.items():
            verdict = verdicts.get((sheet.id, code, VerdictRound.REVIEW))
            if verdict is None:
                continue
            entry = entries.get((sheet.id, code))
            line = declared(
                criteria.by_code[code],
                part,
                tags=sheet.tags,
                entry=entry.data if entry else None,
                has_evidence=bool(entry and entry.citations),
                precision=criteria.precision,
            )
            if line.is_worse(verdict.points):
                changed = verdicts.get((sheet.id, code, VerdictRound.EXPLANATION))
                explanation = explanations.get((sheet.id, code))
                found.setdefault(sheet.id, []).append(Dispute(sheet, line, entry, verdict, explanation, changed))
    return found


def explain(
    db: Session, actor: Actor, sheet: Sheet, *, code: str, text: str, version: int = 0, now: datetime
) -> Explanation:
    """The unit explains one lowered line; until the chair has answered it can be reworded.

    Raises:
        WrongState: not the time to explain, or answered already.
        NotYours: another unit's sheet.
        Invalid: the line was not lowered, or no text.
        Stale: a colleague changed the text since `version`.
    """
    if actor.user is None or actor.user.unit_id != sheet.unit_id:
        raise NotYours(N_("Chỉ đơn vị của phiếu này mới giải trình được."))
    clock = clock_of(db, sheet, now=now)
    require(Act.EXPLAIN, SheetState(sheet.state), Phase(sheet.period.phase), clock)
    dispute = _dispute(db, sheet, code)
    words = tidy(text)
    if not words:
        raise Invalid(N_("Nội dung giải trình còn trống."), "text")
    if len(words) > LONGEST_EXPLANATION:
        raise Invalid(
            N_("Giải trình dài %(n)s ký tự, nhiều nhất %(most)s."), "text", n=len(words), most=LONGEST_EXPLANATION
        )
    explanation = dispute.explanation
    if explanation is not None and explanation.outcome is not None:
        raise WrongState(N_("Hội đồng đã trả lời giải trình này; nội dung không sửa được nữa."))
    if explanation is not None and explanation.text == words:
        return explanation
    if explanation is not None and explanation.version != version:
        raise Stale(CHANGED_MEANWHILE)
    old = None if explanation is None else {"text": explanation.text}
    if explanation is None:
        explanation = Explanation(sheet_id=sheet.id, code=code, text=words, made_by_id=actor.user_id, made_at=now)
        db.add(explanation)
    else:
        explanation.text, explanation.made_by_id, explanation.made_at = words, actor.user_id, now
    sheet.state = SheetState.EXPLAINING
    db.flush()
    _record(db, actor, "explain", explanation, sheet, now=now, old=old, new={"text": words})
    return explanation


def answer(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    code: str,
    outcome: Outcome,
    text: str,
    points: Decimal | None = None,
    version: int = 0,
    now: datetime,
) -> Explanation:
    """The chair keeps the verdict or changes it, with a reason; a change is a verdict of its own, both stay readable.

    With `change`, `points` None accepts the declared "not applicable".

    Raises:
        NotYours: not the chair of the council that decided the line, or a conflict of interest.
        WrongState: not the time to answer, or answered already.
        Invalid: nothing to answer, no reason, or points that the criterion cannot have or that change nothing.
        Stale: the unit reworded the explanation since `version`.
    """
    person = _person(actor)
    if has_conflict(person, sheet.unit_id):
        raise NotYours(N_("Anh chị có xung đột lợi ích với đơn vị này nên không được xem và chấm."))
    require(Act.ANSWER, SheetState(sheet.state), Phase(sheet.period.phase), Clock(now))
    dispute = _dispute(db, sheet, code)
    if dispute.verdict.council_id not in chaired_councils(person, sheet):
        raise NotYours(N_("Chỉ chủ tịch hội đồng đã kết luận tiêu chí này mới trả lời được."))
    explanation = dispute.explanation
    if explanation is None:
        raise Invalid(N_("Đơn vị chưa giải trình tiêu chí này."))
    if explanation.outcome is not None:
        raise WrongState(N_("Giải trình này đã được trả lời."))
    if explanation.version != version:
        raise Stale(N_("Đơn vị vừa sửa nội dung giải trình. Mở lại trang để xem bản mới nhất."))
    words = tidy(text)
    if not words:
        raise Invalid(N_("Nêu lý do giữ hay đổi điểm; đơn vị sẽ đọc lý do này."), "text")
    check_reason(words, needed=True)
    old: dict[str, object] = {"points": dispute.verdict.points}
    new: dict[str, object] = {"outcome": outcome.value, "answer": words}
    if outcome is Outcome.CHANGE:
        check_points(dispute.declared, points, criteria_of(sheet).precision)
        if points == dispute.verdict.points:
            raise Invalid(N_("Điểm mới bằng điểm đã kết luận; chọn giữ nguyên hoặc cho điểm khác."), "points")
        new["points"] = points
        db.add(
            Verdict(
                sheet_id=sheet.id,
                code=code,
                round=VerdictRound.EXPLANATION,
                council_id=dispute.verdict.council_id,
                points=points,
                not_applicable=points is None,
                reason=words,
                decided_by_id=actor.user_id,
                decided_at=now,
            )
        )
    explanation.outcome, explanation.answer = outcome, words
    explanation.answered_by_id, explanation.answered_at = actor.user_id, now
    db.flush()
    _record(db, actor, "answer", explanation, sheet, now=now, old=old, new=new)
    return explanation


def waiting_answers(db: Session, person: User, period: Period) -> list[Sheet]:
    """Sheets with explanations that this chair has to answer, by cluster and name."""
    sheets = [
        sheet
        for sheet in sheets_of(db, period)
        if sheet.state == SheetState.EXPLAINING
        and is_submitted(sheet)
        and not has_conflict(person, sheet.unit_id)
        and chaired_councils(person, sheet)
    ]
    open_codes = db.execute(
        select(Explanation.sheet_id, Verdict.council_id)
        .join(Verdict, (Verdict.sheet_id == Explanation.sheet_id) & (Verdict.code == Explanation.code))
        .where(
            Explanation.sheet_id.in_([sheet.id for sheet in sheets]),
            Explanation.outcome.is_(None),
            Verdict.round == VerdictRound.REVIEW,
        )
    )
    waiting = set(open_codes)
    return [
        sheet for sheet in sheets if any((sheet.id, council) in waiting for council in chaired_councils(person, sheet))
    ]


# ---- inside ----


def _person(actor: Actor) -> User:
    assert actor.user is not None
    return actor.user


def _dispute(db: Session, sheet: Sheet, code: str) -> Dispute:
    found = next((one for one in disputes_of(db, sheet) if one.code == code), None)
    if found is None:
        raise Invalid(N_("Tiêu chí %(code)s không bị giảm điểm nên không cần giải trình."), code=code)
    return found


def _record(
    db: Session,
    actor: Actor,
    act: str,
    explanation: Explanation,
    sheet: Sheet,
    *,
    now: datetime,
    old: Mapping[str, object] | None,
    new: Mapping[str, object],
) -> None:
    record(
        db,
        actor,
        act,
        explanation,
        now=now,
        period_id=sheet.period_id,
        unit_id=sheet.unit_id,
        place=explanation.code,
        old=None if old is None else dict(old),
        new=dict(new),
    )
