"""When an act is possible: the whole table, and that every state can be reached and left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emulation.domain.workflow import (
    ACT_NAMES,
    MOMENTS,
    PHASE_NAMES,
    STATE_NAMES,
    Act,
    Clock,
    Phase,
    SheetState,
    next_phase,
    refusal,
    require,
)
from emulation.errors import WrongState

NOW = datetime(2022, 6, 9, 3, 30, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = Clock(NOW, NOW + DAY)

# DESIGN 4, one line per act: states, phases, whether the unit's deadline binds
TABLE = {
    Act.ASSIGN: ("draft returned signing", "preparing self_scoring review", False),
    Act.FILL: ("draft returned", "self_scoring review", True),
    Act.SEND: ("draft returned", "self_scoring review", True),
    Act.SEND_BACK: ("signing", "self_scoring review", False),
    Act.RECALL: ("signing", "self_scoring review", True),
    Act.SUBMIT: ("signing", "self_scoring review", True),
    Act.ATTACH_SCAN: ("signing submitted", "self_scoring review", False),
    Act.RECEIVE: ("submitted", "self_scoring review", False),
    Act.RETURN: ("submitted", "self_scoring review", False),
    Act.SCORE: ("received", "review", False),
    Act.SETTLE: ("received", "review", False),
    Act.EXPLAIN: ("reviewed explaining", "explanation", True),
    Act.ANSWER: ("explaining", "explanation council", False),
    Act.FINALISE: ("reviewed explaining", "explanation council", False),
}
# what each act makes of the sheet; "=" leaves it
OUTCOMES = {
    Act.ASSIGN: "=",
    Act.FILL: "=",
    Act.SEND: "signing",
    Act.SEND_BACK: "draft",
    Act.RECALL: "draft",
    Act.SUBMIT: "submitted",
    Act.ATTACH_SCAN: "=",
    Act.RECEIVE: "received",
    Act.RETURN: "returned",
    Act.SCORE: "=",
    Act.SETTLE: "reviewed",
    Act.EXPLAIN: "explaining",
    Act.ANSWER: "=",
    Act.FINALISE: "final",
}


def possible(act: Act, state: SheetState, phase: Phase) -> bool:
    states, phases, _ = TABLE[act]
    return state.value in states.split() and phase.value in phases.split()


@pytest.mark.parametrize("act", list(Act))
def test_act_is_possible_exactly_where_the_table_says(act: Act) -> None:
    found = {(state, phase) for state in SheetState for phase in Phase if refusal(act, state, phase, OPEN) is None}
    assert found == {(state, phase) for state in SheetState for phase in Phase if possible(act, state, phase)}


@pytest.mark.parametrize("act", list(Act))
def test_deadline_binds_only_acts_of_the_unit(act: Act) -> None:
    states, phases, by_unit = TABLE[act]
    over = Clock(NOW, NOW - DAY)
    found = refusal(act, SheetState(states.split()[0]), Phase(phases.split()[0]), over)
    assert (found is not None) is by_unit


def test_clock_runs_to_the_later_of_close_and_extension() -> None:
    close, later = NOW + DAY, NOW + 3 * DAY
    assert Clock(NOW).last_moment is None
    assert Clock(NOW).is_over is False
    assert Clock(NOW, close).last_moment == close
    assert Clock(NOW, close, later).last_moment == later
    assert Clock(NOW, later, close).last_moment == later
    assert Clock(close, close).is_over is False  # the last second still counts
    assert Clock(close + timedelta(seconds=1), close).is_over is True
    assert Clock(close + timedelta(seconds=1), close, later).is_over is False


def test_refusal_says_which_phase_state_or_deadline() -> None:
    phase = refusal(Act.SCORE, SheetState.RECEIVED, Phase.COUNCIL, OPEN)
    state = refusal(Act.SCORE, SheetState.DRAFT, Phase.REVIEW, OPEN)
    late = refusal(Act.EXPLAIN, SheetState.REVIEWED, Phase.EXPLANATION, Clock(NOW, NOW - DAY))
    assert str(phase) == "Không thể chấm điểm: kỳ đánh giá đang ở giai đoạn “Hội đồng”."
    assert str(state) == "Không thể chấm điểm: phiếu đang ở trạng thái “Đang soạn”."
    assert str(late) == "Không thể giải trình: đã hết hạn lúc 10:30 08/06/2022."


def test_require_raises_what_refusal_returns() -> None:
    require(Act.SCORE, SheetState.RECEIVED, Phase.REVIEW, OPEN)
    with pytest.raises(WrongState):
        require(Act.SCORE, SheetState.REVIEWED, Phase.REVIEW, OPEN)


def test_phases_follow_one_another() -> None:
    assert next_phase(Phase.PREPARING) is Phase.SELF_SCORING
    assert next_phase(Phase.COUNCIL) is Phase.PUBLISHED
    assert next_phase(Phase.ARCHIVED) is None


def test_everything_has_a_name_and_a_moment() -> None:
    assert set(MOMENTS) == set(ACT_NAMES) == set(Act) == set(TABLE) == set(OUTCOMES)
    assert set(PHASE_NAMES) == set(Phase)
    assert set(STATE_NAMES) == set(SheetState)


def steps(state: SheetState, phase: Phase) -> set[tuple[SheetState, Phase]]:
    """Where one act, or the department's step to the next phase, can lead."""
    found = {
        (state if OUTCOMES[act] == "=" else SheetState(OUTCOMES[act]), phase)
        for act in Act
        if refusal(act, state, phase, OPEN) is None
    }
    after = next_phase(phase)
    return found | ({(state, after)} if after else set())


