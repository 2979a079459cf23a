"""Official points: the chair reveals the marks, sees what is worth discussing, and settles. DESIGN 4, 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.declared import Declared, Part, parts_of
from emulation.domain.reviewing import Flag, flags, outlier, proposal
from emulation.domain.workflow import Act, Clock, Phase, SheetState, require
from emulation.errors import Invalid, NotYours, Stale, WrongState
from emulation.models import Council, Mark, Review, SeatRole, Sheet, User, Verdict, VerdictRound
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.services.marks import check_points, check_reason, start_review
from emulation.services.reviews import (
    Line,
    Member,
    has_conflict,
    lines_of_sheet,
    members_of,
    newest_marks,
    reviews_of,
    seats_over,
)
from emulation.services.scores import criteria_of
from emulation.words import N_, Phrase

FAR = Decimal("0.2")  # of the maximum: a mark this far from all others is pointed out


@dataclass(frozen=True)
class MemberMark:
    """The mark of one member on one line; `mark` None: none given. `is_far`: it stands alone."""

    member: Member
    mark: Mark | None
    is_far: bool = False


@dataclass(frozen=True)
class Agendum:
    """One line as the chair settles it. Marks are None while hidden."""

    line: Line
    marks: tuple[MemberMark, ...] | None
    proposed: Decimal | None
    proposes_skipping: bool
    flags: tuple[Flag, ...]

    @property
    def needs_verdict(self) -> bool:
        """Core lines that apply; of bonus and deductions, those declared or marked."""
        given = any(one.mark is not None for one in self.marks or ())
        return self.line.declared.applies and (self.line.declared.needs_points or given)

    @property
    def has_proposal(self) -> bool:
        """Whether members' marks lead to points, or to "not applicable"."""
        return self.proposed is not None or self.proposes_skipping

    @property
    def reasons(self) -> str:
        """What the members wrote, each sentence once: a start for the reason the unit will read."""
        return " ".join(
            dict.fromkeys(one.mark.reason for one in self.marks or () if one.mark is not None and one.mark.reason)
        )


@dataclass(frozen=True)
class Settling:
    """A sheet before its chair: per council what each member has done, and the lines."""

    reviews: dict[int, Review | None]  # by council id
    members: dict[int, list[Member]]  # by council id, without those who have a conflict
    finished: dict[int, frozenset[int]]  # by council id: users who have finished
    agenda: list[Agendum]

    @property
    def is_open(self) -> bool:
        """Whether the chair may see the marks: revealed, or everybody has finished, in every council chaired."""
        return all(self.shows_marks(council_id) for council_id in self.reviews)

    def shows_marks(self, council_id: int) -> bool:
        """Revealed, or every member has finished."""
        return marks_are_open(self.reviews[council_id], self.members[council_id])

    @property
    def behind(self) -> list[Member]:
        """Members who have not finished the sheet."""
        return [
            member
            for council_id, members in self.members.items()
            for member in members
            if member.user_id not in self.finished[council_id]
        ]

    @property
    def is_settled(self) -> bool:
        """Every council chaired has settled the sheet, lines that came into its scope later included."""
        return all(
            review is not None and review.settled_at is not None for review in self.reviews.values()
        ) and not any(one.needs_verdict and one.line.verdict is None for one in self.agenda)


def marks_are_open(review: Review | None, members: Sequence[Member]) -> bool:
    """Whether the marks on a sheet may be seen by the whole council: revealed, or all members have finished."""
    if review is None:
        return False
    done = {completion.user_id for completion in review.completions}
    return review.revealed_at is not None or (bool(members) and all(member.user_id in done for member in members))


def chaired_councils(person: User, sheet: Sheet) -> list[int]:
    """Ids of the councils over this sheet that the person chairs."""
    return [seat.council_id for seat in seats_over(person, sheet) if seat.role == SeatRole.CHAIR]


def settling_of(db: Session, person: User, sheet: Sheet) -> Settling:
    """The sheet as this chair settles it; marks stay hidden until `marks_are_open`."""
    chaired = chaired_councils(person, sheet)
    known = reviews_of(db, [sheet.id])
    reviews = {council_id: known.get((council_id, sheet.id)) for council_id in chaired}
    members = {
        council_id: [member for member in everybody if member.may_score(sheet)]
        for council_id, everybody in members_of(db, chaired).items()
    }
    finished = {
        council_id: frozenset(one.user_id for one in review.completions) if review else frozenset[int]()
        for council_id, review in reviews.items()
    }
    open_ids = {cid for cid in chaired if marks_are_open(reviews[cid], members[cid])}
    marks = newest_marks(db, [sheet.id]) if open_ids else {}
    agenda = [
        agendum(line, members[line.council.id] if line.council.id in open_ids else None, marks)
        for line in lines_of_sheet(db, person, sheet)
        if line.council.id in chaired
    ]
    return Settling(reviews, members, finished, agenda)


