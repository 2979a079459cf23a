"""Last year's entries scored under a new version, one unit at a time: issue 3 point 4, docs/comparing-versions.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulation.domain.criteria import CriteriaSet
from emulation.domain.matching import GIVEN, Match, matches, reduced
from emulation.domain.numbers import half_up
from emulation.domain.rules import Scorer as RuleScorer
from emulation.domain.scoring import LineState, Score, Scorer
from emulation.errors import Invalid
from emulation.words import N_, Phrase

NOT_ASKED = Phrase(N_("Năm trước không áp dụng với đơn vị này nên không có số liệu."))
NO_FIGURES = Phrase(N_("Có điểm của Bộ nhưng không có số liệu kê khai để chấm theo cách mới."))
MAY_NOT_SKIP = Phrase(N_("Năm trước không áp dụng, bản mới không cho khai không áp dụng."))


@dataclass(frozen=True, slots=True)
class LastYear:
    """One unit of last year's round.

    `score` is how it was ranked, under the old set; with `is_official` its points were decided by councils, otherwise
    they follow from the entries. `entries` are by code of the old set, as declared.
    """

    unit: str
    name: str
    cluster: str | None
    score: Score
    entries: Mapping[str, Any] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    excluded: str | None = None
    is_official: bool = False


@dataclass(slots=True)
class Tally:
    """What became of one criterion over all units. `compared` have points in both versions; `absent` have none in one
    of them (not scored, not applicable, no bonus); `refused` have an entry that the new version cannot score.

    `adjusted` of the compared ones were scored anew from the declared figures although a council had decided otherwise.
    `before` and `after` are sums of points over the compared ones, in units of 10 ** -precision of their sets.
    """

    compared: int = 0
    absent: int = 0
    refused: int = 0
    adjusted: int = 0
    before: int = 0
    after: int = 0
    reasons: dict[str, tuple[Phrase, int]] = field(default_factory=dict)

    def refuse(self, phrase: Phrase) -> None:
        """Count a refusal; refusals that differ in their values alone are counted together."""
        self.refused += 1
        first, times = self.reasons.get(phrase.text, (phrase, 0))
        self.reasons[phrase.text] = first, times + 1


@dataclass(frozen=True, slots=True)
class _Cell:
    """Where a compared criterion stands in the old set, in the two reduced sets, and how it is scored now."""

    match: Match
    tally: Tally
    code: str  # in the old set
    place: int  # among the criteria of the old set
    before: int  # in the reduced old set
    after: int  # in the reduced new set
    old_rule: RuleScorer
    rule: RuleScorer
    full: int  # points for "not applicable" under the new set, see `none`
    gives: bool  # whether "not applicable" gives points (`full`) rather than leaving the base


class Rescorer:
    """Two versions made ready to compare many units: the part that both have is scored under each of them."""

    def __init__(self, old: CriteriaSet, new: CriteriaSet) -> None:
        self.old, self.new = old, new
        self.matches = matches(old, new)
        compared = [one for one in self.matches if one.reason is None and one.old is not None]
        self.before = Scorer(reduced(old, frozenset(one.old.code for one in compared if one.old is not None)))
        self.after = Scorer(reduced(new, frozenset(one.new.code for one in compared)))
        self.tallies = {one.new.code: Tally() for one in compared}
        self.same_precision = old.precision == new.precision
        whole = Scorer(old)
        self._cells = [self._cell(one, whole) for one in compared]

    def _cell(self, match: Match, whole: Scorer) -> _Cell:
        assert match.old is not None
        after = self.after.place[match.new.code]
        policy = self.new.not_applicable
        core = after < self.after.core_count
        place = whole.place[match.old.code]
        return _Cell(
            match,
            self.tallies[match.new.code],
            match.old.code,
            place,
            self.before.place[match.old.code],
            after,
            whole.rules[place],
            self.after.rules[after],
            self.after.maxima[after] if policy == "full" else 0,
            core and policy != "rebase",
        )

    def rescore(self, unit: LastYear) -> tuple[Score | None, Score | None, list[tuple[str, Phrase]]]:
        """The common part under the old and under the new set, and what of it could not be compared, by new code.

        What cannot be compared is out of the base on both sides. (None, None, ...): nothing of this unit is left.
        """
        before: list[int | None] = [None] * len(self.before.codes)
        after: list[int | None] = [None] * len(self.after.codes)
        before_states = [LineState.NOT_APPLICABLE] * len(before)
        after_states = [LineState.NOT_APPLICABLE] * len(after)
        refused: list[tuple[str, Phrase]] = []
        old_lines, old_states = unit.score.line_units, unit.score.states
        applies = self.after.applies(unit.tags)
        for cell in self._cells:
            was, state = old_lines[cell.place], old_states[cell.place]
            try:
                now, now_state = self._now(cell, unit, was, state, applies[cell.after])
            except Invalid as error:
                refused.append((cell.match.new.code, error.phrase))
                cell.tally.refuse(error.phrase)
                continue
            before[cell.before] = was
            before_states[cell.before] = LineState.SCORED if was is not None else state
            if now_state is LineState.NOT_APPLICABLE and cell.gives:
                now, now_state = cell.full, LineState.SCORED
            after[cell.after], after_states[cell.after] = now, now_state
            if was is None or now is None:
                cell.tally.absent += 1
            else:
                cell.tally.compared += 1
                cell.tally.before += was
                cell.tally.after += now
        try:
            return Score(self.before, before, before_states), Score(self.after, after, after_states), refused
        except Invalid:  # nothing applies on one of the sides
            return None, None, refused

    def _now(
        self, cell: _Cell, unit: LastYear, was: int | None, state: LineState, applies: bool
    ) -> tuple[int | None, LineState]:
        """Points and state under the new set.

        Raises:
            Invalid: what was given says nothing under the new set.
        """
        if not applies:
            return None, LineState.NOT_APPLICABLE
        if state is LineState.NOT_APPLICABLE:
            match = cell.match
            assert match.old is not None
            if not match.old.applies(unit.tags):
                raise Invalid(NOT_ASKED)
            if not match.new.may_skip:
                raise Invalid(MAY_NOT_SKIP)
            return None, state
        if was is None:
            return None, state
        if unit.is_official:
            carried = cell.match.unchanged or cell.match.new.rule.kind in GIVEN
        else:
            carried = cell.match.unchanged and self.same_precision
        if carried:
            return self._carried(was), state
        entry = unit.entries.get(cell.code)
        if entry is None or entry.get("not_applicable") is True:
            raise Invalid(NO_FIGURES)
        points = cell.rule(entry)
        if unit.is_official and cell.old_rule(entry) != was:
            cell.tally.adjusted += 1
        return points, state

    def _carried(self, units: int) -> int:
        """Points of the old set as the new one writes them."""
        places = self.new.precision - self.old.precision
        return units * 10**places if places >= 0 else half_up(units, 10**-places)
