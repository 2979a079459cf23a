"""When an act is possible: phases of a period, states of a sheet, and the one table that joins them. DESIGN 4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from emulation.errors import WrongState
from emulation.words import N_, Phrase


class Phase(StrEnum):
    """Giai đoạn của kỳ đánh giá, in order."""

    PREPARING = "preparing"
    SELF_SCORING = "self_scoring"
    REVIEW = "review"
    EXPLANATION = "explanation"
    COUNCIL = "council"
    PUBLISHED = "published"
    ARCHIVED = "archived"


PHASE_NAMES = {
    Phase.PREPARING: N_("Chuẩn bị"),
    Phase.SELF_SCORING: N_("Tự chấm điểm"),
    Phase.REVIEW: N_("Thẩm định"),
    Phase.EXPLANATION: N_("Giải trình"),
    Phase.COUNCIL: N_("Hội đồng"),
    Phase.PUBLISHED: N_("Đã công bố"),
    Phase.ARCHIVED: N_("Lưu trữ"),
}


class SheetState(StrEnum):
    """Trạng thái của phiếu chấm điểm."""

    DRAFT = "draft"
    SIGNING = "signing"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECEIVED = "received"
    REVIEWED = "reviewed"
    EXPLAINING = "explaining"
    FINAL = "final"


STATE_NAMES = {
    SheetState.DRAFT: N_("Đang soạn"),
    SheetState.SIGNING: N_("Chờ ký"),
    SheetState.SUBMITTED: N_("Đã nộp, chờ tiếp nhận"),
    SheetState.RETURNED: N_("Bị trả lại"),
    SheetState.RECEIVED: N_("Đang thẩm định"),
    SheetState.REVIEWED: N_("Đã thẩm định"),
    SheetState.EXPLAINING: N_("Đang giải trình"),
    SheetState.FINAL: N_("Đã chốt"),
}


class Act(StrEnum):
    """What can be done to a sheet."""

    ASSIGN = "assign"
    FILL = "fill"
    SEND = "send"
    SEND_BACK = "send_back"
    RECALL = "recall"
    SUBMIT = "submit"
    ATTACH_SCAN = "attach_scan"
    RECEIVE = "receive"
    RETURN = "return"
    SCORE = "score"
    SETTLE = "settle"
    EXPLAIN = "explain"
    ANSWER = "answer"
    FINALISE = "finalise"


ACT_NAMES = {
    Act.ASSIGN: N_("phân công"),
    Act.FILL: N_("kê khai"),
    Act.SEND: N_("trình lãnh đạo ký"),
    Act.SEND_BACK: N_("trả lại chuyên viên"),
    Act.RECALL: N_("rút lại để sửa"),
    Act.SUBMIT: N_("ký và nộp"),
    Act.ATTACH_SCAN: N_("gắn bản quét của phiếu đã ký"),
    Act.RECEIVE: N_("tiếp nhận"),
    Act.RETURN: N_("trả lại đơn vị"),
    Act.SCORE: N_("chấm điểm"),
    Act.SETTLE: N_("kết luận điểm thẩm định"),
    Act.EXPLAIN: N_("giải trình"),
    Act.ANSWER: N_("trả lời giải trình"),
    Act.FINALISE: N_("chốt phiếu"),
}


@dataclass(frozen=True)
class Moment:
    """When an act is possible. `by_unit`: bound to the time window of the phase and to extensions of the unit."""

    states: frozenset[SheetState]
    phases: frozenset[Phase]
    by_unit: bool = False


def _moment(states: tuple[SheetState, ...], phases: tuple[Phase, ...], *, by_unit: bool = False) -> Moment:
    return Moment(frozenset(states), frozenset(phases), by_unit)


_S, _P = SheetState, Phase
_OPEN = (_P.SELF_SCORING, _P.REVIEW)
_LATE = (_P.REVIEW, _P.EXPLANATION, _P.COUNCIL)
MOMENTS: dict[Act, Moment] = {
    Act.ASSIGN: _moment((_S.DRAFT, _S.RETURNED, _S.SIGNING), (_P.PREPARING, *_OPEN)),
    Act.FILL: _moment((_S.DRAFT, _S.RETURNED), _OPEN, by_unit=True),
    Act.SEND: _moment((_S.DRAFT, _S.RETURNED), _OPEN, by_unit=True),
    Act.SEND_BACK: _moment((_S.SIGNING,), _OPEN),
    Act.RECALL: _moment((_S.SIGNING,), _OPEN, by_unit=True),
    Act.SUBMIT: _moment((_S.SIGNING,), _OPEN, by_unit=True),
    Act.ATTACH_SCAN: _moment((_S.SIGNING, _S.SUBMITTED), _OPEN),
    Act.RECEIVE: _moment((_S.SUBMITTED,), _OPEN),
    Act.RETURN: _moment((_S.SUBMITTED,), _OPEN),
    Act.SCORE: _moment((_S.RECEIVED,), (_P.REVIEW,)),
    Act.SETTLE: _moment((_S.RECEIVED,), (_P.REVIEW,)),
    Act.EXPLAIN: _moment((_S.REVIEWED, _S.EXPLAINING), (_P.EXPLANATION,), by_unit=True),
    Act.ANSWER: _moment((_S.EXPLAINING,), (_P.EXPLANATION, _P.COUNCIL)),
    Act.FINALISE: _moment((_S.REVIEWED, _S.EXPLAINING), (_P.EXPLANATION, _P.COUNCIL)),
}


@dataclass(frozen=True)
class Clock:
    """The time that counts for a unit: now, the close of the current phase, and its own later time if it has one.

    `reason` and `granted_at` belong to the unit's own time.
    """

    now: datetime
    closes_at: datetime | None = None
    extended_to: datetime | None = None
    reason: str = ""
    granted_at: datetime | None = None

    @property
    def last_moment(self) -> datetime | None:
        """The later of the general close and the unit's extension."""
        times = [time for time in (self.closes_at, self.extended_to) if time is not None]
        return max(times) if times else None

    @property
    def is_extended(self) -> bool:
        """Whether the unit's own time is later than everybody's."""
        return self.extended_to is not None and (self.closes_at is None or self.extended_to > self.closes_at)

    @property
    def is_over(self) -> bool:
        """Whether the unit may no longer act."""
        return self.last_moment is not None and self.now > self.last_moment


