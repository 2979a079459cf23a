"""Awards by rule: quotas, minimum grades, shut-outs, open ties. DESIGN 6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.domain.awards import (
    Allocation,
    AwardRule,
    Bar,
    Candidate,
    OpenTie,
    allocate,
    decide,
    places,
    problems_of,
)
from emulation.domain.ranking import competition_ranks
from emulation.errors import Invalid

GRADES = ("Xuất sắc", "Tốt", "Hoàn thành")


def unit(
    code: str, rank: int | None, grade: str = "Xuất sắc", *, cluster: int = 1, overall: int | None = None
) -> Candidate:
    """A candidate; without `overall` the nationwide rank is that of the cluster."""
    return Candidate(code, cluster, rank, overall or rank, grade)


def excluded(code: str, cluster: int = 1) -> Candidate:
    return Candidate(code, cluster, None, None, "Xuất sắc", is_excluded=True)


def one(rule: AwardRule, candidates: Sequence[Candidate]) -> Allocation:
    (allocation,) = allocate([replace(rule, shuts_out=frozenset())], candidates, GRADES)
    return allocation


FLAG = AwardRule("co", per_cluster=True, quota=1, shuts_out=frozenset({"bk"}))
MERIT = AwardRule("bk", per_cluster=True, quota=2)

# id: (rule, candidates, granted, open ties)
GOLDEN: dict[str, tuple[AwardRule, list[Candidate], tuple[str, ...], tuple[OpenTie, ...]]] = {
    "first of each cluster": (
        FLAG,
        [unit("b", 2), unit("a", 1), unit("d", 1, cluster=2), unit("c", 2, cluster=2)],
        ("a", "d"),
        (),
    ),
    "tie at the last place is open": (
        FLAG,
        [unit("a", 1), unit("b", 1), unit("c", 3)],
        (),
        (OpenTie(1, 1, ("a", "b")),),
    ),
    "tie that fits is granted": (
        AwardRule("bk", per_cluster=True, quota=3),
        [unit("a", 1), unit("b", 2), unit("c", 2), unit("d", 4)],
        ("a", "b", "c"),
        (),
    ),
    "tie for what is left": (
        AwardRule("bk", per_cluster=True, quota=2),
        [unit("a", 1), unit("b", 2), unit("c", 2), unit("d", 2), unit("e", 5)],
        ("a",),
        (OpenTie(1, 1, ("b", "c", "d")),),
    ),
    "a tie in one cluster leaves the other alone": (
        FLAG,
        [unit("a", 1), unit("b", 1), unit("c", 1, cluster=2)],
        ("c",),
        (OpenTie(1, 1, ("a", "b")),),
    ),
    "nationwide by overall rank": (
        AwardRule("bk", per_cluster=False, quota=2),
        [unit("a", 1, overall=3), unit("b", 1, cluster=2, overall=1), unit("c", 2, cluster=2, overall=2)],
        ("b", "c"),
        (),
    ),
    "nationwide tie": (
        AwardRule("bk", per_cluster=False, quota=1),
        [unit("a", 1, overall=1), unit("b", 1, cluster=2, overall=1)],
        (),
        (OpenTie(None, 1, ("a", "b")),),
    ),
    # 20 % of 5 = 1; the excluded one counts as a unit of the cluster
    "percent of all units of the cluster": (
        AwardRule("bk", per_cluster=True, quota_percent=20),
        [unit("a", 1), unit("b", 2), unit("c", 3), unit("d", 4), excluded("e")],
        ("a",),
        (),
    ),
    # 20 % of 4 = 0.8: rounded down, nobody
    "percent rounded down": (
        AwardRule("bk", per_cluster=True, quota_percent=20),
        [unit("a", 1), unit("b", 2), unit("c", 3), unit("d", 4)],
        (),
        (),
    ),
    "minimum grade leaves places empty": (
        AwardRule("bk", per_cluster=True, quota=3, minimum_grade="Tốt"),
        [unit("a", 1), unit("b", 2, "Tốt"), unit("c", 3, "Hoàn thành")],
        ("a", "b"),
        (),
    ),
    "excluded units are barred": (FLAG, [excluded("a"), unit("b", 1)], ("b",), ()),
    "units that are not settled are no candidates": (FLAG, [unit("a", None), unit("b", 1)], ("b",), ()),
    "a quota above the units": (AwardRule("bk", per_cluster=True, quota=9), [unit("a", 1)], ("a",), ()),
    "no units": (FLAG, [], (), ()),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_award_goes_to(name: str) -> None:
    rule, candidates, granted, ties = GOLDEN[name]

    allocation = one(rule, candidates)

    assert (allocation.granted, allocation.ties) == (granted, ties)


def test_holder_of_the_flag_is_shut_out_of_the_certificate_and_the_next_one_moves_up() -> None:
    units = [unit("a", 1), unit("b", 2), unit("c", 3), unit("d", 4)]

    flag, merit = allocate([FLAG, MERIT], units, GRADES)

    assert flag.granted == ("a",)
    assert merit.granted == ("b", "c")
    assert merit.barred == {"a": Bar.SHUT_OUT}


def test_a_shut_out_unit_in_a_tie_leaves_the_place_to_the_other() -> None:
    units = [unit("a", 1), unit("b", 1, overall=1), unit("c", 3)]
    nationwide = AwardRule("toan-quoc", per_cluster=False, quota=1)

    allocations = allocate([FLAG, AwardRule("bk", per_cluster=True, quota=1)], units, GRADES, held={"co": ["a"]})

    assert allocations[1].granted == ("b",)
    assert one(nationwide, units).ties == (OpenTie(None, 1, ("a", "b")),)


def test_an_award_waits_for_an_open_tie_of_one_that_shuts_out() -> None:
    flag, merit = allocate([FLAG, MERIT], [unit("a", 1), unit("b", 1)], GRADES)

    assert flag.ties == (OpenTie(1, 1, ("a", "b")),)
    assert merit.waits_for == ("co",)


def test_a_granted_award_is_not_computed_again() -> None:
    units = [unit("a", 1), unit("b", 2)]

    flag, merit = allocate([FLAG, MERIT], units, GRADES, held={"co": ["b"]})

    assert (flag.granted, flag.ties) == (("b",), ())
    assert merit.granted == ("a",)


def test_barred_units_are_named_with_the_reason_while_places_are_left() -> None:
    rule = AwardRule("bk", per_cluster=True, quota=1, minimum_grade="Tốt")

    allocation = one(rule, [unit("a", 1, "Hoàn thành"), unit("b", 2), unit("c", 3, "Hoàn thành"), excluded("d")])

    assert allocation.granted == ("b",)
    assert allocation.barred == {"a": Bar.GRADE, "d": Bar.EXCLUDED}


def test_decide_adds_those_whom_the_vote_chose() -> None:
    allocation = one(MERIT, [unit("a", 1), unit("b", 2), unit("c", 2)])

    assert decide(allocation, ["c"]) == ("a", "c")


def test_decide_may_leave_a_place_empty() -> None:
    assert decide(one(MERIT, [unit("a", 1), unit("b", 2), unit("c", 2)]), []) == ("a",)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (["b", "c"], "Chọn 2 đơn vị cho 1 suất còn lại."),
        (["z"], "Đơn vị z không nằm trong nhóm bằng hạng cần biểu quyết."),
        (["a"], "Đơn vị a không nằm trong nhóm bằng hạng cần biểu quyết."),
    ],
)
def test_decide_refuses(chosen: list[str], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        decide(one(MERIT, [unit("a", 1), unit("b", 2), unit("c", 2)]), chosen)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ([AwardRule("a", per_cluster=True, quota=1, minimum_grade="Giỏi")], "Bộ tiêu chí không có xếp loại “Giỏi”."),
        (
            [AwardRule("a", per_cluster=True, quota=1, shuts_out=frozenset({"z"}))],
            "Không có danh hiệu hoặc hình thức khen thưởng mã “z”.",
        ),
        (
            [MERIT, AwardRule("co", per_cluster=True, quota=1, shuts_out=frozenset({"bk"}))],
            "“co” chỉ có thể loại trừ mục xét sau nó, “bk” xét trước.",
        ),
        (
            [AwardRule("a", per_cluster=True, quota=1, shuts_out=frozenset({"a"}))],
            "“a” chỉ có thể loại trừ mục xét sau nó, “a” xét trước.",
        ),
    ],
)
def test_rules_that_make_no_sense_are_named(rules: list[AwardRule], sentence: str) -> None:
    assert [str(problem) for problem in problems_of(rules, GRADES)] == [sentence]
    with pytest.raises(Invalid):
        allocate(rules, [], GRADES)


@pytest.mark.parametrize(
    ("percent", "units", "expected"), [(20, 63, 12), (20, 5, 1), (20, 4, 0), (100, 7, 7), (1, 99, 0), (33, 10, 3)]
)
def test_percent_is_rounded_down(percent: int, units: int, expected: int) -> None:
    assert places(AwardRule("a", per_cluster=True, quota_percent=percent), units) == expected


@st.composite
def rounds(draw: st.DrawFn) -> list[Candidate]:
    """Units of up to three clusters with competition ranks that have ties, some excluded."""
    rows = draw(
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 4), st.sampled_from(GRADES), st.booleans()), max_size=14)
    )
    ranked = sorted((row for row in rows if not row[3]), key=lambda row: -row[1])
    overall = competition_ranks([-row[1] for row in ranked])
    found = []
    for i, (row, place) in enumerate(zip(ranked, overall, strict=True)):
        mates = [other for other in ranked if other[0] == row[0]]
        inside = 1 + sum(other[1] > row[1] for other in mates)
        found.append(Candidate(f"r{i:02d}", row[0], inside, place, row[2]))
    found += [
        Candidate(f"x{i:02d}", row[0], None, None, row[2], is_excluded=True) for i, row in enumerate(rows) if row[3]
    ]
    return found


@st.composite
def award_rules(draw: st.DrawFn) -> list[AwardRule]:
    """Two awards; the first may shut units out of the second."""
    found = []
    for code in ("first", "second"):
        count = draw(st.integers(1, 4))
        percent = draw(st.one_of(st.none(), st.integers(1, 100)))
        found.append(
            AwardRule(
                code,
                per_cluster=draw(st.booleans()),
                quota=count if percent is None else None,
                quota_percent=percent,
                minimum_grade=draw(st.sampled_from([None, *GRADES])),
                shuts_out=frozenset({"second"}) if code == "first" and draw(st.booleans()) else frozenset(),
            )
        )
    return found


@given(rounds(), award_rules(), st.randoms(use_true_random=False))
def test_allocation_does_not_depend_on_the_order_of_the_units(
    candidates: list[Candidate], rules: list[AwardRule], random: Random
) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)

    assert allocate(rules, shuffled, GRADES) == allocate(rules, candidates, GRADES)


@given(rounds(), award_rules())
def test_allocation_keeps_its_promises(candidates: list[Candidate], rules: list[AwardRule]) -> None:
    by_code = {candidate.unit: candidate for candidate in candidates}
    allocations = allocate(rules, candidates, GRADES)

    for rule, allocation in zip(rules, allocations, strict=True):
        for group, quota in allocation.quotas.items():
            mine = [code for code in allocation.granted if group is None or by_code[code].cluster == group]
            tied = [tie for tie in allocation.ties if tie.cluster == group]
            # never more than the quota, and what a tie is about is exactly what is left
            assert len(mine) + sum(tie.places for tie in tied) <= quota
            assert all(len(tie.units) > tie.places > 0 for tie in tied)
        reached = {*allocation.granted, *(code for tie in allocation.ties for code in tie.units)}
        for code in reached:
            holder = by_code[code]
            assert not holder.is_excluded
            assert rule.minimum_grade is None or GRADES.index(holder.grade or "") <= GRADES.index(rule.minimum_grade)
        for candidate in candidates:
            if candidate.unit in reached or candidate.is_excluded or candidate.unit in allocation.barred:
                continue
            # nobody who was passed over stands before a holder of the same group
            for code in reached:
                holder = by_code[code]
                if rule.per_cluster and holder.cluster == candidate.cluster:
                    assert (holder.rank_in_cluster or 0) < (candidate.rank_in_cluster or 0)
                if not rule.per_cluster:
                    assert (holder.rank_overall or 0) < (candidate.rank_overall or 0)
    first, second = allocations
    if rules[0].shuts_out:
        assert not set(first.granted) & {*second.granted, *(code for tie in second.ties for code in tie.units)}