@dataclass(frozen=True)
class Weighed:
    """What members' marks on one line come to."""

    proposed: Decimal | None
    proposes_skipping: bool
    flags: tuple[Flag, ...]
    far: Decimal | None  # the mark that stands alone


def weigh(
    council: Council, declared: Declared, marks: Sequence[Mark], precision: int, *, official: Decimal | None = None
) -> Weighed:
    """The proposal by the council's method and the flags; `marks` of members who may score, the chair's first.

    More acceptances of "not applicable" than points propose that. `official` is the verdict, where there is one.
    """
    scored = [mark.points for mark in marks if mark.points is not None]
    skipping = len(marks) - len(scored) > len(scored)
    maximum = declared.criterion.max
    alone = outlier(scored, distance=FAR * maximum)
    proposed = None if skipping else proposal(council.method, scored, precision)
    found = flags(
        maximum=maximum,
        self_points=declared.counted,
        official=official if official is not None else proposed,
        marks=scored,
        far=FAR,
    )
    return Weighed(proposed, skipping, found, None if alone is None else scored[alone])


def agendum(line: Line, members: Sequence[Member] | None, marks: Mapping[tuple[int, str, int], Mark]) -> Agendum:
    """One line with its members' marks, the proposal and the flags; `members` None: the marks are hidden."""
    if members is None:
        return Agendum(line, None, None, proposes_skipping=False, flags=())
    given = [(member, marks.get((line.sheet.id, line.code, member.user_id))) for member in members]
    weighed = weigh(
        line.council,
        line.declared,
        [mark for _, mark in given if mark is not None],
        criteria_of(line.sheet).precision,
        official=line.verdict.points if line.verdict is not None else None,
    )
    return Agendum(
        line=line,
        marks=tuple(
            MemberMark(member, mark, is_far=weighed.far is not None and mark is not None and mark.points == weighed.far)
            for member, mark in given
        ),
        proposed=weighed.proposed,
        proposes_skipping=weighed.proposes_skipping,
        flags=weighed.flags,
    )


def reveal(db: Session, actor: Actor, sheet: Sheet, *, now: datetime) -> list[Review]:
    """Show the members' marks to the whole council; from then on nobody marks this sheet any more.

    Raises:
        NotYours: not the chair of a council over this sheet, or a conflict of interest.
        WrongState: the sheet is not under review, or revealed already.
    """
    chaired = _require_chair(actor, sheet, now=now)
    known = reviews_of(db, [sheet.id])
    found = []
    for council_id in chaired:
        review = known.get((council_id, sheet.id)) or start_review(db, council_id, sheet)
        if review.revealed_at is None:
            review.revealed_at = now
            found.append(review)
    if not found:
        raise WrongState(N_("Điểm của các thành viên đã được công khai rồi."))
    db.flush()
    record(db, actor, "reveal", sheet, now=now, period_id=sheet.period_id, unit_id=sheet.unit_id)
    return found


@dataclass(frozen=True)
class Decided:
    """What the chair decides on one line; `points` None accepts the declared "not applicable"."""

    points: Decimal | None
    reason: str = ""


class Unsettled(Invalid):
    """Lines that cannot be settled as given: `problems` is {code: (field, sentence)}."""

    def __init__(self, problems: dict[str, tuple[str, Phrase]]) -> None:
        super().__init__(
            N_("Chưa kết luận được: %(n)s dòng cần sửa (%(codes)s)."), n=len(problems), codes=", ".join(problems)
        )
        self.problems = problems


