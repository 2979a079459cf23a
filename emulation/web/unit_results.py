"""What the result page of one unit shows, worked out from the sealed result, or from the verdicts so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session

from emulation.domain import comparison
from emulation.domain import results as domain
from emulation.domain.criteria import CriteriaSet, Criterion, Section
from emulation.domain.rules import External
from emulation.domain.scoring import LineState, Scorer
from emulation.domain.snapshot import Sealed
from emulation.errors import Invalid
from emulation.models import Outcome, Result, Sheet
from emulation.services import results
from emulation.services.awards import Holding, holdings
from emulation.services.criteria import scorer_of
from emulation.services.round_facts import facts_of_sheet
from emulation.web import charts
from emulation.web.display import say as _
from emulation.web.rankings import signed
from emulation.words import N_, Phrase

SHOWN = 3  # strongest and weakest criteria
MOST_CHANGED = 16  # rows of the chart of changed criteria


@dataclass(frozen=True)
class SectionRow:
    """One top section: possible points, declared, official, the median share of the cluster."""

    section: Section
    base: Decimal
    declared: Decimal
    official: Decimal
    declared_share: Decimal | None
    official_share: Decimal | None
    median_share: Decimal | None

    @property
    def change(self) -> Decimal:
        return self.official - self.declared


@dataclass(frozen=True)
class LineRow:
    """One criterion with its derivation."""

    criterion: Criterion
    line: domain.Line
    working: Phrase | None

    @property
    def is_external(self) -> bool:
        """Only the ministry scores it."""
        return isinstance(self.criterion.rule, External)

    @property
    def is_not_applicable(self) -> bool:
        return self.line.state == LineState.NOT_APPLICABLE

    @property
    def change(self) -> Decimal | None:
        """Official minus declared."""
        return comparison.change(self.line.declared, self.line.points)

    @property
    def verdicts(self) -> list[tuple[str, domain.VerdictFact, datetime]]:
        """The verdicts of both rounds with their names and times."""
        rounds = ((_("Thẩm định"), self.line.facts.review), (_("Sau giải trình"), self.line.facts.after))
        return [(name, verdict, datetime.fromisoformat(verdict.decided_at)) for name, verdict in rounds if verdict]

    @property
    def accepted(self) -> str:
        """How the explanation ended: "whole", "part", "kept", or "open"."""
        appeal, review, after = self.line.facts.appeal, self.line.facts.review, self.line.facts.after
        if appeal is None or appeal.outcome is None:
            return "open"
        if appeal.outcome == Outcome.KEEP or after is None or review is None or after.points == review.points:
            return "kept"
        return "whole" if after.points == self.line.declared else "part"


@dataclass(frozen=True)
class Group:
    """The lines of one top section, or of the bonus or deductions."""

    code: str
    title: str
    rows: Sequence[LineRow]


@dataclass(frozen=True)
class UnitResultPage:
    """Everything on the page."""

    sheet: Sheet
    criteria: CriteriaSet
    outcome: domain.Outcome
    lines: dict[str, domain.Line]
    sealed: Sealed | None
    seal: Result | None
    previous: domain.Outcome | None
    awards: Sequence[Holding]
    is_example: bool

    @property
    def places(self) -> int:
        """Decimals of the points."""
        return self.criteria.precision

    @property
    def official(self) -> domain.Figures:
        assert self.outcome.official is not None
        return self.outcome.official

    @property
    def declared(self) -> domain.Figures:
        assert self.outcome.declared is not None
        return self.outcome.declared

    @property
    def cluster_size(self) -> int:
        """Ranked units of the cluster."""
        if self.sealed is None:
            return 0
        return sum(one.is_ranked for one in self.sealed.ranking.by_cluster[self.outcome.cluster])

    @property
    def size(self) -> int:
        """Ranked units nationwide."""
        return len(self.sealed.ranking.ranked) if self.sealed else 0

    @property
    def is_tied(self) -> bool:
        return self.sealed is not None and self.outcome.unit in self.sealed.ranking.tied

    @property
    def change(self) -> Decimal | None:
        """Against the year before."""
        return comparison.change(self.previous.total if self.previous else None, self.outcome.total)

    @cached_property
    def next_grade(self) -> tuple[str, Decimal, Decimal] | None:
        """The grade above, its threshold, and what is missing."""
        return comparison.points_to_next_grade(self.criteria, self.official.total)

    # by section

    @cached_property
    def sections(self) -> list[SectionRow]:
        """Top sections that apply to the unit."""
        rows = []
        for section in self.criteria.sections:
            official, declared = self.official.sections[section.code], self.declared.sections[section.code]
            if not official.base:
                continue
            shares = []
            if self.sealed:
                for one in self.sealed.ranking.by_cluster[self.outcome.cluster]:
                    share = one.official.sections[section.code].share if one.official else None
                    if share is not None:
                        shares.append(share)
            rows.append(
                SectionRow(
                    section=section,
                    base=official.base,
                    declared=declared.earned,
                    official=official.earned,
                    declared_share=declared.share,
                    official_share=official.share,
                    median_share=comparison.median(shares),
                )
            )
        return rows

    @property
    def has_median(self) -> bool:
        return any(row.median_share is not None for row in self.sections)

    @cached_property
    def section_figure(self) -> charts.Figure:
        """A dumbbell per section, in percent of the possible points, with the cluster's median."""
        rows = [
            charts.Pair(
                f"{row.section.code}. {row.section.title}",
                _percent(row.declared_share),
                _percent(row.official_share),
                None if row.median_share is None else _percent(row.median_share),
            )
            for row in self.sections
        ]
        return charts.dumbbells(
            rows,
            before=_("Tự chấm"),
            after=_("Chính thức"),
            reference=_("Trung vị cụm số %(n)s", n=self.outcome.cluster),
            unit=" %",
        )

    @cached_property
    def section_answer(self) -> str:
        """Where official points differ most from declared ones, in words."""
        changed = sorted(
            (row for row in self.sections if row.change),
            key=lambda row: -abs(_percent(row.official_share) - _percent(row.declared_share)),
        )[:2]
        if not changed:
            return str(_("Điểm chính thức trùng với điểm tự chấm ở mọi lĩnh vực."))
        words = [
            _(
                "%(code)s %(title)s (%(change)s điểm phần trăm)",
                code=row.section.code,
                title=row.section.title,
                change=signed(_percent(row.official_share) - _percent(row.declared_share), 1),
            )
            for row in changed
        ]
        return str(_("Lệch nhiều nhất ở %(sections)s.", sections=_(" và ").join(words)))

    # by criterion

    @cached_property
    def groups(self) -> list[Group]:
        """Every line that says something, by top section; bonus and deductions only where there are some."""
        groups = [
            Group(section.code, section.title, [self._row(leaf) for leaf in section.leaves])
            for section in self.criteria.sections
        ]
        for code, title, leaves in (
            ("bonus", _("Điểm thưởng"), self.criteria.bonus),
            ("deductions", _("Điểm trừ"), self.criteria.deductions),
        ):
            rows = [self._row(leaf) for leaf in leaves if self.lines[leaf.code].facts != domain.LineFacts()]
            if rows:
                groups.append(Group(code, title, rows))
        return groups

    def _row(self, criterion: Criterion) -> LineRow:
        line = self.lines[criterion.code]
        working = None
        if line.facts.entry is not None and line.declared_state == LineState.SCORED:
            try:
                working = criterion.rule.working(line.facts.entry, criterion.max)
            except Invalid:  # a later version may read old entries more strictly; the points stay as sealed
                working = None
        return LineRow(criterion, line, working)

    @cached_property
    def appeals(self) -> list[LineRow]:
        """Lines that the unit explained."""
        return [row for group in self.groups for row in group.rows if row.line.facts.appeal is not None]

    @cached_property
    def changed(self) -> list[LineRow]:
        """Core lines where official and declared points differ, largest difference first."""
        rows = [row for group in self.groups for row in group.rows if row.change and not row.is_external]
        return sorted(rows, key=lambda row: abs(row.change or Decimal(0)), reverse=True)

    @cached_property
    def changed_figure(self) -> charts.Figure:
        """A dumbbell per changed criterion, in points."""
        rows = []
        for row in self.changed[:MOST_CHANGED]:
            assert row.line.declared is not None
            assert row.line.points is not None
            rows.append(charts.Pair(f"{row.criterion.code} {row.criterion.title}", row.line.declared, row.line.points))
        return charts.dumbbells(rows, before=_("Tự chấm"), after=_("Chính thức"))

    @cached_property
    def against_cluster(self) -> list[tuple[Criterion, Decimal]]:
        """Core criteria with the difference to the median of the cluster; empty where there is no median."""
        found = []
        if self.sealed:
            for leaf in self.criteria.leaves:
                points = self.lines[leaf.code].points
                middle = comparison.median(self.sealed.points_in_cluster(self.outcome.cluster, leaf.code))
                if points is not None and middle is not None:
                    found.append((leaf, points - middle))
        return found

    @property
    def stronger(self) -> list[tuple[Criterion, Decimal]]:
        """The criteria furthest above the cluster's median."""
        above = [pair for pair in self.against_cluster if pair[1] > 0]
        return sorted(above, key=lambda pair: -pair[1])[:SHOWN]

    @property
    def weaker(self) -> list[tuple[Criterion, Decimal]]:
        """The criteria furthest below the cluster's median."""
        below = [pair for pair in self.against_cluster if pair[1] < 0]
        return sorted(below, key=lambda pair: pair[1])[:SHOWN]

    @property
    def best_sections(self) -> list[SectionRow]:
        """Sections with the largest share of the possible points: shown where there is no median."""
        return sorted(self.sections, key=lambda row: -(row.official_share or 0))[:SHOWN]

    @property
    def worst_sections(self) -> list[SectionRow]:
        """Sections with the smallest share."""
        return sorted(self.sections, key=lambda row: row.official_share or 0)[:SHOWN]