def refusal(act: Act, state: SheetState, phase: Phase, clock: Clock) -> WrongState | None:
    """Why `act` is not possible now, or None if it is."""
    moment = MOMENTS[act]
    name = Phrase(ACT_NAMES[act])
    if phase not in moment.phases:
        return WrongState(
            N_("Không thể %(act)s: kỳ đánh giá đang ở giai đoạn “%(phase)s”."),
            act=name,
            phase=Phrase(PHASE_NAMES[phase]),
        )
    if state not in moment.states:
        return WrongState(
            N_("Không thể %(act)s: phiếu đang ở trạng thái “%(state)s”."),
            act=name,
            state=Phrase(STATE_NAMES[state]),
        )
    if moment.by_unit and clock.is_over:
        return WrongState(N_("Không thể %(act)s: đã hết hạn lúc %(when)s."), act=name, when=clock.last_moment)
    return None


def require(act: Act, state: SheetState, phase: Phase, clock: Clock) -> None:
    """Refuse `act` unless it is possible now.

    Raises:
        WrongState: wrong phase, wrong state, or after the close for this unit.
    """
    found = refusal(act, state, phase, clock)
    if found is not None:
        raise found


def awaits_unit(state: SheetState, phase: Phase) -> bool:
    """Whether a unit has something to do that is bound to its time."""
    return any(one.by_unit and state in one.states and phase in one.phases for one in MOMENTS.values())


def next_phase(phase: Phase) -> Phase | None:
    """The phase after this one."""
    order = list(Phase)
    place = order.index(phase) + 1
    return order[place] if place < len(order) else None
