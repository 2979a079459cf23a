"""From entries to points to totals: the one scoring function. DESIGN 3, "Arithmetic".

Inside, points are integers in units of 10 ** -precision, so sums are exact and quick; outside they are `Decimal`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.numbers import half_up, units_to_points
from emulation.domain.rules import ALWAYS_ALLOWED, Progress, check_words, spelling
from emulation.errors import Invalid
from emulation.words import N_, Phrase

MOST_KEPT = 50_000  # lines whose points are kept, see `Scorer.score_stored`


class LineState(StrEnum):
    """What is known of one criterion of a sheet. 0 is a score; absent is not."""

    SCORED = "scored"
    UNSCORED = "unscored"  # applies, but nothing was given: counts 0, stays in the base
    NOT_APPLICABLE = "not_applicable"


class EntryRefused(Invalid):
    """An entry that its rule cannot score; `code` names the criterion, `field` the key of the entry.

    `together` holds every refused entry of the same sheet, this one first.
    """

    def __init__(self, code: str, phrase: Phrase, field: str | None = None) -> None:
        super().__init__(phrase, field)
        self.code = code
        self.together: tuple[EntryRefused, ...] = (self,)


class Score:
    """The score of one sheet. Every published number is rounded to the precision of the set; sums are exact."""

    __slots__ = (
        "_base",
        "_bonus",
        "_core",
        "_deductions",
        "_earned",
        "_lines",
        "_scorer",
        "_sections",
        "_states",
    )

    def __init__(self, scorer: Scorer, lines: list[int | None], states: list[LineState]) -> None:
        self._scorer = scorer
        self._lines = lines
        self._states = states
        self._sections: dict[str, tuple[Fraction | int, Fraction | int]] = {}
        criteria = scorer.criteria
        earned: Fraction | int = 0
        base: Fraction | int = 0
        for section in scorer.sections:
            got, most = self._tally(section)
            earned += got
            base += most
        self._earned, self._base = earned, base
        if not base:
            raise Invalid(N_("Không có tiêu chí nào áp dụng cho đơn vị này: điểm nền bằng 0."))
        unit = 10**criteria.precision
        if criteria.scale is None:
            core = Fraction(earned)
        else:
            core = Fraction(criteria.scale) * unit * Fraction(earned) / Fraction(base)
        self._core = half_up(core.numerator, core.denominator)
        n = scorer.core_count
        bonus = sum(points or 0 for points in lines[n : n + scorer.bonus_count])
        deductions = sum(points or 0 for points in lines[n + scorer.bonus_count :])
        self._bonus = bonus if scorer.bonus_cap is None else min(bonus, scorer.bonus_cap)
        self._deductions = deductions if scorer.deduction_cap is None else min(deductions, scorer.deduction_cap)

    def _tally(self, node: _Node) -> tuple[Fraction | int, Fraction | int]:
        got: Fraction | int = 0
        most: Fraction | int = 0
        lines, maxima = self._lines, self._scorer.maxima
        rebase = self._scorer.rebase
        for i in node.leaves:
            points = lines[i]
            if points is not None:
                got += points
                most += maxima[i]
            elif not rebase or self._states[i] is not LineState.NOT_APPLICABLE:
                most += maxima[i]
        for child in node.children:
            child_got, child_most = self._tally(child)
            got += child_got
            most += child_most
        got *= node.coefficient
        most *= node.coefficient
        self._sections[node.code] = (got, most)
        return got, most

    def _decimal(self, value: Fraction | int) -> Decimal:
        if isinstance(value, int):
            return units_to_points(value, self._scorer.criteria.precision)
        exact = Fraction(value)
        return units_to_points(half_up(exact.numerator, exact.denominator), self._scorer.criteria.precision)

    @property
    def criteria(self) -> CriteriaSet:
        """The set that was used."""
        return self._scorer.criteria

    @property
    def earned(self) -> Decimal:
        """Core points earned, coefficients included, before the scale."""
        return self._decimal(self._earned)

    @property
    def base(self) -> Decimal:
        """The most that could be earned by this unit: maxima of the leaves that apply."""
        return self._decimal(self._base)

    @property
    def core(self) -> Decimal:
        """scale x earned / base, rounded once; earned where the set has no scale."""
        return self._decimal(self._core)

    @property
    def bonus(self) -> Decimal:
        """Bonus points, capped."""
        return self._decimal(self._bonus)

    @property
    def deductions(self) -> Decimal:
        """Deducted points, positive, capped."""
        return self._decimal(self._deductions)

    @property
    def total(self) -> Decimal:
        """core + bonus - deductions, never below 0."""
        return self._decimal(self.total_units)

    @property
    def total_units(self) -> int:
        """The total as an integer count of 10 ** -precision: for sorting."""
        return max(0, self._core + self._bonus - self._deductions)

    @property
    def grade(self) -> str | None:
        """Xếp loại of the total."""
        return self.criteria.grade(self.total)

    @property
    def unscored(self) -> list[str]:
        """Codes of core criteria that apply and have no points yet, in order."""
        scorer = self._scorer
        return [scorer.codes[i] for i in range(scorer.core_count) if self._states[i] is LineState.UNSCORED]

    @property
    def lines(self) -> dict[str, Decimal | None]:
        """Points by code; None where there is no score: unscored, taken out of the base, no bonus or deduction."""
        return {
            code: None if points is None else self._decimal(points)
            for code, points in zip(self._scorer.codes, self._lines, strict=True)
        }

    @property
    def line_units(self) -> list[int | None]:
        """Points in the order of the set as integers of 10 ** -precision."""
        return self._lines

    @property
    def states(self) -> list[LineState]:
        """The state of every criterion in the order of the set."""
        return self._states

    def state(self, code: str) -> LineState:
        """Whether the criterion was scored, is unscored, or does not apply."""
        return self._states[self._scorer.place[code]]

    def section(self, code: str) -> SectionScore:
        """Points of a section, its own coefficient included."""
        got, most = self._sections[code]
        return SectionScore(code, self._decimal(got), self._decimal(most))

    def section_exact(self, code: str) -> Fraction | int:
        """Points of a section, exact, in units of 10 ** -precision: for ties."""
        return self._sections[code][0]

    @property
    def progress_units(self) -> int:
        """Points from progress rules, core and bonus, without coefficients: for ties."""
        return sum(self._lines[i] or 0 for i in self._scorer.progress_places)


@dataclass(frozen=True)
class SectionScore:
    """Points of one section: earned and possible, coefficient included."""

    code: str
    earned: Decimal
    base: Decimal

    @property
    def share(self) -> Decimal | None:
        """Earned as a share of the possible, 0..1; None where nothing applies."""
        return self.earned / self.base if self.base else None


@dataclass(frozen=True)
class _Node:
    code: str
    coefficient: Fraction | int
    leaves: tuple[int, ...]
    children: tuple[_Node, ...]


def _coefficient(value: Decimal) -> Fraction | int:
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


class Scorer:
    """A criteria set made ready to score many sheets."""

    def __init__(self, criteria: CriteriaSet) -> None:
        self.criteria = criteria
        leaves = criteria.all_criteria
        self.codes = [leaf.code for leaf in leaves]
        self.place = {code: i for i, code in enumerate(self.codes)}
        self.core_count = len(criteria.leaves)
        self.bonus_count = len(criteria.bonus)
        self.rebase = criteria.not_applicable == "rebase"
        self.maxima = [self._units(leaf.max) for leaf in leaves]
        self.bonus_cap = None if criteria.bonus_cap is None else self._units(criteria.bonus_cap)
        self.deduction_cap = None if criteria.deduction_cap is None else self._units(criteria.deduction_cap)
        self.rules = [leaf.rule.scorer(leaf.max, criteria.precision) for leaf in leaves]
        self.progress_places = [
            i
            for i, leaf in enumerate(leaves)
            if isinstance(leaf.rule, Progress) and i < self.core_count + self.bonus_count
        ]
        self.sections = tuple(self._node(section) for section in criteria.sections)
        self._applies: dict[frozenset[str], list[bool]] = {}
        self._kept: dict[tuple[str, str | None, bool], tuple[int | None, LineState]] = {}

    def _units(self, value: Decimal) -> int:
        top, bottom = value.as_integer_ratio()
        return half_up(top * 10**self.criteria.precision, bottom)

    def _node(self, section: Section) -> _Node:
        return _Node(
            section.code,
            _coefficient(section.coefficient),
            tuple(self.place[leaf.code] for leaf in section.criteria),
            tuple(self._node(child) for child in section.sections),
        )

    def applies(self, tags: frozenset[str]) -> list[bool]:
        """For each criterion, whether it applies to a unit with these tags."""
        found = self._applies.get(tags)
        if found is None:
            found = self._applies[tags] = [leaf.applies(tags) for leaf in self.criteria.all_criteria]
        return found

    def score(self, entries: Mapping[str, Any], tags: Iterable[str] = ()) -> Score:
        """The score of declared entries `{code: entry}`; None is no entry.

        A criterion that does not apply by its tags stays not applicable, whatever was declared. What was declared
        must fit its rule all the same.

        Raises:
            EntryRefused: an unknown code, or an entry that its rule cannot score; the first, with all others.
            Invalid: nothing applies to a unit with these tags.
        """
        applies = self.applies(frozenset(tags))
        lines: list[int | None] = []
        states: list[LineState] = []
        refused: list[EntryRefused] = []
        points: int | None
        scored = LineState.SCORED
        if not entries.keys() <= self.place.keys():
            entries, refused = self._spelled(entries)
        for i, code in enumerate(self.codes):
            entry = entries.get(code)
            try:
                if type(entry) is dict and applies[i] and "not_applicable" not in entry:  # as nearly all: quickly
                    points, state = self.rules[i](entry), scored
                else:
                    points, state = self._line(i, entry, applies[i])
            except Invalid as error:
                refused.append(EntryRefused(code, error.phrase, error.field))
            else:
                lines.append(points)
                states.append(state)
        if refused:
            refused[0].together = tuple(refused)
            raise refused[0]
        return Score(self, lines, states)

    def score_stored(self, texts: Mapping[str, str], tags: Iterable[str] = ()) -> Score:
        """As `score`, of entries as they are stored, in JSON, and quick where only few of them have changed.

        What a line came to is kept, for every text of it.
        """
        keys = zip(self.codes, map(texts.get, self.codes), self.applies(frozenset(tags)), strict=True)
        lines, states = map(list, zip(*[self._kept.get(key) or self._keep(key) for key in keys], strict=True))
        return Score(self, lines, states)

    def line_stored(self, code: str, text: str | None, tags: Iterable[str] = ()) -> tuple[Decimal | None, LineState]:
        """Points and state of one criterion by itself, as `score_stored` has them."""
        key = (code, text, self.applies(frozenset(tags))[self.place[code]])
        points, state = self._kept.get(key) or self._keep(key)
        return None if points is None else units_to_points(points, self.criteria.precision), state

    def _keep(self, key: tuple[str, str | None, bool]) -> tuple[int | None, LineState]:
        code, text, applies = key
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        entry = None if text is None else json.loads(text)
        found = self._kept[key] = self._line(self.place[code], entry, applies)
        return found

    def _line(self, i: int, entry: Any, applies: bool) -> tuple[int | None, LineState]:
        """Points in units of 10 ** -precision, and state, of what was declared for one criterion."""
        points, state = None, LineState.UNSCORED
        if entry is not None:
            if type(entry) is not dict and not isinstance(entry, Mapping):
                raise Invalid(N_("Số liệu kê khai phải là một nhóm khóa và giá trị."))
            if "not_applicable" not in entry or not self._declares_not_applicable(i, entry, applies):
                points, state = self.rules[i](entry), LineState.SCORED
            else:
                applies = False
        return (points, state) if applies else (self._not_applicable_points(i), LineState.NOT_APPLICABLE)

    def _spelled(self, entries: Mapping[str, Any]) -> tuple[dict[str, Any], list[EntryRefused]]:
        """The entries with their codes as the set spells them, and what is wrong with the codes."""
        known: dict[str, Any] = {}
        refused: list[EntryRefused] = []
        for given, entry in entries.items():
            code = given if given in self.place else (spelling(given) or "")[:80]
            if code not in self.place:
                refused.append(EntryRefused(code, Phrase(N_("Bộ tiêu chí không có mã “%(code)s”."), {"code": code})))
            elif code in known:
                refused.append(EntryRefused(code, Phrase(N_("Mã “%(code)s” có hai số liệu."), {"code": code})))
            else:
                known[code] = entry
        return known, refused

    def score_points(
        self, points: Mapping[str, Decimal | None], tags: Iterable[str] = (), skipped: Iterable[str] = ()
    ) -> Score:
        """The score of points that somebody decided: `{code: points}`, None or absent = unscored.

        `skipped` are the criteria that are not applicable beyond those excluded by tags.

        Raises:
            EntryRefused: an unknown code, or points outside 0..max.
        """
        applies = self.applies(frozenset(tags))
        skipping = frozenset(skipped)
        lines: list[int | None] = []
        states: list[LineState] = []
        for i, code in enumerate(self.codes):
            given = points.get(code)
            if not applies[i] or code in skipping:
                lines.append(self._not_applicable_points(i))
                states.append(LineState.NOT_APPLICABLE)
            elif given is None:
                lines.append(None)
                states.append(LineState.UNSCORED)
            else:
                leaf = self.criteria.all_criteria[i]
                if not 0 <= given <= leaf.max:
                    raise EntryRefused(
                        code,
                        Phrase(
                            N_("%(points)s điểm nằm ngoài khoảng từ 0 đến %(max)s."),
                            {"points": given, "max": leaf.max},
                        ),
                        "points",
                    )
                lines.append(self._units(given))
                states.append(LineState.SCORED)
        for code in points:
            if code not in self.place:
                raise EntryRefused(code, Phrase(N_("Bộ tiêu chí không có mã “%(code)s”."), {"code": code}))
        return Score(self, lines, states)

    def _not_applicable_points(self, i: int) -> int | None:
        if i >= self.core_count:
            return None
        policy = self.criteria.not_applicable
        return self.maxima[i] if policy == "full" else 0 if policy == "zero" else None

    def _declares_not_applicable(self, i: int, entry: Mapping[str, Any], applies: bool) -> bool:
        declared = entry["not_applicable"]
        if declared is False:
            return False
        if declared is not True:
            raise Invalid(N_("“not_applicable” phải là true hoặc false."), "not_applicable")
        if applies and not self.criteria.all_criteria[i].may_skip:
            raise Invalid(N_("Tiêu chí này không được khai “không áp dụng”."), "not_applicable")
        for key in entry:
            if key not in ALWAYS_ALLOWED:
                raise Invalid(N_("Đã khai “không áp dụng” thì không kê khai “%(key)s”."), key, key=key)
        check_words(entry)
        return True


def score(criteria: CriteriaSet, entries: Mapping[str, Any], tags: Iterable[str] = ()) -> Score:
    """The score of one sheet; see `Scorer.score`."""
    return Scorer(criteria).score(entries, tags)


def line_points(criterion: Criterion, entry: Mapping[str, Any], precision: int) -> Decimal:
    """Points of one entry of one criterion, rounded once to `precision`.

    Raises:
        EntryRefused: the entry does not fit the rule.
    """
    try:
        return criterion.rule.points(entry, criterion.max, precision)
    except Invalid as error:
        raise EntryRefused(criterion.code, error.phrase, error.field) from error
