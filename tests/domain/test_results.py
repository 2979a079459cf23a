"""The outcome of a round as values, its sealed snapshot, and how units compare. DESIGN 6."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.domain import comparison, criteria, snapshot
from emulation.domain.results import (
    LineFacts,
    Ranking,
    UnitFacts,
    declared_score,
    lines_of,
    official_score,
    place,
)
from emulation.domain.scoring import EntryRefused, LineState, Scorer
from tests.domain.rounds import round_of, unit, verdict
from tests.world import NINE_KINDS

FOUR = (
    unit("01", 1, official="9"),
    unit("02", 1, official="8"),
    unit("03", 2, official="9.5"),
    unit("04", 2, official="10", excluded=True),
)


def sealed(*units: UnitFacts) -> snapshot.Sealed:
    return snapshot.Sealed(snapshot.seal(round_of(*units)))


def ranking(*units: UnitFacts) -> Ranking:
    return sealed(*units).ranking


# the seal


def test_seal_is_the_same_bytes_in_any_order_of_the_facts() -> None:
    facts = round_of(*FOUR)
    shuffled = replace(
        facts,
        units=tuple(reversed(facts.units)),
        clusters=tuple(reversed(facts.clusters)),
    )

    assert snapshot.seal(shuffled) == snapshot.seal(facts)


def test_seal_does_not_depend_on_the_spelling_of_numbers() -> None:
    """PostgreSQL gives NUMERIC(14, 4) back as 8.5000, SQLite the text as stored."""
    assert snapshot.seal(round_of(unit("01", official="8.5000"))) == snapshot.seal(round_of(unit("01", official="8.5")))


def test_seal_is_one_line_of_canonical_json() -> None:
    text = snapshot.seal(round_of(*FOUR))

    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert "\n" not in text


def test_seal_holds_what_was_given_and_what_follows() -> None:
    data = json.loads(snapshot.seal(round_of(*FOUR)))

    assert sorted(data) == ["clusters", "councils", "criteria", "format", "period", "units"]
    assert data["criteria"]["sha256"] == round_of().criteria.sha256
    assert data["councils"] == [
        {"clusters": [1, 2], "codes": ["I.1", "II.1"], "members": 5, "method": "mean", "name": "Hội đồng thẩm định"}
    ]
    first = data["units"][0]
    assert (first["code"], first["cluster"], first["tags"]) == ("01", 1, ["dan-toc", "mien-nui"])
    assert (first["rank_in_cluster"], first["rank_overall"]) == (1, 2)
    assert first["official"] == {
        "base": "50",
        "bonus": "0",
        "core": "37.75",
        "deductions": "0.5",
        "earned": "37.75",
        "grade": "Xuất sắc",
        "sections": {
            "I": {"base": "20", "earned": "18"},
            "II": {"base": "10", "earned": "8.25"},
            "III": {"base": "10", "earned": "4"},
            "IV": {"base": "10", "earned": "7.5"},
        },
        "total": "37.25",
        "unscored": [],
    }
    assert first["lines"]["II.1"]["review"]["reason"] == "Thiếu."
    assert first["lines"]["II.1"]["appeal"]["answer"] == "Đủ căn cứ."
    assert first["lines"]["B.1"]["state"] == "unscored"
    assert data["units"][3]["exclusions"][0]["ground"] == "X.1"


def test_seal_has_no_floating_point_number() -> None:
    def no_float(text: str) -> None:
        raise AssertionError(text)

    json.loads(snapshot.seal(round_of(*FOUR)), parse_float=no_float)


def test_seal_refuses_a_float_in_an_entry() -> None:
    given = unit("01")
    lines = {**given.lines, "I.1": LineFacts({"points": 8.5}, "", verdict("8"))}

    with pytest.raises(EntryRefused):
        snapshot.seal(round_of(replace(given, lines=lines)))


def test_facts_of_a_snapshot_give_the_same_seal_again() -> None:
    text = snapshot.seal(round_of(*FOUR))

    assert snapshot.seal(snapshot.facts_of(text)) == text


def test_sealed_ranking_reads_ranks_as_stored_and_computes_nothing() -> None:
    data = json.loads(snapshot.seal(round_of(*FOUR)))
    data["units"][0]["rank_overall"] = 77
    data["units"][0]["official"]["total"] = "12.34"

    found = snapshot.Sealed(snapshot.canonical(data)).ranking

    assert found.by_unit["01"].rank_overall == 77
    assert found.by_unit["01"].total == Decimal("12.34")


def test_sealed_ranking_says_who_stands_where() -> None:
    found = ranking(*FOUR)

    assert [(one.unit, one.rank_overall, one.rank_in_cluster, str(one.total)) for one in found.units] == [
        ("03", 1, 1, "38.25"),
        ("01", 2, 1, "37.25"),
        ("02", 3, 2, "35.25"),
        ("04", None, None, "39.25"),
    ]
    assert found.sha256 == snapshot.sha256(snapshot.seal(round_of(*FOUR)))
    assert found.is_example


def test_sealed_lines_keep_every_value_side_by_side() -> None:
    line = sealed(*FOUR).lines("01")["II.1"]

    assert (line.declared, line.points, line.state) == (Decimal(9), Decimal("8.25"), LineState.SCORED)
    assert line.facts.review is not None
    assert line.facts.after is not None
    assert (line.facts.review.points, line.facts.after.points) == (Decimal(7), Decimal("8.25"))
    assert line.facts.entry == {"points": "9"}


def test_criteria_set_survives_the_snapshot() -> None:
    found = criteria.load(NINE_KINDS.read_bytes())
    facts = replace(round_of(), criteria=found)

    back = snapshot.facts_of(snapshot.seal(facts)).criteria

    assert back == found
    assert (back.sha256, back.canonical) == (found.sha256, found.canonical)


marks = st.integers(0, 40).map(lambda n: str(Decimal(n) / 4))


@given(
    st.lists(st.tuples(st.integers(1, 2), marks, marks, st.booleans()), max_size=8), st.randoms(use_true_random=False)
)
def test_any_round_seals_to_the_same_bytes_again(rows: list[tuple[int, str, str, bool]], random: Random) -> None:
    units = [
        unit(f"{i:02d}", cluster, declared=declared, official=official, excluded=barred)
        for i, (cluster, declared, official, barred) in enumerate(rows)
    ]
    text = snapshot.seal(round_of(*units))
    random.shuffle(units)

    assert snapshot.seal(round_of(*units)) == text
    assert snapshot.seal(snapshot.facts_of(text)) == text


# scores of facts


def test_declared_score_counts_the_ministrys_own_points() -> None:
    """So that the difference to the official total is the council's change alone."""
    facts = round_of()
    scorer = Scorer(facts.criteria)

    score = declared_score(scorer, unit("01", declared="8"))

    assert score.total == Decimal("36.00")  # 2 x 8 + 9 + 4 + 7.5 - 0.5
    assert score.lines["IV.1"] == Decimal("7.50")