def settle(
    db: Session,
    actor: Actor,
    sheet: Sheet,
    *,
    decisions: Mapping[str, Decided],
    versions: Mapping[int, int] | None = None,
    now: datetime,
) -> list[Verdict]:
    """Write the official points of every line in the chair's scope; all at once or not at all.

    A line outside `decisions` has none; every core line that applies must be there, and every bonus or deduction that
    was declared or marked. A reason is needed wherever the points differ from the declared ones or from the proposal.
    With the last verdict that the whole sheet needs, it becomes `reviewed`. `versions` are those of the reviews that
    the chair saw, by council id.

    Raises:
        NotYours, WrongState: as `reveal`; or settled already; or marks not open yet.
        Stale: a review changed since.
        Unsettled: everything that is wrong, by line.
    """
    chaired = _require_chair(actor, sheet, now=now)
    settling = settling_of(db, _person(actor), sheet)
    if settling.is_settled:
        raise WrongState(N_("Phiếu này đã được kết luận."))
    if not settling.is_open:
        raise WrongState(N_("Hãy công khai điểm của các thành viên trước khi kết luận."))
    for council_id, version in (versions or {}).items():
        review = settling.reviews.get(council_id)
        if review is not None and review.version != version:
            raise Stale(N_("Hội đồng vừa có thay đổi ở phiếu này. Mở lại trang để xem bản mới nhất."))
    open_lines = [one for one in settling.agenda if _is_unsettled(settling, one)]
    codes = {one.line.code for one in open_lines}
    for code in decisions:
        if code not in codes:
            raise NotYours(N_("Tiêu chí %(code)s không thuộc phạm vi kết luận của anh chị."), code=code)
    reasons = _checked(open_lines, decisions)
    found = []
    for one in open_lines:
        if one.line.code not in decisions:
            continue
        points = decisions[one.line.code].points
        verdict = Verdict(
            sheet_id=sheet.id,
            code=one.line.code,
            round=VerdictRound.REVIEW,
            council_id=one.line.council.id,
            points=points,
            not_applicable=points is None,
            reason=reasons[one.line.code],
            decided_by_id=actor.user_id,
            decided_at=now,
        )
        found.append(verdict)
    db.add_all(found)
    for council_id in chaired:
        review = settling.reviews[council_id] or start_review(db, council_id, sheet)
        review.revealed_at = review.revealed_at or now
        review.settled_at = review.settled_at or now
    db.flush()
    if not missing_verdicts(db, sheet):
        sheet.state = SheetState.REVIEWED
    proposals = {one.line.code: one.proposed for one in open_lines}
    for verdict in found:
        record(
            db,
            actor,
            "settle",
            verdict,
            now=now,
            period_id=sheet.period_id,
            unit_id=sheet.unit_id,
            place=verdict.code,
            old={"proposal": proposals[verdict.code]},
            new={"points": verdict.points, "reason": verdict.reason},
        )
    return found


def missing_verdicts(db: Session, sheet: Sheet) -> list[str]:
    """Codes that still need a verdict before the sheet is reviewed, whichever council decides them."""
    criteria = criteria_of(sheet)
    tags = frozenset(sheet.tags)
    decided = set(db.scalars(select(Verdict.code).where(Verdict.sheet_id == sheet.id)))
    declared = {entry.code for entry in sheet.entries if entry.data is not None}
    return [
        code
        for code, part in parts_of(criteria).items()
        if code not in decided and criteria.by_code[code].applies(tags) and (part is Part.CORE or code in declared)
    ]


# ---- inside ----


def _person(actor: Actor) -> User:
    assert actor.user is not None
    return actor.user


def _require_chair(actor: Actor, sheet: Sheet, *, now: datetime) -> list[int]:
    person = _person(actor)
    if has_conflict(person, sheet.unit_id):
        raise NotYours(N_("Anh chị có xung đột lợi ích với đơn vị này nên không được xem và chấm."))
    chaired = chaired_councils(person, sheet)
    if not chaired:
        raise NotYours(N_("Chỉ chủ tịch hội đồng thẩm định phiếu này mới làm được việc này."))
    require(Act.SETTLE, SheetState(sheet.state), Phase(sheet.period.phase), Clock(now))
    return chaired


def _is_unsettled(settling: Settling, one: Agendum) -> bool:
    review = settling.reviews[one.line.council.id]
    is_open = review is None or review.settled_at is None
    return one.line.declared.applies and one.line.verdict is None and (is_open or one.needs_verdict)


def _checked(agenda: Sequence[Agendum], decisions: Mapping[str, Decided]) -> dict[str, str]:
    """The reasons as they are stored, by code.

    Raises:
        Unsettled: everything that is wrong.
    """
    problems: dict[str, tuple[str, Phrase]] = {}
    reasons: dict[str, str] = {}
    for one in agenda:
        code, decided = one.line.code, decisions.get(one.line.code)
        if decided is None:
            if one.needs_verdict:
                problems[code] = ("points", Phrase(N_("Chưa có điểm thẩm định.")))
            continue
        try:
            check_points(one.line.declared, decided.points, criteria_of(one.line.sheet).precision)
            moves_away = one.has_proposal and (
                decided.points is not None if one.proposes_skipping else decided.points != one.proposed
            )
            text = check_reason(decided.reason, needed=False)
            if not text and one.line.declared.differs(decided.points):
                raise Invalid(N_("Nêu lý do vì điểm thẩm định khác điểm tự chấm; đơn vị sẽ đọc lý do này."), "reason")
            if not text and moves_away:
                raise Invalid(N_("Nêu lý do vì điểm thẩm định khác mức đề xuất từ điểm các thành viên."), "reason")
            reasons[code] = text
        except Invalid as error:
            problems[code] = (error.field or "points", error.phrase)
    if problems:
        raise Unsettled(problems)
    return reasons