def _percent(share: Decimal | None) -> Decimal:
    return Decimal(0) if share is None else (share * 100).quantize(Decimal("0.01"))


def build(db: Session, sheet: Sheet) -> UnitResultPage | None:
    """The page of a sheet; None where there are no official points to show yet."""
    period = sheet.period
    sealed = results.published(db, period)
    before = results.previous(db, period)
    if sealed is not None:
        outcome = sealed.ranking.by_unit[sheet.unit.code]
        lines = sealed.lines(sheet.unit.code)
        criteria, example = sealed.ranking.criteria, sealed.ranking.is_example
    elif sheet.state in results.SETTLED:
        scorer: Scorer = scorer_of(period.criteria_set)
        facts = facts_of_sheet(db, sheet)
        official, declared = domain.official_score(scorer, facts), domain.declared_score(scorer, facts)
        criteria = scorer.criteria
        outcome = domain.unplaced(facts, official, declared)
        lines = domain.lines_of(criteria, facts, declared, official)
        example = period.is_illustrative or criteria.status == "illustrative"
    else:
        return None
    return UnitResultPage(
        sheet=sheet,
        criteria=criteria,
        outcome=outcome,
        lines=lines,
        sealed=sealed,
        seal=results.result_row(db, period) if sealed else None,
        previous=before.by_unit.get(outcome.unit) if before else None,
        awards=holdings(db, period).get(outcome.unit, ()) if sealed else (),
        is_example=example,
    )


ACCEPTED = {
    "whole": (N_("Chấp nhận"), "ok"),
    "part": (N_("Chấp nhận một phần"), "wait"),
    "kept": (N_("Giữ nguyên"), "off"),
    "open": (N_("Chưa trả lời"), "wait"),
}
