"""Three versions of a line: one table of what they come to, and what holds whatever they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.merging import EMPTY, Content, Earlier, Merged, Outcome, Side, merge, outcome

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
    earlier = {"I.3": Earlier(frozenset({B.fingerprint}))}
    merged = merge({"I.1": A}, {"I.1": A, "I.2": B, "I.3": C}, {"I.2": B, "I.3": B, "I.1": B}, earlier)
    assert [(code, line.outcome) for code, line in merged.items()] == [
        ("I.2", Outcome.SAME),
        ("I.3", Outcome.KEEP),
        ("I.1", Outcome.TAKE),
    ]


def handed_in(*contents: Content, own: Content | None = None) -> Earlier:
    """Earlier hand-ins of the download that wrote these; the last of them by the same person wrote `own`."""
    return Earlier(frozenset(one.fingerprint for one in contents), own.fingerprint if own else None)


D = Content({"count": "4"})


@pytest.mark.parametrize(
    ("theirs", "mine", "earlier", "outcome"),  # made from A
    [
        (B, A, handed_in(B, own=B), Outcome.KEEP),  # another copy, in which nobody touched the line
        (B, C, handed_in(B, own=B), Outcome.TAKE),  # the same person goes on from what they handed in
        (B, C, handed_in(B), Outcome.CONFLICT),  # somebody else handed it in
        (C, B, handed_in(B, own=B), Outcome.KEEP),  # handed in before, changed online since
        (A, B, handed_in(B, own=B), Outcome.KEEP),  # handed in before, taken back online since
        (A, B, handed_in(B), Outcome.KEEP),
        (A, C, handed_in(B, own=B), Outcome.CONFLICT),  # taken back online, filled on
        (D, C, handed_in(B, own=B), Outcome.CONFLICT),
        (C, B, handed_in(B, C, own=C), Outcome.KEEP),  # an older copy of what was handed in again
        (B, B, handed_in(B, own=B), Outcome.SAME),
        (EMPTY, B, handed_in(EMPTY, own=EMPTY), Outcome.TAKE),  # emptied, then filled again
    ],
)
def test_workbook_handed_in_before(theirs: Content, mine: Content, earlier: Earlier, outcome: Outcome) -> None:
    assert Merged("I.1", A, theirs, mine, earlier).outcome is outcome


@settings(max_examples=50)
@given(contents, contents, contents, st.lists(contents, max_size=3), st.booleans())
def test_what_a_download_has_brought_in_before_never_overwrites(
    base: Content, theirs: Content, mine: Content, written: list[Content], is_own: bool
) -> None:
    earlier = handed_in(*written, own=written[-1] if written and is_own else None)
    found = outcome(base, theirs, mine, earlier)
    if mine in (base, *written):
        assert found in (Outcome.SAME, Outcome.KEEP)
    if found is Outcome.TAKE:  # only where online still holds what this person saw last
        assert theirs == (written[-1] if written and is_own else base)
    if not written:
        assert found is outcome(base, theirs, mine)


@settings(max_examples=50)
@given(contents, contents, contents, st.booleans())
def test_two_copies_come_to_the_same_in_both_orders(
    base: Content, first: Content, second: Content, same_person: bool
) -> None:
    def applied(*copies: Content) -> Content:
        online, earlier = base, Earlier()
        for copy in copies:
            line = Merged("I.1", base, online, copy, earlier)
            if line.outcome is Outcome.TAKE:
                online = copy
                earlier = handed_in(copy, own=copy if same_person else None)
        return online

    if base in (first, second):
        assert applied(first, second) == applied(second, first) == (second if first == base else first)
    elif not same_person:
        assert applied(first, second) == first  # the second is asked