def test_every_state_is_reached_and_every_state_but_final_is_left() -> None:
    seen, todo = set(), {(SheetState.DRAFT, Phase.PREPARING)}
    while todo:
        here = todo.pop()
        seen.add(here)
        todo |= steps(*here) - seen
    assert {state for state, _ in seen} == set(SheetState)
    for state in SheetState:
        leads_to = {after for here, phase in seen if here is state for after, _ in steps(state, phase)}
        assert (leads_to == {state}) is (state is SheetState.FINAL), state


@given(
    st.sampled_from(list(Act)),
    st.sampled_from(list(SheetState)),
    st.sampled_from(list(Phase)),
    st.none() | st.integers(-72, 72),
    st.none() | st.integers(-72, 72),
)
def test_no_act_outside_its_moment(
    act: Act, state: SheetState, phase: Phase, close: int | None, extension: int | None
) -> None:
    def at(hours: int | None) -> datetime | None:
        return None if hours is None else NOW + timedelta(hours=hours)

    given_times = [hours for hours in (close, extension) if hours is not None]
    in_time = not TABLE[act][2] or not given_times or max(given_times) >= 0
    found = refusal(act, state, phase, Clock(NOW, at(close), at(extension)))
    assert (found is None) is (possible(act, state, phase) and in_time)


class Round(RuleBasedStateMachine):
    """A sheet under random acts and random steps of the department: nothing but the table moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.phase = SheetState.DRAFT, Phase.PREPARING
        self.past: list[SheetState] = [SheetState.DRAFT]

    @rule(act=st.sampled_from(list(Act)))
    def try_act(self, act: Act) -> None:
        if refusal(act, self.state, self.phase, OPEN) is None and OUTCOMES[act] != "=":
            self.state = SheetState(OUTCOMES[act])
            self.past.append(self.state)

    @precondition(lambda self: next_phase(self.phase) is not None)
    @rule()
    def next(self) -> None:
        after = next_phase(self.phase)
        assert after is not None
        self.phase = after

    @invariant()
    def order_is_kept(self) -> None:
        """Nothing is received that was not signed, reviewed that was not received, final that was not reviewed."""
        for earlier, later in (
            (SheetState.SIGNING, SheetState.SUBMITTED),
            (SheetState.SUBMITTED, SheetState.RECEIVED),
            (SheetState.RECEIVED, SheetState.REVIEWED),
            (SheetState.REVIEWED, SheetState.FINAL),
        ):
            if later in self.past:
                assert earlier in self.past[: self.past.index(later)]

    @invariant()
    def final_is_final(self) -> None:
        if SheetState.FINAL in self.past:
            assert self.past[-1] is SheetState.FINAL


test_sheet_under_random_acts_keeps_its_order = Round.TestCase