def test_official_score_takes_the_verdict_after_the_explanation() -> None:
    assert official_score(Scorer(round_of().criteria), unit("01")).lines["II.1"] == Decimal("8.25")


def test_not_applicable_verdict_takes_the_line_out_of_the_base() -> None:
    given = unit("01")
    skipped = replace(given, lines={**given.lines, "I.1": LineFacts({"not_applicable": True}, "", verdict(None))})

    score = official_score(Scorer(round_of().criteria), skipped)

    assert score.base == Decimal("30.00")
    assert score.state("I.1") is LineState.NOT_APPLICABLE


def test_a_zero_verdict_is_a_score_and_an_absent_one_is_not() -> None:
    given = unit("01")
    scorer = Scorer(round_of().criteria)
    zero = replace(given, lines={**given.lines, "I.1": LineFacts(None, "", verdict("0"))})
    absent = replace(given, lines={**given.lines, "I.1": LineFacts({"points": "8"}, "", None)})

    assert official_score(scorer, zero).unscored == []
    assert official_score(scorer, absent).unscored == ["I.1"]
    assert official_score(scorer, zero).total == official_score(scorer, absent).total


def test_lines_name_every_criterion_of_the_set() -> None:
    facts = round_of()
    scorer = Scorer(facts.criteria)
    given = unit("01")

    lines = lines_of(facts.criteria, given, declared_score(scorer, given), official_score(scorer, given))

    assert list(lines) == ["I.1", "II.1", "III.1", "IV.1", "B.1", "D.1"]
    assert (lines["IV.1"].declared, lines["IV.1"].points) == (None, Decimal("7.50"))


