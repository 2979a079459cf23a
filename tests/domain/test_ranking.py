"""Ranks: by total, ties by the set's tie-breakers in order, then equal rank 1-2-2-4. DESIGN 6."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.domain.ranking import Standing, competition_ranks, rank
from emulation.domain.scoring import Scorer
from tests.domain.rounds import criteria, points

Points = dict[str, Decimal | None]


def standings(
    tie_breakers: tuple[str, ...], units: dict[str, tuple[str, Points]], excluded: str = ""
) -> list[Standing]:
    """Standings of `{code: (cluster, points)}`; codes in `excluded` are barred."""
    found = criteria(*tie_breakers)
    scorer = Scorer(found)
    return rank(
        found,
        [
            Standing(code, f"Sở {code}", cluster, scorer.score_points(given), "X.1" if code in excluded else None)
            for code, (cluster, given) in units.items()
        ],
    )


def ranks(tie_breakers: tuple[str, ...], units: dict[str, tuple[str, Points]], excluded: str = "") -> dict[str, object]:
    """code -> (rank in the cluster, overall rank), in the order of the ranking."""
    return {one.unit: (one.rank_in_cluster, one.rank_overall) for one in standings(tie_breakers, units, excluded)}


# id: (tie-breakers, units as {code: (cluster, points)}, expected in order)
GOLDEN: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, Points]], dict[str, tuple[int, int]]]] = {
    "1-2-2-4": (
        (),
        {"d": ("1", points("1")), "c": ("1", points("4")), "b": ("1", points("4")), "a": ("1", points("9"))},
        {"a": (1, 1), "b": (2, 2), "c": (2, 2), "d": (4, 4)},
    ),
    "all equal": (
        (),
        {"b": ("1", points("4")), "a": ("1", points("4")), "c": ("2", points("4"))},
        {"a": (1, 1), "b": (1, 1), "c": (1, 1)},
    ),
    "a cluster has its own ranks": (
        (),
        {"a": ("1", points("5")), "b": ("2", points("6")), "c": ("1", points("7")), "d": ("2", points("4"))},
        {"c": (1, 1), "b": (1, 2), "a": (2, 3), "d": (2, 4)},
    ),
    # same total 20: fewer deductions win
    "deductions": (
        ("deductions",),
        {"a": ("1", points("10", "1", minus="1")), "b": ("1", points("10"))},
        {"b": (1, 1), "a": (2, 2)},
    ),
    # same total 20: the section counts with its coefficient
    "section": (
        ("section:II",),
        {"a": ("1", points("6", "8")), "b": ("1", points("5", "10"))},
        {"b": (1, 1), "a": (2, 2)},
    ),
    "section with its coefficient": (
        ("section:I",),
        {"a": ("1", points("5", "10")), "b": ("1", points("6", "8"))},
        {"b": (1, 1), "a": (2, 2)},
    ),
    "progress": (
        ("progress",),
        {"a": ("1", points("5", "10")), "b": ("1", points("5", "6", "4"))},
        {"b": (1, 1), "a": (2, 2)},
    ),
    "bonus": (
        ("bonus",),
        {"a": ("1", points("5", "10")), "b": ("1", points("5", "8", bonus="2"))},
        {"b": (1, 1), "a": (2, 2)},
    ),
    # the first tie-breaker decides against the second
    "order of tie-breakers": (
        ("deductions", "bonus"),
        {"a": ("1", points("5", "10", bonus="3", minus="1")), "b": ("1", points("5", "10", "2"))},
        {"b": (1, 1), "a": (2, 2)},
    ),
    # both tie-breakers are equal: equal rank, never by name
    "still equal": (
        ("deductions", "section:II"),
        {"a": ("1", points("5", "5")), "b": ("1", points("5", "5")), "c": ("1", points("5", "4"))},
        {"a": (1, 1), "b": (1, 1), "c": (3, 3)},
    ),
    # a difference in the last published decimal is a difference
    "one hundredth": (
        (),
        {"a": ("1", points("5", "5.01")), "b": ("1", points("5", "5"))},
        {"a": (1, 1), "b": (2, 2)},
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_ranks_are(name: str) -> None:
    tie_breakers, units, expected = GOLDEN[name]

    assert list(ranks(tie_breakers, units).items()) == list(expected.items())


def test_excluded_units_stand_last_by_code_without_a_rank_and_take_no_place() -> None:
    units = {
        "z": ("1", points("1")),
        "c": ("1", points("9")),
        "b": ("1", points("10")),
        "a": ("1", points("8")),
    }

    found = ranks((), units, excluded="cb")

    assert list(found.items()) == [("a", (1, 1)), ("z", (2, 2)), ("b", (None, None)), ("c", (None, None))]


def test_a_unit_without_a_cluster_has_an_overall_rank_only() -> None:
    found = criteria()
    score = Scorer(found).score_points(points("5"))

    (one,) = rank(found, [Standing("a", "Sở a", None, score)])

    assert (one.rank_in_cluster, one.rank_overall) == (None, 1)


def test_competition_ranks_of_nothing() -> None:
    assert competition_ranks([]) == []


quarters = st.integers(0, 8).map(lambda n: str(Decimal(n) / 4))
sheets = st.lists(
    st.tuples(
        st.sampled_from("123"),
        st.builds(points, quarters, quarters, quarters, quarters, quarters, quarters),
        st.booleans(),
    ),
    max_size=12,
)
breakers = st.lists(
    st.sampled_from(["deductions", "bonus", "progress", "section:I", "section:II"]), unique=True, max_size=3
).map(tuple)


@given(sheets, breakers, st.randoms(use_true_random=False))
def test_ranks_do_not_depend_on_the_order_of_entry(
    rows: list[tuple[str, Points, bool]], tie_breakers: tuple[str, ...], random: Random
) -> None:
    units = {f"u{i:02d}": (cluster, given) for i, (cluster, given, _) in enumerate(rows)}
    excluded = {f"u{i:02d}" for i, (_, _, barred) in enumerate(rows) if barred}
    shuffled = list(units.items())
    random.shuffle(shuffled)

    first = standings(tie_breakers, units, excluded)  # type: ignore[arg-type]  # any container of codes
    second = standings(tie_breakers, dict(shuffled), excluded)  # type: ignore[arg-type]  # any container of codes

    def seen(found: list[Standing]) -> list[tuple[str, int | None, int | None]]:
        return [(one.unit, one.rank_in_cluster, one.rank_overall) for one in found]

    assert seen(first) == seen(second)


@given(sheets, breakers)
def test_a_rank_is_one_more_than_the_units_that_are_better(
    rows: list[tuple[str, Points, bool]], tie_breakers: tuple[str, ...]
) -> None:
    units = {f"u{i:02d}": (cluster, given) for i, (cluster, given, _) in enumerate(rows)}

    found = standings(tie_breakers, units)

    for one in found:
        assert one.rank_overall is not None
        better = sum(other.rank_overall < one.rank_overall for other in found if other.rank_overall)
        assert one.rank_overall == 1 + better
        mates = [other for other in found if other.cluster == one.cluster]
        ahead = sum((other.rank_in_cluster or 0) < (one.rank_in_cluster or 0) for other in mates)
        assert one.rank_in_cluster == 1 + ahead
        for other in found:
            if other.score.total > one.score.total:
                assert (other.rank_overall or 0) < one.rank_overall
