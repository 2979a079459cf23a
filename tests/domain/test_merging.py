"""Three versions of a line: one table of what they come to, and what holds whatever they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.merging import EMPTY, Content, Merged, Outcome, Side, merge

A, B, C = (Content({"count": figure}) for figure in ("1", "2", "3"))
SAID = Content({"count": "1"}, "Có quyết định")


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "outcome"),
    [
        (A, A, A, Outcome.SAME),
        (A, A, B, Outcome.TAKE),
        (A, A, EMPTY, Outcome.TAKE),  # taken back in the workbook
        (A, B, A, Outcome.KEEP),
        (A, EMPTY, A, Outcome.KEEP),  # taken back online
        (A, B, B, Outcome.SAME),
        (A, B, C, Outcome.CONFLICT),
        (A, EMPTY, B, Outcome.CONFLICT),
        (EMPTY, A, B, Outcome.CONFLICT),
        (A, SAID, B, Outcome.CONFLICT),  # words online, figures in the workbook
        (A, A, SAID, Outcome.TAKE),
    ],
)
def test_three_versions_come_to(base: Content, theirs: Content, mine: Content, outcome: Outcome) -> None:
    assert Merged("I.1", base, theirs, mine).outcome is outcome


contents = st.builds(
    Content,
    st.none() | st.fixed_dictionaries({"count": st.sampled_from(["0", "1", "2"])}),
    st.sampled_from(["", "a"]),
)


@settings(max_examples=50)
@given(contents, contents, contents)
def test_nobody_is_overwritten_without_a_choice(base: Content, theirs: Content, mine: Content) -> None:
    line = Merged("I.1", base, theirs, mine)
    result = line.result()
    if theirs != base and mine != base and theirs != mine:
        assert result is None
        assert line.result(Side.ONLINE) == theirs
        assert line.result(Side.WORKBOOK) == mine
    else:
        changed = [one for one in (theirs, mine) if one != base]
        assert result == (changed[0] if changed else base)
        assert all(line.result(side) == result for side in Side)  # a choice decides conflicts only


@settings(max_examples=50)
@given(contents, contents, contents, st.sampled_from(Side))
def test_merging_again_changes_nothing(base: Content, theirs: Content, mine: Content, side: Side) -> None:
    result = Merged("I.1", base, theirs, mine).result(side)
    assert result is not None
    again = Merged("I.1", base, result, mine)
    assert again.outcome is not Outcome.TAKE
    assert again.result(side) == result


def test_merge_holds_every_line_of_the_workbook_in_its_order() -> None:
    merged = merge({"I.1": A}, {"I.1": A, "I.2": B, "I.3": C}, {"I.2": B, "I.1": B})
    assert [(code, line.outcome) for code, line in merged.items()] == [
        ("I.2", Outcome.SAME),
        ("I.1", Outcome.TAKE),
    ]