def test_units_without_a_score_stand_between_ranked_and_excluded_ones() -> None:
    facts = round_of()
    scorer = Scorer(facts.criteria)
    excluded = unit("01", excluded=True)

    outcomes = place(
        facts.criteria,
        [
            (unit("03"), None, None),
            (excluded, official_score(scorer, excluded), None),
            (unit("02"), official_score(scorer, unit("02")), None),
        ],
    )

    assert [(one.unit, one.rank_overall, one.total is None) for one in outcomes] == [
        ("02", 1, False),
        ("03", None, True),
        ("01", None, False),
    ]


# how units compare


def test_leads_name_the_leaders_and_the_gap_to_the_next_place() -> None:
    found = ranking(unit("01", official="9"), unit("02", official="8"), unit("03", 2, official="7"))

    first, second = comparison.leads(found)

    assert [one.unit for one in first.leaders] == ["01"]
    assert ([one.unit for one in first.runners_up], first.gap) == (["02"], Decimal("2.00"))
    assert (second.cluster.number, [one.unit for one in second.leaders], second.gap) == (2, ["03"], None)


def test_leads_name_all_who_share_the_first_place() -> None:
    found = ranking(unit("01"), unit("02"), unit("03", official="8"))

    (lead,) = comparison.leads(found)

    assert [one.unit for one in lead.leaders] == ["01", "02"]
    assert (lead.runners_up[0].unit, lead.gap) == ("03", Decimal("1.00"))
    assert found.tied == {"01", "02"}


def test_equal_totals_in_two_clusters_share_the_nationwide_place_only() -> None:
    found = ranking(unit("01", 1), unit("02", 2))

    assert (found.tied, found.tied_overall) == (frozenset(), {"01", "02"})


def test_section_gaps_are_mean_shares_of_the_units_asked_for() -> None:
    found = ranking(unit("01", declared="10", official="8"), unit("02", declared="9", official="9"))

    gaps = {gap.section.code: gap for gap in comparison.section_gaps(found, found.ranked)}

    assert (gaps["I"].declared, gaps["I"].official, gaps["I"].change) == (
        Decimal("0.9500"),
        Decimal("0.8500"),
        Decimal("-0.1000"),
    )
    assert gaps["IV"].change == 0


def test_section_gaps_need_declared_scores() -> None:
    found = ranking(unit("01"))
    without = [replace(found.units[0], declared=None)]

    assert comparison.section_gaps(found, without) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("", None),
        ("1 2 3", None),  # too few: each could work out the others
        ("4 1 3 2", "2.5"),
        ("9 1 2 3 100", "3"),
    ],
)
def test_median_of_enough_units(values: str, expected: str | None) -> None:
    found = comparison.median(Decimal(value) for value in values.split())

    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ("40", None),
        ("36", None),
        ("35.99", ("Xuất sắc", "36", "0.01")),
        ("20", ("Xuất sắc", "36", "16")),
        ("0", ("Tốt", "20", "20")),
    ],
)
def test_points_to_the_next_grade(total: str, expected: tuple[str, str, str] | None) -> None:
    found = comparison.points_to_next_grade(round_of().criteria, Decimal(total))

    assert found == (None if expected is None else (expected[0], Decimal(expected[1]), Decimal(expected[2])))


def test_mean_and_grades_count_ranked_units_only() -> None:
    found = ranking(*FOUR)

    assert comparison.mean_total(found) == Decimal("36.92")  # (37.25 + 35.25 + 38.25) / 3 = 36.9166...
    assert comparison.grade_counts(found) == {"Xuất sắc": 2, "Tốt": 1, "Chưa đạt": 0}


def test_mean_of_nobody_is_none() -> None:
    assert comparison.mean_total(ranking()) is None
