"""One figure declared once: what a saved figure means for the other lines that ask for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.criteria import Criterion, load
from emulation.domain.shared_figures import Beside, agreed, beside, fits, made_of, spread

# A and B share a whole; C is made of both parts' indicators alone; D counts what A's part counts; E is lower than 5
SET = load("""
set: x
version: "1"
title: x
status: illustrative
sections:
  - code: I
    title: x
    criteria:
      - {code: A, title: A, max: 4, figures: {part: a, whole: tong}, rule: {kind: ratio, target: 100}}
      - {code: B, title: B, max: 4, figures: {part: b, whole: tong}, rule: {kind: ratio, target: 100}}
      - {code: C, title: C, max: 4, figures: {part: a, whole: b}, rule: {kind: ratio, target: 100}}
      - {code: D, title: D, max: 4, figures: {count: a}, rule: {kind: count, each: 0.1}}
      - {code: E, title: E, max: 4, figures: {now: tong}, rule: {kind: progress, full_gain: 5}}
      - {code: F, title: F, max: 4, rule: {kind: count, each: 0.1}}
""")
Data = dict[str, Any]


def pw(part: str, whole: str) -> Data:
    return {"part": part, "whole": whole}


SPREAD: list[tuple[str, str, Data | None, Data | None, dict[str, Data], dict[str, Data]]] = [
    # what happens, code, before, after, other entries, what they become
    ("a line made of it alone gets its entry", "A", None, pw("9", "10"), {}, {"D": {"count": "9"}}),
    ("two lines make up a third", "B", None, pw("8", "10"), {"A": pw("7", "10")}, {"C": pw("7", "8")}),
    ("what the rule refuses is not made", "B", None, pw("8", "10"), {"A": pw("9", "10")}, {}),
    ("what nobody agrees on is not made", "B", None, pw("8", "10"), {"A": pw("7", "10"), "D": {"count": "6"}}, {}),
    ("the same figure goes along", "A", pw("9", "10"), pw("9", "12"), {"B": pw("9", "10"), "D": {"count": "9"}},
     {"B": pw("9", "12"), "C": pw("9", "9")}),
    ("another figure stays", "A", pw("9", "10"), pw("9", "12"), {"B": pw("8", "11"), "D": {"count": "9"}}, {}),
    ("a figure that comes first meets another", "A", None, pw("9", "12"), {"B": pw("8", "11"), "D": {"count": "7"}},
     {}),
    ("what would make no sense there stays", "A", pw("3", "10"), pw("3", "5"),
     {"B": pw("8", "10"), "D": {"count": "3"}, "C": pw("3", "8")}, {}),
    ("a figure taken back stays elsewhere", "A", pw("9", "10"), None, {"B": pw("8", "10"), "D": {"count": "9"}}, {}),
    ("not applicable gives nothing", "A", pw("9", "10"), {"not_applicable": True, "reason": "x"}, {}, {}),
    ("not applicable takes nothing", "A", None, pw("9", "10"),
     {"D": {"not_applicable": True, "reason": "x"}, "B": {"not_applicable": True, "reason": "x"}}, {}),
    ("the other way of declaring takes none", "A", pw("9", "10"), pw("9", "12"),
     {"B": {"value": "80"}, "D": {"count": "9"}}, {}),
    ("the other way of declaring gives none", "A", None, {"value": "90"}, {}, {}),
    ("only the bound figure of a line changes", "A", pw("9", "90"), pw("9", "95"),
     {"E": {"before": "80", "now": "90"}, "D": {"count": "9"}}, {"E": {"before": "80", "now": "95"}}),
    ("a line that nothing binds is not looked at", "F", None, {"count": "3"}, {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "before", "after", "others", "expected"), [row[1:] for row in SPREAD],
                         ids=[row[0] for row in SPREAD])  # fmt: skip
def test_spread_gives_a_figure_to_the_lines_without_another(
    code: str, before: Data | None, after: Data | None, others: dict[str, Data], expected: dict[str, Data]
) -> None:
    entries = others | ({code: after} if after else {})
    assert spread(SET, code, before, after, entries, may_change=lambda one: True) == expected


def test_spread_everywhere_overwrites_because_the_unit_said_so() -> None:
    entries = {"A": pw("9", "12"), "B": pw("8", "11"), "D": {"count": "4"}, "C": pw("9", "9")}
    found = spread(SET, "A", entries["A"], entries["A"], entries, may_change=lambda one: True, everywhere=True)
    assert found == {"B": pw("8", "12"), "D": {"count": "9"}}


def test_spread_leaves_lines_that_may_not_change() -> None:
    found = spread(SET, "A", None, pw("9", "10"), {}, may_change=lambda one: one.code != "D")
    assert found == {}


def test_made_of_takes_a_percentage_from_two_indicators_or_the_value_itself() -> None:
    assert made_of(SET.by_code["A"], {"a": "9", "tong": "10"}) == pw("9", "10")
    assert made_of(SET.by_code["A"], {"a": "9"}) is None
    assert made_of(SET.by_code["A"], {"a": "11", "tong": "10"}) is None
    assert made_of(SET.by_code["F"], {"a": "9"}) is None
    by_value = SET.by_code["A"].model_copy(update={"figures": {"value": "ty-le"}})
    assert made_of(by_value, {"ty-le": "91.5"}) == {"value": "91.5"}


def test_agreed_knows_only_what_no_two_lines_contradict() -> None:
    entries = {"A": pw("9", "10"), "B": pw("8", "11"), "X": {"count": "1"}}
    assert agreed(SET, entries) == {"a": "9", "b": "8"}


def test_beside_names_who_holds_the_same_and_who_another() -> None:
    entries = {"A": pw("9", "10"), "B": pw("8", "11"), "D": {"count": "9"}}
    assert beside(SET, "A", entries) == [
        Beside("part", "a", "9", ("D",), ()),
        Beside("whole", "tong", "10", (), (("B", "11"),)),
    ]
    assert beside(SET, "E", entries) == []


FIGURE = st.integers(0, 12).map(str)
RATIO = st.none() | st.builds(pw, FIGURE, FIGURE)
SHARE, COUNT = st.builds(pw, FIGURE, FIGURE), FIGURE.map(lambda n: {"count": n})
ENTRIES = st.fixed_dictionaries({}, optional={"A": SHARE, "B": SHARE, "C": SHARE, "D": COUNT})


@settings(max_examples=50)
@given(ENTRIES, RATIO, st.builds(pw, FIGURE, FIGURE), st.booleans())
def test_spread_never_overwrites_another_figure_and_never_makes_what_does_not_score(
    others: dict[str, Data], before: Data | None, after: Data, everywhere: bool
) -> None:
    entries = {**others, "A": after}

    def may_change(one: Criterion) -> bool:
        return one.code != "C"

    found = spread(SET, "A", before, after, entries, may_change=may_change, everywhere=everywhere)

    assert not {"A", "C", "F"} & set(found)
    for code, data in found.items():
        criterion = SET.by_code[code]
        assert fits(criterion, data)
        for key, value in (entries.get(code) or {}).items():
            indicator = criterion.figures.get(key)  # type: ignore[call-overload]  # any key
            was = {"a": (before or {}).get("part"), "tong": (before or {}).get("whole")}.get(str(indicator))
            assert data[key] == value or everywhere or value == was
    again = spread(SET, "A", after, after, {**entries, **found}, may_change=may_change)
    assert not again  # once is enough
