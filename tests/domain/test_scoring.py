"""From entries to totals: every sum against the oracle, and the rules about nothing, zero and not applicable."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from emulation.domain.criteria import CriteriaSet, from_canonical, load
from emulation.domain.rules import ALWAYS_ALLOWED
from emulation.domain.scoring import EntryRefused, LineState, Score, Scorer, line_points, score
from emulation.errors import Invalid
from tests.domain import oracle
from tests.domain.invented import criteria_in, sets, sheets_of

Data = dict[str, Any]
FOLDER = Path(__file__).parents[2]
KINDS = load((FOLDER / "tests/data/nine-kinds.yaml").read_bytes())
FRAME = load((FOLDER / "criteria/so-gddt-2012-2013.yaml").read_bytes())


def published(result: Score) -> Data:
    """Everything a score says, in the shape of the oracle."""
    codes = result.criteria.section_by_code
    return {
        "base": str(result.base),
        "earned": str(result.earned),
        "core": str(result.core),
        "bonus": str(result.bonus),
        "deductions": str(result.deductions),
        "total": str(result.total),
        "grade": result.grade,
        "unscored": result.unscored,
        "lines": {code: None if points is None else str(points) for code, points in result.lines.items()},
        "sections": {
            code: {"earned": str(result.section(code).earned), "base": str(result.section(code).base)} for code in codes
        },
    }


def read(data: Data) -> CriteriaSet:
    """The set of plain values, by way of a file."""
    return load(json.dumps(data, ensure_ascii=False))


@settings(max_examples=60)
@given(st.data())
def test_score_equals_the_oracle(draw: st.DataObject) -> None:
    data = draw.draw(sets())
    entries, tags = draw.draw(sheets_of(data))
    expected = oracle.Sheet(data, entries, set(tags))
    if expected.base == 0:
        with pytest.raises(Invalid) as refused:
            score(read(data), entries, tags)
        assert str(refused.value) == "Không có tiêu chí nào áp dụng cho đơn vị này: điểm nền bằng 0."
        return
    criteria = read(data)
    assert published(score(criteria, entries, tags)) == expected.published()
    assert published(score(from_canonical(criteria.canonical), entries, tags)) == expected.published()


@settings(max_examples=60)
@given(st.data())
def test_entry_is_refused_exactly_where_the_oracle_refuses(draw: st.DataObject) -> None:
    data = draw.draw(sets())
    entries, tags = draw.draw(sheets_of(data))
    assume(entries)
    code = draw.draw(st.sampled_from(sorted(entries)))
    entries[code] = draw.draw(st.sampled_from(ODD_ENTRIES))
    try:
        expected = oracle.Sheet(data, entries, set(tags))
    except oracle.RefusedError:
        with pytest.raises(EntryRefused) as refused:
            score(read(data), entries, tags)
        assert refused.value.code == code
        assert str(refused.value).endswith(".")
        return
    assume(expected.base)
    assert published(score(read(data), entries, tags)) == expected.published()


ODD_ENTRIES: list[Data] = [
    {},
    {"points": "-0.01"},
    {"points": "1000000"},
    {"points": "0.001"},
    {"points": 1, "value": 1},
    {"value": "-1"},
    {"value": "1"},
    {"part": 3, "whole": 2},
    {"part": 0, "whole": 0},
    {"part": 2, "whole": 3},
    {"part": 2},
    {"met": ["a", "a"]},
    {"met": ["a", "zzz"]},
    {"met": []},
    {"level": "Tốt"},
    {"level": "tốt"},
    {"count": "-1"},
    {"count": "1.5"},
    {"count": 2},
    {"before": 1},
    {"before": 1, "now": 2, "value": 3},
    {"not_applicable": True},
]


@settings(max_examples=80)
@given(st.data())
def test_total_does_not_depend_on_the_order_of_entries(draw: st.DataObject) -> None:
    data = draw.draw(sets())
    entries, tags = draw.draw(sheets_of(data))
    assume(oracle.Sheet(data, entries, set(tags)).base)
    shuffled = dict(draw.draw(st.permutations(list(entries.items()))))
    criteria = read(data)
    assert published(score(criteria, shuffled, tags[::-1])) == published(score(criteria, entries, tags))


@settings(max_examples=40)
@given(st.data())
def test_score_of_stored_entries_is_the_same_however_often_it_was_asked_for(draw: st.DataObject) -> None:
    data = draw.draw(sets())
    scorer = Scorer(read(data))
    for entries, tags in draw.draw(st.lists(sheets_of(data), min_size=2, max_size=3)):
        if not oracle.Sheet(data, entries, set(tags)).base:
            continue
        texts = {code: json.dumps(entry, default=str) for code, entry in entries.items()}
        expected = published(score(scorer.criteria, entries, tags))
        assert published(scorer.score_stored(texts, tags)) == expected
        assert published(scorer.score_stored(texts, tags)) == expected  # all of it kept


@settings(max_examples=60)
@given(st.data())
def test_total_never_falls_when_a_line_gets_more_points(draw: st.DataObject) -> None:
    data = draw.draw(sets())
    entries, tags = draw.draw(sheets_of(data))
    assume(oracle.Sheet(data, entries, set(tags)).base)
    scorer = Scorer(read(data))
    skipped = [code for code, entry in entries.items() if "not_applicable" in entry]
    points = {code: value for code, value in scorer.score(entries, tags).lines.items() if code not in skipped}
    before = scorer.score_points(points, tags, skipped)
    code = draw.draw(st.sampled_from(sorted(scorer.place)))
    room = scorer.criteria.by_code[code].max - (points.get(code) or 0)
    points[code] = (points.get(code) or Decimal(0)) + room * draw.draw(st.integers(0, 4)) / 4
    after = scorer.score_points(points, tags, skipped)
    assert (after.core, after.bonus, after.deductions) >= (before.core, before.bonus, before.deductions)
    if code not in {leaf["code"] for leaf in data["deductions"]}:
        assert after.total >= before.total
    else:
        assert after.total <= before.total


@settings(max_examples=60)
@given(st.data())
def test_score_of_decided_points_equals_the_score_of_the_entries_they_came_from(draw: st.DataObject) -> None:
    data = draw.draw(sets())
    entries, tags = draw.draw(sheets_of(data))
    assume(oracle.Sheet(data, entries, set(tags)).base)
    scorer = Scorer(read(data))
    declared = scorer.score(entries, tags)
    skipped = [code for code, entry in entries.items() if "not_applicable" in entry]
    decided = scorer.score_points(declared.lines, tags, skipped)
    assert published(decided) == published(declared)


# ---- nothing, zero, not applicable ----


def nine(**entries: Data) -> dict[str, Data]:
    """Entries of the nine kinds; I_1 stands for I.1."""
    return {code.replace("_", "."): entry for code, entry in entries.items()}


def test_zero_is_a_score_and_absent_is_not() -> None:
    zero = score(KINDS, nine(I_3={"points": 0}), ["dan-toc"])
    absent = score(KINDS, {}, ["dan-toc"])
    assert (zero.lines["I.3"], zero.state("I.3")) == (Decimal("0.00"), LineState.SCORED)
    assert (absent.lines["I.3"], absent.state("I.3")) == (None, LineState.UNSCORED)
    assert "I.3" in absent.unscored
    assert "I.3" not in zero.unscored
    assert zero.total == absent.total == Decimal("0.00")
    assert zero.base == absent.base == Decimal("84.00")


def test_bonus_and_deductions_without_an_entry_are_none_and_not_unscored() -> None:
    result = score(KINDS, {})
    assert (result.lines["B.1"], result.lines["D.1"]) == (None, None)
    assert (result.bonus, result.deductions) == (Decimal("0.00"), Decimal("0.00"))
    assert result.unscored == ["I.1", "I.2", "I.3", "II.1", "II.2", "II.3", "II.4", "II.5", "III.1"]


@pytest.mark.parametrize(
    ("policy", "points", "base", "total"),
    [("rebase", None, "75.00", "0.00"), ("full", "5.00", "84.00", "10.71"), ("zero", "0.00", "84.00", "0.00")],
)
def test_not_applicable_is_a_state_with_three_outcomes(policy: str, points: str | None, base: str, total: str) -> None:
    criteria = KINDS.model_copy(update={"not_applicable": policy})
    result = score(criteria, nine(III_1={"not_applicable": True, "reason": "Mới thành lập"}))
    assert result.lines["III.1"] == (None if points is None else Decimal(points))
    assert (str(result.base), str(result.total)) == (base, total)
    assert result.state("III.1") is result.state("III.2") is LineState.NOT_APPLICABLE
    assert not {"III.1", "III.2"} & set(result.unscored)


def test_not_applicable_is_never_read_as_a_number() -> None:
    for entry in ({"points": 99}, {"points": -1}, {"points": "N/A"}):
        with pytest.raises(EntryRefused):
            score(KINDS, nine(I_3=entry))


@pytest.mark.parametrize(
    ("code", "entry", "field", "sentence"),
    [
        (
            "I.1",
            {"not_applicable": True},
            "not_applicable",
            "Tiêu chí này không được khai “không áp dụng”.",
        ),
        ("III.1", {"not_applicable": 1}, "not_applicable", "“not_applicable” phải là true hoặc false."),
        ("III.1", {"not_applicable": "true"}, "not_applicable", "“not_applicable” phải là true hoặc false."),
        ("III.1", {"not_applicable": None}, "not_applicable", "“not_applicable” phải là true hoặc false."),
        (
            "III.1",
            {"not_applicable": True, "before": 1, "now": 2},
            "before",
            "Đã khai “không áp dụng” thì không kê khai “before”.",
        ),
        ("III.1", {"not_applicable": True, "reason": 99}, "reason", "“reason” phải là văn bản."),
        ("III.1", {"not_applicable": False}, "before", "Thiếu hoặc thừa số liệu: cần before + now."),
        (
            "III.2",
            {"not_applicable": True, "met": True},
            "met",
            "Đã khai “không áp dụng” thì không kê khai “met”.",
        ),
    ],
)
def test_not_applicable_is_refused_where_it_may_not_be(code: str, entry: Data, field: str, sentence: str) -> None:
    with pytest.raises(EntryRefused) as refused:
        score(KINDS, {code: entry})
    assert (refused.value.code, refused.value.field, str(refused.value)) == (code, field, sentence)


def test_not_applicable_by_tags_may_be_said_and_need_not_be() -> None:
    said = score(KINDS, nine(III_2={"not_applicable": True}))
    assert published(said) == published(score(KINDS, {}))
    assert said.state("III.2") is LineState.NOT_APPLICABLE


def test_entry_of_a_criterion_that_does_not_apply_counts_nothing_but_must_fit() -> None:
    assert published(score(KINDS, nine(III_2={"met": True}))) == published(score(KINDS, {}))
    with pytest.raises(EntryRefused) as refused:
        score(KINDS, nine(III_2={"met": "có"}))
    assert (refused.value.code, refused.value.field) == ("III.2", "met")


def test_explanation_and_a_false_not_applicable_change_nothing() -> None:
    plain = {"points": "8,5"}
    for entry in (
        plain | {"explanation": "Theo báo cáo"},
        plain | {"not_applicable": False},
        plain | {"reason": None, "explanation": ""},
    ):
        assert score(KINDS, nine(I_3=entry)).lines["I.3"] == Decimal("8.50")
    assert frozenset({"not_applicable", "reason", "explanation"}) == ALWAYS_ALLOWED


@pytest.mark.parametrize("entry", [5, "points", ["points"], [], "", True, 0, {"points"}])
def test_entry_that_is_no_group_of_keys_is_refused(entry: Any) -> None:
    with pytest.raises(EntryRefused) as refused:
        score(KINDS, {"I.3": entry})
    assert (refused.value.code, str(refused.value)) == (
        "I.3",
        "Số liệu kê khai phải là một nhóm khóa và giá trị.",
    )


def test_unknown_code_is_refused_by_name() -> None:
    with pytest.raises(EntryRefused) as refused:
        score(KINDS, nine(I_1={"part": 1, "whole": 2}, IX_9={"points": 1}))
    assert (refused.value.code, str(refused.value)) == ("IX.9", "Bộ tiêu chí không có mã “IX.9”.")


def test_refusal_brings_along_every_other_refused_entry_of_the_sheet() -> None:
    entries = nine(D_1={"count": -1}, I_3={"points": "8,5,1"}, IX_9={}, I_1={"part": 3, "whole": 2}, I_2={"value": 5})
    with pytest.raises(EntryRefused) as refused:
        score(KINDS, entries)
    assert refused.value is refused.value.together[0]
    assert [(one.code, one.field) for one in refused.value.together] == [
        ("IX.9", None),
        ("I.1", "part"),
        ("I.3", "points"),
        ("D.1", "count"),
    ]


def test_code_in_decomposed_letters_is_the_same_code() -> None:
    data = json.loads(json.dumps(PLAIN))
    data["sections"][0]["criteria"][0]["code"] = "Đ\u1ea1t.1"
    criteria = read(data)
    decomposed = "Đa\u0323t.1"
    assert score(criteria, {decomposed: {"points": 5}}).total == Decimal("50.00")
    with pytest.raises(EntryRefused) as refused:
        score(criteria, {decomposed: {"points": 5}, "Đ\u1ea1t.1": {"points": 6}})
    assert str(refused.value) == "Mã “Đ\u1ea1t.1” có hai số liệu."


# ---- sums, one row per rule of "Arithmetic" ----

PLAIN: Data = {
    "set": "x",
    "version": "1",
    "title": "x",
    "status": "illustrative",
    "scale": "100",
    "sections": [
        {
            "code": "I",
            "title": "x",
            "criteria": [{"code": "I.1", "title": "x", "max": "10", "rule": {"kind": "external"}}],
        }
    ],
}


def leaf(code: str, maximum: str = "10", **more: Any) -> Data:
    """A criterion whose points are given."""
    return {"code": code, "title": "x", "max": maximum, "rule": {"kind": "external"}} | more


def made(*leaves: Data, **more: Any) -> CriteriaSet:
    """A set of one section."""
    return read(PLAIN | {"sections": [{"code": "I", "title": "x", "criteria": list(leaves)}]} | more)


def totals(criteria: CriteriaSet, tags: tuple[str, ...] = (), **given: str) -> tuple[str, ...]:
    """base, earned, core, bonus, deductions, total of decided points."""
    result = score(criteria, {code: {"points": points} for code, points in given.items()}, tags)
    found = (result.base, result.earned, result.core, result.bonus, result.deductions, result.total)
    return tuple(str(value) for value in found)


def test_leaves_are_rounded_before_they_are_added() -> None:
    criteria = made(leaf("a"), leaf("b"), leaf("c"), scale=None)
    assert totals(criteria, a="0.005", b="0.005", c="0.004") == ("30.00", "0.02", "0.02", "0.00", "0.00", "0.02")


def test_core_is_rounded_once_half_up() -> None:
    # 100 x 0.01 / 80 = 0.0125 and 100 x 0.01 / 30 = 0.0333...
    assert totals(made(leaf("a", "80")), a="0.01")[2] == "0.01"
    assert totals(made(leaf("a", "80"), precision=3), a="0.01")[2] == "0.013"
    assert totals(made(leaf("a", "30")), a="20")[2] == "66.67"
    # 100 x 1 / 800 = 0.125: a tie
    assert totals(made(leaf("a", "800")), a="1")[2] == "0.13"


def test_core_does_not_lose_a_hundredth_to_floats() -> None:
    assert totals(made(leaf("a", "1"), leaf("b", "2"), scale=None), a="0.1", b="0.2")[5] == "0.30"
    assert totals(made(leaf("a", "1000"), scale="1.005"), a="1000")[2] == "1.01"


def test_coefficients_multiply_sums_at_every_depth() -> None:
    inner = {"code": "I.A", "title": "x", "coefficient": "1.5", "criteria": [leaf("a"), leaf("b", "4")]}
    outer = {"code": "I", "title": "x", "coefficient": "2", "sections": [inner]}
    second = {"code": "II", "title": "x", "criteria": [leaf("c", "8")]}
    criteria = read(PLAIN | {"sections": [outer, second], "scale": None})
    result = score(criteria, {"a": {"points": "3.33"}, "b": {"points": 1}, "c": {"points": 8}})
    # I.A: (3.33 + 1) x 1.5 = 6.495, shown 6.50; I: 12.99; total 20.99
    assert published(result)["sections"] == {
        "I": {"earned": "12.99", "base": "42.00"},
        "I.A": {"earned": "6.50", "base": "21.00"},
        "II": {"earned": "8.00", "base": "8.00"},
    }
    assert (str(result.earned), str(result.base), str(result.total)) == ("20.99", "50.00", "20.99")


def test_bonus_and_deductions_are_capped_together_and_have_no_coefficient() -> None:
    more = {"bonus": [leaf("B1", "3"), leaf("B2", "3")], "deductions": [leaf("D1", "9"), leaf("D2", "9")]}
    free = made(leaf("a"), **more)
    capped = made(leaf("a"), bonus_cap="4.5", deduction_cap="2", **more)
    given = {"a": "5", "B1": "2.5", "B2": "2.75", "D1": "3", "D2": "0.5"}
    assert totals(free, **given) == ("10.00", "5.00", "50.00", "5.25", "3.50", "51.75")
    assert totals(capped, **given) == ("10.00", "5.00", "50.00", "4.50", "2.00", "52.50")
    assert totals(made(leaf("a"), bonus_cap="0", deduction_cap="0", **more), **given)[3:] == ("0.00", "0.00", "50.00")


def test_total_is_never_below_zero() -> None:
    criteria = made(leaf("a"), deductions=[leaf("D1", "60")], scale="100")
    assert totals(criteria, a="5", D1="60")[5] == "0.00"
    assert totals(criteria, a="6", D1="60")[5] == "0.00"
    assert totals(criteria, a="6.01", D1="60")[5] == "0.10"


GRADES = [{"name": "Xuất sắc", "from": "90"}, {"name": "Tốt", "from": "80"}]


@pytest.mark.parametrize(
    ("points", "grade"),
    [("9", "Xuất sắc"), ("8.99", "Tốt"), ("8", "Tốt"), ("7.99", None), ("10", "Xuất sắc"), ("0", None)],
)
def test_grade_is_taken_from_the_total_and_includes_its_threshold(points: str, grade: str | None) -> None:
    criteria = made(leaf("a"), grades=GRADES)
    assert score(criteria, {"a": {"points": points}}).grade == grade


def test_grade_counts_bonus_and_deductions() -> None:
    criteria = made(leaf("a"), grades=GRADES, bonus=[leaf("B1", "3")], deductions=[leaf("D1", "3")])
    assert score(criteria, {"a": {"points": "8.9"}, "B1": {"points": 1}}).grade == "Xuất sắc"
    assert score(criteria, {"a": {"points": "9"}, "D1": {"points": "0.01"}}).grade == "Tốt"


def test_grade_is_taken_from_the_rounded_total() -> None:
    criteria = made(leaf("a", "3"), grades=[{"name": "Đạt", "from": "66.67"}])
    assert score(criteria, {"a": {"points": 2}}).grade == "Đạt"  # 66.666... is published as 66.67


def test_golden_base_is_220_and_210_without_ethnic_minority_education() -> None:
    """Công văn 6841/BGDĐT-VP, 2012-2013: 16 fields of 10 points, six doubled."""
    assert (str(score(FRAME, {}, ["dan-toc"]).base), str(score(FRAME, {}).base)) == ("220.00", "210.00")
    assert FRAME.base == 220


def test_nothing_that_applies_is_refused_instead_of_divided_by() -> None:
    criteria = made(leaf("a", applies_to=["dan-toc"]))
    with pytest.raises(Invalid) as refused:
        score(criteria, {})
    assert str(refused.value) == "Không có tiêu chí nào áp dụng cho đơn vị này: điểm nền bằng 0."
    assert score(criteria, {}, ["dan-toc"]).total == Decimal("0.00")


def test_one_shared_tag_is_enough() -> None:
    criteria = made(leaf("a"), leaf("b", applies_to=["dan-toc", "mien-nui"]))
    assert [str(score(criteria, {}, tags).base) for tags in ([], ["x"], ["mien-nui"], ["mien-nui", "dan-toc"])] == [
        "10.00",
        "10.00",
        "20.00",
        "20.00",
    ]


@pytest.mark.parametrize("precision", range(5))
def test_published_numbers_have_the_precision_of_the_set(precision: int) -> None:
    criteria = made(leaf("a"), leaf("b"), precision=precision)
    result = published(score(criteria, {"a": {"points": 3}, "b": {"points": 0}}))
    tail = "." + "0" * precision if precision else ""
    assert result["lines"] == {"a": f"3{tail}", "b": f"0{tail}"}
    assert (result["base"], result["total"], result["bonus"]) == (f"20{tail}", f"15{tail}", f"0{tail}")


def test_huge_points_stay_exact() -> None:
    most = "9999999999999.9999"
    section = {"code": "I", "title": "x", "coefficient": "0.9", "criteria": [leaf("a", most)]}
    criteria = read(PLAIN | {"sections": [section], "scale": None, "precision": 4})
    assert str(score(criteria, {"a": {"points": most}}).total) == "8999999999999.9999"


# ---- points that somebody decided ----


def test_decided_points_outside_the_maximum_or_of_unknown_codes_are_refused() -> None:
    scorer = Scorer(KINDS)
    for code, points in (("I.3", "10.01"), ("I.3", "-0.01")):
        with pytest.raises(EntryRefused) as refused:
            scorer.score_points({code: Decimal(points)})
        assert (refused.value.code, refused.value.field) == (code, "points")
    with pytest.raises(EntryRefused) as refused:
        scorer.score_points({"IX.9": Decimal(1)})
    assert str(refused.value) == "Bộ tiêu chí không có mã “IX.9”."


def test_line_points_are_rounded_once_and_refused_with_their_code() -> None:
    assert str(line_points(KINDS.by_code["I.1"], {"part": 1, "whole": 3}, 2)) == "3.33"
    assert str(line_points(KINDS.by_code["I.1"], {"part": 2, "whole": 3}, 0)) == "7"
    with pytest.raises(EntryRefused) as refused:
        line_points(KINDS.by_code["I.1"], {"part": 4, "whole": 3}, 2)
    assert (refused.value.code, refused.value.field) == ("I.1", "part")


def test_every_criterion_of_an_invented_set_can_say_how_it_scores() -> None:
    @settings(max_examples=60, database=None)
    @given(st.data())
    def say(draw: st.DataObject) -> None:
        data = draw.draw(sets())
        entries, _ = draw.draw(sheets_of(data))
        criteria = read(data)
        for plain in criteria_in(data):
            criterion = criteria.by_code[plain["code"]]
            assert str(criterion.rule.summary(criterion.max))
            entry = entries.get(criterion.code)
            if entry is not None and "not_applicable" not in entry:
                assert str(criterion.rule.working(entry, criterion.max))

    say()
